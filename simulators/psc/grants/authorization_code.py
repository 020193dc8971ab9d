"""`authorization_code` : un code, une fois, dans la minute, par qui l'a demandé (RFC 6749, 4.1.3 ; RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulators.psc.clients import Client
from simulators.psc.emission import Emission, emettre
from simulators.psc.erreurs import octroi_refuse, requete_invalide
from simulators.psc.etat import Code
from simulators.psc.pannes import NOMS_ID_TOKEN
from simulators.psc.point import Appel, Octroi

_VERIFIEUR = re.compile(r"[A-Za-z0-9._~-]{43,128}\Z")


def servir(appel: Appel, valeurs: Mapping[str, str], client: Client) -> dict[str, Any]:
    """Les jetons du code présenté."""
    if "code" not in valeurs:
        raise requete_invalide("code absent")
    etat = appel.contexte.etat
    with etat.verrou:
        code = etat.codes.get(valeurs["code"])
        if code is None:
            raise octroi_refuse("code inconnu")
        _noter(appel, code, valeurs)
        if code.demande.client_id != client.client_id:
            raise octroi_refuse("code émis pour un autre client")
        if code.utilise:
            # RFC 6749, 4.1.2 : un code rejoué a pu être volé, ce qui en est venu ne vaut plus rien.
            etat.revoquer_famille(code.famille)
            raise octroi_refuse("code déjà utilisé : les jetons qui en viennent sont révoqués")
        if appel.contexte.horloge() >= code.emis + timedelta(seconds=appel.contexte.profil.durees.code):
            raise octroi_refuse("code périmé")
        if valeurs.get("redirect_uri") != code.demande.redirect_uri:
            raise octroi_refuse("redirect_uri absente, ou différente de celle de la demande")
        _verifier_pkce(code, valeurs)
        session = etat.session_vivante(code.session)
        if session is None:
            raise octroi_refuse("la session est finie")
        code.utilise = True
    panne = appel.prendre(*NOMS_ID_TOKEN)
    appel.noter("defaut_jeton", panne.nom if panne else "")
    return emettre(
        appel.contexte,
        Emission(
            client, session, code.demande.scope, code.demande.nonce, code.famille, code.transaction,
            appel.certificat_der, panne.nom if panne else "",
        ),
    )  # fmt: skip


def _noter(appel: Appel, code: Code, valeurs: Mapping[str, str]) -> None:
    session = appel.contexte.etat.sessions.get(code.session)
    appel.noter("transaction", code.transaction)
    appel.noter("session", code.session)
    appel.noter("identifiant", session.identifiant if session else "")
    appel.noter("code_age", int((appel.contexte.horloge() - code.emis).total_seconds()))
    appel.noter("code_deja_utilise", code.utilise)
    appel.noter("redirect_uri_identique", valeurs.get("redirect_uri") == code.demande.redirect_uri)
    appel.noter("pkce", etat_pkce(code, valeurs.get("code_verifier", "")))


def etat_pkce(code: Code, verifieur: str) -> str:
    """`conforme`, `faux`, `absent` ou `sans_objet`."""
    demande = code.demande
    if not demande.code_challenge:
        return "faux" if verifieur else "sans_objet"
    if not verifieur:
        return "absent"
    if not _VERIFIEUR.match(verifieur):
        return "faux"
    calcule = verifieur
    if demande.code_challenge_method == "S256":
        calcule = base64.urlsafe_b64encode(hashlib.sha256(verifieur.encode()).digest()).rstrip(b"=").decode()
    return "conforme" if hmac.compare_digest(calcule, demande.code_challenge) else "faux"


def _verifier_pkce(code: Code, valeurs: Mapping[str, str]) -> None:
    etat = etat_pkce(code, valeurs.get("code_verifier", ""))
    if etat == "absent":
        raise octroi_refuse("code_verifier absent, alors que la demande portait un code_challenge")
    if etat == "faux":
        raise octroi_refuse("code_verifier qui ne répond pas au code_challenge de la demande")


OCTROI = Octroi("authorization_code", servir)
