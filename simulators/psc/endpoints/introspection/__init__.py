"""`POST …/token/introspect` : ce qu'un jeton vaut (RFC 7662), pour un client authentifié.

`SubjectNameID` n'est rendu que pour un jeton d'accès (documentation de l'ANS).
"""

from __future__ import annotations

from typing import Any

from simulators.psc.authentification import authentifier
from simulators.psc.erreurs import RefusOAuth, en_json, requete_invalide
from simulators.psc.etat import Jeton
from simulators.psc.point import Appel, PointAcces, du_royaume
from simulators.socle.requete import ReponseSimulee


def handle(appel: Appel) -> ReponseSimulee:
    """`active` faux pour tout jeton inconnu, périmé ou révoqué, sans dire pourquoi."""
    try:
        valeurs = appel.formulaire()
        authentifier(appel, valeurs)
        if "token" not in valeurs:
            raise requete_invalide("token absent")
    except RefusOAuth as refus:
        appel.noter("refus", refus.code)
        return refus.en_reponse()
    etat = appel.contexte.etat
    jeton = etat.jetons.get(valeurs["token"])
    actif = jeton is not None and etat.etat_du_jeton(jeton) == "valide"
    appel.noter("type_jeton", jeton.sorte if jeton else "inconnu")
    appel.noter("actif", actif)
    return en_json(_decrire(appel, jeton) if jeton is not None and actif else {"active": False})


def _decrire(appel: Appel, jeton: Jeton) -> dict[str, Any]:
    contexte = appel.contexte
    personne, session = contexte.personnes[jeton.identifiant], contexte.etat.sessions[jeton.session]
    contenu: dict[str, Any] = {
        "active": True,
        "iss": contexte.issuer,
        "sub": personne.sub,
        "aud": jeton.client,
        "azp": jeton.client,
        "client_id": jeton.client,
        "typ": "Bearer" if jeton.sorte == "acces" else "Refresh",
        "token_type": "Bearer",
        "scope": jeton.scope,
        "iat": int(jeton.emis.timestamp()),
        "auth_time": int(session.auth_time.timestamp()),
        "session_state": jeton.session,
        "username": jeton.identifiant,
    }
    if jeton.expire is not None:
        contenu["exp"] = int(jeton.expire.timestamp())
    if jeton.nonce:
        contenu["nonce"] = jeton.nonce
    if jeton.sorte == "acces":
        contenu["jti"] = jeton.contenu.get("jti", "")
        if contexte.profil.revendications_psc:
            contenu["acr"] = contexte.profil.acr
            contenu["SubjectNameID"] = jeton.identifiant
    if jeton.cnf:
        contenu["cnf"] = {"x5t#S256": jeton.cnf}
    return contenu


POINT = PointAcces("introspection", "royaume", ("POST",), du_royaume("introspection"), handle)
