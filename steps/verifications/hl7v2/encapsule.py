"""Les documents que portent les OBX d'un message : décodage de la donnée encapsulée (type ED), sans la juger."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
from dataclasses import dataclass

from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.segment import Segment

TABLE_META = "MetaDMPMSS"
_PARTIES_MAX = 50


@dataclass(frozen=True)
class DonneeObx:
    """La donnée d'un OBX de type ED. `octets` : None si elle ne se décode pas (`defaut` dit pourquoi)."""

    segment: Segment
    rang: int
    octets: bytes | None
    defaut: str = ""
    sans_remplissage: bool = False

    @property
    def nom(self) -> str:
        """Comment désigner cet OBX dans un constat."""
        return f"OBX n° {self.rang}"

    @property
    def statut(self) -> str:
        """OBX-11."""
        return self.segment.valeur(11)

    @property
    def est_document(self) -> bool:
        """Faux pour une métadonnée, un texte de courriel (le sous-type OBX-5.3 y est vide), un courriel reçu."""
        if est_meta(self.segment) or self.est_courriel:
            return False
        return bool(self.segment.valeur(5, 3) or _semble_document(self.octets))

    @property
    def est_courriel(self) -> bool:
        """Vrai si OBX-3 désigne la donnée par un Message-ID, comme au volet de transmission au LPS."""
        return "@" in self.segment.valeur(3, 1)


def est_meta(segment: Segment) -> bool:
    """Vrai pour un OBX de la table MetaDMPMSS."""
    return segment.valeur(3, 3).casefold() == TABLE_META.casefold()


def donnees_de(message: MessageHl7) -> list[DonneeObx]:
    """Les OBX de type ED du message, décodés."""
    return [
        _lire(segment, rang)
        for rang, segment in enumerate(message.tous("OBX"), start=1)
        if segment.valeur(2).upper() == "ED"
    ]


def _semble_document(octets: bytes | None) -> bool:
    debut = (octets or b"")[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    return debut.startswith((b"<", b"%PDF", b"PK\x03\x04"))


def _lire(segment: Segment, rang: int) -> DonneeObx:
    composants = segment.composants(5)
    brut = segment.separateurs.desechapper(composants[4]) if len(composants) > 4 else ""
    if not brut.strip():
        return DonneeObx(segment, rang, None, "OBX-5.5 est vide")
    encodage = segment.valeur(5, 4).lower()
    try:
        octets, complete = _decoder(brut, encodage)
    except ValueError as erreur:
        return DonneeObx(segment, rang, None, str(erreur))
    if segment.valeur(5, 2).lower() == "multipart" or octets[:5].lower() == b"mime-":
        return DonneeObx(segment, rang, *_partie_mime(octets))
    return DonneeObx(segment, rang, octets, sans_remplissage=complete)


def _decoder(brut: str, encodage: str) -> tuple[bytes, bool]:
    """Les octets, et si le remplissage du base64 manquait (des exemples publiés l'omettent)."""
    if encodage == "base64":
        return _base64(brut)
    if encodage == "hex":
        try:
            return bytes.fromhex(brut), False
        except ValueError as erreur:
            raise ValueError("hexadécimal invalide") from erreur
    if encodage == "a":
        return brut.encode("utf-8"), False
    if encodage:
        raise ValueError(f"encodage « {encodage[:20]} » inconnu (table HL7 0299 : A, Hex, Base64)")
    try:
        return _base64(brut)
    except ValueError:
        return brut.encode("utf-8"), False


def _base64(brut: str) -> tuple[bytes, bool]:
    utile = "".join(brut.split())
    manque = -len(utile) % 4
    complete = manque in (1, 2) and "=" not in utile
    try:
        return base64.b64decode(utile + "=" * manque if complete else utile, validate=True), complete
    except (binascii.Error, ValueError) as erreur:
        raise ValueError("base64 invalide : caractère interdit, ou longueur impossible") from erreur


def _partie_mime(octets: bytes) -> tuple[bytes | None, str]:
    """Le premier document d'un paquet MIME (IHE XDS-MS, antérieur au volet)."""
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    for rang, partie in enumerate(message.walk()):
        if rang > _PARTIES_MAX:
            break
        contenu = partie.get_payload(decode=True) if not partie.is_multipart() else None
        if isinstance(contenu, bytes) and _semble_document(contenu):
            return contenu, ""
    return None, "paquet MIME sans document XML ou PDF"
