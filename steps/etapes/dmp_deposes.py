"""Étapes des documents déposés d'avance au DMP : leurs métadonnées, leurs noms dans la feature."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from pytest_bdd import given
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.dmp.ebrim import Code
from simulators.dmp.etat import EntreeDocument
from simulators.socle.acteurs import STRUCTURE
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.dmp_commun import (
    LOINC,
    dossier,
    ouvrir_dmp,
    ps_idnat,
    type_code,
)
from steps.flux.documents import (
    AuteurDocument,
    EnvoiDocument,
    StructureEmettrice,
    lettre_de_liaison,
    resultat_de_biologie,
)
from steps.flux.identite import IdentiteUsager
from steps.patients import PatientEssai
from steps.verifications.cda.dates import PARIS

CADRES = {"établissement": "ETABLISSEMENT", "ambulatoire": "AMBULATOIRE"}
SYSTEME_CADRE = "1.2.250.1.213.1.1.4.9"
_VOISINE = StructureEmettrice(identifiant="1990000888", nom="CABINET VOISIN", domaine="1.2.250.1.213.99.9")
_STRUCTURES = {
    "une autre": _VOISINE,
    "celle d'ici": StructureEmettrice(STRUCTURE.identifiant_national, STRUCTURE.nom, STRUCTURE.oid_domaine),
}
"""« celle d'ici » : un document qu'un autre logiciel de la structure essayée a versé."""
_CLASSES = {"lettre de liaison": "11", "compte rendu de biologie": "10", "compte rendu de consultation": "10"}
SYSTEME_CLASSE = "1.2.250.1.213.1.1.4.1"


# ------------------------------------------------------------------ mise en place
def jour(texte: str) -> date:
    """« 14/07/2021 »."""
    return datetime.strptime(texte.strip(), "%d/%m/%Y").replace(tzinfo=PARIS).date()


def instant(texte: str) -> datetime:
    """« 14/07/2021 09:30 », heure de Paris, midi si l'heure n'est pas dite ; ou « il y a 3 jours »."""
    if trouve := re.fullmatch(r"il y a (\d+) jours?", texte.strip()):
        return datetime.now(PARIS).replace(microsecond=0) - timedelta(days=int(trouve[1]))
    complet = texte.strip() if ":" in texte else f"{texte.strip()} 12:00"
    return datetime.strptime(complet, "%d/%m/%Y %H:%M").replace(tzinfo=PARIS)


@given(parse("des documents d'autres professionnels dans le DMP du patient « {nom} »"))
def documents_du_dmp(essai: Essai, nom: str, datatable: Table) -> None:
    """Un document par ligne, déposé hors du logiciel ; « type », « date de l'acte » et « cadre » sont ses métadonnées.

    « structure » dit qui l'a versé : une autre, ou celle du logiciel.
    """
    patient = essai.patient(nom)
    for ligne in vocabulaire.table(datatable):
        entrees_du_dmp(essai)[ligne["document"]] = _deposer(essai, patient, ligne)


def entrees_du_dmp(essai: Essai) -> dict[str, EntreeDocument]:
    """Documents semés dans les DMP du scénario, par leur nom dans la feature."""
    entrees: dict[str, EntreeDocument] = essai.releves.setdefault("entrées du DMP", {})
    return entrees


def redeposer(essai: Essai, patient: PatientEssai, nom: str) -> EntreeDocument:
    """Dépose au DMP, hors du logiciel, une version suivante d'un document semé ; retenue sous « nom, version suivante »."""
    ligne, envoi = essai.releves["semés au DMP"][nom]
    premiere = entrees_du_dmp(essai)[nom]
    suite = replace(envoi, oid=f"{envoi.oid}.2", instant=datetime.now(PARIS), version=2, remplace=envoi.oid)
    octets = _composer(patient, ligne, suite, 1)
    neuve = essai.banc.dmp.etat.remplacer(
        dossier(essai, patient), premiere.unique_id, octets, **_metadonnees({**ligne, "document": f"{nom}, version 2"})
    )
    entrees_du_dmp(essai)[f"{nom}, version suivante"] = neuve
    return neuve


def _deposer(essai: Essai, patient: PatientEssai, ligne: Mapping[str, str]) -> EntreeDocument:
    rang = len(entrees_du_dmp(essai)) + 1
    acte = instant(ligne["date de l'acte"])
    envoi = EnvoiDocument(
        oid=f"1.2.250.1.213.99.9.{int(patient.reference.matricule_ins, 36)}.{rang}",
        oid_lot=f"1.2.250.1.213.99.9.{int(patient.reference.matricule_ins, 36)}.{rang}.1",
        instant=acte,
        patient_id=f"VOISIN{rang}",
    )
    essai.releves.setdefault("semés au DMP", {})[ligne["document"]] = (ligne, envoi)
    octets = _composer(patient, ligne, envoi, rang)
    return essai.banc.dmp.etat.deposer(dossier(essai, patient), octets, **_metadonnees(ligne))


def _composer(patient: PatientEssai, ligne: Mapping[str, str], envoi: EnvoiDocument, rang: int) -> bytes:
    composer = resultat_de_biologie if ligne["type"] == "compte rendu de biologie" else lettre_de_liaison
    return composer(
        IdentiteUsager.depuis_reference(patient.reference),
        AuteurDocument(identifiant=f"89990000088{rang % 10}", nom="VOISIN", prenom="DOMINIQUE"),
        _STRUCTURES[ligne.get("structure") or "une autre"],
        envoi,
    )


def _metadonnees(ligne: Mapping[str, str]) -> dict[str, Any]:
    genre, cadre = ligne["type"], CADRES[ligne.get("cadre") or "établissement"]
    return {
        "title": f"{genre.capitalize()} ({ligne['document']})",
        "type_code": Code(type_code(genre), LOINC, genre),
        "class_code": Code(_CLASSES[genre], SYSTEME_CLASSE, genre),
        "practice_setting_code": Code(cadre, SYSTEME_CADRE, cadre),
    }


@given(
    motif(
        r"(?P<qui>.+?) dont l'autorisation sur le DMP du patient « (?P<nom>[^»]+) » est (?P<etat>valide|expirée|interdite)$"
    )
)
def autorisation_au_dmp(essai: Essai, qui: str, nom: str, etat: str) -> None:
    """L'état que le DMP tient pour ce professionnel."""
    code = {"valide": "VALIDE", "expirée": "EXPIRE", "interdite": "INTERDIT"}[etat]
    ouvrir_dmp(essai, essai.patient(nom), {ps_idnat(essai, vocabulaire.role(qui)): code})
