"""Documents et archive IHE_XDM.zip d'un courriel (IHE ITI-32, zip sur messagerie)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from simulators.mssante.courriels.cda import ContenuCda, construire
from simulators.mssante.courriels.metadonnees import Lot, decrire
from simulators.mssante.courriels.modele import (
    DocumentJoint,
    Emetteur,
    TypeDocument,
    jour_francais,
    nom_du_pdf,
    oid_de,
)
from simulators.mssante.courriels.pdfa import pdf_a1, pdf_ordinaire
from simulators.mssante.courriels.resultats import RESULTATS, ResultatBio
from simulators.socle.identites import IdentiteTest

NOM = "IHE_XDM.zip"
DOSSIER = "IHE_XDM/SUBSET01/"


def fabriquer_document(
    type_document: TypeDocument,
    patient: IdentiteTest,
    emetteur: Emetteur,
    *,
    instant: datetime,
    graine: str,
    version: int = 1,
    remplace: str = "",
    oid: str = "",
    qualifiee: bool = True,
    archivable: bool = True,
    mention: str = "",
    resultats: tuple[ResultatBio, ...] = RESULTATS,
    commentaire: str = "",
    sortie: tuple[str, str] | None = None,
) -> DocumentJoint:
    """Un document et sa copie PDF/A-1. `archivable` faux : la copie n'est pas un PDF/A. `mention` : ligne de plus.

    `resultats`, `commentaire`, `sortie` : voir `ContenuCda`.
    """
    acte = instant - timedelta(hours=26)
    lignes = _lignes(type_document, patient, emetteur, instant, acte, qualifiee, version, resultats)
    lignes += [texte for texte in (commentaire, mention) if texte]
    pdf = (pdf_a1 if archivable else pdf_ordinaire)(type_document.titre, lignes)
    oid = oid or oid_de(graine, f"document/{version}")
    serie = oid_de(graine, "serie")
    contenu = ContenuCda(
        type_document, patient, emetteur, oid, serie, instant, acte, pdf, version, remplace, qualifiee,
        resultats, commentaire, sortie,
    )  # fmt: skip
    nom = nom_du_pdf(patient, type_document, acte)
    cda = construire(contenu)
    return DocumentJoint(type_document, oid, serie, version, instant, acte, cda, pdf, nom, remplace)


def fabriquer_archive(
    patient: IdentiteTest,
    emetteur: Emetteur,
    documents: Sequence[DocumentJoint],
    *,
    instant: datetime,
    graine: str,
    qualifiee: bool = True,
    supprime: str = "",
) -> bytes:
    """L'archive d'un lot de ces documents, par CDA seulement : les PDF sont des pièces du courriel (ECO.2.1.1)."""
    noms = [f"DOC{rang:04d}.XML" for rang in range(1, len(documents) + 1)]
    lot = Lot(patient, emetteur, oid_de(graine, "lot"), instant, documents, noms, qualifiee, supprime)
    fichiers = {
        "INDEX.HTM": _index(emetteur, documents, noms),
        "README.TXT": _lisez_moi(emetteur, instant, noms),
        f"{DOSSIER}METADATA.XML": decrire(lot),
        **{DOSSIER + nom: document.cda for nom, document in zip(noms, documents, strict=True)},
    }
    return zipper(fichiers, instant)


def zipper(fichiers: Mapping[str, bytes], instant: datetime) -> bytes:
    """Archive zip de ces fichiers, en deflate ; mêmes octets pour le même contenu."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, octets in fichiers.items():
            information = zipfile.ZipInfo(nom, instant.timetuple()[:6])
            information.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(information, octets)
    return sortie.getvalue()


def _lignes(
    type_document: TypeDocument,
    patient: IdentiteTest,
    emetteur: Emetteur,
    instant: datetime,
    acte: datetime,
    qualifiee: bool,
    version: int,
    resultats: Sequence[ResultatBio],
) -> list[str]:
    lignes = [
        emetteur.structure,
        type_document.titre,
        type_document.libelle,
        f"Document fictif du banc d'essai, version {version}, créé le {instant:%d/%m/%Y}",
        f"Acte du {acte:%d/%m/%Y}",
        f"Nom de naissance : {patient.nom_naissance}",
        f"Prénoms : {' '.join(patient.prenoms)}",
        f"Date de naissance : {jour_francais(patient.date_naissance)}",
        f"Sexe : {patient.sexe}",
        *([f"Matricule INS : {patient.matricule_ins}"] if qualifiee else []),
        f"Signataire : {emetteur.prenom} {emetteur.nom}",
        "",
    ]
    if type_document.niveau == "N3":
        return [*lignes, *(f"{resultat.libelle} : {resultat.ecrit}" for resultat in resultats)]
    return [*lignes, "État clinique stable. Contrôle dans un mois."]


def _index(emetteur: Emetteur, documents: Sequence[DocumentJoint], noms: Sequence[str]) -> bytes:
    liens = "".join(
        f'<li><a href="{DOSSIER}{nom}">{escape(document.titre)}</a></li>'
        for nom, document in zip(noms, documents, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">'
        '\r\n<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr"><head><title>Documents de santé</title></head>'
        f"<body><h1>{escape(emetteur.structure)}</h1><ul>{liens}</ul>"
        '<p><a href="README.TXT">Lisez-moi</a></p></body></html>\r\n'
    ).encode()


def _lisez_moi(emetteur: Emetteur, instant: datetime, noms: Sequence[str]) -> bytes:
    lignes = [
        f"Émetteur : {emetteur.structure}",
        f"Contact : {emetteur.adresse}",
        "Application : banc SONS, serveur de test. Document fictif.",
        f"Produit le {instant:%d/%m/%Y}",
        "",
        "INDEX.HTM",
        "README.TXT",
        "IHE_XDM",
        "  SUBSET01",
        "    METADATA.XML",
        *(f"    {nom}" for nom in noms),
    ]
    return "\r\n".join([*lignes, ""]).encode()
