"""Les actions que le logiciel sait jouer."""

from __future__ import annotations

from collections.abc import Callable

from simulators.logiciel_temoin.erreurs import Enveloppe
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.utilisateurs import Utilisateur

Action = Callable[[Labo, Utilisateur, Parametres], Enveloppe]
ACTIONS: dict[str, Action] = {}


def action(nom: str) -> Callable[[Action], Action]:
    """Inscrit une action sous le nom du contrat."""

    def inscrire(fonction: Action) -> Action:
        if nom in ACTIONS:
            raise ValueError(f"action inscrite deux fois : {nom}")
        ACTIONS[nom] = fonction
        return fonction

    return inscrire
