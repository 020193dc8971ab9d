"""Code des prédicats : positions, filtres, et index des prédicats d'égalité."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .portees import CHAINES, FOYER, NOMBRES, POSITION, Flux, Foyer, dependances
from .syntaxe import Appel, Bin, Chemin, Ctx, Expr, Filtre, Lit, Pas, Racine, Test

if TYPE_CHECKING:
    from .generateur import Generateur

_ELEMENT = Test("nom")


A_REBOURS = frozenset({"ancestor", "ancestor-or-self", "parent", "preceding", "preceding-sibling"})


class Predicats:
    """Partie du générateur qui traite les prédicats ; voir `Generateur`."""

    def _par_index(  # type: ignore[misc]
        self: Generateur, n: str, nom: str, predicats: list[Expr], f2: Foyer
    ) -> tuple[str, list[Expr]] | None:
        """`descendant::nom[clé = valeur]` par l'index du document, s'il y a un tel prédicat en tête."""
        if not predicats:
            return None
        premier = predicats[0]
        termes: list[Expr] = []
        while isinstance(premier, Bin) and premier.op == "and":
            termes.insert(0, premier.d)
            premier = premier.g
        termes.insert(0, premier)
        for i, terme in enumerate(termes):
            cle = self._cle(nom, terme, f2)
            if cle:
                appel = f"desc_index({n}, {nom!r}, (E, {cle[0]}), {cle[1]}, {cle[2]})"
                return appel, [*termes[:i], *termes[i + 1 :], *predicats[1:]]
        return None

    def _cle(  # type: ignore[misc]
        self: Generateur, nom: str, terme: Expr, f2: Foyer
    ) -> tuple[int, str, str] | None:
        """Numéro d'index, fonction d'extraction et valeur cherchée d'un terme `clé = valeur`."""
        if isinstance(terme, Pas) and terme.axe == "child" and len(terme.predicats) == 1:
            dedans = terme.predicats[0]
            if isinstance(dedans, Bin) and dedans.op == "=" and isinstance(dedans.d, Lit) and isinstance(dedans.g, Pas):
                terme = Bin("=", Chemin((Pas("child", terme.test), dedans.g)), dedans.d)
        if not isinstance(terme, Bin) or terme.op != "=":
            return None
        for cle, valeur in ((terme.g, terme.d), (terme.d, terme.g)):
            if dependances(cle) != {FOYER} or not isinstance(cle, Pas | Chemin | Ctx):
                continue
            if isinstance(cle, Chemin) and not all(isinstance(x, Pas) for x in cle.etapes):
                continue
            if dependances(valeur) & {FOYER, POSITION} or self.type(cle, f2)[0] != "n":
                continue
            cherchee = self.chaine_opt(valeur, None) if self.type_sans_foyer(valeur) in CHAINES else None
            if cherchee is None:
                continue
            extraites = self.chaines(cle, Foyer("q"))
            return self.espace.index(nom, cle), f"lambda q: {extraites}", cherchee
        return None

    def type_sans_foyer(self: Generateur, e: Expr) -> str:  # type: ignore[misc]
        """Genre d'une expression qui ne dépend pas du foyer."""
        return self.type(e, None)[0]

    # --- positions -------------------------------------------------------------------------------------------------

    def _positions(self: Generateur, flux: Flux, etape: Pas) -> str:  # type: ignore[misc]
        """Code de la liste d'un axe dont les prédicats comptent les positions, dans l'ordre du document."""
        code = self.axe(flux.var, etape.axe, etape.test)
        a_rebours = etape.axe in A_REBOURS
        if a_rebours:
            code = f"{code}[::-1]"
        code = self.predicats(code, etape.predicats, "n", flux.principal)
        return f"{code}[::-1]" if a_rebours else code

    def predicats(  # type: ignore[misc]
        self: Generateur, code: str, predicats: tuple[Expr, ...], genre: str, principal: bool
    ) -> str:
        """Applique des prédicats, l'un après l'autre, à une liste."""
        for p in predicats:
            if isinstance(p, Lit) and p.genre == "i":
                assert isinstance(p.valeur, int)
                code = f"{code}[{p.valeur - 1}:{p.valeur}]" if p.valeur > 0 else "V"
                continue
            if p == Appel("last", ()):
                code = f"{code}[-1:]"
                continue
            x = self.nom("x")
            f2 = Foyer(x, genre, f"{x}_p", f"{x}_t", principal)
            g, nombre = self.type(p, f2)
            if g in NOMBRES:
                teste = (
                    f"nombres2('=', {self.valeur(p, f2)}, {x}_p)"
                    if nombre == "1"
                    else f"predicat({self.liste(p, f2)}, {x}_p)"
                )
            elif g == "?":
                teste = f"predicat({self.liste(p, f2)}, {x}_p)"
            elif POSITION in dependances(p):
                teste = self.ebv(p, f2)
            else:
                code = f"[{x} for {x} in {code} if {self.ebv(p, f2)}]"
                continue
            code = f"filtrer({code}, lambda {x}, {x}_p, {x}_t: {teste})"
        return code

    def filtre(self: Generateur, e: Filtre, f: Foyer | None) -> str:  # type: ignore[misc]
        """`(base)[prédicats]`."""
        if not e.predicats:
            return self.liste(e.base, f)
        genre, _ = self.type(e.base, f)
        principal = f is not None and f.principal and isinstance(e.base, Pas | Chemin | Racine | Ctx | Filtre)
        if principal and isinstance(e.base, Chemin | Filtre):
            principal = self.reste_principal(e.base)
        return self.predicats(self.liste(e.base, f), e.predicats, genre, principal)

    def reste_principal(self: Generateur, e: Expr) -> bool:  # type: ignore[misc]
        """Un chemin parti du document jugé y reste-t-il ? (tous ses pas sont des axes)"""
        if isinstance(e, Filtre):
            return self.reste_principal(e.base)
        if isinstance(e, Chemin):
            return all(isinstance(x, Pas | Racine | Ctx) for x in e.etapes)
        return isinstance(e, Pas | Racine | Ctx)
