"""Lire ce qu'un navigateur envoie d'un formulaire : `application/x-www-form-urlencoded` ou `multipart/form-data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qsl

CHAMPS_MAX = 4000


class EnvoiIllisible(ValueError):
    """Le corps n'est pas celui d'un formulaire."""


@dataclass(frozen=True)
class Envoi:
    """Les champs remplis et les fichiers joints ; d'un nom répété, seul le premier compte."""

    champs: Mapping[str, str] = field(default_factory=dict)
    fichiers: Mapping[str, bytes] = field(default_factory=dict)


def lire_requete(texte: str) -> Envoi:
    """Les champs d'une adresse."""
    try:
        return Envoi(dict(reversed(parse_qsl(texte, keep_blank_values=True, max_num_fields=CHAMPS_MAX))))
    except ValueError as erreur:
        raise EnvoiIllisible(f"formulaire trop long : {erreur}") from erreur


def lire_envoi(type_contenu: str, corps: bytes) -> Envoi:
    """L'envoi d'un formulaire ; EnvoiIllisible s'il n'en est pas un."""
    entete = Message()
    entete["Content-Type"] = type_contenu
    genre = entete.get_content_type()
    if genre == "application/x-www-form-urlencoded":
        return lire_requete(corps.decode("utf-8", "replace"))
    borne = entete.get_param("boundary")
    if genre != "multipart/form-data" or not isinstance(borne, str) or not borne:
        raise EnvoiIllisible(f"attendu l'envoi d'un formulaire, reçu « {type_contenu} »")
    return _morceaux(corps, borne.encode("ascii", "replace"))


def _morceaux(corps: bytes, borne: bytes) -> Envoi:
    champs: dict[str, str] = {}
    fichiers: dict[str, bytes] = {}
    morceaux = (b"\r\n" + corps).split(b"\r\n--" + borne)
    if len(morceaux) > CHAMPS_MAX or not morceaux[-1].startswith(b"--"):
        raise EnvoiIllisible("formulaire tronqué, ou de trop de champs")
    for morceau in morceaux[1:-1]:
        entetes, separateur, contenu = morceau.partition(b"\r\n\r\n")
        nom, fichier = _disposition(entetes.decode("utf-8", "replace"))
        if not separateur or nom is None:
            raise EnvoiIllisible("partie de formulaire sans nom de champ")
        if fichier is None:
            champs.setdefault(nom, contenu.decode("utf-8", "replace"))
        elif fichier or contenu:
            fichiers.setdefault(nom, contenu)
    return Envoi(champs, fichiers)


def _disposition(entetes: str) -> tuple[str | None, str | None]:
    """Nom du champ, et nom du fichier s'il y en a un (vide : aucun fichier choisi)."""
    for ligne in entetes.split("\r\n"):
        if ligne.lower().startswith("content-disposition:"):
            lu = Message()
            lu["Content-Disposition"] = ligne.partition(":")[2].strip()
            nom = lu.get_param("name", header="Content-Disposition")
            fichier = lu.get_param("filename", header="Content-Disposition")
            return (nom if isinstance(nom, str) else None), (str(fichier) if fichier is not None else None)
    return None, None
