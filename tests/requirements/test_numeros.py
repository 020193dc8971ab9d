"""La grammaire des numéros et leur résolution."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requirements import numeros
from requirements.catalogue import Catalogue, charger, proches
from requirements.erreurs import NumeroInconnu
from requirements.modele import Exigence, ScenarioConformite

_DEUX = st.from_regex(r"[0-9]{2}", fullmatch=True)
_SECTION = st.from_regex(r"[A-Z]{3,4}(/[A-Z0-9]{1,5}){0,2}", fullmatch=True)
_LOGICIEL = st.sampled_from(numeros.PREFIXES_LOGICIEL)


@pytest.fixture(scope="module")
def biologie() -> Catalogue:
    return charger("biologie")


@given(_SECTION, _DEUX, st.sampled_from(("", "p")))
def test_exigence_du_socle(section: str, rang: str, suffixe: str) -> None:
    """Toute exigence du socle est reconnue, et son numéro avec un préfixe `SC.` s'y ramène."""
    numero = f"{section}.{rang}{suffixe}"
    assert numeros.EXIGENCE_SOCLE.fullmatch(numero)
    assert numeros.est_exigence(numero)
    assert numeros.sans_prefixe(f"SC.{numero}") == numeros.sans_prefixe(numero)


@given(_LOGICIEL, st.from_regex(r"[A-Za-z]{2,5}", fullmatch=True), _DEUX)
def test_exigence_de_vague_1(logiciel: str, section: str, rang: str) -> None:
    """Une exigence de vague 1 est reconnue avec et sans préfixe de REM, et garde son nom de section inconnu."""
    numero = f"{section}/va1.{rang}"
    assert numeros.est_exigence(numero)
    assert numeros.est_exigence(f"{logiciel}.{numero}")
    assert numeros.sans_prefixe(f" SC.{logiciel}.{numero}\u00a0") == numero


@given(_SECTION, _DEUX, st.lists(_DEUX, min_size=1, max_size=3))
def test_scenario_et_preuve(section: str, rang: str, suite: list[str]) -> None:
    """Un numéro d'exigence prolongé d'un à trois couples de chiffres est un scénario et une preuve."""
    numero = ".".join((section, rang, *suite))
    assert numeros.est_scenario(numero)
    assert numeros.est_preuve(numero)


@given(st.text(max_size=40))
def test_texte_quelconque(texte: str) -> None:
    """Mettre un texte à plat ne lève jamais, ne rallonge pas, et recommencer ne change rien."""
    nu = numeros.sans_prefixe(texte)
    assert len(nu) <= len(texte)
    assert numeros.sans_prefixe(nu) == nu


@pytest.mark.parametrize(
    "numero",
    [
        "INS/va1.02",
        "SGL.DOC/va1.30",
        "ApCV/va1.01",
        "PSC.01",
        "MSS/CONF.14",
        "DMP/ALI/PROG.01",
        "INS/PSC.01",
        "LGC.CSE.01",
        "DPI.DMP/HISTO.06",
        "SGL.ORDN/CONF.01p",
        "DB.SO.106",
        "DB.VI-CS.31",
        "DB.VI_SO.02",
        "DB/RIS.05",
        "SC.SSI/IAM.92",
        "LGC.MDV.06",
        "LABEL.06",
        "SENTINELLE.20",
        "AMBU.MSS/va1.02",
        "MS.RPT/CD.01",
        "SC.SSI/GEN.02 BIS",
        "SC.SSI/GEN.02.BIS",
    ],
)
def test_formes_connues(numero: str) -> None:
    """Les formes des données et celles des REM publiés sont des numéros d'exigence."""
    assert numeros.est_exigence(numero)


@pytest.mark.parametrize("numero", ["", "INS", "INS/va1", "INS/va1.1", "01", "INS va1.01", "INS/va1.01 ; 02", ".01"])
def test_formes_refusees(numero: str) -> None:
    """Ce qui n'a pas la forme d'un numéro n'en est pas un."""
    assert not numeros.est_exigence(numero)


def test_prefixe_qui_est_une_section() -> None:
    """Un code de section ne se prend pas pour un préfixe : `PSC.01` reste entier."""
    assert numeros.sans_prefixe("PSC.01") == "PSC.01"
    assert numeros.sans_prefixe("SC.PSC.01") == "PSC.01"
    assert numeros.sans_prefixe("RIS.05") == "RIS.05"
    assert numeros.sans_prefixe("SC.SSI/GEN.02 bis") == "SSI/GEN.02.BIS"


def test_chaque_numero_se_resout(biologie: Catalogue) -> None:
    """Chaque numéro se retrouve tel quel, entouré d'espaces, avec `SC.` ou avec le préfixe du REM."""
    for exigence in biologie.exigences:
        for forme in (exigence.id, f"  {exigence.id} ", f"SC.{exigence.id_court}", f"SGL.{exigence.id_court}"):
            assert biologie.resoudre_exigence(forme) is exigence
    for scenario in biologie.scenarios():
        assert biologie.resoudre_scenario(f" {scenario.id} ") is scenario
        if scenario.id[0].isalpha():
            assert biologie.resoudre_scenario(f"SC.{scenario.id}") is scenario


def test_resolution_des_deux_genres(biologie: Catalogue) -> None:
    """`resoudre` rend une exigence ou un scénario selon le numéro ; l'exigence passe d'abord."""
    assert isinstance(biologie.resoudre("INS/va1.01"), Exigence)
    assert isinstance(biologie.resoudre("INS/va1.01.01"), ScenarioConformite)
    assert isinstance(biologie.resoudre("DMP/HISTO.03"), Exigence)


def test_numero_inconnu(biologie: Catalogue) -> None:
    """Un numéro inconnu est refusé en français, avec des numéros proches."""
    with pytest.raises(NumeroInconnu, match=r"Le REM BIO n'a pas de numéro « mss/conf\.25 »") as erreur:
        biologie.resoudre("mss/conf.25")
    assert erreur.value.propositions[0] == "MSS/CONF.25"
    with pytest.raises(NumeroInconnu, match="Aucun numéro proche"):
        biologie.resoudre("zzz")
    with pytest.raises(NumeroInconnu, match="exigence"):
        biologie.exigence("SC.INS/va1.01")
    with pytest.raises(NumeroInconnu, match="preuve"):
        biologie.preuve("rien")


@given(st.text(max_size=30))
def test_resoudre_texte_quelconque(texte: str) -> None:
    """Un texte quelconque se résout ou est refusé par `NumeroInconnu`, jamais autrement."""
    catalogue = charger_une_fois()
    try:
        assert catalogue.resoudre(texte).id
    except NumeroInconnu as erreur:
        assert str(erreur)


def test_proches() -> None:
    """Les numéros proches ignorent la casse et le préfixe, au plus trois, sans répétition."""
    connus = ["SGL.DMP/va1.15", "DMP/va1.01", "DMP/va1.02", "INS/va1.15"]
    assert proches("dmp/va1.15", connus)[0] == "SGL.DMP/va1.15"
    assert len(proches("DMP/va1.0", connus)) <= 3


_CHARGE: list[Catalogue] = []


def charger_une_fois() -> Catalogue:
    """Le catalogue biologie, chargé une fois pour tous les exemples d'hypothesis."""
    if not _CHARGE:
        _CHARGE.append(charger("biologie"))
    return _CHARGE[0]
