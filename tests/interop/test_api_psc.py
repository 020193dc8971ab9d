"""Par curl seul, avec ce que la commande publie : CIBA, jeton lié, échange, INSi par l'API, proxy e-Santé."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.interop.lancement import BancLance
from tests.simulators.insi import aides

PERSONNE = "899900000011"
GRANT_CIBA = "urn:openid:params:grant-type:ciba"
GRANT_ECHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE_ACCES = "urn:ietf:params:oauth:token-type:access_token"
Curl = Callable[..., tuple[int, str]]


@pytest.fixture
def appeler(banc: BancLance, tmp_path: Path) -> Curl:
    """curl, l'adresse et ses options ; rend le statut et le corps."""
    chemin = shutil.which("curl")
    if chemin is None:
        pytest.skip("curl est absent de cette machine")

    def faire(url: str, *options: str, certificat: str = "", **champs: str) -> tuple[int, str]:
        pem = ("--cert", banc.certificat(certificat)[0], "--key", banc.certificat(certificat)[1]) if certificat else ()
        donnees = [morceau for nom, valeur in champs.items() for morceau in ("--data-urlencode", f"{nom}={valeur}")]
        corps = tmp_path / "corps"
        commande = [chemin, "-sS", "--cacert", banc.racines, "-o", str(corps), "-w", "%{http_code}", *pem, *donnees]
        acheve = subprocess.run([*commande, *options, url], capture_output=True, text=True, check=False, timeout=30)
        assert acheve.returncode == 0, acheve.stderr
        return int(acheve.stdout), corps.read_text(encoding="utf-8") if corps.exists() else ""

    return faire


def _gerer(banc: BancLance, chemin: str, **demande: object) -> Any:
    rendu = requests.post(f"{banc.service('gestion', 'url')}{chemin}", json=demande, timeout=10)
    rendu.raise_for_status()
    return rendu.json()


def _psc(banc: BancLance) -> dict[str, Any]:
    psc: dict[str, Any] = banc.environnement["services"]["psc"]
    _gerer(banc, "/psc/clients", client_id=psc["client_id"], ciba=True)
    return psc


def _ciba(banc: BancLance, appeler: Curl) -> dict[str, Any]:
    """Une connexion par CIBA, la personne acceptant ; rend les jetons."""
    psc = _psc(banc)
    basic = ("-u", f"{psc['client_id']}:{psc['client_secret']}")
    base = f"{psc['issuer']}/protocol/openid-connect"
    demande = {
        "scope": psc["scope"],
        "acr_values": psc["acr_values"],
        "login_hint": PERSONNE,
        "binding_message": "00",
        "channel": "CARD",
    }
    statut, corps = appeler(f"{base}/ext/ciba/auth", *basic, **demande)
    assert statut == 200, corps
    auth_req_id, intervalle = json.loads(corps)["auth_req_id"], json.loads(corps)["interval"]
    _gerer(banc, "/psc/horloge", avancer=intervalle)
    statut, corps = appeler(f"{base}/token", *basic, grant_type=GRANT_CIBA, auth_req_id=auth_req_id)
    assert (statut, json.loads(corps)["error"]) == (400, "authorization_pending")
    _gerer(banc, "/psc/reponses", cible=auth_req_id, identifiant=PERSONNE, moyen="CPS")
    _gerer(banc, "/psc/horloge", avancer=intervalle)
    statut, corps = appeler(f"{base}/token", *basic, grant_type=GRANT_CIBA, auth_req_id=auth_req_id)
    assert statut == 200, corps
    jetons: dict[str, Any] = json.loads(corps)
    return jetons


def test_ciba_echange_insi(banc: BancLance, appeler: Curl) -> None:
    """De la demande CIBA à la réponse d'INSi, par le jeton d'API ; sans le certificat, rien ne passe."""
    psc, jetons = _psc(banc), _ciba(banc, appeler)
    champs = {
        "grant_type": GRANT_ECHANGE,
        "client_id": psc["client_id"],
        "subject_token": jetons["access_token"],
        "subject_token_type": TYPE_ACCES,
        "subject_issuer": "psc",
        "scope": "openid",
    }
    statut, corps = appeler(psc["url_api_jeton"], **champs)
    assert (statut, json.loads(corps)["error"]) == (401, "invalid_client")
    statut, corps = appeler(psc["url_api_jeton"], certificat="org_auth_cli", **champs)
    assert statut == 200, corps
    message = aides.enveloppe(aides.traits_de(banc.identite())).decode()
    porteur = ("-H", f"Authorization: Bearer {json.loads(corps)['access_token']}")
    soap = ("-H", f"Content-Type: {aides.type_contenu()}", "--data-binary", message)
    statut, corps = appeler(psc["api"]["insi"], *porteur, *soap, certificat="org_auth_cli")
    assert statut == 200
    assert banc.identite().matricule in corps
    assert appeler(psc["api"]["insi"], *porteur, *soap, certificat="insi_manu")[0] == 401
    notes = [e.notes for e in banc.echanges(service="insi")][-2:]
    assert [(n["jeton_etat"], n["jeton_identifiant"]) for n in notes] == [("valide", PERSONNE), ("non_lie", PERSONNE)]


def test_proxy(banc: BancLance, appeler: Curl, tmp_path: Path) -> None:
    """curl tient la session du proxy par son cookie : connexion, INSi, déconnexion, puis plus rien."""
    psc = _psc(banc)
    cookies = ("-c", str(tmp_path / "cookies"), "-b", str(tmp_path / "cookies"))
    _gerer(banc, "/psc/reponses", cible="prochaine", identifiant=PERSONNE)
    corps = {"nationalId": PERSONNE, "bindingMessage": "17", "clientId": psc["client_id"], "channel": "MOBILE"}
    ouvrir = ("-H", "Content-Type: application/json", "--data-binary", json.dumps(corps))
    assert appeler(f"{psc['proxy']}/connect", *cookies, *ouvrir)[0] == 200
    assert appeler(f"{psc['proxy']}/connect", *cookies, *ouvrir)[0] == 304
    message = aides.enveloppe(aides.traits_de(banc.identite())).decode()
    soap = ("-H", f"Content-Type: {aides.type_contenu()}", "--data-binary", message)
    statut, recu = appeler(f"{psc['proxy']}/send/insi/lps", *cookies, *soap)
    assert statut == 200
    assert banc.identite().matricule in recu
    assert appeler(f"{psc['proxy']}/disconnect", "-X", "DELETE", *cookies)[0] == 200
    assert appeler(f"{psc['proxy']}/send/insi/lps", *cookies, *soap)[0] == 401
