"""Vérifications des messages HL7 v2 qu'émet le logiciel : INS, traits, statut, propagation.

Les fonctions prennent le texte des messages et l'identité attendue, et rendent des constats. L'identité attendue
vient d'INSi ou du logiciel (`IdentiteUsager`), jamais du message examiné.
"""

from steps.flux.lecture import IdentiteHl7, MessageIllisible, identite_du_message, type_message
from steps.verifications.hl7v2.contenu import (
    forme_de_l_ins,
    ins_absente,
    ins_transmise,
    message_lisible,
    statut_transmis,
    traits_transmis,
    type_attendu,
)
from steps.verifications.hl7v2.propagation import modification_propagee, retrait_propage

__all__ = [
    "IdentiteHl7",
    "MessageIllisible",
    "forme_de_l_ins",
    "identite_du_message",
    "ins_absente",
    "ins_transmise",
    "message_lisible",
    "modification_propagee",
    "retrait_propage",
    "statut_transmis",
    "traits_transmis",
    "type_attendu",
    "type_message",
]
