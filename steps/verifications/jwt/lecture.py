"""Lire un jeton sans le croire : jamais d'exception inattendue, jamais le jeton entier dans un texte."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TAILLE_MAX = 1024 * 1024
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_PREFIXE = re.compile(r"\A(?:Authorization\s*:\s*)?(?:Bearer|DPoP)\s+", re.IGNORECASE)
_REPONSE = ("id_token", "access_token", "refresh_token", "subject_token", "assertion", "client_assertion")
_PROFONDEUR_MAX = 100


class JetonIllisible(ValueError):
    """Ces octets ne sont pas un jeton ; le texte dit pourquoi, en français, sans citer le jeton."""


class Nature(StrEnum):
    """Ce qu'un jeton prétend être, d'après `typ` et ses revendications."""

    ID = "ID token"
    ACCES = "jeton d'accès"
    RAFRAICHISSEMENT = "jeton de rafraîchissement"
    AUTRE = "jeton d'une autre nature"


@dataclass(frozen=True)
class Jeton:
    """Un JWS lu. `signe` : les octets couverts par la signature. `doublons` : membres répétés, avec leur lieu."""

    entete: Mapping[str, Any]
    contenu: Mapping[str, Any]
    signe: bytes
    signature: bytes
    empreinte: str
    compact: str = field(default="", repr=False)
    doublons: tuple[str, ...] = ()
    nom: str = ""

    @property
    def nature(self) -> Nature:
        """Nature annoncée ; le nom donné par une réponse de jetons l'emporte."""
        if self.nom == "id_token":
            return Nature.ID
        if self.nom in ("access_token", "subject_token"):
            return Nature.ACCES
        genre = str(self.contenu.get("typ", "")).lower()
        if self.nom == "refresh_token" or genre in ("refresh", "offline"):
            return Nature.RAFRAICHISSEMENT
        if genre == "id" or {"nonce", "at_hash", "c_hash"} & set(self.contenu):
            return Nature.ID
        if genre == "bearer" or "scope" in self.contenu or str(self.entete.get("typ", "")).lower() == "at+jwt":
            return Nature.ACCES
        return Nature.AUTRE

    @property
    def alg(self) -> str:
        """Algorithme annoncé, vide s'il n'est pas un texte."""
        valeur = self.entete.get("alg")
        return valeur if isinstance(valeur, str) else ""


def lire_jetons(octets: bytes) -> tuple[Jeton, ...]:
    """Le ou les jetons d'un fichier : compact, `Bearer …`, JSON (JWS), ou réponse de jetons ; lève `JetonIllisible`."""
    if len(octets) > TAILLE_MAX:
        raise JetonIllisible(f"jeton de {len(octets)} octets, {TAILLE_MAX} au plus")
    try:
        texte = octets.decode("utf-8-sig").strip(" \t\r\n")
    except UnicodeDecodeError:
        texte = _en_utf16(octets)
    texte = _PREFIXE.sub("", texte).strip("\"' \t\r\n")
    if not texte:
        raise JetonIllisible("fichier vide")
    if texte.startswith("{"):
        return _depuis_json(texte)
    return (_compact(texte),)


def empreinte(texte: str | bytes) -> str:
    """Seize premiers chiffres du SHA-256 : de quoi reconnaître un jeton sans l'écrire."""
    return hashlib.sha256(texte.encode("utf-8", "replace") if isinstance(texte, str) else texte).hexdigest()[:16]


def _en_utf16(octets: bytes) -> str:
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return octets.decode("utf-16").strip(" \t\r\n")
        except UnicodeDecodeError:
            pass
    raise JetonIllisible("le fichier n'est pas du texte")


def _compact(texte: str, nom: str = "") -> Jeton:
    parties = texte.split(".")
    if len(parties) == 5:
        raise JetonIllisible("jeton chiffré (JWE, cinq parties)")
    if len(parties) != 3:
        raise JetonIllisible(f"trois parties séparées par un point attendues, {len(parties)} trouvée(s)")
    entete, contenu, doublons = _lire(parties[0], parties[1])
    signature = _base64url(parties[2], "signature")
    signe = f"{parties[0]}.{parties[1]}".encode()
    return Jeton(entete, contenu, signe, signature, empreinte(texte), texte, doublons, nom)


def _lire(entete: str, contenu: str) -> tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]:
    lu_entete, doubles_entete = _objet(_base64url(entete, "en-tête"), "en-tête")
    if "enc" in lu_entete:
        raise JetonIllisible("jeton chiffré (JWE)")
    lu_contenu, doubles_contenu = _objet(_base64url(contenu, "contenu"), "contenu")
    return lu_entete, lu_contenu, (*doubles_entete, *doubles_contenu)


def _base64url(texte: str, quoi: str) -> bytes:
    if not _BASE64URL.fullmatch(texte):
        raise JetonIllisible(
            f"{quoi} : caractères hors de base64url (remplissage « = », blanc, « + » ou « / » compris)"
        )
    if len(texte) % 4 == 1:
        raise JetonIllisible(f"{quoi} : longueur impossible en base64url")
    try:
        octets = base64.urlsafe_b64decode(texte + "=" * (-len(texte) % 4))
    except (binascii.Error, ValueError) as erreur:
        raise JetonIllisible(f"{quoi} : base64url illisible") from erreur
    if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != texte:
        raise JetonIllisible(f"{quoi} : base64url non canonique (bits de fin non nuls)")
    return octets


def _objet(octets: bytes, quoi: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    doublons: list[str] = []

    def reunir(paires: list[tuple[str, Any]]) -> dict[str, Any]:
        comptes = Counter(nom for nom, _ in paires)
        doublons.extend(f"{quoi} : {nom[:60]}" for nom, nombre in comptes.items() if nombre > 1)
        return dict(paires)

    try:
        texte = octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        raise JetonIllisible(f"{quoi} : ce n'est pas de l'UTF-8") from erreur
    if _profondeur(texte) > _PROFONDEUR_MAX:
        raise JetonIllisible(f"{quoi} : plus de {_PROFONDEUR_MAX} niveaux imbriqués")
    try:
        lu = json.loads(texte, object_pairs_hook=reunir, parse_constant=_refuser_constante, parse_int=_entier)
    except RecursionError as erreur:
        raise JetonIllisible(f"{quoi} : JSON trop imbriqué") from erreur
    except ValueError as erreur:
        raise JetonIllisible(f"{quoi} : JSON illisible") from erreur
    if not isinstance(lu, dict):
        raise JetonIllisible(f"{quoi} : un objet JSON attendu")
    return lu, tuple(doublons)


def _refuser_constante(nom: str) -> None:
    raise ValueError(f"{nom} n'est pas du JSON")


def _entier(texte: str) -> int | float:
    return int(texte) if len(texte) <= 300 else float("inf")


def _profondeur(texte: str) -> int:
    """Plus grande imbrication apparente, crochets des chaînes compris : une borne, pas une mesure."""
    profondeur = plus_grande = 0
    for trouve in re.finditer(r"[\[{]|[\]}]", texte):
        profondeur += 1 if trouve.group() in "[{" else -1
        plus_grande = max(plus_grande, profondeur)
    return plus_grande


def _depuis_json(texte: str) -> tuple[Jeton, ...]:
    """JWS en JSON (aplati ou général), ou réponse d'un point d'accès de jetons."""
    objet, _ = _objet(texte.encode("utf-8", "replace"), "JSON")
    if isinstance(objet.get("payload"), str) and ("signatures" in objet or "signature" in objet):
        return _jws_json(objet)
    noms = [nom for nom in _REPONSE if isinstance(objet.get(nom), str) and objet[nom].count(".") >= 2]
    if not noms:
        if "ciphertext" in objet:
            raise JetonIllisible("jeton chiffré (JWE en JSON)")
        raise JetonIllisible("objet JSON qui n'est ni un JWS ni une réponse de jetons")
    return tuple(_compact(objet[nom], nom) for nom in noms)


def _jws_json(objet: dict[str, Any]) -> tuple[Jeton, ...]:
    bruts = objet.get("signatures", [objet])
    if not isinstance(bruts, list) or not bruts or len(bruts) > 20:
        raise JetonIllisible("signatures : une liste de 1 à 20 éléments attendue")
    jetons = []
    for brut in bruts:
        if not isinstance(brut, dict) or not all(isinstance(brut.get(nom), str) for nom in ("protected", "signature")):
            raise JetonIllisible("JWS en JSON : protected et signature attendus")
        if isinstance(brut.get("header"), dict) and "alg" in brut["header"]:
            raise JetonIllisible("JWS en JSON : alg hors de l'en-tête protégé")
        jetons.append(_compact(f"{brut['protected']}.{objet['payload']}.{brut['signature']}"))
    return tuple(jetons)
