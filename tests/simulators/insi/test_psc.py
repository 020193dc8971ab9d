"""INSi par Pro Santé Connect : identité du jeton, port « carte » et API, refus."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from simulators.socle.identites import par_cas
from simulators.socle.jetons import JetonRefuse, JetonVerifie
from simulators.socle.pki import Identifiants
from tests.simulators.insi import aides
from tests.simulators.insi.conftest import Banc

PERSONNES = {"jeton-un": "899900000011", "jeton-deux": "100000000000001/SIM0001"}


class Fournisseur:
    """Connaît deux jetons ; lié, il exige le certificat qui les a obtenus."""

    def __init__(self, certificat: bytes | None = None) -> None:
        self._empreinte = hashlib.sha256(certificat).digest() if certificat else None

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        identifiant = PERSONNES.get(jeton)
        if identifiant is None:
            raise JetonRefuse("session Pro Santé Connect terminée", "revoque", identifiant="899900000011", session="s0")
        if self._empreinte and (not certificat_der or hashlib.sha256(certificat_der).digest() != self._empreinte):
            raise JetonRefuse("jeton lié à un autre certificat", "non_lie", identifiant=identifiant)
        return JetonVerifie(identifiant, "", f"s-{jeton}", datetime(2027, 1, 1, tzinfo=UTC), "lps")


@pytest.fixture
def psc(banc: Banc) -> Iterator[Banc]:
    """Le banc et ses deux vérificateurs."""
    banc.insi.jetons = Fournisseur()
    banc.insi.jetons_api = Fournisseur(banc.socle.igc.identifiants("org_auth_cli").der)
    yield banc
    banc.insi.jetons = banc.insi.jetons_api = None


def _message(name_id: str | None, qualifiant: str = "PSC") -> bytes:
    assertion = [aides.assertion(name_id=name_id, emetteur="PSC", qualifiant=qualifiant)] if name_id else []
    return aides.enveloppe(aides.traits_de(par_cas("nominal")), securite=aides.securite(*assertion))


def _appeler(
    banc: Banc, message: bytes, jeton: str | None, *, api: bool = False, certificat: Identifiants | None = None
) -> requests.Response:
    porteur = {"Authorization": f"Bearer {jeton}"} if jeton else {}
    certificat = certificat or (banc.socle.igc.identifiants("org_auth_cli") if api else None)
    return requests.post(
        banc.insi.url_api_psc if api else banc.insi.adresses()["url_carte"],
        data=message,
        headers={"Content-Type": aides.type_contenu(), **porteur},
        cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)) if certificat else None,
        verify=banc.racines,
        timeout=10,
    )


@pytest.mark.parametrize("api", [False, True])
@pytest.mark.parametrize("jeton", list(PERSONNES))
def test_identite_du_jeton(psc: Banc, jeton: str, api: bool) -> None:
    """L'assertion non signée dit la personne du jeton : acceptée, et l'échange dit qui."""
    assert aides.code_cr(_appeler(psc, _message(PERSONNES[jeton]), jeton, api=api)) == "00"
    notes = psc.dernier().notes
    assert notes["authentification"] == "psc"
    assert notes["jeton_etat"] == "valide"
    assert (notes["jeton_identifiant"], notes["jeton_session"]) == (PERSONNES[jeton], f"s-{jeton}")
    assert notes.get("voie") == ("api_psc" if api else None)


@pytest.mark.parametrize("api", [False, True])
def test_identite_d_un_autre(psc: Banc, api: bool) -> None:
    """L'assertion d'un autre que celui du jeton est refusée ; celle d'une carte aussi."""
    for message in (_message(PERSONNES["jeton-deux"]), _message(PERSONNES["jeton-un"], "CPS")):
        assert aides.faute(_appeler(psc, message, "jeton-un", api=api)) == "banc_assertion"
        assert psc.dernier().notes["jeton_identifiant"] == PERSONNES["jeton-un"]


@pytest.mark.parametrize("api", [False, True])
def test_jeton_revoque(psc: Banc, api: bool) -> None:
    """Un jeton dont la session est finie : 401 au porteur, et l'échange le dit."""
    reponse = _appeler(psc, _message("899900000011"), "jeton-fini", api=api)
    assert reponse.status_code == 401
    assert 'error="invalid_token"' in reponse.headers["WWW-Authenticate"]
    assert psc.dernier().notes["jeton_etat"] == "revoque"
    assert psc.dernier().operation == aides.TRAITS


def test_api_sans_assertion(psc: Banc) -> None:
    """L'API tire l'identité du jeton seul ; sans jeton, elle refuse, le port « carte » non."""
    assert aides.code_cr(_appeler(psc, _message(None), "jeton-un", api=True)) == "00"
    assert psc.dernier().notes["assertion"].startswith("absente")
    reponse = _appeler(psc, _message("899900000011"), None, api=True)
    assert (reponse.status_code, "error=" in reponse.headers["WWW-Authenticate"]) == (401, False)
    assert aides.code_cr(_appeler(psc, _message("899900000011"), None)) == "00"
    assert "jeton_etat" not in psc.dernier().notes


def test_api_certificat(psc: Banc) -> None:
    """Sans certificat, la poignée de main échoue ; avec un autre que celui du jeton, 401."""
    autre = psc.socle.igc.identifiants("insi_manu")
    assert _appeler(psc, _message(None), "jeton-un", api=True, certificat=autre).status_code == 401
    assert psc.dernier().notes["jeton_etat"] == "non_lie"
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.post(psc.insi.url_api_psc, data=_message(None), verify=psc.racines, timeout=10)


def test_secret(psc: Banc) -> None:
    """Le jeton présenté n'est pas lisible au journal."""
    _appeler(psc, _message(None), "jeton-un", api=True)
    assert dict(psc.dernier().requete.entetes)["Authorization"].startswith("empreinte:")
