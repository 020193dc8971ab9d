"""Extraits d'échange : mise en forme, coupes annoncées, corps hostiles ou illisibles."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reports.extraits import extraire, resume_echange, texte_reponse, texte_requete
from simulators.socle.echange import CorpsFichier, CorpsMemoire
from tests.reports.fabrique import echange


def _extrait(octets: bytes, limite: int = 4096) -> str:
    return extraire(CorpsMemoire(octets), limite).texte


def test_xml_mis_en_forme() -> None:
    """Un XML sur une ligne est indenté ; une valeur encodée longue est abrégée, et le dit."""
    texte = _extrait(b"<a><b>1</b><s>" + b"QUJD" * 100 + b"</s></a>")
    assert texte.startswith("<a>\n  <b>1</b>\n  <s>QUJD")
    assert "[360 caractères de plus]" in texte


def test_json_mis_en_forme() -> None:
    """Un JSON est indenté, accents en clair."""
    assert _extrait('{"a":"é"}'.encode()) == '{\n  "a": "é"\n}'


def test_dtd_jamais_developpee() -> None:
    """Une bombe d'entités est montrée telle quelle, sans rien développer ni lire du disque."""
    bombe = (
        b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><l>&b;&f;</l>'
    )
    texte = _extrait(bombe)
    assert "&b;&f;" in texte
    assert "hahaha" not in texte
    assert "root:" not in texte


def test_dtd_loin_dans_le_corps() -> None:
    """Une DTD cachée après un long commentaire n'est pas développée non plus."""
    texte = _extrait(b"<!--" + b" " * 5000 + b'--><!DOCTYPE l [<!ENTITY a "ha">]><l>&a;</l>', 20_000)
    assert "<l>ha</l>" not in texte


def test_mime_partie_par_partie() -> None:
    """Un corps MTOM montre chaque partie : la racine en XML indenté, le document binaire par son début."""
    corps = (
        b"--bord\r\nContent-Type: application/xop+xml\r\n\r\n<e><c/></e>\r\n"
        b"--bord\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\xff\xfe\x00\x80binaire\r\n--bord--\r\n"
    )
    texte = _extrait(corps)
    assert "Content-Type: application/xop+xml\n\n<e>\n  <c/>\n</e>" in texte
    assert "[contenu binaire, début : 25 50 44 46" in texte


def test_coupe_annoncee() -> None:
    """Un corps trop long est coupé à la limite, et le texte joint dit sa taille et son empreinte."""
    modele = echange(1, corps=b"mot " * 5000)
    extrait = extraire(modele.requete.corps)
    assert extrait.coupe
    assert len(extrait.texte) == 4096
    assert f"20000 octets, SHA-256 {modele.requete.corps.sha256}" in texte_requete(modele.requete)


def test_gros_corps_non_lu_en_entier(tmp_path: Path) -> None:
    """D'un corps de plusieurs mégaoctets, seul le début est lu."""
    chemin = tmp_path / "corps"
    with chemin.open("wb") as fichier:
        fichier.write(b"<a>debut")
        fichier.truncate(50_000_000)
    extrait = extraire(CorpsFichier(chemin, "0" * 64, 50_000_000))
    assert extrait.coupe
    assert "contenu binaire" in extrait.texte


def test_corps_disparu(tmp_path: Path) -> None:
    """Un corps effacé du journal se dit, sans arrêter le rapport."""
    extrait = extraire(CorpsFichier(tmp_path / "absent", "0" * 64, 10))
    assert extrait.texte.startswith("[corps illisible dans le journal")


def test_caractere_coupe() -> None:
    """Une lecture arrêtée au milieu d'un caractère accentué reste du texte."""
    texte = _extrait("é".encode() * 200_000)
    assert set(texte) == {"é"}


def test_sans_reponse() -> None:
    """L'absence de réponse se lit."""
    assert "connexion coupée" in texte_reponse(None)
    assert "rechercherInsAvecTraitsIdentite" in resume_echange(echange(3))


@given(st.binary(max_size=2000), st.integers(min_value=0, max_value=500))
def test_jamais_d_erreur_ni_de_depassement(octets: bytes, limite: int) -> None:
    """N'importe quels octets donnent un texte, jamais plus long que la limite."""
    assert len(_extrait(octets, limite)) <= limite or limite == 0
    assert len(_extrait(b"<a>" + octets + b"</a>", limite)) <= max(limite, 0)
    assert len(_extrait(b"--b\r\n" + octets, limite)) <= max(limite, 0)
