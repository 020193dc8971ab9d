"""Les revendications enregistrées : présence, types, destinataires, condensat du jeton d'accès, liaison."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any

from reports.constat import Constat
from steps.verifications.cda.jugement import juger
from steps.verifications.jwt.lecture import Jeton, Nature
from steps.verifications.jwt.regles import AT_HASH, AUDIENCE, LIAISON, OBLIGATOIRES, TYPES
from steps.verifications.registre import verification

_OU = "contenu"
_TEXTES = ("iss", "sub", "jti", "azp", "nonce", "acr", "at_hash", "sid", "session_state", "scope",
           "typ", "SubjectNameID", "preferred_username")  # fmt: skip
_DATES = ("exp", "nbf", "iat", "auth_time")
_CONDENSATS = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def est_date(valeur: Any) -> bool:
    """Vrai pour un NumericDate : un nombre de secondes, fini, ni texte ni booléen."""
    return isinstance(valeur, int | float) and not isinstance(valeur, bool) and -1e12 < valeur < 1e12


def destinataires_de(jeton: Jeton) -> tuple[str, ...]:
    """Valeurs de aud, qu'il soit un texte ou une liste."""
    aud = jeton.contenu.get("aud")
    if isinstance(aud, str):
        return (aud,)
    return tuple(valeur for valeur in aud if isinstance(valeur, str)) if isinstance(aud, list) else ()


@verification(OBLIGATOIRES)
def presence(jeton: Jeton) -> list[Constat]:
    """Un ID token porte iss, sub, aud, exp et iat, non vides."""
    if jeton.nature is not Nature.ID:
        return []
    absents = [nom for nom in ("iss", "sub", "aud", "exp", "iat") if jeton.contenu.get(nom) in (None, "", [])]
    return [
        juger(
            OBLIGATOIRES, not absents, "Une revendication obligatoire manque à l'ID token.",
            attendu="iss, sub, aud, exp, iat", recu=f"absents : {', '.join(absents)}" if absents else "toutes", ou=_OU,
        )
    ]  # fmt: skip


@verification(TYPES)
def types(jeton: Jeton) -> list[Constat]:
    """Dates en secondes, textes en texte, aud en texte ou en liste de textes."""
    contenu = jeton.contenu
    faux = [f"{nom} ({_genre(contenu[nom])})" for nom in _DATES if nom in contenu and not est_date(contenu[nom])]
    faux += [
        f"{nom} ({_genre(contenu[nom])})" for nom in _TEXTES if nom in contenu and not isinstance(contenu[nom], str)
    ]
    aud = contenu.get("aud", "")
    if not isinstance(aud, str) and not (isinstance(aud, list) and all(isinstance(valeur, str) for valeur in aud)):
        faux.append(f"aud ({_genre(aud)})")
    sub = contenu.get("sub")
    if isinstance(sub, str) and (len(sub) > 255 or not sub.isascii()):
        faux.append("sub (plus de 255 caractères, ou hors d'ASCII)")
    return [
        juger(
            TYPES, not faux, "Une revendication n'a pas son type.",
            attendu="dates en nombres de secondes, textes, aud en texte ou liste de textes",
            recu=", ".join(faux) or ", ".join(sorted(contenu)), ou=_OU,
        )
    ]  # fmt: skip


def _genre(valeur: Any) -> str:
    noms = {str: "texte", bool: "booléen", dict: "objet", list: "liste", type(None): "null"}
    return noms.get(type(valeur), "nombre hors bornes" if isinstance(valeur, int | float) else type(valeur).__name__)


@verification(AUDIENCE)
def destinataires(jeton: Jeton) -> list[Constat]:
    """azp est dans aud ; plusieurs destinataires sans azp sont à regarder."""
    aud, azp = destinataires_de(jeton), jeton.contenu.get("azp")
    if jeton.nature is not Nature.ID or not aud:
        return []
    recu = f"aud {', '.join(aud)} ; azp {azp if azp is not None else 'absent'}"
    if azp is None and len(aud) > 1:
        return [
            AUDIENCE.a_regarder("Plusieurs destinataires, et rien ne dit lequel a demandé le jeton.", recu=recu, ou=_OU)
        ]
    if azp is None:
        return []
    return [
        juger(
            AUDIENCE, azp in aud, "azp n'est pas l'un des destinataires.", attendu="azp parmi aud", recu=recu, ou=_OU,
        )
    ]  # fmt: skip


@verification(AT_HASH)
def condensat(jeton: Jeton, acces: Jeton | None) -> list[Constat]:
    """at_hash est celui du jeton d'accès rendu dans la même réponse."""
    annonce = jeton.contenu.get("at_hash")
    if (
        acces is None
        or jeton.nature is not Nature.ID
        or not isinstance(annonce, str)
        or jeton.alg[-3:] not in _CONDENSATS
    ):
        return []
    complet = _CONDENSATS[jeton.alg[-3:]](acces.compact.encode("utf-8", "replace")).digest()
    attendu = base64.urlsafe_b64encode(complet[: len(complet) // 2]).rstrip(b"=").decode()
    return [
        juger(
            AT_HASH, annonce == attendu, "at_hash n'est pas celui du jeton d'accès.", attendu=attendu,
            recu=annonce[:90], ou=f"{_OU}, at_hash",
        )
    ]  # fmt: skip


@verification(LIAISON)
def liaison(jeton: Jeton) -> list[Constat]:
    """cnf.x5t#S256, s'il est là, encode 32 octets, ou leur écriture hexadécimale comme le fait l'ANS."""
    cnf = jeton.contenu.get("cnf")
    if not isinstance(cnf, dict) or "x5t#S256" not in cnf:
        return []
    valeur = cnf["x5t#S256"]
    return [
        juger(
            LIAISON, isinstance(valeur, str) and _empreinte_de_certificat(valeur),
            "cnf.x5t#S256 n'encode pas un SHA-256.", attendu="base64url de 32 octets (ou de leurs 64 chiffres)",
            recu=str(valeur)[:100], ou=f"{_OU}, cnf",
        )
    ]  # fmt: skip


def _empreinte_de_certificat(valeur: str) -> bool:
    standard = valeur.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        octets = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(octets) == 32 or re.fullmatch(rb"[0-9A-Fa-f]{64}", octets) is not None
