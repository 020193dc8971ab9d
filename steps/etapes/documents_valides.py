"""Étapes du document qu'un logiciel valide : PDF/A-1 et son nom, datamatrix, mentions RGPD, demandeur, validation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.acteurs import PROFESSIONNELS
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import document_couloir, documents_hopital, vocabulaire
from steps.etapes.compte_rendu_commun import exporter
from steps.etapes.compte_rendu_destinataires import personne, pour_contrat
from steps.etapes.compte_rendu_mentions import avec_sa_feuille, imprimer_preuve, textes_regles
from steps.etapes.dmp_deposes import instant
from steps.etapes.documents import octets
from steps.etapes.mss_commun import choisir_correspondants
from steps.flux.identite import IdentiteUsager
from steps.releves import retirer
from steps.verifications import datamatrix
from steps.verifications import validation_inscrite as validation
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.compte_rendu import fichier, mentions
from steps.verifications.compte_rendu.destinataires import adresse_du_demandeur
from steps.verifications.pdf import verifier_pdf
from steps.verifications.pdf.concordance import transcrit_le_cda

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_PRESCRIPTION = "57833-6"


@when(
    motif(
        rf"{_QUI} rédige et valide pour le patient « (?P<patient>[^»]+) » le document « (?P<nom>[^»]+) »"
        r"(?: d'un acte du (?P<jour>.+)|, demandé par un (?:autre )?(?P<demandeur>médecin))?$"
    )
)
def rediger(essai: Essai, qui: str, patient: str, nom: str, jour: str | None, demandeur: str | None) -> None:
    """Le document du couloir, au niveau qu'il produit ; un demandeur différent à chaque fois."""
    options: dict[str, Any] = {"date_acte": instant(jour).isoformat()} if jour else {}
    if demandeur:
        medecin = personne(choisir_correspondants(essai, 1)[0])
        options["demandeur"] = pour_contrat(medecin)
        essai.releves[f"demandeur {nom}"] = medecin
    avant = datetime.now(UTC)
    documents_hopital.valider(essai, nom, patient, qui=qui, niveau=document_couloir.niveau_produit(essai), **options)
    essai.releves[f"validation {nom}"] = (vocabulaire.role(qui), avant, datetime.now(UTC))


@when(
    motif(
        rf"{_QUI} rédige et valide pour le patient « (?P<patient>[^»]+) » la prescription « (?P<nom>[^»]+) » "
        r"d'un acte du (?P<jour>.+), si ce couloir en produit$"
    )
)
def rediger_prescription(essai: Essai, qui: str, patient: str, nom: str, jour: str) -> None:
    """Le type que le scénario officiel de DOC/va1.01 nomme par son code ; un couloir sans prescription passe outre."""
    produit = next((document for document in essai.produits if document.code == _PRESCRIPTION), None)
    if produit is not None:
        acte = instant(jour).isoformat()
        documents_hopital.valider(essai, nom, patient, qui=qui, quoi=produit.nom, niveau="N1", date_acte=acte)


@then(parse("la prescription « {nom} », s'il y en a une, est un PDF/A-1 au nom réglementaire"))
def prescription_en_pdf(essai: Essai, nom: str) -> None:
    if nom in essai.documents:
        pdf_a1(essai, nom)
        nom_reglementaire(essai, nom)


def _corps(essai: Essai, nom: str) -> tuple[str, ...]:
    """Ce que toute forme de ce document montre : les libellés de ses repères."""
    return tuple(repere["libelle"] for repere in retirer(essai, f"repères {nom}", list))


def _cda(essai: Essai, nom: str) -> bytes:
    return exporter(essai, nom, document_couloir.niveau_produit(essai), complement=True)


# --------------------------------------------------------------------- fichier
@then(parse("le PDF du document « {nom} » est un PDF/A-1"))
def pdf_a1(essai: Essai, nom: str) -> None:
    """Fichier entier, en clair, déclaré PDF/A-1, points contrôlés ; et il dit ce que dit le CDA."""
    pdf, quoi = imprimer_preuve(essai, nom), f"le PDF de « {nom} »"
    essai.bilan.constater(verifier_pdf(pdf, ou=quoi, pdfa="exige"))
    essai.bilan.constater(transcrit_le_cda(pdf, lire_cda(_cda(essai, nom)), ou=quoi))


@then(parse("le nom du PDF du document « {nom} » donne la date de l'acte, le type, le NOM et le prénom"))
def nom_reglementaire(essai: Essai, nom: str) -> None:
    imprimer_preuve(essai, nom)
    nom_fichier = str(essai.releves[f"nom du PDF {nom}"])
    essai.bilan.constater(fichier.nom_du_pdf_edite(nom_fichier, _cda(essai, nom), f"le PDF de « {nom} »"))


@then(parse("le datamatrix INS du PDF du document « {nom} » porte l'identité de son patient"))
def datamatrix_du_pdf(essai: Essai, nom: str) -> None:
    identite = IdentiteUsager.depuis_traits(essai.document(nom).patient.identite)
    essai.bilan.constater(datamatrix.datamatrix_conforme(imprimer_preuve(essai, nom), identite))


# -------------------------------------------------------------------- mentions
@then(parse("le PDF du document « {nom} » porte ces mentions RGPD au bas de la page"))
def rgpd_en_bas(essai: Essai, nom: str) -> None:
    texte = textes_regles(essai, "mentions_rgpd")[-1]
    essai.bilan.constater(
        mentions.rgpd_en_bas_du_pdf(imprimer_preuve(essai, nom), texte, _corps(essai, nom), f"le PDF de « {nom} »")
    )


@then(parse("l'affichage du document « {nom} » montre ces mentions RGPD"))
def rgpd_affiche(essai: Essai, nom: str) -> None:
    """Un CDA N1 s'affiche par son PDF ; un N3 par son récit, et par la feuille de style fournie avec lui."""
    texte, corps, quoi = textes_regles(essai, "mentions_rgpd")[-1], _corps(essai, nom), f"« {nom} »"
    document = essai.document(nom)
    forme = {"forme": "N1"} if document_couloir.niveau_produit(essai) == "N1" else {}
    reponse = essai.jouer("afficher_document", "biologiste_1", document_id=document.document_id, **forme)
    affichage = reponse.donnees.get("affichage")
    if not reponse.fait or not isinstance(affichage, str):
        raise NonConcluant(f"{quoi} ne s'affiche pas : {reponse.en_phrase()}")
    fichier_affiche = f"affichage-{document.document_id}.html"
    essai.bilan.joindre(fichier_affiche, "capture", affichage.encode(), f"affichage de {quoi}", complement=True)
    if reponse.donnees.get("pdf_base64"):
        essai.bilan.constater(mentions.rgpd_au_pdf_affiche(octets(reponse, "pdf_base64"), texte, corps, quoi))
        return
    essai.bilan.constater(mentions.rgpd_a_l_affichage(affichage, texte, corps, quoi))
    if not forme and (presente := avec_sa_feuille(essai, nom)) is not None:
        essai.bilan.constater(mentions.rgpd_par_la_feuille(*presente, texte, corps, quoi))


# ------------------------------------------------------------------- validation
@then(parse("le document « {nom} » porte l'adresse MSSanté de son demandeur"))
def demandeur_joignable(essai: Essai, nom: str) -> None:
    essai.bilan.constater(adresse_du_demandeur(_cda(essai, nom), essai.releves[f"demandeur {nom}"], f"« {nom} »"))


@then(parse("le PDF du document « {nom} » dit qu'il est validé, par qui et quand"))
def validation_dite(essai: Essai, nom: str) -> None:
    """Statut, date et heure de la validation, nom et RPPS de celui qui a validé."""
    role, avant, apres = retirer(essai, f"validation {nom}", tuple)
    ps = next((ps for ps in PROFESSIONNELS if ps.role == role), None)
    if ps is None:
        raise NonConcluant(f"aucun professionnel fictif pour {role}")
    attendue = validation.Validation(ps.nom, ps.rpps, avant, apres)
    essai.bilan.constater(
        validation.validation_inscrite(
            imprimer_preuve(essai, nom, 0), attendue, _corps(essai, nom), f"le PDF de « {nom} »"
        )
    )
