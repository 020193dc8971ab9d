"""Le DMP par l'API Pro Santé Connectée : l'identité est celle du jeton, avec ou sans VIHF dans le message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from lxml import etree

from simulators.socle.jetons import JetonRefuse, JetonVerifie
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai, Recu

AUTRE = "899900000029"


class Api:
    """Connaît le jeton d'une personne, lié à un certificat."""

    def __init__(self, identifiant: str, certificat: bytes) -> None:
        self._identifiant, self._certificat = identifiant, certificat

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        if jeton != "jeton-api":
            raise JetonRefuse("jeton expiré", "expire", identifiant=self._identifiant)
        if certificat_der != self._certificat:
            raise JetonRefuse("jeton lié à un autre certificat", "non_lie", identifiant=self._identifiant)
        return JetonVerifie(self._identifiant, "", "s1", datetime(2027, 1, 1, tzinfo=UTC), "lps")


@pytest.fixture
def api(essai: Essai) -> Iterator[Essai]:
    """Le DMP et le vérificateur de son API."""
    essai.dmp.jetons_api = Api(essai.professionnel, essai.socle.igc.identifiants("org_auth_cli").der)
    yield essai
    essai.dmp.jetons_api = None


def _appeler(
    essai: Essai, assertion: etree._Element | None, jeton: str = "jeton-api", certificat: str = "org_auth_cli"
) -> requests.Response:
    identifiants = essai.socle.igc.identifiants(certificat)
    action = messages.ACTION_TD02
    return requests.post(
        f"{essai.dmp.url_api_psc}/patients",
        data=messages.enveloppe(messages.td02(), action, assertion),
        headers={
            "Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"',
            **({"Authorization": f"Bearer {jeton}"} if jeton else {}),
        },
        cert=(str(identifiants.chemin_pem), str(identifiants.chemin_cle)),
        verify=str(essai.socle.igc.racines_pem),
        timeout=10,
    )


def _codes(reponse: requests.Response) -> list[str]:
    return Recu(reponse.status_code, reponse.headers["Content-Type"], reponse.content).codes


def _vihf(essai: Essai, **choix: Any) -> etree._Element:
    demande = replace(essai.demande("INDIRECTE"), **choix)
    return messages.vihf_non_signe(essai.socle.igc.identifiants("org_sign"), demande)


def test_identite_du_jeton(api: Essai) -> None:
    """Sans VIHF, ou avec un VIHF non signé qui dit la même personne : servi, et l'échange dit qui."""
    for assertion in (None, _vihf(api)):
        assert _codes(_appeler(api, assertion)) == ["OK"]
        notes = api.echanges()[-1].notes
        assert (notes["voie"], notes["jeton_etat"], notes["jeton_session"]) == ("api_psc", "valide", "s1")
        assert notes["jeton_identifiant"] == notes["professionnel"] == api.professionnel
        assert notes["matricule"] == messages.INS
        assert notes["structure"] == "1990000001"


def test_identite_d_un_autre(api: Essai) -> None:
    """Un VIHF qui nomme quelqu'un d'autre que le jeton est refusé."""
    assert _codes(_appeler(api, _vihf(api, name_id=AUTRE))) != ["OK"]
    assert "NameID" in api.echanges()[-1].notes["refus"]


def test_jeton_refuse(api: Essai) -> None:
    """Sans jeton, avec un jeton périmé ou sous un autre certificat : 401 au porteur, avant toute lecture."""
    for jeton, certificat, etat in (
        ("", "org_auth_cli", None),
        ("jeton-mort", "org_auth_cli", "expire"),
        ("jeton-api", "insi_manu", "non_lie"),
    ):
        reponse = _appeler(api, None, jeton, certificat)
        assert reponse.status_code == 401
        assert reponse.headers["WWW-Authenticate"].startswith("Bearer")
        assert api.echanges()[-1].notes.get("jeton_etat") == etat
        assert api.echanges()[-1].operation == "TD0.2"


def test_acces_habituel(api: Essai) -> None:
    """Le port habituel exige toujours son VIHF signé, et ne regarde aucun jeton."""
    recu = api.appeler("patients", messages.td02(), messages.ACTION_TD02)
    assert recu.codes == ["OK"]
    assert "voie" not in api.echanges()[-1].notes
