"""L'horodatage (RFC 3161) de la signature d'un dossier : demande, réponse, pose, vérification hors ligne."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    SignerInfo,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from reports.sceau.cles import nom_du
from reports.sceau.manifeste import NOM as MANIFESTE
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.zip_canonique import Extrait, Membre, ecrire, preparer

NOM = "horodatage.tsr"
_DELAI_S = 30
_REPONSE_MAX = 2**20
_HACHAGES = {"2.16.840.1.101.3.4.2.1": hashlib.sha256, "2.16.840.1.101.3.4.2.3": hashlib.sha512}


class HorodatageRefuse(Exception):
    """L'horodatage n'a pas été obtenu, ou n'est pas celui de cette signature ; le message dit pourquoi."""


@dataclass(frozen=True, slots=True)
class Horodatage:
    """Un horodatage vérifié. `autorite_connue` : sa chaîne mène à une autorité que l'utilisateur a donnée."""

    instant: dt.datetime
    nom: str
    autorite_connue: bool


def demander(signature: bytes) -> bytes:
    """La demande d'horodatage (.tsq) de cette signature ; sans aléa : elle se refait à l'identique."""
    return TimestampRequestBuilder(signature, HashAlgorithm.SHA256, nonce=False, cert_req=True).build().as_bytes()


def interroger(url: str, demande: bytes) -> bytes:
    """Envoie la demande à un serveur d'horodatage et rend sa réponse (.tsr)."""
    if not url.lower().startswith(("http://", "https://")):
        raise HorodatageRefuse(f"serveur d'horodatage : une adresse http:// ou https:// est attendue, reçu {url!r}")
    requete = urllib.request.Request(
        url,
        data=demande,
        headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
    )
    try:
        with urllib.request.urlopen(requete, timeout=_DELAI_S) as reponse:
            octets: bytes = reponse.read(_REPONSE_MAX + 1)
    except (urllib.error.URLError, OSError, ValueError) as erreur:
        raise HorodatageRefuse(f"serveur d'horodatage {url} : pas de réponse utilisable ({erreur})") from erreur
    if len(octets) > _REPONSE_MAX:
        raise HorodatageRefuse(f"serveur d'horodatage {url} : réponse de plus de {_REPONSE_MAX} octets")
    return octets


def verifier(reponse: bytes, signature: bytes, autorites: Sequence[x509.Certificate] = ()) -> Horodatage:
    """Vérifie une réponse pour cette signature ; `HorodatageRefuse` si elle ne vaut pas.

    Sans `autorites`, les certificats que la réponse porte font foi : elle est juste en elle-même, de qui que ce soit.
    """
    lue = _decoder(reponse)
    _exiger_empreinte(lue, signature)
    portes = [x509.load_der_x509_certificate(der) for der in sorted(lue.signed_data.certificates)]
    racines = list(autorites) or _sommets(portes)
    if not racines:
        raise HorodatageRefuse("la réponse ne porte aucun certificat : donner l'autorité qui horodate")
    constructeur = VerifierBuilder()
    for racine in racines:
        constructeur = constructeur.add_root_certificate(racine)
    # Aucun certificat porté par la réponse n'est donné comme intermédiaire : la bibliothèque s'y fierait comme à une
    # racine. Elle les lit elle-même dans la réponse pour bâtir la chaîne.
    try:
        constructeur.build().verify_message(lue, signature)
    except (VerificationError, ValueError) as erreur:
        de_qui = "aux autorités données" if autorites else "à ses propres certificats"
        raise HorodatageRefuse(f"la signature de l'horodatage ne mène pas {de_qui} ({erreur})") from erreur
    (signature_tsa,) = lue.signed_data.signer_infos
    signataire = next(
        (porte for porte in portes if (porte.issuer, porte.serial_number) == _designation(signature_tsa)), racines[0]
    )
    return Horodatage(lue.tst_info.gen_time.astimezone(dt.UTC), nom_du(signataire), bool(autorites))


def _decoder(reponse: bytes) -> TimeStampResponse:
    try:
        lue = decode_timestamp_response(reponse)
        if PKIStatus(lue.status) is not PKIStatus.GRANTED:
            raise HorodatageRefuse(
                f"le serveur a refusé d'horodater : état {PKIStatus(lue.status).name}, {' '.join(lue.status_string)}"
            )
        canonique = lue.as_bytes()
    except (ValueError, TypeError) as erreur:
        raise HorodatageRefuse(f"réponse d'horodatage illisible ({erreur})") from erreur
    if canonique != reponse:
        raise HorodatageRefuse("réponse d'horodatage : des octets en trop, ou un codage qui n'est pas du DER")
    return lue


def _exiger_empreinte(lue: TimeStampResponse, signature: bytes) -> None:
    portee = lue.tst_info.message_imprint
    hachage = _HACHAGES.get(portee.hash_algorithm.dotted_string)
    if hachage is None:
        raise HorodatageRefuse(
            "l'horodatage porte une empreinte d'un algorithme non admis (SHA-256 ou SHA-512 attendu)"
        )
    if portee.message != hachage(signature).digest():
        raise HorodatageRefuse("l'horodatage est celui d'une autre signature que celle de ce dossier")


def _designation(signature_tsa: SignerInfo) -> tuple[x509.Name, int]:
    """Le certificat que la signature de l'horodatage désigne."""
    return signature_tsa.issuer, signature_tsa.serial_number


def _sommets(portes: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Les certificats portés dont l'émetteur n'est pas porté, ou qui s'émettent eux-mêmes."""
    sujets = [porte.subject for porte in portes]
    return [porte for porte in portes if porte.issuer == porte.subject or porte.issuer not in sujets]


def poser(dossier: Path, reponse: bytes, autorites: Sequence[x509.Certificate] = ()) -> Horodatage:
    """Ajoute l'horodatage à un dossier déjà scellé, après l'avoir vérifié ; rien d'autre n'y change."""
    with dossier.open("rb") as fichier:
        archive = ArchiveScellee(fichier)
        pose = verifier(reponse, archive.enveloppe.signature, autorites)
        membres: list[Membre] = []
        for place in archive.zip.places:
            if place.nom == NOM:
                continue
            extrait = Extrait(dossier, place.debut)
            membres.append(
                Membre(place.nom, place.methode, place.crc, place.taille, "", place.comprime_taille, "", extrait)
            )
            if place.nom == MANIFESTE:
                membres.append(preparer(NOM, reponse))
    with tempfile.TemporaryDirectory(prefix=".scellement-", dir=dossier.parent) as atelier:
        neuf = Path(atelier) / "dossier.zip"
        with neuf.open("wb") as sortie:
            ecrire(sortie, membres)
        neuf.chmod(0o644)
        neuf.replace(dossier)
    return pose
