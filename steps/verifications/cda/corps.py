"""Règles du corps d'un CDA : nature, contenu encapsulé réellement décodable, PDF entier."""

from __future__ import annotations

import base64
import binascii

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import TYPE_CR_BIO, ContenuEncapsule, EnTeteCda
from steps.verifications.registre import verification

_GUIDE = "ANS, CI-SIS, structuration générale des documents CDA R2 (IG-document-core), corps"
_MODELE_CR_BIO = "1.2.250.1.213.1.1.1.55"

NATURE = Regle(
    "CDA-COR-01", "Le document a un corps, structuré ou non", _GUIDE, Confiance.OFFICIELLE,
    "Écrire nonXMLBody (N1) ou structuredBody (N3) dans component.",
)  # fmt: skip
ENCAPSULE = Regle(
    "CDA-COR-02", "Un corps N1 dit son type et son codage", _GUIDE, Confiance.OFFICIELLE,
    "Écrire mediaType=application/pdf (ou text/plain) et representation=B64 sur nonXMLBody/text.",
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


def decoder(contenu: ContenuEncapsule) -> bytes | None:
    """Octets encapsulés ; None si le texte n'est pas du base64."""
    try:
        return base64.b64decode("".join(contenu.texte.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def pdf_entier(octets: bytes) -> bool:
    """Vrai si les octets commencent par `%PDF-` et finissent par `%%EOF` (blancs de fin tolérés)."""
    return octets.startswith(b"%PDF-") and octets.rstrip(b"\r\n \t\0").endswith(b"%%EOF")


@verification(NATURE)
def nature(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> Constat:
    """Le document a un corps et un seul."""
    return juger(
        NATURE, bool(cda.corps), "Le document n'a pas de corps.",
        attendu="nonXMLBody ou structuredBody", recu=cda.corps, ou="ClinicalDocument/component", echanges=echanges,
    )  # fmt: skip


@verification(ENCAPSULE)
def encapsule(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le corps N1 annonce son type et son codage."""
    if cda.contenu is None:
        return []
    recu = cda.contenu
    return [
        juger(
            ENCAPSULE, recu.media_type in ("application/pdf", "text/plain") and recu.representation == "B64",
            "Le corps N1 n'annonce pas un type et un codage permis.",
            attendu="mediaType application/pdf ou text/plain, representation B64",
            recu=f"mediaType {recu.media_type or 'absent'}, representation {recu.representation or 'absente'}",
            ou=recu.chemin, echanges=echanges,
        )
    ]  # fmt: skip


@verification(BASE64, PDF)
def contenus(cda: EnTeteCda, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Chaque contenu encapsulé se décode, et chaque PDF est entier."""
    constats: list[Constat] = []
    for contenu in (*((cda.contenu,) if cda.contenu else ()), *cda.copies):
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
            attendu="observationMedia/value mediaType=application/pdf", recu=", ".join(types),
            ou="ClinicalDocument/component/structuredBody", echanges=echanges,
        )
    ]  # fmt: skip
