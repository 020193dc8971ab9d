"""Les fichiers que désignent les arguments : fichiers, dossiers, motifs, entrée standard ; sans boucle ni doublon."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator

from steps.controle import incidents
from steps.controle.jugement import Tache, raison_systeme
from steps.controle.motifs import est_motif, exclut, lire_motif

ENTREE_STANDARD = "-"


class RienTrouve(Exception):
    """Aucun argument ne désigne un fichier ; le texte dit ce qui a été cherché."""


def trouver(arguments: Iterable[str], exclus: tuple[str, ...], taille_max: int) -> list[Tache]:
    """Les tâches, dans l'ordre des arguments puis des noms ; lève `RienTrouve` si rien n'existe.

    Un argument qui ne désigne rien, à côté d'autres qui désignent quelque chose, donne une tâche refusée.
    """
    taches: list[Tache] = []
    vus: set[str] = set()
    manquants: list[str] = []
    for argument in arguments:
        trouve = False
        for tache in _taches(argument, exclus, taille_max):
            cle = ENTREE_STANDARD if tache.fichier == ENTREE_STANDARD else os.path.abspath(tache.fichier)  # noqa: PTH100
            trouve = True
            if cle not in vus:
                vus.add(cle)
                taches.append(tache)
        if not trouve:
            manquants.append(argument)
            taches.append(Tache(argument, refus=incidents.illisible(_pourquoi_rien(argument))))
    if len(manquants) == len(taches):
        raise RienTrouve(f"aucun fichier trouvé pour : {', '.join(manquants)}")
    return taches


def _pourquoi_rien(argument: str) -> str:
    if os.path.isdir(argument):  # noqa: PTH112
        return "le dossier ne contient aucun fichier retenu"
    return "le motif ne désigne aucun fichier" if est_motif(argument) else "aucun fichier à ce chemin"


def _taches(argument: str, exclus: tuple[str, ...], taille_max: int) -> Iterator[Tache]:
    if argument == ENTREE_STANDARD:
        yield lire_entree_standard(taille_max)
        return
    try:
        mode = os.stat(argument).st_mode  # noqa: PTH116
    except (OSError, ValueError) as erreur:
        if est_motif(argument):
            for chemin in parcourir_motif(argument, exclus):
                yield Tache(chemin, chemin)
        elif os.path.lexists(argument):
            yield Tache(argument, refus=incidents.illisible(raison_systeme(erreur)))
        return
    if stat.S_ISDIR(mode):
        for _, chemin in parcourir(argument, exclus):
            yield Tache(chemin, chemin)
    elif stat.S_ISFIFO(mode):
        yield _lire_tube(argument, taille_max)
    else:
        yield Tache(argument, argument)


def parcourir_motif(argument: str, exclus: tuple[str, ...], *, ordonne: bool = True) -> Iterator[str]:
    """Les fichiers locaux qui répondent à un motif, nommés comme le motif l'est."""
    motif = lire_motif(argument.replace(os.sep, "/"))
    prefixe = "" if motif.racine == "." and not argument.startswith("./") else motif.racine.rstrip("/") + "/"
    for relatif, _ in parcourir(motif.racine, exclus, profondeur=motif.profondeur, ordonne=ordonne):
        if motif.retient(relatif):
            yield prefixe + relatif


def parcourir(
    racine: str, exclus: tuple[str, ...] = (), *, profondeur: int | None = None, ordonne: bool = True
) -> Iterator[tuple[str, str]]:
    """(chemin relatif, chemin) des fichiers d'un dossier, triés si `ordonne` ; un dossier n'est visité qu'une fois.

    Les noms qui commencent par un point sont écartés. Un dossier illisible est rendu comme un fichier : sa lecture
    dira pourquoi.
    """
    visites: set[tuple[int, int]] = set()
    # Une pile explicite : une arborescence peut être plus profonde que la pile de Python.
    pile: list[tuple[bool, str, str, int]] = [(True, racine, "", 1)]
    while pile:
        est_dossier, chemin, chemin_relatif, rang = pile.pop()
        if not est_dossier:
            yield chemin_relatif, chemin
            continue
        try:
            etat = os.stat(chemin)  # noqa: PTH116
            if (etat.st_dev, etat.st_ino) in visites:
                continue
            visites.add((etat.st_dev, etat.st_ino))
            with os.scandir(chemin) as entrees:
                for entree in sorted(entrees, key=_nom, reverse=True) if ordonne else entrees:
                    sous_relatif = f"{chemin_relatif}/{entree.name}" if chemin_relatif else entree.name
                    nature = None if exclut(exclus, sous_relatif) else _nature(entree)
                    if nature == "dossier" and (profondeur is None or rang < profondeur):
                        pile.append((True, entree.path, sous_relatif, rang + 1))
                    elif nature == "fichier" and ordonne:
                        pile.append((False, entree.path, sous_relatif, rang))
                    elif nature == "fichier":
                        yield sous_relatif, entree.path
        except OSError:
            yield chemin_relatif, chemin


def _nom(entree: os.DirEntry[str]) -> str:
    return entree.name


def _nature(entree: os.DirEntry[str]) -> str | None:
    """« dossier », « fichier » (lien cassé compris : sa lecture dira pourquoi), ou None si l'entrée est écartée."""
    if entree.name.startswith("."):
        return None
    try:
        if entree.is_dir():
            return "dossier"
        return "fichier" if entree.is_file() or entree.is_symlink() else None
    except OSError:
        return "fichier"


def lire_entree_standard(taille_max: int) -> Tache:
    """Lit l'entrée standard, sans dépasser la limite de taille."""
    octets = sys.stdin.buffer.read(taille_max + 1)
    return Tache(ENTREE_STANDARD, octets=octets)


def _lire_tube(argument: str, taille_max: int) -> Tache:
    """Un tube nommé, par exemple une substitution de processus du shell."""
    try:
        with open(argument, "rb") as tube:  # noqa: PTH123
            return Tache(argument, octets=tube.read(taille_max + 1))
    except OSError as erreur:
        return Tache(argument, refus=incidents.illisible(raison_systeme(erreur)))
