"""Archives hostiles : un refus clair, rien d'écrit hors du dossier, mémoire et temps bornés."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.sceau import DossierIllisible, ouvrir_dossier
from reports.sceau.contenu import CORPS, INDEX
from reports.sceau.lecture_zip import LecteurZip
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.tar_xz import deballer_xz, parcourir_tar
from reports.sceau.zip_canonique import ecrire, nom_permis, preparer
from tests.reports.sceau.conftest import DossierSain
from tests.reports.sceau.fabrique import AUTRE_CLE, changer_journal, changer_json, falsifier, membres_de

INTERDITS = (
    *("../x", "/etc/passwd", "a/../../x", "C:/x", "c:x", "a\\b", "a//b", "./a", "a/.", ".cache/x", "", "a/"),
    *("preuves/CON", "preuves/nul.txt", "preuves/com1.png", "a\0b", "é.txt", "a b", "a.", "x" * 300, "a\nb", "a:b"),
)


@pytest.mark.parametrize("nom", INTERDITS)
def test_nom_interdit(nom: str) -> None:
    """Remontée, chemin absolu, lecteur, nom réservé de Windows, caractère de commande : jamais permis."""
    assert not nom_permis(nom)


@given(st.text(alphabet=st.characters(max_codepoint=0x17F), max_size=40))
def test_un_nom_permis_reste_dans_son_dossier(nom: str) -> None:
    """Tout nom permis désigne un fichier sous le dossier où l'on extrait, sur tous les systèmes."""
    if nom_permis(nom):
        racine = Path("/racine")
        assert (racine / nom).resolve().is_relative_to(racine)
        assert not set(nom) & set('\\:*?"<>|')


def _zip(sain: DossierSain, nom: bytes, contenu: bytes = b"x") -> Path:
    """Le dossier sain et un membre de plus, au nom choisi."""
    membres = [preparer(autre, lu) for autre, lu in membres_de(sain.chemin).items()]
    leurre = preparer("preuves/" + "z" * (len(nom) - 8), contenu)
    faux = sain.atelier / "hostile.zip"
    with faux.open("wb") as fichier:
        ecrire(fichier, [*membres, leurre])
    faux.write_bytes(faux.read_bytes().replace(leurre.nom.encode(), nom))
    return faux


@pytest.mark.parametrize("nom", [b"../../../../tmp/mal", b"/absolu/mal.txt", b"C:\\Windows\\mal", b"preuves/nul.txt"])
def test_membre_au_nom_hostile(sain: DossierSain, nom: bytes) -> None:
    """Le membre n'est jamais extrait, et la vérification le nomme."""
    faux = _zip(sain, nom)
    assert any("dangereux ou impossible" in a.message for a in sain.petite.verifier(faux).anomalies)
    vers = sain.atelier / f"x-{zlib.crc32(nom)}"
    ouvrir_dossier(faux, vers)
    assert not any("mal" in f.name or f.name == "nul.txt" for f in vers.rglob("*"))


@pytest.mark.parametrize("nom", ["journal.sqlite", "corps/aa/bb", "__init__.py", "allure-results/x-result.json"])
def test_membre_inattendu(sain: DossierSain, nom: str) -> None:
    """Un fichier qui n'est pas d'un dossier scellé n'est pas extrait, même re-signé."""
    faux = falsifier(sain.chemin, sain.atelier / "i.zip", lambda m: m.update({nom: b"x" * 9}), resigner=AUTRE_CLE)
    assert any(a.membre == nom and "rien à faire" in a.message for a in sain.petite.verifier(faux).anomalies)
    with pytest.raises(DossierIllisible, match="rien à faire"):
        ouvrir_dossier(faux, sain.atelier / f"y-{nom.replace('/', '-')}")


def test_deux_fois_le_meme_nom(sain: DossierSain) -> None:
    """Deux membres de même nom, à la casse près, se voient : deux outils n'en liraient pas le même."""
    faux = _zip(sain, b"Preuves/index.json")
    assert any("plusieurs fichiers portent ce nom" in a.message for a in sain.petite.verifier(faux).anomalies)


def test_bombe_deflate(sain: DossierSain) -> None:
    """Un membre qui se gonfle au-delà de la taille annoncée s'arrête là, sans être tenu en mémoire."""
    bombe = preparer("verdicts.json", bytes(50_000_000))
    faux = sain.atelier / "bombe.zip"
    with faux.open("wb") as fichier:
        membres = {nom: preparer(nom, lu) for nom, lu in membres_de(sain.chemin).items()} | {"verdicts.json": bombe}
        ecrire(fichier, list(membres.values()))
    taille = struct.pack("<I", bombe.taille)
    faux.write_bytes(faux.read_bytes().replace(taille, struct.pack("<I", 1000)))
    messages = [a.message for a in sain.petite.verifier(faux).anomalies]
    assert "verdicts.json : plus d'octets que les 1000 annoncés" in messages


def test_bombe_xz(sain: DossierSain) -> None:
    """Une archive intérieure qui se gonfle au-delà de ce que le manifeste annonce s'arrête là."""
    faux = falsifier(
        sain.chemin, sain.atelier / "xz.zip", lambda m: m.update({CORPS: lzma.compress(bytes(200_000_000))})
    )
    messages = [a.message for a in sain.petite.verifier(faux).anomalies]
    assert any(message.startswith(f"{CORPS} : ") for message in messages)
    with pytest.raises(DossierIllisible, match="une fois décompressé"):
        ouvrir_dossier(faux, sain.atelier / "bombe-xz")


def test_xz_gourmand_en_memoire() -> None:
    """Un flux qui demande plus de mémoire que permis est refusé avant d'en prendre."""
    gourmand = lzma.compress(b"x" * 100, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 512 * 2**20}])
    with pytest.raises(DossierIllisible, match="mémoire"):
        list(deballer_xz([gourmand], 10**9, "essai"))


def test_xz_suivi_d_autre_chose() -> None:
    """Un second flux, ou des octets après le flux, ne se cachent pas."""
    un = lzma.compress(b"abc")
    for suite in (un, b"\0" * 4, b"x"):
        with pytest.raises(DossierIllisible, match="en trop"):
            list(deballer_xz([un, suite], 100, "essai"))
    with pytest.raises(DossierIllisible, match="coupé"):
        list(deballer_xz([un[:-3]], 100, "essai"))


def _tar(**champs: object) -> bytes:
    entete = tarfile.TarInfo("corps/a")
    entete.size = 3
    for nom, valeur in champs.items():
        setattr(entete, nom, valeur)
    return entete.tobuf(tarfile.USTAR_FORMAT) + b"abc".ljust(512, b"\0") + bytes(1024)


@pytest.mark.parametrize(
    ("octets", "dit"),
    [
        (_tar(type=tarfile.SYMTYPE, linkname="/etc/passwd", size=0), "fichier ordinaire"),
        (_tar(type=tarfile.LNKTYPE, linkname="corps/b"), "fichier ordinaire"),
        (_tar(type=tarfile.DIRTYPE), "fichier ordinaire"),
        (_tar(type=tarfile.XHDTYPE), "fichier ordinaire"),
        (_tar(type=tarfile.FIFOTYPE), "fichier ordinaire"),
        (_tar(name="../x"), "nom interdit"),
        (_tar(name="preuves/x"), "nom interdit"),
        (_tar(size=8**11 - 1), "annonce"),
        (_tar(size=10_000), "coupée"),
        (b"\1" * 512, "illisible"),
        (_tar()[:1024] + _tar(), "deux fois"),
        (_tar() + b"suite", "suivent la fin"),
    ],
)
def test_tar_hostile(octets: bytes, dit: str) -> None:
    """Lien, extension, nom qui sort, taille démesurée, doublon, suite cachée : refusés."""
    with pytest.raises(DossierIllisible, match=dit):
        parcourir_tar([octets], "corps/", "essai", lambda nom, taille, morceaux: list(morceaux))


@given(st.binary(max_size=3000))
def test_octets_quelconques(octets: bytes) -> None:
    """N'importe quels octets : lus, ou refusés par un message, jamais autre chose."""
    for lecture in (_lire_zip, _lire_tar, _lire_xz):
        try:
            lecture(octets)
        except DossierIllisible as refus:
            assert str(refus)


def _lire_zip(octets: bytes) -> None:
    for entree in (octets, b"PK\x03\x04" + octets, octets + b"PK\x05\x06" + bytes(18)):
        LecteurZip(io.BytesIO(entree))


def _lire_tar(octets: bytes) -> None:
    parcourir_tar([octets], "corps/", "essai", lambda nom, taille, morceaux: None)


def _lire_xz(octets: bytes) -> None:
    list(deballer_xz([b"\xfd7zXZ\0" + octets], 1000, "essai"))


def test_un_fichier_qui_n_est_pas_un_dossier(tmp_path: Path) -> None:
    """Un zip ordinaire est refusé : il n'a pas de manifeste."""
    with (tmp_path / "z.zip").open("wb") as fichier:
        ecrire(fichier, [preparer("a.txt", b"bonjour")])
    with (tmp_path / "z.zip").open("rb") as fichier, pytest.raises(DossierIllisible, match=r"manifeste\.dsse\.json"):
        ArchiveScellee(fichier)


def _corps_ailleurs(lignes: list[dict[str, object]]) -> None:
    for ligne in lignes:
        donnees = ligne["donnees"]
        if ligne["type"] == "echange" and isinstance(donnees, dict):
            donnees["requete"]["corps"]["sha256"] = "../../../../etc/passwd"


def test_corps_cite_hors_du_dossier(sain: DossierSain) -> None:
    """Un échange dont le corps est un chemin ne fait lire aucun fichier du relecteur."""
    faux = falsifier(
        sain.chemin, sain.atelier / "c.zip", changer_journal(_corps_ailleurs, rechainer=True), resigner=AUTRE_CLE
    )
    messages = [a.message for a in sain.petite.verifier(faux).anomalies]
    assert any("un SHA-256 et une taille sont attendus" in message for message in messages)
    with pytest.raises(DossierIllisible, match="SHA-256"):
        ouvrir_dossier(faux, sain.atelier / "ailleurs")


@pytest.mark.parametrize(
    ("champ", "valeur"), [("chemin", "../../x"), ("chemin", "/etc/passwd"), ("sha256", "../../../../etc/passwd")]
)
def test_index_des_preuves_hostile(sain: DossierSain, champ: str, valeur: str) -> None:
    """Un index qui désigne un fichier d'ailleurs n'écrit ni ne lit rien hors du dossier."""

    def change(index: dict[str, list[dict[str, list[dict[str, object]]]]]) -> None:
        index["preuves"][0]["fichiers"][0] |= {champ: valeur, "corps": "x"}

    faux = falsifier(sain.chemin, sain.atelier / "ix.zip", changer_json(INDEX, change), resigner=AUTRE_CLE)
    assert not sain.petite.verifier(faux).intact
    vers = sain.atelier / f"ix-{champ}-{len(valeur)}"
    with pytest.raises(DossierIllisible):
        ouvrir_dossier(faux, vers)


MALFORMES: tuple[tuple[str, bytes], ...] = (
    ("verdicts.json", b"[" * 100_000),
    ("verdicts.json", b'{"scenarios": [1, null, {}]}'),
    ("verdicts.json", b"\xff\xfe"),
    ("campagne.json", b"[]"),
    ("campagne.json", b'{"couloir": 3}'),
    ("catalogue.json", b'{"scenarios": 3}'),
    ("junit.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><testsuites>&b;</testsuites>'),
    ("junit.xml", b"<"),
    ("convergence.xlsx", b"PK\x03\x04"),
    ("convergence.xlsx", b""),
    ("rapport.html", b""),
    ("rapport.html", b"<html><script>alert(1)</script></html>"),
    ("preuves/index.json", b'{"preuves": [3, {"fichiers": 4}]}'),
    ("allure-results.tar.xz", lzma.compress(b"pas un tar")),
    ("journal.jsonl.xz", lzma.compress(b"\n\n{}\n")),
    ("corps.tar.xz", lzma.compress(bytes(1024))),
)


@pytest.mark.parametrize(("nom", "octets"), MALFORMES, ids=[f"{nom}-{i}" for i, (nom, _) in enumerate(MALFORMES)])
def test_membre_malforme(sain: DossierSain, nom: str, octets: bytes) -> None:
    """Un membre d'une forme imprévue, correctement re-signé, est une anomalie de plus, jamais un arrêt."""
    faux = falsifier(sain.chemin, sain.atelier / "mal.zip", lambda m: m.update({nom: octets}), resigner=AUTRE_CLE)
    rendu = sain.petite.verifier(faux)
    assert rendu.code == 1
    dits = [f"{a.membre} {a.message}" for a in rendu.anomalies]
    assert any(nom in dit or (nom == CORPS and "absent" in dit) for dit in dits), dits
