"""Un seul émetteur : ce que valent les jetons de Pro Santé Connect chez l'opérateur MSSanté et à INSi."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.banc import Banc
from simulators.socle.identites import par_cas
from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import Identifiants
from tests.simulators.insi import aides

UNE, AUTRE = "899900000011", "899900000029"
PER, AUTRE_PER = "alix.biologue@labo.formation.mssante.fr", "morgane.analyste@labo.formation.mssante.fr"


@pytest.fixture(scope="module")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Le banc entier."""
    dossier: Path = tmp_path_factory.mktemp("services")
    with JournalEchanges.creer(dossier / "journal") as journal, Banc(journal) as banc:
        yield banc


@pytest.fixture
def banc(monte: Banc) -> Banc:
    """Remis à zéro."""
    monte.remettre_a_zero()
    return monte


def _rafraichir(banc: Banc, adresse: str = PER, client_id: str = "") -> requests.Response:
    psc = banc.environnement()["services"]["psc"]
    jeton = next(b["jeton_rafraichissement"] for b in banc.environnement()["bals"] if b["adresse"] == adresse)
    client = client_id or psc["client_id"]
    return requests.post(
        f"{psc['issuer']}/protocol/openid-connect/token",
        {"grant_type": "refresh_token", "refresh_token": jeton},
        auth=(client, banc.psc.clients[client].secret),
        verify=str(banc.igc.racines_pem),
        timeout=10,
    )


def _ouvrir(banc: Banc, jeton: str, adresse: str = PER) -> imaplib.IMAP4:
    port = banc.environnement()["services"]["mssante"]["imap"]["port"]
    client = imaplib.IMAP4("localhost", port, timeout=20)
    client.starttls(ssl.create_default_context(cafile=str(banc.igc.racines_pem)))
    try:
        client.authenticate("XOAUTH2", lambda defi: f"user={adresse}\x01auth=Bearer {jeton}\x01\x01".encode())
    except imaplib.IMAP4.error:
        client.shutdown()
        raise
    return client


def _etat(banc: Banc, jeton: str, adresse: str = PER) -> dict[str, str]:
    with contextlib.suppress(imaplib.IMAP4.error):
        _ouvrir(banc, jeton, adresse).logout()
    return banc.journal.echanges(service="mssante", operation="imap:AUTHENTICATE")[-1].notes


def test_session_de_depart(banc: Banc) -> None:
    """Chaque BAL a sa session ouverte d'avance ; elle dure la campagne et sert à tout client déclaré."""
    rendu = _rafraichir(banc).json()
    notes = _etat(banc, rendu["access_token"])
    assert (notes["jeton_etat"], notes["jeton_identifiant"], notes["jeton_porteur"]) == ("valide", UNE, "xoauth2")
    banc.psc.horloge.avancer(timedelta(hours=9))
    banc.psc.clients.declarer("client-de-l-editeur")
    assert _rafraichir(banc, client_id="client-de-l-editeur").status_code == 200
    assert _etat(banc, rendu["access_token"])["jeton_etat"] == "expire"
    autre = _rafraichir(banc, AUTRE_PER).json()["access_token"]
    assert "n'a pas accès" in _etat(banc, autre)["motif"]


def test_fin_de_session(banc: Banc) -> None:
    """Finir la session révoque ses jetons et ferme sa messagerie, pas celle d'un autre ; la remise à zéro la rouvre."""
    jeton, autre = _rafraichir(banc).json()["access_token"], _rafraichir(banc, AUTRE_PER).json()["access_token"]
    ouverte, voisine = _ouvrir(banc, jeton), _ouvrir(banc, autre, AUTRE_PER)
    depuis = banc.journal.position()
    banc.psc.sessions.terminer(UNE)
    assert banc.journal.attendre(lambda e: True, depuis=depuis, delai=10, service="mssante", operation="imap:fin")
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        ouverte.noop()
    ouverte.shutdown()
    assert voisine.noop()[0] == "OK"
    voisine.logout()
    assert _etat(banc, jeton)["jeton_etat"] == "revoque"
    assert _rafraichir(banc).json()["error"] == "invalid_grant"
    banc.remettre_a_zero()
    assert _rafraichir(banc).status_code == 200


def test_session_d_une_personne(banc: Banc) -> None:
    """Le jeton d'une connexion ordinaire ouvre la BAL de la personne, jusqu'à sa déconnexion."""
    rendu = banc.psc.ouvrir(AUTRE)
    notes = _etat(banc, rendu["access_token"], AUTRE_PER)
    assert (notes["jeton_etat"], notes["jeton_session"]) == ("valide", rendu["session_state"])
    banc.psc.sessions.terminer(rendu["session_state"])
    assert _etat(banc, rendu["access_token"], AUTRE_PER)["jeton_etat"] == "revoque"
    assert _etat(banc, _rafraichir(banc, AUTRE_PER).json()["access_token"], AUTRE_PER)["jeton_etat"] == "valide"


def test_panne_relayee(banc: Banc) -> None:
    """`psc_indisponible`, armée à la messagerie, est jouée par Pro Santé Connect à la demande de jeton."""
    with banc.mssante.panne("psc_indisponible"):
        assert _rafraichir(banc).status_code == 503
        assert _rafraichir(banc).status_code == 200


def _insi(banc: Banc, jeton: str, name_id: str) -> requests.Response:
    message = aides.enveloppe(
        aides.traits_de(par_cas("nominal")),
        securite=aides.securite(aides.assertion(name_id=name_id, emetteur="PSC", qualifiant="PSC")),
    )
    entetes = {"Content-Type": aides.type_contenu(), "Authorization": f"Bearer {jeton}"}
    adresse = banc.insi.adresses()["url_carte"]
    return requests.post(adresse, message, headers=entetes, verify=str(banc.igc.racines_pem), timeout=10)


def test_insi(banc: Banc) -> None:
    """À INSi, le NameID est la personne du jeton de Pro Santé Connect, ou la demande est refusée."""
    jeton = str(banc.psc.ouvrir(UNE)["access_token"])
    assert aides.code_cr(_insi(banc, jeton, UNE)) == "00"
    assert aides.faute(_insi(banc, jeton, AUTRE)) == "banc_assertion"
    banc.psc.sessions.terminer(UNE)
    assert _insi(banc, jeton, UNE).status_code == 401


def _lie(banc: Banc, certificat: Identifiants) -> dict[str, Any]:
    banc.psc.clients.declarer("client-lie", methodes=["tls_client_auth"], certificats_lies=True)
    rafraichissement = banc.psc.ouvrir(UNE, client_id="client-lie")["refresh_token"]
    rendu: dict[str, Any] = requests.post(
        banc.psc.contexte.url_jeton,
        {"grant_type": "refresh_token", "refresh_token": rafraichissement, "client_id": "client-lie"},
        cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)),
        verify=str(banc.igc.racines_pem),
        timeout=10,
    ).json()
    return rendu


@pytest.mark.parametrize("rfc", [False, True])
def test_jeton_lie(banc: Banc, rfc: bool) -> None:
    """Un jeton lié ne vaut à UserInfo qu'avec son certificat ; la messagerie et INSi n'en disent rien : non exigé."""
    banc.psc.reglages.cnf_rfc8705 = rfc
    bon, autre = banc.igc.identifiants("org_auth_cli"), banc.igc.identifiants("insi_manu")
    jeton = str(_lie(banc, bon)["access_token"])
    assert banc.journal.echanges(service="psc", operation="jeton")[-1].notes["lie"] == "oui"

    def userinfo(certificat: Identifiants | None) -> int:
        return requests.get(
            banc.psc.contexte.url(banc.psc.profil.chemins.userinfo),
            headers={"Authorization": f"Bearer {jeton}"},
            cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)) if certificat else None,
            verify=str(banc.igc.racines_pem),
            timeout=10,
        ).status_code

    assert [userinfo(certificat) for certificat in (bon, autre, None)] == [200, 401, 401]
    assert _etat(banc, jeton)["jeton_etat"] == "valide"
    assert aides.code_cr(_insi(banc, jeton, UNE)) == "00"
