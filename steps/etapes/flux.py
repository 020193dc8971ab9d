"""Étapes des flux d'identités : messages et documents reçus d'un autre domaine, messages émis."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
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
from steps.etapes.identite import retirer, traits_du_contrat
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice, resultat_de_biologie
from steps.flux.identite import IdentiteUsager, comparable
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
from steps.verifications import identite as regles
from steps.verifications.verification_automatique import verification_lancee, verification_non_relancee

DOMAINE_PARTENAIRE = "1.2.250.1.213.99.7"
DOMAINE_ETRANGER = "1.2.250.1.213.99.8"
_VERIFICATION = "verifierInsAvecTraitsIdentite"
_NOM_UTILISE_RECU = "BELLEGARDE"
_ATTENTE_S = 5.0
_MSH_10 = 20
"""Longueur de MSH-10 en HL7 v2.5."""


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


def envoi_hl7(essai: Essai) -> EnvoiHl7:
    rang = int(essai.releves.get("messages envoyés", 0)) + 1
    essai.releves["messages envoyés"] = rang
    numero = essai.retenu.numero.replace("/", "-")
    # Un logiciel peut écarter un numéro déjà reçu dans une campagne précédente.
    marque = hashlib.sha256(essai.graine.encode()).hexdigest()[:4] if essai.graine else ""
    if len(f"{marque}{numero}-{rang}") > _MSH_10:
        numero = hashlib.sha256(numero.encode()).hexdigest()[:8]
    return EnvoiHl7(identifiant=f"{marque}{numero}-{rang}", instant=datetime.now(UTC).astimezone())


def attente(essai: Essai) -> float:
    """Temps laissé à un logiciel qui traite les messages après en avoir accusé réception ; le témoin fait tout avant."""
    return 0.0 if essai.logiciel.temoin else _ATTENTE_S


def identifiant_emetteur(patient: PatientEssai) -> str:
    """L'IPP du patient chez l'émetteur : stable pour un même patient."""
    return f"EXT{patient.reference.matricule[-6:]}{patient.reference.cle}"


def _recevoir(essai: Essai, patient: PatientEssai, emetteur: Emetteur, contenu: str) -> ReponseAction:
    reponse = essai.jouer("recevoir_message", "agent_accueil", contenu=contenu, emetteur=emetteur.pour_contrat())
    # La fiche déjà désignée reste celle que l'on juge, même si le logiciel range le message ailleurs.
    if reponse.donnees.get("patient_id") and not patient.patient_id:
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
        contenu = message_creation(identite, identifiant_emetteur(patient), emetteur, envoi_hl7(essai), statut="PROV")
        reponse = _recevoir(essai, patient, emetteur, contenu)
        garde = _nom_garde(essai, patient) if reponse.fait else None
        issues.append((nom, reponse, garde))
    essai.releves["noms"] = issues


def _nom_garde(essai: Essai, patient: PatientEssai) -> Any:
    """Le nom de la fiche créée par le flux ; à défaut de son identifiant, elle est cherchée par date et prénom."""
    if not patient.patient_id:
        prenom = comparable(patient.saisie["premier_prenom_naissance"])
        reponse = essai.preparer(
            "rechercher_patients", "biologiste_1", date_naissance=patient.reference.date_naissance, prenom=prenom
        )
        trouves = [str(trouve["patient_id"]) for trouve in reponse.donnees.get("patients", [])]
        if len(trouves) != 1:
            raise NonConcluant(f"{len(trouves)} fiche(s) pour le message reçu : recevoir_message devrait la désigner")
        patient.patient_id = trouves[0]
    return relire(essai, patient).identite.get("nom_naissance")


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
        identite, identifiant_emetteur(patient), emetteur, envoi_hl7(essai), statut="PROV" if validee else "VALI"
    )
    _recevoir(essai, patient, emetteur, contenu)


@when(motif(rf"le logiciel reçoit {_D_OU} une mise à jour de l'identité du patient « (?P<nom>[^»]+) » avec son INS$"))
def recevoir_mise_a_jour(essai: Essai, d_ou: str, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    essai.releves[f"avant {nom}"] = dict(relire(essai, patient).identite)
    essai.releves[f"statut avant {nom}"] = patient.statut
    # Le nom utilisé change aussi : une mise à jour partielle, sans l'INS, se verrait.
    identite = replace(IdentiteUsager.depuis_reference(patient.reference), nom_utilise=_NOM_UTILISE_RECU)
    contenu = message_modification(identite, identifiant_emetteur(patient), emetteur, envoi_hl7(essai))
    _recevoir(essai, patient, emetteur, contenu)


@when(motif(rf"le logiciel reçoit {_D_OU} le retrait de l'INS du patient « (?P<nom>[^»]+) »$"))
def recevoir_retrait(essai: Essai, d_ou: str, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, d_ou)
    contenu = message_retrait_ins(
        IdentiteUsager.depuis_reference(patient.reference), identifiant_emetteur(patient), emetteur, envoi_hl7(essai)
    )
    _recevoir(essai, patient, emetteur, contenu)


@when(parse("le logiciel reçoit d'un autre domaine un document du patient « {nom} » portant son INS"))
def recevoir_document(essai: Essai, nom: str) -> None:
    patient, emetteur = essai.patient(nom), _emetteur(essai, "d'un autre domaine")
    envoi = envoi_hl7(essai)
    rang = int(essai.releves["messages envoyés"])
    document = resultat_de_biologie(
        IdentiteUsager.depuis_reference(patient.reference),
        AuteurDocument(identifiant="899900000777", nom="DISTANT", prenom="CAMILLE"),
        StructureEmettrice(identifiant="1990000777", nom=emetteur.structure, domaine=emetteur.domaine),
        EnvoiDocument(
            oid=f"{emetteur.domaine}.2.{patient.reference.matricule}.{rang}",
            oid_lot=f"{emetteur.domaine}.3.{patient.reference.matricule}",
            instant=envoi.instant,
            patient_id=identifiant_emetteur(patient),
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
    patient = essai.patient(nom)
    matricule = patient.reference.matricule.encode()
    essai.journal.attendre(
        lambda echange: matricule in echange.requete.corps.octets,
        depuis=essai.depuis,
        delai=attente(essai),
        service="insi",
        operation=_VERIFICATION,
    )
    essai.bilan.constater(verification_lancee(_verifications(essai, patient), nom))


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
        trouves = [
            trouve
            for trouve in reponse.donnees.get("patients", [])
            if comparable(str(trouve.get("identite", {}).get("nom_naissance", "")))
            == comparable(reference.nom_naissance)
        ]
        if len(trouves) != 1:
            raise NonConcluant(
                f"le message reçu n'a pas donné une fiche et une seule pour « {patient.nom} » ({len(trouves)} trouvée(s))"
            )
        patient.patient_id = str(trouves[0]["patient_id"])
    return relire(essai, patient)


@then(parse("la fiche du patient « {nom} » a été créée au statut « {libelle} » avec son INS"))
def creee_avec_ins(essai: Essai, nom: str, libelle: str) -> None:
    patient = _retrouver(essai, essai.patient(nom))
    reference = patient.reference
    attendus = {"matricule_ins": reference.matricule_ins, "oid_ins": reference.oid, **_traits_recus(patient)}
    essai.bilan.constater(regles.statut_attendu(patient.statut, vocabulaire.statut(libelle), "après le flux reçu"))
    essai.bilan.constater(regles.champs_enregistres(patient.identite, attendus))


@then(parse("la fiche du patient « {nom} » n'est pas au statut « {libelle} »"))
def pas_au_statut(essai: Essai, nom: str, libelle: str) -> None:
    """Sans contrat, l'INS n'est prise qu'après une vérification par INSi."""
    verifiee = bool(_verifications(essai, essai.patient(nom)))
    patient = _retrouver(essai, essai.patient(nom))
    autres = [code for code in ("PROV", "RECUP", "VALI", "QUAL") if code != vocabulaire.statut(libelle)]
    essai.bilan.constater(regles.statut_attendu(patient.statut, autres, "sans contrat de confiance"))
    if not verifiee:
        circonstance = "sans contrat de confiance ni vérification par INSi"
        essai.bilan.constater(regles.sans_matricule(patient.identite, circonstance))


@then(parse("la fiche du patient « {nom} » a été créée avec les traits reçus, sans matricule INS"))
def creee_sans_ins(essai: Essai, nom: str) -> None:
    patient = _retrouver(essai, essai.patient(nom))
    circonstance = "à la création par le flux"
    essai.bilan.constater(regles.champs_enregistres(patient.identite, _traits_recus(patient)))
    essai.bilan.constater(regles.sans_matricule(patient.identite, circonstance))
    essai.bilan.constater(regles.statut_attendu(patient.statut, ("PROV", "VALI"), circonstance))


def _traits_recus(patient: PatientEssai) -> dict[str, str]:
    """Les traits que portait le message de création."""
    recue = IdentiteUsager.depuis_reference(patient.reference)
    return {
        "nom_naissance": recue.nom_naissance,
        "premier_prenom_naissance": recue.premier_prenom_naissance,
        "prenoms_naissance": recue.prenoms_naissance,
        "date_naissance": recue.date_naissance,
        "sexe": recue.sexe,
        "code_lieu_naissance": recue.code_lieu_naissance,
    }


@then(parse("l'identité du patient « {nom} » n'a pas été mise à jour"))
def pas_mise_a_jour(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    avant, apres = traits_du_contrat(retirer(essai, f"avant {nom}", dict)), traits_du_contrat(patient.identite)
    essai.bilan.constater(regles.identite_inchangee(avant, apres, "malgré le retour KO"))
    essai.bilan.constater(
        regles.statut_attendu(patient.statut, essai.releves[f"statut avant {nom}"], "malgré le retour KO")
    )


@then(parse("l'identité du patient « {nom} » porte désormais son INS"))
def porte_son_ins(essai: Essai, nom: str) -> None:
    """Contrôle positif : la règle ne dit que le cas KO, un rapprochement manuel reste légitime."""
    patient = relire(essai, essai.patient(nom))
    recu = patient.identite.get("matricule_ins")
    essai.bilan.constater(conduite.mise_a_jour_apres_ok(recu, patient.reference.matricule_ins))


@then(parse("l'identité du patient « {nom} » n'a plus ni matricule INS ni statut qui le suppose"))
def ins_retiree(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(regles.sans_matricule(patient.identite, "après le retrait reçu"))
    essai.bilan.constater(regles.statut_attendu(patient.statut, ("PROV", "VALI"), "après le retrait reçu"))


@then(parse("le document reçu n'est pas intégré au dossier du patient « {nom} » et l'utilisateur en est averti"))
def document_retenu(essai: Essai, nom: str) -> None:
    """Le dossier est relu s'il existe : l'annonce du logiciel ne suffit pas."""
    reponse = essai.derniere
    ordinaires = retirer(essai, "messages d'une intégration", list)
    _juger_integration(essai, reponse, _documents_du_patient(essai, nom), attendu=False, ordinaires=ordinaires)
    essai.releves["document reçu"] = reponse.donnees.get("document") or {}


@then(parse("le document reçu est intégré au dossier du patient « {nom} »"))
def document_integre(essai: Essai, nom: str) -> None:
    reponse = essai.derniere
    essai.releves["messages d'une intégration"] = list(reponse.messages)
    _juger_integration(essai, reponse, _documents_du_patient(essai, nom), attendu=True)


def _documents_du_patient(essai: Essai, nom: str) -> list[str]:
    """Les documents de toutes les fiches que le logiciel connaît à ce nom et à cette date de naissance."""
    reference = essai.patient(nom).reference
    trouves = essai.preparer(
        "rechercher_patients",
        "biologiste_1",
        date_naissance=reference.date_naissance,
        nom=reference.nom_naissance,
    )
    documents: list[str] = []
    for trouve in trouves.donnees.get("patients", []):
        liste = essai.preparer("lister_documents", "biologiste_1", patient_id=str(trouve["patient_id"]))
        documents += [str(document["document_id"]) for document in liste.donnees.get("documents", [])]
    return documents


def _juger_integration(
    essai: Essai,
    reponse: ReponseAction,
    documents: Sequence[str],
    *,
    attendu: bool,
    ordinaires: Sequence[str] = (),
) -> None:
    essai.bilan.constater(
        conduite.integration_du_document(
            integre=reponse.donnees.get("integre") if not attendu else False,
            documents=documents,
            attendu=attendu,
            messages=reponse.messages,
            ordinaires=ordinaires,
        )
    )


@then(parse("le document reçu du patient « {nom} » est dans la liste de travail"))
def document_en_liste(essai: Essai, nom: str) -> None:
    reponse = essai.preparer("lire_liste_travail", "biologiste_1")
    reference = essai.patient(nom).reference
    document = retirer(essai, "document reçu", dict)
    essai.bilan.constater(
        conduite.donnee_en_attente(
            list(reponse.donnees.get("elements", [])),
            matricule=reference.matricule_ins,
            document_id=str(document.get("document_id", "")),
            nom=f"{reference.nom_naissance} {reference.prenoms[0]}",
        )
    )
