"""Étapes de la sélection de plusieurs documents du DMP : choisis ensemble, intégrés en une fois, relus au dossier."""

from __future__ import annotations

import hashlib

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.cda_documents import afficher
from steps.etapes.dmp_deposes import entrees_du_dmp
from steps.verifications.dossier_selection import selection_integree


def _au_dossier(essai: Essai, patient: str) -> list[str]:
    liste = essai.preparer("lister_documents", "biologiste_1", patient_id=essai.patient(patient).patient_id)
    return [str(document["document_id"]) for document in liste.donnees.get("documents", [])]


@when(
    motif(
        r"(?P<qui>le professionnel|un autre professionnel) choisit ensemble dans le DMP du patient « (?P<patient>[^»]+) » "
        r"(?P<noms>(?:« [^»]+ »(?:, | et )?)+), et les intègre au dossier$"
    )
)
def choisir_et_integrer(essai: Essai, qui: str, patient: str, noms: str) -> None:
    choisis = [nom.strip("« »").strip() for nom in noms.replace(" » et « ", " », « ").split(", ")]
    entrees = entrees_du_dmp(essai)
    avant = _au_dossier(essai, patient)
    reponse = essai.jouer(
        "integrer_documents_dmp",
        vocabulaire.role(qui),
        patient_id=essai.patient(patient).patient_id,
        unique_ids=[entrees[nom].unique_id for nom in choisis],
    )
    nouveaux = [document_id for document_id in _au_dossier(essai, patient) if document_id not in avant]
    essai.releves[f"sélection {patient}"] = (choisis, nouveaux, reponse.en_phrase())


@then(parse("les documents choisis sont au dossier du patient « {patient} », tels que dans le DMP, et eux seuls"))
def integres(essai: Essai, patient: str) -> None:
    """Chaque document entré au dossier est affiché : le logiciel dit alors quels octets il garde."""
    choisis, nouveaux, recu = essai.releves[f"sélection {patient}"]
    empreintes = {nom: hashlib.sha256(e.octets).hexdigest() for nom, e in entrees_du_dmp(essai).items()}
    essai.bilan.constater(
        selection_integree(
            {document_id: afficher(essai, document_id).cda_sha256 for document_id in nouveaux},
            {nom: sha for nom, sha in empreintes.items() if nom in choisis},
            {nom: sha for nom, sha in empreintes.items() if nom not in choisis},
            recu,
        )
    )
