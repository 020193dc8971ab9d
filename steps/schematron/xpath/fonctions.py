"""Fonctions de F&O, côté exécution. Chaque fonction reçoit des arguments déjà convertis (voir `catalogue.py`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import quote

from .conversions import texte
from .dates import Instant
from .erreurs import ErreurXPath, HorsDePortee
from .noeuds import ATTRIBUT, DOCUMENT, ELEMENT, INSTRUCTION, Noeud, chaine, enfants
from .nombres import ajouter, diviser
from .regex import compiler, reconnaisseur
from .valeurs import (
    COMPARER,
    Item,
    QNom,
    Ua,
    Uri,
    atomes,
    comparer,
    est_nombre,
    nom_type,
    texte_vers_double,
    un_atome,
)

# --- arguments -----------------------------------------------------------------------------------------------------


def arg_o(items: list[Item]) -> str | None:
    """Argument xs:string? : None si vide. Lève XPTY0004."""
    x = un_atome(items)
    if x is None or isinstance(x, str):
        return x
    raise ErreurXPath("XPTY0004", f"une chaîne attendue, {nom_type(x)} reçu")


def arg_s(items: list[Item]) -> str:
    """Argument xs:string? dont le vide vaut la chaîne vide."""
    return arg_o(items) or ""


def arg_exige(items: list[Item]) -> str:
    """Argument xs:string obligatoire."""
    x = arg_o(items)
    if x is None:
        raise ErreurXPath("XPTY0004", "une chaîne attendue, rien reçu")
    return x


def arg_nombre(items: list[Item]) -> Item:
    """Argument numérique facultatif : None si vide ; un xs:untypedAtomic devient un double."""
    x = un_atome(items)
    if x is None or est_nombre(x):
        return x
    if isinstance(x, Ua):
        return texte_vers_double(x)
    raise ErreurXPath("XPTY0004", f"un nombre attendu, {nom_type(x)} reçu")


def arg_noeud(items: list[Item]) -> Noeud | None:
    """Argument node()?."""
    if not items:
        return None
    if len(items) > 1 or not isinstance(items[0], Noeud):
        raise ErreurXPath("XPTY0004", "un nœud attendu")
    return items[0]


def exige(x: Item) -> Item:
    """Une valeur obligatoire. Lève XPTY0004."""
    if x is None:
        raise ErreurXPath("XPTY0004", "une valeur attendue, rien reçu")
    return x


def egales(a: str | None, b: str | None) -> bool:
    """Deux chaînes facultatives présentes et égales."""
    return a is not None and a == b


def comparees(op: str, a: str | None, b: str | None) -> bool:
    """Comparaison générale de deux chaînes facultatives."""
    return a is not None and b is not None and COMPARER[op](a, b)


def sur_nombre(f: Callable[..., Item], x: Item, *reste: Item) -> list[Item]:
    """Applique une fonction à un nombre facultatif."""
    return [] if x is None else [f(x, *reste)]


# --- chaînes -------------------------------------------------------------------------------------------------------


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


def arrondi_double(x: float) -> float:
    """`fn:round` d'un double : la moitié vers +∞."""
    if not math.isfinite(x) or abs(x) >= 2**52:
        return x
    bas = math.floor(x)
    return math.copysign(float(bas + (x - bas >= 0.5)), x)


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


# --- nombres -------------------------------------------------------------------------------------------------------


def en_nombre(items: list[Item]) -> float:
    """`fn:number` : NaN plutôt qu'une erreur."""
    x = un_atome(items)
    if isinstance(x, int | float | Decimal):
        return float(x)
    try:
        return texte_vers_double(x) if isinstance(x, str) and not isinstance(x, Uri) else math.nan
    except ErreurXPath:
        return math.nan


def arrondir(x: Item) -> Item:
    """`round`."""
    if isinstance(x, Decimal):
        return (
            x.to_integral_value(ROUND_HALF_UP if x >= 0 else ROUND_FLOOR)
            if x >= 0
            else ((x + Decimal("0.5")).to_integral_value(ROUND_FLOOR))
        )
    return arrondi_double(x) if isinstance(x, float) else x


def plancher(x: Item) -> Item:
    """`floor`."""
    if isinstance(x, Decimal):
        return x.to_integral_value(ROUND_FLOOR)
    return float(math.floor(x)) if isinstance(x, float) and math.isfinite(x) else x


def plafond(x: Item) -> Item:
    """`ceiling`."""
    if isinstance(x, Decimal):
        return x.to_integral_value(ROUND_CEILING)
    return float(math.ceil(x)) if isinstance(x, float) and math.isfinite(x) else x


def moitie_paire(x: Item, precision: Item = 0) -> Item:
    """`round-half-to-even`, pour les entiers et décimaux."""
    if isinstance(x, float):
        if not math.isfinite(x):
            return x
        return float(Decimal(repr(x)).quantize(Decimal(1).scaleb(-int(precision)), ROUND_HALF_EVEN))
    arrondi = Decimal(x).quantize(Decimal(1).scaleb(-int(precision)), ROUND_HALF_EVEN)
    return int(arrondi) if isinstance(x, int) else arrondi


def _nombres_de(items: list[Item], quoi: str) -> list[Item]:
    trouves: list[Item] = [texte_vers_double(x) if isinstance(x, Ua) else x for x in atomes(items)]
    if not all(est_nombre(x) for x in trouves):
        raise ErreurXPath("FORG0006", f"{quoi} : des nombres attendus")
    if any(isinstance(x, float) for x in trouves):
        return [float(x) for x in trouves]
    return trouves


def somme(items: list[Item]) -> Item:
    """`sum` à un argument."""
    total: Item = 0
    for x in _nombres_de(items, "sum"):
        total = ajouter(total, x)
    return total


def moyenne(items: list[Item]) -> list[Item]:
    """`avg`."""
    valeurs = _nombres_de(items, "avg")
    return [diviser(somme(valeurs), len(valeurs))] if valeurs else []


def extremum(items: list[Item], op: str) -> list[Item]:
    """`max` (op « gt ») ou `min` (op « lt »)."""
    valeurs: list[Item] = [texte_vers_double(x) if isinstance(x, Ua) else x for x in atomes(items)]
    if not valeurs:
        return []
    if any(isinstance(x, float) for x in valeurs) and all(est_nombre(x) for x in valeurs):
        valeurs = [float(x) for x in valeurs]
        if any(math.isnan(x) for x in valeurs):
            return [math.nan]
    choisi = valeurs[0]
    for x in valeurs[1:]:
        if comparer(op, x, choisi):
            choisi = x
    return [choisi]


# --- séquences -----------------------------------------------------------------------------------------------------


def cle_distincte(x: Item) -> Any:
    """Clé d'égalité pour `distinct-values`."""
    if isinstance(x, str):
        return ("s", str(x))
    if isinstance(x, bool):
        return ("b", x)
    if est_nombre(x):
        return ("n", "NaN" if x != x else float(x) if isinstance(x, float) else x)
    return ("i", x.genre, x.ordre()) if isinstance(x, Instant) else ("q", x[:2])


def distinctes(items: Iterable[Item]) -> list[Item]:
    """`distinct-values`, dans l'ordre de première apparition."""
    vues: dict[Any, Item] = {}
    for x in atomes(items):
        vues.setdefault(cle_distincte(x), x)
    return list(vues.values())


def rangs_de(items: list[Item], cherche: Item) -> list[int]:
    """`index-of`."""
    cle = cle_distincte(cherche)
    return [i for i, x in enumerate(atomes(items), 1) if cle_distincte(x) == cle and x == x]


def sous_suite(items: list[Item], debut: Item, longueur: Item = None) -> list[Item]:
    """`subsequence`."""
    a = arrondi_double(float(debut))
    fin = math.inf if longueur is None else a + arrondi_double(float(longueur))
    return [x for i, x in enumerate(items, 1) if a <= i < fin]


def inserer(items: list[Item], position: Item, autres: list[Item]) -> list[Item]:
    """`insert-before`."""
    i = max(int(position), 1) - 1
    return [*items[:i], *autres, *items[i:]]


def retirer(items: list[Item], position: Item) -> list[Item]:
    """`remove`."""
    return [x for i, x in enumerate(items, 1) if i != position]


def au_plus_un(items: list[Item]) -> list[Item]:
    """`zero-or-one`. Lève FORG0003."""
    if len(items) > 1:
        raise ErreurXPath("FORG0003", "plus d'un item")
    return items


def au_moins_un(items: list[Item]) -> list[Item]:
    """`one-or-more`. Lève FORG0004."""
    if not items:
        raise ErreurXPath("FORG0004", "séquence vide")
    return items


def exactement_un(items: list[Item]) -> list[Item]:
    """`exactly-one`. Lève FORG0005."""
    if len(items) != 1:
        raise ErreurXPath("FORG0005", f"{len(items)} items, un seul attendu")
    return items


def profond_egal(a: list[Item], b: list[Item]) -> bool:
    """`deep-equal`."""
    return len(a) == len(b) and all(_egaux(x, y) for x, y in zip(a, b, strict=True))


def _egaux(x: Item, y: Item) -> bool:
    if isinstance(x, Noeud) and isinstance(y, Noeud):
        if x.g != y.g or x.nom != y.nom:
            return False
        if x.g in (ELEMENT, DOCUMENT):
            visibles = [[e for e in enfants(n) if e.g not in (8, 7)] for n in (x, y)]
            return x.a == y.a and profond_egal(*visibles)
        return chaine(x) == chaine(y)
    if isinstance(x, Noeud) or isinstance(y, Noeud):
        return False
    return bool(cle_distincte(x) == cle_distincte(y))


# --- nœuds et noms -------------------------------------------------------------------------------------------------


def prefixe_de(n: Noeud) -> str:
    """Préfixe d'un nœud tel qu'écrit, vide sans préfixe."""
    uri = n.nom[1:].partition("}")[0] if n.nom[:1] == "{" else ""
    if not uri:
        return ""
    if n.g == ELEMENT:
        return n.el.prefix or ""
    if uri == "http://www.w3.org/XML/1998/namespace":
        return "xml"
    porteur = n.p
    choix = [p for p, u in porteur.el.nsmap.items() if u == uri and p] if porteur is not None else []
    return min(choix) if choix else ""


def nom(n: Noeud | None) -> str:
    """`fn:name`."""
    if n is None or n.g not in (ELEMENT, ATTRIBUT, INSTRUCTION):
        return ""
    p = prefixe_de(n)
    return f"{p}:{nom_local(n)}" if p else nom_local(n)


def nom_local(n: Noeud | None) -> str:
    """`fn:local-name`."""
    return n.nom.rpartition("}")[2] if n is not None else ""


def espace(n: Noeud | None) -> Uri:
    """`fn:namespace-uri`."""
    return Uri(n.nom[1:].partition("}")[0] if n is not None and n.nom[:1] == "{" else "")


def nom_qualifie(n: Noeud | None) -> list[QNom]:
    """`fn:node-name`."""
    if n is None or n.g not in (ELEMENT, ATTRIBUT, INSTRUCTION):
        return []
    return [QNom(espace(n), nom_local(n), prefixe_de(n))]


def resoudre_qnom(s: str | None, n: Noeud | None) -> list[QNom]:
    """`resolve-QName`. Lève FOCA0002 (forme) ou FONS0004 (préfixe inconnu de l'élément)."""
    if s is None:
        return []
    if n is None or n.g != ELEMENT:
        raise ErreurXPath("XPTY0004", "resolve-QName attend un élément")
    p, deux_points, local = s.strip(" \t\r\n").rpartition(":")
    if not _ncname(local) or (deux_points and not _ncname(p)):
        raise ErreurXPath("FOCA0002", f"{s[:60]!r} n'est pas un nom qualifié")
    if p == "xml":
        return [QNom("http://www.w3.org/XML/1998/namespace", local, p)]
    uri = n.el.nsmap.get(p or None)
    if uri is None and p:
        raise ErreurXPath("FONS0004", f"préfixe {p!r} inconnu")
    return [QNom(uri or "", local, p)]


def faire_qnom(uri: str | None, qualifie: str) -> QNom:
    """`fn:QName`."""
    p, deux_points, local = qualifie.rpartition(":")
    if not _ncname(local) or (deux_points and (not _ncname(p) or not uri)):
        raise ErreurXPath("FOCA0002", f"{qualifie[:60]!r} n'est pas un nom qualifié")
    return QNom(uri or "", local, p)


def _ncname(s: str) -> bool:
    return reconnaisseur(r"^[\i-[:]][\c-[:]]*$")(s)


def partie_qnom(items: list[Item], champ: int) -> list[Item]:
    """`namespace-uri-from-QName` (0), `local-name-from-QName` (1), `prefix-from-QName` (2)."""
    x = un_atome(items)
    if x is None:
        return []
    if not isinstance(x, QNom):
        raise ErreurXPath("XPTY0004", f"un xs:QName attendu, {nom_type(x)} reçu")
    if champ == 0:
        return [Uri(x.uri)]
    return [x[champ]] if x[champ] else []


def sommet(n: Noeud | None) -> list[Noeud]:
    """`fn:root`."""
    return [] if n is None else [n.arbre.racine]


def langue(cherchee: str, n: Noeud | None) -> bool:
    """`fn:lang`."""
    xml_lang = "{http://www.w3.org/XML/1998/namespace}lang"
    while n is not None:
        if xml_lang in n.a:
            trouvee = n.a[xml_lang].lower()
            return trouvee == cherchee.lower() or trouvee.startswith(cherchee.lower() + "-")
        n = n.p
    return False


def composant(items: list[Item], genre: str, champ: str) -> list[Item]:
    """`year-from-date` et semblables."""
    x = un_atome(items)
    if x is None:
        return []
    if isinstance(x, Ua):
        x = Instant.lire(genre, x)
    if not isinstance(x, Instant) or x.genre != genre:
        raise ErreurXPath("XPTY0004", f"un xs:{genre} attendu")
    return [getattr(x, champ)]


def erreur(*_args: Any) -> Item:
    """`fn:error`."""
    raise ErreurXPath("FOER0000", "erreur demandée par l'expression")
