"""Ce qu'une personne dit d'un scénario, et ce que son verdict en devient : une fonction pure du journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from reports.constat import Constat
from reports.depots import COMPLEMENT, PERIMEE
from reports.resultat import CleScenario, EtatPreuve, ResultatScenario
from reports.verdict import Moyen, Verdict
from requirements.modele import TypePiece

CODE_PERSONNE = "BANC-PERSONNE-01"
"""Code du constat d'un scénario qu'aucune feature ne joue : il revient à une personne."""
MARQUE_REJOUE = " (rejoué)"
"""Ce qui suit le nom du déposant d'une pièce rendue par un enregistrement."""
MACHINE = "machine"
"""Clé de `ResultatScenario.declaration` : verdict, moyen et raison d'avant la déclaration."""

_DECLARATIFS = frozenset({TypePiece.ATTESTATION.value, TypePiece.DOCUMENT.value})
_LAISSES_A_LA_PERSONNE = frozenset({Verdict.A_VERIFIER, Verdict.NON_EXECUTE})


class IssueDeclaree(StrEnum):
    """Ce qu'une personne dit d'un scénario."""

    CONFORME = "conforme"
    NON_CONFORME = "non_conforme"
    SANS_OBJET = "sans_objet"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Un enregistrement `declaration` du journal. `constats` : codes des points que la personne a regardés."""

    rem: str
    exigence: str
    scenario: str
    issue: IssueDeclaree
    raison: str = ""
    par: str = ""
    le: str = ""
    rejouee: bool = False
    constats: tuple[str, ...] = ()

    @property
    def cle(self) -> CleScenario:
        """Le scénario dont elle parle."""
        return CleScenario(self.rem, self.exigence, self.scenario)

    def en_dict(self) -> dict[str, Any]:
        """Forme écrite dans le journal."""
        return {
            "rem": self.rem,
            "exigence": self.exigence,
            "scenario": self.scenario,
            "issue": self.issue.value,
            "raison": self.raison,
            "par": self.par,
            "le": self.le,
            "rejouee": self.rejouee,
            "constats": list(self.constats),
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> Declaration:
        """Relit un enregistrement ; KeyError, TypeError ou ValueError s'il est illisible."""
        return cls(
            rem=brut["rem"],
            exigence=brut["exigence"],
            scenario=brut["scenario"],
            issue=IssueDeclaree(brut["issue"]),
            raison=brut.get("raison") or "",
            par=brut.get("par") or "",
            le=brut.get("le") or "",
            rejouee=bool(brut.get("rejouee", False)),
            constats=tuple(brut.get("constats") or ()),
        )


def appliquer(resultat: ResultatScenario, declaration: Declaration) -> ResultatScenario:
    """Le résultat une fois la déclaration prise en compte ; une seconde déclaration remplace la première.

    Un *non conforme* de la machine ne s'efface jamais ; *conforme* demande chaque preuve ; *non applicable* ne vient
    que du profil.
    """
    machine = sans_declaration(resultat)
    verdict, moyen, raison = _issue(machine, declaration)
    return replace(
        machine,
        verdict=verdict,
        moyen=moyen,
        raison=raison,
        declaration={
            "issue": declaration.issue.value,
            "raison": declaration.raison,
            "par": declaration.par,
            "le": declaration.le,
            "rejouee": declaration.rejouee,
            "constats": list(declaration.constats),
            MACHINE: {
                "verdict": machine.verdict.value,
                "moyen": machine.moyen.value if machine.moyen else None,
                "raison": machine.raison,
                "rejoue": machine.rejoue,
            },
        },
        rejoue=machine.rejoue or declaration.rejouee,
    )


def sans_declaration(resultat: ResultatScenario) -> ResultatScenario:
    """Ce que la machine seule en avait dit ; ses preuves restent celles d'aujourd'hui."""
    avant = (resultat.declaration or {}).get(MACHINE)
    if avant is None or (resultat.declaration or {}).get("perimee"):
        return resultat
    return replace(
        resultat,
        verdict=Verdict(avant["verdict"]),
        moyen=Moyen(avant["moyen"]) if avant["moyen"] else None,
        raison=avant["raison"],
        declaration=None,
        rejoue=bool(avant.get("rejoue", False)),
    )


def revient_a_une_personne(resultat: ResultatScenario) -> bool:
    """Aucune feature ne joue ce scénario : rien que la machine ait établi ne s'oppose à ce qu'une personne le juge."""
    return bool(resultat.constats) and all(
        constat.code == CODE_PERSONNE and constat.verdict in _LAISSES_A_LA_PERSONNE for constat in resultat.constats
    )


def points_a_regarder(resultat: ResultatScenario) -> tuple[Constat, ...]:
    """Les constats *à vérifier* qu'une personne peut lever : ceux de `Regle.a_regarder`.

    Un manquement à une règle de source secondaire porte un `attendu` ; une issue du banc ne vient d'aucune règle.
    """
    return tuple(constat for constat in resultat.constats if _se_regarde(constat))


def jugeable(resultat: ResultatScenario) -> bool:
    """Une personne peut rendre ce scénario conforme, pièces à l'appui."""
    machine = sans_declaration(resultat)
    if revient_a_une_personne(machine):
        return True
    restes = [constat for constat in machine.constats if constat.verdict is Verdict.A_VERIFIER]
    return machine.verdict is Verdict.A_VERIFIER and bool(restes) and all(map(_se_regarde, restes))


def preuves_en_attente(resultat: ResultatScenario) -> dict[EtatPreuve, list[str]]:
    """Les preuves que rien n'établit encore, par état."""
    restes: dict[EtatPreuve, list[str]] = {}
    for preuve in resultat.preuves:
        if preuve.etat not in (EtatPreuve.PRODUITE, EtatPreuve.SANS_OBJET):
            restes.setdefault(preuve.etat, []).append(preuve.designation)
    return restes


def _se_regarde(constat: Constat) -> bool:
    return constat.verdict is Verdict.A_VERIFIER and not constat.attendu and constat.confiance is not None


def _issue(machine: ResultatScenario, declaration: Declaration) -> tuple[Verdict, Moyen | None, str]:
    inchange = (machine.verdict, machine.moyen, machine.raison)
    if machine.verdict in (Verdict.NON_CONFORME, Verdict.NON_APPLICABLE):
        return inchange
    raison = declaration.raison.strip()
    match declaration.issue:
        case IssueDeclaree.NON_CONFORME:
            return Verdict.NON_CONFORME, Moyen.PERSONNE, f"déclaré non conforme : {raison}"
        case IssueDeclaree.SANS_OBJET:
            return Verdict.A_VERIFIER, machine.moyen, f"déclaré sans objet : {raison} ; un relecteur tranche"
        case IssueDeclaree.IMPOSSIBLE:
            if machine.moyen is not None:
                return inchange
            return Verdict.NON_EXECUTE, None, f"la personne n'y est pas parvenue : {raison}"
        case IssueDeclaree.CONFORME:
            return _declare_conforme(machine, declaration)


def _declare_conforme(machine: ResultatScenario, declaration: Declaration) -> tuple[Verdict, Moyen | None, str]:
    if machine.verdict is Verdict.CONFORME or not jugeable(machine):
        return machine.verdict, machine.moyen, machine.raison
    regardes = set(declaration.constats)
    oublies = sorted({constat.code for constat in points_a_regarder(machine)} - regardes)
    attente = preuves_en_attente(machine)
    restes = [f"{etat.libelle} : {', '.join(preuves)}" for etat, preuves in attente.items()]
    if oublies:
        restes.append(f"points que la personne n'a pas regardés : {', '.join(oublies)}")
    if not machine.preuves and machine.moyen is None:
        restes.append("aucune pièce n'est demandée et rien n'a été joué : la parole seule ne suffit pas")
    if restes:
        return Verdict.A_VERIFIER, machine.moyen, f"déclaré conforme ; reste {' ; '.join(restes)}"
    return Verdict.CONFORME, _moyen(machine), ""


def _moyen(resultat: ResultatScenario) -> Moyen:
    """Une déclaration, si tout ce qui a été apporté ne fait que déclarer ; une personne, si quelque chose se voit."""
    pieces = [
        piece
        for preuve in resultat.preuves
        for piece in preuve.fichiers
        if not (piece.details.get(COMPLEMENT) or piece.details.get(PERIMEE))
    ]
    declaratives = all(piece.de_personne and piece.genre in _DECLARATIFS for piece in pieces)
    return Moyen.DECLARATION if pieces and declaratives else Moyen.PERSONNE


def appliquer_toutes(
    resultats: Iterable[ResultatScenario], declarations: Sequence[Declaration]
) -> tuple[ResultatScenario, ...]:
    """Les résultats, chacun avec sa dernière déclaration ; `declarations` : postérieures à son verdict, en ordre."""
    dernieres = {declaration.cle: declaration for declaration in declarations}
    return tuple(
        _marquer(appliquer(resultat, dernieres[resultat.cle]) if resultat.cle in dernieres else resultat)
        for resultat in resultats
    )


def _marquer(resultat: ResultatScenario) -> ResultatScenario:
    """Une pièce rejouée suffit : personne ne l'a apportée cette fois."""
    rejouee = any(piece.depose_par.endswith(MARQUE_REJOUE) for preuve in resultat.preuves for piece in preuve.fichiers)
    return replace(resultat, rejoue=True) if rejouee and not resultat.rejoue else resultat
