"""Étapes des flux d'identités : messages et documents reçus d'un autre domaine, messages émis."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.acteurs import STRUCTURE
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, presenter, regler, relire
from steps.etapes.identite import retirer
from steps.etapes.insi import lire_traces
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice, resultat_de_biologie
from steps.flux.identite import IdentiteUsager
from steps.flux.messages import (
    Emetteur,
    EnvoiHl7,
    message_creation,
    message_modification,
    message_retrait_ins,
)
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.verifications import conduite_logiciel as conduite
from steps.verifications import hl7v2
from steps.verifications import identite as regles
from steps.verifications import traces as regles_traces
from steps.verifications.verification_automatique import verification_lancee, verification_non_relancee

DOMAINE_PARTENAIRE = "1.2.250.1.213.99.7"
DOMAINE_ETRANGER = "1.2.250.1.213.99.8"
_VERIFICATION = "verifierInsAvecTraitsIdentite"


def _emetteur(essai: Essai, d_ou: str) -> Emetteur:
    """Émetteur fictif du message : un autre domaine, le domaine partenaire, ou celui du logiciel."""
    propre = STRUCTURE.oid_domaine
    domaines = {
        "d'un autre domaine": ("GAM VOISINE", "HOPITAL VOISIN", DOMAINE_ETRANGER),
        "du domaine partenaire": ("GAM PARTENAIRE", "CLINIQUE PARTENAIRE", DOMAINE_PARTENAIRE),
        "de son propre domaine": ("GAM", STRUCTURE.nom, propre),
    }
    application, structure, domaine = domaines[d_ou]
    return Emetteur(application=application, structure=structure, domaine=domaine)


def _envoi(essai: Essai) -> EnvoiHl7:
    rang = int(essai.releves.get("messages envoyés", 0)) + 1
    essai.releves["messages envoyés"] = rang
    numero = essai.retenu.numero.replace("/", "-")
    return EnvoiHl7(identifiant=f"{numero}-{rang}", instant=datetime.now(UTC).astimezone())


def _identifiant_emetteur(patient: PatientEssai) -> str:
    """L'IPP du patient chez l'émetteur : stable pour un même patient."""
    return f"EXT{patient.reference.matricule[-6:]}{patient.reference.cle}"


def _recevoir(essai: Essai, patient: PatientEssai, emetteur: Emetteur, contenu: str) -> ReponseAction:
    reponse = essai.jouer("recevoir_message", "agent_accueil", contenu=contenu, emetteur=emetteur.pour_contrat())
    if reponse.donnees.get("patient_id"):
        patient.patient_id = str(reponse.donnees["patient_id"])
    return reponse


# ------------------------------------------------------------------------ recevoir
@when("le logiciel reçoit par un flux d'identités un patient nommé")
def recevoir_patients_nommes(essai: Essai, datatable: Table) -> None:
    """Un message de création par nom, venu du domaine du logiciel, sans INS."""
    emetteur = _emetteur(essai, "de son propre domaine")
    issues: list[tuple[str, ReponseAction, Any]] = []
    for rang, ligne in enumerate(vocabulaire.table(datatable)):
        nom = ligne["nom de naissance"]
        patient = presenter(essai, f"flux {rang}", connu=False, nom_naissance=nom)
        identite = _sans_ins(IdentiteUsager.depuis_reference(patient.reference))
        contenu = message_creation(identite, _identifiant_emetteur(patient), emetteur, _envoi(essai), statut="PROV")
        reponse = _recevoir(essai, patient, emetteur, contenu)
        garde = relire(essai, patient).identite.get("nom_naissance") if patient.patient_id else None
        issues.append((nom, reponse, garde))
    essai.releves["noms"] = issues


def _sans_ins(identite: IdentiteUsager) -> IdentiteUsager:
    return IdentiteUsager(
        nom_naissance=identite.nom_naissance,
        premier_prenom_naissance=identite.premier_prenom_naissance,
        prenoms_naissance=identite.prenoms_naissance,
        date_naissance=identite.date_naissance,
        sexe=identite.sexe,
        code_lieu_naissance=identite.code_lieu_naissance,
    )


_D_OU = r"(?P<d_ou>d'un autre domaine|du domaine partenaire|de son propre domaine)"


@when(
    motif(
        rf"le logiciel reçoit {_D_OU} l'identité (?P<validee>non validée )?du patient « (?P<nom>[^»]+) » avec son INS$"
    )
)
def recevoir_identite(essai: Essai, d_ou: str, validee: str | None, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    identite = IdentiteUsager.depuis_reference(patient.reference)
    contenu = message_creation(
        identite, _identifiant_emetteur(patient), emetteur, _envoi(essai), statut="PROV" if validee else "VALI"
    )
    _recevoir(essai, patient, emetteur, contenu)


@when(motif(rf"le logiciel reçoit {_D_OU} une mise à jour de l'identité du patient « (?P<nom>[^»]+) » avec son INS$"))
def recevoir_mise_a_jour(essai: Essai, d_ou: str, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    essai.releves[f"avant {nom}"] = dict(relire(essai, patient).identite)
    essai.releves[f"statut avant {nom}"] = patient.statut
    contenu = message_modification(
        IdentiteUsager.depuis_reference(patient.reference), _identifiant_emetteur(patient), emetteur, _envoi(essai)
    )
    _recevoir(essai, patient, emetteur, contenu)


@when(motif(rf"le logiciel reçoit {_D_OU} le retrait de l'INS du patient « (?P<nom>[^»]+) »$"))
def recevoir_retrait(essai: Essai, d_ou: str, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    contenu = message_retrait_ins(
        IdentiteUsager.depuis_reference(patient.reference), _identifiant_emetteur(patient), emetteur, _envoi(essai)
    )
    _recevoir(essai, patient, emetteur, contenu)


@when(parse("le logiciel reçoit d'un autre domaine un document du patient « {nom} » portant son INS"))
def recevoir_document(essai: Essai, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, "d'un autre domaine")
    envoi = _envoi(essai)
    rang = int(essai.releves["messages envoyés"])
    document = resultat_de_biologie(
        IdentiteUsager.depuis_reference(patient.reference),
        AuteurDocument(identifiant="899900000777", nom="DISTANT", prenom="CAMILLE"),
        StructureEmettrice(identifiant="1990000777", nom=emetteur.structure, domaine=emetteur.domaine),
        EnvoiDocument(
            oid=f"{emetteur.domaine}.2.{patient.reference.matricule}.{rang}",
            oid_lot=f"{emetteur.domaine}.3.{patient.reference.matricule}",
            instant=envoi.instant,
            patient_id=_identifiant_emetteur(patient),
        ),
    )
    essai.jouer(
        "recevoir_document",
        "biologiste_1",
        contenu_base64=base64.b64encode(document).decode(),
        emetteur=emetteur.pour_contrat(),
    )


@when("l'administrateur enregistre un contrat de confiance avec le domaine partenaire")
def contrat_de_confiance(essai: Essai) -> None:
    regler(essai, "contrats_confiance", [DOMAINE_PARTENAIRE])


# ----------------------------------------------------------------------- constater
def _verifications(essai: Essai, patient: PatientEssai) -> list[int]:
    """Vérifications vues par INSi depuis l'action, qui portent le matricule du patient."""
    return [
        echange.numero
        for echange in essai.echanges("insi", _VERIFICATION)
        if patient.reference.matricule.encode() in echange.requete.corps.octets
    ]


@then(parse("la vérification de l'INS du patient « {nom} » est partie vers INSi"))
def verification_partie(essai: Essai, nom: str) -> None:
    essai.bilan.constater(verification_lancee(_verifications(essai, essai.patient(nom)), nom))


@then(parse("l'INS déjà qualifiée du patient « {nom} » n'a pas été vérifiée de nouveau"))
def verification_non_partie(essai: Essai, nom: str) -> None:
    """La fenêtre se ferme sur la réponse du logiciel au message."""
    essai.bilan.constater(verification_non_relancee(_verifications(essai, essai.patient(nom)), nom))


def _retrouver(essai: Essai, patient: PatientEssai) -> PatientEssai:
    """La fiche créée par le flux : identifiant rendu par l'action, sinon recherche par date de naissance."""
    if not patient.patient_id:
        reference = patient.reference
        reponse = essai.preparer(
            "rechercher_patients",
            "biologiste_1",
            date_naissance=reference.date_naissance,
            nom=reference.nom_naissance,
        )
        trouves = list(reponse.donnees.get("patients", []))
        if len(trouves) != 1:
            raise NonConcluant(
                f"le message reçu n'a pas donné une fiche et une seule pour « {patient.nom} » ({len(trouves)} trouvée(s))"
            )
        patient.patient_id = str(trouves[0]["patient_id"])
    return relire(essai, patient)


@then(parse("la fiche du patient « {nom} » a été créée au statut « {libelle} » avec son INS"))
def creee_avec_ins(essai: Essai, nom: str, libelle: str) -> None:
    patient = _retrouver(essai, essai.patient(nom))
    recue = IdentiteUsager.depuis_reference(patient.reference)
    attendus = {
        "matricule_ins": recue.matricule_ins,
        "oid_ins": recue.oid_ins,
        "nom_naissance": recue.nom_naissance,
        "date_naissance": recue.date_naissance,
        "sexe": recue.sexe,
    }
    essai.bilan.constater(regles.statut_attendu(patient.statut, vocabulaire.statut(libelle), "après le flux reçu"))
    essai.bilan.constater(regles.champs_enregistres(patient.identite, attendus))


@then(parse("la fiche du patient « {nom} » n'est pas au statut « {libelle} »"))
def pas_au_statut(essai: Essai, nom: str, libelle: str) -> None:
    patient = _retrouver(essai, essai.patient(nom))
    autres = [code for code in ("PROV", "RECUP", "VALI", "QUAL") if code != vocabulaire.statut(libelle)]
    essai.bilan.constater(regles.statut_attendu(patient.statut, autres, "sans contrat de confiance"))


@then(parse("la fiche du patient « {nom} » a été créée avec les traits reçus, sans matricule INS"))
def creee_sans_ins(essai: Essai, nom: str) -> None:
    patient = _retrouver(essai, essai.patient(nom))
    reference = patient.reference
    attendus = {
        "nom_naissance": reference.nom_naissance,
        "date_naissance": reference.date_naissance,
        "sexe": reference.sexe,
    }
    essai.bilan.constater(regles.champs_enregistres(patient.identite, attendus))
    essai.bilan.constater(regles.sans_matricule(patient.identite, "à la création par le flux"))


@then(parse("l'identité du patient « {nom} » n'a pas été mise à jour"))
def pas_mise_a_jour(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(
        regles.identite_inchangee(retirer(essai, f"avant {nom}", dict), patient.identite, "malgré le retour KO")
    )
    essai.bilan.constater(
        regles.statut_attendu(patient.statut, essai.releves[f"statut avant {nom}"], "malgré le retour KO")
    )


@then(parse("l'identité du patient « {nom} » porte désormais son INS"))
def porte_son_ins(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    reference = patient.reference
    attendus = {"matricule_ins": reference.matricule_ins, "oid_ins": reference.oid}
    essai.bilan.constater(regles.champs_enregistres(patient.identite, attendus))


@then(parse("l'identité du patient « {nom} » n'a plus ni matricule INS ni statut qui le suppose"))
def ins_retiree(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(regles.sans_matricule(patient.identite, "après le retrait reçu"))
    essai.bilan.constater(regles.statut_attendu(patient.statut, ("PROV", "VALI"), "après le retrait reçu"))


@then("le document reçu n'est pas intégré et l'utilisateur en est averti")
def document_retenu(essai: Essai) -> None:
    _juger_integration(essai, essai.derniere, [], attendu=False)


@then(parse("le document reçu est intégré au dossier du patient « {nom} »"))
def document_integre(essai: Essai, nom: str) -> None:
    reponse = essai.derniere
    patient = _retrouver(essai, essai.patient(nom))
    liste = essai.preparer("lister_documents", "biologiste_1", patient_id=patient.patient_id)
    documents = [str(document["document_id"]) for document in liste.donnees.get("documents", [])]
    _juger_integration(essai, reponse, documents, attendu=True)


def _juger_integration(essai: Essai, reponse: ReponseAction, documents: Sequence[str], *, attendu: bool) -> None:
    essai.bilan.constater(
        conduite.integration_du_document(
            integre=reponse.donnees.get("integre") if not attendu else False,
            documents=documents,
            attendu=attendu,
            messages=reponse.messages,
        )
    )


@then(parse("le document reçu du patient « {nom} » est dans la liste de travail"))
def document_en_liste(essai: Essai, nom: str) -> None:
    reponse = essai.preparer("lire_liste_travail", "biologiste_1")
    matricule = essai.patient(nom).reference.matricule_ins
    essai.bilan.constater(conduite.dans_la_liste(list(reponse.donnees.get("elements", [])), "matricule_ins", matricule))


# ------------------------------------------------------------------------- émettre
@when(parse("le biologiste transmet l'identité du patient « {nom} » au partenaire « {partenaire} »"))
def transmettre(essai: Essai, nom: str, partenaire: str) -> None:
    patient = essai.patient(nom)
    reponse = essai.jouer(
        "transmettre_identite", "biologiste_1", patient_id=patient.patient_id, destinataire=partenaire
    )
    message = str(reponse.donnees.get("message", ""))
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
            debut=essai.instant_debut,
            fin=datetime.now(UTC),
        )
    )


# --------------------------------------------------------------------- propagation
def _messages_emis(essai: Essai, patient: PatientEssai) -> list[str]:
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
    essai.releves[f"messages avant {nom}"] = _messages_emis(essai, patient)
    essai.releves[f"identite avant {nom}"] = IdentiteUsager.depuis_traits(patient.identite)
    essai.jouer("modifier_patient", "super_utilisateur", patient_id=patient.patient_id, modifications={cle: valeur})
    relire(essai, patient)
    essai.bilan.exiger(regles.modification_faite(cle, valeur, patient.identite.get(cle), "le super utilisateur"))


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
    messages = _messages_emis(essai, patient)[len(anterieurs) :]
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
            _messages_emis(essai, essai.patient(nom))[len(anterieurs) :],
            anterieurs,
            retirer(essai, f"identite avant {nom}", IdentiteUsager),
        )
    )


def _joindre(essai: Essai, nom: str, messages: Sequence[str]) -> None:
    for rang, message in enumerate(messages, start=1):
        essai.bilan.joindre(
            f"message-{nom}-{rang}.hl7", "message", message.encode(), f"message HL7 v2 émis pour « {nom} »"
        )
