"""Ordre des essais d'une recherche par traits : premier prénom, suivants, tous ensemble ; arrêt ; achèvement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from simulators.insi.espaces import OP_TRAITS
from steps.verifications.insi.appels import Appel
from steps.verifications.insi.contexte import ContexteInsi, PatientConnu
from steps.verifications.insi.sources import CNDA
from steps.verifications.registre import verification

ORDRE = Regle(
    "INSI-SEQ-01",
    "Les essais vont du premier prénom aux suivants, un par un, puis à tous les prénoms ensemble",
    f"{CNDA} (test 2.07)",
    Confiance.DOCUMENTEE,
    "Chercher sur le premier prénom, puis les suivants un par un, puis tous séparés par un espace.",
)
ARRET = Regle(
    "INSI-SEQ-02",
    "La recherche s'arrête à la première réponse 00 ou à la première faute",
    f"{CNDA} ; clients publics",
    Confiance.DOCUMENTEE,
    "Ne plus appeler dès que l'INS est obtenu ou que le téléservice est en faute.",
)
COMPLET = Regle(
    "INSI-SEQ-03",
    "La recherche va au bout des prénoms tant que la réponse est 01",
    f"{CNDA} (test 2.07, quatre appels pour trois prénoms)",
    Confiance.DOCUMENTEE,
    "Après 01, essayer les prénoms suivants puis tous ensemble avant d'afficher « aucune identité ».",
)


def a_plat(texte: str | None) -> str:
    """Trait d'union et apostrophe valent un espace : compare sans dépendre de l'écriture."""
    return " ".join((texte or "").replace("-", " ").replace("'", " ").split())


@dataclass(frozen=True, slots=True)
class _Essai:
    """Un appel par traits : ce qui le distingue, et ce qu'il a obtenu."""

    appel: Appel
    prenom: str
    lieu: str
    issue: str
    """`00`, `01`, `02`…, `faute`, ou vide si la réponse n'a pas pu être lue."""


@verification(ORDRE, ARRET, COMPLET)
def ordre_des_essais(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Chaque recherche par traits suit l'ordre des prénoms, s'arrête quand il faut et va au bout."""
    constats: list[Constat] = []
    for cle, essais in _par_personne(appels).items():
        patient = next((connu for connu in contexte.patients if _cle_patient(connu) == cle), None)
        for recherche in _recherches(essais, patient):
            constats += [_arret(recherche), *_ordre(recherche, patient)]
            if patient is not None:
                constats += _complet(recherche, patient)
    return constats


def _par_personne(appels: Sequence[Appel]) -> dict[tuple[str, str, str], list[_Essai]]:
    personnes: dict[tuple[str, str, str], list[_Essai]] = defaultdict(list)
    for appel in appels:
        traits = appel.traits
        if appel.operation == OP_TRAITS and traits is not None and traits.prenom:
            cle = (a_plat(traits.nom_naissance), traits.sexe or "", traits.date_naissance or "")
            issue = "faute" if appel.reponse.faute else appel.code or ""
            personnes[cle].append(_Essai(appel, a_plat(traits.prenom), traits.lieu_naissance or "", issue))
    return personnes


def _cle_patient(patient: PatientConnu) -> tuple[str, str, str]:
    return (a_plat(patient.nom_naissance), patient.sexe, patient.date_naissance)


def _recherches(essais: list[_Essai], patient: PatientConnu | None) -> list[list[_Essai]]:
    """Découpe les essais : revenir au premier prénom avec le même lieu, c'est une nouvelle recherche."""
    recherches: list[list[_Essai]] = []
    for essai in essais:
        premier = a_plat(patient.prenoms[0]) if patient else (recherches[-1][0].prenom if recherches else essai.prenom)
        deja = recherches and any((vu.prenom, vu.lieu) == (essai.prenom, essai.lieu) for vu in recherches[-1])
        if not recherches or (essai.prenom == premier and deja):
            recherches.append([])
        recherches[-1].append(essai)
    return recherches


def _arret(recherche: list[_Essai]) -> Constat:
    for rang, essai in enumerate(recherche[:-1]):
        if essai.issue in ("00", "faute"):
            suivants = recherche[rang + 1 :]
            return ARRET.enfreinte(
                "appel après une réponse qui termine la recherche",
                attendu=f"aucun appel après {'la faute' if essai.issue == 'faute' else '00'} (n° {essai.appel.numero})",
                recu=f"{len(suivants)} appel(s) de plus : {', '.join(suite.prenom for suite in suivants)}",
                ou="suite des appels",
                echanges=(essai.appel.numero, *(suite.appel.numero for suite in suivants)),
            )
    return ARRET.respectee(recu=_lisible(recherche), echanges=_numeros(recherche))


def _lisible(recherche: list[_Essai]) -> str:
    return ", ".join(f"{essai.prenom} → {essai.issue or 'réponse illisible'}" for essai in recherche)


def _numeros(recherche: list[_Essai]) -> tuple[int, ...]:
    return tuple(essai.appel.numero for essai in recherche)


def _ordre(recherche: list[_Essai], patient: PatientConnu | None) -> list[Constat]:
    """Compare la suite des prénoms à l'ordre attendu ; sans patient connu, rien n'est dit de l'ordre."""
    if patient is None:
        return []
    rangs = _rangs(patient)
    attendu = " puis ".join(_suite(patient))
    for rang, essai in enumerate(recherche):
        precedent = recherche[rang - 1] if rang else None
        if _permis(essai, precedent, rangs):
            continue
        return [
            ORDRE.enfreinte(
                "prénom essayé hors de son tour",
                attendu=attendu,
                recu=" puis ".join(vu.prenom for vu in recherche),
                ou=f"appel n° {essai.appel.numero}, Prenom",
                echanges=_numeros(recherche),
            )
        ]
    return [ORDRE.respectee(recu=_lisible(recherche), echanges=_numeros(recherche))]


def _suite(patient: PatientConnu) -> list[str]:
    """Les prénoms envoyés, dans l'ordre : chacun, puis tous ensemble s'il y en a plusieurs."""
    prenoms = [a_plat(prenom) for prenom in patient.prenoms]
    return [*prenoms, " ".join(prenoms)] if len(prenoms) > 1 else prenoms


def _rangs(patient: PatientConnu) -> dict[str, int]:
    rangs: dict[str, int] = {}
    for rang, prenom in enumerate(_suite(patient)):
        rangs.setdefault(prenom, rang)
    return rangs


def _permis(essai: _Essai, precedent: _Essai | None, rangs: dict[str, int]) -> bool:
    dernier = max(rangs.values(), default=0)
    if precedent is None:
        return rangs.get(essai.prenom) == 0
    avant = rangs.get(precedent.prenom)
    rang = rangs.get(essai.prenom)
    if avant is not None and rang == avant + 1:
        return True
    if essai.lieu and not precedent.lieu:
        # Le lieu de naissance s'ajoute après un 02, ou rouvre la suite depuis le premier prénom.
        return rang is not None and (rang in (avant, 0) or rang == dernier)
    if precedent.issue == "02":
        # Après 02, ajouter les autres prénoms de la pièce d'identité, par morceaux ou tous, est aussi décrit.
        return rang == dernier or essai.prenom.startswith(f"{precedent.prenom} ")
    return False


def _complet(recherche: list[_Essai], patient: PatientConnu) -> list[Constat]:
    fin = recherche[-1]
    numeros = _numeros(recherche)
    if fin.issue != "01":
        return []
    essayes = {essai.prenom for essai in recherche}
    manquants = [prenom for prenom in _suite(patient) if prenom not in essayes]
    if not manquants:
        return [COMPLET.respectee(recu=_lisible(recherche), echanges=numeros)]
    return [
        COMPLET.enfreinte(
            "recherche abandonnée sur 01 avant le dernier essai",
            attendu=" puis ".join(_suite(patient)),
            recu=_lisible(recherche),
            ou=f"après l'appel n° {fin.appel.numero}",
            echanges=numeros,
        )
    ]
