"""Fonctions connues : signature, type du résultat et code d'appel.

Une signature décrit chaque paramètre : s xs:string? (vide : chaîne vide), S xs:string obligatoire, o xs:string? (None),
l séquence, N nombre facultatif, A nombre obligatoire, n node()?, v valeur atomique, t texte d'un item quelconque.
Après « | », les paramètres facultatifs ; « . » : absent, le paramètre qui suit est l'item courant.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from .conversions import BORNES, INSTANTS, TYPES
from .erreurs import ErreurXPath, HorsDePortee
from .lecture import XS
from .portees import CHAINES, NOEUDS, Foyer, Type
from .regex import compiler, lire
from .syntaxe import Appel, Ctx, Expr, Lit, Var

if TYPE_CHECKING:
    from .generateur import Generateur

_B: Type = ("b", "1")
_S: Type = ("s", "1")
_I: Type = ("i", "1")
_D: Type = ("d", "1")
# nom : (signature, code où chaque {} reçoit un argument, type du résultat)
_TABLE: dict[str, tuple[str, str, Type]] = {
    "true": ("", "True", _B),
    "false": ("", "False", _B),
    "contains": ("ss", "({1} in {0})", _B),
    "starts-with": ("ss", "{0}.startswith({1})", _B),
    "ends-with": ("ss", "{0}.endswith({1})", _B),
    "substring-before": ("ss", "F.avant({0}, {1})", _S),
    "substring-after": ("ss", "F.apres({0}, {1})", _S),
    "substring": ("sA|A", "F.sous_chaine({*})", _S),
    "string-length": (".s", "len({0})", _I),
    "normalize-space": (".s", "F.normaliser({0})", _S),
    "upper-case": ("s", "{0}.upper()", _S),
    "lower-case": ("s", "{0}.lower()", _S),
    "translate": ("sSS", "F.transposer({*})", _S),
    "string-join": ("l|S", "F.joindre({*})", _S),
    "matches": ("sS|S", "F.reconnait({*})", _B),
    "replace": ("sSS|S", "F.remplacer({*})", _S),
    "tokenize": ("sS|S", "F.decouper({*})", ("s", "*")),
    "compare": ("oo", "F.comparer_chaines({*})", ("i", "?")),
    "encode-for-uri": ("s", "F.pour_uri({0})", _S),
    "iri-to-uri": ("s", "F.iri_vers_uri({0})", _S),
    "escape-html-uri": ("s", "F.html_uri({0})", _S),
    "codepoints-to-string": ("l", "F.points_vers_chaine({0})", _S),
    "string-to-codepoints": ("s", "[ord(_c) for _c in {0}]", ("i", "*")),
    "string": (".t", "{0}", _S),
    "number": (".l", "F.en_nombre({0})", _D),
    "abs": ("N", "F.sur_nombre(abs, {0})", ("m", "?")),
    "floor": ("N", "F.sur_nombre(F.plancher, {0})", ("m", "?")),
    "ceiling": ("N", "F.sur_nombre(F.plafond, {0})", ("m", "?")),
    "round": ("N", "F.sur_nombre(F.arrondir, {0})", ("m", "?")),
    "round-half-to-even": ("N|A", "F.sur_nombre(F.moitie_paire, {*})", ("m", "?")),
    "sum": ("l", "[F.somme({0})]", ("m", "?")),
    "avg": ("l", "F.moyenne({0})", ("m", "?")),
    "max": ("l", "F.extremum({0}, 'gt')", ("?", "*")),
    "min": ("l", "F.extremum({0}, 'lt')", ("?", "*")),
    "distinct-values": ("l", "F.distinctes({0})", ("?", "*")),
    "data": (".l", "atomes({0})", ("?", "*")),
    "index-of": ("lv", "F.rangs_de({*})", ("i", "*")),
    "subsequence": ("lA|A", "F.sous_suite({*})", ("=", "*")),
    "reverse": ("l", "{0}[::-1]", ("=", "*")),
    "insert-before": ("lAl", "F.inserer({*})", ("?", "*")),
    "remove": ("lA", "F.retirer({*})", ("=", "*")),
    "unordered": ("l", "{0}", ("=", "*")),
    "zero-or-one": ("l", "F.au_plus_un({0})", ("=", "?")),
    "one-or-more": ("l", "F.au_moins_un({0})", ("=", "*")),
    "exactly-one": ("l", "F.exactement_un({0})", ("=", "*")),
    "deep-equal": ("ll", "F.profond_egal({*})", _B),
    "name": (".n", "F.nom({0})", _S),
    "local-name": (".n", "F.nom_local({0})", _S),
    "namespace-uri": (".n", "F.espace({0})", _S),
    "node-name": (".n", "F.nom_qualifie({0})", ("q", "?")),
    "lang": ("s.n", "F.langue({*})", _B),
    "root": (".n", "F.sommet({0})", NOEUDS),
    "resolve-QName": ("on", "F.resoudre_qnom({*})", ("q", "?")),
    "QName": ("oS", "[F.faire_qnom({*})]", ("q", "?")),
    "namespace-uri-from-QName": ("l", "F.partie_qnom({0}, 0)", ("s", "?")),
    "local-name-from-QName": ("l", "F.partie_qnom({0}, 1)", ("s", "?")),
    "prefix-from-QName": ("l", "F.partie_qnom({0}, 2)", ("s", "?")),
    "error": ("|lll", "F.erreur()", ("?", "*")),
    "doc": ("o", "charger({0})", ("n", "?")),
    "doc-available": ("o", "existe_doc({0})", _B),
}
for _champ, _python in (("year", "an"), ("month", "mois"), ("day", "jour"), ("hours", "heure"), ("minutes", "minute")):
    for _genre in ("date", "dateTime", "time"):
        if (_champ in ("year", "month", "day") and _genre != "time") or (
            _champ in ("hours", "minutes") and _genre != "date"
        ):
            _TABLE[f"{_champ}-from-{_genre}"] = ("l", f"F.composant({{0}}, '{_genre}', '{_python}')", ("i", "?"))


def genre_de(type_: str) -> str:
    """Genre statique d'un type atomique."""
    if type_ in BORNES:
        return "i"
    if type_ in INSTANTS:
        return "t"
    autres = {"string": "s", "untypedAtomic": "u", "boolean": "b", "decimal": "m", "double": "d", "anyURI": "s"}
    return autres.get(type_, "?")


def type_appel(g: Generateur, e: Appel, f: Foyer | None) -> Type:
    """Type du résultat d'un appel."""
    if e.nom.startswith(f"{{{XS}}}"):
        return genre_de(e.nom[len(XS) + 2 :]), "?"
    if e.nom in ("not", "boolean", "exists", "empty"):
        return _B
    if e.nom in ("count", "position", "last"):
        return _I
    if e.nom == "concat":
        return _S
    if e.nom == "document":
        return NOEUDS
    if e.nom == "current":
        return "n", "1"
    if e.nom not in _TABLE:
        raise HorsDePortee(f"fonction {e.nom}()")
    genre, nombre = _TABLE[e.nom][2]
    if genre == "=":
        genre = g.type(e.args[0], f)[0] if e.args else "?"
    elif e.nom in ("distinct-values", "data", "max", "min") and e.args:
        connu = g.type(e.args[0], f)[0]
        if e.nom in ("distinct-values", "data"):
            genre = {"n": "u" if g.que_des_ua(e.args[0]) else "?"}.get(connu, connu)
        elif connu in ("s", "i", "d", "m"):
            genre = connu if connu in ("s", "i") else "m"
    return genre, nombre


def appel(g: Generateur, e: Appel, f: Foyer | None) -> str:
    """Code d'un appel, sous la forme naturelle de son type."""
    nom, args = e.nom, e.args
    if nom.startswith(f"{{{XS}}}"):
        return _constructeur(g, nom[len(XS) + 2 :], args, f)
    if nom in ("not", "boolean", "exists", "empty", "count"):
        if len(args) != 1:
            raise HorsDePortee(f"{nom}() à {len(args)} arguments")
        return _booleenne(g, nom, args[0], f)
    if nom in ("position", "last"):
        code = (f.pos if nom == "position" else f.taille) if f else ""
        if not code or args:
            raise HorsDePortee(f"{nom}() ici")
        return code
    if nom == "concat":
        if len(args) < 2:
            raise HorsDePortee("concat() à moins de deux arguments")
        return "(" + " + ".join(_argument(g, "t", a, f) for a in args) + ")"
    if nom == "current":
        if g.courant is None or args:
            raise HorsDePortee("current() ici")
        return f"[{g.courant.var}]"
    if nom == "document":
        return _document(g, args, f)
    return _de_la_table(g, nom, args, f)


def _booleenne(g: Generateur, nom: str, arg: Expr, f: Foyer | None) -> str:
    if nom == "not":
        return f"(not {g.ebv(arg, f)})"
    if nom == "boolean":
        return f"bool({g.ebv(arg, f)})"
    genre = g.type(arg, f)[0]
    if nom == "count":
        return f"len({g.liste(arg, f)})" if genre != "n" else f"len({g.distincts(arg, f)})"
    existe = g.existe(arg, f) if genre == "n" else g.liste(arg, f)
    return f"bool({existe})" if nom == "exists" else f"(not {existe})"


def _constructeur(g: Generateur, type_: str, args: tuple[Expr, ...], f: Foyer | None) -> str:
    if type_ not in TYPES or type_ == "QName" or len(args) != 1:
        raise HorsDePortee(f"xs:{type_}()")
    return f"mouler({g.liste(args[0], f)}, {type_!r}, True)"


def _document(g: Generateur, args: tuple[Expr, ...], f: Foyer | None) -> str:
    if len(args) != 1 or g.type(args[0], f)[0] != "s":
        raise HorsDePortee("document() d'autre chose que d'une chaîne")
    if g.type(args[0], f)[1] == "1":
        return f"charger({g.valeur(args[0], f)})"
    return f"ddo([_n for _u in {g.liste(args[0], f)} for _n in charger(_u)])"


def _de_la_table(g: Generateur, nom: str, args: tuple[Expr, ...], f: Foyer | None) -> str:
    if nom not in _TABLE:
        raise HorsDePortee(f"fonction {nom}()")
    signature, modele, _ = _TABLE[nom]
    avant, point, apres = signature.partition(".")
    if point:
        signature = avant + apres
        args = (*args, Ctx()) if len(args) == len(avant) else args
    exiges, _, facultatifs = signature.partition("|")
    if not len(exiges) <= len(args) <= len(exiges) + len(facultatifs):
        raise HorsDePortee(f"{nom}() à {len(args)} arguments")
    codes = [_argument(g, genre, a, f) for genre, a in zip(exiges + facultatifs, args, strict=False)]
    if nom == "string-join" and len(args) == 1:
        codes.append("''")
    if nom in ("matches", "replace", "tokenize"):
        _verifier_motif(g, nom, args)
    if nom == "error":
        return modele
    return modele.replace("{*}", ", ".join(codes)) if "{*}" in modele else modele.format(*codes)


def _verifier_motif(g: Generateur, nom: str, args: tuple[Expr, ...]) -> None:
    """Un motif constant hors de portée se voit à la compilation ; un motif faux lèvera son erreur à l'évaluation."""
    motif = _constante(g, args[1])
    rang = 3 if nom == "replace" else 2
    drapeaux = _constante(g, args[rang]) if len(args) > rang else ""
    if motif is None or drapeaux is None:
        return
    with contextlib.suppress(ErreurXPath):
        lire(motif, drapeaux)
        if nom != "matches":
            compiler(motif, drapeaux)


def _constante(g: Generateur, e: Expr) -> str | None:
    if isinstance(e, Var):
        v = g.portee.get(e.nom)
        e = v.expr if v is not None and v.expr is not None else e
    return e.valeur if isinstance(e, Lit) and isinstance(e.valeur, str) else None


def _argument(g: Generateur, genre: str, e: Expr, f: Foyer | None) -> str:
    """Code d'un argument selon la signature."""
    if genre == "l":
        return g.liste(e, f)
    connu, nombre = g.type(e, f)
    admis = {"N": ("i", "d", "m", "n", "u", "?"), "A": ("i", "d", "m", "n", "u", "?"), "n": ("n", "?")}
    if genre not in ("t", "v") and connu not in admis.get(genre, ("s", "u", "n", "?")):
        raise HorsDePortee("argument d'un autre type que celui attendu")
    if genre == "n":
        if isinstance(e, Ctx) and f is not None and f.genre == "n":
            return f.var
        return f"arg_noeud({g.liste(e, f)})"
    if genre in ("N", "A"):
        if connu in ("i", "d", "m") and nombre == "1":
            return g.valeur(e, f)
        code = f"arg_nombre({g.liste(e, f)})"
        return f"F.exige({code})" if genre == "A" else code
    if genre == "v":
        return f"F.exige(F.un_atome({g.liste(e, f)}))"
    if genre == "t":
        if connu in CHAINES:
            code_opt = g.chaine_opt(e, f)
            if code_opt is not None:
                return code_opt if nombre == "1" else f"({code_opt} or '')"
        if connu == "b" and nombre == "1":
            return f"texte({g.valeur(e, f)})"
        return f"F.en_texte({g.liste(e, f)})"
    if connu in CHAINES:
        code_opt = g.chaine_opt(e, f)
        if code_opt is not None:
            if nombre == "1" or genre == "o":
                return code_opt
            return f"({code_opt} or '')" if genre == "s" else f"F.exige({code_opt})"
    fonction = {"s": "arg_s", "S": "arg_exige", "o": "arg_o"}[genre]
    return f"{fonction}({g.liste(e, f)})"
