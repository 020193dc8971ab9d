"""Les fichiers du transcodeur que le banc fabrique : l'export tel quel, suivi de codes LOINC bien formés."""

from __future__ import annotations

import itertools

import pytest

from steps.flux import loinc
from steps.verifications.loinc.catalogue import lire_objets
from steps.verifications.loinc.export import Export, lire_export
from steps.verifications.loinc.lecture import lire_csv
from tests.verifications.loinc.exemples import EXPORTS, LOINC_1, LOINC_3, catalogue

OBJETS = lire_objets(catalogue())
ANALYSES = [objet for objet in OBJETS if objet.nature == "analyse"]
NA, K, HB = (objet.cle for objet in ANALYSES)


def _export(fichier: str, octets: bytes) -> Export:
    return lire_export(fichier, octets, {objet.libelle for objet in OBJETS})


@pytest.mark.parametrize("code", sorted(loinc.LIBELLES))
def test_clef_des_codes(code: str) -> None:
    """Chaque code porte la clé de contrôle de LOINC : celle de Luhn."""
    corps, cle = code.split("-")
    chiffres = [int(chiffre) * (2 - rang % 2) for rang, chiffre in enumerate(reversed(corps))]
    assert (10 - sum(sum(divmod(c, 10)) for c in chiffres)) % 10 == int(cle)


def test_reserves_disjointes() -> None:
    """Un code hors du jeu n'est jamais dans le jeu."""
    assert not set(loinc.HORS_JEU) & set(loinc.JEU_DE_VALEURS)


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("fichier", EXPORTS)
def test_l_export_est_repris_tel_quel(fichier: str, encodage: str) -> None:
    """Chaque ligne commence par celle de l'export, dans le même encodage, avec la même fin de ligne."""
    octets = EXPORTS[fichier].encode(encodage)
    codes = {objet.cle: ("718-7",) for objet in OBJETS}
    compose = loinc.composer(_export(fichier, octets), OBJETS, codes).decode(encodage)
    for avant, apres in zip(EXPORTS[fichier].split("\r\n"), compose.split("\r\n"), strict=True):
        assert apres.startswith(avant)
        assert apres[len(avant) :].startswith(";718-7;Hémoglobine") or not avant


def test_chapitres_et_sous_chapitres() -> None:
    """Code et libellé du chapitre, puis ceux du sous-chapitre ; vides s'il n'y en a pas."""
    codes = {objet.cle: (code,) for objet, code in zip(OBJETS, loinc.CHAPITRES, strict=False)}
    octets = (LOINC_1 + ";Hématologie;;\r\n").encode()
    lignes = lire_csv(loinc.composer(_export("LOINC_1", octets), OBJETS, codes)).enregistrements
    assert [e.champs[4::2] for e in lignes] == [("18717-9", "18719-5"), ("18718-7", "18720-3"), ("18718-7", "")]


def test_nombre_de_champs_ramene() -> None:
    """Un séparateur final de trop ou des champs omis ne décalent pas les codes LOINC."""
    for octets in (b"NA;Sodium\n", b"NA;Sodium" + b";" * 11 + b"\n"):
        (ligne,) = lire_csv(loinc.composer(_export("LOINC_3", octets), OBJETS, {NA: ("2951-2",)})).enregistrements
        assert ligne.champs[12:] == ("2951-2", loinc.ANALYSES["2951-2"])


def test_entete_completee() -> None:
    """Un export à ligne d'en-tête en garde une, avec deux noms de plus."""
    entete = ";".join(("Code analyse", "Libellé analyse", *"abcdefghij"))
    octets = f"{entete}\r\n{LOINC_3}".encode()
    premiere, *reste = lire_csv(loinc.composer(_export("LOINC_3", octets), OBJETS, {})).enregistrements
    assert premiere.champs[12:] == ("code LOINC analyse", "libellé LOINC analyse")
    assert len(reste) == 3


def test_codes_multiples() -> None:
    """Plusieurs codes : une ligne chacun, ou côte à côte sur la ligne de l'analyse."""
    codes = {HB: ("718-7", "4544-3")}
    export = _export("LOINC_3", LOINC_3.encode())
    lignes = [e.champs for e in lire_csv(loinc.composer(export, OBJETS, codes)).enregistrements]
    assert [(ligne[0], ligne[12]) for ligne in lignes] == [("NA", ""), ("K", ""), ("HB", "718-7"), ("HB", "4544-3")]
    lignes = [e.champs for e in lire_csv(loinc.composer(export, OBJETS, codes, cote_a_cote=True)).enregistrements]
    assert [ligne[12::2] for ligne in lignes] == [("",), ("",), ("718-7", "4544-3")]


@pytest.mark.parametrize("graine", ["", "LOI/va1.06.01", "2026-11-22"])
def test_distribution(graine: str) -> None:
    """Un code neuf et différent pour chacun, le même à chaque fois pour une graine."""
    codes = loinc.distribuer(ANALYSES, loinc.ANALYSES, graine)
    assert len(set(codes.values())) == len(ANALYSES)
    assert all(codes[objet.cle] != objet.code_loinc for objet in ANALYSES)
    assert codes == loinc.distribuer(ANALYSES, loinc.ANALYSES, graine)


def test_distribution_d_un_grand_catalogue() -> None:
    """Au-delà de la réserve les codes reviennent, jamais sur deux voisins."""
    objets = lire_objets({"nature": "analyse", "code": f"A{rang}", "libelle": "x"} for rang in range(200))
    codes = list(loinc.distribuer(objets, loinc.ANALYSES, "g").values())
    assert len(codes) == 200
    assert all(un != autre for un, autre in itertools.pairwise(codes))


def test_echange() -> None:
    """Un objet codé sur deux change de code, les autres gardent le leur, un objet sans code n'en reçoit pas."""
    bruts = [
        {"nature": "analyse", "code": n, "libelle": n, "code_loinc": c} for n, c in zip("abcd", "1234", strict=True)
    ]
    echanges = loinc.echanger(lire_objets([*bruts, {"nature": "analyse", "code": "e", "libelle": "e"}]))
    assert {cle[2]: code for cle, code in echanges.items()} == {"a": "3", "b": "2", "c": "1", "d": "4"}
