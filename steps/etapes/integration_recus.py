"""Étapes de l'intégration automatique des documents reçus par MSSanté : réglage, relève, dossiers avant et après."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic, sleep

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.socle.identite import IdentiteTest
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import commun
from steps.etapes.flux import attente
from steps.etapes.liste_travail import Entrant, documents_de, entrant, entrants, recevoir
from steps.etapes.mss_reception import homonyme_inconnu, relever
from steps.patients import PatientEssai
from steps.verifications.documents_recus import integration as regles

_REGLAGE = "integration_automatique_mss"
_PAS = 0.25

Parus = Counter[tuple[str, str]]
"""(nom du patient, type) → documents parus à son dossier pendant une relève."""


# --------------------------------------------------------------------- régler
@given(motif(r"les documents reçus par MSSanté intégrés (?P<comment>d'eux-mêmes|à la main)$"))
@when(motif(r"les documents reçus par MSSanté sont désormais intégrés (?P<comment>d'eux-mêmes|à la main)$"))
def mettre_en_place(essai: Essai, comment: str) -> None:
    commun.regler(essai, _REGLAGE, comment == "d'eux-mêmes")


@when(motif(r"l'administrateur (?P<geste>active|lève) l'intégration automatique des documents reçus$"))
def regler(essai: Essai, geste: str) -> None:
    reponse = commun.changer_reglage(essai, _REGLAGE, geste == "active")
    voulu = f"intégration automatique {'active' if geste == 'active' else 'levée'}"
    essai.bilan.constater(regles.reglage_pris(reponse.fait, voulu, reponse.en_phrase()))


# ------------------------------------------------------------------- recevoir
@when(
    motif(
        r"(?P<genre>un compte rendu de biologie|une lettre de liaison) « (?P<nom>[^»]+) » arrive pour le patient "
        r"« (?P<patient>[^»]+) » sous (?P<ecart>une autre date|un autre prénom|un autre nom|un autre matricule)$"
    )
)
def document_d_un_autre(essai: Essai, genre: str, nom: str, patient: str, ecart: str) -> None:
    """L'identité du document est celle du patient, à un seul trait près."""
    malade = essai.patient(patient)
    recevoir(essai, genre, nom, malade, reference=_a_un_trait_pres(essai, malade.reference, nom, ecart))


def _a_un_trait_pres(essai: Essai, reference: IdentiteTest, nom: str, ecart: str) -> IdentiteTest:
    match ecart:
        case "un autre matricule":
            return homonyme_inconnu(essai, reference, nom)
        case "une autre date":
            # Le jour seul : l'année et le mois restent ceux que dit le matricule.
            jour = "11" if reference.date_naissance.endswith("10") else "10"
            return replace(reference, date_naissance=reference.date_naissance[:-2] + jour)
        case "un autre prénom":
            return replace(reference, prenoms=(f"{reference.prenoms[0]}-CLAUDE", *reference.prenoms[1:]))
        case _:
            return replace(reference, nom_naissance=f"{reference.nom_naissance}-DUVAL")


@when("le professionnel relève les documents reçus")
def relever_documents(essai: Essai) -> None:
    """Le dernier arrivé ferme l'observation : le logiciel a le temps de l'intégrer, et ceux d'avant avec lui."""
    nouveaux = [document for document in entrants(essai).values() if not document.courriel.courriel_id]
    if not nouveaux:
        raise NonConcluant("la feature relève les documents reçus sans en avoir envoyé")
    avant = Counter(au_dossier(essai))
    for document in nouveaux:
        relever(essai, document.courriel)
    echeance = monotonic() + attente(essai)
    while not (parus := Counter(au_dossier(essai)) - avant)[cle_de(essai, nouveaux[-1])] and monotonic() < echeance:
        sleep(_PAS)
    for document in nouveaux:
        essai.releves[f"parus avec {document.nom}"] = (parus, nouveaux)


def au_dossier(essai: Essai) -> Iterator[tuple[str, str]]:
    """(nom du patient, type) de chaque document des dossiers du scénario."""
    for nom, patient in essai.patients.items():
        for ligne in documents_de(essai, patient):
            yield nom, str(ligne.get("type_code") or "")


def cle_de(essai: Essai, document: Entrant) -> tuple[str, str]:
    """(nom du patient, type) de ce document."""
    return _nom(essai, document.patient), document.joint.type.code


def _nom(essai: Essai, patient: PatientEssai) -> str:
    return next(nom for nom, connu in essai.patients.items() if connu is patient)


def parus_avec(essai: Essai, nom: str) -> tuple[Parus, list[Entrant]]:
    """Ce que la relève de ce document a fait paraître, et les documents qu'elle apportait."""
    releve: tuple[Parus, list[Entrant]] | None = essai.releves.get(f"parus avec {nom}")
    if releve is None:
        raise NonConcluant(f"la feature juge « {nom} » sans l'avoir relevé")
    return releve


# ------------------------------------------------------------------ constater
@then(parse("« {nom} » est entré de lui-même au dossier du patient « {patient} »"))
def entre(essai: Essai, nom: str, patient: str) -> None:
    document, (parus, apportes) = entrant(essai, nom), parus_avec(essai, nom)
    siennes = {cle_de(essai, autre) for autre in apportes}
    inattendus = [f"{type_} au dossier de « {qui} »" for qui, type_ in parus if (qui, type_) not in siennes]
    nombre = parus[(patient, document.joint.type.code)]
    essai.bilan.constater(regles.entre_seul(nombre, inattendus, nom, f"dossier de « {patient} »"))


@then(
    motif(
        r"« (?P<nom>[^»]+) » n'est pas entré de lui-même : "
        r"(?P<ecart>réglage levé|identité différente|INS non qualifiée)$"
    )
)
def pas_entre(essai: Essai, nom: str, ecart: str) -> None:
    """Contrôle positif : un document du scénario, au moins, est entré de lui-même."""
    parus, _ = parus_avec(essai, nom)
    temoin = any(parus_avec(essai, autre)[0] for autre in entrants(essai) if f"parus avec {autre}" in essai.releves)
    essai.bilan.constater(regles.pas_entre(parus[cle_de(essai, entrant(essai, nom))], ecart, nom, temoin=temoin))
