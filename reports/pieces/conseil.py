"""Quelle forme de pièce proposer d'abord pour une preuve : la moins coûteuse que le texte accepte, et pourquoi."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.depots import MENTION_LIEN
from requirements.modele import TypePiece


@dataclass(frozen=True, slots=True)
class Proposition:
    """Les genres acceptés, celui à préférer d'abord, et ce qu'il faut y montrer."""

    genres: tuple[TypePiece, ...]
    conseil: str

    @property
    def premier(self) -> TypePiece | None:
        """Le genre à préférer ; None si la preuve n'en nomme aucun."""
        return self.genres[0] if self.genres else None


_CONSEILS = {
    TypePiece.VIDEO: (
        "une vidéo de l'écran, des premières données saisies au résultat (MP4 ou WebM, sans coupe), avec un patient de "
        "test"
    ),
    TypePiece.CAPTURE: "une capture d'écran par étape (PNG), fenêtre entière, patient de test et résultat lisibles",
    TypePiece.DOCUMENT: "le document tel que le logiciel le produit (PDF de préférence), non retouché",
    TypePiece.ATTESTATION: (
        "l'attestation ou l'homologation (PDF) et, à côté, ses métadonnées : numéro, date, produit, version, expiration"
    ),
    TypePiece.MESSAGE: "le message tel qu'échangé (.eml, HL7, XML), enregistré depuis le logiciel",
    TypePiece.TRACE: "l'extrait de trace ou de journal, en texte, où l'on voit l'opération et son heure",
    TypePiece.EXPORT: "le fichier tel que le logiciel l'exporte (CSV, XML, JSON, xlsx)",
    TypePiece.FICHIER_CDA: "le document CDA (XML), ou l'archive IHE_XDM.ZIP qui le contient",
    TypePiece.LIEN_PLATEFORME: (
        "l'adresse permanente du résultat sur l'espace de test CI-SIS, ou le numéro d'exécution de l'outil de tests "
        f"MSSanté de l'ANS ; elle reste « à vérifier » : {MENTION_LIEN}"
    ),
    TypePiece.AUTRE: "la pièce que le texte décrit, dans un format courant (PDF, PNG, texte)",
}


def genres_proposes(genres: Sequence[TypePiece | str]) -> Proposition:
    """Range les genres qu'une preuve accepte et dit lequel apporter.

    Des captures passent avant une vidéo quand le texte admet les deux ; un lien vers une plateforme officielle passe
    avant tout, car rien ne le remplace. Le reste garde l'ordre du catalogue.
    """
    connus = {genre.value for genre in TypePiece}
    ordre = list(dict.fromkeys(TypePiece(genre) for genre in genres if genre in connus))
    if {TypePiece.CAPTURE, TypePiece.VIDEO} <= set(ordre):
        ordre.remove(TypePiece.CAPTURE)
        ordre.insert(ordre.index(TypePiece.VIDEO), TypePiece.CAPTURE)
    ordre.sort(key=lambda genre: genre is not TypePiece.LIEN_PLATEFORME)
    if not ordre:
        return Proposition((), "")
    premier = ordre[0]
    conseil = f"Apportez {_CONSEILS[premier]}."
    if premier is TypePiece.CAPTURE and TypePiece.VIDEO in ordre:
        conseil += " Le texte accepte aussi une vidéo, plus longue à faire : utile seulement pour un enchaînement."
    elif premier is TypePiece.LIEN_PLATEFORME and {TypePiece.CAPTURE, TypePiece.VIDEO} & set(ordre):
        conseil += " Joignez-y des captures d'écran des étapes : elles suffisent là où une vidéo est admise."
    elif premier is TypePiece.VIDEO:
        conseil += " Ici, le texte n'admet pas de captures : commencez à filmer avant d'agir."
    return Proposition(tuple(ordre), conseil)
