"""Étapes des appels faits au nom d'une personne connectée par Pro Santé Connect : DMP, INSi, MSSanté."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import re as motif

from reports.verdict import Verdict
from requirements.modele import Fournisseur as Chez
from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import laisser_passer
from steps.etapes.dmp_commun import attendre_envoi, valider_cr
from steps.etapes.insi import appeler, lire_traces
from steps.etapes.psc_commun import (
    DE_QUI,
    QUI,
    Connexion,
    attendu,
    connexions,
    constater_si_jugeable,
    derniere,
    expliquer,
    nom_nu,
    role_de,
)
from steps.etapes.psc_gestes import connecter
from steps.releves import retirer
from steps.verifications.appels_psc import appels_authentifies, mode_trace
from steps.verifications.psc import lire, usages
from steps.verifications.psc.api import verifier_echanges_de_jetons
from steps.verifications.psc.identite import (
    Portee,
    dans_les_traces,
    jetons_de,
    portees_dmp,
    portees_insi,
    portees_mssante,
    propagee,
)
from steps.verifications.psc.jetons import jamais_perime, jetons_lies, rythme_des_rafraichissements

_SERVICES = {"le DMP": "dmp", "INSi": "insi"}
_JETON_PERIME_S = 150
"""Au-delà des deux minutes d'un jeton d'accès."""


@dataclass(frozen=True)
class Appel:
    """Une action d'une personne connectée. `depuis` : rang du journal à son début."""

    vue: Connexion
    service: str
    patient: str
    depuis: int
    saut: bool = False
    """L'horloge a sauté pendant l'action : le rythme des rafraîchissements ne s'y juge pas."""


# ----------------------------------------------------------------------- agir
@when(motif(rf"{QUI} envoie au DMP un compte rendu du patient « (?P<patient>[^»]+) »$"))
def envoyer_au_dmp(essai: Essai, qui: str, patient: str) -> None:
    _envoyer(essai, qui, patient)


def _envoyer(essai: Essai, qui: str, patient: str, *, saut: bool = False) -> None:
    vise, role = essai.patient(patient), role_de(qui)
    depuis = _commencer(essai, qui, "dmp", patient, saut=saut)
    document = valider_cr(essai, f"compte rendu {depuis} de {patient}", vise, role=role)
    if document is None:
        raise NonConcluant(f"mise en place : aucun compte rendu validé par {qui}, {essai.derniere.en_phrase()}")
    essai.jouer("alimenter_dmp", role, patient_id=vise.patient_id, documents=[document.document_id])
    if essai.derniere.fait and not essai.journal.echanges(service="dmp", depuis=depuis):
        attendre_envoi(essai, vise, depuis)


@when(motif(rf"{QUI} laisse périmer son jeton, puis envoie au DMP un compte rendu du patient « (?P<patient>[^»]+) »$"))
def envoyer_plus_tard(essai: Essai, qui: str, patient: str) -> None:
    laisser_passer(essai, _JETON_PERIME_S)
    _envoyer(essai, qui, patient, saut=True)


@when(motif(rf"{QUI} appelle INSi pour le patient « (?P<patient>[^»]+) »$"))
def appeler_insi(essai: Essai, qui: str, patient: str) -> None:
    _commencer(essai, qui, "insi", patient)
    appeler(essai, essai.patient(patient), role_de(qui), "traits")


def _commencer(essai: Essai, qui: str, service: str, patient: str, *, saut: bool = False) -> int:
    """Sans session ouverte, rien de ce qui suit ne se ferait en son nom : le scénario s'arrête là."""
    vue = derniere(essai, nom_nu(qui))
    if not vue.tentative.ouverte:
        expliquer(essai, vue)
        raise NonConcluant(f"{qui} n'a pas pu se connecter : {essai.bilan.raison}")
    depuis = essai.journal.position()
    noter_appel(essai, qui, service, patient, depuis, saut=saut)
    return depuis


def noter_appel(essai: Essai, qui: str, service: str, patient: str, depuis: int, *, saut: bool = False) -> None:
    """Retient ce qu'une personne, si sa session est ouverte, fait appeler au logiciel à partir de `depuis`."""
    siennes = [vue for vue in connexions(essai) if vue.qui == nom_nu(qui)]
    if siennes and siennes[-1].tentative.ouverte:
        essai.releves[f"appel de {nom_nu(qui)}"] = Appel(siennes[-1], service, patient, depuis, saut)


@given("les appels au DMP déjà tracés par le logiciel sont mis de côté")
@when("les appels au DMP déjà tracés par le logiciel sont mis de côté")
def mettre_de_cote(essai: Essai) -> None:
    """Le patient n'a pas de fiche par laquelle filtrer les traces : seules les lignes neuves seront lues."""
    essai.releves["traces mises de côté"] = lire_traces(essai, "dmp")


# ---------------------------------------------------------------------- juger
_RENFORCEE = ", par son jeton ou en authentification indirecte renforcée"


@then(
    motif(
        rf"(?P<service>le DMP|INSi) a été appelé au nom {DE_QUI} connecté par Pro Santé Connect(?P<air>{_RENFORCEE})?$"
    )
)
def appele_en_son_nom(essai: Essai, service: str, qui: str, air: str | None) -> None:
    appel = _appel(essai, qui, service)
    vus = essai.journal.echanges(depuis=appel.depuis)
    constat = appels_authentifies(appel.service, vus, renforcee=bool(air))
    essai.bilan.constater(constat)
    if constat.verdict is Verdict.NON_CONCLUANT:
        essai.bilan.raison = essai.bilan.raison or f"{constat.message} ({essai.derniere.en_phrase()})"
    presentes, vue = usages(vus), appel.vue
    # Plusieurs connexions de la même personne peuvent vivre ensemble : chacune de ses sessions ouvertes convient.
    siennes = [c for c in connexions(essai) if c.identifiant == vue.identifiant and not c.fermee]
    sessions = [c.session_psc for c in siennes if c.session_psc]
    constater_si_jugeable(
        essai,
        *propagee(vue.identifiant, _portees(appel.service, vus)),
        jetons_de(vue.identifiant, presentes, sessions),
        jetons_lies(presentes),
    )
    complet = lire(essai.journal.echanges(depuis=essai.debut), attendu(essai).fournisseur.service)
    constater_si_jugeable(essai, *verifier_echanges_de_jetons(vus, complet))
    if presentes:
        dialogue = lire(vus, attendu(essai).fournisseur.service)
        essai.bilan.constater(jamais_perime(dialogue, presentes))
        if not appel.saut:
            constater_si_jugeable(essai, rythme_des_rafraichissements(dialogue, presentes))


def _portees(service: str, vus: list[Echange]) -> list[Portee]:
    return portees_dmp(vus) if service == "dmp" else portees_insi(vus)


@then(
    motif(
        r"les traces du logiciel disent qu(?:e |')(?P<qui>le professionnel|un autre professionnel) a appelé "
        r"(?P<service>le DMP|INSi), connecté par Pro Santé Connect$"
    )
)
def appel_trace(essai: Essai, qui: str, service: str) -> None:
    appel = _appel(essai, qui, service)
    traces = _traces(essai, appel)
    essai.bilan.constater([dans_les_traces(appel.vue.identifiant, traces), mode_trace(traces, appel.service)])
    texte = json.dumps(traces, ensure_ascii=False, indent=1).encode()
    nom = f"traces-{appel.service}-{appel.patient.lower()}.json"
    essai.bilan.joindre(nom, "trace/log", texte, f"journal du logiciel, appels à {service} de {qui}")


def _traces(essai: Essai, appel: Appel) -> list[Mapping[str, Any]]:
    """Les traces du patient ; sans fiche de lui dans le logiciel, celles qui se sont ajoutées."""
    patient = essai.patient(appel.patient)
    if patient.patient_id:
        return lire_traces(essai, appel.service, patient)
    restent = list(retirer(essai, "traces mises de côté", list))
    neuves = []
    for trace in lire_traces(essai, appel.service):
        if trace in restent:
            restent.remove(trace)
        else:
            neuves.append(trace)
    return neuves


def _appel(essai: Essai, qui: str, service: str) -> Appel:
    trouve: Appel | None = essai.releves.get(f"appel de {nom_nu(qui)}")
    if trouve is None and not (vue := derniere(essai, nom_nu(qui))).tentative.ouverte:
        expliquer(essai, vue)
        raise NonConcluant(f"{qui} n'a pas pu se connecter : {essai.bilan.raison}")
    if trouve is None or trouve.service != _SERVICES[service]:
        raise NonConcluant(f"{service} n'a pas été appelé par {qui} dans ce scénario")
    return trouve


# -------------------------------------------------------------------- MSSanté
@when(motif(rf"{QUI}, si le logiciel le permet, s'identifie par Pro Santé Connect$"))
def s_identifier_si_possible(essai: Essai, qui: str) -> None:
    """Un logiciel sans Pro Santé Connect ouvre ses boîtes autrement : rien n'est à vérifier ici."""
    if essai.connexion.modalites_chez(Chez.PSC):
        connecter(essai, qui, d_avance=True)
        essai.releves[f"messagerie depuis {nom_nu(qui)}"] = essai.journal.position()


@then(motif(rf"chaque boîte s'ouvre avec le jeton {DE_QUI}, s'il est connecté par Pro Santé Connect$"))
def boite_de_la_personne(essai: Essai, qui: str) -> None:
    """Sa boîte personnelle, avec un jeton de sa session ; une boîte ouverte autrement n'est pas jugée."""
    nom = nom_nu(qui)
    depuis = essai.releves.get(f"messagerie depuis {nom}")
    if depuis is None:
        return
    vue = derniere(essai, nom)
    if not vue.tentative.ouverte:
        expliquer(essai, vue)
        raise NonConcluant(f"{qui} n'a pas pu se connecter : {essai.bilan.raison}")
    vus = essai.journal.echanges(depuis=depuis)
    titulaires = {bal.adresse.lower(): f"8{bal.rpps}" for bal in essai.banc.mssante.etat.bals.values() if bal.rpps}
    siens = [u for u in usages(vus) if u.service == "mssante"]
    constater_si_jugeable(
        essai,
        *propagee(vue.identifiant, portees_mssante(vus, titulaires)),
        jetons_de(vue.identifiant, siens),
    )
