"""Un opérateur monté sur de vrais ports, et de quoi lui parler par smtplib ou par une prise nue."""

from __future__ import annotations

import base64
import socket
import ssl
from dataclasses import dataclass
from smtplib import SMTP
from types import TracebackType
from typing import Self

from simulators.mssante.etat import Bal
from simulators.mssante.simulateur import SimulateurMSSante
from simulators.mssante.smtp import SessionSmtp
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle
from simulators.socle.pki import Identifiants
from tests.simulators.mssante.jetons_essai import Fournisseur

APP = "crbio@labo.formation.mssante.fr"
ORG = "secretariat@labo.formation.mssante.fr"
PER = "alix.biologue@labo.formation.mssante.fr"
AUTRE_PER = "morgane.analyste@labo.formation.mssante.fr"
CONFRERE = "camille.traitant@cabinet.formation.mssante.fr"
CONFRERE_2 = "helene.duverger@maison-de-sante.formation.mssante.fr"
CONFRERE_3 = "roland.cardiophile@hopital.formation.mssante.fr"
USAGER = "279049999972471@patient.mssante.fr"
MESSAGE = (
    b"From: Alix <alix.biologue@labo.formation.mssante.fr>\r\nTo: camille.traitant@cabinet.formation.mssante.fr\r\n"
    b"Subject: essai\r\nMessage-ID: <1@essai>\r\n\r\nBonjour\r\n"
)


@dataclass
class Montage:
    """L'opérateur, son journal, son socle, et qui lui dit ce que valent les jetons."""

    simulateur: SimulateurMSSante
    journal: JournalEchanges
    socle: Socle
    fournisseur: Fournisseur
    depuis: int = 0

    @property
    def sessions(self) -> set[SessionSmtp]:
        """Sessions de soumission ouvertes."""
        service = self.simulateur._smtp
        assert service is not None
        return service.sessions

    @property
    def port(self) -> int:
        """Port de soumission."""
        numero = self.simulateur.adresses()["smtp"]["port"]
        assert isinstance(numero, int)
        return numero

    def bal(self, adresse: str) -> Bal:
        """La boîte de cette adresse."""
        bal = self.simulateur.etat.bal(adresse)
        assert bal is not None
        return bal

    def jeton(self, adresse: str = PER) -> str:
        """Jeton d'accès de qui ouvre cette boîte."""
        return self.fournisseur.jeton_pour(self.bal(adresse))

    def tls(self, identifiants: Identifiants | None = None) -> ssl.SSLContext:
        """Contexte d'un client qui se fie aux racines du banc."""
        return self.socle.igc.contexte_client(identifiants)

    def chiffre(self, identifiants: Identifiants | None = None) -> SMTP:
        """Session smtplib sous TLS, salut fait."""
        client = SMTP("localhost", self.port, timeout=20)
        client.starttls(context=self.tls(identifiants))
        client.ehlo()
        return client

    def connecte(self, adresse: str = PER, *, jeton: str | None = None) -> SMTP:
        """Session identifiée : certificat et PLAIN pour une BAL applicative, XOAUTH2 sinon."""
        if self.bal(adresse).type == "APP":
            client = self.chiffre(self.socle.igc.identifiants("org_auth_cli"))
            client.login(adresse, "sans importance")
            return client
        client = self.chiffre()
        code, texte = client.docmd("AUTH", f"XOAUTH2 {xoauth2(adresse, jeton or self.jeton(adresse))}")
        assert code == 235, texte
        return client

    def echanges(self, operation: str = "") -> list[Echange]:
        """Échanges de soumission ; ceux d'une commande si elle est donnée."""
        vus = [e for e in self.journal.echanges("mssante", depuis=self.depuis) if e.operation.startswith("smtp:")]
        return [e for e in vus if operation in ("", e.operation.removeprefix("smtp:"))]

    def fin(self, connexion: str = "s1") -> Echange:
        """Attend la fin d'une connexion."""
        vue = self.journal.attendre(
            lambda e: e.notes["connexion"] == connexion,
            depuis=self.depuis,
            delai=10,
            service="mssante",
            operation="smtp:fin",
        )
        assert vue is not None
        return vue


class Prise:
    """Client nu : des octets, des lignes, et rien d'autre."""

    def __init__(self, port: int) -> None:
        self.socket: socket.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._fichier = self.socket.makefile("rb")

    def chiffrer(self, contexte: ssl.SSLContext, nom: str = "localhost") -> None:
        """Poignée de main."""
        self.socket = contexte.wrap_socket(self.socket, server_hostname=nom)
        self._fichier = self.socket.makefile("rb")

    def envoyer(self, octets: bytes) -> None:
        """Envoie tel quel."""
        self.socket.sendall(octets)

    def ligne(self) -> bytes:
        """Une ligne reçue ; vide à la fin."""
        return self._fichier.readline()

    def reponse(self) -> bytes:
        """Une réponse SMTP entière."""
        lignes = [self.ligne()]
        while lignes[-1][3:4] == b"-":
            lignes.append(self.ligne())
        return b"".join(lignes)

    def dire(self, commande: bytes) -> bytes:
        """Envoie une ligne et rend la réponse."""
        self.envoyer(commande + b"\r\n")
        return self.reponse()

    def fermer(self) -> None:
        """Ferme la prise et ce qui la lit."""
        self._fichier.close()
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fermer()


def xoauth2(adresse: str, jeton: str) -> str:
    """Réponse XOAUTH2 en base64."""
    return base64.b64encode(f"user={adresse}\1auth=Bearer {jeton}\1\1".encode()).decode("ascii")


def sous_tls(montage: Montage, identifiants: Identifiants | None = None) -> Prise:
    """Prise nue déjà chiffrée et saluée."""
    prise = Prise(montage.port)
    assert prise.reponse().startswith(b"220 ")
    prise.dire(b"EHLO essai")
    assert prise.dire(b"STARTTLS").startswith(b"220 ")
    prise.chiffrer(montage.tls(identifiants))
    prise.dire(b"EHLO essai")
    return prise


def identifiee(montage: Montage, adresse: str = PER) -> Prise:
    """Prise nue identifiée par XOAUTH2."""
    prise = sous_tls(montage)
    assert prise.dire(f"AUTH XOAUTH2 {xoauth2(adresse, montage.jeton(adresse))}".encode()).startswith(b"235 ")
    return prise
