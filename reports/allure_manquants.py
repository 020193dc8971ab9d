"""Complète `allure-results/` : chaque scénario de la campagne y figure, même sans test pytest ou après un arrêt."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from reports.allure import STATUTS, etiquettes, message_de_verdict, titre
from reports.campagne import Campagne
from reports.fichiers import ecrire_json
from reports.resultat import EtatEtape, ResultatScenario
from reports.texte import abreger, affichable
from requirements.catalogue import Catalogue
from requirements.modele import Exigence, ScenarioConformite

# Espace de noms fixe : un même scénario de la même campagne redonne le même fichier.
_ESPACE = uuid.UUID("5f0cbf5e-3f0f-5a52-9d55-0b6f9d1b7a10")
_ETAPES = {EtatEtape.PASSEE: "passed", EtatEtape.ECHOUEE: "failed", EtatEtape.NON_JOUEE: "skipped"}
_TEXTE_MAX = 20_000


def completer_allure(dossier_allure: Path, campagne: Campagne, catalogue: Catalogue) -> list[Path]:
    """Écrit un résultat Allure pour chaque scénario qui n'en a pas ; rend les fichiers écrits."""
    presents = scenarios_presents(dossier_allure)
    exigences = {(exigence.rem, exigence.id): exigence for exigence in catalogue.exigences}
    ecrits = []
    for resultat in campagne.resultats:
        if (resultat.exigence, resultat.scenario) in presents:
            continue
        exigence = exigences.get((resultat.rem, resultat.exigence))
        scenario = next((sc for sc in exigence.scenarios if sc.id == resultat.scenario), None) if exigence else None
        identifiant = uuid.uuid5(_ESPACE, "\0".join((campagne.debut, *resultat.cle)))
        contenu = _resultat(campagne, resultat, str(identifiant), exigence, scenario)
        ecrits.append(ecrire_json(dossier_allure / f"{identifiant}-result.json", contenu))
    return ecrits


def scenarios_presents(dossier_allure: Path) -> set[tuple[str, str]]:
    """Les (exigence, scénario) qui ont déjà un résultat lisible, à leur nom.

    Un scénario Gherkin qui répond à deux numéros porte les étiquettes des deux mais n'est nommé que par un :
    l'autre doit aussi se trouver dans la liste.
    """
    presents = set()
    for chemin in sorted(dossier_allure.glob("*-result.json")):
        try:
            lu = json.loads(chemin.read_text(encoding="utf-8"))
        except ValueError:
            # Tronqué par un arrêt brutal : le scénario sera récrit à côté.
            continue
        if (cle := scenario_de(lu)) is not None:
            presents.add(cle)
    return presents


def scenario_de(resultat: Mapping[str, Any]) -> tuple[str, str] | None:
    """L'exigence et le scénario au nom desquels ce résultat Allure est écrit."""
    etiquettes_lues = resultat.get("labels", ())
    exigences = [lue.get("value") for lue in etiquettes_lues if lue.get("name") == "exigence"]
    scenarios = [lue.get("value") for lue in etiquettes_lues if lue.get("name") == "scenario"]
    for exigence, scenario in zip(exigences, scenarios, strict=False):
        if str(resultat.get("name", "")).startswith(f"{scenario} "):
            return str(exigence), str(scenario)
    return None


def _resultat(
    campagne: Campagne,
    resultat: ResultatScenario,
    identifiant: str,
    exigence: Exigence | None,
    scenario: ScenarioConformite | None,
) -> dict[str, Any]:
    if exigence is not None and scenario is not None:
        nom = titre(scenario)
        couples = etiquettes(campagne.couloir, exigence, scenario, demonstration=campagne.demonstration)
    else:
        nom = f"{resultat.scenario} {affichable(resultat.titre)}"
        couples = [
            ("parentSuite", f"{campagne.couloir}, vague {resultat.vague}"),
            ("suite", resultat.section),
            ("exigence", resultat.exigence),
            ("scenario", resultat.scenario),
        ]
    concernes = [constat for constat in resultat.constats if constat.verdict is resultat.verdict]
    raison = resultat.raison or (concernes[0].message if concernes else "")
    debut = _millisecondes(resultat.debut or campagne.debut)
    nom_complet = f"{resultat.rem} {resultat.exigence} {resultat.scenario}"
    return {
        "uuid": identifiant,
        "historyId": uuid.uuid5(_ESPACE, nom_complet).hex,
        "testCaseId": uuid.uuid5(_ESPACE, nom_complet).hex,
        "fullName": nom_complet,
        "name": nom,
        "status": STATUTS[resultat.verdict],
        "statusDetails": {
            "message": abreger(affichable(message_de_verdict(resultat.verdict, raison)), _TEXTE_MAX),
            "trace": abreger(affichable("\n\n".join(constat.en_texte() for constat in concernes)), _TEXTE_MAX),
        },
        "stage": "finished",
        "steps": [
            {
                "name": affichable(f"{etape.mot} {etape.texte}"),
                "status": _ETAPES[etape.etat],
                "stage": "finished",
                "start": debut,
                "stop": debut + round(etape.duree_s * 1000),
            }
            for etape in resultat.etapes
        ],
        "labels": [{"name": cle, "value": affichable(valeur)} for cle, valeur in couples],
        "start": debut,
        "stop": debut + round(resultat.duree_s * 1000),
    }


def _millisecondes(iso: str) -> int:
    try:
        return round(datetime.fromisoformat(iso).timestamp() * 1000)
    except ValueError:
        return 0
