"""Ce qu'une relecture établit : par scénario, ce qui a été refait, ce qui diffère, ce qui n'a pas pu l'être."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reports.resultat import CleScenario
from reports.verdict import Verdict


class EtatRelecture(StrEnum):
    """Ce que vaut la comparaison d'un scénario."""

    IDENTIQUE = "identique"
    DIFFERENT = "different"
    NON_REJOUABLE = "non_rejouable"


@dataclass(frozen=True, slots=True)
class Ecart:
    """Une différence : ce que le dossier dit, ce que la relecture trouve, où."""

    quoi: str
    attendu: str
    recu: str
    ou: str

    def en_dict(self) -> dict[str, str]:
        """Forme JSON."""
        return {"quoi": self.quoi, "attendu": self.attendu, "recu": self.recu, "ou": self.ou}


@dataclass(frozen=True, slots=True)
class NonRejoue:
    """Un jugement qui n'a pas pu être refait, et pourquoi."""

    jugement: int
    verification: str
    raison: str

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {"jugement": self.jugement, "verification": self.verification, "raison": self.raison}


@dataclass(frozen=True, slots=True)
class ScenarioRelu:
    """Un verdict machine et ce que sa relecture en dit.

    `poses` : constats défavorables que l'étape a posés elle-même (arrêt, point à regarder), admis sans jugement.
    `versions_changees` : les vérifications ne sont plus celles qui l'ont jugé.
    """

    cle: CleScenario
    verdict_ecrit: Verdict
    verdict_recalcule: Verdict
    jugements: int = 0
    constats: int = 0
    poses: int = 0
    ecarts: tuple[Ecart, ...] = ()
    non_rejoues: tuple[NonRejoue, ...] = ()
    versions_changees: bool = False

    @property
    def etat(self) -> EtatRelecture:
        """Un écart l'emporte : ce qui a été refait contredit le dossier, quoi que vaille le reste."""
        if self.ecarts:
            return EtatRelecture.DIFFERENT
        return EtatRelecture.NON_REJOUABLE if self.non_rejoues else EtatRelecture.IDENTIQUE

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            **self.cle._asdict(),
            "etat": self.etat.value,
            "verdict_ecrit": self.verdict_ecrit.value,
            "verdict_recalcule": self.verdict_recalcule.value,
            "jugements": self.jugements,
            "constats": self.constats,
            "constats_poses": self.poses,
            "ecarts": [ecart.en_dict() for ecart in self.ecarts],
            "non_rejoues": [non_rejoue.en_dict() for non_rejoue in self.non_rejoues],
            "versions_changees": self.versions_changees,
        }


@dataclass(frozen=True, slots=True)
class Relecture:
    """Toute une campagne relue. `anomalies` : du journal et de `verdicts.json`, hors de tout scénario.

    `hors_machine` : scénarios dont le verdict ne vient pas d'une machine, par moyen ; rien à y recalculer.
    `empreinte` : celle des vérifications qui relisent ; `empreintes_jugees` : celles qui avaient jugé.
    """

    scenarios: tuple[ScenarioRelu, ...]
    anomalies: tuple[Ecart, ...] = ()
    hors_machine: Mapping[str, int] = field(default_factory=dict)
    empreinte: str = ""
    empreintes_jugees: tuple[str, ...] = ()
    demonstration: bool = False

    @property
    def code(self) -> int:
        """0 : tout a été refait, tout est identique ; 1 sinon."""
        return 0 if not self.anomalies and not self.de(EtatRelecture.DIFFERENT, EtatRelecture.NON_REJOUABLE) else 1

    def de(self, *etats: EtatRelecture) -> tuple[ScenarioRelu, ...]:
        """Les scénarios dans l'un de ces états."""
        return tuple(scenario for scenario in self.scenarios if scenario.etat in etats)

    @property
    def changees(self) -> bool:
        """Les vérifications ont changé depuis : une différence peut venir d'elles."""
        return any(empreinte != self.empreinte for empreinte in self.empreintes_jugees)

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        return {
            "bon": self.code == 0,
            "demonstration": self.demonstration,
            "recalcules": len(self.scenarios),
            "jugements": sum(scenario.jugements for scenario in self.scenarios),
            "constats": sum(scenario.constats for scenario in self.scenarios),
            **{etat.value: len(self.de(etat)) for etat in EtatRelecture},
            "hors_machine": dict(self.hors_machine),
            "verifications": {"relecture": self.empreinte, "jugement": list(self.empreintes_jugees)},
            "anomalies": [anomalie.en_dict() for anomalie in self.anomalies],
            "scenarios": [scenario.en_dict() for scenario in self.scenarios],
        }
