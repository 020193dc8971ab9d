"""Étapes du masquage et de la visibilité : choisir qui verra un compte rendu, et retrouver ce choix dans le DMP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.dmp.signature_lot import est_signature
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, amener_au_statut, changer_reglage, presenter
from steps.etapes.dmp_commun import (
    contexte,
    dire,
    dossier,
    envoi_de,
    envoyer,
    exiger_cr,
    exiger_envoi,
    ouvrir_dmp,
    relire_document,
    valider_cr,
)
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications import confidentialite as regles
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.dmp.fiche import confidentialite as codes_de_la_fiche
from steps.verifications.dossier_dmp import R_ENVOI_CR

CHOIX = {
    "visible de tous": (),
    "masqué aux professionnels": ("MASQUE_PS",),
    "invisible au patient": ("INVISIBLE_PATIENT",),
    "invisible aux représentants légaux": ("INVISIBLE_REPRESENTANTS_LEGAUX",),
    "invisible au patient et aux représentants légaux": ("INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"),
    "masqué aux professionnels, invisible aux représentants légaux": ("MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"),
}
"""Ce que disent les features, dans la nomenclature du DMP."""
_AGE_MINEUR = 12


def codes(phrase: str) -> tuple[str, ...]:
    """Les codes que désigne « invisible au patient »…"""
    try:
        return CHOIX[phrase.strip()]
    except KeyError:
        raise vocabulaire.PhraseInconnue(
            f"masquage ou visibilité inconnus : {phrase!r} ; attendu l'un de {list(CHOIX)}"
        ) from None


@given(parse("un patient mineur « {nom} » à l'INS qualifiée, dont le DMP est ouvert"))
def mineur_qualifie(essai: Essai, nom: str) -> None:
    """Douze ans : la visibilité aux représentants légaux n'a de sens que pour un mineur."""
    naissance = f"{datetime.now(UTC).year - _AGE_MINEUR}-03-14"
    patient = presenter(essai, nom, connu=True, imposes={"date_naissance": naissance})
    amener_au_statut(essai, patient, "QUAL")
    ouvrir_dmp(essai, patient, mineur=True)


# -------------------------------------------------------------------- à la validation
@when("le professionnel valide ces comptes rendus, avec ce masquage et cette visibilité, et les envoie au DMP")
def valider_avec_choix(essai: Essai, datatable: Table) -> None:
    """Un compte rendu par ligne : « compte rendu », « patient », « masquage et visibilité »."""
    for ligne in vocabulaire.table(datatable):
        nom, choisis = ligne["compte rendu"], codes(ligne["masquage et visibilité"])
        depuis = essai.journal.position()
        document = _valider(essai, nom, ligne["patient"], choisis)
        _envoyer(essai, document, depuis)


def _valider(essai: Essai, nom: str, patient: str, choisis: tuple[str, ...]) -> DocumentEssai:
    options: dict[str, Any] = {"confidentialite": list(choisis)} if choisis else {}
    document = valider_cr(essai, nom, essai.patient(patient), **options)
    _choix(essai)[nom] = choisis
    return exiger_cr(essai, document, f"compte rendu « {nom} », {regles.dire(choisis)}")


def _choix(essai: Essai) -> dict[str, tuple[str, ...]]:
    choix: dict[str, tuple[str, ...]] = essai.releves.setdefault("masquage et visibilité", {})
    return choix


def _envoyer(essai: Essai, document: DocumentEssai, depuis: int) -> None:
    trouve = envoyer(essai, document, depuis)
    soumis = exiger_envoi(essai, R_ENVOI_CR, document, trouve, dire(essai.derniere))
    if soumis.octets:
        essai.bilan.joindre(f"{document.nom}.xml", "document", soumis.octets, f"« {document.nom} » reçu par le DMP")


# ------------------------------------------------------------------ après la validation
@when("l'envoi automatique au DMP arrêté, le professionnel valide ces comptes rendus")
def valider_sans_envoyer(essai: Essai, datatable: Table) -> None:
    """L'envoi automatique est arrêté : le choix se fait entre la validation et l'envoi."""
    changer_reglage(essai, "alimentation_automatique_dmp", False)
    for ligne in vocabulaire.table(datatable):
        _valider(essai, ligne["compte rendu"], ligne["patient"], ())


@when("le professionnel choisit ce masquage et cette visibilité, puis envoie ces comptes rendus au DMP")
def choisir_puis_envoyer(essai: Essai, datatable: Table) -> None:
    """Où le choix ne se fait plus (fonction absente, document déjà parti), le compte rendu est validé avec lui."""
    montres: dict[str, object] = essai.releves.setdefault("choix montrés", {})
    for ligne in vocabulaire.table(datatable):
        nom, choisis = ligne["compte rendu"], codes(ligne["masquage et visibilité"])
        document = essai.document(nom)
        depuis = essai.journal.position()
        reponse = _definir(essai, document, choisis)
        if reponse is None:
            document = _valider(essai, nom, document.patient.nom, choisis)
        else:
            _choix(essai)[nom] = choisis
            montres[nom] = _montre(reponse)
        _envoyer(essai, document, depuis)


def _definir(essai: Essai, document: DocumentEssai, choisis: tuple[str, ...]) -> ReponseAction | None:
    """None si le choix ne peut plus se faire sur ce compte rendu."""
    if relire_document(essai, document).get("etat_dmp") == "alimente":
        return None
    reponse = essai.tenter(
        "definir_confidentialite",
        "biologiste_1",
        document_id=document.document_id,
        confidentialite=list(choisis),
    )
    return None if reponse.resultat == "non_gere" else reponse


def _montre(reponse: ReponseAction) -> object:
    return reponse.donnees.get("confidentialite") if reponse.fait else None


@then("le logiciel montre ces choix")
def choix_montres(essai: Essai) -> None:
    for nom, montre in retirer(essai, "choix montrés", dict).items():
        essai.bilan.constater(regles.choix_montre(montre, _choix(essai)[nom], f"« {nom} »"))


# ---------------------------------------------------------------------------- dans le DMP
@then("chaque compte rendu est arrivé au DMP avec le masquage et la visibilité choisis pour lui")
def choix_transmis(essai: Essai) -> None:
    """La fiche de chaque envoi, puis, tous envois faits, le registre entier."""
    attendus = {}
    for nom, choisis in _choix(essai).items():
        soumis = envoi_de(essai, nom)[1]
        attendus[soumis.unique_id] = choisis
        essai.bilan.constater(regles.choix_transmis(soumis, choisis, f"« {nom} »"))
        essai.bilan.constater(codes_de_la_fiche(soumis, contexte(essai)))
    registre = {
        entree.unique_id: tuple(
            code.code for code in entree.fiche.confidentiality_codes if code.systeme == n.SYSTEME_VISIBILITE
        )
        for patient in essai.patients.values()
        for entree in essai.banc.dmp.etat.documents(dossier(essai, patient))
        if not est_signature(entree.fiche)
    }
    essai.bilan.constater(regles.registre_fidele(registre, attendus))
