"""Étapes sur la fiche d'identité : champs affichés, statuts, attributs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.socle.identites import fabriquer_identite
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import (
    changer_reglage,
    relire,
    retenir,
)
from steps.patients import CHAMPS_IDENTITE, LIEU_INCONNU, PatientEssai
from steps.releves import retirer
from steps.verifications import affichage
from steps.verifications import identite as regles


def _minutes_du_scenario(essai: Essai) -> tuple[datetime, datetime]:
    return essai.instant_debut, datetime.now(UTC)


# --------------------------------------------------------------------- champs
@then(parse("la fiche du patient « {nom} » porte les dix champs d'identité avec leurs valeurs"))
def dix_champs(essai: Essai, nom: str) -> None:
    """Les valeurs attendues viennent de la réponse d'INSi et de la saisie, champ par champ."""
    patient = relire(essai, essai.patient(nom))
    attendus = {champ: valeur for champ, valeur in traits_attendus(patient).items() if champ in CHAMPS_IDENTITE}
    essai.bilan.constater(regles.champs_enregistres(patient.identite, attendus))


def traits_attendus(patient: PatientEssai) -> dict[str, str]:
    """L'identité telle qu'elle doit être après récupération : réponse d'INSi, plus les traits saisis localement."""
    return {**patient.saisie, **traits_rendus(patient)}


def traits_rendus(patient: PatientEssai) -> dict[str, str]:
    """Les sept traits qu'INSi rend pour ce patient, dans les noms du contrat."""
    reference = patient.reference
    return {
        "matricule_ins": reference.matricule_ins,
        "oid_ins": reference.oid,
        "nom_naissance": reference.nom_naissance,
        "prenoms_naissance": " ".join(reference.prenoms),
        "date_naissance": reference.date_naissance,
        "sexe": reference.sexe,
        "code_lieu_naissance": reference.lieu_naissance or LIEU_INCONNU,
    }


def traits_du_contrat(identite: Mapping[str, Any]) -> dict[str, Any]:
    """Les champs d'identité seuls : un logiciel peut y joindre un âge, une date de mise à jour…"""
    return {champ: identite.get(champ) for champ in (*CHAMPS_IDENTITE, "telephone", "numero_securite_sociale")}


@then(parse("les traits du patient « {nom} » sont ceux rendus par INSi"))
def traits_d_insi(essai: Essai, nom: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(regles.traits_d_insi(patient.identite, traits_rendus(patient)))


@when(parse("{qui} ouvre la fiche du patient « {nom} »"))
def ouvrir_fiche(essai: Essai, qui: str, nom: str) -> None:
    """Ouvre la fiche ; garde les champs tels qu'ils sont montrés à cet utilisateur."""
    patient = essai.patient(nom)
    reponse = essai.jouer("lire_patient", vocabulaire.role(qui), patient_id=patient.patient_id)
    retenir(patient, reponse.donnees.get("patient"))
    essai.releves["fiche"] = patient
    essai.releves["champs"] = list(reponse.donnees.get("champs", []))


def champs_affiches(essai: Essai) -> Sequence[Mapping[str, Any]]:
    champs: list[Mapping[str, Any]] = retirer(essai, "champs", list)
    if not champs:
        raise NonConcluant("lire_patient n'a rendu aucun champ affiché ; attendu donnees.champs")
    return champs


@then("le champ du numéro de sécurité sociale est distinct du matricule INS et son libellé ne dit pas « INS »")
def numero_de_securite_sociale(essai: Essai) -> None:
    patient: PatientEssai = retirer(essai, "fiche", PatientEssai)
    matricule = patient.reference.matricule_ins
    ecrit = retirer(essai, "numéro d'un parent", bool)
    essai.bilan.constater(
        affichage.numero_securite_sociale_distinct(champs_affiches(essai), matricule if ecrit else "")
    )
    # Écrire le numéro de l'assuré ne doit pas toucher au matricule INS du patient.
    essai.bilan.constater(regles.champs_enregistres(patient.identite, {"matricule_ins": matricule}))


@when(parse("l'agent d'accueil saisit le numéro de sécurité sociale d'un parent sur la fiche du patient « {nom} »"))
def saisir_numero_assure(essai: Essai, nom: str) -> None:
    """Un numéro qui n'est pas celui du patient ; un logiciel qui ne le prend que de la carte Vitale peut le refuser."""
    patient = essai.patient(nom)
    parent = fabriquer_identite(f"{essai.graine}{essai.retenu.numero}/{nom}/parent")
    essai.journal.autoriser_matricules({parent.matricule, parent.matricule_ins})
    reponse = essai.tenter(
        "modifier_patient",
        "agent_accueil",
        patient_id=patient.patient_id,
        modifications={"numero_securite_sociale": parent.matricule_ins},
    )
    essai.releves["numéro d'un parent"] = reponse.fait


@given("tous les champs d'identité affichés")
def champs_tous_affiches(essai: Essai) -> None:
    """Un logiciel qui les affiche toujours n'a rien à régler."""
    changer_reglage(essai, "champs_affiches", [*CHAMPS_IDENTITE, "numero_securite_sociale"])


@when("l'administrateur n'affiche aucun champ facultatif")
def afficher_le_minimum(essai: Essai) -> None:
    """L'exigence dispense de ce réglage un logiciel qui affiche toujours les dix champs."""
    changer_reglage(essai, "champs_affiches", [])


@when("l'administrateur affiche tous les champs d'identité")
def afficher_tout(essai: Essai) -> None:
    changer_reglage(essai, "champs_affiches", list(CHAMPS_IDENTITE))


@then("nom de naissance, premier prénom, date de naissance et sexe sont affichés")
def quatre_champs_affiches(essai: Essai) -> None:
    patient: PatientEssai = retirer(essai, "fiche", PatientEssai)
    attendus = traits_attendus(patient)
    essai.bilan.constater(affichage.champs_toujours_affiches(champs_affiches(essai), "sans champ facultatif", attendus))


@then("les dix champs d'identité sont affichés avec des libellés sans équivoque")
def dix_champs_affiches(essai: Essai) -> None:
    champs = champs_affiches(essai)
    affiches = [str(champ.get("champ")) for champ in champs if champ.get("affiche")]
    essai.bilan.constater(affichage.champs_affichables(affiches, CHAMPS_IDENTITE))
    essai.bilan.constater(affichage.libelles_sans_equivoque(champs))


@then("le matricule INS affiché est suivi de sa nature")
def nature_affichee(essai: Essai) -> None:
    patient: PatientEssai = retirer(essai, "fiche", PatientEssai)
    montres = {str(c.get("champ")): c for c in champs_affiches(essai) if c.get("affiche")}
    valeur = str(montres.get("matricule_ins", {}).get("valeur", ""))
    autres = [str(montres.get("oid_ins", {}).get(cle, "")) for cle in ("libelle", "valeur")]
    reference = patient.reference
    essai.bilan.constater(affichage.nature_du_matricule(valeur, reference.matricule_ins, reference.oid, autres))


# --------------------------------------------------------------------- statuts
@then(parse("l'identité du patient « {nom} » est au statut « {libelle} »"))
def statut_attendu(essai: Essai, nom: str, libelle: str) -> None:
    patient = relire(essai, essai.patient(nom))
    essai.bilan.constater(regles.statut_attendu(patient.statut, vocabulaire.statut(libelle), f"pour « {nom} »"))


@then(parse("le passage de « {avant} » à « {apres} » du patient « {nom} » par {qui} est historisé"))
def passage_historise(essai: Essai, avant: str, apres: str, nom: str, qui: str) -> None:
    patient = essai.patient(nom)
    reponse = essai.preparer("lire_historique_statuts", "biologiste_1", patient_id=patient.patient_id)
    debut, fin = _minutes_du_scenario(essai)
    essai.bilan.constater(
        regles.changement_historise(
            list(reponse.donnees.get("changements", [])),
            anterieur=vocabulaire.statut(avant),
            nouveau=vocabulaire.statut(apres),
            responsable=essai.compte(vocabulaire.role(qui)),
            debut=debut,
            fin=fin,
        )
    )


@when(parse("{qui} pose l'attribut « {attribut} » au patient « {nom} »"))
def poser_attribut(essai: Essai, qui: str, attribut: str, nom: str) -> None:
    patient = essai.patient(nom)
    essai.jouer(
        "attribuer_attribut", vocabulaire.role(qui), patient_id=patient.patient_id, attribut=attribut, actif=True
    )
    relire(essai, patient)


@then(parse("le patient « {nom} » est marqué « {attribut} »"))
def attribut_pose(essai: Essai, nom: str, attribut: str) -> None:
    """Sans l'attribut, l'absence d'appel à INSi ne prouverait rien : le scénario s'arrête là."""
    patient = relire(essai, essai.patient(nom))
    essai.bilan.exiger(regles.attribut_enregistre(list(patient.dernier.get("attributs", [])), attribut))


@then(parse("le patient « {nom} », marqué « {attribut} », est redevenu provisoire sans matricule INS"))
def redevenu_provisoire(essai: Essai, nom: str, attribut: str) -> None:
    patient = relire(essai, essai.patient(nom))
    circonstance = f"après l'attribut « {attribut} »"
    essai.bilan.constater(regles.attribut_enregistre(list(patient.dernier.get("attributs", [])), attribut))
    essai.bilan.constater(regles.statut_attendu(patient.statut, "PROV", circonstance))
    essai.bilan.constater(regles.sans_matricule(patient.identite, circonstance))
