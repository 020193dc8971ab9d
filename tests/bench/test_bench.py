"""Les mesures restent exécutables : aucune n'est jugée ici, une machine chargée ne doit rien faire échouer."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.bench.__main__ import CLES, main
from tests.interop.lancement import RACINE


@pytest.mark.skipif(sys.platform != "linux", reason="la mémoire des simulateurs se mesure sous Linux")
def test_toutes_les_mesures() -> None:
    """`python -m tests.bench --rapide --json` mesure tout et rend chaque clé, avec un nombre."""
    commande = [sys.executable, "-m", "tests.bench", "--rapide", "--json"]
    rendu = subprocess.run(commande, cwd=RACINE, capture_output=True, text=True, check=False)
    assert rendu.returncode == 0, rendu.stderr
    mesures = json.loads(rendu.stdout)["mesures"]
    assert set(mesures) == set(CLES)
    assert all(mesure["valeur"] > 0 for mesure in mesures.values())


def test_aide_en_francais(capsys: pytest.CaptureFixture[str]) -> None:
    """L'aide est en français."""
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "affiche cette aide" in capsys.readouterr().out
