"""Examen d'un PDF seul : le fichier, ce qu'il déclare."""

from __future__ import annotations

from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications.pdf import verifier_pdf


def examiner_pdf(octets: bytes, contexte: ContexteControle) -> Examen:
    """Examine un PDF dont on ne sait rien d'autre que ses octets, et son nom s'il est donné."""
    return Examen(TypeFichier.PDF, tuple(verifier_pdf(octets)), ("PDF : structure, protection, contenu actif, pages",))
