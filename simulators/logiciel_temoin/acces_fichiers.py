"""Les fichiers d'échange des comptes, en CSV : extraction de tous les comptes, mise à jour en masse."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from simulators.logiciel_temoin.acces_comptes import Compte

COLONNES = (
    "identifiant", "population", "nom", "prenom", "profession", "rpps", "identifiant_prive", "courriel", "telephone",
    "permissions", "actif",
)  # fmt: skip
MODIFIABLES = ("nom", "prenom", "profession", "rpps", "identifiant_prive", "courriel", "telephone")
_SEPARATEUR = ";"
_ENTRE_PERMISSIONS = "|"


def extraire(comptes: Iterable[Compte]) -> bytes:
    """Une ligne par compte ; UTF-8 avec BOM, pour qu'un tableur lise les accents."""
    return _csv(COLONNES, [_ligne(compte) for compte in comptes])


def _ligne(compte: Compte) -> dict[str, str]:
    champs = {nom: getattr(compte, nom) for nom in COLONNES}
    champs["permissions"] = _ENTRE_PERMISSIONS.join(compte.permissions)
    champs["actif"] = "oui" if compte.actif else "non"
    return {nom: "" if valeur is None else str(valeur) for nom, valeur in champs.items()}


def preparer(lignes: Iterable[Mapping[str, Any]]) -> bytes:
    """Le fichier de mise à jour en masse qui dit ces lignes."""
    colonnes = ("action", "identifiant", *MODIFIABLES, "permission")
    ecrites = []
    for ligne in lignes:
        champs = {nom: str(v) for nom, v in (ligne.get("champs") or {}).items() if nom in MODIFIABLES and v is not None}
        permission = str(ligne.get("permission") or "")
        ecrites.append(
            {
                "action": str(ligne["action"]),
                "identifiant": str(ligne["identifiant"]),
                **champs,
                "permission": permission,
            }
        )
    return _csv(colonnes, ecrites)


def relire(fichier: bytes) -> list[dict[str, str]]:
    """Les lignes d'un fichier de mise à jour ; une case vide n'est pas rendue."""
    lecteur = csv.DictReader(io.StringIO(fichier.decode("utf-8-sig")), delimiter=_SEPARATEUR)
    return [{nom: valeur for nom, valeur in ligne.items() if valeur} for ligne in lecteur]


def _csv(colonnes: tuple[str, ...], lignes: Iterable[Mapping[str, str]]) -> bytes:
    sortie = io.StringIO()
    ecrivain = csv.DictWriter(sortie, colonnes, delimiter=_SEPARATEUR, restval="", lineterminator="\r\n")
    ecrivain.writeheader()
    ecrivain.writerows(lignes)
    return sortie.getvalue().encode("utf-8-sig")
