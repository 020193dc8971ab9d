"""Étapes des formes montrées d'un compte rendu : N3, N1 et PDF à l'écran, document auto-présentable."""

from __future__ import annotations

import base64
import binascii

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.compte_rendu_commun import exporter, imprimer, saisis
from steps.etapes.documents import octets
from steps.logiciel.protocole import ReponseAction
from steps.personne.chromium_rendu import rendre
from steps.releves import retirer
from steps.verifications.compte_rendu import affichage_formes, feuille, microbiologie, structure
from steps.verifications.pdf import verifier_pdf

_FORMES = ("N3", "N1", "PDF")


# ---------------------------------------------------------------------- afficher
@when(parse("le professionnel affiche le compte rendu « {nom} » en N3, en N1 et en PDF"))
def afficher_les_formes(essai: Essai, nom: str) -> None:
    document = essai.document(nom)
    for forme in _FORMES:
        reponse = essai.jouer("afficher_document", "biologiste_1", document_id=document.document_id, forme=forme)
        if not reponse.fait:
            raise NonConcluant(f"« {nom} » ne s'affiche pas en {forme} : {reponse.en_phrase()}")
        essai.releves[f"affiché {forme} {nom}"] = reponse


@then(parse("l'affichage du compte rendu « {nom} » montre en N3, en N1 et en PDF chaque résultat"))
def formes_montrees(essai: Essai, nom: str) -> None:
    attendus, temoin = saisis(essai, nom), essai.document(nom).patient.reference.nom_naissance
    n3 = _affiche(essai, "N3", nom)
    rendu = str(n3.donnees.get("affichage") or "")
    essai.bilan.joindre(f"{nom}-N3.html", "capture", rendu.encode(), f"« {nom} » affiché en N3", complement=True)
    essai.bilan.constater(
        affichage_formes.n3_affiche(rendu, exporter(essai, nom, "N3", complement=True), attendus, temoin, f"« {nom} »")
    )
    n1 = _affiche(essai, "N1", nom)
    empreinte = str(n1.donnees.get("corps_sha256") or "")
    cda = exporter(essai, nom, "N1", complement=True)
    essai.bilan.constater(affichage_formes.n1_affiche(_pdf(n1), empreinte, cda, f"« {nom} »"))
    pdf = _pdf(_affiche(essai, "PDF", nom))
    essai.bilan.constater(affichage_formes.pdf_affiche(pdf, attendus, temoin, f"« {nom} »"))
    if pdf:
        essai.bilan.joindre(f"{nom}.pdf", "document", pdf, f"« {nom} » affiché en PDF", complement=True)
        essai.bilan.constater(verifier_pdf(pdf, ou=f"PDF affiché de « {nom} »", pdfa="exige"))


def _affiche(essai: Essai, forme: str, nom: str) -> ReponseAction:
    reponse: ReponseAction = retirer(essai, f"affiché {forme} {nom}", ReponseAction)
    return reponse


def _pdf(reponse: ReponseAction) -> bytes:
    texte = reponse.donnees.get("pdf_base64")
    try:
        return base64.b64decode(texte, validate=True) if isinstance(texte, str) else b""
    except binascii.Error:
        return b""


# -------------------------------------------------------------- auto-présentable
@when(parse("le professionnel exporte le compte rendu « {nom} » en CDA R2 N3 auto-présentable"))
def exporter_auto_presentable(essai: Essai, nom: str) -> None:
    document = essai.document(nom)
    reponse = essai.jouer(
        "exporter_document", "biologiste_1", document_id=document.document_id, niveau="N3", auto_presentable=True
    )
    contenu = octets(reponse, "cda_base64")
    essai.releves[f"auto-présentable {nom}"] = (contenu, bool(reponse.donnees.get("feuille_style_base64")))
    fichier = f"{document.document_id}-auto-presentable.xml"
    essai.bilan.joindre(fichier, "document", contenu, f"« {nom} » en CDA N3 auto-présentable", complement=True)


@then(parse("le CDA auto-présentable « {nom} » embarque sa feuille de style, qui montre tout ce que dit le PDF"))
def presente_de_lui_meme(essai: Essai, nom: str) -> None:
    contenu, jointe = retirer(essai, f"auto-présentable {nom}", tuple)
    matricule, quoi = essai.document(nom).patient.reference.matricule_ins, f"« {nom} »"
    essai.bilan.constater(feuille.feuille_embarquee(contenu, jointe=jointe, quoi=quoi))
    essai.bilan.constater(structure.resultats_structures(contenu, saisis(essai, nom), f"{quoi} auto-présentable"))
    if trouves := essai.releves.get(f"germes {nom}"):
        essai.bilan.constater(microbiologie.germes_structures(contenu, trouves, f"{quoi} auto-présentable"))
    essai.bilan.constater(
        feuille.feuille_montre_tout(contenu, imprimer(essai, nom, complement=True), saisis(essai, nom), matricule, quoi)
    )


@then(
    parse(
        "l'affichage du CDA auto-présentable « {nom} » est à regarder dans Google Chrome, Mozilla Firefox et Apple Safari"
    )
)
def dans_les_navigateurs(essai: Essai, nom: str) -> None:
    """Chromium est joué par le banc quand la campagne en a un ; les autres navigateurs demandent une personne."""
    contenu, _ = retirer(essai, f"auto-présentable {nom}", tuple)
    quoi, chromium = f"« {nom} »", essai.chromium()
    if chromium is not None:
        vu = rendre(chromium, contenu)
        description = f"{quoi} affiché par {vu.version}, joué par le banc"
        essai.bilan.joindre(f"{nom}-chromium.png", "capture", vu.image, description, complement=True)
        essai.bilan.constater(
            feuille.affiche_par_chromium(vu.texte, vu.applique_xslt, saisis(essai, nom), vu.version, quoi)
        )
    essai.bilan.constater(feuille.trois_navigateurs(quoi, chromium is not None))
