"""Étapes du tableau de bord : deux ans de comptes rendus transmis, puis les chiffres montrés et extraits."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.acteurs import STRUCTURE
from simulators.socle.correspondants import CORRESPONDANTS
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import document_couloir
from steps.etapes import tableau_flux as flux
from steps.etapes.commun import amener_au_statut, presenter
from steps.etapes.dmp_commun import delai_d_observation, identifiant_national, ouvrir_dmp
from steps.etapes.mss_commun import adresse_du_patient, fiche_correspondant
from steps.logiciel.protocole import ReponseAction
from steps.verifications import chiffres_transmissions, extraction_tableau
from steps.verifications import tableau_de_bord as regles
from steps.verifications.cda.dates import PARIS
from steps.verifications.chiffres_transmissions import PERIODES

_QUOI = "(?:comptes rendus|documents)"
_FINESS_ETRANGER = "990000009"


# ------------------------------------------------------------------ mise en place
@given("un tableau de bord des tentatives à l'INS qualifiée, par type de document")
def tableau_par_type(essai: Essai) -> None:
    """Ce que l'exigence demande de compter ; le reste du scénario s'y tient."""
    essai.releves["par type"] = True


@given(parse("{nombre:d} patients à l'INS {statut}, chacun avec un correspondant"))
def patients_suivis(essai: Essai, nombre: int, statut: str) -> None:
    """DMP et Mon espace santé ouverts pour tous : ce qui ne part pas vient du logiciel."""
    code = {"qualifiée": "QUAL", "seulement récupérée": "RECUP"}[statut]
    if not flux.suivis(essai):
        essai.releves["tableaux avant"] = {cle: _relever(essai, **filtre) for cle, filtre in _filtres(essai).items()}
    for _ in range(nombre):
        rang = len(flux.suivis(essai))
        patient = presenter(essai, f"patient {rang + 1}", connu=True)
        amener_au_statut(essai, patient, code)
        ouvrir_dmp(essai, patient)
        essai.banc.mssante.usagers.ouvrir(patient.reference.matricule_ins)
        correspondant = CORRESPONDANTS[rang % len(CORRESPONDANTS)]
        essai.preparer(
            "ajouter_correspondant",
            "biologiste_1",
            patient_id=patient.patient_id,
            correspondant=fiche_correspondant(correspondant),
        )
        flux.suivis(essai).append(flux.Suivi(patient, correspondant))


# ----------------------------------------------------------------------- produire
@when(
    motif(
        rf"le professionnel valide (?P<nombre>\d+) {_QUOI} par mois(?P<tour>, un type après l'autre)?, "
        r"sur (?P<mois>\d+) mois$"
    )
)
def valider_deux_ans(essai: Essai, nombre: str, mois: str, tour: str | None) -> None:
    """Du plus ancien au plus récent, un patient après l'autre ; chaque validation transmet d'elle-même."""
    suivis = flux.suivis(essai)
    maintenant = datetime.now(PARIS)
    voulus, duree = int(nombre), int(mois)
    types = list(essai.produits) if tour else [document_couloir.principal(essai)]
    # Chaque mois tient au moins un document de chaque type, et chaque patient en reçoit de tous.
    joues = max(-(-voulus // 10), len(types)) if essai.volume_reduit else voulus
    for rang in range(joues * duree):
        suivi = suivis[rang // len(types) % len(suivis)]
        acte = _acte(maintenant, duree - 1 - rang // joues, rang)
        flux.valider(essai, suivi, acte, "biologiste_1", types[rang % len(types)])
    quoi = "comptes rendus par mois" if document_couloir.principal(essai).resultats else "documents par mois"
    essai.bilan.constater(regles.volume_joue(joues, voulus, quoi))


@when(motif(rf"un autre professionnel valide (?P<nombre>\d+) {_QUOI}$"))
def valider_par_un_autre(essai: Essai, nombre: str) -> None:
    """Pour que le filtre par RPPS ait quelque chose à écarter."""
    for rang in range(int(nombre)):
        flux.valider(essai, flux.suivis(essai)[rang], datetime.now(PARIS), "biologiste_2")


@when(
    motif(r"un (?:compte rendu|document) est refusé par le DMP, par la BAL du correspondant et par celle du patient$")
)
def echecs_provoques(essai: Essai) -> None:
    """Le dernier compte rendu du premier patient échoue sur les trois canaux."""
    suivi = flux.suivis(essai)[0]
    flux.attendre(essai)
    # Jusqu'à la fin de l'étape, pour qu'un logiciel qui essaie de nouveau échoue encore.
    pannes = [essai.banc.dmp.panne("acces_refuse", operation="TD2.1", fois=None)]
    for adresse in (suivi.correspondant.bal, adresse_du_patient(suivi.patient)):
        pannes.append(essai.banc.mssante.panne("destinataire_inconnu", adresse=adresse, fois=None))
    flux.valider(essai, suivi, datetime.now(PARIS), "biologiste_1")
    suivi.manques |= set(chiffres_transmissions.CANAUX)
    refus = [panne.attendre_jouee(delai_d_observation(essai)) for panne in pannes]
    for panne in pannes:
        panne.retirer()
    if not all(refus):
        raise NonConcluant("le compte rendu qui devait échouer n'a pas été présenté au DMP et aux deux BAL")


def _acte(maintenant: datetime, recul: int, rang: int) -> datetime:
    """Jour de l'acte, `recul` mois plus tôt ; ce mois-ci, maintenant : un acte n'est pas à venir."""
    if recul == 0:
        return maintenant - timedelta(seconds=1)
    total = maintenant.year * 12 + maintenant.month - 1 - recul
    return datetime(total // 12, total % 12 + 1, 1 + 2 * (rang % 14), 9, 30, tzinfo=PARIS)


# ----------------------------------------------------------------------- observer
def _filtres(essai: Essai) -> dict[str, dict[str, str]]:
    """Les tableaux que le scénario regarde : nom → paramètres de lire_tableau_de_bord."""
    annee = {"periode": "annee_courante"}
    return {
        **{periode: {"periode": periode} for periode in PERIODES},
        "autre finess": {**annee, "finess": _FINESS_ETRANGER},
        "finess": {**annee, "finess": STRUCTURE.finess},
        **(
            {"type": {**annee, "type_code": document_couloir.principal(essai).code}}
            if flux.par_type(essai)
            else {"rpps": {**annee, "rpps": identifiant_national(essai, "biologiste_2")}}
        ),
    }


def _relever(essai: Essai, **filtre: str) -> Mapping[str, Any]:
    reponse = essai.jouer("lire_tableau_de_bord", "administrateur", **filtre)
    if not reponse.fait:
        raise NonConcluant(f"le tableau de bord ne s'affiche pas : {reponse.en_phrase()}")
    return reponse.donnees


def _tableau(essai: Essai, nom: str) -> Mapping[str, Any]:
    """Ce que le scénario a ajouté à ce tableau."""
    tableaux: dict[str, Mapping[str, Any]] = essai.releves.setdefault("tableaux", {})
    if nom not in tableaux:
        avant = essai.releves["tableaux avant"][nom]
        apport = chiffres_transmissions.apport(_relever(essai, **_filtres(essai)[nom]), avant)
        tableaux[nom] = chiffres_transmissions.qualifiees_seules(apport) if flux.par_type(essai) else apport
    return tableaux[nom]


def _tableaux(essai: Essai) -> dict[str, Mapping[str, Any]]:
    return {periode: _tableau(essai, periode) for periode in PERIODES}


# ----------------------------------------------------------------------- constater
@then(motif(rf"les flux de ces {_QUOI} sont tous partis$"))
def flux_partis(essai: Essai) -> None:
    """Condition de l'essai : un tableau de bord vide ne se comparerait à rien."""
    arrives = sum(t.reussie for t in flux.transmissions(essai))
    if arrives < flux.prevues(essai):
        raise NonConcluant(
            f"{arrives} transmissions vues, {flux.prevues(essai)} attendues : le tableau de bord n'est pas jugeable"
        )


@then("le tableau de bord compte les transmissions de chaque période, selon l'INS")
def comptes(essai: Essai) -> None:
    aujourd_hui = datetime.now(PARIS).date()
    essai.bilan.constater(regles.comptes_justes(_tableaux(essai), flux.jugees(essai), aujourd_hui))


@then("le tableau de bord compte les dossiers touchés par chaque action, et par les trois")
def dossiers(essai: Essai) -> None:
    aujourd_hui = datetime.now(PARIS).date()
    essai.bilan.constater(regles.dossiers_justes(_tableaux(essai), flux.jugees(essai), aujourd_hui))


@then(motif(r"le tableau de bord se limite à un FINESS et à un (?:biologiste|signataire|type de document)$"))
def filtres(essai: Essai) -> None:
    """Sur l'année courante : le FINESS d'une autre structure n'a rien, l'autre signataire ou l'autre type a les siens."""
    aujourd_hui = datetime.now(PARIS).date()
    lecture = regles.lecture_suivie(_tableaux(essai), flux.jugees(essai), aujourd_hui)
    annee = chiffres_transmissions.de_la_periode(flux.jugees(essai), "annee_courante", lecture, aujourd_hui)
    entier = _tableau(essai, "annee_courante")
    parametres = _filtres(essai)
    for nom, cle, libelle, sans in (
        ("autre finess", "finess", "FINESS", entier),
        ("rpps", "rpps", "RPPS", entier),
        ("type", "type_code", "type", entier),
        ("finess", "finess", "FINESS de la structure", {}),
    ):
        if nom in parametres:
            valeur = parametres[nom][cle]
            quoi = f"{libelle} {valeur}"
            essai.bilan.constater(regles.filtre_applique(_tableau(essai, nom), sans, annee, {cle: valeur}, quoi))


@then("les échecs sont comptés, canal par canal")
def echecs(essai: Essai) -> None:
    """Dans le tableau de bord ; un logiciel qui ne les y montre pas peut les mettre dans l'extraction."""
    tableau = _tableau(essai, "mois_courant")
    tus = any("echecs" not in (tableau.get(canal) or {}) for canal in chiffres_transmissions.CANAUX)
    lignes = _lignes(essai) if tus else []
    essai.bilan.constater(regles.echecs_comptes(tableau, flux.jugees(essai), "mois courant", lignes))


@then("l'extraction du tableau de bord porte ces transmissions, et son format est documenté")
def extraction(essai: Essai) -> None:
    reponse = _extraire(essai)
    try:
        fichier = base64.b64decode(str(reponse.donnees.get("fichier_base64") or ""), validate=True)
    except binascii.Error as erreur:
        raise NonConcluant(f"fichier_base64 : base64 illisible ({erreur})") from erreur
    nom = str(reponse.donnees.get("nom") or "extraction")
    documentation = str(reponse.donnees.get("documentation") or "")
    essai.bilan.joindre(nom, "export", fichier, "extraction du tableau de bord")
    essai.bilan.joindre("format-de-l-extraction.txt", "document", documentation.encode(), "format de l'extraction")
    lignes, jugees = _lignes(essai), flux.jugees(essai)
    essai.bilan.constater(extraction_tableau.extraction_juste(lignes, fichier, documentation, jugees))
    if flux.par_type(essai) and lignes is not None:
        essai.bilan.constater(extraction_tableau.types_extraits(lignes, jugees))


def _extraire(essai: Essai) -> ReponseAction:
    if "extraction" not in essai.releves:
        essai.releves["extraction"] = essai.jouer("exporter_tableau_de_bord", "administrateur")
    reponse: ReponseAction = essai.releves["extraction"]
    return reponse


def _lignes(essai: Essai) -> list[Mapping[str, Any]] | None:
    """Les lignes des documents jugés : un logiciel garde ceux des campagnes précédentes. None : pas lues."""
    lignes = _extraire(essai).donnees.get("lignes")
    if not isinstance(lignes, list):
        return None
    suivis = [s for s in flux.suivis(essai) if s.patient.statut == "QUAL" or not flux.par_type(essai)]
    numeros = {acte.document.document_id for suivi in suivis for acte in suivi.actes}
    return [ligne for ligne in lignes if str(ligne.get("document_id")) in numeros]
