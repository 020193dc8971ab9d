"""Le verrou d'un dossier : un seul écrivain, dit à qui arrive second, rendu même par un processus tué."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reports.verrou import DossierOccupe, Verrou

_RACINE = Path(__file__).resolve().parents[3]
_TENIR = """
import sys
from pathlib import Path
from reports.verrou import Verrou
tenu = Verrou(Path(sys.argv[1]), "campagne").prendre()
print("tenu", flush=True)
sys.stdin.read()
"""


def test_un_seul(tmp_path: Path) -> None:
    """Tenu, il se refuse en disant quoi et qui ; rendu, il se reprend."""
    with Verrou(tmp_path, "campagne"), pytest.raises(DossierOccupe, match="campagne en cours") as leve:
        Verrou(tmp_path, "dépôt de pièces").prendre()
    assert "À faire : attendre la fin" in str(leve.value)
    with Verrou(tmp_path, "dépôt de pièces"):
        pass


def test_processus_tue(tmp_path: Path) -> None:
    """Le verrou d'un processus tué tombe avec lui : rien à effacer à la main."""
    commande = [sys.executable, "-c", _TENIR, str(tmp_path)]
    with subprocess.Popen(commande, cwd=_RACINE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as processus:
        assert processus.stdout is not None
        assert processus.stdout.readline() == "tenu\n"
        with pytest.raises(DossierOccupe, match=f"processus {processus.pid}"):
            Verrou(tmp_path, "dépôt de pièces").prendre()
        processus.kill()
        processus.wait()
    with Verrou(tmp_path, "dépôt de pièces"):
        pass


def test_contenu_illisible(tmp_path: Path) -> None:
    """Un fichier de verrou abîmé ne bloque rien, et n'empêche pas de dire que le dossier est occupé."""
    (tmp_path / ".verrou").write_bytes(b"\0{pas du json")
    with Verrou(tmp_path, "campagne"):
        pass
