"""Le logiciel témoin reste une démonstration, par quelque adaptateur qu'il soit piloté."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from steps.logiciel.configuration import NOM_TEMOIN, ConfigurationLogiciel, lire_configuration
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos
from steps.logiciel.temoin import RACINE
from steps.logiciel.temoin_deguise import refuser_un_temoin_deguise


def _logiciel(dossier: Path, nom: str) -> ConfigurationLogiciel:
    fichier = dossier / "logiciel.yaml"
    description = {
        "logiciel": {"nom": nom, "version": "1.0.0"},
        "profils": ["Général"],
        "adaptateur": {"type": "http", "url": "http://127.0.0.1:9"},
    }
    fichier.write_text(yaml.safe_dump(description, allow_unicode=True), encoding="utf-8")
    return lire_configuration(fichier)


def test_le_nom_est_celui_du_temoin_livre() -> None:
    """Le nom reconnu est celui de la description livrée."""
    livree = lire_configuration(RACINE / "steps" / "logiciel" / "temoin.yaml")
    assert (livree.nom, livree.temoin, livree.demonstration) == (NOM_TEMOIN, True, True)


def test_le_temoin_par_un_autre_adaptateur_est_une_demonstration(tmp_path: Path) -> None:
    """Lancé à part et nommé, il donne une démonstration, sans les raccourcis du témoin lancé par le banc."""
    logiciel = _logiciel(tmp_path, NOM_TEMOIN)
    assert (logiciel.temoin, logiciel.demonstration) == (False, True)
    refuser_un_temoin_deguise(logiciel, Apropos(NOM_TEMOIN, "1.0.0"))


def test_le_temoin_sous_un_autre_nom_est_refuse(tmp_path: Path) -> None:
    """Un logiciel.yaml qui nomme un produit, et le témoin qui répond : la campagne ne commence pas."""
    logiciel = _logiciel(tmp_path, "Mon SGL")
    refuser_un_temoin_deguise(logiciel, Apropos("Mon SGL", "1.0.0"))
    with pytest.raises(AdaptateurInjoignable, match=r"« Mon SGL », mais c'est « Labo Témoin » qui répond"):
        refuser_un_temoin_deguise(logiciel, Apropos(NOM_TEMOIN, "1.0.0"))
