"""Étapes des comptes rendus : validation, export du CDA, édition sur papier."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir
from steps.etapes.commun import changer_reglage, relire
from steps.flux.identite import IdentiteUsager
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import datamatrix, diffusion, parametrage, pdf

_CHAMPS_CHOISIS = ("nom_utilise", "prenom_utilise", "code_lieu_naissance")


def valider(essai: Essai, patient: PatientEssai, nom: str, **options: Any) -> DocumentEssai:
    """Valide le document du couloir ; sans document, le scénario n'est pas jugeable."""
    portes = document_couloir.reperes(len(essai.documents) + 3)
    reponse = document_couloir.valider(essai, patient, portes, **options)
    document = document_couloir.document_rendu(essai, nom, patient, reponse)
    if document is None:
        raise NonConcluant(f"la validation n'a pas rendu de document : {reponse.en_phrase()}")
    return document


def octets(reponse: ReponseAction, champ: str) -> bytes:
    """Le fichier rendu en base64 par une action ; NonConcluant s'il manque ou ne se décode pas."""
    texte = reponse.donnees.get(champ)
    if not reponse.fait or not isinstance(texte, str):
        raise NonConcluant(f"{champ} attendu, reçu : {reponse.en_phrase()}")
    try:
        return base64.b64decode(texte, validate=True)
    except binascii.Error as erreur:
        raise NonConcluant(f"{champ} : base64 illisible ({erreur})") from erreur


@when(parse("le professionnel valide un compte rendu pour le patient « {nom} » et l'exporte"))
def valider_et_exporter(essai: Essai, nom: str) -> None:
    document = valider(essai, relire(essai, essai.patient(nom)), f"compte rendu de {nom}")
    reponse = essai.jouer("exporter_document", "biologiste_1", document_id=document.document_id)
    contenu = octets(reponse, "cda_base64")
    essai.releves["cda"] = contenu
    essai.bilan.joindre(f"{document.document_id}.xml", "document", contenu, f"compte rendu CDA de « {nom} »")


@when(parse("le professionnel valide et imprime un compte rendu pour le patient « {nom} »"))
def valider_et_imprimer(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    document = valider(essai, patient, f"compte rendu de {nom}")
    reponse = essai.jouer(
        "editer_document", "biologiste_1", patient_id=patient.patient_id, document_id=document.document_id
    )
    contenu = octets(reponse, "pdf_base64")
    essai.releves["pdf"] = contenu
    essai.bilan.joindre(f"{document.document_id}.pdf", "document", contenu, f"compte rendu imprimé de « {nom} »")


@when("l'administrateur ajoute nom utilisé, prénom utilisé et code lieu de naissance aux éditions")
def ajouter_aux_editions(essai: Essai) -> None:
    reponse = changer_reglage(essai, "champs_edition", list(_CHAMPS_CHOISIS))
    essai.bilan.exiger(parametrage.reglage_change("champs_edition", reponse.resultat, reponse.en_phrase()))


@when("l'administrateur n'ajoute aucun trait aux éditions")
def ne_rien_ajouter_aux_editions(essai: Essai) -> None:
    changer_reglage(essai, "champs_edition", [])


def _identite(essai: Essai, nom: str) -> IdentiteUsager:
    """L'identité que le document doit porter : réponse d'INSi, complétée des traits saisis."""
    patient = essai.patient(nom)
    reference = IdentiteUsager.depuis_reference(patient.reference)
    return IdentiteUsager(
        nom_naissance=reference.nom_naissance,
        premier_prenom_naissance=patient.saisie["premier_prenom_naissance"],
        prenoms_naissance=reference.prenoms_naissance,
        date_naissance=reference.date_naissance,
        sexe=reference.sexe,
        code_lieu_naissance=reference.code_lieu_naissance,
        nom_utilise=patient.saisie.get("nom_utilise", ""),
        prenom_utilise=patient.saisie.get("prenom_utilise", ""),
        matricule_ins=reference.matricule_ins,
        oid_ins=reference.oid_ins,
    )


@then(parse("le document imprimé montre l'identité minimale et le matricule INS du patient « {nom} »"))
def identite_imprimee(essai: Essai, nom: str) -> None:
    essai.bilan.constater(pdf.traits_affiches(retirer(essai, "pdf", bytes), _identite(essai, nom)))


@then(
    parse("le document imprimé montre aussi nom utilisé, prénom utilisé et code lieu de naissance du patient « {nom} »")
)
def traits_choisis_imprimes(essai: Essai, nom: str) -> None:
    essai.bilan.constater(
        pdf.champs_supplementaires(retirer(essai, "pdf", bytes), _identite(essai, nom), list(_CHAMPS_CHOISIS))
    )


@then(parse("le document imprimé ne montre pas d'autres traits du patient « {nom} »"))
def traits_non_choisis(essai: Essai, nom: str) -> None:
    essai.bilan.constater(pdf.champs_supplementaires(retirer(essai, "pdf", bytes), _identite(essai, nom), ()))


@then(parse("le datamatrix INS du document imprimé porte l'identité du patient « {nom} »"))
def datamatrix_imprime(essai: Essai, nom: str) -> None:
    essai.bilan.constater(datamatrix.datamatrix_conforme(retirer(essai, "pdf", bytes), _identite(essai, nom)))


@then(parse("le document imprimé ne porte ni matricule INS, ni OID, ni datamatrix du patient « {nom} »"))
def rien_d_ins_imprime(essai: Essai, nom: str) -> None:
    contenu, identite = retirer(essai, "pdf", bytes), _identite(essai, nom)
    essai.bilan.constater(pdf.ins_absente_de_l_edition(contenu, identite))
    essai.bilan.constater(datamatrix.datamatrix_absent(contenu, identite))


@then(parse("le document exporté ne porte ni le matricule INS ni l'OID du patient « {nom} »"))
def cda_sans_ins(essai: Essai, nom: str) -> None:
    essai.bilan.constater(diffusion.ins_absente(retirer(essai, "cda", bytes), _identite(essai, nom)))


@then(parse("le document exporté porte le matricule INS et l'OID du patient « {nom} »"))
def cda_avec_ins(essai: Essai, nom: str) -> None:
    essai.bilan.constater(diffusion.ins_presente(retirer(essai, "cda", bytes), _identite(essai, nom)))
