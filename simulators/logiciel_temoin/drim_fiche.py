"""La fiche XDS d'un KOS : celle du compte rendu dont il vient, dite pour un objet DICOM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from lxml import etree

from simulators.logiciel_temoin import xds_schemas as s
from simulators.logiciel_temoin.cda_lecture import Code, EnteteCda
from simulators.logiciel_temoin.drim_images import KOS, Image
from simulators.logiciel_temoin.drim_kos import References
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.xds_metadonnees import slot

TITRE = "Référence d'objets d'un examen d'imagerie"
_TRE_A05, _MODALITES, _DICOM = "1.2.250.1.213.1.1.4.12", "1.2.250.1.213.1.1.5.618", "1.2.840.10008.2.6.1"
_REFERENCES = "urn:ihe:iti:xds:2013:referenceIdList"


def entete(labo: Labo, compte_rendu: EnteteCda, uid: str, images: Sequence[Image]) -> EnteteCda:
    """L'en-tête du compte rendu, dit pour le KOS."""
    modalites = sorted({image.modalite for image in images})
    if labo.defaut("kos_fiche_modalite_constante"):
        modalites = ["US"]
    code = "18748-4" if labo.defaut("kos_fiche_type_compte_rendu") else "IMG-KOS"
    systeme = "2.16.840.1.113883.6.1" if code == "18748-4" else _TRE_A05
    return replace(
        compte_rendu,
        unique_id=labo.oid_unique() if labo.defaut("kos_fiche_identifiant_neuf") else uid,
        type_document=Code(code, systeme, TITRE),
        titre=TITRE,
        evenements=tuple(Code(modalite, _MODALITES, modalite) for modalite in modalites),
        media_type=None,
    )


def completer(labo: Labo, etude: str, references: References) -> Callable[[etree._Element], None]:
    """Ce que la fiche d'un objet DICOM a de plus, ou d'autre, que celle d'un CDA."""

    def changer(objet: etree._Element) -> None:
        objet.set("mimeType", "application/dicom")
        for classement in objet.findall(f"{{{s.RIM}}}Classification"):
            if classement.get("classificationScheme") == s.FORMAT and not labo.defaut("kos_fiche_format_pdf"):
                classement.set("nodeRepresentation", KOS)
                for valeur in classement.iterfind(f"{{{s.RIM}}}Slot//{{{s.RIM}}}Value"):
                    valeur.text = _DICOM
        if labo.defaut("kos_fiche_sans_references"):
            return
        domaine, accession = references.accession
        commanditaire, commande = references.commande
        etude_dite = f"{etude}.9" if labo.defaut("kos_fiche_etude_autre") else etude
        annee = "2014" if labo.defaut("kos_fiche_reference_autre_type") else "2013"
        porteur = etree.Element("porteur")
        slot(
            porteur, _REFERENCES, f"{etude_dite}^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
            f"{accession}^^^&{domaine}&ISO^urn:ihe:iti:xds:{annee}:accession",
            f"{commande}^^^&{commanditaire}&ISO^urn:ihe:iti:xds:2013:order",
        )  # fmt: skip
        dernier = objet.findall(f"{{{s.RIM}}}Slot")[-1]
        dernier.addnext(porteur[0])

    return changer
