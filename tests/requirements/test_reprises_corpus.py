"""Une exigence reprise d'un autre couloir demande bien ici ce qu'elle demande là-bas, ou dit ce qui en diffère."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from requirements.catalogue import Catalogue, charger, couloirs_disponibles
from requirements.modele import Exigence
from tests.requirements.corpus import Corpus

RELUES = Path(__file__).with_name("reprises_relues.yaml")
_COLONNES = (
    "vague", "profil", "statut", "nature", "criticite", "bloc", "fonction", "section", "id_section", "id_court",
    "id_socle",
)  # fmt: skip
_FONCTIONS_ABSENTES = {"MSS/UX.39"}
"""Le corpus laisse leur fonction vide : le catalogue en dit une."""


@pytest.fixture(scope="module")
def catalogues() -> dict[str, Catalogue]:
    return {nom: charger(nom) for nom in couloirs_disponibles()}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus()


def _reprises(catalogue: Catalogue) -> list[Exigence]:
    return [exigence for exigence in catalogue.exigences if exigence.repris_de]


def test_champs_des_reprises(catalogues: dict[str, Catalogue], corpus: Corpus) -> None:
    """Chaque champ mécanique d'une reprise est celui de son propre REM, pas celui du REM d'où elle vient."""
    ecarts: list[tuple[str, ...]] = []
    for catalogue in catalogues.values():
        for exigence in _reprises(catalogue):
            ligne = corpus.exigences[catalogue.rem, exigence.id]
            for colonne in _COLONNES:
                attendu, lu = ligne[colonne], str(getattr(exigence, colonne))
                if colonne == "fonction" and not attendu:
                    assert exigence.id in _FONCTIONS_ABSENTES, (catalogue.rem, exigence.id)
                elif lu != attendu:
                    ecarts.append((catalogue.rem, exigence.id, colonne, attendu, lu))
            vague1 = tuple(_ids_vague1(ligne["id_vague1"]))
            if exigence.ids_vague1 != vague1:
                ecarts.append((catalogue.rem, exigence.id, "ids_vague1", str(vague1), str(exigence.ids_vague1)))
    assert ecarts == []


def _ids_vague1(ecrits: str) -> list[str]:
    """« RIS.INS.32, 33 » nomme RIS.INS.32 et RIS.INS.33 : un numéro seul garde le préfixe du précédent."""
    lus: list[str] = []
    for mot in ecrits.replace(",", " ").replace(";", " ").split():
        lus.append(f"{lus[-1].rpartition('.')[0]}.{mot}" if lus and mot.isdigit() else mot)
    return lus


def test_scenarios_et_preuves_des_reprises(catalogues: dict[str, Catalogue], corpus: Corpus) -> None:
    """Mêmes scénarios, mêmes preuves, mêmes formes de pièce que dans le REM qui reprend."""
    ecarts: list[tuple[object, ...]] = []
    for catalogue in catalogues.values():
        for exigence in _reprises(catalogue):
            attendus = corpus.scenarios(catalogue.rem, exigence.id)
            lus = [(scenario.id, scenario.ordre) for scenario in exigence.scenarios]
            if lus != attendus:
                ecarts.append((catalogue.rem, exigence.id, attendus, lus))
            for scenario in exigence.scenarios:
                demandees = corpus.preuves(catalogue.rem, exigence.id, scenario.id)
                ecrites = [(preuve.id, ";".join(preuve.pieces)) for preuve in scenario.preuves]
                if ecrites != demandees:
                    ecarts.append((catalogue.rem, scenario.id, demandees, ecrites))
    assert ecarts == []


def test_sens_des_reprises(catalogues: dict[str, Catalogue], corpus: Corpus) -> None:
    """Un texte officiel qui s'écarte de celui qui est repris se redit, ou l'écart a été relu et sa raison écrite."""
    relues = yaml.safe_load(RELUES.read_text(encoding="utf-8"))
    a_lire: set[tuple[str, str]] = set()
    lues: set[tuple[str, str]] = set()
    for catalogue in catalogues.values():
        for exigence in _reprises(catalogue):
            if _ecart_tu(catalogues[exigence.repris_de], catalogue, exigence, corpus):
                cle = (catalogue.rem, exigence.id)
                (lues if exigence.id in relues.get(catalogue.rem, {}) else a_lire).add(cle)
    assert sorted(a_lire) == [], "à relire contre les deux REM, puis à redire dans le couloir ou à motiver"
    sans_objet = {(rem, numero) for rem, numeros in relues.items() for numero in numeros} - lues
    assert sorted(sans_objet) == []


def _ecart_tu(origine: Catalogue, ici: Catalogue, exigence: Exigence, corpus: Corpus) -> bool:
    """Vrai : quelque chose diffère entre les deux REM, et le couloir qui reprend n'en dit rien."""
    la_bas = origine.exigence(exigence.id)
    demandes = [corpus.demande(rem, exigence.id) for rem in (origine.rem, ici.rem)]
    if demandes[0] != demandes[1] and exigence.resume == la_bas.resume:
        return True
    epreuves = [corpus.epreuve(rem, exigence.id) for rem in (origine.rem, ici.rem)]
    return any(
        scenario.repris_de and epreuves[0].get(scenario.id) != epreuves[1].get(scenario.id)
        for scenario in exigence.scenarios
    )


def test_preuves_relues_sont_motivees() -> None:
    """Chaque reprise relue dit pourquoi son écart n'en est pas un."""
    relues = yaml.safe_load(RELUES.read_text(encoding="utf-8"))
    assert all(len(raison.split()) >= 4 for numeros in relues.values() for raison in numeros.values())
