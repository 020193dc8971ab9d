"""Archives jointes abîmées ou hostiles (§ 18 de notre relevé) : le logiciel doit refuser clairement, sans rien perdre.

Elles restent petites : la bombe se décompresse à 105 Mo, bornée exprès.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from itertools import pairwise

from simulators.mssante.courriels.archive import DOSSIER, zipper
from simulators.mssante.courriels.catalogue import matiere
from simulators.mssante.courriels.composition import Courriel, Envoi, Transmission
from simulators.mssante.courriels.modele import BIOLOGIE, DocumentJoint

_CDA, _METADONNEES = f"{DOSSIER}DOC0001.XML", f"{DOSSIER}METADATA.XML"
_BOMBE = 100 * 2**20
_NOMS = "xyzuvwt"
_ENTITES = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">' + b"".join(
    f'<!ENTITY {nom} "{f"&{avant};" * 10}">'.encode() for avant, nom in pairwise(_NOMS)
)  # fmt: skip
"""Chaque entité vaut dix fois la précédente."""

_EXTERNE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


def _fichiers(octets: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return {information.filename: archive.read(information) for information in archive.infolist()}


def _avec(envoi: Envoi, changer: Callable[[bytes], bytes]) -> Courriel:
    """Le compte rendu, dont l'archive est changée."""
    document: DocumentJoint = envoi.document(BIOLOGIE)
    octets = changer(envoi.archive([document]))
    return Transmission(envoi, [document], octets_archive=octets).courriel()


def _refaire(envoi: Envoi, changer: Callable[[dict[str, bytes]], None]) -> Courriel:
    def refaire(octets: bytes) -> bytes:
        fichiers = _fichiers(octets)
        changer(fichiers)
        return zipper(fichiers, envoi.instant)

    return _avec(envoi, refaire)


def _renommee(envoi: Envoi, nom: str) -> Courriel:
    return _refaire(envoi, lambda fichiers: fichiers.update({nom: b"hors de l'archive"}))


@matiere("archive_remonte", "Un nom de fichier remonte hors de l'archive (../).", conforme=False)
def archive_remonte(envoi: Envoi) -> Courriel:
    return _renommee(envoi, "IHE_XDM/../../../BANC.TXT")


@matiere("archive_absolue", "Un nom de fichier absolu.", conforme=False)
def archive_absolue(envoi: Envoi) -> Courriel:
    return _renommee(envoi, "/BANC.TXT")


@matiere("archive_lecteur", "Un nom de fichier avec lettre de lecteur et antislash.", conforme=False)
def archive_lecteur(envoi: Envoi) -> Courriel:
    return _renommee(envoi, "C:\\BANC.TXT")


@matiere("archive_noms_longs", "Document nommé DOC00001.XML : le terrain s'en sert, les lecteurs l'admettent.")
def archive_noms_longs(envoi: Envoi) -> Courriel:
    def renommer(fichiers: dict[str, bytes]) -> None:
        fichiers[f"{DOSSIER}DOC00001.XML"] = fichiers.pop(_CDA)
        fichiers[_METADONNEES] = fichiers[_METADONNEES].replace(b"DOC0001.XML", b"DOC00001.XML")

    return _refaire(envoi, renommer)


@matiere("archive_nom_capitales", "Archive nommée IHE_XDM.ZIP : la casse du nom est libre.")
def archive_nom_capitales(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], nom_archive="IHE_XDM.ZIP").courriel()


@matiere("archive_type_generique", "Archive envoyée en application/octet-stream.", conforme=False)
def archive_type_generique(envoi: Envoi) -> Courriel:
    document = envoi.document(BIOLOGIE)
    return Transmission(envoi, [document], type_archive="application/octet-stream").courriel()


@matiere("archive_lien", "Une entrée de l'archive est un lien symbolique.", conforme=False)
def archive_lien(envoi: Envoi) -> Courriel:
    def ajouter(octets: bytes) -> bytes:
        sortie = io.BytesIO(octets)
        with zipfile.ZipFile(sortie, "a") as archive:
            lien = zipfile.ZipInfo(f"{DOSSIER}LIEN.XML", envoi.instant.timetuple()[:6])
            lien.create_system, lien.external_attr = 3, 0o120777 << 16
            archive.writestr(lien, "../../../../etc/hostname")
        return sortie.getvalue()

    return _avec(envoi, ajouter)


@matiere("archive_imbriquee", "Une archive dans l'archive.", conforme=False)
def archive_imbriquee(envoi: Envoi) -> Courriel:
    def ajouter(fichiers: dict[str, bytes]) -> None:
        fichiers[f"{DOSSIER}AUTRE.ZIP"] = zipper({"A.TXT": b"a"}, envoi.instant)

    return _refaire(envoi, ajouter)


@matiere("archive_bombe", "Un fichier de 105 Mo de zéros, comprimé mille fois.", conforme=False)
def archive_bombe(envoi: Envoi) -> Courriel:
    return _refaire(envoi, lambda fichiers: fichiers.update({f"{DOSSIER}BOMBE.XML": bytes(_BOMBE)}))


@matiere("archive_doublon", "Deux entrées de même nom, au contenu différent.", conforme=False)
def archive_doublon(envoi: Envoi) -> Courriel:
    def doubler(octets: bytes) -> bytes:
        # Même longueur : le second nom se récrit sur place, en-tête local et répertoire.
        fichiers = _fichiers(octets) | {f"{DOSSIER}DOC0002.XML": b"<ClinicalDocument/>"}
        return zipper(fichiers, envoi.instant).replace(b"DOC0002.XML", b"DOC0001.XML")

    return _avec(envoi, doubler)


@matiere("archive_chiffree", "Entrées marquées chiffrées.", conforme=False)
def archive_chiffree(envoi: Envoi) -> Courriel:
    def marquer(octets: bytes) -> bytes:
        tampon = bytearray(octets)
        for signature, rang in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            position = -1
            while (position := octets.find(signature, position + 1)) >= 0:
                tampon[position + rang] |= 1
        return bytes(tampon)

    return _avec(envoi, marquer)


@matiere("archive_tronquee", "Archive coupée aux deux tiers.", conforme=False)
def archive_tronquee(envoi: Envoi) -> Courriel:
    return _avec(envoi, lambda octets: octets[: len(octets) * 2 // 3])


@matiere("archive_crc_faux", "Le CRC d'un document n'est pas le sien.", conforme=False)
def archive_crc_faux(envoi: Envoi) -> Courriel:
    def fausser(octets: bytes) -> bytes:
        tampon = bytearray(octets)
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            debut = archive.getinfo(_CDA).header_offset
        repertoire = octets.rindex(_CDA.encode()) - 46
        for position in (debut + 14, repertoire + 16):
            (crc,) = struct.unpack_from("<I", tampon, position)
            struct.pack_into("<I", tampon, position, crc ^ 0xFFFFFFFF)
        return bytes(tampon)

    return _avec(envoi, fausser)


@matiere("archive_noms_hors_utf8", "Un nom de fichier en octets qui ne sont pas de l'UTF-8.", conforme=False)
def archive_noms_hors_utf8(envoi: Envoi) -> Courriel:
    def fausser(octets: bytes) -> bytes:
        fichiers = _fichiers(octets) | {"RESUME_.TXT": b"a"}
        return zipper(fichiers, envoi.instant).replace(b"RESUME_.TXT", b"R\xe9SUM\xe9_.TXT")

    return _avec(envoi, fausser)


@matiere("archive_vide", "Une archive sans aucun fichier.", conforme=False)
def archive_vide(envoi: Envoi) -> Courriel:
    return _avec(envoi, lambda octets: zipper({}, envoi.instant))


@matiere("archive_sans_metadonnees", "Pas de METADATA.XML.", conforme=False)
def archive_sans_metadonnees(envoi: Envoi) -> Courriel:
    def retirer(fichiers: dict[str, bytes]) -> None:
        del fichiers[_METADONNEES]

    return _refaire(envoi, retirer)


@matiere("archive_hash_faux", "L'empreinte d'un document n'est pas celle que donne METADATA.XML.", conforme=False)
def archive_hash_faux(envoi: Envoi) -> Courriel:
    def fausser(fichiers: dict[str, bytes]) -> None:
        fichiers[_CDA] = fichiers[_CDA].replace(b"mmol/L</td>", b"mmol/l</td>", 1)

    return _refaire(envoi, fausser)


@matiere("cda_entites", "CDA qui développe des entités à l'infini.", conforme=False)
def cda_entites(envoi: Envoi) -> Courriel:
    return _prologue(envoi, _CDA, _ENTITES + b"]>")


@matiere("cda_entite_externe", "CDA qui va lire un fichier de la machine.", conforme=False)
def cda_entite_externe(envoi: Envoi) -> Courriel:
    return _prologue(envoi, _CDA, _EXTERNE)


@matiere("metadonnees_entites", "METADATA.XML qui développe des entités à l'infini.", conforme=False)
def metadonnees_entites(envoi: Envoi) -> Courriel:
    return _prologue(envoi, _METADONNEES, _ENTITES + b"]>")


@matiere("cda_tronque", "CDA coupé au milieu.", conforme=False)
def cda_tronque(envoi: Envoi) -> Courriel:
    return _refaire(envoi, lambda fichiers: fichiers.update({_CDA: fichiers[_CDA][: len(fichiers[_CDA]) // 2]}))


def _prologue(envoi: Envoi, nom: str, prologue: bytes) -> Courriel:
    """Une DTD devant ce fichier, et son entité dans le premier texte."""

    def ajouter(fichiers: dict[str, bytes]) -> None:
        declaration, _, reste = fichiers[nom].partition(b"?>")
        entite = b"&t;" if prologue.startswith(_ENTITES) else b"&x;"
        avant, balise, apres = reste.partition(b"<title>" if nom == _CDA else b"<rim:Value>")
        fichiers[nom] = declaration + b"?>" + prologue + avant + balise + entite + apres

    return _refaire(envoi, ajouter)
