"""Rangement des pièces : noms sûrs et distincts, empreintes, types réels."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.preuves import controler_pieces, ecrire_index, nom_de_dossier, nom_de_fichier, ranger_piece, type_reel
from reports.resultat import EtatPreuve, PieceJointe, PreuveProduite
from reports.verdict import Verdict
from tests.reports.fabrique import exigence, resultat

_RESERVES = {"con", "prn", "aux", "nul", *(f"{nom}{n}" for nom in ("com", "lpt") for n in range(10))}


def _sur(nom: str) -> bool:
    return (
        0 < len(nom) <= 120
        and nom.isascii()
        and not set(nom) & set('<>:"/\\|?* ')
        and nom.isprintable()
        and nom not in (".", "..")
        and not nom.endswith((".", " "))
        and nom.split(".")[0].lower() not in _RESERVES
    )


@pytest.mark.parametrize(
    ("numero", "dossier"),
    [
        ("INS/va1.01.01.01", "INS_va1.01.01.01"),
        ("MSS/CONF.25.01.02", "MSS_CONF.25.01.02"),
        ("SGL.ORDN/CONF.01p", "SGL.ORDN_CONF.01p"),
        ("DB.VI-CS.31.01", "DB.VI-CS.31.01"),
        ("39.01.01", "39.01.01"),
    ],
)
def test_numero_ordinaire_lisible(numero: str, dossier: str) -> None:
    """Un numéro ordinaire se lit encore dans le nom de son dossier."""
    assert nom_de_dossier(numero) == dossier


@given(st.text(max_size=200), st.text(max_size=200))
@example("A/B.01", "A_B.01")
@example("ApCV/va1.01.01", "APCV/va1.01.01")
@example("", ".")
@example("CON.01", "con.01")
@example("../../etc", "..")
def test_dossiers_distincts_et_surs(un: str, autre: str) -> None:
    """Deux numéros distincts ont deux dossiers, même sans casse ; aucun ne sort ni ne gêne Windows."""
    assert _sur(nom_de_dossier(un))
    if un != autre:
        assert nom_de_dossier(un).lower() != nom_de_dossier(autre).lower()


@given(st.text(max_size=300))
@example("..\\..\\windows\\system32\\cmd.exe")
@example("/etc/passwd")
@example("nul.txt")
@example("capture d'écran n°1.PNG")
@example("x" * 300 + ".xml")
def test_nom_de_fichier_sur(nom: str) -> None:
    """Un nom de fichier reçu ne sort jamais de son dossier et vaut sur tout système."""
    assert _sur(nom_de_fichier(nom))


def test_ranger(tmp_path: Path) -> None:
    """Une pièce rangée porte l'empreinte, la taille et le type de ses octets, pas de son extension."""
    piece = ranger_piece(tmp_path, "INS/va1.01.01.01", "capture.txt", b"\x89PNG\r\n\x1a\nreste", "écran")
    assert piece.chemin == "preuves/INS_va1.01.01.01/capture.txt"
    assert piece.type == "image/png"
    assert piece.description == "écran"
    assert piece.taille == 13
    assert hashlib.sha256((tmp_path / piece.chemin).read_bytes()).hexdigest() == piece.sha256


def test_ranger_deux_contenus_un_nom(tmp_path: Path) -> None:
    """Deux contenus sous un même nom donnent deux fichiers ; le même contenu n'est rangé qu'une fois."""
    un = ranger_piece(tmp_path, "SSI/IAM.80.03", "a.xml", b"<a/>")
    deux = ranger_piece(tmp_path, "SSI/IAM.80.03", "a.xml", b"<b/>")
    encore = ranger_piece(tmp_path, "SSI/IAM.80.03", "a.xml", b"<a/>")
    assert un == encore
    assert deux.chemin.endswith("a-2.xml")
    assert len(list((tmp_path / "preuves").rglob("*.xml"))) == 2


@pytest.mark.parametrize("lier", [False, True])
def test_ranger_un_fichier(tmp_path: Path, lier: bool) -> None:
    """Un fichier est copié, ou lié sur demande ; une copie ne suit pas les changements de l'original."""
    source = tmp_path / "source.pdf"
    source.write_bytes(b"%PDF-1.7\n")
    piece = ranger_piece(tmp_path / "camp", "DMP/CONF.01.01.01", source.name, source, lier=lier)
    assert piece.type == "application/pdf"
    range_ = tmp_path / "camp" / piece.chemin
    assert range_.samefile(source) is lier
    assert range_.read_bytes() == b"%PDF-1.7\n"


@pytest.mark.parametrize(
    ("octets", "attendu"),
    [
        (b"%PDF-1.4", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"PK\x03\x04....", "application/zip"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        ("\ufeff<ClinicalDocument/>".encode(), "application/xml"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b'{"a": 1}', "application/json"),
        (b"MSH|^~\\&|", "application/hl7-v2"),
        ("journal d'été".encode(), "text/plain"),
        ("é".encode() * 256 + b"\xc3", "text/plain"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"\xff\xfe\x00", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_type_reel(octets: bytes, attendu: str) -> None:
    """Le type vient des premiers octets."""
    assert type_reel(octets[:512]) == attendu


def test_controle(tmp_path: Path) -> None:
    """Une pièce changée, absente ou hors du dossier est signalée ; une pièce intacte ne l'est pas."""
    bonne = ranger_piece(tmp_path, "A.01", "a.txt", b"un")
    changee = ranger_piece(tmp_path, "A.01", "b.txt", b"deux")
    (tmp_path / changee.chemin).write_bytes(b"trois")
    absente = PieceJointe("preuves/A.01/c.txt", "0" * 64, 1, "text/plain")
    dehors = PieceJointe("../dehors.txt", "0" * 64, 1, "text/plain")
    assert controler_pieces(tmp_path, [bonne]) == []
    ecarts = controler_pieces(tmp_path, [changee, absente, dehors])
    assert [motif in ecart for motif, ecart in zip(("attendue", "absent", "hors du"), ecarts, strict=True)] == [
        True
    ] * 3


def test_index(tmp_path: Path) -> None:
    """L'index relie chaque preuve à son scénario et ses fichiers ; les empreintes se vérifient avec sha256sum."""
    ex = exigence("INS/va1.01")
    piece = ranger_piece(tmp_path, "INS/va1.01.01.01", "a.xml", b"<a/>")
    mauvaise = PieceJointe("preuves/x\n0000  y", "0" * 64, 1, "text/plain")
    fait = resultat(ex, ex.scenarios[0], Verdict.CONFORME)
    preuves = (
        PreuveProduite("INS/va1.01.01.01", "", EtatPreuve.PRODUITE, (), (piece, mauvaise)),
        PreuveProduite("", "", EtatPreuve.A_APPORTER),
    )
    fait = type(fait).depuis_dict({**fait.en_dict(), "preuves": [preuve.en_dict() for preuve in preuves]})
    index, empreintes = ecrire_index(tmp_path, [fait])
    entrees = json.loads(index.read_text(encoding="utf-8"))["preuves"]
    assert [(entree["preuve"], entree["dossier"]) for entree in entrees] == [
        ("INS/va1.01.01.01", "preuves/INS_va1.01.01.01"),
        ("", None),
    ]
    assert empreintes.read_text() == f"{piece.sha256}  INS_va1.01.01.01/a.xml\n"


def test_sha256sum(tmp_path: Path) -> None:
    """L'outil du système, qui n'est pas le nôtre, accepte la liste d'empreintes."""
    if not Path("/usr/bin/sha256sum").exists():
        pytest.skip("sha256sum absent de ce poste")
    ex = exigence("INS/va1.01")
    fait = resultat(ex, ex.scenarios[0], Verdict.CONFORME)
    piece = ranger_piece(tmp_path, "INS/va1.01.01.01", "a b.xml", b"<a/>")
    preuve = PreuveProduite("INS/va1.01.01.01", "", EtatPreuve.PRODUITE, (), (piece,))
    fait = type(fait).depuis_dict({**fait.en_dict(), "preuves": [preuve.en_dict()]})
    _, empreintes = ecrire_index(tmp_path, [fait])
    subprocess.run(["/usr/bin/sha256sum", "-c", "--strict", empreintes.name], cwd=empreintes.parent, check=True)
