"""Comptes rendus pas encore validés : statut relu, envois retenus, revue d'une période, notification des retards."""

from __future__ import annotations

from typing import Any

import pytest

from reports.verdict import Verdict
from steps.verifications import comptes_rendus_attente as regles

CONFORME, NON_CONFORME = Verdict.CONFORME, Verdict.NON_CONFORME
A_VERIFIER, NON_CONCLUANT = Verdict.A_VERIFIER, Verdict.NON_CONCLUANT
ATTENDUS = {"D1": "provisoire", "D2": "non_valide"}


@pytest.mark.parametrize(
    ("etat", "voulu", "verdict"),
    [
        ("provisoire", "provisoire", CONFORME),
        ("non_valide", "provisoire", NON_CONFORME),
        ("valide", "provisoire", NON_CONFORME),
        ("valide", "valide", CONFORME),
        ("provisoire", "valide", NON_CONFORME),
        (None, "provisoire", A_VERIFIER),
        ("brouillon", "valide", A_VERIFIER),
    ],
)
def test_statut_montre(etat: Any, voulu: str, verdict: Verdict) -> None:
    """Le statut relu est celui qui a été donné ; non relevé, il est à regarder, sous la règle de son statut."""
    constat = regles.statut_montre(etat, voulu, "« scanner »")
    assert (constat.verdict, constat.code) == (verdict, f"CRI-ATTENTE-0{1 if voulu == 'provisoire' else 2}")


def test_provisoire_retenu() -> None:
    """Rien d'envoyé avant la validation ; un envoi est à vérifier (source déduite) ; sans témoin, rien ne se dit."""
    assert regles.provisoire_retenu({}, [4, 9], "« scanner »").verdict is CONFORME
    parti = regles.provisoire_retenu({3: "document 1.2 soumis au DMP"}, [4], "« scanner »")
    assert parti.verdict is A_VERIFIER
    assert parti.echanges == (3,)
    assert regles.provisoire_retenu({}, [], "« scanner »").verdict is NON_CONCLUANT


def _liste(**statuts: str | None) -> list[dict[str, Any]]:
    return [{"document_id": cle, "statut": statut} for cle, statut in statuts.items()]


@pytest.mark.parametrize(
    ("lignes", "verdict"),
    [
        (_liste(D2="non_valide", D1="provisoire", D9="provisoire"), CONFORME),
        (_liste(D1="non_valide", D2="non_valide"), CONFORME),
        (_liste(D1=None, D2=None), CONFORME),
        (_liste(D1="provisoire", D2="a_valider"), A_VERIFIER),
        (_liste(D1="provisoire"), NON_CONFORME),
        ([], NON_CONFORME),
        (None, NON_CONFORME),
    ],
)
def test_revue_complete(lignes: list[dict[str, Any]] | None, verdict: Verdict) -> None:
    """Chaque compte rendu en attente y est ; un statut inattendu se regarde."""
    assert regles.revue_complete(lignes, ATTENDUS, "février").verdict is verdict


def test_revue_exacte() -> None:
    """Un validé ou un hors période s'y voit ; une revue qui n'a jamais rien montré ne prouve rien."""
    exclus = {"D3": "validé"}
    assert regles.revue_exacte(_liste(D1="provisoire"), exclus, ["D1"], "février").verdict is CONFORME
    assert regles.revue_exacte([], exclus, ["D1"], "mars").verdict is CONFORME
    assert regles.revue_exacte(_liste(D3="provisoire"), exclus, ["D1"], "février").verdict is NON_CONFORME
    assert regles.revue_exacte([], exclus, [], "février").verdict is NON_CONCLUANT
    assert regles.revue_exacte(None, exclus, ["D1"], "février").verdict is NON_CONFORME


def test_periode_suivie() -> None:
    """Tous : conforme ; une partie : manquement ; aucun : la période peut suivre la date de rédaction."""
    assert regles.periode_suivie(_liste(D1=None, D2=None), ATTENDUS, "février").verdict is CONFORME
    assert regles.periode_suivie(_liste(D1=None), ATTENDUS, "février").verdict is NON_CONFORME
    assert regles.periode_suivie(_liste(D9=None), ATTENDUS, "février").verdict is A_VERIFIER
    assert regles.periode_suivie([], ATTENDUS, "février").verdict is A_VERIFIER
    assert regles.periode_suivie(None, ATTENDUS, "février").verdict is NON_CONFORME


ALERTES = [{"texte": "Compte rendu provisoire", "document_id": "D1"}]
MUETTES = [{"texte": "Un compte rendu attend", "document_id": None}]


@pytest.mark.parametrize(
    ("alertes", "verdict"), [(ALERTES, CONFORME), ([], NON_CONFORME), (MUETTES, A_VERIFIER), (None, A_VERIFIER)]
)
def test_retard_notifie(alertes: list[dict[str, Any]] | None, verdict: Verdict) -> None:
    """Une alerte mène au compte rendu en retard ; une alerte sans destination est à regarder."""
    assert regles.retard_notifie(alertes, "D1", "« scanner »").verdict is verdict


def test_retard_d_un_autre() -> None:
    """Une alerte qui mène ailleurs ne vaut pas pour lui."""
    assert regles.retard_notifie(ALERTES, "D2", "« IRM »").verdict is NON_CONFORME


def test_rien_a_notifier() -> None:
    """Notifié à tort, c'est un manquement ; si rien n'est jamais notifié, l'absence ne prouve rien."""
    assert regles.rien_a_notifier(ALERTES, "D2", ["D1"], "« IRM »").verdict is CONFORME
    assert regles.rien_a_notifier([], "D2", ["D1"], "« IRM »").verdict is CONFORME
    assert regles.rien_a_notifier(ALERTES, "D1", ["D1"], "« scanner »").verdict is NON_CONFORME
    assert regles.rien_a_notifier([], "D2", [], "« IRM »").verdict is NON_CONCLUANT
    assert regles.rien_a_notifier(None, "D2", ["D1"], "« IRM »").verdict is A_VERIFIER
