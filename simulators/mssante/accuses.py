"""Accusés qu'un message demande, rendus à son émetteur : distribution (RFC 3461), lecture (RFC 8098).

La distribution se demande par `NOTIFY` ou, à défaut, par l'en-tête `Return-Receipt-To` que nomment les textes MSSanté.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from functools import partial

from simulators.mssante import mime
from simulators.mssante.avis import AUTOMATIQUE, fabriquer_dsn, fabriquer_mdn
from simulators.mssante.etat import MessageRecu
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import Panne, PanneArmee, RegistrePannes
from simulators.socle.requete import Port, RequeteRecue

PANNES_AVIS = (
    Panne(
        "dsn_tardif",
        "L'accusé de distribution est retenu jusqu'à `delivrer_tardifs`.",
        {"retard": "secondes ajoutées à sa date (3600 par défaut)"},
    ),
    Panne("mdn_avant_dsn", "L'accusé de lecture arrive avant celui de distribution."),
    Panne("mdn_inconnu", "L'accusé de lecture désigne un message que l'émetteur n'a jamais envoyé."),
    Panne("deux_mdn", "L'accusé de lecture arrive deux fois, sous deux Message-ID."),
)

_TETE = 2**18

Deposer = Callable[[str, bytes], object]
"""Dépose un courriel (adresse de BAL, octets) ; LookupError si l'opérateur n'a pas cette BAL."""

PrendrePanne = Callable[[str, str], PanneArmee | None]
"""(nom, adresse du destinataire) → la panne armée de ce nom, comptée et journalisée, ou None."""

Horloge = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Lecture:
    """Comment l'accusé de lecture est rendu, quand il a été demandé."""

    disposition: str = "processed"
    mode: str = AUTOMATIQUE
    nom: str = ""


def aucune_panne(nom: str, adresse: str) -> PanneArmee | None:
    """Sans registre de pannes."""
    return None


def pannes_de(registre: RegistrePannes, journal: JournalEchanges) -> PrendrePanne:
    """Prend les pannes dans ce registre ; la prise vise le destinataire (`adresse` à l'armement)."""

    def prendre(nom: str, adresse: str) -> PanneArmee | None:
        remise = RequeteRecue(
            service=registre.service, methode="", cible=adresse, version_http="", entetes=(),
            port=Port(registre.service, 0, tls=False), pair="", instant=maintenant(),
            scenario=journal.scenario_courant, operation="mes:reception", notes={"destinataire": adresse},
        )  # fmt: skip
        return registre.prendre(remise, nom)

    return prendre


def maintenant() -> datetime:
    """L'horloge ordinaire."""
    return datetime.now(UTC)


def entetes_de(message: MessageRecu) -> Message:
    """En-têtes d'un message, sans lire son corps : il peut faire des dizaines de mégaoctets."""
    with message.corps.ouvrir() as source:
        return mime.lire_entetes(source.read(_TETE))


def notify(message: MessageRecu, adresse: str) -> frozenset[str] | None:
    """Mots de `NOTIFY` pour ce destinataire de l'enveloppe, en capitales ; None si le paramètre est absent."""
    mots = next((mots for qui, mots in message.dsn.notify.items() if qui.lower() == adresse.lower()), ())
    return frozenset(mot.upper() for mot in mots) or None


def orcpt(message: MessageRecu, adresse: str) -> str:
    """Destinataire d'origine (ORCPT), vide s'il n'a pas été donné."""
    return next((valeur for qui, valeur in message.dsn.orcpt.items() if qui.lower() == adresse.lower()), "")


def destinataires_dsn(message: MessageRecu, adresse: str, sort: str = "SUCCESS") -> list[str]:
    """À qui rendre compte de ce sort : au chemin de retour, ou aux adresses de `Return-Receipt-To`."""
    if not message.expediteur:  # un avis n'en provoque pas un autre
        return []
    mots = notify(message, adresse)
    if mots is not None:
        return [message.expediteur] if sort in mots else []
    return mime.adresses(entetes_de(message), "Return-Receipt-To") if sort == "SUCCESS" else []


def destinataires_mdn(message: MessageRecu) -> list[str]:
    """Adresses qui demandent un accusé de lecture ; aucune si le chemin de retour est vide (RFC 8098, § 2.1)."""
    if not message.expediteur:
        return []
    return mime.adresses(entetes_de(message), "Disposition-Notification-To")


@dataclass
class Accuses:
    """Rend les accusés demandés par une fonction de dépôt."""

    deposer: Deposer
    panne: PrendrePanne = aucune_panne
    horloge: Horloge = maintenant
    _tardifs: list[tuple[str, bytes]] = field(default_factory=list)
    _verrou: threading.Lock = field(default_factory=threading.Lock)

    def rendre(self, message: MessageRecu, adresse: str, *, lecture: Lecture | None = None) -> list[bytes]:
        """Accusés de distribution puis de lecture de ce destinataire ; rend ceux qui ont été déposés, dans l'ordre.

        `lecture` None : le destinataire n'a pas encore ouvert le message.
        """
        distribution = self._distribution(message, adresse)
        lus = self._lecture(message, adresse, lecture) if lecture is not None else []
        if distribution and lus and self.panne("mdn_avant_dsn", adresse):
            return self._deposer([*lus, *distribution])
        return self._deposer([*distribution, *lus])

    def accuser_lecture(self, message: MessageRecu, adresse: str, lecture: Lecture | None = None) -> list[bytes]:
        """Le seul accusé de lecture, s'il a été demandé : sur ordre, quand le destinataire ouvre le message."""
        return self._deposer(self._lecture(message, adresse, lecture or Lecture()))

    def delivrer_tardifs(self) -> int:
        """Dépose les accusés retenus ; rend leur nombre."""
        with self._verrou:
            tardifs, self._tardifs = self._tardifs, []
        return len(self._deposer(tardifs))

    def vider(self) -> None:
        """Oublie les accusés retenus."""
        with self._verrou:
            self._tardifs.clear()

    def _distribution(self, message: MessageRecu, adresse: str) -> list[tuple[str, bytes]]:
        vers = destinataires_dsn(message, adresse)
        if not vers:
            return []
        retard = self.panne("dsn_tardif", adresse)
        instant = arrivee = self.horloge()
        if retard is not None:
            instant += timedelta(seconds=float(str(retard.parametres.get("retard", 3600))))
        avis = [
            (qui, fabriquer_dsn(
                message, adresse=adresse, destinataire=qui, adresse_originale=orcpt(message, adresse),
                entier=message.dsn.ret.upper() == "FULL", enveloppe=message.dsn.envid, arrivee=arrivee, instant=instant,
            ))
            for qui in vers
        ]  # fmt: skip
        if retard is None:
            return avis
        with self._verrou:
            self._tardifs += avis
        return []

    def _lecture(self, message: MessageRecu, adresse: str, lecture: Lecture) -> list[tuple[str, bytes]]:
        vers = destinataires_mdn(message)
        if not vers:
            return []
        original = message.octets
        if self.panne("mdn_inconnu", adresse):
            original = _jamais_envoye(adresse, vers[0], self.horloge())
        fois = 2 if self.panne("deux_mdn", adresse) else 1
        fabriquer = partial(
            fabriquer_mdn, original, adresse=adresse, disposition=lecture.disposition, mode=lecture.mode,
            nom=lecture.nom, instant=self.horloge(),
        )  # fmt: skip
        return [(qui, fabriquer(destinataire=qui)) for qui in vers for _ in range(fois)]

    def _deposer(self, avis: list[tuple[str, bytes]]) -> list[bytes]:
        partis = []
        for adresse, octets in avis:
            try:
                self.deposer(adresse, octets)
            except LookupError:  # adresse que l'opérateur n'a pas : l'avis se perd, comme partout
                continue
            partis.append(octets)
        return partis


def _jamais_envoye(adresse: str, emetteur: str, instant: datetime) -> bytes:
    """Un original que personne n'a envoyé."""
    entetes = [
        ("From", emetteur),
        ("To", adresse),
        ("Subject", "XDM/1.0/DDM+Document inconnu INCONNU Inconnu"),
        ("Date", mime.date(instant)),
        ("Message-ID", mime.identifiant("inconnu.formation.mssante.fr")),
    ]
    return mime.courriel(entetes, mime.texte("Message que cet émetteur n'a jamais envoyé."))
