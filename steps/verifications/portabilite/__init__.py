"""Portabilité : l'export de l'historique et sa documentation."""

from steps.verifications.portabilite.documentation import documentation_exacte
from steps.verifications.portabilite.export import export_lisible, periode_respectee, profondeur_atteinte
from steps.verifications.portabilite.identite import PROFESSIONNEL, PatientExporte, identite_structuree
from steps.verifications.portabilite.lecture import CompteRenduAttendu, ExportIllisible, lire_export

__all__ = [
    "PROFESSIONNEL",
    "CompteRenduAttendu",
    "ExportIllisible",
    "PatientExporte",
    "documentation_exacte",
    "export_lisible",
    "identite_structuree",
    "lire_export",
    "periode_respectee",
    "profondeur_atteinte",
]
