"""Signature des jetons, et les défauts qu'un client doit refuser (ou, pour `cle_tournee`, accepter)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulators.psc.cles import Cles

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

Contenu = dict[str, Any]
AUTRE = "un-autre-client"
UNE_HEURE = 3600

_RETOUCHES: dict[str, Callable[[Contenu], Contenu]] = {
    "emetteur_faux": lambda c: {**c, "iss": "https://localhost.invalid/auth/realms/esante-wallet"},
    "audience_fausse": lambda c: {**c, "aud": AUTRE},
    "azp_faux": lambda c: {**c, "aud": [c["aud"], AUTRE], "azp": AUTRE},
    "nonce_faux": lambda c: {**c, "nonce": "nonce-que-le-client-n-a-pas-choisi"},
    "nonce_absent": lambda c: _sans(c, "nonce"),
    "id_token_expire": lambda c: {**c, "iat": c["iat"] - 2 * UNE_HEURE, "exp": c["iat"] - UNE_HEURE},
    "iat_futur": lambda c: {**c, "iat": c["iat"] + UNE_HEURE, "exp": c["exp"] + UNE_HEURE},
    "acr_faux": lambda c: {**c, "acr": "eidas0"},
    "acr_absent": lambda c: _sans(c, "acr"),
    "sub_absent": lambda c: _sans(c, "sub"),
    "at_hash_faux": lambda c: {**c, "at_hash": _b64(hashlib.sha256(b"un autre jeton").digest()[:16])},
}
_SIGNATURES = ("signature_fausse", "alg_none", "hs256_confusion", "cle_inconnue", "cle_tournee", "jeton_illisible")
DEFAUTS = (*_RETOUCHES, *_SIGNATURES)


def signer(cle: RSAKey, contenu: Contenu) -> str:
    """JWT signé RS256."""
    from joserfc import jwt

    return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": cle.kid}, contenu, cle)


def id_token(cles: Cles, contenu: Contenu, defaut: str = "") -> str:
    """L'ID token, juste ou altéré comme son nom le dit."""
    if defaut in _RETOUCHES:
        return signer(cles.courante, _RETOUCHES[defaut](contenu))
    if defaut == "signature_fausse":
        return _signature_fausse(signer(cles.courante, contenu))
    if defaut == "alg_none":
        return f"{_entete({'alg': 'none', 'typ': 'JWT'})}.{_entete(contenu)}."
    if defaut == "hs256_confusion":
        return _hs256(cles.courante, contenu)
    if defaut == "cle_inconnue":
        return signer(cles.cachee, contenu)
    if defaut == "cle_tournee":
        cles.tourner()
    if defaut == "jeton_illisible":
        return "ceci-n-est.pas-un-jeton"
    return signer(cles.courante, contenu)


def _signature_fausse(jeton: str) -> str:
    """La même forme, un octet de la signature changé."""
    debut, _, signature = jeton.rpartition(".")
    octets = bytearray(base64.urlsafe_b64decode(signature + "=="))
    octets[len(octets) // 2] ^= 1
    return f"{debut}.{_b64(bytes(octets))}"


def _hs256(cle: RSAKey, contenu: Contenu) -> str:
    """HS256 dont le secret est la clé publique, que tout le monde connaît."""
    signe = f"{_entete({'alg': 'HS256', 'typ': 'JWT', 'kid': cle.kid})}.{_entete(contenu)}"
    secret = cle.as_pem(private=False)
    return f"{signe}.{_b64(hmac.new(secret, signe.encode(), hashlib.sha256).digest())}"


def _sans(contenu: Contenu, nom: str) -> Contenu:
    return {cle: valeur for cle, valeur in contenu.items() if cle != nom}


def _entete(valeur: object) -> str:
    return _b64(json.dumps(valeur, ensure_ascii=False, separators=(",", ":")).encode())


def _b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
