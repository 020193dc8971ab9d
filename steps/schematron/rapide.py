"""Moteur rapide : les règles d'un schematron jugées par notre XPath sur l'arbre du document.

Pour chaque motif, les règles dans l'ordre prennent les nœuds de leur contexte qu'aucune n'a encore pris ; les
contextes se calculent en avant, par les index du document, et leurs débuts communs une seule fois. Rien n'est compilé
avant d'être tiré. Ce que le moteur ne sait pas évaluer, ou qui échoue à l'évaluation, est laissé au moteur de repli
(`restes`).
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from lxml import etree

from steps.schematron.chemins import chemin_de, ligne_de
from steps.schematron.modele import Echec, Partiel, Passage, Schematron
from steps.schematron.rapide_regles import Contextes, Globales, Prefixe, RegleCompilee, Trouvailles
from steps.schematron.xpath.erreurs import DocumentAbsent, ErreurXPath, HorsDePortee
from steps.schematron.xpath.espace import Espace
from steps.schematron.xpath.noeuds import ATTRIBUT, COMMENTAIRE, DOCUMENT, ELEMENT, INSTRUCTION, TEXTE, Arbre, Noeud

ABSENT = "jeu de valeurs absent du kit : "
SCHEMAS_MAXIMUM = 96
"""Schémas compilés gardés par processus ; au-delà, le moins récemment joué est abandonné."""

_GENRES = {TEXTE: "#text()", COMMENTAIRE: "#comment()", INSTRUCTION: "#processing-instruction()"}


class SchemaRapide:
    """Un schematron prêt à juger ; ses règles se compilent au premier nœud qu'elles prennent."""

    def __init__(self, schematron: Schematron) -> None:
        self.schematron = schematron
        self._espace = Espace(schematron.base, schematron.espaces)
        self._globales = Globales(self._espace, schematron)
        self._contextes = Contextes(self._espace, self._globales)
        self._regles: dict[tuple[int, int], RegleCompilee] = {}
        self._branches: list[list[tuple[Prefixe, ...] | None]] = [
            [self._lire_contexte(regle.contexte) for regle in motif.regles] for motif in schematron.motifs
        ]

    def _lire_contexte(self, contexte: str) -> tuple[Prefixe, ...] | None:
        try:
            return self._contextes.branches(contexte)
        except HorsDePortee:
            return None

    def _regle(self, motif: int, rang: int) -> RegleCompilee:
        regle = self._regles.get((motif, rang))
        if regle is None:
            source = self.schematron.motifs[motif].regles[rang]
            regle = self._regles[motif, rang] = RegleCompilee(self._espace, self._globales, source)
        return regle

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
            for n in noeuds:
                juger(n, arbre, trouvailles)
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
                message = self._regle(m, r).message(a, n, arbre)
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
        from steps.schematron.xpath.fonctions import nom

        chemin += f"/@{nom(n)}"
    elif n.g != ELEMENT:
        chemin += "/" + _GENRES[n.g].removeprefix("#")
    return chemin, ligne


_SCHEMAS: OrderedDict[tuple[Path, str], SchemaRapide] = OrderedDict()


def compiler(schematron: Schematron) -> SchemaRapide:
    """Le schéma prêt à juger, gardé par processus."""
    cle = (schematron.chemin, schematron.empreinte)
    if cle not in _SCHEMAS:
        _SCHEMAS[cle] = SchemaRapide(schematron)
        while len(_SCHEMAS) > SCHEMAS_MAXIMUM:
            _SCHEMAS.popitem(last=False)
    _SCHEMAS.move_to_end(cle)
    return _SCHEMAS[cle]


class MoteurRapide:
    """Joue des schematrons sur un document, bâti une seule fois."""

    def __init__(self, arbre: etree._ElementTree, cache: Path | None = None) -> None:
        del cache
        self._arbre = Arbre(arbre)

    def juger(self, schematron: Schematron) -> Partiel:
        """Le passage, et ce qui est laissé au repli."""
        return compiler(schematron).juger(self._arbre)
