"""La signature d'un jeton, par les clés que l'utilisateur donne ; sans elles, rien n'est cru."""

from __future__ import annotations

import json
import warnings
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey, import_key

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.jwt.cles import ClePublique, Jwks
from steps.verifications.jwt.entete import ALGORITHMES
from steps.verifications.jwt.lecture import Jeton, Nature
from steps.verifications.jwt.regles import SIGNATURE, TAILLE_CLE
from steps.verifications.registre import verification

JWKS_MAX = 1024 * 1024
CLES_MAX = 100
RSA_MIN = 2048
_OU = "signature"
_ERREURS = (JoseError, ValueError, TypeError, KeyError, AttributeError, InvalidSignature, UnsupportedAlgorithm)


class JwksIllisible(ValueError):
    """Le JWKS donné ne se lit pas ; le texte dit pourquoi, en français."""


def lire_jwks(octets: bytes) -> Jwks:
    """Les clés d'un JWKS (ou d'une clé seule) ; lève `JwksIllisible`. Les clés d'un type inconnu sont ignorées."""
    if len(octets) > JWKS_MAX:
        raise JwksIllisible(f"JWKS de {len(octets)} octets, {JWKS_MAX} au plus")
    try:
        brut = json.loads(octets)
    except (ValueError, RecursionError) as erreur:
        raise JwksIllisible("JSON illisible") from erreur
    brutes = brut.get("keys", [brut]) if isinstance(brut, dict) else None
    if not isinstance(brutes, list) or len(brutes) > CLES_MAX:
        raise JwksIllisible(f"un objet JSON avec une liste keys d'au plus {CLES_MAX} clés attendu")
    cles = [cle for cle in map(_cle, brutes) if cle is not None]
    if not cles:
        raise JwksIllisible("aucune clé publique lisible")
    return tuple(cles)


def _cle(brute: Any) -> ClePublique | None:
    if not isinstance(brute, dict) or brute.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # La bibliothèque refuse d'essayer une clé de chiffrement : c'est à nous de le dire.
            utile = {nom: valeur for nom, valeur in brute.items() if nom not in ("use", "key_ops", "alg")}
            cle = import_key(utile)
    except _ERREURS:
        return None
    kid = brute.get("kid")
    return ClePublique(kid if isinstance(kid, str) else "", str(brute.get("use", "sig")), cle)


@verification(SIGNATURE, TAILLE_CLE)
def signature(jeton: Jeton, cles: Jwks | None) -> list[Constat]:
    """La signature est valide par une clé du JWKS ; sans JWKS, le jeton est au plus *à vérifier*."""
    if jeton.nature is Nature.RAFRAICHISSEMENT and jeton.alg.startswith("HS"):
        return [
            SIGNATURE.a_regarder(
                "Jeton de rafraîchissement : seul son émetteur peut le vérifier.", recu=jeton.alg, ou=_OU
            )
        ]
    if cles is None:
        return [
            SIGNATURE.a_regarder("La signature n'est pas vérifiée : aucun JWKS n'est donné.", recu=jeton.alg, ou=_OU)
        ]
    if jeton.alg.startswith("HS"):
        return [SIGNATURE.a_regarder("Un HMAC ne se vérifie pas avec des clés publiques.", recu=jeton.alg, ou=_OU)]
    kid = jeton.entete.get("kid")
    designees = [cle for cle in cles if kid is not None and cle.kid == kid]
    if kid is not None and not designees and any(cle.kid for cle in cles):
        return [
            SIGNATURE.a_regarder(
                "La clé du jeton n'est pas dans le JWKS donné : rotation, autre émetteur ou jeton forgé.",
                recu=f"kid {str(kid)[:80]} ; JWKS : {', '.join(str(cle.kid) for cle in cles)[:200]}", ou=_OU,
            )
        ]  # fmt: skip
    essayees = designees or list(cles)
    bonne = next((cle for cle in essayees if _verifie(jeton, cle)), None)
    if bonne is None:
        return [
            SIGNATURE.enfreinte(
                "La signature n'est pas valide.", attendu=f"une signature {jeton.alg or 'connue'} par une clé du JWKS",
                recu=f"refusée par {len(essayees)} clé(s) ({', '.join(str(cle.kid) for cle in essayees)[:120]})",
                ou=_OU,
            )
        ]  # fmt: skip
    return [SIGNATURE.respectee(recu=f"{jeton.alg}, clé {bonne.kid or 'sans kid'}", ou=_OU), _taille(bonne)]


def _verifie(jeton: Jeton, cle: ClePublique) -> bool:
    """Un HMAC n'est jamais essayé : une clé publique n'est pas un secret."""
    if jeton.alg not in ALGORITHMES or jeton.alg.startswith("HS") or not jeton.signature:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            jws.deserialize_compact(jeton.compact, cle.cle, algorithms=[jeton.alg])
    except _ERREURS:
        return False
    return True


def _taille(publique: ClePublique) -> Constat:
    cle = publique.cle
    bits = cle.raw_value.key_size if isinstance(cle, RSAKey) else RSA_MIN
    nature = f"RSA de {bits} bits" if isinstance(cle, RSAKey) else cle.key_type
    return juger(
        TAILLE_CLE, bits >= RSA_MIN and publique.usage == "sig",
        "La clé est trop courte ou n'est pas faite pour signer.",
        attendu=f"RSA d'au moins {RSA_MIN} bits (ou EC, OKP), use sig", recu=f"{nature}, use {publique.usage}",
        ou="JWKS",
    )  # fmt: skip
