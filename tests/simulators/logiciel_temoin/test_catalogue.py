"""Le catalogue du logiciel témoin : affiché, exporté, codé en LOINC par import ou à la main, daté."""

from __future__ import annotations

import base64
import csv
import io
from typing import Any

import pytest

from simulators.logiciel_temoin.catalogue_donnees import catalogue_installe
from simulators.logiciel_temoin.erreurs import Enveloppe
from tests.simulators.logiciel_temoin.conftest import Jouer

JEU = ["2951-2", "2823-3", "718-7"]


def _exporter(agir: Jouer, fichier: str) -> list[list[str]]:
    reponse = agir("exporter_catalogue", fichier=fichier)
    texte = base64.b64decode(reponse.donnees["fichier_base64"]).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(texte, newline=""), delimiter=";"))


def _importer(agir: Jouer, fichier: str, lignes: list[list[str]], **options: Any) -> Enveloppe:
    sortie = io.StringIO(newline="")
    csv.writer(sortie, delimiter=";").writerows(lignes)
    contenu = base64.b64encode(sortie.getvalue().encode()).decode()
    return agir("importer_loinc", fichier=fichier, nom=f"{fichier}.csv", fichier_base64=contenu, **options)


def _lire(agir: Jouer, objets: str) -> dict[str, dict[str, Any]]:
    return {o["code"] or o["libelle"]: o for o in agir("lire_catalogue", objets=objets).donnees["objets"]}


def _ligne(agir: Jouer, code: str, *loinc: str) -> list[str]:
    return [*next(ligne for ligne in _exporter(agir, "LOINC_3") if ligne[0] == code), *loinc]


def test_catalogue_d_un_vrai_laboratoire() -> None:
    """Assez d'objets pour le scénario, des examens de plusieurs analyses, des libellés à protéger."""
    catalogue = catalogue_installe()
    assert len(catalogue.chapitres) + len(catalogue.sous_chapitres) >= 12
    assert len(catalogue.examens) >= 15
    assert len(catalogue.analyses) >= 15
    assert sum(len(examen.analyses) > 1 for examen in catalogue.examens) >= 5
    tous = [*catalogue.chapitres, *catalogue.sous_chapitres, *catalogue.examens, *catalogue.analyses]
    assert any(";" in objet.libelle for objet in tous)
    assert any(not objet.code for objet in tous)
    assert {analyse.temporalite for analyse in catalogue.analyses} >= {"PT", "24H", ""}
    assert {analyse.echelle for analyse in catalogue.analyses} == {"QN", "ORD"}
    assert [e.code for e in catalogue.examens if not catalogue.analyses_de(e)] == []


@pytest.mark.parametrize(("fichier", "champs", "lignes"), [("LOINC_1", 4, 9), ("LOINC_2", 9, 27), ("LOINC_3", 12, 22)])
def test_exports(agir: Jouer, fichier: str, champs: int, lignes: int) -> None:
    """Chaque ligne a le nombre de champs prévu, point-virgule dans un libellé compris."""
    lues = _exporter(agir, fichier)
    assert {len(ligne) for ligne in lues} == {champs}
    assert len(lues) == lignes


def test_import_puis_nouvel_import(agir: Jouer) -> None:
    """Un code est créé, puis changé : la date de création reste."""
    assert _lire(agir, "analyses")["K"]["code_loinc"] is None
    assert _importer(agir, "LOINC_6", [_ligne(agir, "K", "2823-3", "Potassium")], jeu_de_valeurs=JEU).resultat == "fait"
    premier = _lire(agir, "analyses")["K"]
    assert premier["code_loinc"] == "2823-3"
    assert premier["libelle_loinc"] == "Potassium"
    _importer(agir, "LOINC_6", [_ligne(agir, "K", "718-7", "")])
    second = _lire(agir, "analyses")["K"]
    assert second["code_loinc"] == "718-7"
    assert second["loinc_cree_le"] == premier["loinc_cree_le"]
    assert second["loinc_modifie_le"] >= premier["loinc_modifie_le"]


def test_le_meme_code_ne_change_rien(agir: Jouer) -> None:
    """Reprendre le code en place ne le date pas de nouveau."""
    avant = _lire(agir, "analyses")["NA"]
    _importer(agir, "LOINC_6", [_ligne(agir, "NA", "2951-2", "Sodium")])
    assert _lire(agir, "analyses")["NA"] == avant


def test_rapport(agir: Jouer) -> None:
    """Un code absent est intégré et signalé, des codes multiples bloquent l'analyse, les autres passent."""
    lignes = [
        _ligne(agir, "K", "2823-3", ""),
        _ligne(agir, "CL", "8302-2", ""),
        _ligne(agir, "HB", "718-7", ""),
        _ligne(agir, "HB", "2951-2", ""),
        _ligne(agir, "HT", "718-7", "", "2951-2", ""),
    ]
    reponse = _importer(agir, "LOINC_6", lignes, jeu_de_valeurs=JEU)
    vues = [(a["code"], a["bloquante"], a["codes_loinc"]) for a in reponse.donnees["anomalies"]]
    assert vues == [
        ("CL", False, ["8302-2"]),
        ("HB", True, ["718-7", "2951-2"]),
        ("HT", True, ["718-7", "2951-2"]),
    ]
    analyses = _lire(agir, "analyses")
    assert [analyses[code]["code_loinc"] for code in ("K", "CL", "HB", "HT")] == ["2823-3", "8302-2", "718-7", None]
    rapport = base64.b64decode(reponse.donnees["rapport_base64"]).decode("utf-8-sig")
    assert rapport.count("bloquante;analyse") == 3
    assert "8302-2" in rapport


def test_chapitres_sans_code(agir: Jouer) -> None:
    """Un chapitre et un sous-chapitre sans code se reconnaissent à leur libellé."""
    lignes = _exporter(agir, "LOINC_1")
    codes = [[f"C{rang}", "", f"S{rang}", ""] for rang in range(len(lignes))]
    assert _importer(agir, "LOINC_4", [a + b for a, b in zip(lignes[6:8], codes[6:8], strict=True)]).resultat == "fait"
    chapitres = _lire(agir, "chapitres")
    assert chapitres["Hormonologie"]["code_loinc"] == "C7"
    assert chapitres["HOR-TH"]["code_loinc"] == "S7"


@pytest.mark.parametrize(
    "lignes", [[["K", "Potassium"]], [["INCONNU", *[""] * 11, "2823-3", ""]]], ids=["ligne courte", "objet inconnu"]
)
def test_fichier_refuse(agir: Jouer, lignes: list[list[str]]) -> None:
    """Une ligne trop courte ou un objet inconnu : rien n'est intégré."""
    avant = _lire(agir, "analyses")
    assert _importer(agir, "LOINC_6", lignes).resultat == "refuse"
    assert _lire(agir, "analyses") == avant


def test_modification_a_la_main(agir: Jouer) -> None:
    """Seul l'objet choisi change de code et de date ; un objet inconnu est refusé."""
    avant = _lire(agir, "examens")
    reponse = agir("modifier_code_loinc", objet="examen", code="NFS", code_loinc="718-7")
    assert reponse.donnees["objet"]["code_loinc"] == "718-7"
    apres = _lire(agir, "examens")
    assert [code for code in apres if apres[code] != avant[code]] == ["NFS"]
    assert agir("modifier_code_loinc", objet="examen", code="XYZ", code_loinc="718-7").resultat == "refuse"
