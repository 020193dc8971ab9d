"""Les données livrées du couloir biologie."""

from __future__ import annotations

from collections import Counter

import pytest

from requirements.catalogue import Catalogue, charger, couloirs_disponibles, tous_les_numeros
from requirements.modele import Classe, Nature, Service, TypePiece
from tests.requirements.corpus import FORMES_CORRIGEES, lignes


@pytest.fixture(scope="module")
def biologie() -> Catalogue:
    return charger("biologie")


def test_comptes(biologie: Catalogue) -> None:
    """Le REM actif de biologie compte 228 exigences, 267 scénarios et 363 preuves."""
    assert (len(biologie.exigences), len(biologie.scenarios()), len(biologie.preuves)) == (228, 267, 363)
    assert Counter(exigence.vague for exigence in biologie.exigences) == {1: 126, 2: 102}
    assert Counter(scenario.moyen for scenario in biologie.scenarios()) == {
        Classe.RESEAU: 69,
        Classe.FICHIER: 31,
        Classe.ADAPTATEUR: 132,
        Classe.HUMAIN: 35,
    }
    assert sum(exigence.nature is Nature.PRECONISATION for exigence in biologie.exigences) == 16
    assert sum(not exigence.scenarios for exigence in biologie.exigences) == 17


def test_numeros_irreguliers(biologie: Catalogue) -> None:
    """Les numéros irréguliers des données sont gardés tels quels, et chacun dit pourquoi il l'est."""
    assert biologie.scenario("08.01").exigence == "CDA/INT.08"
    assert biologie.scenario("DMP/INT.09.01").exigence == "DMP/UX.29"
    assert biologie.exigence("DMP/HISTO.03").scenarios[0].id == "DMP/HISTO.03"
    assert biologie.preuve("39.01.01").scenario == "INS/va1.39.01"
    assert biologie.preuve("07.01.01").scenario == "DMP/HISTO.07.01"
    assert [p.id for p in biologie.scenario("SSI/IAM.80.03").preuves] == ["SSI/IAM.80.03", "SSI/IAM.80.03"]
    assert [p.repere for p in biologie.scenario("SSI/IAM.80.03").preuves] == ["SSI/IAM.80.03", "SSI/IAM.80.03~2"]
    assert [(p.id, p.repere) for p in biologie.scenario("SSI/IE.44.01").preuves] == [
        ("", "SSI/IE.44.01~1"),
        ("SSI/IE.44.01.01", "SSI/IE.44.01.01"),
        ("SSI/IE.44.01.02", "SSI/IE.44.01.02"),
    ]
    assert all(preuve.anomalie for preuve in biologie.preuves if not preuve.id or "~" in preuve.repere)
    assert len({preuve.repere for preuve in biologie.preuves}) == 363


def test_liens_entre_numeros(biologie: Catalogue) -> None:
    """Une exigence garde ses numéros de vague 1 et de socle ; une exigence propre au REM n'a pas de socle."""
    assert biologie.exigence("INS/va1.01").ids_vague1 == ("SGL.INS.01",)
    assert biologie.exigence("INS/va1.01").id_socle == "SC.INS/va1.01"
    assert biologie.exigence("DMP/UX.29").id_socle == "SC.CDA/INT.09"
    assert biologie.exigence("ApCV/va1.01").id_socle == ""
    assert biologie.exigence("SGL.DMP/va1.15").id_socle == ""
    assert biologie.exigence("SGL.DMP/va1.15").id_court == "DMP/va1.15"
    plusieurs = [exigence.ids_vague1 for exigence in biologie.exigences if len(exigence.ids_vague1) > 1]
    assert plusieurs == [tuple(f"SGL.INS.{rang}" for rang in range(32, 37))]
    assert all(exigence.ids_vague1 for exigence in biologie.exigences if exigence.vague == 1)


def test_textes(biologie: Catalogue) -> None:
    """Chaque texte est une phrase, jamais un modèle : pas de répétition, un résumé d'au moins huit mots."""
    resumes = [exigence.resume for exigence in biologie.exigences]
    assert len(set(resumes)) == len(resumes)
    assert [resume for resume in resumes if len(resume.split()) < 8] == []
    titres = [scenario.titre for scenario in biologie.scenarios()]
    assert len(set(titres)) == len(titres)
    assert [titre for titre in titres if len(titre) > 80] == []
    assert [s.id for s in biologie.scenarios() if len(s.attendu.split()) < 8] == []


def test_filtres(biologie: Catalogue) -> None:
    """Les filtres de scénarios se combinent, et le profil Général est toujours retenu."""
    generaux = biologie.scenarios(profils=())
    assert {biologie.exigence(s.exigence).profil for s in generaux} == {"Général"}
    iam = biologie.scenarios(profils=("IAM",))
    assert {biologie.exigence(s.exigence).profil for s in iam} == {"Général", "IAM"}
    assert len(biologie.scenarios(vagues=(1,))) + len(biologie.scenarios(vagues=(2,))) == 267
    assert [s.id for s in biologie.scenarios(exigences=("SGL.INS/va1.73",))] == [
        "INS/va1.73.01",
        "INS/va1.73.02",
        "INS/va1.73.03",
    ]
    dmp = biologie.scenarios(services=(Service.DMP,), moyens=(Classe.RESEAU,))
    assert dmp and all(s.service is Service.DMP and s.moyen is Classe.RESEAU for s in dmp)


def test_lecture_rapide_des_numeros(biologie: Catalogue) -> None:
    """Les numéros lus sans monter les catalogues sont exactement ceux des catalogues."""
    attendus: set[str] = set()
    for couloir in couloirs_disponibles():
        catalogue = charger(couloir)
        attendus |= {exigence.id for exigence in catalogue.exigences}
        attendus |= {scenario.id for scenario in (*catalogue.scenarios(), *catalogue.supplements)}
    assert tous_les_numeros() == attendus


def test_donnees_de_concertation(biologie: Catalogue) -> None:
    """Numéros et champs mécaniques sont ceux du corpus de concertation, quand il est là."""

    def lire(nom: str) -> list[dict[str, str]]:
        return [ligne for ligne in lignes(nom) if ligne["rem"] == "BIO"]

    exigences = {ligne["id"]: ligne for ligne in lire("exigences.csv") if ligne["statut"] != "Obsolète"}
    assert set(exigences) == {exigence.id for exigence in biologie.exigences}
    for exigence in biologie.exigences:
        ligne = exigences[exigence.id]
        lus = (
            str(exigence.vague),
            exigence.id_court,
            exigence.id_socle,
            exigence.profil,
            exigence.id_section,
            exigence.section,
            exigence.bloc,
            exigence.fonction,
            exigence.nature,
            exigence.criticite,
            exigence.statut,
            exigence.classe,
            exigence.precontrole or "",
        )
        colonnes = ("vague", "id_court", "id_socle", "profil", "id_section", "section", "bloc", "fonction")
        suite = ("nature", "criticite", "statut", "classe_automatisation", "precontrole")
        assert lus == tuple(ligne[colonne] for colonne in colonnes + suite)
    scenarios = [
        (ligne["id_exigence"], ligne["id_scenario"], int(ligne["ordre"]), ligne["classe_automatisation"])
        for ligne in lire("scenarios.csv")
        if ligne["statut_exigence"] != "Obsolète"
    ]
    assert sorted(scenarios) == sorted((s.exigence, s.id, s.ordre, str(s.moyen)) for s in biologie.scenarios())
    cles = {(exigence, scenario) for exigence, scenario, _, _ in scenarios}
    preuves = [
        (ligne["id_scenario"], ligne["id_preuve"], ligne["kinds_all"].replace("other", TypePiece.AUTRE))
        for ligne in lire("preuves.csv")
        if (ligne["id_exigence"], ligne["id_scenario"]) in cles
    ]
    corrigees = [(s, p, FORMES_CORRIGEES.get(p, formes)) for s, p, formes in preuves]
    assert {p for _, p, _ in preuves} >= set(FORMES_CORRIGEES)
    assert sorted(corrigees) == sorted((p.scenario, p.id, ";".join(p.pieces)) for p in biologie.preuves)
