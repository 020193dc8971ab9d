"""TLS avec l'opérateur MSSanté : versions, suites, nom, autorité, révocation. Rien d'autre ici.

Règles : référentiel socle MSSanté n° 2, ECO.1.1.1 à 1.1.10 (TLS 1.2 au moins, six suites en 1.2, groupes d'au moins
2048 bits en DHE et 256 bits en ECDHE, certificat non expiré et non révoqué, émis par l'IGC Santé, gamme Élémentaire,
domaine Organisations).
"""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

from cryptography import x509

from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import Certificat
from simulators.logiciel_temoin.messagerie_revocation import ErreurRevocation, Revocation
from simulators.logiciel_temoin.mutations_connexion import DU_CONTEXTE, relacher

SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES128-SHA256",
    "DHE-RSA-AES256-GCM-SHA384",
    "DHE-RSA-AES128-GCM-SHA256",
)
"""Suites admises en TLS 1.2 : C030, C02F, C028, C027, 009F, 009E."""

_NIVEAU = "@SECLEVEL=2"
"""Niveau 2 d'OpenSSL : pas de groupe DH de moins de 2048 bits ; aucune courbe de moins de 253 bits n'est offerte."""

_AUTORITE_ADMISE = "AC IGC-SANTE ELEMENTAIRE ORGANISATIONS"


class CanalRefuse(Exception):
    """Le logiciel refuse le canal : certificat, autorité ou révocation."""


class CanalTls:
    """Contextes TLS gardés, un par certificat client, et contrôles après la poignée."""

    def __init__(self, racines: Path, intermediaires: list[x509.Certificate], defauts: Defauts) -> None:
        self._racines = racines
        self._autorites = [*x509.load_pem_x509_certificates(racines.read_bytes()), *intermediaires]
        self._defauts = defauts
        self._contextes: dict[str, ssl.SSLContext] = {}
        self._verrou = threading.Lock()
        self.revocation = Revocation(defauts)

    def contexte(self, client: Certificat | None) -> ssl.SSLContext:
        """Contexte qui exige tout ce que la poignée peut exiger."""
        cle = str(client.pem) if client else ""
        for nom in DU_CONTEXTE:
            self._defauts.actif(nom)
        with self._verrou:
            if cle not in self._contextes:
                self._contextes[cle] = self._creer(client)
            return self._contextes[cle]

    def _creer(self, client: Certificat | None) -> ssl.SSLContext:
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        contexte.load_verify_locations(cafile=str(self._racines))
        # TLS 1.2 seul (MSS/va1.31) : les suites admises sont toutes de cette version.
        contexte.minimum_version = contexte.maximum_version = ssl.TLSVersion.TLSv1_2
        contexte.set_ciphers(f"{':'.join(SUITES)}:{_NIVEAU}")
        relacher(contexte, self._defauts.actif, ":".join(SUITES), f":{_NIVEAU}", certificat=client is not None)
        if client is not None:
            contexte.load_cert_chain(client.pem, client.cle)
        return contexte

    def defaut(self, nom: str) -> bool:
        return self._defauts.actif(nom)

    def controler(self, canal: ssl.SSLSocket) -> None:
        """Après la poignée : autorité admise et certificat non révoqué ; lève `CanalRefuse`."""
        if self.defaut("mss_certificat_non_controle"):
            return
        der = canal.getpeercert(binary_form=True)
        if not der:
            raise CanalRefuse("l'opérateur n'a pas présenté de certificat")
        certificat = x509.load_der_x509_certificate(der)
        emetteur = self._emetteur(certificat)
        try:
            self.revocation.controler(certificat, emetteur)
        except ErreurRevocation as erreur:
            raise CanalRefuse(str(erreur)) from erreur

    def _emetteur(self, certificat: x509.Certificate) -> x509.Certificate:
        nom = certificat.issuer.rfc4514_string()
        if _AUTORITE_ADMISE not in nom:
            raise CanalRefuse(f"l'autorité du certificat n'est pas admise : {nom}")
        for autorite in self._autorites:
            if autorite.subject == certificat.issuer:
                try:
                    certificat.verify_directly_issued_by(autorite)
                except Exception:  # noqa: BLE001 - une autorité homonyme qui n'a pas signé n'est pas la bonne
                    continue
                return autorite
        raise CanalRefuse(f"l'autorité du certificat n'est pas connue : {nom}")

    def fermer(self) -> None:
        self.revocation.fermer()
