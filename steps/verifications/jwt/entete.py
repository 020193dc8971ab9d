"""L'en-tête d'un jeton : membres répétés, algorithme, type, clé, extensions critiques."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator

from cryptography.hazmat.primitives import serialization

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.jwt.cles import Jwks
from steps.verifications.jwt.lecture import Jeton, Nature
from steps.verifications.jwt.regles import ALG, CLE_EMBARQUEE, CONFUSION, CRITIQUES, KID, MEMBRES, SYMETRIQUE, TYPE
from steps.verifications.registre import verification

_FAMILLES = ("RS", "PS", "ES", "HS")
ALGORITHMES = frozenset(
    {*(f + t for f in _FAMILLES for t in ("256", "384", "512")), "EdDSA", "Ed25519", "Ed448", "ES256K"}
)
"""Algorithmes de signature enregistrés (RFC 7518, 8037, 8812, 9864)."""
_CONDENSATS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_TYPES = frozenset({"jwt", "at+jwt", "logout+jwt", "application/jwt", "application/at+jwt", "jose", "secevent+jwt"})
_TYPES_D_UN_AUTRE = frozenset({"at+jwt", "application/at+jwt", "logout+jwt", "secevent+jwt"})
"""Ce qu'un ID token n'annonce pas : un jeton typé pour un usage ne sert pas à un autre (RFC 8725 § 3.11)."""
_CODAGES = {"PEM": serialization.Encoding.PEM, "DER": serialization.Encoding.DER}
_OU = "en-tête JOSE"


@verification(MEMBRES)
def membres(jeton: Jeton) -> Constat:
    """Aucun membre répété."""
    return juger(
        MEMBRES, not jeton.doublons, "Un membre est répété dans le jeton.", attendu="chaque membre une fois",
        recu=", ".join(jeton.doublons) or f"{len(jeton.entete)} et {len(jeton.contenu)} membres", ou="jeton",
    )  # fmt: skip


@verification(ALG, SYMETRIQUE, CONFUSION)
def algorithme(jeton: Jeton, cles: Jwks | None) -> list[Constat]:
    """Signé, par un algorithme connu et asymétrique ; un HMAC qui se vérifie avec une clé publique est une attaque."""
    alg = jeton.alg
    recu = str(jeton.entete.get("alg", "absent"))[:40]
    constats = [
        juger(
            ALG, alg in ALGORITHMES and bool(jeton.signature),
            "Le jeton n'est pas signé, ou par un algorithme inconnu.", attendu="RS256, ou un autre algorithme connu",
            recu=recu if jeton.signature else f"{recu}, signature vide", ou=f"{_OU}, alg",
        )
    ]  # fmt: skip
    if alg not in _CONDENSATS or jeton.nature is Nature.RAFRAICHISSEMENT:
        # Un jeton de rafraîchissement n'est lu que par son émetteur, qui le signe comme il veut.
        return [*constats, SYMETRIQUE.respectee(recu=alg, ou=f"{_OU}, alg")] if alg in ALGORITHMES else constats
    constats.append(
        SYMETRIQUE.enfreinte(
            "Le jeton est signé par un secret partagé.", attendu="RS256 ou un autre algorithme asymétrique", recu=alg,
            ou=f"{_OU}, alg",
        )
    )  # fmt: skip
    forgeables = [nom for nom, secret in _secrets_publics(cles) if _hmac_valide(jeton, secret)]
    if cles is not None:
        constats.append(
            juger(
                CONFUSION, not forgeables, "Le HMAC se vérifie avec une clé publique : le jeton est forgé.",
                attendu="un secret que l'émetteur ne publie pas", recu=", ".join(forgeables) or "aucune clé publique",
                ou="signature",
            )
        )  # fmt: skip
    return constats


def _hmac_valide(jeton: Jeton, secret: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(secret, jeton.signe, _CONDENSATS[jeton.alg]), jeton.signature)


def _secrets_publics(cles: Jwks | None) -> Iterator[tuple[str, bytes]]:
    """Écritures d'une clé publique dont un attaquant ferait un secret HMAC."""
    formats = (serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1)
    for donnee in cles or ():
        cle = donnee.cle
        publique = getattr(cle, "public_key", None)
        for nom in ("n", "x"):
            valeur = cle.as_dict(private=False).get(nom)
            if isinstance(valeur, str):
                yield f"{donnee.kid or 'clé sans kid'} ({nom})", valeur.encode()
                try:
                    yield f"{donnee.kid or 'clé sans kid'} ({nom} décodé)", base64.urlsafe_b64decode(valeur + "==")
                except (binascii.Error, ValueError):
                    continue
        for format_ in formats:
            for codage in ("PEM", "DER"):
                try:
                    ecrite = publique.public_bytes(_CODAGES[codage], format_)  # type: ignore[union-attr]
                except (AttributeError, ValueError, TypeError):
                    continue
                for variante in {ecrite, ecrite.rstrip(b"\n"), ecrite.replace(b"\n", b"\r\n")}:
                    yield f"{donnee.kid or 'clé sans kid'} ({codage})", variante


@verification(TYPE, KID, CRITIQUES, CLE_EMBARQUEE)
def parametres(jeton: Jeton) -> list[Constat]:
    """typ, kid, crit, et clés que le jeton donnerait lui-même."""
    e = jeton.entete
    embarquees = [nom for nom in ("jwk", "jku", "x5u", "x5c") if nom in e]
    type_, kid, critiques = e.get("typ"), e.get("kid"), e.get("crit")
    autres = _TYPES_D_UN_AUTRE if jeton.nature is Nature.ID else frozenset()
    constats = [
        juger(
            CLE_EMBARQUEE, not embarquees, "L'en-tête donne lui-même sa clé ou son adresse.", attendu="kid seul",
            recu=", ".join(embarquees) or "aucune clé", ou=_OU,
        ),
        juger(
            CRITIQUES, critiques is None and e.get("b64", True) is True,
            "L'en-tête déclare critique une extension que le banc ne comprend pas.", attendu="ni crit, ni b64:false",
            recu=str(critiques)[:120] if critiques is not None else f"b64 {e.get('b64', 'absent')}", ou=f"{_OU}, crit",
        ),
    ]  # fmt: skip
    if type_ is not None:
        constats.append(
            juger(
                TYPE, isinstance(type_, str) and type_.lower() in _TYPES - autres,
                "typ n'annonce pas un JWT de cette nature.", attendu="JWT",
                recu=str(type_)[:60], ou=f"{_OU}, typ",
            )
        )  # fmt: skip
    if jeton.nature is not Nature.RAFRAICHISSEMENT and jeton.alg not in _CONDENSATS:
        constats.append(
            juger(
                KID, isinstance(kid, str) and bool(kid), "kid manque : rien ne dit quelle clé vérifie le jeton.",
                attendu="l'identifiant d'une clé du JWKS", recu=str(kid)[:80] if kid is not None else "absent",
                ou=f"{_OU}, kid",
            )
        )  # fmt: skip
    return constats
