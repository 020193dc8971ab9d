"""Documents, messages, traces, exports, archives : ouverts et lus, ou refusés en disant pourquoi."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from reports.pieces.atelier import Atelier
from reports.pieces.examen import examiner_piece
from reports.pieces.modele import Contexte, PieceExaminee, PieceRefusee
from requirements.modele import TypePiece as T
from tests.reports.pieces import fichiers

_REEL = "1.2.250.1.213.1.4.8"
_COURRIEL = b"From: a@b.fr\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nSubject: CR\r\n\r\nCorps du message\r\n"
_HL7 = b"MSH|^~\\&|LABO|SITE|DEST|SITE|20261122100000||ORU^R01|1|P|2.5\rPID|1||X\r"


def _examiner(octets: bytes, nom: str, genre: T) -> PieceExaminee | PieceRefusee:
    return examiner_piece(octets, (genre,), Contexte(nom=nom))


def _xlsx(valeur: str = "x") -> bytes:
    classeur = openpyxl.Workbook()
    classeur.active["A1"] = valeur  # type: ignore[index]  # un classeur neuf a une feuille
    tampon = io.BytesIO()
    classeur.save(tampon)
    return tampon.getvalue()


def _odt(contenu: bytes = b"<office:document-content xmlns:office='o'>Texte</office:document-content>") -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as zip_:
        zip_.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        zip_.writestr("content.xml", contenu)
    return tampon.getvalue()


def _pdf_a_script() -> bytes:
    with pikepdf.open(io.BytesIO(fichiers.pdf())) as pdf:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.Root.OpenAction = pdf.make_indirect(action)
        tampon = io.BytesIO()
        pdf.save(tampon)
    return tampon.getvalue()


def _pdf_sans_page() -> bytes:
    tampon = io.BytesIO()
    pikepdf.new().save(tampon)
    return tampon.getvalue()


def _docx_sans_corps() -> bytes:
    return fichiers.docx().replace(b"word/document.xml", b"word/documenX.xml")


def _bombe_zip() -> bytes:
    return fichiers.archive({"a.txt": bytes(80_000_000)})


@pytest.mark.parametrize(
    ("octets", "nom", "genre", "details"),
    [
        (fichiers.pdf(pages=3), "a.pdf", T.DOCUMENT, {"pages": 3}),
        (fichiers.pdf(), "a.pdf", T.EXPORT, {"pages": 1}),
        (fichiers.pdf(image_=fichiers.image()), "captures.pdf", T.CAPTURE, {"pages": 1}),
        (fichiers.docx(), "a.docx", T.DOCUMENT, {"caracteres": 12}),
        (fichiers.docx(autres={"word/media/image1.png": fichiers.image()}), "a.docx", T.CAPTURE, {"images": 1}),
        (_xlsx(), "a.xlsx", T.EXPORT, {"images": 0}),
        (_odt(), "a.odt", T.DOCUMENT, {"caracteres": 5}),
        (fichiers.cda(), "cr.xml", T.FICHIER_CDA, {"cda": True, "titre": "Compte rendu de biologie"}),
        (fichiers.archive({"IHE_XDM/SUBSET01/METADATA.XML": b"<a/>"}), "IHE_XDM.ZIP", T.FICHIER_CDA, {"xdm": True}),
        (b"<a><b/></a>", "m.xml", T.MESSAGE, {"racine": "a"}),
        (_COURRIEL, "m.eml", T.MESSAGE, {"objet": "CR", "parties": 1}),
        (_HL7, "m.hl7", T.MESSAGE, {"messages": 1, "types": ["ORU^R01"]}),
        (b"\x0b" + _HL7 + b"\x1c\r", "m.txt", T.MESSAGE, {"messages": 1}),
        (b'{"a": 1, "b": 2}', "e.json", T.EXPORT, {"elements": 2}),
        (b'{"a": 1}\n{"a": 2}\n', "e.jsonl", T.TRACE, {"lignes": 2}),
        ("heure;qui\n10:00;Éva\n".encode("cp1252"), "t.csv", T.TRACE, {"colonnes": 2, "encodage": "cp1252"}),
        ("trace é\r\n".encode("utf-16"), "t.log", T.TRACE, {"lignes": 1, "encodage": "utf-16"}),
        (fichiers.archive({"a.csv": b"a;b"}), "e.zip", T.EXPORT, {"fichiers": 1}),
    ],
)  # fmt: skip
def test_accepte(octets: bytes, nom: str, genre: T, details: dict[str, object]) -> None:
    """Chaque forme admise entre, avec ce que l'examen y a lu."""
    rendu = _examiner(octets, nom, genre)
    assert isinstance(rendu, PieceExaminee), rendu
    assert rendu.genre is genre
    assert details.items() <= dict(rendu.details).items()


@pytest.mark.parametrize(
    ("octets", "nom", "genre", "code", "dit"),
    [
        (fichiers.pdf(encrypt="secret"), "a.pdf", T.DOCUMENT, "chiffre", "sans mot de passe"),
        (fichiers.pdf()[:200], "a.pdf", T.DOCUMENT, "illisible", "abîmé"),
        (_pdf_sans_page(), "a.pdf", T.DOCUMENT, "vide", "sans page"),
        (_pdf_a_script(), "a.pdf", T.DOCUMENT, "dangereux", "JavaScript"),
        (fichiers.pdf(), "a.pdf", T.CAPTURE, "format", "au moins une image"),
        (fichiers.docx(), "a.docx", T.CAPTURE, "format", "sans image"),
        (fichiers.docx(autres={"word/vbaProject.bin": b"x"}), "a.docx", T.DOCUMENT, "dangereux", "macro"),
        (fichiers.docx(texte=""), "a.docx", T.DOCUMENT, "vide", "sans texte ni image"),
        (_docx_sans_corps(), "a.docx", T.DOCUMENT, "illisible", "word/document.xml"),
        (_odt(b"<!DOCTYPE x [<!ENTITY e 'b'>]><x>&e;</x>"), "a.odt", T.DOCUMENT, "piege", "DOCTYPE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", T.DOCUMENT, "dangereux", "avant 2007"),
        (_bombe_zip(), "a.zip", T.EXPORT, "trop_grand", "rien n'a été décompressé"),
        (fichiers.archive({"../../x": b"a"}), "a.zip", T.EXPORT, "piege", "en sort"),
        (fichiers.archive({}), "a.zip", T.EXPORT, "vide", "archive vide"),
        (fichiers.archive({"a.txt": b"abc" * 900})[:-30], "a.zip", T.EXPORT, "illisible", "abîmé"),
        (fichiers.archive({"setup.exe": b"MZ" + bytes(200)}), "a.zip", T.EXPORT, "dangereux", "setup.exe"),
        (fichiers.archive({"a.xml": b"<a/>"}), "a.zip", T.FICHIER_CDA, "format", "METADATA.XML"),
        (b"<a/>", "a.xml", T.FICHIER_CDA, "format", "racine a"),
        (b"<a><b></a>", "a.xml", T.MESSAGE, "illisible", "syntaxe"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "a.xml", T.MESSAGE, "piege", "DOCTYPE"),
        (b'{"a": ', "a.json", T.EXPORT, "illisible", "syntaxe"),
        (b"[]", "a.json", T.EXPORT, "vide", "JSON vide"),
        (b"[" * 60_000, "a.json", T.EXPORT, "illisible", "syntaxe"),
        (b"   \n\n", "t.log", T.TRACE, "vide", "blancs"),
        (b"From: a@b.fr\r\nDate: x\r\n\r\n", "m.eml", T.MESSAGE, "vide", "en-têtes seuls"),
        (b"MSH|^~\\&|A\rPID|1\r", "m.hl7", T.MESSAGE, "illisible", "MSH"),
        (_HL7 + b"n'importe quoi\r", "m.hl7", T.MESSAGE, "illisible", "segment mal formé"),
        (b"texte" + bytes(range(1, 8)) * 20 + b"fin", "t.log", T.TRACE, "illisible", "caractères de commande"),
        (fichiers.image(), "a.png", T.TRACE, "format", "image PNG"),
        (b"\x1f\x8b\x08" + bytes(300), "t.log.gz", T.TRACE, "dangereux", "gzip"),
    ],
)  # fmt: skip
def test_refuse(octets: bytes, nom: str, genre: T, code: str, dit: str) -> None:
    """Chaque fichier piégé, abîmé, vide ou d'une autre forme est refusé, en le disant."""
    rendu = _examiner(octets, nom, genre)
    assert isinstance(rendu, PieceRefusee), rendu
    assert (rendu.code, dit in rendu.message) == (code, True), rendu


def test_zip_qui_ment_sur_sa_taille() -> None:
    """Une archive qui annonce moins qu'elle ne contient ne passe pas la borne pour autant."""
    octets = bytearray(fichiers.archive({"a.txt": bytes(5_000_000)}))
    central = octets.rfind(b"PK\x01\x02")
    octets[central + 24 : central + 28] = (10).to_bytes(4, "little")
    rendu = _examiner(bytes(octets), "a.zip", T.EXPORT)
    assert isinstance(rendu, PieceRefusee), rendu
    assert rendu.code == "illisible"


@pytest.mark.parametrize(
    ("octets", "nom", "genre"),
    [
        (f'<id root="{_REEL}" extension="279035121518989"/>'.encode(), "m.xml", T.MESSAGE),
        (f"{_REEL} 279035121518989".encode("utf-16"), "t.log", T.TRACE),
        (fichiers.docx(f"{_REEL} 279035121518989"), "a.docx", T.DOCUMENT),
        (fichiers.pdf(f"{_REEL} 279035121518989"), "a.pdf", T.DOCUMENT),
        (fichiers.archive({"x/m.txt": f"{_REEL} 279035121518989".encode()}), "a.zip", T.EXPORT),
    ],
)  # fmt: skip
def test_matricule_reel(octets: bytes, nom: str, genre: T) -> None:
    """Un matricule sous un OID de production qui n'est pas une identité de test n'entre pas, où qu'il soit."""
    rendu = _examiner(octets, nom, genre)
    assert isinstance(rendu, PieceRefusee), rendu
    assert rendu.code == "matricule_reel"
    assert "279035121518989" not in rendu.message
    permis = examiner_piece(octets, (genre,), Contexte(nom=nom, permis=frozenset({"2790351215189"})))
    assert isinstance(permis, PieceExaminee), permis


def test_genre_deduit() -> None:
    """Le genre se déduit du contenu parmi ceux que la preuve accepte ; un texte n'est jamais pris pour un lien."""
    admis = (T.LIEN_PLATEFORME, T.FICHIER_CDA, T.DOCUMENT)
    for octets, nom, attendu in (
        (fichiers.cda(), "a.xml", T.FICHIER_CDA),
        (fichiers.pdf(), "a.pdf", T.DOCUMENT),
        (b"https://interop.esante.gouv.fr/x", "a.txt", T.DOCUMENT),
    ):
        rendu = examiner_piece(octets, admis, Contexte(nom=nom))
        assert isinstance(rendu, PieceExaminee), rendu
        assert rendu.genre is attendu


def test_ouvrier_mort_ou_muet(tmp_path: Path) -> None:
    """Un ouvrier qui meurt ou s'éternise coûte un refus, pas la campagne ; l'examen suivant en relance un."""
    chemin = tmp_path / "a.png"
    chemin.write_bytes(fichiers.image())
    mort = Atelier((sys.executable, "-c", ""))
    rendu = examiner_piece(chemin, (T.CAPTURE,), Contexte(nom="a.png"), atelier=mort)
    assert isinstance(rendu, PieceRefusee) and rendu.code == "illisible"
    mort.fermer()
    muet = Atelier((sys.executable, "-c", "import sys; sys.stdin.read()"), delai_s=0.05)
    rendu = examiner_piece(chemin, (T.CAPTURE,), Contexte(nom="a.png"), atelier=muet)
    assert isinstance(rendu, PieceRefusee) and rendu.code == "trop_long"
    muet.fermer()


def test_ouvrier_relance(tmp_path: Path) -> None:
    """Fermé entre deux examens, l'atelier repart de lui-même."""
    atelier = Atelier()
    chemin = tmp_path / "a.json"
    chemin.write_text(json.dumps({"a": 1}), encoding="utf-8")
    for _ in range(2):
        rendu = examiner_piece(chemin, (T.EXPORT,), Contexte(nom="a.json"), atelier=atelier)
        assert isinstance(rendu, PieceExaminee)
        atelier.fermer()
