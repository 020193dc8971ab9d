"""Conversions entre types atomiques et forme textuelle des valeurs. Source : F&O, section 17."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal

from .dates import Instant
from .erreurs import ErreurXPath
from .valeurs import (
    BLANCS,
    Item,
    QNom,
    Ua,
    Uri,
    est_nombre,
    nom_type,
    texte_vers_booleen,
    texte_vers_double,
    vers_float,
)

_ENTIER = re.compile(r"[+-]?\d+\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)\Z", re.ASCII)
BORNES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
INSTANTS = frozenset({"date", "dateTime", "time"})
TYPES = frozenset({"string", "untypedAtomic", "anyURI", "boolean", "decimal", "double", "QName", *INSTANTS, *BORNES})
_CHIFFRES_MAX = 4000  # au-delà, un entier écrit en toutes lettres n'est pas converti


def texte_de_double(x: float) -> str:
    """Forme canonique d'un xs:double."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "INF" if x > 0 else "-INF"
    if x == 0:
        return "-0" if math.copysign(1, x) < 0 else "0"
    signe, chiffres, exposant = Decimal(repr(x)).normalize().as_tuple()
    suite = "".join(map(str, chiffres))
    moins = "-" if signe else ""
    if 1e-6 <= abs(x) < 1e6:
        return moins + texte_de_decimal(abs(Decimal(repr(x))))
    puissance = int(exposant) + len(suite) - 1
    return f"{moins}{suite[0]}.{suite[1:] or '0'}E{puissance}"


def texte_de_decimal(x: Decimal) -> str:
    """Forme canonique d'un xs:decimal."""
    t = f"{x:f}"
    if "." in t:
        t = t.rstrip("0").rstrip(".")
    return "0" if t in ("-0", "") else t


def texte(x: Item) -> str:
    """Valeur atomique vers xs:string."""
    if isinstance(x, str):
        return str(x)
    if isinstance(x, bool):
        return "true" if x else "false"
    if isinstance(x, int):
        return str(x)
    if isinstance(x, float):
        return texte_de_double(x)
    if isinstance(x, Decimal):
        return texte_de_decimal(x)
    if isinstance(x, QNom):
        return f"{x.prefixe}:{x.local}" if x.prefixe else x.local
    return str(x)


def _entier(x: Item) -> int:
    if isinstance(x, bool | int):
        return int(x)
    if isinstance(x, float):
        if math.isnan(x) or math.isinf(x):
            raise ErreurXPath("FOCA0002", "NaN ou infini n'est pas un entier")
        return int(x)
    if isinstance(x, Decimal):
        return int(x)
    t = x.strip(BLANCS)
    if not _ENTIER.match(t) or len(t) > _CHIFFRES_MAX:
        raise ErreurXPath("FORG0001", f"{x[:60]!r} n'est pas un entier")
    return int(t)


def _decimal(x: Item) -> Decimal:
    if isinstance(x, bool | int):
        return Decimal(int(x))
    if isinstance(x, float):
        if math.isnan(x) or math.isinf(x):
            raise ErreurXPath("FOCA0002", "NaN ou infini n'est pas un décimal")
        return Decimal(x)
    if isinstance(x, Decimal):
        return x
    t = x.strip(BLANCS)
    if not _DECIMAL.match(t) or len(t) > _CHIFFRES_MAX:
        raise ErreurXPath("FORG0001", f"{x[:60]!r} n'est pas un décimal")
    return Decimal(t)


def _double(x: Item) -> float:
    return texte_vers_double(x) if isinstance(x, str) else vers_float(x)


def _booleen(x: Item) -> bool:
    return texte_vers_booleen(x) if isinstance(x, str) else bool(x) and x == x


def convertir(x: Item, type_: str) -> Item:
    """`x cast as xs:type_`. Lève FORG0001, FOCA0002, FOCA0003 ou XPTY0004."""
    if type_ == "string":
        return texte(x)
    if type_ == "untypedAtomic":
        return Ua(texte(x))
    if isinstance(x, Uri | QNom | Instant) and not (isinstance(x, Uri) and type_ == "anyURI"):
        if isinstance(x, QNom) and type_ == "QName":
            return x
        if isinstance(x, Instant):
            return _d_instant(x, type_)
        raise ErreurXPath("XPTY0004", f"{nom_type(x)} ne se convertit pas en xs:{type_}")
    nombre = est_nombre(x) or isinstance(x, bool)
    if type_ in INSTANTS or type_ == "anyURI":
        if nombre:
            raise ErreurXPath("XPTY0004", f"{nom_type(x)} ne se convertit pas en xs:{type_}")
        return Uri(" ".join(x.split())) if type_ == "anyURI" else Instant.lire(type_, x)
    if type_ in BORNES:
        n = _entier(x)
        bas, haut = BORNES[type_]
        if (bas is not None and n < bas) or (haut is not None and n > haut):
            raise ErreurXPath("FORG0001", f"{n} est hors des bornes de xs:{type_}")
        return n
    simples: dict[str, Callable[[Item], Item]] = {"decimal": _decimal, "double": _double, "boolean": _booleen}
    return simples[type_](x)


def _d_instant(x: Instant, type_: str) -> Instant:
    if type_ == x.genre:
        return x
    if x.genre == "dateTime" and type_ == "date":
        return Instant("date", x.an, x.mois, x.jour, 0, 0, Decimal(0), x.zone)
    if x.genre == "dateTime" and type_ == "time":
        return Instant("time", 1972, 12, 31, x.heure, x.minute, x.seconde, x.zone)
    if x.genre == "date" and type_ == "dateTime":
        return Instant("dateTime", x.an, x.mois, x.jour, 0, 0, Decimal(0), x.zone)
    raise ErreurXPath("XPTY0004", f"xs:{x.genre} ne se convertit pas en xs:{type_}")


def convertible(x: Item, type_: str) -> bool:
    """`x castable as xs:type_`."""
    try:
        convertir(x, type_)
    except ErreurXPath:
        return False
    return True
