"""Règles du corps d'un CDA : nature, contenu encapsulé réellement décodable, PDF entier."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import TYPE_CR_BIO, ContenuEncapsule, EnTeteCda
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration générale des documents CDA R2 (IG-document-core), corps"
SECTION_COPIE = "1.2.250.1.213.1.1.2.243"
_MODELE_CR_BIO = "1.2.250.1.213.1.1.1.55"

NATURE = Regle(
    "CDA-COR-01", "Le document a un corps, structuré ou non", _GUIDE, Confiance.OFFICIELLE,
    "Écrire nonXMLBody (N1) ou structuredBody (N3) dans component.",
)  # fmt: skip
ENCAPSULE = Regle(
    "CDA-COR-02", "Un contenu encapsulé dit son type et son codage", _GUIDE, Confiance.OFFICIELLE,
    "Écrire mediaType et representation=B64 ; pour un N1, mediaType vaut application/pdf ou text/plain.",
)  # fmt: skip
BASE64 = Regle(
    "CDA-COR-03", "Le contenu encapsulé est du base64 qui se décode", _GUIDE, Confiance.OFFICIELLE,
    "Encoder le fichier en base64 standard, sans le tronquer.",
)  # fmt: skip
PDF = Regle(
    "CDA-COR-04", "Le PDF encapsulé est un PDF entier", f"{_GUIDE} ; ISO 32000-1, § 7.5", Confiance.OFFICIELLE,
    "Encapsuler les octets du PDF tels quels : ils commencent par %PDF et finissent par %%EOF.",
)  # fmt: skip
COPIE = Regle(
    "CDA-COR-05", "Un compte rendu de biologie N3 porte sa copie PDF", "ANS, volet CR-BIO 2024.01, copie du document",
    Confiance.DOCUMENTEE, "Ajouter la section copie du document avec le PDF dans observationMedia/value.",
)  # fmt: skip

CONTENU = Regle(
    "CDA-COR-11", "Le type annoncé d'un contenu encapsulé est celui de ses octets", _GUIDE, Confiance.OFFICIELLE,
    "Écrire dans mediaType le type réel du contenu décodé.",
)  # fmt: skip
CLAIR = Regle(
    "CDA-COR-12", "Le PDF encapsulé n'est pas chiffré", "ISO 19005-1:2005 (PDF/A-1), § 6.1.3", Confiance.DOCUMENTEE,
    "Encapsuler un PDF sans mot de passe ni restriction : PDF/A interdit le chiffrement.",
)  # fmt: skip
ARCHIVAGE = Regle(
    "CDA-COR-13", "Le PDF encapsulé se déclare PDF/A-1", f"{_GUIDE} ; ISO 19005-1:2005, § 6.7.11",
    Confiance.OFFICIELLE, "Produire du PDF/A-1 et le déclarer (XMP pdfaid:part=1, conformance A ou B).",
)  # fmt: skip
_NATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"{\\rtf", "text/rtf"),
)
_TYPES_N1 = ("application/pdf", "text/plain")
_PART = re.compile(rb"pdfaid:part[^0-9]{1,12}(\d)")
_CHIFFREMENT = re.compile(rb"/Encrypt[\s\0]*(?:\d+[\s\0]+\d+[\s\0]+R|<<)")


@lru_cache(maxsize=2)
def decoder(contenu: ContenuEncapsule) -> bytes | None:
    """Octets encapsulés, blancs et fins de ligne du base64 ôtés ; None si le texte n'est pas du base64."""
    try:
        return base64.b64decode(contenu.texte.encode("ascii").translate(None, b" \t\r\n"), validate=True)
    except (binascii.Error, ValueError):
        return None


def pdf_entier(octets: bytes) -> bool:
    """Vrai si les octets commencent par `%PDF-` et finissent par `%%EOF` (blancs de fin tolérés)."""
    return octets.startswith(b"%PDF-") and octets.rstrip(b"\r\n \t\0").endswith(b"%%EOF")


def nature_des_octets(octets: bytes) -> str:
    """Type reconnu à la signature des octets ; `text/plain` pour de l'UTF-8 sans caractère de contrôle, vide sinon."""
    for signature, type_ in _NATURES:
        if octets.startswith(signature):
            return type_
    try:
        texte = octets.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if any(ord(c) < 32 and c not in "\t\n\r\f" for c in texte) else "text/plain"


def pdfa_declare(octets: bytes) -> str:
    """Partie de PDF/A que le PDF déclare dans ses métadonnées XMP, en clair comme PDF/A l'exige ; vide sinon."""
    trouve = _PART.search(octets)
    return trouve[1].decode() if trouve else ""


@verification(NATURE)
def nature(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Le document a un corps et un seul."""
    return juger(
        NATURE, bool(cda.corps), "Le document n'a pas de corps.",
        attendu="nonXMLBody ou structuredBody", recu=cda.corps, ou="ClinicalDocument/component", echanges=echanges,
    )  # fmt: skip


@verification(ENCAPSULE)
def encapsule(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le corps N1 et les copies annoncent leur type et leur codage ; un N1 n'a que deux types permis."""
    return [
        juger(
            ENCAPSULE,
            recu.representation == "B64" and (recu.media_type in _TYPES_N1 if n1 else bool(recu.media_type)),
            "Le contenu encapsulé n'annonce pas un type et un codage permis.",
            attendu="representation B64 et mediaType (application/pdf ou text/plain pour un N1)",
            recu=f"mediaType {recu.media_type or 'absent'}, representation {recu.representation or 'absente'}",
            ou=recu.chemin, echanges=echanges,
        )
        for recu, n1 in (*(((cda.contenu, True),) if cda.contenu else ()), *((copie, False) for copie in cda.copies))
    ]  # fmt: skip


@verification(BASE64, PDF)
def contenus(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque contenu encapsulé se décode, et chaque PDF est entier."""
    constats: list[Constat] = []
    for contenu in cda.contenus:
        octets = decoder(contenu)
        constats.append(
            juger(
                BASE64, bool(octets), "Le contenu encapsulé est vide ou n'est pas du base64.",
                attendu="base64 non vide",
                recu=f"{len(octets or b'')} octets décodés" if octets else contenu.texte[:60],
                ou=contenu.chemin, echanges=echanges,
            )
        )  # fmt: skip
        if octets and contenu.media_type == "application/pdf":
            constats.append(
                juger(
                    PDF, pdf_entier(octets), "Le contenu annoncé comme PDF n'est pas un PDF entier.",
                    attendu="%PDF-… au début, %%EOF à la fin",
                    recu=f"{octets[:8]!r} … {octets[-8:]!r}, {len(octets)} octets", ou=contenu.chemin,
                    echanges=echanges,
                )
            )  # fmt: skip
    return constats


@verification(CONTENU, CLAIR, ARCHIVAGE)
def types_reels(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le contenu décodé est du type annoncé ; un PDF est en clair et se déclare PDF/A-1.

    Six images d'exemples officiels sont des PNG annoncés JPEG, et la moitié des PDF ne se déclarent pas PDF/A-1 : ces
    deux écarts sont signalés, sans effet sur le verdict. Tout autre contenu qui n'est pas ce qu'il annonce est fautif.
    """
    constats: list[Constat] = []
    for contenu in cda.contenus:
        octets = decoder(contenu)
        if not octets:
            continue
        if contenu.media_type:
            constats.append(_juger_type(contenu, nature_des_octets(octets), octets, echanges))
        if not pdf_entier(octets):
            continue
        constats.append(
            juger(
                CLAIR, _CHIFFREMENT.search(octets) is None, "Le PDF encapsulé est chiffré.",
                attendu="un PDF sans /Encrypt", recu=f"{len(octets)} octets", ou=contenu.chemin, echanges=echanges,
            )
        )  # fmt: skip
        partie = pdfa_declare(octets)
        if partie == "1":
            constats.append(ARCHIVAGE.respectee(recu="PDF/A-1 déclaré", ou=contenu.chemin, echanges=echanges))
        else:
            constats.append(
                ARCHIVAGE.signalee(
                    "Le PDF encapsulé ne se déclare pas PDF/A-1.", attendu="pdfaid:part=1",
                    recu=f"PDF/A-{partie} déclaré" if partie else "aucune déclaration", ou=contenu.chemin,
                    echanges=echanges,
                )
            )  # fmt: skip
    return constats


def _juger_type(contenu: ContenuEncapsule, nature: str, octets: bytes, echanges: tuple[int, ...]) -> Constat:
    annonce = contenu.media_type
    recu = f"annoncé {annonce}, reçu {nature or 'de type inconnu'} ({octets[:8]!r}…)"
    if annonce.startswith("image/") and nature.startswith("image/") and annonce != nature:
        return CONTENU.signalee(
            "L'image encapsulée n'est pas du type annoncé.", attendu=nature, recu=recu, ou=contenu.chemin,
            echanges=echanges,
        )  # fmt: skip
    # Seuls les types que nous savons reconnaître se comparent ; un faux PDF annoncé relève de CDA-COR-04.
    connus = {type_ for _, type_ in _NATURES} - {"application/pdf"}
    juste = annonce == nature or not (
        nature == "application/pdf" or annonce in connus or (annonce == "text/plain" and nature != "text/plain")
    )
    return juger(
        CONTENU, juste, "Le contenu encapsulé n'est pas du type annoncé.", attendu=nature or annonce, recu=recu,
        ou=contenu.chemin, echanges=echanges,
    )  # fmt: skip


@verification(COPIE)
def copie(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Un compte rendu de biologie N3 du volet 2024.01 porte une copie PDF."""
    modele = cda.modele(_MODELE_CR_BIO)
    cr_bio = cda.code is not None and cda.code.code == TYPE_CR_BIO and cda.corps == "structuredBody"
    if not cr_bio or modele is None or modele.extension < "2024.01":
        return []
    types = [contenu.media_type for contenu in cda.copies]
    return [
        juger(
            COPIE, "application/pdf" in types, "Le compte rendu de biologie ne porte pas sa copie PDF.",
            attendu=f"section {SECTION_COPIE}, observationMedia/value application/pdf", recu=", ".join(types),
            ou="ClinicalDocument/component/structuredBody", echanges=echanges,
        )
    ]  # fmt: skip
