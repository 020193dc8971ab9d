"""Une campagne jouée par un script de page contre l'écran du témoin : les mêmes verdicts que par son API."""

from __future__ import annotations

import io
import json
import socket
import sys
from pathlib import Path

import av
import pytest
from PIL import Image

from steps.logiciel.contrat import openapi
from steps.personne.cdp import executable
from tests.campagne.lancement import RACINE, lire_json, mener, verdicts

pytestmark = pytest.mark.skipif(executable() is None, reason="aucun Chromium sur cette machine (paquet chromium)")

EXIGENCES = ("--exigence=INS/va1.01.03", "--exigence=INS/va1.02.01")
DESCRIPTION = """\
logiciel: {{nom: Labo Témoin, version: "1.0.0", nil: TEMOIN-0001, idam: SIMAUT000001}}
profils: [Général, Référentiel d'identités]
adaptateurs:
  lanceur: {{type: commande, persistant: true, commande: {commande}}}
  ecran: {{type: page, script: {script}, url: "http://127.0.0.1:{port}"}}
actions: {{defaut: ecran}}
"""


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Le dossier d'une campagne jouée à l'écran."""
    base = tmp_path_factory.mktemp("page")
    (base / "contrat.json").write_text(json.dumps(openapi()), encoding="utf-8")
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    commande = [
        sys.executable,
        str(Path(__file__).with_name("lancer_temoin.py")),
        str(base / "contrat.json"),
        str(port),
    ]
    script = RACINE / "docs" / "exemples" / "ecran_temoin.py"
    texte = DESCRIPTION.format(commande=json.dumps(commande), script=script, port=port)
    (base / "logiciel.yaml").write_text(texte, encoding="utf-8")
    issue = mener(*EXIGENCES, f"--logiciel={base / 'logiciel.yaml'}", f"--dossier={base / 'c'}", delai=600)
    assert issue.returncode == 0, issue.stdout
    assert "Traceback" not in issue.stdout
    return base / "c"


def test_memes_verdicts_que_par_l_api(dossier: Path, tmp_path: Path) -> None:
    """Le moyen de piloter le logiciel ne change rien au jugement : mêmes verdicts, mêmes règles suivies."""
    mener(*EXIGENCES, f"--dossier={tmp_path / 'api'}")
    assert verdicts(dossier) == verdicts(tmp_path / "api")
    assert set(verdicts(dossier).values()) == {"conforme"}
    assert _regles(dossier) == _regles(tmp_path / "api")


def _regles(dossier: Path) -> dict[str, list[str]]:
    """Scénario → règles constatées."""
    lus = lire_json(dossier / "verdicts.json")["scenarios"]
    return {s["scenario"]: sorted(c["code"] for c in s["constats"]) for s in lus}


def test_captures_et_video_au_dossier(dossier: Path) -> None:
    """La preuve qui accepte une vidéo l'a, décodable, avec les écrans de chaque étape ; l'autre preuve n'en a pas."""
    par_scenario = {s["scenario"]: s for s in lire_json(dossier / "verdicts.json")["scenarios"]}
    assert not any(
        f["chemin"].endswith(".webm") for p in par_scenario["INS/va1.01.03"]["preuves"] for f in p["fichiers"]
    )
    (preuve,) = par_scenario["INS/va1.02.01"]["preuves"]
    assert preuve["etat"] == "produite"
    captures = [f for f in preuve["fichiers"] if f["chemin"].endswith(".png")]
    assert len(captures) > 5
    assert any("formulaire rempli" in f["description"] for f in captures)
    for capture in captures:
        with Image.open(io.BytesIO((dossier / capture["chemin"]).read_bytes())) as image:
            assert image.size == (1280, 800)
            assert len(image.convert("RGB").getcolors(2**24) or []) > 20, "un écran vide"
    (video,) = (f for f in preuve["fichiers"] if f["chemin"].endswith(".webm"))
    assert video["taille"] < 8 << 20
    with av.open(str(dossier / video["chemin"]), "r") as lue:
        images = list(lue.decode(video=0))
    assert len(images) > 5
    assert (images[-1].time or 0) > 2
