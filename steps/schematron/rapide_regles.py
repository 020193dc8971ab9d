"""Règles compilées au premier besoin : contexte, variables paresseuses, tests, messages."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from steps.schematron.modele import RegleSchematron, Schematron
from steps.schematron.modele import Variable as Let
from steps.schematron.xpath.chemins import abreger, clark
from steps.schematron.xpath.erreurs import HorsDePortee
from steps.schematron.xpath.espace import Espace
from steps.schematron.xpath.generateur import Generateur, Portee, Variable
from steps.schematron.xpath.noeuds import Arbre, Noeud
from steps.schematron.xpath.portees import CHAINES, COURANT, Flux, Foyer, dependances
from steps.schematron.xpath.syntaxe import Appel, Bin, Chemin, Ctx, Expr, Filtre, Lit, Pas, Racine, Var

Trouvailles = list[tuple[Noeud, int, Exception | None]]
_FOYER = Foyer("c", "n", principal=True)
_AXES_SIMPLES = ("child", "attribute", "self", "parent")


class Globales(Mapping[str, Variable]):
    """Variables du schéma et de ses motifs, compilées au premier usage, évaluées une fois par document."""

    def __init__(self, espace: Espace, schematron: Schematron) -> None:
        self._espace = espace
        lets = [*schematron.variables, *(v for m in schematron.motifs for v in m.variables)]
        self._lets = {v.nom: v.expression for v in lets}
        self._faites: dict[str, Variable] = {}
        self._en_cours: set[str] = set()

    def __getitem__(self, nom: str) -> Variable:
        if nom not in self._faites:
            if nom in self._en_cours:
                raise HorsDePortee(f"variable ${nom} définie par elle-même")
            expression = self._lets[nom]
            self._en_cours.add(nom)
            try:
                self._faites[nom] = self._compiler(self._espace.analyser(expression))
            finally:
                self._en_cours.discard(nom)
        return self._faites[nom]

    def _compiler(self, e: Expr) -> Variable:
        if isinstance(e, Lit):
            return Variable(expr=e, globale=True)
        g = Generateur(self._espace, self)
        foyer = Foyer("R_", "n", principal=True)
        code, type_ = g.valeur(e, foyer), g.type(e, foyer)
        nom = self._espace.nom("g")
        self._espace.executer(
            f"def {nom}(D):\n    if {nom!r} not in D.m:\n        R_ = D.racine\n        D.m[{nom!r}] = {code}\n"
            f"    return D.m[{nom!r}]\n"
        )
        return Variable(f"{nom}(D)", type_, globale=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lets)

    def __len__(self) -> int:
        return len(self._lets)


class Prefixe:
    """Nœuds d'un début de contexte, calculés une fois par document et partagés par les contextes qui le portent."""

    __slots__ = ("avant", "espace", "etape", "fonction", "globales", "nom", "numero")

    def __init__(self, espace: Espace, globales: Globales, avant: Prefixe | None, etape: Expr) -> None:
        self.espace = espace
        self.globales = globales
        self.avant = avant
        self.etape = etape
        self.nom = clark(etape.test) if isinstance(etape, Pas) and etape.axe in ("child", "descendant") else ""
        self.numero = espace.nom("p")
        self.fonction: Callable[[list[Noeud], Arbre], list[Noeud]] | None = None

    def noeuds(self, arbre: Arbre) -> list[Noeud]:
        """Les nœuds, sans doublon. Lève `HorsDePortee` ou `ErreurXPath`."""
        if self.avant is None:
            return [arbre.racine]
        connus: list[Noeud] | None = arbre.m.get(self.numero)
        if connus is None:
            depart = self.avant.noeuds(arbre)
            absent = self.nom and self.nom != "*" and self.nom not in arbre.par_nom
            connus = [] if absent or not depart else self._fonction()(depart, arbre)
            arbre.m[self.numero] = connus
        return connus

    def _fonction(self) -> Callable[[list[Noeud], Arbre], list[Noeud]]:
        if self.fonction is None:
            g = Generateur(self.espace, self.globales)
            seul = self.avant is not None and self.avant.avant is None
            depart = Flux("n", ["for n in L"], seul=seul, ordonne=seul, pairs=seul, principal=True)
            code = g.poser(g._avancer(depart, self.etape)).liste()
            self.espace.executer(f"def {self.numero}(L, D):\n    return {code}\n")
            self.fonction = self.espace.noms[self.numero]
        return self.fonction


class Contextes:
    """Contextes d'un schéma, leurs débuts mis en commun."""

    def __init__(self, espace: Espace, globales: Globales) -> None:
        self._espace = espace
        self._globales = globales
        self._prefixes: dict[tuple[Expr, ...], Prefixe] = {}

    def branches(self, contexte: str) -> tuple[Prefixe, ...]:
        """Les débuts complets des branches d'un motif XSLT. Lève `HorsDePortee` pour une forme non comprise."""
        branches: list[Prefixe] = []
        for e in _alternatives(self._espace.analyser(contexte)):
            if COURANT in dependances(e):
                raise HorsDePortee("current() dans un contexte")
            etapes = e.etapes if isinstance(e, Chemin) else (e,)
            if not all(isinstance(x, Pas | Racine) for x in etapes):
                raise HorsDePortee("contexte qui n'est pas un chemin")
            if not isinstance(etapes[0], Racine):
                etapes = (Racine(), Pas("descendant-or-self", _tout()), *etapes)
            branches.append(self._prefixe(tuple(abreger(etapes))))
        return tuple(branches)

    def _prefixe(self, etapes: tuple[Expr, ...]) -> Prefixe:
        connu = self._prefixes.get(etapes)
        if connu is None:
            avant = self._prefixe(etapes[:-1]) if len(etapes) > 1 else None
            connu = self._prefixes[etapes] = Prefixe(self._espace, self._globales, avant, etapes[-1])
        return connu


def _tout() -> Any:
    from steps.schematron.xpath.analyseur import TOUT_NOEUD

    return TOUT_NOEUD


def _alternatives(e: Expr) -> list[Expr]:
    if isinstance(e, Bin) and e.op == "union":
        return [*_alternatives(e.g), *_alternatives(e.d)]
    return [e]


class RegleCompilee:
    """Une règle : sa fonction de jugement, et ses assertions hors de portée."""

    def __init__(self, espace: Espace, globales: Globales, regle: RegleSchematron) -> None:
        self.espace = espace
        self.regle = regle
        self.hors: dict[int, str] = {}
        self.entete: list[str] = []
        self.portee: Portee = self._variables(globales, regle.variables)
        self._messages: dict[int, Callable[[Noeud, Arbre], str] | None] = {}
        nom = espace.nom("r")
        lignes = [f"def {nom}(c, D, E):", *self.entete]
        for rang, assertion in enumerate(regle.assertions):
            try:
                g = Generateur(espace, self.portee, _FOYER)
                test = g.ebv(espace.analyser(assertion.test), _FOYER)
            except (HorsDePortee, RecursionError) as cause:
                self.hors[rang] = str(cause)
                continue
            lignes += [
                "    try:",
                f"        if {'' if assertion.report else 'not '}{test}: E.append((c, {rang}, None))",
                f"    except ErreurXPath as x: E.append((c, {rang}, x))",
            ]
        if len(lignes) == 1:
            lignes.append("    pass")
        try:
            espace.executer("\n".join(lignes) + "\n")
            self.juger: Callable[[Noeud, Arbre, Trouvailles], None] = espace.noms[nom]
        except HorsDePortee as cause:
            self.hors = dict.fromkeys(range(len(regle.assertions)), str(cause))
            self.juger = lambda c, arbre, trouvailles: None

    def _variables(self, globales: Globales, lets: tuple[Let, ...]) -> Portee:
        """Les `let` de la règle : repris tels quels s'ils sont simples, calculés d'avance s'ils ne peuvent pas échouer
        et coûtent peu, sinon au premier usage. Un `let` hors de portée n'existe pas : qui le cite l'est aussi."""
        locales: dict[str, Variable] = {}
        portee: Portee = ChainMap(locales, globales)  # type: ignore[arg-type]
        for let in lets:
            locales.pop(let.nom, None)
            avant: Portee = ChainMap(dict(locales), globales)  # type: ignore[arg-type]
            g = Generateur(self.espace, avant, _FOYER)
            try:
                e = self.espace.analyser(let.expression)
                if _simple(e):
                    g.type(e, _FOYER)
                    locales[let.nom] = Variable(expr=e, foyer=_FOYER, portee=avant)
                    continue
                code, type_ = g.valeur(e, _FOYER), g.type(e, _FOYER)
            except (HorsDePortee, RecursionError) as cause:
                locales[let.nom] = Variable(expr=Var(f"hors de portée : {cause}"), portee={})
                continue
            nom = self.espace.nom("v")
            if infaillible(g, e):
                self.entete.append(f"    {nom} = {code}")
                locales[let.nom] = Variable(nom, type_)
            else:
                self.entete += [
                    f"    _{nom} = []",
                    f"    def {nom}():",
                    f"        if not _{nom}: _{nom}.append({code})",
                    f"        return _{nom}[0]",
                ]
                locales[let.nom] = Variable(f"{nom}()", type_)
        return portee

    def message(self, rang: int, n: Noeud, arbre: Arbre) -> str | None:
        """Message de l'assertion pour ce nœud, None s'il est hors de portée. Lève `ErreurXPath`."""
        if rang not in self._messages:
            self._messages[rang] = self._compiler_message(rang)
        fonction = self._messages[rang]
        return None if fonction is None else " ".join(_mots(fonction(n, arbre)))

    def _compiler_message(self, rang: int) -> Callable[[Noeud, Arbre], str] | None:
        morceaux: list[str] = []
        try:
            for morceau in self.regle.assertions[rang].message:
                if morceau.expression:
                    g = Generateur(self.espace, self.portee, _FOYER)
                    e = self.espace.analyser(morceau.expression)
                    morceaux.append(f"F.joindre({g.liste(e, _FOYER)}, ' ')")
                else:
                    morceaux.append(repr(morceau.texte))
            nom = self.espace.nom("t")
            corps = " + ".join(morceaux) or "''"
            self.espace.executer("\n".join([f"def {nom}(c, D):", *self.entete, f"    return {corps}"]) + "\n")
        except (HorsDePortee, RecursionError):
            return None
        fonction: Callable[[Noeud, Arbre], str] = self.espace.noms[nom]
        return fonction


def _mots(texte: str) -> list[str]:
    """Mots séparés par les quatre blancs XML."""
    return [m for m in texte.replace("\t", " ").replace("\n", " ").replace("\r", " ").split(" ") if m]


def _simple(e: Expr) -> bool:
    """Aussi bon marché à recalculer qu'à garder : constante, attribut du nœud, variable, nœud lui-même."""
    return isinstance(e, Lit | Var | Ctx) or (isinstance(e, Pas) and e.axe == "attribute" and not e.predicats)


def infaillible(g: Generateur, e: Expr) -> bool:
    """Peut s'évaluer d'avance : jamais d'erreur possible, et un coût borné par les voisins du nœud."""
    if isinstance(e, Lit | Ctx):
        return True
    if isinstance(e, Pas):
        return e.axe in _AXES_SIMPLES and all(infaillible(g, p) for p in e.predicats)
    if isinstance(e, Chemin):
        return all(isinstance(x, Pas) and infaillible(g, x) for x in e.etapes)
    if isinstance(e, Filtre):
        return not e.predicats and infaillible(g, e.base)
    if isinstance(e, Bin):
        if e.op in ("and", "or"):
            return infaillible(g, e.g) and infaillible(g, e.d)
        chaines = all(isinstance(x, Lit | Pas | Chemin) and g.type(x, _FOYER)[0] in CHAINES for x in (e.g, e.d))
        return e.op in ("=", "!=") and chaines and infaillible(g, e.g) and infaillible(g, e.d)
    if isinstance(e, Appel) and e.nom in ("count", "not", "exists", "empty") and len(e.args) == 1:
        return isinstance(e.args[0], Pas | Chemin | Filtre) and infaillible(g, e.args[0])
    return False
