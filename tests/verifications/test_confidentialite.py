"""Règles sur le masquage et la visibilité : exemples respectés, enfreints, et lectures légitimes."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications import confidentialite as c
from steps.verifications.dmp import DocumentSoumis, documents_soumis
from tests.verifications.dmp.fabrique import FICHE, NRV, Alimentation, alimentation, code

OID = "1.2.250.1.213.1.1.4.13"
CHOISIS = ("INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")


def _document(*codes: str, oid: str = OID) -> DocumentSoumis:
    fiche = {"confidentialityCode": FICHE["confidentialityCode"] + "".join(code(NRV, c, oid) for c in codes)}
    [document] = documents_soumis([alimentation(Alimentation(fiche=fiche))])
    return document


@pytest.mark.parametrize("choisis", [(), ("MASQUE_PS",), CHOISIS])
def test_choix_transmis(choisis: tuple[str, ...]) -> None:
    """La fiche porte exactement les codes choisis, dans n'importe quel ordre."""
    constat = c.choix_transmis(_document(*reversed(choisis)), choisis, "« bilan »")
    assert constat.verdict is Verdict.CONFORME
    assert constat.code == ("VIS-DMP-01" if choisis else "VIS-DMP-02")


@pytest.mark.parametrize(
    ("recus", "choisis"),
    [
        ((), ("MASQUE_PS",)),
        (("INVISIBLE_PATIENT",), CHOISIS),
        (("INVISIBLE_REPRESENTANTS_LEGAUX",), ("INVISIBLE_PATIENT",)),
        (("MASQUE_PS", *CHOISIS), CHOISIS),
        (("MASQUE_PS",), ()),
        (("MASQUE_PS", "MASQUE_PS"), ("MASQUE_PS",)),
    ],
)
def test_choix_non_transmis(recus: tuple[str, ...], choisis: tuple[str, ...]) -> None:
    """Un code qui manque, un de trop, un pour un autre, un répété : le choix n'est pas celui qui part."""
    assert c.choix_transmis(_document(*recus), choisis, "« bilan »").verdict is Verdict.NON_CONFORME


def test_invisible_avant_l_annonce() -> None:
    """INVISIBLE_PATIENT suffit, seul ou accompagné ; un autre code ne le remplace pas."""
    suffisants: tuple[tuple[str, ...], ...] = (
        ("INVISIBLE_PATIENT",),
        ("INVISIBLE_REPRESENTANTS_LEGAUX", "INVISIBLE_PATIENT"),
    )
    for codes in suffisants:
        assert c.invisible_avant_annonce(_document(*codes), "« IRM »").verdict is Verdict.CONFORME
    for codes in ((), ("MASQUE_PS",), ("INVISIBLE_REPRESENTANTS_LEGAUX",)):
        assert c.invisible_avant_annonce(_document(*codes), "« IRM »").verdict is Verdict.NON_CONFORME


def test_code_hors_de_sa_nomenclature() -> None:
    """Un code de visibilité écrit sous l'OID des niveaux n'est pas transmis."""
    document = _document("MASQUE_PS", oid="2.16.840.1.113883.5.25")
    assert c.choix_transmis(document, ("MASQUE_PS",), "« bilan »").verdict is Verdict.NON_CONFORME


def test_registre_fidele() -> None:
    """Chaque compte rendu a les codes choisis pour lui ; un document d'un autre scénario ne compte pas."""
    choix = {"1.2": ("MASQUE_PS",), "1.3": ()}
    assert c.registre_fidele({**choix, "1.9": ("MASQUE_PS",)}, choix).verdict is Verdict.CONFORME
    assert c.registre_fidele({"1.2": ("MASQUE_PS",), "1.3": ("MASQUE_PS",)}, choix).verdict is Verdict.NON_CONFORME
    assert c.registre_fidele({"1.3": ()}, choix).verdict is Verdict.NON_CONFORME


@pytest.mark.parametrize("choix", [{"1.2": ("MASQUE_PS",)}, {"1.3": ()}, {}])
def test_registre_sans_controle(choix: dict[str, tuple[str, ...]]) -> None:
    """Sans un compte rendu restreint et un autre qui ne l'est pas, rien n'est conclu."""
    assert c.registre_fidele(choix, choix).verdict is Verdict.NON_CONCLUANT


def test_choix_montre() -> None:
    """Le logiciel montre ce qui a été choisi ; rien, ou autre chose, ne vaut pas un choix."""
    assert c.choix_montre(list(reversed(CHOISIS)), CHOISIS, "« bilan »").verdict is Verdict.CONFORME
    assert c.choix_montre([], (), "« bilan »").verdict is Verdict.CONFORME
    assert c.choix_montre([], CHOISIS, "« bilan »").verdict is Verdict.NON_CONFORME
    assert c.choix_montre("MASQUE_PS", ("MASQUE_PS",), "« bilan »").verdict is Verdict.NON_CONFORME


def test_visible_apres_annonce() -> None:
    """Un seul document en vigueur, sans INVISIBLE_PATIENT ; retiré, doublé ou resté invisible, c'est un manquement."""

    def verdict(**en_vigueur: tuple[str, ...]) -> Verdict:
        return c.visible_apres_annonce(en_vigueur, "fait", "« scanner »").verdict

    assert verdict(D1=()) is Verdict.CONFORME
    assert verdict(D2=("INVISIBLE_REPRESENTANTS_LEGAUX",)) is Verdict.CONFORME
    assert verdict(D1=("INVISIBLE_PATIENT",)) is Verdict.NON_CONFORME
    assert verdict(D1=("INVISIBLE_PATIENT",), D2=()) is Verdict.NON_CONFORME
    assert verdict(D1=(), D2=()) is Verdict.NON_CONFORME
    assert verdict() is Verdict.NON_CONFORME
