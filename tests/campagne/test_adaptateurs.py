"""Des campagnes par d'autres adaptateurs que l'API : l'exemple de programme livré, et ce qui manque, dit d'abord."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from simulators.socle.journal import JournalEchanges
from tests.campagne.lancement import RACINE, lire_json, mener, verdicts

EXEMPLE = RACINE / "docs" / "exemples" / "adaptateur_commande.py"
LANCER = f"{sys.executable} -m simulators.logiciel_temoin --environnement {{environnement}}"


def decrire(dossier: Path, adaptateurs: str, actions: str) -> Path:
    """Un logiciel.yaml à plusieurs adaptateurs, pour le témoin lancé à part."""
    fichier = dossier / "logiciel.yaml"
    fichier.write_text(
        "logiciel: {nom: Labo Témoin, version: '1.0.0', idam: SIMAUT000001}\nprofils: [Général]\n"
        f"adaptateurs: {adaptateurs}\nactions: {actions}\n",
        encoding="utf-8",
    )
    return fichier


def test_exemple_de_programme(tmp_path: Path) -> None:
    """L'exemple Python, en marche continue, mène une campagne ; le journal dit qui a agi et garde ses traces."""
    shutil.copy(EXEMPLE, tmp_path)
    commande = json.dumps([sys.executable, EXEMPLE.name, "--persistant"])
    variables = json.dumps({"LABO_LANCER": LANCER, "PYTHONPATH": str(RACINE)})
    outil = f"{{type: commande, commande: {commande}, persistant: true, variables: {variables}}}"
    description = decrire(tmp_path, f"{{outil: {outil}}}", "{appeler_insi: outil, defaut: outil}")
    dossier = tmp_path / "c"
    demande = ("--exigence=INS/va1.20", "--exigence=INS/va1.01.01", f"--logiciel={description}")
    issue = mener(*demande, f"--dossier={dossier}")
    assert verdicts(dossier) == {
        "INS/va1.20.01": "conforme",
        "INS/va1.20.02": "conforme",
        "INS/va1.01.01": "non_execute",
    }, issue.stdout
    assert issue.returncode == 0, issue.stdout
    with JournalEchanges.ouvrir(dossier) as journal:
        actions = [enregistrement.donnees for enregistrement in journal.enregistrements(type="action")]
    assert {note["adaptateur"] for note in actions} == {"outil"}
    assert "creer_patient par " in " ".join(str(note.get("trace", "")) for note in actions)
    assert lire_json(dossier / "campagne.json")["pilotage"]["adaptateurs"] == {"outil": "commande"}


def test_programme_qui_tombe(tmp_path: Path) -> None:
    """Un programme qui s'arrête donne non concluant, avec ce qu'il a dit ; jamais un verdict sur le logiciel."""
    (tmp_path / "outil.py").write_text(
        "import json, sys\nd = json.load(sys.stdin)\n"
        "if d['action'] == 'creer_patient': sys.exit('base de données verrouillée')\n"
        "print(json.dumps({'resultat': 'non_gere'}))\n",
        encoding="utf-8",
    )
    outil = f"{{type: commande, commande: {json.dumps([sys.executable, 'outil.py'])}}}"
    description = decrire(tmp_path, f"{{outil: {outil}}}", "{defaut: outil}")
    dossier = tmp_path / "c"
    issue = mener("--exigence=INS/va1.20", f"--logiciel={description}", f"--dossier={dossier}")
    assert issue.returncode == 3, issue.stdout
    assert set(verdicts(dossier).values()) == {"non_concluant"}
    assert "base de données verrouillée" in (dossier / "verdicts.json").read_text(encoding="utf-8")


def test_diagnostic_avant_tout(tmp_path: Path) -> None:
    """Un programme absent se dit en quelques lignes (sortie 3), avant tout simulateur et sans dossier."""
    description = decrire(tmp_path, "{outil: {type: commande, commande: [./nulle-part]}}", "{defaut: outil}")
    issue = mener("--exigence=INS/va1.20", f"--logiciel={description}", f"--dossier={tmp_path / 'c'}")
    assert issue.returncode == 3, issue.stdout
    assert "diagnostic : la campagne ne peut pas commencer" in issue.stdout
    assert "adaptateur outil commande introuvable : ./nulle-part" in issue.stdout
    assert "Traceback" not in issue.stdout
    assert not (tmp_path / "c" / "journal.sqlite").exists()
