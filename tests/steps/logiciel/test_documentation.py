"""docs/adaptateurs.md : ses exemples se lisent, sa table des types et ses clés sont celles du code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from steps.logiciel.assemblage import MODULES, charger_type
from steps.logiciel.configuration import lire_configuration
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.temoin import RACINE
from tests.steps.produit import ServeurProduit, fait, logiciel

DOC = (RACINE / "docs" / "adaptateurs.md").read_text(encoding="utf-8")
ENTETE = "logiciel: {nom: L, version: '1'}\nprofils: [Général]\n"


def blocs(langage: str) -> list[str]:
    """Les exemples de ce langage."""
    return re.findall(rf"^```{langage}\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("exemple", blocs("yaml"))
def test_exemples_yaml(tmp_path: Path, exemple: str) -> None:
    """Chaque exemple, sous un logiciel et ses profils, est lu sans faute."""
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text(ENTETE + exemple, encoding="utf-8")
    assert lire_configuration(fichier).adaptateurs


def test_exemple_du_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Le fichier rempli que montre le guide de l'éditeur est lu sans faute."""
    monkeypatch.setenv("JETON_DU_BANC", "jeton-du-banc")
    guide = (RACINE / "docs" / "guide-editeur.md").read_text(encoding="utf-8")
    (exemple,) = re.findall(r"^```yaml\n(# logiciel\.yaml\n.*?)^```", guide, re.MULTILINE | re.DOTALL)
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text(exemple, encoding="utf-8")
    lue = lire_configuration(fichier)
    assert (lue.defaut, lue.actions, lue.couloir) == (
        "poste",
        {"creer_patient": "api", "lire_patient": "api"},
        "biologie",
    )


def test_exemples_json() -> None:
    """La demande et la réponse montrées suivent le contrat."""
    demande, reponse = map(json.loads, blocs("json"))
    action = charger_contrat().action(demande["action"])
    action.verifier_parametres(demande["parametres"])
    action.verifier_donnees(reponse["donnees"])


@pytest.mark.parametrize("nom", MODULES)
def test_types_et_cles(nom: str) -> None:
    """Chaque type a sa ligne dans la table ; chaque clé de `http` et de `commande`, la sienne."""
    assert f"| `{nom}` |" in DOC
    for cle in charger_type(nom).cles if nom in ("http", "commande") else ():
        assert f"| `{cle}` |" in DOC.split(f"## `{nom}`")[1].split("\n## ")[0]


def test_exemple_essaye_sans_le_banc() -> None:
    """La ligne de commande donnée pour essayer un programme seul marche sur l'exemple livré."""
    demande = re.search(r"echo '(.*)' ", "".join(blocs("sh")))
    assert demande is not None
    with ServeurProduit(logiciel(lire_patient=lambda _: fait())) as produit:
        rendu = subprocess.run(
            [sys.executable, RACINE / "docs" / "exemples" / "adaptateur_commande.py"],
            input=demande.group(1),
            env={"LABO_URL": produit.url, "PATH": ""},
            capture_output=True,
            encoding="utf-8",
            check=True,
            timeout=60,
        )
    assert json.loads(rendu.stdout)["donnees"] == {"nom": "Produit d'essai", "version": "3.1"}
