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
    """Un horodatage de la bonne signature.

    `verifie` : il est signé par les certificats qu'il porte ; `autorite_connue` : ils mènent à une autorité donnée par
    l'utilisateur. Sans celle-ci, son heure n'est qu'une affirmation.
    """

    instant: dt.datetime
    nom: str
    verifie: bool
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

    Sans `autorites`, une réponse qui porte sa racine est vérifiée par elle : juste en elle-même, de qui que ce soit. La
    plupart ne la portent pas : leur signature n'est alors pas vérifiée, et le résultat le dit.
    """
    lue = _decoder(reponse)
    _exiger_empreinte(lue, signature)
    try:
        portes = [x509.load_der_x509_certificate(der) for der in sorted(lue.signed_data.certificates)]
        (signature_tsa,) = lue.signed_data.signer_infos
    except ValueError as erreur:
        raise HorodatageRefuse(f"un seul signataire et des certificats lisibles sont attendus ({erreur})") from erreur
    racines = list(autorites) or [porte for porte in portes if porte.issuer == porte.subject]
    if racines:
        _verifier_signature(
            lue, signature, racines, "aux autorités données" if autorites else "à ses propres certificats"
        )
    designe = (signature_tsa.issuer, signature_tsa.serial_number)
    signataire = next((porte for porte in portes if (porte.issuer, porte.serial_number) == designe), None)
    nom = nom_du(signataire) if signataire else signature_tsa.issuer.rfc4514_string()
    return Horodatage(lue.tst_info.gen_time.astimezone(dt.UTC), nom, bool(racines), bool(autorites))


def _verifier_signature(
    lue: TimeStampResponse, signature: bytes, racines: Sequence[x509.Certificate], de_qui: str
) -> None:
    constructeur = VerifierBuilder()
    for racine in racines:
        constructeur = constructeur.add_root_certificate(racine)
    # Aucun certificat porté par la réponse n'est donné comme intermédiaire : la bibliothèque s'y fierait comme à une
    # racine. Elle les lit elle-même dans la réponse pour bâtir la chaîne.
    try:
        constructeur.build().verify_message(lue, signature)
    except (VerificationError, ValueError) as erreur:
        raise HorodatageRefuse(f"la signature de l'horodatage ne mène pas {de_qui} ({erreur})") from erreur


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
