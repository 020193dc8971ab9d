"""Ce qui casse autour d'une campagne : logiciel ou simulateurs tués, disque plein, port pris, horloge déplacée.

Chaque fois : un message en français, le bon code de sortie, rien d'enregistré perdu, et `--reprendre` continue.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulators.socle.journal import JournalEchanges
from tests.campagne.lancement import (
    RACINE,
    decrire_logiciel,
    environnement,
    lire_json,
    mener,
    module,
    verdicts,
)
from tests.campagne.test_interruption import attendre_scenario, en_cours, temoin_de
from tests.steps.produit import ServeurProduit, fait, logiciel

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX")

DELAI_S = 120
TROIS = ("--exigence=INS/va1.20", "--exigence=INS/va1.08")


def _chaine_intacte(dossier: Path) -> int:
    """Le nombre d'enregistrements d'un journal sans anomalie."""
    with JournalEchanges.ouvrir(dossier) as journal:
        assert journal.verifier_chaine() == []
        return journal.position()


def _sans_panne_de_pytest(sortie: str) -> None:
    assert "INTERNALERROR" not in sortie
    assert "Traceback" not in sortie


# --------------------------------------------------------------------------- kill -9
def test_banc_tue_en_plein_scenario(tmp_path: Path) -> None:
    """Tué pendant un scénario, le banc dit à la reprise lequel, le rejoue entier, et garde tout ce qui était écrit."""
    dossier = tmp_path / "c"
    pid: list[int] = []

    def creer(_: Mapping[str, Any]) -> dict[str, Any]:
        if pid:
            os.kill(pid.pop(), signal.SIGKILL)
        return fait(patient_id="P1")

    patient = {"patient_id": "P1", "identite": {}, "statut": "PROV"}
    with ServeurProduit(logiciel(creer_patient=creer, lire_patient=lambda _: fait(patient=patient))) as serveur:
        description = decrire_logiciel(tmp_path / "l.yaml", serveur.url)
        with en_cours(dossier, "--exigence=INS/va1.20.01", f"--logiciel={description}") as processus:
            pid.append(processus.pid)
            sortie, _ = processus.communicate(timeout=DELAI_S)
        assert processus.returncode == -signal.SIGKILL, sortie
        avant = _chaine_intacte(dossier)
        reprise = mener(f"--logiciel={description}", f"--reprendre={dossier}")
    assert "Reprise : 0 scénario repris, 1 scénario à refaire" in reprise.stdout
    assert "  INS/va1.20.01 : jamais joué" in reprise.stdout
    assert "Le scénario INS/va1.20.01 était en cours quand la campagne s'est arrêtée" in reprise.stdout
    assert "clé d'expurgation" in reprise.stdout
    _sans_panne_de_pytest(reprise.stdout)
    assert list(verdicts(dossier)) == ["INS/va1.20.01"]
    assert _chaine_intacte(dossier) > avant
    seances = lire_json(dossier / "campagne.json")["seances"]
    assert [seance["fin"] is None for seance in seances] == [True, False]


def test_logiciel_tue(tmp_path: Path) -> None:
    """Le logiciel tué : non concluant qui le dit, code 3 ; la reprise joue ce qui manque et finit conforme."""
    dossier = tmp_path / "c"
    with en_cours(dossier, *TROIS, "--exigence=INS/va1.31") as processus:
        total = attendre_scenario(processus, 1)
        processus.send_signal(signal.SIGSTOP)  # le banc ne joue rien pendant que l'on tue le logiciel
        temoin_de(processus).kill()
        processus.send_signal(signal.SIGCONT)
        sortie, _ = processus.communicate(timeout=DELAI_S)
    assert processus.returncode == 3, sortie
    _sans_panne_de_pytest(sortie)
    issues = verdicts(dossier)
    assert len(issues) == total
    assert list(issues.values()).count("non_concluant") >= 1
    assert set(issues.values()) <= {"conforme", "non_concluant"}
    assert "le logiciel est injoignable" in sortie
    _chaine_intacte(dossier)
    reprise = mener(f"--reprendre={dossier}")
    assert reprise.returncode == 0, reprise.stdout
    assert " : non concluant" in reprise.stdout
    assert set(verdicts(dossier).values()) == {"conforme"}


def test_simulateurs_tues(tmp_path: Path) -> None:
    """Les simulateurs seuls, tués : leur client voit la connexion refusée, leur journal est intact et se continue."""
    journal = tmp_path / "j"
    arguments = ["--environnement", str(tmp_path / "env.json"), "--dossier", str(journal), "--json"]
    adresses = []
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-m", "simulators", "lancer", *arguments],
            cwd=RACINE,
            env=environnement(TMPDIR=str(tmp_path)),
            stdout=subprocess.PIPE,
            encoding="utf-8",
        ) as processus:
            try:
                assert processus.stdout is not None
                console = json.loads(processus.stdout.readline())["console"]
                adresses.append(console)
                assert urllib.request.urlopen(console, timeout=DELAI_S).status == 200
            finally:
                processus.kill()
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(console, timeout=DELAI_S)
        _chaine_intacte(journal)
    assert len(adresses) == 2


# --------------------------------------------------------------------------- disque plein
@contextmanager
def _disque(point: Path) -> Iterator[bool]:
    """Un disque à part, monté là ; faux si ce compte ne peut rien monter."""
    point.mkdir()
    monte = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4g", "tmpfs", str(point)], capture_output=True, check=False
    )
    try:
        yield monte.returncode == 0
    finally:
        if monte.returncode == 0:
            subprocess.run(["umount", "--lazy", str(point)], check=True)


def _remplir(disque: Path, dossier: Path, pid: int, *, monte: bool) -> None:
    """Ne laisse plus que 100 ko : le disque rétrécit, ou aucun fichier ne peut plus grandir."""
    if monte:
        usage = shutil.disk_usage(disque)
        subprocess.run(["mount", "-o", f"remount,size={usage.used + 100_000}", str(disque)], check=True)
        return
    import resource  # absent de Windows

    limite = (dossier / "journal.sqlite-wal").stat().st_size + 100_000
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (limite, limite))


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs et prlimit")
def test_disque_plein(tmp_path: Path) -> None:
    """Le disque se remplit en pleine campagne : code 3 et message, journal intact ; la place revenue, on continue."""
    disque = tmp_path / "disque"
    with _disque(disque) as monte:
        dossier = disque / "c"
        with en_cours(dossier, *TROIS, TMPDIR=str(tmp_path)) as processus:
            total = attendre_scenario(processus, 1)
            processus.send_signal(signal.SIGSTOP)
            _remplir(disque, dossier, processus.pid, monte=monte)
            processus.send_signal(signal.SIGCONT)
            sortie, _ = processus.communicate(timeout=DELAI_S)
        assert processus.returncode == 3, sortie
        _sans_panne_de_pytest(sortie)
        assert "campagne arrêtée : " in sortie
        assert f"continuer par --reprendre={dossier}" in sortie
        if monte:
            assert "disque plein" in sortie
            assert f"python -m reports generer {dossier}" in sortie
        _chaine_intacte(dossier)
        with JournalEchanges.ouvrir(dossier) as journal:
            acquis = [e.donnees for e in journal.enregistrements(type="verdict")]
        assert 1 <= len(acquis) < total
        if monte:
            subprocess.run(["mount", "-o", "remount,size=4g", str(disque)], check=True)
        reprise = mener(f"--reprendre={dossier}")
        assert reprise.returncode == 0, reprise.stdout
        assert reprise.stdout.split("Reprise : ")[1].startswith(f"{len(acquis)} scénario")
        assert set(verdicts(dossier).values()) == {"conforme"}
        repris = {s["scenario"]: s["debut"] for s in lire_json(dossier / "verdicts.json")["scenarios"]}
        assert {a["scenario"]: a["debut"] for a in acquis}.items() <= repris.items()
        _chaine_intacte(dossier)


# --------------------------------------------------------------------------- port, horloge
def test_port_des_simulateurs_pris(tmp_path: Path) -> None:
    """Un port demandé et déjà tenu : le message le nomme et dit quel processus le tient, quand le système le dit."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        prise.listen()
        port = prise.getsockname()[1]
        lance = module(
            "simulators", "lancer", "--environnement", str(tmp_path / "env.json"), "--port-base", str(min(port, 65_000))
        )
    assert lance.returncode == 1, lance.stdout
    assert "Traceback" not in lance.stdout
    if port <= 65_000:
        assert f"le port {port} n'est pas libre sur 127.0.0.1" in lance.stdout
        if sys.platform == "linux":
            assert f"(processus {os.getpid()})" in lance.stdout
    assert not (tmp_path / "env.json").exists()


def test_horloge_deplacee(tmp_path: Path) -> None:
    """L'heure avance puis recule en pleine campagne : deux incidents notés et montrés, aucune durée négative."""
    dossier = tmp_path / "c"
    issue = mener("-p", "tests.campagne.horloge_deplacee", *TROIS, f"--dossier={dossier}")
    assert issue.returncode == 0, issue.stdout
    assert "L'horloge de la machine a avancé de 3 h" in issue.stdout
    assert "L'horloge de la machine a reculé de 6 h" in issue.stdout
    rapport = (dossier / "rapport.html").read_text(encoding="utf-8")
    assert "horloge de la machine a reculé de 6 h" in rapport
    scenarios = lire_json(dossier / "verdicts.json")["scenarios"]
    assert {s["verdict"] for s in scenarios} == {"conforme"}
    assert all(0 <= s["duree_s"] < DELAI_S and s["debut"] <= s["fin"] for s in scenarios)
    with JournalEchanges.ouvrir(dossier) as journal:
        assert journal.verifier_chaine() == []
        numeros = [e.numero for e in journal.enregistrements()]
        assert numeros == list(range(1, len(numeros) + 1))
        incidents = [e.donnees for e in journal.enregistrements(type="incident")]
        assert [(i["nature"], round(i["ecart_s"] / 3600)) for i in incidents] == [("horloge", 3), ("horloge", -6)]
        ordre = [e.donnees["scenario"] for e in journal.enregistrements(type="verdict")]
    assert (
        ordre == [s["scenario"] for s in sorted(scenarios, key=lambda s: s["echanges"][:1] or [0])] or len(ordre) == 3
    )
