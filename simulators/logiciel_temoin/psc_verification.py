"""Vérification d'un jeton d'identité : signature, émetteur, destinataire, dates, nonce, niveau, empreinte du jeton.

La bibliothèque JOSE n'est chargée qu'à la première connexion.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.psc_environnement import Fournisseur
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur

ALGORITHMES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures par clé publique seulement : ni `none`, ni HMAC, où la clé publique deviendrait un secret."""

TOLERANCE = 30
"""Secondes d'écart admises entre l'horloge du fournisseur et la nôtre."""

Jwks = Callable[[bool], dict[str, Any]]
"""Rend le JWKS ; vrai : le relire chez le fournisseur."""


def dechiffrer_signature(jeton: str, jwks: Jwks, fournisseur: Fournisseur, defauts: Defauts) -> dict[str, Any]:
    """Contenu d'un JWT dont la signature est vérifiée ; une clé inconnue fait relire le JWKS, une fois."""
    entete = _partie(jeton, 0)
    algorithme = entete.get("alg")
    if algorithme == "none" and defauts.actif("psc_alg_none_accepte"):
        return _partie(jeton, 1)
    if algorithme == "HS256" and defauts.actif("psc_hs256_accepte"):
        return _confondre(jeton, jwks, fournisseur)
    if algorithme not in ALGORITHMES:
        raise ErreurFournisseur(f"Le jeton d'identité est signé par un algorithme refusé ({algorithme!r}).")
    if defauts.actif("psc_signature_non_verifiee"):
        return _partie(jeton, 1)
    cle = _cle(jwks(False), entete)
    if cle is None and not defauts.actif("psc_cle_tournee_refusee"):
        cle = _cle(jwks(True), entete)
    if cle is None:
        raise ErreurFournisseur("Le jeton d'identité est signé par une clé que le fournisseur ne publie pas.")
    return _verifier(jeton, cle, str(algorithme))


def _verifier(jeton: str, cle: dict[str, Any], algorithme: str) -> dict[str, Any]:
    from joserfc import errors, jwk, jws

    try:
        objet = jws.deserialize_compact(jeton, jwk.import_key(cle), algorithms=[algorithme])
        contenu = json.loads(objet.payload)
    except (errors.JoseError, ValueError) as erreur:
        raise ErreurFournisseur("La signature du jeton d'identité est fausse.") from erreur
    if not isinstance(contenu, dict):
        raise ErreurFournisseur("Le jeton d'identité est illisible.")
    return contenu


def _cle(jwks: dict[str, Any], entete: dict[str, Any]) -> dict[str, Any] | None:
    """La clé de signature que nomme l'en-tête ; sans `kid`, la seule publiée."""
    cles = [c for c in jwks.get("keys", ()) if isinstance(c, dict) and c.get("use", "sig") == "sig"]
    if "kid" in entete:
        return next((c for c in cles if c.get("kid") == entete["kid"]), None)
    return cles[0] if len(cles) == 1 else None


def _confondre(jeton: str, jwks: Jwks, fournisseur: Fournisseur) -> dict[str, Any]:
    """Le défaut : la clé publique, ou le secret du client, prise pour clé HMAC."""
    from joserfc import jwk

    signe, _, signature = jeton.rpartition(".")
    essais = [fournisseur.secret.encode()]
    for cle in jwks(False).get("keys", ()):
        publique = jwk.import_key(cle)
        if isinstance(publique, jwk.OctKey):
            continue
        pem = bytes(publique.as_pem(private=False))
        essais += [pem, pem.strip(), bytes(publique.as_der(private=False)), str(cle.get("n", "")).encode()]
    for essai in essais:
        calculee = base64.urlsafe_b64encode(hmac.new(essai, signe.encode(), hashlib.sha256).digest())
        if hmac.compare_digest(calculee.rstrip(b"="), signature.encode()):
            return _partie(jeton, 1)
    raise ErreurFournisseur("La signature du jeton d'identité est fausse.")


def verifier_jeton_identite(
    contenu: dict[str, Any],
    fournisseur: Fournisseur,
    defauts: Defauts,
    *,
    nonce: str | None,
    jeton_acces: str,
    instants: Iterable[datetime],
    algorithme: str,
) -> None:
    """Refuse un contenu qui n'est pas pour nous, pas de maintenant, ou pas de cette demande.

    `nonce` None : flux sans navigateur. `instants` : heures admises (l'horloge d'essai peut avoir été avancée).
    """
    destinataires = _liste(contenu.get("aud"))
    _exiger(contenu.get("iss") == fournisseur.issuer, "psc_iss_non_verifie", defauts, "n'a pas le bon émetteur")
    _exiger(fournisseur.client_id in destinataires, "psc_aud_non_verifie", defauts, "est destiné à un autre")
    azp_attendu = "azp" in contenu or len(destinataires) > 1
    azp_juste = not azp_attendu or contenu.get("azp") == fournisseur.client_id
    _exiger(azp_juste, "psc_azp_non_verifie", defauts, "a été demandé par un autre")
    _verifier_dates(contenu, defauts, list(instants))
    if nonce is not None:
        _exiger(contenu.get("nonce") == nonce, "psc_nonce_non_verifie", defauts, "ne répond pas à cette demande")
    if fournisseur.acr_values:
        _exiger(
            contenu.get("acr") == fournisseur.acr_values,
            "psc_acr_non_verifie",
            defauts,
            "n'atteste pas le niveau d'authentification demandé",
        )
    if "at_hash" in contenu:
        juste = contenu["at_hash"] == empreinte(jeton_acces, algorithme)
        _exiger(juste, "psc_at_hash_non_verifie", defauts, "ne va pas avec le jeton d'accès reçu")
    _exiger(_non_vide(contenu.get("sub")), "psc_sub_non_verifie", defauts, "ne désigne personne")


def verifier_origine(contenu: dict[str, Any], fournisseur: Fournisseur) -> None:
    """UserInfo signé : de cet émetteur et pour nous, s'il le dit (OpenID Connect Core, 5.3.2)."""
    autre = "iss" in contenu and contenu["iss"] != fournisseur.issuer
    if autre or ("aud" in contenu and fournisseur.client_id not in _liste(contenu["aud"])):
        raise ErreurFournisseur("L'identité reçue n'est pas celle que le logiciel a demandée.")


def _verifier_dates(contenu: dict[str, Any], defauts: Defauts, instants: list[datetime]) -> None:
    """Émis et pas encore expiré, l'un et l'autre à la même heure."""
    exp, iat = _nombre(contenu.get("exp")), _nombre(contenu.get("iat"))
    sans_exp, sans_iat = defauts.actif("psc_exp_non_verifie"), defauts.actif("psc_iat_non_verifie")
    for instant in instants:
        heure = instant.timestamp()
        expire = exp is None or heure >= exp + TOLERANCE
        futur = iat is None or iat > heure + TOLERANCE
        if (sans_exp or not expire) and (sans_iat or not futur):
            return
    raise ErreurFournisseur("Le jeton d'identité reçu est expiré ou daté de l'avenir : la connexion est refusée.")


def _exiger(juste: bool, defaut: str, defauts: Defauts, pourquoi: str) -> None:
    if not juste and not defauts.actif(defaut):
        raise ErreurFournisseur(f"Le jeton d'identité reçu {pourquoi} : la connexion est refusée.")


def empreinte(jeton: str, algorithme: str) -> str:
    """`at_hash` : moitié gauche de l'empreinte du jeton, de la force de l'algorithme de signature."""
    force = "512" if algorithme == "EdDSA" else algorithme[-3:]
    condense = hashlib.new(f"sha{force if force in ('256', '384', '512') else '256'}", jeton.encode()).digest()
    return base64.urlsafe_b64encode(condense[: len(condense) // 2]).rstrip(b"=").decode()


def algorithme_de(jeton: str) -> str:
    return str(_partie(jeton, 0).get("alg", ""))


def _partie(jeton: str, rang: int) -> dict[str, Any]:
    """En-tête (0) ou contenu (1), sans rien vérifier."""
    morceaux = jeton.split(".")
    try:
        if len(morceaux) != 3:
            raise ValueError("trois parties attendues")
        objet = json.loads(base64.urlsafe_b64decode(morceaux[rang] + "=" * (-len(morceaux[rang]) % 4)))
        if not isinstance(objet, dict):
            raise ValueError("objet attendu")
    except ValueError as erreur:
        raise ErreurFournisseur("Le jeton d'identité est illisible.") from erreur
    return objet


def _liste(valeur: Any) -> list[Any]:
    return valeur if isinstance(valeur, list) else [valeur]


def _nombre(valeur: Any) -> float | None:
    return float(valeur) if isinstance(valeur, int | float) and not isinstance(valeur, bool) else None


def _non_vide(valeur: Any) -> bool:
    return isinstance(valeur, str) and bool(valeur)
