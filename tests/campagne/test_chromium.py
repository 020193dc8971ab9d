"""Une campagne où un vrai Chromium joue la personne : même jugement, et ses écrans parmi les pièces."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from simulators.socle.journal import JournalEchanges
from steps.personne.cdp import executable
from tests.campagne.lancement import lire_json, mener, module

pytestmark = pytest.mark.skipif(executable() is None, reason="aucun Chromium sur cette machine (paquet chromium)")

SCENARIO = os.environ.get("BANC_SONS_SCENARIO_CHROMIUM", "DMP/PSC.01.01")
"""Trois connexions à la mire ; PSC.01.01 en joue cinquante, plus d'une minute dans un vrai navigateur."""


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Le dossier d'une campagne jouée dans Chromium."""
    dossier = tmp_path_factory.mktemp("chromium") / "c"
    issue = mener(f"--exigence={SCENARIO}", "--navigateur=chromium", f"--dossier={dossier}", delai=900)
    assert "INTERNALERROR" not in issue.stdout and "Traceback" not in issue.stdout, issue.stdout
    return dossier


def test_juge_comme_en_http(dossier: Path) -> None:
    """Rien de non conforme ni de non concluant ; le seul reste est ce qu'une personne doit regarder."""
    (scenario,) = lire_json(dossier / "verdicts.json")["scenarios"]
    assert scenario["verdict"] in ("conforme", "a_verifier"), scenario["raison"]
    assert len([c for c in scenario["constats"] if c["verdict"] == "conforme"]) > 15
    assert {c["verdict"] for c in scenario["constats"]} <= {"conforme", "a_verifier"}
    assert lire_json(dossier / "campagne.json")["navigateur"] == "chromium"


def test_chromium_a_vu_la_mire(dossier: Path) -> None:
    """Les pages de la mire ont été demandées par Chromium, en TLS, et par lui seul."""
    with JournalEchanges.ouvrir(dossier) as journal:
        vues = [e for e in journal.echanges("psc") if e.operation in ("autorisation", "mire")]
    assert len(vues) > 15
    assert all("Chrome/" in (e.requete.entete("User-Agent") or "") for e in vues)
    assert all(e.tls is not None for e in vues)


def test_captures_parmi_les_pieces(dossier: Path) -> None:
    """Écran de connexion du logiciel, mire, retour : des images, sous le numéro de preuve, à leur empreinte."""
    (scenario,) = lire_json(dossier / "verdicts.json")["scenarios"]
    (preuve,) = scenario["preuves"]
    captures = [f for f in preuve["fichiers"] if f["chemin"].endswith(".png")]
    titres = " ".join(f["description"] for f in captures)
    assert len(captures) >= 4 and "Pro Santé Connect" in titres, titres
    for capture in captures:
        assert capture["chemin"].startswith(f"preuves/{preuve['id'].replace('/', '_')}")
        with Image.open(BytesIO((dossier / capture["chemin"]).read_bytes())) as image:
            assert image.width == 1280
            assert len(image.convert("RGB").getcolors(2**24) or []) > 20, "un écran vide"
    assert preuve["etat"] == "a_apporter"
    assert module("reports", "verifier-journal", str(dossier)).returncode == 0
