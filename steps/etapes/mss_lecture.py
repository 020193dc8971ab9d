"""Étapes de la liste des courriels MSSanté reçus et de l'intégration des CDA d'une archive jointe."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pytest_bdd import then
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.documents import octets
from steps.etapes.mss_reception import recu
from steps.logiciel.protocole import ReponseAction
from steps.verifications.mssante import dossier_lu as regles


@then(parse("la liste des courriels reçus montre l'objet du courriel « {nom} » sans le préfixe technique"))
def objet_de_transmission(essai: Essai, nom: str) -> None:
    depose = recu(essai, nom)
    essai.bilan.constater(regles.objet_en_liste(depose.en_liste, depose.vu.objet, transmission=True))


@then(parse("la liste des courriels reçus montre l'objet du courriel « {nom} » tel quel"))
def objet_ordinaire(essai: Essai, nom: str) -> None:
    depose = recu(essai, nom)
    essai.bilan.constater(regles.objet_en_liste(depose.en_liste, depose.vu.objet, transmission=False))


@then(parse("chaque CDA du courriel « {nom} » est intégré, tel que reçu"))
def cdas_integres(essai: Essai, nom: str) -> None:
    """L'empreinte du CDA gardé, que le logiciel l'affiche ou qu'on l'exporte."""
    reponse = essai.releves.get(f"intégration {nom}")
    if not isinstance(reponse, ReponseAction):
        raise NonConcluant(f"la feature constate l'intégration de « {nom} » sans l'avoir demandée")
    documents = [d for d in reponse.donnees.get("documents", []) if isinstance(d, Mapping)]
    gardes = [_empreinte(essai, str(d.get("document_id"))) for d in documents]
    cdas = [document.octets for document in recu(essai, nom).vu.documents]
    essai.bilan.constater(regles.cdas_integres(gardes, cdas, f"« {nom} »"))


def _empreinte(essai: Essai, document_id: str) -> str:
    affiche = essai.tenter("afficher_document", "biologiste_1", document_id=document_id)
    if dite := str(affiche.donnees.get("cda_sha256") or ""):
        return dite
    export = essai.tenter("exporter_document", "biologiste_1", document_id=document_id)
    return hashlib.sha256(octets(export, "cda_base64")).hexdigest() if export.donnees.get("cda_base64") else ""
