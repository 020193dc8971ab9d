"""Étapes des messages émis : INS transmise ou tue, partenaires tracés, changements propagés."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic, sleep

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import relire
from steps.etapes.flux import attente
from steps.etapes.insi import lire_traces
from steps.flux.identite import IdentiteUsager
from steps.patients import PatientEssai
from steps.releves import retirer
from steps.verifications import hl7v2, modifications_identite
from steps.verifications import identite as regles
from steps.verifications import traces as regles_traces


# ------------------------------------------------------------------------- émettre
@when(parse("le professionnel transmet l'identité du patient « {nom} » au partenaire « {partenaire} »"))
def transmettre(essai: Essai, nom: str, partenaire: str) -> None:
    patient = essai.patient(nom)
    reponse = essai.jouer(
        "transmettre_identite", "biologiste_1", patient_id=patient.patient_id, destinataire=partenaire
    )
    message = str(reponse.donnees.get("message", ""))
    if reponse.resultat == "refuse" and patient.statut != "QUAL":
        essai.releves[f"refus {nom}"] = reponse.en_phrase()
        return
    if not reponse.fait or not message:
        raise NonConcluant(f"transmettre_identite n'a pas rendu le message émis : {reponse.en_phrase()}")
    essai.releves[f"message {nom}"] = message
    essai.bilan.joindre(f"message-{nom}.hl7", "message", message.encode(), f"message HL7 v2 émis pour « {nom} »")


@then(parse("le message émis pour le patient « {nom} » porte son INS dans le segment PID"))
def message_porte_ins(essai: Essai, nom: str) -> None:
    message = retirer(essai, f"message {nom}", str)
    identite = IdentiteUsager.depuis_reference(essai.patient(nom).reference)
    essai.bilan.constater(hl7v2.message_lisible(message))
    essai.bilan.constater(hl7v2.ins_transmise(message, identite))
    essai.bilan.constater(hl7v2.statut_transmis(message, "QUAL"))


@then(parse("le message émis pour le patient « {nom} » ne porte ni matricule INS ni OID"))
def message_sans_ins(essai: Essai, nom: str) -> None:
    """Un logiciel qui n'émet rien ne transmet pas l'INS : une personne dit si c'est voulu."""
    refus = essai.releves.get(f"refus {nom}")
    if refus:
        essai.bilan.constater(hl7v2.regles.INS_ABSENTE.a_regarder("aucun message émis pour cette identité", recu=refus))
        return
    message = retirer(essai, f"message {nom}", str)
    identite = IdentiteUsager.depuis_reference(essai.patient(nom).reference)
    essai.bilan.constater(hl7v2.ins_absente(message, identite))


@then(parse("la transmission de l'INS du patient « {nom} » à « {partenaire} » est tracée"))
def transmission_tracee(essai: Essai, nom: str, partenaire: str) -> None:
    patient = essai.patient(nom)
    essai.bilan.constater(
        regles_traces.partenaire_trace(
            lire_traces(essai, "echanges_ins", patient),
            patient_id=patient.patient_id,
            partenaire=partenaire,
            compte=essai.compte("biologiste_1"),
            debut=essai.instant_debut,
            fin=datetime.now(UTC),
        )
    )


# --------------------------------------------------------------------- propagation
@given(parse("l'identité du patient « {nom} » transmise au partenaire « {partenaire} »"))
def identite_deja_transmise(essai: Essai, nom: str, partenaire: str) -> None:
    """Mise en place : le partenaire connaît le patient, il doit donc apprendre ses changements."""
    patient = essai.patient(nom)
    essai.preparer("transmettre_identite", "biologiste_1", patient_id=patient.patient_id, destinataire=partenaire)


def emis_depuis(essai: Essai, patient: PatientEssai, anterieurs: Sequence[str]) -> list[str]:
    """Les messages absents du premier relevé, quel que soit l'ordre du logiciel ; une file d'envoi peut les retarder."""
    echeance = monotonic() + attente(essai)
    while True:
        nouveaux = [message for message in messages_emis(essai, patient) if message not in anterieurs]
        if nouveaux or monotonic() > echeance:
            return nouveaux
        sleep(0.25)


def messages_emis(essai: Essai, patient: PatientEssai) -> list[str]:
    """Tous les messages émis au sujet de ce patient, tels que le logiciel les montre."""
    reponse = essai.preparer("lire_messages_emis", "biologiste_1", patient_id=patient.patient_id)
    return [str(message) for message in reponse.donnees.get("messages_hl7", [])]


@when(
    motif(
        r"le super utilisateur change le (?P<champ>nom de naissance|nom utilisé) du patient « (?P<nom>[^»]+) » en « (?P<valeur>[^»]+) »$"
    )
)
def remplacer_et_propager(essai: Essai, champ: str, nom: str, valeur: str) -> None:
    """Une modification par le super utilisateur ; garde les messages émis avant elle."""
    patient = relire(essai, essai.patient(nom))
    cle = vocabulaire.champ(champ)
    essai.releves[f"messages avant {nom}"] = messages_emis(essai, patient)
    essai.releves[f"identite avant {nom}"] = IdentiteUsager.depuis_traits(patient.identite)
    essai.jouer("modifier_patient", "super_utilisateur", patient_id=patient.patient_id, modifications={cle: valeur})
    relire(essai, patient)
    essai.bilan.exiger(
        modifications_identite.modification_faite(cle, valeur, patient.identite.get(cle), "le super utilisateur")
    )


@then(parse("l'identité du patient « {nom} » est rétrogradée à « {libelle} » sans matricule INS"))
def retrogradee_a(essai: Essai, nom: str, libelle: str) -> None:
    patient = relire(essai, essai.patient(nom))
    circonstance = "après modification d'un trait strict"
    essai.bilan.constater(regles.statut_attendu(patient.statut, vocabulaire.statut(libelle), circonstance))
    essai.bilan.constater(regles.sans_matricule(patient.identite, circonstance))


@then(parse("l'identité du patient « {nom} » garde son statut « {libelle} » et son INS"))
def garde_son_ins(essai: Essai, nom: str, libelle: str) -> None:
    patient = relire(essai, essai.patient(nom))
    reference = patient.reference
    circonstance = "après modification d'un trait complémentaire"
    essai.bilan.constater(regles.statut_attendu(patient.statut, vocabulaire.statut(libelle), circonstance))
    attendus = {"matricule_ins": reference.matricule_ins, "oid_ins": reference.oid}
    essai.bilan.constater(regles.champs_enregistres(patient.identite, attendus))


@then(motif(r"la modification du (?P<champ>nom de naissance|nom utilisé) du patient « (?P<nom>[^»]+) » est propagée$"))
def modification_propagee(essai: Essai, champ: str, nom: str) -> None:
    patient = essai.patient(nom)
    anterieurs = retirer(essai, f"messages avant {nom}", list)
    messages = emis_depuis(essai, patient, anterieurs)
    _joindre(essai, nom, messages)
    essai.bilan.constater(
        hl7v2.modification_propagee(
            messages,
            anterieurs,
            IdentiteUsager.depuis_traits(patient.identite),
            (vocabulaire.champ(champ),),
        )
    )


@then(parse("le retrait de l'INS du patient « {nom} » est propagé"))
def retrait_propage(essai: Essai, nom: str) -> None:
    anterieurs = retirer(essai, f"messages avant {nom}", list)
    essai.bilan.constater(
        hl7v2.retrait_propage(
            emis_depuis(essai, essai.patient(nom), anterieurs),
            anterieurs,
            retirer(essai, f"identite avant {nom}", IdentiteUsager),
        )
    )


def _joindre(essai: Essai, nom: str, messages: Sequence[str]) -> None:
    for rang, message in enumerate(messages, start=1):
        essai.bilan.joindre(
            f"message-{nom}-{rang}.hl7", "message", message.encode(), f"message HL7 v2 émis pour « {nom} »"
        )
