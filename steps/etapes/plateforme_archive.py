"""Étapes d'un dossier patient à qui la plateforme remet les documents d'une archive IHE XDM reçue par MSSanté."""

from __future__ import annotations

from datetime import UTC, datetime

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from simulators.mssante.courriels import Envoi, emetteur_de
from simulators.mssante.courriels.cda import identifiant_local
from simulators.mssante.courriels.modele import BIOLOGIE, LETTRE, RACINE_OID, DocumentJoint
from simulators.socle.correspondants import CORRESPONDANTS
from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes.flux import envoi_hl7
from steps.etapes.liste_travail import documents_de
from steps.flux.identite import IdentiteUsager
from steps.flux.plateforme import DocumentDeMessagerie, document_recu
from steps.releves import retirer
from steps.verifications import dossier_documents
from steps.verifications.documents_hopital import contenu_montre
from steps.verifications.hl7v2 import echanges


@when(parse("la plateforme remet au logiciel les deux documents d'une archive XDM reçue pour le patient « {nom} »"))
def remettre(essai: Essai, nom: str) -> None:
    """Un compte rendu de biologie structuré et une lettre au corps PDF, un message MDM chacun."""
    essai.releves["documents avant l'archive"] = {n: _identifiants(essai, n) for n in essai.patients}
    patient, auteur, destinataire = essai.patient(nom), CORRESPONDANTS[0], CORRESPONDANTS[1]
    graine = f"{essai.graine}{essai.retenu.numero}/{nom}"
    envoi = Envoi(patient.reference, destinataire.bal, emetteur_de(auteur.bal), datetime.now(UTC), graine)
    joints = [envoi.document(genre, f"/{genre.code}") for genre in (BIOLOGIE, LETTRE)]
    identite, a_qui = IdentiteUsager.depuis_reference(patient.reference), commun.a_qui_repondre(essai)
    for joint in joints:
        document = DocumentDeMessagerie(
            joint.cda,
            joint.oid,
            joint.type.code,
            joint.type.libelle,
            auteur.bal,
            destinataire.bal,
            identifiant_local(patient.reference),
            f"{RACINE_OID}.1",
        )
        commun.envoyer(essai, document_recu(document, identite, a_qui, envoi_hl7(essai)))
        essai.bilan.joindre(
            f"{nom}-{joint.type.code}.xml", "fichier-CDA", joint.cda, "CDA de l'archive", complement=True
        )
    essai.releves[f"archive de {nom}"] = joints


def _identifiants(essai: Essai, nom: str) -> list[str]:
    return [str(ligne["document_id"]) for ligne in documents_de(essai, essai.patient(nom))]


def _nouveaux(essai: Essai, nom: str) -> dict[str, str]:
    """Document paru au dossier depuis la remise → son type."""
    avant = retirer(essai, "documents avant l'archive", dict)[nom]
    montres = documents_de(essai, essai.patient(nom))
    return {str(d["document_id"]): str(d.get("type_code") or "") for d in montres if str(d["document_id"]) not in avant}


@then(parse("les deux documents sont au dossier du patient « {nom} », et d'aucun autre"))
def au_dossier(essai: Essai, nom: str) -> None:
    parus, attendus = _nouveaux(essai, nom), {joint.type.code for joint in _joints(essai, nom)}
    for joint in _joints(essai, nom):
        # Un type inattendu se regarde ; celui de l'autre document de l'archive ne compte pas pour celui-ci.
        siens = {cle: type_ for cle, type_ in parus.items() if type_ == joint.type.code or type_ not in attendus}
        vus = [essai.tenter("afficher_document", "biologiste_1", document_id=cle) for cle in siens]
        affiches = [dossier_documents.Affichage.depuis(vu.donnees) for vu in vus if vu.fait]
        quoi = f"dossier de « {nom} »"
        essai.bilan.constater(
            echanges.document_integre(tuple(siens.values()), quoi, joint.type.code, cda=joint.cda, affiches=affiches)
        )
    for autre in essai.patients:
        if autre != nom:
            egares = list(_nouveaux(essai, autre).values())
            essai.bilan.constater(echanges.nulle_part_ailleurs(egares, f"dossier de « {autre} »"))


@then(parse("chacun des deux documents du patient « {nom} » est gardé tel que reçu et s'affiche"))
def gardes(essai: Essai, nom: str) -> None:
    parus = _nouveaux(essai, nom)
    for joint in _joints(essai, nom):
        sien = next((cle for cle, type_ in parus.items() if type_ == joint.type.code), None)
        if sien is None:
            essai.bilan.exiger(
                echanges.document_integre([], f"dossier de « {nom} »", joint.type.code, cda=joint.cda, affiches=())
            )
        assert sien is not None
        montre = essai.preparer("afficher_document", "biologiste_1", document_id=sien)
        affichage, quoi = dossier_documents.Affichage.depuis(montre.donnees), f"document {joint.type.code} de l'archive"
        essai.bilan.constater(dossier_documents.document_garde(affichage, joint.cda, None, quoi))
        essai.bilan.constater(contenu_montre(affichage, joint.cda, quoi))


def _joints(essai: Essai, nom: str) -> list[DocumentJoint]:
    joints: list[DocumentJoint] = retirer(essai, f"archive de {nom}", list)
    return joints
