"""Les scénarios Gherkin et leurs étiquettes, lus sans lancer pytest. Une étiquette en forme de numéro en est un."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserError
from gherkin.parser import Parser

from requirements.catalogue import Catalogue
from requirements.erreurs import Anomalie
from requirements.lieux import FEATURES, est_livre

COMMUNS = "communs"

# Une étiquette qui porte deux chiffres après un point est un numéro de REM ; `@panne` ou `@lent` n'en sont pas.
_NUMERO = re.compile(r".*\.\d{2,3}p?(?:\.BIS)?|\d{2}(?:\.\d{2})+")

# Les mots par lesquels une étape laisse quelque chose à une personne : le scénario finit au mieux « à vérifier ».
_RESERVE = re.compile(r"\b(?:à (?:montrer|joindre|justifier|regarder)|reste(?:nt)? à apporter)\b")


@dataclass(frozen=True, slots=True)
class ScenarioGherkin:
    """Un scénario Gherkin : où il est écrit et quels numéros il porte."""

    fichier: Path
    ligne: int
    nom: str
    numeros: tuple[str, ...]
    couloir: str
    """Le dossier sous `features/` ; `communs` vaut pour tous les couloirs."""
    reserves: tuple[str, ...] = ()
    """Les étapes qui laissent une pièce ou un point à une personne."""


def lire_features(racine: Path, anomalies: list[Anomalie], *, couloir: str = "") -> list[ScenarioGherkin]:
    """Tous les scénarios des `.feature` sous ce dossier ; un fichier illisible devient une anomalie.

    `couloir` : à qui elles sont toutes ; à défaut, au nom du dossier où chacune est rangée.
    """
    trouves: list[ScenarioGherkin] = []
    for fichier in sorted(racine.rglob("*.feature")):
        try:
            document: Any = Parser().parse(fichier.read_text(encoding="utf-8"))
        except (CompositeParserException, ParserError, UnicodeDecodeError) as erreur:
            trouve = re.search(r"\((\d+):\d+\)", str(erreur))
            ligne = int(trouve.group(1)) if trouve else 0
            recu = " ".join(str(erreur).split())
            anomalies.append(Anomalie(fichier, ligne, "un Gherkin bien formé", recu, "corriger la syntaxe du fichier"))
            continue
        feature = document.get("feature")
        if feature:
            sien = couloir or fichier.relative_to(racine).parts[0]
            trouves.extend(_descendre(feature, (), fichier, sien))
    return trouves


def features_du_couloir(catalogue: Catalogue, racine: Path, anomalies: list[Anomalie]) -> list[ScenarioGherkin]:
    """Les scénarios de `racine` et ceux que le couloir porte lui-même.

    Une feature commune cède à celle du couloir, et ne joue jamais ce que le catalogue dit qu'elle jouerait mal
    (`feature_impropre`) ; dans un couloir de l'utilisateur, elle ne joue que ce qu'il reprend d'un couloir livré.
    """
    nom = catalogue.couloir.couloir
    siens = lire_features(catalogue.dossier / FEATURES, anomalies, couloir=nom)
    tous = [*lire_features(racine, anomalies), *siens]
    exclus = {s.id for s in catalogue.scenarios() if s.feature_impropre}
    exclus |= {numero for ecrit in tous if ecrit.couloir == nom for numero in ecrit.numeros}
    if not est_livre(nom):
        exclus |= {s.id for s in catalogue.scenarios() if not est_livre(s.repris_de)}
    return [
        replace(ecrit, numeros=tuple(n for n in ecrit.numeros if n not in exclus))
        if ecrit.couloir == COMMUNS
        else ecrit
        for ecrit in tous
    ]


def _descendre(noeud: Any, heritees: tuple[str, ...], fichier: Path, couloir: str) -> list[ScenarioGherkin]:
    etiquettes = heritees + _etiquettes(noeud)
    trouves: list[ScenarioGherkin] = []
    for enfant in noeud["children"]:
        if "rule" in enfant:
            trouves.extend(_descendre(enfant["rule"], etiquettes, fichier, couloir))
        elif "scenario" in enfant:
            scenario = enfant["scenario"]
            toutes = etiquettes + _etiquettes(scenario)
            for exemples in scenario["examples"]:
                toutes += _etiquettes(exemples)
            numeros = tuple(dict.fromkeys(nom for nom in toutes if _NUMERO.fullmatch(nom)))
            ligne = scenario["location"]["line"]
            reserves = tuple(etape["text"] for etape in scenario["steps"] if _RESERVE.search(etape["text"]))
            trouves.append(ScenarioGherkin(fichier, ligne, scenario["name"], numeros, couloir, reserves))
    return trouves


def _etiquettes(noeud: Any) -> tuple[str, ...]:
    tags: Sequence[Any] = noeud.get("tags", ())
    return tuple(str(tag["name"]).removeprefix("@") for tag in tags)
