"""La qualité du dépôt : mise en forme, style, types, règle d'import, catalogue, couverture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from requirements.catalogue import couloirs_disponibles

RACINE = Path(__file__).resolve().parents[1]

COMMANDES = {
    "mise en forme": ["ruff", "format", "--check", "."],
    "style": ["ruff", "check", "."],
    "types": ["mypy"],
    "catalogue": ["requirements", "valider"],
    **{
        f"couverture {nom}": ["requirements", "couverture", "--couloir", nom, "--verifier", f"docs/couverture-{nom}.md"]
        for nom in couloirs_disponibles()
    },
    "matrice des défauts": ["tests.defauts.publier", "--verifier"],
}


@pytest.mark.parametrize("commande", COMMANDES.values(), ids=COMMANDES.keys())
def test_commande_de_qualite(commande: list[str]) -> None:
    """La commande ne trouve rien à redire."""
    acheve = subprocess.run([sys.executable, "-m", *commande], cwd=RACINE, capture_output=True, text=True, check=False)
    assert acheve.returncode == 0, acheve.stdout[-4000:] + acheve.stderr[-2000:]


def test_regle_d_import() -> None:
    """steps → reports → (simulators | requirements) ; le logiciel témoin n'a de lien avec personne."""
    acheve = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=RACINE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert acheve.returncode == 0, acheve.stdout[-4000:] + acheve.stderr[-2000:]


@pytest.mark.parametrize("paquet", ["requirements", "simulators", "reports", "steps"])
def test_chaque_paquet_a_une_aide(paquet: str) -> None:
    """`python -m <paquet> --help` répond en français."""
    acheve = subprocess.run(
        [sys.executable, "-m", paquet, "--help"], cwd=RACINE, capture_output=True, text=True, check=False
    )
    assert acheve.returncode == 0, acheve.stderr
    assert acheve.stdout.lower().startswith(("usage", "utilisation"))


def test_aucun_hote_de_registre_ni_chemin_de_machine() -> None:
    """Aucun fichier suivi ne nomme un registre de paquets."""
    hotes = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org"]
    acheve = subprocess.run(["git", "ls-files", "-z"], cwd=RACINE, capture_output=True, check=True)
    for nom in acheve.stdout.decode().split("\0"):
        chemin = RACINE / nom
        if not nom or not chemin.is_file():
            continue
        texte = chemin.read_bytes()
        for hote in hotes:
            assert hote.encode() not in texte, f"{nom} nomme {hote}"
