"""Ce que le banc fait recevoir au logiciel : messages HL7 v2 et documents d'un émetteur extérieur."""

from steps.flux.documents import (
    AuteurDocument,
    EnvoiDocument,
    StructureEmettrice,
    lettre_de_liaison,
    resultat_de_biologie,
)
from steps.flux.identite import IdentiteUsager
from steps.flux.messages import (
    Emetteur,
    EnvoiHl7,
    message_admission,
    message_creation,
    message_modification,
    message_retrait_ins,
)

__all__ = [
    "AuteurDocument",
    "Emetteur",
    "EnvoiDocument",
    "EnvoiHl7",
    "IdentiteUsager",
    "StructureEmettrice",
    "lettre_de_liaison",
    "message_admission",
    "message_creation",
    "message_modification",
    "message_retrait_ins",
    "resultat_de_biologie",
]
