"""Le plugin pytest du banc : options, collecte, verdicts, codes de sortie."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import steps.etapes
from reports import allure as allure_banc
from reports.synthese import code_de_sortie
from reports.terminal import couleurs_permises, ligne_scenario, resumer
from reports.verdict import Moyen, Verdict
from requirements.catalogue import charger, est_du_couloir, tous_les_numeros
from requirements.erreurs import ErreurRequirements
from requirements.lieux import FEATURES, features_de_l_utilisateur
from simulators.socle.journal import JournalArrete
from steps import allure_prudent, lecture_gherkin, ramassage, recherche_etapes
from steps import options as options_campagne
from steps.arret_demande import ArretDemande
from steps.bilan import Bilan, NonConcluant, ScenarioArrete
from steps.collecte import (
    CollecteIncoherente,
    ScenarioSansFeature,
    verifier_scenarios_perdus,
)
from steps.conduite import Conduite
from steps.depart import Depart
from steps.diagnostic import avant_campagne
from steps.ecarts import lire_ecarts
from steps.elements import Elements
from steps.essai import Essai
from steps.jugements.marque import tenir
from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.logiciel.protocole import AdaptateurInjoignable
from steps.logiciel.temoin import RACINE
from steps.logiciel.temoin_couloir import TEMOIN, devant
from steps.operateur.annonce import annoncer_campagne, demande_une_personne, prevoir
from steps.operateur.enregistrement_rejeu import EnregistrementIllisible
from steps.operateur.guidage_estimation import actions_a_la_main
from steps.operateur.guidage_rejeu import PosteRejeu, enregistrement_demande
from steps.operateur.poste import TERMINAL, Poste, vue_par_defaut
from steps.options import OptionsCampagne
from steps.reprise import RepriseRefusee, annoncer, demandes_d_avant, relire_pour_reprendre
from steps.selection import ScenarioRetenu, SelectionVide, selectionner
from steps.suivi import SuiviEtapes
from steps.support import pieces_perdues, vient_du_support

ETAPES = tuple(f"steps.etapes.{module.name}" for module in iter_modules(steps.etapes.__path__))
"""Les modules d'étapes : un fichier ajouté dans `steps/etapes/` est branché."""

CODE_BANC = 3
"""Code de sortie quand c'est le banc, l'environnement ou la configuration qui a manqué."""

_OPTIONS = pytest.StashKey[OptionsCampagne]()
_CAMPAGNE = pytest.StashKey["ConduitePytest"]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    options_campagne.declarer(parser)
    # Plutôt que `pytest_plugins` : à chaque nom, pytest relirait les points d'entrée de toutes les distributions.
    for nom in ETAPES:
        pluginmanager.register(import_module(nom), nom)


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


class ConduitePytest:
    """Branche une campagne sur les crochets de pytest : un élément collecté, un essai, un verdict."""

    def __init__(self, config: pytest.Config, conduite: Conduite) -> None:
        self.config = config
        self.conduite = conduite
        self.essai: Essai | None = None
        self.elements = Elements()
        conduite.deroules = self.elements.deroule
        self.suivi = SuiviEtapes()
        self._rang = 0
        self._couleurs = couleurs_permises(sys.stdout)
        self._code = 0
        self._demarree = False
        self._arret = ArretDemande()

    # ----------------------------------------------------------- collecte
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        if session.testsfailed:
            return  # pytest dit lui-même l'erreur de collecte ; compter ce qui manque la cacherait.
        try:
            verifier_scenarios_perdus(items, RACINE / FEATURES, *features_de_l_utilisateur())
            self.elements = Elements.repartis(session, items, self.conduite.retenus, self.conduite.options.couloir)
        except CollecteIncoherente as erreur:
            raise pytest.UsageError(str(erreur)) from erreur
        self.conduite.deroules = self.elements.deroule
        if self.elements.ecartes:
            self.config.hook.pytest_deselected(items=self.elements.ecartes)
        items[:] = list(self.elements)

    def pytest_report_collectionfinish(self) -> list[str]:
        conduite = self.conduite
        couloir = conduite.catalogue.couloir
        vagues = " et ".join(str(vague) for vague in conduite.options.vagues or couloir.vagues)
        lignes = [
            f"Banc SONS — couloir {couloir.titre} ({couloir.rem}), vague {vagues}",
            f"Logiciel : {conduite.logiciel.nom} {conduite.logiciel.version}"
            + (" — DÉMONSTRATION, non recevable" if conduite.logiciel.demonstration else ""),
            f"{len(conduite.retenus)} scénarios de conformité ; dossier : {conduite.dossier}",
        ]
        lignes += conduite.confronter_les_ecarts().anomalies
        return ["", *lignes, ""]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        if self.config.option.collectonly or session.testsfailed:
            return (yield)
        self._diagnostiquer()
        self.conduite.poste = self._poste()
        try:
            self.conduite.demarrer()
        except (AdaptateurInjoignable, JournalArrete, OSError) as erreur:
            self.conduite.arreter()
            pytest.exit(f"la campagne ne peut pas commencer : {erreur}", returncode=CODE_BANC)
        self._demarree = True
        # Le terminal du banc dit une ligne par scénario ; celui de pytest n'ajouterait que des points et des traces.
        self.config.option.tbstyle = "no"
        self.config.option.reportchars = ""
        self._ecarter(session)
        self._passer_les_repris(session)
        with self._arret:
            self._attendre_la_personne(session)
            resultat = yield
            for retenu in self.conduite.achever():
                self._ecrire_ligne(f"{retenu.scenario} : {retenu.verdict.libelle}, après le regard d'une personne")
            return resultat

    def _poste(self) -> Poste | None:
        """La place d'une personne, si des actions lui sont confiées ou si elle est demandée."""
        options = self.conduite.options
        if self.conduite.rejeu is not None:
            return PosteRejeu(self.conduite.rejeu, annoncer=self._ecrire_ligne)
        vue = vue_par_defaut(options.operateur)
        if not (options.operateur or (vue and demande_une_personne(self.conduite.logiciel))):
            return None
        if vue == TERMINAL:
            # La personne répond au terminal : pytest lui laisse l'entrée, et ce qu'elle lit s'affiche aussitôt.
            capture = self.config.pluginmanager.unregister(name="capturemanager")
            if capture is not None:
                capture.stop_global_capturing()
        return Poste(
            vue, nom=options.operateur_nom, ouvrir_navigateur=options.ouvrir_console, annoncer=self._ecrire_ligne
        )

    def _attendre_la_personne(self, session: pytest.Session) -> None:
        poste, conduite = self.conduite.poste, self.conduite
        if poste is None:
            return
        a_jouer = {retenu.numero for item in session.items for retenu in self.elements[item]}
        faits = [resultat for resultat in conduite.resultats.values() if resultat.scenario not in a_jouer]
        a_la_main = actions_a_la_main(conduite.logiciel)
        previsions = prevoir(conduite.retenus, a_la_main=a_la_main, faits={resultat.scenario for resultat in faits})
        poste.ouvrir(annoncer_campagne(conduite, previsions), previsions, faits)

    def _ecrire_ligne(self, ligne: str) -> None:
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.write_line(ligne)

    def _diagnostiquer(self) -> None:
        """Ce qui se vérifie sans rien lancer : une machine ou un fichier manquant se dit avant de commencer."""
        conduite = self.conduite
        points = [p for p in avant_campagne(conduite.catalogue, conduite.logiciel, conduite.dossier) if not p.bon]
        texte = "\n".join(point.en_texte() for point in points)
        if any(point.arrete for point in points):
            pytest.exit(f"diagnostic : la campagne ne peut pas commencer\n{texte}", returncode=CODE_BANC)
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None and texte:
            terminal.write_line(texte)

    def _ecarter(self, session: pytest.Session) -> None:
        """Écarte ce que le logiciel ne réclame pas : sa connexion n'est connue qu'une fois qu'il a répondu."""
        self.elements.ecarter_selon(session, self.conduite.connexion)
        session.items[:] = list(self.elements)

    def _passer_les_repris(self, session: pytest.Session) -> None:
        """Retire de la boucle ce qu'une reprise n'a pas à rejouer ; le verdict d'avant reste."""
        if self.conduite.precedente is None:
            return
        decisions = {retenu: self.conduite.decider(retenu) for retenu in self.elements.retenus()}
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            for ligne in annoncer(list(decisions.values()), interrompu=self.conduite.scenario_coupe):
                terminal.write_line(ligne)
        repris = {
            item: None for item in session.items if not any(decisions[retenu].motif for retenu in self.elements[item])
        }
        for retenu in dict.fromkeys(retenu for item in repris for retenu in self.elements[item]):
            self._dire(retenu, repris=True)
        session.items[:] = [item for item in session.items if item not in repris]

    # --------------------------------------------------------------- essai
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        try:
            resultat = yield from self._protocole(item)
            allure_prudent.exiger_la_place()
            return resultat
        except JournalArrete as erreur:
            pytest.exit(f"campagne arrêtée : {self.conduite.motif_d_arret(erreur)}", returncode=CODE_BANC)
        except OSError as erreur:
            if not vient_du_support(erreur):
                raise
            perdu = pieces_perdues(self.elements[item][0].numero, self.conduite.dossier, erreur)
            pytest.exit(f"campagne arrêtée : {perdu}", returncode=CODE_BANC)

    def _protocole(self, item: pytest.Item) -> Generator[None, object, object]:
        retenus = self.elements[item]
        depart = Depart()
        if isinstance(item, ScenarioSansFeature):
            bilan, moyen, depuis = self._sans_jouer(item, retenus[0])
            item.stash[_BILAN] = bilan
            resultat = yield
        else:
            self.essai = self.conduite.essai(retenus[0])
            self.suivi.suivre(self.essai)
            bilan, moyen, depuis = self.essai.bilan, Moyen.MACHINE, self.essai.debut
            item.stash[_BILAN] = bilan
            try:
                with tenir(self.essai.carnet):
                    resultat = yield
            finally:
                self.conduite.fermer_essai(self.essai)
                self.essai = None
        # Un scénario qu'un Ctrl-C a coupé sans bruit n'a pas de verdict.
        self._arret.exiger()
        for retenu in retenus:
            self._conclure(retenu, bilan, moyen, depart, depuis)
        return resultat

    def _sans_jouer(self, item: ScenarioSansFeature, retenu: ScenarioRetenu) -> tuple[Bilan, Moyen | None, int | None]:
        bilan = Bilan()
        if retenu.ecarte:
            bilan.echouer(*retenu.ecarte)
        else:
            bilan.confier(*item.issue())
        return bilan, None, None

    def _conclure(
        self, retenu: ScenarioRetenu, bilan: Bilan, moyen: Moyen | None, depart: Depart, depuis: int | None
    ) -> None:
        """Écrit le verdict quand le dernier élément du scénario est passé ; les constats s'additionnent."""
        cumul = self.elements.cumuler(retenu, bilan, self.suivi.etapes if depuis is not None else [], depart, depuis)
        if cumul is None:
            return
        self.conduite.conclure(
            retenu, cumul.bilan, moyen=moyen, etapes=cumul.etapes, depart=cumul.depart, depuis=cumul.depuis
        )
        self._dire(retenu)

    def _dire(self, retenu: ScenarioRetenu, *, repris: bool = False) -> None:
        self._rang += 1
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is None:
            return
        resultat = self.conduite.resultats[retenu.cle]
        ligne = ligne_scenario(resultat, self._rang, len(self.conduite.retenus), couleurs=self._couleurs)
        terminal.write_line(f"{ligne} (repris)" if repris else ligne)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        bilan = item.stash[_BILAN]
        self._etiqueter(item)
        try:
            yield
        except ScenarioArrete:
            pass
        except NonConcluant as erreur:
            bilan.echouer(Verdict.NON_CONCLUANT, str(erreur))
        except JournalArrete as erreur:
            bilan.echouer(Verdict.NON_CONCLUANT, str(erreur))
            pytest.exit(f"campagne arrêtée : {self.conduite.motif_d_arret(erreur)}", returncode=CODE_BANC)
        except Exception as erreur:
            bilan.echouer(Verdict.NON_CONCLUANT, f"défaut du banc : {type(erreur).__name__} : {erreur}")
            raise
        issue = self._issue(item, bilan)
        if issue is not None:
            raise issue

    def _etiqueter(self, item: pytest.Item) -> None:
        conduite = self.conduite
        for rang, retenu in enumerate(self.elements[item]):
            couples = allure_banc.etiquettes(
                conduite.options.couloir,
                retenu.exigence,
                retenu.scenario,
                demonstration=conduite.logiciel.demonstration,
            )
            # Un test qui établit deux scénarios ne se classe qu'une fois dans l'arbre d'Allure.
            propres = [couple for couple in couples if rang == 0 or couple[0] not in _CLASSEMENT_ALLURE]
            allure_banc.etiqueter(propres, allure_banc.titre(self.elements[item][0].scenario))

    def _issue(self, item: pytest.Item, bilan: Bilan) -> BaseException | None:
        """Ce que pytest et Allure doivent voir de ce verdict."""
        verdict = bilan.verdict()
        constats = "\n".join(c.en_texte() for c in bilan.constats if c.verdict is verdict)
        texte = allure_banc.message_de_verdict(verdict, constats or bilan.motif())
        match verdict:
            case Verdict.CONFORME:
                return None
            case Verdict.NON_CONFORME:
                annonces = self.conduite.ecarts_annonces([retenu.numero for retenu in self.elements[item]])
                return pytest.fail.Exception("\n".join([texte, *annonces]), pytrace=False)
            case Verdict.NON_CONCLUANT:
                return NonConcluant(texte)
            case _:
                return pytest.skip.Exception(texte, _use_item_location=True)

    # ----------------------------------------------------------------- fin
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Garde les comptes de pytest sans ses points : la ligne du banc suffit."""
        if report.when == "call" or report.skipped:
            return report.outcome, "", ""
        return ("error", "", "") if report.failed else ("", "", "")

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Un scénario non joué n'a pas de trace de pile : pytest y mettrait le chemin du banc sur cette machine."""
        rapport = yield
        if rapport.skipped and isinstance(rapport.longrepr, tuple):
            rapport.longrepr = ("features", *rapport.longrepr[1:])
        return rapport

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Écrit les rapports avant le résumé du terminal, et donne à pytest le code de sortie du banc."""
        if self._demarree:
            interrompue = exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
            self._clore(interrompue=interrompue)
            if not interrompue:
                session.exitstatus = self._code
            elif exitstatus == CODE_BANC:
                # pytest ne résume pas une session qu'il croit tombée en panne.
                self.pytest_terminal_summary(self.config.pluginmanager.get_plugin("terminalreporter"))
        elif self.conduite.campagne is None:
            self.conduite.retirer_dossier_vide()

    def _clore(self, *, interrompue: bool) -> None:
        if not self._demarree:
            return
        self._demarree = False
        resultats = list(self.conduite.resultats.values())
        self._code = code_de_sortie(
            resultats,
            self.conduite.options.exiger_complet,
            interrompue=interrompue,
            ecarts=self.conduite.confronter_les_ecarts(),
        )
        self.conduite.clore(interrompue=interrompue)
        if self.conduite.sans_rapport:
            self._code = self._code or CODE_BANC

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.conduite.campagne is not None:
            lignes = resumer(self.conduite.campagne, self.conduite.dossier, couleurs=self._couleurs)
            if self.conduite.sans_rapport:
                lignes[-1] = self.conduite.sans_rapport  # à la place de l'adresse d'un rapport qui n'existe pas
            for ligne in (*self.conduite.apports, *lignes):
                terminalreporter.write_line(ligne)


_BILAN = pytest.StashKey[Bilan]()
_CLASSEMENT_ALLURE = frozenset({"parentSuite", "suite", "subSuite", "epic", "feature", "severity"})
