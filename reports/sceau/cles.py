"""La clé qui signe un dossier, et la signature : Ed25519, ECDSA P-256 ou P-384, RSA-PSS d'au moins 3072 bits."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

PRIVEES = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PUBLIQUES = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey
ADMISES = "Ed25519, ECDSA P-256 ou P-384, RSA d'au moins 3072 bits"
_RSA_MIN = 3072
_CHAINE_MAX = 8


class CleRefusee(Exception):
    """La clé ou le certificat ne convient pas ; le message dit pourquoi et ce qui est attendu."""


@dataclass(frozen=True)
class CleDeSignature:
    """Une clé privée, son certificat s'il y en a un (feuille d'abord), et si elle a été faite pour l'occasion."""

    privee: PRIVEES
    certificats: tuple[x509.Certificate, ...] = ()
    ephemere: bool = False

    @property
    def empreinte(self) -> str:
        """SHA-256 de la clé publique : ce que `--cle-attendue` compare."""
        return empreinte(self.privee.public_key())

    @property
    def algorithme(self) -> str:
        """Le nom de l'algorithme de signature."""
        return algorithme(self.privee.public_key())

    @property
    def deterministe(self) -> bool:
        """Signer deux fois les mêmes octets donne la même signature."""
        return not isinstance(self.privee, rsa.RSAPrivateKey)

    def signer(self, octets: bytes) -> bytes:
        """La signature de ces octets."""
        cle = self.privee
        if isinstance(cle, ed25519.Ed25519PrivateKey):
            return cle.sign(octets)
        if isinstance(cle, rsa.RSAPrivateKey):
            return cle.sign(octets, _PSS, hashes.SHA256())
        # RFC 6979 : sans tirage au sort, le même dossier redonne les mêmes octets.
        return cle.sign(octets, ec.ECDSA(_hachage(cle.public_key()), deterministic_signing=True))

    def membre(self) -> tuple[str, bytes]:
        """Le fichier du dossier qui porte la clé publique : le certificat et sa chaîne, ou la clé seule."""
        if self.certificats:
            return "certificat.pem", b"".join(pem(certificat) for certificat in self.certificats)
        return "cle-publique.pem", pem_publique(self.privee.public_key())


_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def _hachage(cle: ec.EllipticCurvePublicKey) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if cle.curve.name == "secp384r1" else hashes.SHA256()


def verifier_signature(cle: PUBLIQUES, signature: bytes, octets: bytes) -> bool:
    """La signature est-elle celle de ces octets par cette clé ?"""
    try:
        if isinstance(cle, ed25519.Ed25519PublicKey):
            cle.verify(signature, octets)
        elif isinstance(cle, rsa.RSAPublicKey):
            cle.verify(signature, octets, _PSS, hashes.SHA256())
        else:
            cle.verify(signature, octets, ec.ECDSA(_hachage(cle)))
    except InvalidSignature:
        return False
    return True


def empreinte(cle: PUBLIQUES) -> str:
    """SHA-256, en hexadécimal, de la clé publique en DER (SubjectPublicKeyInfo)."""
    der = cle.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def algorithme(cle: PUBLIQUES) -> str:
    """Le nom lisible de l'algorithme."""
    if isinstance(cle, ed25519.Ed25519PublicKey):
        return "Ed25519"
    if isinstance(cle, rsa.RSAPublicKey):
        return f"RSA-PSS {cle.key_size} bits, SHA-256"
    return "ECDSA P-384, SHA-384" if cle.curve.name == "secp384r1" else "ECDSA P-256, SHA-256"


def admettre(cle: object) -> PUBLIQUES:
    """La clé publique si elle est d'une force admise ; `CleRefusee` sinon."""
    if isinstance(cle, ed25519.Ed25519PublicKey):
        return cle
    if isinstance(cle, ec.EllipticCurvePublicKey) and cle.curve.name in ("secp256r1", "secp384r1"):
        return cle
    if isinstance(cle, rsa.RSAPublicKey):
        if cle.key_size >= _RSA_MIN:
            return cle
        raise CleRefusee(f"clé RSA de {cle.key_size} bits : {_RSA_MIN} au moins sont attendus")
    raise CleRefusee(f"clé d'un genre non admis ; attendu : {ADMISES}")


def pem(certificat: x509.Certificate) -> bytes:
    """Un certificat en PEM."""
    return certificat.public_bytes(serialization.Encoding.PEM)


def pem_publique(cle: PUBLIQUES) -> bytes:
    """Une clé publique en PEM."""
    return cle.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


# -- lecture ---------------------------------------------------------------------------------------------------

MotDePasse = Callable[[str], str]
"""Rend le mot de passe d'un fichier (variable d'environnement ou invite) ; n'est appelé que s'il en faut un."""


def cle_ephemere() -> CleDeSignature:
    """Une clé faite pour ce seul dossier : elle prouve l'intégrité, pas l'identité de qui a scellé."""
    return CleDeSignature(ed25519.Ed25519PrivateKey.generate(), ephemere=True)


def lire_cle_pem(chemin: Path, mot_de_passe: MotDePasse, certificat: Path | None = None) -> CleDeSignature:
    """Une clé privée PEM et, s'il est donné, son certificat (suivi de sa chaîne)."""
    octets = chemin.read_bytes()
    try:
        privee = _charger_pem(octets, None)
    except TypeError:
        privee = _charger_pem(octets, mot_de_passe(chemin.name))
    return _assembler(chemin, privee, lire_certificats(certificat.read_bytes()) if certificat else ())


def _charger_pem(octets: bytes, mot_de_passe: str | None) -> object:
    try:
        return serialization.load_pem_private_key(octets, mot_de_passe.encode() if mot_de_passe else None)
    except (ValueError, UnsupportedAlgorithm) as erreur:
        raise CleRefusee(f"clé privée PEM illisible, ou mot de passe faux ({erreur}) ; attendu : {ADMISES}") from erreur


def lire_pkcs12(chemin: Path, mot_de_passe: MotDePasse) -> CleDeSignature:
    """La clé, le certificat et la chaîne d'un fichier PKCS#12 (.p12, .pfx)."""
    octets = chemin.read_bytes()
    try:
        lu = pkcs12.load_pkcs12(octets, mot_de_passe(chemin.name).encode() or None)
    except (ValueError, UnsupportedAlgorithm) as erreur:
        raise CleRefusee(f"{chemin} : PKCS#12 illisible, ou mot de passe faux ({erreur})") from erreur
    if lu.key is None or lu.cert is None:
        raise CleRefusee(f"{chemin} : une clé privée et son certificat sont attendus dans le PKCS#12")
    chaine = [autre.certificate for autre in lu.additional_certs]
    return _assembler(chemin, lu.key, (lu.cert.certificate, *_ranger_chaine(lu.cert.certificate, chaine)))


def _assembler(chemin: Path, privee: object, certificats: tuple[x509.Certificate, ...]) -> CleDeSignature:
    if not isinstance(privee, PRIVEES):
        raise CleRefusee(f"{chemin} : clé d'un genre non admis ; attendu : {ADMISES}")
    try:
        publique = admettre(privee.public_key())
    except CleRefusee as refus:
        raise CleRefusee(f"{chemin} : {refus}") from refus
    if certificats and empreinte(admettre(certificats[0].public_key())) != empreinte(publique):
        raise CleRefusee(f"{chemin} : le certificat donné n'est pas celui de cette clé")
    return CleDeSignature(privee, certificats)


def _ranger_chaine(feuille: x509.Certificate, autres: list[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Les autorités dans l'ordre, de la feuille vers la racine ; celles qui n'y mènent pas sont laissées."""
    chaine: list[x509.Certificate] = []
    courant = feuille
    while len(chaine) < _CHAINE_MAX:
        suivant = next((autre for autre in autres if autre not in chaine and autre.subject == courant.issuer), None)
        if suivant is None or suivant == courant:
            return tuple(chaine)
        chaine.append(suivant)
        courant = suivant
    return tuple(chaine)


def lire_certificats(octets: bytes) -> tuple[x509.Certificate, ...]:
    """Les certificats d'un fichier PEM, dans l'ordre ; `CleRefusee` s'il n'en porte aucun de lisible."""
    try:
        certificats = tuple(x509.load_pem_x509_certificates(octets))
    except ValueError as erreur:
        raise CleRefusee(f"certificat PEM illisible ({erreur})") from erreur
    if len(certificats) > _CHAINE_MAX + 1:
        raise CleRefusee(f"{len(certificats)} certificats : {_CHAINE_MAX + 1} au plus sont attendus")
    return certificats


# -- certificat ------------------------------------------------------------------------------------------------


def nom_du(certificat: x509.Certificate) -> str:
    """Le nom du titulaire, tel qu'une personne le lit."""
    return certificat.subject.rfc4514_string() or "titulaire sans nom"


def perime(certificat: x509.Certificate, instant: dt.datetime) -> str:
    """Pourquoi ce certificat ne vaut pas à cette date ; vide s'il vaut."""
    if instant < certificat.not_valid_before_utc:
        return f"le certificat ne vaut qu'à partir du {certificat.not_valid_before_utc:%d/%m/%Y %H:%M} UTC"
    if instant > certificat.not_valid_after_utc:
        return f"le certificat ne vaut plus depuis le {certificat.not_valid_after_utc:%d/%m/%Y %H:%M} UTC"
    return ""


def mene_a(
    certificats: tuple[x509.Certificate, ...], autorites: tuple[x509.Certificate, ...], instant: dt.datetime
) -> str:
    """Pourquoi ces certificats (feuille d'abord) ne mènent pas à l'une de ces autorités ; vide s'ils y mènent.

    Signatures, noms, dates, et droit de chaque autorité à signer des certificats. La révocation n'est pas consultée.
    """
    courant = certificats[0]
    if defaut := perime(courant, instant):
        return defaut
    intermediaires = list(certificats[1:])
    for _ in range(_CHAINE_MAX):
        for autorite in autorites:
            if courant == autorite or (_signe(autorite, courant) and not perime(autorite, instant)):
                return ""
        emetteur = next((c for c in intermediaires if _signe(c, courant) and not perime(c, instant)), None)
        if emetteur is None:
            break
        intermediaires.remove(emetteur)
        courant = emetteur
    return (
        f"« {nom_du(courant)} » n'a pas été émis par l'autorité attendue (émetteur : {courant.issuer.rfc4514_string()})"
    )


def _signe(autorite: x509.Certificate, certificat: x509.Certificate) -> bool:
    try:
        certificat.verify_directly_issued_by(autorite)
        contraintes = autorite.extensions.get_extension_for_class(x509.BasicConstraints).value
        if not contraintes.ca:
            return False
        try:
            usage = autorite.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound:
            return True
        return usage.key_cert_sign
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound, UnsupportedAlgorithm):
        return False
