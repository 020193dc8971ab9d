"""Façons d'abîmer un document : octets changés, morceaux ôtés, doublés, déplacés, éléments et valeurs remplacés."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

TRAITRES: tuple[bytes, ...] = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xc3\x28",
    b"-1",
    b"9" * 400,
    b"1e999",
    b"NaN",
    b"%s%s%n",
    b"../../../etc/passwd",
    b"&lt;!ENTITY a &apos;b&apos;&gt;",
    b"<!--",
    b"]]>",
    b"\r\n\r\n",
    b"|^~\\&",
    "é\u202e\ufeff".encode(),
    b"A" * 70_000,
    b"(" * 3_000,
    b"<a>" * 2_000,
)
_VALEUR = re.compile(rb'"[^"<>]{0,200}"|>[^<>]{1,200}<|(?<=\|)[^|\r\n]{1,200}(?=\|)|(?<=: )[^\r\n]{1,200}')


def _octets(alea: random.Random, octets: bytearray) -> None:
    for _ in range(alea.randint(1, 8)):
        octets[alea.randrange(len(octets))] = alea.randrange(256)


def _couper(alea: random.Random, octets: bytearray) -> None:
    del octets[alea.randrange(len(octets)) :]


def _oter(alea: random.Random, octets: bytearray) -> None:
    debut = alea.randrange(len(octets))
    del octets[debut : debut + alea.randint(1, 400)]


def _doubler(alea: random.Random, octets: bytearray) -> None:
    debut = alea.randrange(len(octets))
    octets[debut:debut] = octets[debut : debut + alea.randint(1, 2_000)] * alea.choice((1, 2, 40))


def _deplacer(alea: random.Random, octets: bytearray) -> None:
    debut = alea.randrange(len(octets))
    morceau = octets[debut : debut + alea.randint(1, 400)]
    del octets[debut : debut + len(morceau)]
    ou = alea.randrange(len(octets) + 1)
    octets[ou:ou] = morceau


def _inserer(alea: random.Random, octets: bytearray) -> None:
    ou = alea.randrange(len(octets))
    octets[ou:ou] = alea.choice(TRAITRES)


def _valeur(alea: random.Random, octets: bytearray) -> None:
    """Une valeur (attribut, texte, champ, en-tête) en devient une autre, ou l'une de celles du même document."""
    valeurs = list(_VALEUR.finditer(octets))
    if not valeurs:
        return
    visee = alea.choice(valeurs)
    entourage = visee[0][:1], visee[0][-1:]
    autre = alea.choice(TRAITRES) if alea.random() < 0.6 else bytes(alea.choice(valeurs)[0].strip(b'"<>'))
    bords = entourage if entourage in ((b'"', b'"'), (b">", b"<")) else (b"", b"")
    octets[visee.start() : visee.end()] = bords[0] + autre + bords[1]


FACONS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _octets,
    _couper,
    _oter,
    _doubler,
    _deplacer,
    _inserer,
    _valeur,
    _valeur,
    _valeur,
)


def alterer(octets: bytes, graine: str) -> bytes:
    """Une à quatre altérations, toujours les mêmes pour une graine donnée."""
    alea = random.Random(graine)
    abime = bytearray(octets)
    for _ in range(alea.choice((1, 1, 1, 2, 4))):
        if abime:
            alea.choice(FACONS)(alea, abime)
    return bytes(abime)
