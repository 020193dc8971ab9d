"""Comment le banc montre qu'il sait échouer : les défauts du logiciel témoin, et les règles qui les voient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).resolve().parents[1] / "tests" / "defauts.yaml"
SANS_DEFAUT = TABLE.with_name("regles_sans_defaut.yaml")
PREMIER = "biologie"
"""La table sans nom de couloir ; `defauts.COULOIR.yaml` dit ce qu'un autre couloir joue de plus."""


@dataclass(frozen=True, slots=True)
class Defaut:
    """Un défaut nommé du logiciel témoin.

    `scenarios` : ceux qu'il rend non conformes ; `regles` : les codes qui le disent.
    `a_verifier` : scénarios qu'il mène seulement à *à vérifier*, faute de source qui permette davantage.
    """

    nom: str
    description: str
    scenarios: tuple[str, ...] = ()
    regles: tuple[str, ...] = ()
    a_verifier: tuple[str, ...] = ()
    couloir: str = PREMIER
    """Devant quel REM il a été joué ; un défaut l'est une fois par couloir."""


@dataclass(frozen=True)
class TableDefauts:
    """La table des défauts, rejouée à chaque intégration continue du banc ; vide si son fichier n'est pas là."""

    defauts: tuple[Defaut, ...] = ()
    sans_defaut: Mapping[str, str] = field(default_factory=dict)
    """Règles qu'aucun défaut ne prend en faute, et pourquoi."""

    @cached_property
    def par_regle(self) -> Mapping[str, tuple[Defaut, ...]]:
        """Les défauts que chaque règle prend en faute."""
        rangs: dict[str, list[Defaut]] = {}
        for defaut in self.defauts:
            for code in defaut.regles:
                rangs.setdefault(code, []).append(defaut)
        return {code: tuple(defauts) for code, defauts in rangs.items()}

    def du_scenario(self, scenario: str) -> tuple[Defaut, ...]:
        """Les défauts qui rendent ce scénario non conforme."""
        return tuple(defaut for defaut in self.defauts if scenario in defaut.scenarios)

    def eprouvees(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Parmi ces règles, celles qu'un défaut au moins prend en faute."""
        return tuple(code for code in codes if code in self.par_regle)

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON, pour un dossier scellé."""
        return {
            "defauts": [
                {
                    "nom": defaut.nom,
                    "description": defaut.description,
                    "scenarios": list(defaut.scenarios),
                    "regles": list(defaut.regles),
                    "a_verifier": list(defaut.a_verifier),
                    "couloir": defaut.couloir,
                }
                for defaut in self.defauts
            ],
            "regles_sans_defaut": dict(self.sans_defaut),
        }


@lru_cache(maxsize=1)
def charger_defauts(table: Path = TABLE, sans_defaut: Path = SANS_DEFAUT) -> TableDefauts:
    """Lit les tables livrées avec le banc, une fois par processus."""
    if not table.is_file():
        return TableDefauts()
    motifs = (
        yaml.load(sans_defaut.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if sans_defaut.is_file() else {}
    )
    suivantes = sorted(table.parent.glob(f"{table.stem}.*{table.suffix}"))
    defauts = [
        *_lire(table, PREMIER),
        *(defaut for suivante in suivantes for defaut in _lire(suivante, suivante.name.split(".")[1])),
    ]
    return TableDefauts(tuple(defauts), dict(motifs or {}))


def _lire(table: Path, couloir: str) -> list[Defaut]:
    lignes = yaml.load(table.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    return [
        Defaut(
            nom,
            str(ligne.get("description", "")),
            tuple(ligne.get("scenarios", ())),
            tuple(ligne.get("regles", ())),
            tuple(ligne.get("a_verifier_en_plus", ())),
            couloir,
        )
        for nom, ligne in sorted(lignes.items())
    ]
