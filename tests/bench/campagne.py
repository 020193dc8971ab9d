"""Une campagne entière sur le logiciel témoin, contre autant de scénarios pytest-bdd vides."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.mesure import Mesure

RACINE = Path(__file__).parents[2]
_PAS = ("Étant donné que rien", "Et que rien", "Quand rien", "Et rien", "Alors rien", "Et rien")
_ETAPES = """from pytest_bdd import given, scenarios, then, when

scenarios(".")


@given("rien")
@when("rien")
@then("rien")
def _rien():
    pass
"""


def mesurer(dossier: Path, *, rapide: bool) -> list[Mesure]:
    """Rapport des durées, durée et mémoire ; le temps propre du logiciel (processeur de son processus) est à part."""
    choix = ["--exigence=INS/va1.05"] if rapide else []
    campagnes, vides = [], []
    joues = total = 0
    for rang in range(1 if rapide else 3):
        cible = dossier / f"campagne-{rang}"
        campagnes.append(_pytest(dossier, ["--couloir=biologie", f"--dossier={cible}", *choix], RACINE))
        verdicts = json.loads((cible / "verdicts.json").read_text(encoding="utf-8"))["scenarios"]
        total = len(verdicts)
        joues = sum(1 for verdict in verdicts if verdict["etapes"])
        vides.append(_pytest(dossier, _scenarios_vides(dossier / f"vides-{total}", total), dossier))
    produit = _mediane(campagnes, "cpu_enfants_s")
    duree, vide = _mediane(campagnes, "duree_s"), _mediane(vides, "duree_s")
    rapport = statistics.median(
        (c["duree_s"] - c.get("cpu_enfants_s", 0.0)) / v["duree_s"] for c, v in zip(campagnes, vides, strict=True)
    )
    detail = {
        "scénarios": total,
        "scénarios joués": joues,
        "campagne (s)": duree,
        "dont logiciel témoin (s)": produit,
        "scénarios vides (s)": vide,
        "rapport en temps de processeur": statistics.median(
            c["cpu_s"] / v["cpu_s"] for c, v in zip(campagnes, vides, strict=True)
        ),
    }
    memoire = _mediane(campagnes, "memoire_mo")
    return [
        Mesure("campagne_rapport", "Campagne, logiciel déduit, sur scénarios vides", rapport, "fois", 5, detail),
        Mesure("campagne_duree", "Durée d'une campagne de biologie", duree, "s", None if rapide else 20),
        Mesure(
            "campagne_memoire",
            "Mémoire du banc au plus haut pendant une campagne",
            memoire,
            "Mo",
            150,
            {"scénarios vides (Mo)": _mediane(vides, "memoire_mo")},
        ),
    ]


def _scenarios_vides(dossier: Path, nombre: int) -> list[str]:
    """Dossier de `nombre` scénarios français de six étapes qui ne font rien, par fichiers de 50 ; rend les options."""
    if not dossier.exists():
        dossier.mkdir(parents=True)
        (dossier / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n", encoding="utf-8")
        (dossier / "test_vides.py").write_text(_ETAPES, encoding="utf-8")
        for debut in range(0, nombre, 50):
            texte = [f"# language: fr\nFonctionnalité: Vide {debut}\n"]
            for rang in range(debut, min(nombre, debut + 50)):
                texte.append(f"\n  Scénario: Vide {rang}\n" + "".join(f"    {pas}\n" for pas in _PAS))
            (dossier / f"vides_{debut}.feature").write_text("".join(texte), encoding="utf-8")
    return ["-q", "-p", "no:hypothesispytest", f"--rootdir={dossier}", "-c", str(dossier / "pytest.ini"), str(dossier)]


def _pytest(dossier: Path, arguments: Sequence[str], ou: Path) -> dict[str, float]:
    sortie = dossier / "cout.json"
    commande = [sys.executable, str(Path(__file__).with_name("mesure_pytest.py")), str(sortie)]
    rendu = subprocess.run(
        [*commande, "-p", "no:cacheprovider", *arguments], cwd=ou, capture_output=True, text=True, check=False
    )
    if rendu.returncode != 0:
        raise RuntimeError(f"mesure interrompue : {rendu.stdout[-2000:]}{rendu.stderr[-2000:]}")
    cout: dict[str, float] = json.loads(sortie.read_text(encoding="utf-8"))
    if cout["code"] not in (0, 1):
        raise RuntimeError(f"pytest a rendu {cout['code']} : {rendu.stdout[-2000:]}")
    return cout


def _mediane(couts: Sequence[dict[str, float]], nom: str) -> float:
    return statistics.median(cout.get(nom, 0.0) for cout in couts)
