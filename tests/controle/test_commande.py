"""La commande telle qu'un éditeur la lance : sorties, codes de sortie, fichiers gâtés, interruption."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.controle.documents import CDA_N1, PDF

RACINE = Path(__file__).resolve().parents[2]
_CLES = {"code", "gravite", "message", "ou", "attendu", "recu", "source", "confiance"}


def lancer(*arguments: str | Path, entree: bytes = b"", **environnement: str) -> subprocess.CompletedProcess[bytes]:
    """La commande, dans son processus, sans terminal."""
    return subprocess.run(
        [sys.executable, "-m", "steps", "controler", *map(str, arguments)],
        cwd=RACINE,
        input=entree,
        capture_output=True,
        check=False,
        env={**os.environ, **environnement},
    )


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    """Des fichiers de toute sorte, aucun lisible comme un document."""
    (tmp_path / "texte.txt").write_text("rien de connu", encoding="utf-8")
    (tmp_path / "vide.xml").write_bytes(b"")
    (tmp_path / "coupe.pdf").write_bytes(PDF[:20])
    (tmp_path / "casse.xml").write_text(CDA_N1[:150], encoding="utf-8")
    (tmp_path / "lien.xml").symlink_to("absent")
    return tmp_path


def test_json_d_un_dossier_gate(dossier: Path) -> None:
    """Chaque fichier a un objet aux clés du contrat, rien d'autre n'est écrit, un fichier gâté n'arrête rien."""
    acheve = lancer(dossier, "--json", "--jobs", "2")
    lus: list[dict[str, Any]] = json.loads(acheve.stdout)
    assert [Path(objet["fichier"]).name for objet in lus] == sorted(chemin.name for chemin in dossier.iterdir())
    for objet in lus:
        assert {"fichier", "type", "verdict", "constats"} <= objet.keys()
        assert objet["verdict"] in {"conforme", "non_conforme", "a_verifier", "non_concluant"}
        assert objet["constats"], objet
        assert all(constat.keys() >= _CLES for constat in objet["constats"])
    par_nom = {Path(objet["fichier"]).name: objet for objet in lus}
    assert par_nom["casse.xml"]["type"] == "cda_n3"
    assert par_nom["coupe.pdf"]["type"] == "pdf"
    assert par_nom["lien.xml"]["constats"][0]["code"] == "BANC-CONTROLE-03"
    assert "fichier vide" in par_nom["vide.xml"]["constats"][0]["recu"]
    assert acheve.stderr == b""
    assert acheve.returncode in (1, 3)
    assert b"Traceback" not in acheve.stdout


def test_type_inconnu_seul(dossier: Path) -> None:
    """Rien que de l'inconnu : non concluant, code 3, avec ce qui a été vu et les types lus."""
    acheve = lancer(dossier / "texte.txt")
    texte = acheve.stdout.decode()
    assert acheve.returncode == 3
    assert "! non concluant" in texte
    assert "72 69 65 6e" in texte
    assert "assertion SAML" in texte
    assert "\x1b[" not in texte


def test_console_etroite(dossier: Path) -> None:
    """Une console qui ne connaît pas nos signes reçoit des échappements, jamais une trace."""
    acheve = lancer(dossier / "texte.txt", dossier / "absent", PYTHONIOENCODING="ascii")
    assert acheve.returncode == 3
    assert b"non concluant" in acheve.stdout
    assert b"Traceback" not in acheve.stderr


def test_entree_standard() -> None:
    """`-` juge l'entrée standard."""
    acheve = lancer("-", "--json", entree=b"quelconque")
    (objet,) = json.loads(acheve.stdout)
    assert (objet["fichier"], objet["type"], objet["taille"]) == ("-", "inconnu", 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.xml"], "aucun fichier trouvé pour : absent.xml"),
        (["a*.rien"], "aucun fichier trouvé"),
        ([], "argument obligatoire absent : FICHIER"),
        (["README.md", "--kit-ci-sis", "absent"], "n'est pas un dossier"),
        (["README.md", "--a-l-instant", "hier"], "attendu par exemple"),
        (["README.md", "--a-l-instant", "2026-01-01T00:00:00"], "fuseau"),
        (["README.md", "--autorites", "README.md"], "certificat PEM ou DER"),
        (["README.md", "--jobs", "-1"], "--jobs : attendu au moins 0"),
        (["README.md", "--html", "absent/r.html"], "n'existe pas"),
        (["README.md", "--sarif", "docs"], "est un dossier"),
    ],
)
def test_usages_refuses(arguments: list[str], message: str) -> None:
    """Un usage impossible : code 2, une ligne en français, rien sur la sortie standard."""
    acheve = lancer(*arguments)
    assert acheve.returncode == 2
    assert message in acheve.stderr.decode()
    assert acheve.stdout == b""
    assert b"Traceback" not in acheve.stderr


def test_taille_maximale(tmp_path: Path) -> None:
    """Un fichier au-delà de la limite n'est pas lu : non concluant, et le message dit comment la relever."""
    grand = tmp_path / "grand.xml"
    with grand.open("wb") as fichier:
        fichier.truncate(3_000_000)
    acheve = lancer(grand, "--taille-max", "2")
    assert acheve.returncode == 3
    assert "--taille-max" in acheve.stdout.decode()


def test_exclure_et_tout(dossier: Path) -> None:
    """--exclure écarte des noms."""
    acheve = lancer(dossier, "--json", "--exclure", "*.xml", "--exclure", "*.pdf", "--tout")
    assert [Path(objet["fichier"]).name for objet in json.loads(acheve.stdout)] == ["texte.txt"]


def test_sorties_ecrites(dossier: Path, tmp_path: Path) -> None:
    """HTML et SARIF sont écrits à côté de la sortie du terminal ; le SARIF dit chaque constat."""
    html, sarif = tmp_path / "r.html", tmp_path / "r.sarif"
    acheve = lancer(dossier, "--exclure", "r.*", "--html", html, "--sarif", sarif)
    page = html.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "texte.txt" in page
    lu = json.loads(sarif.read_bytes())
    resultats = lu["runs"][0]["results"]
    assert {Path(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).name for r in resultats} >= {
        "texte.txt"
    }
    assert "5 fichiers" in acheve.stdout.decode()


def test_incident_et_trace(tmp_path: Path) -> None:
    """Un examinateur qui manque : non concluant, et la trace va dans le journal demandé, jamais à l'écran."""
    piege = tmp_path / "piege.py"
    piege.write_text(
        "from steps.controle import ouvrier, registre\n"
        "registre.EXAMINATEURS = {cle: ('absent', 'f') for cle in registre.EXAMINATEURS}\n"
        "raise SystemExit(ouvrier.main())\n",
        encoding="utf-8",
    )
    programme = (
        "import sys; from steps.controle import atelier, commande; from steps.__main__ import main;"
        f"commande.Atelier.__init__.__defaults__ = (1, (sys.executable, {str(piege)!r}), False);"
        "sys.exit(main(sys.argv[1:]))"
    )
    document = tmp_path / "d.pdf"
    document.write_bytes(PDF)
    trace = tmp_path / "trace.txt"
    acheve = subprocess.run(
        [sys.executable, "-c", programme, "controler", str(document), "--trace", str(trace)],
        cwd=RACINE,
        capture_output=True,
        check=False,
    )
    assert acheve.returncode == 3
    assert "incident du banc" in acheve.stdout.decode()
    assert b"Traceback" not in acheve.stdout + acheve.stderr
    assert "ModuleNotFoundError" in trace.read_text(encoding="utf-8")


def test_interruption(tmp_path: Path) -> None:
    """Ctrl-C rend les fichiers déjà jugés : JSON valide, code 130."""
    (tmp_path / "a.txt").write_text("premier", encoding="utf-8")
    piege = tmp_path / "piege.py"
    piege.write_text(
        "import os, signal, threading\n"
        "from steps.controle import jugement, ouvrier\n"
        "examiner = jugement.examiner\n"
        "def attendre(octets, contexte):\n"
        "    if octets == b'second':\n"
        "        os.kill(os.getppid(), signal.SIGINT)\n"
        "        threading.Event().wait()\n"
        "    return examiner(octets, contexte)\n"
        "jugement.examiner = attendre\n"
        "raise SystemExit(ouvrier.main())\n",
        encoding="utf-8",
    )
    (tmp_path / "b.txt").write_text("second", encoding="utf-8")
    programme = (
        "import sys; from steps.controle import commande; from steps.__main__ import main;"
        f"commande.Atelier.__init__.__defaults__ = (1, (sys.executable, {str(piege)!r}), False);"
        "sys.exit(main(sys.argv[1:]))"
    )
    acheve = subprocess.run(
        [sys.executable, "-c", programme, "controler", "--json", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")],
        cwd=RACINE,
        capture_output=True,
        check=False,
    )
    assert acheve.returncode == 130, acheve.stderr
    assert [Path(objet["fichier"]).name for objet in json.loads(acheve.stdout)] == ["a.txt"]


@pytest.mark.parametrize("arguments", [["--help"], ["controler", "--help"]])
def test_aide_rapide(arguments: list[str]) -> None:
    """L'aide n'importe ni simulateurs, ni lxml, ni dask."""
    programme = (
        "import sys; from steps.__main__ import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "lourds = {'lxml', 'aiohttp', 'distributed', 'saxonche', 'simulators', 'jinja2', 'pytest'} & set(sys.modules)\n"
        "sys.exit(str(lourds) if lourds else 0)"
    )
    acheve = subprocess.run([sys.executable, "-c", programme], cwd=RACINE, capture_output=True, check=False)
    assert acheve.returncode == 0, acheve.stderr
    assert "utilisation" in acheve.stdout.decode()
