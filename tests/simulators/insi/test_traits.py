"""Recherche par traits en TLS mutuel."""

from __future__ import annotations

import pytest
from lxml import etree

from simulators.socle.identites import IDENTITES_DE_TEST, par_cas
from tests.simulators.insi import aides
from tests.simulators.insi.aides import RESULTAT
from tests.simulators.insi.conftest import Banc


def test_identite_unique(banc: Banc) -> None:
    """Une personne connue est rendue avec son INS, son OID et ses traits, et l'échange dit ce qui s'est passé."""
    personne = par_cas("nominal")
    reponse = banc.appeler(aides.enveloppe(aides.traits_de(personne)))
    assert reponse.status_code == 200, reponse.text
    racine = etree.fromstring(reponse.content)
    assert racine.findtext(f".//{RESULTAT}NumIdentifiant") == personne.matricule
    assert racine.findtext(f".//{RESULTAT}OID") == "1.2.250.1.213.1.4.10"
    assert racine.findtext(f".//{RESULTAT}ListePrenom") == " ".join(personne.prenoms)
    assert racine.find(f".//{RESULTAT}Prenom") is None
    echange = banc.dernier()
    assert echange.operation == aides.TRAITS
    assert echange.notes["code_retour"] == "00"
    assert echange.notes["authentification"] == "certificat"
    assert echange.notes["matricule_ins"] == personne.matricule_ins


@pytest.mark.parametrize("identite", IDENTITES_DE_TEST, ids=lambda identite: identite.cas)
def test_attendu_de_chaque_identite(banc: Banc, identite) -> None:  # type: ignore[no-untyped-def]
    """Chaque identité de test donne le code annoncé, sans puis avec le lieu de naissance."""
    assert aides.code_cr(banc.appeler(aides.enveloppe(aides.traits_de(identite)))) == identite.attendu
    if identite.cog_requis:
        avec = aides.traits_de(identite, lieu=identite.lieu_naissance)
        assert aides.code_cr(banc.appeler(aides.enveloppe(avec))) == "00"
