"""L'archive IHE_XDM : INDEX.HTM, README.TXT, et un lot de documents CDA avec ses métadonnées (IHE ITI-32)."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.cda_entete import auteur_structure
from simulators.logiciel_temoin.cda_lecture import Code, EnteteCda
from simulators.logiciel_temoin.dmp_vihf import cx_ins
from simulators.logiciel_temoin.horloge import en_dtm, maintenant
from simulators.logiciel_temoin.labo import NOM, VERSION, Labo
from simulators.logiciel_temoin.mutations_archive import DISPOSITIONS, ENVELOPPES, lien
from simulators.logiciel_temoin.soap import ajouter
from simulators.logiciel_temoin.xds_lot import association
from simulators.logiciel_temoin.xds_metadonnees import auteur, classer, externe, fiche, nommer, slot

NOM_ARCHIVE = "IHE_XDM.zip"
_DOSSIER = "IHE_XDM/SUBSET01"
_CONTENU = Code("07", "1.2.250.1.213.2.2", "Soins ambulatoires")


@dataclass(frozen=True)
class Piece:
    """Un document de l'archive : son identifiant d'entrée (`urn:uuid:`), ses octets, l'entrée qu'il remplace."""

    entree: str
    octets: bytes
    entete: EnteteCda
    remplace: str | None = None


def archive(labo: Labo, pieces: Sequence[Piece], contact: str) -> bytes:
    """ZIP en mémoire. `contact` : adresse à joindre, écrite dans README.TXT."""
    noms = [f"DOC{rang:04d}.XML" for rang in range(1, len(pieces) + 1)]
    fichiers = {
        "INDEX.HTM": _index(pieces, noms).encode(),
        "README.TXT": _lisez_moi(labo, noms, contact).encode(),
        f"{_DOSSIER}/METADATA.XML": metadonnees(labo, pieces, noms),
        **{f"{_DOSSIER}/{nom}": piece.octets for nom, piece in zip(noms, pieces, strict=True)},
    }
    for defaut, disposer in DISPOSITIONS.items():
        if labo.defaut(defaut):
            fichiers = disposer(fichiers)
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive_zip:
        for nom, contenu in fichiers.items():
            archive_zip.writestr(nom, contenu)
        if labo.defaut("mss_archive_lien"):
            archive_zip.writestr(lien(), "README.TXT")
    octets = tampon.getvalue()
    for defaut, abimer in ENVELOPPES.items():
        if labo.defaut(defaut):
            octets = abimer(octets)
    return octets


def metadonnees(labo: Labo, pieces: Sequence[Piece], noms: Sequence[str]) -> bytes:
    """METADATA.XML : un lot, une fiche par document, une association par document et par remplacement."""
    racine = etree.Element(f"{{{s.LCM}}}SubmitObjectsRequest", nsmap={"lcm": s.LCM, "rim": s.RIM})
    liste = ajouter(racine, s.RIM, "RegistryObjectList")
    # Les défauts du DMP sont ceux du dépôt au DMP : ils n'ont rien à faire dans un courriel.
    neutre = labo.sans_defauts()
    for nom, piece in zip(noms, pieces, strict=True):
        entree = fiche(neutre, piece.entree, piece.entete, piece.octets)
        _situer(entree, nom)
        _designer(entree, piece.entete)
        liste.append(entree)
    _lot(labo, liste, pieces)
    for rang, piece in enumerate(pieces, 1):
        association(liste, f"as{rang}", s.HAS_MEMBER, "lot1", piece.entree, SubmissionSetStatus="Original")
        if piece.remplace:
            association(liste, f"rp{rang}", s.RPLC, piece.entree, piece.remplace, SubmissionSetStatus="Original")
    labo.defauts.muter_xml("mss_metadata", racine)
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


def _situer(entree: etree._Element, nom: str) -> None:
    """Ajoute le Slot URI, après les autres : l'ordre du schéma ebRIM."""
    slot(entree, "URI", nom)
    slots = entree.findall(f"{{{s.RIM}}}Slot")
    entree.insert(len(slots) - 1, slots[-1])


def _designer(entree: etree._Element, entete: EnteteCda) -> None:
    """Sans INS qualifiée, le patient est désigné par son identifiant au laboratoire."""
    for identifiant in entree.iterfind(f"{{{s.RIM}}}ExternalIdentifier"):
        if identifiant.get("identificationScheme") == s.PATIENT_ID:
            identifiant.set("value", patient_cx(entete))


def patient_cx(entete: EnteteCda) -> str:
    """patientId : l'INS si le CDA la porte, sinon l'identifiant local."""
    if entete.ins:
        return cx_ins(*entete.ins)
    local = entete.identifiant_local or ("", "")
    return f"{local[0]}^^^&{local[1]}&ISO^PI"


def _lot(labo: Labo, liste: etree._Element, pieces: Sequence[Piece]) -> None:
    structure = labo.environnement.structure
    lot = ajouter(liste, s.RIM, "RegistryPackage", id="lot1")
    slot(lot, "submissionTime", en_dtm(maintenant()))
    nommer(lot, "Envoi du laboratoire")
    auteurs = pieces[0].entete.auteurs
    auteur(lot, s.LOT_AUTEUR, "lot1", auteurs[0] if auteurs else auteur_structure(structure))
    classer(lot, s.LOT_CONTENU, "lot1", _CONTENU)
    externe(lot, s.LOT_PATIENT_ID, patient_cx(pieces[0].entete), "XDSSubmissionSet.patientId")
    externe(lot, s.LOT_SOURCE_ID, structure.oid_domaine, "XDSSubmissionSet.sourceId")
    externe(lot, s.LOT_UNIQUE_ID, labo.oid_unique(), "XDSSubmissionSet.uniqueId")
    ajouter(liste, s.RIM, "Classification", id="cl-lot1", classifiedObject="lot1", classificationNode=s.LOT)


def _index(pieces: Sequence[Piece], noms: Sequence[str]) -> str:
    liens = "".join(
        f'<li><a href="{_DOSSIER}/{nom}">{html.escape(piece.entete.titre or nom)}</a></li>'
        for nom, piece in zip(noms, pieces, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.0//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic10.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><head><title>Documents transmis</title></head>'
        f'<body><h1>Documents transmis</h1><ul>{liens}</ul><p><a href="README.TXT">README.TXT</a></p></body></html>\n'
    )


def _lisez_moi(labo: Labo, noms: Sequence[str], contact: str) -> str:
    structure = labo.environnement.structure
    lignes = [
        f"Emetteur : {structure.nom} ({structure.identifiant_national})",
        f"Contact : {contact}",
        f"Application : {NOM} {VERSION}",
        "",
        "Contenu :",
        "INDEX.HTM",
        "README.TXT",
        f"{_DOSSIER}/METADATA.XML",
        *(f"{_DOSSIER}/{nom}" for nom in noms),
    ]
    return "".join(f"{ligne}\r\n" for ligne in lignes)
