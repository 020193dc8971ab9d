"""Le suivi des étapes Gherkin d'un scénario : durée, échanges vus, issue ; les mêmes dans Allure."""

from __future__ import annotations

from time import perf_counter

import pytest
from pytest_bdd.parser import Feature, Scenario, Step

from reports import allure as allure_banc
from reports.resultat import EtapeJouee, EtatEtape
from reports.verdict import Verdict
from steps.essai import Essai
from steps.gherkin import mot_cle

_ECHECS = frozenset({Verdict.NON_CONFORME, Verdict.NON_CONCLUANT})


class SuiviEtapes:
    """Crochets de pytest-bdd : chaque étape de l'essai en cours, dans l'ordre, avec son mot-clé français."""

    def __init__(self) -> None:
        self.etapes: list[EtapeJouee] = []
        self._essai: Essai | None = None
        self._debut = (0.0, 0)
        self._constats_avant = 0
        self._etape_allure = ""

    def suivre(self, essai: Essai) -> None:
        """Commence le suivi d'un nouvel essai."""
        self._essai = essai
        self.etapes = []

    def pytest_bdd_before_step(self, feature: Feature, step: Step) -> None:
        essai = self._en_cours()
        self._debut = (perf_counter(), essai.journal.position())
        self._constats_avant = len(essai.bilan.constats)
        self._etape_allure = allure_banc.commencer_etape(mot_cle(feature.filename, step), step.name)

    def pytest_bdd_after_step(self, feature: Feature, step: Step) -> None:
        """Une étape qui a établi un manquement est échouée, même si elle est allée au bout."""
        mauvais = [c for c in self._en_cours().bilan.constats[self._constats_avant :] if c.verdict in _ECHECS]
        if not mauvais:
            self._fermer(feature, step, EtatEtape.PASSEE)
            return
        erreur = pytest.fail.Exception("\n".join(c.en_texte() for c in mauvais), pytrace=False)
        self._fermer(feature, step, EtatEtape.ECHOUEE, erreur)

    def pytest_bdd_step_error(self, feature: Feature, step: Step, exception: Exception) -> None:
        self._fermer(feature, step, EtatEtape.ECHOUEE, exception)

    def pytest_bdd_step_func_lookup_error(self, feature: Feature, step: Step) -> None:
        self._en_cours().bilan.echouer(
            Verdict.NON_CONCLUANT, f"défaut du banc : étape sans code : « {step.name} » ({feature.rel_filename})"
        )

    def pytest_bdd_after_scenario(self, feature: Feature, scenario: Scenario) -> None:
        for etape in scenario.steps[len(self.etapes) :]:
            mot = mot_cle(feature.filename, etape)
            self.etapes.append(EtapeJouee(mot, etape.name, EtatEtape.NON_JOUEE))
            allure_banc.etape_non_jouee(mot, etape.name)

    def _fermer(self, feature: Feature, step: Step, etat: EtatEtape, erreur: BaseException | None = None) -> None:
        depart, depuis = self._debut
        echanges = self._en_cours().journal.echanges(depuis=depuis)
        self.etapes.append(
            EtapeJouee(
                mot=mot_cle(feature.filename, step),
                texte=step.name,
                etat=etat,
                duree_s=round(perf_counter() - depart, 6),
                echanges=tuple(echange.numero for echange in echanges),
            )
        )
        for echange in echanges:
            allure_banc.joindre_echange(echange)
        allure_banc.finir_etape(self._etape_allure, erreur)

    def _en_cours(self) -> Essai:
        if self._essai is None:
            raise RuntimeError("étape jouée hors d'un essai")
        return self._essai
