"""Relit les arguments codés par `codage`. Un dossier peut être hostile : rien de ce qu'il dit ne s'exécute."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, Protocol

from simulators.socle.echange import Corps, CorpsMemoire, Echange, PoigneeRefusee
from steps.jugements import instants
from steps.jugements.classes import NonCodable, classe_de_chemin
from steps.jugements.lectures import lecture_nommee
from steps.verifications.registre import REGLES

_MALFORME = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Lecture(Protocol):
    """D'où se relisent corps, échanges et poignées de main ; chaque méthode lève `NonCodable` si c'est absent."""

    def corps(self, sha256: str) -> Corps:
        """Le corps de cette empreinte."""
        ...

    def echange(self, numero: int) -> Echange:
        """L'échange de ce numéro."""
        ...

    def poignee(self, numero: int) -> PoigneeRefusee:
        """La poignée de main refusée de ce numéro."""
        ...


class Decodeur:
    """Rend l'égal de ce qui a été codé ; lève `NonCodable` devant une étiquette, une classe ou un champ inconnus."""

    def __init__(self, lecture: Lecture) -> None:
        self._lecture = lecture

    def decoder(self, code: Any) -> Any:
        """La valeur."""
        try:
            return self._decoder(code)
        except RecursionError:
            raise NonCodable("valeurs emboîtées sans mesure") from None

    def _decoder(self, code: Any) -> Any:
        if isinstance(code, list):
            return self._liste(code)
        if not isinstance(code, dict):
            return code
        etiquette = code.get("@")
        decodage = _DECODAGES.get(etiquette) if isinstance(etiquette, str) else None
        if decodage is None:
            raise NonCodable(f"étiquette {etiquette!r} inconnue")
        try:
            return decodage(self, code)
        except _MALFORME as erreur:
            raise NonCodable(f"valeur « {etiquette} » illisible : {type(erreur).__name__} : {erreur}") from erreur

    def _liste(self, codes: Iterable[Any]) -> list[Any]:
        return [self._decoder(element) for element in codes]

    def _suite(self, code: Mapping[str, Any]) -> list[Any]:
        return self._liste(code["elements"])

    def _paires(self, code: Mapping[str, Any]) -> list[tuple[Any, Any]]:
        return [(self._decoder(cle), self._decoder(valeur)) for cle, valeur in code["paires"]]

    def _objet(self, code: Mapping[str, Any]) -> Any:
        """Les champs sont posés un à un, sans appeler la classe."""
        classe = classe_de_chemin(code["classe"], "objet")
        champs = {nom: self._decoder(valeur) for nom, valeur in code["champs"]}
        attendus = {champ.name for champ in fields(classe)}
        if set(champs) != attendus:
            ecart = ", ".join(sorted(map(str, set(champs) ^ attendus)))
            raise NonCodable(f"{code['classe']} : champs en trop ou manquants : {ecart}")
        objet = object.__new__(classe)
        for nom, valeur in champs.items():
            object.__setattr__(objet, nom, valeur)
        return objet

    def _n_uplet(self, code: Mapping[str, Any]) -> Any:
        classe = classe_de_chemin(code["classe"], "n-uplet")
        elements = self._suite(code)
        if len(elements) != len(classe._fields):
            raise NonCodable(f"{code['classe']} : {len(classe._fields)} éléments attendus, {len(elements)} reçus")
        return tuple.__new__(classe, elements)

    def _octets(self, code: Mapping[str, Any]) -> bytes:
        return self._lecture.corps(code["corps"]).octets if code["taille"] else b""

    def _argument(self, code: Mapping[str, Any]) -> Any:
        return self._decoder(json.loads(self._octets(code)))

    def _lu(self, code: Mapping[str, Any]) -> Any:
        return lecture_nommee(code["par"]).lire(self._decoder(code["octets"]))

    def _regle(self, code: Mapping[str, Any]) -> Any:
        if code["code"] not in REGLES:
            raise NonCodable(f"règle {code['code']!r} inconnue de ce banc")
        return REGLES[code["code"]]


_DECODAGES: Mapping[str, Callable[[Decodeur, Mapping[str, Any]], Any]] = {
    "argument": Decodeur._argument,
    "compte": lambda d, code: Counter(dict(d._paires(code))),
    "corps": lambda d, code: d._lecture.corps(code["corps"]),
    "date": lambda _, code: date.fromisoformat(code["iso"]),
    "datetime": lambda _, code: instants.lire_datetime(dict(code)),
    "dict": lambda d, code: dict(d._paires(code)),
    "echange": lambda d, code: d._lecture.echange(code["numero"]),
    "enum": lambda _, code: classe_de_chemin(code["classe"], "enum")[code["nom"]],
    "flottant": lambda _, code: float(code["valeur"]),
    "frozenset": lambda d, code: frozenset(d._suite(code)),
    "lu": Decodeur._lu,
    "memoire": lambda d, code: CorpsMemoire(d._decoder(code["octets"])),
    "n-uplet": Decodeur._n_uplet,
    "objet": Decodeur._objet,
    "octets": Decodeur._octets,
    "poignee": lambda d, code: d._lecture.poignee(code["numero"]),
    "regle": Decodeur._regle,
    "set": lambda d, code: set(d._suite(code)),
    "texte": lambda d, code: d._octets(code).decode("utf-8", "surrogatepass"),
    "time": lambda _, code: instants.lire_time(dict(code)),
    "timedelta": lambda _, code: instants.lire_timedelta(dict(code)),
    "tuple": lambda d, code: tuple(d._suite(code)),
}
