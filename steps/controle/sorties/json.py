"""La liste JSON, écrite fichier par fichier : valide même après une interruption."""

from __future__ import annotations

import json
from typing import BinaryIO

from steps.controle.resultat import Resultat


class ListeJson:
    """Écrit `[`, un objet par résultat, puis `]` sur un flux binaire."""

    def __init__(self, flux: BinaryIO):
        self._flux = flux
        self._premier = True

    def ajouter(self, resultat: Resultat) -> None:
        """Écrit un résultat aussitôt."""
        self._flux.write(b"[\n" if self._premier else b",\n")
        self._premier = False
        self._flux.write(en_octets(resultat, indent=2))
        self._flux.flush()

    def clore(self) -> None:
        """Ferme la liste ; `[]` si rien n'a été ajouté."""
        self._flux.write(b"[]\n" if self._premier else b"\n]\n")
        self._flux.flush()


def en_octets(resultat: Resultat, *, indent: int | None = None) -> bytes:
    """JSON en UTF-8 ; un octet de nom de fichier qui n'est pas de l'UTF-8 devient un échappement JSON."""
    return json.dumps(resultat.en_dict(), ensure_ascii=False, indent=indent).encode("utf-8", "backslashreplace")
