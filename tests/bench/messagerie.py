"""La messagerie MSSanté : gros messages en SMTP et en IMAP, sessions tenues ouvertes, boîtes bien remplies.

Chaque rapport compare à ce que la machine fait de mieux dans la même exécution : aiosmtpd sans rien autour, un serveur
TLS qui envoie les mêmes octets, la même boîte avec cent fois moins de messages.
"""

from __future__ import annotations

import asyncio
import imaplib
import itertools
import smtplib
import socket
import ssl
import time
from base64 import b64encode, encodebytes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from simulators.mssante.simulateur import SimulateurMSSante
from simulators.mssante.tls import VALIDE
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle
from tests.bench import sessions
from tests.bench.mesure import Mesure, tour_a_tour
from tests.simulators.mssante.jetons_essai import Fournisseur

BAL = "alix.biologue@labo.formation.mssante.fr"
AUTRE_BAL = "morgane.analyste@labo.formation.mssante.fr"
CONFRERE = "camille.traitant@cabinet.formation.mssante.fr"
_MO = 2**20


@dataclass
class _Banc:
    """L'opérateur monté dans ce processus."""

    simulateur: SimulateurMSSante
    socle: Socle
    fournisseur: Fournisseur

    @property
    def contexte(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.socle.igc.racines_pem))

    def xoauth2(self, adresse: str = BAL) -> bytes:
        bal = self.simulateur.etat.bal(adresse)
        assert bal is not None
        return f"user={adresse}\x01auth=Bearer {self.fournisseur.jeton_pour(bal)}\x01\x01".encode()


def mesurer(dossier: Path, *, rapide: bool) -> list[Mesure]:
    """Les cinq mesures ; celle de la mémoire sous Linux seulement."""
    with _monte(dossier / "messagerie") as banc:
        mesures = [_envoi(banc, rapide=rapide), _lecture(banc, rapide=rapide), *_boite_pleine(banc, rapide=rapide)]
    if Path("/proc/self/status").is_file():
        mesures.append(sessions.mesurer(dossier / "sessions", rapide=rapide))
    return mesures


@contextmanager
def _monte(dossier: Path) -> Iterator[_Banc]:
    with JournalEchanges.creer(dossier) as journal, demarrer_socle(journal, dossier / "secrets") as socle:
        fournisseur = Fournisseur(journal)
        simulateur = SimulateurMSSante(journal, socle.igc, jetons=fournisseur)
        simulateur.monter(socle.serveur)
        yield _Banc(simulateur, socle, fournisseur)


# -- gros messages -------------------------------------------------------------------------------------------------


def _envoi(banc: _Banc, *, rapide: bool) -> Mesure:
    """Du premier octet de DATA à la réponse 250, sous TLS, sur une connexion déjà identifiée."""
    taille, fois = (2 * _MO, 3) if rapide else (20 * _MO, 9)
    pret = _gros(taille) + b".\r\n"
    port = int(banc.simulateur.adresses()["smtp"]["port"])
    with _aiosmtpd_nu(banc, 2 * len(pret)) as nu, _soumission(banc, port) as client, _soumission(banc, nu) as autre:
        ours, reference, rapport = tour_a_tour(lambda: _soumettre(client, pret), lambda: _soumettre(autre, pret), fois)
    titre = f"Message de {taille // _MO} Mo soumis, sur aiosmtpd nu"
    detail = {"banc (ms)": 1000 * ours, "aiosmtpd nu (ms)": 1000 * reference}
    return Mesure("courriel_envoi_rapport", titre, rapport, "fois", 1.5, detail)


def _lecture(banc: _Banc, *, rapide: bool) -> Mesure:
    """De la demande au dernier octet, face à un serveur TLS qui envoie les mêmes octets."""
    taille, fois = (2 * _MO, 3) if rapide else (20 * _MO, 9)
    message = _gros(taille)
    uid = banc.simulateur.boites.deposer(BAL, message)
    with _lecteur(banc) as client, _tls_nu(banc, message) as nu:
        client.select("INBOX", readonly=True)
        ours, reference, rapport = tour_a_tour(
            lambda: _lire_imap(client, uid, message), lambda: _lire_nu(nu, message), fois
        )
    banc.simulateur.boites.supprimer(BAL, uid)
    titre = f"Message de {taille // _MO} Mo lu en IMAP, sur TLS nu"
    detail = {"banc (ms)": 1000 * ours, "TLS nu (ms)": 1000 * reference}
    return Mesure("courriel_lecture_rapport", titre, rapport, "fois", None, detail)


def _gros(taille: int) -> bytes:
    """Courriel de cette taille environ, une archive en base64."""
    entete = f"From: {BAL}\r\nTo: {CONFRERE}\r\nSubject: XDM/1.0/DDM+essai\r\nMessage-ID: <gros@banc>\r\n"
    entete += "MIME-Version: 1.0\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    brut = bytes(range(256)) * (taille * 3 // 4 // 256)
    return entete.encode() + encodebytes(brut).replace(b"\n", b"\r\n")


@contextmanager
def _soumission(banc: _Banc, port: int) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("localhost", port, timeout=120)
    client.starttls(context=banc.contexte)
    client.ehlo()
    if "XOAUTH2" in client.esmtp_features.get("auth", ""):
        code, texte = client.docmd("AUTH", f"XOAUTH2 {b64encode(banc.xoauth2()).decode()}")
        if code != 235:
            raise RuntimeError(f"identification refusée : {texte!r}")
    try:
        yield client
    finally:
        client.close()


def _soumettre(client: smtplib.SMTP, pret: bytes) -> float:
    for commande in (f"MAIL FROM:<{BAL}>", f"RCPT TO:<{CONFRERE}>"):
        code, texte = client.docmd(commande)
        if code != 250:
            raise RuntimeError(f"{commande} : {texte!r}")
    client.docmd("DATA")
    assert client.sock is not None
    debut = time.perf_counter()
    client.sock.sendall(pret)
    code, texte = client.getreply()
    if code != 250:
        raise RuntimeError(f"message refusé : {texte!r}")
    return time.perf_counter() - debut


class _Puits:
    """aiosmtpd accepte tout et n'en fait rien."""

    async def handle_DATA(self, serveur: object, session: object, enveloppe: object) -> str:  # noqa: N802 (aiosmtpd)
        return "250 OK"


@contextmanager
def _aiosmtpd_nu(banc: _Banc, limite: int) -> Iterator[int]:
    """aiosmtpd seul, sous le même TLS, dans la même boucle."""
    contexte = banc.simulateur.operateur.matrice.contexte(VALIDE)

    def fabrique() -> asyncio.BaseProtocol:
        boucle = asyncio.get_running_loop()
        session: asyncio.BaseProtocol = SMTP(_Puits(), tls_context=contexte, data_size_limit=limite, loop=boucle)
        return session

    with _ecoute(banc, fabrique) as port:
        yield port


@contextmanager
def _tls_nu(banc: _Banc, octets: bytes) -> Iterator[ssl.SSLSocket]:
    """Connexion TLS à un serveur qui envoie `octets` à chaque ligne reçue."""
    contexte = banc.simulateur.operateur.matrice.contexte(VALIDE)

    async def servir(lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter) -> None:
        while await lecteur.readline():
            ecrivain.write(octets)
            await ecrivain.drain()
        ecrivain.close()

    def fabrique() -> asyncio.BaseProtocol:
        lecteur = asyncio.StreamReader()
        return asyncio.StreamReaderProtocol(lecteur, servir)

    with (
        _ecoute(banc, fabrique, contexte) as port,
        socket.create_connection(("localhost", port), timeout=120) as brute,
        banc.contexte.wrap_socket(brute, server_hostname="localhost") as prise,
    ):
        yield prise


@contextmanager
def _ecoute(banc: _Banc, fabrique: Any, contexte: ssl.SSLContext | None = None) -> Iterator[int]:
    boucle = banc.socle.serveur.boucle

    async def ouvrir() -> asyncio.Server:
        return await boucle.create_server(fabrique, "localhost", 0, ssl=contexte, family=socket.AF_INET)

    ecoute = asyncio.run_coroutine_threadsafe(ouvrir(), boucle).result(20)
    try:
        yield int(ecoute.sockets[0].getsockname()[1])
    finally:
        boucle.call_soon_threadsafe(ecoute.close)


@contextmanager
def _lecteur(banc: _Banc, adresse: str = BAL) -> Iterator[imaplib.IMAP4]:
    client = imaplib.IMAP4("localhost", int(banc.simulateur.adresses()["imap"]["port"]), timeout=300)
    client.starttls(banc.contexte)
    client.authenticate("XOAUTH2", lambda defi: banc.xoauth2(adresse))
    try:
        yield client
    finally:
        client.logout()


def _lire_imap(client: imaplib.IMAP4, uid: int, attendu: bytes) -> float:
    debut = time.perf_counter()
    recu = client.uid("FETCH", str(uid), "(BODY.PEEK[])")[1]
    duree = time.perf_counter() - debut
    if recu[0][1] != attendu:
        raise RuntimeError("le message lu n'est pas celui qui a été déposé")
    return duree


def _lire_nu(prise: ssl.SSLSocket, attendu: bytes) -> float:
    """Lu comme imaplib lit un littéral : par `makefile`."""
    debut = time.perf_counter()
    prise.sendall(b"\r\n")
    with prise.makefile("rb") as fichier:
        recu = fichier.read(len(attendu))
    duree = time.perf_counter() - debut
    if recu != attendu:
        raise RuntimeError("octets inattendus")
    return duree


# -- boîtes pleines ------------------------------------------------------------------------------------------------


def _boite_pleine(banc: _Banc, *, rapide: bool) -> list[Mesure]:
    """Une lecture et une recherche, tour à tour dans une boîte de 10 000 messages et dans une de 100."""
    grande, fois = (1000, 10) if rapide else (10_000, 40)
    for bal, nombre in ((BAL, 100), (AUTRE_BAL, grande)):
        for rang in range(nombre):
            banc.simulateur.boites.deposer(bal, _petit(rang))
    with _lecteur(banc) as petite, _lecteur(banc, AUTRE_BAL) as pleine:
        for client in (petite, pleine):
            client.select("INBOX", readonly=True)
        premieres = [_chercher(pleine), _chercher(petite)]
        corps = [_chercher(pleine, "BODY", '"Bonjour"'), _chercher(petite, "BODY", '"Bonjour"')]
        uids = itertools.cycle(range(1, 101))
        lecture = tour_a_tour(lambda: _lire(pleine, next(uids)), lambda: _lire(petite, next(uids)), fois)
        recherche = tour_a_tour(lambda: _chercher(pleine), lambda: _chercher(petite), max(3, fois // 4))
    noms = (f"{grande} messages", "100 messages")
    details = [
        {f"{nom} (ms)": 1000 * duree for nom, duree in zip(noms, durees, strict=True)}
        for durees in (lecture[:2], recherche[:2])
    ]
    for quoi, durees in (("première recherche", premieres), ("dans les corps", corps)):
        details[1] |= {f"{quoi}, {nom} (ms)": 1000 * duree for nom, duree in zip(noms, durees, strict=True)}
    suite = f"{grande} messages sur 100"
    return [
        Mesure("boite_fetch_rapport", f"Lecture d'un message : {suite}", lecture[2], "fois", None, details[0]),
        Mesure(
            "boite_recherche_rapport",
            f"Recherche par en-tête et objet : {suite}",
            recherche[2],
            "fois",
            None,
            details[1],
        ),
    ]


def _chercher(client: imaplib.IMAP4, *criteres: str) -> float:
    debut = time.perf_counter()
    trouves = client.uid("SEARCH", *(criteres or ("HEADER", "X-MSS-NIL", "DEV1", "SUBJECT", '"message 42"')))[1]
    duree = time.perf_counter() - debut
    if trouves == [b""]:
        raise RuntimeError("la recherche n'a rien trouvé")
    return duree


def _lire(client: imaplib.IMAP4, uid: int) -> float:
    debut = time.perf_counter()
    client.uid("FETCH", str(uid), "(FLAGS BODY.PEEK[])")
    return time.perf_counter() - debut


def _petit(rang: int) -> bytes:
    """Courriel ordinaire, une archive de 2 Ko."""
    return (
        (
            f"From: Camille <{CONFRERE}>\r\nTo: {BAL}\r\nSubject: XDM/1.0/DDM+message {rang}\r\n"
            f"Message-ID: <{rang}@banc>\r\nX-MSS-NIL: DEV1\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="zz"\r\n\r\n'
            "--zz\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            "Bonjour, voici le résultat.\r\n--zz\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n"
        ).encode()
        + (b"QUJD" * 18 + b"\r\n") * 27
        + b"--zz--\r\n"
    )
