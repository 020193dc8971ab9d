"""Ce qui sépare deux REM : ce qu'ils disent pareil, ce que l'un dit autrement, ce que l'un est seul à demander."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from requirements.catalogue import Catalogue
from requirements.modele import Exigence, ScenarioConformite

_CHAMPS = ("resume", "profil", "nature", "criticite")


@dataclass(frozen=True, slots=True)
class DifferencesREM:
    """Un REM devant un autre, numéro par numéro."""

    de: str
    """Couloir qu'on regarde."""
    avec: str
    """Couloir auquel on le compare."""
    pareilles: tuple[str, ...]
    """Exigences de même numéro, de même texte et de mêmes scénarios."""
    autrement: dict[str, tuple[str, ...]]
    """Exigences de même numéro qui diffèrent, et par quoi."""
    seules: tuple[Exigence, ...]
    """Exigences du premier que le second n'a pas."""
    ailleurs: tuple[Exigence, ...]
    """Exigences du second que le premier n'a pas."""
    scenarios_pareils: tuple[str, ...]
    """Scénarios du premier que le second demande dans les mêmes mots : joués pour l'un, ils se rejouent tels quels."""
    scenarios: int
    """Tous les scénarios du premier."""

    def en_dict(self) -> dict[str, object]:
        """Pour un programme."""
        return {
            "de": self.de,
            "avec": self.avec,
            "pareilles": list(self.pareilles),
            "autrement": {numero: list(champs) for numero, champs in self.autrement.items()},
            "seules": [exigence.id for exigence in self.seules],
            "ailleurs": [exigence.id for exigence in self.ailleurs],
            "scenarios_pareils": list(self.scenarios_pareils),
            "scenarios": self.scenarios,
        }

    def en_texte(self) -> str:
        """Pour une personne."""
        lignes = [
            f"{self.de} devant {self.avec} : {len(self.pareilles)} exigences pareilles, {len(self.autrement)} dites "
            f"autrement, {len(self.seules)} que {self.avec} n'a pas, {len(self.ailleurs)} que {self.de} n'a pas.",
            f"{len(self.scenarios_pareils)} scénarios sur {self.scenarios} sont dans les mêmes mots : un logiciel qui "
            f"les a préparés pour {self.avec} les rejoue tels quels. Chaque REM demande pourtant ses propres preuves.",
        ]
        if self.autrement:
            lignes += ["", "Dites autrement :"]
            lignes += [f"  {numero} : {', '.join(champs)}" for numero, champs in self.autrement.items()]
        for titre, exigences in ((f"Seulement {self.de}", self.seules), (f"Seulement {self.avec}", self.ailleurs)):
            if exigences:
                lignes += ["", f"{titre} :"]
                lignes += [f"  {exigence.id} : {exigence.resume}" for exigence in exigences]
        return "\n".join(lignes)


def entre_rem(de: Catalogue, avec: Catalogue) -> DifferencesREM:
    """Le premier REM devant le second ; les numéros se comparent tels qu'ils sont écrits, préfixe compris."""
    autres = {exigence.id: exigence for exigence in avec.exigences}
    communes = {
        exigence.id: _ecarts(exigence, autres[exigence.id]) for exigence in de.exigences if exigence.id in autres
    }
    attendus = {scenario.id: _texte(scenario) for scenario in avec.scenarios()}
    siens = {exigence.id for exigence in de.exigences}
    return DifferencesREM(
        de=de.couloir.couloir,
        avec=avec.couloir.couloir,
        pareilles=tuple(numero for numero, champs in communes.items() if not champs),
        autrement={numero: champs for numero, champs in communes.items() if champs},
        seules=tuple(exigence for exigence in de.exigences if exigence.id not in autres),
        ailleurs=tuple(exigence for exigence in avec.exigences if exigence.id not in siens),
        scenarios_pareils=tuple(s.id for s in de.scenarios() if attendus.get(s.id) == _texte(s)),
        scenarios=len(de.scenarios()),
    )


def _ecarts(une: Exigence, autre: Exigence) -> tuple[str, ...]:
    champs: Iterable[str] = (nom for nom in _CHAMPS if getattr(une, nom) != getattr(autre, nom))
    noms = [_NOMS[nom] for nom in champs]
    if [(s.id, _texte(s)) for s in une.scenarios] != [(s.id, _texte(s)) for s in autre.scenarios]:
        noms.append("scénarios")
    return tuple(noms)


_NOMS = {"resume": "texte", "profil": "profil", "nature": "nature", "criticite": "criticité"}


def _texte(scenario: ScenarioConformite) -> tuple[str, ...]:
    return (scenario.attendu, scenario.prerequis, *(preuve.attendu for preuve in scenario.preuves))
