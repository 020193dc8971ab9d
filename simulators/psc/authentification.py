"""Authentification du client sur les points d'accès de serveur à serveur.

Sources : RFC 6749 (2.3), RFC 7523, RFC 8705 (2.1), OpenID Connect Core 1.0 (9).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from simulators.psc.clients import Client
from simulators.psc.erreurs import RefusOAuth, client_refuse, requete_invalide
from simulators.psc.point import Appel

ASSERTION_JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMES_ASYMETRIQUES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_ALGORITHMES_SYMETRIQUES = ["HS256", "HS384", "HS512"]
_ASSERTIONS_MAX = 2000


def authentifier(appel: Appel, valeurs: Mapping[str, str]) -> Client:
    """Le client, authentifié par une méthode et une seule, qu'il a déclarée ; `RefusOAuth` sinon."""
    appel.noter("client", valeurs.get("client_id", "")[:200])
    _noter_certificat(appel)
    entete = appel.requete.entete("Authorization") or ""
    essayees = [
        nom
        for nom, presente in (
            ("client_secret_basic", bool(entete)),
            ("client_secret_post", "client_secret" in valeurs),
            ("assertion", "client_assertion" in valeurs or "client_assertion_type" in valeurs),
        )
        if presente
    ]
    if len(essayees) > 1:
        raise requete_invalide("plusieurs authentifications du client dans le même appel")
    if not essayees:
        return _par_certificat(appel, valeurs)
    if essayees == ["client_secret_basic"]:
        client = _par_basic(appel, entete, valeurs)
    elif essayees == ["client_secret_post"]:
        appel.noter("authentification", "client_secret_post")
        client = _par_secret(appel, valeurs.get("client_id", ""), valeurs["client_secret"])
    else:
        client = _par_assertion(appel, valeurs)
    methode = appel.requete.notes["authentification"]
    if methode not in client.methodes:
        raise client_refuse(f"méthode non déclarée par ce client : {methode}", basic=bool(entete))
    return client


def _noter_certificat(appel: Appel) -> None:
    appel.noter("authentification", "aucune")
    certificat = appel.requete.certificat_client
    if certificat is not None:
        appel.noter("certificat", certificat.subject.rfc4514_string())


def _par_basic(appel: Appel, entete: str, valeurs: Mapping[str, str]) -> Client:
    appel.noter("authentification", "client_secret_basic")
    genre, _, contenu = entete.partition(" ")
    if genre.lower() != "basic":
        raise client_refuse("Authorization : Basic attendu", basic=True)
    try:
        identifiant, separateur, secret = base64.b64decode(contenu.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise client_refuse("Authorization illisible", basic=True) from None
    if not separateur:
        raise client_refuse("Authorization illisible", basic=True)
    # RFC 6749, 2.3.1 : chaque moitié est d'abord encodée comme dans un formulaire.
    client_id = unquote_plus(identifiant)
    if valeurs.get("client_id", client_id) != client_id:
        raise requete_invalide("client_id du corps et de l'en-tête Authorization différents")
    return _par_secret(appel, client_id, unquote_plus(secret), basic=True)


def _par_secret(appel: Appel, client_id: str, secret: str, *, basic: bool = False) -> Client:
    appel.noter("client", client_id[:200])
    client = appel.contexte.clients.get(client_id)
    if client is None or not client.secret_juste(secret):
        raise client_refuse("client inconnu ou secret faux", basic=basic)
    return client


def _par_certificat(appel: Appel, valeurs: Mapping[str, str]) -> Client:
    client = appel.contexte.clients.get(valeurs.get("client_id", ""))
    certificat = appel.requete.certificat_client
    if client is None or certificat is None:
        raise client_refuse("client non authentifié : ni secret, ni assertion, ni certificat TLS")
    if "tls_client_auth" not in client.methodes:
        raise client_refuse("ce client ne s'authentifie pas par certificat TLS")
    appel.noter("authentification", "tls_client_auth")
    if client.sujet_certificat and certificat.subject.rfc4514_string() != client.sujet_certificat:
        raise client_refuse("le certificat TLS n'est pas celui de ce client")
    return client


def _par_assertion(appel: Appel, valeurs: Mapping[str, str]) -> Client:
    appel.noter("authentification", "private_key_jwt")
    if valeurs.get("client_assertion_type") != ASSERTION_JWT:
        raise client_refuse(f"client_assertion_type attendu : {ASSERTION_JWT}")
    assertion = valeurs.get("client_assertion", "")
    entete, contenu = _morceaux(assertion)
    client_id = str(contenu.get("sub", ""))
    appel.noter("client", client_id[:200])
    if str(entete.get("alg", "")).startswith("HS"):
        appel.noter("authentification", "client_secret_jwt")
    client = appel.contexte.clients.get(client_id)
    if client is None or contenu.get("iss") != client_id or valeurs.get("client_id", client_id) != client_id:
        raise client_refuse("assertion : iss, sub et client_id doivent nommer le même client connu")
    _verifier_signature(assertion, client, symetrique=appel.requete.notes["authentification"] == "client_secret_jwt")
    _verifier_contenu(appel, contenu)
    return client


def _morceaux(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    morceaux = assertion.split(".")
    try:
        lus = [json.loads(base64.urlsafe_b64decode(morceau + "=" * (-len(morceau) % 4))) for morceau in morceaux[:2]]
    except (ValueError, RecursionError):
        lus = []
    if len(morceaux) != 3 or len(lus) != 2 or not all(isinstance(lu, dict) for lu in lus):
        raise client_refuse("assertion illisible")
    return lus[0], lus[1]


def _verifier_signature(assertion: str, client: Client, *, symetrique: bool) -> None:
    from joserfc import errors, jwt
    from joserfc.jwk import KeySet, OctKey

    try:
        if symetrique:
            jwt.decode(assertion, OctKey.import_key(client.secret), algorithms=_ALGORITHMES_SYMETRIQUES)
        elif client.jwks is None:
            raise client_refuse("ce client n'a pas déclaré de clé publique (jwks)")
        else:
            cles = KeySet.import_key_set(dict(client.jwks))  # type: ignore[arg-type]
            jwt.decode(assertion, cles, algorithms=_ALGORITHMES_ASYMETRIQUES)
    except (errors.JoseError, ValueError, TypeError, KeyError):
        raise client_refuse("assertion : signature fausse, ou clé non déclarée") from None


def _verifier_contenu(appel: Appel, contenu: dict[str, Any]) -> None:
    audience = contenu.get("aud")
    voulues = {appel.contexte.issuer, f"{appel.requete.port.url}{appel.requete.chemin}", appel.contexte.url_jeton}
    if not voulues & set(audience if isinstance(audience, list) else [audience]):
        raise client_refuse("assertion : aud doit désigner ce fournisseur")
    expire, jti = contenu.get("exp"), contenu.get("jti")
    # L'heure vraie : le client ne suit pas forcément l'horloge qu'un scénario avance.
    maintenant = datetime.now(UTC)
    if not isinstance(expire, int | float) or isinstance(expire, bool) or expire <= maintenant.timestamp():
        raise client_refuse("assertion périmée, ou sans exp")
    if not isinstance(jti, str) or not jti:
        raise client_refuse("assertion sans jti")
    etat = appel.contexte.etat
    with etat.verrou:
        if jti in etat.assertions:
            raise client_refuse("assertion déjà présentée (jti)")
        etat.assertions[jti] = maintenant + timedelta(minutes=5)
        while len(etat.assertions) > _ASSERTIONS_MAX:
            etat.assertions.pop(next(iter(etat.assertions)))


def refus_note(appel: Appel, refus: RefusOAuth) -> None:
    """Note le refus sur l'échange."""
    appel.noter("refus", refus.code)
