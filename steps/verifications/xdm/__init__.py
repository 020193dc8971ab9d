"""L'archive d'échange de documents (IHE XDM) et ses métadonnées, sans contexte DMP."""

from steps.verifications.xdm.enveloppe import ArchiveLue, lire_et_verifier
from steps.verifications.xdm.lots import LotFichier, lire_lot_fichier, verifier_lot_fichier
from steps.verifications.xdm.structure import Dossier, dossiers, verifier_structure

__all__ = [
    "ArchiveLue",
    "Dossier",
    "LotFichier",
    "dossiers",
    "lire_et_verifier",
    "lire_lot_fichier",
    "verifier_lot_fichier",
    "verifier_structure",
]
