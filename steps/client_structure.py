"""Le banc, client HTTPS d'une structure tierce : une connexion, avec ou sans certificat, écrite au journal."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization

from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete, Tls
from simulators.socle.identifiants import Identifiants
from simulators.socle.journal import JournalEchanges

SERVICE = "structures"
_DELAI = 15.0
_REPONSE_MAX = 2**20


class LogicielInjoignable(OSError):
    """Rien n'écoute à l'adresse que le logiciel a donnée."""


def se_connecter(
    journal: JournalEchanges, url: str, certificat: Identifiants | None, *, presente: str, decrit: str
) -> Echange:
    """Présente ce certificat à cette adresse. `presente` : le cas (valide, revoque…), noté sur l'échange."""
    return demander(journal, url, certificat, notes={"presente": presente, "certificat": decrit})


def demander(
    journal: JournalEchanges,
    url: str,
    certificat: Identifiants | None,
    *,
    notes: Mapping[str, str],
    service: str = SERVICE,
    operation: str = "connexion",
    methode: str = "GET",
    entetes: Sequence[tuple[str, str]] = (),
) -> Echange:
    """Une demande à cette adresse, écrite au journal ; `LogicielInjoignable` si rien n'y écoute.

    Le certificat du serveur n'est pas contrôlé : ce n'est pas lui qui est à l'essai.
    """
    adresse = urlsplit(url)
    port = adresse.port or 443
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    contexte.check_hostname, contexte.verify_mode = False, ssl.CERT_NONE
    if certificat is not None:
        contexte.load_cert_chain(certificat.chemin_pem, certificat.chemin_cle)
    debut = datetime.now(UTC)
    try:
        prise = socket.create_connection((adresse.hostname or "", port), timeout=_DELAI)
    except OSError as erreur:
        raise LogicielInjoignable(f"{url} : {erreur}") from erreur
    tls, reponse, refus = None, None, ""
    cible = (adresse.path or "/") + (f"?{adresse.query}" if adresse.query else "")
    try:
        with contexte.wrap_socket(prise, server_hostname=adresse.hostname) as chiffree:
            tls = _decrire(chiffree, certificat)
            reponse = _demander(chiffree, methode, cible, (("Host", adresse.netloc), *entetes))
    except (OSError, http.client.HTTPException) as erreur:
        # En TLS 1.3, le refus du certificat n'arrive qu'à la première lecture.
        refus = _raison(erreur)
    finally:
        prise.close()
    return journal.ajouter_echange(
        service=service,
        operation=operation,
        debut=debut,
        fin=datetime.now(UTC),
        requete=Requete(methode, cible, (("Host", adresse.netloc), *entetes)),
        reponse=reponse,
        pair=f"{adresse.hostname}:{port}",
        tls=tls,
        notes={**notes, **({"refus": f"connexion refusée : {refus}"} if refus else {})},
    )


_ALERTES = {
    "UNKNOWN_CA": "autorité inconnue",
    "CERTIFICATE_REVOKED": "certificat révoqué",
    "CERTIFICATE_EXPIRED": "certificat expiré",
    "CERTIFICATE_REQUIRED": "certificat exigé",
    "BAD_CERTIFICATE": "certificat refusé",
    "CERTIFICATE_UNKNOWN": "certificat refusé",
    "HANDSHAKE_FAILURE": "poignée de main refusée",
    "ACCESS_DENIED": "accès refusé",
}


def _raison(erreur: Exception) -> str:
    """L'alerte TLS du logiciel, en français ; à défaut, la coupure telle qu'elle a été vue."""
    raison = (erreur.reason or "") if isinstance(erreur, ssl.SSLError) else ""
    connue = next((texte for fin, texte in _ALERTES.items() if raison.endswith(fin)), "")
    return f"alerte {raison} ({connue})" if connue else raison or f"coupure ({type(erreur).__name__})"


def _demander(prise: ssl.SSLSocket, methode: str, cible: str, entetes: Sequence[tuple[str, str]]) -> Reponse:
    lignes = "".join(f"{nom}: {valeur}\r\n" for nom, valeur in entetes)
    prise.sendall(f"{methode} {cible} HTTP/1.1\r\n{lignes}Connection: close\r\n\r\n".encode())
    recue = http.client.HTTPResponse(prise, method=methode)
    try:
        recue.begin()
        corps = recue.read(_REPONSE_MAX)
        entetes = tuple(recue.getheaders())
    finally:
        recue.close()
    return Reponse(recue.status, entetes, CorpsMemoire(corps))


def _decrire(prise: ssl.SSLSocket, certificat: Identifiants | None) -> Tls:
    suite = prise.cipher()
    der = certificat.certificat.public_bytes(serialization.Encoding.DER) if certificat else None
    return Tls(prise.version() or "", suite[0] if suite else "", None, der)
