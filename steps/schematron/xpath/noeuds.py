"""Modèle de données XPath bâti une fois par document sur lxml : nœuds numérotés dans l'ordre, et leurs index.

Un nœud porte son rang `r` et le dernier rang de sa descendance `fin` : l'ordre, l'identité et l'appartenance à un
sous-arbre sont des comparaisons d'entiers. Attributs et textes ne deviennent des nœuds qu'à la demande.
Source : XQuery 1.0 and XPath 2.0 Data Model (XDM), W3C Recommendation, section 6.
"""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Iterator
from itertools import count
from typing import Any

from lxml import etree

DOCUMENT, ELEMENT, ATTRIBUT, TEXTE, COMMENTAIRE, INSTRUCTION = 9, 1, 2, 3, 8, 7
_VIDE: dict[str, Any] = {}
_RIEN: list[Noeud] = []
_ARBRES = count(1)
_ECART = 1 << 40  # rangs réservés à un arbre : deux documents ne se mêlent pas
_RANG = operator.attrgetter("r")
_CHAINE = etree.XPath("string()", smart_strings=False)


class Noeud:
    """Un nœud. `g` genre, `nom` à la Clark (`{uri}local`), `p` parent, `a` attributs, `ee` éléments enfants, `e` les
    mêmes par nom, `el` l'élément lxml (`v` : valeur des nœuds sans élément, ou valeur textuelle déjà calculée)."""

    __slots__ = ("a", "arbre", "e", "ee", "el", "fin", "g", "nom", "p", "r", "v")

    def __init__(self, g: int, nom: str, r: int, p: Noeud | None, arbre: Arbre, el: Any = None, v: str | None = None):
        self.g = g
        self.nom = nom
        self.r = self.fin = r
        self.p = p
        self.arbre = arbre
        self.el = el
        self.v = v
        self.a: dict[str, str] = _VIDE
        self.e: dict[str, list[Noeud]] = _VIDE
        self.ee: list[Noeud] = _RIEN


class Arbre:
    """Un document. `m` : valeurs constantes pour ce document, par clé du code engendré."""

    def __init__(self, document: Any, uri: str = "") -> None:
        self.uri = uri
        self.base = next(_ARBRES) * _ECART
        self.par_nom: dict[str, list[Noeud]] = {}
        self.elements: list[Noeud] = []
        self.m: dict[Any, Any] = {}
        self.autres: dict[int, list[Noeud]] = {}
        self._rangs: dict[str | None, list[int]] = {}
        self.racine = Noeud(DOCUMENT, "", self.base, None, self)
        self._construire(document.getroot())

    def _construire(self, tete: Any) -> None:
        racine = self.racine
        avant = list(tete.itersiblings(preceding=True))[::-1]
        r = racine.r
        for el in avant:
            r += 1
            self._autre(el, r, racine)
        r += 1
        sommet = self._element(tete, r, racine)
        racine.ee = [sommet]
        racine.e = {sommet.nom: [sommet]}
        r = self._descendre(tete, sommet)
        for el in tete.itersiblings():
            r += 1
            self._autre(el, r, racine)
        racine.fin = r

    def _autre(self, el: Any, r: int, parent: Noeud) -> None:
        genre = COMMENTAIRE if el.tag is etree.Comment else INSTRUCTION
        if el.tag is etree.Entity:
            raise ValueError("référence d'entité non résolue")
        nom = el.target if genre == INSTRUCTION else ""
        self.autres.setdefault(parent.r, []).append(Noeud(genre, nom, r, parent, self, el, el.text or ""))

    def _element(self, el: Any, r: int, parent: Noeud) -> Noeud:
        nom = el.tag
        n = Noeud(ELEMENT, nom, r, parent, self, el)
        attributs = el.items()
        if attributs:
            n.a = dict(attributs)
            n.fin = r + len(attributs)
        if el.text:
            n.fin += 1
        self.elements.append(n)
        meme = self.par_nom.get(nom)
        if meme is None:
            self.par_nom[nom] = [n]
        else:
            meme.append(n)
        return n

    def _descendre(self, tete: Any, sommet: Noeud) -> int:
        """Bâtit la descendance de `tete` sans récursion ; rend le dernier rang pris."""
        if not len(tete):
            return sommet.fin
        pile = [(sommet, iter(tete))]
        r = sommet.fin
        element = self._element
        while pile:
            n, suite = pile[-1]
            for el in suite:
                if type(el.tag) is not str:
                    r += 1
                    self._autre(el, r, n)
                else:
                    x = element(el, r + 1, n)
                    r = x.fin
                    if n.ee:
                        n.ee.append(x)
                        meme = n.e.get(x.nom)
                        if meme is None:
                            n.e[x.nom] = [x]
                        else:
                            meme.append(x)
                    else:
                        n.ee = [x]
                        n.e = {x.nom: [x]}
                    if len(el):
                        pile.append((x, iter(el)))
                        break
                if el.tail:
                    r += 1
            else:
                n.fin = r
                pile.pop()
                if pile and n.el.tail:
                    r += 1
        return r

    def defaire(self) -> None:
        """Rompt les cycles : les nœuds sont rendus tout de suite, sans attendre le ramasse-miettes."""
        for n in self.elements:
            n.p = None
            n.ee = _RIEN
            n.e = _VIDE
        self.racine.ee = _RIEN
        self.racine.e = _VIDE
        self.elements = []
        self.par_nom = {}
        self.autres = {}
        self.m = {}

    def rangs(self, nom: str | None) -> list[int]:
        """Rangs des éléments de ce nom, ou de tous, dans l'ordre : pour la recherche par dichotomie."""
        connus = self._rangs.get(nom)
        if connus is None:
            nommes = self.elements if nom is None else self.par_nom.get(nom, _RIEN)
            connus = self._rangs[nom] = [n.r for n in nommes]
        return connus


def attribut(n: Noeud, nom: str) -> list[Noeud]:
    """`attribute::nom` : zéro ou un nœud."""
    valeur = n.a.get(nom)
    if valeur is None:
        return []
    return [Noeud(ATTRIBUT, nom, n.r + 1 + list(n.a).index(nom), n, n.arbre, None, valeur)]


def attributs(n: Noeud) -> list[Noeud]:
    """`attribute::*`."""
    return [Noeud(ATTRIBUT, nom, n.r + 1 + i, n, n.arbre, None, v) for i, (nom, v) in enumerate(n.a.items())]


def enfants(n: Noeud) -> list[Noeud]:
    """`child::node()` : éléments, textes, commentaires et instructions de traitement."""
    if n.g not in (ELEMENT, DOCUMENT):
        return []
    autres = n.arbre.autres.get(n.r, _RIEN)
    tous: list[Noeud] = []
    if n.g == ELEMENT and n.el.text:
        tous.append(Noeud(TEXTE, "", n.r + len(n.a) + 1, n, n.arbre, None, n.el.text))
    for x in sorted((*n.ee, *autres), key=lambda y: y.r) if autres else n.ee:
        tous.append(x)
        if n.g == ELEMENT and x.el.tail:
            tous.append(Noeud(TEXTE, "", x.fin + 1, n, n.arbre, None, x.el.tail))
    return tous


def textes(n: Noeud) -> list[Noeud]:
    """`child::text()`."""
    if n.g == ELEMENT and not n.ee and n.r not in n.arbre.autres:
        t = n.el.text
        return [Noeud(TEXTE, "", n.r + len(n.a) + 1, n, n.arbre, None, t)] if t else []
    return [x for x in enfants(n) if x.g == TEXTE]


def descendance(n: Noeud) -> Iterator[Noeud]:
    """`descendant::node()`, dans l'ordre du document."""
    pile = [iter(enfants(n))]
    while pile:
        for x in pile[-1]:
            yield x
            if x.g == ELEMENT:
                pile.append(iter(enfants(x)))
                break
        else:
            pile.pop()


def desc(n: Noeud, nom: str) -> list[Noeud]:
    """`descendant::nom`."""
    arbre = n.arbre
    nommes = arbre.par_nom.get(nom)
    if nommes is None:
        return _RIEN
    if n.g == DOCUMENT:
        return nommes
    rangs = arbre.rangs(nom)
    debut = bisect_right(rangs, n.r)
    return nommes[debut : bisect_right(rangs, n.fin, debut)]


def desc_tous(n: Noeud) -> list[Noeud]:
    """`descendant::*`."""
    arbre = n.arbre
    if n.g == DOCUMENT:
        return arbre.elements
    rangs = arbre.rangs(None)
    debut = bisect_right(rangs, n.r)
    return arbre.elements[debut : bisect_right(rangs, n.fin, debut)]


def desc_joker(n: Noeud, uri: str | None, local: str | None) -> list[Noeud]:
    """`descendant::*:local` ou `descendant::p:*`, par les noms que porte le document."""
    noms = [nom for nom in n.arbre.par_nom if _convient(nom, uri, local)]
    if len(noms) == 1:
        return desc(n, noms[0])
    return sorted((x for nom in noms for x in desc(n, nom)), key=_RANG)


def _convient(nom: str, uri: str | None, local: str | None) -> bool:
    espace, _, court = nom[1:].partition("}") if nom[:1] == "{" else ("", "", nom)
    return (uri is None or espace == uri) and (local is None or court == local)


def chaine(n: Noeud) -> str:
    """Valeur textuelle du nœud (`fn:string`)."""
    v = n.v
    if v is None:
        if n.g == ELEMENT:
            v = str(_CHAINE(n.el)) if n.ee or n.r in n.arbre.autres else n.el.text or ""
        else:
            v = "".join(chaine(x) for x in n.ee)
        n.v = v
    return v
