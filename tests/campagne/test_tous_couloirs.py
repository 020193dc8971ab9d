"""`--couloir=tous` : une campagne par couloir, un compte rendu, un code de sortie."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from steps.tous_couloirs import code_d_ensemble
from tests.campagne.lancement import RACINE, environnement, executer, verdicts


def commande(*options: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--couloir=tous", "--volume=reduit", *options]


def test_chaque_couloir_qui_a_l_exigence_est_joue(tmp_path: Path) -> None:
    """Deux exigences, chacune dans deux couloirs : chaque campagne ne reçoit que les siennes."""
    dossier = tmp_path / "tous"
    issue = executer(commande("--exigence=DMP/va1.02", "--exigence=RUM.01", f"--dossier={dossier}"))
    assert issue.returncode == 0, issue.stdout
    attendus = {
        "biologie": {"DMP/va1.02.01"},
        "radiologie": {"DMP/va1.02.01"},
        "hopital-dpi": {"RUM.01.01"},
        "medecins-de-ville": {"RUM.01.01"},
    }
    assert {couloir: set(verdicts(dossier / couloir)) for couloir in attendus} == attendus
    assert {chemin.stem for chemin in dossier.glob("*.txt")} == set(attendus)
    for couloir in attendus:
        assert re.search(rf"^{couloir} +sortie 0 +\d+ s  1 ", issue.stdout, re.MULTILINE), issue.stdout
    assert "DÉMONSTRATION" in issue.stdout


@pytest.mark.parametrize(
    ("option", "attendu"),
    [
        ("--logiciel=produit.yaml", "--logiciel ne se donne que pour un seul couloir"),
        ("--exigence=INS/va1.999", "Aucun couloir n'a de numéro « INS/va1.999 »"),
        ("--vague=3", "--vague : attendu 1 ou 2, reçu '3'"),
        ("--profil=Inconnu", "aucun couloir n'a de scénario pour cette demande"),
        ("--dossier=.", "n'est pas vide ; attendu un dossier neuf"),
        ("--couloirs=absent", "absent"),
    ],
)
def test_demande_sans_suite(option: str, attendu: str) -> None:
    """Rien ne se lance : la raison est dite, sortie d'usage."""
    issue = executer(commande(option))
    assert (issue.returncode, attendu in issue.stdout) == (4, True), issue.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX")
def test_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C au premier scénario : chaque campagne qui en a joué écrit son rapport, l'ensemble sort en 2."""
    dossier = tmp_path / "tous"
    with subprocess.Popen(
        commande("--exigence=MSS/va1.21", f"--dossier={dossier}"),
        cwd=RACINE,
        env=environnement(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as processus:
        assert processus.stdout is not None
        lues = []
        for ligne in processus.stdout:
            lues.append(ligne)
            if re.match(r"\S+ +\[ *1/", ligne):
                processus.send_signal(signal.SIGINT)
        code = processus.wait(timeout=60)
    assert code == 2, "".join(lues)
    assert any(ligne.startswith("arrêt demandé") for ligne in lues)
    commencees = [p.parent for p in dossier.glob("*/journal.sqlite")]
    sorties = {c.name: (dossier / f"{c.name}.txt").read_text(encoding="utf-8") for c in commencees}
    assert commencees
    # Tombé au milieu d'une écriture, Ctrl-C peut ne laisser que le journal : la sortie dit alors comment rebâtir.
    jouees = [c for c in commencees if re.search(r"^\[ *1/", sorties[c.name], re.MULTILINE)]
    assert all((c / "rapport.html").is_file() or "reports generer" in sorties[c.name] for c in jouees), sorties


@pytest.mark.parametrize(
    ("codes", "interrompu", "attendu"),
    [
        ((0, 0), False, 0),
        ((0, 3, 1), False, 1),
        ((2, 1), True, 1),
        ((0, 2), True, 2),
        ((0,), True, 2),
        ((0, -signal.SIGINT), True, 2),
        ((0, 4, 3), False, 4),
        ((0, -signal.SIGTERM), False, 3),
        ((-1, 1), False, 1),
    ],
)
def test_code_d_ensemble(codes: tuple[int, ...], interrompu: bool, attendu: int) -> None:
    assert code_d_ensemble(codes, interrompu=interrompu) == attendu
