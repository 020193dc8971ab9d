"""`docs/ci.md` : ses exemples se lisent, et chaque commande qu'ils lancent existe avec ses options."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from reports import __main__ as reports
from steps import __main__ as steps

RACINE = Path(__file__).parents[1]
PAGE = (RACINE / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.M | re.S)
COMMANDES = sorted(set(re.findall(r"(?:python -m (?:steps|reports)|pytest) [^`'\"|>\n]*", PAGE)))
OPTION = re.compile(r"--[a-z][a-z-]*")


@pytest.mark.parametrize("bloc", [texte for langue, texte in BLOCS if langue == "yaml"])
def test_yaml_lisible(bloc: str) -> None:
    """Chaque exemple YAML se lit, et décrit bien quelque chose."""
    assert isinstance(yaml.safe_load(bloc), dict | list)


@pytest.mark.parametrize("commande", COMMANDES)
def test_commande_connue(commande: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Chaque option écrite est une option que l'aide connaît."""
    mots = shlex.split(commande)
    if mots[0] == "pytest":
        connues = (RACINE / "steps" / "options.py").read_text(encoding="utf-8")
    else:
        module = {"steps": steps, "reports": reports}[mots[2]]
        with pytest.raises(SystemExit):
            module.main([mots[3], "--help"])
        connues = capsys.readouterr().out
    ecrites = set(OPTION.findall(commande))
    assert ecrites <= set(OPTION.findall(connues)), ecrites - set(OPTION.findall(connues))


def test_il_y_a_de_quoi_lire() -> None:
    """Les trois plateformes y sont, et des commandes ont été trouvées."""
    assert [langue for langue, _ in BLOCS].count("yaml") >= 3 and any(langue == "groovy" for langue, _ in BLOCS)
    assert len(COMMANDES) >= 8
