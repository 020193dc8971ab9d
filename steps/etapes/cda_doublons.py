"""Étapes des doublons : un document déjà au dossier, reçu par un autre chemin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes.commun import relire
from steps.etapes.dmp_deposes import entrees_du_dmp
from steps.etapes.documents import valider
from steps.logiciel.protocole import ReponseAction
from steps.verifications import doublons_documents
from steps.verifications.cda.lecture import lire_cda


# -------------------------------------------------------------------- doublons
@given(parse("un exemplaire du document « {nom} » du dossier déposé au DMP, que l'on distingue de celui du dossier"))
def exemplaire_distinct(essai: Essai, nom: str) -> None:
    """Même identifiant, titre changé : on saura lequel est affiché."""
    entree = essai.banc.dmp.etat.document(_unique_id(essai, nom))
    if entree is None:
        raise NonConcluant(f"« {nom} » n'est pas au DMP : le scénario ne peut pas commencer")
    local = entree.octets
    titre = lire_cda(local).titre.encode()
    distant = local.replace(titre, titre + b" (exemplaire du DMP)", 1) if titre else local
    if distant == local:
        raise NonConcluant(f"le titre de « {nom} » ne se change pas : les deux exemplaires ne se distingueraient pas")
    essai.banc.dmp.etat.changer_contenu(entree.unique_id, distant)
    essai.releves[f"exemplaires {nom}"] = (local, distant)


def _unique_id(essai: Essai, nom: str) -> str:
    if nom in entrees_du_dmp(essai):
        return entrees_du_dmp(essai)[nom].unique_id
    return str(essai.document(nom).donnees.get("unique_id") or "")


@given(parse("le document « {nom} » du DMP intégré au dossier du patient « {patient} »"))
def integre_du_dmp(essai: Essai, nom: str, patient: str) -> None:
    cible = essai.patient(patient)
    essai.preparer("consulter_dmp", "biologiste_1", patient_id=cible.patient_id)
    reponse = essai.preparer(
        "integrer_document_dmp", "biologiste_1", patient_id=cible.patient_id, unique_id=_unique_id(essai, nom)
    )
    donnees = reponse.donnees.get("document")
    if not isinstance(donnees, Mapping):
        raise NonConcluant(f"l'intégration de « {nom} » n'a pas rendu de document : {reponse.en_phrase()}")
    essai.documents[nom] = DocumentEssai(nom, cible, str(donnees["document_id"]), donnees)


@given(parse("un compte rendu « {nom} » du patient « {patient} » au dossier et au DMP"))
def au_dossier_et_au_dmp(essai: Essai, nom: str, patient: str) -> None:
    """Validé par le logiciel, puis envoyé au DMP s'il ne l'a pas été de lui-même."""
    cible = relire(essai, essai.patient(patient))
    document = valider(essai, cible, nom)
    if essai.banc.dmp.etat.document(_unique_id(essai, nom)) is None:
        essai.preparer("alimenter_dmp", "biologiste_1", patient_id=cible.patient_id, documents=[document.document_id])


@when(parse("le professionnel ouvre au DMP du patient « {patient} » le document « {nom} »"))
def ouvrir_au_dmp(essai: Essai, patient: str, nom: str) -> None:
    """La liste du DMP d'abord, comme le ferait l'utilisateur, puis le document."""
    cible = essai.patient(patient)
    essai.preparer("consulter_dmp", "biologiste_1", patient_id=cible.patient_id)
    reponse = essai.jouer(
        "lire_document_dmp", "biologiste_1", patient_id=cible.patient_id, unique_id=_unique_id(essai, nom)
    )
    essai.releves[f"ouvert au DMP {nom}"] = reponse


@then(parse("le logiciel dit que « {nom} » est déjà au dossier et montre celui du dossier"))
def deja_au_dossier(essai: Essai, nom: str) -> None:
    reponse: ReponseAction = essai.releves[f"ouvert au DMP {nom}"]
    local, distant = essai.releves[f"exemplaires {nom}"]
    essai.bilan.constater(
        doublons_documents.doublon_signale(
            reponse.donnees,
            reponse.messages,
            local=local,
            distant=distant,
            document_id=essai.document(nom).document_id,
            quoi=f"« {nom} »",
        )
    )


@then(parse("« {nom} », qui n'est pas au dossier, s'ouvre depuis le DMP"))
def ouvert_depuis_le_dmp(essai: Essai, nom: str) -> None:
    reponse: ReponseAction = essai.releves[f"ouvert au DMP {nom}"]
    distant = entrees_du_dmp(essai)[nom].octets
    essai.bilan.constater(doublons_documents.absence_de_doublon(reponse.donnees, distant, f"« {nom} »"))


@when(parse("le professionnel essaie d'intégrer au dossier du patient « {patient} » le document « {nom} » de son DMP"))
def essayer_d_integrer(essai: Essai, patient: str, nom: str) -> None:
    cible = essai.patient(patient)
    avant = _identifiants(essai, cible.patient_id)
    reponse = essai.jouer(
        "integrer_document_dmp", "biologiste_1", patient_id=cible.patient_id, unique_id=_unique_id(essai, nom)
    )
    essai.releves[f"intégration {nom}"] = (avant, _identifiants(essai, cible.patient_id), reponse.en_phrase())


@then(parse("« {nom} » n'est pas intégré une seconde fois"))
def integre_une_fois(essai: Essai, nom: str) -> None:
    avant, apres, recu = essai.releves[f"intégration {nom}"]
    essai.bilan.constater(doublons_documents.integre_une_fois(avant, apres, recu, f"« {nom} »"))


def _identifiants(essai: Essai, patient_id: str) -> Sequence[str]:
    reponse = essai.preparer("lister_documents", "biologiste_1", patient_id=patient_id)
    documents: Sequence[Mapping[str, Any]] = reponse.donnees.get("documents", [])
    return [str(document.get("document_id")) for document in documents]
