"""Étapes d'un logiciel qui confie ses documents à une plateforme d'intermédiation (PFI), que joue le banc."""

from __future__ import annotations

from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.hl7v2.entete import en_texte
from steps.bilan import NonConcluant, ScenarioArrete
from steps.essai import Essai
from steps.etapes import plateforme_commun as commun
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, changer_reglage
from steps.etapes.documents import octets
from steps.etapes.flux import envoi_hl7
from steps.etapes.identite import retirer
from steps.etapes.insi import lire_traces
from steps.etapes.mss_commun import adresse_du_patient
from steps.flux.identite import IdentiteUsager
from steps.flux.plateforme import AccuseMetier, accuse_metier
from steps.patients import PatientEssai
from steps.verifications import diffusion_pfi
from steps.verifications.hl7v2 import acquittement, echanges

_PANNES = {
    "n'acquitte pas": "coupure_avant_acquittement",
    "refuse": "acquittement_erreur",
    "acquitte un autre message que": "msa_2_faux",
}
_OPERATIONS = {"dépôt au DMP": "dmp", "envoi au professionnel": "mssante", "envoi au patient": "mssante"}
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
    commun.valider(essai, f"{document} (provisoire)", essai.patient(nom), type_, statut="provisoire")


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
        fait.retours = commun.lire_retours(essai, fait)


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
    """Le message, le patient, et le document comparé à celui que le logiciel exporte."""
    quoi = f"« {document.nom} »"
    essai.bilan.exiger(echanges.document_parvenu(commun.vus_de(essai, document), quoi))
    message = commun.porteur(essai, document)
    _joindre(essai, document)
    essai.bilan.constater(echanges.message_conforme(message))
    texte = en_texte(message)
    patient = IdentiteUsager.depuis_traits(document.patient.identite)
    niveau = "N3" if diffusion_pfi.document_porte(texte, "N3") else "N1"
    attendu = diffusion_pfi.Transmission(quoi, niveau, patient)
    essai.bilan.constater(diffusion_pfi.patient_transmis(texte, attendu))
    reponse = essai.tenter(
        "exporter_document", "biologiste_1", document_id=document.document.document_id, niveau=niveau
    )
    exporte = octets(reponse, "cda_base64") if reponse.fait else None
    essai.bilan.constater(diffusion_pfi.document_transmis(texte, attendu, exporte))


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
    essai.bilan.constater(diffusion_pfi.destinataires_transmis(en_texte(message), attendu))


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
        demandes = (("DESTDMP", dmp), ("DESTMSSANTEPS", mssante))
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


# --------------------------------------------------------------------------------------------------- accusés métier
@when("la plateforme rend ces accusés")
def rendre_accuses(essai: Essai, datatable: Table) -> None:
    """Colonnes : « document », « opération », « issue » (réussite ou échec)."""
    for ligne in vocabulaire.table(datatable):
        fait = commun.un_transmis(essai, ligne["document"])
        message, operation = commun.porteur(essai, fait), _OPERATIONS[ligne["opération"]]
        if not message:
            raise NonConcluant(f"« {fait.nom} » n'est pas arrivé à la plateforme : elle n'a rien à en dire")
        patient = ligne["opération"] == "envoi au patient"
        accuse = AccuseMetier(
            operation,
            echanges.identifiant_de(message),
            ligne["issue"] == "réussite",
            adresse_du_patient(fait.patient) if patient else fait.destinataire.bal,
        )
        envoye = accuse_metier(accuse, commun.a_qui_repondre(essai), envoi_hl7(essai)).encode()
        envoi = commun.envoyer(essai, envoye)
        if envoi.echange.reponse is None:
            # Attendre chaque accusé suivant n'apprendrait rien de plus.
            essai.bilan.constater(acquittement.acquittement_rendu(envoye, b"", envoi.echange.numero))
            raise ScenarioArrete(f"le logiciel n'a pas acquitté l'accusé {operation} de « {fait.nom} »")
        fait.accuses.append((operation, accuse.reussi))
        releves: list[Any] = essai.releves.setdefault("messages du banc", [])
        releves.append((f"accusé {operation} de « {fait.nom} »", envoye, envoi))


@then("chaque message de la plateforme est acquitté et accepté")
def acquittes(essai: Essai) -> None:
    for quoi, envoye, envoi in retirer(essai, "messages du banc", list):
        reponse = envoi.reponse
        essai.bilan.constater(acquittement.acquittement_rendu(envoye, reponse, envoi.echange.numero))
        essai.bilan.constater(acquittement.message_accepte(envoi.code, quoi, envoi.echange.numero))


@then("le logiciel montre de chaque document ce que la plateforme en a dit, et rien d'autre")
def accuses_montres(essai: Essai) -> None:
    for fait in commun.transmis(essai).values():
        if fait.retours is not None:
            continue
        retours = commun.attendre_retours(essai, fait, len(fait.accuses))
        quoi = f"« {fait.nom} »"
        essai.bilan.constater(echanges.transmission_montree(retours, quoi, acceptee=True, temoin=True))
        attendus = tuple(dict.fromkeys(fait.accuses))
        essai.bilan.constater(echanges.accuses_montres(retours, quoi, attendus))
        essai.releves["transmission montrée"] = any(
            retour.operation == "transmission" and retour.resultat == "succes" for retour in retours
        )


@then(parse("le logiciel ne montre pas « {document} » comme transmis"))
def pas_montre(essai: Essai, document: str) -> None:
    """`transmission montrée` : un document accepté du même scénario l'est, l'absence se croit donc."""
    fait = commun.un_transmis(essai, document)
    temoin = bool(essai.releves.get("transmission montrée"))
    essai.bilan.constater(
        echanges.transmission_montree(fait.retours or (), f"« {document} »", acceptee=False, temoin=temoin)
    )


# ---------------------------------------------------------------------------------------- le choix du patient
@when(motif(r"le professionnel enregistre (?P<choix>la non-opposition|l'opposition) du patient « (?P<nom>[^»]+) »$"))
def enregistrer_choix(essai: Essai, choix: str, nom: str) -> None:
    """Les traces sont lues avant et après : celle d'un choix précédent n'en tient pas lieu."""
    patient = essai.patient(nom)
    avant = _traces(essai, patient)
    valeur = "opposition" if choix == "l'opposition" else "non_opposition"
    essai.preparer("enregistrer_choix_alimentation", "biologiste_1", patient_id=patient.patient_id, valeur=valeur)
    essai.releves.setdefault("choix du patient", []).append((choix, patient.patient_id, avant, _traces(essai, patient)))


def _traces(essai: Essai, patient: PatientEssai) -> list[dict[str, Any]]:
    return [dict(trace) for categorie in ("dmp", "identite") for trace in lire_traces(essai, categorie, patient)]


@then("chaque choix du patient est tracé, avec sa date et son auteur")
def choix_traces(essai: Essai) -> None:
    for choix, patient_id, avant, apres in retirer(essai, "choix du patient", list):
        nouvelles = [trace for trace in apres if trace not in avant]
        essai.bilan.constater(
            echanges.choix_trace(nouvelles, choix, patient_id=patient_id, compte=essai.compte("biologiste_1"))
        )


@then(
    parse(
        "« {permis} » est parvenu à la plateforme, mais ni « {avant} », avant l'accord, ni « {apres} », après l'opposition"
    )
)
def seul_parvenu(essai: Essai, permis: str, avant: str, apres: str) -> None:
    temoin = commun.vus_de(essai, commun.un_transmis(essai, permis))
    essai.bilan.constater(echanges.document_parvenu(temoin, f"« {permis} »"))
    for nom, quand in ((avant, "sans non-opposition enregistrée"), (apres, "malgré l'opposition du patient")):
        messages = commun.vus_de(essai, commun.un_transmis(essai, nom))
        essai.bilan.constater(echanges.rien_parti(messages, f"{quand} (« {nom} »)", temoin=temoin))
