"""Ce que l'ouverture d'un dossier annonce du DMP : nombres par type, silence justifié, versions et suppressions."""

from __future__ import annotations

from typing import Any

import pytest

from reports.verdict import Verdict
from steps.verifications import dossier_annonces as regles

CONFORME, NON_CONFORME, A_VERIFIER = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER
ATTENDUS = {"11490-0": 2, "11502-2": 1}


def _dit(*annonces: tuple[str, int], libelles: bool = False) -> dict[str, Any]:
    cle = "libelle" if libelles else "type_code"
    return {"nouveaux_documents": [{cle: quoi, "nombre": n} for quoi, n in annonces]}


@pytest.mark.parametrize(
    ("donnees", "verdict"),
    [
        (_dit(("11502-2", 1), ("11490-0", 2)), CONFORME),
        (_dit(("11490-0^^2.16.840.1.113883.6.1", 2), ("11502-2", 1)), CONFORME),
        (_dit(("11490-0", 1), ("11490-0", 1), ("11502-2", 1)), CONFORME),
        (_dit(("11490-0", 2), ("11502-2", 1), ("34133-9", 0)), CONFORME),
        (_dit(("11490-0", 3)), NON_CONFORME),
        (_dit(("11490-0", 2)), NON_CONFORME),
        (_dit(), NON_CONFORME),
        (_dit(("Lettres de liaison", 2), ("Biologie", 1), libelles=True), A_VERIFIER),
        (_dit(("Lettres de liaison", 2), ("Biologie", 2), libelles=True), NON_CONFORME),
        (_dit(("Documents", 3), libelles=True), NON_CONFORME),
        ({}, A_VERIFIER),
    ],
)
def test_nouveaux(donnees: dict[str, Any], verdict: Verdict) -> None:
    """Le nombre de chaque type est celui du DMP ; des libellés au total juste sont à comparer."""
    assert regles.nouveaux_annonces(donnees, ATTENDUS, "patient").verdict is verdict


def test_aucun() -> None:
    """Rien d'annoncé, ou zéro ; un nombre est un manquement, un relevé absent est à regarder."""
    assert regles.aucun_annonce(_dit(), "un ancien", "patient").verdict is CONFORME
    assert regles.aucun_annonce(_dit(("11490-0", 0)), "un ancien", "patient").verdict is CONFORME
    assert regles.aucun_annonce(_dit(("11490-0", 1)), "un ancien", "patient").verdict is NON_CONFORME
    assert regles.aucun_annonce({}, "un ancien", "patient").verdict is A_VERIFIER


def _signale(*versions: dict[str, Any]) -> dict[str, Any]:
    return {"versions": list(versions)}


def test_version_signalee() -> None:
    """Signalée pour ce qu'elle est ; une autre version désignée, ou le silence, est un manquement."""
    recente = {"document_id": "D1", "etat": "plus_recente", "unique_id": "1.2.3"}

    def verdict(donnees: dict[str, Any], **options: Any) -> Verdict:
        return regles.changement_signale(donnees, "D1", "« sortie »", **{"suivante": "1.2.3", **options}).verdict

    assert verdict(_signale(recente)) is CONFORME
    assert verdict(_signale({**recente, "unique_id": None})) is CONFORME
    assert verdict(_signale({**recente, "unique_id": "1.2.4"})) is NON_CONFORME
    assert verdict(_signale({**recente, "document_id": "D2"})) is NON_CONFORME
    assert verdict(_signale({**recente, "etat": "supprime"})) is NON_CONFORME
    assert verdict(_signale({**recente, "etat": "supprime"}), supprime=True) is CONFORME
    assert verdict(_signale(), supprime=True) is NON_CONFORME
    assert verdict({}) is A_VERIFIER
    assert regles.rien_signale(_signale(recente), "D2", "« autre »").verdict is CONFORME
    assert regles.rien_signale(_signale(recente), "D1", "« sortie »").verdict is NON_CONFORME
    assert regles.rien_signale({}, "D1", "« sortie »").verdict is A_VERIFIER


def test_dossier() -> None:
    """Les deux versions au dossier ; un document ôté n'y est plus."""

    def deux(au_dossier: list[str], nouvelle: str = "D2", gardee: str = "AB") -> Verdict:
        return regles.deux_versions_au_dossier(
            au_dossier, "D1", nouvelle, "« sortie »", gardee=gardee, voulue="ab"
        ).verdict

    assert deux(["D1", "D2"]) is CONFORME
    assert deux(["D1", "D2"], gardee="cd") is NON_CONFORME
    assert deux(["D1", "D2"], gardee="") is A_VERIFIER
    assert deux(["D2"]) is deux(["D2"], gardee="") is NON_CONFORME
    assert deux(["D1"], nouvelle="D1") is A_VERIFIER
    assert deux(["D1"], nouvelle="") is NON_CONFORME
    assert regles.document_ote("fait", ["D1"], "D2", "« bilan »", "fait").verdict is CONFORME
    assert regles.document_ote("fait", ["D1"], "D2", "« bilan »", "fait", ["D1"]).verdict is CONFORME
    assert regles.document_ote("fait", [], "D2", "« bilan »", "fait", ["D1"]).verdict is NON_CONFORME
    assert regles.document_ote("fait", ["D2"], "D2", "« bilan »", "fait").verdict is NON_CONFORME
    assert regles.document_ote("refuse", [], "D2", "« bilan »", "refusé").verdict is NON_CONFORME
