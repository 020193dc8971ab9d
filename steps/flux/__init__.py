"""Ce que le banc fait recevoir au logiciel : messages HL7 v2 et documents d'un émetteur extérieur."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

_MODULES = ("documents", "identite", "messages")


def __getattr__(nom: str) -> object:
    """Fabriquer un document demande reportlab ; lire un message, non : chacun n'importe que ce qu'il demande."""
    if nom in __all__:
        for module in _MODULES:
            charge = importlib.import_module(f"{__name__}.{module}")
            if nom in vars(charge):
                return getattr(charge, nom)
    raise AttributeError(f"module {__name__!r} has no attribute {nom!r}")
