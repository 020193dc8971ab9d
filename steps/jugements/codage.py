"""Les arguments d'une vérification en JSON étiqueté : `Decodeur` en rend l'égal exact, ou `Codeur` refuse.

Un texte, un entier, un booléen, rien et une liste s'écrivent tels quels ; toute autre valeur est un objet
`{"@": étiquette, …}`. Octets et longs textes sont rangés à part et cités par leur SHA-256, un échange par son numéro.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Protocol

from reports.constat import Regle
from simulators.socle.echange import Corps, CorpsFichier, CorpsMemoire, Echange, PoigneeRefusee
from simulators.socle.expurgation import CLES_SECRETES, ENTETES_SECRETS
from steps.jugements import instants
from steps.jugements.classes import NonCodable, chemin_de_classe
from steps.jugements.lectures import lecture_de
from steps.verifications.registre import REGLES

TEXTE_LONG = 2048
ARGUMENT_LONG = 4096
"""Au-delà, un argument se range comme un corps : deux jugements des mêmes faits n'en gardent qu'un exemplaire."""
PROFONDEUR = 60
_SUBSTITUT = re.compile("[\ud800-\udfff]")
_SECRETES = CLES_SECRETES | ENTETES_SECRETS


class Rangement(Protocol):
    """Où se rangent les octets, et comment se cache un secret : le journal, quand on écrit."""

    def ranger(self, octets: bytes) -> Corps:
        """Range des octets, secrets remplacés ; deux fois les mêmes n'occupent qu'un fichier."""
        ...

    def empreinte_secret(self, valeur: str | bytes) -> str:
        """Ce qui remplace un secret et se compare encore."""
        ...


class Codeur:
    """Code des valeurs ; lève `NonCodable`, avec le chemin de la valeur, quand l'une ne s'écrit pas."""

    def __init__(self, rangement: Rangement) -> None:
        self._rangement = rangement

    def argument(self, valeur: object, nom: str) -> Any:
        """Un argument entier, rangé à part s'il est long."""
        if isinstance(valeur, str) and valeur and nom.lower() in _SECRETES:
            return self._rangement.empreinte_secret(valeur)
        try:
            code = self.coder(valeur)
        except NonCodable as erreur:
            raise erreur.dans(nom) from erreur
        if isinstance(code, list | dict):
            texte = json.dumps(code, ensure_ascii=False, separators=(",", ":"))
            if len(texte) > ARGUMENT_LONG:
                return {**self._octets(texte.encode()), "@": "argument"}
        return code

    def coder(self, valeur: object, profondeur: int = 0) -> Any:
        """La valeur en JSON."""
        genre = type(valeur)
        if genre in _TELS_QUELS:
            return valeur
        if genre is str:
            return self._texte(str(valeur))
        if profondeur > PROFONDEUR:
            raise NonCodable(f"valeurs emboîtées sur plus de {PROFONDEUR} niveaux")
        simple = _SIMPLES.get(genre)
        if simple is not None:
            return simple(self, valeur)
        compose = _COMPOSES.get(genre)
        if compose is not None:
            return compose(self, valeur, profondeur + 1)
        return self._valeur(valeur, profondeur + 1)

    def _valeur(self, valeur: Any, suite: int) -> Any:
        """Une valeur d'une classe à nous."""
        genre = type(valeur)
        if isinstance(valeur, Enum):
            return {"@": "enum", "classe": chemin_de_classe(genre), "nom": valeur.name}
        if genre is Regle and REGLES.get(valeur.code) == valeur:
            # Par son code : une règle rejouée est celle du banc, pas celle qu'un dossier raconterait.
            return {"@": "regle", "code": valeur.code}
        lecture = lecture_de(genre)
        if lecture is not None:
            return {"@": "lu", "par": lecture.nom, "octets": self._octets(lecture.source(valeur))}
        if is_dataclass(valeur):
            classe = chemin_de_classe(genre)
            champs = [self._paire(champ.name, getattr(valeur, champ.name), suite) for champ in fields(valeur)]
            return {"@": "objet", "classe": classe, "champs": champs}
        if isinstance(valeur, tuple) and hasattr(genre, "_fields"):
            return {"@": "n-uplet", "classe": chemin_de_classe(genre), "elements": self._suite(valeur, suite)}
        raise NonCodable(f"une valeur de type {genre.__module__}.{genre.__qualname__} ne se garde pas")

    def _suite(self, valeurs: Any, suite: int) -> list[Any]:
        codes: list[Any] = []
        try:
            # Où l'on en est ne s'écrit que si une valeur ne se garde pas : un chemin par valeur coûterait plus qu'elle.
            for element in valeurs:
                codes.append(self.coder(element, suite))
        except NonCodable as erreur:
            raise erreur.dans(f"[{len(codes)}]") from erreur
        return codes

    def _ensemble(self, valeurs: Any, suite: int) -> list[Any]:
        return sorted(self._suite(valeurs, suite), key=repr)

    def _paires(self, valeur: Any, suite: int) -> list[Any]:
        # Des paires plutôt qu'un objet JSON : les clés y gardent leur ordre et leur type.
        return [self._paire(cle, element, suite) for cle, element in valeur.items()]

    def _paire(self, cle: object, valeur: object, suite: int) -> list[Any]:
        if isinstance(cle, str) and isinstance(valeur, str) and valeur and cle.lower() in _SECRETES:
            return [cle, self._rangement.empreinte_secret(valeur)]
        try:
            return [self.coder(cle, suite), self.coder(valeur, suite)]
        except NonCodable as erreur:
            raise erreur.dans(f".{cle if isinstance(cle, str) else repr(cle)}") from erreur

    def _texte(self, texte: str) -> Any:
        if len(texte) <= TEXTE_LONG and (texte.isascii() or not _SUBSTITUT.search(texte)):
            return texte
        return {**self._octets(texte.encode("utf-8", "surrogatepass")), "@": "texte"}

    def _octets(self, octets: bytes) -> dict[str, Any]:
        corps = self._rangement.ranger(octets)
        return {"@": "octets", "corps": corps.sha256, "taille": corps.taille}

    def _echange(self, valeur: Any) -> Any:
        if valeur.numero <= 0:
            raise NonCodable(f"échange numéro {valeur.numero} : il n'est pas dans le journal")
        return {"@": "poignee" if type(valeur) is PoigneeRefusee else "echange", "numero": valeur.numero}


def _flottant(_: Codeur, valeur: Any) -> Any:
    return valeur if math.isfinite(valeur) else {"@": "flottant", "valeur": repr(valeur)}


_TELS_QUELS = frozenset({type(None), bool, int})

_SIMPLES: Mapping[type, Callable[[Codeur, Any], Any]] = {
    float: _flottant,
    bytes: Codeur._octets,
    datetime: lambda _, valeur: instants.coder_datetime(valeur),
    date: lambda _, valeur: {"@": "date", "iso": valeur.isoformat()},
    time: lambda _, valeur: instants.coder_time(valeur),
    timedelta: lambda _, valeur: instants.coder_timedelta(valeur),
    Echange: Codeur._echange,
    PoigneeRefusee: Codeur._echange,
    CorpsFichier: lambda _, valeur: {"@": "corps", "corps": valeur.sha256, "taille": valeur.taille},
    CorpsMemoire: lambda codeur, valeur: {"@": "memoire", "octets": codeur._octets(valeur.octets)},
}

_COMPOSES: Mapping[type, Callable[[Codeur, Any, int], Any]] = {
    list: Codeur._suite,
    tuple: lambda codeur, valeur, suite: {"@": "tuple", "elements": codeur._suite(valeur, suite)},
    set: lambda codeur, valeur, suite: {"@": "set", "elements": codeur._ensemble(valeur, suite)},
    frozenset: lambda codeur, valeur, suite: {"@": "frozenset", "elements": codeur._ensemble(valeur, suite)},
    dict: lambda codeur, valeur, suite: {"@": "dict", "paires": codeur._paires(valeur, suite)},
    Counter: lambda codeur, valeur, suite: {"@": "compte", "paires": codeur._paires(valeur, suite)},
}
