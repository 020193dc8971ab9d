"""Ce que le proxy e-Santé lit et répond : objets JSON, refus à `code`, `message` et `metadata`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.socle.requete import ReponseSimulee, RequeteRecue

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    502: "bad_gateway",
    503: "unavailable",
    504: "timeout",
}


class RefusProxy(Exception):
    """Un refus du proxy : statut, message, précisions."""

    def __init__(self, statut: int, message: str, code: str = "", **precisions: object) -> None:
        super().__init__(message)
        self.statut, self.message, self.precisions = statut, message, precisions
        self.code = code or _CODES.get(statut, "error")

    def en_reponse(self) -> ReponseSimulee:
        """JSON `code`, `message`, `metadata`."""
        return en_json(self.statut, {"code": self.code, "message": self.message, "metadata": self.precisions})


def objet(requete: RequeteRecue) -> dict[str, Any]:
    """Le corps, s'il est un objet JSON."""
    try:
        lu = json.loads(requete.corps.octets)
    except (ValueError, RecursionError):
        lu = None
    if not isinstance(lu, dict):
        raise RefusProxy(400, "corps : un objet JSON est attendu")
    return lu


def texte(corps: Mapping[str, Any], nom: str) -> str:
    """Un champ de texte, non vide."""
    valeur = corps.get(nom)
    if not isinstance(valeur, str) or not valeur:
        raise RefusProxy(400, f"« {nom} » : un texte est attendu", champ=nom)
    return valeur


def instant(requete: RequeteRecue, nom: str) -> datetime | None:
    """Un paramètre qui dit un instant ; None s'il manque, ValueError s'il est illisible ou sans fuseau."""
    lu = requete.parametres.get(nom, [""])[0]
    if not lu:
        return None
    date = datetime.fromisoformat(lu.replace(" ", "+"))
    if date.tzinfo is None:
        raise ValueError(lu)
    return date


def en_json(statut: int, valeur: object, *entetes: tuple[str, str]) -> ReponseSimulee:
    """Réponse JSON qu'aucun intermédiaire ne garde."""
    octets = json.dumps(valeur, ensure_ascii=False).encode()
    return ReponseSimulee(statut, octets, "application/json", (("Cache-Control", "no-store"), *entetes))


def signature_de(cle: RSAKey, donnees: Mapping[str, str]) -> str:
    """RS256, en base64url, du JSON compact des données, clés dans l'ordre du contrat."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    privee = cle.private_key
    assert isinstance(privee, rsa.RSAPrivateKey)
    message = json.dumps(donnees, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(privee.sign(message, padding.PKCS1v15(), hashes.SHA256())).rstrip(b"=").decode()
