"""Énumération paresseuse d'un lot : chemins locaux ou adresses fsspec (`s3://`, `file://`…), un élément à la fois."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from steps.controle.motifs import est_motif, exclut, lire_motif
from steps.controle.options import OptionRefusee
from steps.controle.recherche_fichiers import ENTREE_STANDARD, parcourir, parcourir_motif


@dataclass(frozen=True, slots=True)
class Element:
    """Un document du lot. `marque` : etag ou date de modification ; `taille` : en octets, -1 si elle est inconnue."""

    chemin: str
    taille: int
    marque: str


def est_adresse(chemin: str) -> bool:
    """Vrai pour une adresse que fsspec lit (`s3://…`), faux pour un chemin local."""
    return "://" in chemin


def enumerer(arguments: Iterable[str], exclus: tuple[str, ...]) -> Iterator[Element]:
    """Les éléments de chaque argument, dans l'ordre où le stockage les donne."""
    for argument in arguments:
        if argument == ENTREE_STANDARD:
            raise OptionRefusee("l'entrée standard ne va pas avec --lot : attendu des fichiers, dossiers ou motifs")
        yield from _distants(argument, exclus) if est_adresse(argument) else _locaux(argument, exclus)


def _locaux(argument: str, exclus: tuple[str, ...]) -> Iterator[Element]:
    if os.path.isdir(argument):  # noqa: PTH112 -- le nom peut venir d'octets qui ne sont pas de l'UTF-8
        for _, chemin in parcourir(argument, exclus, ordonne=False):
            yield _local(chemin)
    elif os.path.lexists(argument) or not est_motif(argument):
        yield _local(argument)
    else:
        for chemin in parcourir_motif(argument, exclus, ordonne=False):
            yield _local(chemin)


def _local(chemin: str) -> Element:
    try:
        etat = os.stat(chemin)  # noqa: PTH116
    except (OSError, ValueError):
        return Element(chemin, -1, "")
    return Element(chemin, etat.st_size, str(etat.st_mtime_ns))


def _distants(adresse: str, exclus: tuple[str, ...]) -> Iterator[Element]:
    protocole, _, reste = adresse.partition("://")
    motif = lire_motif(reste) if est_motif(reste) else None
    racine = f"{protocole}://{motif.racine if motif else reste}"
    systeme, chemin = ouvrir_systeme(racine)
    try:
        if motif is None and systeme.isfile(chemin):
            yield _distant(systeme, systeme.info(chemin))
            return
        profondeur = motif.profondeur if motif else None
        prefixe = chemin.rstrip("/")
        for _, _, fichiers in systeme.walk(chemin, maxdepth=profondeur, detail=True):
            for information in fichiers.values():
                relatif = str(information["name"])[len(prefixe) :].lstrip("/")
                if (motif is None or motif.retient(relatif)) and not exclut(exclus, relatif):
                    yield _distant(systeme, information)
    except OSError as erreur:
        raise OptionRefusee(f"{adresse} ne peut pas être parcouru ({type(erreur).__name__})") from erreur


def ouvrir_systeme(adresse: str) -> tuple[Any, str]:
    """Système de fichiers fsspec et chemin d'une adresse ; lève `OptionRefusee` si son protocole n'est pas installé."""
    import fsspec.core

    try:
        systeme, chemin = fsspec.core.url_to_fs(adresse)
    except (ImportError, ValueError) as erreur:
        protocole = adresse.partition("://")[0]
        raise OptionRefusee(f"{protocole}:// ne peut pas être lu : {erreur}") from erreur
    return systeme, str(chemin)


def _distant(systeme: Any, information: dict[str, Any]) -> Element:
    marque = next(
        (
            str(information[cle])
            for cle in ("ETag", "etag", "md5", "LastModified", "last_modified", "mtime", "updated", "created")
            if information.get(cle)
        ),
        "",
    )
    taille = information.get("size")
    adresse = systeme.unstrip_protocol(information["name"])
    return Element(str(adresse), int(taille) if taille is not None else -1, marque)
