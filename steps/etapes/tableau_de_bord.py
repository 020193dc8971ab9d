"""Étapes du tableau de bord : deux ans de comptes rendus transmis, puis les chiffres montrés et extraits."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.acteurs import STRUCTURE
from simulators.socle.correspondants import CORRESPONDANTS, Correspondant
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir
from steps.etapes.commun import amener_au_statut, presenter
from steps.etapes.dmp_commun import delai_d_observation, identifiant_national, ouvrir_dmp, valider_cr
from steps.etapes.mss_commun import adresse_du_patient, fiche_correspondant
from steps.logiciel.protocole import ReponseAction
from steps.patients import PatientEssai
from steps.verifications import chiffres_transmissions, extraction_tableau
from steps.verifications import tableau_de_bord as regles
from steps.verifications.cda.dates import PARIS
from steps.verifications.chiffres_transmissions import PERIODES, Transmission

_QUOI = "(?:comptes rendus|documents)"
_FINESS_ETRANGER = "990000009"


@dataclass
class Suivi:
    """Un patient du scénario, son correspondant, ses comptes rendus dans l'ordre de leur validation."""

    patient: PatientEssai
    correspondant: Correspondant
    actes: list[tuple[DocumentEssai, date, str]] = field(default_factory=list)
    manques: set[str] = field(default_factory=set)


def _suivis(essai: Essai) -> list[Suivi]:
    suivis: list[Suivi] = essai.releves.setdefault("suivis", [])
    return suivis


# ------------------------------------------------------------------ mise en place
@given(parse("{nombre:d} patients à l'INS {statut}, chacun avec un correspondant"))
def patients_suivis(essai: Essai, nombre: int, statut: str) -> None:
    """DMP et Mon espace santé ouverts pour tous : ce qui ne part pas vient du logiciel."""
    code = {"qualifiée": "QUAL", "seulement récupérée": "RECUP"}[statut]
    if not _suivis(essai):
        essai.releves["tableaux avant"] = {cle: _relever(essai, **filtre) for cle, filtre in _filtres(essai).items()}
    for _ in range(nombre):
        rang = len(_suivis(essai))
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
        _suivis(essai).append(Suivi(patient, correspondant))


# ----------------------------------------------------------------------- produire
@when(motif(rf"le professionnel valide (?P<nombre>\d+) {_QUOI} par mois, sur (?P<mois>\d+) mois$"))
def valider_deux_ans(essai: Essai, nombre: str, mois: str) -> None:
    """Du plus ancien au plus récent, un patient après l'autre ; chaque validation transmet d'elle-même."""
    suivis = _suivis(essai)
    maintenant = datetime.now(PARIS)
    voulus, duree = int(nombre), int(mois)
    joues = -(-voulus // 10) if essai.volume_reduit else voulus
    for rang in range(joues * duree):
        recul = duree - 1 - rang // joues
        _valider(essai, suivis[rang % len(suivis)], _acte(maintenant, recul, rang), "biologiste_1")
    quoi = "comptes rendus par mois" if document_couloir.principal(essai).resultats else "documents par mois"
    essai.bilan.constater(regles.volume_joue(joues, voulus, quoi))


@when(motif(rf"un autre professionnel valide (?P<nombre>\d+) {_QUOI}$"))
def valider_par_un_autre(essai: Essai, nombre: str) -> None:
    """Pour que le filtre par RPPS ait quelque chose à écarter."""
    for rang in range(int(nombre)):
        _valider(essai, _suivis(essai)[rang], datetime.now(PARIS), "biologiste_2")


@when(
    motif(r"un (?:compte rendu|document) est refusé par le DMP, par la BAL du correspondant et par celle du patient$")
)
def echecs_provoques(essai: Essai) -> None:
    """Le dernier compte rendu du premier patient échoue sur les trois canaux."""
    suivi = _suivis(essai)[0]
    _attendre(essai)
    # Jusqu'à la fin de l'étape, pour qu'un logiciel qui essaie de nouveau échoue encore.
    pannes = [essai.banc.dmp.panne("acces_refuse", operation="TD2.1", fois=None)]
    for adresse in (suivi.correspondant.bal, adresse_du_patient(suivi.patient)):
        pannes.append(essai.banc.mssante.panne("destinataire_inconnu", adresse=adresse, fois=None))
    _valider(essai, suivi, datetime.now(PARIS), "biologiste_1")
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


def _valider(essai: Essai, suivi: Suivi, acte: datetime, role: str) -> None:
    nom = f"{suivi.patient.nom}, compte rendu {len(suivi.actes) + 1}"
    document = valider_cr(essai, nom, suivi.patient, role=role, date_acte=acte.isoformat(timespec="seconds"))
    if document is None:
        raise NonConcluant(f"valider_compte_rendu n'a pas rendu de document : {essai.derniere.en_phrase()}")
    suivi.actes.append((document, acte.date(), role))


# ----------------------------------------------------------------------- observer
def _recus_par_canal(essai: Essai) -> dict[str, dict[str, int]]:
    """canal → matricule → comptes rendus arrivés : registre du DMP, messages acceptés par l'opérateur."""
    recus: dict[str, dict[str, int]] = {canal: {} for canal in chiffres_transmissions.CANAUX}
    adresses: dict[str, tuple[str, str]] = {}
    for suivi in _suivis(essai):
        matricule = suivi.patient.reference.matricule_ins
        dossier = essai.banc.dmp.etat.dossier(matricule)
        documents = essai.banc.dmp.etat.documents(dossier) if dossier else ()
        codes = [entree.fiche.type_code.code for entree in documents if entree.fiche.type_code]
        recus["dmp"][matricule] = codes.count(document_couloir.principal(essai).code)
        adresses[suivi.correspondant.bal.lower()] = ("mss_professionnel", matricule)
        adresses[adresse_du_patient(suivi.patient).lower()] = ("mss_patient", matricule)
    for echange in essai.echanges("mssante", "smtp:DATA", tout=True):
        if echange.reponse is None or echange.reponse.statut != 250:
            continue
        for destinataire in echange.notes.get("destinataires", "").lower().split():
            if destinataire in adresses:
                canal, matricule = adresses[destinataire]
                recus[canal][matricule] = recus[canal].get(matricule, 0) + 1
    return recus


def _prevues(essai: Essai) -> int:
    qualifies = sum(len(s.actes) - len(s.manques & {"dmp"}) for s in _suivis(essai) if s.patient.statut == "QUAL")
    autres = sum(len(s.actes) for s in _suivis(essai) if s.patient.statut != "QUAL")
    return 3 * qualifies + autres


def _attendre(essai: Essai) -> dict[str, dict[str, int]]:
    """Ce qui est arrivé, une fois tout arrivé ou le temps d'observation écoulé."""
    recus = _recus_par_canal(essai)
    if sum(map(sum, (par.values() for par in recus.values()))) < _prevues(essai):
        essai.journal.attendre(
            lambda _: sum(map(sum, (par.values() for par in _recus_par_canal(essai).values()))) >= _prevues(essai),
            depuis=essai.debut,
            delai=delai_d_observation(essai),
        )
        recus = _recus_par_canal(essai)
    return recus


def _transmissions(essai: Essai) -> list[Transmission]:
    """Les transmissions vues : pour chaque patient et canal, les premiers comptes rendus dans l'ordre validé."""
    if "transmissions" in essai.releves:
        vues: list[Transmission] = essai.releves["transmissions"]
        return vues
    recus = _attendre(essai)
    aujourd_hui = datetime.now(PARIS).date()
    transmissions = []
    for suivi in _suivis(essai):
        for canal, par_patient in recus.items():
            arrives = par_patient.get(suivi.patient.reference.matricule_ins, 0)
            for rang, (document, acte, role) in enumerate(suivi.actes):
                manque = canal in suivi.manques and rang == len(suivi.actes) - 1
                if rang < arrives or manque:
                    transmissions.append(
                        Transmission(
                            document.document_id,
                            suivi.patient.patient_id,
                            canal,
                            rang < arrives,
                            suivi.patient.statut == "QUAL",
                            acte,
                            aujourd_hui,
                            STRUCTURE.finess,
                            identifiant_national(essai, role),
                        )
                    )
    essai.releves["transmissions"] = transmissions
    return transmissions


def _filtres(essai: Essai) -> dict[str, dict[str, str]]:
    """Les tableaux que le scénario regarde : nom → paramètres de lire_tableau_de_bord."""
    annee = {"periode": "annee_courante"}
    return {
        **{periode: {"periode": periode} for periode in PERIODES},
        "autre finess": {**annee, "finess": _FINESS_ETRANGER},
        "finess": {**annee, "finess": STRUCTURE.finess},
        "rpps": {**annee, "rpps": identifiant_national(essai, "biologiste_2")},
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
        tableaux[nom] = chiffres_transmissions.apport(_relever(essai, **_filtres(essai)[nom]), avant)
    return tableaux[nom]


def _tableaux(essai: Essai) -> dict[str, Mapping[str, Any]]:
    return {periode: _tableau(essai, periode) for periode in PERIODES}


# ----------------------------------------------------------------------- constater
@then(motif(rf"les flux de ces {_QUOI} sont tous partis$"))
def flux_partis(essai: Essai) -> None:
    """Condition de l'essai : un tableau de bord vide ne se comparerait à rien."""
    arrives = sum(t.reussie for t in _transmissions(essai))
    if arrives < _prevues(essai):
        raise NonConcluant(
            f"{arrives} transmissions vues, {_prevues(essai)} attendues : le tableau de bord n'est pas jugeable"
        )


@then("le tableau de bord compte les transmissions de chaque période, selon l'INS")
def comptes(essai: Essai) -> None:
    aujourd_hui = datetime.now(PARIS).date()
    essai.bilan.constater(regles.comptes_justes(_tableaux(essai), _transmissions(essai), aujourd_hui))


@then("le tableau de bord compte les dossiers touchés par chaque action, et par les trois")
def dossiers(essai: Essai) -> None:
    aujourd_hui = datetime.now(PARIS).date()
    essai.bilan.constater(regles.dossiers_justes(_tableaux(essai), _transmissions(essai), aujourd_hui))


@then(motif(r"le tableau de bord se limite à un FINESS et à un (?:biologiste|signataire)$"))
def filtres(essai: Essai) -> None:
    """Sur l'année courante : le FINESS d'une autre structure n'a rien, l'autre signataire a les siens."""
    aujourd_hui = datetime.now(PARIS).date()
    lecture = regles.lecture_suivie(_tableaux(essai), _transmissions(essai), aujourd_hui)
    annee = [
        t
        for t in _transmissions(essai)
        if chiffres_transmissions.dans_la_periode(
            t.acte if lecture == "acte" else t.envoi, "annee_courante", aujourd_hui
        )
    ]
    entier = _tableau(essai, "annee_courante")
    autre = identifiant_national(essai, "biologiste_2")
    for nom, filtre, quoi, sans in (
        ("autre finess", {"finess": _FINESS_ETRANGER}, f"FINESS {_FINESS_ETRANGER}", entier),
        ("rpps", {"rpps": autre}, f"RPPS {autre}", entier),
        ("finess", {"finess": STRUCTURE.finess}, f"FINESS {STRUCTURE.finess} de la structure", {}),
    ):
        essai.bilan.constater(regles.filtre_applique(_tableau(essai, nom), sans, annee, filtre, quoi))


@then("les échecs sont comptés, canal par canal")
def echecs(essai: Essai) -> None:
    """Dans le tableau de bord ; un logiciel qui ne les y montre pas peut les mettre dans l'extraction."""
    tableau = _tableau(essai, "mois_courant")
    tus = any("echecs" not in (tableau.get(canal) or {}) for canal in chiffres_transmissions.CANAUX)
    lignes = _lignes(essai) if tus else []
    essai.bilan.constater(regles.echecs_comptes(tableau, _transmissions(essai), "mois courant", lignes))


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
    essai.bilan.constater(
        extraction_tableau.extraction_juste(_lignes(essai), fichier, documentation, _transmissions(essai))
    )


def _extraire(essai: Essai) -> ReponseAction:
    if "extraction" not in essai.releves:
        essai.releves["extraction"] = essai.jouer("exporter_tableau_de_bord", "administrateur")
    reponse: ReponseAction = essai.releves["extraction"]
    return reponse


def _lignes(essai: Essai) -> list[Mapping[str, Any]] | None:
    """Les lignes des comptes rendus du scénario : un logiciel garde ceux des campagnes précédentes. None : pas lues."""
    lignes = _extraire(essai).donnees.get("lignes")
    if not isinstance(lignes, list):
        return None
    numeros = {document.document_id for suivi in _suivis(essai) for document, _, _ in suivi.actes}
    return [ligne for ligne in lignes if str(ligne.get("document_id")) in numeros]
