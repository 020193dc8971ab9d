"""Étapes de ce que l'ouverture d'un dossier annonce du DMP : nouveaux documents, versions, suppressions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.dmp.ebrim import DELETED
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.dmp_commun import dossier, type_code
from steps.etapes.dmp_deposes import entrees_du_dmp, redeposer
from steps.logiciel.protocole import ReponseAction
from steps.verifications import dossier_annonces as regles
from steps.verifications.cda.dates import PARIS
from steps.verifications.liste_dmp import document_ouvert

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"


# ------------------------------------------------------------------ mise en place
@given(parse("une dernière venue du patient « {nom} » il y a {jours:d} jours, ou une période d'annonce de cette durée"))
def derniere_venue(essai: Essai, nom: str, jours: int) -> None:
    """L'exigence laisse le choix : dernière venue ou période réglée. L'une des deux doit pouvoir être posée."""
    fin = datetime.now(PARIS) - timedelta(days=jours)
    debut = fin - timedelta(days=1)
    sejour = essai.tenter(
        "enregistrer_sejour",
        "biologiste_1",
        patient_id=essai.patient(nom).patient_id,
        debut=debut.isoformat(timespec="seconds"),
        fin=fin.isoformat(timespec="seconds"),
    )
    periode = essai.tenter("configurer", "administrateur", parametre="annonce_documents_dmp", valeur=jours)
    if not (sejour.fait or periode.fait):
        raise NonConcluant(
            f"ni la dernière venue ni la période d'annonce ne se posent : {sejour.en_phrase()} ; {periode.en_phrase()}"
        )


@given(parse("une version plus récente du document « {nom} » déposée au DMP du patient « {patient} »"))
def version_deposee(essai: Essai, nom: str, patient: str) -> None:
    """Par le même auteur : même lot de versions, l'ancienne remplacée au registre."""
    redeposer(essai, essai.patient(patient), nom)


@given(parse("le document « {nom} » supprimé du DMP du patient « {patient} »"))
def supprime_du_dmp(essai: Essai, nom: str, patient: str) -> None:
    entree = entrees_du_dmp(essai)[nom]
    essai.banc.dmp.etat.changer_statut(dossier(essai, essai.patient(patient)), entree.entry_uuid, DELETED)


# ----------------------------------------------------------------------- agir
@when(motif(rf"{_QUI} ouvre le dossier du patient « (?P<nom>[^»]+) »$"))
def ouvrir_dossier(essai: Essai, qui: str, nom: str) -> None:
    reponse = essai.jouer("ouvrir_dossier", vocabulaire.role(qui), patient_id=essai.patient(nom).patient_id)
    if not reponse.fait:
        raise NonConcluant(f"le dossier du patient « {nom} » ne s'ouvre pas : {reponse.en_phrase()}")
    essai.releves[f"annonce {nom}"] = reponse.donnees


def _annonce(essai: Essai, nom: str) -> Mapping[str, Any]:
    donnees = essai.releves.get(f"annonce {nom}")
    if not isinstance(donnees, Mapping):
        raise NonConcluant(f"la feature juge une annonce sans avoir ouvert le dossier de « {nom} »")
    return donnees


# ------------------------------------------------------------------ nouveaux documents
@then(parse("l'ouverture du dossier du patient « {nom} » annonce les documents d'autres structures, par type"))
def nouveaux(essai: Essai, nom: str, datatable: Table) -> None:
    attendus = {type_code(ligne["type"]): int(ligne["nombre"]) for ligne in vocabulaire.table(datatable)}
    essai.bilan.constater(regles.nouveaux_annonces(_annonce(essai, nom), attendus, f"patient « {nom} »"))


@then(parse("l'ouverture du dossier du patient « {nom} » n'annonce aucun nouveau document, {ecartes}"))
def aucun_nouveau(essai: Essai, nom: str, ecartes: str) -> None:
    essai.bilan.constater(regles.aucun_annonce(_annonce(essai, nom), ecartes, f"patient « {nom} »"))


# --------------------------------------------------------------------- versions
@then(
    parse(
        "la version plus récente du document « {nom} » est signalée à l'ouverture du dossier du patient « {patient} »"
    )
)
def version_signalee(essai: Essai, nom: str, patient: str) -> None:
    annonce, document_id = _annonce(essai, patient), essai.document(nom).document_id
    suivante = _suivante(essai, nom)
    essai.bilan.constater(regles.changement_signale(annonce, document_id, f"« {nom} »", suivante=suivante))


@then(parse("la suppression du document « {nom} » est signalée à l'ouverture du dossier du patient « {patient} »"))
def suppression_signalee(essai: Essai, nom: str, patient: str) -> None:
    annonce, document_id = _annonce(essai, patient), essai.document(nom).document_id
    essai.bilan.constater(regles.changement_signale(annonce, document_id, f"« {nom} »", suivante="", supprime=True))


@then(parse("rien n'est signalé du document « {nom} » à l'ouverture du dossier du patient « {patient} »"))
def non_signale(essai: Essai, nom: str, patient: str) -> None:
    annonce, document_id = _annonce(essai, patient), essai.document(nom).document_id
    essai.bilan.constater(regles.rien_signale(annonce, document_id, f"« {nom} »"))


@when(
    parse(
        "le professionnel visualise puis intègre la version plus récente du document « {nom} » du patient « {patient} »"
    )
)
def integrer_version(essai: Essai, nom: str, patient: str) -> None:
    """Vue d'abord, intégrée ensuite, comme l'utilisateur que le logiciel vient d'avertir."""
    patient_id, suivante = essai.patient(patient).patient_id, _suivante(essai, nom)
    vue = essai.jouer("lire_document_dmp", "biologiste_1", patient_id=patient_id, unique_id=suivante)
    entree = entrees_du_dmp(essai)[f"{nom}, version suivante"]
    essai.bilan.constater(
        document_ouvert(entree.corps.sha256, vue.donnees.get("contenu_sha256"), entree.fiche.title, vue.en_phrase())
    )
    essai.releves[f"version intégrée {nom}"] = essai.jouer(
        "integrer_document_dmp", "biologiste_1", patient_id=patient_id, unique_id=suivante
    )


def _suivante(essai: Essai, nom: str) -> str:
    trouvee = entrees_du_dmp(essai).get(f"{nom}, version suivante")
    if trouvee is None:
        raise NonConcluant(f"la feature parle d'une version plus récente de « {nom} » sans l'avoir déposée au DMP")
    return trouvee.unique_id


@then(parse("les deux versions du document « {nom} » sont au dossier du patient « {patient} »"))
def deux_versions(essai: Essai, nom: str, patient: str) -> None:
    reponse: ReponseAction = essai.releves[f"version intégrée {nom}"]
    donnees = reponse.donnees.get("document")
    nouvelle = str(donnees["document_id"]) if isinstance(donnees, Mapping) else ""
    presents = _au_dossier(essai, patient)
    ancienne = essai.document(nom).document_id
    gardee = essai.tenter("afficher_document", "biologiste_1", document_id=nouvelle) if nouvelle else None
    essai.bilan.constater(
        regles.deux_versions_au_dossier(
            presents,
            ancienne,
            nouvelle,
            f"« {nom} »",
            gardee=str(gardee.donnees.get("cda_sha256") or "") if gardee else "",
            voulue=hashlib.sha256(entrees_du_dmp(essai)[f"{nom}, version suivante"].octets).hexdigest(),
        )
    )


@when(parse("le professionnel ôte du dossier du patient « {patient} » le document « {nom} »"))
def oter(essai: Essai, patient: str, nom: str) -> None:
    essai.releves[f"ôté {nom}"] = essai.jouer(
        "supprimer_document", "biologiste_1", document_id=essai.document(nom).document_id
    )


@then(parse("le document « {nom} » n'est plus au dossier du patient « {patient} »"))
def ote(essai: Essai, nom: str, patient: str) -> None:
    reponse: ReponseAction = essai.releves[f"ôté {nom}"]
    presents, document_id = _au_dossier(essai, patient), essai.document(nom).document_id
    cible = essai.patient(patient)
    restent = [d.document_id for d in essai.documents.values() if d.patient is cible and d.document_id != document_id]
    essai.bilan.constater(
        regles.document_ote(reponse.resultat, presents, document_id, f"« {nom} »", reponse.en_phrase(), restent)
    )


def _au_dossier(essai: Essai, patient: str) -> Sequence[str]:
    reponse = essai.preparer("lister_documents", "biologiste_1", patient_id=essai.patient(patient).patient_id)
    return [str(document.get("document_id")) for document in reponse.donnees.get("documents", [])]
