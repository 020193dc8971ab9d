"""Fabrique d'avis d'essai : accusé d'intégration, de lecture, avis de distribution, courriel d'erreur."""

from __future__ import annotations

from tests.verifications.mssante.fabrique_courriels import (
    APP,
    CORRESPONDANT,
    NIL,
    OBJET,
    assembler,
    courriel,
)

ORIGINE = courriel(entetes={"Disposition-Notification-To": APP.adresse})
_ID = "<20261120.101530.1@labo.formation.mssante.fr>"
_CODE_KO = "[KO =?utf-8?q?Int=C3=A9gration_syst=C3=A8me_!=5D=5B902=5D?= "
_TEXTE = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n"


def _enveloppe(objet: str, vers: str = APP.adresse, de: str = CORRESPONDANT) -> str:
    return (
        f"Date: Fri, 20 Nov 2026 11:00:00 +0100\r\nFrom: Camille MEDECIN <{de}>\r\nTo: {vers}\r\nSubject: {objet}\r\n"
        f"Message-ID: <avis.1@cabinet.formation.mssante.fr>\r\nX-MSS-NIL: {NIL}\r\nMIME-Version: 1.0\r\n"
    )


def _rapport(tete: str, genre: str, parties: list[str], origine: bytes, avant: str, apres: str, sans: int) -> bytes:
    """Assemble le rapport ; `avant` devient `apres` hors du message d'origine, une fois."""
    tete += f'Content-Type: multipart/report; report-type={genre}; boundary="avis-1"\r\n\r\n'
    marque = "Content-Type: message/rfc822\r\n\r\n@@ORIGINE@@\r\n"
    tout = tete.encode() + assembler(
        [p.encode() for rang, p in enumerate([*parties, marque]) if rang != sans], "avis-1"
    )  # fmt: skip
    if avant:
        assert avant.encode() in tout, avant
        tout = tout.replace(avant.encode(), apres.encode(), 1)
    return tout.replace(b"@@ORIGINE@@", origine.rstrip(b"\r\n"))


def mdn(avant: str = "", apres: str = "", *, echec: bool = False, sans: int = -1, origine: bytes = ORIGINE) -> bytes:
    """Compte rendu d'intégration ; `sans` : rang d'une partie à ôter."""
    champs = (
        "Content-Type: message/disposition-notification\r\n\r\nReporting-UA: banc; 1.0\r\n"
        f"Original-Recipient: rfc822; {CORRESPONDANT}\r\nFinal-Recipient: rfc822; {CORRESPONDANT}\r\n"
        f"Original-Message-ID: {_ID}\r\nDisposition: automatic-action/MDN-sent-automatically; processed"
        f"{'/error' if echec else ''}\r\n{'Error: 902^patient inconnu' if echec else 'X-Note: bien'}\r\n"
    )  # fmt: skip
    tete = _enveloppe((_CODE_KO if echec else "") + OBJET)
    texte = _TEXTE.format("Le document a été traité.")
    return _rapport(tete, "disposition-notification", [texte, champs], origine, avant, apres, sans)


def lecture(avant: str = "", apres: str = "") -> bytes:
    """Accusé de lecture d'une personne."""
    champs = (
        f"Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; {CORRESPONDANT}\r\n"
        f"Original-Message-ID: {_ID}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    tete = _enveloppe("Lu : nouvelles")
    return _rapport(tete, "disposition-notification", [_TEXTE.format("Lu."), champs], ORIGINE, avant, apres, -1)


def dsn(avant: str = "", apres: str = "") -> bytes:
    """Avis de non-distribution."""
    champs = (
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.formation.mssante.fr\r\n\r\n"
        f"Final-Recipient: rfc822; {CORRESPONDANT}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    tete = _enveloppe("Undelivered Mail Returned to Sender", de="postmaster@labo.formation.mssante.fr")
    return _rapport(tete, "delivery-status", [_TEXTE.format("Échec."), champs], ORIGINE, avant, apres, -1)


def ko(avant: str = "", apres: str = "", *, sans: int = -1) -> bytes:
    """Courriel qui dit un échec d'intégration, sans accusé demandé."""
    tete = _enveloppe(_CODE_KO + OBJET) + 'Content-Type: multipart/mixed; boundary="ko-1"\r\n\r\n'
    parties = [_TEXTE.format("Patient inconnu."), "Content-Type: message/rfc822\r\n\r\n@@ORIGINE@@\r\n"]
    tout = tete.encode() + assembler([p.encode() for rang, p in enumerate(parties) if rang != sans], "ko-1")
    if avant:
        assert avant.encode() in tout, avant
        tout = tout.replace(avant.encode(), apres.encode(), 1)
    return tout.replace(b"@@ORIGINE@@", ORIGINE.rstrip(b"\r\n"))


def avis_mes(texte: str = "La messagerie de cet usager est fermée.") -> bytes:
    """Avis de Mon espace santé."""
    tete = _enveloppe("=?utf-8?q?Message_non_distribu=C3=A9?=", de="ne-pas-repondre@patient.mssante.fr")
    return tete.encode() + _TEXTE.format(texte).encode()


MDN, LECTURE, DSN, KO = mdn(), lecture(), dsn(), ko()
