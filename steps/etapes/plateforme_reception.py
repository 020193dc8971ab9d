"""Étapes d'un logiciel qui reçoit d'une plateforme, en MDM, les documents arrivés par MSSanté."""

from __future__ import annotations

import re
from collections.abc import Callable

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.correspondants import CORRESPONDANTS
from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes.flux import DOMAINE_ETRANGER, envoi_hl7, identifiant_emetteur
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice, lettre_de_liaison
from steps.flux.identite import IdentiteUsager
from steps.flux.plateforme import DocumentDeMessagerie, document_recu
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications.dossier_documents import Affichage
from steps.verifications.hl7v2 import acquittement, echanges

_TYPE, _LIBELLE = "11490-0", "Lettre de liaison à la sortie d'un établissement de soins"


def _types_au_dossier(essai: Essai, patient: PatientEssai) -> dict[str, str]:
    """Document du dossier → son type."""
    reponse = essai.preparer("lister_documents", "biologiste_1", patient_id=patient.patient_id)
    return {str(d["document_id"]): str(d.get("type_code", "")) for d in reponse.donnees.get("documents", [])}


@when(parse("la plateforme transmet au logiciel la lettre du patient « {nom} » qu'elle a reçue par MSSanté"))
def transmettre_lettre(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    essai.releves["dossiers avant"] = {n: _types_au_dossier(essai, p) for n, p in essai.patients.items()}
    message, cda = _mdm(essai, patient)
    envoi = commun.envoyer(essai, message)
    essai.releves["messages du banc"] = [(f"lettre de « {nom} »", message, envoi)]
    essai.releves["lettre transmise"] = (nom, message, envoi)
    essai.releves["document transmis"] = cda
    essai.bilan.joindre(f"mdm-{nom}.hl7", "message", message, f"MDM envoyé pour « {nom} »", complement=True)


def _mdm(essai: Essai, patient: PatientEssai) -> tuple[bytes, bytes]:
    """Le message et le document qu'il porte, jamais deux fois le même : il pourrait être refusé pour cela."""
    envoi, identite = envoi_hl7(essai), IdentiteUsager.depuis_reference(patient.reference)
    rang = int(essai.releves["messages envoyés"])
    oid = f"{DOMAINE_ETRANGER}.5.{patient.reference.matricule}.{envoi.horodatage}.{rang}"
    auteur, destinataire = CORRESPONDANTS[0], CORRESPONDANTS[1]
    cda = lettre_de_liaison(
        identite,
        AuteurDocument(identifiant=f"8{auteur.rpps}", nom=auteur.nom, prenom=auteur.prenom),
        StructureEmettrice(identifiant="1990000777", nom="HOPITAL VOISIN", domaine=DOMAINE_ETRANGER),
        EnvoiDocument(oid=oid, oid_lot=f"{oid}.1", instant=envoi.instant, patient_id=identifiant_emetteur(patient)),
        mention=f"Lettre n° {rang} de {auteur.nom}.",
    )
    local = identifiant_emetteur(patient)
    document = DocumentDeMessagerie(cda, oid, _TYPE, _LIBELLE, auteur.bal, destinataire.bal, local, DOMAINE_ETRANGER)
    qui = commun.a_qui_repondre(essai)
    return document_recu(document, identite, qui, envoi).encode(), cda


@when("elle lui renvoie le même message, comme si l'acquittement s'était perdu")
def renvoyer(essai: Essai) -> None:
    nom, message, _ = retirer(essai, "lettre transmise", tuple)
    essai.releves["documents avant le renvoi"] = len(_nouveaux(essai, nom))
    commun.envoyer(essai, message)


def _nouveaux(essai: Essai, nom: str) -> dict[str, str]:
    """Document paru au dossier depuis le message → son type."""
    avant = retirer(essai, "dossiers avant", dict)[nom]
    return {cle: type_ for cle, type_ in _types_au_dossier(essai, essai.patient(nom)).items() if cle not in avant}


@then(parse("la lettre est au dossier du patient « {nom} », et d'aucun autre"))
def lettre_au_dossier(essai: Essai, nom: str) -> None:
    nouveaux = _nouveaux(essai, nom)
    vus = [essai.tenter("afficher_document", "biologiste_1", document_id=cle) for cle in nouveaux]
    essai.bilan.constater(
        echanges.document_integre(
            tuple(nouveaux.values()), f"dossier de « {nom} »", _TYPE, cda=retirer(essai, "document transmis", bytes),
            affiches=tuple(Affichage.depuis(reponse.donnees) for reponse in vus if reponse.fait),
        )
    )  # fmt: skip
    for autre in essai.patients:
        if autre != nom:
            ailleurs = tuple(_nouveaux(essai, autre).values())
            essai.bilan.constater(echanges.nulle_part_ailleurs(ailleurs, f"dossier de « {autre} »"))


@then(parse("la lettre n'est qu'une fois au dossier du patient « {nom} »"))
def une_fois(essai: Essai, nom: str) -> None:
    avant = retirer(essai, "documents avant le renvoi", int)
    essai.bilan.constater(echanges.integre_une_fois(avant, len(_nouveaux(essai, nom)), f"dossier de « {nom} »"))


_DEFAUTS: dict[str, Callable[[bytes], bytes]] = {
    "sans patient": lambda m: re.sub(rb"\rPID[^\r]*", b"", m),
    "dont le document ne se décode pas": lambda m: re.sub(rb"(Base64\^)[A-Za-z0-9+/=]{40}", rb"\1!!!!", m, count=1),
    "d'un type inconnu": lambda m: m.replace(b"|MDM^T02^MDM_T02|", b"|XYZ^Z99^XYZ_Z99|", 1),
}


@then(
    motif(
        r"il refuse, en disant pourquoi, un message (?P<defaut>sans patient|dont le document ne se décode pas|d'un type inconnu)$"
    )
)
def refuse(essai: Essai, defaut: str) -> None:
    """Le même message, juste, a été accepté : c'est ce défaut qui fait le refus."""
    nom, _, accepte = retirer(essai, "lettre transmise", tuple)
    fautif = _DEFAUTS[defaut](_mdm(essai, essai.patient(nom))[0])
    envoi = commun.envoyer(essai, fautif)
    numero = envoi.echange.numero
    reponse = envoi.reponse
    essai.bilan.constater(acquittement.acquittement_rendu(fautif, reponse, numero))
    essai.bilan.constater(acquittement.refus_honnete(envoi.code, defaut, numero, temoin=accepte.code))
