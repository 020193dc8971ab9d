"""Le registre des types d'adaptateurs, et l'adaptateur d'une campagne fait de ceux que logiciel.yaml décrit."""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any

from steps.logiciel.aiguillage import Aiguillage
from steps.logiciel.protocole import Adaptateur
from steps.logiciel.types_adaptateur import TypeAdaptateur

if TYPE_CHECKING:
    from steps.logiciel.contexte import ContexteAdaptateur

MODULES = {
    "temoin": "steps.logiciel.adaptateur_temoin",
    "http": "steps.logiciel.http",
    "commande": "steps.logiciel.commande",
    "operateur": "steps.operateur.adaptateur",
    "depot": "steps.logiciel.depot",
    "page": "steps.logiciel.page",
}
"""Type → module qui déclare `TYPE_ADAPTATEUR`. Seuls les modules des types employés sont chargés."""


def charger_type(nom: str) -> TypeAdaptateur:
    """Le type de ce nom, l'un de `MODULES`."""
    module: Any = import_module(MODULES[nom])
    type_: TypeAdaptateur = module.TYPE_ADAPTATEUR
    return type_


def assembler(contexte: ContexteAdaptateur) -> Aiguillage:
    """Fabrique chaque adaptateur décrit ; AdaptateurInjoignable si l'un ne peut pas l'être, les autres étant rendus."""
    logiciel = contexte.logiciel
    fabriques: dict[str, Adaptateur] = {}
    with ExitStack() as faits:
        for description in logiciel.adaptateurs:
            adaptateur = charger_type(description.type).fabrique(description, contexte)
            faits.callback(adaptateur.fermer)
            fabriques[description.nom] = adaptateur
        from steps.logiciel import mllp  # lourd : les simulateurs n'ont pas à être chargés pour lire un YAML

        tous, actions = mllp.brancher(logiciel, contexte.banc, fabriques)
        aiguillage = Aiguillage(tous, actions=actions, defaut=logiciel.defaut)
        faits.pop_all()
    return aiguillage
