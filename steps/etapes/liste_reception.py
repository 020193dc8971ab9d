"""Étapes des listes de réception : documents entrés d'eux-mêmes à revoir, documents à traiter et leurs trois issues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_bdd import then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.integration_recus import au_dossier, cle_de
from steps.etapes.liste_travail import Entrant, documents_de, entrant, entrants
from steps.verifications.documents_recus import reception as regles

_ROLE = "biologiste_1"
_ENTRES, _A_TRAITER = "integres_automatiquement", "a_traiter"
_REMPLACE = "remplace"


def _ligne(essai: Essai, document: Entrant, vue: str, **periode: str) -> Mapping[str, Any] | None:
    """La ligne de ce document, désignée par son courriel ; à défaut par son INS et son type."""
    lues = essai.preparer("lire_liste_reception", _ROLE, vue=vue, **periode).donnees.get("documents", [])
    courriel, type_ = document.courriel.courriel_id, document.joint.type.code
    siennes = [ligne for ligne in lues if ligne.get("courriel_id") == courriel]
    ins = document.patient.reference.matricule_ins
    siennes += [
        ligne
        for ligne in lues
        if not ligne.get("courriel_id") and (ligne.get("matricule_ins"), ligne.get("type_code")) == (ins, type_)
    ]
    if siennes:
        document.document_id = str(siennes[0]["document_id"])
        return dict(siennes[0])
    return None


def _periode(essai: Essai, *, passee: bool = False) -> dict[str, str]:
    """D'une heure avant le scénario à maintenant, ou une semaine qui finit un jour plus tôt."""
    debut, fin = essai.instant_debut - timedelta(hours=1), datetime.now(UTC) + timedelta(minutes=1)
    if passee:
        debut, fin = debut - timedelta(days=8), debut - timedelta(days=1)
    return {"debut": debut.isoformat(timespec="seconds"), "fin": fin.isoformat(timespec="seconds")}


# ------------------------------------------------------- entrés d'eux-mêmes
@then(
    parse("la liste des documents entrés d'eux-mêmes montre « {nom} » à la période du jour, pas à une période passée")
)
def a_revoir(essai: Essai, nom: str) -> None:
    document = entrant(essai, nom)
    passee = _ligne(essai, document, _ENTRES, **_periode(essai, passee=True))
    jour = _ligne(essai, document, _ENTRES, **_periode(essai))
    essai.releves[f"à revoir {nom}"] = jour is not None
    essai.bilan.constater(regles.a_revoir(jour, nom))
    essai.bilan.constater(regles.hors_periode(passee, nom, temoin=jour is not None))


@then(parse("la liste des documents entrés d'eux-mêmes ne donne pas « {nom} » pour l'un d'eux"))
def pas_entre_seul(essai: Essai, nom: str) -> None:
    ligne = _ligne(essai, entrant(essai, nom), _ENTRES, **_periode(essai))
    temoin = any(essai.releves.get(f"à revoir {autre}") for autre in entrants(essai))
    essai.bilan.constater(regles.pas_entre_seul(ligne, nom, temoin=temoin))


@then(parse("« {nom} », consulté, n'est plus à revoir"))
def consulte(essai: Essai, nom: str) -> None:
    ligne = _ligne(essai, entrant(essai, nom), _ENTRES, **_periode(essai))
    essai.bilan.constater(regles.consulte(ligne, nom, temoin=bool(essai.releves.get(f"à revoir {nom}"))))


# ---------------------------------------------------------------- à traiter
@then(parse("la liste des documents à traiter montre « {nom} »"))
def a_traiter(essai: Essai, nom: str) -> None:
    ligne = _ligne(essai, entrant(essai, nom), _A_TRAITER)
    essai.releves[f"à traiter {nom}"] = ligne is not None
    essai.bilan.constater(regles.a_traiter(ligne, nom))


@when(
    motif(
        r"le professionnel (?P<geste>intègre|supprime|fait remplacer « (?P<ancien>[^»]+) » par) « (?P<nom>[^»]+) » "
        r"depuis cette liste(?:, au dossier du patient « (?P<patient>[^»]+) »)?$"
    )
)
def traiter(essai: Essai, geste: str, ancien: str | None, nom: str, patient: str | None) -> None:
    document = entrant(essai, nom)
    if _ligne(essai, document, _A_TRAITER) is None:
        essai.bilan.exiger(regles.a_traiter(None, nom))
    choix: dict[str, str] = {"document_id": document.document_id, "issue": "supprimer"}
    if geste != "supprime":
        choix |= {
            "issue": "integrer",
            "patient_id": (essai.patient(patient) if patient else document.patient).patient_id,
        }
    if ancien:
        choix |= {"issue": "remplacer", "remplace": entrant(essai, ancien).document_id}
    avant = Counter(au_dossier(essai))
    reponse = essai.tenter("traiter_document_recu", _ROLE, **choix)
    essai.releves[f"parus en traitant {nom}"] = Counter(au_dossier(essai)) - avant
    essai.bilan.constater(regles.issue_offerte(reponse.fait, choix["issue"], nom, reponse.en_phrase()))


def _parus(essai: Essai, nom: str) -> Counter[tuple[str, str]]:
    parus: Counter[tuple[str, str]] | None = essai.releves.get(f"parus en traitant {nom}")
    if parus is None:
        raise NonConcluant(f"la feature juge « {nom} » sans l'avoir traité")
    return parus


@then(parse("« {nom} », traité, n'est plus dans la liste des documents à traiter"))
def traite(essai: Essai, nom: str) -> None:
    ligne = _ligne(essai, entrant(essai, nom), _A_TRAITER)
    essai.bilan.constater(regles.traite(ligne, nom, temoin=bool(essai.releves.get(f"à traiter {nom}"))))


@then(parse("« {nom} » est intégré au seul dossier du patient « {patient} »"))
def integre(essai: Essai, nom: str, patient: str) -> None:
    parus = _parus(essai, nom)
    sienne = (patient, entrant(essai, nom).joint.type.code)
    inattendus = [f"{type_} au dossier de « {qui} »" for qui, type_ in parus if qui != patient]
    essai.bilan.constater(regles.integre(parus[sienne], inattendus, nom, f"dossier de « {patient} »"))


@then(parse("« {nom} » a pris la place de « {ancien} »"))
def remplace(essai: Essai, nom: str, ancien: str) -> None:
    """Chaque document de ce type que le dossier montre sans le dire remplacé est ouvert."""
    nouveau, precedent = entrant(essai, nom), entrant(essai, ancien)
    actuels = [
        str(_ouvert(essai, ligne).get("cda_sha256") or "")
        for ligne in documents_de(essai, nouveau.patient)
        if ligne.get("type_code") == nouveau.joint.type.code and _REMPLACE not in (ligne.get("signes") or ())
    ]
    essai.bilan.constater(regles.remplace(actuels, nouveau.joint.cda, precedent.joint.cda, nom))


def _ouvert(essai: Essai, ligne: Mapping[str, Any]) -> Mapping[str, Any]:
    return essai.preparer("afficher_document", _ROLE, document_id=str(ligne["document_id"])).donnees


@then(parse("« {nom} » n'est entré dans aucun dossier"))
def supprime(essai: Essai, nom: str) -> None:
    _, type_ = cle_de(essai, entrant(essai, nom))
    essai.bilan.constater(
        regles.supprime([f"dossier de « {qui} »" for qui, t in _parus(essai, nom) if t == type_], nom)
    )
