"""De la collecte de pytest à un élément par scénario de conformité, jamais plus, jamais moins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from gherkin.errors import ParserError
from pytest_bdd.parser import ScenarioTemplate
from pytest_bdd.scenario import scenario_wrapper_template_registry

from reports.verdict import Verdict
from requirements.features import COMMUNS
from requirements.lieux import couloir_de_la_feature, est_livre
from requirements.modele import Classe
from steps import lecture_gherkin
from steps.logiciel.connexion import ConnexionDeclaree
from steps.selection import ScenarioRetenu


class ScenarioSansFeature(pytest.Item):
    """Un scénario du REM qu'aucune feature ne joue encore : il reçoit quand même un verdict et sa raison."""

    def __init__(self, *, retenu: ScenarioRetenu, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.retenu = retenu

    def runtest(self) -> None:
        """Rien à jouer : l'issue est posée par le plugin."""

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.retenu.numero} {self.retenu.scenario.titre}"

    def issue(self) -> tuple[Verdict, str]:
        """Verdict et raison d'un scénario que la machine ne joue pas."""
        if self.retenu.ecarte:
            return self.retenu.ecarte
        scenario = self.retenu.scenario
        if scenario.moyen is Classe.HUMAIN:
            return Verdict.A_VERIFIER, "le verdict revient à une personne : pièces à apporter"
        if scenario.deroule or scenario.feature_impropre:
            return Verdict.A_VERIFIER, f"une personne déroule ce scénario et le juge : {scenario.non_jugee}"
        return Verdict.NON_EXECUTE, "aucune feature ne joue encore ce scénario"


def numeros_de(item: pytest.Item, connus: Iterable[str]) -> list[str]:
    """Numéros de scénarios de conformité portés par un élément (marqueurs venus des étiquettes Gherkin)."""
    connus = set(connus)
    return [marque.name for marque in item.iter_markers() if marque.name in connus]


def scenario_gherkin(item: pytest.Item) -> ScenarioTemplate | None:
    """Le scénario Gherkin dont l'élément est né ; None pour un autre élément."""
    fonction = getattr(item, "obj", None)
    return scenario_wrapper_template_registry.get(fonction) if callable(fonction) else None


def couloir_de(item: pytest.Item) -> str:
    """Le couloir d'une feature ; « communs » vaut pour tous."""
    scenario = scenario_gherkin(item)
    return couloir_de_la_feature(Path(scenario.feature.filename)) if scenario else ""


class CollecteIncoherente(Exception):
    """La collecte ne correspond pas au catalogue ou aux features ; le message nomme les scénarios."""


def repartir(
    session: pytest.Session, items: Sequence[pytest.Item], retenus: Sequence[ScenarioRetenu], couloir: str
) -> tuple[dict[pytest.Item, list[ScenarioRetenu]], list[pytest.Item]]:
    """Rend les éléments à jouer, dans l'ordre du catalogue, chacun avec ses scénarios, et ceux à écarter.

    Un scénario joué par plusieurs éléments (plan du scénario) les garde tous ; un élément peut établir plusieurs
    scénarios que le REM demande deux fois ; un scénario sans feature en reçoit un qui dit pourquoi. Deux scénarios
    Gherkin différents pour un même numéro sont refusés. Une feature commune cède à celle du couloir, et ne joue jamais
    ce que le catalogue dit qu'elle jouerait mal (`feature_impropre`) ; dans un couloir de l'utilisateur, elle ne joue
    que ce qui est repris d'un couloir livré : un autre REM peut demander autre chose.
    """
    par_numero: dict[str, list[pytest.Item]] = {}
    ecartes: list[pytest.Item] = []
    numeros = {retenu.numero for retenu in retenus}
    communs = numeros if est_livre(couloir) else {r.numero for r in retenus if est_livre(r.scenario.repris_de)}
    siens = [item for item in items if scenario_gherkin(item) is not None and couloir_de(item) == couloir]
    communs = communs - {numero for item in siens for numero in numeros_de(item, numeros)}
    communs = communs - {retenu.numero for retenu in retenus if retenu.scenario.feature_impropre}
    portables = {couloir: numeros, COMMUNS: communs}
    for item in items:
        if scenario_gherkin(item) is None:
            ecartes.append(item)
            continue
        portes = numeros_de(item, portables.get(couloir_de(item), ()))
        if not portes:
            ecartes.append(item)
        for numero in portes:
            par_numero.setdefault(numero, []).append(item)
    _refuser_doublons(par_numero)
    a_jouer: dict[pytest.Item, list[ScenarioRetenu]] = {}
    for retenu in retenus:
        elements = par_numero.get(retenu.numero, [])
        if not elements or retenu.hors_profil:
            ecartes.extend(elements)
            elements = [ScenarioSansFeature.from_parent(session, name=retenu.numero, retenu=retenu)]
        for element in elements:
            a_jouer.setdefault(element, []).append(retenu)
    return a_jouer, [item for item in ecartes if item not in a_jouer]


def ecarter_selon(
    session: pytest.Session, a_jouer: Mapping[pytest.Item, Sequence[ScenarioRetenu]], connexion: ConnexionDeclaree
) -> dict[pytest.Item, list[ScenarioRetenu]]:
    """Le même partage, une fois connue la connexion du logiciel.

    Un scénario d'une modalité qu'il ne réclame pas perd ses éléments et en reçoit un seul, qui dit pourquoi.
    """
    suite: dict[pytest.Item, list[ScenarioRetenu]] = {}
    ecartes: set[str] = set()
    for item, retenus in a_jouer.items():
        for retenu in (r.selon(connexion) for r in retenus):
            if not retenu.ecarte or isinstance(item, ScenarioSansFeature):
                suite.setdefault(item, []).append(retenu)
            elif retenu.numero not in ecartes:
                ecartes.add(retenu.numero)
                seul = ScenarioSansFeature.from_parent(session, name=retenu.numero, retenu=retenu)
                suite.setdefault(seul, []).append(retenu)
    return suite


def _refuser_doublons(par_numero: dict[str, list[pytest.Item]]) -> None:
    for numero, elements in par_numero.items():
        noms = {scenario.name for element in elements if (scenario := scenario_gherkin(element))}
        if len(noms) > 1:
            raise CollecteIncoherente(
                f"le scénario de conformité {numero} est joué par plusieurs scénarios Gherkin : {sorted(noms)} ; "
                "un seul doit porter son étiquette"
            )


def features(racine: Path) -> Iterator[Path]:
    """Tous les fichiers .feature, triés."""
    yield from sorted(racine.rglob("*.feature"))


def scenarios_ecrits(fichier: Path) -> list[tuple[str, frozenset[str]]]:
    """Scénarios d'un fichier lus par l'analyseur Gherkin : (nom, étiquettes). Sert à voir ceux que pytest-bdd perd."""
    try:
        document = lecture_gherkin.lire(fichier.read_text(encoding="utf-8"))
    except (ParserError, UnicodeDecodeError) as erreur:
        raise CollecteIncoherente(f"{fichier} : feature illisible : {erreur}") from erreur
    feature = document.get("feature")
    if not feature:
        return []
    trouves: list[tuple[str, frozenset[str]]] = []

    def lire(enfants: Sequence[Any], heritees: frozenset[str]) -> None:
        for enfant in enfants:
            if "scenario" in enfant:
                scenario = enfant["scenario"]
                propres = {etiquette["name"].removeprefix("@") for etiquette in scenario["tags"]}
                trouves.append((scenario["name"], heritees | propres))
            elif "rule" in enfant:
                regle = enfant["rule"]
                lire(regle["children"], heritees | {e["name"].removeprefix("@") for e in regle.get("tags", [])})

    lire(feature["children"], frozenset(e["name"].removeprefix("@") for e in feature["tags"]))
    return trouves


def verifier_scenarios_perdus(items: Sequence[pytest.Item], *racines: Path) -> None:
    """Compare les scénarios écrits et collectés : pytest-bdd en laisse tomber un, sans rien dire, à nom égal."""
    collectes: dict[Path, set[str]] = {}
    for item in items:
        modele = scenario_gherkin(item)
        if modele is not None:
            collectes.setdefault(Path(modele.feature.filename).resolve(), set()).add(modele.name)
    for fichier in (fichier for racine in racines for fichier in features(racine)):
        noms = [nom for nom, _ in scenarios_ecrits(fichier)]
        doubles = sorted({nom for nom in noms if noms.count(nom) > 1})
        if doubles:
            raise CollecteIncoherente(
                f"{fichier} : nom de scénario employé deux fois : {doubles} ; un seul serait joué"
            )
        perdus = sorted(set(noms) - collectes.get(fichier.resolve(), set()))
        if perdus:
            raise CollecteIncoherente(f"{fichier} : scénario écrit mais non collecté : {perdus}")
