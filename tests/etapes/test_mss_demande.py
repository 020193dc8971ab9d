"""Un logiciel sans envoi automatique par MSSanté n'est pas écarté d'une exigence qui n'en demande pas."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import mss_demande
from steps.logiciel.protocole import ReponseAction

PHRASE = "patients et aux correspondants"


class _EssaiDouble:
    """Ce qu'une étape demande à un essai, et ce que le logiciel y a fait."""

    def __init__(self, resultat: str, actions: frozenset[str] = frozenset({"configurer"})) -> None:
        self.resultat = resultat
        self.adaptateur = SimpleNamespace(actions=lambda: actions)
        self.reglages: dict[tuple[str, str], Any] = {}
        self.releves: dict[str, Any] = {}
        self.joues: list[tuple[str, dict[str, Any]]] = []
        self.fins: list[Callable[[], object]] = []

    def tenter(self, action: str, utilisateur: str, **parametres: Any) -> ReponseAction:
        self.joues.append((action, parametres))
        if action == "lire_configuration":
            return ReponseAction("fait", donnees={"valeur": {"patient": False, "correspondants": False}})
        return ReponseAction(self.resultat)

    jouer = tenter

    def preparer(self, action: str, utilisateur: str, **parametres: Any) -> ReponseAction:
        reponse = self.tenter(action, utilisateur, **parametres)
        if not reponse.fait:
            raise NonConcluant("mise en place impossible")
        return reponse

    def a_la_fin(self, geste: Callable[[], object]) -> None:
        self.fins.append(geste)

    def document(self, nom: str) -> SimpleNamespace:
        return SimpleNamespace(document_id=f"D-{nom}", patient=SimpleNamespace(patient_id="P1"))


def _finir(double: _EssaiDouble) -> int:
    avant = len(double.joues)
    for geste in double.fins:
        geste()
    return len(double.joues) - avant


def test_automatique_s_il_existe() -> None:
    """Le réglage pris, rien n'est à demander ; il est remis à la fin."""
    double = _EssaiDouble("fait")
    mss_demande.envoi_possible(cast(Essai, double), PHRASE)
    assert mss_demande.ENVOIS_DEMANDES not in double.releves
    assert _finir(double) == 1


@pytest.mark.parametrize(
    ("phrase", "canaux"), [(PHRASE, ("patient", "professionnel")), ("correspondants", ("professionnel",))]
)
def test_demande_sinon(phrase: str, canaux: tuple[str, ...]) -> None:
    """Le logiciel dit ne pas avoir ce réglage : chaque envoi se demande, et rien n'est à remettre à la fin."""
    double = _EssaiDouble("non_gere")
    mss_demande.envoi_possible(cast(Essai, double), phrase)
    assert double.releves[mss_demande.ENVOIS_DEMANDES] == canaux
    assert _finir(double) == 0


@pytest.mark.parametrize(("resultat", "actions"), [("refuse", {"configurer"}), ("non_gere", {"valider_document"})])
def test_mise_en_place_impossible(resultat: str, actions: set[str]) -> None:
    """Un réglage refusé, ou un adaptateur qui ne règle rien, ne dit pas que le logiciel n'envoie rien de lui-même."""
    double = _EssaiDouble(resultat, frozenset(actions))
    with pytest.raises(NonConcluant):
        mss_demande.envoi_possible(cast(Essai, double), PHRASE)
    assert mss_demande.ENVOIS_DEMANDES not in double.releves


def test_demander() -> None:
    """La demande désigne le document, son patient et le canal."""
    double = _EssaiDouble("fait")
    mss_demande.demander(cast(Essai, double), "biologiste_1", "lettre", "patient")
    assert double.joues == [
        ("envoyer_compte_rendu", {"patient_id": "P1", "document_id": "D-lettre", "canal": "patient"})
    ]
