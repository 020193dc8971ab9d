"""Un classeur hostile, abîmé ou étranger est refusé clairement, sans l'ouvrir plus qu'il ne faut."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from requirements.erreurs import ErreurClasseur
from requirements.importation import archive
from requirements.importation.classeur import ouvrir
from requirements.importation.contenu import assembler
from tests.requirements.fabrique import ENTETE_CONVERGENCE, ecrire_classeur

_FEUILLE = "xl/worksheets/sheet1.xml"


@pytest.fixture
def sain(tmp_path: Path) -> Path:
    return ecrire_classeur(tmp_path / "sain.xlsx", ENTETE_CONVERGENCE, [{"ID": "PSC.01", "Exigence": "Énoncé."}])


def _remplacer(sain: Path, partie: str, contenu: bytes, *, nom: str = "") -> Path:
    """Le même classeur dont une partie est remplacée."""
    cible = sain.with_name("modifie.xlsx")
    with zipfile.ZipFile(sain) as source, zipfile.ZipFile(cible, "w", zipfile.ZIP_DEFLATED) as sortie:
        for info in source.infolist():
            octets = contenu if info.filename == partie else source.read(info)
            sortie.writestr(nom if nom and info.filename == partie else info.filename, octets)
    return cible


def _lire(sain: Path, partie: str) -> bytes:
    with zipfile.ZipFile(sain) as source:
        return source.read(partie)


def test_sain(sain: Path) -> None:
    """Le classeur témoin des autres tests est accepté : leurs refus ne viennent pas de lui."""
    assert [lue.id for lue in assembler(ouvrir(sain)).exigences] == ["PSC.01"]


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "un fichier qui n'en est pas un"),
        (b"PK\x03\x04" + b"\0" * 100, "un fichier qui n'en est pas un"),
        (b"ID;Exigence\nPSC.01;Enonce", "un fichier qui n'en est pas un"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "ancien ou protégé par un mot de passe"),
    ],
)
def test_pas_un_classeur(tmp_path: Path, octets: bytes, message: str) -> None:
    """Ce qui n'est pas un xlsx est refusé en disant ce que c'est."""
    chemin = tmp_path / "faux.xlsx"
    chemin.write_bytes(octets)
    with pytest.raises(ErreurClasseur, match=message):
        ouvrir(chemin)


def test_archive_quelconque(tmp_path: Path) -> None:
    """Une archive zip qui n'est pas un classeur est refusée."""
    chemin = tmp_path / "archive.xlsx"
    with zipfile.ZipFile(chemin, "w") as sortie:
        sortie.writestr("rem.xlsx", b"x")
    with pytest.raises(ErreurClasseur, match="une archive zip sans"):
        ouvrir(chemin)


@pytest.mark.parametrize("encodage", ["utf-8", "utf-16"])
@pytest.mark.parametrize("nom", [_FEUILLE, "xl/worksheets/sheet1.bin"])
def test_dtd(sain: Path, encodage: str, nom: str) -> None:
    """Une DTD est refusée où qu'elle soit, en UTF-16 ou sous une autre extension comprise."""
    dtd = '<!DOCTYPE a [<!ENTITY b "c">]>'
    contenu = (dtd + _lire(sain, _FEUILLE).decode()).encode(encodage)
    with pytest.raises(ErreurClasseur, match=r"DTD|UTF-8"):
        ouvrir(_remplacer(sain, _FEUILLE, contenu, nom=nom))


def test_dtd_a_cheval_sur_deux_blocs(sain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Une DTD coupée par la lecture par blocs se voit quand même."""
    monkeypatch.setattr(archive, "_BLOC", 7)
    with pytest.raises(ErreurClasseur, match="sans DTD ni entité"):
        ouvrir(_remplacer(sain, "docProps/app.xml", b'<a/>  <!DOCTYPE a SYSTEM "file:///etc/passwd">'))


def test_encodage_inattendu(sain: Path) -> None:
    """Un encodage qui pourrait cacher une DTD est refusé."""
    contenu = b'<?xml version="1.0" encoding="UTF-7"?>' + _lire(sain, _FEUILLE)
    with pytest.raises(ErreurClasseur, match="attendu du XML en UTF-8, reçu utf-7"):
        ouvrir(_remplacer(sain, _FEUILLE, contenu))


def test_bombe(sain: Path) -> None:
    """Une partie qui gonfle démesurément est refusée avant d'être gardée en mémoire."""
    with pytest.raises(ErreurClasseur, match="une compression d'au plus"):
        ouvrir(_remplacer(sain, "xl/theme/theme1.xml", b"<a>" + b" " * 5_000_000))


def test_limites(sain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taille du fichier, taille décompressée et nombre de parties sont bornés."""
    for limite, message in (
        ("TAILLE_MAX", "une taille"),
        ("DECOMPRESSE_MAX", "décompressé"),
        ("PARTIES_MAX", "parties"),
    ):
        with monkeypatch.context() as borne:
            borne.setattr(archive, limite, 1)
            with pytest.raises(ErreurClasseur, match=message):
                ouvrir(sain)


def test_partie_abimee(sain: Path) -> None:
    """Un classeur tronqué ou au XML cassé est refusé, pas planté."""
    with pytest.raises(ErreurClasseur, match="abîmé"):
        ouvrir(_remplacer(sain, _FEUILLE, _lire(sain, _FEUILLE)[:200]))
    with pytest.raises(ErreurClasseur):
        ouvrir(_remplacer(sain, "xl/workbook.xml", b"<a/>"))
    tronque = sain.with_name("tronque.xlsx")
    tronque.write_bytes(sain.read_bytes()[:-200])
    with pytest.raises(ErreurClasseur):
        ouvrir(tronque)


def test_sans_entete(tmp_path: Path) -> None:
    """Un classeur sans en-tête connu est refusé en disant ce qui est cherché et les feuilles lues."""
    chemin = ecrire_classeur(tmp_path / "autre.xlsx", ("Nom", "Prix"), [{"Nom": "a", "Prix": 1}], feuille="Tarifs")
    with pytest.raises(ErreurClasseur, match=r"« ID ».*« Exigence ».*« Tarifs »"):
        ouvrir(chemin)
    loin = ecrire_classeur(tmp_path / "loin.xlsx", ENTETE_CONVERGENCE, [], avant=25)
    with pytest.raises(ErreurClasseur, match="20 premières lignes"):
        ouvrir(loin)


def test_plusieurs_feuilles(tmp_path: Path) -> None:
    """Entre deux feuilles de REM, rien n'est deviné : il faut la nommer, sauf si une seule s'appelle « Exigences… »."""
    livre = Workbook()
    livre.remove(livre.worksheets[0])
    for nom in ("Vague A", "Vague B"):
        onglet = livre.create_sheet(nom)
        onglet.append(list(ENTETE_CONVERGENCE))
        onglet.append([None, f"{nom[-1]}.01", None, None, "Énoncé."])
    chemin = tmp_path / "deux.xlsx"
    livre.save(chemin)
    with pytest.raises(ErreurClasseur, match="« Vague A », « Vague B »"):
        ouvrir(chemin)
    assert ouvrir(chemin, feuille="Vague B").revision.feuille == "Vague B"
    with pytest.raises(ErreurClasseur, match="attendu une feuille « Vague C »"):
        ouvrir(chemin, feuille="Vague C")
    livre["Vague B"].title = "Exigences REM vague 2"
    livre.save(chemin)
    assert ouvrir(chemin).revision.feuille == "Exigences REM vague 2"


def test_formules(tmp_path: Path) -> None:
    """Une formule sans valeur enregistrée se lit vide, et c'est dit avec sa cellule."""
    chemin = ecrire_classeur(
        tmp_path / "formules.xlsx", ("ID", "Exigence"), [{"ID": "PSC.01", "Exigence": '=CONCATENATE("a","b")'}]
    )
    classeur = ouvrir(chemin)
    assert classeur.lignes[0].cellules == ("PSC.01",)
    assert "1 formule(s) sans valeur enregistrée, lues comme vides : B2" in classeur.avertissements[0]


def test_trop_de_lignes(sain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Le nombre de lignes remplies est borné."""
    monkeypatch.setattr("requirements.importation.classeur.LIGNES_MAX", 0)
    with pytest.raises(ErreurClasseur, match="au plus 0 lignes remplies"):
        ouvrir(sain)


def test_valeurs_typees(tmp_path: Path) -> None:
    """Nombres et booléens se lisent comme ils s'affichent ; un texte avec chevrons n'est pas pris pour du HTML."""
    chemin = ecrire_classeur(
        tmp_path / "types.xlsx",
        ("ID", "Exigence", "Ordre", "Profil", "Commentaire"),
        [{"ID": "PSC.01", "Exigence": "a < b > c", "Ordre": 3.0, "Profil": True, "Commentaire": "x\r\n\r\n  y  z "}],
    )
    lue = assembler(ouvrir(chemin)).exigences[0]
    assert lue.texte == "a < b > c"
    assert lue.champs == {"ordre": "3", "profil": "VRAI", "commentaire": "x\ny z"}
