"""Clés de contrôle, ordre des dates, document daté de l'avenir."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime

import pytest
from lxml import etree

from reports.verdict import Verdict
from steps.controle.examens.cda import examiner_cda
from steps.controle.modele import ContexteControle
from steps.verifications.cda import cles
from steps.verifications.cda.chronologie import A_VENIR
from steps.verifications.cda.codes import codes
from steps.verifications.cda.dates import apres
from steps.verifications.cda.modele_hl7 import est_une_valeur
from steps.verifications.cda.structure import ecarts
from steps.verifications.cda.types_hl7 import SIMPLES
from tests.mutants.documents import bon
from tests.verifications.cda.fabrique import cda


@pytest.mark.parametrize("code", ["11502-2", "2951-2", "718-7", "8-3", "101881-1", "11491-6"])
def test_code_loinc_juste(code: str) -> None:
    """La clé mod 10 du guide de LOINC, et l'un des codes qu'il a publiés avec une clé fausse."""
    assert cles.loinc_juste(code)


@pytest.mark.parametrize("code", ["11502-9", "2951-3", "2951", "02951-2", "K1-A", "", "٢٩٥١-2"])
def test_code_loinc_faux(code: str) -> None:
    """Une autre clé, ou une autre forme."""
    assert not cles.loinc_juste(code)


def test_exemple_du_guide() -> None:
    """L'exemple public du guide : 12345 a pour clé 5."""
    assert cles.cle_loinc("12345") == 5


@pytest.mark.parametrize("code", ["LA6626-1", "LA18456-6", "LA9622-7"])
def test_reponse_loinc(code: str) -> None:
    """Les réponses ont une clé mod 10 étendue aux lettres."""
    assert cles.annexe_juste(code)
    assert not cles.annexe_juste(f"{code[:-1]}{(int(code[-1]) + 1) % 10}")


@pytest.mark.parametrize(("code", "juste"), [("80891009", True), ("80891008", False), ("22298006", True), ("1", False)])
def test_snomed(code: str, juste: bool) -> None:
    """La clé de Verhoeff d'un identifiant SNOMED CT."""
    assert cles.snomed_juste(code) is juste


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("80891009", Verdict.CONFORME),
        ("80891008", Verdict.NON_CONFORME),
        ("80891009|coeur|", Verdict.A_VERIFIER),
        ("71388002:405815000=122456005", Verdict.A_VERIFIER),
        ("C64,9", Verdict.NON_CONFORME),
        ("coeur", Verdict.NON_CONFORME),
    ],
)
def test_code_snomed(code: str, verdict: Verdict) -> None:
    """Une expression composée commence par un identifiant et se regarde ; un code d'ailleurs n'en est pas une."""
    document = etree.fromstring(f"<a><code code='{code}' codeSystem='2.16.840.1.113883.6.96'/></a>")
    assert {c.verdict for c in codes(document) if c.code == "CDA-COD-05"} == {verdict}


@pytest.mark.parametrize(
    ("valeur", "juste"),
    [
        *((valeur, True) for valeur in ("12", "-1.5", "+3.", ".5", "1e5", "1.2E-3", " 7.1 ", "INF", "-INF", "NaN")),
        *((valeur, False) for valeur in ("", ".", "1,5", "1_000", "12 mg", "inf", "sNaN", "NaN1", "Infinity", "١٢")),
    ],
)
def test_reel(valeur: str, juste: bool) -> None:
    """Un nombre s'écrit comme XML Schema l'écrit, le point pour séparateur."""
    assert SIMPLES["real"][0](valeur) is juste


@pytest.mark.parametrize(
    ("vocabulaire", "valeur", "juste"),
    [
        ("Partie.qualifier", "BR", True),
        ("Partie.qualifier", "BR CL", True),
        ("Partie.qualifier", "BR XX", False),
        ("AD.use", "H PHYS", True),
        ("AD.use", "H MAISON", False),
    ],
)
def test_plusieurs_usages(vocabulaire: str, valeur: str, juste: bool) -> None:
    """Un nom, une adresse peuvent avoir plusieurs usages à la fois ; chacun est de la liste."""
    assert SIMPLES[vocabulaire][0](valeur) is juste


@pytest.mark.parametrize(("nom", "permis"), [("setId", False), ("versionNumber", False), ("author", True)])
def test_element_repete(nom: str, permis: bool) -> None:
    """Un seul numéro de version, une seule lignée ; autant d'auteurs qu'il faut."""
    racine = etree.fromstring(bon())
    premier = racine.find(f"{{urn:hl7-org:v3}}{nom}")
    assert premier is not None and ecarts(racine) == []
    premier.addnext(deepcopy(premier))
    assert (ecarts(racine) == []) is permis


@pytest.mark.parametrize(
    ("nom", "valeur"),
    [
        *((nom, True) for nom in ("code", "effectiveTime", "languageCode", "raceCode", "id")),
        *((nom, False) for nom in ("author", "patientRole", "representedOrganization", "inconnu")),
    ],
)
def test_une_valeur_ou_une_classe(nom: str, valeur: bool) -> None:
    """Un code, une date, un identifiant portent une valeur ; un acteur est une classe ; un inconnu n'est rien."""
    assert est_une_valeur(nom) is valeur


@pytest.mark.parametrize(
    ("gauche", "droite", "suit"),
    [
        ("20260302", "20260301", True),
        ("202603", "20260301", False),
        ("2027", "20261231", True),
        ("20260301083000+0100", "20260301080000+0000", False),
        ("20260301083000+0100", "20260301070000+0000", True),
        ("20260301003000+0100", "20260228", True),
        ("20260301083000+0100", "20260301070000", False),
        ("", "20260301", False),
        ("jamais", "20260301", False),
    ],
)
def test_apres(gauche: str, droite: str, suit: bool) -> None:
    """Deux dates se comparent à la précision la plus courte, en temps universel quand les deux le disent."""
    assert apres(gauche, droite) is suit


@pytest.mark.parametrize(
    ("effective", "heure", "verdict"),
    [
        ("20261120101530+0100", 9, Verdict.CONFORME),
        ("20261120101530+0100", 8, Verdict.A_VERIFIER),
        ("20261120233000", 9, Verdict.CONFORME),
    ],
)
def test_document_date_de_l_avenir(effective: str, heure: int, verdict: Verdict) -> None:
    """À l'heure du contrôle, à une heure près, un document est déjà créé ; sans décalage, tout fuseau est possible."""
    octets = cda(effectiveTime=f'<effectiveTime value="{effective}"/>')
    contexte = ContexteControle(maintenant=datetime(2026, 11, 20, heure, 10, tzinfo=UTC))
    [constat] = [c for c in examiner_cda(octets, contexte).constats if c.code == A_VENIR.code]
    assert constat.verdict is verdict
    assert "(ligne " in constat.ou


def test_document_sans_date_lisible() -> None:
    """Une date illisible relève d'une autre règle : rien n'est dit de l'avenir."""
    octets = cda(effectiveTime='<effectiveTime value="2026-11-20"/>')
    contexte = ContexteControle(maintenant=datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert A_VENIR.code not in {c.code for c in examiner_cda(octets, contexte).constats}


def test_sans_heure_du_controle() -> None:
    """Un examen qui ne sait pas l'heure n'en juge pas."""
    assert A_VENIR.code not in {c.code for c in examiner_cda(bon(), ContexteControle()).constats}
