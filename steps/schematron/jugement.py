"""Joue des schematrons sur un document : moteur rapide et repli par Saxon, ou tout par Saxon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

from lxml import etree

from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.modele import Echec, Partiel, Parties, Passage, Schematron

Moteur = Literal["rapide", "saxon"]


def juger(
    arbre: etree._ElementTree, schematrons: Iterable[Schematron], moteur: Moteur = "rapide", cache: Path | None = None
) -> list[Passage]:
    """Un passage par schematron, dans l'ordre. `arbre` : déjà lu par un analyseur durci, sans DTD.

    `rapide` : notre évaluation d'abord, puis Saxon pour les seules assertions qu'elle laisse ; `saxon` : tout par lui.
    `cache` : dossier des feuilles compilées. Un schematron qui ne peut pas être joué donne un passage incomplet.
    `ErreurSchematron` si le document porte un DOCTYPE.
    """
    if cast(Any, arbre).docinfo.doctype:
        raise ErreurSchematron("le document porte une déclaration DOCTYPE : il n'est pas donné aux schematrons")
    repli = _Repli(arbre, cache)
    if moteur == "saxon":
        return [repli.juger(schematron, None) for schematron in schematrons]
    from steps.schematron.rapide import MoteurRapide

    rapide = MoteurRapide(arbre, cache)
    return [_completer(rapide.juger(schematron), repli) for schematron in schematrons]


class _Repli:
    """Saxon, démarré au premier besoin, qui ne lit le document qu'une fois."""

    def __init__(self, arbre: etree._ElementTree, cache: Path | None) -> None:
        self._arbre = arbre
        self._cache = cache
        self._document: Any = None

    def juger(self, schematron: Schematron, parties: Parties | None) -> Passage:
        from steps.schematron.saxon import moteur

        saxon = moteur(self._cache)
        if self._document is None:
            self._document = saxon.document(self._arbre)
        return saxon.juger(self._arbre, schematron, parties, self._document)


def _completer(partiel: Partiel, repli: _Repli) -> Passage:
    passage = partiel.passage
    if lacunes := [lacune for lacune in passage.schematron.lacunes if lacune not in passage.incomplet]:
        passage = replace(passage, incomplet=(*passage.incomplet, *lacunes))
    if not partiel.restes:
        return passage
    return fusionner(passage, repli.juger(passage.schematron, partiel.restes))


def fusionner(rapide: Passage, saxon: Passage) -> Passage:
    """Réunit deux passages d'un même schematron sur des assertions différentes, dans l'ordre des motifs.

    Une règle comptée par les deux moteurs l'est d'après le moteur rapide.
    """
    schematron = rapide.schematron
    rangs = {id(assertion): rang for rang, assertion in enumerate(_assertions(schematron))}

    def rang(echec: Echec) -> int:
        return rangs.get(id(echec.assertion), 0)

    motifs = {motif.id or motif.nom: position for position, motif in reversed(list(enumerate(schematron.motifs)))}
    echecs = sorted((*rapide.echecs, *saxon.echecs), key=lambda echec: (motifs.get(echec.motif, 0), rang(echec)))
    return Passage(
        schematron,
        tuple(echecs),
        {**saxon.tirees, **rapide.tirees},
        tuple(dict.fromkeys((*rapide.incomplet, *saxon.incomplet))),
    )


def _assertions(schematron: Schematron) -> Iterable[object]:
    return (assertion for motif in schematron.motifs for regle in motif.regles for assertion in regle.assertions)
