"""Une campagne branchée sur les crochets de pytest : collecte, déroulement des scénarios, fin et code de sortie."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from reports.synthese import code_de_sortie
from reports.terminal import couleurs_permises, ligne_scenario, resumer
from reports.verdict import Moyen, Verdict
from requirements.lieux import FEATURES, features_de_l_utilisateur
from simulators.socle.journal import JournalArrete
from steps import allure_prudent
from steps.arret_demande import ArretDemande, sans_interruption
from steps.bilan import Bilan, NonConcluant, ScenarioArrete
from steps.collecte import (
    CollecteIncoherente,
    ScenarioSansFeature,
    verifier_scenarios_perdus,
)
from steps.conduite import Conduite
from steps.depart import Depart
from steps.diagnostic import avant_campagne
from steps.elements import Elements
from steps.essai import Essai
from steps.issue_pytest import etiqueter, issue_de
from steps.jugements.marque import tenir
from steps.logiciel.protocole import AdaptateurInjoignable
from steps.logiciel.temoin import RACINE
from steps.operateur.annonce import annoncer_campagne, demande_une_personne, prevoir
from steps.operateur.guidage_estimation import actions_a_la_main
from steps.operateur.guidage_rejeu import PosteRejeu
from steps.operateur.poste import TERMINAL, Poste, vue_par_defaut
from steps.reprise import annoncer
from steps.selection import ScenarioRetenu
from steps.suivi import SuiviEtapes
from steps.support import pieces_perdues, vient_du_support

CODE_BANC = 3
"""Code de sortie quand c'est le banc, l'environnement ou la configuration qui a manqué."""
_BILAN = pytest.StashKey[Bilan]()


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
        etiqueter(self.conduite, self.elements[item])
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
        issue = issue_de(self.conduite, self.elements[item], bilan)
        if issue is not None:
            raise issue

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

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Iterator[None]:
        """Écrit les rapports avant tout autre greffon : Ctrl-C, tombé chez l'un d'eux, les ferait perdre."""
        with sans_interruption():
            self._finir(session, exitstatus)
            return (yield)

    def _finir(self, session: pytest.Session, exitstatus: int) -> None:
        """Clôt la campagne, et donne à pytest le code de sortie du banc."""
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
