"""La collecte : rien de perdu, rien en double, aucune étiquette inventée."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.verdict import Verdict
from requirements.catalogue import charger, couloirs_disponibles
from requirements.modele import Classe, EtapeGuidee
from steps.collecte import (
    CollecteIncoherente,
    ScenarioSansFeature,
    features,
    scenarios_ecrits,
    verifier_scenarios_perdus,
)
from steps.selection import ScenarioRetenu, selectionner
from tests.campagne.lancement import RACINE, environnement, executer

FEATURE = """\
# language: fr
Fonctionnalité: Essai

  @INS/va1.20.01
  Scénario: Un
    Étant donné un patient « Zoé » connu d'INSi

  Règle: Autre
    @INS/va1.20.02
    Scénario: Deux
      Étant donné un patient « Zoé » connu d'INSi
"""


def ecrire(dossier: Path, texte: str) -> Path:
    """Une feature de biologie dans une arborescence."""
    fichier = dossier / "features" / "biologie" / "essai.feature"
    fichier.parent.mkdir(parents=True, exist_ok=True)
    fichier.write_text(texte, encoding="utf-8")
    return fichier


def test_scenarios_ecrits(tmp_path: Path) -> None:
    """Tous les scénarios d'un fichier sont lus, ceux des règles compris, avec les étiquettes héritées."""
    assert scenarios_ecrits(ecrire(tmp_path, FEATURE)) == [
        ("Un", frozenset({"INS/va1.20.01"})),
        ("Deux", frozenset({"INS/va1.20.02"})),
    ]
    heritees = FEATURE.replace("Fonctionnalité", "@INS/va1.01.01\nFonctionnalité")
    assert all("INS/va1.01.01" in etiquettes for _, etiquettes in scenarios_ecrits(ecrire(tmp_path, heritees)))
    assert scenarios_ecrits(ecrire(tmp_path, "")) == []


@pytest.mark.parametrize("texte", ["# language: fr\n", "Fonctionnalité: sans langue\n", "# language: fr\nBonjour\n"])
def test_feature_illisible(tmp_path: Path, texte: str) -> None:
    """Un fichier que l'analyseur Gherkin refuse est nommé."""
    with pytest.raises(CollecteIncoherente, match=r"essai\.feature : feature illisible"):
        scenarios_ecrits(ecrire(tmp_path, texte))


def test_scenario_perdu(tmp_path: Path) -> None:
    """Un scénario écrit que rien ne collecte arrête tout."""
    fichier = ecrire(tmp_path, FEATURE)
    with pytest.raises(
        CollecteIncoherente, match=rf"{fichier.name} : scénario écrit mais non collecté : \['Deux', 'Un'\]"
    ):
        verifier_scenarios_perdus([], tmp_path)


def test_nom_en_double(tmp_path: Path) -> None:
    """Deux scénarios du même nom, même sous deux règles : pytest-bdd n'en jouerait qu'un."""
    ecrire(tmp_path, FEATURE.replace("Scénario: Deux", "Scénario: Un"))
    with pytest.raises(CollecteIncoherente, match=r"nom de scénario employé deux fois : \['Un'\]"):
        verifier_scenarios_perdus([], tmp_path)


def test_nos_features_sont_etiquetees() -> None:
    """Chaque scénario de nos features porte un numéro d'un catalogue ; dans un couloir, aucun n'est porté deux fois."""
    connus: dict[str, set[str]] = {}
    for couloir in couloirs_disponibles():
        catalogue = charger(couloir)
        connus[couloir] = {s.id for s in (*catalogue.scenarios(), *catalogue.supplements)}
    tous = set().union(*connus.values())
    portes: dict[tuple[str, str], str] = {}
    ecrits = [
        (fichier, fichier.relative_to(RACINE / "features").parts[0], nom, etiquettes)
        for fichier in features(RACINE / "features")
        for nom, etiquettes in scenarios_ecrits(fichier)
    ]
    propres = {couloir: {n for _, ou, _, portees in ecrits if ou == couloir for n in portees} for couloir in connus}
    for fichier, dossier, nom, etiquettes in ecrits:
        numeros = etiquettes & connus.get(dossier, tous)
        assert numeros, f"{fichier.name} : « {nom} » ne porte aucun numéro du catalogue"
        for couloir in (dossier,) if dossier in connus else connus:
            # Une feature commune cède à celle du couloir.
            for numero in (numeros & connus[couloir]) - (propres[couloir] if dossier not in connus else set()):
                assert portes.setdefault((couloir, numero), nom) == nom, (couloir, numero)


def _sans_feature(moyen: Classe, /, **guidage: Any) -> tuple[Verdict, str]:
    """L'issue d'un scénario de ce moyen que rien ne joue."""
    retenu = next(r for r in selectionner(charger("biologie")) if r.scenario.moyen is moyen and not r.scenario.deroule)
    element = ScenarioSansFeature.__new__(ScenarioSansFeature)
    element.retenu = ScenarioRetenu(retenu.exigence, replace(retenu.scenario, **guidage))
    return element.issue()


def test_issue_sans_feature() -> None:
    """Sans feature : une personne juge, guidée ou non, ou rien ne le joue ; jamais conforme."""
    verdict, raison = _sans_feature(Classe.RESEAU, moyen=Classe.HUMAIN)
    assert (verdict, "personne" in raison) == (Verdict.A_VERIFIER, True)
    assert _sans_feature(Classe.RESEAU) == (Verdict.NON_EXECUTE, "aucune feature ne joue encore ce scénario")
    guide = (EtapeGuidee("Ouvrez l'écran.", "Le document paraît.", "Rien ne paraît."),)
    verdict, raison = _sans_feature(Classe.RESEAU, deroule=guide, non_jugee="Le banc ne reçoit pas ce flux.")
    assert (verdict, "Le banc ne reçoit pas ce flux." in raison) == (Verdict.A_VERIFIER, True)


@pytest.fixture(scope="module")
def arbre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Une copie du banc dont on peut gâter les features."""
    copie = tmp_path_factory.mktemp("arbre")
    for nom in ("steps", "reports", "requirements", "simulators", "features"):
        shutil.copytree(RACINE / nom, copie / nom, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(RACINE / "pyproject.toml", copie)
    return copie


@pytest.mark.parametrize(
    ("ancien", "nouveau", "message"),
    [
        ("@INS/va1.20.02", "@INS/va1.20.99", "étiquette inconnue : @INS/va1.20.99"),
        ("@INS/va1.20.02", "@INS/va1.20.01", "INS/va1.20.01 est joué par plusieurs scénarios Gherkin"),
    ],
    ids=["etiquette-inventee", "numero-double"],
)
def test_collecte_arretee(arbre: Path, ancien: str, nouveau: str, message: str) -> None:
    """La campagne ne commence pas : la faute est nommée, et aucun dossier de campagne n'est créé."""
    assert ancien in FEATURE
    for feature in (arbre / "features").rglob("*.feature"):
        feature.unlink()
    ecrire(arbre, FEATURE.replace(ancien, nouveau))
    lance = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--couloir=biologie", "--exigence=INS/va1.20"]
    issue = executer(lance, cwd=arbre)
    assert issue.returncode in (2, 4), issue.stdout
    assert message in issue.stdout
    assert "INTERNALERROR" not in issue.stdout
    assert not (arbre / "campagnes").exists()
    assert "Traceback" not in issue.stdout


def test_environnement_du_processus() -> None:
    """Nos réglages de pytest ne passent pas aux campagnes lancées."""
    assert not [nom for nom in environnement() if nom.startswith("PYTEST_")]
