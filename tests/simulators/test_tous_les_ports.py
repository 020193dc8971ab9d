"""Des clients hostiles, coupés ou lents sur chaque port : le banc sert les autres, ne grossit pas, ne perd rien."""

from __future__ import annotations

import random
import re
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path

import pytest
import requests

from simulators.socle.journal import JournalEchanges
from tests.interop.lancement import BancLance, lancer

pytestmark = pytest.mark.skipif(
    not Path("/proc/net/tcp").is_file(), reason="les ports d'un processus se lisent sous Linux"
)
LENTS_PAR_PORT = 12
MEMOIRE_MAX_MO = 260
_ALEA = random.Random(20261122).randbytes(65_536)


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BancLance]:
    dossier = tmp_path_factory.mktemp("ports")
    with lancer(dossier, erreurs=dossier / "erreurs.txt") as lance:
        yield lance


def ports_ouverts(processus: int) -> list[int]:
    """Les ports TCP que ce processus écoute."""
    liens = [str(lien.readlink()) for lien in Path(f"/proc/{processus}/fd").iterdir() if lien.is_symlink()]
    siens = {trouve[1] for lien in liens if (trouve := re.fullmatch(r"socket:\[(\d+)\]", lien))}
    ouverts = set()
    for table in ("tcp", "tcp6"):
        for ligne in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            champs = ligne.split()
            if champs[3] == "0A" and champs[9] in siens:
                ouverts.add(int(champs[1].rpartition(":")[2], 16))
    return sorted(ouverts)


def ouvrir(port: int) -> socket.socket:
    return socket.create_connection(("localhost", port), timeout=2)


@cache
def bonjour_tls() -> bytes:
    """Le premier message d'une poignée de main."""
    entree, sortie = ssl.MemoryBIO(), ssl.MemoryBIO()
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        contexte.wrap_bio(entree, sortie, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        return sortie.read()
    raise AssertionError("une poignée de main ne peut pas finir seule")


@cache
def confiant() -> ssl.SSLContext:
    """Un client qui croit tout le monde."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    contexte.check_hostname, contexte.verify_mode = False, ssl.CERT_NONE
    return contexte


def chiffrer(prise: socket.socket) -> socket.socket:
    """La même connexion sous TLS ; telle quelle sur un port en clair, qui a alors reçu une poignée de main."""
    try:
        return confiant().wrap_socket(prise, server_hostname="localhost")
    except (ssl.SSLError, OSError):
        return prise


def envoyer(prise: socket.socket, octets: bytes) -> None:
    """Envoie ce que l'autre veut bien recevoir."""
    try:
        prise.sendall(octets)
    except OSError:
        return


def couper_net(prise: socket.socket) -> None:
    """Ferme par RST : l'autre ne sait pas pourquoi."""
    try:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        return


def rien(prise: socket.socket) -> None:
    """Se connecte et s'en va."""


def bruit(prise: socket.socket) -> None:
    """Soixante-quatre kilo-octets de hasard."""
    envoyer(prise, _ALEA)


def poignee_coupee(prise: socket.socket) -> None:
    """La moitié d'une poignée de main, puis un arrêt net."""
    envoyer(prise, bonjour_tls()[:60])
    couper_net(prise)


def ligne_sans_fin(prise: socket.socket) -> None:
    """Un mégaoctet sans fin de ligne, sous TLS où c'est possible."""
    chiffree = chiffrer(prise)
    with closing(chiffree):
        envoyer(chiffree, b"A" * 2**20)


def entete_geant(prise: socket.socket) -> None:
    """Un en-tête HTTP d'un mégaoctet."""
    chiffree = chiffrer(prise)
    with closing(chiffree):
        envoyer(chiffree, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"A" * 2**20 + b"\r\n\r\n")


def corps_promis(prise: socket.socket) -> None:
    """Un téraoctet annoncé, dix octets envoyés, un arrêt net."""
    chiffree = chiffrer(prise)
    with closing(chiffree):
        envoyer(chiffree, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n0123456789")
        couper_net(chiffree)


def commandes_nulles(prise: socket.socket) -> None:
    """Des octets nuls et des commandes de messagerie en désordre."""
    envoyer(prise, b"\0" * 4096 + b"\r\nDATA\r\na FETCH 1:* (BODY[])\r\nSTARTTLS\r\nRCPT TO:<" + b"x" * 9000 + b">\r\n")


HOSTILES: tuple[Callable[[socket.socket], None], ...] = (
    rien,
    bruit,
    poignee_coupee,
    ligne_sans_fin,
    entete_geant,
    corps_promis,
    commandes_nulles,
)


def descripteurs(processus: int) -> int:
    return len(list(Path(f"/proc/{processus}/fd").iterdir()))


def repond(banc: BancLance) -> bool:
    """Un client ordinaire est servi : la console, et INSi sous TLS mutuel."""
    rendu = requests.post(
        banc.service("insi", "url_certificat"),
        b"<x/>",
        cert=banc.certificat("insi_auto"),
        verify=banc.racines,
        timeout=20,
    )
    console = requests.get(banc.annonce["console"], timeout=20)
    return rendu.headers.get("X-Banc-SONS") == "serveur de test" and "Banc SONS" in console.text


def test_chaque_port_supporte_chaque_client_hostile(banc: BancLance) -> None:
    """Tour à tour sur chaque port, puis un client ordinaire ; les descripteurs reviennent, la mémoire reste bornée."""
    processus = banc.processus.pid
    ports = ports_ouverts(processus)
    assert len(ports) >= 10, ports
    assert repond(banc)
    avant = descripteurs(processus)
    for port in ports:
        for hostile in HOSTILES:
            with closing(ouvrir(port)) as prise:
                hostile(prise)
        assert repond(banc), port
    assert ports_ouverts(processus) == ports
    # Chaque échange ordinaire laisse à la boucle le temps de finir de fermer.
    assert any(descripteurs(processus) <= avant + 4 for _ in range(100) if repond(banc))
    assert banc.memoire_mo("VmHWM") < MEMOIRE_MAX_MO


def test_des_clients_lents_partout_ne_privent_personne(banc: BancLance) -> None:
    """Une douzaine de connexions muettes ou à demi parlées par port : un client ordinaire est servi malgré elles."""
    ports = ports_ouverts(banc.processus.pid)
    avant = descripteurs(banc.processus.pid)
    with ExitStack() as pile:
        for port in ports:
            for rang in range(LENTS_PAR_PORT):
                prise = pile.enter_context(closing(ouvrir(port)))
                envoyer(prise, (b"", b"P", bonjour_tls()[:40])[rang % 3])
        assert repond(banc)
    assert any(descripteurs(banc.processus.pid) <= avant + 4 for _ in range(100) if repond(banc))


def test_rien_n_est_perdu(banc: BancLance) -> None:
    """L'arrêt est propre, rien ne s'est plaint, la chaîne du journal est intacte, et les échanges ordinaires y sont."""
    assert repond(banc)
    assert banc.arreter() == 0
    assert (banc.dossier.parent / "erreurs.txt").read_text(encoding="utf-8") == ""
    with JournalEchanges.ouvrir(banc.dossier) as journal:
        assert journal.verifier_chaine() == []
        assert len(journal.echanges(service="insi")) >= 3
        assert journal.poignees_refusees()
