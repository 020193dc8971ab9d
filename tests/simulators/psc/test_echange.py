"""Échange de jeton (RFC 8693) contre un jeton d'API : certificat exigé, jeton lié, fin avec la session."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from simulators.banc import Banc
from simulators.psc.echange import CHEMIN, CHEMIN_CLES, GRANT
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.pki import Identifiants
from simulators.socle.profils_certificats import Variante

UNE, AUTRE = "899900000011", "100000000000001/SIM0001"
TYPE = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture(scope="module")
def monte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Le banc entier."""
    dossier: Path = tmp_path_factory.mktemp("api")
    with JournalEchanges.creer(dossier / "journal") as journal, Banc(journal) as banc:
        yield banc


@pytest.fixture
def banc(monte: Banc) -> Banc:
    """Sans session, ni jeton, ni panne."""
    monte.remettre_a_zero()
    return monte


def _client(banc: Banc) -> str:
    return str(banc.environnement()["services"]["psc"]["client_id"])


def _poster(banc: Banc, champs: dict[str, str], certificat: Identifiants | None, **choix: Any) -> requests.Response:
    return requests.post(
        banc.environnement()["services"]["psc"]["url_api_jeton"],
        {nom: valeur for nom, valeur in champs.items() if valeur},
        cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)) if certificat else None,
        verify=str(banc.igc.racines_pem),
        timeout=10,
        **choix,
    )


def _echanger(
    banc: Banc, jeton: str, certificat: Identifiants | str | None = "org_auth_cli", **champs: str
) -> requests.Response:
    voulus = {
        "grant_type": GRANT,
        "client_id": _client(banc),
        "subject_token": jeton,
        "subject_token_type": TYPE,
        "subject_issuer": "psc",
        "scope": "openid",
        **champs,
    }
    return _poster(banc, voulus, banc.igc.identifiants(certificat) if isinstance(certificat, str) else certificat)


def _dernier(banc: Banc) -> Echange:
    return banc.journal.echanges(service="api_psc", operation="echange_jeton")[-1]


def _acces(banc: Banc, identifiant: str = UNE) -> str:
    return str(banc.psc.ouvrir(identifiant)["access_token"])


@pytest.mark.parametrize("identifiant", [UNE, AUTRE])
@pytest.mark.parametrize("forme", ["ans", "rfc"])
def test_echange(banc: Banc, identifiant: str, forme: str) -> None:
    """Un jeton d'API de quatre heures au plus, à la même personne, lié au certificat sous la forme voulue."""
    banc.api_psc.jetons.cnf_rfc8705 = forme == "rfc"
    rendu = _echanger(banc, _acces(banc, identifiant))
    assert rendu.status_code == 200, rendu.text
    assert rendu.headers["Cache-Control"] == "no-store"
    corps = rendu.json()
    assert (corps["issued_token_type"], corps["token_type"]) == (TYPE, "Bearer")
    assert 14000 < corps["expires_in"] <= 14400
    adresse = banc.environnement()["services"]["psc"]["url_api_jeton"].replace(CHEMIN, CHEMIN_CLES)
    cles = requests.get(adresse, verify=str(banc.igc.racines_pem), timeout=10).json()
    claims = jwt.decode(corps["access_token"], KeySet.import_key_set(cles), algorithms=["RS256"]).claims
    condensat = hashlib.sha256(banc.igc.identifiants("org_auth_cli").der)
    attendu = (
        base64.b64encode(condensat.hexdigest().encode()).decode()
        if forme == "ans"
        else base64.urlsafe_b64encode(condensat.digest()).rstrip(b"=").decode()
    )
    assert claims["cnf"] == {"x5t#S256": attendu}
    assert claims["SubjectNameID"] == claims["preferred_username"] == identifiant
    der = banc.igc.identifiants("org_auth_cli").der
    assert banc.api_psc.verifier(corps["access_token"], certificat_der=der).identifiant == identifiant
    notes = _dernier(banc).notes
    assert (notes["jeton_etat"], notes["jeton_identifiant"]) == ("valide", identifiant)
    assert (notes["authentification"], notes["lie"], notes["structure"]) == ("tls_client_auth", "oui", "1990000001")
    assert notes["session"] == claims["session_state"]


@pytest.mark.parametrize(
    ("champs", "statut", "erreur"),
    [
        ({"subject_token": ""}, 400, "invalid_request"),
        ({"subject_token_type": ""}, 400, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, 400, "invalid_request"),
        ({"subject_issuer": "google"}, 400, "invalid_request"),
        ({"subject_token": "inconnu"}, 400, "invalid_request"),
        ({"scope": "a  b"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"client_id": "inconnu"}, 401, "invalid_client"),
    ],
)
def test_demande_refusee(banc: Banc, champs: dict[str, str], statut: int, erreur: str) -> None:
    """Chaque défaut a son code ; rien n'est émis."""
    rendu = _echanger(banc, _acces(banc), **champs)
    assert (rendu.status_code, rendu.json()["error"]) == (statut, erreur)
    assert _dernier(banc).notes["refus"] == erreur


@pytest.mark.parametrize("absent", ["subject_issuer", "scope"])
def test_variantes(banc: Banc, absent: str) -> None:
    """`subject_issuer` et `scope` peuvent manquer, le type peut être jwt, un secret de trop n'y change rien."""
    assert _echanger(banc, _acces(banc), **{absent: ""}).status_code == 200
    jwt_annonce = "urn:ietf:params:oauth:token-type:jwt"
    assert _echanger(banc, _acces(banc), subject_token_type=jwt_annonce, client_secret="inutile").status_code == 200
    assert _dernier(banc).notes["secret_presente"] == "oui"


def test_certificat(banc: Banc) -> None:
    """Sans certificat, avec celui d'une carte (sans OU de structure) ou un secret seul : invalid_client."""
    jeton = _acces(banc)
    for certificat in (None, "cps_auth_1"):
        rendu = _echanger(banc, jeton, certificat, client_secret=banc.psc.clients[_client(banc)].secret)
        assert (rendu.status_code, rendu.json()["error"]) == (401, "invalid_client"), certificat
    for variante in (Variante.REVOQUE, Variante.AUTRE_AUTORITE, Variante.EXPIRE):
        with pytest.raises(requests.exceptions.ConnectionError):
            _echanger(banc, jeton, banc.igc.identifiants("org_auth_cli", variante))
    assert _echanger(banc, jeton).status_code == 200


def test_jeton_perime_ou_revoque(banc: Banc) -> None:
    """Le jeton présenté doit valoir : ni périmé, ni d'une session finie, ni d'un autre client."""
    jeton = _acces(banc)
    banc.psc.horloge.avancer(timedelta(seconds=121))
    assert _echanger(banc, jeton).json()["error"] == "invalid_request"
    assert _dernier(banc).notes["jeton_etat"] == "expire"
    banc.psc.horloge.remettre()
    banc.psc.sessions.terminer(UNE)
    assert _echanger(banc, jeton).status_code == 400
    assert _dernier(banc).notes["jeton_etat"] == "revoque"
    banc.psc.clients.declarer("un-autre")
    autre = banc.psc.ouvrir(UNE, client_id="un-autre")["access_token"]
    assert _echanger(banc, autre).json()["error"] == "invalid_request"


def test_duree_et_fin(banc: Banc) -> None:
    """Le jeton d'API survit au jeton d'accès ; il finit avec la session, ou au bout de quatre heures."""
    der = banc.igc.identifiants("org_auth_cli").der

    def etat(jeton: str) -> str:
        try:
            banc.api_psc.verifier(jeton, certificat_der=der)
        except ValueError as refus:
            return str(getattr(refus, "etat", ""))
        return "valide"

    jeton = _echanger(banc, _acces(banc)).json()["access_token"]
    banc.psc.horloge.avancer(timedelta(hours=3))
    assert etat(jeton) == "valide"
    banc.psc.horloge.avancer(timedelta(hours=1, seconds=1))
    assert etat(jeton) == "expire"
    banc.psc.horloge.remettre()
    banc.psc.sessions.terminer(UNE)
    assert etat(jeton) == "revoque"


def test_rafraichissement(banc: Banc) -> None:
    """Un jeton d'API se rafraîchit avec le même certificat, pas avec un autre, ni session finie."""
    jetons = _echanger(banc, _acces(banc)).json()
    champs = {"grant_type": "refresh_token", "client_id": _client(banc), "refresh_token": jetons["refresh_token"]}
    bon, autre = banc.igc.identifiants("org_auth_cli"), banc.igc.identifiants("insi_manu")
    assert _poster(banc, champs, bon).json()["access_token"] != jetons["access_token"]
    assert _poster(banc, champs, autre).json()["error"] == "invalid_grant"
    banc.psc.sessions.terminer(UNE)
    assert _poster(banc, champs, bon).json()["error"] == "invalid_grant"


def test_pannes(banc: Banc) -> None:
    """Les pannes nommées, une fois chacune."""
    der = banc.igc.identifiants("org_auth_cli").der
    for nom, statut in (
        ("echange_refuse", 400),
        ("scope_refuse", 400),
        ("certificat_refuse", 401),
        ("echange_500", 500),
    ):
        banc.api_psc.pannes.armer(nom)
        assert _echanger(banc, _acces(banc)).status_code == statut, nom
        assert _echanger(banc, _acces(banc)).status_code == 200
    for nom, etat in (("jeton_api_expire", "expire"), ("jeton_api_autre_certificat", "non_lie")):
        banc.api_psc.pannes.armer(nom)
        jeton = _echanger(banc, _acces(banc)).json()["access_token"]
        with pytest.raises(ValueError, match="jeton") as refus:
            banc.api_psc.verifier(jeton, certificat_der=der)
        assert getattr(refus.value, "etat", "") == etat
    banc.api_psc.pannes.armer("jeton_api_sans_rafraichissement")
    assert "refresh_token" not in _echanger(banc, _acces(banc)).json()


def test_secrets(banc: Banc) -> None:
    """Ni le jeton échangé, ni le jeton d'API, ni un jeton inconnu au journal ; l'empreinte se compare."""
    acces, etranger = _acces(banc), "eyJhbGciOiJSUzI1NiJ9.jeton-d-un-vrai-service.xyz"
    jetons = _echanger(banc, acces).json()
    _echanger(banc, etranger)
    ecrits = b"".join(f.read_bytes() for f in banc.journal.dossier.rglob("*") if f.is_file())
    for secret in (acces, etranger, jetons["access_token"], jetons["refresh_token"]):
        assert secret.encode() not in ecrits
    premier = banc.journal.echanges(service="api_psc", operation="echange_jeton")[-2]
    assert banc.journal.empreinte_secret(acces) in premier.requete.corps.octets.decode()


@pytest.mark.parametrize("service", ["insi", "dmp"])
def test_jeton_sans_echange(banc: Banc, service: str) -> None:
    """Le jeton d'accès de Pro Santé Connect, présenté tel quel à une API, n'y vaut rien : autre audience."""
    certificat = banc.igc.identifiants("org_auth_cli")
    adresse = banc.environnement()["services"]["psc"]["api"][service]
    rendu = requests.post(
        adresse if service == "insi" else f"{adresse}/patients",
        data=b"<x/>",
        headers={"Authorization": f"Bearer {_acces(banc)}", "Content-Type": "application/soap+xml"},
        cert=(str(certificat.chemin_pem), str(certificat.chemin_cle)),
        verify=str(banc.igc.racines_pem),
        timeout=10,
    )
    assert rendu.status_code == 401
    notes = banc.journal.echanges(service=service)[-1].notes
    assert (notes["jeton_etat"], notes["jeton_identifiant"]) == ("autre_audience", UNE)
