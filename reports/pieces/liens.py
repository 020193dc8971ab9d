"""Un résultat sur une plateforme officielle : une adresse ou un identifiant d'essai, gardé tel quel, jamais visité."""

from __future__ import annotations

import ipaddress
import json
import re
from urllib.parse import parse_qsl, urlsplit

from reports.depots import MENTION_LIEN
from reports.pieces.refus import Refus

SUFFIXE = ".url.json"
_ATTENDU = (
    "l'adresse https permanente d'un résultat de l'espace de test CI-SIS, ou l'identifiant d'un essai de l'outil "
    "MSSanté de l'ANS"
)
_HOTES_ATTENDUS = ("esante.gouv.fr", "sante.fr", "ihe-europe.net")
"""Domaines où vivent ces plateformes ; une adresse d'ailleurs est gardée, et signalée."""
_IDENTIFIANT = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._:/#-]{0,99}")
_SECRETS = re.compile(
    r"^(?:.*[_-])?(?:token|jwt|mdp|password|passwd|pwd|secret|api_?key|apikey|auth|sid|session(?:id)?|jsessionid)$",
    re.I,
)


def lire_lien(octets: bytes) -> dict[str, str]:
    """Un lien déposé : texte d'une ligne, raccourci Windows, ou notre JSON. Refus s'il ne convient pas."""
    try:
        texte = octets[:20_000].decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Refus("format", _ATTENDU, "un fichier qui n'est pas du texte", "copiez l'adresse dans un texte") from None
    if texte.startswith("{"):
        texte = _dans_un_json(texte)
    elif "[InternetShortcut]" in texte:
        texte = next((ligne[4:].strip() for ligne in texte.splitlines() if ligne.upper().startswith("URL=")), "")
    return verifier_lien(texte)


def verifier_lien(valeur: str) -> dict[str, str]:
    """`nature` (url ou identifiant), `valeur`, `hote` ; Refus si ce n'est ni l'un ni l'autre."""
    valeur = valeur.strip()
    if not valeur:
        raise Refus("vide", _ATTENDU, "rien", "copiez l'adresse depuis le navigateur, ou le numéro depuis l'outil")
    if "://" in valeur or valeur.lower().startswith(("javascript:", "data:", "file:", "mailto:")):
        return {"nature": "url", "valeur": valeur, "hote": _hote(valeur)}
    if not _IDENTIFIANT.fullmatch(valeur):
        recu = f"{valeur[:80]!r}" + ("…" if len(valeur) > 80 else "")
        raise Refus("format", _ATTENDU, recu, "donnez l'adresse complète (https://…), ou le numéro seul, sans phrase")
    return {"nature": "identifiant", "valeur": valeur}


def en_fichier(lien: dict[str, str]) -> bytes:
    """Les octets de la pièce `.url.json` : la valeur telle que donnée, et ce qu'elle vaut."""
    texte = json.dumps(
        {**lien, "mention": f"à vérifier : {MENTION_LIEN}"}, ensure_ascii=False, indent=2, sort_keys=True
    )
    return texte.encode() + b"\n"


def valeur_gardee(octets: bytes) -> str:
    """L'adresse ou l'identifiant d'une pièce écrite par `en_fichier` ; vide si ce n'en est pas une."""
    try:
        lu = json.loads(octets)
    except (ValueError, RecursionError):
        return ""
    valeur = lu.get("valeur") if isinstance(lu, dict) else None
    return valeur if isinstance(valeur, str) else ""


def avertissement(lien: dict[str, str]) -> str:
    """Une adresse dont l'hôte n'est pas celui d'une plateforme connue ; vide sinon."""
    hote = lien.get("hote", "")
    if not hote or any(hote == h or hote.endswith(f".{h}") for h in _HOTES_ATTENDUS):
        return ""
    return f"l'hôte {hote} n'est pas celui d'une plateforme officielle connue du banc : vérifiez l'adresse"


def _dans_un_json(texte: str) -> str:
    try:
        lu = json.loads(texte)
    except (ValueError, RecursionError):
        raise Refus("format", _ATTENDU, "un JSON mal formé", "donnez l'adresse seule, en texte") from None
    valeur = lu.get("valeur") or lu.get("url") or lu.get("identifiant") or ""
    if not isinstance(valeur, str | int):
        raise Refus("format", _ATTENDU, "un JSON sans « valeur » ni « url »", "donnez l'adresse seule, en texte")
    return str(valeur)


def _hote(url: str) -> str:
    try:
        parties = urlsplit(url)
        hote, _ = (parties.hostname or "").lower(), parties.port
    except ValueError:
        raise Refus("format", _ATTENDU, "une adresse mal formée", "recopiez-la depuis le navigateur") from None
    if parties.scheme.lower() != "https":
        raise Refus("format", _ATTENDU, f"une adresse {parties.scheme or 'sans protocole'}", "donnez l'adresse https")
    if not url.isprintable() or " " in url or "\\" in url or not hote:
        raise Refus("format", _ATTENDU, "une adresse mal formée", "recopiez-la depuis le navigateur")
    secrets = [nom for nom, _ in [*parse_qsl(parties.query), *parse_qsl(parties.fragment)] if _SECRETS.match(nom)]
    if parties.username is not None or parties.password is not None or secrets or ";jsessionid" in url.lower():
        quoi = f"le paramètre {secrets[0]}" if secrets else "un identifiant de connexion"
        raise Refus(
            "secret",
            "une adresse permanente sans identifiants dedans",
            f"une adresse qui porte {quoi} ; elle n'a pas été gardée",
            "copiez le lien permanent du résultat, pas l'adresse de votre session",
        )
    if _interne(hote):
        raise Refus(
            "format",
            _ATTENDU,
            f"une adresse interne ({hote}), qu'aucun relecteur ne peut ouvrir",
            f"jouez l'essai sur la plateforme officielle : {MENTION_LIEN}",
        )
    return hote


def _interne(hote: str) -> bool:
    try:
        return not ipaddress.ip_address(hote).is_global
    except ValueError:
        return "." not in hote or hote.endswith((".local", ".localhost", ".internal", ".lan", ".test", ".invalid"))
