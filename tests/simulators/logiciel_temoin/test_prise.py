"""Le témoin parle HL7 v2 en MLLP : par python-hl7 quand il écoute, contre le pair du banc quand il émet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hl7.client import MLLPClient

from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.hl7v2_ecoute import ServeurHl7v2
from simulators.logiciel_temoin.hl7v2_emission import Emission
from simulators.logiciel_temoin.labo import Labo
from tests.simulators.hl7v2.conftest import Montage, adt, montage, monte

__all__ = ["montage", "monte"]


@contextmanager
def a_l_ecoute(labo: Labo) -> Iterator[int]:
    serveur = ServeurHl7v2(labo)
    fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    fil.start()
    try:
        yield serveur.port
    finally:
        serveur.shutdown()
        serveur.server_close()
        fil.join(5)


@pytest.mark.parametrize(
    ("message", "attendu"),
    [
        (adt("E1"), b"MSA|AA|E1"),
        (adt("E2", type_="QBP^Q23^QBP_Q21"), b"MSA|AE|E2\rERR||MSH^1^9|200^"),
        (adt("E3", type_="ORU^R01^ORU_R01"), b"MSA|AE|E3\rERR||MSH^1^9|200^"),
        (adt("E4", version="3.0"), b"MSA|AE|E4\rERR||MSH^1^12|203^"),
        (adt("E5").replace(b"PID|", b"ZID|"), b"MSA|AE|E5\rERR||PID^1|100^"),
        (adt("E6", type_="MDM^T02^MDM_T02"), b"MSA|AE|E6\rERR||OBX^1|100^"),
    ],
)
def test_il_acquitte(labo: Labo, message: bytes, attendu: bytes) -> None:
    """Ce qu'il comprend est accepté ; ce qu'il ne peut pas traiter est refusé, avec sa raison."""
    with a_l_ecoute(labo) as port, MLLPClient("127.0.0.1", port) as client:
        assert attendu in client.send_message(message)


@pytest.mark.parametrize(
    ("panne", "fois", "etat", "acquittements"),
    [
        ("", 1, "acquitte", ["AA"]),
        ("coupure_avant_acquittement", 1, "acquitte", ["", "AA"]),
        ("acquittement_rejet", 1, "acquitte", ["AR", "AA"]),
        ("acquittement_erreur", 1, "refuse", ["AE"]),
        ("acquittements_colles", 1, "acquitte", ["AA"]),
        ("coupure_avant_acquittement", None, "attente", ["", "", ""]),
    ],
)
def test_il_emet(montage: Montage, panne: str, fois: int | None, etat: str, acquittements: list[str]) -> None:
    """Renvoyé tel quel sans réponse ou après un rejet, jamais après une erreur."""
    emission = Emission(("localhost", montage.port), Defauts())
    if panne:
        montage.pair.panne(panne, fois=fois)
    suivi = emission.envoyer(adt("S1").decode(), "D1")
    assert suivi.etat == etat and emission.du_document("D1") == [suivi]
    recus = montage.pair.recus()
    assert [m.acquittement for m in recus] == acquittements and {m.octets for m in recus} == {adt("S1")}
