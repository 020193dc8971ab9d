"""Ce que disent les versions de chaque verdict : une campagne de plusieurs jours peut en mêler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reports.resultat import ResultatScenario
from reports.texte import pluriel

LOGICIEL, BANC, CATALOGUE, VERIFICATIONS, DEROULE = "logiciel", "banc", "catalogue", "verifications", "deroule"
"""Clés de `ResultatScenario.versions`. `catalogue` : ce que le REM demande du scénario ; `deroule` : ce qu'il joue."""


def par_version(resultats: Iterable[ResultatScenario], cle: str = LOGICIEL) -> Mapping[str, tuple[str, ...]]:
    """Chaque version citée par un verdict et ses scénarios, dans l'ordre de première apparition."""
    trouvees: dict[str, list[str]] = {}
    for resultat in resultats:
        if version := resultat.versions.get(cle):
            trouvees.setdefault(version, []).append(resultat.scenario)
    return {version: tuple(scenarios) for version, scenarios in trouvees.items()}


def phrase_versions_melees(resultats: Iterable[ResultatScenario]) -> str:
    """« Versions du logiciel mêlées : … », vide s'il n'y en a qu'une."""
    versions = par_version(resultats)
    if len(versions) < 2:
        return ""
    comptes = ", ".join(f"{version} ({pluriel(len(numeros), 'scénario')})" for version, numeros in versions.items())
    return (
        f"Versions du logiciel mêlées : {comptes}. Permis pendant la mise au point ; le dossier ne peut pas être "
        "scellé ainsi. À faire : --reprendre avec la version à référencer, jusqu'à ce qu'elle ait tout joué."
    )
