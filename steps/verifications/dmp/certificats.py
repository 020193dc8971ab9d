"""Ce que dit un certificat X.509 : usage, noms, autorité émettrice. Pas d'accès réseau : ni CRL ni OCSP ici."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def charger(der: bytes | None) -> x509.Certificate | None:
    """Le certificat, ou None s'il manque ou est illisible."""
    if not der:
        return None
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, UnsupportedAlgorithm):
        return None


def sert_a_l_authentification(certificat: x509.Certificate) -> bool:
    """Vrai si le certificat peut authentifier un client TLS (usage étendu clientAuth, ou usages non restreints)."""
    etendu = _usage_etendu(certificat)
    cle = _usage_de_cle(certificat)
    return (etendu is None or ExtendedKeyUsageOID.CLIENT_AUTH in etendu) and (cle is None or cle.digital_signature)


def reserve_a_l_authentification(certificat: x509.Certificate) -> bool:
    """Vrai si le certificat ne peut servir qu'à authentifier : le DMP refuse qu'il signe un VIHF."""
    etendu = _usage_etendu(certificat)
    cle = _usage_de_cle(certificat)
    engage = cle is None or cle.content_commitment
    return etendu is not None and set(etendu) == {ExtendedKeyUsageOID.CLIENT_AUTH} and not engage


def emis_par(certificat: x509.Certificate, autorites: Iterable[bytes]) -> bool:
    """Vrai si une des autorités (DER) a signé ce certificat."""
    for autorite in filter(None, map(charger, autorites)):
        try:
            certificat.verify_directly_issued_by(autorite)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            continue
        return True
    return False


def noms(certificat: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(CN, OU) du sujet."""
    return _valeurs(certificat, NameOID.COMMON_NAME), _valeurs(certificat, NameOID.ORGANIZATIONAL_UNIT_NAME)


def sujet(certificat: x509.Certificate) -> str:
    """Sujet au format RFC 4514, pour les constats."""
    return certificat.subject.rfc4514_string()


def _valeurs(certificat: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(attribut.value) for attribut in certificat.subject.get_attributes_for_oid(oid))


def _usage_etendu(certificat: x509.Certificate) -> x509.ExtendedKeyUsage | None:
    try:
        return certificat.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _usage_de_cle(certificat: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificat.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None
