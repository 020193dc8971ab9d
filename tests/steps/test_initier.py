"""`python -m steps initier` : un logiciel.yaml qui se lit dès que l'éditeur a donné ses valeurs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from requirements.catalogue import charger
from steps.__main__ import main
from steps.initier import types_proposes
from steps.logiciel import schema
from steps.logiciel.configuration import EXEMPLE, ConfigurationInvalide, lire_configuration
from steps.logiciel.contrat import charger_contrat, groupes
from steps.selection import selectionner

Sortie = pytest.CaptureFixture[str]


def initier(fichier: Path, *options: str) -> int:
    """Lance la commande pour la biologie."""
    return main(["initier", "--couloir", "biologie", "--sortie", str(fichier), *options])


def test_commande_a_lancer_ensuite(tmp_path: Path, capsys: Sortie) -> None:
    """La commande montrée nomme le couloir choisi par le type de logiciel."""
    fichier = tmp_path / "logiciel.yaml"
    assert main(["initier", "--couloir", "hopital", "--type-logiciel", "PFI", "--sortie", str(fichier)]) == 0
    assert "python -m steps diagnostic --couloir hopital-pfi " in capsys.readouterr().out


@pytest.mark.parametrize("adaptateur", types_proposes())
def test_relu_une_fois_rempli(tmp_path: Path, capsys: Sortie, adaptateur: str) -> None:
    """Refusé tel quel, chaque valeur à donner nommée avec sa ligne ; lu sans faute une fois rempli."""
    fichier = tmp_path / "logiciel.yaml"
    assert initier(fichier, "--adaptateur", adaptateur) == 0
    assert "python -m steps diagnostic --couloir biologie" in capsys.readouterr().out
    with pytest.raises(ConfigurationInvalide) as refus:
        lire_configuration(fichier)
    assert re.search(r"ligne \d+, logiciel\.version : valeur d'exemple laissée telle quelle", str(refus.value))
    texte = fichier.read_text(encoding="utf-8")
    fichier.write_text(re.sub(rf'^( +\w+): "{EXEMPLE}"', r'\1: "Donné"', texte, flags=re.MULTILINE), encoding="utf-8")
    lue = lire_configuration(fichier)
    assert (lue.nom, lue.version, lue.couloir, lue.profils) == ("Donné", "Donné", "biologie", ("Général",))
    assert [d.type for d in lue.adaptateurs] == [adaptateur]
    assert lue.defaut == lue.adaptateurs[0].nom


def test_tout_decommente_se_lit(tmp_path: Path) -> None:
    """Chaque ligne facultative, décommentée à sa place, est une clé que le banc connaît."""
    fichier = tmp_path / "logiciel.yaml"
    initier(fichier)
    texte = fichier.read_text(encoding="utf-8").replace(EXEMPLE, "Donné")
    lignes = [
        re.sub(r"^( *)# ", r"\1", ligne)
        if re.match(r" *# +(- |\w+:( |$))", ligne) and not re.match(r" *# [a-z]+ : ", ligne)
        else ligne
        for ligne in texte.splitlines()
    ]
    entier = "\n".join(lignes)
    fichier.write_text(entier, encoding="utf-8")
    lue = lire_configuration(fichier)
    brut = yaml.safe_load(entier)
    assert set(brut) >= {*schema.COMMUNES} - {"adaptateur", "defauts", "pieces"}
    assert set(brut["actions"]) == {"defaut", *charger_contrat().actions}
    assert set(lue.comptes) == set(charger_contrat().roles)
    assert len(lue.profils) == len({e.profil for e in charger("biologie").exigences})


def test_ce_qu_ajoute_chaque_profil(tmp_path: Path) -> None:
    """Le nombre de scénarios dit pour un profil est celui qu'une campagne y ajouterait."""
    fichier = tmp_path / "logiciel.yaml"
    initier(fichier)
    texte = fichier.read_text(encoding="utf-8")
    catalogue = charger("biologie")
    for profil in {exigence.profil for exigence in catalogue.exigences} - {"Général"}:
        dit = re.search(rf"- {re.escape(profil)} +# \+ (\d+) scénario", texte)
        assert dit is not None, profil
        assert int(dit.group(1)) == len(selectionner(catalogue, profils=[profil]))


def test_jamais_d_ecrasement(tmp_path: Path, capsys: Sortie) -> None:
    """Un fichier présent n'est pas touché (sortie 2)."""
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_text("à moi", encoding="utf-8")
    assert initier(fichier) == 2
    assert fichier.read_text(encoding="utf-8") == "à moi"
    assert "existe déjà" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--adaptateur", "operateurs"], "reçu 'operateurs' ; le plus proche : operateur"),
        (["--adaptateur", "depot"], "--adaptateur : attendu l'un de http, commande, operateur"),
        (["--couloir", "biologi"], "Couloir inconnu : « biologi »"),
    ],
)
def test_demandes_refusees(tmp_path: Path, capsys: Sortie, options: list[str], message: str) -> None:
    """Une demande impossible est dite (sortie 2), rien n'est écrit."""
    assert initier(tmp_path / "l.yaml", *options) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "l.yaml").exists()


def test_dossier_absent(tmp_path: Path, capsys: Sortie) -> None:
    """Un dossier qui n'existe pas est nommé."""
    assert initier(tmp_path / "nulle-part" / "l.yaml") == 2
    assert "écriture impossible" in capsys.readouterr().err


def test_schema_nomme_depuis_le_fichier(tmp_path: Path) -> None:
    """La première ligne mène au schéma publié, d'où que le fichier soit lu."""
    fichier = tmp_path / "logiciel.yaml"
    initier(fichier)
    premiere = fichier.read_text(encoding="utf-8").splitlines()[0]
    chemin = premiere.removeprefix("# yaml-language-server: $schema=")
    assert (tmp_path / chemin).resolve() == schema.FICHIER.resolve()


def test_groupes_du_contrat() -> None:
    """Chaque action du contrat est dans un groupe, et un seul."""
    rangees = [action for actions in groupes().values() for action in actions]
    assert rangees == list(charger_contrat().actions)
