"""Autorités de certification d'essai, liste de révocation et réponses OCSP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

_SIGNATURE_AUTORITE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class Autorite:
    """Une autorité d'essai : son certificat, sa clé, un nom court pour les adresses de publication."""

    code: str
    certificat: x509.Certificate
    cle: ec.EllipticCurvePrivateKey

    @classmethod
    def creer(cls, code: str, cn: str, emetteur: Autorite | None, debut: datetime, fin: datetime) -> Autorite:
        """Racine si `emetteur` est None, intermédiaire sinon. Le sujet dit que c'est un essai."""
        cle = ec.generate_private_key(ec.SECP256R1())
        sujet = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "BANC SONS - ESSAI SANS VALEUR"),
                x509.NameAttribute(NameOID.COMMON_NAME, cn),
            ]
        )
        signataire = emetteur.cle if emetteur else cle
        certificat = (
            x509.CertificateBuilder()
            .subject_name(sujet)
            .issuer_name(emetteur.certificat.subject if emetteur else sujet)
            .public_key(cle.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(debut)
            .not_valid_after(fin)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0 if emetteur else None), critical=True)
            .add_extension(_SIGNATURE_AUTORITE, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(cle.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signataire.public_key()), critical=False)
            .sign(signataire, hashes.SHA256())
        )
        return cls(code, certificat, cle)

    @property
    def cn(self) -> str:
        """Nom commun de l'autorité."""
        return str(self.certificat.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def a_emis(self, certificat: x509.Certificate) -> bool:
        """Vrai si le nom d'émetteur et la signature concordent."""
        try:
            certificat.verify_directly_issued_by(self.certificat)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def crl(self, revoques: Iterable[tuple[int, datetime]], instant: datetime, numero: int) -> bytes:
        """Liste de révocation en DER, valable trente jours."""
        constructeur = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificat.subject)
            .last_update(instant)
            .next_update(instant + timedelta(days=30))
            .add_extension(x509.CRLNumber(numero), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.cle.public_key()), critical=False)
        )
        for serie, date in sorted(revoques):
            entree = x509.RevokedCertificateBuilder().serial_number(serie).revocation_date(date)
            raison = x509.CRLReason(x509.ReasonFlags.key_compromise)
            constructeur = constructeur.add_revoked_certificate(entree.add_extension(raison, critical=False).build())
        return constructeur.sign(self.cle, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def repondre_ocsp(
    demande_der: bytes,
    autorites: Iterable[Autorite],
    emis: dict[int, x509.Certificate],
    revoques: dict[int, datetime],
    instant: datetime,
) -> bytes:
    """Réponse OCSP en DER, signée par l'émetteur ; une demande illisible reçoit MALFORMED_REQUEST."""
    try:
        demande = ocsp.load_der_ocsp_request(demande_der)
        serie, nom_hache = demande.serial_number, demande.issuer_name_hash
    except (ValueError, NotImplementedError):
        return _echec(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    for autorite in autorites:
        condense = hashes.Hash(demande.hash_algorithm)
        condense.update(autorite.certificat.subject.public_bytes())
        if condense.finalize() != nom_hache:
            continue
        certificat = emis.get(serie)
        if certificat is None or not autorite.a_emis(certificat):
            break
        revoque_le = revoques.get(serie)
        reponse = ocsp.OCSPResponseBuilder().add_response(
            cert=certificat,
            issuer=autorite.certificat,
            algorithm=demande.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoque_le else ocsp.OCSPCertStatus.GOOD,
            this_update=instant,
            next_update=instant + timedelta(days=1),
            revocation_time=revoque_le,
            revocation_reason=x509.ReasonFlags.key_compromise if revoque_le else None,
        )
        reponse = reponse.responder_id(ocsp.OCSPResponderEncoding.HASH, autorite.certificat)
        for extension in demande.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                reponse = reponse.add_extension(extension.value, critical=False)
        return reponse.sign(autorite.cle, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return _echec(ocsp.OCSPResponseStatus.UNAUTHORIZED)


def _echec(statut: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(statut).public_bytes(serialization.Encoding.DER)
