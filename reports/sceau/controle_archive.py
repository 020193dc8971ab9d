"""L'enveloppe du dossier : fichiers attendus, empreintes, signature, certificat. Rien de la campagne ici."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.cles import (
    PUBLIQUES,
    CleRefusee,
    admettre,
    algorithme,
    empreinte,
    lire_certificats,
    mene_a,
    nom_du,
    pem,
    pem_publique,
    perime,
    verifier_signature,
)
from reports.sceau.contenu import FIXES
from reports.sceau.manifeste import NOM as MANIFESTE
from reports.sceau.manifeste import encadrer
from reports.sceau.ouverture import ArchiveScellee, membre_attendu
from reports.sceau.zip_canonique import DEFLATE, STOCKE, Place

LISEZMOI, EMPREINTES, HORODATAGE = "LISEZMOI.txt", "empreintes.sha256", "horodatage.tsr"
CERTIFICAT, CLE_PUBLIQUE = "certificat.pem", "cle-publique.pem"
_HORS_MANIFESTE = (MANIFESTE, HORODATAGE)
_RENVOYER = "demander à l'éditeur un dossier intact : celui-ci a changé depuis son scellement"


def controler_membres(archive: ArchiveScellee) -> Iterator[Anomalie]:
    """Les fichiers que le manifeste annonce, dans cet ordre, et eux seuls."""
    sujets = archive.enveloppe.sujets
    presents = [place.nom for place in archive.zip.places]
    for nom in sujets.keys() - set(presents):
        yield Anomalie(Domaine.STRUCTURE, f"{nom} : annoncé au manifeste, absent", nom, a_faire=_RENVOYER)
    for nom in dict.fromkeys(presents):
        if nom not in sujets and nom not in _HORS_MANIFESTE:
            yield Anomalie(Domaine.STRUCTURE, f"{nom} : présent, le manifeste ne l'annonce pas ; ajouté", nom)
        elif not membre_attendu(nom):
            yield Anomalie(Domaine.STRUCTURE, f"{nom} : n'a rien à faire dans un dossier scellé", nom)
    for nom in (LISEZMOI, EMPREINTES, *FIXES):
        if nom not in sujets:
            yield Anomalie(Domaine.STRUCTURE, f"{nom} : tout dossier le contient, le manifeste ne l'annonce pas", nom)
    if [nom for nom in presents if nom in sujets] != [nom for nom in sujets if nom in presents]:
        yield Anomalie(Domaine.STRUCTURE, "les fichiers de l'archive ne sont pas dans l'ordre du manifeste")


def controler_empreintes(archive: ArchiveScellee) -> tuple[dict[str, str], list[Anomalie]]:
    """Décompresse chaque membre ; rend son empreinte, et tout ce qui n'est pas ce que le manifeste annonce."""
    calculees: dict[str, str] = {}
    anomalies: list[Anomalie] = []
    for place in archive.zip.places:
        sujet = archive.enveloppe.sujets.get(place.nom)
        try:
            sha256, ecarts = _mesurer(archive, place, sujet)
        except DossierIllisible as erreur:
            anomalies.append(Anomalie(Domaine.EMPREINTES, str(erreur), place.nom, a_faire=_RENVOYER))
            continue
        calculees.setdefault(place.nom, sha256)
        anomalies += [
            Anomalie(Domaine.EMPREINTES, f"{place.nom} : {quoi}", place.nom, attendu=a, recu=r, a_faire=_RENVOYER)
            for quoi, a, r in ecarts
        ]
    return calculees, anomalies


def _mesurer(
    archive: ArchiveScellee, place: Place, sujet: Mapping[str, Any] | None
) -> tuple[str, list[tuple[str, str, str]]]:
    crc, taille, hache = 0, 0, hashlib.sha256()
    for bloc in archive.zip.contenu(place):
        crc, taille = zlib.crc32(bloc, crc), taille + len(bloc)
        hache.update(bloc)
    ecarts: list[tuple[str, str, str]] = []
    if sujet is not None:
        notes = sujet["annotations"]
        if hache.hexdigest() != sujet["digest"]["sha256"]:
            ecarts.append(("contenu modifié", f"SHA-256 {sujet['digest']['sha256']}", f"SHA-256 {hache.hexdigest()}"))
        if taille != notes["taille"]:
            ecarts.append(("taille", str(notes["taille"]), str(taille)))
        deflate = notes.get("deflate")
        if place.methode != (DEFLATE if deflate else STOCKE):
            ecarts.append(("méthode de compression", "deflate" if deflate else "aucune", str(place.methode)))
        elif deflate:
            comprime = hashlib.sha256()
            for bloc in archive.zip.brut(place):
                comprime.update(bloc)
            if comprime.hexdigest() != deflate["sha256"]:
                ecarts.append(("flux comprimé modifié", deflate["sha256"], comprime.hexdigest()))
    if crc != place.crc:
        ecarts.append(("CRC-32 : le contenu ou son en-tête a changé", f"{place.crc:08x}", f"{crc:08x}"))
    if taille != place.taille:
        ecarts.append(("taille de l'en-tête", str(place.taille), str(taille)))
    return hache.hexdigest(), ecarts


def controler_liste(archive: ArchiveScellee) -> Iterator[Anomalie]:
    """`empreintes.sha256` redit le manifeste."""
    voulue = "".join(
        f"{sujet['digest']['sha256']}  {nom}\n" for nom, sujet in archive.enveloppe.sujets.items() if nom != EMPREINTES
    )
    try:
        lue = archive.octets(EMPREINTES)
    except DossierIllisible as erreur:
        yield Anomalie(Domaine.EMPREINTES, str(erreur), EMPREINTES)
        return
    if lue != voulue.encode():
        yield Anomalie(Domaine.EMPREINTES, f"{EMPREINTES} : la liste n'est pas celle du manifeste", EMPREINTES)


@dataclass(frozen=True, slots=True)
class Signataire:
    """Qui a signé, pour autant qu'on le sache. `confiance` : pourquoi s'y fier, vide si rien ne le permet."""

    empreinte: str
    algorithme: str
    titulaire: str = ""
    ephemere: bool = False
    confiance: str = ""


def controler_signature(
    archive: ArchiveScellee,
    cle_attendue: str,
    autorites: tuple[x509.Certificate, ...],
    instant: dt.datetime,
) -> tuple[Signataire | None, list[Anomalie]]:
    """La signature, la clé attendue, le certificat à la date `instant` et sa chaîne."""
    anomalies: list[Anomalie] = []

    def refuser(message: str, membre: str = MANIFESTE, attendu: str = "", recu: str = "") -> None:
        anomalies.append(Anomalie(Domaine.SIGNATURE, message, membre, attendu=attendu, recu=recu, a_faire=_RENVOYER))

    try:
        cle, certificats = _lire_cle(archive)
    except (CleRefusee, DossierIllisible) as refus:
        refuser(f"clé publique : {refus}", CERTIFICAT if CERTIFICAT in archive.places else CLE_PUBLIQUE)
        return None, anomalies
    enveloppe, portee = archive.enveloppe, empreinte(cle)
    if not verifier_signature(cle, enveloppe.signature, encadrer(enveloppe.charge)):
        refuser("la signature du manifeste n'est pas celle de la clé portée par le dossier")
    annoncee = enveloppe.banc["cle"]["empreinte"]
    if not portee == enveloppe.empreinte_cle == annoncee:
        refuser("le manifeste n'annonce pas la clé que porte le dossier", attendu=annoncee, recu=portee)
    confiance = ""
    if cle_attendue:
        if normaliser_empreinte(cle_attendue) == portee:
            confiance = "la clé est celle attendue"
        else:
            refuser("ce dossier est signé par une autre clé que celle attendue", attendu=cle_attendue, recu=portee)
    if certificats and (defaut := perime(certificats[0], instant)):
        refuser(f"{defaut} (date retenue : {instant:%d/%m/%Y %H:%M} UTC)", CERTIFICAT)
    if autorites:
        defaut = mene_a(certificats, autorites, instant) if certificats else "le dossier ne porte aucun certificat"
        if defaut:
            refuser(f"l'autorité donnée ne garantit pas ce certificat : {defaut}", CERTIFICAT)
        else:
            confiance = "le certificat mène à l'autorité donnée"
    return (
        Signataire(
            portee,
            algorithme(cle),
            nom_du(certificats[0]) if certificats else "",
            bool(enveloppe.banc["cle"].get("faite_pour_ce_dossier")),
            confiance if not anomalies else "",
        ),
        anomalies,
    )


def _lire_cle(archive: ArchiveScellee) -> tuple[PUBLIQUES, tuple[x509.Certificate, ...]]:
    if CERTIFICAT in archive.places and CLE_PUBLIQUE in archive.places:
        raise CleRefusee("le dossier porte un certificat et une clé : un seul des deux est attendu")
    if CERTIFICAT in archive.places:
        octets = archive.octets(CERTIFICAT, 2**20)
        certificats = lire_certificats(octets)
        if b"".join(map(pem, certificats)) != octets:
            raise CleRefusee(f"{CERTIFICAT} n'est pas sous la forme que le banc écrit : un octet y a changé")
        return admettre(certificats[0].public_key()), certificats
    octets = archive.octets(CLE_PUBLIQUE, 2**20)
    try:
        cle = admettre(serialization.load_pem_public_key(octets))
    except ValueError as erreur:
        raise CleRefusee(f"clé publique PEM illisible ({erreur})") from erreur
    if pem_publique(cle) != octets:
        raise CleRefusee(f"{CLE_PUBLIQUE} n'est pas sous la forme que le banc écrit : un octet y a changé")
    return cle, ()


def normaliser_empreinte(texte: str) -> str:
    """Une empreinte telle qu'on la recopie : avec ou sans « SHA256: », deux-points, espaces, majuscules."""
    propre = texte.strip().lower().removeprefix("sha256:")
    return "".join(caractere for caractere in propre if caractere not in ": ")
