"""Étapes d'un logiciel qui confie ses documents à une plateforme d'intermédiation (PFI), que joue le banc."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.hl7v2.entete import en_texte
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, changer_reglage
from steps.etapes.documents import octets
from steps.flux.identite import IdentiteUsager
from steps.releves import retirer
from steps.verifications import diffusion_pfi, diffusion_pfi_choix
from steps.verifications.documents_produits import document_produit
from steps.verifications.hl7v2 import echanges

_PANNES = {
    "n'acquitte pas": "coupure_avant_acquittement",
    "refuse": "acquittement_erreur",
    "acquitte un autre message que": "msa_2_faux",
}
_CHOIX = {
    "le dépôt au DMP": ("Y", "N"),
    "l'envoi par MSSanté": ("N", "Y"),
    "le dépôt au DMP et l'envoi par MSSanté": ("Y", "Y"),
}
"""Ce qui est choisi → DESTDMP, DESTMSSANTEPS."""


# ------------------------------------------------------------------------------------------------- mettre en place
@given("la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation")
def prise(essai: Essai) -> None:
    commun.exiger_prise(essai)


@given(
    motif(
        r"les documents transmis à la plateforme (?P<quand>dès leur validation|à la demande de l'utilisateur)"
        r"(?P<exigee>, si la non-opposition du patient est enregistrée)?$"
    )
)
def regler_transmission(essai: Essai, quand: str, exigee: str | None) -> None:
    """Un logiciel sans ce réglage fait peut-être toujours ainsi : ce qui arrive à la plateforme le dira."""
    reglage = {
        "actif": True,
        "niveaux": ["N1"],
        "automatique": quand.startswith("dès"),
        "exiger_non_opposition": exigee is not None,
    }
    reponse = changer_reglage(essai, "transmission_pfi", reglage)
    if not reponse.fait and reponse.resultat != "non_gere":
        raise NonConcluant(f"transmission_pfi : {reponse.en_phrase()}")


# ----------------------------------------------------------------------------------------------------------- valider
@when("le professionnel valide ces documents")
def valider(essai: Essai, datatable: Table) -> None:
    """Colonnes : « document », « type », « patient »."""
    for ligne in vocabulaire.table(datatable):
        document = commun.valider(essai, ligne["document"], essai.patient(ligne["patient"]), ligne["type"])
        commun.attendre_document(essai, document.depuis)


@when(parse("le professionnel enregistre sans la valider la {type_} « {document} » du patient « {nom} »"))
def enregistrer_provisoire(essai: Essai, type_: str, document: str, nom: str) -> None:
    """Le même temps qu'un document validé : un envoi tardif doit être vu avant la validation, pas après."""
    fait = commun.valider(essai, f"{document} (provisoire)", essai.patient(nom), type_, statut="provisoire")
    commun.attendre_document(essai, fait.depuis)


@when(parse("il valide la {type_} « {document} » du patient « {nom} »"))
def valider_provisoire(essai: Essai, type_: str, document: str, nom: str) -> None:
    provisoire = commun.un_transmis(essai, f"{document} (provisoire)")
    remplace = provisoire.document.document_id
    fait = commun.valider(essai, document, essai.patient(nom), type_, remplace=remplace)
    commun.attendre_document(essai, fait.depuis)


@when(
    motif(
        r"la plateforme (?P<quoi>n'acquitte pas|refuse|acquitte un autre message que) "
        r"(?P<combien>d'abord |)le message de « (?P<document>[^»]+) », (?P<type_>[^,]+) du patient « (?P<nom>[^»]+) »$"
    )
)
def valider_sous_panne(essai: Essai, quoi: str, combien: str, document: str, type_: str, nom: str) -> None:
    """« d'abord » : seul le premier envoi ; sinon tous, et ce que le logiciel montre alors est relevé."""
    with essai.banc.hl7v2.panne(_PANNES[quoi], fois=1 if combien else None):
        fait = commun.valider(essai, document, essai.patient(nom), type_)
        commun.attendre_document(essai, fait.depuis)
        if combien:
            depuis = fait.depuis
            duree = 0.2 if essai.logiciel.temoin else commun.delai(essai)
            essai.banc.hl7v2.attendre(lambda m: m.pris_en_charge, depuis=depuis, delai=duree)
        fait.retours = commun.retours_sous_panne(essai, fait)


@when(parse("l'utilisateur demande à la plateforme {choix} de « {document} »"))
def transmettre(essai: Essai, choix: str, document: str) -> None:
    """Ce qui était déjà arrivé avant le premier choix est retenu : rien ne devait partir."""
    dmp, mssante = _CHOIX[choix]
    fait = commun.un_transmis(essai, document)
    essai.releves.setdefault("reçus avant le choix", commun.vus(essai, essai.debut))
    fait.depuis, fait.jusque = essai.journal.position(), None
    essai.jouer(
        "transmettre_plateforme",
        "biologiste_1",
        document_id=fait.document.document_id,
        dmp=dmp == "Y",
        mssante=mssante == "Y",
        mssante_patient=False,
    )
    commun.attendre_document(essai, fait.depuis)
    fait.jusque = essai.journal.position()
    essai.releves.setdefault("choix faits", []).append((document, dmp, mssante))


# ------------------------------------------------------------------------------------------------- ce qui est arrivé
def _joindre(essai: Essai, document: commun.Transmis) -> None:
    if message := commun.porteur(essai, document):
        nom = document.nom.replace(" ", "-")
        essai.bilan.joindre(f"message-{nom}.hl7", "message", message, f"message de « {document.nom} »", complement=True)


@then(motif(r"« (?P<document>[^»]+) » est parvenu à la plateforme dans un message conforme au volet$"))
def un_parvenu(essai: Essai, document: str) -> None:
    _juger_parvenu(essai, commun.un_transmis(essai, document))


@then("chaque document est parvenu à la plateforme dans un message conforme au volet")
def parvenus(essai: Essai) -> None:
    for document in commun.transmis(essai).values():
        _juger_parvenu(essai, document)


def _juger_parvenu(essai: Essai, document: commun.Transmis) -> None:
    """Le message, le patient, le type et le texte du document, comparé à celui que le logiciel exporte.

    Un message arrivé en retard, parmi ceux d'un autre document, se reconnaît au fichier exporté.
    """
    quoi = f"« {document.nom} »"
    exporte = _exporter(essai, document, "N1")
    message = commun.porteur(essai, document, exporte)
    vus = commun.vus_portant(essai, document, exporte) or commun.vus_de(essai, document)
    essai.bilan.exiger(echanges.document_parvenu(vus, quoi))
    _joindre(essai, document)
    essai.bilan.constater(echanges.message_conforme(message))
    texte = en_texte(message)
    patient = IdentiteUsager.depuis_traits(document.patient.identite)
    niveau = "N1"
    if porte := diffusion_pfi.document_porte(texte, "N3"):
        niveau, exporte = "N3", _exporter(essai, document, "N3")
    attendu = diffusion_pfi.Transmission(quoi, niveau, patient)
    essai.bilan.constater(diffusion_pfi.patient_transmis(texte, attendu))
    essai.bilan.constater(diffusion_pfi.document_transmis(texte, attendu, exporte))
    porte = porte or diffusion_pfi.document_porte(texte, "N1")
    essai.bilan.constater(
        document_produit(
            porte, code=document.produit.code, niveaux=document.produit.niveaux, reperes=document.reperes,
            ou=f"document du message de {quoi}",
        )
    )  # fmt: skip


def _exporter(essai: Essai, document: commun.Transmis, niveau: str) -> bytes | None:
    reponse = essai.tenter(
        "exporter_document", "biologiste_1", document_id=document.document.document_id, niveau=niveau
    )
    return octets(reponse, "cda_base64") if reponse.fait else None


@then("aucun document accepté n'est revenu à la plateforme")
def jamais_revenus(essai: Essai) -> None:
    tous = commun.transmis(essai)
    depuis = min(document.depuis for document in tous.values())
    essai.bilan.constater(echanges.parvenu_une_fois(commun.vus(essai, depuis), "ensemble des documents"))


@then(parse("le message de « {document} » est revenu sous le même identifiant, jusqu'à être accepté"))
def revenu(essai: Essai, document: str) -> None:
    fait = commun.un_transmis(essai, document)
    essai.bilan.constater(echanges.renvoye(commun.vus_de(essai, fait), f"« {document} »"))


@then(parse("le message de « {document} » demande le dépôt au DMP et l'envoi par MSSanté à son destinataire"))
def demande_automatique(essai: Essai, document: str) -> None:
    fait = commun.un_transmis(essai, document)
    message = commun.porteur(essai, fait)
    demandes = (("DESTDMP", "Y"), ("DESTMSSANTEPS", "Y"))
    essai.bilan.constater(echanges.demande_conforme(message, f"« {document} »", demandes))
    _destinataire(essai, fait, message)


def _destinataire(essai: Essai, fait: commun.Transmis, message: bytes) -> None:
    patient = IdentiteUsager.depuis_traits(fait.patient.identite)
    attendu = diffusion_pfi.Transmission(f"« {fait.nom} »", "N1", patient, adresses=(fait.destinataire.bal,))
    essai.bilan.constater(diffusion_pfi_choix.destinataires_transmis(en_texte(message), attendu))


@then("chaque message demande ce que l'utilisateur a choisi, et rien n'était parti avant ce choix")
def demandes_choisies(essai: Essai) -> None:
    avant = retirer(essai, "reçus avant le choix", tuple)
    for rang, (nom, dmp, mssante) in enumerate(retirer(essai, "choix faits", list)):
        fait = commun.un_transmis(essai, nom)
        apres = commun.vus_de(essai, fait)
        if not rang:
            essai.bilan.constater(echanges.rien_parti(avant, "avant le choix de l'utilisateur", temoin=apres))
        essai.bilan.exiger(echanges.document_parvenu(apres, f"« {nom} »"))
        message = commun.porteur(essai, fait)
        _joindre(essai, fait)
        demandes = [("DESTDMP", dmp), ("DESTMSSANTEPS", mssante)]
        if mssante == "N":
            # Un logiciel peut n'offrir qu'un choix « MSSanté » ; sans lui, rien ne part au patient non plus.
            demandes.append(("DESTMSSANTEPAT", "N"))
        essai.bilan.constater(echanges.demande_conforme(message, f"« {nom} »", demandes))
        if mssante == "Y":
            _destinataire(essai, fait, message)


@then(parse("rien n'était parti vers la plateforme avant la validation de « {document} »"))
def rien_avant_validation(essai: Essai, document: str) -> None:
    provisoire = commun.un_transmis(essai, f"{document} (provisoire)")
    valide = commun.un_transmis(essai, document)
    essai.bilan.constater(
        echanges.rien_parti(
            commun.vus_de(essai, provisoire),
            f"avant la validation de « {document} »",
            temoin=commun.vus_de(essai, valide),
        )
    )
