"""`convergence.xlsx` : les 14 colonnes dans l'ordre, une ligne par preuve, aucun texte actif, octets stables."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reports.campagne import Campagne
from reports.convergence import identifiant, rendre_convergence, sans_prefixe
from reports.options import TextesOfficiels
from reports.resultat import EtatPreuve
from reports.verdict import Verdict
from requirements.catalogue import Catalogue
from tests.reports.fabrique import campagne, catalogue, exigence, jeu_complet, jeu_hostile, resultat

COLONNES = [
    "Périmètre", "ID", "Chapitre", "Fonction", "Exigence", "Commentaire", "Profil", "N° scénario",
    "Scénario de conformité", "N° preuve", "Preuve", "Profil historique", "Criticité", "Ordre",
    "Verdict", "Moyen", "Raison", "Pièces produites", "Pièces à apporter", "Empreintes SHA-256",
]  # fmt: skip


def _feuille(lue: Campagne, livre: Catalogue, **choix: TextesOfficiels) -> Worksheet:
    classeur = openpyxl.load_workbook(io.BytesIO(rendre_convergence(lue, livre, **choix)))
    feuille = classeur["Exigences"]
    assert isinstance(feuille, Worksheet)
    return feuille


def _lignes(feuille: Worksheet) -> list[dict[str, object]]:
    entete = [str(cellule.value) for cellule in feuille[1]]
    return [dict(zip(entete, ligne, strict=True)) for ligne in feuille.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize(
    ("numero", "attendu"),
    [
        ("SC.DMP/AIRS.03.01", "DMP/AIRS.03.01"),
        ("CH.MSS/CONF.02", "MSS/CONF.02"),
        ("LGC.CSE.01", "CSE.01"),
        ("SGL.ORDN/CONF.01p", "ORDN/CONF.01p"),
        ("DB.SO.106", "DB.SO.106"),
        ("INS/va1.02.01", "INS/va1.02.01"),
        ("PSC.01.01", "PSC.01.01"),
        ("39.01.01", "39.01.01"),
        ("SGL.CDA/DD.05 ", "CDA/DD.05"),
        ("", ""),
    ],
)
def test_prefixes(numero: str, attendu: str) -> None:
    """La règle des trois caractères de l'export s'applique sans jamais manger un nom de section."""
    assert sans_prefixe(numero) == attendu


def test_identifiant_lie_au_socle() -> None:
    """Une exigence du socle garde son numéro ; une exigence propre au REM perd son préfixe."""
    propre = replace(exigence("SGL.DMP/va1.15"), id_socle="")
    assert identifiant(propre) == "DMP/va1.15"
    assert identifiant(replace(propre, id_socle="SC.X")) == "SGL.DMP/va1.15"


def test_colonnes_et_lignes() -> None:
    """Les colonnes officielles d'abord, dans l'ordre ; une ligne par preuve, une sans preuve, aucune sans scénario."""
    ins, psc = exigence("INS/va1.01"), exigence("PSC.01")
    nu = replace(exigence("DMP/CONF.03"), scenarios=(replace(exigence("DMP/CONF.03").scenarios[0], preuves=()),))
    lue = campagne(
        resultat(psc, psc.scenarios[0], Verdict.A_VERIFIER),
        resultat(nu, nu.scenarios[0], Verdict.NON_CONFORME),
        resultat(ins, ins.scenarios[0], Verdict.CONFORME),
    )
    feuille = _feuille(lue, catalogue(psc, nu, ins, exigence("LOI.01", scenarios=0)))
    assert [cellule.value for cellule in feuille[1]] == COLONNES
    lignes = _lignes(feuille)
    assert [(ligne["ID"], ligne["N° preuve"]) for ligne in lignes] == [
        ("INS/va1.01", "INS/va1.01.01.01"),
        ("INS/va1.01", "INS/va1.01.01.02"),
        ("DMP/CONF.03", None),
        ("PSC.01", "PSC.01.01.01"),
        ("PSC.01", "PSC.01.01.02"),
    ]
    premiere = lignes[0]
    assert premiere["Périmètre"] == "Vague 2"
    assert premiere["Chapitre"] == "Bloc de l'exigence"
    assert premiere["Criticité"] == "Majeure"
    assert premiere["Ordre"] == 1
    assert premiere["Verdict"] == "conforme"
    assert premiere["Pièces produites"] == "preuves/INS_va1.01.01.01/requete.xml"
    assert premiere["Empreintes SHA-256"] == "ab" * 32
    assert premiere["Pièces à apporter"] is None
    assert lignes[2]["Raison"] == "raison du verdict\n[INSI-TRAITS-03] Le premier appel porte deux prénoms"
    assert lignes[3]["Pièces à apporter"] == "vidéo ou capture d'écran"


def test_textes_officiels() -> None:
    """Un texte importé remplace notre résumé dans les colonnes de texte."""
    ex = exigence("INS.01")
    textes = TextesOfficiels("rem.xlsx", {ex.id: "OFF-E"}, {"INS.01.01": "OFF-S"}, {"INS.01.01.01": "OFF-P"})
    lignes = _lignes(_feuille(campagne(resultat(ex, ex.scenarios[0], Verdict.CONFORME)), catalogue(ex), textes=textes))
    assert (lignes[0]["Exigence"], lignes[0]["Scénario de conformité"], lignes[0]["Preuve"]) == (
        "OFF-E",
        "OFF-S",
        "OFF-P",
    )
    assert lignes[1]["Preuve"] == ex.scenarios[0].preuves[1].attendu


def test_aucune_formule() -> None:
    """Aucun texte hostile ne devient formule, lien ou caractère interdit, même long."""
    lue, livre, _ = jeu_hostile()
    octets = rendre_convergence(lue, livre)
    classeur = openpyxl.load_workbook(io.BytesIO(octets))
    vus = set()
    for feuille in classeur:
        for ligne in feuille.iter_rows():
            for cellule in ligne:
                assert cellule.data_type != "f"
                assert cellule.hyperlink is None
                if isinstance(cellule.value, str):
                    assert len(cellule.value) <= 32767
                    vus.add(cellule.value[:1])
                    if cellule.value[0] in "=+-@":
                        assert cellule.quotePrefix, cellule.coordinate
    assert {"=", "+", "@"} <= vus
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        feuilles = b"".join(archive.read(nom) for nom in archive.namelist() if "worksheets/sheet" in nom)
    assert b"<f>" not in feuilles


def test_filtre_et_volets() -> None:
    """Filtres sur toutes les colonnes, en-tête et numéros figés."""
    lue, livre, _ = jeu_complet(6)
    feuille = _feuille(lue, livre)
    assert feuille.auto_filter.ref == f"A1:T{feuille.max_row}"
    assert feuille.freeze_panes == "C2"


def test_demonstration() -> None:
    """En démonstration, chaque ligne, l'impression et la feuille Campagne portent la mention ; sinon, rien."""
    lue, livre, _ = jeu_complet(6)
    demo = openpyxl.load_workbook(io.BytesIO(rendre_convergence(replace(lue, demonstration=True), livre)))
    lignes = _lignes(demo["Exigences"])
    assert lignes
    assert {ligne["Mention"] for ligne in lignes} == {"DÉMONSTRATION, non recevable"}
    entete = demo["Exigences"].oddHeader
    assert entete is not None
    assert entete.center.text == "DÉMONSTRATION, non recevable"
    assert demo["Campagne"]["B1"].value == "DÉMONSTRATION, non recevable"
    assert "Mention" not in _lignes(_feuille(lue, livre))[0]


def test_octets_stables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mêmes données à une autre heure, mêmes octets ; la date du document est celle de la campagne."""
    lue, livre, _ = jeu_complet(6)
    premier = rendre_convergence(lue, livre)
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", _DateFixe)
    assert rendre_convergence(lue, livre) == premier
    assert openpyxl.load_workbook(io.BytesIO(premier)).properties.created == datetime(2026, 11, 21, 14, 5, 42)  # noqa: DTZ001


class _DateFixe(datetime):
    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime(2099, 1, 1)  # noqa: DTZ001


def test_non_applicable_n_a_rien_a_apporter() -> None:
    """Un scénario non applicable ne demande aucune pièce."""
    ex = exigence("INS.01")
    fait = resultat(ex, ex.scenarios[0], Verdict.NON_APPLICABLE)
    fait = replace(fait, preuves=tuple(replace(preuve, etat=EtatPreuve.MANQUANTE) for preuve in fait.preuves))
    assert {ligne["Pièces à apporter"] for ligne in _lignes(_feuille(campagne(fait), catalogue(ex)))} == {None}
