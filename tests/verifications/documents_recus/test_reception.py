"""Listes de réception : chaque règle suivie et enfreinte ; variantes admises."""

from __future__ import annotations

import hashlib

import pytest

from steps.verifications.documents_recus import reception as rc
from tests.steps.tables import NON, OUI, RIEN, VOIR, Cas, juger, regles_sans_cas

LIGNE = {"document_id": "D1", "lu": False, "integration": "automatique"}
A_LA_MAIN, LU = LIGNE | {"integration": "manuelle"}, LIGNE | {"lu": True}
NOUVEAU, ANCIEN = b"nouvelle version", b"ancienne version"
NEUVE, VIEILLE = hashlib.sha256(NOUVEAU).hexdigest(), hashlib.sha256(ANCIEN).hexdigest()

TABLE: list[Cas] = [
    ("montré", rc.R_LISTE, OUI, lambda: rc.a_revoir(LIGNE, "lettre")),
    ("absent", rc.R_LISTE, NON, lambda: rc.a_revoir(None, "lettre")),
    ("hors période, absent", rc.R_PERIODE, OUI, lambda: rc.hors_periode(None, "lettre", temoin=True)),
    ("hors période, montré", rc.R_PERIODE, NON, lambda: rc.hors_periode(LIGNE, "lettre", temoin=True)),
    ("jamais montré", rc.R_PERIODE, RIEN, lambda: rc.hors_periode(None, "lettre", temoin=False)),
    ("à la main, absent", rc.R_MANUEL, OUI, lambda: rc.pas_entre_seul(None, "lettre", temoin=True)),
    ("à la main, liste commune", rc.R_MANUEL, OUI, lambda: rc.pas_entre_seul(A_LA_MAIN, "lettre", temoin=True)),
    ("à la main, confondu", rc.R_MANUEL, NON, lambda: rc.pas_entre_seul(LIGNE, "lettre", temoin=True)),
    ("liste vide", rc.R_MANUEL, RIEN, lambda: rc.pas_entre_seul(None, "lettre", temoin=False)),
    ("consulté, retiré", rc.R_CONSULTE, OUI, lambda: rc.consulte(None, "lettre", temoin=True)),
    ("consulté, marqué lu", rc.R_CONSULTE, OUI, lambda: rc.consulte(LU, "lettre", temoin=True)),
    ("consulté, resté", rc.R_CONSULTE, NON, lambda: rc.consulte(LIGNE, "lettre", temoin=True)),
    ("jamais dans la liste", rc.R_CONSULTE, RIEN, lambda: rc.consulte(None, "lettre", temoin=False)),
    ("à traiter", rc.R_TRAVAIL, OUI, lambda: rc.a_traiter(LIGNE, "lettre")),
    ("perdu", rc.R_TRAVAIL, NON, lambda: rc.a_traiter(None, "lettre")),
    ("traité, retiré", rc.R_TRAITE, OUI, lambda: rc.traite(None, "lettre", temoin=True)),
    ("traité, resté", rc.R_TRAITE, NON, lambda: rc.traite(LIGNE, "lettre", temoin=True)),
    ("jamais à traiter", rc.R_TRAITE, RIEN, lambda: rc.traite(None, "lettre", temoin=False)),
    ("action faite", rc.R_ISSUE, OUI, lambda: rc.issue_offerte(True, "supprimer", "lettre", "fait")),
    ("action refusée", rc.R_ISSUE, NON, lambda: rc.issue_offerte(False, "supprimer", "lettre", "non géré")),
    ("au dossier choisi", rc.R_INTEGRE, OUI, lambda: rc.integre(1, [], "lettre", "dossier")),
    ("nulle part", rc.R_INTEGRE, NON, lambda: rc.integre(0, [], "lettre", "dossier")),
    ("ailleurs", rc.R_INTEGRE, NON, lambda: rc.integre(1, ["dossier voisin"], "lettre", "dossier")),
    ("nouvelle seule", rc.R_REMPLACE, OUI, lambda: rc.remplace([NEUVE], NOUVEAU, ANCIEN, "lettre")),
    ("les deux actuelles", rc.R_REMPLACE, NON, lambda: rc.remplace([VIEILLE, NEUVE], NOUVEAU, ANCIEN, "lettre")),
    ("ancienne seule", rc.R_REMPLACE, NON, lambda: rc.remplace([VIEILLE], NOUVEAU, ANCIEN, "lettre")),
    ("aucune des deux", rc.R_REMPLACE, NON, lambda: rc.remplace([], NOUVEAU, ANCIEN, "lettre")),
    ("empreinte tue", rc.R_REMPLACE, VOIR, lambda: rc.remplace([""], NOUVEAU, ANCIEN, "lettre")),
    ("supprimé", rc.R_SUPPRIME, OUI, lambda: rc.supprime([], "bilan")),
    ("rangé quand même", rc.R_SUPPRIME, NON, lambda: rc.supprime(["dossier"], "bilan")),
]


@pytest.mark.parametrize("cas", TABLE, ids=[f"{c[1].code} {c[0]}" for c in TABLE])
def test_cas(cas: Cas) -> None:
    juger(cas)


def test_chaque_regle_a_ses_deux_cas() -> None:
    """Chaque règle a un cas suivi et un cas enfreint."""
    assert regles_sans_cas(rc, TABLE) == set()
