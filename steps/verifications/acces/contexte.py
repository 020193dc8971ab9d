"""Ce que partagent les règles des accès : sources, valeurs comparées, un compte mis en phrase."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

REM = "REM BIO vague 2, exigence {} (travaux de concertation 2023)"
CNIL = "CNIL, délibération n° 2022-100 du 21 juillet 2022 (mots de passe), {}"

Compte = Mapping[str, Any]


def egal(recu: object, attendu: object) -> bool:
    """Même valeur : textes à la casse et à la forme Unicode près (les accents comptent), listes sans ordre."""
    if isinstance(attendu, list | tuple | set | frozenset):
        return isinstance(recu, list | tuple) and {_forme(v) for v in recu} == {_forme(v) for v in attendu}
    return _forme(recu) == _forme(attendu)


def ecarts(compte: Compte | None, attendus: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Champs du compte qui ne portent pas la valeur attendue : (champ, attendu, reçu)."""
    if compte is None:
        return [("compte", "affiché", "absent")]
    return [
        (champ, en_texte(voulu), en_texte(compte.get(champ)))
        for champ, voulu in attendus.items()
        if not egal(compte.get(champ), voulu)
    ]


def en_texte(valeur: object) -> str:
    """La valeur en clair : listes triées, « absent » sans valeur."""
    if isinstance(valeur, list | tuple | set | frozenset):
        return ", ".join(sorted(map(str, valeur))) or "aucune"
    return "absent" if valeur is None or valeur == "" else str(valeur)


def en_phrase(champs: Mapping[str, Any]) -> str:
    """« nom DURAND ; prenom Zoé » : ce qui est comparé, pour un constat."""
    return " ; ".join(f"{champ} {en_texte(valeur)}" for champ, valeur in champs.items())


def lister(ecarts_vus: Iterable[tuple[str, str, str]]) -> tuple[str, str]:
    """Les attendus puis les reçus d'une liste d'écarts."""
    vus = list(ecarts_vus)
    return "; ".join(f"{c} {a}" for c, a, _ in vus), "; ".join(f"{c} {r}" for c, _, r in vus)


def _forme(valeur: object) -> str:
    return unicodedata.normalize("NFC", " ".join(str("" if valeur is None else valeur).split())).casefold()
