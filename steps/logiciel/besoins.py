"""Ce que chaque scénario demande au logiciel de faire : relevé d'une campagne sur le logiciel témoin.

Les actions d'un scénario ne se connaissent qu'en le jouant. Le diagnostic y lit ce qui manquera, l'essai guidé ce
qu'une personne aura à faire. `python -m steps actions-par-scenario DIR` refait la table d'après une campagne entière.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from simulators.socle.journal import JournalEchanges
from steps.logiciel.contrat import charger_contrat

PREMIER = "BIO"
"""Le REM dont la table dit tout ; les autres y renvoient pour ce qui s'y joue pareil."""
FICHIER = Path(__file__).with_name("besoins.json")


@dataclass(frozen=True, slots=True)
class Besoin:
    """Ce qu'un scénario appelle devant un logiciel conforme : action → combien de fois.

    `deroule` : le scénario sous le nom duquel ces actions se jouent, lui-même ou celui dont le déroulé l'établit aussi.
    """

    deroule: str
    actions: Mapping[str, int]


Releves = Mapping[str, Mapping[str, Besoin]]
"""REM → N° de scénario → ce qu'il appelle devant un logiciel de ce REM."""


def besoins(rem: str = PREMIER) -> Mapping[str, Besoin]:
    """N° de scénario → ce qu'il appelle devant un logiciel de ce REM ; ce qu'aucune feature ne joue n'y est pas.

    Un REM que la table ne connaît pas (un couloir de l'utilisateur) se lit comme le premier.
    """
    return _tables().get(rem, _tables()[PREMIER])


@lru_cache(maxsize=1)
def _tables() -> Releves:
    return lire_table(FICHIER)


def lire_table(fichier: Path) -> dict[str, dict[str, Besoin]]:
    """Relit une table écrite par `en_texte`."""
    tables = json.loads(fichier.read_text(encoding="utf-8"))
    premiere = tables[PREMIER]
    return {
        rem: _lire({numero: premiere[numero] if lu == _COMME else lu for numero, lu in lus.items()})
        for rem, lus in tables.items()
    }


_COMME = "="
"""À la place des actions : les mêmes que devant le premier REM."""


def _lire(lus: Mapping[str, Any]) -> dict[str, Besoin]:
    # Un numéro à la place des actions : le scénario est établi par le déroulé de celui-là.
    deroules = {numero: lu if isinstance(lu, str) else numero for numero, lu in lus.items()}
    return {numero: Besoin(deroule, lus[deroule]) for numero, deroule in deroules.items()}


def actions_de(numero: str, rem: str = PREMIER) -> frozenset[str]:
    """Les actions que ce scénario appelle ; aucune s'il n'est pas joué."""
    besoin = besoins(rem).get(numero)
    return frozenset(besoin.actions) if besoin else frozenset()


def sans_ces_actions(numeros: Collection[str], offertes: Collection[str], rem: str = PREMIER) -> dict[str, list[str]]:
    """Parmi ces scénarios, ceux qui appellent une action non offerte : numéro → actions qui manquent."""
    manques = {numero: sorted(actions_de(numero, rem) - set(offertes)) for numero in numeros}
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


def rem_de(dossier: Path) -> str:
    """Le REM que cette campagne a joué."""
    return str(json.loads((dossier / "campagne.json").read_text(encoding="utf-8"))["rem"])


def en_texte(releves: Releves) -> str:
    """Le fichier publié : un REM par table, un scénario par ligne ; ce qui se joue comme au premier n'y est pas redit.

    Combien de fois n'y compte pas : une action répétée jusqu'à ce que le logiciel ait fini dépend de la machine.
    """
    premier = releves[PREMIER]
    tables = [
        f"{json.dumps(rem)}: {_table(releve, {} if releve is premier else premier)}" for rem, releve in releves.items()
    ]
    return "{\n" + ",\n".join(tables) + "\n}\n"


def _table(releve: Mapping[str, Besoin], premier: Mapping[str, Besoin]) -> str:
    ecrits = {n: _COMME if _pareil(b, premier.get(n)) else _ecrit(n, b) for n, b in releve.items()}
    return "{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(ecrit)}" for n, ecrit in ecrits.items()) + "\n}"


def _pareil(besoin: Besoin, autre: Besoin | None) -> bool:
    return autre is not None and (besoin.deroule, set(besoin.actions)) == (autre.deroule, set(autre.actions))


def _ecrit(numero: str, besoin: Besoin) -> dict[str, int] | str:
    return dict(besoin.actions) if besoin.deroule == numero else besoin.deroule


def ecrire_table(dossiers: Sequence[Path], sortie: Path = FICHIER) -> int:
    """Refait la table depuis des campagnes entières du logiciel témoin, une par REM ; rend combien elle a de lignes.

    Lève ValueError si aucune n'est celle du premier REM.
    """
    releves = {rem_de(dossier): relever(dossier) for dossier in dossiers}
    if PREMIER not in releves:
        raise ValueError(f"aucune de ces campagnes n'est celle du REM {PREMIER}")
    sortie.write_text(en_texte({PREMIER: releves.pop(PREMIER), **dict(sorted(releves.items()))}), encoding="utf-8")
    return sum(map(len, lire_table(sortie).values()))
