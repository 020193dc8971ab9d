"""Structures tierces : leur identifiant contrôlé, et la porte HTTPS où elles se présentent par certificat."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from simulators.logiciel_temoin.acces_comptes import Compte, Comptes
from simulators.logiciel_temoin.acces_extensions import CREATIONS
from simulators.logiciel_temoin.acces_traces import tracer
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.erreurs import Enveloppe, Refus, fait
from simulators.logiciel_temoin.messagerie_revocation import ErreurRevocation, Revocation

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.parametres import Parametres
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

_LONGUEURS = {"finess_juridique": (9,), "finess_geographique": (9,), "siren": (9,), "siret": (14,), "rpps_rang": (14,)}
_PREFIXES = {"finess_juridique": "1", "finess_geographique": "1", "siren": "2", "siret": "3", "rpps_rang": "4"}
_LA_POSTE = "356000000"


def luhn(chiffres: str) -> bool:
    """Clé de Luhn."""
    somme = 0
    for rang, chiffre in enumerate(reversed(chiffres)):
        produit = int(chiffre) * (2 if rang % 2 else 1)
        somme += produit - 9 if produit > 9 else produit
    return somme % 10 == 0


def identifiant_valide(genre: str, valeur: str) -> bool:
    """Longueur et clé ; le FINESS corse a une lettre, que sa clé compte pour zéro."""
    if genre not in _LONGUEURS or len(valeur) not in _LONGUEURS[genre]:
        return False
    if genre.startswith("finess"):
        valeur = valeur.replace("A", "0", 1).replace("B", "0", 1) if valeur[:2] in ("2A", "2B") else valeur
    if not (valeur.isascii() and valeur.isdigit()):
        return False
    if genre == "siret" and valeur.startswith(_LA_POSTE) and sum(map(int, valeur)) % 5 == 0:
        return True
    return luhn(valeur[:11]) if genre == "rpps_rang" else luhn(valeur)


def creer(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """`creer_compte` pour une structure tierce."""
    if not (utilisateur.administrateur or utilisateur.super_utilisateur):
        raise Refus("Seul un administrateur déclare une structure tierce.")
    champs = p.objet("compte")
    porte = champs.get("identifiant_structure")
    if not isinstance(porte, dict):
        raise Refus("L'identifiant de la structure est obligatoire : FINESS, SIREN, SIRET ou RPPS-rang.")
    genre, valeur = str(porte.get("type") or ""), "".join(str(porte.get("valeur") or "").split())
    if labo.defaut("structure_finess_seul") and not genre.startswith("finess"):
        raise Refus("Une structure tierce s'identifie par son FINESS.")
    if labo.defaut("structure_finess_refuse") and genre.startswith("finess"):
        raise Refus("Le FINESS n'est pas un identifiant de structure tierce.")
    if labo.defaut("structure_rpps_rang_refuse") and genre == "rpps_rang":
        raise Refus("Le RPPS-rang n'est pas un identifiant de structure tierce.")
    if not identifiant_valide(genre, valeur) and not labo.defaut("structure_cle_non_controlee"):
        raise Refus(f"L'identifiant {valeur} n'est pas un {genre} valable.")
    garde = {
        "type": "finess_geographique" if labo.defaut("structure_type_perdu") else genre,
        "valeur": valeur[:-1] if labo.defaut("structure_identifiant_altere") else valeur,
    }
    compte = labo.comptes.creer({**champs, "population": "structure", "identifiant_structure": garde})
    tracer(labo, utilisateur.compte, "creation", compte)
    return fait(f"Structure {compte.nom or compte.identifiant} déclarée.", compte=compte.en_dict())


def identifiant_national(compte: Compte) -> str:
    """Identifiant national de structure, tel que son certificat le porte (OU du sujet)."""
    porte = compte.identifiant_structure or {}
    return f"{_PREFIXES.get(str(porte.get('type')), '')}{porte.get('valeur', '')}"


def lire_emetteur(certificat: x509.Certificate, reserve: urllib3.PoolManager) -> x509.Certificate:
    """L'autorité qui a signé, lue à l'adresse que le certificat donne ; `ValueError` si elle ne se lit pas."""
    try:
        acces = certificat.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound as erreur:
        raise ValueError("le certificat ne dit pas où lire son autorité") from erreur
    adresse = next(
        str(a.access_location.value) for a in acces if a.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    )
    try:
        emetteur = x509.load_der_x509_certificate(reserve.request("GET", adresse).data)
    except urllib3.exceptions.HTTPError as erreur:
        raise ValueError("l'autorité du certificat est illisible") from erreur
    certificat.verify_directly_issued_by(emetteur)
    return emetteur


class PorteStructures:
    """Le serveur HTTPS des structures ; ouvert à la première demande. Chaque connexion est jugée à neuf."""

    def __init__(self, comptes: Comptes, racines: Path, defauts: Defauts) -> None:
        self._comptes = comptes
        self._racines = racines
        self._defauts = defauts
        self._revocation = Revocation(defauts)
        self._reserve = urllib3.PoolManager(timeout=urllib3.Timeout(connect=1.0, read=2.0), retries=False)
        self._serveur: ThreadingHTTPServer | None = None
        self._verrou = threading.Lock()

    def ouvrir(self) -> str:
        """Adresse de la porte."""
        with self._verrou:
            if self._serveur is None:
                self._serveur = self._demarrer()
            return f"https://localhost:{self._serveur.server_address[1]}/structures/session"

    def configuration(self) -> str:
        """Extrait de la configuration."""
        autorites = x509.load_pem_x509_certificates(self._racines.read_bytes())
        noms = "\n".join(f"  - {autorite.subject.rfc4514_string()}" for autorite in autorites)
        return (
            f"acces_structures:\n  certificat_client: exigé\n  autorites_admises:\n{noms}\n"
            "  revocation: CRL du certificat, relue à chaque connexion ; OCSP en plus ; état inconnu : refus\n"
            "  identification: OU du sujet = identifiant national de structure d'un compte actif\n"
        )

    def fermer(self) -> None:
        if self._serveur is not None:
            self._serveur.shutdown()
            self._serveur.server_close()
        self._revocation.fermer()
        self._reserve.clear()

    def juger(self, der: bytes | None) -> tuple[int, dict[str, Any]]:
        """Statut HTTP et réponse, pour le certificat présenté."""
        if self._defauts.actif("structure_valide_refusee"):
            return 403, {"erreur": "accès refusé"}
        if self._defauts.actif("structure_sans_controle"):
            return 200, {"structure": "toutes"}
        if der is None:
            return (200, {"structure": ""}) if self._facultatif else (401, {"erreur": "certificat exigé"})
        certificat = x509.load_der_x509_certificate(der)
        if not self._defauts.actif("structure_revocation_ignoree"):
            try:
                self._revocation.controler(certificat, lire_emetteur(certificat, self._reserve))
            except (ErreurRevocation, ValueError) as erreur:
                return 403, {"erreur": str(erreur)}
        unites = certificat.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        porte = str(unites[0].value) if unites else ""
        compte = next(
            (c for c in self._comptes.tous("structure") if c.actif and identifiant_national(c) == porte), None
        )
        if compte is None and not self._defauts.actif("structure_inconnue_acceptee"):
            return 403, {"erreur": f"aucun compte pour la structure {porte or 'sans identifiant'}"}
        return 200, {"structure": porte, "compte": compte.compte_id if compte else ""}

    @property
    def _facultatif(self) -> bool:
        return self._defauts.actif("structure_certificat_facultatif")

    def _demarrer(self) -> ThreadingHTTPServer:
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexte.minimum_version = ssl.TLSVersion.TLSv1_2
        with TemporaryDirectory() as dossier:
            chemin = Path(dossier) / "serveur.pem"
            chemin.write_bytes(certificat_de_serveur())
            contexte.load_cert_chain(chemin)
        contexte.load_verify_locations(self._racines)
        sans = self._defauts.actif("structure_sans_controle")
        exige = ssl.CERT_OPTIONAL if self._facultatif else ssl.CERT_REQUIRED
        contexte.verify_mode = ssl.CERT_NONE if sans else exige
        serveur = _Serveur(contexte, self.juger)
        threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return serveur


class _Serveur(ThreadingHTTPServer):
    """La poignée de main se fait dans le fil de la connexion : une structure lente n'arrête pas les autres."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, contexte: ssl.SSLContext, juger: Callable[[bytes | None], tuple[int, dict[str, Any]]]) -> None:
        self.contexte = contexte
        self.juger = juger
        super().__init__(("127.0.0.1", 0), _Guichet)

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(10)
        try:
            with self.contexte.wrap_socket(request, server_side=True) as chiffre:
                super().finish_request(chiffre, client_address)
        except (OSError, ValueError):
            return


class _Guichet(BaseHTTPRequestHandler):
    server: _Serveur

    def do_GET(self) -> None:
        statut, objet = self.server.juger(self.connection.getpeercert(binary_form=True))
        octets = json.dumps(objet, ensure_ascii=False).encode()
        self.send_response(statut)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: Any) -> None:
        """Rien sur la sortie d'erreur."""


def certificat_de_serveur() -> bytes:
    """Clé et certificat auto-signé : un produit installé en aurait un de son établissement."""
    cle = ec.generate_private_key(ec.SECP256R1())
    nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    jour = timedelta(days=1)
    certificat = (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - jour)
        .not_valid_after(datetime.now(UTC) + 365 * jour)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(cle, hashes.SHA256())
    )
    prive = cle.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return prive + certificat.public_bytes(serialization.Encoding.PEM)


CREATIONS["structure"] = creer
