"""La session pytest qui collecte une fois, relève la couverture, puis joue les mutants au lieu des essais."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

import pytest

from tests.mutations.couverture import RACINE, Carte, Releve
from tests.mutations.essai import Issue, jouer
from tests.mutations.mutants import Mutant

ESSAIS = ("tests/verifications", "tests/etapes", "tests/mutants")
"""Les dossiers d'essais qui appellent les vérifications dans leur propre processus."""


@dataclass(frozen=True, slots=True)
class Resultat:
    """Le sort d'un mutant, et combien d'essais il a rencontrés."""

    mutant: Mutant
    issue: Issue
    essais: int


@dataclass(frozen=True, slots=True)
class Relevees:
    """La carte de couverture et ce que chaque essai coûte."""

    empreinte: str
    carte: Carte
    durees: dict[str, float]

    @classmethod
    def lire(cls, fichier: Path) -> Relevees | None:
        """Le relevé gardé, s'il y en a un."""
        if not fichier.exists():
            return None
        brut = json.loads(fichier.read_text(encoding="utf-8"))
        carte = {nom: {int(ligne): essais for ligne, essais in lignes.items()} for nom, lignes in brut["carte"].items()}
        return cls(brut["empreinte"], carte, brut["durees"])

    def ecrire(self, fichier: Path) -> None:
        """Garde le relevé."""
        fichier.parent.mkdir(parents=True, exist_ok=True)
        brut = {"empreinte": self.empreinte, "carte": self.carte, "durees": self.durees}
        fichier.write_text(json.dumps(brut, ensure_ascii=False), encoding="utf-8")


def empreinte(racines: Iterable[str]) -> str:
    """Ce dont la carte dépend : les essais et les vérifications, à l'octet."""
    condense = hashlib.sha256()
    for racine in sorted({*racines, "steps/verifications"}):
        chemin = RACINE / racine
        for fichier in sorted(chemin.rglob("*.py")) if chemin.is_dir() else [chemin]:
            condense.update(str(fichier).encode() + b"\0" + fichier.read_bytes())
    return condense.hexdigest()


class Seance:
    """Greffon pytest : remplace la boucle des essais par celle des mutants."""

    def __init__(
        self,
        mutants: Sequence[Mutant],
        releve: Path,
        racines: Sequence[str],
        suivre: Callable[[int, Resultat], None],
        annoncer: Callable[[str], None] = lambda _texte: None,
    ) -> None:
        self._mutants, self._fichier, self._racines = mutants, releve, racines
        self._suivre, self._annoncer = suivre, annoncer
        self.resultats: list[Resultat] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Relève la couverture si elle manque, puis joue chaque mutant."""
        if session.testsfailed:
            raise session.Interrupted("des essais ne se collectent pas")
        items = {item.nodeid: item for item in session.items}
        releve = self._relever(list(items.values()))
        sources: dict[str, str] = {}
        for rang, mutant in enumerate(self._mutants):
            fichier = fichier_de(mutant.module)
            source = sources.setdefault(mutant.module, fichier.read_text(encoding="utf-8"))
            noms = sorted(_essais(mutant, releve.carte), key=lambda nom: (releve.durees[nom], nom))
            choisis = [items[nom] for nom in noms if nom in items]
            calcul = sum(releve.durees[nom] for nom in noms)
            resultat = Resultat(mutant, jouer(mutant, source, fichier, choisis, calcul), len(choisis))
            self.resultats.append(resultat)
            self._suivre(rang, resultat)
        return True

    def _relever(self, items: list[pytest.Item]) -> Relevees:
        """Dans un processus fourché : aucune fixture, aucun cache n'y survit pour les mutants."""
        attendue = empreinte(self._racines)
        connu = Relevees.lire(self._fichier)
        if connu is not None and connu.empreinte == attendue:
            return connu
        self._annoncer(f"couverture de {len(items)} essais…")
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            try:
                releve = Releve()
                items[0].config.pluginmanager.register(releve)
                for rang, item in enumerate(items):
                    suivant = items[rang + 1] if rang + 1 < len(items) else None
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=suivant)
                Relevees(attendue, releve.carte(), releve.durees).ecrire(self._fichier)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        fait = Relevees.lire(self._fichier)
        if fait is None or fait.empreinte != attendue:
            raise RuntimeError("le relevé de couverture n'a pas abouti")
        return fait


def fichier_de(module: str) -> Path:
    """Le fichier d'un module de vérification."""
    chemin = RACINE / Path(*module.split("."))
    return chemin / "__init__.py" if chemin.is_dir() else chemin.with_suffix(".py")


def _essais(mutant: Mutant, carte: Carte) -> set[str]:
    """Les essais qui traversent la ligne ; pour une constante de module, ceux des fonctions qui la nomment."""
    if mutant.nom_de_module:
        return _essais_d_une_constante(mutant, carte)
    lignes = carte.get(str(fichier_de(mutant.module).relative_to(RACINE)), {})
    return {*lignes.get(mutant.ligne, ()), *lignes.get(mutant.instruction, ())}


def _essais_d_une_constante(mutant: Mutant, carte: Carte) -> set[str]:
    objet = vars(sys.modules[mutant.module]).get(mutant.nom_de_module)
    essais: set[str] = set()
    for module in list(sys.modules.values()):
        nom = getattr(module, "__name__", None) or ""
        if not nom.startswith("steps.verifications") or vars(module).get(mutant.nom_de_module) is not objet:
            continue
        lignes = carte.get(str(fichier_de(nom).relative_to(RACINE)), {})
        voulues = _lignes_qui_nomment(nom, mutant.nom_de_module)
        for ligne, essais_de_ligne in lignes.items():
            # Nommée par aucune fonction, elle sert à en calculer une autre : tout le module la rencontre peut-être.
            if not voulues or ligne in voulues:
                essais.update(essais_de_ligne)
    return essais


@cache
def _lignes_qui_nomment(module: str, nom: str) -> frozenset[int]:
    """Les lignes des fonctions de ce module qui emploient cette constante."""
    fichier = fichier_de(module)
    code = compile(fichier.read_text(encoding="utf-8"), str(fichier), "exec", dont_inherit=True)
    fonctions = [c for c in _codes(code) if c.co_flags & inspect.CO_NEWLOCALS and nom in c.co_names]
    return frozenset(ligne for c in fonctions for _, _, ligne in c.co_lines() if ligne is not None)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constante in code.co_consts:
        if isinstance(constante, CodeType):
            yield constante
            yield from _codes(constante)
