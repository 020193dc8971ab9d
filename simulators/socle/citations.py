"""Les corps qu'un enregistrement cite : échange, argument d'un jugement, long texte d'une action.

Un jugement cite ses octets par un objet JSON étiqueté, `{"@": …, "corps": SHA-256, "taille": n}` ; une action remplace
un long texte par `{"corps": SHA-256, "taille": n}`. Seule la forme compte ici : ce que vaut l'argument ne se lit pas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulators.socle.codage import corps_cites

ARGUMENT = "argument"
"""L'étiquette d'un argument rangé entier : son corps est le JSON de l'argument, qui cite à son tour."""
_ETIQUETTES = frozenset({"octets", "texte", "corps", ARGUMENT})
_EMPREINTE = re.compile(r"[0-9a-f]{64}")
Citation = tuple[str, int | None]


def citations(genre: str, donnees: Mapping[str, Any]) -> Iterator[Citation]:
    """Empreinte et taille de chaque corps cité par cet enregistrement (taille None pour un certificat)."""
    if genre == "echange":
        yield from corps_cites(dict(donnees))
    elif genre == "jugement":
        yield from citations_d_arguments(donnees.get("arguments"))
    elif genre == "action":
        for objet in _objets(donnees):
            # Les données d'une action sont celles du logiciel : « corps » y est aussi le texte d'un courriel.
            if objet.keys() == {"corps", "taille"} and _est_empreinte(objet["corps"]) and type(objet["taille"]) is int:
                yield objet["corps"], objet["taille"]


def citations_d_arguments(code: Any, etiquettes: frozenset[str] = _ETIQUETTES) -> Iterator[Citation]:
    """Les corps que ces arguments codés citent ; un corps vide n'est pas rangé."""
    for objet in _objets(code):
        etiquette = objet.get("@")
        if not isinstance(etiquette, str) or etiquette not in etiquettes or objet.get("taille") == 0:
            continue
        # Un dossier peut être hostile : une citation sans empreinte n'a rien à retrouver, et `relire` la refusera.
        if _est_empreinte(objet.get("corps")):
            yield objet["corps"], objet["taille"] if type(objet.get("taille")) is int else None


def arguments_ranges(donnees: Mapping[str, Any]) -> frozenset[str]:
    """Les corps qui sont des arguments rangés entiers, dans cet enregistrement `jugement`."""
    return frozenset(sha256 for sha256, _ in citations_d_arguments(donnees.get("arguments"), frozenset({ARGUMENT})))


def _objets(valeur: Any) -> Iterator[Mapping[str, Any]]:
    """Tous les objets JSON emboîtés, sans récursion."""
    restent = [valeur]
    while restent:
        courante = restent.pop()
        if isinstance(courante, dict):
            yield courante
            restent.extend(courante.values())
        elif isinstance(courante, list):
            restent.extend(courante)


def _est_empreinte(valeur: Any) -> bool:
    return isinstance(valeur, str) and _EMPREINTE.fullmatch(valeur) is not None
