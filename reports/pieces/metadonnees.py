"""Les métadonnées d'une attestation, lues dans un petit YAML ou JSON posé à côté d'elle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from reports.pieces.attestations import CHAMPS

SUFFIXES = (".meta.yaml", ".meta.yml", ".meta.json")
_TAILLE_MAX = 20_000


class MetadonneesIllisibles(ValueError):
    """Le fichier ou l'option ne se lit pas ; le message dit où et ce qui est attendu."""


def a_cote(fichier: Path) -> Path | None:
    """Le fichier de métadonnées de cette pièce : `nom.pdf.meta.yaml` ou `nom.meta.yaml` ; None sans lui."""
    for base in (fichier.name, fichier.stem):
        for suffixe in SUFFIXES:
            if (chemin := fichier.with_name(base + suffixe)).is_file():
                return chemin
    return None


def lire(chemin: Path) -> dict[str, Any]:
    """Les champs du fichier ; MetadonneesIllisibles en français sinon."""
    try:
        if chemin.stat().st_size > _TAILLE_MAX:
            raise MetadonneesIllisibles(f"{chemin} : attendu quelques lignes, reçu plus de {_TAILLE_MAX} octets")
        texte = chemin.read_text(encoding="utf-8-sig")
        if "&" in texte and "*" in texte:
            # Une alias YAML peut se multiplier à l'infini ; huit champs n'en ont pas besoin.
            raise MetadonneesIllisibles(f"{chemin} : attendu des valeurs simples, sans alias YAML")
        lu = yaml.load(texte, Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as erreur:
        raise MetadonneesIllisibles(f"{chemin} : métadonnées illisibles ({erreur})") from erreur
    if not isinstance(lu, dict):
        raise MetadonneesIllisibles(f"{chemin} : attendu des lignes « champ: valeur » parmi {', '.join(CHAMPS)}")
    return {str(cle): valeur for cle, valeur in lu.items()}


def depuis_options(champs: Iterable[str]) -> dict[str, str]:
    """Les champs donnés en ligne de commande, « numero=HOM-2026-12 »."""
    lus = {}
    for champ in champs:
        nom, signe, valeur = champ.partition("=")
        if not signe or nom.strip() not in CHAMPS:
            raise MetadonneesIllisibles(
                f"--champ : attendu CHAMP=VALEUR, CHAMP parmi {', '.join(CHAMPS)} ; reçu {champ!r}"
            )
        lus[nom.strip()] = valeur.strip()
    return lus


def retenir(ligne: Mapping[str, str | None]) -> dict[str, str] | None:
    """Les champs d'attestation remplis d'une ligne de table ; None s'il n'y en a aucun."""
    return {nom: valeur for nom in CHAMPS if (valeur := (ligne.get(nom) or "").strip())} or None
