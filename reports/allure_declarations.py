"""Accorde `allure-results/` avec ce qu'une personne a dit depuis : Allure a gardé le verdict de la machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reports.allure import STATUTS, message_de_verdict
from reports.allure_manquants import scenario_de
from reports.campagne import Campagne
from reports.fichiers import ecrire_json
from reports.resultat import ResultatScenario
from reports.texte import abreger, affichable

REJOUE = "rejoué"
_TEXTE_MAX = 20_000


def accorder_allure(dossier_allure: Path, campagne: Campagne) -> list[Path]:
    """Récrit le statut et les étiquettes des scénarios déclarés ou rejoués ; rend les fichiers changés."""
    concernes = {(r.exigence, r.scenario): r for r in campagne.resultats if r.declaration or r.rejoue}
    if not concernes:
        return []
    changes = []
    for chemin in sorted(dossier_allure.glob("*-result.json")):
        try:
            lu = json.loads(chemin.read_text(encoding="utf-8"))
        except ValueError:
            continue  # tronqué par un arrêt brutal : un résultat entier est écrit à côté
        cle = scenario_de(lu)
        if cle is not None and cle in concernes and (accorde := _accorder(lu, concernes[cle])) != lu:
            changes.append(ecrire_json(chemin, accorde))
    return changes


def _accorder(lu: dict[str, Any], resultat: ResultatScenario) -> dict[str, Any]:
    accorde = dict(lu)
    declaration = resultat.declaration or {}
    ajouts = [("declaration", f"{declaration['issue']} par {declaration['par']}")] if declaration else []
    ajouts += [("tag", REJOUE)] if resultat.rejoue else []
    autres = [
        etiquette
        for etiquette in lu.get("labels", [])
        if etiquette.get("name") != "declaration" and (etiquette.get("name"), etiquette.get("value")) != ("tag", REJOUE)
    ]
    accorde["labels"] = [*autres, *({"name": nom, "value": affichable(valeur)} for nom, valeur in ajouts)]
    if declaration and not declaration.get("perimee"):
        accorde["status"] = STATUTS[resultat.verdict]
        message = abreger(affichable(message_de_verdict(resultat.verdict, resultat.raison)), _TEXTE_MAX)
        accorde["statusDetails"] = {**lu.get("statusDetails", {}), "message": message}
    return accorde
