"""Étapes des comptes rendus pas encore validés : statut provisoire, revue d'une période, notification des retards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import acces_commun, vocabulaire
from steps.etapes.commun import Table, regler
from steps.etapes.dmp_commun import envois_du_patient, relire_document, valider_cr
from steps.etapes.dmp_deposes import instant
from steps.etapes.mss_commun import courriels_de, vus
from steps.releves import retirer
from steps.verifications import comptes_rendus_attente as regles

STATUTS = {"provisoire": "provisoire", "non validé": "non_valide", "validé": "valide"}
_REDACTEUR = "biologiste_1"


# -------------------------------------------------------------------- rédiger
@when("le professionnel enregistre ces comptes rendus")
def rediger(essai: Essai, datatable: Table) -> None:
    """Colonnes : « compte rendu », « patient », « statut » ; « date de l'acte » si le scénario en dépend."""
    for ligne in vocabulaire.table(datatable):
        options = {"date_acte": instant(ligne["date de l'acte"]).isoformat()} if "date de l'acte" in ligne else {}
        _enregistrer(essai, ligne["compte rendu"], ligne["patient"], STATUTS[ligne["statut"]], **options)


@when(parse("{qui} valide le compte rendu en attente « {nom} »"))
def valider_en_attente(essai: Essai, qui: str, nom: str) -> None:
    """Le texte a pu changer depuis : la version validée a ses propres repères."""
    document = essai.document(nom)
    role = vocabulaire.role(qui)
    essai.releves[f"identifiant en attente {nom}"] = document.document_id
    _enregistrer(essai, nom, document.patient.nom, "valide", role=role, remplace=document.document_id)


def _enregistrer(essai: Essai, nom: str, patient: str, statut: str, **options: Any) -> DocumentEssai:
    depuis = essai.journal.position()
    voulu: dict[str, Any] = {} if statut == "valide" else {"statut": statut}
    document = valider_cr(essai, nom, essai.patient(patient), niveau="N1", **voulu, **options)
    if document is None:
        raise NonConcluant(f"« {nom} » n'a pas été enregistré : {essai.derniere.en_phrase()}")
    essai.releves[f"depuis {nom}"] = depuis
    essai.releves.setdefault("statuts voulus", {})[nom] = statut
    return document


# --------------------------------------------------------------------- statut
@then(parse("le compte rendu « {nom} », rouvert, est montré {statut}"))
def statut_rouvert(essai: Essai, nom: str, statut: str) -> None:
    etat = relire_document(essai, essai.document(nom)).get("etat_validation")
    essai.bilan.constater(regles.statut_montre(etat, STATUTS[statut], f"« {nom} »"))


@then(parse("le compte rendu provisoire « {nom} » n'est parti ni au DMP, ni par MSSanté"))
def retenu(essai: Essai, nom: str) -> None:
    """La fenêtre est close par les envois, attendus et observés, d'un compte rendu validé plus tard."""
    document, depuis = essai.document(nom), retirer(essai, f"depuis {nom}", int)
    partis = {vu.numero: f"courriel à {', '.join(vu.destinataires)}" for vu in courriels_de(essai, document, depuis)}
    admis = {
        envoi[1].unique_id for cle, envoi in essai.releves.items() if cle.startswith("envoi ") and envoi is not None
    }
    temoins = {vu.numero for vu in vus(essai, depuis) if vu.numero not in partis and vu.usagers and vu.documents}
    for soumission in envois_du_patient(essai, document.patient, acceptes=False):
        for soumis in soumission.documents_de_sante:
            if soumis.unique_id in admis:
                temoins.add(soumis.echange)
            else:
                partis[soumis.echange] = f"document {soumis.unique_id} soumis au DMP"
    essai.bilan.constater(regles.provisoire_retenu(partis, sorted(temoins), f"« {nom} »"))


# ---------------------------------------------------------------------- revue
def _revoir(essai: Essai, du: date, au: date) -> Sequence[Mapping[str, Any]] | None:
    reponse = essai.jouer("lister_documents_a_valider", _REDACTEUR, du=du.isoformat(), au=au.isoformat())
    lignes: Sequence[Mapping[str, Any]] | None = reponse.donnees.get("documents") if reponse.fait else None
    return lignes


def _attente(essai: Essai, *noms: str) -> dict[str, str]:
    """document_id → statut des comptes rendus en attente, ceux-là seuls s'ils sont nommés."""
    voulus: dict[str, str] = essai.releves["statuts voulus"]
    return {
        essai.document(nom).document_id: statut
        for nom, statut in voulus.items()
        if statut != "valide" and (not noms or nom in noms)
    }


def _valides(essai: Essai) -> dict[str, str]:
    voulus: dict[str, str] = essai.releves["statuts voulus"]
    return {essai.document(nom).document_id: "validé" for nom, statut in voulus.items() if statut == "valide"}


def _jour(texte: str) -> date:
    jour, mois, annee = map(int, texte.split("/"))
    return date(annee, mois, jour)


@then(parse("la revue de la période du {du} à ce jour montre les comptes rendus en attente, et aucun validé"))
def revue_entiere(essai: Essai, du: str) -> None:
    """Ces comptes rendus y sont quelle que soit la date suivie : celle de l'acte, ou celle de la rédaction."""
    lignes, periode = _revoir(essai, _jour(du), acces_commun.instant(essai).date() + timedelta(days=1)), f"depuis {du}"
    attendus = _attente(essai)
    essai.bilan.exiger(regles.revue_complete(lignes, attendus, periode))
    essai.bilan.constater(regles.revue_exacte(lignes, _valides(essai), list(attendus), periode))


@then(parse("la revue de la période du {du} au {au} montre « {premier} » et « {second} », et eux seuls"))
def revue_bornee(essai: Essai, du: str, au: str, premier: str, second: str) -> None:
    lignes, periode = _revoir(essai, _jour(du), _jour(au)), f"du {du} au {au}"
    voulus, tous = _attente(essai, premier, second), _attente(essai)
    dehors = {cle: "hors de la période" for cle in tous if cle not in voulus}
    essai.bilan.constater(regles.periode_suivie(lignes, voulus, periode))
    essai.bilan.constater(regles.revue_exacte(lignes, {**dehors, **_valides(essai)}, list(tous), periode))


@then(parse("la revue de la période du {du} au {au} n'en montre aucun"))
def revue_vide(essai: Essai, du: str, au: str) -> None:
    lignes, tous = _revoir(essai, _jour(du), _jour(au)), _attente(essai)
    dehors = dict.fromkeys(tous, "hors de la période")
    essai.bilan.constater(regles.revue_exacte(lignes, {**dehors, **_valides(essai)}, list(tous), f"du {du} au {au}"))


# --------------------------------------------------------------- notification
@given(parse("la notification des comptes rendus en attente depuis plus de {jours:d} jours"))
def delai_regle(essai: Essai, jours: int) -> None:
    regler(essai, "delai_comptes_rendus_en_attente", jours)


@when(parse("{jours:d} jours passent"))
def jours_passent(essai: Essai, jours: int) -> None:
    acces_commun.laisser_passer(essai, jours * 86400)


def _alertes(essai: Essai) -> Sequence[Mapping[str, Any]] | None:
    reponse = essai.jouer("lire_alertes", _REDACTEUR)
    alertes: Sequence[Mapping[str, Any]] | None = reponse.donnees.get("alertes") if reponse.fait else None
    return alertes


@then(parse("le professionnel est notifié des comptes rendus « {premier} » et « {second} », restés en attente"))
def notifie(essai: Essai, premier: str, second: str) -> None:
    alertes = _alertes(essai)
    for nom in (premier, second):
        document_id = essai.document(nom).document_id
        essai.bilan.exiger(regles.retard_notifie(alertes, document_id, f"« {nom} »"))
        essai.releves.setdefault("retards notifiés", []).append(document_id)
    essai.releves["alertes du retard"] = alertes


@when("le professionnel relève ses notifications, le délai n'étant pas passé")
def relever_avant(essai: Essai) -> None:
    essai.releves["alertes d'avant"] = _alertes(essai)


@then(parse("il n'avait pas été notifié de « {premier} », ni de « {second} », avant que le délai soit passé"))
def pas_avant(essai: Essai, premier: str, second: str) -> None:
    for nom in (premier, second):
        _muet(essai, "alertes d'avant", nom, "encore dans le délai")


@then(parse("il n'est notifié ni du compte rendu « {nom} », encore dans le délai, ni de « {valide} », validé"))
def ni_les_autres(essai: Essai, nom: str, valide: str) -> None:
    _muet(essai, "alertes du retard", nom, "encore dans le délai")
    _muet(essai, "alertes du retard", valide, "validé")


def _muet(essai: Essai, releve: str, nom: str, pourquoi: str) -> None:
    """Sous son identifiant, et sous celui qu'il avait avant d'être validé si le logiciel en a changé."""
    document_id = essai.document(nom).document_id
    for identifiant in {document_id, essai.releves.get(f"identifiant en attente {nom}", document_id)}:
        essai.bilan.constater(
            regles.rien_a_notifier(
                essai.releves[releve], identifiant, essai.releves["retards notifiés"], f"« {nom} », {pourquoi}"
            )
        )
