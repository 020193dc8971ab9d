"""Entrées hostiles à CIBA, à l'échange de jeton, au proxy et aux API : un refus clair, jamais une erreur du banc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulators.banc import Banc
from simulators.psc.ciba import GRANT as GRANT_CIBA
from simulators.psc.echange import GRANT
from simulators.socle.journal import JournalEchanges

FORMULAIRE = "application/x-www-form-urlencoded"
CORPS = (
    b"",
    b"\xff\xfe=\xff",
    b"grant_type=a&grant_type=b",
    b"&".join(b"p%d=1" % rang for rang in range(500)),
    b"login_hint=" + b"8" * 60_000,
    b"client_id=%00&auth_req_id=%00&binding_message=%0d%0a",
    b'{"a":' * 2000,
    b"[" * 50_000,
    f"grant_type={GRANT}&subject_token=..&subject_token_type=x".encode(),
    f"grant_type={GRANT_CIBA}&auth_req_id={'a' * 10_000}".encode(),
)


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Le banc entier."""
    dossier: Path = tmp_path_factory.mktemp("hostile")
    with JournalEchanges.creer(dossier / "journal") as journal, Banc(journal) as banc:
        yield banc


def _incidents(banc: Banc) -> list[object]:
    return [e.donnees for e in banc.journal.enregistrements() if e.type == "incident"]


@pytest.mark.parametrize("nature", [FORMULAIRE, "application/json"])
@pytest.mark.parametrize("rang", range(len(CORPS)))
def test_corps(banc: Banc, rang: int, nature: str) -> None:
    """Chaque point d'accès répond 4xx en JSON, avec un client juste ou non, et le banc n'a pas d'incident."""
    psc = banc.environnement()["services"]["psc"]
    certificat = banc.igc.identifiants("org_auth_cli")
    base = f"{psc['issuer']}/protocol/openid-connect"
    for url in (f"{base}/ext/ciba/auth", f"{base}/token", psc["url_api_jeton"], f"{psc['proxy']}/connect",
                f"{psc['proxy']}/signsessiondata", f"{psc['proxy']}/send/insi/lps"):  # fmt: skip
        rendu = requests.post(
            url,
            CORPS[rang],
            headers={"Content-Type": nature},
            auth=(psc["client_id"], psc["client_secret"]),
            cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)),
            verify=str(banc.igc.racines_pem),
            timeout=20,
        )
        assert 400 <= rendu.status_code < 500, (url, rendu.text)
        assert rendu.json()
    assert _incidents(banc) == []


@pytest.mark.parametrize(
    "valeur", ["Bearer", "Bearer ", "Bearer é", "bearer a b", "Basic eDp5", "Bearer " + "x" * 6000]
)
def test_porteur(banc: Banc, valeur: str) -> None:
    """Un en-tête Authorization tordu est un 401 au porteur, sur les deux API."""
    certificat = banc.igc.identifiants("org_auth_cli")
    for url in (banc.insi.url_api_psc, f"{banc.dmp.url_api_psc}/patients"):
        rendu = requests.post(
            url,
            b"<x/>",
            headers={"Authorization": valeur.encode(), "Content-Type": "application/soap+xml"},
            cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)),
            verify=str(banc.igc.racines_pem),
            timeout=20,
        )
        assert (rendu.status_code, rendu.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert _incidents(banc) == []


@pytest.mark.parametrize(
    "chemin",
    ["/send", "/send/", "/send/insi", "/send//lps", "/send/insi/../../etc/passwd", "/send/%2e%2e/x", "/traces?start=9"],
)
def test_chemins_du_proxy(banc: Banc, chemin: str) -> None:
    """Un chemin tordu ne mène nulle part, avec ou sans cookie."""
    for cookie in ("", "proxy_session_id=x", 'proxy_session_id="', "=;=;;"):
        rendu = requests.get(
            f"{banc.proxy_psc.url}{chemin}", headers={"Cookie": cookie}, verify=str(banc.igc.racines_pem), timeout=20
        )
        assert 400 <= rendu.status_code < 500
    assert _incidents(banc) == []
