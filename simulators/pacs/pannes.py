"""Pannes que le PACS sait jouer. DICOM n'est pas HTTP : aucune panne commune."""

from __future__ import annotations

from simulators.socle.pannes import Panne

STATUTS = {"plein": 0xA700, "objet_refuse": 0xA900, "echec_inconnu": 0xC000}
"""Pannes qui remplacent le statut rendu à un C-STORE (PS3.4, annexe B.2.3)."""
PANNES = (
    Panne("refus_de_connexion", "Connexion coupée net dès son ouverture."),
    Panne("abandon", "L'association est abandonnée (A-ABORT) au lieu de répondre à la demande."),
    Panne("plein", "C-STORE refusé : A700H, plus de place."),
    Panne("objet_refuse", "C-STORE refusé : A900H, l'objet n'est pas de la classe annoncée."),
    Panne("echec_inconnu", "C-STORE refusé : C000H, objet incompris."),
)
