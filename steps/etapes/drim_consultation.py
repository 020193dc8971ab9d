"""Étapes d'une DRIMbox consommatrice : appel contextuel, références présentées, images d'une source distante."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.drim.compression import AVEC_PERTE, SANS_PERTE
from simulators.drim.gestion import publier
from simulators.drim.images import EXPLICITE, fabriquer
from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.acces_commun import laisser_passer
from steps.etapes.dmp_commun import dossier
from steps.etapes.drim_commun import examen, lire_series, nouvel_examen
from steps.etapes.flux import attente, identifiant_emetteur
from steps.etapes.psc_commun import DE_QUI, QUI, personne, role_de
from steps.etapes.psc_services import noter_appel
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.dmp.soumission import est_consultation
from steps.verifications.drim import consultation as regles
from steps.verifications.drim.vihf import vihf_de_userinfo

FAMILLES = {"non compressée": (EXPLICITE,), "sans perte": tuple(SANS_PERTE), "avec perte": tuple(AVEC_PERTE)}
"""Un logiciel choisit, dans chaque famille, celle qu'il sait lire."""
_JETON_PERIME_S = 150
"""Au-delà des deux minutes d'un jeton d'accès."""
CONSENTEMENTS = {"refusé": "non", "inconnu": "inconnu", "absent": "absent", "donné": "oui"}


@dataclass(frozen=True)
class Ouverture:
    """Un appel contextuel : ce que le logiciel a répondu, ce qu'il a échangé."""

    reponse: ReponseAction
    echanges: tuple[Echange, ...]

    @property
    def references(self) -> tuple[str, ...]:
        """uniqueId des références présentées."""
        return tuple(str(e.get("unique_id")) for e in self.reponse.donnees.get("examens") or ())


def _ouvertures(essai: Essai) -> dict[str, Ouverture]:
    vues: dict[str, Ouverture] = essai.releves.setdefault("appels contextuels", {})
    return vues


# ------------------------------------------------------------------ mise en place
@given(
    motif(
        r"un examen « (?P<nom>[^»]+) » du patient « (?P<qui>[^»]+) » publié par une DRIMbox distante"
        r"(?:, en syntaxe (?P<famille>non compressée|sans perte|avec perte))? : (?P<series>.+)$"
    )
)
def examen_distant(essai: Essai, nom: str, qui: str, famille: str | None, series: str) -> None:
    """Son KOS est au DMP du patient, ses images chez la source distante."""
    patient = essai.patient(qui)
    syntaxes = FAMILLES[famille] if famille else tuple(s for famille in FAMILLES.values() for s in famille)
    vise = nouvel_examen(essai, nom, patient, lire_series(series), ailleurs=True, syntaxe=syntaxes[0])
    sain = vise.examen
    variantes = [
        (s, sain if s == syntaxes[0] else fabriquer(
            sain.etude, sain.accession, sain.domaine_accession, sain.patient, lire_series(series), syntaxe=s))
        for s in syntaxes
    ]  # fmt: skip
    vise.uid = publier(essai.banc.drim, essai.banc.dmp, dossier(essai, patient), variantes)


# ------------------------------------------------------------------------- agir
@when(
    motif(
        rf"{QUI} ouvre la DRIMbox pour le patient « (?P<nom>[^»]+) », "
        r"consentement (?P<consentement>refusé|inconnu|absent|donné)$"
    )
)
def ouvrir(essai: Essai, qui: str, nom: str, consentement: str) -> None:
    """Par un appel contextuel du RIS ou du DPI."""
    patient = essai.patient(nom)
    depuis = essai.journal.position()
    identite: dict[str, Any] = {
        **patient.saisie, "matricule_ins": patient.reference.matricule_ins, "oid_ins": patient.reference.oid,
    }  # fmt: skip
    reponse = essai.jouer(
        "appel_contextuel_imagerie", role_de(qui), identite=identite, consentement=CONSENTEMENTS[consentement],
        ipp_local=identifiant_emetteur(patient),
    )  # fmt: skip
    if consentement != "donné":
        # Un appel tardif au DMP, une fois la réponse rendue, serait celui de cette ouverture.
        essai.journal.attendre(est_consultation, depuis=depuis, delai=attente(essai), service="dmp")
    noter_appel(essai, qui, "dmp", nom, depuis)
    _ouvertures(essai)[f"{nom} {consentement}"] = Ouverture(reponse, tuple(essai.journal.echanges(depuis=depuis)))


@when(motif(rf"{QUI} ouvre la première série de l'examen « (?P<nom>[^»]+) »(?P<fois>, une seconde fois)?$"))
def ouvrir_serie(essai: Essai, qui: str, nom: str, fois: str | None) -> None:
    vise = examen(essai, nom)
    if fois:
        essai.releves[f"seconde ouverture de {nom}"] = essai.journal.position()
    reponse = essai.jouer("recuperer_images", role_de(qui), unique_id=vise.uid, serie=vise.examen.series[0])
    montrees = tuple(str(i.get("uid")) for i in reponse.donnees.get("images") or ()) if reponse.fait else ()
    essai.releves[f"images montrées de {nom}"] = montrees


@when(motif(rf"{QUI} laisse périmer son jeton, puis ouvre la première série de l'examen « (?P<nom>[^»]+) »$"))
def ouvrir_serie_plus_tard(essai: Essai, qui: str, nom: str) -> None:
    laisser_passer(essai, _JETON_PERIME_S)
    ouvrir_serie(essai, qui, nom, None)


@when(motif(rf"la source rend les images d'un autre patient, et {QUI} ouvre la première série de « (?P<nom>[^»]+) »$"))
def ouvrir_serie_d_un_autre(essai: Essai, qui: str, nom: str) -> None:
    with essai.banc.drim.panne("autre_patient", fois=None):
        ouvrir_serie(essai, qui, nom, None)


# ------------------------------------------------------------------------ juger
@then(motif(r"le DMP du patient « (?P<nom>[^»]+) » n'est pas consulté, consentement (?P<cas>refusé|inconnu|absent)$"))
def non_consulte(essai: Essai, nom: str, cas: str) -> None:
    sans, avec = _ouverture(essai, f"{nom} {cas}"), _ouverture(essai, f"{nom} donné")
    matricule = essai.patient(nom).reference.matricule_ins
    essai.bilan.constater(regles.rien_sans_consentement(sans.echanges, avec.echanges, matricule, sans.references, cas))


@then(parse("le logiciel invite à recueillir le consentement du patient « {nom} »"))
def invite(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.invite(_ouverture(essai, f"{nom} inconnu").reponse.messages))


@then(motif(r"les examens présentés pour le patient « (?P<nom>[^»]+) » sont (?P<noms>« .+ »)$"))
def presentes(essai: Essai, nom: str, noms: str) -> None:
    voulus = [examen(essai, n.strip("« »")).uid for n in noms.split(" et ")]
    essai.bilan.constater(regles.references_presentees(_ouverture(essai, f"{nom} donné").references, voulus))


@then(parse("la référence de l'examen « {nom} » a été récupérée du DMP avant ses images"))
def retiree(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.kos_retire(_echanges(essai), examen(essai, nom).uid))


@then(
    motif(
        r"les images de la première série de l'examen « (?P<nom>[^»]+) »"
        r"(?:, (?P<famille>non compressée|sans perte|avec perte)s?,)? sont montrées$"
    )
)
def montrees(essai: Essai, nom: str, famille: str | None) -> None:
    vise = examen(essai, nom).examen
    attendues = [image.uid for image in vise.de_la_serie(vise.series[0])]
    constat = regles.serie_recuperee(
        _montrees(essai, nom), attendues, famille or "", demandes=_demandes(essai, vise.etude),
        syntaxes=FAMILLES[famille] if famille else (),
    )  # fmt: skip
    essai.bilan.constater(constat)


@then("les demandes d'images classent leurs syntaxes de transfert par préférence")
def preferences(essai: Essai) -> None:
    essai.bilan.constater(regles.preferences(_demandes(essai)))


@then("les demandes d'images portent un jeton valable de Pro Santé Connect")
def jetons(essai: Essai) -> None:
    essai.bilan.constater(regles.jeton_presente(_demandes(essai)))


@then(parse("aucune image d'un autre patient n'est montrée pour « {nom} », quand celles de « {temoin} » le sont"))
def autre_patient(essai: Essai, nom: str, temoin: str) -> None:
    rendues = _demandes(essai, examen(essai, nom).etude)
    essai.bilan.constater(regles.autre_patient_refuse(_montrees(essai, nom), _montrees(essai, temoin), rendues))


@then(parse("la première série de l'examen « {nom} » n'a été demandée qu'une fois à la source"))
def une_fois(essai: Essai, nom: str) -> None:
    demandes = _demandes(essai, examen(essai, nom).etude)
    seconde = retirer(essai, f"seconde ouverture de {nom}", int)
    avant, apres = ([e for e in demandes if (e.numero > seconde) is tard] for tard in (False, True))
    essai.bilan.constater(regles.jamais_redemandee(avant, apres, _montrees(essai, nom)))


@then(motif(rf"le DMP du patient « (?P<nom>[^»]+) » est consulté au nom {DE_QUI}, tel que Pro Santé Connect le dit$"))
def au_nom_du_connecte(essai: Essai, nom: str, qui: str) -> None:
    vus = _ouverture(essai, f"{nom} donné").echanges
    matricule = essai.patient(nom).reference.matricule_ins
    essai.bilan.constater(vihf_de_userinfo(vus, matricule, personne(essai, qui).userinfo()))


@then("la présentation des résultats à l'écran est à regarder")
def presentation(essai: Essai) -> None:
    """La section de la spécification projet qui la décrit n'est pas publique."""
    montrees = [reference for ouverture in _ouvertures(essai).values() for reference in ouverture.references]
    essai.bilan.constater(regles.presentation(montrees))


def _ouverture(essai: Essai, cle: str) -> Ouverture:
    if cle not in _ouvertures(essai):
        raise NonConcluant(f"la feature juge l'appel « {cle} » sans l'avoir joué")
    return _ouvertures(essai)[cle]


def _echanges(essai: Essai) -> list[Echange]:
    return essai.journal.echanges(depuis=essai.debut)


def _demandes(essai: Essai, etude: str = "") -> list[Echange]:
    """Les demandes d'images reçues par la source distante."""
    return [
        e for e in essai.echanges("drim", tout=True)
        if e.operation.startswith("wado-") and e.operation != "wado-rs" and (not etude or etude in e.requete.cible)
    ]  # fmt: skip


def _montrees(essai: Essai, nom: str) -> tuple[str, ...]:
    vues: tuple[str, ...] = essai.releves.get(f"images montrées de {nom}", ())
    return vues
