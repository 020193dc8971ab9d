"""Lecture d'un CSV à points-virgules : ce qu'elle admet, ce qu'elle refuse."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.verifications.loinc.lecture import CsvIllisible, lire_csv

LIGNES = [("NA", "Sodium ; « ionisé »", 'dit "us"', ""), ("HB", "Hémoglobine", "", "µmol/L")]


def _ecrire(encodage: str, fin: str, guillemets: int) -> bytes:
    sortie = io.StringIO(newline="")
    csv.writer(sortie, delimiter=";", lineterminator=fin, quoting=guillemets).writerows(LIGNES)  # type: ignore[arg-type]
    return sortie.getvalue().encode(encodage)


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("fin", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("guillemets", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_formes_admises(encodage: str, fin: str, guillemets: int) -> None:
    """Encodage, fins de ligne et guillemets sont libres : les mêmes champs en sortent."""
    lu = lire_csv(_ecrire(encodage, fin, guillemets))
    assert [e.champs for e in lu.enregistrements] == LIGNES
    assert lu.fin_de_ligne == fin


def test_lignes_vides_et_rangs() -> None:
    """Une ligne vide ne compte pas, mais décale les rangs ; un champ peut tenir sur deux lignes."""
    lu = lire_csv(b'a;b\n\n"c\nd";e\nf;g')
    assert [(e.champs, e.rang) for e in lu.enregistrements] == [(("a", "b"), 1), (("c\nd", "e"), 3), (("f", "g"), 5)]


def test_guillemet_au_milieu() -> None:
    """Un guillemet qui ne ferme pas le champ n'est qu'une lettre."""
    assert lire_csv(b'5" tube;"us" TSH\n').enregistrements[0].champs == ('5" tube', '"us" TSH')


@pytest.mark.parametrize("octets", [b"", b" \n ", b'a;"b\nc;d', b"a;\x81\x00", b"\xff\xfea"])
def test_illisible(octets: bytes) -> None:
    """Vide, guillemet jamais fermé, octets d'aucun texte."""
    with pytest.raises(CsvIllisible):
        lire_csv(octets)


@given(st.binary(max_size=400))
def test_jamais_autre_chose(octets: bytes) -> None:
    """Quoi qu'on lui donne, la lecture rend des lignes ou dit pourquoi elle n'en rend pas."""
    try:
        lu = lire_csv(octets)
    except CsvIllisible:
        return
    assert all(e.champs for e in lu.enregistrements)


_TEXTES = st.text(st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(_TEXTES, _TEXTES), min_size=1, max_size=6))
def test_ce_qu_un_tableur_ecrit_se_relit(lignes: list[tuple[str, str]]) -> None:
    """Tout ce que `csv` écrit se relit à l'identique, lignes blanches à part."""
    sortie = io.StringIO(newline="")
    csv.writer(sortie, delimiter=";", lineterminator="\r\n").writerows(lignes)
    texte = sortie.getvalue()
    if not texte.strip():
        return
    lus = [e.champs for e in lire_csv(texte.encode("utf-8-sig")).enregistrements]
    assert lus == [ligne for ligne in lignes if ";".join(ligne).strip()]
