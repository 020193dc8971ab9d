"""Étapes sur la fiche d'identité : création, champs, verrous, statuts, attributs."""

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
    Table,
    amener_au_statut,
    changer_reglage,
    presenter,
    relire,
    retenir,
)
from steps.logiciel.protocole import ReponseAction
from steps.patients import CHAMPS_IDENTITE, LIEU_INCONNU, TRAITS_STRICTS, PatientEssai, traits_saisis
from steps.verifications import affichage
from steps.verifications import conduite_logiciel as conduite
from steps.verifications import identite as regles

_VALEURS_DE_RECHANGE: Mapping[str, str] = {
    "matricule_ins": "199019999999935",
    "oid_ins": "1.2.250.1.213.1.4.11",
    "nom_naissance": "AUTRENOM",
    "prenoms_naissance": "AUTRE PRENOM",
    "premier_prenom_naissance": "AUTRE",
    "date_naissance": "1931-02-03",
    "code_lieu_naissance": "75114",
}


def _minutes_du_scenario(essai: Essai) -> tuple[datetime, datetime]:
    return essai.instant_debut, datetime.now(UTC)


def retirer(essai: Essai, cle: str, genre: type[Any]) -> Any:
    """Ce qu'une étape « Quand » a laissé pour les étapes « Alors » ; NonConcluant si elle n'a pas eu lieu."""
    valeur = essai.releves.get(cle)
    if not isinstance(valeur, genre):
        raise NonConcluant(f"la feature constate « {cle} » sans l'avoir relevé")
    return valeur


# ------------------------------------------------------------------- création
@when(parse("l'agent d'accueil crée la fiche du patient « {nom} » et l'amène à l'{libelle}"))
def creer_et_amener(essai: Essai, nom: str, libelle: str) -> None:
    """Fiche créée avec les traits du patient, puis statut voulu ; une création refusée est un manquement."""
    patient = essai.patient(nom)
    reponse = essai.jouer("creer_patient", "agent_accueil", identite=dict(patient.saisie))
    essai.bilan.exiger(regles.champs_enregistrables(reponse.resultat, reponse.en_phrase(), patient.saisie))
    patient.patient_id = str(reponse.donnees.get("patient_id", ""))
    if not patient.patient_id:
        raise NonConcluant("creer_patient n'a pas rendu patient_id ; attendu l'identifiant de la fiche créée")
    amener_au_statut(essai, patient, vocabulaire.statut(libelle))


@when("l'agent d'accueil crée la fiche de patients nommés")
@when("l'agent d'accueil essaie de créer la fiche de patients nommés")
def creer_patients_nommes(essai: Essai, datatable: Table) -> None:
    """Une création par nom du tableau ; garde ce que le logiciel a fait de chacun."""
    issues: list[tuple[str, ReponseAction, Any]] = []
    for rang, ligne in enumerate(vocabulaire.table(datatable)):
        nom = ligne["nom de naissance"]
        patient = presenter(essai, f"nom {rang} {nom}", connu=False)
        patient.saisie["nom_naissance"] = nom
        reponse = essai.jouer("creer_patient", "agent_accueil", identite=dict(patient.saisie))
        garde = None
        if reponse.fait:
            patient.patient_id = str(reponse.donnees.get("patient_id", ""))
            garde = relire(essai, patient).identite.get("nom_naissance")
        issues.append((nom, reponse, garde))
    essai.releves["noms"] = issues


@then("chacun de ces noms est gardé tel quel dans la fiche créée")
def noms_gardes(essai: Essai) -> None:
    for nom, reponse, garde in retirer(essai, "noms", list):
        essai.bilan.constater(regles.nom_garde_entier("nom_naissance", nom, garde if reponse.fait else None))


@then("aucun de ces noms n'est enregistré avec une minuscule ou un accent")
def noms_refuses(essai: Essai) -> None:
    for nom, reponse, garde in retirer(essai, "noms", list):
        essai.bilan.constater(regles.caracteres_refuses("nom_naissance", nom, reponse.resultat, garde))


@when("l'agent d'accueil essaie de créer la fiche d'un patient né le")
def creer_patients_nes_le(essai: Essai, datatable: Table) -> None:
    """Une création par date du tableau, par ailleurs identique."""
    issues = []
    for rang, ligne in enumerate(vocabulaire.table(datatable)):
        patient = presenter(essai, f"date {rang}", connu=False)
        patient.saisie["date_naissance"] = ligne["date"]
        reponse = essai.jouer("creer_patient", "agent_accueil", identite=dict(patient.saisie))
        gardee = None
        if reponse.fait and ligne["possible"] == "oui":
            patient.patient_id = str(reponse.donnees.get("patient_id", ""))
            gardee = relire(essai, patient).identite.get("date_naissance")
        issues.append((ligne["date"], ligne["possible"] == "oui", reponse, gardee))
    essai.releves["dates"] = issues


@then("seules les dates possibles sont acceptées")
def dates_jugees(essai: Essai) -> None:
    for date, possible, reponse, gardee in retirer(essai, "dates", list):
        essai.bilan.constater(
            conduite.date_de_naissance(date, possible=possible, resultat=reponse.resultat, recu=reponse.en_phrase())
        )
        if gardee is not None:
            essai.bilan.constater(regles.champs_enregistres({"date_naissance": gardee}, {"date_naissance": date}))


@when(parse("l'agent d'accueil essaie de créer la fiche du patient « {nom} » sans"))
def creer_sans(essai: Essai, nom: str, datatable: Table) -> None:
    """Une création par trait omis ; tous les autres traits obligatoires sont remplis."""
    patient = essai.patient(nom)
    issues = []
    for ligne in vocabulaire.table(datatable):
        champ = vocabulaire.champ(ligne["trait"])
        saisie = {cle: valeur for cle, valeur in patient.saisie.items() if cle != champ}
        issues.append((ligne["trait"], essai.jouer("creer_patient", "agent_accueil", identite=saisie)))
    essai.releves["creations"] = issues


@then("chaque création incomplète est refusée")
def creations_refusees(essai: Essai) -> None:
    for trait, reponse in retirer(essai, "creations", list):
        essai.bilan.constater(conduite.creation_sans_trait_refusee(trait, reponse.resultat, reponse.en_phrase()))


@when(parse("l'agent d'accueil essaie de créer la fiche du patient « {nom} » avec les seuls traits obligatoires"))
def creer_minimale(essai: Essai, nom: str) -> None:
    patient = essai.patient(nom)
    reponse = essai.jouer("creer_patient", "agent_accueil", identite=traits_saisis(patient.reference))
    patient.patient_id = str(reponse.donnees.get("patient_id", "")) if reponse.fait else ""


@then(parse("la fiche du patient « {nom} » est créée avec ces traits"))
def fiche_est_creee(essai: Essai, nom: str) -> None:
    reponse, patient = essai.derniere, essai.patient(nom)
    essai.bilan.exiger(conduite.creation_minimale_admise(reponse.resultat, reponse.en_phrase()))
    traits = traits_saisis(patient.reference)
    essai.bilan.constater(regles.champs_enregistres(relire(essai, patient).identite, traits))


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


def _champs(essai: Essai) -> Sequence[Mapping[str, Any]]:
    champs: list[Mapping[str, Any]] = retirer(essai, "champs", list)
    if not champs:
        raise NonConcluant("lire_patient n'a rendu aucun champ affiché ; attendu donnees.champs")
    return champs


@then("le champ du numéro de sécurité sociale est distinct du matricule INS et son libellé ne dit pas « INS »")
def numero_de_securite_sociale(essai: Essai) -> None:
    patient: PatientEssai = retirer(essai, "fiche", PatientEssai)
    matricule = patient.reference.matricule_ins
    ecrit = retirer(essai, "numéro d'un parent", bool)
    essai.bilan.constater(affichage.numero_securite_sociale_distinct(_champs(essai), matricule if ecrit else ""))
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
    essai.bilan.constater(affichage.champs_toujours_affiches(_champs(essai), "sans champ facultatif", attendus))


@then("les dix champs d'identité sont affichés avec des libellés sans équivoque")
def dix_champs_affiches(essai: Essai) -> None:
    champs = _champs(essai)
    affiches = [str(champ.get("champ")) for champ in champs if champ.get("affiche")]
    essai.bilan.constater(affichage.champs_affichables(affiches, CHAMPS_IDENTITE))
    essai.bilan.constater(affichage.libelles_sans_equivoque(champs))


@then("le matricule INS affiché est suivi de sa nature")
def nature_affichee(essai: Essai) -> None:
    patient: PatientEssai = retirer(essai, "fiche", PatientEssai)
    montres = {str(c.get("champ")): c for c in _champs(essai) if c.get("affiche")}
    valeur = str(montres.get("matricule_ins", {}).get("valeur", ""))
    autres = [str(montres.get("oid_ins", {}).get(cle, "")) for cle in ("libelle", "valeur")]
    reference = patient.reference
    essai.bilan.constater(affichage.nature_du_matricule(valeur, reference.matricule_ins, reference.oid, autres))


# --------------------------------------------------------------- modifications
@when(parse("{qui} remplace le {champ} du patient « {nom} » par « {valeur} »"))
def remplacer_champ(essai: Essai, qui: str, champ: str, nom: str, valeur: str) -> None:
    """Une modification ; ce qu'elle a donné est relu dans la fiche."""
    patient = essai.patient(nom)
    cle = vocabulaire.champ(champ)
    essai.jouer("modifier_patient", vocabulaire.role(qui), patient_id=patient.patient_id, modifications={cle: valeur})
    essai.releves[f"avant {nom}"] = dict(patient.identite)
    relire(essai, patient)


@then(parse("le {champ} du patient « {nom} » est devenu « {valeur} »"))
def champ_devenu(essai: Essai, champ: str, nom: str, valeur: str) -> None:
    recu = essai.patient(nom).identite.get(vocabulaire.champ(champ))
    essai.bilan.constater(regles.modification_faite(champ, valeur, recu, "le super utilisateur"))


@when(parse("l'agent d'accueil essaie de modifier un à un les traits stricts du patient « {nom} »"))
def modifier_traits_stricts(essai: Essai, nom: str) -> None:
    """Sept tentatives, chacune avec une valeur différente de l'actuelle, relues une à une."""
    patient = relire(essai, essai.patient(nom))
    tentatives = []
    for champ in TRAITS_STRICTS:
        avant = patient.identite.get(champ)
        valeur = _VALEURS_DE_RECHANGE.get(champ) or ("F" if avant == "M" else "M")
        reponse = essai.jouer(
            "modifier_patient", "agent_accueil", patient_id=patient.patient_id, modifications={champ: valeur}
        )
        apres = relire(essai, patient).identite.get(champ)
        refuses = [str(refuse) for refuse in reponse.donnees.get("champs_refuses", [])]
        tentatives.append((champ, avant, apres, reponse.resultat, refuses))
    essai.releves["tentatives"] = tentatives


@then(parse("aucun trait strict du patient « {nom} » n'a changé"))
def traits_stricts_inchanges(essai: Essai, nom: str) -> None:
    for champ, avant, apres, resultat, refuses in retirer(essai, "tentatives", list):
        essai.bilan.constater(regles.champ_verrouille(champ, avant, apres, resultat, "l'agent d'accueil", refuses))


@then("les traits stricts sont montrés comme verrouillés")
def verrous_visibles(essai: Essai) -> None:
    essai.bilan.constater(affichage.verrou_visible(_champs(essai), TRAITS_STRICTS, verrouille=True))


@then("les traits saisissables sont montrés comme modifiables")
def verrous_absents(essai: Essai) -> None:
    saisissables = [champ for champ in TRAITS_STRICTS if champ not in ("matricule_ins", "oid_ins")]
    essai.bilan.constater(affichage.verrou_visible(_champs(essai), saisissables, verrouille=False))


@when(parse("l'agent d'accueil remplace les traits complémentaires du patient « {nom} »"))
def remplacer_complementaires(essai: Essai, nom: str, datatable: Table) -> None:
    patient = essai.patient(nom)
    issues = []
    for champ, valeur in vocabulaire.valeurs(datatable).items():
        reponse = essai.jouer(
            "modifier_patient", "agent_accueil", patient_id=patient.patient_id, modifications={champ: valeur}
        )
        issues.append((champ, valeur, relire(essai, patient).identite.get(champ), reponse.resultat))
    essai.releves["complementaires"] = issues


@then(parse("les traits complémentaires du patient « {nom} » ont pris ces valeurs"))
def complementaires_modifies(essai: Essai, nom: str) -> None:
    for champ, attendu, recu, resultat in retirer(essai, "complementaires", list):
        essai.bilan.constater(regles.trait_complementaire_modifie(champ, attendu, recu, resultat))


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
