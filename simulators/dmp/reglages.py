"""Réglages du simulateur : ce que les textes laissent ouvert ou que l'on veut pouvoir assouplir."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True)
class Reglages:
    """Réglages d'un simulateur DMP ; les valeurs par défaut sont les plus strictes compatibles avec les textes lus.

    La durée de vie d'un VIHF et les tailles maximales ne figurent dans aucun texte public : ce sont nos choix.
    """

    validite_vihf: timedelta = timedelta(minutes=10)
    derive_horloge: timedelta = timedelta(seconds=60)
    versions_vihf: frozenset[str] = frozenset({"3.0", "4.0"})
    sha1_accepte: bool = False
    exiger_signature_lot: bool = True
    controler_cda: bool = True
    parties_max: int = 100
    octets_document_max: int = 100 * 2**20
    octets_corps_max: int = 128 * 2**20
    octets_racine_max: int = 16 * 2**20
    resultats_max: int = 500
    reponse_alimentation_multipart: bool = False
    identifiant_entrepot: str = "1.2.250.1.213.4.1.1.1.2"
    table_erreurs: Path | None = None
    table_droits: Path | None = None
