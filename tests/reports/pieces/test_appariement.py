"""D'un dossier de pièces aux preuves : noms, sous-dossiers, table ; jamais la mauvaise preuve."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.pieces.appariement import Appariement, Noms, TableIllisible, apparier, lire_table
from reports.preuves import nom_de_dossier
from requirements.catalogue import Catalogue, charger

_PREUVES = charger("biologie").preuves
_UNE, _DEUX = "INS/va1.01.01.01", "DOC/va1.19.01.01"
_NOMS = Noms(_PREUVES)
_REPERES = [preuve.repere for preuve in _PREUVES]
_SUITES = st.sampled_from(
    ["", ".png", "-2.png", "_écran final.png", " (3).jpg", "~1.pdf", "/a.png", "/sous/b 1.pdf", ".PNG"]
)


def _ecrire(dossier: Path, *noms: str) -> None:
    for nom in noms:
        chemin = dossier / nom
        chemin.parent.mkdir(parents=True, exist_ok=True)
        chemin.write_bytes(b"x")


def _lus(trouve: Appariement, dossier: Path) -> dict[str, str]:
    return {p.fichier.relative_to(dossier).as_posix(): p.preuve for p in trouve.pieces if p.fichier is not None}


@given(st.sampled_from(_REPERES), _SUITES)
def test_nom_ecrit_par_le_banc(repere: str, suite: str) -> None:
    """Tout N° de preuve, écrit comme le banc nomme ses dossiers, se retrouve quoi qui le suive."""
    assert _NOMS.preuve(tuple((nom_de_dossier(repere) + suite).split("/"))) == repere


@given(st.sampled_from(_REPERES), _SUITES)
def test_nom_en_sous_dossiers(repere: str, suite: str) -> None:
    """Un numéro dont chaque « / » est un sous-dossier se retrouve, casse comprise."""
    assert _NOMS.preuve(tuple((repere.lower() + suite).split("/"))) == repere


@given(st.sampled_from(_REPERES), st.sampled_from(["1", "a", ".9", ".01", "x.png"]))
def test_numero_prolonge(repere: str, suite: str) -> None:
    """Un numéro que des chiffres ou des lettres prolongent n'est pas ce numéro."""
    trouve = _NOMS.preuve((nom_de_dossier(repere) + suite,))
    assert trouve != repere


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=3))
def test_noms_quelconques(parties: list[str]) -> None:
    """Un nom quelconque donne une preuve dont il porte le numéro au début, ou rien, et dit pourquoi."""
    trouve = _NOMS.preuve(tuple(parties))
    if trouve:
        assert "_".join(parties).casefold().startswith(nom_de_dossier(trouve).casefold()[:3])
    else:
        assert _NOMS.pourquoi(tuple(parties))


def test_dossier(tmp_path: Path, biologie: Catalogue) -> None:
    """Fichiers, sous-dossiers, métadonnées et restes de système : chacun à sa place, l'inconnu signalé."""
    _ecrire(
        tmp_path,
        "INS_va1.01.01.01.png",
        "INS_va1.01.01.01 étape 2.png",
        "INS/va1.02.01.01/écran.png",
        "DMP_va1.02.01.01.pdf",
        "DMP_va1.02.01.01.pdf.meta.yaml",
        "INS_va1.01.01.png",
        "notes.txt",
        "Thumbs.db",
        ".cache/INS_va1.01.01.01.png",
        "~$INS_va1.01.01.01.docx",
    )
    (tmp_path / "INS_va1.01.01.01-lien.png").symlink_to("/etc/hostname")
    trouve = apparier(tmp_path, biologie.preuves)
    assert _lus(trouve, tmp_path) == {
        "INS_va1.01.01.01.png": "INS/va1.01.01.01",
        "INS_va1.01.01.01 étape 2.png": "INS/va1.01.01.01",
        "INS/va1.02.01.01/écran.png": "INS/va1.02.01.01",
        "DMP_va1.02.01.01.pdf": "DMP/va1.02.01.01",
    }
    raisons = {chemin.name: raison for chemin, raison in trouve.orphelins.items()}
    assert set(raisons) == {"INS_va1.01.01.png", "notes.txt"}
    assert "attendu l'un de : INS/va1.01.01.01" in raisons["INS_va1.01.01.png"]


@pytest.mark.parametrize(
    ("nom", "texte"),
    [
        ("t.csv", "preuve;fichier;par\nINS/va1.01.01.01;a b.png;Éva\nDOC/va1.19.01.01;b.txt;\n"),
        ("t.csv", "\ufeffPreuve,Fichier,Par\r\nINS/va1.01.01.01,a b.png,Éva\r\nDOC/va1.19.01.01,b.txt,\r\n\r\n"),
        ("t.csv", 'preuve\tfichier\tpar\n"INS/va1.01.01.01"\ta b.png\tÉva\nDOC/va1.19.01.01\tb.txt\t\n'),
        ("t.yaml", f"- {{preuve: {_UNE}, fichier: a b.png, par: Éva}}\n- {{preuve: {_DEUX}, fichier: b.txt}}\n"),
        ("t.json", f'{{"{_UNE}": {{"fichier": "a b.png", "par": "Éva"}}, "{_DEUX}": "b.txt"}}'),
    ],
)  # fmt: skip
def test_table(nom: str, texte: str, tmp_path: Path, biologie: Catalogue) -> None:
    """Une table a le premier mot sur les fichiers qu'elle cite ; les autres vont par leur nom."""
    _ecrire(tmp_path, "a b.png", "b.txt", "INS_va1.02.01.01.png")
    (tmp_path / nom).write_text(texte, encoding="utf-8")
    trouve = apparier(tmp_path, biologie.preuves, tmp_path / nom)
    assert _lus(trouve, tmp_path) == {
        "a b.png": "INS/va1.01.01.01",
        "b.txt": "DOC/va1.19.01.01",
        "INS_va1.02.01.01.png": "INS/va1.02.01.01",
    }
    assert [piece.par for piece in trouve.pieces] == ["Éva", "", ""]
    assert not trouve.orphelins


def test_table_courte_et_riche(tmp_path: Path) -> None:
    """La forme courte du YAML, un lien, des métadonnées d'attestation."""
    _ecrire(tmp_path, "a.png", "b.png", "h.pdf")
    table = tmp_path / "t.yaml"
    table.write_text(
        "INS/va1.01.01.01: [a.png, b.png]\n"
        "DMP/va1.02.01.01: {fichier: h.pdf, numero: HOM-12, date: 2026-03-01}\n"
        "DOC/va1.19.01.01: {lien: 'https://interop.esante.gouv.fr/r/1'}\n",
        encoding="utf-8",
    )
    pieces = lire_table(table, tmp_path)
    assert [piece.preuve for piece in pieces] == ["INS/va1.01.01.01"] * 2 + ["DMP/va1.02.01.01", "DOC/va1.19.01.01"]
    assert pieces[2].meta == {"numero": "HOM-12", "date": "2026-03-01"}
    assert (pieces[3].lien, pieces[3].fichier, pieces[3].nom) == (
        "https://interop.esante.gouv.fr/r/1",
        None,
        "lien.url.json",
    )


@pytest.mark.parametrize(
    ("nom", "texte", "dit"),
    [
        ("t.csv", "preuve;document\nA;b\n", "colonne inconnue : document"),
        ("t.csv", "preuve;fichier\nINS/va1.01.01.01\n", "ligne 2 : attendu 2 colonnes"),
        ("t.csv", "preuve;fichier\n;a.png\n", "ligne 2 : attendu un N° de preuve"),
        ("t.csv", "preuve;fichier;lien\nA;a.png;12\n", "soit un fichier, soit un lien"),
        ("t.csv", "preuve;fichier\nA;absent.png\n", "absent.png n'est pas dans"),
        ("t.csv", "preuve;fichier\nA;../dehors.png\n", "hors du dossier"),
        ("t.csv", "preuve;fichier\nA;/etc/passwd\n", "hors du dossier"),
        ("t.yaml", "a: [b\n", "YAML mal formé"),
        ("t.yaml", "texte", "attendu une liste"),
        ("t.yaml", "- [a, b]", "attendu une liste"),
        ("t.yaml", "- {preuve: A, piece: b}", "colonne inconnue : piece"),
    ],
)
def test_table_refusee(nom: str, texte: str, dit: str, tmp_path: Path) -> None:
    """Une table mal faite est refusée, ligne et attendu dits ; rien ne se lit hors du dossier."""
    (tmp_path / nom).write_text(texte, encoding="utf-8")
    with pytest.raises(TableIllisible, match=dit):
        lire_table(tmp_path / nom, tmp_path)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120), st.sampled_from(["t.csv", "t.yaml", "t.json"]))
def test_table_quelconque(tmp_path: Path, texte: str, nom: str) -> None:
    """Un texte quelconque donne une table ou un refus en français, jamais une autre exception."""
    dossier = tmp_path / "d"
    dossier.mkdir(exist_ok=True)
    (dossier / nom).write_bytes(texte.encode("utf-8", "surrogatepass"))
    try:
        lire_table(dossier / nom, dossier)
    except TableIllisible as erreur:
        assert nom in str(erreur)
    shutil.rmtree(dossier)
