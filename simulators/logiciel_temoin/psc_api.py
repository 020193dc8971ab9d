"""Les API Pro Santé Connectées : quand les appeler, avec quel certificat et quel jeton.

Le reste n'est chargé qu'à la première connexion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.logiciel_temoin.environnement import Certificat
from simulators.logiciel_temoin.erreurs import Echec, Refus
from simulators.logiciel_temoin.psc_environnement import CERTIFICAT

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.utilisateurs import Utilisateur


def adresse(labo: Labo, utilisateur: Utilisateur, service: str) -> str:
    """Adresse de l'API du service, si l'utilisateur est connecté par Pro Santé Connect et que l'API existe."""
    api = None if labo.defaut("psc_services_sans_jeton") else labo.environnement.api_psc
    return api.adresses.get(service, "") if api is not None and utilisateur.session_psc is not None else ""


def certificat(labo: Labo) -> Certificat:
    """Celui de l'organisation : il a obtenu le jeton, il le présente."""
    nom = "insi_manu" if labo.defaut("psc_api_autre_certificat") else CERTIFICAT
    return labo.environnement.certificats[nom]


def porteur(labo: Labo, utilisateur: Utilisateur, service: str) -> dict[str, str]:
    """En-tête du jeton de l'API, au nom de l'utilisateur. `Refus` : sa session est finie ; `Echec` : pas de jeton."""
    from simulators.logiciel_temoin.psc_echange import jeton_api
    from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, FournisseurIndisponible

    ouverte = utilisateur.session_psc
    if ouverte is None:
        raise Refus("Connectez-vous par Pro Santé Connect.")
    if labo.defaut(f"psc_{service}_jeton_d_un_autre"):
        ouverte = labo.fournisseurs.ouvertes.d_un_autre(ouverte)
    try:
        return {"Authorization": f"Bearer {jeton_api(labo, ouverte)}"}
    except FournisseurIndisponible as erreur:
        raise Echec(str(erreur)) from erreur
    except ErreurFournisseur as erreur:
        raise Refus(str(erreur)) from erreur
