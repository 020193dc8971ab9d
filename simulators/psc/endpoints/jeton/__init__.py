"""Le point d'accès des jetons : authentifie le client, puis laisse l'octroi répondre."""

from __future__ import annotations

from collections.abc import Mapping

from simulators.psc.authentification import authentifier
from simulators.psc.erreurs import (
    en_json,
    erreur_interne,
    octroi_inconnu,
    octroi_refuse,
    requete_invalide,
)
from simulators.psc.point import Appel, PointAcces, du_royaume, octrois
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """Les jetons, en JSON, ou le refus noté."""
    for nom, valeur in (("pkce", "sans_objet"), ("redirect_uri_identique", "sans_objet"), ("code_deja_utilise", "non")):
        appel.noter(nom, valeur)
    appel.noter("defaut_jeton", "")
    valeurs = appel.formulaire()
    grant_type = valeurs.get("grant_type", "")
    appel.noter("grant_type", grant_type[:120])
    client = authentifier(appel, valeurs)
    if appel.paires_cible:
        raise requete_invalide("paramètres dans l'adresse : ils vont dans le corps")
    if not grant_type:
        raise requete_invalide("grant_type absent")
    octroi = octrois().get(grant_type)
    if octroi is None or appel.contexte.profil.service not in octroi.profils:
        raise octroi_inconnu(grant_type)
    _jouer_pannes(appel, valeurs)
    reponse = octroi.servir(appel, valeurs, client)
    if appel.prendre("refresh_absent"):
        reponse.pop("refresh_token", None)
        reponse.pop("refresh_expires_in", None)
    if appel.prendre("id_token_absent"):
        reponse.pop("id_token", None)
        appel.noter("defaut_jeton", "id_token_absent")
    jeton = appel.contexte.etat.jetons.get(str(reponse.get("access_token", "")))
    appel.noter("lie", bool(jeton and jeton.cnf))
    return en_json(reponse)


def _jouer_pannes(appel: Appel, valeurs: Mapping[str, str]) -> None:
    panne = appel.prendre("jeton_500", "jeton_invalid_grant", "session_terminee")
    if panne is None:
        return
    if panne.nom == "jeton_500":
        raise erreur_interne(int(str(panne.parametres.get("statut", 500))))
    if panne.nom == "jeton_invalid_grant":
        raise octroi_refuse("panne jouée exprès")
    etat = appel.contexte.etat
    with etat.verrou:
        code = etat.codes.get(valeurs.get("code", ""))
        jeton = etat.jetons.get(valeurs.get("refresh_token", ""))
        nom = code.session if code else jeton.session if jeton else ""
        if (session := etat.sessions.get(nom)) is not None:
            etat.terminer(session, "fin jouée exprès")


POINT = PointAcces("jeton", "royaume", ("POST",), du_royaume("jeton"), handle)
