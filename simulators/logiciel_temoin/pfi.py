"""Transmission d'un compte rendu à la plateforme d'intermédiation : un ORU par forme demandée, qui porte le CDA."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from simulators.logiciel_temoin import documents
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.cda_lecture import OID_PS, OID_STRUCTURE
from simulators.logiciel_temoin.diffusion import adressage, ins_transmissible
from simulators.logiciel_temoin.hl7v2 import echapper, segment_pid
from simulators.logiciel_temoin.horloge import PARIS, maintenant
from simulators.logiciel_temoin.identite import Patient
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import adresse_usager
from simulators.logiciel_temoin.messagerie_conduite import opposition
from simulators.logiciel_temoin.utilisateurs import Utilisateur

PLATEFORME = "PFI"
_PROFIL = "2.1^CISIS_CDA_HL7_V2"
Destinataire = tuple[str, str]
"""(personne, XCN ou rien ; adresse MSSanté)"""


@dataclass(frozen=True)
class Choix:
    """Ce que l'utilisateur demande à la plateforme de faire du document."""

    dmp: bool = True
    mssante: bool = True
    mssante_patient: bool = True


TOUT = Choix()


def active(labo: Labo) -> bool:
    """La plateforme transporte : le logiciel n'envoie alors lui-même ni au DMP ni par MSSanté."""
    return bool(labo.reglages.lire("transmission_pfi")["actif"])


def a_la_validation(labo: Labo, utilisateur: Utilisateur, patient: Patient, document: Document) -> list[str]:
    """Émet de lui-même, sauf si la transmission est réglée pour se faire à la main."""
    if labo.reglages.lire("transmission_pfi")["automatique"] or labo.defaut("prise_part_sans_choix"):
        return transmettre(labo, utilisateur, patient, document)
    return ["Transmission à la plateforme d'intermédiation : choisissez le DMP, la messagerie, ou les deux."]


def transmettre(
    labo: Labo, utilisateur: Utilisateur, patient: Patient, document: Document, choix: Choix = TOUT
) -> list[str]:
    """Émet un message par forme réglée ; rend ce que l'utilisateur voit."""
    niveaux: list[str] = labo.reglages.lire("transmission_pfi")["niveaux"]
    if (blocage := _blocage(labo, patient)) is not None:
        return [blocage]
    if labo.defaut("prise_choix_ignore"):
        choix = TOUT
    if labo.defaut("pfi_absent"):
        return []
    if labo.defaut("pfi_toujours_n3"):
        niveaux = ["N3"]
    for niveau in niveaux:
        message = ecrire(labo, patient, document, niveau, choix)
        with labo.base.verrou:
            labo.base.messages_emis.setdefault(patient.patient_id, []).append(message)
        labo.emission.envoyer(message, document.document_id)
    if ins_transmissible(labo, patient):
        labo.traces.ajouter(
            "echanges_ins",
            utilisateur.compte,
            "transmission d'un compte rendu ORU^R01",
            patient.patient_id,
            partenaire=PLATEFORME,
            nature="HL7 v2 ORU^R01",
        )
    return [f"Compte rendu transmis à la plateforme d'intermédiation ({', '.join(niveaux)})."]


def _blocage(labo: Labo, patient: Patient) -> str | None:
    """Pourquoi rien ne part : le choix du patient sur l'alimentation de son DMP."""
    choisi = labo.base.choix_alimentation.get(patient.patient_id, "non_renseigne")
    if choisi == "opposition" and not labo.defaut("prise_opposition_ignoree"):
        return "Le patient s'oppose à l'alimentation de son DMP : rien n'est transmis à la plateforme."
    exigee = labo.reglages.lire("transmission_pfi")["exiger_non_opposition"]
    if exigee and choisi == "non_renseigne" and not labo.defaut("prise_sans_non_opposition"):
        return "La non-opposition du patient n'est pas enregistrée : rien n'est transmis à la plateforme."
    return None


def ecrire(labo: Labo, patient: Patient, document: Document, niveau: str, choix: Choix = TOUT) -> str:
    """L'ORU^R01 du compte rendu sous cette forme."""
    qui = adressage(labo, PLATEFORME)
    avec_ins = ins_transmissible(labo, patient)
    remplace = document.precedent is not None
    metas = metadonnees(labo, document, avec_ins=avec_ins)
    metas["DESTDMP"] = metas["DESTDMP"] and choix.dmp
    metas["DESTMSSANTEPS"] = metas["DESTMSSANTEPS"] and choix.mssante
    metas["DESTMSSANTEPAT"] = metas["DESTMSSANTEPAT"] and choix.mssante_patient
    correspondants, usager = _professionnels(labo, patient, document), _usager(labo, patient)
    if opposition(labo, patient, "patient"):
        usager = []
    if opposition(labo, patient, "professionnel"):
        correspondants = []
    metas["DESTMSSANTEPS"] = metas["DESTMSSANTEPS"] and bool(correspondants)
    metas["DESTMSSANTEPAT"] = metas["DESTMSSANTEPAT"] and bool(usager)
    destinataires = [*(correspondants if metas["DESTMSSANTEPS"] else ()), *(usager if metas["DESTMSSANTEPAT"] else ())]
    quoi = f"{document.type_code}^{echapper(document.type_libelle)}^LN"
    octets = base64.b64encode(_contenu(labo, document, niveau)).decode()
    segments = [
        f"MSH|^~\\&|{echapper(qui.application)}|{echapper(qui.structure)}|{PLATEFORME}|{PLATEFORME}|"
        f"{maintenant().astimezone(PARIS).strftime('%Y%m%d%H%M%S')}||ORU^R01^ORU_R01|{labo.numero_message()}|P|2.5"
        f"|||||FRA|UNICODE UTF-8|||{_PROFIL}",
        segment_pid(patient, qui, avec_ins=avec_ins),
        "PV1|1|N",
        f"ORC|{'RO' if remplace else 'NW'}",
        f"OBR|1|||{quoi}",
        f"OBX|1|ED|{quoi}||^TEXT^XML^Base64^{octets}||||||{'C' if remplace else 'F'}",
        _expediteur(labo, document),
        *map(_destinataire, destinataires),
        *(
            f"OBX|{rang}|CE|{code}^{code}^MetaDMPMSS||{'Y' if valeur else 'N'}^^expandedYes-NoIndicator||||||F"
            for rang, (code, valeur) in enumerate(metas.items(), 2)
        ),
    ]
    return labo.defauts.muter_texte("oru", "\r".join(segments) + "\r", niveau)


def metadonnees(labo: Labo, document: Document, *, avec_ins: bool) -> dict[str, bool]:
    """Ce que la plateforme doit faire du document, dans l'ordre du volet."""
    codes = _restrictions(labo, document)
    masque, invisible = "MASQUE_PS" in codes, "INVISIBLE_PATIENT" in codes
    secret = document.complements.connexion_secrete and not labo.defaut("pfi_connexion_secrete_ignoree")
    au_patient = not (invisible or "INVISIBLE_REPRESENTANTS_LEGAUX" in codes or secret)
    if labo.defaut("pfi_restriction_sans_professionnels") and codes:
        masque = True
    if labo.defaut("pfi_masque_va_aux_professionnels"):
        masque = False
    return {
        "MASQUE_PS": "MASQUE_PS" in codes,
        "INVISIBLE_PATIENT": invisible,
        "INVISIBLE_REP_LEGAUX": "INVISIBLE_REPRESENTANTS_LEGAUX" in codes,
        "CONNEXION_SECRETE": secret,
        "MODIF_CONF_CODE": False,
        "DESTDMP": avec_ins and not document.bloque and not (labo.defaut("pfi_restriction_sans_dmp") and bool(codes)),
        "DESTMSSANTEPS": not masque and not labo.defaut("pfi_sans_messagerie_professionnelle"),
        "DESTMSSANTEPAT": au_patient or labo.defaut("pfi_envoi_patient_malgre_restriction"),
        "ACK_RECEPTION": True,
        "ACK_LECTURE_MSS": False,
    }


def _restrictions(labo: Labo, document: Document) -> tuple[str, ...]:
    codes = document.complements.confidentialite
    if labo.defaut("pfi_restrictions_ignorees"):
        return ()
    if labo.defaut("pfi_restriction_heritee") and not codes:
        return next((c for d in _anterieurs(labo, document) if (c := d.complements.confidentialite)), ())
    return codes


def _anterieurs(labo: Labo, document: Document) -> Iterable[Document]:
    return (d for d in reversed(list(labo.base.documents_de(document.patient_id))) if d is not document)


def _contenu(labo: Labo, document: Document, niveau: str) -> bytes:
    if labo.defaut("pfi_document_precedent"):
        document = next(iter(_anterieurs(labo, document)), document)
    octets = documents.cda_au_niveau(labo, document, niveau)
    if labo.defaut("pfi_document_sans_pdf"):
        return octets.replace(b'mediaType="application/pdf"', b'mediaType="text/plain"')
    return octets


def _professionnels(labo: Labo, patient: Patient, document: Document) -> list[Destinataire]:
    """Le demandeur, les destinataires du compte rendu, puis les correspondants du dossier, une fois chaque adresse."""
    c = document.complements
    cites = [*((c.demandeur,) if c.demandeur else ()), *c.destinataires]
    if labo.defaut("pfi_demandeur_seul"):
        cites = cites[:1]
    trouves: dict[str, Destinataire] = {}
    for tiers in (*cites, *labo.base.correspondants.get(patient.patient_id, [])):
        if tiers.adresse_mss:
            personne = _xcn(f"8{tiers.rpps}", tiers.nom, tiers.prenom) if tiers.rpps else ""
            trouves.setdefault(tiers.adresse_mss, (personne, tiers.adresse_mss))
    return list(trouves.values())


def _usager(labo: Labo, patient: Patient) -> list[Destinataire]:
    adresse = adresse_usager(patient) if ins_transmissible(labo, patient) else None
    return [("", adresse)] if adresse else []


def _xcn(identifiant: str, nom: str, prenom: str) -> str:
    return f"{identifiant}^{echapper(nom)}^{echapper(prenom)}^^^^^^ASIP-SANTE-PS&{OID_PS}&ISO^D^^^IDNPS"


def _expediteur(labo: Labo, document: Document) -> str:
    structure, auteur = labo.environnement.structure, document.auteur
    lieu = f"{echapper(structure.nom)}^^^^^ASIP-SANTE-ST&{OID_STRUCTURE}&ISO^IDNST^^^{echapper(auteur.structure_id)}"
    personne = _xcn(auteur.identifiant, auteur.nom, auteur.prenom)
    return f"PRT||UC||SB^Send by^participation|{personne}|||{lieu}"


def _destinataire(destinataire: Destinataire) -> str:
    personne, adresse = destinataire
    return f"PRT||UC||RCT^Results Copies To^participation|{personne}||||||||||^^X.400^{echapper(adresse)}"
