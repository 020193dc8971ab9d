"""Le proxy e-Santé d'essai : connexion, envoi aux API, déconnexion, traces, signature de session."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from simulators.banc import Banc
from simulators.socle.echange import Echange
from simulators.socle.identites import par_cas
from simulators.socle.journal import JournalEchanges
from tests.simulators.dmp import messages
from tests.simulators.insi import aides

UNE, AUTRE = "899900000011", "899900000029"
CLIENT = "lps-du-proxy"


@pytest.fixture(scope="module")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Le banc entier."""
    dossier: Path = tmp_path_factory.mktemp("proxy")
    with JournalEchanges.creer(dossier / "journal") as journal, Banc(journal) as banc:
        yield banc


@pytest.fixture
def banc(monte: Banc) -> Banc:
    """Sans session ; le logiciel a droit à CIBA."""
    monte.remettre_a_zero()
    monte.psc.clients.declarer(CLIENT, ciba=True)
    return monte


def _appeler(banc: Banc, methode: str, chemin: str, *, cookie: str = "", **choix: Any) -> requests.Response:
    entetes = {**choix.pop("headers", {}), **({"Cookie": f"proxy_session_id={cookie}"} if cookie else {})}
    adresse = f"{banc.environnement()['services']['psc']['proxy']}{chemin}"
    return requests.request(methode, adresse, headers=entetes, verify=str(banc.igc.racines_pem), timeout=20, **choix)


def _connecter(banc: Banc, personne: str = UNE, cookie: str = "", **champs: str) -> requests.Response:
    corps = {"nationalId": personne, "bindingMessage": "42", "clientId": CLIENT, "channel": "MOBILE", **champs}
    return _appeler(banc, "POST", "/connect", cookie=cookie, json=corps)


def _connecte(banc: Banc, personne: str = UNE) -> dict[str, str]:
    banc.psc.repondre("prochaine", identifiant=personne)
    rendu = _connecter(banc, personne)
    assert rendu.status_code == 200, rendu.text
    assert rendu.cookies["proxy_session_id"] == rendu.json()["proxy_session_id"]
    corps: dict[str, str] = rendu.json()
    return corps


def _dernier(banc: Banc, operation: str, service: str = "proxy_psc") -> Echange:
    return banc.journal.echanges(service=service, operation=operation)[-1]


def _insi(banc: Banc, cookie: str) -> requests.Response:
    message = aides.enveloppe(aides.traits_de(par_cas("nominal")))
    entetes = {"Content-Type": aides.type_contenu()}
    return _appeler(banc, "POST", "/send/insi/lps", cookie=cookie, data=message, headers=entetes)


def test_parcours(banc: Banc) -> None:
    """La personne accepte pendant que le proxy attend ; il appelle INSi et le DMP en son nom, puis déconnecte."""
    recu: list[requests.Response] = []
    appel = threading.Thread(target=lambda: recu.append(_connecter(banc)))
    appel.start()
    while not banc.psc.etat.attentes:
        assert appel.is_alive()
    banc.psc.repondre(next(iter(banc.psc.etat.attentes)), identifiant=UNE)
    appel.join(20)
    session = recu[0].json()
    cookie = session["proxy_session_id"]
    assert _dernier(banc, "connect").notes["session"] == session["session_state"]
    assert banc.psc.sessions.ouvertes(UNE)[0].identifiant_session == session["session_state"]
    assert _connecter(banc, cookie=cookie).status_code == 304
    assert aides.code_cr(_insi(banc, cookie)) == "00"
    notes = _dernier(banc, aides.TRAITS, "insi").notes
    assert (notes["voie"], notes["jeton_identifiant"]) == ("api_psc", UNE)
    assert notes["jeton_session"] == session["session_state"]
    banc.dmp.etat.ouvrir_dossier(messages.INS, messages.OID)
    corps = messages.enveloppe(messages.td02(), messages.ACTION_TD02, None)
    nature = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{messages.ACTION_TD02}"'}
    adresse = "/send/dmp/si-dmp-server/v2/services/patients"
    assert _appeler(banc, "POST", adresse, cookie=cookie, data=corps, headers=nature).status_code == 200
    assert _dernier(banc, "TD0.2", "dmp").notes["professionnel"] == UNE
    assert len(banc.journal.echanges(service="api_psc", operation="echange_jeton")) == 1
    assert _appeler(banc, "DELETE", "/disconnect", cookie=cookie).status_code == 200
    assert not banc.psc.sessions.ouvertes(UNE)
    assert _dernier(banc, "disconnect").notes["terminee"] == "oui"
    assert _appeler(banc, "DELETE", "/disconnect", cookie=cookie).status_code == 401
    assert "terminee" not in _dernier(banc, "disconnect").notes
    assert _insi(banc, cookie).status_code == 401


@pytest.mark.parametrize(
    ("champs", "statut", "code"),
    [
        ({"nationalId": "899900099999"}, 404, "not_found"),
        ({"clientId": "inconnu"}, 404, "not_found"),
        ({"bindingMessage": "7"}, 400, "invalid_binding_message"),
        ({"channel": "PHONE"}, 400, "invalid_request"),
        ({"nationalId": ""}, 400, "bad_request"),
    ],
)
def test_connexion_refusee(banc: Banc, champs: dict[str, str], statut: int, code: str) -> None:
    """Chaque refus a son statut et son corps."""
    rendu = _connecter(banc, **champs)
    assert (rendu.status_code, rendu.json()["code"]) == (statut, code)
    assert {"code", "message", "metadata"} == rendu.json().keys()


def test_personne_refuse(banc: Banc) -> None:
    """La personne refuse : 400, aucune session."""
    banc.psc.repondre("prochaine", identifiant=UNE, decision="refuser")
    rendu = _connecter(banc)
    assert (rendu.status_code, rendu.json()["code"]) == (400, "access_denied")
    assert not banc.psc.sessions.toutes()


def test_pannes(banc: Banc) -> None:
    """503 à la connexion ; 503, 502 et 504 à l'envoi ; service inconnu : 404."""
    banc.proxy_psc.pannes.armer("psc_indisponible")
    assert _connecter(banc).status_code == 503
    cookie = _connecte(banc)["proxy_session_id"]
    for nom, statut in (("api_indisponible", 503), ("api_injoignable", 502), ("api_lente", 504)):
        banc.proxy_psc.pannes.armer(nom)
        assert _insi(banc, cookie).status_code == statut
    assert aides.code_cr(_insi(banc, cookie)) == "00"
    assert _appeler(banc, "POST", "/send/ordonnance/x", cookie=cookie).status_code == 404


def test_deux_personnes(banc: Banc) -> None:
    """Deux sessions ne se mêlent pas ; finir l'une à Pro Santé Connect n'arrête qu'elle."""
    une, autre = _connecte(banc), _connecte(banc, AUTRE)
    for session, personne in ((une, UNE), (autre, AUTRE)):
        assert aides.code_cr(_insi(banc, session["proxy_session_id"])) == "00"
        assert _dernier(banc, aides.TRAITS, "insi").notes["jeton_identifiant"] == personne
    banc.psc.sessions.terminer(une["session_state"])
    assert _insi(banc, une["proxy_session_id"]).status_code == 401
    assert aides.code_cr(_insi(banc, autre["proxy_session_id"])) == "00"


def test_quatre_heures(banc: Banc) -> None:
    """Une session de proxy dure quatre heures au plus."""
    cookie = _connecte(banc)["proxy_session_id"]
    for _ in range(9):
        banc.psc.horloge.avancer(timedelta(minutes=25))
        assert aides.code_cr(_insi(banc, cookie)) == "00"
    banc.psc.horloge.avancer(timedelta(minutes=20))
    assert _insi(banc, cookie).status_code == 401


def test_traces(banc: Banc) -> None:
    """Les traces disent qui, quand, quel service ; la période les borne."""
    debut = datetime.now(UTC)
    session = _connecte(banc)
    _insi(banc, session["proxy_session_id"])
    _appeler(banc, "DELETE", "/disconnect", cookie=session["proxy_session_id"])
    bornes = {"start": debut.isoformat(), "end": (debut + timedelta(minutes=5)).isoformat()}
    traces = _appeler(banc, "GET", "/traces", params=bornes).json()
    assert [t["type"] for t in traces] == ["CONNECT", "SEND", "DISCONNECT"]
    assert {t["sessionState"] for t in traces} == {session["session_state"]}
    assert session["proxy_session_id"] not in json.dumps(traces)
    avant = {"end": (debut - timedelta(minutes=1)).isoformat()}
    assert _appeler(banc, "GET", "/traces", params=avant).json() == []
    assert _appeler(banc, "GET", "/traces", params={"start": "hier"}).status_code == 400


def test_signature_de_session(banc: Banc) -> None:
    """Quatre données d'une même session ouverte sont signées ; dépareillées, refusées."""
    session, autre = _connecte(banc), _connecte(banc, AUTRE)
    donnees = {"nationalId": UNE, "clientID": CLIENT, **session}
    rendu = _appeler(banc, "POST", "/signsessiondata", json=donnees).json()
    signature = base64.urlsafe_b64decode(rendu.pop("signature") + "==")
    assert rendu == donnees
    cle = banc.api_psc.jetons.cles.courante.public_key
    assert isinstance(cle, rsa.RSAPublicKey)
    cle.verify(signature, json.dumps(donnees, separators=(",", ":")).encode(), padding.PKCS1v15(), hashes.SHA256())
    for faux in ({"session_state": autre["session_state"]}, {"nationalId": AUTRE}, {"proxy_session_id": "x"}):
        assert _appeler(banc, "POST", "/signsessiondata", json={**donnees, **faux}).status_code == 400


def test_secrets(banc: Banc) -> None:
    """Ni identifiant de session de proxy, ni jeton au journal."""
    session = _connecte(banc)
    _insi(banc, session["proxy_session_id"])
    ecrits = b"".join(f.read_bytes() for f in banc.journal.dossier.rglob("*") if f.is_file())
    ouverte = banc.proxy_psc.sessions.lire(session["proxy_session_id"], banc.psc.horloge())
    assert ouverte is not None
    for secret in (session["proxy_session_id"], ouverte.jeton_api, ouverte.acces):
        assert secret.encode() not in ecrits
