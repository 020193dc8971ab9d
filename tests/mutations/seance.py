"""La session pytest qui collecte une fois, relève la couverture, puis joue les mutants au lieu des essais."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

import pytest

from tests.mutations.couverture import RACINE, Releve
from tests.mutations.essai import Issue, jouer
from tests.mutations.mutants import Mutant
from tests.mutations.releve import Carte, Relevees

ESSAIS = (
    "tests/verifications",
    "tests/etapes",
    "tests/mutants",
    "tests/steps/test_regles_conduite.py",
    "tests/steps/test_regles_identite.py",
    "tests/steps/test_regles_traces.py",
    *(f"tests/controle/{famille}" for famille in ("cda", "courriel", "hl7v2", "jwt", "pdf", "saml", "soap", "xdm")),
)
"""Les dossiers d'essais qui appellent les vérifications dans leur propre processus."""

_TRANCHE = 500
"""Essais relevés entre deux écritures : un relevé interrompu reprend là."""


@dataclass(frozen=True, slots=True)
class Resultat:
    """Le sort d'un mutant, et combien d'essais il a rencontrés."""

    mutant: Mutant
    issue: Issue
    essais: int


class Seance:
    """Greffon pytest : remplace la boucle des essais par celle des mutants."""

    def __init__(
        self,
        mutants: Sequence[Mutant],
        releve: Path,
        suivre: Callable[[int, Resultat], None],
        annoncer: Callable[[str], None] = lambda _texte: None,
    ) -> None:
        self._mutants, self._fichier = mutants, releve
        self._suivre, self._annoncer = suivre, annoncer
        self.resultats: list[Resultat] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Relève la couverture si elle manque, puis joue chaque mutant."""
        if session.testsfailed:
            raise session.Interrupted("des essais ne se collectent pas")
        items = {item.nodeid: item for item in session.items}
        releve = self._relever(list(items.values()))
        carte = releve.carte()
        sources: dict[str, str] = {}
        for rang, mutant in enumerate(self._mutants):
            fichier = fichier_de(mutant.module)
            source = sources.setdefault(mutant.module, fichier.read_text(encoding="utf-8"))
            noms = sorted(_essais(mutant, carte), key=lambda nom: (releve.durees[nom], nom))
            choisis = [items[nom] for nom in noms if nom in items]
            calcul = sum(releve.durees[nom] for nom in noms)
            resultat = Resultat(mutant, jouer(mutant, source, fichier, choisis, calcul), len(choisis))
            self.resultats.append(resultat)
            self._suivre(rang, resultat)
        return True

    def _relever(self, items: list[pytest.Item]) -> Relevees:
        """Ce qui manque au relevé gardé, dans un processus fourché : ni fixture ni cache n'en reste aux mutants."""
        connu = Relevees.lire(self._fichier)
        restent = [item for item in items if connu.a_refaire(item.nodeid)]
        if not restent:
            return connu
        self._annoncer(f"couverture de {len(restent)} essais…")
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            try:
                releve = Releve()
                items[0].config.pluginmanager.register(releve)
                for rang, item in enumerate(restent):
                    suivant = restent[rang + 1] if rang + 1 < len(restent) else None
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=suivant)
                    if (rang + 1) % _TRANCHE == 0:
                        connu.completer(releve).ecrire(self._fichier)
                connu.completer(releve).ecrire(self._fichier)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        fait = Relevees.lire(self._fichier)
        if any(fait.a_refaire(item.nodeid) for item in items):
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
