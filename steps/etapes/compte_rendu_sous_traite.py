"""Étapes des examens sous-traités : saisis avec leur laboratoire, intégrés au compte rendu, jamais transmis à part."""

from __future__ import annotations

import base64
import hashlib

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.compte_rendu_commun import exporter, imprimer, prevoir, saisis
from steps.etapes.dmp_commun import envois_du_patient, envoyer
from steps.etapes.mss_commun import adresses_des_correspondants, attendre, courriels_de, servis, vus
from steps.flux.documents import pdf_simple
from steps.releves import retirer
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.compte_rendu import niveau_1, sous_traitance, transmission
from steps.verifications.compte_rendu.attendu import Laboratoire, Resultat
from steps.verifications.compte_rendu.transmission import Transmis

_CHAMPS = {
    "nom": "nom",
    "FINESS": "finess",
    "adresse": "adresse",
    "code postal": "code_postal",
    "ville": "ville",
    "téléphone": "telephone",
}


# ------------------------------------------------------------------------ saisir
@given(parse("ce laboratoire sous-traitant pour le compte rendu « {nom} »"))
def laboratoire(essai: Essai, nom: str, datatable: Table) -> None:
    """Tableau d'une ligne : nom, FINESS, adresse, code postal, ville, téléphone."""
    (ligne,) = vocabulaire.table(datatable)
    dit = {champ: ligne[colonne] for colonne, champ in _CHAMPS.items()}
    essai.releves[f"sous-traitant {nom}"] = Laboratoire(**dit)
    prevoir(essai, nom, sous_traitant=dit)


@given(parse("le compte rendu PDF que ce laboratoire a envoyé pour « {nom} »"))
def pdf_recu(essai: Essai, nom: str) -> None:
    """Un PDF qui n'est qu'à ce scénario, et un texte que lui seul porte."""
    graine = f"{essai.graine}{essai.retenu.numero}/{nom}"
    marque = f"Dossier externe {hashlib.sha256(graine.encode()).hexdigest()[:10]}"
    labo = _labo(essai, nom)
    contenu = pdf_simple(f"Compte rendu de {labo.nom}", (marque, "Recherche de mutation : absence de variant."))
    essai.releves[f"PDF du sous-traitant {nom}"] = (contenu, marque)
    prevoir(essai, nom, pdf_sous_traitant_base64=base64.b64encode(contenu).decode())


def _labo(essai: Essai, nom: str) -> Laboratoire:
    labo: Laboratoire | None = essai.releves.get(f"sous-traitant {nom}")
    if labo is None:
        raise NonConcluant(f"la feature parle du sous-traitant de « {nom} » sans l'avoir présenté")
    return labo


# ---------------------------------------------------------------------- intégrer
@then(parse("le compte rendu « {nom} » porte en CDA R2 N3 le PDF du sous-traitant, tel que reçu"))
def pdf_porte(essai: Essai, nom: str) -> None:
    recu, _ = retirer(essai, f"PDF du sous-traitant {nom}", tuple)
    essai.bilan.constater(sous_traitance.pdf_integre(exporter(essai, nom, "N3"), recu, f"« {nom} » en N3"))


@then(
    parse(
        "le compte rendu « {nom} » porte en CDA R2 N3 les résultats du sous-traitant, avec son nom et ses coordonnées"
    )
)
def resultats_portes(essai: Essai, nom: str) -> None:
    essai.bilan.constater(
        sous_traitance.resultats_du_sous_traitant(
            exporter(essai, nom, "N3"), saisis(essai, nom), _labo(essai, nom), f"« {nom} » en N3"
        )
    )


# ------------------------------------------------------------------- transmettre
@when(parse("le compte rendu « {nom} » part au DMP et par MSSanté à ses correspondants"))
def transmettre(essai: Essai, nom: str) -> None:
    """De lui-même ou à la demande : ce qui est jugé est ce qui part avec lui."""
    document = essai.document(nom)
    depuis = retirer(essai, f"depuis {nom}", int)
    if envoyer(essai, document, depuis) is None:
        raise NonConcluant(f"« {nom} » n'est pas arrivé au DMP : rien ne montre ce qui y part")
    adresses = adresses_des_correspondants(essai, document.patient.nom)
    if not _arrive(essai, document, adresses, depuis):
        essai.jouer(
            "envoyer_compte_rendu",
            "biologiste_1",
            patient_id=document.patient.patient_id,
            document_id=document.document_id,
            canal="professionnel",
        )
        if not _arrive(essai, document, adresses, depuis):
            raise NonConcluant(f"« {nom} » n'est pas arrivé par MSSanté : rien ne montre ce qui y part")


def _arrive(essai: Essai, document: DocumentEssai, adresses: list[str], depuis: int) -> bool:
    attendre(essai, lambda _: servis(courriels_de(essai, document, depuis), adresses), depuis)
    return servis(courriels_de(essai, document, depuis), adresses)


@then(parse("le compte rendu du sous-traitant de « {nom} » n'est parti à part ni au DMP, ni par MSSanté"))
def rien_a_part(essai: Essai, nom: str) -> None:
    """La fenêtre est close par l'arrivée, sur les deux canaux, d'un compte rendu validé ensuite."""
    patient = essai.document(nom).patient
    partis = [
        Transmis("DMP", document.fiche.title, document.octets, document.echange)
        for envoi in envois_du_patient(essai, patient)
        for document in envoi.documents_de_sante
        if document.octets
    ]
    for vu in vus(essai):
        partis += [Transmis("MSSanté", cda.nom, cda.octets, vu.numero) for cda in vu.documents]
        partis += [Transmis("MSSanté", piece.nom, piece.octets, vu.numero) for piece in vu.pieces]
    recu, marque = retirer(essai, f"PDF du sous-traitant {nom}", tuple)
    essai.bilan.constater(transmission.rien_a_part(partis, recu, marque, tuple(_propres(essai)), ("DMP", "MSSanté")))


def _propres(essai: Essai) -> list[Resultat]:
    """Un résultat du laboratoire lui-même par compte rendu du scénario."""
    lus = [saisis(essai, nom) for nom in essai.documents]
    return [next(r for r in resultats if r.valeur and not r.sous_traite) for resultats in lus]


@then(parse("les résultats sous-traités de « {nom} » ne sont ni un lien ni une image, en N3, en N1 et en PDF"))
def ni_lien_ni_image(essai: Essai, nom: str) -> None:
    resultats, (recu, _) = saisis(essai, nom), retirer(essai, f"PDF du sous-traitant {nom}", tuple)
    propre = next(r for r in resultats if r.valeur and not r.sous_traite)
    n3 = exporter(essai, nom, "N3")
    essai.bilan.constater(transmission.ni_lien_ni_image_n3(n3, resultats, _labo(essai, nom), recu, f"« {nom} » en N3"))
    n1 = exporter(essai, nom, "N1")
    essai.bilan.exiger(niveau_1.forme_n1(n1, f"« {nom} » en N1"))
    formes = {"N1": niveau_1.corps_pdf(lire_cda(n1)), "PDF": imprimer(essai, nom)}
    for forme, pdf in formes.items():
        essai.bilan.constater(transmission.ni_lien_ni_image_pdf(pdf, resultats, propre, f"« {nom} » en {forme}"))
