"""Une demande d'autorisation : lue et contrôlée, sans rien répondre. Fonctions pures.

Ordre du contrôle : le client et son adresse de retour d'abord. Tant qu'ils ne sont pas sûrs, un refus s'explique à
l'écran et ne renvoie nulle part ; ensuite seulement il retourne au logiciel.
Sources : RFC 6749 (4.1.1, 3.1), RFC 7636, OpenID Connect Core 1.0 (3.1.2), RFC 9101 (refus de `request`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from simulators.psc.clients import Client
from simulators.psc.erreurs import RefusAutorisation, RefusPage
from simulators.psc.profil import Profil

LONGUEUR_MAX = 2048
"""Caractères admis dans un paramètre."""
PARAMETRES_MAX = 60
RESPONSE_MODES = ("query", "fragment", "form_post")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_DEFI = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")
_ENTIER = re.compile(r"[0-9]{1,9}\Z")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+\Z")

Paires = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Demande:
    """Ce qu'une demande valable veut."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str | None = None
    nonce: str = ""
    response_mode: str = "query"
    code_challenge: str = ""
    code_challenge_method: str = ""
    prompt: frozenset[str] = frozenset()
    max_age: int | None = None
    login_hint: str = ""
    id_token_hint: str = ""
    acr: str = ""
    acr_par_acr: bool = False
    """Le niveau a été demandé par `acr`, que la norme ne prévoit pas."""


@dataclass(frozen=True)
class Retour:
    """Où et comment répondre au logiciel, une fois que c'est sûr."""

    client: Client
    redirect_uri: str
    state: str | None
    response_mode: str


def lire_paires(chaine: str) -> Paires:
    """Paires d'une chaîne de requête ou d'un formulaire ; `RefusPage` si elle est illisible ou démesurée."""
    try:
        return tuple(parse_qsl(chaine, keep_blank_values=True, errors="strict", max_num_fields=PARAMETRES_MAX))
    except ValueError:
        raise RefusPage(
            "invalid_request",
            "Demande illisible",
            f"Les paramètres ne se lisent pas : UTF-8 encodé attendu, {PARAMETRES_MAX} au plus.",
        ) from None


def uniques(paires: Paires) -> tuple[Mapping[str, str], frozenset[str]]:
    """Paramètres présents une fois ; noms de ceux qui sont en double. Une valeur vide vaut absence (RFC 6749, 3.1)."""
    valeurs: dict[str, str] = {}
    doubles: set[str] = set()
    for nom, valeur in paires:
        if nom in valeurs:
            doubles.add(nom)
        valeurs[nom] = valeur
    return {nom: valeur for nom, valeur in valeurs.items() if valeur and nom not in doubles}, frozenset(doubles)


def chercher_retour(paires: Paires, clients: Mapping[str, Client]) -> Retour:
    """Le client et son adresse de retour ; `RefusPage` s'ils ne sont pas sûrs : jamais de redirection alors."""
    valeurs, doubles = uniques(paires)
    if douteux := doubles & {"client_id", "redirect_uri"}:
        raise RefusPage(
            "invalid_request",
            "Demande ambiguë",
            f"Paramètre en double : {', '.join(sorted(douteux))}. Un seul attendu.",
        )
    client = clients.get(valeurs.get("client_id", ""))
    if client is None:
        raise RefusPage(
            "unauthorized_client",
            "Logiciel inconnu",
            "Le paramètre client_id manque, ou ne désigne aucun client enregistré auprès de ce fournisseur.",
        )
    redirect_uri = valeurs.get("redirect_uri", "")
    if not client.revient_a(redirect_uri):
        raise RefusPage(
            "invalid_request",
            "Adresse de retour non enregistrée",
            "La redirect_uri manque, ou n'est pas, au caractère près, une de celles que ce client a enregistrées.",
        )
    mode = valeurs.get("response_mode", "query")
    return Retour(client, redirect_uri, valeurs.get("state"), mode if mode in RESPONSE_MODES else "query")


def controler(paires: Paires, retour: Retour, profil: Profil) -> Demande:
    """La demande, entièrement contrôlée ; `RefusAutorisation` au premier défaut."""
    valeurs, doubles = uniques(paires)
    if doubles:
        raise RefusAutorisation("invalid_request", f"parametre en double : {_sur(', '.join(sorted(doubles)))}")
    if longs := [nom for nom, valeur in valeurs.items() if len(valeur) > LONGUEUR_MAX and nom != "id_token_hint"]:
        raise RefusAutorisation("invalid_request", f"parametre trop long : {_sur(', '.join(sorted(longs)))}")
    for nom, code in (("request", "request_not_supported"), ("request_uri", "request_uri_not_supported")):
        if nom in valeurs:
            raise RefusAutorisation(code, f"{nom} non servi")
    if "response_mode" in valeurs and valeurs["response_mode"] not in RESPONSE_MODES:
        raise RefusAutorisation("invalid_request", "response_mode inconnu")
    _exiger_code(valeurs.get("response_type", ""))
    scope = _scope(valeurs.get("scope", ""), profil)
    acr, par_acr = _acr(valeurs, profil)
    defi, methode = _pkce(valeurs, retour.client)
    return Demande(
        retour.client.client_id, retour.redirect_uri, scope, retour.state, valeurs.get("nonce", ""),
        retour.response_mode, defi, methode, _prompt(valeurs.get("prompt", "")), _max_age(valeurs.get("max_age", "")),
        valeurs.get("login_hint", ""), valeurs.get("id_token_hint", ""), acr, par_acr,
    )  # fmt: skip


def _exiger_code(response_type: str) -> None:
    if not response_type:
        raise RefusAutorisation("invalid_request", "response_type absent")
    if response_type != "code":
        raise RefusAutorisation("unsupported_response_type", "seul response_type=code est servi")


def _scope(scope: str, profil: Profil) -> str:
    demandes = scope.split()
    if "openid" not in demandes:
        raise RefusAutorisation("invalid_scope", "scope doit contenir openid")
    if inconnus := [nom for nom in demandes if nom not in profil.scopes or not _SCOPE.match(nom)]:
        raise RefusAutorisation("invalid_scope", f"scope non servi : {_sur(', '.join(inconnus))}")
    return " ".join(dict.fromkeys(demandes))


def _acr(valeurs: Mapping[str, str], profil: Profil) -> tuple[str, bool]:
    if not profil.acr:
        return "", False
    demandes = valeurs.get("acr_values", "").split()
    if profil.acr in demandes:
        return profil.acr, False
    if not demandes and valeurs.get("acr") == profil.acr:
        return profil.acr, True
    raise RefusAutorisation("invalid_request", f"acr_values={profil.acr} est exige")


def _pkce(valeurs: Mapping[str, str], client: Client) -> tuple[str, str]:
    defi = valeurs.get("code_challenge", "")
    methode = valeurs.get("code_challenge_method", "plain" if defi else "")
    if not defi:
        if methode or client.pkce_exige:
            raise RefusAutorisation("invalid_request", "code_challenge absent")
        return "", ""
    if methode not in ("S256", "plain"):
        raise RefusAutorisation("invalid_request", "code_challenge_method : S256 ou plain")
    if not _DEFI.match(defi) or (methode == "S256" and len(defi) != 43):
        raise RefusAutorisation("invalid_request", "code_challenge mal forme")
    return defi, methode


def _prompt(texte: str) -> frozenset[str]:
    demandes = frozenset(texte.split())
    if inconnus := demandes - PROMPTS:
        raise RefusAutorisation("invalid_request", f"prompt inconnu : {_sur(', '.join(sorted(inconnus)))}")
    if "none" in demandes and len(demandes) > 1:
        raise RefusAutorisation("invalid_request", "prompt=none ne va avec aucun autre")
    return demandes


def _max_age(texte: str) -> int | None:
    if not texte:
        return None
    if not _ENTIER.match(texte):
        raise RefusAutorisation("invalid_request", "max_age : un nombre de secondes")
    return int(texte)


def _sur(texte: str) -> str:
    """Caractères permis dans `error_description` (RFC 6749, 4.1.2.1), et pas plus de cent."""
    return re.sub(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]", "?", texte)[:100]
