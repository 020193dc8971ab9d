"""Les pannes propres à une DRIMbox source ; celles du transport (lente, coupure, 503…) sont communes à tous."""

from __future__ import annotations

from simulators.socle.pannes import Panne

REFUS = {
    "jeton_refuse": (401, "jeton refusé"),
    "accept_refuse": (400, "Accept refusé"),
    "etude_inconnue": (404, "étude inconnue de cette source"),
    "syntaxe_impossible": (406, "aucune syntaxe demandée ne peut être rendue"),
    "acces_interdit": (403, "professionnel non autorisé"),
}
"""Pannes qui remplacent la réponse par un refus."""
PANNES = (
    *(Panne(nom, f"{statut} : {sens}.") for nom, (statut, sens) in REFUS.items()),
    Panne("instance_manquante", "La dernière instance n'est pas rendue."),
    Panne("mauvaise_syntaxe", "La réponse est dans une syntaxe de transfert qui n'a pas été demandée."),
    Panne("autre_patient", "Les images rendues sont celles d'un autre patient : leur INS n'est pas celle de l'étude."),
)
