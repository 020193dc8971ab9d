"""`convergence.xlsx` s'ouvre dans LibreOffice : chaque cellule s'y lit telle qu'écrite, sans formule."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from reports.convergence import FEUILLE, rendre_convergence
from tests.reports.fabrique import jeu_complet, jeu_hostile

# Séparateur virgule, guillemets, UTF-8, depuis la ligne 1, textes tels quels, toutes les feuilles.
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice n'est pas installé (libreoffice-calc-nogui)")
def test_libreoffice_lit_ce_qui_est_ecrit(tmp_path: Path) -> None:
    """Un classeur plausible et un hostile, convertis par LibreOffice, rendent les mêmes cellules."""
    for nom, jeu in (("plausible", jeu_complet(12)), ("hostile", jeu_hostile())):
        campagne, catalogue = jeu[:2]
        (tmp_path / f"{nom}.xlsx").write_bytes(rendre_convergence(campagne, catalogue))
    profil = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    classeurs = sorted(map(str, tmp_path.glob("*.xlsx")))
    subprocess.run(
        ["soffice", "--headless", profil, "--convert-to", _CSV, "--outdir", str(tmp_path), *classeurs],
        check=True,
        capture_output=True,
        timeout=180,
    )
    for nom in ("plausible", "hostile"):
        classeur = openpyxl.load_workbook(tmp_path / f"{nom}.xlsx")
        ecrites = [["" if v is None else _lignes(v) for v in ligne] for ligne in classeur[FEUILLE].values]
        with (tmp_path / f"{nom}-{FEUILLE}.csv").open(encoding="utf-8", newline="") as fichier:
            lues = [[_lignes(v) for v in ligne] for ligne in csv.reader(fichier)]
        assert len(ecrites) > 2
        assert lues == ecrites, nom


def _lignes(valeur: object) -> str:
    return str(valeur).replace("\r\n", "\n").replace("\r", "\n")
