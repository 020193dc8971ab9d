"""Les certificats du diagnostic : ceux que le banc donne au logiciel, et celui que le logiciel présente."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from steps.diagnostic_point import Point

_DELAI_S = 10.0


def du_banc(environnement: Mapping[str, Any], maintenant: dt.datetime) -> Point:
    """Chaque certificat remis au logiciel : lisible, avec sa clé, dans ses dates."""
    fautes = [
        f"{nom} : {faute}"
        for nom, fiche in environnement["certificats"].items()
        if (faute := _faute(fiche, maintenant))
    ]
    if fautes:
        return Point(
            "certificats",
            False,
            " ; ".join(fautes),
            "des certificats lisibles, en cours de validité, chacun avec sa clé",
            "vérifiez l'heure de la machine et le dossier temporaire, puis relancez",
        )
    return Point("certificats", True, f"{len(environnement['certificats'])} certificats de test, clés et dates justes")


def _faute(fiche: Mapping[str, Any], maintenant: dt.datetime) -> str:
    try:
        certificat = x509.load_pem_x509_certificate(Path(fiche["pem"]).read_bytes())
        cle = load_pem_private_key(Path(fiche["cle"]).read_bytes(), None)
    except (OSError, ValueError) as erreur:
        return f"illisible ({erreur})"
    if cle.public_key() != certificat.public_key():
        return "la clé n'est pas la sienne"
    return _hors_dates(certificat, maintenant)


def _hors_dates(certificat: x509.Certificate, maintenant: dt.datetime) -> str:
    debut, fin = certificat.not_valid_before_utc, certificat.not_valid_after_utc
    if debut <= maintenant <= fin:
        return ""
    return f"valide du {debut:%d/%m/%Y %H:%M} au {fin:%d/%m/%Y %H:%M} UTC, il est {maintenant:%d/%m/%Y %H:%M}"


def presente(nom: str, url: str, autorites: Path | None, maintenant: dt.datetime) -> Iterator[Point]:
    """Ce que le logiciel présente à cette adresse, si elle est en https ; rien s'il ne répond pas."""
    lieu = urlsplit(url)
    if lieu.scheme != "https" or not lieu.hostname:
        return
    port = lieu.port or 443
    try:
        certificat = _recu(lieu.hostname, port)
    except OSError:
        return  # L'adaptateur dira lui-même que le logiciel ne répond pas.
    sujet = f"{certificat.subject.rfc4514_string()}, jusqu'au {certificat.not_valid_after_utc:%d/%m/%Y}"
    attendu = f"un certificat au nom de {lieu.hostname}, en cours de validité, d'une autorité reconnue"
    refus = _hors_dates(certificat, maintenant) or _refus(lieu.hostname, port, autorites)
    if refus:
        cle = f"adaptateurs.{nom}.autorites"
        conseil = f"renouvelez-le, ou donnez l'autorité qui l'a émis par la clé {cle}"
        yield Point("certificat", False, f"{url} présente {sujet} ; {refus}", attendu, conseil)
    else:
        yield Point("certificat", True, f"{url} présente {sujet}")


def _recu(hote: str, port: int) -> x509.Certificate:
    contexte = ssl.create_default_context()
    contexte.check_hostname = False
    contexte.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((hote, port), _DELAI_S) as prise,
        contexte.wrap_socket(prise, server_hostname=hote) as canal,
    ):
        octets = canal.getpeercert(binary_form=True)
    assert octets is not None
    return x509.load_der_x509_certificate(octets)


def _refus(hote: str, port: int, autorites: Path | None) -> str:
    try:
        contexte = ssl.create_default_context(cafile=str(autorites) if autorites else None)
        with (
            socket.create_connection((hote, port), _DELAI_S) as prise,
            contexte.wrap_socket(prise, server_hostname=hote),
        ):
            return ""
    except ssl.SSLCertVerificationError as erreur:
        return f"refusé : {erreur.verify_message}"
    except OSError as erreur:
        return f"refusé : {erreur}"
