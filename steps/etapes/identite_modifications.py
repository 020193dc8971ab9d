"""Étapes des modifications d'une fiche : champ remplacé, traits stricts verrouillés, traits complémentaires."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, relire
from steps.etapes.identite import champs_affiches
from steps.patients import TRAITS_STRICTS
from steps.releves import retirer
from steps.verifications import affichage, modifications_identite

_VALEURS_DE_RECHANGE: Mapping[str, str] = {
    "matricule_ins": "199019999999935",
    "oid_ins": "1.2.250.1.213.1.4.11",
    "nom_naissance": "AUTRENOM",
    "prenoms_naissance": "AUTRE PRENOM",
    "premier_prenom_naissance": "AUTRE",
    "date_naissance": "1931-02-03",
    "code_lieu_naissance": "75114",
}


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
    essai.bilan.constater(modifications_identite.modification_faite(champ, valeur, recu, "le super utilisateur"))


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
        essai.bilan.constater(
            modifications_identite.champ_verrouille(champ, avant, apres, resultat, "l'agent d'accueil", refuses)
        )


@then("les traits stricts sont montrés comme verrouillés")
def verrous_visibles(essai: Essai) -> None:
    essai.bilan.constater(affichage.verrou_visible(champs_affiches(essai), TRAITS_STRICTS, verrouille=True))


@then("les traits saisissables sont montrés comme modifiables")
def verrous_absents(essai: Essai) -> None:
    saisissables = [champ for champ in TRAITS_STRICTS if champ not in ("matricule_ins", "oid_ins")]
    essai.bilan.constater(affichage.verrou_visible(champs_affiches(essai), saisissables, verrouille=False))


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
        essai.bilan.constater(modifications_identite.trait_complementaire_modifie(champ, attendu, recu, resultat))
