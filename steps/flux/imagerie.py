"""Ce qu'un RIS voisin envoie : un compte rendu d'imagerie (CDA R2 niveau 1), porté par un ORU ou un MDM.

Ni horloge ni hasard : identifiants, instants, auteur et structure sont donnés par l'appelant.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from steps.flux.documents import (
    CDA,
    AuteurDocument,
    EnvoiDocument,
    StructureEmettrice,
    _ajouter,
    _document,
    _Modele,
)
from steps.flux.identite import IdentiteUsager
from steps.flux.messages import Emetteur, EnvoiHl7, echapper, segment_pid
from steps.flux.plateforme import DEMANDES, segment_expediteur

PS3_20 = "urn:dicom-org:ps3-20"
_IMAGERIE = _Modele(
    "18748-4",
    "CR d'imagerie médicale",
    "Compte rendu d'imagerie médicale",
    ("AMB", "Ambulatoire"),
    ("Document fictif produit par le banc d'essai.", "Scanner thoracique sans anomalie."),
)


@dataclass(frozen=True, slots=True)
class ReferencesExamen:
    """Ce que l'en-tête dit de l'examen : études, Accession Number et commande, chacun avec son domaine."""

    etudes: tuple[str, ...]
    accession: str
    domaine_accession: str
    commande: str
    domaine_commande: str
    autres_demandes: tuple[tuple[str, str], ...] = ()
    """Autres demandes auxquelles le compte rendu répond, écrites d'abord : Accession Number, commande."""


def compte_rendu_imagerie(
    identite: IdentiteUsager,
    auteur: AuteurDocument,
    structure: StructureEmettrice,
    envoi: EnvoiDocument,
    examen: ReferencesExamen,
) -> bytes:
    """Compte rendu d'imagerie (18748-4) ; l'étude est l'id de l'acte, l'accession celui de la demande (PS3.20)."""
    racine = etree.fromstring(_document(_IMAGERIE, identite, auteur, structure, envoi))
    documentation = racine.find(f"{{{CDA}}}documentationOf")
    assert documentation is not None
    for accession, commande in (*examen.autres_demandes, (examen.accession, examen.commande)):
        demande = etree.Element(f"{{{CDA}}}inFulfillmentOf", nsmap={"ps3-20": PS3_20})
        ordre = _ajouter(demande, "order")
        _ajouter(ordre, "id", root=examen.domaine_commande, extension=commande)
        etree.SubElement(ordre, f"{{{PS3_20}}}accessionNumber", root=examen.domaine_accession, extension=accession)
        documentation.addprevious(demande)
    for rang, etude in enumerate(examen.etudes):
        if rang:
            documentation.addnext(documentation := etree.fromstring(etree.tostring(documentation)))
            for ancien in documentation[0].findall(f"{{{CDA}}}id"):
                documentation[0].remove(ancien)
        documentation[0].insert(0, etree.Element(f"{{{CDA}}}id", root=etude))
    return etree.tostring(racine.getroottree(), xml_declaration=True, encoding="UTF-8")


_DEMANDES = {"F": ("NW", "T02"), "C": ("RO", "T10"), "D": ("CA", "T04")}
"""OBX-11 → ORC-1, événement d'un MDM."""


def message_compte_rendu(
    identite: IdentiteUsager,
    patient_id: str,
    emetteur: Emetteur,
    envoi: EnvoiHl7,
    document: bytes,
    *,
    auteur: AuteurDocument,
    structure: StructureEmettrice,
    oid: str,
    statut: str = "VALI",
    nature: str = "ORU",
    etat: str = "F",
    metadonnees: Sequence[tuple[str, str]] = (),
) -> str:
    """ORU^R01 (2.5) ou MDM (2.6) qui porte le compte rendu `oid` ; `etat` : OBX-11 (F final, C corrigé, D supprimé).

    Destiné au DMP ; `metadonnees` en change.
    """
    mdm = nature == "MDM"
    action, evenement = _DEMANDES[etat]
    genre, version = (f"MDM^{evenement}^MDM_T02", "2.6") if mdm else ("ORU^R01^ORU_R01", "2.5")
    code = f"{_IMAGERIE.code}^CR d'imagerie médicale^LN"
    contenu = base64.b64encode(document).decode("ascii")
    metas = {**dict.fromkeys(DEMANDES, "N"), "DESTDMP": "Y", **dict(metadonnees)}
    segments = [
        f"MSH|^~\\&|{echapper(emetteur.application)}|{echapper(emetteur.structure)}|"
        f"{echapper(emetteur.application_destinataire)}|{echapper(emetteur.structure_destinataire)}|"
        f"{envoi.horodatage}||{genre}|{echapper(envoi.identifiant)}|P|{version}|||||FRA|UNICODE UTF-8|||"
        "2.1^CISIS_CDA_HL7_V2",
        *([f"EVN||{envoi.horodatage}"] if mdm else ()),
        segment_pid(identite, patient_id, emetteur, statut),
        "PV1|1|N",
        f"ORC|{action}",
        f"OBR|1|||{code}",
        *([f"TXA|1|{_IMAGERIE.code}|TEXT|||||||||{oid}|||||AU"] if mdm else ()),
        f"OBX|1|ED|{code}||^TEXT^XML^Base64^{contenu}||||||{etat}",
        segment_expediteur(auteur, structure.nom, structure.identifiant),
        *(
            f"OBX|{rang}|{'CWE' if mdm else 'CE'}|{nom}^{nom}^MetaDMPMSS||{valeur}^^expandedYes-NoIndicator||||||F"
            for rang, (nom, valeur) in enumerate(metas.items(), 2)
        ),
    ]
    return "\r".join(segments) + "\r"
