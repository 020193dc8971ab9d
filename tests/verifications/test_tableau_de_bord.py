"""Règles sur le tableau de bord : exemples respectés, enfreints, et lectures légitimes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications import chiffres_transmissions, extraction_tableau
from steps.verifications import tableau_de_bord as t
from tests.verifications.constats import en_liste

AUJOURD_HUI = date(2026, 11, 22)
_TYPES = ("11490-0", "34112-3")


def _transmissions(jour: date = AUJOURD_HUI) -> list[chiffres_transmissions.Transmission]:
    """Trois comptes rendus (ce mois, cette année, l'an dernier), un patient par paire, un échec."""
    actes = [jour, date(2026, 2, 3), date(2025, 12, 31), date(2024, 6, 1)]
    vues = []
    for rang, acte in enumerate(actes):
        for canal in chiffres_transmissions.CANAUX:
            if canal == "mss_professionnel" or rang != 1:
                vue = chiffres_transmissions.Transmission(
                    f"D{rang}", f"P{rang // 2}", canal, True, rang != 1, acte, AUJOURD_HUI, "1", str(rang % 2),
                    _TYPES[rang % 2],
                )  # fmt: skip
                vues.append(vue)
    vues.append(chiffres_transmissions.Transmission("D9", "P1", "dmp", False, True, jour, AUJOURD_HUI, "1", "0"))
    vues.append(
        chiffres_transmissions.Transmission("D9", "P1", "mss_patient", False, True, jour, AUJOURD_HUI, "1", "0")
    )
    vues.append(
        chiffres_transmissions.Transmission("D9", "P1", "mss_professionnel", False, True, jour, AUJOURD_HUI, "1", "0")
    )
    return vues


VUES = _transmissions()


def _tableau(transmissions: Sequence[chiffres_transmissions.Transmission], *, patient: bool = True) -> dict[str, Any]:
    chiffres = chiffres_transmissions.chiffres_attendus(transmissions)
    tableau: dict[str, Any] = {
        canal: {
            "total": total,
            "ins_qualifiee": qualifiee,
            "ins_non_qualifiee": autre,
            "echecs": sum(1 for v in transmissions if v.canal == canal and not v.reussie),
        }
        for canal, (total, qualifiee, autre) in chiffres.items()
    }
    tableau["dossiers"] = t._dossiers([v for v in transmissions if v.reussie], patient=patient)
    return tableau


def _tableaux(lecture: str = "acte", *, patient: bool = True) -> dict[str, dict[str, Any]]:
    return {
        p: _tableau(chiffres_transmissions.de_la_periode(VUES, p, lecture, AUJOURD_HUI), patient=patient)
        for p in chiffres_transmissions.PERIODES
    }


def _change(periode: str, canal: str, champ: str, valeur: Any) -> dict[str, dict[str, Any]]:
    tableaux = _tableaux()
    tableaux[periode][canal][champ] = valeur
    return tableaux


_LIGNES: list[dict[str, Any]] = [
    {"document_id": v.document_id, "canal": v.canal, "reussi": v.reussie, "type_code": v.type_code} for v in VUES
]
_TYPEES = [e for e in _LIGNES if e["type_code"]]
_CSV = b"document;canal;issue\nD0;dmp;ok\n"
_DOC = "document : numéro ; canal : voie ; issue : ok ou ko"

_qualifiees = chiffres_transmissions.qualifiees_seules


def de_la_periode(
    vues: Sequence[chiffres_transmissions.Transmission], periode: str
) -> list[chiffres_transmissions.Transmission]:
    return chiffres_transmissions.de_la_periode(vues, periode, "acte", AUJOURD_HUI)


Exemple = Callable[[], Constat | Sequence[Constat]]
CONFORMES: dict[str, Exemple] = {
    "volume officiel": lambda: t.volume_joue(10, 10, "comptes rendus par mois"),
    "chiffres": lambda: t.comptes_justes(_tableaux(), VUES, AUJOURD_HUI),
    "dossiers par patient": lambda: t.dossiers_justes(_tableaux(), VUES, AUJOURD_HUI),
    "dossiers par demande": lambda: t.dossiers_justes(_tableaux(patient=False), VUES, AUJOURD_HUI),
    "filtre par RPPS": lambda: t.filtre_applique(
        _tableau([v for v in VUES if v.rpps == "1"]), _tableau(VUES), VUES, {"rpps": "1"}, "RPPS"
    ),
    "filtre par FINESS inconnu": lambda: t.filtre_applique(_tableau([]), _tableau(VUES), VUES, {"finess": "2"}, "F"),
    "filtre par type": lambda: t.filtre_applique(
        _tableau([v for v in VUES if v.type_code == _TYPES[1]]), _tableau(VUES), VUES, {"type_code": _TYPES[1]}, "type"
    ),
    "types extraits": lambda: extraction_tableau.types_extraits(_TYPEES, VUES),
    "types extraits, lignes d'autres documents": lambda: extraction_tableau.types_extraits(
        [{"document_id": "ailleurs", "type_code": "x"}, *_TYPEES], VUES
    ),
    "INS qualifiée seule comptée": lambda: t.comptes_justes(
        {p: _qualifiees(tableau) for p, tableau in _tableaux().items()},
        [v for v in VUES if v.ins_qualifiee],
        AUJOURD_HUI,
    )[:3],
    "échecs": lambda: t.echecs_comptes(_tableau(VUES), VUES),
    "échecs dans la seule extraction": lambda: t.echecs_comptes({}, VUES, "mois", _LIGNES),
    "extraction sans les échecs": lambda: extraction_tableau.extraction_juste(
        [e for e in _LIGNES if e["reussi"]], _CSV, _DOC, VUES
    ),
    "extraction": lambda: extraction_tableau.extraction_juste(_LIGNES, _CSV, _DOC, VUES),
    "extraction en cp1252": lambda: extraction_tableau.extraction_juste(
        _LIGNES, "document\tcanal\tétat\n".encode("cp1252"), "document, canal, état", VUES
    ),
}
MANQUEMENTS: dict[str, tuple[str, Exemple]] = {
    "total faux": (
        "TBB-COMPTE-01",
        lambda: t.comptes_justes(_change("mois_courant", "dmp", "total", 2), VUES, AUJOURD_HUI),
    ),
    "INS confondues": (
        "TBB-COMPTE-01",
        lambda: t.comptes_justes(
            _change("annee_courante", "mss_professionnel", "ins_non_qualifiee", 0), VUES, AUJOURD_HUI
        ),
    ),
    "canal absent": (
        "TBB-COMPTE-01",
        lambda: t.comptes_justes(
            {p: {c: v for c, v in tab.items() if c != "mss_patient"} for p, tab in _tableaux().items()},
            VUES,
            AUJOURD_HUI,
        ),
    ),
    "dossiers faux": (
        "TBB-DOSSIER-01",
        lambda: t.dossiers_justes(_change("annee_courante", "dossiers", "trois", 5), VUES, AUJOURD_HUI),
    ),
    "filtre ignoré": (
        "TBB-FILTRE-01",
        lambda: t.filtre_applique(_tableau(VUES), _tableau(VUES), VUES, {"finess": "2"}, "FINESS"),
    ),
    "filtre par type ignoré": (
        "TBB-TYPE-01",
        lambda: t.filtre_applique(_tableau(VUES), _tableau(VUES), VUES, {"type_code": _TYPES[1]}, "type"),
    ),
    "un type extrait faux": (
        "TBB-EXTRAIT-03",
        lambda: extraction_tableau.types_extraits([{**_TYPEES[0], "type_code": _TYPES[1]}, *_TYPEES[1:]], VUES),
    ),
    "un type extrait faux, un autre tu": (
        "TBB-EXTRAIT-03",
        lambda: extraction_tableau.types_extraits(
            [{**_TYPEES[0], "type_code": _TYPES[1]}, {**_TYPEES[1], "type_code": None}], VUES
        ),
    ),
    "INS non qualifiée comptée avec les autres": (
        "TBB-COMPTE-01",
        lambda: t.comptes_justes(
            {
                p: _qualifiees(_tableau(de_la_periode([replace(v, ins_qualifiee=True) for v in VUES], p)))
                for p in chiffres_transmissions.PERIODES
            },
            [v for v in VUES if v.ins_qualifiee],
            AUJOURD_HUI,
        ),
    ),
    "échecs absents": ("TBB-ECHEC-01", lambda: t.echecs_comptes({}, VUES)),
    "échecs nulle part": (
        "TBB-ECHEC-01",
        lambda: t.echecs_comptes({}, VUES, "mois", [e for e in _LIGNES if e["reussi"]]),
    ),
    "échecs extraits, zéro montré": (
        "TBB-ECHEC-01",
        lambda: t.echecs_comptes(_tableau([v for v in VUES if v.reussie]), VUES, "mois", _LIGNES),
    ),
    "échec dit réussi": (
        "TBB-EXTRAIT-01",
        lambda: extraction_tableau.extraction_juste([e | {"reussi": True} for e in _LIGNES], _CSV, _DOC, VUES),
    ),
    "échecs à zéro": ("TBB-ECHEC-01", lambda: t.echecs_comptes(_tableau([v for v in VUES if v.reussie]), VUES)),
    "extraction partielle": (
        "TBB-EXTRAIT-01",
        lambda: extraction_tableau.extraction_juste(_LIGNES[1:], _CSV, _DOC, VUES),
    ),
    "extraction vide": ("TBB-EXTRAIT-01", lambda: extraction_tableau.extraction_juste([], b"", _DOC, VUES)),
    "issue fausse": (
        "TBB-EXTRAIT-01",
        lambda: extraction_tableau.extraction_juste([*_LIGNES[1:], {**_LIGNES[0], "reussi": False}], _CSV, _DOC, VUES),
    ),
    "colonne tue": (
        "TBB-EXTRAIT-02",
        lambda: extraction_tableau.extraction_juste(_LIGNES, _CSV, "document, canal", VUES),
    ),
    "sans documentation": ("TBB-EXTRAIT-02", lambda: extraction_tableau.extraction_juste(_LIGNES, _CSV, " ", VUES)),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Les chiffres justes, et leurs lectures légitimes, ne donnent que des constats conformes."""
    assert {c.verdict for c in en_liste(CONFORMES[nom]())} == {Verdict.CONFORME}


@pytest.mark.parametrize("nom", MANQUEMENTS)
def test_manquement(nom: str) -> None:
    """Chaque manquement est pris par sa règle, et par elle seule."""
    code, exemple = MANQUEMENTS[nom]
    assert {c.code for c in en_liste(exemple()) if c.verdict is Verdict.NON_CONFORME} == {code}


def test_periodes_confondues() -> None:
    """Le même tableau pour les trois périodes : chiffres faux, et périodes non distinguées."""
    [meme] = [_tableaux()["annee_courante"]]
    constats = t.comptes_justes(dict.fromkeys(chiffres_transmissions.PERIODES, meme), VUES, AUJOURD_HUI)
    assert {c.code for c in constats if c.verdict is Verdict.NON_CONFORME} == {"TBB-COMPTE-01", "TBB-PERIODE-01"}


def test_a_la_date_d_envoi() -> None:
    """Compter à la date d'envoi est légitime ; les périodes restent à montrer, car tout est parti aujourd'hui."""
    constats = t.comptes_justes(_tableaux("envoi"), VUES, AUJOURD_HUI)
    assert [c.code for c in constats if c.verdict is Verdict.A_VERIFIER] == ["TBB-PERIODE-01"]
    assert not [c for c in constats if c.verdict is Verdict.NON_CONFORME]


@pytest.mark.parametrize(
    "exemple",
    [
        lambda: t.comptes_justes(_tableaux(), [], AUJOURD_HUI)[0],
        lambda: t.filtre_applique(_tableau(VUES), _tableau(VUES), VUES, {"finess": "1"}, "FINESS"),
        lambda: t.echecs_comptes(_tableau([]), [v for v in VUES if v.reussie])[0],
        lambda: t.filtre_applique(_tableau(VUES[:1]), _tableau(VUES[:1]), VUES[:1], {"type_code": _TYPES[0]}, "type"),
        lambda: extraction_tableau.types_extraits([], VUES),
    ],
)
def test_non_concluant(exemple: Callable[[], Constat]) -> None:
    """Rien à comparer : rien n'est prouvé."""
    assert exemple().verdict is Verdict.NON_CONCLUANT


@pytest.mark.parametrize("fichier", [b"PK\x03\x04\xff", b"un seul mot\n"])
def test_extraction_illisible(fichier: bytes) -> None:
    """Un format que le banc ne lit pas revient à une personne."""
    assert {c.verdict for c in extraction_tableau.extraction_juste(None, fichier, _DOC, VUES)} == {Verdict.A_VERIFIER}
    assert {c.verdict for c in t.echecs_comptes({}, VUES, "mois", None)} == {Verdict.A_VERIFIER}


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_periodes_de_janvier_a_decembre(jour: date) -> None:
    """Quel que soit le jour où l'on joue, des chiffres justes ne sont jamais dits faux."""
    vues = _transmissions(jour)
    tableaux = {
        p: _tableau(chiffres_transmissions.de_la_periode(vues, p, "acte", jour))
        for p in chiffres_transmissions.PERIODES
    }
    assert not [c for c in t.comptes_justes(tableaux, vues, jour) if c.verdict is Verdict.NON_CONFORME]


def test_volume_reduit() -> None:
    """Un dixième du volume demandé ne vaut pas le scénario : à vérifier, jamais conforme."""
    assert t.volume_joue(1, 10, "comptes rendus par mois").verdict is Verdict.A_VERIFIER


def test_filtre_par_rpps_sans_effet() -> None:
    """« Si pertinent » : sans ce filtre, une personne dit pourquoi."""
    constat = t.filtre_applique(_tableau(VUES), _tableau(VUES), VUES, {"rpps": "1"}, "RPPS")
    assert constat.verdict is Verdict.A_VERIFIER


def test_types_extraits_a_regarder() -> None:
    """Un type que l'adaptateur ne rend pas se montre à une personne."""
    lignes = [{**_TYPEES[0], "type_code": None}, *_TYPEES[1:]]
    assert extraction_tableau.types_extraits(lignes, VUES).verdict is Verdict.A_VERIFIER


def test_tableau_sans_canal_qualifie() -> None:
    """Un canal absent, ou sans INS qualifiée, reste absent : il ne devient pas zéro."""
    reduit = _qualifiees({"dmp": {"total": 3}, "mss_patient": None})
    assert chiffres_transmissions.chiffres_montres(reduit)["dmp"] == (-1, -1, 0)
    assert chiffres_transmissions.chiffres_montres(reduit)["mss_patient"] == (-1, -1, -1)


def test_apport_du_scenario() -> None:
    """Ce qui était compté avant ne compte pas ; ce qui manque reste absent, jamais négatif ni nul."""
    avant, apres = _tableau(VUES[:4]), _tableau(VUES)
    assert chiffres_transmissions.apport(apres, {}) == apres
    assert chiffres_transmissions.apport(apres, apres)["dmp"] == {
        "total": 0,
        "ins_qualifiee": 0,
        "ins_non_qualifiee": 0,
        "echecs": 0,
    }
    assert chiffres_transmissions.apport(apres, avant)["dmp"]["total"] == apres["dmp"]["total"] - avant["dmp"]["total"]
    assert chiffres_transmissions.apport({"dmp": {"total": None}}, avant) == {"dmp": {"total": None}}
