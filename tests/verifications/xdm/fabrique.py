"""Fabrique d'archives d'échange d'essai : un lot, un CDA, et de quoi changer chaque morceau."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field

from tests.verifications.cda.fabrique import cda
from tests.verifications.dmp.fabrique import FICHE, LOT, association, fiche, slot, unique_id

INDEX = b'<html xmlns="http://www.w3.org/1999/xhtml"><body><a href="IHE_XDM/SUBSET01/DOC0001.XML">CR</a></body></html>'
README = b"LABORATOIRE DU BANC\r\nIHE_XDM/SUBSET01\r\n"
DOSSIER = "IHE_XDM/SUBSET01/"


def empreinte(octets: bytes, uri: str) -> str:
    """Slots hash, size et URI d'un fichier."""
    sha1 = hashlib.sha1(octets, usedforsecurity=False).hexdigest()
    return slot("hash", sha1) + slot("size", str(len(octets))) + slot("URI", uri)


@dataclass(frozen=True)
class Piece:
    """Un document du lot : son fichier, ses octets, les morceaux de sa fiche à changer."""

    uri: str = "DOC0001.XML"
    octets: bytes = field(default_factory=cda)
    fiche: dict[str, str] = field(default_factory=dict)
    id: str = "Doc1"
    unique_id: str = "1.2.250.1.213.99.1.100.1"


def fiche_de(piece: Piece) -> str:
    """L'ExtrinsicObject d'une pièce."""
    morceaux = {"hash": empreinte(piece.octets, piece.uri), "uniqueId": unique_id(piece.unique_id), **piece.fiche}
    return fiche(**morceaux).replace("Doc1", piece.id)


def metadonnees(
    *pieces: Piece, lot: dict[str, str] | None = None, ajout: str = "", membres: str | None = None
) -> bytes:
    """Un METADATA.XML qui décrit ces pièces."""
    pieces = pieces or (Piece(),)
    m = {**LOT, **(lot or {})}
    liens = "".join(association("HasMember", "Lot1", p.id, SubmissionSetStatus="Original") for p in pieces)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><l:SubmitObjectsRequest '
        'xmlns:l="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0">'
        '<RegistryObjectList xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
        f'{"".join(map(fiche_de, pieces))}<RegistryPackage id="Lot1">{m["submissionTime"]}{m["author"]}'
        f"{m['contentTypeCode']}{m['patientId']}{m['sourceId']}{m['uniqueId']}</RegistryPackage>{m['classement']}"
        f"{liens if membres is None else membres}{ajout}{m['ajout']}</RegistryObjectList></l:SubmitObjectsRequest>"
    ).encode()


def arborescence(*pieces: Piece, **options: object) -> dict[str, bytes]:
    """Les fichiers d'une archive conforme, par nom ; `options` : celles de `metadonnees`."""
    pieces = pieces or (Piece(),)
    fichiers = {"INDEX.HTM": INDEX, "README.TXT": README}
    fichiers[f"{DOSSIER}METADATA.XML"] = metadonnees(*pieces, **options)  # type: ignore[arg-type]
    return fichiers | {DOSSIER + piece.uri: piece.octets for piece in pieces}


def zipper(fichiers: dict[str, bytes], methode: int = zipfile.ZIP_DEFLATED, *, dossiers: bool = False) -> bytes:
    """L'archive zip de ces fichiers, dates fixes ; `dossiers` : avec des entrées de dossier."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", methode) as archive:
        if dossiers:
            for nom in ("IHE_XDM/", DOSSIER):
                archive.writestr(zipfile.ZipInfo(nom, (2026, 11, 20, 9, 0, 0)), b"")
        for nom, octets in fichiers.items():
            information = zipfile.ZipInfo(nom, (2026, 11, 20, 9, 0, 0))
            information.compress_type = methode
            archive.writestr(information, octets)
    return sortie.getvalue()


def archive(*pieces: Piece, **options: object) -> bytes:
    """Une archive d'échange conforme, sauf ce que disent les pièces et les options."""
    return zipper(arborescence(*pieces, **options))


__all__ = ["DOSSIER", "FICHE", "LOT", "Piece", "arborescence", "archive", "fiche_de", "metadonnees", "zipper"]
