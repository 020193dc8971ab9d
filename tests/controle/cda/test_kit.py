"""L'examen d'un CDA avec le kit officiel de l'utilisateur, lu où dit `KIT_CI_SIS`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from reports.verdict import Verdict
from steps.controle.examens.cda import examiner_cda
from steps.controle.modele import ContexteControle, Examen, Gravite, gravite
from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.documents import bon

KIT = Path(os.environ.get("KIT_CI_SIS", ""))
pytestmark = pytest.mark.skipif(
    not os.environ.get("KIT_CI_SIS"), reason="KIT_CI_SIS ne désigne pas une copie du kit de validation"
)
EXEMPLES = sorted((KIT / "ExemplesCDA").glob("*.xml")) if os.environ.get("KIT_CI_SIS") else []
# Écarts de vocabulaire connus des exemples publiés : le jeu de valeurs a changé après eux.
DERIVES = {
    "AVC-AUNV_2022.01.xml",
    "CANCER-D2LM-FIDD_2022.01.xml",
    "CANCER-D2LM-FIN_2022.01.xml",
    "CSE-CS8_2024.01.xml",
}
CAS = [(mutant, niveau) for mutant in MUTANTS for niveau in mutant.niveaux]


def _examiner(octets: bytes, tmp: Path) -> Examen:
    return examiner_cda(octets, ContexteControle(kit_ci_sis=KIT, cache=tmp))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Le dossier des compilations, partagé par les essais de ce module."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("niveau", ["N1", "N3"])
def test_bon_document(niveau: str, cache: Path) -> None:
    """Nos bons documents sont conformes au schéma et à tous les schematrons du kit."""
    examen = _examiner(bon(niveau), cache)
    assert examen.verdict is Verdict.CONFORME, [c.en_texte() for c in examen.constats if c.verdict != Verdict.CONFORME]
    assert any("schéma XSD du kit" in phrase for phrase in examen.perimetre)
    assert "XSD-CDA-01" in {constat.code for constat in examen.constats}


@pytest.mark.parametrize("exemple", EXEMPLES, ids=lambda chemin: chemin.stem)
def test_exemple_officiel(exemple: Path, cache: Path) -> None:
    """Les exemples sont conformes, hors les quatre dérives de vocabulaire, dites comme telles."""
    examen = _examiner(exemple.read_bytes(), cache)
    en_cause = [constat for constat in examen.constats if constat.verdict is not Verdict.CONFORME]
    assert (examen.verdict is Verdict.CONFORME) is (exemple.name not in DERIVES)
    assert all("vocabulaire" in constat.message for constat in en_cause)


@pytest.mark.parametrize(("mutant", "niveau"), CAS, ids=[f"{m.nom} ({n})" for m, n in CAS])
def test_mutant(mutant: Mutant, niveau: str, cache: Path) -> None:
    """Avec le kit, le défaut garde son code et n'est jamais moins grave ; un défaut jugé rend le document fautif."""
    abime = mutant.appliquer(bon(niveau))
    assert abime is not None
    examen = _examiner(abime, cache)
    ordre = [Gravite.RESPECTEE, Gravite.REMARQUE, Gravite.AVERTISSEMENT, Gravite.INDETERMINE, Gravite.ERREUR]
    recus = [ordre.index(gravite(constat)) for constat in examen.constats if constat.code == mutant.code]
    assert max(recus) >= ordre.index(mutant.gravite)
    if mutant.gravite is Gravite.ERREUR:
        assert examen.verdict is Verdict.NON_CONFORME


def test_sans_redite(cache: Path) -> None:
    """Ce que le kit dit au même lieu du même élément n'est dit qu'une fois, et cité."""
    examen = _examiner(bon().replace(b'<languageCode code="fr-FR"', b'<languageCode code="fr"'), cache)
    en_cause = [constat for constat in examen.constats if constat.verdict is not Verdict.CONFORME]
    assert [constat.code for constat in en_cause] == ["CDA-ENT-13"]
    assert "SCH-" in en_cause[0].source


def test_type_id_faux_ne_fait_pas_taire_le_kit(cache: Path) -> None:
    """Avec un typeId faux, les schematrons sont joués comme s'il était juste, et le périmètre le dit."""
    faux = bon().replace(b"POCD_HD000040", b"POCD_HD000020").replace(b'<realmCode code="FR"', b'<realmCode code="US"')
    examen = _examiner(faux, cache)
    assert examen.constats[0].code == "CDA-ENT-02"
    assert any("SCH-" in constat.source for constat in examen.constats if constat.code == "CDA-ENT-06")
    assert any("typeId est faux" in phrase for phrase in examen.perimetre)


def test_seconde_lecture(cache: Path) -> None:
    """Ce que le schéma refuse et que le banc n'explique pas, dans une extension, est relu par xmlschema."""
    faux = bon().replace(b'<lab:statusCode code="completed"', b'<lab:statusCode code="fini"')
    [constat] = [constat for constat in _examiner(faux, cache).constats if constat.code == "XSD-CDA-01"]
    assert constat.verdict is Verdict.NON_CONFORME
    assert "statusCode" in constat.ou
    assert "libxml2" in constat.recu
    assert "xmlschema" in constat.recu


@pytest.mark.parametrize("volet", ["", "AVC-AUNV_2022.01"], ids=["déduit", "demandé"])
def test_une_instruction_etrangere_n_adoucit_rien(volet: str, cache: Path) -> None:
    """Nommer un schematron que le kit n'a pas, sans dire la version du volet, laisse ses écarts *non conformes*."""
    octets = (KIT / "ExemplesCDA" / "AVC-AUNV_2022.01.xml").read_bytes()
    octets = re.sub(rb'(<templateId root="[^"]*") extension="[^"]*"', rb"\1", octets)
    octets = re.sub(rb"<\?oxygen[^?]*\?>", rb'<?oxygen SCHSchema="verif-maison.sch"?>', octets)
    assert b"verif-maison" in octets
    contexte = ContexteControle(kit_ci_sis=KIT, cache=cache, volet=volet)
    assert examiner_cda(octets, contexte).verdict is Verdict.NON_CONFORME
