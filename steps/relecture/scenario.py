"""Un verdict machine confronté à ses jugements refaits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from reports.constat import Constat
from reports.resultat import ResultatScenario
from reports.verdict import Verdict, cumuler
from steps.jugements.rejeu import Rejeu
from steps.relecture.modele import Ecart, NonRejoue, ScenarioRelu

_CHAMPS = {
    "verdict": "verdict",
    "message": "message",
    "attendu": "attendu",
    "recu": "reçu",
    "ou": "où",
    "echanges": "échanges",
    "source": "source",
    "confiance": "confiance",
    "a_faire": "à faire",
}
_Refait = tuple[Rejeu, Constat]


class _Reserve:
    """Les constats refaits qu'aucun constat écrit n'a encore réclamés."""

    def __init__(self, rejeux: Sequence[Rejeu]) -> None:
        self._restants: defaultdict[str, list[_Refait]] = defaultdict(list)
        for rejeu in rejeux:
            for constat in rejeu.constats:
                self._restants[_forme(constat)].append((rejeu, constat))

    def prendre(self, ecrit: Constat) -> bool:
        """Retire un constat en tout point égal ; faux s'il n'y en a pas."""
        egaux = self._restants.get(_forme(ecrit))
        if not egaux:
            return False
        egaux.pop()
        return True

    def prendre_proche(self, ecrit: Constat) -> _Refait | None:
        """Retire le constat de même code qui ressemble le plus à celui qui est écrit."""
        candidats = [couple for couple in self._tous() if couple[1].code == ecrit.code]
        if not candidats:
            return None
        brut = ecrit.en_dict()
        proche = max(candidats, key=lambda couple: len(_CHAMPS) - len(_differents(brut, couple[1].en_dict())))
        self._restants[_forme(proche[1])].remove(proche)
        return proche

    def manquements(self) -> list[_Refait]:
        """Les manquements refaits que le verdict ne porte pas."""
        return [couple for couple in self._tous() if couple[1].verdict is Verdict.NON_CONFORME]

    def _tous(self) -> list[_Refait]:
        return [couple for couples in self._restants.values() for couple in couples]


def relire_scenario(resultat: ResultatScenario, rejeux: Sequence[Rejeu], *, versions_changees: bool) -> ScenarioRelu:
    """Compare les constats d'un verdict à ceux de ses jugements refaits, puis les verdicts.

    Un constat sans jugement n'est admis que défavorable : l'étape l'a posé, ou l'arrêt du scénario. Un manquement
    refait doit se retrouver au verdict, au moins par sa règle : une étape peut n'en garder qu'un de plusieurs égaux.
    """
    reserve = _Reserve([rejeu for rejeu in rejeux if not rejeu.raison])
    non_rejoues = tuple(NonRejoue(r.numero, r.verification, r.raison) for r in rejeux if r.raison)
    ecarts = [_ecart_d_appel(rejeu) for rejeu in rejeux if rejeu.ecart]
    inegaux = [(rang, ecrit) for rang, ecrit in enumerate(resultat.constats, 1) if not reserve.prendre(ecrit)]
    refaits = [constat for rang, constat in enumerate(resultat.constats, 1) if (rang, constat) not in inegaux]
    poses = 0
    for rang, ecrit in inegaux:
        proche = reserve.prendre_proche(ecrit)
        if proche is not None:
            refaits.append(proche[1])
            ecarts.append(_ecart_de_constat(rang, ecrit, *proche))
        elif ecrit.verdict is not Verdict.CONFORME:
            refaits.append(ecrit)
            poses += 1
        elif not non_rejoues:
            ecarts.append(_sans_jugement(rang, ecrit))
    portes = {constat.code for constat in refaits if constat.verdict is Verdict.NON_CONFORME}
    for rejeu, constat in reserve.manquements():
        if constat.code not in portes:
            refaits.append(constat)
            ecarts.append(_manquement_absent(rejeu, constat))
    recalcule = cumuler(constat.verdict for constat in refaits)
    if recalcule is not resultat.verdict and not (non_rejoues and not ecarts):
        ecarts.append(Ecart("verdict du scénario", recalcule.value, resultat.verdict.value, "journal, verdict"))
    return ScenarioRelu(
        cle=resultat.cle,
        verdict_ecrit=resultat.verdict,
        verdict_recalcule=recalcule,
        jugements=len(rejeux),
        constats=len(resultat.constats),
        poses=poses,
        ecarts=tuple(ecarts),
        non_rejoues=non_rejoues,
        versions_changees=versions_changees,
    )


def _forme(constat: Constat) -> str:
    return json.dumps(constat.en_dict(), sort_keys=True, ensure_ascii=False)


def _differents(un: dict[str, Any], autre: dict[str, Any]) -> list[str]:
    return [champ for champ in _CHAMPS if un[champ] != autre[champ]]


def _texte(constat: dict[str, Any], champs: Sequence[str]) -> str:
    return " ; ".join(f"{_CHAMPS[champ]} : {constat[champ]}" for champ in champs)


def _jugement(rejeu: Rejeu) -> str:
    return f"jugement n° {rejeu.numero} ({rejeu.verification})"


def _ecart_d_appel(rejeu: Rejeu) -> Ecart:
    attendu, _, recu = rejeu.ecart.partition(" ; ")
    return Ecart("la vérification ne rend plus la même chose", attendu, recu or "autre chose", _jugement(rejeu))


def _ecart_de_constat(rang: int, ecrit: Constat, rejeu: Rejeu, refait: Constat) -> Ecart:
    champs = _differents(ecrit.en_dict(), refait.en_dict())
    return Ecart(
        f"constat {ecrit.code}",
        f"recalculé : {_texte(refait.en_dict(), champs)}",
        f"écrit : {_texte(ecrit.en_dict(), champs)}",
        f"constat n° {rang} du verdict, {_jugement(rejeu)}",
    )


def _sans_jugement(rang: int, ecrit: Constat) -> Ecart:
    return Ecart(
        f"constat {ecrit.code}",
        "un constat conforme sort d'un jugement gardé",
        f"aucun jugement cité ne le rend : {ecrit.message}",
        f"constat n° {rang} du verdict",
    )


def _manquement_absent(rejeu: Rejeu, constat: Constat) -> Ecart:
    return Ecart(
        f"constat {constat.code}",
        f"un manquement porté au verdict : {constat.message}",
        "le verdict ne porte aucun manquement à cette règle",
        _jugement(rejeu),
    )
