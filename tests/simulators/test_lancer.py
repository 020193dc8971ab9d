"""`python -m simulators lancer` : démarre, dit comment l'appeler, s'arrête proprement sans laisser de clé."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulators.__main__ import main
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges

RACINE = Path(__file__).parents[2]
SERVICES = {
    "insi",
    "dmp",
    "mssante",
    "annuaire",
    "psc",
    "etablissement",
    "courriels",
    "drim",
    "pacs",
    "hl7v2",
    "gestion",
}
CERTIFICATS = {
    "insi_manu",
    "insi_auto",
    "org_auth_cli",
    "org_sign",
    "cps_auth_1",
    "cps_sign_1",
    "cps_auth_2",
    "cps_sign_2",
}


@pytest.fixture
def lance(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Le banc lancé dans son processus, et son annonce."""
    options = ["--environnement", str(tmp_path / "env.json"), "--dossier", str(tmp_path / "journal"), "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "simulators", "lancer", *options], cwd=RACINE, stdout=subprocess.PIPE, text=True
    ) as processus:
        assert processus.stdout is not None
        try:
            yield processus, json.loads(processus.stdout.readline())
        finally:
            processus.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ne s'intercepte pas sous Windows")
def test_vie_entiere(lance: tuple[subprocess.Popen[str], dict[str, Any]], tmp_path: Path) -> None:
    """Environnement complet, services joignables avec ses certificats, arrêt par SIGTERM sans clé restante."""
    processus, annonce = lance
    environnement = json.loads(Path(annonce["environnement"]).read_text(encoding="utf-8"))
    assert set(environnement["certificats"]) == CERTIFICATS
    assert annonce["services"] == environnement["services"]
    certificat = environnement["certificats"]["insi_auto"]
    rendu = requests.post(
        environnement["services"]["insi"]["url_certificat"],
        b"<x/>",
        cert=(certificat["pem"], certificat["cle"]),
        verify=environnement["autorites"]["racines_pem"],
        timeout=10,
    )
    assert rendu.headers["X-Banc-SONS"] == "serveur de test"
    assert requests.get(environnement["autorites"]["crl"], timeout=10).status_code == 200
    assert "Banc SONS" in requests.get(annonce["console"], timeout=10).text
    os.kill(processus.pid, signal.SIGTERM)
    assert processus.wait(20) == 0
    assert not Path(annonce["environnement"]).exists()
    assert not Path(certificat["cle"]).parent.exists()
    with JournalEchanges.ouvrir(tmp_path / "journal") as journal:
        assert [e.service for e in journal.echanges()] == ["insi", "igc"]
        assert journal.verifier_chaine() == []


def test_banc(tmp_path: Path) -> None:
    """Le banc monte tous ses services, garde ses clés hors de la campagne, remet à zéro et efface tout à l'arrêt."""
    secrets = tmp_path / "secrets"
    with JournalEchanges.creer(tmp_path / "campagne") as journal:
        with Banc(journal, dossier_secrets=secrets, peupler=True) as banc:
            environnement = banc.environnement()
            banc.insi.panne("indisponible")
            banc.remettre_a_zero()
            assert banc.insi.pannes.armees() == ()
            assert set(environnement["services"]) == SERVICES
            assert json.loads(json.dumps(environnement)) == environnement
            assert list(secrets.iterdir()) != []
            assert "PRIVATE KEY" not in "".join(
                c.read_text("latin-1") for c in journal.dossier.rglob("*") if c.is_file()
            )
        assert list(secrets.iterdir()) == []


def test_port_pris(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un port pris est dit en français, sans trace d'exécution, et le fichier d'un autre banc reste."""
    ailleurs = tmp_path / "e.json"
    ailleurs.write_text("d'un autre banc")
    with JournalEchanges.creer(tmp_path / "campagne") as journal, Banc(journal) as banc:
        pris = banc.serveur.ports[0].numero
        code = main(["lancer", "--environnement", str(ailleurs), "--port-base", str(pris)])
    assert code == 1
    assert f"le port {pris} n'est pas libre" in capsys.readouterr().err
    assert ailleurs.read_text() == "d'un autre banc"


@pytest.mark.parametrize("arguments", [["--help"], ["lancer", "--help"]])
def test_aide_en_francais(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """L'aide est en français."""
    with pytest.raises(SystemExit) as sortie:
        main(arguments)
    assert sortie.value.code == 0
    aide = capsys.readouterr().out
    assert "affiche cette aide" in aide
    assert "show this help" not in aide


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ne s'intercepte pas sous Windows")
def test_adresses_de_retour(tmp_path: Path) -> None:
    """`--redirect-uri` suffit pour que la mire s'ouvre : un développeur n'écrit rien d'autre."""
    options = ["--environnement", str(tmp_path / "env.json"), "--dossier", str(tmp_path / "journal"), "--json"]
    retours = ["--redirect-uri", "https://localhost:9/retour", "--redirect-uri", "http://127.0.0.1/cb"]
    with subprocess.Popen(
        [sys.executable, "-m", "simulators", "lancer", *options, *retours],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        text=True,
    ) as processus:
        try:
            assert processus.stdout is not None
            annonce = json.loads(processus.stdout.readline())
            racines = json.loads((tmp_path / "env.json").read_text(encoding="utf-8"))["autorites"]["racines_pem"]
            psc = annonce["services"]["psc"]
            demande = {
                "response_type": "code",
                "client_id": psc["client_id"],
                "redirect_uri": "http://127.0.0.1:5123/cb",
                "scope": psc["scope"],
                "acr_values": psc["acr_values"],
            }
            page = requests.get(psc["autorisation"], params=demande, verify=racines, timeout=20)
            assert page.status_code == 200 and "Se connecter avec Pro Santé Connect" in page.text
        finally:
            processus.kill()


def test_adresse_de_retour_refusee(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Une adresse qui ne peut pas en être une : dite avant de démarrer quoi que ce soit."""
    options = ["lancer", "--environnement", str(tmp_path / "env.json"), "--redirect-uri", "/relative"]
    assert main(options) == 2
    assert "adresse absolue" in capsys.readouterr().err
    assert not (tmp_path / "env.json").exists()
