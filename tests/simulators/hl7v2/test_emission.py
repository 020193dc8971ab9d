"""Le pair émet : vers le serveur MLLP de hl7apy, que nous n'avons pas écrit, puis vers des logiciels fautifs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from hl7apy.mllp import AbstractHandler, MLLPServer

from simulators.hl7v2.cadre import encadrer
from simulators.hl7v2.emission import AdressePair
from tests.simulators.hl7v2.conftest import Montage, adt


class _Acquitter(AbstractHandler):  # type: ignore[misc]
    """Le produit : il garde le message et l'acquitte."""

    def __init__(self, message: str, recus: list[str]) -> None:
        super().__init__(message)
        recus.append(message)

    def reply(self) -> str:
        numero = self.incoming_message.split("|")[9]
        return f"\x0bMSH|^~\\&|PFI|CHU|LABO|SITE|20261123||ACK^A28^ACK|R1|P|2.5\rMSA|AA|{numero}\r\x1c\r"


@contextmanager
def produit(recus: list[str]) -> Iterator[AdressePair]:
    """Le serveur MLLP de hl7apy."""
    serveur = MLLPServer("127.0.0.1", 0, {"ADT^A28^ADT_A05": (_Acquitter, recus)}, timeout=5)
    serveur.daemon_threads = True
    fil = threading.Thread(target=serveur.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    fil.start()
    try:
        yield AdressePair("127.0.0.1", serveur.server_address[1])
    finally:
        serveur.shutdown()
        serveur.server_close()
        fil.join(5)


@contextmanager
def prise_nue(repondre: Callable[[socket.socket], None]) -> Iterator[AdressePair]:
    """Un produit fautif : ce qu'il fait de la seule connexion qu'il reçoit."""
    with closing(socket.create_server(("127.0.0.1", 0))) as serveur:

        def servir() -> None:
            connexion, _ = serveur.accept()
            with closing(connexion):
                connexion.recv(65_536)
                repondre(connexion)

        fil = threading.Thread(target=servir, daemon=True)
        fil.start()
        yield AdressePair("127.0.0.1", serveur.getsockname()[1])
        fil.join(5)


@pytest.mark.parametrize("panne", ["", "envoi_goutte_a_goutte"])
def test_un_message_du_banc_est_acquitte(montage: Montage, panne: str) -> None:
    """Le message arrive entier, l'acquittement se lit, l'échange garde les deux."""
    recus: list[str] = []
    if panne:
        montage.pair.panne(panne)
    with produit(recus) as adresse:
        envoi = montage.pair.envoyer(adresse, adt("B1"))
    assert (envoi.issue, envoi.code, envoi.reference, envoi.accepte) == ("acquitte", "AA", "B1", True)
    assert [message.encode() for message in recus] == [adt("B1")]
    echange = montage.journal.echange(envoi.echange.numero)
    assert echange.requete.corps.octets == encadrer(adt("B1")) and echange.notes["sens"] == "envoye"
    assert echange.reponse is not None and echange.panne == (panne or None)
    assert montage.pair.recus() == []


@pytest.mark.parametrize(
    ("repondre", "issue"),
    [
        (lambda prise: None, "coupe"),
        (lambda prise: prise.sendall(b"\x0bbonjour\x1c\r"), "illisible"),
        (lambda prise: prise.sendall(b"\x0b" + b"x" * (2**20 + 10)), "illisible"),
        (lambda prise: prise.recv(10), "sans_reponse"),
    ],
)
def test_un_logiciel_fautif_ne_fait_rien_lever(
    montage: Montage, repondre: Callable[[socket.socket], None], issue: str
) -> None:
    """Coupure, réponse qui n'en est pas une, silence : dits dans l'envoi et au journal, en temps borné."""
    with prise_nue(repondre) as adresse:
        envoi = montage.pair.envoyer(adresse, adt("F"), delai=0.3)
    assert (envoi.issue, envoi.code) == (issue, "") and envoi.detail
    assert montage.journal.echange(envoi.echange.numero).notes["issue"] == issue


def _ack(code: str, reference: str, numero: str = "R1") -> bytes:
    return f"MSH|^~\\&|PFI|CHU|LABO|SITE|20261123||ACK^A28^ACK|{numero}|P|2.5\rMSA|{code}|{reference}\r".encode()


def _ailleurs(montage: Montage, message: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", montage.port))) as prise:
        prise.sendall(encadrer(message))
        prise.shutdown(socket.SHUT_WR)
        assert prise.recv(100) == b""


@pytest.mark.parametrize("ou", ["même envoi", "même connexion", "autre connexion", "autre, la première fermée"])
def test_acquittement_applicatif_differe(montage: Montage, ou: str) -> None:
    """En mode étendu, l'acquittement applicatif arrive après celui de réception : c'est lui qui compte."""

    def repondre(prise: socket.socket) -> None:
        prise.sendall(encadrer(_ack("CA", "D1")) + (encadrer(_ack("AE", "D1")) if ou == "même envoi" else b""))
        if ou == "même connexion":
            prise.sendall(encadrer(_ack("AA", "AUTRE")) + encadrer(_ack("AE", "D1")))
        elif ou.startswith("autre"):
            if "fermée" in ou:
                prise.close()
            _ailleurs(montage, _ack("AE", "D1", "R2"))
        if "fermée" not in ou:
            prise.recv(10)

    with prise_nue(repondre) as adresse:
        envoi = montage.pair.envoyer(adresse, adt("D1"), delai=5)
    assert (envoi.issue, envoi.code, envoi.reference) == ("acquitte", "AE", "D1")
    assert envoi.reponse == encadrer(_ack("CA", "D1")) + encadrer(_ack("AE", "D1", "R2" if "autre" in ou else "R1"))
    assert montage.journal.echange(envoi.echange.numero).notes["acquittement_differe"] == "oui"


def test_acquittement_applicatif_jamais_venu(montage: Montage) -> None:
    """Sans acquittement applicatif, celui de réception reste ce que le logiciel a dit."""
    with prise_nue(lambda prise: prise.sendall(encadrer(_ack("CA", "D2")))) as adresse:
        envoi = montage.pair.envoyer(adresse, adt("D2"), delai=0.3)
    assert (envoi.issue, envoi.code) == ("acquitte", "CA")


def test_personne_n_ecoute(montage: Montage) -> None:
    """Une adresse fermée est injoignable, et l'envoi se garde quand même."""
    with closing(socket.create_server(("127.0.0.1", 0))) as serveur:
        port = serveur.getsockname()[1]
    envoi = montage.pair.envoyer(AdressePair("127.0.0.1", port), adt("I"))
    assert envoi.issue == "injoignable" and "personne n'écoute" in envoi.detail
    assert montage.journal.echange(envoi.echange.numero).reponse is None


@pytest.mark.parametrize(
    ("panne", "attendu"),
    [
        ("envoi_coupe", encadrer(adt("P"))[: len(encadrer(adt("P"))) // 2]),
        ("envoi_sans_attendre", encadrer(adt("P"))),
        ("envoi_deux_colles", encadrer(adt("P")) * 2),
        ("envoi_sans_cadre", adt("P")),
    ],
)
def test_pannes_de_l_envoi(montage: Montage, panne: str, attendu: bytes) -> None:
    """Chaque panne d'envoi met sur le fil ce que son nom dit."""
    vus: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as serveur:

        def servir() -> None:
            connexion, _ = serveur.accept()
            with closing(connexion):
                connexion.settimeout(0.3)
                recu = b""
                try:
                    while bloc := connexion.recv(65_536):
                        recu += bloc
                except (TimeoutError, ConnectionResetError):
                    pass
                vus.append(recu)

        fil = threading.Thread(target=servir, daemon=True)
        fil.start()
        with montage.pair.panne(panne):
            envoi = montage.pair.envoyer(AdressePair("127.0.0.1", serveur.getsockname()[1]), adt("P"), delai=1)
        fil.join(5)
    assert vus == [attendu] and not envoi.accepte and envoi.echange.panne == panne


def test_autre_encodage_annonce(montage: Montage) -> None:
    """Le jeu change, et MSH-18 le dit."""
    message = adt("E", suite="||||||UNICODE UTF-8")
    with montage.pair.panne("envoi_autre_encodage"), prise_nue(lambda prise: None) as adresse:
        envoi = montage.pair.envoyer(adresse, message)
    octets = envoi.echange.requete.corps.octets
    assert b"|8859/15\r" in octets and "DELÉTOILE".encode("iso-8859-15") in octets
