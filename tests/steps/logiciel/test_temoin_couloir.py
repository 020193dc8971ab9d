"""Le témoin réclame, devant chaque REM, ceux de ses profils qu'il y trouve."""

from __future__ import annotations

from dataclasses import replace

from steps.logiciel.configuration import lire_configuration
from steps.logiciel.temoin_couloir import TEMOIN, devant


def test_profils_du_rem() -> None:
    """Un profil que ce REM n'a pas disparaît ; une faute de frappe reste, et la sélection la refusera."""
    temoin = lire_configuration(TEMOIN)
    fautif = replace(temoin, profils=(*temoin.profils, "IE Usager"))
    assert devant(fautif, ("Général", "IAM")).profils == ("Général", "IAM", "IE Usager")
    assert devant(temoin, temoin.profils) == temoin


def test_un_produit_garde_ses_profils() -> None:
    """D'un vrai produit, rien ne s'ôte : réclamer un profil d'un autre REM est une erreur."""
    produit = replace(lire_configuration(TEMOIN), nom="Un produit", adaptateur="http", adaptateurs=())
    assert devant(produit, ("Général",)) == produit
