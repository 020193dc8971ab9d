"""Actions des coordonnées et des accès de structures."""

from __future__ import annotations

from simulators.logiciel_temoin import acces_structures, acces_usagers  # noqa: F401 (inscrivent leurs extensions)
from simulators.logiciel_temoin.erreurs import Enveloppe, fait
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.parametres import Parametres
from simulators.logiciel_temoin.registre import action
from simulators.logiciel_temoin.utilisateurs import Utilisateur


@action("confirmer_coordonnee")
def confirmer_coordonnee(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    compte = labo.comptes.exiger(p.texte("compte_id"))
    labo.coordonnees.confirmer(
        compte, p.texte("coordonnee"), code=p.texte_ou_rien("code"), lien=p.texte_ou_rien("lien")
    )
    return fait("Coordonnée confirmée.", compte=compte.en_dict())


@action("lire_messages_recus")
def lire_messages_recus(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    """Les SMS de la passerelle d'essai ; les courriels se lisent au relais."""
    return fait(messages_recus=[{"texte": texte} for texte in labo.courrier.sms(p.texte("coordonnee"))])


@action("lire_acces_structures")
def lire_acces_structures(labo: Labo, utilisateur: Utilisateur, p: Parametres) -> Enveloppe:
    return fait(url=labo.porte_structures.ouvrir(), configuration=labo.porte_structures.configuration())
