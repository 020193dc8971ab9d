"""Portabilité : l'export de l'historique et sa documentation."""

from steps.verifications.portabilite.documentation import documentation_exacte
from steps.verifications.portabilite.export import export_lisible, periode_respectee, profondeur_atteinte
from steps.verifications.portabilite.lecture import CompteRenduAttendu, ExportIllisible, lire_export

__all__ = [
    "CompteRenduAttendu",
    "ExportIllisible",
    "documentation_exacte",
    "export_lisible",
    "lire_export",
    "periode_respectee",
    "profondeur_atteinte",
]
