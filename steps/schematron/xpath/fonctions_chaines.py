"""Fonctions de F&O sur les chaînes, expressions régulières comprises, sur des arguments déjà convertis."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from .arguments import arg_nombre
from .conversions import texte
from .erreurs import ErreurXPath, HorsDePortee
from .fonctions_nombres import arrondi_double
from .noeuds import Noeud, chaine
from .regex import compiler, reconnaisseur
from .valeurs import (
    Item,
    atomes,
)


def en_texte(items: list[Item]) -> str:
    """`fn:string`, et chaque argument de `concat`."""
    if not items:
        return ""
    if len(items) > 1:
        raise ErreurXPath("XPTY0004", "plusieurs items là où un seul est attendu")
    x = items[0]
    return chaine(x) if isinstance(x, Noeud) else texte(x)


def joindre(items: Iterable[Item], separateur: str) -> str:
    """`string-join`."""
    return separateur.join(texte(x) for x in atomes(items))


def sous_chaine(s: str, debut: Item, longueur: Item = None) -> str:
    """`substring` : arrondi au sens de F&O, bornes comprises dans la chaîne."""
    a = arrondi_double(float(debut))
    if math.isnan(a):
        return ""
    if math.isinf(a) or (longueur is not None and math.isinf(longueur)):
        raise ErreurXPath("hors de portée", "substring() à bornes infinies")
    if longueur is None:
        fin = math.inf
    else:
        fin = a + arrondi_double(float(longueur))
        if math.isnan(fin):
            return ""
    premier = 1 if a < 1 else a
    dernier = len(s) + 1 if fin > len(s) else fin
    return s[int(premier) - 1 : int(dernier) - 1] if premier < dernier else ""


def avant(s: str, t: str) -> str:
    """`substring-before`."""
    i = s.find(t)
    return s[:i] if i > 0 and t else ""


def apres(s: str, t: str) -> str:
    """`substring-after`."""
    i = s.find(t)
    return s[i + len(t) :] if i >= 0 else ""


def normaliser(s: str) -> str:
    """`normalize-space` : les quatre blancs XML seulement."""
    if s.isascii() and "\x0b" not in s and "\x0c" not in s:
        return " ".join(s.split())
    return " ".join(m for m in s.replace("\t", " ").replace("\n", " ").replace("\r", " ").split(" ") if m)


def transposer(s: str, de: str, vers: str) -> str:
    """`translate`."""
    table: dict[int, str | None] = {}
    for i, c in enumerate(de):
        table.setdefault(ord(c), vers[i] if i < len(vers) else None)
    return s.translate(table)


def _motif(lecture: Callable[[str, str], Any], motif: str, drapeaux: str) -> Any:
    """Un motif calculé hors de portée devient une erreur d'évaluation : l'assertion est laissée au repli."""
    try:
        return lecture(motif, drapeaux)
    except HorsDePortee as cause:
        raise ErreurXPath("hors de portée", str(cause)) from None


def reconnait(s: str, motif: str, drapeaux: str = "") -> bool:
    """`matches`."""
    return bool(_motif(reconnaisseur, motif, drapeaux)(s))


def remplacer(s: str, motif: str, par: str, drapeaux: str = "") -> str:
    """`replace`. Lève FORX0003 si le motif accepte la chaîne vide, FORX0004 si le remplacement est mal écrit."""
    expression = _motif(compiler, motif, drapeaux)
    if expression.search(""):
        raise ErreurXPath("FORX0003", f"le motif {motif[:60]!r} accepte la chaîne vide")
    morceaux: list[str | int] = []
    i = 0
    while i < len(par):
        c = par[i]
        i += 1
        if c == "\\":
            if par[i : i + 1] not in ("\\", "$") or i >= len(par):
                raise ErreurXPath("FORX0004", f"remplacement {par[:60]!r}")
            morceaux.append(par[i])
            i += 1
        elif c == "$":
            debut = i
            while i < len(par) and par[i].isascii() and par[i].isdigit():
                if i > debut and int(par[debut : i + 1]) > expression.groups:
                    break
                i += 1
            if i == debut:
                raise ErreurXPath("FORX0004", f"remplacement {par[:60]!r}")
            morceaux.append(int(par[debut:i]))
        else:
            morceaux.append(c)

    def rendre(trouve: Any) -> str:
        return "".join(
            m if isinstance(m, str) else (trouve[m] or "") if m <= expression.groups else "" for m in morceaux
        )

    return str(expression.sub(rendre, s))


def decouper(s: str, motif: str, drapeaux: str = "") -> list[str]:
    """`tokenize`."""
    expression = _motif(compiler, motif, drapeaux)
    if expression.search(""):
        raise ErreurXPath("FORX0003", f"le motif {motif[:60]!r} accepte la chaîne vide")
    if not s:
        return []
    trouves, debut = [], 0
    for m in expression.finditer(s):
        trouves.append(s[debut : m.start()])
        debut = m.end()
    return [*trouves, s[debut:]]


def comparer_chaines(a: str | None, b: str | None) -> list[int]:
    """`compare`."""
    return [] if a is None or b is None else [(a > b) - (a < b)]


def iri_vers_uri(s: str) -> str:
    """`iri-to-uri`."""
    return quote(s, safe="!#$%&'()*+,/:;=?@[]~-._")


def pour_uri(s: str) -> str:
    """`encode-for-uri`."""
    return quote(s, safe="-_.~")


def html_uri(s: str) -> str:
    """`escape-html-uri`."""
    return "".join(c if 32 <= ord(c) < 127 else quote(c, safe="") for c in s)


def points_vers_chaine(items: list[Item]) -> str:
    """`codepoints-to-string`."""
    points = [arg_nombre([x]) for x in items]
    for p in points:
        if not (p in (9, 10, 13) or 32 <= p <= 0xD7FF or 0xE000 <= p <= 0xFFFD or 0x10000 <= p <= 0x10FFFF):
            raise ErreurXPath("FOCH0001", "point de code interdit en XML")
    return "".join(chr(int(p)) for p in points)
