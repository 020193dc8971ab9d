"""La commande elle-même : ports choisis, gestion, arrêt demandé par un superviseur."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.socle.journal import JournalEchanges
from tests.interop.lancement import BancLance, lancer
from tests.simulators.insi import aides


def _libre(nombre: int) -> int:
    """Premier d'une suite de ports libres."""
    for base in range(24_000, 60_000, 50):
        prises = []
        try:
            for port in range(base, base + nombre):
                prise = socket.socket()
                prises.append(prise)
                prise.bind(("127.0.0.1", port))
        except OSError:
            continue
        else:
            return base
        finally:
            for prise in prises:
                prise.close()
    pytest.skip("pas de suite de ports libres sur cette machine")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ne s'intercepte pas sous Windows")
def test_arret_pendant_une_connexion(tmp_path: Path) -> None:
    """SIGTERM pendant qu'un client garde sa connexion et qu'une réponse est retenue : arrêt propre, journal intact."""
    with lancer(tmp_path, "--port-base", str(_libre(8))) as banc, ThreadPoolExecutor(1) as fil:
        gestion = banc.service("gestion", "url")

        def appeler() -> int:
            with requests.Session() as session:
                session.trust_env = False
                session.verify, session.cert = banc.racines, banc.certificat("insi_auto")
                entetes = {"Content-Type": aides.type_contenu()}
                corps = aides.enveloppe(aides.traits_de(banc.identite()))
                url = banc.service("insi", "url_certificat")
                assert session.post(url, corps, headers=entetes, timeout=20).status_code == 200
                requests.post(f"{gestion}/pannes", json={"service": "insi", "nom": "retenue"}, timeout=10)
                return session.post(url, corps, headers=entetes, timeout=20).status_code

        retenue = fil.submit(appeler)
        fin = time.monotonic() + 20
        while not any(ligne["type"] == "panne" for ligne in _journal(gestion)) and time.monotonic() < fin:
            time.sleep(0.02)
        cle = Path(banc.certificat("insi_auto")[1])
        assert banc.arreter() == 0
        with contextlib.suppress(requests.exceptions.ConnectionError):
            retenue.result(20)
        assert not cle.exists() and not Path(banc.annonce["environnement"]).exists()
        with JournalEchanges.ouvrir(banc.dossier) as journal:
            assert journal.verifier_chaine() == []
            assert [echange.panne for echange in journal.echanges(service="insi")] == [None, "retenue"]


def _journal(gestion: str) -> list[dict[str, Any]]:
    lignes: list[dict[str, Any]] = requests.get(f"{gestion}/journal", timeout=10).json()["enregistrements"]
    return lignes


def test_gestion(banc: BancLance) -> None:
    """Une panne armée par la gestion joue une fois, se retire, et la console répond."""
    gestion = banc.service("gestion", "url")
    armees = requests.post(f"{gestion}/pannes", json={"service": "dmp", "nom": "indisponible", "fois": 2}, timeout=10)
    assert [panne["nom"] for panne in armees.json()] == ["indisponible"]
    retrait = requests.post(f"{gestion}/pannes/retrait", json={"service": "dmp"}, timeout=10)
    assert retrait.json() == []
    inconnue = requests.post(f"{gestion}/pannes", json={"service": "dmp", "nom": "rien"}, timeout=10)
    assert inconnue.status_code == 400 and "inconnue" in inconnue.json()["erreur"]
    assert "Banc SONS" in requests.get(f"{gestion}/", timeout=10).text
