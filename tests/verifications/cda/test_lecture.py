"""Lecture d'un CDA, aides des scénarios, dates : ce qu'elles rendent, et qu'elles ne cassent sur rien."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steps.verifications.cda import (
    CdaIllisible,
    lire_cda,
    matricules,
    niveau,
    remplace,
    statut_compte_rendu,
    version,
)
from steps.verifications.cda.dates import PARIS, dtm_valide, en_utc, instant_de, jour, meme_instant, ts_valide
from tests.verifications.cda.fabrique import MATRICULE, MORCEAUX, cda
from tests.verifications.cda.fabrique import remplace as lien


def test_entete() -> None:
    """L'en-tête lu rend les valeurs écrites."""
    lu = lire_cda(cda())
    assert lu.id is not None and lu.id.unique_id == "1.2.250.1.213.99.1.100.1"
    assert lu.patient.nom("BR") == "D'ÉTÉ-DURAND"
    assert lu.auteurs[0].identifiant_national == "899900000017"
    assert lu.auteurs[0].organisation is not None
    assert lu.auteurs[0].organisation.identifiant_national == "1990000001"
    assert lu.acte_principal is not None and lu.acte_principal.debut == "20261119083000+0100"


def test_aides() -> None:
    """Niveau, matricules, statut, version et document remplacé viennent du document."""
    suite = cda(
        versionNumber='<versionNumber value="2"/>',
        relatedDocument=lien("1.2.3"),
        statut='<lab:statusCode code="active"/>',
        ajout=f'<participant><associatedEntity><id root="1.2.250.1.213.1.4.10" extension="{MATRICULE}"/>'
        '<id root="1.2.250.1.213.1.4.10" extension="279035121518989"/></associatedEntity></participant>',
    )
    assert (niveau(cda()), niveau(cda("N1")), niveau(cda(corps=""))) == ("N3", "N1", "")
    assert matricules(suite) == (MATRICULE, "279035121518989")
    assert (statut_compte_rendu(cda()), statut_compte_rendu(suite)) == ("completed", "active")
    assert (version(suite), version(cda(versionNumber='<versionNumber value="x"/>'))) == (2, None)
    assert (remplace(suite), remplace(cda())) == ("1.2.3", "")


def test_statut_par_les_resultats() -> None:
    """Sans lab:statusCode, un résultat encore actif rend le compte rendu partiel."""
    entrees = "".join(
        f'<entry><templateId root="1.3.6.1.4.1.19376.1.3.1"/><act><statusCode code="{code}"/></act></entry>'
        for code in ("completed", "active")
    )
    corps = (
        f"<component><structuredBody><component><section>{entrees}</section></component></structuredBody></component>"
    )
    assert statut_compte_rendu(cda(statut="", corps=corps)) == "active"
    assert statut_compte_rendu(cda(statut="")) == ""


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<a/>",
        b"<ClinicalDocument/>",
        cda(prologue="<!DOCTYPE ClinicalDocument>"),
        cda(prologue='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', title="<title>&x;</title>"),
    ],
)
def test_refus(octets: bytes) -> None:
    """Ce qui n'est pas un CDA, ou porte une DTD, est refusé avec une raison."""
    with pytest.raises(CdaIllisible):
        lire_cda(octets)


def test_taille_bornee() -> None:
    """Un document au-delà de la limite n'est pas analysé."""
    with pytest.raises(CdaIllisible, match="limite"):
        lire_cda(cda(), taille_max=100)


@given(st.binary(max_size=300))
@settings(max_examples=25, deadline=None)
def test_octets_quelconques(octets: bytes) -> None:
    """Des octets quelconques donnent un refus propre, jamais une erreur."""
    with pytest.raises(CdaIllisible):
        lire_cda(octets)


@given(st.integers(0, 400), st.integers(1, 40), st.sampled_from(sorted(set(MORCEAUX) - {"prologue", "corps"})))
@settings(max_examples=25, deadline=None)
def test_document_abime(debut: int, longueur: int, morceau: str) -> None:
    """Un document dont un morceau est amputé se lit ou se refuse, sans autre erreur."""
    texte = MORCEAUX[morceau]
    try:
        lire_cda(cda(**{morceau: texte[:debut] + texte[debut + longueur :]}))
    except CdaIllisible:
        return


@pytest.mark.parametrize(
    ("ecrit", "dtm", "egal"),
    [
        ("20261120101530+0100", "20261120091530", True),
        ("20261120101530+0100", "20261120101530", False),
        ("20260720101530+0200", "20260720081530", True),
        ("202611201015+0100", "20261120091500", True),
        ("20261120003000+0100", "20261119233000", True),
        ("20261120", "20261120", True),
        ("20261120", "20261119230000", True),
        ("20261120", "20261121", False),
        ("20261120101530", "20261120101530", True),
        ("20261120101530", "20261120091530", True),
        ("20261120101530", "20261120061530", False),
        ("", "20261120", False),
        ("20261120101530+0100", "", False),
    ],
)
def test_meme_instant(ecrit: str, dtm: str, egal: bool) -> None:
    """La date XDS est celle du CDA en temps universel, à la précision la plus courte."""
    assert meme_instant(ecrit, dtm) is egal


@given(st.datetimes(datetime(1996, 1, 1), datetime(2037, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001
@settings(max_examples=25, deadline=None)
def test_utc(local: datetime, heures: int) -> None:
    """en_utc et instant_de s'accordent, et meme_instant reconnaît la conversion."""
    ecrit = f"{local:%Y%m%d%H%M%S}{'-' if heures < 0 else '+'}{abs(heures):02d}00"
    attendu = local.replace(microsecond=0) - timedelta(hours=heures)
    assert en_utc(ecrit) == attendu.strftime("%Y%m%d%H%M%S")
    lu = instant_de(ecrit)
    assert lu is not None and lu.replace(tzinfo=None) == attendu
    assert meme_instant(ecrit, en_utc(ecrit))


@pytest.mark.parametrize(
    ("valeur", "ts", "dtm"),
    [
        ("20261120", True, True),
        ("20261320", False, False),
        ("2026112010", True, True),
        ("20261120101530+0100", True, False),
        ("20261120101530.123+0100", True, False),
        ("2026-11-20", False, False),
        ("20261120101530Z", False, False),
        ("20261120101530+2500", False, False),
        ("", False, False),
    ],
)
def test_formes(valeur: str, ts: bool, dtm: bool) -> None:
    """Un TS peut porter un décalage, un DTM jamais."""
    assert (ts_valide(valeur), dtm_valide(valeur)) == (ts, dtm)


def test_paris() -> None:
    """L'heure de Paris change aux bons dimanches."""
    for texte, heures in (
        ("2026-03-29T01:59", 1),
        ("2026-03-29T03:00", 2),
        ("2026-10-25T01:30", 2),
        ("2026-10-25T03:00", 1),
    ):
        assert datetime.fromisoformat(texte).replace(tzinfo=PARIS).utcoffset() == timedelta(hours=heures)


def test_jour() -> None:
    """Le jour écrit se lit sans changer de fuseau."""
    lu = jour("20261120003000+0100")
    assert lu is not None and lu.isoformat() == "2026-11-20"
    assert jour("2026") is None


def test_racine_au_dela_d_un_mebioctet() -> None:
    """Un prologue ou une balise de tête plus longs que 1 Mio se lisent ; une DTD cachée derrière reste refusée."""
    long = b"<!--" + b"x" * 1_200_000 + b"-->"
    document = cda()
    corps = document[document.index(b"<ClinicalDocument") :]
    assert lire_cda(long + corps).id == lire_cda(document).id
    with pytest.raises(CdaIllisible, match="DTD"):
        lire_cda(long + b"<!DOCTYPE ClinicalDocument>" + corps)
