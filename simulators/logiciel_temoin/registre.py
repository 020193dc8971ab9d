"""Les actions que le logiciel sait jouer, et pour quel métier."""

from __future__ import annotations

from collections.abc import Callable

from simulators.logiciel_temoin.erreurs import Enveloppe
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.utilisateurs import Utilisateur

Action = Callable[[Labo, Utilisateur, Parametres], Enveloppe]
ACTIONS: dict[str, Action] = {}
METIERS: dict[str, tuple[str, ...]] = {}
"""Actions qui n'existent que dans certains types de logiciel ; les autres sont de tous."""


def action(nom: str, *metiers: str) -> Callable[[Action], Action]:
    """Inscrit une action sous le nom du contrat ; `metiers` : les types de logiciel qui l'ont (SGL, RIS…)."""

    def inscrire(fonction: Action) -> Action:
        if nom in ACTIONS:
            raise ValueError(f"action inscrite deux fois : {nom}")
        ACTIONS[nom] = fonction
        if metiers:
            METIERS[nom] = metiers
        return fonction

    return inscrire


def actions_de(type_logiciel: str) -> list[str]:
    """Les actions qu'un logiciel de ce type sait jouer, par ordre alphabétique."""
    return sorted(nom for nom in ACTIONS if type_logiciel in METIERS.get(nom, (type_logiciel,)))
