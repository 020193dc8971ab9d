"""Échanges entre le banc et ses ouvriers : objets Python précédés de leur longueur, sur des tubes privés."""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO

_LONGUEUR = struct.Struct(">Q")


def envoyer(tube: BinaryIO, valeur: Any) -> None:
    """Écrit un objet ; `OSError` (tube rompu) si l'autre bout n'est plus là."""
    octets = pickle.dumps(valeur, protocol=pickle.HIGHEST_PROTOCOL)
    tube.write(_LONGUEUR.pack(len(octets)))
    tube.write(octets)
    tube.flush()


def recevoir(tube: BinaryIO) -> Any:
    """Lit un objet écrit par `envoyer` ; `EOFError` si l'autre bout s'est arrêté, même au milieu."""
    entete = tube.read(_LONGUEUR.size)
    if len(entete) < _LONGUEUR.size:
        raise EOFError
    (longueur,) = _LONGUEUR.unpack(entete)
    octets = tube.read(longueur)
    if len(octets) < longueur:
        raise EOFError
    return pickle.loads(octets)
