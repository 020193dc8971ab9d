"""Les fichiers d'Allure, sans qu'un disque plein fasse tomber pytest : le premier refus est retenu, puis dit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import allure_pytest.plugin
from allure_commons import hookimpl
from allure_commons.logger import AllureFileLogger

from steps.support import vient_du_support


class FichiersAllure(AllureFileLogger):
    """Comme l'original, mais un refus du support n'interrompt pas l'outil d'essai qui écrit ; `refus` le garde."""

    refus: OSError | None = None

    @hookimpl
    def report_result(self, result: Any) -> None:
        self._tenter(super().report_result, result)

    @hookimpl
    def report_container(self, container: Any) -> None:
        self._tenter(super().report_container, container)

    @hookimpl
    def report_attached_file(self, source: Any, file_name: str) -> None:
        self._tenter(super().report_attached_file, source, file_name)

    @hookimpl
    def report_attached_data(self, body: Any, file_name: str) -> None:
        self._tenter(super().report_attached_data, body, file_name)

    def _tenter(self, ecrire: Callable[..., None], *arguments: Any) -> None:
        try:
            ecrire(*arguments)
        except OSError as erreur:
            if not vient_du_support(erreur):
                raise
            FichiersAllure.refus = FichiersAllure.refus or erreur


def brancher() -> None:
    """Met ces fichiers à la place de ceux d'allure-pytest, pour ce processus."""
    FichiersAllure.refus = None
    allure_pytest.plugin.AllureFileLogger = FichiersAllure


def exiger_la_place() -> None:
    """Relève le refus retenu, à un endroit où la campagne peut s'arrêter proprement."""
    if FichiersAllure.refus is not None:
        raise FichiersAllure.refus
