"""Ce que chaque scénario demande au logiciel de faire : relevé d'une campagne sur le logiciel témoin.

Les actions d'un scénario ne se connaissent qu'en le jouant. Le diagnostic y lit ce qui manquera, l'essai guidé ce
qu'une personne aura à faire. `python -m steps actions-par-scenario DIR` refait la table d'après une campagne entière.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from simulators.socle.journal import JournalEchanges
from steps.logiciel.contrat import charger_contrat

FICHIER = Path(__file__).with_name("besoins.json")


@dataclass(frozen=True, slots=True)
class Besoin:
    """Ce qu'un scénario appelle devant un logiciel conforme : action → combien de fois.

    `deroule` : le scénario sous le nom duquel ces actions se jouent, lui-même ou celui dont le déroulé l'établit aussi.
    """

    deroule: str
    actions: Mapping[str, int]


@lru_cache(maxsize=1)
def besoins() -> Mapping[str, Besoin]:
    """N° de scénario → ce qu'il appelle ; un scénario qu'aucune feature ne joue n'y est pas."""
    return lire_table(FICHIER)


def lire_table(fichier: Path) -> dict[str, Besoin]:
    """Relit une table écrite par `en_texte`."""
    lus = json.loads(fichier.read_text(encoding="utf-8"))
    # Un numéro à la place des actions : le scénario est établi par le déroulé de celui-là.
    deroules = {numero: lu if isinstance(lu, str) else numero for numero, lu in lus.items()}
    return {numero: Besoin(deroule, lus[deroule]) for numero, deroule in deroules.items()}


def actions_de(numero: str) -> frozenset[str]:
    """Les actions que ce scénario appelle ; aucune s'il n'est pas joué."""
    besoin = besoins().get(numero)
    return frozenset(besoin.actions) if besoin else frozenset()


def sans_ces_actions(numeros: Collection[str], offertes: Collection[str]) -> dict[str, list[str]]:
    """Parmi ces scénarios, ceux qui appellent une action non offerte : numéro → actions qui manquent."""
    manques = {numero: sorted(actions_de(numero) - set(offertes)) for numero in numeros}
    return {numero: actions for numero, actions in manques.items() if actions}


def relever(dossier: Path) -> dict[str, Besoin]:
    """Ce que chaque scénario joué dans cette campagne a appelé.

    Deux scénarios établis par le même déroulé commencent au même instant : le journal n'en nomme qu'un.
    """
    comptes: dict[str, Counter[str]] = {}
    instants: dict[str, str] = {}
    connues = charger_contrat().actions
    with JournalEchanges.ouvrir(dossier) as journal:
        for debut in journal.enregistrements(type="scenario_debut"):
            comptes.setdefault(str(debut.donnees["scenario"]), Counter())
        for action in journal.enregistrements(type="action"):
            # Le navigateur de la personne est joué par le banc : ce n'est pas une action du contrat.
            if action.scenario in comptes and action.donnees["action"] in connues:
                comptes[action.scenario][str(action.donnees["action"])] += 1
        for verdict in journal.enregistrements(type="verdict"):
            if verdict.donnees["etapes"]:
                instants[str(verdict.donnees["scenario"])] = str(verdict.donnees["debut"])
    nommes = {instant: numero for numero, instant in instants.items() if numero in comptes}
    deroules = {numero: numero if numero in comptes else nommes[instant] for numero, instant in instants.items()}
    return {
        numero: Besoin(deroule, dict(sorted(comptes[deroule].items()))) for numero, deroule in sorted(deroules.items())
    }


def en_texte(releve: Mapping[str, Besoin]) -> str:
    """Le fichier publié : un scénario par ligne."""
    lignes = [
        f"{json.dumps(numero)}: {json.dumps(dict(besoin.actions) if besoin.deroule == numero else besoin.deroule)}"
        for numero, besoin in releve.items()
    ]
    return "{\n" + ",\n".join(lignes) + "\n}\n"


def ecrire_table(dossier: Path, sortie: Path = FICHIER) -> int:
    """Refait la table depuis une campagne du logiciel témoin ; rend combien de scénarios elle compte."""
    releve = relever(dossier)
    sortie.write_text(en_texte(releve), encoding="utf-8")
    return len(releve)
