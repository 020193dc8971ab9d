"""Un seul banc lancé pour tous ces essais, et les clients de la machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.interop.lancement import BancLance, lancer

Curl = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="package")
def lance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BancLance]:
    """Le banc dans son processus."""
    with lancer(tmp_path_factory.mktemp("interop")) as banc:
        yield banc


@pytest.fixture
def banc(lance: BancLance) -> BancLance:
    """Le banc remis à zéro par son port de gestion."""
    gestion = lance.service("gestion", "url")
    requests.post(f"{gestion}/remise-a-zero", json={}, timeout=10).raise_for_status()
    return lance


@pytest.fixture
def curl(banc: BancLance, tmp_path: Path) -> Curl:
    """POST par curl d'un corps écrit dans un fichier, avec le certificat publié de ce nom."""
    if shutil.which("curl") is None:
        pytest.skip("curl est absent de cette machine")

    def poster(
        url: str, octets: bytes, type_contenu: str, certificat: str = "", *options: str
    ) -> subprocess.CompletedProcess[bytes]:
        fichier = tmp_path / "corps"
        fichier.write_bytes(octets)
        commande = ["curl", "-sS", "-m", "20", "--cacert", banc.racines, "-w", "\n%{http_code}"]
        if certificat:
            pem, cle = banc.certificat(certificat)
            commande += ["--cert", pem, "--key", cle]
        commande += ["-H", f"Content-Type: {type_contenu}", "--data-binary", f"@{fichier}", *options, url]
        return subprocess.run(commande, capture_output=True, check=False)

    return poster
