"""Le DMP : lecture des échanges enregistrés et vérifications de ce que le logiciel a envoyé."""

from steps.verifications.dmp.contexte import ContexteDmp, EntreeConnue
from steps.verifications.dmp.controle import verifier_alimentation, verifier_consultation, verifier_suppression
from steps.verifications.dmp.message import MessageIllisible, patient_de, reussi, utilisateur_de, vihf_de
from steps.verifications.dmp.soumission import (
    DocumentSoumis,
    Soumission,
    criteres_de,
    documents_soumis,
    lire_soumission,
    soumissions,
)

__all__ = [
    "ContexteDmp",
    "DocumentSoumis",
    "EntreeConnue",
    "MessageIllisible",
    "Soumission",
    "criteres_de",
    "documents_soumis",
    "lire_soumission",
    "patient_de",
    "reussi",
    "soumissions",
    "utilisateur_de",
    "verifier_alimentation",
    "verifier_consultation",
    "verifier_suppression",
    "vihf_de",
]
