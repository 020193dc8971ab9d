"""Lire le fichier extrait lui-même : CSV, JSON, LDIF ou classeur XLSX, une ligne de valeurs par compte."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from steps.verifications.fichier_tabulaire import FichierIllisible, en_texte, lignes_du_classeur, objets_json

_INCONNU = "ni CSV, ni JSON, ni LDIF, ni XLSX"


@dataclass(frozen=True)
class LigneExtraite:
    """Les valeurs d'un compte dans le fichier, dans l'ordre, sans leurs noms de colonnes."""

    valeurs: tuple[str, ...]

    def porte(self, valeur: object) -> bool:
        """Vrai si une case est cette valeur, ou la contient parmi d'autres (liste de permissions)."""
        cherche = str(valeur).casefold()
        return any(
            cherche == case.casefold() or cherche in (m.casefold() for m in re.split(r"[|,;/\s]+", case))
            for case in self.valeurs
        )


def lire_fichier(octets: bytes) -> list[LigneExtraite]:
    """Une ligne par enregistrement ; `FichierIllisible` si le format n'est pas reconnu."""
    if octets[:2] == b"PK":
        return [LigneExtraite(tuple(cases)) for cases in lignes_du_classeur(octets)]
    texte = en_texte(octets)
    if texte is None:
        raise FichierIllisible(_INCONNU)
    if texte.lstrip()[:1] in ("[", "{"):
        return [LigneExtraite(tuple(_feuilles(objet))) for objet in objets_json(texte)]
    if re.match(r"(version:|dn:)", texte.lstrip()):
        return [LigneExtraite(tuple(_ldif(bloc))) for bloc in re.split(r"\r?\n\r?\n", texte) if "dn:" in bloc]
    return [LigneExtraite(tuple(cases)) for cases in _csv(texte)]


def ligne_de(lignes: Sequence[LigneExtraite], identifiant: str) -> LigneExtraite | None:
    """La ligne dont une case est exactement cet identifiant."""
    cherche = identifiant.casefold()
    return next((ligne for ligne in lignes if cherche in (c.casefold() for c in ligne.valeurs)), None)


def _csv(texte: str) -> Iterator[list[str]]:
    premiere = texte.partition("\n")[0]
    separateur = max(";\t,|", key=premiere.count)
    if not premiere.count(separateur):
        raise FichierIllisible(_INCONNU)
    yield from csv.reader(io.StringIO(texte), delimiter=separateur)


def _feuilles(objet: Any) -> Iterator[str]:
    if isinstance(objet, dict):
        for valeur in objet.values():
            yield from _feuilles(valeur)
    elif isinstance(objet, list):
        for valeur in objet:
            yield from _feuilles(valeur)
    elif objet is not None:
        yield str(objet)


def _ldif(bloc: str) -> Iterator[str]:
    for ligne in re.sub(r"\r?\n ", "", bloc).splitlines():
        _, separateur, valeur = ligne.partition(":")
        if separateur and valeur.startswith(":"):
            try:
                yield base64.b64decode(valeur[1:].strip()).decode("utf-8", "replace")
            except ValueError as erreur:
                raise FichierIllisible(f"LDIF, valeur en base 64 mal formée : {erreur}") from erreur
        elif separateur:
            yield valeur.strip()
