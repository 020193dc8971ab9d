"""Ce que le journal ne garde pas d'une action : mots de passe, codes, liens et secrets, remplacés par leur empreinte.

Un code de six chiffres ne se protège pas partout (il s'y trouverait par hasard) : il l'est ici, là où il est nommé.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulators.courriels.masque import cacher_texte

ACTIONS = frozenset(
    {
        "changer_mot_de_passe",
        "confirmer_coordonnee",
        "desactiver_dispositif",
        "enroler_dispositif",
        "ouvrir_session",
        "renouveler_dispositif",
    }
)
CHAMPS = frozenset({"ancien", "code", "lien", "nouveau", "nouveau_mot_de_passe", "secret"})


def cacher(action: str, valeur: Any, empreinte: Callable[[str], str]) -> Any:
    """La même valeur, sans secret ; les autres actions sont rendues telles quelles."""
    if action == "lire_messages_recus":
        return _parcourir(valeur, {"texte", "objet"}, lambda texte: cacher_texte(texte, empreinte))
    return _parcourir(valeur, CHAMPS, empreinte) if action in ACTIONS else valeur


def _parcourir(valeur: Any, champs: frozenset[str] | set[str], changer: Callable[[str], str]) -> Any:
    if isinstance(valeur, Mapping):
        return {
            cle: changer(element)
            if cle in champs and isinstance(element, str)
            else _parcourir(element, champs, changer)
            for cle, element in valeur.items()
        }
    if isinstance(valeur, list | tuple):
        return [_parcourir(element, champs, changer) for element in valeur]
    return valeur
