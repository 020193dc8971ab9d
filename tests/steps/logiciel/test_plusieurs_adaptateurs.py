"""`logiciel.yaml` à plusieurs adaptateurs : ce qui est lu, et chaque faute, avec sa ligne et le mot le plus proche."""

from __future__ import annotations

from pathlib import Path

import pytest

from steps.logiciel.configuration import ConfigurationInvalide, ConfigurationLogiciel, lire_configuration

BON = """\
# un produit piloté de trois façons
logiciel:
  nom: SuperLabo
  version: "4.2"
profils: [Général]
adaptateurs:
  api:
    type: http
    url: "http://127.0.0.1:9/${SITE_LABO}"
    delai_s: 5
  poste: {type: operateur, delai_s: 900}
  outil: {type: commande, commande: [python3, outil.py]}
actions:
  defaut: poste
  creer_patient: api
  alimenter_dmp: outil
"""


def lire(dossier: Path, texte: str) -> ConfigurationLogiciel:
    """Écrit puis lit ce texte."""
    fichier = dossier / "logiciel.yaml"
    fichier.write_text(texte, encoding="utf-8")
    return lire_configuration(fichier)


@pytest.fixture(autouse=True)
def _site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_LABO", "labo-de-paris")


def test_lecture(tmp_path: Path) -> None:
    """Chaque adaptateur, ses réglages complétés ; qui joue quoi ; le délai d'une machine, pas celui d'une personne."""
    lue = lire(tmp_path, BON)
    assert [(d.nom, d.type) for d in lue.adaptateurs] == [
        ("api", "http"),
        ("poste", "operateur"),
        ("outil", "commande"),
    ]
    assert lue.adaptateurs[0].reglages == {
        "url": "http://127.0.0.1:9/labo-de-paris",
        "entetes": {},
        "delai_s": 5,
        "autorites": "",
    }
    assert lue.adaptateurs[2].reglages["persistant"] is False
    assert (lue.defaut, lue.actions) == ("poste", {"creer_patient": "api", "alimenter_dmp": "outil"})
    assert (lue.adaptateur, lue.delai_s, lue.secrets) == ("operateur", 5, ("labo-de-paris",))
    assert not lue.demonstration


def test_le_temoin_parmi_d_autres_est_une_demonstration(tmp_path: Path) -> None:
    """Que le témoin joue une seule action suffit : rien n'est recevable."""
    assert lire(tmp_path, BON.replace("  outil: {", "  labo: {type: temoin}\n  outil: {")).demonstration


@pytest.mark.parametrize(
    ("ancien", "nouveau", "message"),
    [
        ("creer_patient: api", "creer_patiens: api", "ligne 15, actions : action inconnue du contrat : creer_patiens"),
        ("creer_patient: api", "creer_patiens: api", "le plus proche : creer_patient"),
        ("creer_patient: api", "creer_patient: ap", "ligne 15, actions.creer_patient : adaptateur inconnu : ap ; "),
        ("creer_patient: api", "creer_patient: 3", "ligne 15, actions.creer_patient : attendu un texte, reçu 3"),
        ("defaut: poste", "defaut: postes", "attendu : api, poste, outil ; le plus proche : poste"),
        (
            "type: commande, commande: [python3, outil.py]",
            "type: commande",
            "ligne 12, adaptateurs.outil : adaptateurs.",
        ),
        ("type: commande, commande: [python3, outil.py]", "type: commande", "outil.commande manque ; attendu le progr"),
        (
            "    delai_s: 5",
            "    delai-s: 5",
            "ligne 10, adaptateurs.api : champ inconnu : delai-s ; attendu : type, url",
        ),
        ("    delai_s: 5", "    delai-s: 5", "le plus proche : delai_s"),
        ("    delai_s: 5", "    delai_s: cinq", "ligne 10, adaptateurs.api.delai_s : attendu un nombre, reçu 'cinq'"),
        ("type: http", "type: htp", "adaptateurs.api.type : attendu l'un de temoin, http, commande"),
        ("type: http", "type: htp", "reçu 'htp' ; le plus proche : http"),
        ("  poste: {", "  api: {", "ligne 11 : clé doublée : api, déjà donnée ligne 7 ; gardez-en une seule"),
        ("  poste: {", "  poste à moi: {", "attendu un nom fait de lettres sans accent"),
        ("adaptateurs:", "adaptateur: {type: temoin}\nadaptateurs:", "l'un ou l'autre ; les deux sont donnés"),
        ("actions:\n  defaut: poste\n  creer_patient: api\n  alimenter_dmp: outil\n", "", "au moins actions.defaut"),
        ('version: "4.2"', "version: 2026-01-01", "reçu 2026-01-01 ; mettez-le entre guillemets"),
        ("profils: [Général]", "profils: [Général]\npieces: api", "attendu le nom d'un adaptateur de type depot"),
        ("${SITE_LABO}", "${SITE_OUBLIE}", "ligne 9, adaptateurs.api.url : la variable d'environnement SITE_OUBLIE"),
        ("  api:\n", "  api: &a\n    moi: *a\n", "un alias se contient lui-même"),
        ("nom: SuperLabo", "nom: À REMPLIR", "ligne 3, logiciel.nom : valeur d'exemple laissée telle quelle"),
        ("profils: [Général]", "profil: [Général]", "racine du fichier : champ inconnu : profil ; attendu : logiciel"),
        ("profils: [Général]", "profil: [Général]", "le plus proche : profils"),
        ("logiciel:\n", "? [a, b]\n: 1\nlogiciel:\n", "attendu un nom de clé"),
        ("  version", "   version", "YAML mal formé : ligne 4, colonne"),
    ],
)
def test_fautes(tmp_path: Path, ancien: str, nouveau: str, message: str) -> None:
    """Chaque faute dit sa ligne, son chemin, l'attendu, le reçu, et le mot le plus proche."""
    assert ancien in BON
    with pytest.raises(ConfigurationInvalide) as refus:
        lire(tmp_path, BON.replace(ancien, nouveau, 1))
    assert message in str(refus.value)


def test_actions_sans_adaptateurs(tmp_path: Path) -> None:
    """`actions` ne se donne qu'entre plusieurs adaptateurs."""
    texte = BON[: BON.index("adaptateurs:")] + "adaptateur: {type: temoin}\nactions: {defaut: temoin}\n"
    with pytest.raises(ConfigurationInvalide, match="actions choisit entre plusieurs adaptateurs"):
        lire(tmp_path, texte)


def test_un_seul_nomme_prend_tout(tmp_path: Path) -> None:
    """Un seul adaptateur nommé joue tout, sans `actions`."""
    texte = BON[: BON.index("adaptateurs:")] + "adaptateurs: {poste: {type: operateur}}\n"
    assert lire(tmp_path, texte).defaut == "poste"


def test_marque_d_ordre_et_retours_de_windows(tmp_path: Path) -> None:
    """Le Bloc-notes commence ses fichiers par une marque d'ordre : elle n'est pas une faute."""
    fichier = tmp_path / "logiciel.yaml"
    fichier.write_bytes(b"\xef\xbb\xbf" + BON.replace("\n", "\r\n").encode())
    assert lire_configuration(fichier).nom == "SuperLabo"


def test_alias_en_cascade(tmp_path: Path) -> None:
    """Des alias qui se multiplient sont refusés avant d'être développés."""
    lignes = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lignes += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigurationInvalide, match="attendu moins de 20000 éléments"):
        lire(tmp_path, "\n".join(lignes))
