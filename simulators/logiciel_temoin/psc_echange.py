"""Échange du jeton de la personne contre celui des API Pro Santé Connectées, lié à notre certificat.

Échange de jeton (RFC 8693) au serveur d'autorisation des API, client prouvé par son certificat (RFC 8705).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulators.logiciel_temoin.psc_client import FORMULAIRE
from simulators.logiciel_temoin.psc_environnement import CERTIFICAT
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, FournisseurIndisponible
from simulators.logiciel_temoin.psc_sessions import MARGE, SessionOuverte
from simulators.logiciel_temoin.transport import ErreurTransport

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE_JETON = "urn:ietf:params:oauth:token-type:access_token"


def jeton_api(labo: Labo, ouverte: SessionOuverte) -> str:
    """Le jeton de l'API, gardé avec la session tant qu'il vaut."""
    acces = labo.fournisseurs.ouvertes.acces(ouverte)
    with ouverte.verrou:
        instant = labo.horloge.maintenant()
        if ouverte.jeton_api and instant < ouverte.fin_jeton_api - MARGE:
            return ouverte.jeton_api
        ouverte.jeton_api, ouverte.fin_jeton_api = _echanger(labo, ouverte, acces, instant)
        return ouverte.jeton_api


def _echanger(labo: Labo, ouverte: SessionOuverte, acces: str, instant: datetime) -> tuple[str, datetime]:
    api = labo.environnement.api_psc
    assert api is not None
    champs = {
        "grant_type": GRANT,
        "client_id": ouverte.client.fournisseur.client_id,
        "subject_token": acces,
        "subject_token_type": TYPE_JETON,
        "subject_issuer": "psc",
        "scope": "openid",
    }
    entetes = {"Content-Type": FORMULAIRE, "Accept": "application/json"}
    presente = None if labo.defaut("psc_certificat_absent") else labo.environnement.certificats[CERTIFICAT]
    try:
        reponse = labo.transport.demander("POST", api.url_jeton, urlencode(champs).encode(), entetes, presente)
    except ErreurTransport as erreur:
        raise FournisseurIndisponible("Le serveur d'autorisation des API ne répond pas.") from erreur
    contenu = _objet(reponse.octets)
    jeton = contenu.get("access_token")
    if reponse.statut >= 500:
        raise FournisseurIndisponible(f"Le serveur d'autorisation des API est indisponible (HTTP {reponse.statut}).")
    if reponse.statut != 200 or not isinstance(jeton, str):
        code = str(contenu.get("error") or reponse.statut)
        raise ErreurFournisseur(f"Le serveur d'autorisation des API refuse votre session ({code}).", code)
    duree = contenu.get("expires_in")
    return jeton, instant + timedelta(seconds=duree if isinstance(duree, int | float) else 60)


def _objet(octets: bytes) -> dict[str, Any]:
    try:
        objet = json.loads(octets or b"{}")
    except ValueError:
        return {}
    return objet if isinstance(objet, dict) else {}
