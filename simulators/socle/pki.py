"""IGC d'essai, faite à chaque démarrage : autorités, émission, confiance et révocation.

EC P-256 partout où un profil n'exige pas autre chose ; RSA-2048 pour les certificats qui signent un VIHF et pour
les serveurs dont les suites documentées sont en RSA.
"""

from __future__ import annotations

import os
import re
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulators.socle.acteurs import Professionnel
from simulators.socle.autorites import Autorite, repondre_ocsp
from simulators.socle.extensions_x509 import convient, nom_alternatif, publier, usage_de_cle
from simulators.socle.identifiants import ClePrivee, Identifiants, ecrire_prive
from simulators.socle.profils_certificats import (
    NOMS_DE_SERVEUR,
    PROFILS,
    PUBLICATION,
    Forme,
    Profil,
    Publication,
    Usage,
    Variante,
    personne,
)

__all__ = ["Identifiants", "IgcTest", "Variante"]

_TROIS_ANS = timedelta(days=3 * 365)
TIERCES = 8
"""Structures tierces qu'une campagne peut présenter à un logiciel."""


class IgcTest:
    """Autorités, certificats et révocations d'une campagne. Sûre entre fils d'exécution."""

    def __init__(self, dossier: Path, url_publication: str | None, maintenant: datetime | None) -> None:
        self.dossier = dossier
        self.url_publication = url_publication
        self._maintenant = (maintenant or datetime.now(UTC)).replace(microsecond=0)
        self._graine = os.urandom(16)
        self._verrou = threading.RLock()
        self._caches: dict[str, Identifiants] = {}
        self._emis: dict[int, x509.Certificate] = {}
        self._abonnes: list[Callable[[], None]] = []
        self._numero_crl = 1
        self._fils = ThreadPoolExecutor(2, thread_name_prefix="cles-rsa")
        besoin = 1 + sum(profil.rsa for profil in PROFILS.values())
        self._cles_rsa: list[Future[rsa.RSAPrivateKey]] = [self._fils.submit(_cle_rsa) for _ in range(besoin)]
        debut, fin = self._maintenant - timedelta(days=30), self._maintenant + 4 * _TROIS_ANS
        elementaire = Autorite.creer("racine-elementaire", "TEST AC RACINE IGC-SANTE ELEMENTAIRE", None, debut, fin)
        fort = Autorite.creer("racine-fort", "TEST AC RACINE IGC-SANTE FORT", None, debut, fin)
        etrangere = Autorite.creer("etrangere", "AC D'ESSAI ETRANGERE AU BANC", None, debut, fin)
        self._autorites = {
            "organisations": Autorite.creer(
                "organisations", "TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS", elementaire, debut, fin
            ),
            "personnes": Autorite.creer("personnes", "TEST AC IGC-SANTE FORT PERSONNES", fort, debut, fin),
        }
        self._fort, self._bornes = fort, (debut, fin)
        self._etrangere = Autorite.creer(
            "etrangere-organisations", "AC D'ESSAI ETRANGERE ORGANISATIONS", etrangere, debut, fin
        )
        self.racines = (elementaire.certificat, fort.certificat)
        self.autorites = tuple(autorite.certificat for autorite in self._autorites.values())
        hier = self._maintenant - timedelta(days=1)
        # Séries connues d'avance : la liste de révocation est complète avant que ces certificats existent.
        self._revoques = {self._serie(nom, Variante.REVOQUE): hier for nom in (*PROFILS, *map(_tierce, range(TIERCES)))}
        self._revoques_crl = {self._serie("revoque-crl", Variante.VALIDE): hier}
        self._revoques_ocsp = {self._serie("revoque-ocsp", Variante.VALIDE): hier}
        self.racines_pem = dossier / "racines.pem"
        ecrire_prive(self.racines_pem, b"".join(map(_pem, self.racines)))
        self._ecrire_confiance()

    @classmethod
    def creer(cls, dossier: Path, *, url_publication: str | None = None, maintenant: datetime | None = None) -> IgcTest:
        """IGC neuve ; `url_publication` (http://…) est inscrite dans les certificats pour la CRL et l'OCSP."""
        return cls(dossier, url_publication, maintenant)

    # -- émission ----------------------------------------------------------------------------------------------

    def identifiants(
        self, nom: str, variante: Variante | str = Variante.VALIDE, *, cn: str | None = None
    ) -> Identifiants:
        """Certificat d'un profil ; `cn` remplace le nom commun (un `Insi-Auto` mal écrit, par exemple)."""
        if nom not in PROFILS:
            raise KeyError(f"profil de certificat inconnu : {nom!r} (connus : {', '.join(PROFILS)})")
        profil = PROFILS[nom]
        sujet = tuple(
            (oid, cn if cn is not None and oid == NameOID.COMMON_NAME else texte) for oid, texte in profil.sujet
        )
        profil = Profil(profil.usage, profil.autorite, sujet, profil.rsa)
        return self._obtenir(nom if cn is None else f"{nom}-{_fichier(cn)}", profil, Variante(variante), ())

    def emettre_professionnel(
        self, professionnel: Professionnel, usage: Usage, variante: Variante | str = Variante.VALIDE
    ) -> Identifiants:
        """Certificat de carte d'un professionnel quelconque."""
        nom = f"{usage.value}-{professionnel.identifiant_national}"
        return self._obtenir(nom, personne(professionnel, usage), Variante(variante), ())

    def emettre_structure(
        self, rang: int, nom: str, identifiant_national: str, variante: Variante | str = Variante.VALIDE
    ) -> Identifiants:
        """Certificat d'authentification d'une structure tierce ; `rang` : sa place, de 0 à `TIERCES` exclu.

        Révoqué, il l'est depuis le démarrage de l'IGC : un client qui garde une CRL encore valable l'y trouve.
        """
        if not 0 <= rang < TIERCES:
            raise ValueError(f"rang de structure tierce : de 0 à {TIERCES - 1}")
        sujet = (
            (NameOID.COUNTRY_NAME, "FR"),
            (NameOID.ORGANIZATION_NAME, nom),
            (NameOID.ORGANIZATIONAL_UNIT_NAME, identifiant_national),
            (NameOID.COMMON_NAME, nom),
        )
        profil = Profil(Usage.AUTHENTIFICATION, "organisations", sujet)
        forme = Forme(serie=self._serie(_tierce(rang), Variante(variante)))
        return self._obtenir(f"{_tierce(rang)}-{_fichier(identifiant_national)}", profil, Variante(variante), (), forme)

    def serveur(
        self, noms: Sequence[str] | None = None, variante: Variante | str = Variante.VALIDE, *, cle_rsa: bool = False
    ) -> Identifiants:
        """Certificat de serveur ; sans noms, ceux de la boucle locale et des services imités."""
        retenus = tuple(NOMS_DE_SERVEUR if noms is None else noms)
        sujet = (
            (NameOID.COUNTRY_NAME, "FR"),
            (NameOID.ORGANIZATION_NAME, "BANC SONS - SERVEUR DE TEST"),
            (NameOID.COMMON_NAME, retenus[0]),
        )
        profil = Profil(Usage.SERVEUR, "organisations", sujet, cle_rsa)
        suffixe = "" if noms is None else "-" + sha256("|".join(retenus).encode()).hexdigest()[:8]
        return self._obtenir(f"serveur{'-rsa' if cle_rsa else ''}{suffixe}", profil, Variante(variante), retenus)

    def serveur_particulier(
        self,
        nom: str,
        noms: Sequence[str],
        cle: ClePrivee,
        variante: Variante | str = Variante.VALIDE,
        *,
        gamme: str = "organisations",
        publication: Publication = PUBLICATION,
        revoque_par: str = "",
    ) -> Identifiants:
        """Certificat de serveur sur une clé donnée, que plusieurs se partagent : une clé RSA coûte cher à tirer.

        `gamme` : code de l'autorité (`organisations`, `personnes`, `fort_organisations`). `revoque_par` : `crl` ou
        `ocsp`, révoqué là seulement ; deux certificats d'une IGC ne peuvent pas porter la même de ces révocations.
        """
        sujet = (
            (NameOID.COUNTRY_NAME, "FR"),
            (NameOID.ORGANIZATION_NAME, "BANC SONS - SERVEUR DE TEST"),
            (NameOID.COMMON_NAME, noms[0]),
        )
        profil = Profil(Usage.SERVEUR, gamme, sujet)
        serie = self._serie(f"revoque-{revoque_par}", Variante.VALIDE) if revoque_par else None
        forme = Forme(cle, publication, serie)
        return self._obtenir(nom, profil, Variante(variante), tuple(noms), forme)

    def _autorite(self, code: str) -> Autorite:
        """Autorité de ce code ; celle d'une autre gamme n'est créée que si on la demande."""
        with self._verrou:
            if code == "fort_organisations" and code not in self._autorites:
                ajoutee = Autorite.creer(code, "TEST AC IGC-SANTE FORT ORGANISATIONS", self._fort, *self._bornes)
                # Un dictionnaire neuf : un autre fil peut être en train de parcourir l'ancien.
                self._autorites = {**self._autorites, code: ajoutee}
            return self._autorites[code]

    def _obtenir(
        self, nom: str, profil: Profil, variante: Variante, noms: tuple[str, ...], forme: Forme | None = None
    ) -> Identifiants:
        complet = nom if variante is Variante.VALIDE else f"{nom}-{variante.value}"
        with self._verrou:
            if complet not in self._caches:
                self._caches[complet] = self._emettre(nom, complet, profil, variante, noms, forme or Forme())
            return self._caches[complet]

    def _emettre(
        self, nom: str, complet: str, profil: Profil, variante: Variante, noms: tuple[str, ...], forme: Forme
    ) -> Identifiants:
        cle = forme.cle or (self._prendre_cle_rsa() if profil.rsa else ec.generate_private_key(ec.SECP256R1()))
        autorite = self._etrangere if variante is Variante.AUTRE_AUTORITE else self._autorite(profil.autorite)
        sujet = x509.Name([x509.NameAttribute(oid, texte) for oid, texte in profil.sujet])
        debut, fin = self._validite(variante)
        signataire: ClePrivee = cle if variante is Variante.AUTO_SIGNE else autorite.cle
        constructeur = (
            x509.CertificateBuilder()
            .subject_name(sujet)
            .issuer_name(sujet if variante is Variante.AUTO_SIGNE else autorite.certificat.subject)
            .public_key(cle.public_key())
            .serial_number(forme.serie or self._serie(nom, variante))
            .not_valid_before(debut)
            .not_valid_after(fin)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage_de_cle(profil.usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(cle.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signataire.public_key()), critical=False)
        )
        etendu = {
            Usage.AUTHENTIFICATION: ExtendedKeyUsageOID.CLIENT_AUTH,
            Usage.SERVEUR: ExtendedKeyUsageOID.SERVER_AUTH,
        }
        if profil.usage in etendu:
            constructeur = constructeur.add_extension(x509.ExtendedKeyUsage([etendu[profil.usage]]), critical=False)
        if noms:
            constructeur = constructeur.add_extension(
                x509.SubjectAlternativeName(list(map(nom_alternatif, noms))), critical=False
            )
        if self.url_publication and variante is not Variante.AUTO_SIGNE:
            constructeur = publier(constructeur, self.url_publication, autorite.code, forme.publication)
        certificat = constructeur.sign(signataire, hashes.SHA256())
        self._emis[certificat.serial_number] = certificat
        if variante is Variante.REVOQUE and certificat.serial_number not in self._revoques:
            self.revoquer(certificat)
        chaine = () if variante is Variante.AUTO_SIGNE else (autorite.certificat,)
        return Identifiants.ecrire(self.dossier, complet, certificat, cle, chaine)

    def _validite(self, variante: Variante) -> tuple[datetime, datetime]:
        jour, maintenant = timedelta(days=1), self._maintenant
        if variante is Variante.EXPIRE:
            return maintenant - 20 * jour, maintenant - jour
        if variante is Variante.PAS_ENCORE_VALIDE:
            return maintenant + jour, maintenant + _TROIS_ANS
        return maintenant - jour, maintenant + _TROIS_ANS

    def _serie(self, nom: str, variante: Variante) -> int:
        condense = sha256(self._graine + f"{nom}/{variante.value}".encode()).digest()
        return int.from_bytes(b"\x01" + condense[:15], "big")

    def _prendre_cle_rsa(self) -> rsa.RSAPrivateKey:
        return self._cles_rsa.pop().result() if self._cles_rsa else _cle_rsa()

    # -- confiance et révocation -------------------------------------------------------------------------------

    def anomalies(
        self, certificat: x509.Certificate, *, instant: datetime | None = None, usage: Usage | None = None
    ) -> list[str]:
        """Ce qui empêche de s'y fier, en français ; liste vide si rien. `usage` : ce que le service en attend."""
        quand = instant or datetime.now(UTC)
        anomalies = []
        emetteur = next((autorite for autorite in self._autorites.values() if autorite.a_emis(certificat)), None)
        if emetteur is None:
            anomalies.append(f"autorité inconnue : {certificat.issuer.rfc4514_string()}")
        elif certificat.serial_number in self._revoques:
            anomalies.append("certificat révoqué")
        if quand < certificat.not_valid_before_utc:
            anomalies.append(f"certificat pas encore valable (à partir du {certificat.not_valid_before_utc:%d/%m/%Y})")
        if quand > certificat.not_valid_after_utc:
            anomalies.append(f"certificat expiré depuis le {certificat.not_valid_after_utc:%d/%m/%Y}")
        if usage is not None and not convient(certificat, usage):
            anomalies.append(f"usage de clé : {usage.value} attendu, le certificat ne le permet pas")
        return anomalies

    def est_revoque(self, certificat: x509.Certificate) -> bool:
        """Vrai si une autorité du banc a révoqué ce certificat."""
        return certificat.serial_number in self._revoques and any(
            a.a_emis(certificat) for a in self._autorites.values()
        )

    def revoquer(self, certificat: x509.Certificate) -> None:
        """Révoque dès maintenant : CRL, OCSP et serveurs en cours le savent au retour."""
        with self._verrou:
            self._revoques[certificat.serial_number] = self._maintenant
            self._numero_crl += 1
            self._ecrire_confiance()
            abonnes = list(self._abonnes)
        for prevenir in abonnes:
            prevenir()

    def crl(self, code: str, *, expiree: bool = False) -> bytes:
        """CRL en DER de l'autorité de ce code (`organisations`, `personnes`) ; `KeyError` sinon.

        `expiree` : la même liste, dont la prochaine mise à jour est passée depuis trente jours.
        """
        with self._verrou:
            autorite = self._autorites[code]
            # Chaque liste est datée après la précédente : OpenSSL retient la plus récente.
            instant = self._maintenant - timedelta(hours=12) + timedelta(seconds=self._numero_crl)
            revoques = {**self._revoques_crl, **self._revoques}
            return autorite.crl(
                revoques.items(), instant - timedelta(days=60) if expiree else instant, self._numero_crl
            )

    def autorite_der(self, code: str) -> bytes:
        """Certificat en DER de l'autorité de ce code."""
        return self._autorites[code].certificat.public_bytes(serialization.Encoding.DER)

    def repondre_ocsp(self, demande_der: bytes) -> bytes:
        """Réponse OCSP en DER."""
        with self._verrou:
            revoques = {**self._revoques_ocsp, **self._revoques}
            return repondre_ocsp(demande_der, self._autorites.values(), self._emis, revoques, self._maintenant)

    def abonner(self, prevenir: Callable[[], None]) -> None:
        """Appelle cette fonction après chaque révocation."""
        with self._verrou:
            self._abonnes.append(prevenir)

    @property
    def confiance_pem(self) -> Path:
        """Racines, intermédiaires et CRL : ce qu'un serveur du banc charge pour juger un client."""
        return self.dossier / "confiance.pem"

    def _ecrire_confiance(self) -> None:
        listes = [
            x509.load_der_x509_crl(self.crl(code)).public_bytes(serialization.Encoding.PEM) for code in self._autorites
        ]
        ecrire_prive(self.confiance_pem, b"".join([*map(_pem, (*self.racines, *self.autorites)), *listes]))

    def contexte_client(self, identifiants: Identifiants | None = None, *, verifier: bool = True) -> ssl.SSLContext:
        """Contexte TLS d'un client d'essai qui se fie aux racines du banc."""
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if verifier:
            contexte.load_verify_locations(self.racines_pem)
        else:
            contexte.check_hostname = False
            contexte.verify_mode = ssl.CERT_NONE
        if identifiants is not None:
            contexte.load_cert_chain(identifiants.chemin_pem, identifiants.chemin_cle)
        return contexte

    def fermer(self) -> None:
        """Attend la fin des clés RSA en préparation."""
        self._fils.shutdown(wait=True, cancel_futures=True)


def _tierce(rang: int) -> str:
    return f"structure-tierce-{rang}"


def _cle_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _pem(certificat: x509.Certificate) -> bytes:
    return certificat.public_bytes(serialization.Encoding.PEM)


def _fichier(texte: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9_-]', '_', texte)}-{sha256(texte.encode()).hexdigest()[:6]}"
