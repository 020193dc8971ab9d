"""Une petite autorité d'horodatage (RFC 3161) pour les essais : DER écrit à la main, servi sur une vraie prise HTTP."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"


def _tlv(etiquette: int, contenu: bytes) -> bytes:
    taille = len(contenu)
    if taille < 128:
        return bytes([etiquette, taille]) + contenu
    octets = taille.to_bytes((taille.bit_length() + 7) // 8, "big")
    return bytes([etiquette, 0x80 | len(octets)]) + octets + contenu


def _suite(*elements: bytes) -> bytes:
    return _tlv(0x30, b"".join(elements))


def _ensemble(*elements: bytes) -> bytes:
    return _tlv(0x31, b"".join(sorted(elements)))


def _entier(valeur: int) -> bytes:
    return _tlv(0x02, valeur.to_bytes(valeur.bit_length() // 8 + 1, "big"))


def _octets(valeur: bytes) -> bytes:
    return _tlv(0x04, valeur)


def _oid(pointe: str) -> bytes:
    parties = [int(partie) for partie in pointe.split(".")]
    codes = bytearray([parties[0] * 40 + parties[1]])
    for partie in parties[2:]:
        morceaux = [partie & 0x7F]
        while partie := partie >> 7:
            morceaux.append(0x80 | (partie & 0x7F))
        codes += bytes(reversed(morceaux))
    return _tlv(0x06, bytes(codes))


@dataclass(frozen=True)
class Tsa:
    """Une autorité et le certificat qui horodate ; `instant` : l'heure qu'elle donne."""

    racine: x509.Certificate
    certificat: x509.Certificate
    cle: ec.EllipticCurvePrivateKey
    instant: dt.datetime

    @classmethod
    def neuve(cls, instant: dt.datetime, nom: str = "TSA d'essai") -> Tsa:
        """Une racine et un certificat d'horodatage valables dix ans autour de cet instant."""
        cle_racine, cle = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        racine = certificat(f"Racine de {nom}", cle_racine, None, cle_racine, instant, autorite=True)
        return cls(racine, certificat(nom, cle, racine, cle_racine, instant, horodate=True), cle, instant)

    def repondre(self, demande: bytes, *, avec_racine: bool = True) -> bytes:
        """La réponse accordée à cette demande ; l'empreinte demandée y est recopiée."""
        empreinte = demande[demande.index(_octets_sha256(demande)) :][:34]
        jour = self.instant.strftime("%Y%m%d%H%M%SZ").encode()
        algorithme = _suite(_oid(_SHA256), b"\x05\x00")
        info = _suite(
            _entier(1), _oid("1.2.3.4.1"), _suite(algorithme, empreinte), _entier(42), _tlv(0x18, jour)
        )  # fmt: skip
        der = self.certificat.public_bytes(serialization.Encoding.DER)
        attributs = _ensemble(
            _suite(_oid(_CONTENT_TYPE), _ensemble(_oid(_TST_INFO))),
            _suite(_oid(_MESSAGE_DIGEST), _ensemble(_octets(hashlib.sha256(info).digest()))),
            _suite(
                _oid(_SIGNING_CERTIFICATE_V2), _ensemble(_suite(_suite(_suite(_octets(hashlib.sha256(der).digest())))))
            ),
        )
        signature = self.cle.sign(attributs, ec.ECDSA(hashes.SHA256()))
        signataire = _suite(
            _entier(1),
            _suite(self.certificat.issuer.public_bytes(), _entier(self.certificat.serial_number)),
            algorithme,
            b"\xa0" + attributs[1:],
            _suite(_oid(_ECDSA_SHA256)),
            _octets(signature),
        )
        racine = self.racine.public_bytes(serialization.Encoding.DER)
        signe = _suite(
            _entier(3),
            _ensemble(algorithme),
            _suite(_oid(_TST_INFO), _tlv(0xA0, _octets(info))),
            _tlv(0xA0, b"".join(sorted((der, racine))) if avec_racine else der),
            _ensemble(signataire),
        )
        return _suite(_suite(_entier(0)), _suite(_oid(_SIGNED_DATA), _tlv(0xA0, signe)))


def _octets_sha256(demande: bytes) -> bytes:
    """L'en-tête DER d'une chaîne de 32 octets : l'empreinte à horodater est la seule de la demande."""
    assert demande.count(b"\x04\x20") == 1
    return b"\x04\x20"


def certificat(
    nom: str,
    cle: ec.EllipticCurvePrivateKey,
    emetteur: x509.Certificate | None,
    cle_emetteur: ec.EllipticCurvePrivateKey,
    instant: dt.datetime,
    *,
    autorite: bool = False,
    horodate: bool = False,
    annees: int = 5,
) -> x509.Certificate:
    """Un certificat d'essai, valable `annees` de part et d'autre de l'instant."""
    sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nom)])
    usage = x509.KeyUsage(
        digital_signature=not autorite, key_cert_sign=autorite, crl_sign=autorite, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    batisseur = (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(emetteur.subject if emetteur else sujet)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(instant - dt.timedelta(days=365 * annees))
        .not_valid_after(instant + dt.timedelta(days=365 * annees))
        .add_extension(x509.BasicConstraints(ca=autorite, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(cle.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(cle_emetteur.public_key()), critical=False
        )
    )  # fmt: skip
    if horodate:
        batisseur = batisseur.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return batisseur.sign(cle_emetteur, hashes.SHA256())


@contextmanager
def servir(tsa: Tsa) -> Iterator[str]:
    """L'autorité sur une vraie prise HTTP de la boucle locale ; donne son adresse."""

    class Guichet(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            demande = self.rfile.read(int(self.headers["Content-Length"]))
            bon = self.headers["Content-Type"] == "application/timestamp-query"
            corps = tsa.repondre(demande) if bon else b""
            self.send_response(200 if bon else 400)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(corps)))
            self.end_headers()
            self.wfile.write(corps)

        def log_message(self, format: str, *args: object) -> None:
            """Rien : un essai n'écrit pas sur la sortie d'erreur."""

    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Guichet)
    fil = threading.Thread(target=serveur.serve_forever, args=(0.02,), daemon=True)
    fil.start()
    try:
        yield f"http://127.0.0.1:{serveur.server_port}/tsa"
    finally:
        serveur.shutdown()
        serveur.server_close()
        fil.join()
