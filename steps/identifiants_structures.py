"""Identifiants fictifs de structures : FINESS, SIREN, SIRET, RPPS-rang, clé juste ou fausse."""

from __future__ import annotations

import secrets

from simulators.annuaire.modele import finess_de_test, luhn, rpps_de_test

NATURES = ("finess_geographique", "finess_juridique", "siren", "siret", "rpps_rang")
PREFIXES = {"finess_geographique": "1", "finess_juridique": "1", "siren": "2", "siret": "3", "rpps_rang": "4"}
"""Premier caractère de l'identifiant national de structure, suivi du numéro."""


def tirer(nature: str) -> str:
    """Un numéro fictif de cette nature, de clé juste."""
    if nature.startswith("finess"):
        return finess_de_test(secrets.randbelow(10**6))
    if nature == "siren":
        return _avec_cle(f"999{secrets.randbelow(10**5):05d}")
    if nature == "siret":
        return _avec_cle(f"{tirer('siren')}{secrets.randbelow(10**4):04d}")
    if nature == "rpps_rang":
        return f"{rpps_de_test(4_000_000 + secrets.randbelow(10**6))}{1 + secrets.randbelow(9):03d}"
    raise ValueError(f"nature d'identifiant inconnue : {nature!r} (connues : {', '.join(NATURES)})")


def fausser(nature: str, valeur: str) -> str:
    """Le même numéro, dont la clé de contrôle est fausse."""
    place = 10 if nature == "rpps_rang" else len(valeur) - 1
    return f"{valeur[:place]}{(int(valeur[place]) + 1) % 10}{valeur[place + 1 :]}"


def _avec_cle(base: str) -> str:
    return base + luhn(base)
