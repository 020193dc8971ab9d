"""WS_INS2 : recherche de l'INS par traits d'identité."""

from __future__ import annotations

from simulators.insi import erreurs
from simulators.insi.enveloppe import MessageInsi, Traits
from simulators.insi.erreurs import Faute
from simulators.insi.espaces import OP_TRAITS
from simulators.insi.etat import EtatInsi, Issue
from simulators.insi.point import PointAcces


def handle(message: MessageInsi, etat: EtatInsi) -> Issue | Faute:
    """Vérifie les traits obligatoires puis cherche ; seul le code de l'absence du nom est connu."""
    traits = message.traits or Traits()
    if not traits.nom_naissance:
        return erreurs.nom_naissance_absent()
    for nom, valeur in (("Prenom", traits.prenom), ("Sexe", traits.sexe), ("DateNaissance", traits.date_naissance)):
        if not valeur:
            return erreurs.champ_obligatoire(nom)
    return etat.rechercher_par_traits(traits)


POINT = PointAcces(OP_TRAITS, lambda message: message.operation == OP_TRAITS, handle, schema="recsans.xsd")
