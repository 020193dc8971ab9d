"""Fichiers, dossiers, motifs, liens : ce que les arguments désignent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from steps.controle.lots_sources import enumerer
from steps.controle.motifs import exclut, lire_motif
from steps.controle.recherche_fichiers import RienTrouve, parcourir, trouver


@pytest.fixture
def arbre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """a.xml, sous/b.xml, sous/c.pdf, sous/fond/d.xml, un fichier caché, un lien en boucle, un lien cassé."""
    (tmp_path / "sous" / "fond").mkdir(parents=True)
    for nom in ("a.xml", "sous/b.xml", "sous/c.pdf", "sous/fond/d.xml", ".cache.xml", "[x].xml"):
        (tmp_path / nom).write_text(nom, encoding="utf-8")
    (tmp_path / "sous" / "boucle").symlink_to(tmp_path / "sous")
    (tmp_path / "sous" / "fond" / "lui-meme").symlink_to("lui-meme")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _noms(*arguments: str, exclus: tuple[str, ...] = ()) -> list[str]:
    return [tache.fichier for tache in trouver(arguments, exclus, 1000)]


def test_dossier_recursif_sans_boucle(arbre: Path) -> None:
    """Un dossier donne ses fichiers une fois, triés, fichiers cachés exclus, liens en boucle vus une fois."""
    attendus = ["[x].xml", "a.xml", "sous/b.xml", "sous/c.pdf", "sous/fond/d.xml", "sous/fond/lui-meme"]
    assert _noms(".") == [f"./{nom}" for nom in attendus]
    assert _noms(str(arbre)) == [f"{arbre}/{nom}" for nom in attendus]
    assert sorted(relatif for relatif, _ in parcourir(str(arbre), ordonne=False)) == attendus


@pytest.mark.parametrize(
    ("motif", "attendus"),
    [
        ("*.xml", ["[x].xml", "a.xml"]),
        ("**/*.xml", ["[x].xml", "a.xml", "sous/b.xml", "sous/fond/d.xml"]),
        ("sous/**", ["sous/b.xml", "sous/c.pdf", "sous/fond/d.xml", "sous/fond/lui-meme"]),
        ("sous/*", ["sous/b.xml", "sous/c.pdf"]),
        ("./s?us/*.[px]*", ["./sous/b.xml", "./sous/c.pdf"]),
        ("sous/[!c]*", ["sous/b.xml"]),
        ("[x].xml", ["[x].xml"]),
    ],
)
def test_motifs(arbre: Path, motif: str, attendus: list[str]) -> None:
    """Les motifs que le shell n'a pas étendus valent ; un fichier dont c'est le nom l'emporte."""
    del arbre
    assert _noms(motif) == attendus


def test_motif_absolu(arbre: Path) -> None:
    """Un motif absolu garde son chemin."""
    assert _noms(f"{arbre}/**/d.xml") == [f"{arbre}/sous/fond/d.xml"]


def test_exclusions_et_doublons(arbre: Path) -> None:
    """--exclure écarte noms et dossiers ; un fichier désigné deux fois n'est jugé qu'une."""
    del arbre
    assert _noms(".", exclus=("fond", "*.pdf", "[[]x*")) == ["./a.xml", "./sous/b.xml"]
    assert _noms("a.xml", "./a.xml", "*.xml") == ["a.xml", "[x].xml"]
    assert exclut(("sous/*.pdf",), "sous/c.pdf")
    assert not exclut(("sous/*.pdf",), "sous/c.xml")


def test_rien_trouve(arbre: Path) -> None:
    """Rien du tout est une erreur d'usage ; un manque à côté d'un fichier est un résultat non concluant."""
    (arbre / "vide").mkdir()
    with pytest.raises(RienTrouve, match=r"absent.xml, \*.rien, vide"):
        trouver(["absent.xml", "*.rien", "vide"], (), 1000)
    taches = trouver(["absent.xml", "a.xml"], (), 1000)
    assert [(t.fichier, t.refus is None) for t in taches] == [("absent.xml", False), ("a.xml", True)]


def test_segment_double_etoile() -> None:
    """`**` vaut aussi zéro dossier, et ne traverse un « / » que seul dans son segment."""
    motif = lire_motif("r/**/f.xml")
    assert (motif.racine, motif.profondeur) == ("r", None)
    assert motif.retient("f.xml")
    assert motif.retient("a/b/f.xml")
    assert not lire_motif("r/a**b").retient("a/b")


def test_noms_qui_ne_sont_pas_de_l_utf8(arbre: Path) -> None:
    """Un nom fait d'octets quelconques est trouvé et reste ouvrable."""
    Path(os.fsdecode(os.fsencode(arbre) + b"/n\xff.xml")).write_bytes(b"x")
    assert any("\udcff" in nom for nom in _noms("."))


def test_enumeration_des_lots(arbre: Path) -> None:
    """Les lots voient les mêmes fichiers, avec taille et date ; file:// et memory:// passent par fsspec."""
    import fsspec

    locaux = {element.chemin: element.taille for element in enumerer(["**/*.xml"], ())}
    assert locaux == {"[x].xml": 7, "a.xml": 5, "sous/b.xml": 10, "sous/fond/d.xml": 15}
    distants = {e.chemin.rpartition("/")[2] for e in enumerer([f"file://{arbre}/sous/**/*.xml"], ("fond",))}
    assert "b.xml" in distants
    memoire = fsspec.filesystem("memory")
    memoire.pipe("/lot/x/1.xml", b"un")
    memoire.pipe("/lot/2.xml", b"deux")
    try:
        trouves = sorted((e.chemin, e.taille, bool(e.marque)) for e in enumerer(["memory://lot"], ()))
        assert trouves == [("memory:///lot/2.xml", 4, True), ("memory:///lot/x/1.xml", 2, True)]
        assert [e.chemin for e in enumerer(["memory://lot/*.xml"], ())] == ["memory:///lot/2.xml"]
    finally:
        memoire.rm("/lot", recursive=True)
