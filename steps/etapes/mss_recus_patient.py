"""Étapes des documents qu'un cabinet a reçus et qui partent au patient par MSSanté."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from pytest_bdd import then, when

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.dmp_commun import dire
from steps.etapes.mss_commun import adresse_du_patient, attendre, servis, vus
from steps.etapes.mss_jugement import joindre_transmission, juger_sujets
from steps.etapes.mss_reception import envoi_vers
from steps.etapes.plateforme_documents import AVEC_COPIE
from steps.flux.messages import Emetteur
from steps.verifications.mssante import dossier_envois as regles
from steps.verifications.mssante.dossier_lecture import CourrielVu

_ROLE, _DOMAINE = "biologiste_1", "1.2.250.1.213.99.8"


@when("le cabinet reçoit d'un établissement ces documents en PDF/A-1")
def recevoir(essai: Essai, datatable: Table) -> None:
    """Colonnes : « document », « type », « patient ». Un CDA de niveau 1 au PDF/A-1, comme le volet le transporte."""
    for ligne in vocabulaire.table(datatable):
        nom, malade = ligne["document"], essai.patient(ligne["patient"])
        envoi = envoi_vers(essai, nom, _ROLE, malade.reference)
        emetteur = Emetteur(application="DPI VOISIN", structure=envoi.emetteur.structure, domaine=_DOMAINE)
        essai.releves[f"depuis {nom}"] = essai.journal.position()
        reponse = essai.preparer(
            "recevoir_document",
            _ROLE,
            contenu_base64=base64.b64encode(envoi.document(AVEC_COPIE[ligne["type"]], f"/{nom}").cda).decode(),
            emetteur=emetteur.pour_contrat(),
        )
        donnees: Any = reponse.donnees.get("document")
        if not isinstance(donnees, Mapping):
            raise NonConcluant(f"recevoir_document n'a pas rendu de document : {reponse.en_phrase()}")
        essai.documents[nom] = DocumentEssai(nom, malade, str(donnees["document_id"]), donnees)
        essai.releves[f"type {nom}"] = AVEC_COPIE[ligne["type"]].code


def _portants(essai: Essai, document: DocumentEssai) -> list[CourrielVu]:
    """Les courriels dont l'archive porte un document de ce patient et de ce type ; le logiciel a pu le récrire."""
    matricule, code = document.patient.reference.matricule_ins, essai.releves[f"type {document.nom}"]
    return [
        vu
        for vu in vus(essai, essai.releves[f"depuis {document.nom}"])
        if any(lu.matricule == matricule and lu.entete.code and lu.entete.code.code == code for lu in vu.documents)
    ]


@then("chacun de ces documents part au patient par MSSanté, de lui-même ou à défaut à la demande")
def partis(essai: Essai) -> None:
    """L'exigence veut l'envoi ; qu'il se déclenche de lui-même n'est dit que du scénario."""
    for document in list(essai.documents.values()):
        quoi, adresse = f"le document « {document.nom} »", [adresse_du_patient(document.patient)]
        depuis = essai.releves[f"depuis {document.nom}"]
        attendre(essai, lambda _, d=document, a=adresse: servis(_portants(essai, d), a), depuis)  # type: ignore[misc]
        seuls = _portants(essai, document)
        essai.bilan.constater(
            regles.compte_rendu_arrive(regles.R_RECU_SEUL, seuls, adresse, quoi, dire(essai.derniere))
        )
        if not servis(seuls, adresse):
            essai.jouer(
                "envoyer_compte_rendu",
                _ROLE,
                patient_id=document.patient.patient_id,
                document_id=document.document_id,
                canal="patient",
            )
            attendre(essai, lambda _, d=document, a=adresse: servis(_portants(essai, d), a), depuis)  # type: ignore[misc]
        portants = _portants(essai, document)
        essai.bilan.constater(regles.compte_rendu_arrive(regles.R_RECU, portants, adresse, quoi, dire(essai.derniere)))
        essai.bilan.constater(regles.a_eux_seuls(portants, adresse, quoi))


@then("les courriels qui portent ces documents suivent les règles de transmission de documents de santé")
def transmissions(essai: Essai) -> None:
    """ECO.2.1.1 à 2.1.6 : un usager, archive et PDF/A-1, objet, nom des PDF, métadonnées."""
    portants = {vu.numero: (vu, document) for document in essai.documents.values() for vu in _portants(essai, document)}
    juger_sujets(essai, [(vu, document.patient, {}) for vu, document in portants.values()], "transmission")
    joindre_transmission(essai, [vu for vu, _ in portants.values()])
