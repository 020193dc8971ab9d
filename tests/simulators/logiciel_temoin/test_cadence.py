"""La vitesse du logiciel témoin, à une horloge d'essai : jamais un envoi de trop, jamais une attente de trop."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.logiciel_temoin.cadence import Cadence


class Horloge:
    def __init__(self) -> None:
        self.instant = 0.0
        self.attendu = 0.0

    def __call__(self) -> float:
        return self.instant

    def dormir(self, secondes: float) -> None:
        self.instant += secondes
        self.attendu += secondes


@given(st.integers(1, 20), st.lists(st.tuples(st.floats(0, 2), st.floats(0, 0.3)), max_size=60))
def test_jamais_un_de_trop(par_seconde: int, envois: list[tuple[float, float]]) -> None:
    """Où que le serveur compte un envoi, de son départ à sa réponse, une seconde n'en tient jamais un de trop."""
    horloge = Horloge()
    cadence = Cadence(par_seconde, horloge=horloge, dormir=horloge.dormir)
    departs, fins = [], []
    for repos, duree in envois:
        horloge.instant += repos
        with cadence.place():
            departs.append(horloge.instant)
            horloge.instant += duree
        fins.append(horloge.instant)
    for rang in range(par_seconde, len(envois)):
        assert departs[rang] - fins[rang - par_seconde] >= 1.0


def test_les_premiers_sans_attendre() -> None:
    horloge = Horloge()
    cadence = Cadence(4, horloge=horloge, dormir=horloge.dormir)
    for _ in range(4):
        with cadence.place():
            pass
    assert horloge.attendu == 0
    with cadence.place():
        pass
    assert horloge.attendu == pytest.approx(1.05)


def test_moins_d_un_par_seconde() -> None:
    horloge = Horloge()
    cadence = Cadence(0.5, horloge=horloge, dormir=horloge.dormir)
    for _ in range(3):
        with cadence.place():
            pass
    assert horloge.attendu == pytest.approx(4.2)


def test_envoi_en_echec_compte() -> None:
    horloge = Horloge()
    cadence = Cadence(1, horloge=horloge, dormir=horloge.dormir)
    with pytest.raises(OSError, match="coupé"), cadence.place():
        raise OSError("coupé")
    with cadence.place():
        pass
    assert horloge.attendu == pytest.approx(1.05)


def test_plusieurs_fils() -> None:
    """Trois fils, deux places : jamais plus de deux envois à la fois, et tous finissent."""
    cadence = Cadence(2, dormir=lambda _: None)
    verrou, en_cours, vus = threading.Lock(), [0], []

    def envoyer(_: int) -> None:
        with cadence.place():
            with verrou:
                en_cours[0] += 1
                vus.append(en_cours[0])
            with verrou:
                en_cours[0] -= 1

    with ThreadPoolExecutor(3) as fils:
        list(fils.map(envoyer, range(60)))
    assert len(vus) == 60 and max(vus) <= 2
