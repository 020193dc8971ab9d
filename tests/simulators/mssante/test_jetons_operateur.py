"""L'émetteur local de jetons : rafraîchissement par HTTPS, JWT vérifiable par tous, refus, pannes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from simulators.mssante.jetons import EmetteurJetons, JetonRefuse, RafraichissementRefuse
from simulators.socle.horloge import Horloge
from simulators.socle.journal import JournalEchanges
from tests.simulators.mssante.aides_smtp import APP, AUTRE_PER, ORG, PER, Montage, sous_tls, xoauth2

RPPS = "99900000011"


@pytest.fixture
def emetteur(tmp_path: Path) -> tuple[EmetteurJetons, Horloge]:
    """Émetteur à l'heure arrêtée."""
    horloge = Horloge(lambda: datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    return EmetteurJetons(JournalEchanges.creer(tmp_path / "j"), horloge=horloge), horloge


def _demander(operateur: Montage, **champs: str) -> requests.Response:
    adresse = operateur.simulateur.adresses()["jetons"]
    return requests.post(adresse, champs, verify=str(operateur.socle.igc.racines_pem), timeout=10)


def _rafraichir(operateur: Montage, adresse: str = PER) -> requests.Response:
    jeton = operateur.simulateur.jetons.jeton_rafraichissement(operateur.bal(adresse))
    return _demander(operateur, grant_type="refresh_token", refresh_token=jeton)


def _identifier(operateur: Montage, adresse: str, jeton: str) -> bytes:
    with sous_tls(operateur) as prise:
        return prise.dire(f"AUTH XOAUTH2 {xoauth2(adresse, jeton)}".encode())[:3]


def test_rafraichissement(operateur: Montage) -> None:
    """Un jeton JWT ES256 de 120 s, que la clé publiée vérifie et que l'opérateur accepte ; jamais mis en cache."""
    rendu = _rafraichir(operateur)
    assert rendu.status_code == 200
    assert rendu.headers["Cache-Control"] == "no-store"
    corps: dict[str, Any] = rendu.json()
    assert (corps["token_type"], corps["expires_in"]) == ("Bearer", 120)
    cles = requests.get(
        operateur.simulateur.adresses()["jetons"] + "/jwks", verify=str(operateur.socle.igc.racines_pem), timeout=10
    ).json()
    assert "d" not in cles["keys"][0]
    lu = jwt.decode(corps["access_token"], KeySet.import_key_set(cles), algorithms=["ES256"])
    assert lu.claims["exp"] - lu.claims["iat"] == 120
    assert lu.claims["preferred_username"] == f"8{RPPS}"
    assert _identifier(operateur, PER, corps["access_token"]) == b"235"
    suite = _demander(operateur, grant_type="refresh_token", refresh_token=corps["refresh_token"])
    assert suite.json()["access_token"] != corps["access_token"]


def test_environnement(operateur: Montage) -> None:
    """Chaque BAL du laboratoire est donnée avec son jeton de rafraîchissement, sauf l'applicative."""
    bals = {str(bal["adresse"]): bal for bal in operateur.simulateur.bals()}
    assert list(bals) == [APP, ORG, PER, AUTRE_PER]
    assert [bals[adresse]["type"] for adresse in bals] == ["APP", "ORG", "PER", "PER"]
    assert bals[APP]["jeton_rafraichissement"] is None
    jetons = [bals[adresse]["jeton_rafraichissement"] for adresse in (ORG, PER, AUTRE_PER)]
    assert len(set(jetons)) == 3
    assert [bal["jeton_rafraichissement"] for bal in operateur.simulateur.bals()][1:] == jetons


@pytest.mark.parametrize(
    ("champs", "erreur"),
    [
        ({"grant_type": "password", "refresh_token": "x"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "inconnu"}, "invalid_grant"),
    ],
)
def test_demandes_fautives(operateur: Montage, champs: dict[str, str], erreur: str) -> None:
    """Une demande que RFC 6749 refuse reçoit son code."""
    rendu = _demander(operateur, **champs)
    assert rendu.status_code == 400
    assert rendu.json()["error"] == erreur


def test_demande_qui_n_est_pas_un_formulaire(operateur: Montage) -> None:
    """Du JSON n'est pas admis."""
    adresse = operateur.simulateur.adresses()["jetons"]
    rendu = requests.post(adresse, json={}, verify=str(operateur.socle.igc.racines_pem), timeout=10)
    assert rendu.json()["error"] == "invalid_request"


def test_session_terminee(operateur: Montage) -> None:
    """Une session Pro Santé Connect finie ne donne plus de jeton ; la remise à zéro la rouvre."""
    operateur.simulateur.jetons.terminer_session(operateur.bal(PER))
    assert _rafraichir(operateur).json()["error"] == "invalid_grant"
    assert _rafraichir(operateur, AUTRE_PER).status_code == 200
    operateur.simulateur.remettre_a_zero()
    assert _rafraichir(operateur).status_code == 200


def test_pannes_de_jeton(operateur: Montage) -> None:
    """Jeton né périmé, d'un autre, mal signé : l'opérateur le refuse ; fournisseur en panne : 503."""
    for panne in ("jeton_expire", "jeton_autre_bal", "jeton_invalide"):
        operateur.simulateur.panne(panne)
        assert _identifier(operateur, PER, _rafraichir(operateur).json()["access_token"]) == b"334", panne
        assert _identifier(operateur, PER, _rafraichir(operateur).json()["access_token"]) == b"235"
    operateur.simulateur.panne("psc_indisponible")
    assert _rafraichir(operateur).status_code == 503
    assert _rafraichir(operateur).status_code == 200


@pytest.mark.parametrize("panne", ["jeton_expire", "jeton_autre_bal", "jeton_invalide"])
def test_pannes_de_jeton_a_l_identification(operateur: Montage, panne: str) -> None:
    """Pour un client qui garde son jeton : un jeton bon est tenu pour fautif, une fois."""
    jeton = operateur.jeton()
    operateur.simulateur.panne(panne, protocole="smtp")
    assert _rafraichir(operateur).status_code == 200
    assert _identifier(operateur, PER, jeton) == b"334"
    assert _identifier(operateur, PER, jeton) == b"235"


def test_secrets_de_jetons(operateur: Montage) -> None:
    """Ni jeton d'accès ni jeton de rafraîchissement, connu ou non, au journal."""
    connu = operateur.simulateur.jetons.jeton_rafraichissement(operateur.bal(PER))
    acces = _rafraichir(operateur).json()["access_token"]
    etranger = "jeton-d-un-vrai-service-9f2b7c"
    _demander(operateur, grant_type="refresh_token", refresh_token=etranger)
    requests.get(
        operateur.simulateur.adresses()["jetons"] + f"?access_token={etranger}",
        verify=str(operateur.socle.igc.racines_pem),
        timeout=10,
    )
    ecrits = b"".join(f.read_bytes() for f in operateur.journal.dossier.rglob("*") if f.is_file())
    for secret in (connu, acces, etranger):
        assert secret.encode() not in ecrits


def test_verification(emetteur: tuple[EmetteurJetons, Horloge]) -> None:
    """Accepté jusqu'à son terme ; puis refusé ; refusé s'il est d'ailleurs, d'une autre clé, ou illisible."""
    source, horloge = emetteur
    jeton = source.emettre(RPPS)
    verifie = source.verifier(jeton)
    assert verifie.rpps == RPPS
    assert verifie.expire == horloge() + timedelta(seconds=120)
    horloge.avancer(timedelta(seconds=119))
    source.verifier(jeton)
    horloge.avancer(timedelta(seconds=1))
    with pytest.raises(JetonRefuse, match="expiré"):
        source.verifier(jeton)
    horloge.remettre()
    source.verifier(jeton)
    tete, corps, signature = jeton.split(".")
    for faux in (
        source.emettre(RPPS, signe=False),
        source.emettre(RPPS, emetteur="https://ailleurs.test"),
        source.emettre(RPPS, duree=-1),
        source.emettre("123"),
        f"{tete}.{corps}.",
        f"{tete}.{corps[:-2]}.{signature}",
        "eyJhbGciOiJub25lIn0." + corps + ".",
        "",
        "a.b.c",
        "é",
    ):
        with pytest.raises(JetonRefuse):
            source.verifier(faux)
    horloge.avancer(timedelta(hours=-1))
    with pytest.raises(JetonRefuse, match="avenir"):
        source.verifier(jeton)


def test_rafraichissement_inconnu(emetteur: tuple[EmetteurJetons, Horloge]) -> None:
    """Un jeton que l'émetteur n'a pas donné."""
    with pytest.raises(RafraichissementRefuse):
        emetteur[0].rafraichir("jamais vu")
