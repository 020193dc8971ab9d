"""Moteur rapide : les règles d'un schematron jugées par notre XPath sur l'arbre du document.

Pour chaque motif, les règles dans l'ordre prennent les nœuds de leur contexte qu'aucune n'a encore pris ; les
contextes se calculent en avant, par les index du document, et leurs débuts communs une seule fois. Rien n'est compilé
avant d'être tiré. Ce que le moteur ne sait pas évaluer, ou qui échoue à l'évaluation, est laissé au moteur de repli
(`restes`).
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from lxml import etree

from steps.schematron import rapide_cache
from steps.schematron.chemins import chemin_de, ligne_de
from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.modele import Echec, Partiel, Passage, Schematron
from steps.schematron.rapide_regles import (
    Contextes,
    Globales,
    Prefixe,
    RegleCompilee,
    Trouvailles,
    cle_de_regle,
)
from steps.schematron.xpath.erreurs import DocumentAbsent, ErreurXPath, HorsDePortee
from steps.schematron.xpath.espace import Espace
from steps.schematron.xpath.noeuds import ATTRIBUT, COMMENTAIRE, DOCUMENT, ELEMENT, INSTRUCTION, TEXTE, Arbre, Noeud

ABSENT = "jeu de valeurs absent du kit : "
SCHEMAS_MAXIMUM = 96
"""Schémas compilés gardés par processus ; au-delà, le moins récemment joué est abandonné."""

_CROISSANCE = 1.05  # part de règles neuves à partir de laquelle le cache est réécrit
_GENRES = {TEXTE: "#text()", COMMENTAIRE: "#comment()", INSTRUCTION: "#processing-instruction()"}


class SchemaRapide:
    """Un schematron prêt à juger ; ses règles se compilent au premier nœud qu'elles prennent."""

    def __init__(self, schematron: Schematron, cache: Path | None = None) -> None:
        self.schematron = schematron
        self._cache = cache
        self._espace = Espace(schematron.base, schematron.espaces)
        self._globales = Globales(self._espace, schematron)
        self._contextes = Contextes(self._espace, self._globales, schematron)
        self._regles: dict[tuple[int, int], RegleCompilee] = {}
        self._distinctes: dict[bytes, RegleCompilee] = {}
        self._reprises: dict[bytes, tuple[str, dict[int, str]]] = {}
        self._branches: list[list[tuple[Prefixe, ...] | None]] = []
        self._gardees = 0
        garde = rapide_cache.lire(cache, schematron)
        if garde is not None:
            self._reprendre(garde)
        else:
            self._branches = [
                [self._lire_contexte(m, r) for r in range(len(motif.regles))]
                for m, motif in enumerate(schematron.motifs)
            ]
            self._contextes.alleger()
            self._espace.alleger()

    def _lire_contexte(self, motif: int, regle: int) -> tuple[Prefixe, ...] | None:
        try:
            return self._contextes.branches(motif, regle)
        except HorsDePortee:
            return None

    def _reprendre(self, garde: dict[str, Any]) -> None:
        self._espace.reprendre(garde["codes"], garde["objets"], garde["compteur"])
        self._contextes.deplier(garde["debuts"])
        tous = self._contextes.tous
        self._branches = [[b if b is None else tuple(tous[i] for i in b) for b in motif] for motif in garde["branches"]]
        self._reprises = garde["regles"]
        self._gardees = len(self._reprises)

    def garder(self) -> None:
        """Écrit le code compilé sur disque, s'il y en a assez de neuf."""
        regles = self._reprises | {cle: (regle.nom, regle.hors) for cle, regle in self._distinctes.items()}
        if len(regles) <= self._gardees * _CROISSANCE:
            return
        self._espace.alleger()
        self._gardees = len(regles)
        branches = [[b if b is None else tuple(p.rang for p in b) for b in motif] for motif in self._branches]
        garde = {
            "codes": self._espace.codes,
            "objets": self._espace.objets,
            "compteur": self._espace.compteur,
            "debuts": self._contextes.aplatir(),
            "branches": branches,
            "regles": regles,
        }
        rapide_cache.ecrire(self._cache, self.schematron, garde)

    def _regle(self, motif: int, rang: int) -> RegleCompilee:
        """La règle compilée ; deux règles de mêmes variables et mêmes tests, quel que soit leur contexte, n'en font
        qu'une."""
        regle = self._regles.get((motif, rang))
        if regle is None:
            source = self.schematron.motifs[motif].regles[rang]
            cle = cle_de_regle(source)
            regle = self._distinctes.get(cle)
            if regle is None:
                regle = RegleCompilee(self._espace, self._globales, source, self._reprises.get(cle))
                self._distinctes[cle] = regle
            self._regles[motif, rang] = regle
        return regle

    def a_jour(self) -> bool:
        """Les jeux de valeurs lus n'ont-ils pas changé depuis ?"""
        return self._espace.a_jour()

    @property
    def repli(self) -> tuple[tuple[int, int], ...]:
        """Règles (motif, rang) dont au moins une assertion, ou le contexte, est hors de portée ; compile tout."""
        hors: list[tuple[int, int]] = []
        for m, branches in enumerate(self._branches):
            perdu = False
            for r, branche in enumerate(branches):
                perdu = perdu or branche is None
                if perdu or self._regle(m, r).hors:
                    hors.append((m, r))
        return tuple(hors)

    def juger(self, arbre: Arbre) -> Partiel:
        """Joue le schéma sur un document."""
        tirees: dict[tuple[int, int], int] = {}
        echecs: list[Echec] = []
        incomplet: dict[str, None] = dict.fromkeys(self.schematron.lacunes)
        restes: set[tuple[int, int, int]] = set()
        for m, branches in enumerate(self._branches):
            trouves: list[tuple[int, int, int, Exception | None, Noeud]] = []
            self._jouer_motif(m, branches, arbre, tirees, restes, trouves)
            if trouves:
                self._rendre(m, trouves, arbre, echecs, incomplet, restes)
        passage = Passage(self.schematron, tuple(echecs), tirees, tuple(incomplet))
        return Partiel(passage, frozenset(restes))

    def _jouer_motif(
        self,
        m: int,
        branches: list[tuple[Prefixe, ...] | None],
        arbre: Arbre,
        tirees: dict[tuple[int, int], int],
        restes: set[tuple[int, int, int]],
        trouves: list[tuple[int, int, int, Exception | None, Noeud]],
    ) -> None:
        pris: set[int] = set()
        plusieurs = len(branches) > 1
        for r, branche in enumerate(branches):
            try:
                if branche is None:
                    raise HorsDePortee("contexte")
                noeuds = branche[0].noeuds(arbre) if len(branche) == 1 else _reunis(branche, arbre)
            except (HorsDePortee, ErreurXPath, RecursionError):
                for suivante in range(r, len(branches)):
                    nombre = len(self.schematron.motifs[m].regles[suivante].assertions)
                    restes.update((m, suivante, a) for a in range(nombre))
                return
            if plusieurs and noeuds:
                if pris:
                    noeuds = [n for n in noeuds if n.r not in pris]
                pris.update(n.r for n in noeuds)
            if not noeuds:
                continue
            tirees[m, r] = len(noeuds)
            regle = self._regle(m, r)
            restes.update((m, r, a) for a in regle.hors)
            juger = regle.juger
            trouvailles: Trouvailles = []
            try:
                for n in noeuds:
                    juger(n, arbre, trouvailles)
            except RecursionError:
                restes.update((m, r, a) for a in range(len(regle.regle.assertions)))
                continue
            trouves += [(n.r, a, r, erreur, n) for n, a, erreur in trouvailles]

    def _rendre(
        self,
        m: int,
        trouves: list[tuple[int, int, int, Exception | None, Noeud]],
        arbre: Arbre,
        echecs: list[Echec],
        incomplet: dict[str, None],
        restes: set[tuple[int, int, int]],
    ) -> None:
        """Écrit échecs et manques d'un motif, dans l'ordre du document."""
        motif = self.schematron.motifs[m]
        trouves.sort(key=lambda t: t[:2])
        # une assertion qui échoue à s'évaluer sur un nœud est laissée entière au repli, sauf jeu de valeurs absent
        erreurs = {(r, a) for _, a, r, erreur, _ in trouves if erreur and not isinstance(erreur, DocumentAbsent)}
        ecrits: list[tuple[int, int, Echec]] = []
        for _, a, r, erreur, n in trouves:
            if (r, a) in erreurs:
                continue
            try:
                if erreur:
                    raise erreur
                message = self._regle(m, r).message(motif.regles[r].assertions[a].message, n, arbre)
            except DocumentAbsent as absent:
                incomplet[ABSENT + absent.nom.rsplit("/", 1)[-1]] = None
                continue
            except ErreurXPath:
                message = None
            if message is None:
                erreurs.add((r, a))
                continue
            regle = motif.regles[r]
            chemin, ligne = _ou(n)
            ecrits.append(
                (r, a, Echec(motif.id or motif.nom, regle.contexte, regle.assertions[a], message, chemin, ligne))
            )
        restes.update((m, r, a) for r, a in erreurs)
        echecs += [echec for r, a, echec in ecrits if (r, a) not in erreurs]


def _reunis(branches: tuple[Prefixe, ...], arbre: Arbre) -> list[Noeud]:
    uniques: dict[int, Noeud] = {}
    for branche in branches:
        uniques |= {n.r: n for n in branche.noeuds(arbre)}
    return list(uniques.values())


def _ou(n: Noeud) -> tuple[str, int]:
    """Chemin et ligne d'un nœud, comme les écrit le moteur de repli."""
    if n.g == DOCUMENT:
        return "/", 0
    porteur = n if n.g == ELEMENT else n.p
    if porteur is None or porteur.g == DOCUMENT:
        return "/" + "/" + _GENRES.get(n.g, "").removeprefix("#"), 0
    chemin, ligne = chemin_de(porteur.el), ligne_de(porteur.el)
    if n.g == ATTRIBUT:
        from steps.schematron.xpath.fonctions_noms import nom

        chemin += f"/@{nom(n)}"
    elif n.g != ELEMENT:
        chemin += "/" + _GENRES[n.g].removeprefix("#")
    return chemin, ligne


_SCHEMAS: OrderedDict[tuple[Path, str], SchemaRapide] = OrderedDict()


def compiler(schematron: Schematron, cache: Path | None = None) -> SchemaRapide:
    """Le schéma prêt à juger, gardé par processus et, si un dossier `cache` est donné, sur disque."""
    cle = (schematron.chemin, schematron.empreinte)
    connu = _SCHEMAS.get(cle)
    if connu is None or connu.schematron is not schematron or not connu.a_jour():
        _SCHEMAS[cle] = SchemaRapide(schematron, cache)
        while len(_SCHEMAS) > SCHEMAS_MAXIMUM:
            _SCHEMAS.popitem(last=False)
    _SCHEMAS.move_to_end(cle)
    return _SCHEMAS[cle]


@contextmanager
def _sans_ramasse_miettes() -> Iterator[None]:
    """Suspend le ramasse-miettes : un jugement crée beaucoup d'objets, tous rendus à la fin ou gardés."""
    actif = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if actif:
            gc.enable()


class MoteurRapide:
    """Joue des schematrons sur un document, bâti une seule fois."""

    def __init__(self, arbre: etree._ElementTree, cache: Path | None = None) -> None:
        if cast(Any, arbre).docinfo.doctype:
            raise ErreurSchematron("le document porte une déclaration DOCTYPE : il n'est pas donné aux schematrons")
        self._cache = cache
        with _sans_ramasse_miettes():
            self._arbre = Arbre(arbre)

    def __del__(self) -> None:
        arbre = getattr(self, "_arbre", None)
        if arbre is not None:
            arbre.defaire()

    def juger(self, schematron: Schematron) -> Partiel:
        """Le passage, et ce qui est laissé au repli."""
        with _sans_ramasse_miettes():
            schema = compiler(schematron, self._cache)
            partiel = schema.juger(self._arbre)
            schema.garder()
        return partiel
