"""`POST …/ext/ciba/auth` : un logiciel demande qu'une personne s'authentifie sur son téléphone ou avec sa carte."""

from __future__ import annotations

from simulators.psc.authentification import authentifier
from simulators.psc.ciba import ouvrir
from simulators.psc.erreurs import en_json, requete_invalide
from simulators.psc.point import Appel, PointAcces
from simulators.psc.profil import Profil
from simulators.socle.requete import ReponseSimulee

_NOTES = {"canal": "channel", "identifiant": "login_hint", "binding_message": "binding_message", "acr": "acr_values"}


def handle(appel: Appel) -> ReponseSimulee:
    """`auth_req_id`, `expires_in`, `interval` ; ou le refus, noté."""
    valeurs = appel.formulaire()
    for note, parametre in _NOTES.items():
        appel.noter(note, valeurs.get(parametre, "")[:200])
    client = authentifier(appel, valeurs)
    if appel.paires_cible:
        raise requete_invalide("paramètres dans l'adresse : ils vont dans le corps")
    panne = appel.prendre("ciba_refus", "ciba_expire", "ciba_muet")
    demande = ouvrir(appel.contexte, valeurs, client, panne.nom if panne else "")
    appel.noter("transaction", demande.numero)
    appel.noter("auth_req_id", appel.contexte.journal.empreinte_secret(demande.auth_req_id))
    appel.noter("intervalle", demande.intervalle)
    duree = int((demande.expire - demande.creee).total_seconds())
    return en_json({"auth_req_id": demande.auth_req_id, "expires_in": duree, "interval": demande.intervalle})


def _chemins(profil: Profil) -> tuple[str, ...]:
    """Pro Santé Connect seul offre CIBA."""
    return (profil.royaume + profil.chemins.ciba,) if profil.service == "psc" else ()


POINT = PointAcces("ciba", "royaume", ("POST",), _chemins, handle)
