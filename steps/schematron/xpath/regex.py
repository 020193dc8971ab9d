"""Expressions régulières XPath : lecture stricte, traduction en `re`, ou automate quand `re` pourrait s'emballer.

Une répétition non bornée qui en contient une autre peut coûter à `re` un temps exponentiel sur un texte choisi pour ;
ces motifs-là passent par un automate, en temps proportionnel au texte. Source : F&O, section 7.6.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from .caracteres import Intervalles, echappee, reunir
from .erreurs import ErreurXPath, HorsDePortee


@dataclass(frozen=True, slots=True)
class Classe:
    """Un caractère parmi des intervalles, ou hors d'eux ; `sauf` : classe soustraite (`[a-z-[aeiou]]`)."""

    intervalles: Intervalles
    negative: bool = False
    sauf: Classe | None = None


@dataclass(frozen=True, slots=True)
class Ancre:
    """`^` ou `$`."""

    signe: str


@dataclass(frozen=True, slots=True)
class Suite:
    """Branches d'un choix, chacune une suite de morceaux ; `groupe` : parenthèses capturantes."""

    branches: tuple[tuple[Morceau, ...], ...]
    groupe: bool = False


@dataclass(frozen=True, slots=True)
class Repete:
    """Répétition de `bas` à `haut` (None : sans fin)."""

    e: Morceau
    bas: int
    haut: int | None
    avide: bool


Morceau = Classe | Ancre | Suite | Repete
_SIMPLES = {"n": 10, "r": 13, "t": 9}
_LITTERAUX = frozenset("\\|.?*+(){}$-[]^")
_REPETITION_MAX = 1000


def _erreur(motif: str) -> ErreurXPath:
    return ErreurXPath("FORX0002", f"expression régulière incorrecte : {motif[:80]!r}")


class _Lecture:
    def __init__(self, motif: str, drapeaux: str) -> None:
        self.motif = motif
        self.i = 0
        self.drapeaux = drapeaux
        self.profondeur = 0

    def vu(self) -> str:
        return self.motif[self.i] if self.i < len(self.motif) else ""

    def prendre(self) -> str:
        c = self.vu()
        if not c:
            raise _erreur(self.motif)
        self.i += 1
        return c

    def choix(self, groupe: bool = False) -> Suite:
        branches = [self.branche()]
        while self.vu() == "|":
            self.i += 1
            branches.append(self.branche())
        return Suite(tuple(branches), groupe)

    def branche(self) -> tuple[Morceau, ...]:
        morceaux: list[Morceau] = []
        while (c := self.vu()) and c not in "|)":
            if "x" in self.drapeaux and c in " \t\r\n":
                self.i += 1
                continue
            morceaux.append(self.repetition(self.atome()))
        return tuple(morceaux)

    def repetition(self, e: Morceau) -> Morceau:
        c = self.vu()
        if c in ("*", "+", "?") and c:
            self.i += 1
            bas, haut_ou_rien = {"*": (0, None), "+": (1, None), "?": (0, 1)}[c]
        elif c == "{":
            lu = re.compile(r"\{(\d+)(,(\d*))?\}", re.ASCII).match(self.motif, self.i)
            if lu is None:
                raise _erreur(self.motif)
            self.i = lu.end()
            bas = int(lu[1])
            haut_ou_rien = bas if lu[2] is None else int(lu[3]) if lu[3] else None
            if haut_ou_rien is not None and haut_ou_rien < bas:
                raise _erreur(self.motif)
            if max(bas, haut_ou_rien or 0) > _REPETITION_MAX:
                raise HorsDePortee("répétition trop grande dans une expression régulière")
        else:
            return e
        avide = True
        if self.vu() == "?":
            self.i += 1
            avide = False
        if self.vu() and self.vu() in "*+?{":
            raise _erreur(self.motif)
        if isinstance(e, Ancre):  # répéter une ancre ne change rien ; zéro fois, elle devient facultative
            return e if bas else Suite(((e,), ()))
        return Repete(e, bas, haut_ou_rien, avide)

    def atome(self) -> Morceau:
        c = self.prendre()
        if c == "(":
            capture = not self.motif.startswith("?:", self.i)
            if not capture:
                self.i += 2
            self.profondeur += 1
            if self.profondeur > 50:
                raise HorsDePortee("groupes trop imbriqués")
            groupe = self.choix(capture)
            self.profondeur -= 1
            if self.vu() != ")":
                raise _erreur(self.motif)
            self.i += 1
            return groupe
        if c in "*+?{})]":
            raise _erreur(self.motif)
        if c == "[":
            return self.classe()
        if c == ".":
            return Classe(() if "s" in self.drapeaux else ((10, 10), (13, 13)), True)
        if c in "^$":
            return Ancre(c)
        if c == "\\":
            return Classe(self.echappement())
        return Classe(((ord(c), ord(c)),))

    def echappement(self) -> Intervalles:
        c = self.prendre()
        if c in _SIMPLES:
            return ((_SIMPLES[c], _SIMPLES[c]),)
        if c in _LITTERAUX:
            return ((ord(c), ord(c)),)
        if c in "sSiIcCdDwW":
            return echappee(c)
        if c in "pP":
            lu = re.compile(r"\{([A-Za-z0-9-]+)\}").match(self.motif, self.i)
            if lu is None:
                raise _erreur(self.motif)
            self.i = lu.end()
            return echappee(c, lu[1])
        if c.isdigit():
            raise HorsDePortee("renvoi à un groupe dans une expression régulière")
        raise _erreur(self.motif)

    def classe(self) -> Classe:
        negative = self.vu() == "^"
        if negative:
            self.i += 1
        trouves: list[tuple[int, int]] = []
        sauf: Classe | None = None
        premier = True
        while premier or self.vu() != "]":
            c = self.prendre()
            if c == "-" and self.vu() == "[" and not premier:
                self.i += 1
                sauf = self.classe()
                if self.vu() != "]":
                    raise _erreur(self.motif)
                break
            if c == "[" or (c == "]" and premier):
                raise _erreur(self.motif)
            if "x" in self.drapeaux and c in " \t\r\n":
                raise HorsDePortee("blanc dans une classe sous le drapeau x")
            bornes = self.echappement() if c == "\\" else ((ord(c), ord(c)),)
            seul = len(bornes) == 1 and bornes[0][0] == bornes[0][1]
            if c == "-" and not premier and self.vu() != "]":
                raise HorsDePortee("tiret au milieu d'une classe de caractères")
            if seul and self.vu() == "-" and self.motif[self.i + 1 : self.i + 2] not in ("]", "[", ""):
                self.i += 1
                d = self.prendre()
                fin = self.echappement() if d == "\\" else ((ord(d), ord(d)),)
                if len(fin) != 1 or fin[0][0] != fin[0][1] or fin[0][0] < bornes[0][0]:
                    raise _erreur(self.motif)
                bornes = ((bornes[0][0], fin[0][0]),)
            trouves += bornes
            premier = False
        self.i += 1
        return Classe(reunir(tuple(trouves)), negative, sauf)


def lire(motif: str, drapeaux: str = "") -> Suite:
    """L'arbre d'un motif. Lève FORX0001 (drapeau), FORX0002 (motif) ou `HorsDePortee`."""
    if "q" in drapeaux:
        raise HorsDePortee("drapeau q d'une expression régulière")
    if set(drapeaux) - set("smix"):
        raise ErreurXPath("FORX0001", f"drapeaux {drapeaux!r}")
    lecture = _Lecture(motif, drapeaux)
    e = lecture.choix()
    if lecture.i < len(motif):
        raise _erreur(motif)
    return e


# --- traduction vers `re` ------------------------------------------------------------------------------------------


def _point(n: int) -> str:
    return chr(n) if chr(n).isalnum() and n < 128 else f"\\U{n:08x}"


def _classe_re(c: Classe) -> str:
    if not c.intervalles:
        corps = "[\\s\\S]" if c.negative else "(?!)"
    else:
        dedans = "".join(_point(a) if a == b else f"{_point(a)}-{_point(b)}" for a, b in c.intervalles)
        corps = f"[{'^' if c.negative else ''}{dedans}]"
    return f"(?:(?!{_classe_re(c.sauf)}){corps})" if c.sauf else corps


def _en_re(e: Morceau, multi: bool) -> str:
    if isinstance(e, Classe):
        return _classe_re(e)
    if isinstance(e, Ancre):
        if e.signe == "^":
            return r"(?:\A|(?<=\n)(?!\Z))" if multi else r"\A"
        return r"(?=\n|\Z)" if multi else r"\Z"
    if isinstance(e, Suite):
        corps = "|".join("".join(_en_re(m, multi) for m in b) for b in e.branches)
        return f"({corps})" if e.groupe else f"(?:{corps})"
    borne = f"{{{e.bas},{'' if e.haut is None else e.haut}}}"
    return (
        f"(?:{_en_re(e.e, multi)}){borne}{'' if e.avide else '?'}"
        if not isinstance(e.e, Suite | Classe)
        else (f"{_en_re(e.e, multi)}{borne}{'' if e.avide else '?'}")
    )


def _sans_fin(e: Morceau) -> bool:
    if isinstance(e, Repete):
        return e.haut is None or _sans_fin(e.e)
    return isinstance(e, Suite) and any(_sans_fin(m) for b in e.branches for m in b)


def risque(e: Morceau) -> bool:
    """Une répétition large en contient-elle une autre sans fin ? `re` peut alors mettre un temps exponentiel."""
    if isinstance(e, Repete):
        large = e.haut is None or e.haut > 3
        return (large and (_sans_fin(e.e) or _ambigu(e.e))) or risque(e.e)
    return isinstance(e, Suite) and any(risque(m) for b in e.branches for m in b)


def _ambigu(e: Morceau) -> bool:
    """Un choix répété, dont deux branches pourraient lire le même texte."""
    if isinstance(e, Repete):
        return e.bas != e.haut or _ambigu(e.e)
    return isinstance(e, Suite) and (len(e.branches) > 1 or any(_ambigu(m) for b in e.branches for m in b))


def traduire(e: Suite, drapeaux: str) -> re.Pattern[str]:
    """Le motif `re` équivalent."""
    return re.compile(_en_re(e, "m" in drapeaux), re.IGNORECASE if "i" in drapeaux else 0)


@lru_cache(maxsize=2048)
def compiler(motif: str, drapeaux: str = "") -> re.Pattern[str]:
    """Motif pour `replace` et `tokenize`. `HorsDePortee` si son temps n'est pas borné."""
    e = lire(motif, drapeaux)
    if risque(e):
        raise HorsDePortee(f"expression régulière à temps non borné : {motif[:80]!r}")
    return traduire(e, drapeaux)


@lru_cache(maxsize=2048)
def reconnaisseur(motif: str, drapeaux: str = "") -> Callable[[str], bool]:
    """Pour `matches` : dit si le motif se trouve dans un texte."""
    from .automate import Automate

    e = lire(motif, drapeaux)
    if risque(e):
        return Automate(e, drapeaux).trouve
    cherche = traduire(e, drapeaux).search
    return lambda texte: cherche(texte) is not None
