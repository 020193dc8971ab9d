"""Bornes de l'examen d'un XML hostile : profondeur, longueur des textes ; un dépassement n'est pas une faute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from xml.parsers import expat

from reports.constat import Constat
from steps.controle import incidents
from steps.controle.modele import Examen, TypeFichier

PROFONDEUR_MAX = 250
TEXTE_MAX = 9_000_000
"""libxml2 refuse un texte de plus de 10 millions d'octets : le banc s'arrête avant, et le dit."""
_BLOC = 256 * 1024


class _Arret(Exception):
    pass


def depassement_xml(octets: bytes) -> str:
    """La limite du banc que ce XML dépasse, en français ; vide s'il n'en dépasse aucune, ou est mal formé avant."""
    analyseur = expat.ParserCreate()
    profondeur = texte = 0
    raison = ""

    def ouvrir(_nom: str, attributs: list[str]) -> None:
        nonlocal profondeur, texte, raison
        profondeur, texte = profondeur + 1, 0
        if profondeur > PROFONDEUR_MAX:
            raison = f"plus de {PROFONDEUR_MAX} éléments imbriqués"
        elif sum(map(len, attributs)) > TEXTE_MAX:
            raison = f"attributs de plus de {TEXTE_MAX} caractères"
        if raison:
            raise _Arret

    def fermer(_nom: str) -> None:
        nonlocal profondeur, texte
        profondeur, texte = profondeur - 1, 0

    def lire(donnees: str) -> None:
        nonlocal texte, raison
        texte += len(donnees)
        if texte > TEXTE_MAX:
            raison = f"texte de plus de {TEXTE_MAX} caractères"
            raise _Arret

    def arreter(*_: object) -> None:
        raise _Arret

    analyseur.ordered_attributes = True
    analyseur.buffer_text = True
    analyseur.StartElementHandler, analyseur.EndElementHandler = ouvrir, fermer
    analyseur.CharacterDataHandler = lire
    analyseur.StartDoctypeDeclHandler = arreter
    try:
        for debut in range(0, len(octets), _BLOC):
            analyseur.Parse(octets[debut : debut + _BLOC], False)
    except (_Arret, expat.ExpatError, ValueError, LookupError):
        return raison
    return raison


def au_dela(type_fichier: TypeFichier, raison: str) -> Examen:
    """Examen *non concluant* d'un fichier au-delà d'une limite du banc."""
    return incidents.non_concluant(
        incidents.LIMITE,
        f"fichier au-delà de la limite du banc : {raison}",
        recu=raison,
        a_faire="Contrôler ce contenu par morceaux, ou avec un autre outil : le banc ne l'a pas jugé.",
        type_fichier=type_fichier,
    )


def sans_numero(constats: Iterable[Constat]) -> tuple[Constat, ...]:
    """Les mêmes constats, sans numéro d'échange : un fichier n'en a pas."""
    return tuple(replace(constat, echanges=()) if constat.echanges else constat for constat in constats)
