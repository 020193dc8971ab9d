"""Les genres de pièce qu'une preuve accepte, d'après ses mots ; et ce qu'il faut y montrer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from requirements.modele import TypePiece

_FORTS: tuple[tuple[TypePiece, str], ...] = (
    (TypePiece.VIDEO, r"\bvideos?\b|\bfilms?\b|\bfilme[sr]?\b|enregistrements? (?:d')?ecran|\bscreencasts?\b"),
    (TypePiece.CAPTURE, r"\bcaptures?\b|copies? (?:d'|de l')?ecrans?|impressions? (?:d')?ecran|\bscreenshots?\b"),
    (TypePiece.ATTESTATION, r"\battestations?\b|\battester\b|sur l'honneur|\bcertificats? (?:de conformite|iso|hds)\b"),
    (TypePiece.EXPORT, r"\bexports?\b|\bexporte[es]*\b|\bextractions?\b|\bcsv\b"),
    (TypePiece.TRACE, r"\btraces?\b|\blogs?\b|\bjournaux\b|\bextraits? (?:du|de) journal\b"),
    (TypePiece.MESSAGE, r"\bhl7\b|\btrames?\b|\bcourriels?\b|\be?-?mails?\b|\bmessages? (?:emis|envoyes?|recus?)\b"),
    (TypePiece.FICHIER_CDA, r"\bcda\b|\bihe_xdm\b"),
    (TypePiece.LIEN_PLATEFORME, r"\bliens? permanents?\b|\bgazelle\b|\bespace de tests?\b"),
)
_DOCUMENT = (
    r"\bdocuments?\b|\bdocumentations?\b|\bpdf\b|\bmanuels?\b|\bguides?\b|\bprocedures?\b|\brapports?\b|\bnotices?\b"
)
_CONSEILS = {
    TypePiece.VIDEO: "Filmez les étapes dans l'ordre, sans coupure, l'écran entier et lisible.",
    TypePiece.CAPTURE: "Une capture par écran utile, entière et lisible, dans l'ordre des étapes.",
    TypePiece.ATTESTATION: "Une attestation datée et signée, qui nomme le produit et sa version.",
    TypePiece.EXPORT: "Le fichier tel que le produit l'écrit, sans retouche.",
    TypePiece.TRACE: "L'extrait tel que le produit l'écrit, daté, sans retouche.",
    TypePiece.MESSAGE: "Le message entier tel qu'il a été échangé, sans retouche.",
    TypePiece.FICHIER_CDA: "Le document tel que le produit l'a émis ou reçu, sans retouche.",
    TypePiece.LIEN_PLATEFORME: "Un lien qu'un relecteur peut ouvrir sans votre compte.",
    TypePiece.DOCUMENT: "Le document entier, daté, avec le passage utile désigné.",
    TypePiece.AUTRE: "La pièce que cette preuve décrit, entière et lisible.",
}
_COMMUN = (
    "Version du produit visible ; patients fictifs seulement. Relisez l'énoncé : une preuve partielle est refusée."
)


def genres(texte: str) -> tuple[TypePiece, ...]:
    """Les genres que ces mots désignent ; `autre` quand aucun ne se reconnaît."""
    plat = _plat(texte)
    trouves = [genre for genre, motif in _FORTS if re.search(motif, plat)]
    # « Copie d'écran du document » n'admet pas un document : ce mot ne compte que seul, ou proposé au choix.
    if re.search(_DOCUMENT if not trouves else rf"\bou (?:un |une |le |la |tout )?(?:{_DOCUMENT})", plat):
        trouves.append(TypePiece.DOCUMENT)
    return tuple(trouves) or (TypePiece.AUTRE,)


def conseil(pieces: Sequence[TypePiece]) -> str:
    """Ce que la pièce doit montrer, quel que soit le scénario."""
    return f"{_CONSEILS[pieces[0]]} {_COMMUN}"


def _plat(texte: str) -> str:
    decompose = unicodedata.normalize("NFKD", texte.replace("’", "'").lower())
    return " ".join("".join(signe for signe in decompose if not unicodedata.combining(signe)).split())
