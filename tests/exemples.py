"""Relève, pendant les essais, un exemple suivi et un exemple enfreint de chaque règle.

`BANC_SONS_EXEMPLES=steps/verifications/exemples.json pytest tests` complète ce fichier, que montre
`python -m steps regles` : un exemple déjà relevé est gardé, celui d'une règle disparue est retiré.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports.constat import Constat, Regle
from reports.verdict import Verdict
from steps.regles import charger_les_regles
from steps.verifications.registre import REGLES

_LONGUEUR = 240


class Releve:
    """Retient, par règle, le constat le plus court de chaque issue."""

    def __init__(self, fichier: Path) -> None:
        self._fichier = fichier
        self._vus: dict[str, dict[str, dict[str, str]]] = {}
        self._retenir = True

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Un essai aux valeurs tirées au hasard ne donne pas un exemple qui parle."""
        self._retenir = not getattr(getattr(item, "obj", None), "is_hypothesis_test", False)

    def pytest_sessionstart(self) -> None:
        """Se place là où naissent tous les constats."""
        origine = Regle._constat

        def noter(regle: Regle, *valeurs: Any, **nommees: Any) -> Constat:
            constat = origine(regle, *valeurs, **nommees)
            self._noter(constat)
            return constat

        Regle._constat = noter  # type: ignore[assignment, method-assign]

    def _noter(self, constat: Constat) -> None:
        if not self._retenir or (constat.attendu and constat.attendu == constat.recu) or len(constat.message) < 8:
            return
        if constat.verdict is Verdict.CONFORME and constat.recu and not constat.attendu:
            self._garder(constat.code, "suivie", {"recu": constat.recu, "ou": constat.ou})
        elif constat.verdict is not Verdict.CONFORME or constat.attendu:
            champs = {nom: getattr(constat, nom) for nom in ("message", "attendu", "recu", "ou")}
            self._garder(constat.code, "enfreinte", {nom: valeur for nom, valeur in champs.items() if valeur})

    def _garder(self, code: str, issue: str, exemple: dict[str, str]) -> None:
        coupe = {nom: " ".join(valeur.split())[:_LONGUEUR] for nom, valeur in exemple.items()}
        connu = self._vus.setdefault(code, {}).get(issue)
        if connu is None or _rang(coupe) < _rang(connu):
            self._vus[code][issue] = coupe

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Complète le fichier."""
        charger_les_regles()
        anciens = json.loads(self._fichier.read_text(encoding="utf-8")) if self._fichier.exists() else {}
        exemples = {code: {**self._vus.get(code, {}), **anciens.get(code, {})} for code in sorted(REGLES)}
        texte = json.dumps({code: e for code, e in exemples.items() if e}, ensure_ascii=False, indent=1)
        self._fichier.write_text(texte + "\n", encoding="utf-8")
        manquent = [code for code, exemple in exemples.items() if "enfreinte" not in exemple]
        print(f"\n{self._fichier} : {len(exemples)} règles, sans exemple enfreint : {', '.join(manquent) or 'aucune'}")


def _rang(exemple: dict[str, str]) -> tuple[int, int, str]:
    """Le plus parlant d'abord : le plus de champs remplis, puis le plus court."""
    texte = " ".join(exemple.values())
    return -len(exemple), len(texte), texte
