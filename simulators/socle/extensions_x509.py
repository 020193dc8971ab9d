"""Les extensions d'un certificat d'essai : usage de la clé, noms du serveur, adresses de révocation."""

from __future__ import annotations

import ipaddress

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from simulators.socle.profils_certificats import Publication, Usage


def nom_alternatif(nom: str) -> x509.GeneralName:
    """Une adresse IP, sinon un nom de domaine."""
    try:
        return x509.IPAddress(ipaddress.ip_address(nom))
    except ValueError:
        return x509.DNSName(nom)


def usage_de_cle(usage: Usage) -> x509.KeyUsage:
    """Ce que cet usage permet à la clé."""
    return x509.KeyUsage(
        digital_signature=usage is not Usage.SIGNATURE,
        content_commitment=usage in (Usage.SIGNATURE, Usage.CACHET),
        key_encipherment=usage is Usage.SERVEUR,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def convient(certificat: x509.Certificate, usage: Usage) -> bool:
    """Vrai si la clé du certificat permet cet usage."""
    try:
        cle = certificat.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    if usage in (Usage.SIGNATURE, Usage.CACHET):
        return cle.content_commitment
    try:
        etendu = certificat.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    attendu = ExtendedKeyUsageOID.SERVER_AUTH if usage is Usage.SERVEUR else ExtendedKeyUsageOID.CLIENT_AUTH
    return cle.digital_signature and attendu in etendu


def publier(
    constructeur: x509.CertificateBuilder, url: str, code: str, publication: Publication
) -> x509.CertificateBuilder:
    adresse_crl = x509.UniformResourceIdentifier(f"{url}{publication.crl}/{code}.crl")
    adresse_ocsp = x509.UniformResourceIdentifier(f"{url}{publication.ocsp}")
    crl = x509.DistributionPoint([adresse_crl], None, None, None)
    acces = [
        x509.AccessDescription(AuthorityInformationAccessOID.OCSP, adresse_ocsp),
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(f"{url}/ac/{code}.cer")
        ),
    ]
    return constructeur.add_extension(x509.CRLDistributionPoints([crl]), critical=False).add_extension(
        x509.AuthorityInformationAccess(acces), critical=False
    )
