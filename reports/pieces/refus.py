"""Les refus que plusieurs contrôles partagent, et leur forme."""

from __future__ import annotations

from reports.pieces.modele import PieceRefusee


class Refus(Exception):
    """Interrompt un contrôle ; `piece` dit ce qui était attendu, ce qui est reçu, que faire."""

    def __init__(self, code: str, attendu: str, recu: str, que_faire: str) -> None:
        super().__init__(recu)
        self.piece = PieceRefusee(code, attendu, recu, que_faire)


def illisible(quoi: str, raison: str, que_faire: str) -> Refus:
    """Le fichier s'annonce d'un format qu'il ne tient pas."""
    return Refus("illisible", f"{quoi} lisible en entier", raison, que_faire)


def trop(quoi: str, limite: str, recu: str, que_faire: str) -> Refus:
    """Une borne est dépassée : rien au-delà n'a été lu."""
    return Refus("trop_grand", f"{quoi} d'au plus {limite}", recu, que_faire)
