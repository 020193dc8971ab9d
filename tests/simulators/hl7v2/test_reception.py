"""Le pair écoute : un client que nous n'avons pas écrit (python-hl7), puis des prises nues, lentes ou hostiles."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing, suppress

import hl7
import pytest
from hl7.client import MLLPClient

from simulators.hl7v2.cadre import encadrer
from simulators.socle.pannes import PanneInconnue
from tests.simulators.hl7v2.conftest import Montage, adt


def _prise(montage: Montage) -> socket.socket:
    return socket.create_connection(("localhost", montage.port), timeout=5)


def _tout(prise: socket.socket) -> bytes:
    """Ce que le pair envoie jusqu'à ce qu'il ferme."""
    recu = b""
    try:
        while bloc := prise.recv(65_536):
            recu += bloc
    except (ConnectionResetError, TimeoutError):
        pass
    return recu


def test_un_message_est_acquitte_et_garde(montage: Montage) -> None:
    """ACK de l'événement, AA, MSA-2 égal au MSH-10 ; l'échange garde les octets du fil, cadre compris."""
    with MLLPClient("localhost", montage.port) as client:
        accuse = hl7.parse(client.send_message(adt("LT0001")).decode().strip("\x0b\x1c\r"))
    assert str(accuse.segment("MSH")[9]) == "ACK^A28^ACK" and str(accuse.segment("MSH")[12]) == "2.5"
    assert str(accuse.segment("MSA")[1]) == "AA" and str(accuse.segment("MSA")[2]) == "LT0001"
    assert [str(accuse.segment("MSH")[rang]) for rang in (3, 4, 5, 6)] == ["PFI", "CHU", "LABO", "SITE"]
    (recu,) = montage.pair.recus()
    echange = montage.journal.echange(recu.numero)
    assert (echange.service, echange.operation, recu.acquittement) == ("hl7v2", "ADT^A28", "AA")
    assert echange.requete.corps.octets == encadrer(adt("LT0001")) and recu.octets == adt("LT0001")
    assert echange.reponse is not None and b"MSA|AA|LT0001" in echange.reponse.corps.octets


@pytest.mark.parametrize(
    ("message", "code", "erreur"),
    [
        (adt(type_="QBP^Q23^QBP_Q21"), "AE", "200"),
        (adt(version="3.0"), "AE", "203"),
        (adt(identifiant=""), "AE", "101"),
        (adt().replace(b"PID|", b"ZID|"), "AE", "100"),
        (adt(suite="|||AL|NE"), "CA", ""),
    ],
)
def test_acquittements_selon_le_message(montage: Montage, message: bytes, code: str, erreur: str) -> None:
    """Type, version, MSH-10, PID : refus motivé ; le mode étendu reçoit un accusé de réception."""
    with MLLPClient("localhost", montage.port) as client:
        accuse = client.send_message(message)
    assert f"MSA|{code}|".encode() in accuse
    assert (b"\rERR|" in accuse) == bool(erreur) and f"{erreur}^".encode() in accuse + b"^"


def test_separateurs_libres_et_doublon(montage: Montage) -> None:
    """Les séparateurs sont ceux du message ; un identifiant déjà reçu est acquitté et noté."""
    message = b"MSH#*~\\&#LABO#SITE#PFI#CHU#20261123##ZAM*Z01*ZAM_Z01#Z9#P#2.6\rOBX#1\r"
    with MLLPClient("localhost", montage.port) as client:
        assert b"ACK^Z01^ACK" in client.send_message(message)
        assert b"MSA|AA|Z9" in client.send_message(message)
    assert [recu.doublon for recu in montage.pair.recus()] == [False, True]
    assert [recu.operation for recu in montage.pair.recus()] == ["ZAM^Z01"] * 2


def test_deux_messages_colles_et_octets_un_a_un(montage: Montage) -> None:
    """Deux cadres dans un envoi, puis un cadre octet par octet : trois messages, trois acquittements, dans l'ordre."""
    with closing(_prise(montage)) as prise:
        prise.sendall(encadrer(adt("A")) + encadrer(adt("B")))
        for octet in encadrer(adt("C")):
            prise.sendall(bytes([octet]))
        assert montage.pair.attendre(lambda m: m.identifiant == "C") is not None
        prise.shutdown(socket.SHUT_WR)
        assert [ligne for ligne in _tout(prise).split(b"\r") if ligne.startswith(b"MSA")] == [
            b"MSA|AA|A",
            b"MSA|AA|B",
            b"MSA|AA|C",
        ]


@pytest.mark.parametrize(
    ("octets", "note"),
    [
        (b"\x0bMSH|^~\\&|A|B", "cadre non fermé, connexion fermée"),
        (b"\x0bMSH|^~\\&|A|B" + encadrer(adt("SUITE")), "cadre non fermé"),
        (b"\x0bGET / HTTP/1.1\r\x1c\r", "ce n'est pas un message HL7 v2"),
    ],
)
def test_cadres_fautifs_gardes(montage: Montage, octets: bytes, note: str) -> None:
    """Un message sans fin, un message recouvert par le suivant, autre chose qu'HL7 : gardés, jamais acquittés."""
    depuis = montage.journal.position()
    with closing(_prise(montage)) as prise:
        prise.sendall(octets)
        prise.shutdown(socket.SHUT_WR)
        accuses = _tout(prise).count(b"MSA|")
    vu = montage.journal.attendre(lambda e: e.notes.get("cadre") == note, depuis=depuis, delai=5, service="hl7v2")
    assert vu is not None and vu.reponse is None and accuses == octets.count(b"SUITE")


def test_fin_sans_retour_acceptee_et_notee(montage: Montage) -> None:
    """0x1C suivi d'un autre cadre : le message est compris, le défaut de cadre se lit au journal."""
    with closing(_prise(montage)) as prise:
        prise.sendall(b"hors cadre" + encadrer(adt("X"))[:-1] + encadrer(adt("Y")))
        recu = montage.pair.attendre(lambda m: m.identifiant == "Y")
    assert recu is not None
    x, y = (montage.journal.echange(m.numero).notes for m in montage.pair.recus())
    assert x["cadre"] == "0x1C sans 0x0D" and x["acquittement"] == "AA" and "cadre" not in y
    assert x["octets_hors_cadre"] == "10"


@pytest.mark.parametrize(
    ("panne", "attendu"),
    [
        ("acquittement_erreur", b"MSA|AE|P1"),
        ("acquittement_rejet", b"MSA|AR|P1"),
        ("msa_2_faux", b"MSA|AA|INCONNU-DU-PAIR"),
        ("acquittement_illisible", b"pas un message"),
        ("acquittement_goutte_a_goutte", b"MSA|AA|P1"),
        ("acquittement_autre_encodage", "MSA|AA|P1".encode("utf-16-le")),
        ("acquittements_colles", b"MSA|AA|P1"),
        ("acquittement_trop_grand", b"x" * 1000),
    ],
)
def test_pannes_de_l_acquittement(montage: Montage, panne: str, attendu: bytes) -> None:
    """Chaque panne change l'acquittement, une fois, et s'écrit à l'échange ; la suite est saine."""
    with montage.pair.panne(panne), closing(_prise(montage)) as prise:
        prise.sendall(encadrer(adt("P1")))
        recu = montage.pair.attendre(lambda m: m.identifiant == "P1")
        prise.sendall(encadrer(adt("P2")))
        assert montage.pair.attendre(lambda m: m.identifiant == "P2") is not None
        prise.shutdown(socket.SHUT_WR)
        accuses = _tout(prise)
    assert attendu in accuses and accuses.rstrip(b"\x1c\r").endswith(b"MSA|AA|P2")
    assert recu is not None and montage.journal.echange(recu.numero).panne == panne


@pytest.mark.parametrize("panne", ["sans_acquittement", "coupure_avant_acquittement"])
def test_message_garde_sans_acquittement(montage: Montage, panne: str) -> None:
    """Le message est gardé ; rien n'est rendu, et le renvoi est reconnu comme un doublon."""
    with montage.pair.panne(panne), closing(_prise(montage)) as prise:
        prise.sendall(encadrer(adt("R")))
        assert montage.pair.attendre(lambda m: m.identifiant == "R") is not None
        if panne == "sans_acquittement":
            prise.shutdown(socket.SHUT_WR)
        assert _tout(prise) == b""
    with MLLPClient("localhost", montage.port) as client:
        assert b"MSA|AA|R" in client.send_message(adt("R"))
    assert [(m.pris_en_charge, m.doublon) for m in montage.pair.recus()] == [(False, False), (True, True)]


@pytest.mark.parametrize("panne", ["refus_de_connexion", "coupure_en_plein_message"])
def test_connexion_coupee(montage: Montage, panne: str) -> None:
    """Rien n'est pris en charge ; la connexion suivante est servie."""
    with montage.pair.panne(panne) as armee, closing(_prise(montage)) as prise:
        with suppress(OSError):
            prise.sendall(encadrer(adt("Z")))
        assert _tout(prise) == b"" and armee.attendre_jouee(5)
    with MLLPClient("localhost", montage.port) as client:
        assert b"MSA|AA|Z" in client.send_message(adt("Z"))
    assert [m.pris_en_charge for m in montage.pair.recus() if m.octets == adt("Z")] == [True]


def test_acquittement_retarde_se_libere(montage: Montage) -> None:
    """L'acquittement part quand la panne est libérée, sans attendre son délai."""
    with closing(_prise(montage)) as prise:
        armee = montage.pair.panne("acquittement_retarde", duree=60)
        prise.sendall(encadrer(adt("L")))
        assert armee.attendre_jouee(5)
        armee.liberer()
        assert b"MSA|AA|L" in prise.recv(65_536)
    with pytest.raises(PanneInconnue):
        montage.pair.panne("indisponible")


def test_message_trop_grand_trop_lent_ou_trop_de_memoire(montage: Montage) -> None:
    """Au-delà d'une borne, la connexion est coupée et l'incident noté ; les autres clients sont servis."""
    accueillant = montage.pair.accueillant
    for reglage, valeur, raison in (
        ("message_max", 2**16, "plus de"),
        ("memoire_max", 2**10, "trop d'octets"),
        ("delai_message", 0.05, "non fini"),
    ):
        avant = getattr(accueillant, reglage)
        setattr(accueillant, reglage, valeur)
        depuis = montage.journal.position()
        with closing(_prise(montage)) as prise:
            try:
                prise.sendall(b"\x0bMSH|" + b"A" * (valeur if isinstance(valeur, int) else 10))
                _tout(prise)
            except OSError:
                pass
            vu = montage.journal.attendre_enregistrement(lambda e: True, depuis=depuis, delai=5, type="incident")
        setattr(accueillant, reglage, avant)
        assert vu is not None and raison in str(vu.donnees["message"])
    with MLLPClient("localhost", montage.port) as client:
        assert b"MSA|AA|OK" in client.send_message(adt("OK"))


def test_un_client_qui_ne_lit_pas_ne_grossit_pas(montage: Montage) -> None:
    """Des acquittements que personne ne lit retiennent la lecture des messages suivants."""
    montage.pair.accueillant.delai_message = 0.2
    message = encadrer(adt("N"))
    with closing(_prise(montage)) as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        prise.settimeout(5)
        with pytest.raises(OSError):
            echeance = time.monotonic() + 15
            while time.monotonic() < echeance:
                prise.sendall(message * 500)
    assert len(montage.pair.recus()) < 200_000


def test_tls_avec_l_igc_du_banc(montage: Montage) -> None:
    """Le port chiffré se prouve par l'IGC ; un client qui ne la connaît pas laisse une poignée de main refusée."""
    port = montage.pair.adresses()["port_tls"]
    contexte = ssl.create_default_context(cafile=str(montage.socle.igc.racines_pem))
    with (
        socket.create_connection(("localhost", port), timeout=5) as brute,
        contexte.wrap_socket(brute, server_hostname="localhost") as prise,
    ):
        prise.sendall(encadrer(adt("T")))
        assert b"MSA|AA|T" in prise.recv(65_536)
    (recu,) = montage.pair.recus()
    tls = montage.journal.echange(recu.numero).tls
    assert tls is not None and tls.version in ("TLSv1.2", "TLSv1.3")
    with socket.create_connection(("localhost", port), timeout=5) as brute, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(brute, server_hostname="localhost")
    vu = montage.journal.attendre_enregistrement(lambda e: True, depuis=0, delai=5, type="poignee_refusee")
    assert vu is not None
