"""Étapes communes : présenter un patient, créer sa fiche, l'amener à un statut, régler le logiciel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import given
from pytest_bdd.parsers import parse

from simulators.socle.identites import IdentiteTest, fabriquer_identite
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.vocabulaire import LIBELLES_STATUTS
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai, traits_saisis

Table = Sequence[Sequence[str]]

JUSTIFICATIF_FORT = "passeport"
"""Nature d'un justificatif que le paramétrage des features déclare à haut niveau de confiance."""
JUSTIFICATIF_FAIBLE = "carte_vitale"

_JUSTIFICATIFS = [
    {"nature": JUSTIFICATIF_FORT, "libelle": "Passeport", "haut_niveau_confiance": True},
    {"nature": "carte_identite", "libelle": "Carte nationale d'identité", "haut_niveau_confiance": True},
    {"nature": JUSTIFICATIF_FAIBLE, "libelle": "Carte Vitale", "haut_niveau_confiance": False},
]


# ------------------------------------------------------------------ présenter
@given(parse("un patient « {nom} » connu d'INSi"))
def patient_connu(essai: Essai, nom: str, datatable: Table | None = None) -> PatientEssai:
    """Un patient fictif que le téléservice trouve ; le tableau (champ, valeur) impose des traits."""
    return presenter(essai, nom, connu=True, imposes=vocabulaire.valeurs(datatable))


@given(parse("un patient « {nom} » inconnu d'INSi"))
def patient_inconnu(essai: Essai, nom: str, datatable: Table | None = None) -> PatientEssai:
    """Un patient fictif que le téléservice ne trouve pas."""
    return presenter(essai, nom, connu=False, imposes=vocabulaire.valeurs(datatable))


@given(parse("la fiche du patient « {nom} » dans le logiciel"))
def fiche_creee(essai: Essai, nom: str, datatable: Table | None = None) -> None:
    """Crée la fiche avec les cinq traits obligatoires, plus ceux du tableau."""
    creer_fiche(essai, essai.patient(nom), vocabulaire.valeurs(datatable))


@given(parse("un patient « {nom} » dont le statut est « {libelle} »"))
def patient_au_statut(essai: Essai, nom: str, libelle: str, datatable: Table | None = None) -> None:
    """Présente un patient connu d'INSi, crée sa fiche et l'amène au statut voulu."""
    patient = presenter(essai, nom, connu=True, imposes=vocabulaire.valeurs(datatable))
    amener_au_statut(essai, patient, vocabulaire.statut(libelle))


# -------------------------------------------------------------------- régler
@given("les justificatifs à haut niveau de confiance paramétrés")
def justificatifs_parametres(essai: Essai) -> None:
    """Passeport et carte d'identité à haut niveau de confiance, carte Vitale non."""
    regler(essai, "justificatifs", _JUSTIFICATIFS)


@given("la validation automatique de l'identité désactivée")
def validation_automatique_desactivee(essai: Essai) -> None:
    """Le statut ne change que par une action de l'utilisateur ; un logiciel sans automatisme n'a rien à désactiver."""
    changer_reglage(essai, "validation_automatique", False)


# ------------------------------------------------------------------ fonctions
def presenter(
    essai: Essai,
    nom: str,
    *,
    connu: bool,
    imposes: Mapping[str, str] | None = None,
    inscription: Mapping[str, Any] | None = None,
    **choix: Any,
) -> PatientEssai:
    """Fabrique une identité fictive propre au scénario, et l'inscrit à INSi si elle doit y être connue.

    `imposes` : champs du contrat ; `choix` : réglages de `fabriquer_identite` ; `inscription` : façon dont INSi
    répond pour cette personne.
    """
    imposes = dict(imposes or {})
    if "nom_naissance" in imposes:
        choix["nom_naissance"] = imposes["nom_naissance"]
    if "prenoms_naissance" in imposes:
        choix["prenoms"] = tuple(imposes["prenoms_naissance"].split())
    for champ in ("sexe", "date_naissance"):
        if champ in imposes:
            choix[champ] = imposes[champ]
    reference: IdentiteTest = fabriquer_identite(f"{essai.graine}{essai.retenu.numero}/{nom}", cas=nom, **choix)
    patient = PatientEssai(nom=nom, reference=reference, saisie=traits_saisis(reference))
    for champ in ("nom_utilise", "prenom_utilise", "telephone", "premier_prenom_naissance", "numero_securite_sociale"):
        if champ in imposes:
            patient.saisie[champ] = imposes[champ]
    essai.patients[nom] = patient
    essai.journal.autoriser_matricules({reference.matricule, reference.matricule_ins})
    if connu:
        essai.banc.insi.etat.inscrire(reference, **(inscription or {}))
    else:
        essai.banc.insi.etat.radier(reference)
    return patient


def creer_fiche(essai: Essai, patient: PatientEssai, supplement: Mapping[str, str] | None = None) -> None:
    """Crée la fiche dans le logiciel ; si elle est refusée, le scénario n'est pas jugeable."""
    patient.saisie.update(supplement or {})
    reponse = essai.preparer("creer_patient", "agent_accueil", identite=dict(patient.saisie))
    patient.patient_id = str(reponse.donnees.get("patient_id", ""))
    if not patient.patient_id:
        raise NonConcluant("creer_patient n'a pas rendu patient_id ; attendu l'identifiant de la fiche créée")
    relire(essai, patient)


def relire(essai: Essai, patient: PatientEssai, utilisateur: str = "biologiste_1") -> PatientEssai:
    """Relit la fiche dans le logiciel ; `patient.dernier` porte ensuite traits, statut et attributs."""
    reponse = essai.preparer("lire_patient", utilisateur, patient_id=patient.patient_id)
    retenir(patient, reponse.donnees.get("patient"))
    if not patient.statut:
        raise NonConcluant("lire_patient n'a pas rendu le patient ; attendu donnees.patient avec identite et statut")
    return patient


def retenir(patient: PatientEssai, rendu: Any) -> None:
    """Garde ce que le logiciel vient de dire du patient, quand il l'a dit."""
    if isinstance(rendu, Mapping):
        patient.dernier = rendu


def recuperer_ins(essai: Essai, patient: PatientEssai) -> None:
    """Récupère l'INS par traits et accepte les traits retournés (mise en place)."""
    reponse = essai.preparer("appeler_insi", "agent_accueil", patient_id=patient.patient_id, modalite="traits")
    if reponse.donnees.get("code_retour") != "00":
        raise NonConcluant(f"mise en place : INSi devait répondre 00, le logiciel annonce {dict(reponse.donnees)!r}")


def valider_identite(essai: Essai, patient: PatientEssai) -> None:
    """Justificatif à haut niveau de confiance puis validation manuelle (mise en place)."""
    regler(essai, "justificatifs", _JUSTIFICATIFS)
    reponse = essai.preparer(
        "renseigner_justificatif", "agent_accueil", patient_id=patient.patient_id, nature=JUSTIFICATIF_FORT
    )
    retenir(patient, reponse.donnees.get("patient"))
    # Un logiciel peut valider de lui-même sur un justificatif fort : l'action manuelle n'a alors plus d'objet.
    if patient.statut not in ("VALI", "QUAL"):
        essai.preparer("valider_identite", "agent_accueil", patient_id=patient.patient_id)


def amener_au_statut(essai: Essai, patient: PatientEssai, code: str) -> None:
    """Crée la fiche puis l'amène au statut PROV, RECUP, VALI ou QUAL par les actions d'un utilisateur."""
    if not patient.patient_id:
        creer_fiche(essai, patient)
    if code in ("RECUP", "QUAL"):
        recuperer_ins(essai, patient)
    if code in ("VALI", "QUAL"):
        valider_identite(essai, patient)
    relire(essai, patient)
    if patient.statut != code:
        raise NonConcluant(
            f"mise en place : le patient « {patient.nom} » devait être au statut « {LIBELLES_STATUTS[code]} », "
            f"le logiciel montre {patient.statut!r}"
        )


def regler(essai: Essai, parametre: str, valeur: Any) -> None:
    """Change un réglage pour la durée du scénario ; sans lui, le scénario n'est pas jugeable."""
    garder_reglage(essai, parametre)
    essai.preparer("configurer", "administrateur", parametre=parametre, valeur=valeur)


def changer_reglage(essai: Essai, parametre: str, valeur: Any) -> ReponseAction:
    """Comme `regler`, sans rien exiger : rend ce que le logiciel a répondu, même `refuse` ou `non_gere`."""
    garder_reglage(essai, parametre)
    reponse = essai.tenter("configurer", "administrateur", parametre=parametre, valeur=valeur)
    if reponse.resultat == "non_gere":
        essai.reglages[parametre, "absent"] = True
    return reponse


def garder_reglage(essai: Essai, parametre: str) -> None:
    """Relève le réglage la première fois, pour le remettre à la fin ; illisible, il n'est pas remis."""
    if (parametre, "avant") in essai.reglages:
        return
    lu = essai.tenter("lire_configuration", "administrateur", parametre=parametre)
    avant = lu.donnees.get("valeur")
    essai.reglages[parametre, "avant"] = avant
    if lu.fait and "valeur" in lu.donnees:
        essai.a_la_fin(lambda: _remettre(essai, parametre, avant))


def _remettre(essai: Essai, parametre: str, avant: Any) -> None:
    """Un réglage que le logiciel n'a pas, relevé ou non, n'a pas changé."""
    if (parametre, "absent") not in essai.reglages:
        essai.preparer("configurer", "administrateur", parametre=parametre, valeur=avant)


def preuve_du_scenario(essai: Essai, numero: str) -> str:
    """Le numéro de preuve qu'une feature écrit : vide, ou l'une de celles du scénario joué."""
    if numero and numero not in {preuve.id for preuve in essai.retenu.scenario.preuves}:
        raise vocabulaire.PhraseInconnue(f"preuve {numero!r} : ce scénario n'en a pas de ce numéro")
    return numero
