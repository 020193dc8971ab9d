"""Défauts de l'archive IHE_XDM d'un courriel : ses métadonnées, sa disposition, son enveloppe zip."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.mutations import Mutation, Valeur

_FICHE = "//ExtrinsicObject"
_PATIENT = f"{_FICHE}/ExternalIdentifier[@identificationScheme='{s.PATIENT_ID}']"
_UNIQUES = f"//ExternalIdentifier[@identificationScheme='{s.UNIQUE_ID}' or @identificationScheme='{s.LOT_UNIQUE_ID}']"


def _metadonnee(description: str, cible: str, geste: str, valeur: Valeur = "") -> Mutation:
    return Mutation(description, "mss_metadata", cible, geste, valeur)


METADONNEES: dict[str, Mutation] = {
    "mss_metadata_code_sans_libelle": _metadonnee(
        "Les codes de METADATA.XML n'ont pas de libellé.", f"{_FICHE}/Classification/Name", "retirer"
    ),
    "mss_metadata_hash_mal_forme": _metadonnee(
        "Le condensat de METADATA.XML n'est pas un SHA-1.", f"{_FICHE}/Slot[@name='hash']//Value", "remplacer", "md5"
    ),
    "mss_metadata_hors_schema": _metadonnee(
        "Un Slot de METADATA.XML n'a pas de liste de valeurs.",
        "//ExtrinsicObject/Slot[@name='sourcePatientInfo']/ValueList",
        "retirer",
    ),
    "mss_metadata_association_sans_id": _metadonnee(
        "L'association du document au lot n'a pas d'identifiant.", "//Association/@id", "retirer"
    ),
    "mss_metadata_meme_unique_id": _metadonnee(
        "Le lot et le document ont le même uniqueId.", f"{_UNIQUES}/@value", "remplacer", "1.2.250.1.213.99.5.1"
    ),
    "mss_metadata_identifiant_perdu": _metadonnee(
        "Un identifiant externe renvoie à un objet qui n'existe pas.",
        f"{_FICHE}/ExternalIdentifier/@registryObject",
        "remplacer",
        "ailleurs",
    ),
    "mss_metadata_racine_autre": _metadonnee(
        "METADATA.XML n'est pas un SubmitObjectsRequest.", "/SubmitObjectsRequest", "renommer", "AdhocQueryResponse"
    ),
    "mss_metadata_patient_sans_autorite": _metadonnee(
        "patientId n'est que le matricule.", f"{_PATIENT}/@value", "remplacer", lambda cx: cx.partition("^")[0]
    ),
    "mss_metadata_nature_autre": _metadonnee(
        "METADATA.XML dit que le CDA est un PDF.", f"{_FICHE}/@mimeType", "remplacer", "application/pdf"
    ),
    "mss_metadata_sans_fiche": _metadonnee("METADATA.XML ne décrit aucun document.", _FICHE, "retirer"),
}

Fichiers = dict[str, bytes]


def _sans_annexes(fichiers: Fichiers) -> Fichiers:
    return {nom: octets for nom, octets in fichiers.items() if nom not in ("INDEX.HTM", "README.TXT")}


def _a_plat(fichiers: Fichiers) -> Fichiers:
    return {nom.rpartition("/")[2]: octets for nom, octets in fichiers.items()}


def _montante(fichiers: Fichiers) -> Fichiers:
    return {**fichiers, "../NOTES.TXT": b"hors de l'archive\r\n"}


DISPOSITIONS: Mapping[str, Callable[[Fichiers], Fichiers]] = {
    "mss_archive_sans_annexes": _sans_annexes,
    "mss_archive_a_plat": _a_plat,
    "mss_archive_nom_montant": _montante,
}


def _tronquer(octets: bytes) -> bytes:
    return octets[: len(octets) // 2]


def _chiffrer(octets: bytes) -> bytes:
    """Annonce chaque fichier chiffré : bit 0 des drapeaux, dans l'en-tête local et dans le répertoire."""
    return _drapeaux(_drapeaux(octets, b"PK\x03\x04", 6), b"PK\x01\x02", 8)


def _drapeaux(octets: bytes, signature: bytes, place: int) -> bytes:
    sortie, debut = bytearray(octets), octets.find(signature)
    while debut >= 0:
        sortie[debut + place] |= 1
        debut = octets.find(signature, debut + 4)
    return bytes(sortie)


def _crc_faux(octets: bytes) -> bytes:
    """Le CRC du dernier fichier est faux des deux côtés : seule sa décompression le dit."""
    sortie = bytearray(octets)
    for signature, place in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        sortie[octets.rfind(signature) + place] ^= 0xFF
    return bytes(sortie)


def _en_tetes_contraires(octets: bytes) -> bytes:
    """Le dernier en-tête local nomme un autre fichier que le répertoire."""
    sortie = bytearray(octets)
    sortie[octets.rfind(b"PK\x03\x04") + 30] = ord("X")
    return bytes(sortie)


ENVELOPPES: Mapping[str, Callable[[bytes], bytes]] = {
    "mss_archive_tronquee": _tronquer,
    "mss_archive_chiffree": _chiffrer,
    "mss_archive_crc_faux": _crc_faux,
    "mss_archive_en_tetes_contraires": _en_tetes_contraires,
}

CONDUITE: dict[str, str] = {
    "mss_archive_sans_annexes": "L'archive n'a ni INDEX.HTM ni README.TXT.",
    "mss_archive_a_plat": "Les fichiers de l'archive ne sont pas dans IHE_XDM/SUBSET01.",
    "mss_archive_nom_montant": "Un nom de fichier sort de l'archive.",
    "mss_archive_lien": "L'archive porte un lien symbolique.",
    "mss_archive_tronquee": "L'archive est coupée.",
    "mss_archive_chiffree": "L'archive est annoncée chiffrée.",
    "mss_archive_crc_faux": "Le contrôle d'un fichier de l'archive est faux.",
    "mss_archive_en_tetes_contraires": "Un fichier de l'archive a deux noms.",
}


def lien() -> zipfile.ZipInfo:
    """Une entrée de l'archive qui est un lien symbolique (mode Unix 0o120777)."""
    entree = zipfile.ZipInfo("LIEN.TXT")
    entree.create_system = 3
    entree.external_attr = 0o120777 << 16
    return entree
