"""Révocation du certificat de l'opérateur : la CRL de son autorité, la dernière valable gardée, et l'OCSP."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from simulators.logiciel_temoin.defauts import Defauts

_DELAIS = urllib3.Timeout(connect=1.0, read=0.3)
"""Un répondeur muet ne doit pas retenir l'utilisateur : la CRL gardée suffit."""
_TAILLE_MAX = 8 * 1024 * 1024


class ErreurRevocation(Exception):
    """Le certificat est révoqué, ou rien ne permet de savoir s'il l'est."""


class Revocation:
    """Contrôle des certificats d'opérateur. Sûr entre fils d'exécution.

    La CRL est redemandée à chaque connexion neuve ; si elle manque, est périmée ou n'est pas de l'autorité, la dernière
    CRL encore valable sert à sa place (référentiel socle MSSanté n° 2, ECO.1.1.7). L'OCSP est interrogé en plus. Un
    certificat que ni l'un ni l'autre ne dit bon est refusé.
    """

    def __init__(self, defauts: Defauts) -> None:
        self._defauts = defauts
        self._reserve = urllib3.PoolManager(timeout=_DELAIS, retries=False, maxsize=4)
        self._crl: dict[str, x509.CertificateRevocationList] = {}
        self._verrou = threading.Lock()

    def controler(self, certificat: x509.Certificate, emetteur: x509.Certificate) -> None:
        """Lève `ErreurRevocation` si le certificat est révoqué ou si son état reste inconnu."""
        neuve = self._telecharger_crl(url, emetteur) if (url := _url_crl(certificat)) else None
        if neuve is None and self._defauts.actif("mss_revocation_sans_crl"):
            return
        crl = self._derniere_crl(url, neuve)
        if crl is not None and crl.get_revoked_certificate_by_serial_number(certificat.serial_number) is not None:
            raise ErreurRevocation("le certificat de l'opérateur est révoqué (CRL)")
        etat = self._ocsp(certificat, emetteur)
        if etat is ocsp.OCSPCertStatus.REVOKED:
            raise ErreurRevocation("le certificat de l'opérateur est révoqué (OCSP)")
        if crl is None and etat is not ocsp.OCSPCertStatus.GOOD:
            raise ErreurRevocation("ni CRL valable ni réponse OCSP : l'état du certificat est inconnu")

    def _derniere_crl(
        self, url: str, neuve: x509.CertificateRevocationList | None
    ) -> x509.CertificateRevocationList | None:
        """La plus récente de la CRL qui vient d'être obtenue, s'il y en a une, et de celle qui est gardée."""
        if self._defauts.actif("mss_crl_non_gardee"):
            return neuve
        with self._verrou:
            gardee = self._crl.get(url)
            if neuve is not None and (gardee is None or neuve.last_update_utc >= gardee.last_update_utc):
                self._crl[url] = gardee = neuve
        return gardee if gardee is not None and _valable(gardee) else None

    def _telecharger_crl(self, url: str, emetteur: x509.Certificate) -> x509.CertificateRevocationList | None:
        octets = self._demander("GET", url, None, {})
        if octets is None:
            return None
        try:
            pem = octets.lstrip().startswith(b"-----BEGIN")
            crl = x509.load_pem_x509_crl(octets) if pem else x509.load_der_x509_crl(octets)
            cle = emetteur.public_key()
            if not isinstance(cle, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
                return None
            signee = crl.is_signature_valid(cle) and crl.issuer == emetteur.subject
        except ValueError:
            return None
        if signee and not _valable(crl) and self._defauts.actif("mss_crl_perimee_remplace"):
            self._crl.pop(url, None)
        return crl if signee and _valable(crl) else None

    def _ocsp(self, certificat: x509.Certificate, emetteur: x509.Certificate) -> ocsp.OCSPCertStatus | None:
        """État donné par l'OCSP ; None s'il ne répond pas, ou pas de façon fiable."""
        url = _url_ocsp(certificat)
        if not url:
            return None
        demande = ocsp.OCSPRequestBuilder().add_certificate(certificat, emetteur, hashes.SHA1()).build()
        octets = self._demander(
            "POST",
            url,
            demande.public_bytes(serialization.Encoding.DER),
            {"Content-Type": "application/ocsp-request"},
        )
        try:
            reponse = ocsp.load_der_ocsp_response(octets or b"")
            if reponse.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                return None
            if reponse.serial_number != certificat.serial_number or not _signee(reponse, emetteur):
                return None
            if reponse.next_update_utc is not None and reponse.next_update_utc < datetime.now(UTC):
                return None
            return reponse.certificate_status
        except (ValueError, TypeError):
            return None

    def _demander(self, methode: str, url: str, corps: bytes | None, entetes: dict[str, str]) -> bytes | None:
        try:
            reponse = self._reserve.request(methode, url, body=corps, headers=entetes, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError):
            return None
        return reponse.data if reponse.status == 200 and len(reponse.data) <= _TAILLE_MAX else None

    def fermer(self) -> None:
        self._reserve.clear()


def _valable(crl: x509.CertificateRevocationList) -> bool:
    fin = crl.next_update_utc
    return fin is not None and crl.last_update_utc <= datetime.now(UTC) < fin


def _signee(reponse: ocsp.OCSPResponse, emetteur: x509.Certificate) -> bool:
    """Signée par l'autorité elle-même, ou par un répondeur qu'elle a désigné."""
    signataires = [emetteur]
    for certificat in reponse.certificates:
        try:
            certificat.verify_directly_issued_by(emetteur)
        except Exception:  # noqa: BLE001 - un certificat joint sans rapport est ignoré, quelle qu'en soit la faute
            continue
        signataires.append(certificat)
    return any(_signee_par(reponse, signataire.public_key()) for signataire in signataires)


def _signee_par(reponse: ocsp.OCSPResponse, cle: object) -> bool:
    algorithme = reponse.signature_hash_algorithm
    if algorithme is None:
        return False
    try:
        if isinstance(cle, rsa.RSAPublicKey):
            cle.verify(reponse.signature, reponse.tbs_response_bytes, padding.PKCS1v15(), algorithme)
        elif isinstance(cle, ec.EllipticCurvePublicKey):
            cle.verify(reponse.signature, reponse.tbs_response_bytes, ec.ECDSA(algorithme))
        else:
            return False
    except Exception:  # noqa: BLE001 - signature fausse : la bibliothèque lève InvalidSignature ou ValueError
        return False
    return True


def _url_crl(certificat: x509.Certificate) -> str:
    try:
        points = certificat.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return ""
    noms = (nom for point in points for nom in point.full_name or ())
    return next((str(n.value) for n in noms if str(n.value).startswith(("http://", "https://"))), "")


def _url_ocsp(certificat: x509.Certificate) -> str:
    try:
        acces = certificat.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ""
    adresses = (str(a.access_location.value) for a in acces if a.access_method == AuthorityInformationAccessOID.OCSP)
    return next(adresses, "")
