"""Le logiciel en plateforme d'intermédiation : les documents confiés partent, les retours reviennent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

from simulators.logiciel_temoin import alimentation, cda_lecture, messagerie_envois, pdf
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.dmp_client import ErreurDmp
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.hl7v2_cadre import Recu
from simulators.logiciel_temoin.horloge import PARIS, lire_ts, maintenant
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.messagerie_adresses import adresse_usager
from simulators.logiciel_temoin.messagerie_demande import Demande, joindre
from simulators.logiciel_temoin.soap import ReponseIllisible

COMPTE = "biologiste_1"
_USAGERS = "@patient.mssante.fr"
_LECTURE = "ACK_LECTURE_MSS^Accusé de lecture"
_DESTINATAIRE, _LECTEUR = "DESTINATAIRE_MSS^Destinataire MSSanté", "LECTEUR_MSS^Lecteur du courriel MSSanté"
_NON_INTEGRE = "non intégré par le destinataire : "
_RESTRICTIONS = {
    "MASQUE_PS": "MASQUE_PS",
    "INVISIBLE_PATIENT": "INVISIBLE_PATIENT",
    "INVISIBLE_REP_LEGAUX": "INVISIBLE_REPRESENTANTS_LEGAUX",
}


class Inexploitable(ValueError):
    """Le document confié ne peut pas être pris en charge."""


def prendre(labo: Labo, recu: Recu, octets: bytes) -> threading.Thread:
    """Prend le document en charge ; les envois se font ensuite, par le fil rendu, à démarrer après l'acquittement."""
    document = _document(labo, octets)
    demandes = {
        recu.valeur("OBX", 3, 1, place)
        for place in range(recu.compte("OBX"))
        if recu.valeur("OBX", 3, 3, place).casefold() == "metadmpmss" and recu.valeur("OBX", 5, 1, place) == "Y"
    }
    if not labo.defaut("pfi_relais_restrictions_perdues"):
        document.complements.confidentialite = tuple(c for meta, c in _RESTRICTIONS.items() if meta in demandes)
    adresses = [
        adresse
        for place in range(recu.compte("PRT"))
        if recu.valeur("PRT", 4, 1, place) == "RCT" and (adresse := recu.valeur("PRT", 15, 4, place))
    ]
    return threading.Thread(target=_relayer, args=(labo, recu, document, demandes, adresses), daemon=True)


def _document(labo: Labo, octets: bytes) -> Document:
    try:
        entete = cda_lecture.lire_entete(octets)
        date_acte = lire_ts(entete.service_debut or entete.creation)
    except (ReponseIllisible, ValueError) as erreur:
        raise Inexploitable(str(erreur)) from erreur
    patient = next((p for p in labo.base.patients.values() if (p.matricule, p.oid) == entete.ins), None)
    if patient is None or not entete.auteurs:
        raise Inexploitable("patient inconnu, ou document sans auteur")
    document = Document(
        document_id=labo.base.numero("D"),
        patient_id=patient.patient_id,
        titre=entete.titre,
        type_local="CONFIE",
        type_code=entete.type_document.code,
        type_systeme=entete.type_document.systeme,
        type_libelle=entete.type_document.libelle,
        date_acte=date_acte,
        auteur=entete.auteurs[0],
        origine="fichier",
        set_id=entete.set_id,
        unique_id=entete.unique_id,
        cda=octets,
        pdf=pdf.editer_texte(entete.titre, cda_lecture.textes(octets)),
    )
    labo.base.documents[document.document_id] = document
    return document


def _relayer(labo: Labo, recu: Recu, document: Document, demandes: set[str], adresses: list[str]) -> None:
    utilisateur = labo.annuaire.ouvrir(COMPTE)
    retours: list[str] = []
    if "DESTDMP" in demandes or labo.defaut("pfi_relais_toujours_au_dmp"):
        erreur = ""
        try:
            if not labo.defaut("pfi_relais_sans_dmp"):
                alimentation.envoyer(labo, utilisateur, document)
        except ErreurDmp as refus:
            erreur = f"{refus.code}^{refus}"
        except Refus as refus:
            erreur = f"REFUS^{refus}"
        retours.append(_zam(labo, recu, "Z01", "ACK_RECEPTION_DMP^Accusé de réception DMP", erreur, "DMP_ERROR_CODE"))
    for adresse, erreur in _courriels(labo, recu, document, demandes, adresses):
        retours.append(
            _zam(labo, recu, "Z02", "ACK_RECEPTION_MSS^Accusé de réception MSSanté", erreur, "SMTPERRORCODE", adresse)
        )
    for retour in retours if "ACK_RECEPTION" in demandes and not labo.defaut("pfi_relais_muet") else ():
        labo.emission.envoyer(retour)


def _courriels(
    labo: Labo, recu: Recu, document: Document, demandes: set[str], adresses: list[str]
) -> Iterator[tuple[str, str]]:
    utilisateur = labo.annuaire.ouvrir(COMPTE)
    retenues = [a for a in adresses if ("DESTMSSANTEPAT" if a.endswith(_USAGERS) else "DESTMSSANTEPS") in demandes]
    for adresse in () if labo.defaut("pfi_relais_sans_courriel") else [*retenues, *_en_trop(labo, document)]:
        patient = adresse.endswith(_USAGERS)
        demande = Demande(
            bal=labo.postes.bal_applicative(),
            canal="patient" if patient else "professionnel",
            objet=document.titre,
            corps="Un document de santé vous est transmis.",
            destinataires=(adresse,),
            patient_id=document.patient_id,
            documents=(document,),
            accuse_lecture="ACK_LECTURE_MSS" in demandes and not labo.defaut("pfi_lecture_non_demandee"),
        )
        try:
            demande = replace(demande, jointes=joindre(labo, demande))
            envoi = messagerie_envois.envoyer(labo, utilisateur, demande)
        except (Refus, Echec) as erreur:
            yield adresse, f"554^{erreur}"
        else:
            if "ACK_LECTURE_MSS" in demandes and envoi.etat == "envoye":
                labo.lectures[envoi.envoi_id] = recu
                if labo.defaut("pfi_lecture_sans_attendre"):
                    labo.emission.envoyer(_zam(labo, recu, "Z03", _LECTURE, "", "", adresse))
            yield adresse, "" if envoi.etat == "envoye" else f"550^{envoi.destinataires[0].detail or envoi.etat}"


def rendre_les_lectures(labo: Labo) -> None:
    """Chaque accusé de lecture arrivé revient à l'émetteur du document, une fois."""
    for envoi_id, recu in list(labo.lectures.items()):
        envoi = labo.base.envois_mss[envoi_id]
        refus = next((d.detail for d in envoi.destinataires if d.detail and _NON_INTEGRE in d.detail), "")
        if not (envoi.lu or refus) or labo.defaut("pfi_lecture_absente"):
            continue
        del labo.lectures[envoi_id]
        erreur = "" if labo.defaut("pfi_lecture_toujours_positive") else refus.partition(_NON_INTEGRE)[2]
        adresse = envoi.destinataires[0].adresse
        labo.emission.envoyer(_zam(labo, recu, "Z03", _LECTURE, erreur, "applicationErrorCondition", adresse))


def _en_trop(labo: Labo, document: Document) -> list[str]:
    """Les adresses que les défauts ajoutent, sans que l'émetteur l'ait demandé."""
    secretariat = labo.environnement.bal_de_type("ORG")
    usager = adresse_usager(labo.base.patient(document.patient_id))
    ajoutees = [secretariat.adresse] if secretariat and labo.defaut("pfi_relais_copie_au_secretariat") else []
    return [*ajoutees, usager] if usager and labo.defaut("pfi_relais_toujours_au_patient") else ajoutees


def _zam(labo: Labo, recu: Recu, evenement: str, quoi: str, erreur: str, table: str, adresse: str = "") -> str:
    """L'accusé métier d'une opération, à l'émetteur du message."""
    reussi = not erreur or labo.defaut("pfi_relais_toujours_reussi")
    vise = "INCONNU" if labo.defaut("pfi_relais_mauvais_message") else recu.champ("MSH", 10)
    profil = "1.0^LOCAL" if labo.defaut("pfi_relais_profil_local") else "2.1^CISIS_CDA_HL7_V2"
    segments = [
        f"MSH|^~\\&|{recu.champ('MSH', 5)}|{recu.champ('MSH', 6)}|{recu.champ('MSH', 3)}|{recu.champ('MSH', 4)}|"
        f"{maintenant().astimezone(PARIS).strftime('%Y%m%d%H%M%S')}||ZAM^{evenement}^ZAM_Z01|{labo.numero_message()}|P|2.6"
        f"|||||FRA|UNICODE UTF-8|||{profil}",
        f"OBX|1|CWE|{quoi}^AckMetierZAM|{vise}|{'Y' if reussi else 'N'}^^expandedYes-NoIndicator||||||F",
    ]
    if adresse:
        qui = (
            "LECTEUR_MSS^Lecteur du courriel MSSanté" if evenement == "Z03" else "DESTINATAIRE_MSS^Destinataire MSSanté"
        )
        segments.append(f"OBX|2|XTN|{qui}^AckMetierZAM||^^X.400^{adresse}||||||F")
    if not reussi and not labo.defaut("pfi_relais_sans_erreur"):
        propre = erreur.translate(str.maketrans("|&~\\\r", "     "))
        segments.append(f"ERR|||207^Application error^messageErrorCondition|E|{propre}^{table}")
    return "\r".join(segments) + "\r"
