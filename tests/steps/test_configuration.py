"""`logiciel.yaml` : ce qui est lu, et chaque refus, en français, avec le champ."""

from __future__ import annotations

from pathlib import Path

import pytest

from steps.logiciel.configuration import ConfigurationInvalide, lire_configuration
from steps.logiciel.temoin import RACINE

BON = """\
logiciel: {nom: SuperLabo, version: "4.2", editeur: Exemple SA, nil: NIL-1, idam: SIM0001}
couloir: biologie
profils: [Général, IAM]
adaptateur:
  type: http
  url: http://127.0.0.1:9
  entetes: {Authorization: "Bearer ${JETON_LABO}", X-Site: labo}
  delai_s: 2.5
comptes: {biologiste_1: dupont}
environnement: env.json
"""


def lire(dossier: Path, texte: str) -> object:
    """Écrit puis lit ce texte."""
    fichier = dossier / "logiciel.yaml"
    fichier.write_text(texte, encoding="utf-8")
    return lire_configuration(fichier)


def test_configuration_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chaque champ est lu ; le secret vient de l'environnement ; le chemin est relatif au fichier."""
    monkeypatch.setenv("JETON_LABO", "abc.def.ghi")
    fichier = tmp_path / "l.yaml"
    fichier.write_text(BON, encoding="utf-8")
    lue = lire_configuration(fichier)
    assert (lue.nom, lue.version, lue.editeur, lue.nil, lue.idam) == (
        "SuperLabo",
        "4.2",
        "Exemple SA",
        "NIL-1",
        "SIM0001",
    )
    assert lue.profils == ("Général", "IAM")
    assert lue.adaptateurs[0].reglages["entetes"] == {"Authorization": "Bearer abc.def.ghi", "X-Site": "labo"}
    assert lue.secrets == ("abc.def.ghi",)
    assert lue.delai_s == 2.5
    assert lue.comptes == {"biologiste_1": "dupont"}
    assert lue.environnement == str(tmp_path / "env.json")
    assert not lue.demonstration


def test_le_temoin_est_une_demonstration() -> None:
    """La description du témoin se lit et se dit démonstration."""
    assert lire_configuration(RACINE / "steps" / "logiciel" / "temoin.yaml").demonstration


@pytest.mark.parametrize(
    ("ancien", "nouveau", "message"),
    [
        ("profils: [Général, IAM]", "profils: []", "profils : attendu au moins un élément ; sans profil réclamé"),
        (
            "profils: [Général, IAM]\n",
            "",
            "racine du fichier : champ obligatoire absent : profils ; sans profil réclamé, rien ne pourrait être "
            "vérifié : écrivez au moins « profils: [Général] »",
        ),
        ("profils: [Général, IAM]", "profils: Général", "profils : attendu une liste, reçu 'Général'"),
        ('version: "4.2"', "version: 4.2", "logiciel.version : attendu un texte, reçu 4.2"),
        ('version: "4.2", ', "", "logiciel : champ obligatoire absent : version"),
        ("nom: SuperLabo", "nom: ''", "logiciel.nom : attendu un texte non vide"),
        (
            "type: http",
            "type: telnet",
            "adaptateur.type : attendu l'un de temoin, http, commande, operateur, depot, page, reçu 'telnet'",
        ),
        ("  type: http\n", "", "adaptateur : champ obligatoire absent : type"),
        ("  url: http://127.0.0.1:9\n", "", "adaptateur.url manque ; attendu l'adresse du service d'actions"),
        ("delai_s: 2.5", "delai_s: 0", "adaptateur.delai_s : attendu plus de 0, reçu 0"),
        ("delai_s: 2.5", "delai: 2.5", "adaptateur : champ inconnu : delai ; attendu : type, url, entetes, delai_s"),
        ("couloir: biologie", "couleur: bleu", "racine du fichier : champ inconnu : couleur ; attendu : logiciel"),
        ("comptes: {biologiste_1: dupont}", "comptes: {biologiste_1: 12}", "comptes.biologiste_1 : attendu un texte"),
        ("comptes:", "defauts: [x]\ncomptes:", "defauts n'a de sens que pour le logiciel témoin"),
        ("${JETON_LABO}", "${JETON_QUI_MANQUE}", "la variable d'environnement JETON_QUI_MANQUE n'est pas définie"),
        ("logiciel: {", "logiciel: [{", "YAML mal formé"),
    ],
)
def test_refus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ancien: str, nouveau: str, message: str) -> None:
    """Chaque erreur nomme le fichier, le champ, ce qui était attendu."""
    monkeypatch.setenv("JETON_LABO", "abc.def.ghi")
    assert ancien in BON
    with pytest.raises(ConfigurationInvalide) as refus:
        lire(tmp_path, BON.replace(ancien, nouveau))
    assert message in str(refus.value)
    assert "logiciel.yaml" in str(refus.value)
    assert "is not" not in str(refus.value)


def test_toutes_les_erreurs_d_un_coup(tmp_path: Path) -> None:
    """Une personne corrige en une fois : chaque erreur a sa ligne."""
    with pytest.raises(ConfigurationInvalide) as refus:
        lire(tmp_path, "logiciel: {nom: 3}\nprofils: []\nadaptateur: {type: x}\n")
    assert str(refus.value).count("\n  - ") == 4


@pytest.mark.parametrize("octets", [b"\xff\xfe\x00", b"", b"[1, 2]", b"texte seul"])
def test_fichier_etrange(tmp_path: Path, octets: bytes) -> None:
    """Binaire, vide, ou d'une autre forme : refusé sans trace de pile."""
    fichier = tmp_path / "l.yaml"
    fichier.write_bytes(octets)
    with pytest.raises(ConfigurationInvalide):
        lire_configuration(fichier)


def test_fichier_absent(tmp_path: Path) -> None:
    """Le chemin est rappelé."""
    with pytest.raises(ConfigurationInvalide, match=r"absent\.yaml : fichier du logiciel illisible"):
        lire_configuration(tmp_path / "absent.yaml")
