"""Lecture d'un flux de commandes : lignes bornées, délais, octets rendus."""

from __future__ import annotations

import asyncio
from typing import Any


class FinDuFlux(Exception):
    """Le client a fermé ; `partiel` : début d'une ligne jamais finie."""

    def __init__(self, partiel: bytes = b"") -> None:
        super().__init__("fin du flux")
        self.partiel = partiel


class LigneTropLongue(ValueError):
    """Ligne plus longue que tout ce que le protocole admet ; elle a été sautée."""


class TropLent(TimeoutError):
    """Rien n'est venu à temps."""


async def lire_ligne(flux: asyncio.StreamReader, delai: float) -> bytes:
    """Une ligne, fin comprise."""
    trop_longue = False
    try:
        async with asyncio.timeout(delai):
            while True:
                try:
                    ligne = await flux.readuntil(b"\n")
                except asyncio.LimitOverrunError as erreur:
                    trop_longue = True
                    await flux.readexactly(erreur.consumed)
                    continue
                if trop_longue:
                    raise LigneTropLongue
                return ligne
    except TimeoutError:
        raise TropLent from None
    except asyncio.IncompleteReadError as erreur:
        raise FinDuFlux(b"" if trop_longue else erreur.partial) from None


def rendre(flux: asyncio.StreamReader, octets: bytes) -> None:
    """Remet des octets en tête du flux. `StreamReader` n'a rien de public pour cela."""
    _tampon(flux)[:0] = octets


def vider(flux: asyncio.StreamReader) -> int:
    """Jette ce que le flux a en attente ; rend combien d'octets."""
    tampon = _tampon(flux)
    taille = len(tampon)
    tampon.clear()
    return taille


def _tampon(flux: Any) -> bytearray:
    tampon = flux._buffer
    assert isinstance(tampon, bytearray)
    return tampon
