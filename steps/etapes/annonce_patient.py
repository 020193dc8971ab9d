"""Étapes du besoin d'annonce : un compte rendu que le patient ne voit ni au DMP, ni par MSSanté, avant l'annonce."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.dmp.ebrim import APPROVED
from simulators.dmp.signature_lot import est_signature
from steps.essai import Essai
from steps.etapes.dmp_commun import (
    Depart,
    delai_d_observation,
    dire,
    dossier,
    envoi_de,
    envoyer,
    exiger_cr,
    exiger_envoi,
    ouvrir_dmp,
    valider_cr,
    vise,
)
from steps.etapes.mss_commun import adresse_du_patient, courriels_de, vus
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import confidentialite
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.dmp import reussi
from steps.verifications.dmp.soumission import alimentations
from steps.verifications.dossier_dmp import R_ENVOI_CR
from steps.verifications.mssante import dossier_interdits as interdits
from steps.verifications.mssante.dossier_envois import FIL


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


@when(parse("le professionnel enregistre que l'annonce du compte rendu « {nom} » a été faite"))
def annoncer(essai: Essai, nom: str) -> None:
    """Tout ce qui suit est l'effet de ce geste : l'observation repart d'ici."""
    document, depuis = essai.document(nom), essai.journal.position()
    essai.releves[f"depuis {nom}"] = depuis
    reponse = essai.jouer("enregistrer_annonce", "biologiste_1", document_id=document.document_id)
    if reponse.fait:
        essai.journal.attendre(
            lambda echange: (
                (echange.operation.startswith("TD3.3") or bool(alimentations([echange])))
                and vise(echange, document.patient)
                and reussi(echange)
            ),
            depuis=depuis,
            delai=delai_d_observation(essai),
            service="dmp",
        )
    essai.releves[f"annonce {nom}"] = dire(reponse)


def _registre(essai: Essai, patient: PatientEssai) -> dict[str, tuple[str, ...]]:
    """uniqueId → codes de visibilité des documents en vigueur au DMP du patient."""
    return {
        entree.unique_id: tuple(
            code.code for code in entree.fiche.confidentiality_codes if code.systeme == n.SYSTEME_VISIBILITE
        )
        for entree in essai.banc.dmp.etat.documents(dossier(essai, patient))
        if entree.statut == APPROVED and not est_signature(entree.fiche)
    }


@then(parse("le compte rendu « {nom} », annoncé, est visible du patient dans le DMP, et lui seul a changé"))
def annonce_visible(essai: Essai, nom: str) -> None:
    """Les autres comptes rendus du patient gardent leur visibilité : l'un est visible, l'autre reste à annoncer."""
    registre = _registre(essai, essai.document(nom).patient)
    autres = {
        envoi[1].unique_id: confidentialite.visibilites(envoi[1])
        for cle, envoi in essai.releves.items()
        if cle.startswith("envoi ") and cle != f"envoi {nom}" and envoi is not None
    }
    en_vigueur = {unique_id: codes for unique_id, codes in registre.items() if unique_id not in autres}
    dit = str(essai.releves[f"annonce {nom}"])
    essai.bilan.constater(confidentialite.visible_apres_annonce(en_vigueur, dit, f"« {nom} »"))
    essai.bilan.constater(confidentialite.registre_fidele(registre, autres))


@then(parse("rien n'est parti par MSSanté au patient pour le compte rendu à annoncer « {nom} »"))
def rien_au_patient(essai: Essai, nom: str) -> None:
    """La fenêtre est close par l'envoi, attendu et observé, d'un compte rendu validé plus tard.

    Toute pièce remise au patient qui n'est pas celle d'un autre compte rendu du scénario est tenue pour celui-ci, en PDF
    seul compris ; un courriel sans pièce, lui, se regarde.
    """
    depuis, document = retirer(essai, f"depuis {nom}", int), essai.document(nom)
    autres = {vu.numero for d in essai.documents.values() if d is not document for vu in courriels_de(essai, d, depuis)}
    siens = {vu.numero for vu in courriels_de(essai, document, depuis)}
    remis = [vu for vu in vus(essai, depuis) if adresse_du_patient(document.patient).lower() in vu.usagers]
    fautifs = [vu for vu in remis if vu.numero in siens or (vu.pieces and vu.numero not in autres)]
    temoins = [vu for vu in remis if vu not in fautifs and vu.documents]
    quoi = f"compte rendu « {nom} », annonce à faire"
    for vu in remis:
        if not vu.pieces:
            message = f"{quoi} : un courriel sans pièce est parti au patient ; dites s'il parle de ce compte rendu"
            essai.bilan.constater(
                interdits.R_A_ANNONCER.a_regarder(message, recu=vu.objet, ou=FIL, echanges=(vu.numero,))
            )
    essai.bilan.constater(interdits.rien_n_est_parti(interdits.R_A_ANNONCER, fautifs, temoins, quoi))
