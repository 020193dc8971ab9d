"""Ce que pytest et Allure voient d'un scénario joué : ses étiquettes, et l'issue que vaut son verdict."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reports import allure as allure_banc
from reports.verdict import Verdict
from steps.bilan import Bilan, NonConcluant
from steps.conduite import Conduite
from steps.selection import ScenarioRetenu

_CLASSEMENT_ALLURE = frozenset({"parentSuite", "suite", "subSuite", "epic", "feature", "severity"})


def etiqueter(conduite: Conduite, retenus: Sequence[ScenarioRetenu]) -> None:
    """Range dans Allure le test de ces scénarios, sous le titre du premier."""
    for rang, retenu in enumerate(retenus):
        couples = allure_banc.etiquettes(
            conduite.options.couloir,
            retenu.exigence,
            retenu.scenario,
            demonstration=conduite.logiciel.demonstration,
        )
        # Un test qui établit deux scénarios ne se classe qu'une fois dans l'arbre d'Allure.
        propres = [couple for couple in couples if rang == 0 or couple[0] not in _CLASSEMENT_ALLURE]
        allure_banc.etiqueter(propres, allure_banc.titre(retenus[0].scenario))


def issue_de(conduite: Conduite, retenus: Sequence[ScenarioRetenu], bilan: Bilan) -> BaseException | None:
    """Ce que pytest et Allure doivent voir de ce verdict."""
    verdict = bilan.verdict()
    constats = "\n".join(c.en_texte() for c in bilan.constats if c.verdict is verdict)
    texte = allure_banc.message_de_verdict(verdict, constats or bilan.motif())
    match verdict:
        case Verdict.CONFORME:
            return None
        case Verdict.NON_CONFORME:
            annonces = conduite.ecarts_annonces([retenu.numero for retenu in retenus])
            return pytest.fail.Exception("\n".join([texte, *annonces]), pytrace=False)
        case Verdict.NON_CONCLUANT:
            return NonConcluant(texte)
        case _:
            return pytest.skip.Exception(texte, _use_item_location=True)
