"""Étapes du besoin d'annonce : un compte rendu que le patient ne voit ni au DMP, ni par MSSanté, avant l'annonce."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes.dmp_commun import Depart, dire, envoi_de, envoyer, exiger_cr, exiger_envoi, ouvrir_dmp, valider_cr
from steps.etapes.identite import retirer
from steps.etapes.mss_commun import courriels_de, vus
from steps.verifications import confidentialite
from steps.verifications.dossier_dmp import R_ENVOI_CR
from steps.verifications.mssante import dossier_interdits as interdits


@given(parse("un DMP ouvert au patient « {nom} »"))
def dmp_ouvert(essai: Essai, nom: str) -> None:
    ouvrir_dmp(essai, essai.patient(nom))


@when(
    parse(
        "le professionnel valide pour le patient « {patient} » le compte rendu « {nom} », en indiquant qu'une annonce est nécessaire"
    )
)
def valider_a_annoncer(essai: Essai, patient: str, nom: str) -> None:
    depuis = essai.journal.position()
    document = valider_cr(essai, nom, essai.patient(patient), niveau="N1", annonce_necessaire=True)
    exiger_cr(essai, document, f"compte rendu « {nom} », annonce nécessaire")
    essai.releves[f"depuis {nom}"] = depuis


def _arriver(essai: Essai, nom: str) -> None:
    document = essai.document(nom)
    trouve = envoyer(essai, document, retirer(essai, f"depuis {nom}", int), depart=Depart.LOGICIEL)
    exiger_envoi(essai, R_ENVOI_CR, document, trouve, dire(essai.derniere))


@then(parse("le compte rendu « {nom} » est dans le DMP, invisible au patient"))
def invisible(essai: Essai, nom: str) -> None:
    _arriver(essai, nom)
    essai.bilan.constater(confidentialite.invisible_avant_annonce(envoi_de(essai, nom)[1], f"« {nom} »"))


@then(parse("le compte rendu « {nom} » est dans le DMP, visible de tous"))
def visible(essai: Essai, nom: str) -> None:
    _arriver(essai, nom)
    essai.bilan.constater(confidentialite.choix_transmis(envoi_de(essai, nom)[1], (), f"« {nom} »"))


@then(parse("rien n'est parti par MSSanté au patient pour le compte rendu à annoncer « {nom} »"))
def rien_au_patient(essai: Essai, nom: str) -> None:
    """La fenêtre est close par l'envoi, attendu et observé, d'un compte rendu validé plus tard."""
    depuis = retirer(essai, f"depuis {nom}", int)
    fautifs = [vu for vu in courriels_de(essai, essai.document(nom), depuis) if vu.usagers]
    temoins = [vu for vu in vus(essai, depuis) if vu not in fautifs and vu.usagers and vu.documents]
    quoi = f"compte rendu « {nom} », annonce à faire"
    essai.bilan.constater(interdits.rien_n_est_parti(interdits.R_A_ANNONCER, fautifs, temoins, quoi))
