"""Par l'API Pro Santé Connectée, le VIHF n'est pas jugé : rien de public ne dit ce qu'elle en attend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.verdict import Verdict
from steps.verifications.dmp.controle import verifier_message
from tests.verifications.dmp import exemples_envois
from tests.verifications.dmp.fabrique import alimentation
from tests.verifications.dmp.fabrique_vihf import vihf


@pytest.mark.parametrize("assertion", ["", None, "modifiee"])
def test_vihf_non_juge(assertion: str | None) -> None:
    """Absent, signé, ou au contenu changé : aucune alerte par l'API ; par l'accès habituel, sans VIHF, une."""
    texte = vihf(vihf_version="9.9") if assertion == "modifiee" else assertion
    envoi = alimentation(assertion=texte)
    par_l_api = replace(envoi, notes={"voie": "api_psc", "jeton_etat": "valide"})
    constats = verifier_message(par_l_api, exemples_envois.CONTEXTE)
    assert len(constats) > 3
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME] == []
    habituel = {c.code for c in verifier_message(envoi, exemples_envois.CONTEXTE) if c.verdict is not Verdict.CONFORME}
    assert bool(habituel) == (assertion is not None)
