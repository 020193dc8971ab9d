"""Ce qu'une vérification reçoit déjà lu : seuls ses octets se gardent, et la lecture se refait comme le jugement."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from steps.jugements.classes import NonCodable


@dataclass(frozen=True, slots=True)
class LectureRejouable:
    """Une lecture pure : `nom` la désigne dans le journal, `source` rend les octets dont une valeur a été lue."""

    nom: str
    module: str
    fonction: str
    source: Callable[[Any], bytes]

    def lire(self, octets: bytes) -> Any:
        """La valeur lue de ces octets."""
        return getattr(importlib.import_module(self.module), self.fonction)(octets)


_COURRIEL = LectureRejouable(
    "courriel", "steps.verifications.mssante.courriel_lecture", "lire_courriel", lambda courriel: courriel.octets
)
_KOS = LectureRejouable("kos", "steps.verifications.kos.lecture", "lire_kos", lambda kos: kos.octets)
_PAR_CLASSE = {
    "steps.verifications.mssante.courriel_lecture:Courriel": _COURRIEL,
    "steps.verifications.kos.modele:Kos": _KOS,
}
_PAR_NOM = {lecture.nom: lecture for lecture in _PAR_CLASSE.values()}


def lecture_de(classe: type) -> LectureRejouable | None:
    """La lecture dont les valeurs de cette classe sortent, s'il y en a une."""
    return _PAR_CLASSE.get(f"{classe.__module__}:{classe.__qualname__}")


def lecture_nommee(nom: object) -> LectureRejouable:
    """La lecture de ce nom ; lève `NonCodable` pour tout autre."""
    lecture = _PAR_NOM.get(nom) if isinstance(nom, str) else None
    if lecture is None:
        raise NonCodable(f"lecture {nom!r} inconnue")
    return lecture
