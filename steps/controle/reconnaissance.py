"""Type d'un fichier d'après son contenu seul, jamais d'après son nom."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass

from steps.controle.encodages import debut_decode
from steps.controle.modele import TypeFichier
from steps.controle.reconnaissance_courriel import est_courriel
from steps.controle.reconnaissance_http import corps_de_message
from steps.controle.reconnaissance_xml import reconnaitre_xml
from steps.controle.reconnaissance_zip import est_xdm

_DEBUT = 64 * 1024
_JETON_MAX = 1024 * 1024
_PARASITES_PDF = 1024
_SEGMENT_HL7 = re.compile(r"(?:MSH|FHS|BHS)(?:\||([^\w\s])(?:[^\w\s]{1,5}(?:\1|\Z)|\1|\Z))")
_JETON = re.compile(
    r"\A(?:Authorization:\s*)?(?:Bearer\s+)?[\"']?((?:e[wy]|[\w-]{2,}\.[\w-]*\.)[^{}<>|,;]*?)[\"']?\Z", re.IGNORECASE
)
_CHIFFRE = re.compile(r"\A(?:Bearer\s+)?ey[\w-]+(?:\.[\w-]*){4}\Z", re.IGNORECASE)
_SIGNATURES = (
    (b"\x1f\x8b", "données compressées gzip"),
    (b"\x89PNG", "image PNG"),
    (b"\xff\xd8\xff", "image JPEG"),
    (b"II*\x00", "image TIFF"),
    (b"MM\x00*", "image TIFF"),
    (b"Rar!", "archive RAR"),
    (b"7z\xbc\xaf", "archive 7z"),
    (b"\xd0\xcf\x11\xe0", "document ou message Microsoft Office"),
    (b"{\\rtf", "document RTF"),
)
_SOAP = (TypeFichier.SOAP_INSI, TypeFichier.SOAP_DMP)


@dataclass(frozen=True, slots=True)
class Reconnaissance:
    """Le type trouvé, et ce qui a été vu, en français, pour le dire quand le type est inconnu."""

    type: TypeFichier
    vu: str


def reconnaitre(octets: bytes) -> Reconnaissance:
    """Type d'un fichier. Ne lève jamais ; temps et mémoire bornés, quelle que soit l'entrée."""
    if not octets:
        return Reconnaissance(TypeFichier.INCONNU, "fichier vide")
    if octets.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        if est_xdm(octets):
            return Reconnaissance(TypeFichier.XDM, "archive zip d'échange XDM")
        return Reconnaissance(TypeFichier.INCONNU, "archive zip sans METADATA.XML ni dossier IHE_XDM")
    if octets[128:132] == b"DICM":
        return Reconnaissance(TypeFichier.KOS, "fichier DICOM")
    texte = debut_decode(octets, _DEBUT)
    tete = texte.lstrip("\ufeff \t\r\n\x0b\x0c\x1c")
    if not tete and octets.strip(b"\x00 \t\r\n\x0b\x0c\x1c") == b"":
        return Reconnaissance(TypeFichier.INCONNU, "fichier sans contenu (blancs ou octets nuls)")
    if tete.startswith("<"):
        xml = reconnaitre_xml(octets)
        if xml.type not in (None, TypeFichier.INCONNU) or b"%PDF-" not in octets[:_PARASITES_PDF]:
            return Reconnaissance(xml.type or TypeFichier.INCONNU, xml.vu)
    if _SEGMENT_HL7.match(tete):
        return Reconnaissance(TypeFichier.HL7V2, f"message HL7 v2 commençant par « {tete[:3]} »")
    if est_courriel(octets):
        return Reconnaissance(TypeFichier.COURRIEL, "courriel")
    if b"%PDF-" in octets[: _PARASITES_PDF + 5]:
        return Reconnaissance(TypeFichier.PDF, "document PDF")
    return _texte(octets, tete)


def _texte(octets: bytes, tete: str) -> Reconnaissance:
    for signature, nom in _SIGNATURES:
        if octets.startswith(signature):
            return Reconnaissance(TypeFichier.INCONNU, nom)
    message = corps_de_message(octets)
    if message is not None:
        for partie in message:
            xml = reconnaitre_xml(partie)
            if xml.type in _SOAP:
                return Reconnaissance(xml.type, f"message HTTP ou MIME portant un {xml.vu}")
        return Reconnaissance(TypeFichier.INCONNU, "message HTTP, MIME ou électronique sans enveloppe SOAP INSi ou DMP")
    if len(octets) <= _JETON_MAX:
        entier = debut_decode(octets, _JETON_MAX).strip("\ufeff \t\r\n")
        if _est_jeton(entier):
            return Reconnaissance(TypeFichier.JWT, "jeton JWT")
        if _CHIFFRE.match(entier):
            return Reconnaissance(TypeFichier.INCONNU, "jeton chiffré (JWE, cinq parties)")
    return Reconnaissance(TypeFichier.INCONNU, f"octets de début {_apercu(octets)}")


def _est_jeton(texte: str) -> bool:
    """Un JWS compact, même coupé, replié sur plusieurs lignes ou à la signature abîmée, ou un JWS en JSON."""
    trouve = _JETON.match(texte)
    if trouve:
        jeton = "".join(trouve.group(1).split())
        debut, *suite = jeton.split(".")
        entete = _objet(_base64url(debut))
        if entete is not None:
            return len(suite) == 2 and ("alg" in entete or "typ" in entete)
        # En-tête abîmé ou coupé : ses premiers caractères disent encore que c'était un objet JSON.
        return re.match(rb"\{[\s\"]", _base64url(debut[:4])) is not None and (
            len(suite) == 2 or (not suite and len(debut) > 6)
        )
    if not texte.startswith("{"):
        return False
    objet = _objet(texte.encode("utf-8", "replace"))
    if objet is None:
        return False
    jetons = [objet.get(nom) for nom in ("id_token", "access_token")]
    if any(isinstance(jeton, str) and jeton.startswith("ey") and jeton.count(".") >= 2 for jeton in jetons):
        return True
    return "payload" in objet and ("signatures" in objet or "signature" in objet)


def _base64url(texte: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(texte + "=" * (-len(texte) % 4))
    except (binascii.Error, ValueError):
        return b""


def _objet(octets: bytes) -> dict[str, object] | None:
    try:
        lu = json.loads(octets)
    except (ValueError, RecursionError):
        return None
    return lu if isinstance(lu, dict) else None


def _apercu(octets: bytes) -> str:
    """Les seize premiers octets, en hexadécimal et en texte."""
    debut = octets[:16]
    lisible = "".join(chr(octet) if 0x20 <= octet < 0x7F else "·" for octet in debut)
    return f"{debut.hex(' ')} (« {lisible} »)"
