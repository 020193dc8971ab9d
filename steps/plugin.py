"""Le plugin pytest du banc : options, étapes, et la campagne qu'elles demandent (`campagne_pytest.py`)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import steps.etapes
from requirements.catalogue import charger, est_du_couloir, tous_les_numeros
from requirements.erreurs import ErreurRequirements
from steps import allure_prudent, lecture_gherkin, ramassage, recherche_etapes, tous_couloirs
from steps import options as options_campagne
from steps.campagne_pytest import CODE_BANC, ConduitePytest
from steps.conduite import Conduite
from steps.ecarts import lire_ecarts
from steps.essai import Essai
from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.logiciel.temoin import RACINE
from steps.logiciel.temoin_couloir import TEMOIN, devant
from steps.operateur.enregistrement_rejeu import EnregistrementIllisible
from steps.operateur.guidage_rejeu import enregistrement_demande
from steps.options import OptionsCampagne
from steps.reprise import RepriseRefusee, demandes_d_avant, relire_pour_reprendre
from steps.selection import SelectionVide, selectionner

ETAPES = tuple(f"steps.etapes.{module.name}" for module in iter_modules(steps.etapes.__path__))
"""Les modules d'étapes : un fichier ajouté dans `steps/etapes/` est branché."""

_OPTIONS = pytest.StashKey[OptionsCampagne]()
_CAMPAGNE = pytest.StashKey[ConduitePytest]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    options_campagne.declarer(parser)
    # Plutôt que `pytest_plugins` : à chaque nom, pytest relirait les points d'entrée de toutes les distributions.
    for nom in ETAPES:
        pluginmanager.register(import_module(nom), nom)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Avec `--couloir=tous`, cette session ne joue rien : elle mène une campagne par couloir."""
    if not tous_couloirs.demande(config):
        return None
    return tous_couloirs.mener(config, lambda ligne: print(f"{ligne}\n", end="", flush=True))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    options = options_campagne.lire(config)
    try:
        numeros = tous_les_numeros()
    except ErreurRequirements as erreur:
        raise pytest.UsageError(str(erreur)) from erreur
    for numero in sorted(numeros):
        config.addinivalue_line("markers", f"{numero}: numéro d'un REM")
    config.stash[_OPTIONS] = options
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args = [str(RACINE / ("features" if options.active else "tests"))]
    if not options.active:
        return
    if config.pluginmanager.hasplugin("xdist") and config.getoption("numprocesses", None):
        raise pytest.UsageError(
            "une campagne ne se répartit pas sur plusieurs processus (-n) : un seul jeu de simulateurs"
        )
    if config.option.keyword or config.option.markexpr:
        raise pytest.UsageError(
            "-k et -m ne s'emploient pas dans une campagne : limitez-la par --exigence, --vague ou --profil"
        )
    # Un avertissement d'une bibliothèque n'arrête pas une campagne, même lancée là où les essais du banc l'exigent.
    config.addinivalue_line("filterwarnings", "default")
    recherche_etapes.brancher()
    lecture_gherkin.brancher()
    allure_prudent.brancher()
    # Hypothesis, présent chez qui développe le banc, s'importe tout entier au résumé : une campagne n'en fait rien.
    hypothesis = config.pluginmanager.get_plugin("hypothesispytest")
    if hypothesis is not None:
        config.pluginmanager.unregister(hypothesis)
    campagne = _preparer(config, options)
    config.stash[_CAMPAGNE] = campagne
    config.pluginmanager.register(campagne, "banc-sons-campagne")
    config.pluginmanager.register(campagne.suivi, "banc-sons-etapes")
    config.option.verbose = -1
    if not config.option.collectonly:
        config.option.allure_report_dir = str(campagne.conduite.dossier / "allure-results")


def _preparer(config: pytest.Config, options: OptionsCampagne) -> ConduitePytest:
    try:
        catalogue = charger(options.couloir)
        fichier = options.logiciel or TEMOIN
        logiciel = devant(lire_configuration(fichier), catalogue.couloir.profils)
        if logiciel.couloir and not est_du_couloir(logiciel.couloir, options.couloir):
            raise ConfigurationInvalide(
                f"{fichier} : couloir {logiciel.couloir!r}, alors que --couloir={options.couloir} est demandé"
            )
        precedente = relire_pour_reprendre(options.reprendre, options.couloir, logiciel) if options.reprendre else None
        rejeu = None if options.operateur else enregistrement_demande(logiciel, options.rejouer)
        fichier_ecarts = options.ecarts or (Path(logiciel.ecarts) if logiciel.ecarts else None)
        ecarts = lire_ecarts(fichier_ecarts, catalogue) if fichier_ecarts else ()
        retenus = selectionner(
            catalogue,
            vagues=options.vagues,
            profils=options.profils,
            exigences=options.exigences,
            profils_reclames=logiciel.profils,
            supplements=options.supplements,
        )
        if not (options.vagues or options.profils or options.exigences):
            # Une reprise qui ne demande rien de précis continue ce qui avait été demandé.
            avant = demandes_d_avant(precedente)
            retenus = [retenu for retenu in retenus if not avant or retenu.numero in avant]
    except RepriseRefusee as erreur:
        raise pytest.UsageError(str(erreur)) from erreur
    except (ConfigurationInvalide, EnregistrementIllisible) as erreur:
        pytest.exit(f"configuration : {erreur}", returncode=CODE_BANC)
    except (ErreurRequirements, SelectionVide) as erreur:
        raise pytest.UsageError(str(erreur)) from erreur
    conduite = Conduite(options, catalogue, retenus, logiciel, precedente, ecarts)
    conduite.rejeu = rejeu
    return ConduitePytest(config, conduite)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str, function: Any) -> bool | None:
    """Une étiquette est un marqueur déclaré ; un numéro mal tapé arrête donc la collecte."""
    try:
        marque = getattr(pytest.mark, tag)
    except pytest.fail.Exception as erreur:
        raise pytest.Collector.CollectError(
            f"étiquette inconnue : @{tag}, dans une feature ; attendu le numéro d'un scénario de conformité du REM"
        ) from erreur
    marque(function)
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Tout est chargé : campagne ou essais, ce qui suit n'a plus à être relu par le ramasse-miettes."""
    ramassage.espacer()


@pytest.fixture
def essai(request: pytest.FixtureRequest) -> Essai:
    """Le scénario de conformité en cours."""
    campagne = request.config.stash.get(_CAMPAGNE, None)
    if campagne is None or campagne.essai is None:
        pytest.fail("une étape du banc ne se joue que dans une campagne : pytest --couloir=…", pytrace=False)
    return campagne.essai
