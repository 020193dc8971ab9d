"""Juger une référence d'objets d'imagerie (KOS) : le document, puis ce qu'il doit à sa fiche et au compte rendu."""

from steps.verifications.kos.coherence import ExamenAttendu, accorde_a_l_examen, accorde_a_la_fiche
from steps.verifications.kos.lecture import AuDelaDesLimites, KosIllisible, est_dicom, lire_kos
from steps.verifications.kos.modele import Instance, Kos, Serie
from steps.verifications.kos.objet import LISIBLE, lisible, verifier_kos

__all__ = [
    "LISIBLE",
    "AuDelaDesLimites",
    "ExamenAttendu",
    "Instance",
    "Kos",
    "KosIllisible",
    "Serie",
    "accorde_a_l_examen",
    "accorde_a_la_fiche",
    "est_dicom",
    "lire_kos",
    "lisible",
    "verifier_kos",
]
