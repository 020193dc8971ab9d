"""Règles compilées au premier besoin : contexte, variables paresseuses, tests, messages."""

from __future__ import annotations

import hashlib
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from steps.schematron.modele import Morceau, RegleSchematron, Schematron
from steps.schematron.modele import Variable as Let
from steps.schematron.xpath.analyseur import ENTRE
from steps.schematron.xpath.chemins import abreger, clark
from steps.schematron.xpath.erreurs import HorsDePortee
from steps.schematron.xpath.espace import Espace
from steps.schematron.xpath.generateur import Generateur, Portee, Variable
from steps.schematron.xpath.noeuds import Arbre, Noeud
from steps.schematron.xpath.portees import CHAINES, COURANT, Flux, Foyer, dependances
from steps.schematron.xpath.syntaxe import Appel, Bin, Chemin, Ctx, Expr, Filtre, Lit, Pas, Racine, Var

Origine = tuple[int, ...]
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
            nom,
            f"def {nom}(D):\n    i = (E, {nom!r})\n    if i not in D.m:\n"
            f"        R_ = D.racine\n        D.m[i] = {code}\n    return D.m[i]\n",
        )
        return Variable(f"{nom}(D)", type_, globale=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lets)

    def __len__(self) -> int:
        return len(self._lets)


class Prefixe:
    """Nœuds d'un début de contexte, calculés une fois par document et partagés par les contextes qui le portent.

    `origine` : d'où relire l'étape si elle n'est pas là : rangs du motif, de la règle, de la branche, nombre d'étapes.
    """

    __slots__ = ("avant", "contextes", "etape", "fonction", "nom", "numero", "origine", "rang")

    def __init__(
        self, contextes: Contextes, rang: int, avant: Prefixe | None, origine: Origine, etape: Expr | None = None
    ) -> None:
        self.contextes = contextes
        self.rang = rang
        self.avant = avant
        self.origine = origine
        self.etape = etape
        self.nom = clark(etape.test) if isinstance(etape, Pas) and etape.axe in ("child", "descendant") else ""
        self.numero = f"p_{rang}"
        self.fonction: Callable[[list[Noeud], Arbre], list[Noeud]] | None = None

    def noeuds(self, arbre: Arbre) -> list[Noeud]:
        """Les nœuds, sans doublon. Lève `HorsDePortee` ou `ErreurXPath`."""
        if self.avant is None:
            return [arbre.racine]
        cle = (self.contextes.marque, self.rang)
        connus: list[Noeud] | None = arbre.m.get(cle)
        if connus is None:
            depart = self.avant.noeuds(arbre)
            absent = self.nom and self.nom != "*" and self.nom not in arbre.par_nom
            connus = [] if absent or not depart else self._fonction()(depart, arbre)
            arbre.m[cle] = connus
        return connus

    def _fonction(self) -> Callable[[list[Noeud], Arbre], list[Noeud]]:
        if self.fonction is None:
            espace = self.contextes.espace
            self.fonction = espace.fonction(self.numero)
            if self.fonction is None:
                etape = self.etape or self.contextes.relire(self.origine)
                seul = self.avant is not None and self.avant.avant is None
                depart = Flux("n", ["for n in L"], seul=seul, ordonne=seul, pairs=seul, principal=True)
                g = Generateur(espace, self.contextes.globales)
                code = g.poser(g.avancer(depart, etape)).liste()
                espace.executer(self.numero, f"def {self.numero}(L, D):\n    return {code}\n")
                self.fonction = espace.noms[self.numero]
        assert self.fonction is not None
        return self.fonction


class Contextes:
    """Contextes d'un schéma, leurs débuts mis en commun."""

    def __init__(self, espace: Espace, globales: Globales, schematron: Schematron) -> None:
        self.espace = espace
        self.globales = globales
        self.marque = f"contextes {espace.noms['E']}"
        self._schematron = schematron
        self._prefixes: dict[tuple[Expr, ...], Prefixe] = {}
        self.tous: list[Prefixe] = []

    def branches(self, motif: int, regle: int) -> tuple[Prefixe, ...]:
        """Les débuts complets des branches d'un contexte. Lève `HorsDePortee` pour une forme non comprise."""
        chemins = self._chemins(self._schematron.motifs[motif].regles[regle].contexte)
        return tuple(self._prefixe(etapes, (motif, regle, b, len(etapes))) for b, etapes in enumerate(chemins))

    def _chemins(self, contexte: str) -> list[tuple[Expr, ...]]:
        trouves: list[tuple[Expr, ...]] = []
        for e in _alternatives(self.espace.analyser(contexte)):
            if COURANT in dependances(e):
                raise HorsDePortee("current() dans un contexte")
            etapes = e.etapes if isinstance(e, Chemin) else (e,)
            if not all(isinstance(x, Pas | Racine) for x in etapes):
                raise HorsDePortee("contexte qui n'est pas un chemin")
            if not isinstance(etapes[0], Racine):
                etapes = (Racine(), ENTRE, *etapes)
            trouves.append(tuple(abreger(etapes)))
        return trouves

    def relire(self, origine: Origine) -> Expr:
        """L'étape d'un début repris d'un cache."""
        motif, regle, branche, longueur = origine
        return self._chemins(self._schematron.motifs[motif].regles[regle].contexte)[branche][longueur - 1]

    def _prefixe(self, etapes: tuple[Expr, ...], origine: Origine) -> Prefixe:
        connu = self._prefixes.get(etapes)
        if connu is None:
            motif, regle, branche, longueur = origine
            avant = self._prefixe(etapes[:-1], (motif, regle, branche, longueur - 1)) if longueur > 1 else None
            connu = self._prefixes[etapes] = Prefixe(self, len(self.tous), avant, origine, etapes[-1])
            self.tous.append(connu)
        return connu

    def alleger(self) -> None:
        """Oublie les arbres de syntaxe une fois tous les contextes lus ; `relire` les retrouve au besoin."""
        self._prefixes.clear()
        for prefixe in self.tous:
            prefixe.etape = None

    def aplatir(self) -> list[tuple[Any, ...]]:
        """Les débuts, sous une forme qui s'écrit."""
        return [(p.avant.rang if p.avant else -1, p.nom, *p.origine) for p in self.tous]

    def deplier(self, plats: list[tuple[Any, ...]]) -> None:
        """Reprend des débuts déjà lus."""
        for avant, nom, *origine in plats:
            prefixe = Prefixe(self, len(self.tous), self.tous[avant] if avant >= 0 else None, tuple(origine))
            prefixe.nom = nom
            self.tous.append(prefixe)


def _alternatives(e: Expr) -> list[Expr]:
    if isinstance(e, Bin) and e.op == "union":
        return [*_alternatives(e.g), *_alternatives(e.d)]
    return [e]


def cle_de_regle(regle: RegleSchematron) -> bytes:
    """Ce dont dépend le code d'une règle : ses variables et ses tests."""
    textes = [x for v in regle.variables for x in (v.nom, v.expression)]
    textes += [x for a in regle.assertions for x in (a.test, "report" if a.report else "assert")]
    return hashlib.sha256("\0".join(textes).encode("utf-8", "surrogatepass")).digest()


class RegleCompilee:
    """Une règle : sa fonction de jugement, et ses assertions hors de portée.

    `reprise` : nom de la fonction et assertions hors de portée, si le code vient d'un cache.
    """

    def __init__(
        self,
        espace: Espace,
        globales: Globales,
        regle: RegleSchematron,
        reprise: tuple[str, dict[int, str]] | None = None,
    ) -> None:
        self.espace = espace
        self.globales = globales
        self.regle = regle
        self.hors: dict[int, str] = {}
        self._messages: dict[tuple[Morceau, ...], Callable[[Noeud, Arbre], str] | None] = {}
        if reprise is not None:
            self.nom, self.hors = reprise
        else:
            self.nom = espace.nom("r")
            self._compiler()
        self.juger: Callable[[Noeud, Arbre, Trouvailles], None] = espace.fonction(self.nom)

    def _compiler(self) -> None:
        portee, entete = self._variables(self.globales, self.regle.variables)
        lignes = [f"def {self.nom}(c, D, T):", *entete]
        for rang, assertion in enumerate(self.regle.assertions):
            try:
                g = Generateur(self.espace, portee, _FOYER)
                test = g.ebv(self.espace.analyser(assertion.test), _FOYER)
            except (HorsDePortee, RecursionError) as cause:
                self.hors[rang] = str(cause)
                continue
            lignes += [
                "    try:",
                f"        if {'' if assertion.report else 'not '}{test}: T.append((c, {rang}, None))",
                f"    except ErreurXPath as x: T.append((c, {rang}, x))",
            ]
        try:
            self.espace.executer(self.nom, "\n".join([*lignes, "    return"]) + "\n")
        except HorsDePortee as cause:
            self.hors = dict.fromkeys(range(len(self.regle.assertions)), str(cause))
            self.espace.executer(self.nom, f"def {self.nom}(c, D, T):\n    return\n")

    def _variables(self, globales: Globales, lets: tuple[Let, ...]) -> tuple[Portee, list[str]]:
        """Les `let` de la règle : repris tels quels s'ils sont simples, calculés d'avance s'ils ne peuvent pas échouer
        et coûtent peu, sinon au premier usage. Un `let` hors de portée n'existe pas : qui le cite l'est aussi."""
        entete: list[str] = []
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
                entete.append(f"    {nom} = {code}")
                locales[let.nom] = Variable(nom, type_)
            else:
                entete += [
                    f"    _{nom} = []",
                    f"    def {nom}():",
                    f"        if not _{nom}: _{nom}.append({code})",
                    f"        return _{nom}[0]",
                ]
                locales[let.nom] = Variable(f"{nom}()", type_)
        return portee, entete

    def message(self, morceaux: tuple[Morceau, ...], n: Noeud, arbre: Arbre) -> str | None:
        """Message d'une assertion pour ce nœud, None s'il est hors de portée. Lève `ErreurXPath`."""
        if morceaux not in self._messages:
            self._messages[morceaux] = self._compiler_message(morceaux)
        fonction = self._messages[morceaux]
        return None if fonction is None else " ".join(_mots(fonction(n, arbre)))

    def _compiler_message(self, texte: tuple[Morceau, ...]) -> Callable[[Noeud, Arbre], str] | None:
        morceaux: list[str] = []
        try:
            portee, entete = self._variables(self.globales, self.regle.variables)
            for morceau in texte:
                if morceau.expression:
                    g = Generateur(self.espace, portee, _FOYER)
                    e = self.espace.analyser(morceau.expression)
                    morceaux.append(f"F.joindre({g.liste(e, _FOYER)}, ' ')")
                else:
                    morceaux.append(repr(morceau.texte))
            nom = self.espace.nom("t")
            corps = " + ".join(morceaux) or "''"
            self.espace.executer(nom, "\n".join([f"def {nom}(c, D):", *entete, f"    return {corps}"]) + "\n")
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
