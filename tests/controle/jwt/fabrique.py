"""Jetons d'essai, signés par des clés propres aux essais ; chaque revendication se change par son nom."""

from __future__ import annotations

import base64
import hmac
import json
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

EMISSION = 1_763_900_000
ISS = "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet"
NATIONAL = "899900000011"
ID = {
    "iss": ISS,
    "sub": f"f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:{NATIONAL}",
    "aud": "client-du-banc",
    "azp": "client-du-banc",
    "exp": EMISSION + 120,
    "iat": EMISSION,
    "auth_time": EMISSION - 10,
    "jti": "b3c1",
    "acr": "eidas1",
    "typ": "ID",
    "nonce": "n-1",
    "SubjectNameID": NATIONAL,
    "preferred_username": NATIONAL,
}
ACCES = {**{nom: ID[nom] for nom in ("iss", "sub", "exp", "iat", "azp")}, "typ": "Bearer", "scope": "openid scope_all"}
RETIRE = object()
"""Valeur qui retire une revendication."""


@cache
def cle(nom: str = "rsa") -> Key:
    """Une clé par nom : rsa, courte (RSA 1024), ec, ed, autre (RSA d'un autre émetteur)."""
    if nom == "ec":
        return ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
    if nom == "ed":
        return OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"})
    return RSAKey.generate_key(1024 if nom == "courte" else 2048, {"kid": nom, "use": "sig"})


def jwks(*noms: str, **change: Any) -> bytes:
    """Le JWKS public de ces clés."""
    cles = [{**cle(nom).as_dict(private=False), **change} for nom in noms or ("rsa", "ec", "ed")]
    return json.dumps({"keys": cles}).encode()


def jeton(base: dict[str, Any] = ID, *, nom: str = "rsa", entete: dict[str, Any] | None = None, **change: Any) -> str:
    """Un jeton signé ; `RETIRE` ôte une revendication ou un membre de l'en-tête."""
    algorithme = {"ec": "ES256", "ed": "EdDSA"}.get(nom, "RS256")
    tete = _sans_retire({"alg": algorithme, "kid": nom, "typ": "JWT", **(entete or {})})
    contenu = _sans_retire({**base, **change})
    if set(tete) - {"alg", "kid", "typ"} or algorithme == "EdDSA" or not isinstance(tete.get("kid", ""), str):
        return signer_a_la_main(json.dumps(tete), json.dumps(contenu), nom)
    return jwt.encode(tete, contenu, cle(nom), algorithms=[algorithme])


def signer_a_la_main(tete: str, contenu: str, nom: str = "rsa") -> str:
    """Un JWS dont l'en-tête et le contenu sont écrits tels quels."""
    signe = f"{b64(tete.encode())}.{b64(contenu.encode())}"
    from joserfc.jws import JWSRegistry

    algorithme = JWSRegistry.algorithms[{"ec": "ES256", "ed": "EdDSA"}.get(nom, "RS256")]
    return f"{signe}.{b64(algorithme.sign(signe.encode(), cle(nom)))}"


def par_hmac(secret: bytes, **entete: Any) -> str:
    """Un jeton HS256 calculé avec ce secret."""
    signe = f"{b64(json.dumps({'alg': 'HS256', 'typ': 'JWT', **entete}).encode())}.{b64(json.dumps(ID).encode())}"
    return f"{signe}.{b64(hmac.digest(secret, signe.encode(), 'sha256'))}"


def b64(octets: bytes) -> str:
    """base64url sans remplissage."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _sans_retire(valeurs: dict[str, Any]) -> dict[str, Any]:
    return {nom: valeur for nom, valeur in valeurs.items() if valeur is not RETIRE}
