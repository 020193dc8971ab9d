"""Documents reçus qui entrent d'eux-mêmes au dossier : chaque règle suivie et enfreinte."""

from __future__ import annotations

import pytest

from steps.verifications.documents_recus import integration as it
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas

TABLE: list[Cas] = [
    ("réglage accepté", it.R_REGLAGE, OUI, lambda: it.reglage_pris(True, "active", "fait")),
    ("réglage refusé", it.R_REGLAGE, NON, lambda: it.reglage_pris(False, "active", "refuse : inconnu")),
    ("seul, au bon dossier", it.R_SEUL, OUI, lambda: it.entre_seul(1, [], "lettre", "dossier")),
    ("resté à traiter", it.R_SEUL, NON, lambda: it.entre_seul(0, [], "lettre", "dossier")),
    ("ailleurs aussi", it.R_SEUL, NON, lambda: it.entre_seul(1, ["11490-0 ailleurs"], "lettre", "dossier")),
    ("CDA et PDF rangés à part", it.R_SEUL, VOIR, lambda: it.entre_seul(2, [], "lettre", "dossier")),
    ("réglage levé, resté", it.R_LEVE, OUI, lambda: it.pas_entre(0, "réglage levé", "bilan", temoin=True)),
    ("réglage levé, entré", it.R_LEVE, NON, lambda: it.pas_entre(1, "réglage levé", "bilan", temoin=True)),
    ("rien n'entre", it.R_LEVE, RIEN, lambda: it.pas_entre(0, "réglage levé", "bilan", temoin=False)),
    ("autre trait, resté", it.R_STRICT, OUI, lambda: it.pas_entre(0, "identité différente", "bilan", temoin=True)),
    ("autre trait, entré", it.R_STRICT, NON, lambda: it.pas_entre(1, "identité différente", "bilan", temoin=True)),
    ("INS récupérée, resté", it.R_QUALIFIEE, OUI, lambda: it.pas_entre(0, "INS non qualifiée", "bilan", temoin=True)),
    ("INS récupérée, entré", it.R_QUALIFIEE, NON, lambda: it.pas_entre(1, "INS non qualifiée", "bilan", temoin=False)),
]


@pytest.mark.parametrize("cas", TABLE, ids=[f"{c[1].code} {c[0]}" for c in TABLE])
def test_cas(cas: Cas) -> None:
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Chaque règle a un cas suivi et un cas enfreint."""
    assert regles_sans_cas(it, TABLE) == set()
