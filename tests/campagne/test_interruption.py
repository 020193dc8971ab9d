"""Une campagne interrompue, par Ctrl-C ou par `kill -9` : ce qui en reste se lit et se complète."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # psutil ne livre pas ses types
import pytest

from reports.chargement_campagne import RAISON_INTERROMPUE
from simulators.socle.journal import JournalEchanges
from tests.campagne.lancement import (
    RACINE,
    commande,
    decrire_logiciel,
    environnement,
    lire_json,
    mener,
    module,
    verdicts,
)
from tests.campagne.test_issues import appeler_insi
from tests.steps.produit import ServeurProduit, fait, logiciel

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX")

DEMANDE = ("--exigence=INS/va1.08", "--exigence=INS/va1.20", "--exigence=INS/va1.31", "--exigence=INS/va1.56")
SUITE = tuple(f"--exigence={numero}" for numero in ("DMP/UX.34", "DMP/HISTO.03", "MSS/va1.21", "MSS/va1.32"))
"""Assez longs pour que la campagne ne soit pas finie quand le signal arrive."""
DELAI_S = 30


@contextmanager
def en_cours(dossier: Path, *options: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Une campagne qui tourne dans son propre groupe de processus, sortie lisible ligne à ligne."""
    with subprocess.Popen(
        commande(*options, f"--dossier={dossier}"),
        cwd=RACINE,
        env=environnement(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
        # Lancés en arrière-plan (nohup, certains moteurs d'intégration), les essais héritent d'un SIGINT ignoré.
        preexec_fn=_recevoir_ctrl_c,
    ) as processus:
        try:
            yield processus
        finally:
            if processus.poll() is None:
                os.killpg(processus.pid, signal.SIGKILL)


def _recevoir_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def attendre_scenario(processus: subprocess.Popen[str], rang: int) -> int:
    """Lit la sortie jusqu'au verdict de ce rang ; rend le nombre de scénarios de la campagne."""
    assert processus.stdout is not None
    lignes = []
    for ligne in processus.stdout:
        lignes.append(ligne)
        trouve = re.match(rf"\[ *{rang}/(\d+)\]", ligne)
        if trouve:
            return int(trouve[1])
    raise AssertionError("".join(lignes))


def temoin_de(processus: subprocess.Popen[str]) -> psutil.Process:
    """Le processus du logiciel témoin de cette campagne."""
    (temoin,) = [
        enfant
        for enfant in psutil.Process(processus.pid).children()
        if "simulators.logiciel_temoin" in enfant.cmdline()
    ]
    return temoin


def test_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C : sortie 2, rapports écrits et marqués « interrompue », témoin arrêté, clés effacées."""
    temporaire = tmp_path / "tmp"
    temporaire.mkdir()
    with en_cours(tmp_path / "c", *DEMANDE, *SUITE, TMPDIR=str(temporaire)) as processus:
        total = attendre_scenario(processus, 2)
        temoin = temoin_de(processus)
        # Comme un terminal : le signal va à tout le groupe, témoin compris.
        os.killpg(processus.pid, signal.SIGINT)
        sortie, _ = processus.communicate(timeout=DELAI_S)
    assert processus.returncode == 2, sortie
    assert "INTERNALERROR" not in sortie
    assert "Traceback" not in sortie
    _, vivants = psutil.wait_procs([temoin], timeout=DELAI_S)
    assert not vivants
    assert [f.name for f in temporaire.iterdir() if f.name.startswith("banc-sons")] == []
    _verifier_interrompue(tmp_path / "c", total)


def _verifier_interrompue(dossier: Path, total: int, joues: int = 2) -> None:
    """Le dossier se lit : au moins `joues` verdicts, le reste « non exécuté », et l'interruption est dite partout."""
    assert lire_json(dossier / "campagne.json")["interrompue"] is True
    scenarios = lire_json(dossier / "verdicts.json")["scenarios"]
    assert len(scenarios) == total
    conformes = [s for s in scenarios if s["verdict"] == "conforme"]
    reste = [s for s in scenarios if s["verdict"] == "non_execute"]
    assert len(conformes) >= joues
    assert len(conformes) + len(reste) == total
    assert {s["raison"] for s in reste} == {RAISON_INTERROMPUE}
    assert "interrompue" in (dossier / "rapport.html").read_text(encoding="utf-8")
    with JournalEchanges.ouvrir(dossier) as journal:
        assert journal.verifier_chaine() == []


def test_mort_brutale(tmp_path: Path) -> None:
    """`kill -9` : le journal tient, les rapports se rebâtissent, le témoin s'arrête, la reprise achève la campagne.

    Ne reste hors du dossier que le dossier temporaire des clés de cette campagne : un processus tué ne peut pas
    l'effacer. Ces clés ne valent que pour les simulateurs morts avec lui.
    """
    temporaire = tmp_path / "tmp"
    temporaire.mkdir()
    dossier = tmp_path / "c"
    with en_cours(dossier, *DEMANDE, TMPDIR=str(temporaire)) as processus:
        total = attendre_scenario(processus, 3)
        temoin = temoin_de(processus)
        processus.send_signal(signal.SIGKILL)
        processus.wait(DELAI_S)
    _, vivants = psutil.wait_procs([temoin], timeout=DELAI_S)
    assert not vivants, "le logiciel témoin survit au banc"

    with JournalEchanges.ouvrir(dossier) as journal:
        assert journal.verifier_chaine() == []
        assert len(list(journal.enregistrements(type="verdict"))) >= 3
    assert {f.name.split("-")[0] for f in temporaire.iterdir()} <= {"banc"}
    assert len(list(temporaire.iterdir())) <= 1

    genere = module("reports", "generer", str(dossier))
    assert genere.returncode == 0, genere.stdout
    assert "Campagne interrompue" in genere.stdout
    _verifier_interrompue(dossier, total, 3)
    verifie = module("reports", "verifier-journal", str(dossier))
    assert verifie.returncode == 0, verifie.stdout

    reprise = mener(*DEMANDE, f"--reprendre={dossier}")
    assert reprise.returncode == 0, reprise.stdout
    assert reprise.stdout.count("(repris)") >= 3
    assert set(verdicts(dossier).values()) == {"conforme"}
    assert lire_json(dossier / "campagne.json")["interrompue"] is False


def test_mort_pendant_un_echange(tmp_path: Path) -> None:
    """Tué pendant une action qui appelle INSi : tout échange déjà rendu au logiciel est au journal, sauf le dernier."""
    reglages = tmp_path / "environnement.json"
    rendus: list[int] = []
    pid: list[int] = []

    def creer(parametres: Mapping[str, Any]) -> dict[str, Any]:
        rendus.extend(appeler_insi(reglages, f"<n>{rang}</n>") for rang in range(4))
        if len(rendus) > 4:
            os.kill(pid[0], signal.SIGKILL)
        return fait(patient_id="P1")

    patient = {"patient_id": "P1", "identite": {}, "statut": "PROV"}
    produit = logiciel(creer_patient=creer, lire_patient=lambda _: fait(patient=patient))
    with ServeurProduit(produit) as serveur:
        description = decrire_logiciel(tmp_path / "l.yaml", serveur.url, environnement=reglages.name)
        with en_cours(tmp_path / "c", "--exigence=INS/va1.20", f"--logiciel={description}") as processus:
            pid.append(processus.pid)
            sortie, _ = processus.communicate(timeout=DELAI_S)
    assert processus.returncode == -signal.SIGKILL, sortie
    assert len(rendus) == 8
    with JournalEchanges.ouvrir(tmp_path / "c") as journal:
        assert journal.verifier_chaine() == []
        assert len(journal.echanges()) in (7, 8)
        actions = [e.donnees["action"] for e in journal.enregistrements(type="action")]
    assert actions == ["creer_patient", "lire_patient"]
    assert module("reports", "generer", str(tmp_path / "c")).returncode == 0
