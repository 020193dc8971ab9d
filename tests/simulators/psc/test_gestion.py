"""Le port de gestion du banc entier : clients, réponses, sessions, clés, horloge ; et ce que le logiciel reçoit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from tests.simulators.psc.parcours import DEUX, RETOUR, SORTIE, UN, parametres


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    """Un banc entier."""
    dossier: Path = tmp_path_factory.mktemp("gestion-psc")
    with JournalEchanges.creer(dossier / "journal") as journal, Banc(journal, dossier_secrets=dossier / "s") as banc:
        yield banc


def _poster(banc: Banc, chemin: str, demande: dict[str, Any]) -> requests.Response:
    return requests.post(f"{banc.url_console.rstrip('/')}{chemin}", json=demande, timeout=20)


def _lire(banc: Banc, chemin: str) -> Any:
    return requests.get(f"{banc.url_console.rstrip('/')}{chemin}", timeout=20).json()


def test_environnement(banc: Banc) -> None:
    """Adresses, client d'office et personnes fictives des deux fournisseurs."""
    environnement = banc.environnement()
    psc, etablissement = (environnement["services"][nom] for nom in ("psc", "etablissement"))
    assert set(psc) >= {"issuer", "decouverte", "autorisation", "client_id", "client_secret", "scope", "acr_values"}
    assert psc["issuer"].endswith("/auth/realms/esante-wallet") and psc["issuer"].startswith("https://localhost:")
    assert psc["decouverte"] == f"{psc['issuer']}/.well-known/wallet-openid-configuration"
    assert psc["autorisation"].endswith("/auth") and psc["scope"] == "openid scope_all"
    assert etablissement["decouverte"] == f"{etablissement['issuer']}/.well-known/openid-configuration"
    assert psc["issuer"] != etablissement["issuer"] and psc["client_secret"] != etablissement["client_secret"]
    personnes = {p["identifiant_national"]: p for p in environnement["professionnels_psc"]}
    assert personnes[UN]["nom"] == "BIOLOGUE" and len(personnes) >= 10
    assert all(set(p) == {"identifiant_national", "nom", "prenom", "profession", "cas"} for p in personnes.values())


@pytest.mark.parametrize("service", ["psc", "etablissement"])
def test_declarer_puis_repondre(banc: Banc, service: str) -> None:
    """Sans une ligne de Python : déclarer ses adresses, répondre d'avance, voir et finir la session."""
    fournisseur = getattr(banc, service)
    adresses = banc.environnement()["services"][service]
    declare = _poster(banc, f"/{service}/clients", {"redirect_uris": [RETOUR]})
    assert declare.status_code == 200, declare.text
    assert declare.json()["redirect_uris"] == [RETOUR] and adresses["client_secret"] not in declare.text
    ajout = {"redirect_uris": ["https://localhost/bis"], "post_logout_redirect_uris": [SORTIE], "ajouter": True}
    assert _poster(banc, f"/{service}/clients", ajout).json()["redirect_uris"] == [RETOUR, "https://localhost/bis"]
    assert fournisseur.clients[adresses["client_id"]].secret == adresses["client_secret"]
    assert _poster(banc, f"/{service}/reponses", {"identifiant": DEUX}).json() == {"fait": True}
    with requests.Session() as navigateur:
        navigateur.verify, navigateur.trust_env = str(banc.igc.racines_pem), False
        demande = {
            "response_type": "code", "client_id": adresses["client_id"], "redirect_uri": RETOUR, "state": "s",
            "scope": adresses["scope"], "acr_values": "eidas1",
        }  # fmt: skip
        ouverture = navigateur.get(
            fournisseur.contexte.url_autorisation, params=demande, allow_redirects=False, timeout=20
        )
        retour = navigateur.get(ouverture.headers["Location"], allow_redirects=False, timeout=20)
    assert "code" in parametres(retour.headers["Location"])
    (session,) = _lire(banc, f"/{service}/sessions")
    assert (session["identifiant"], session["terminee"]) == (DEUX, "")
    finies = _poster(banc, f"/{service}/sessions/fin", {"cible": session["session"]}).json()
    assert [s["terminee"] for s in finies] == ["finie ailleurs"]
    assert {p["identifiant_national"] for p in _lire(banc, f"/{service}/personnes")} >= {UN, DEUX}


def test_cles_et_horloge(banc: Banc) -> None:
    """Tourner les clés, avancer l'heure (commune aux deux fournisseurs), y revenir."""
    kid = _poster(banc, "/psc/cles/rotation", {}).json()["kid"]
    assert banc.psc.cles.kids[0] == kid
    banc.psc.cles.remettre()
    assert _poster(banc, "/psc/horloge", {"avancer": 7200}).json()["avance"] == 7200
    assert _lire(banc, "/etablissement/horloge")["avance"] == 7200
    assert _poster(banc, "/psc/horloge", {}).json()["avance"] == 0


@pytest.mark.parametrize(
    ("chemin", "demande"),
    [
        ("clients", {"redirect_uris": "https://localhost/"}),
        ("clients", {"redirect_uris": ["javascript:alert(1)"]}),
        ("clients", {"redirect_uris": ["/relative"]}),
        ("clients", {"redirect_uris": ["https://localhost/#fragment"]}),
        ("clients", {"redirect_uris": ["https://localhost/\r\nX: y"]}),
        ("clients", {"redirect_uris": ["https:///sans-hote"]}),
        ("clients", {"methodes": ["mot_de_passe"]}),
        ("clients", {"client_id": ""}),
        ("clients", {"client_id": "jamais-vu", "redirect_uris": [], "ajouter": True}),
        ("reponses", {"identifiant": "0"}),
        ("reponses", {"cible": "inconnue", "identifiant": UN}),
        ("reponses", {"identifiant": UN, "decision": "peut-être"}),
        ("sessions/fin", {"cible": "inconnue"}),
        ("sessions/fin", {}),
        ("horloge", {"avancer": -1}),
        ("horloge", {"avancer": True}),
        ("horloge", {"avancer": 1e12}),
    ],
)
def test_demandes_refusees(banc: Banc, chemin: str, demande: dict[str, Any]) -> None:
    """400 et une explication en français."""
    reponse = _poster(banc, f"/psc/{chemin}", demande)
    assert reponse.status_code == 400 and len(reponse.json()["erreur"]) > 10


def test_demarrage_leger() -> None:
    """Monter un fournisseur ne charge ni JOSE, ni le moteur de gabarits, et ne calcule aucune clé."""
    programme = (
        "import sys, tempfile, pathlib\n"
        "from simulators.psc import SimulateurPSC\n"
        "from simulators.socle.journal import JournalEchanges\n"
        "from simulators.socle.montage import demarrer_socle\n"
        "d = pathlib.Path(tempfile.mkdtemp())\n"
        "with JournalEchanges.creer(d / 'j') as journal, demarrer_socle(journal, d / 's') as socle:\n"
        "    psc = SimulateurPSC(journal, socle.igc)\n"
        "    psc.monter(socle.serveur)\n"
        "    psc.adresses()\n"
        "    print(sorted({'joserfc', 'jinja2'} & set(sys.modules)), psc.cles._cles)\n"
    )
    racine = Path(__file__).parents[3]
    fait = subprocess.run([sys.executable, "-c", programme], cwd=racine, capture_output=True, text=True, timeout=60)
    assert fait.stdout.strip() == "[] []", fait.stderr
