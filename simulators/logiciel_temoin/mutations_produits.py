"""Défauts des documents de santé autres qu'un compte rendu de biologie : imagerie, lettres, prescriptions."""

from __future__ import annotations

CONDUITE = {
    "document_type_constant": "Chaque document validé porte le type d'un compte rendu de biologie.",
    "document_derniere_section_oubliee": "La dernière section d'un document ne passe pas dans ce qui est transmis.",
}
