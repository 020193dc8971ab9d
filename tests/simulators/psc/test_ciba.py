"""CIBA en mode poll, par de vraies prises : demande, attente, réponse de la personne, refus, pannes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from simulators.psc.ciba import DUREE, INTERVALLE, RALENTI
from tests.simulators.psc.aides_ciba import CLIENT, EMPLOYEE, UNE, Montage, champ_cache, montage

PAS = timedelta(seconds=INTERVALLE)


@pytest.fixture(scope="module")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Montage]:
    """Monté une fois pour le module."""
    with montage(tmp_path_factory.mktemp("ciba")) as pret:
        yield pret


@pytest.fixture
def banc(monte: Montage) -> Montage:
    """Sans demande ni panne ; le client a droit à CIBA."""
    monte.psc.remettre_a_zero()
    monte.psc.clients.declarer(CLIENT, ciba=True)
    return monte


def _ouverte(banc: Montage, **champs: str) -> dict[str, Any]:
    reponse = banc.demander(**champs)
    assert reponse.status_code == 200, reponse.text
    rendu: dict[str, Any] = reponse.json()
    return rendu


def _erreur(reponse: requests.Response) -> tuple[int, str]:
    return reponse.status_code, reponse.json()["error"]


@pytest.mark.parametrize(("personne", "canal", "moyen"), [(UNE, "MOBILE", "e-CPS"), (EMPLOYEE, "CARD", "CPS")])
def test_parcours(banc: Montage, personne: str, canal: str, moyen: str) -> None:
    """En attente, puis acceptée : les jetons sont de la personne nommée, remis une seule fois."""
    rendu = _ouverte(banc, login_hint=personne, channel=canal, binding_message="99")
    assert (rendu["expires_in"], rendu["interval"]) == (DUREE, INTERVALLE)
    notes = banc.dernier("ciba").notes
    assert (notes["client"], notes["canal"], notes["identifiant"]) == (CLIENT, canal, personne)
    assert (notes["binding_message"], notes["acr"], notes["intervalle"]) == ("99", "eidas1", str(INTERVALLE))
    assert notes["auth_req_id"] == banc.journal.empreinte_secret(rendu["auth_req_id"])
    banc.psc.horloge.avancer(PAS)
    assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, "authorization_pending")
    assert banc.dernier("jeton").notes["ciba"] == "pending"
    banc.psc.repondre(notes["transaction"], identifiant=personne, moyen=moyen)
    banc.psc.horloge.avancer(PAS)
    jetons = banc.interroger(rendu["auth_req_id"])
    assert jetons.status_code == 200
    lues = banc.dernier("jeton").notes
    assert (lues["ciba"], lues["identifiant"], lues["transaction"]) == ("remis", personne, notes["transaction"])
    assert lues["auth_req_id"] == notes["auth_req_id"]
    verifie = banc.psc.verifier(jetons.json()["access_token"])
    assert (verifie.identifiant, verifie.client, verifie.session) == (personne, CLIENT, lues["session"])
    assert {"id_token", "refresh_token"} <= jetons.json().keys()
    banc.psc.horloge.avancer(PAS)
    assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("champs", "erreur"),
    [
        ({"login_hint": "899900099999"}, "unknown_user_id"),
        ({"login_hint": ""}, "invalid_request"),
        ({"login_hint_token": "x"}, "invalid_request"),
        ({"binding_message": "7"}, "invalid_binding_message"),
        ({"binding_message": "123"}, "invalid_binding_message"),
        ({"binding_message": "٠٧"}, "invalid_binding_message"),
        ({"binding_message": ""}, "invalid_binding_message"),
        ({"channel": "PHONE"}, "invalid_request"),
        ({"channel": "mobile"}, "invalid_request"),
        ({"acr_values": ""}, "invalid_request"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"scope": "openid tout"}, "invalid_scope"),
        ({"requested_expiry": "0"}, "invalid_request"),
    ],
)
def test_demande_refusee(banc: Montage, champs: dict[str, str], erreur: str) -> None:
    """Chaque défaut de la demande a son code, noté."""
    assert _erreur(banc.demander(**champs)) == (400, erreur)
    assert banc.dernier("ciba").notes["refus"] == erreur
    assert not banc.psc.etat.attentes


@pytest.mark.parametrize("message", ["00", "42"])
def test_variantes(banc: Montage, message: str) -> None:
    """Tout nombre de deux chiffres convient ; une durée plus courte est admise ; le canal peut manquer."""
    rendu = _ouverte(banc, binding_message=message, requested_expiry="30", channel="")
    assert rendu["expires_in"] == 30


def test_client_sans_ciba(banc: Montage) -> None:
    """CIBA s'active par client ; un secret faux n'est pas un client."""
    banc.psc.clients.declarer(CLIENT, ciba=False)
    assert _erreur(banc.demander()) == (400, "unauthorized_client")
    reponse = requests.post(
        f"{banc.psc.contexte.issuer}/protocol/openid-connect/ext/ciba/auth",
        {"login_hint": UNE},
        auth=(CLIENT, "faux-secret"),
        verify=banc.racines,
        timeout=10,
    )
    assert _erreur(reponse) == (401, "invalid_client")


def test_trop_vite(banc: Montage) -> None:
    """La première fois peut être immédiate ; trop tôt ensuite, slow_down, et l'intervalle s'allonge d'autant."""
    rendu = _ouverte(banc)
    assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, "authorization_pending")
    banc.psc.repondre(banc.dernier("ciba").notes["transaction"], identifiant=UNE)
    assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, "slow_down")
    assert float(banc.dernier("jeton").notes["intervalle"]) < INTERVALLE
    banc.psc.horloge.avancer(PAS)
    assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, "slow_down")
    banc.psc.horloge.avancer(timedelta(seconds=INTERVALLE + 2 * RALENTI))
    assert banc.interroger(rendu["auth_req_id"]).status_code == 200


def test_refusee(banc: Montage) -> None:
    """La personne refuse : access_denied, pour de bon."""
    rendu = _ouverte(banc)
    banc.psc.repondre(rendu["auth_req_id"], decision="refuser")
    for _ in range(2):
        banc.psc.horloge.avancer(PAS)
        assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, "access_denied")
    assert banc.dernier("jeton").notes["ciba"] == "denied"
    assert not banc.psc.sessions.toutes()


@pytest.mark.parametrize("par", ["temps", "reponse"])
def test_expiree(banc: Montage, par: str) -> None:
    """Passé sa durée, ou quand la personne laisse passer : expired_token."""
    rendu = _ouverte(banc)
    if par == "reponse":
        banc.psc.repondre(rendu["auth_req_id"], decision="expirer")
    banc.psc.horloge.avancer(timedelta(seconds=DUREE) if par == "temps" else PAS)
    assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, "expired_token")
    assert banc.dernier("jeton").notes["ciba"] == "expired"


def test_auth_req_id_inconnu(banc: Montage) -> None:
    """Un identifiant jamais donné, absent, ou d'un autre client."""
    assert _erreur(banc.interroger("jamais-donne")) == (400, "invalid_grant")
    assert _erreur(banc.interroger("")) == (400, "invalid_request")
    rendu = _ouverte(banc)
    banc.psc.clients.declarer("un-autre", ciba=True)
    autre = requests.post(
        banc.psc.contexte.url_jeton,
        {"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": rendu["auth_req_id"]},
        auth=("un-autre", banc.psc.clients["un-autre"].secret),
        verify=banc.racines,
        timeout=10,
    )
    assert _erreur(autre) == (400, "invalid_grant")


def test_page_du_telephone(banc: Montage) -> None:
    """La personne voit le nombre et le logiciel, accepte ; une demande voisine n'en est pas touchée."""
    une, autre = _ouverte(banc, binding_message="31"), _ouverte(banc, login_hint=EMPLOYEE, binding_message="64")
    adresse = f"{banc.psc.contexte.url_wallet}/e-cps"
    with requests.Session() as telephone:
        tls: dict[str, Any] = {"verify": banc.racines, "timeout": 10}
        page = telephone.get(adresse, **tls).text
        assert "31" in page and "64" in page and CLIENT in page
        champs = {nom: champ_cache(page, nom) for nom in ("demande", "jeton")}
        faux = telephone.post(adresse, {**champs, "jeton": "x", "action": "accepter"}, **tls)
        assert faux.status_code == 403
        suite = telephone.post(adresse, {**champs, "action": "accepter"}, **tls)
        # Les champs cachés portent des chiffres tirés au hasard.
        vu = re.sub(r'value="[^"]*"', "", suite.text)
        assert "acceptée" in vu and "31" not in vu and "64" in vu
        assert "plus de réponse" in telephone.post(adresse, {**champs, "action": "refuser"}, **tls).text
    assert banc.dernier("ecps").service == "psc"
    banc.psc.horloge.avancer(PAS)
    assert banc.interroger(une["auth_req_id"]).status_code == 200
    assert _erreur(banc.interroger(autre["auth_req_id"])) == (400, "authorization_pending")


def test_reponse_d_avance(banc: Montage) -> None:
    """« prochaine » répond d'avance à la demande de cette personne, et à elle seule."""
    banc.psc.repondre("prochaine", identifiant=EMPLOYEE, moyen="CPS")
    une, autre = _ouverte(banc), _ouverte(banc, login_hint=EMPLOYEE)
    banc.psc.horloge.avancer(PAS)
    assert _erreur(banc.interroger(une["auth_req_id"])) == (400, "authorization_pending")
    assert banc.interroger(autre["auth_req_id"]).status_code == 200


@pytest.mark.parametrize(
    ("panne", "erreur"),
    [
        ("ciba_refus", "access_denied"),
        ("ciba_expire", "expired_token"),
        ("ciba_slow_down", "slow_down"),
        ("ciba_muet", "authorization_pending"),
    ],
)
@pytest.mark.parametrize("avant", [True, False])
def test_pannes(banc: Montage, panne: str, erreur: str, avant: bool) -> None:
    """Armées avant la demande ou pendant l'attente, elles l'emportent sur la réponse de la personne."""
    if avant:
        banc.psc.panne(panne)
    rendu = _ouverte(banc)
    banc.psc.repondre(rendu["auth_req_id"], identifiant=UNE)
    if not avant:
        banc.psc.panne(panne)
    banc.psc.horloge.avancer(PAS)
    assert _erreur(banc.interroger(rendu["auth_req_id"])) == (400, erreur)


def test_secrets(banc: Montage) -> None:
    """Ni auth_req_id, ni jeton, ni secret du client au journal ; l'empreinte se compare."""
    rendu = _ouverte(banc)
    banc.psc.repondre(rendu["auth_req_id"], identifiant=UNE)
    banc.psc.horloge.avancer(PAS)
    jetons = banc.interroger(rendu["auth_req_id"]).json()
    ecrits = b"".join(f.read_bytes() for f in banc.journal.dossier.rglob("*") if f.is_file())
    for secret in (rendu["auth_req_id"], jetons["access_token"], jetons["refresh_token"], jetons["id_token"]):
        assert secret.encode() not in ecrits
    demande = banc.dernier("jeton").requete.corps.octets.decode()
    assert banc.journal.empreinte_secret(rendu["auth_req_id"]) in demande
