"""TLS côté serveur : réglage d'un port, chaîne du client, raison d'un refus."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from simulators.socle.echange import Tls
from simulators.socle.pki import Identifiants, IgcTest

Observateur = Callable[[Any, str, Any, Any, Any, bytes], None]
"""Connexion, sens (`read`, `write`), version, sorte d'enregistrement, sorte de message, octets."""


class ModeClient(Enum):
    """Ce que le port demande au client."""

    AUCUN = ssl.CERT_NONE
    OPTIONNEL = ssl.CERT_OPTIONAL
    REQUIS = ssl.CERT_REQUIRED


@dataclass(frozen=True)
class ConfigTls:
    """Réglage TLS d'un port. Sans certificat donné : ceux de l'IGC du banc, EC et RSA."""

    client: ModeClient = ModeClient.AUCUN
    certificat: Identifiants | None = None
    version_minimale: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    version_maximale: ssl.TLSVersion | None = None
    suites: str | None = None
    verifier_revocation: bool = True
    alpn: tuple[str, ...] = ("http/1.1",)
    dh: Path | None = None
    """Groupe Diffie-Hellman (PEM) ; sans lui, aucune suite DHE ne se négocie."""
    courbe: str | None = None
    """Seule courbe permise (nom OpenSSL) ; par défaut celles d'OpenSSL."""
    observer: Observateur | None = None
    """Appelé à chaque message TLS vu, dans les deux sens."""


CONNEXION: ContextVar[asyncio.Transport | None] = ContextVar("connexion", default=None)
"""Transport TCP de la poignée de main en cours."""

OBJETS: ContextVar[list[Any] | None] = ContextVar("objets", default=None)
"""Où retenir l'objet de la connexion TLS à naître : une poignée de main refusée n'en laisse pas d'autre trace."""


class ObjetSsl(ssl.SSLObject):
    """Connexion TLS qui retient le nom demandé par le client (SNI) et lui dit pourquoi elle est refusée.

    asyncio ferme la connexion sans envoyer l'alerte qu'OpenSSL a préparée : le client ne verrait qu'une coupure,
    là où un vrai service lui dit « certificat expiré ».
    """

    sni: str | None = None
    sortie: ssl.MemoryBIO | None = None
    connexion: asyncio.Transport | None = None

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if self.connexion is not None:
                # Après l'envoi que ce tour prépare : envoyer remet le noyau à retarder ses acquittements.
                asyncio.get_running_loop().call_soon(acquitter_vite, self.connexion)
            raise
        except ssl.SSLError:
            if self.sortie is not None and self.connexion is not None and (alerte := self.sortie.read()):
                self.connexion.write(alerte)
            raise


def acquitter_vite(transport: asyncio.BaseTransport) -> None:
    """Acquitte sans attendre ce que le client envoie ensuite.

    En TLS 1.3 le serveur ne répond rien à la fin de la poignée de main : un client qui suit Nagle attendrait 40 ms, à
    chaque connexion, avant de pouvoir parler.
    """
    prise = transport.get_extra_info("socket")
    if prise is not None and hasattr(socket, "TCP_QUICKACK"):
        with contextlib.suppress(OSError):  # déjà fermée
            prise.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class ContexteBanc(ssl.SSLContext):
    """Contexte qui relie chaque connexion TLS à son transport."""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        objet = super().wrap_bio(incoming, outgoing, server_side, server_hostname, session)
        if isinstance(objet, ObjetSsl):
            objet.sortie, objet.connexion = outgoing, CONNEXION.get()
        if (retenus := OBJETS.get()) is not None:
            retenus.append(objet)
        return objet


def contexte_serveur(igc: IgcTest, config: ConfigTls) -> ssl.SSLContext:
    """Contexte d'un port ; il suit les révocations prononcées ensuite."""
    contexte = ContexteBanc(ssl.PROTOCOL_TLS_SERVER)
    contexte.sslobject_class = ObjetSsl
    _borner(contexte, config)
    if config.suites is not None:
        contexte.set_ciphers(config.suites)
    if config.dh is not None:
        contexte.load_dh_params(str(config.dh))
    if config.courbe is not None:
        contexte.set_ecdh_curve(config.courbe)
    certificats = [config.certificat] if config.certificat else [igc.serveur(), igc.serveur(cle_rsa=True)]
    for certificat in certificats:
        contexte.load_cert_chain(certificat.chemin_pem, certificat.chemin_cle)
    if config.alpn:
        contexte.set_alpn_protocols(list(config.alpn))
    if config.observer is not None and hasattr(contexte, "_msg_callback"):
        contexte._msg_callback = config.observer  # type: ignore[assignment,unused-ignore]
    contexte.sni_callback = _retenir_sni
    # Pas de reprise de session : chaque connexion montre son certificat, le journal le garde.
    contexte.options |= ssl.OP_NO_TICKET
    contexte.num_tickets = 0
    contexte.verify_mode = config.client.value
    if config.client is not ModeClient.AUCUN:
        contexte.load_verify_locations(igc.confiance_pem)
        if config.verifier_revocation:
            contexte.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
            igc.abonner(lambda: contexte.load_verify_locations(igc.confiance_pem))
    return contexte


def _borner(contexte: ssl.SSLContext, config: ConfigTls) -> None:
    """Versions permises. Python déconseille TLS 1.0 et 1.1 par un avertissement : les offrir est ici voulu."""
    anciennes = {ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1}
    voulues = {config.version_minimale, config.version_maximale}
    with warnings.catch_warnings() if voulues & anciennes else contextlib.nullcontext():
        if voulues & anciennes:
            warnings.simplefilter("ignore", DeprecationWarning)
        contexte.minimum_version = config.version_minimale
        if config.version_maximale is not None:
            contexte.maximum_version = config.version_maximale


def decrire(objet: Any) -> Tls:
    """Ce que la poignée de main a établi."""
    suite = objet.cipher()
    return Tls(
        version=objet.version() or "",
        suite=suite[0] if suite else "",
        sni=getattr(objet, "sni", None),
        certificat=objet.getpeercert(binary_form=True),
        chaine=chaine_verifiee(objet),
    )


def chaine_verifiee(objet: Any) -> tuple[bytes, ...]:
    """Chaîne vérifiée du client, feuille d'abord. API publique depuis Python 3.13, privée avant."""
    if objet.getpeercert(binary_form=True) is None:
        return ()
    if sys.version_info >= (3, 13):
        return tuple(objet.get_verified_chain())
    import _ssl

    return tuple(certificat.public_bytes(_ssl.ENCODING_DER) for certificat in objet._sslobj.get_verified_chain() or ())


_EXPLICATIONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "le client n'a pas présenté de certificat",
    "UNSUPPORTED_PROTOCOL": "version de TLS trop ancienne",
    "NO_SHARED_CIPHER": "aucune suite cryptographique en commun",
    "HTTP_REQUEST": "requête HTTP en clair sur un port TLS",
    "WRONG_VERSION_NUMBER": "ce qui est arrivé n'est pas du TLS",
    "TLSV1_ALERT_UNKNOWN_CA": "le client ne connaît pas l'autorité du serveur",
    "SSLV3_ALERT_BAD_CERTIFICATE": "le client refuse le certificat du serveur",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "le client refuse le certificat du serveur : expiré",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "le client refuse le certificat du serveur : révoqué",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "le client refuse le certificat du serveur",
}
_VERIFICATIONS = {
    9: "certificat du client pas encore valable",
    10: "certificat du client expiré",
    18: "certificat du client auto-signé",
    19: "certificat du client auto-signé dans la chaîne",
    20: "autorité du certificat du client inconnue",
    21: "autorité du certificat du client inconnue",
    23: "certificat du client révoqué",
    26: "certificat du client fait pour un autre usage",
}


def raison_de_refus(erreur: Exception) -> str:
    """Raison d'OpenSSL, suivie de son explication en français."""
    if isinstance(erreur, ssl.SSLCertVerificationError):
        explication = _VERIFICATIONS.get(erreur.verify_code, "certificat du client refusé")
        return f"{erreur.reason} {erreur.verify_code} ({erreur.verify_message}) : {explication}"
    if isinstance(erreur, ssl.SSLError):
        raison = erreur.reason or str(erreur)
        connue = _EXPLICATIONS.get(raison)
        return f"{raison} : {connue}" if connue else raison
    if isinstance(erreur, TimeoutError | ConnectionAbortedError):
        return "HANDSHAKE_TIMEOUT : le client n'a pas terminé la poignée de main à temps"
    return "CONNECTION_CLOSED : le client a fermé la connexion pendant la poignée de main"


def _retenir_sni(objet: Any, nom: str | None, contexte: ssl.SSLContext) -> None:
    objet.sni = nom
