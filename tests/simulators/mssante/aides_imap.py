"""Un accès IMAP d'essai, monté seul, et un client imaplib qui sait s'y identifier."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.mssante.boites import BoitesMemoire
from simulators.mssante.connexions import Operateur
from simulators.mssante.etat import EtatMSSante
from simulators.mssante.imap.facade import INACTIVITE, FacadeImap
from simulators.mssante.imap.pannes import PANNES_IMAP
from simulators.mssante.pannes import RegistreMSSante
from simulators.mssante.reglages import Reglages
from simulators.mssante.tls import MatriceTls
from simulators.socle.echange import Echange
from simulators.socle.horloge import Horloge
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle, demarrer_socle
from tests.simulators.mssante.jetons_essai import Fournisseur

ALIX = "alix.biologue@labo.formation.mssante.fr"
APPLICATIVE = "crbio@labo.formation.mssante.fr"
NOMS = ("localhost", "127.0.0.1", "::1")


@dataclass
class BancImap:
    """L'accès IMAP et ce qu'il faut pour le regarder."""

    journal: JournalEchanges
    socle: Socle
    operateur: Operateur
    boites: BoitesMemoire
    facade: FacadeImap
    jetons: Fournisseur
    port: int
    clients: list[imaplib.IMAP4] = field(default_factory=list)

    def contexte(self, certificat: str | None = None) -> ssl.SSLContext:
        """Contexte d'un client qui ne croit que les racines du banc."""
        contexte = ssl.create_default_context(cafile=str(self.socle.igc.racines_pem))
        if certificat is not None:
            identifiants = self.socle.igc.identifiants(certificat)
            contexte.load_cert_chain(str(identifiants.chemin_pem), str(identifiants.chemin_cle))
        return contexte

    def chaine_xoauth2(self, adresse: str = ALIX) -> bytes:
        """Réponse XOAUTH2 avec un jeton frais du titulaire."""
        bal = self.operateur.etat.bal(adresse)
        assert bal is not None
        return f"user={adresse}\x01auth=Bearer {self.jetons.jeton_pour(bal)}\x01\x01".encode()

    def brut(self, certificat: str | None = None) -> imaplib.IMAP4:
        """Client dans le canal TLS, pas encore identifié."""
        client = imaplib.IMAP4("localhost", self.port, timeout=20)
        self.clients.append(client)
        client.starttls(self.contexte(certificat))
        return client

    def client(self, adresse: str = ALIX) -> imaplib.IMAP4:
        """Client identifié par XOAUTH2."""
        client = self.brut()
        client.authenticate("XOAUTH2", lambda defi: self.chaine_xoauth2(adresse))
        return client

    def fermer_clients(self) -> None:
        """Ferme les clients que l'essai a laissés ouverts."""
        while self.clients:
            with suppress(OSError):
                self.clients.pop().shutdown()

    def deposer(self, octets: bytes, adresse: str = ALIX, **reglages: object) -> int:
        """Dépose un message."""
        return self.boites.deposer(adresse, octets, **reglages)  # type: ignore[arg-type]

    def echanges(self, operation: str | None = None) -> list[Echange]:
        """Échanges IMAP, dans l'ordre."""
        return [
            e
            for e in self.journal.echanges("mssante", operation)
            if e.notes.get("protocole") == "imap" and e.operation.startswith("imap:")
        ]


@contextmanager
def banc_imap(dossier: Path, *, reglages: Reglages | None = None, inactivite: float = INACTIVITE) -> Iterator[BancImap]:
    """Accès IMAP monté seul sur un port libre."""
    with JournalEchanges.creer(dossier / "journal") as journal, demarrer_socle(journal, dossier / "secrets") as socle:
        etat, horloge = EtatMSSante(), Horloge()
        jetons = Fournisseur(journal)
        pannes = RegistreMSSante(journal, PANNES_IMAP)
        operateur = Operateur(
            journal, socle.igc, etat, pannes, MatriceTls(socle.igc, NOMS), jetons, reglages or Reglages(), horloge
        )
        boites = BoitesMemoire(etat.bal)
        facade = FacadeImap(operateur, boites, inactivite=inactivite)
        port = facade.monter(socle.serveur)
        banc = BancImap(journal, socle, operateur, boites, facade, jetons, port.numero)
        try:
            yield banc
        finally:
            banc.fermer_clients()


def message(objet: str = "Essai", corps: str = "Bonjour\r\n", **entetes: str) -> bytes:
    """Courriel simple, CRLF partout."""
    champs = {
        "From": "Ana Martin <ana.martin@cabinet.formation.mssante.fr>",
        "To": ALIX,
        "Subject": objet,
        "Date": "Fri, 20 Nov 2026 10:00:00 +0100",
        "Message-ID": f"<{abs(hash((objet, corps)))}@cabinet.formation.mssante.fr>",
        **{nom.replace("_", "-"): valeur for nom, valeur in entetes.items()},
    }
    return ("".join(f"{nom}: {valeur}\r\n" for nom, valeur in champs.items()) + "\r\n" + corps).encode()


class Fil:
    """Client au plus près du fil : écrit des octets, lit des lignes et des littéraux."""

    def __init__(self, banc: BancImap, *, chiffrer: bool = True, adresse: str | None = ALIX) -> None:
        self.prise: socket.socket = socket.create_connection(("localhost", banc.port), timeout=20)
        self._tampon = b""
        self.accueil = self.ligne()
        if chiffrer:
            self.dire("t STARTTLS")
            assert self.ligne().startswith(b"t OK")
            self.prise = banc.contexte().wrap_socket(self.prise, server_hostname="localhost")
            if adresse is not None:
                self.dire("t AUTHENTICATE XOAUTH2 " + b64encode(banc.chaine_xoauth2(adresse)).decode())
                assert self.ligne().startswith(b"t OK [CAPABILITY "), "identification refusée"

    def ecrire(self, octets: bytes) -> None:
        """Envoie des octets tels quels."""
        self.prise.sendall(octets)

    def dire(self, ligne: str | bytes) -> None:
        """Envoie une ligne."""
        self.ecrire((ligne.encode() if isinstance(ligne, str) else ligne) + b"\r\n")

    def ligne(self) -> bytes:
        """Une ligne, sans sa fin ; vide si la connexion est fermée."""
        while b"\n" not in self._tampon:
            if not self._recevoir():
                return b""
        lue, _, self._tampon = self._tampon.partition(b"\n")
        return lue.removesuffix(b"\r")

    def octets(self, nombre: int) -> bytes:
        """Ce nombre d'octets, moins si la connexion se ferme."""
        while len(self._tampon) < nombre and self._recevoir():
            pass
        lus, self._tampon = self._tampon[:nombre], self._tampon[nombre:]
        return lus

    def jusqu_a(self, etiquette: str) -> list[bytes]:
        """Lignes logiques (littéraux compris) jusqu'à la réponse de cette étiquette."""
        lues = []
        while True:
            logique = self.ligne()
            while (trouve := re.search(rb"\{([0-9]+)\}$", logique)) is not None:
                logique += b"\r\n" + self.octets(int(trouve[1])) + self.ligne()
            lues.append(logique)
            if not logique or logique.startswith(etiquette.encode() + b" "):
                return lues

    def demander(self, commande: str | bytes) -> list[bytes]:
        """Envoie une commande (étiquette comprise) et rend ses lignes logiques."""
        brute = commande.encode() if isinstance(commande, str) else commande
        self.dire(brute)
        return self.jusqu_a(brute.split(b" ", 1)[0].decode())

    def fermer(self) -> None:
        """Ferme net."""
        self.prise.close()

    def _recevoir(self) -> bool:
        try:
            recu = self.prise.recv(2**16)
        except (ConnectionError, ssl.SSLError):
            recu = b""
        self._tampon += recu
        return bool(recu)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()
