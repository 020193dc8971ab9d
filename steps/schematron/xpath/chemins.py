"""Code des chemins : axes, prédicats, ordre et doublons, index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .analyseur import ENTRE
from .erreurs import HorsDePortee
from .portees import NOEUDS, NOMBRES, POSITION, Flux, Foyer, Type, dependances
from .predicats import A_REBOURS, Predicats
from .syntaxe import Appel, Bin, Chemin, Ctx, Expr, Filtre, Lit, Pas, Racine, Test

if TYPE_CHECKING:
    from .generateur import Generateur

_ELEMENT = Test("nom")


# ce qui peut avoir des enfants ou des attributs : dans « //x[1] », le reste de la descendance ne compte pas
PORTEURS = Pas("descendant-or-self", Test("porteur"))
_FRERES = {"preceding-sibling": "avant", "following-sibling": "apres"}


def clark(test: Test) -> str:
    """Nom à la Clark d'un test de nom complet, « * » pour tout élément, vide pour les autres jokers."""
    if test.genre not in ("nom", "element", "attribute"):
        return ""
    if test.uri is None and test.local is None:
        return "*"
    if test.uri is None or test.local is None:
        return ""
    return f"{{{test.uri}}}{test.local}" if test.uri else test.local


def abreger(etapes: tuple[Expr, ...]) -> list[Expr]:
    """Remplace `//x` par `descendant::x` quand aucun prédicat de x ne compte les positions."""
    courtes: list[Expr] = []
    for etape in etapes:
        if courtes and courtes[-1] == ENTRE and isinstance(etape, Pas) and not any(map(compte, etape.predicats)):
            if etape.axe == "child":
                courtes[-1] = Pas("descendant", etape.test, etape.predicats)
                continue
            if etape.axe == "self":
                courtes[-1] = Pas("descendant-or-self", etape.test, etape.predicats)
                continue
        if courtes and courtes[-1] == ENTRE and isinstance(etape, Pas) and etape.axe in ("child", "attribute"):
            courtes[-1] = PORTEURS
        courtes.append(etape)
    return courtes


def compte(predicat: Expr) -> bool:
    """Le prédicat peut-il dépendre de la position ? (vrai dans le doute)"""
    if POSITION in dependances(predicat):
        return True
    if isinstance(predicat, Bin):
        return predicat.op in ("+", "-", "*", "div", "idiv", "mod", "to")
    if isinstance(predicat, Appel):
        return predicat.nom not in _BOOLEENNES
    if isinstance(predicat, Chemin):
        return not isinstance(predicat.etapes[-1], Pas | Ctx)
    return not isinstance(predicat, Pas | Ctx | Racine)


_BOOLEENNES = frozenset(
    [
        "not",
        "exists",
        "empty",
        "true",
        "false",
        "boolean",
        "contains",
        "starts-with",
        "ends-with",
        "matches",
        "doc-available",
        "lang",
        "deep-equal",
    ]
)


def _inconnu(genre: str, code: str) -> str:
    """Le code d'une étape dont le type n'est pas connu ; `HorsDePortee` si ce ne sont sûrement pas des nœuds."""
    if genre != "?":
        raise HorsDePortee("étape de chemin depuis des valeurs")
    return code


class Chemins(Predicats):
    """Partie du générateur qui traite les chemins ; voir `Generateur`."""

    def flux(self: Generateur, e: Expr, f: Foyer | None) -> Flux:  # type: ignore[misc]
        """Les nœuds de `e`, en clauses de compréhension."""
        if isinstance(e, Filtre) and not e.predicats:
            e = e.base
        if isinstance(e, Chemin):
            etapes = abreger(e.etapes)
            flux = self.flux(etapes[0], f)
            for etape in etapes[1:]:
                flux = self.avancer(flux, etape)
            return flux
        if isinstance(e, Pas):
            return self.avancer(self._depart(f), e)
        if isinstance(e, Ctx):
            return self._depart(f)
        if isinstance(e, Racine):
            depart = self._depart(f)
            return Flux("D.racine" if depart.principal else f"{depart.var}.arbre.racine", principal=depart.principal)
        code = self.liste(e, f)
        if self.type(e, f)[0] != "n":
            code = f"noeuds_seuls({_inconnu(self.type(e, f)[0], code)})"
        var = self.nom()
        seul = self.type(e, f)[1] in ("1", "?")
        return Flux(var, [f"for {var} in {code}"], seul=seul, distinct=seul, ordonne=seul, pairs=seul)

    def _depart(self: Generateur, f: Foyer | None) -> Flux:  # type: ignore[misc]
        if f is None:
            raise HorsDePortee("pas d'item courant")
        if f.genre == "n":
            return Flux(f.var, principal=f.principal)
        if f.genre == "?":
            return Flux(f"noeud({f.var})")
        raise HorsDePortee("chemin depuis une valeur atomique")

    def avancer(self: Generateur, avant: Flux, etape: Expr) -> Flux:  # type: ignore[misc]
        """Ajoute une étape."""
        flux = self.poser(avant)
        if not isinstance(etape, Pas):
            return self._etape_libre(flux, etape)
        nom = clark(etape.test)
        if etape.axe == "attribute" and nom not in ("", "*") and not etape.predicats:
            return self._suite(flux, flux.var, flux.clauses, etape, attr=nom)
        if etape.axe == "self" and not etape.predicats and etape.test.genre == "node":
            return flux
        var = self.nom()
        f2 = Foyer(var, "n", principal=flux.principal)
        booleens = not any(compte(p) and self.compte_ici(p, f2) for p in etape.predicats)
        if booleens:
            source, reste = self._source(flux.var, etape, f2)
            clauses = [*flux.clauses, f"for {var} in {source}", *(f"if {self.ebv(p, f2)}" for p in reste)]
        else:
            clauses = [*flux.clauses, f"for {var} in {self._positions(flux, etape)}"]
        return self._suite(flux, var, clauses, etape)

    def compte_ici(self: Generateur, predicat: Expr, f: Foyer) -> bool:  # type: ignore[misc]
        """Le prédicat dépend-il vraiment de la position, vu son type ?"""
        return POSITION in dependances(predicat) or self.type(predicat, f)[0] in (*NOMBRES, "?")

    def _suite(  # type: ignore[misc]
        self: Generateur, avant: Flux, var: str, clauses: list[str], etape: Pas, attr: str = ""
    ) -> Flux:
        """Ordre, doublons et parenté après l'étape."""
        axe = etape.axe
        seul = distinct = ordonne = pairs = False
        un = any(isinstance(p, Lit) and p.genre == "i" for p in etape.predicats) or bool(attr)
        if axe in ("child", "attribute"):
            seul = avant.seul and un
            distinct = avant.distinct
            ordonne = avant.ordonne and (avant.pairs or axe == "attribute")
            pairs = axe == "attribute" or avant.pairs
        elif axe == "self":
            seul, distinct, ordonne, pairs = avant.seul, avant.distinct, avant.ordonne, avant.pairs
        elif axe in ("descendant", "descendant-or-self"):
            seul = avant.seul and un
            distinct = ordonne = avant.distinct and avant.ordonne and avant.pairs
            pairs = seul
        elif avant.seul:
            distinct = ordonne = True
            seul = un or axe == "parent"
            pairs = seul or axe in ("following-sibling", "preceding-sibling")
        large = avant.large or axe not in ("child", "attribute", "self", "parent")
        return Flux(var, clauses, seul, distinct, ordonne, pairs, attr, avant.principal, large)

    def poser(self: Generateur, flux: Flux) -> Flux:  # type: ignore[misc]
        """Rend les nœuds distincts, et fait des attributs en suspens de vrais nœuds."""
        if flux.attr:
            var = self.nom()
            flux.clauses = [*flux.clauses, f"for {var} in attribut({flux.var}, {flux.attr!r})"]
            flux.var, flux.attr = var, ""
        if flux.distinct:
            return flux
        var = self.nom()
        return Flux(
            var,
            [f"for {var} in ddo({flux.liste()})"],
            seul=False,
            pairs=False,
            principal=flux.principal,
            large=flux.large,
        )

    def _etape_libre(self: Generateur, flux: Flux, etape: Expr) -> Flux:  # type: ignore[misc]
        """Étape qui n'est pas un pas d'axe : `a/(b | c)/d`."""
        if POSITION in dependances(etape):
            raise HorsDePortee("position dans une étape entre parenthèses")
        f2 = Foyer(flux.var, "n", principal=flux.principal)
        code = self.liste(etape, f2)
        genre, nombre = self.type(etape, f2)
        if genre != "n":
            code = f"noeuds_seuls({_inconnu(genre, code)})"
        var = self.nom()
        seul = flux.seul and nombre in ("1", "?")
        return Flux(var, [*flux.clauses, f"for {var} in {code}"], seul, seul, seul, seul, large=True)

    # --- axes ------------------------------------------------------------------------------------------------------

    def _source(self: Generateur, n: str, etape: Pas, f2: Foyer) -> tuple[str, list[Expr]]:  # type: ignore[misc]
        """Code itérable de l'axe testé depuis `n`, et les prédicats qui restent à vérifier."""
        nom = clark(etape.test)
        predicats = list(etape.predicats)
        if etape.axe == "descendant" and nom:
            index = self._par_index(n, nom, predicats, f2)
            if index:
                return index
            return (f"desc_tous({n})" if nom == "*" else f"desc({n}, {nom!r})"), predicats
        return self.axe(n, etape.axe, etape.test), predicats

    def axe(self: Generateur, n: str, axe: str, test: Test) -> str:  # type: ignore[misc]
        """Code itérable d'un axe testé, dans l'ordre du document."""
        nom = clark(test)
        if axe == "child":
            if nom == "*":
                return f"{n}.ee"
            if nom:
                return f"{n}.e.get({nom!r}, V)"
            if test.genre in ("nom", "element"):
                return f"enfants_testes({n}, {self.espace.objet(test)})"
            if test.genre == "text":
                return f"textes({n})"
            if test.genre == "node":
                return f"enfants({n})"
        if test.genre == "porteur":
            return f"[{n}, *desc_tous({n})]"
        if axe in ("descendant", "descendant-or-self") and test.genre in ("nom", "element"):
            soi = f"*axe_teste({n}, 'self', {self.espace.objet(test)}), " if axe == "descendant-or-self" else ""
            if nom:
                suite = f"desc_tous({n})" if nom == "*" else f"desc({n}, {nom!r})"
            else:
                suite = f"desc_joker({n}, {test.uri!r}, {test.local!r})"
            return f"[{soi}*{suite}]" if soi else suite
        if axe == "attribute" and nom and test.genre in ("nom", "attribute"):
            return f"attributs({n})" if nom == "*" else f"attribut({n}, {nom!r})"
        if axe == "self" and test.genre in ("nom", "element") and nom and nom != "*":
            return f"([{n}] if {n}.nom == {nom!r} and {n}.g == 1 else V)"
        if nom and test.genre in ("nom", "element") and axe in _FRERES:
            return f"{_FRERES[axe]}({n}, {nom!r})"
        code = f"axe_teste({n}, {axe!r}, {self.espace.objet(test)})"
        return f"{code}[::-1]" if axe in A_REBOURS else code

    # --- formes ----------------------------------------------------------------------------------------------------

    def type_chemin(self: Generateur, e: Pas | Chemin, f: Foyer | None) -> Type:  # type: ignore[misc]
        """Type d'un chemin."""
        etapes = e.etapes if isinstance(e, Chemin) else (e,)
        derniere = etapes[-1]
        if not isinstance(derniere, Pas | Racine | Ctx | Filtre):
            genre, _ = self.type(derniere, Foyer("_", "n"))
            return genre, "*"
        if isinstance(derniere, Filtre):
            return self.type(derniere, Foyer("_", "n"))[0], "*"
        for x in etapes:
            un = isinstance(x, Ctx | Racine) or (
                isinstance(x, Pas)
                and (x.axe in ("self", "parent") or (x.axe == "attribute" and clark(x.test) not in ("", "*")))
            )
            if not un:
                return NOEUDS
        return "n", "?"

    def noeuds_ou_valeurs(self: Generateur, e: Expr, f: Foyer | None) -> str:  # type: ignore[misc]
        """Liste dans l'ordre : nœuds d'un chemin, ou valeurs si la dernière étape en rend."""
        if isinstance(e, Chemin) and not isinstance(e.etapes[-1], Pas | Racine | Ctx):
            return self._fin_libre(e, f)
        flux = self.poser(self.flux(e, f))
        return flux.liste() if flux.ordonne else f"ddo({flux.liste()})"

    def _fin_libre(self: Generateur, e: Chemin, f: Foyer | None) -> str:  # type: ignore[misc]
        derniere = e.etapes[-1]
        debut: Expr = Chemin(e.etapes[:-1]) if len(e.etapes) > 2 else e.etapes[0]
        genre_debut = self.type(debut, f)[0]
        source = self.liste(debut, f)
        if genre_debut != "n":
            source = f"noeuds_seuls({_inconnu(genre_debut, source)})"
        var = self.nom()
        principal = f is not None and f.principal and self.reste_principal(debut)
        f2 = Foyer(var, "n", principal=principal)
        boucle = f"for {var} in {source}"
        if POSITION in dependances(derniere):
            f2 = Foyer(var, "n", f"{var}_p", f"len({var}_l)", principal)
            boucle = f"for {var}_l in [{source}] for {var}_p, {var} in enumerate({var}_l, 1)"
        genre, nombre = self.type(derniere, f2)
        if nombre == "1" and genre not in ("n", "?"):
            code = self.valeur(derniere, f2)
            return f"[{f'Ua({code})' if genre == 'u' else code} {boucle}]"
        y = self.nom("y")
        code = f"[{y} {boucle} for {y} in {self.liste(derniere, f2)}]"
        if genre == "n":
            return f"ddo({code})"
        return f"fin_chemin({code})" if genre == "?" else code

    def distincts(self: Generateur, e: Expr, f: Foyer | None) -> str:  # type: ignore[misc]
        """Liste de nœuds sans doublon, dans un ordre quelconque."""
        libre = isinstance(e, Chemin) and not isinstance(e.etapes[-1], Pas | Racine | Ctx)
        if libre or not isinstance(e, Pas | Chemin) or self.constante(e, f, "valeur"):
            return self.liste(e, f)
        return self.poser(self.flux(e, f)).liste()

    def existe(self: Generateur, e: Expr, f: Foyer | None) -> str:  # type: ignore[misc]
        """Code vrai si l'expression, de nœuds, n'est pas vide."""
        const = self.constante(e, f, "valeur")
        if const:
            return const
        if isinstance(e, Bin) and e.op == "union" and self.type(e.g, f)[0] == self.type(e.d, f)[0] == "n":
            return f"({self.existe(e.g, f)} or {self.existe(e.d, f)})"
        if not isinstance(e, Pas | Chemin | Racine | Ctx) or (
            isinstance(e, Chemin) and not isinstance(e.etapes[-1], Pas | Racine | Ctx)
        ):
            return self.liste(e, f)
        flux = self.flux(e, f)
        clauses = list(flux.clauses)
        if not clauses:
            return f"({flux.attr!r} in {flux.var}.a)" if flux.attr else "True"
        if flux.attr:
            clauses.append(f"if {flux.attr!r} in {flux.var}.a")
        if len(clauses) == 1 and clauses[0].startswith(f"for {flux.var} in "):
            source = clauses[0].removeprefix(f"for {flux.var} in ")
            if source.endswith(", V)") and ".e.get(" in source and source.count("(") == 1:
                objet, _, nom = source.removesuffix(", V)").partition(".e.get(")
                return f"({nom} in {objet}.e)"
            return source
        if flux.large:
            return f"any(True {' '.join(clauses)})"
        return f"[1 {' '.join(clauses)}]"
