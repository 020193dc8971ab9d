"""Clés de contrôle, ordre des dates, document daté de l'avenir."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reports.verdict import Verdict
from steps.controle.examens.cda import examiner_cda
from steps.controle.modele import ContexteControle
from steps.verifications.cda import cles
from steps.verifications.cda.chronologie import A_VENIR
from steps.verifications.cda.dates import apres
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


def test_sans_heure_du_controle() -> None:
    """Un examen qui ne sait pas l'heure n'en juge pas."""
    assert A_VENIR.code not in {c.code for c in examiner_cda(bon(), ContexteControle()).constats}
