"""L'adresse d'un usager de Mon espace santé : son matricule INS (13 caractères et la clé), sans séparateur."""

from __future__ import annotations

import re

from simulators.mssante.reglages import DOMAINE_USAGERS
from simulators.socle.identites import cle_nir

_FORME = re.compile(r"([0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6})([0-9]{2})")


def adresse_usager(matricule_ins: str) -> str:
    """Adresse de la boîte de ce matricule (15 caractères) ; ValueError si sa forme ou sa clé est fausse."""
    normal = _normaliser(matricule_ins)
    if normal is None:
        raise ValueError("matricule INS attendu sur 15 caractères : 13 (chiffres, ou 2A / 2B au département) et la clé")
    return f"{normal}@{DOMAINE_USAGERS}"


def est_adresse_usager(adresse: str) -> bool:
    """Vrai si le domaine est celui de la messagerie citoyenne, quelle que soit la partie locale."""
    local, arobase, domaine = adresse.rpartition("@")
    return bool(arobase and local) and domaine.lower() == DOMAINE_USAGERS


def matricule_de(adresse: str) -> str | None:
    """Matricule INS (15 caractères, capitales) que l'adresse porte ; None si elle est mal formée ou la clé fausse."""
    return _normaliser(adresse.rpartition("@")[0]) if est_adresse_usager(adresse) else None


def _normaliser(matricule_ins: str) -> str | None:
    majuscules = matricule_ins.upper()
    # `upper` peut allonger un caractère étranger (ß) : la forme est relue sur le résultat.
    trouve = _FORME.fullmatch(majuscules) if majuscules.isascii() else None
    return majuscules if trouve and cle_nir(trouve[1]) == trouve[2] else None
