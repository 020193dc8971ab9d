"""Le port de gestion et la console : à part des services, fermés aux pages web étrangères."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulators.socle.gestion import Gestion
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import RegistrePannes
from simulators.socle.serveur import Port, ReponseSimulee, RequeteRecue, ServeurBanc
from tests.simulators.socle.outils import echanger


class FauxBanc:
    """Le peu que la gestion demande."""

    def __init__(self, journal: JournalEchanges, serveur: ServeurBanc) -> None:
        self.journal = journal
        self.serveur = serveur
        self.registres = {"dmp": RegistrePannes("dmp", journal)}
        self.remises = 0

    def environnement(self) -> dict[str, Any]:
        """Environnement minimal."""
        return {"services": {}, "identites": [{"cas": "nominal"}]}

    def remettre_a_zero(self) -> None:
        """Compte les remises à zéro."""
        self.remises += 1


@pytest.fixture
def banc(journal: JournalEchanges, serveur: ServeurBanc) -> FauxBanc:
    """Banc sans simulateur."""
    return FauxBanc(journal, serveur)


@pytest.fixture
def port(banc: FauxBanc) -> Iterator[Port]:
    """Port de gestion."""
    yield Gestion(banc).monter(banc.serveur)
    banc.registres["dmp"].vider()


def lire(port: Port, chemin: str) -> Any:
    """GET qui doit réussir."""
    rendu = requests.get(port.url + chemin, timeout=10)
    assert rendu.status_code == 200, rendu.text
    return rendu.json()


def test_journal_et_etat(journal: JournalEchanges, port: Port) -> None:
    """L'état et le journal disent ce qui s'est passé ; la gestion elle-même n'y entre pas."""
    echanger(journal, operation="TD2.1", service="dmp")
    journal.ajouter_poignee_refusee(service="insi", raison="CERTIFICATE_VERIFY_FAILED")
    page = lire(port, "/journal?depuis=0")
    assert [(e["type"], e["operation"], e["statut"]) for e in page["enregistrements"]] == [
        ("echange", "TD2.1", 200),
        ("poignee_refusee", None, None),
    ]
    assert lire(port, "/journal?depuis=2") == {"position": 2, "enregistrements": []}
    assert lire(port, "/etat")["journal"]["etat"] == "ouvert"
    assert lire(port, "/echange?numero=1")["requete"]["apercu"] == "<a/>"
    assert lire(port, "/identites") == [{"cas": "nominal"}]
    assert journal.position() == 2


def test_pannes_et_remise_a_zero(banc: FauxBanc, port: Port) -> None:
    """On arme, on voit, on retire une panne, et on remet à zéro, par HTTP."""
    armees = requests.post(f"{port.url}/pannes", json={"service": "dmp", "nom": "lente", "fois": None}, timeout=10)
    assert armees.json()[0] == {
        "service": "dmp",
        "nom": "lente",
        "operation": None,
        "fois_restantes": None,
        "jouees": 0,
    }
    assert {panne["nom"] for panne in lire(port, "/pannes")["connues"]["dmp"]} >= {"retenue", "coupure"}
    assert requests.post(f"{port.url}/pannes/retrait", json={"service": "dmp"}, timeout=10).json() == []
    assert requests.post(f"{port.url}/remise-a-zero", json={}, timeout=10).status_code == 200
    assert banc.remises == 1


@pytest.mark.parametrize(
    ("chemin", "corps", "attendu"),
    [
        ("/pannes", b'{"service": "dmp", "nom": "x"}', "connues"),
        ("/pannes", b'{"service": "y", "nom": "lente"}', "service"),
        ("/pannes", b'{"service": "dmp", "nom": "lente", "fois": 0}', "fois"),
        ("/pannes", b'{"service": "dmp", "nom": "lente", "parametres": {"si": 1}}', "si"),
        ("/pannes", b"[1]", "objet JSON"),
        ("/pannes", b"{" * 5000, "illisible"),
    ],
)
def test_demandes_refusees(port: Port, chemin: str, corps: bytes, attendu: str) -> None:
    """Une demande fausse est refusée en français, sans défaut du serveur."""
    rendu = requests.post(port.url + chemin, corps, headers={"Content-Type": "application/json"}, timeout=10)
    assert rendu.status_code == 400
    assert attendu in rendu.json()["erreur"]


@pytest.mark.parametrize("chemin", ["/journal?depuis=-1", "/journal?depuis=abc", "/echange?numero=7", "/echange"])
def test_lectures_refusees(port: Port, chemin: str) -> None:
    """Un numéro faux ou absent est dit."""
    assert requests.get(port.url + chemin, timeout=10).status_code == 400


def test_pages_etrangeres_tenues_dehors(banc: FauxBanc, port: Port) -> None:
    """Ni formulaire d'un autre site, ni nom d'hôte détourné n'atteignent la gestion."""
    assert requests.post(f"{port.url}/remise-a-zero", data={"a": 1}, timeout=10).status_code == 415
    for chemin in ("/", "/environnement"):
        rendu = requests.get(port.url + chemin, headers={"Host": "pirate.example"}, timeout=10)
        assert rendu.status_code == 403
    detourne = {"Host": f"pirate.example:{port.numero}", "Content-Type": "application/json"}
    assert requests.post(f"{port.url}/remise-a-zero", b"{}", headers=detourne, timeout=10).status_code == 403
    assert banc.remises == 0


def test_console_autonome(port: Port) -> None:
    """La console est en français, se suffit à elle-même et ne nomme aucune adresse extérieure."""
    rendu = requests.get(port.url, timeout=10)
    assert '<html lang="fr">' in rendu.text
    assert "SERVEURS DE TEST" in rendu.text
    assert re.findall(r"https?://|//[a-z]|@import|src=", rendu.text) == []
    assert "default-src 'none'" in rendu.headers["Content-Security-Policy"]


def test_etat_apres_arret(journal: JournalEchanges, port: Port, serveur: ServeurBanc) -> None:
    """Campagne arrêtée par la garde : la gestion répond encore et le dit."""

    async def muet(requete: RequeteRecue) -> ReponseSimulee:
        return ReponseSimulee()

    service = serveur.ajouter("dmp", muet)
    patient = json.dumps({"oid": "1.2.250.1.213.1.4.8", "matricule": "185057800608436"})
    assert requests.post(service.url, patient, timeout=10).status_code == 503
    assert lire(port, "/etat")["journal"]["etat"] == "arrete"
    assert requests.post(f"{port.url}/pannes", json={"service": "dmp", "nom": "lente"}, timeout=10).status_code == 200
