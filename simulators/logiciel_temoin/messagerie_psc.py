"""D'où viennent les jetons des BAL : du point de jeton de Pro Santé Connect, client authentifié comme pour le reste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.messagerie_jetons import Demandeur, JetonsIndisponibles, Personne, SessionFermee

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo


def demandeur(labo: Labo) -> Demandeur:
    """De quoi demander un jeton ; le client de Pro Santé Connect n'est créé qu'à la première demande."""

    def demander(champs: dict[str, str]) -> tuple[int, dict[str, Any]]:
        from simulators.logiciel_temoin.psc_environnement import PSC
        from simulators.logiciel_temoin.psc_modele import ErreurFournisseur

        try:
            return labo.fournisseurs.client(PSC).jeton(champs)
        except (ErreurFournisseur, Refus) as erreur:
            raise JetonsIndisponibles(str(erreur)) from erreur

    return demander


def personne(labo: Labo) -> Personne:
    """De quoi porter, dans sa BAL, le jeton de la personne connectée au logiciel."""

    def jeton(bal: Bal, neuf: bool) -> str | None:
        if not bal.rpps or not labo.connexions_ouvertes:
            return None
        from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, FournisseurIndisponible

        try:
            return labo.fournisseurs.ouvertes.acces_du_titulaire(bal.rpps, neuf=neuf)
        except FournisseurIndisponible as erreur:
            raise JetonsIndisponibles(str(erreur)) from erreur
        except ErreurFournisseur as erreur:
            raise SessionFermee(str(erreur)) from erreur

    return jeton
