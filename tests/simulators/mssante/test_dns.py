"""Le serveur de noms : SRV, adresses, refus, pannes, octets hostiles, par de vraies prises."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from dnslib import QTYPE, RCODE, DNSHeader, DNSRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.mssante.dns import PANNES_DNS, ServeurDns
from simulators.mssante.dns_zone import Cibles, Zone, lire_question
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import RegistrePannes
from simulators.socle.serveur import ServeurBanc

DOMAINE = "labo.formation.mssante.fr"
HOTE = f"mss.{DOMAINE}"
PORTS = {"smtp": 20587, "imap": 20143}
ZONE = Zone(lambda: {DOMAINE, "cabinet.formation.mssante.fr"}, lambda: Cibles(HOTE, PORTS, 9))


class Banc:
    """Un serveur de noms en service, et de quoi l'interroger."""

    def __init__(self, dossier: Path) -> None:
        self.journal = JournalEchanges.creer(dossier)
        self.pannes = RegistrePannes("mssante", self.journal, PANNES_DNS)
        self.serveur = ServeurBanc(self.journal)
        self.dns = ServeurDns(
            self.journal, domaines=lambda: {DOMAINE}, cibles=lambda: Cibles(HOTE, PORTS), pannes=self.pannes
        )
        self.port = self.dns.monter(self.serveur).numero

    def demander(self, nom: str, genre: str = "SRV", *, tcp: bool = False) -> DNSRecord:
        """La réponse du serveur, par une vraie prise."""
        return DNSRecord.parse(DNSRecord.question(nom, genre).send("127.0.0.1", self.port, tcp=tcp, timeout=5))


@pytest.fixture
def banc(tmp_path: Path) -> Iterator[Banc]:
    """Un serveur de noms neuf."""
    ouvert = Banc(tmp_path)
    yield ouvert
    ouvert.serveur.arreter()
    ouvert.journal.fermer()


def srv(reponse: DNSRecord) -> list[tuple[int, int, str]]:
    """(priorité, port, cible) des SRV de la réponse."""
    return [(rr.rdata.priority, rr.rdata.port, str(rr.rdata.target).rstrip(".")) for rr in reponse.rr]


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize(("service", "port"), [("_submission", 20587), ("_imap", 20143)])
def test_services(banc: Banc, service: str, port: int, tcp: bool) -> None:
    """Chaque service mène à son port, avec l'adresse de la cible ; la question est au journal."""
    reponse = banc.demander(f"{service}._tcp.{DOMAINE}", tcp=tcp)
    assert srv(reponse) == [(0, port, HOTE)] and reponse.header.aa == 1
    assert {str(rr.rdata) for rr in reponse.ar} >= {"127.0.0.1"}
    (echange,) = banc.journal.echanges("mssante", "dns:SRV")
    assert echange.requete.cible == f"{service}._tcp.{DOMAINE}" and echange.reponse and echange.reponse.statut == 0
    assert echange.notes["transport"] == ("tcp" if tcp else "udp")


def test_casse_gardee(banc: Banc) -> None:
    """La casse de la question est rendue telle quelle (des résolveurs la mélangent exprès)."""
    nom = "_SubMission._TCP.labo.FORMATION.mssante.fr"
    reponse = banc.demander(nom)
    assert str(reponse.q.qname).rstrip(".") == nom and srv(reponse)


@pytest.mark.parametrize("service", ["_imaps", "_submissions", "_pop3", "_pop3s"])
def test_services_fermes(banc: Banc, service: str) -> None:
    """Un service que l'opérateur n'offre pas a la cible « . »."""
    assert srv(banc.demander(f"{service}._tcp.{DOMAINE}")) == [(0, 0, "")]


@pytest.mark.parametrize(
    ("nom", "genre", "code", "reponses"),
    [
        (HOTE, "A", "NOERROR", 1),
        (HOTE, "AAAA", "NOERROR", 1),
        (f"autoconfig.{DOMAINE}", "A", "NOERROR", 1),
        (DOMAINE, "MX", "NOERROR", 0),
        (HOTE, "TXT", "NOERROR", 0),
        (f"_tcp.{DOMAINE}", "SRV", "NOERROR", 0),
        (f"_submission._tcp.{DOMAINE}", "A", "NOERROR", 0),
        (f"inconnu.{DOMAINE}", "A", "NXDOMAIN", 0),
        ("_submission._tcp.ailleurs.fr", "SRV", "NXDOMAIN", 0),
        (f"_caldav._tcp.{DOMAINE}", "SRV", "NXDOMAIN", 0),
    ],
)
def test_noms(nom: str, genre: str, code: str, reponses: int) -> None:
    """Noms servis, noms sans donnée de ce type, noms inexistants."""
    resolution = ZONE.resoudre(bytes(DNSRecord.question(nom, genre).pack()), udp=True)
    assert resolution is not None
    lue = DNSRecord.parse(resolution.octets)
    assert (RCODE[lue.header.rcode], len(lue.rr)) == (code, reponses)


def test_panne_absent(banc: Banc) -> None:
    """`srv_absent` : NXDOMAIN une fois, notée au journal ; un service fermé ne la consomme pas."""
    banc.pannes.armer("srv_absent")
    assert banc.demander(f"_imaps._tcp.{DOMAINE}").rr
    assert RCODE[banc.demander(f"_imap._tcp.{DOMAINE}").header.rcode] == "NXDOMAIN"
    assert srv(banc.demander(f"_imap._tcp.{DOMAINE}")) == [(0, 20143, HOTE)]
    assert [e.panne for e in banc.journal.echanges("mssante", "dns:SRV")] == [None, "srv_absent", None]


def test_pannes_cible_morte(banc: Banc) -> None:
    """La cible morte refuse vraiment la connexion ; avec `srv_second`, la bonne est de priorité moindre."""
    banc.pannes.armer("srv_cible_morte")
    ((_, mort, _),) = srv(banc.demander(f"_imap._tcp.{DOMAINE}"))
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", mort), timeout=5):
        pass
    banc.pannes.armer("srv_second")
    assert sorted(srv(banc.demander(f"_imap._tcp.{DOMAINE}"))) == [(10, mort, HOTE), (20, 20143, HOTE)]


def test_plusieurs_questions_par_connexion(banc: Banc) -> None:
    """Deux questions en un seul envoi TCP, puis une en deux morceaux : trois réponses, dans l'ordre."""
    questions = [bytes(DNSRecord.question(f"{s}._tcp.{DOMAINE}", "SRV").pack()) for s in ("_imap", "_submission")]
    trames = b"".join(len(q).to_bytes(2, "big") + q for q in questions)
    with socket.create_connection(("127.0.0.1", banc.port), timeout=5) as prise, prise.makefile("rb") as flux:
        prise.sendall(trames + trames[:7])
        lues = [DNSRecord.parse(flux.read(int.from_bytes(flux.read(2), "big"))) for _ in range(2)]
        prise.sendall(trames[7 : 2 + len(questions[0])])
        lues.append(DNSRecord.parse(flux.read(int.from_bytes(flux.read(2), "big"))))
    assert [srv(lue)[0][1] for lue in lues] == [20143, 20587, 20143]


def test_client_lent(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Une connexion qui n'envoie rien de plus est coupée ; les autres questions passent toujours."""
    monkeypatch.setattr("simulators.mssante.dns.DELAI", 0.2)
    with socket.create_connection(("127.0.0.1", banc.port), timeout=5) as prise:
        prise.sendall(b"\xff\xff\x00")
        assert srv(banc.demander(f"_imap._tcp.{DOMAINE}", tcp=True))
        with contextlib.suppress(ConnectionResetError):
            assert prise.recv(1) == b""


def test_octets_illisibles_au_journal(banc: Banc) -> None:
    """Des octets qui ne sont pas une question ne reçoivent rien, et sont notés."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prise:
        prise.sendto(b"bruit", ("127.0.0.1", banc.port))
    assert banc.journal.attendre(lambda e: e.requete.corps.octets == b"bruit", depuis=0, delai=5, service="mssante")
    (echange,) = banc.journal.echanges("mssante", "dns:?")
    assert echange.reponse is None


def test_port_pris(banc: Banc) -> None:
    """Un port imposé déjà pris en UDP est refusé ; sans port imposé, un autre est trouvé."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as prise:
        prise.bind(("127.0.0.1", 0))
        autre = ServeurDns(banc.journal, domaines=lambda: {DOMAINE}, cibles=lambda: Cibles(HOTE, PORTS))
        with pytest.raises(OSError, match=r"in use|utilis"):
            autre.monter(banc.serveur, port=prise.getsockname()[1])
        assert autre.monter(banc.serveur).numero not in (0, prise.getsockname()[1])


def test_edns(banc: Banc) -> None:
    """Une question EDNS reçoit une réponse EDNS ; sans elle, aucune."""
    question = DNSRecord.question(f"_imap._tcp.{DOMAINE}", "SRV")
    from dnslib import EDNS0

    question.add_ar(EDNS0(udp_len=4096))
    reponse = DNSRecord.parse(question.send("127.0.0.1", banc.port, timeout=5))
    assert [rr.rtype for rr in reponse.ar].count(QTYPE.OPT) == 1
    sans = banc.demander(f"_imap._tcp.{DOMAINE}")
    assert QTYPE.OPT not in [rr.rtype for rr in sans.ar]


def test_question_refusee() -> None:
    """Opération inconnue, deux questions, nom à pointeur ou trop long : un code d'erreur, jamais un calcul sans fin."""
    entete = struct.pack("!HHHHHH", 7, 0, 1, 0, 0, 0)
    for octets, code in (
        (struct.pack("!HHHHHH", 7, 4 << 11, 1, 0, 0, 0), "NOTIMP"),
        (struct.pack("!HHHHHH", 7, 0, 2, 0, 0, 0), "FORMERR"),
        (entete + b"\xc0\x0c\0\x21\0\x01", "FORMERR"),
        (entete + b"\x3f" + b"a" * 63 + (b"\x3f" + b"a" * 63) * 4 + b"\0\0\x21\0\x01", "FORMERR"),
        (entete + b"\x04abc", "FORMERR"),
        (entete + b"\x01a\0\0", "FORMERR"),
    ):
        resolution = ZONE.resoudre(octets, udp=True)
        assert resolution is not None and resolution.code == code
        assert DNSHeader.parse(_tampon(resolution.octets)).id == 7
    assert ZONE.resoudre(b"\0" * 11, udp=True) is None
    assert ZONE.resoudre(struct.pack("!HHHHHH", 7, 0x8000, 1, 0, 0, 0), udp=True) is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600))
def test_octets_quelconques(octets: bytes) -> None:
    """Aucun octet ne fait échouer le serveur ; toute réponse reprend le numéro de la question et se relit."""
    _relire(octets)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=63), max_size=6),
    st.integers(0, 65535),
    st.sampled_from([DOMAINE, "ailleurs.fr", ""]),
    st.binary(max_size=40),
)
def test_noms_quelconques(etiquettes: list[bytes], genre: int, domaine: str, suite: bytes) -> None:
    """Un nom fait d'octets quelconques reçoit une réponse lisible, et n'est pas confondu avec un nom servi."""
    etiquettes = [*etiquettes, *(partie.encode() for partie in domaine.split(".") if partie)]
    nom = b"".join(bytes([len(e)]) + e for e in etiquettes) + b"\0"
    octets = struct.pack("!HHHHHH", 9, 0x100, 1, 0, 0, 1) + nom + struct.pack("!HH", genre, 1) + suite
    lue = lire_question(octets)
    assert (lue is None) == (len(nom) > 255)
    _relire(octets)


def _relire(octets: bytes) -> None:
    for udp in (True, False):
        resolution = ZONE.resoudre(octets, udp=udp)
        if resolution is None:
            continue
        entete = DNSHeader.parse(_tampon(resolution.octets))
        assert entete.qr == 1 and entete.id == int.from_bytes(octets[:2], "big")
        assert not udp or len(resolution.octets) <= 4096


def _tampon(octets: bytes) -> object:
    from dnslib.buffer import Buffer

    return Buffer(octets)
