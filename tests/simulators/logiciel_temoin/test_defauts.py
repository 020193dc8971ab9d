"""Le catalogue des défauts et le code se répondent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simulators.logiciel_temoin as paquet
from simulators.logiciel_temoin.defauts import CATALOGUE, DefautInconnu, Defauts
from simulators.logiciel_temoin.traces import CATEGORIES

_NOM = re.compile(r'"([a-z][a-z0-9_]+)"')


def _code() -> str:
    dossier = Path(paquet.__file__).parent
    return "\n".join(p.read_text(encoding="utf-8") for p in dossier.glob("*.py") if p.name != "defauts.py")


def test_chaque_defaut_declare_est_employe() -> None:
    """Aucun défaut du catalogue n'est sans effet dans le code."""
    code = _code()
    cites = set(_NOM.findall(code)) | {f"trace_{categorie}_absente" for categorie in CATEGORIES}
    cites |= {f"{usage}_constant" for usage in re.findall(r'\.identifiant\("([a-z_]+)"\)', code)}
    assert sorted(set(CATALOGUE) - cites) == []


def test_chaque_defaut_employe_est_declare() -> None:
    """Aucun nom de défaut du code ne manque au catalogue."""
    cites = set(re.findall(r'defaut\("([a-z0-9_]+)"\)', _code()))
    cites |= {f"{usage}_constant" for usage in re.findall(r'\.identifiant\("([a-z_]+)"\)', _code())}
    assert sorted(cites - set(CATALOGUE)) == []


def test_defaut_inconnu_refuse() -> None:
    """Un nom hors du catalogue est refusé, qu'on l'active ou qu'on le demande."""
    with pytest.raises(DefautInconnu):
        Defauts(["inconnu"])
    with pytest.raises(DefautInconnu):
        Defauts().actif("inconnu")


def test_descriptions() -> None:
    """Chaque défaut a une description en une phrase, et aucune n'est répétée."""
    assert all(texte.endswith(".") for texte in CATALOGUE.values())
    assert len(set(CATALOGUE.values())) == len(CATALOGUE)
