"""Ce que chaque scénario demande au logiciel de faire : relevé d'une campagne sur le logiciel témoin.

`python -m steps.logiciel.besoins CAMPAGNE` le refait d'après le journal d'une campagne entière.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path

from simulators.socle.journal import JournalEchanges
from steps.logiciel.contrat import charger_contrat

FICHIER = Path(__file__).with_name("besoins.json")


@lru_cache(maxsize=1)
def besoins() -> Mapping[str, frozenset[str]]:
    """N° de scénario → actions que son déroulé appelle, dans le cas d'un logiciel conforme."""
    lus = json.loads(FICHIER.read_text(encoding="utf-8"))
    return {numero: frozenset(actions) for numero, actions in lus.items()}


def sans_ces_actions(numeros: Collection[str], offertes: Collection[str]) -> dict[str, list[str]]:
    """Parmi ces scénarios, ceux qui appellent une action non offerte : numéro → actions qui manquent."""
    manques = {numero: sorted(besoins().get(numero, frozenset()) - set(offertes)) for numero in numeros}
    return {numero: actions for numero, actions in manques.items() if actions}


def relever(dossier: Path) -> dict[str, list[str]]:
    """Les actions de chaque scénario joué dans cette campagne.

    Deux scénarios établis par le même déroulé commencent au même instant : le second n'a pas d'action à son nom.
    """
    par_scenario: dict[str, set[str]] = {}
    par_instant: dict[str, set[str]] = {}
    instants: dict[str, str] = {}
    connues = charger_contrat().actions
    with JournalEchanges.ouvrir(dossier) as journal:
        for enregistrement in journal.enregistrements(type="action"):
            donnees = enregistrement.donnees
            # Le navigateur de la personne est joué par le banc : ce n'est pas une action du contrat.
            if donnees["action"] in connues:
                par_scenario.setdefault(str(donnees.get("scenario", "")), set()).add(str(donnees["action"]))
        for enregistrement in journal.enregistrements(type="verdict"):
            if enregistrement.donnees["etapes"]:
                instants[str(enregistrement.donnees["scenario"])] = str(enregistrement.donnees["debut"])
    for numero, instant in instants.items():
        par_instant.setdefault(instant, set()).update(par_scenario.get(numero, ()))
    releve = {numero: sorted(par_instant[instant]) for numero, instant in instants.items()}
    return {numero: actions for numero, actions in sorted(releve.items()) if actions}


def en_texte(releve: Mapping[str, list[str]]) -> str:
    """Le fichier publié : un scénario par ligne."""
    lignes = [f"{json.dumps(numero)}: {json.dumps(actions)}" for numero, actions in releve.items()]
    return "{\n" + ",\n".join(lignes) + "\n}\n"


if __name__ == "__main__":
    FICHIER.write_text(en_texte(relever(Path(sys.argv[1]))), encoding="utf-8")
