"""Le fil d'un passage : un résultat par ligne, écrit dès qu'il est connu ; un passage interrompu s'y reprend."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.mutations.couverture import RACINE
from tests.mutations.essai import Issue
from tests.mutations.mutants import Mutant
from tests.mutations.releve import empreinte
from tests.mutations.seance import Resultat, fichier_de


def noter(fil: Path, resultat: Resultat) -> None:
    """Ajoute une ligne, fermée aussitôt : une interruption ne perd que le mutant en cours."""
    mutant = resultat.mutant
    ligne = {
        "cle": mutant.cle,
        "source": _source(mutant.module),
        "issue": resultat.issue.value,
        "essais": resultat.essais,
        "ligne": mutant.ligne,
    }
    fil.parent.mkdir(parents=True, exist_ok=True)
    with fil.open("a", encoding="utf-8") as flux:
        flux.write(json.dumps(ligne, ensure_ascii=False) + "\n")


def reprendre(fil: Path, mutants: Sequence[Mutant], *, rejouer: bool = False) -> dict[str, Resultat]:
    """Clé → résultat déjà connu, si le module n'a pas changé ; la dernière ligne d'un mutant l'emporte.

    `rejouer` oublie ceux que nul essai n'a pris : de nouveaux essais les prennent peut-être.
    """
    if not fil.exists():
        return {}
    voulus = {mutant.cle: mutant for mutant in mutants}
    connus: dict[str, Resultat] = {}
    for brute in fil.read_text(encoding="utf-8").splitlines():
        try:
            ligne = json.loads(brute)
        except json.JSONDecodeError:
            # La dernière ligne d'un passage tué pendant qu'il écrivait : son mutant sera rejoué.
            continue
        mutant = voulus.get(ligne["cle"])
        if mutant is None or ligne["source"] != _source(mutant.module):
            continue
        connus[mutant.cle] = Resultat(mutant, Issue(ligne["issue"]), ligne["essais"])
    return {cle: r for cle, r in connus.items() if r.issue.pris or r.issue is Issue.INGREFFABLE or not rejouer}


def _source(module: str) -> str:
    return empreinte(str(fichier_de(module).relative_to(RACINE)))[:16]
