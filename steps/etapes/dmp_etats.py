"""Étapes de l'état d'un envoi tel que le logiciel le montre : attente, refus, code d'erreur."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.dmp import numeros_d_envoi
from steps.etapes.dmp_commun import chercher_envoi
from steps.releves import retirer
from steps.verifications import suivi_dmp
from steps.verifications.dmp import reussi


# -------------------------------------------------------------------- état montré
@given("un DMP qui refuse le prochain envoi")
def envoi_refuse(essai: Essai) -> None:
    essai.banc.dmp.panne("acces_refuse", operation="TD2.1")


@when(parse("le professionnel affiche les documents du patient « {nom} »"))
def afficher_documents(essai: Essai, nom: str) -> None:
    reponse = essai.jouer("lister_documents", "biologiste_1", patient_id=essai.patient(nom).patient_id)
    essai.releves["documents affichés"] = list(reponse.donnees.get("documents", []))


@then(motif(r"l'état d'envoi montré pour (?P<noms>« .+ ») est celui du DMP, lisible par l'utilisateur$"))
def etats_justes(essai: Essai, noms: str) -> None:
    """L'état attendu vient du registre, non de ce que le logiciel a annoncé."""
    documents = [essai.document(nom.strip("« »").strip()) for nom in noms.split(" », « ")]
    attendus = {d.document_id: chercher_envoi(essai, d) is not None for d in documents}
    if len(set(attendus.values())) < 2:
        raise NonConcluant("il faut un document que le DMP a enregistré et un autre qu'il n'a pas")
    essai.bilan.constater(suivi_dmp.etats_montres(retirer(essai, "documents affichés", list), attendus))


@when(parse("le professionnel essaie d'envoyer au DMP le document « {nom} »"))
def essayer_d_envoyer(essai: Essai, nom: str) -> None:
    document = essai.document(nom)
    reponse = essai.jouer(
        "alimenter_dmp", "biologiste_1", patient_id=document.patient.patient_id, documents=[document.document_id]
    )
    essai.releves[f"tentative {nom}"] = (reponse, numeros_d_envoi(essai, document.patient))


@then(parse("le code d'erreur rendu par le DMP pour « {nom} » est montré à l'utilisateur"))
def code_d_erreur(essai: Essai, nom: str) -> None:
    """Le code attendu est celui que le DMP simulé a rendu."""
    reponse, numeros = retirer(essai, f"tentative {nom}", tuple)
    refuses = [e for e in essai.echanges("dmp", tout=True) if e.numero in numeros and not reussi(e)]
    code = refuses[-1].notes.get("code", "") if refuses else ""
    dit = reponse.donnees.get("code_erreur")
    essai.bilan.constater(suivi_dmp.code_montre(code, reponse.messages, dit, tuple(e.numero for e in refuses)))
