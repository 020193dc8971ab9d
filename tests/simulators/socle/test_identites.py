"""Identités de test : clés justes, fabrication déterministe, jeu complet et non attribuable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE
from simulators.socle.identites import (
    IDENTITES_DE_TEST,
    MATRICULES_PUBLICS_DE_TEST,
    OID_INS_NIA,
    OID_INS_NIR_TEST,
    cle_nir,
    fabriquer_identite,
    par_cas,
)

MATRICULES = st.builds(
    lambda debut, departement, fin: f"{debut:05d}{departement}{fin:06d}",
    st.integers(0, 99_999),
    st.one_of(st.integers(1, 99).map("{:02d}".format), st.sampled_from(["2A", "2B"])),
    st.integers(0, 999_999),
)


@pytest.mark.parametrize(
    ("matricule", "cle"),
    [("160012B020777", "13"), ("1090763220834", "89"), ("1090763220888", "35"), ("2360663220836", "56"),
     ("297022A020778", "78")],
)  # fmt: skip
def test_cles_publiees(matricule: str, cle: str) -> None:
    """Les clés publiées avec les identités d'essai d'INSi sont retrouvées, Corse comprise."""
    assert cle_nir(matricule) == cle
    assert matricule in MATRICULES_PUBLICS_DE_TEST


@given(MATRICULES)
def test_cle_complete_a_97(matricule: str) -> None:
    """Le matricule (2A → 19, 2B → 18) augmenté de sa clé est un multiple de 97 ; la clé va de 01 à 97."""
    cle = cle_nir(matricule)
    nombre = int(matricule.replace("2A", "19").replace("2B", "18"))
    assert len(cle) == 2
    assert 1 <= int(cle) <= 97
    assert (nombre + int(cle)) % 97 == 0


@pytest.mark.parametrize("faux", ["", "123", "1" * 14, "12345C7890123", "1234É67890123"])
def test_matricule_faux_refuse(faux: str) -> None:
    """Ce qui n'est pas un matricule n'a pas de clé."""
    with pytest.raises(ValueError, match="13 caractères"):
        cle_nir(faux)


@given(graine=st.text(max_size=30), anciens=st.integers(0, 4))
def test_fabrique_deterministe_et_coherente(graine: str, anciens: int) -> None:
    """Même graine, même personne ; le matricule suit le sexe et la date, sa clé est juste, nul ne peut le porter."""
    identite = fabriquer_identite(graine, anciens=anciens)
    assert identite == fabriquer_identite(graine, anciens=anciens)
    assert identite.matricule[0] == {"M": "1", "F": "2"}[identite.sexe]
    assert identite.matricule[1:5] == identite.date_naissance[2:4] + identite.date_naissance[5:7]
    assert identite.matricule[5:10] == "99999"
    assert identite.cle == cle_nir(identite.matricule)
    assert [ancien.cle for ancien in identite.historique] == [cle_nir(a.matricule) for a in identite.historique]
    assert len(identite.matricules) == anciens + 1
    assert identite.oid == OID_INS_NIR_TEST


def test_jeu_sans_doublon() -> None:
    """Cas et matricules du jeu sont uniques, hors l'ancien volontairement égal à l'actif ; chaque cas est expliqué."""
    cas = [identite.cas for identite in IDENTITES_DE_TEST]
    assert len(set(cas)) == len(cas)
    matricules = [matricule for identite in IDENTITES_DE_TEST for matricule in identite.matricules]
    assert len(set(matricules)) == len(matricules)
    assert all(identite.note for identite in IDENTITES_DE_TEST)
    assert all(identite.matricule[7:10] == "999" for identite in IDENTITES_DE_TEST)


def test_jeu_couvre_les_difficultes() -> None:
    """Le jeu contient les difficultés connues de la recherche d'INS."""
    assert len(par_cas("nom_54").nom_naissance) == 54
    assert len(par_cas("prenom_54").prenoms[0]) == 54
    assert par_cas("nia").oid == OID_INS_NIA
    assert par_cas("corse_2a").matricule[5:7] == "2A"
    assert par_cas("corse_2b").matricule[5:7] == "2B"
    assert par_cas("lieu_absent").lieu_naissance is None
    assert par_cas("jour_mois_inconnus").date_naissance == "1962-00-00"
    assert [len(par_cas(cas).historique) for cas in ("nominal", "historique_1", "historique_n")] == [0, 1, 3]
    assert par_cas("historique_egal").historique[0].matricule == par_cas("historique_egal").matricule
    homonymes = [par_cas("homonyme_1"), par_cas("homonyme_2")]
    assert len({(h.nom_naissance, h.prenoms, h.sexe, h.date_naissance) for h in homonymes}) == 1
    assert len({h.lieu_naissance for h in homonymes}) == 2
    with pytest.raises(KeyError, match="cas connus"):
        par_cas("absent")


def test_rpps_luhn() -> None:
    """Les RPPS d'essai ont onze chiffres, commencent par 999 et ont une clé de Luhn juste."""
    for professionnel in PROFESSIONNELS:
        chiffres = [int(chiffre) for chiffre in reversed(professionnel.rpps)]
        doubles = [sum(divmod(2 * chiffre, 10)) for chiffre in chiffres[1::2]]
        assert (sum(chiffres[::2]) + sum(doubles)) % 10 == 0
        assert len(professionnel.rpps) == 11
        assert professionnel.identifiant_national == "8" + professionnel.rpps
    assert STRUCTURE.identifiant_national == "1" + STRUCTURE.finess
