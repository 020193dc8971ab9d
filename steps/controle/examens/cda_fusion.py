"""Réunir ce que disent le banc et le kit, sans dire deux fois la même chose.

Même lieu (l'un contient l'autre, à trois niveaux près) et même sujet (un élément, un attribut ou un OID nommé des deux
côtés), ou même valeur simple : notre constat est gardé, l'assertion du kit y est citée, et le plus sévère des deux
verdicts l'emporte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reports.constat import Constat
from reports.verdict import Verdict
from steps.controle.modele import Gravite, gravite
from steps.verifications.cda.lieux import lieu
from steps.verifications.cda.modele_hl7 import est_une_valeur

_MOT = re.compile(r"[A-Za-z][A-Za-z]+|\d+(?:\.\d+){4,}")
_NOM = re.compile(r"\b(?:[a-z]+[A-Z][A-Za-z]*|family|given|county|title|code|value|time)\b|\d+(?:\.\d+){4,}")
_ECART_MAX = 3
_CITATION = 200
_SEVERITE = {Gravite.ERREUR: 3, Gravite.INDETERMINE: 2, Gravite.AVERTISSEMENT: 1, Gravite.REMARQUE: 0}


def fusionner(notres: Sequence[Constat], du_kit: Sequence[Constat]) -> list[Constat]:
    """Nos constats, puis ceux du kit que les nôtres ne disent pas déjà."""
    reunis, ajoutes = list(notres), []
    for constat in du_kit:
        rang = _meme(constat, reunis) if gravite(constat) in (Gravite.ERREUR, Gravite.REMARQUE) else None
        if rang is None:
            ajoutes.append(constat)
        else:
            reunis[rang] = _citer(reunis[rang], constat)
    return reunis + ajoutes


def _meme(constat: Constat, notres: Sequence[Constat]) -> int | None:
    lieux = [lieu(ou) for ou in constat.ou.split(" ; ") if ou.startswith("/")]
    if not lieux or len(lieux) != len(constat.ou.split(" ; ")):
        return None
    dits = set(_MOT.findall(f"{constat.message} {constat.attendu}"))
    for rang, notre in enumerate(notres):
        if gravite(notre) not in (Gravite.ERREUR, Gravite.AVERTISSEMENT, Gravite.REMARQUE):
            continue
        ici = lieu(notre.ou)
        if not ici.startswith("ClinicalDocument"):
            continue
        if (all(la == ici for la in lieux) and est_une_valeur(ici.rpartition("/")[2])) or (
            all(_proches(ici, la) for la in lieux) and _sujets(notre) & dits
        ):
            return rang
    return None


def _proches(ici: str, la: str) -> bool:
    court, long = sorted((ici, la), key=len)
    return long == court or (long.startswith(f"{court}/") and long.count("/") - court.count("/") <= _ECART_MAX)


def _sujets(constat: Constat) -> set[str]:
    """Les noms que notre constat met en cause : dernier pas du lieu, attribut, éléments nommés dans l'attendu."""
    feuille = lieu(constat.ou).rpartition("/")[2]
    attribut = re.search(r"/@(\w+)", constat.ou)
    noms = {feuille} if feuille != "ClinicalDocument" else set()
    noms |= {attribut[1]} if attribut and attribut[1] not in ("value", "code", "root", "extension") else set()
    return noms | set(_NOM.findall(f"{constat.attendu} {constat.recu}"))


def _citer(notre: Constat, du_kit: Constat) -> Constat:
    source = f"{notre.source} ; {du_kit.code} ({du_kit.source})"
    dit = " ".join(du_kit.message.split())
    notre = replace(notre, message=f"{notre.message} [{du_kit.code} : {dit[:_CITATION]}{'…' * (len(dit) > _CITATION)}]")
    if _SEVERITE[gravite(du_kit)] <= _SEVERITE[gravite(notre)] or du_kit.verdict is Verdict.CONFORME:
        return replace(notre, source=source)
    return replace(notre, verdict=du_kit.verdict, source=source, a_faire=notre.a_faire or du_kit.a_faire)
