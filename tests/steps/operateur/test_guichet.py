"""Le guichet : une demande à la fois, un délai qui s'arrête pendant la pause, des réponses qui conviennent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from steps.operateur.consigne import Consigne, Genre, Issue, PieceDemandee, Reponse
from steps.operateur.guichet import Guichet, GuichetFerme, OperateurAbsent, ReponseRefusee

ACTION = Consigne(Genre.ACTION, "INS/va1.01.01", "INS/va1.01", "Un scénario", "Créez un patient")
JUGEMENT = replace(
    ACTION, genre=Genre.JUGEMENT, pieces=(PieceDemandee("INS/va1.01.01.01", "une capture", ("capture",)),)
)


@pytest.fixture
def fils() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as executeur:
        yield executeur


def poser(guichet: Guichet, fils: ThreadPoolExecutor, consigne: Consigne = ACTION) -> Future[Reponse]:
    """Pose une demande dans un autre fil, et attend qu'elle soit affichée."""
    vue = guichet.etat().version
    attente = fils.submit(guichet.demander, consigne)
    guichet.attendre(vue)
    return attente


def test_la_reponse_revient_a_qui_a_demande(fils: ThreadPoolExecutor) -> None:
    """Une demande dort jusqu'à sa réponse, et le guichet est libre ensuite."""
    guichet = Guichet()
    attente = poser(guichet, fils)
    etat = guichet.etat()
    assert etat.consigne == ACTION
    guichet.repondre(etat.numero, Reponse(Issue.FAIT, donnees={"patient_id": "1"}))
    assert attente.result(5).donnees == {"patient_id": "1"}
    assert guichet.etat().consigne is None


def test_le_delai_passe_rend_l_operateur_absent() -> None:
    """Personne n'a répondu : le banc le dit, le logiciel n'y est pour rien."""
    instants = iter([0.0, 100.0, 200.0, 300.0, 400.0])
    with pytest.raises(OperateurAbsent, match="--reprendre"):
        Guichet(horloge=lambda: next(instants)).demander(replace(ACTION, delai_s=30))


def test_la_pause_arrete_le_decompte(fils: ThreadPoolExecutor) -> None:
    """Le temps passé en pause ne compte pas."""
    instant = [0.0]
    guichet = Guichet(horloge=lambda: instant[0])
    attente = poser(guichet, fils, replace(ACTION, delai_s=3600))
    instant[0] = 10
    guichet.mettre_en_pause()
    instant[0] = 9000
    assert guichet.etat().reste_s == 3590
    guichet.reprendre()
    assert guichet.etat().reste_s == 3590
    guichet.repondre(1, Reponse(Issue.FAIT))
    assert attente.result(5).issue is Issue.FAIT


@pytest.mark.parametrize(
    ("consigne", "reponse", "message"),
    [
        (ACTION, Reponse(Issue.CONFORME), "attendu : « C'est fait »"),
        (ACTION, Reponse(Issue.SANS_OBJET, raison="  "), "raison écrite"),
        (JUGEMENT, Reponse(Issue.CONFORME), "déposez-les"),
    ],
    ids=["autre genre", "sans raison", "sans pièce"],
)
def test_une_reponse_qui_ne_convient_pas_est_refusee(
    fils: ThreadPoolExecutor, consigne: Consigne, reponse: Reponse, message: str
) -> None:
    """Le refus dit ce qui est attendu ; la demande reste posée."""
    guichet = Guichet()
    attente = poser(guichet, fils, consigne)
    with pytest.raises(ReponseRefusee, match=message):
        guichet.repondre(1, reponse)
    assert guichet.etat().consigne == consigne
    guichet.repondre(1, Reponse(Issue.IMPOSSIBLE, raison="écran introuvable"))
    assert attente.result(5).raison == "écran introuvable"


def test_une_seconde_reponse_est_refusee(fils: ThreadPoolExecutor) -> None:
    """Deux fenêtres ouvertes ne répondent pas deux fois à la même demande."""
    guichet = Guichet()
    attente = poser(guichet, fils)
    guichet.repondre(1, Reponse(Issue.FAIT))
    attente.result(5)
    with pytest.raises(ReponseRefusee, match="n'est plus en cours"):
        guichet.repondre(1, Reponse(Issue.FAIT))


def test_fermer_libere_qui_attend(fils: ThreadPoolExecutor) -> None:
    """Un arrêt de la campagne ne laisse aucun fil endormi."""
    guichet = Guichet()
    attente = poser(guichet, fils)
    guichet.fermer()
    erreur: Callable[[], Any] = attente.result
    with pytest.raises(GuichetFerme):
        erreur()
