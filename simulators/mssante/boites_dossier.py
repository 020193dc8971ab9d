"""Un dossier, ses messages, et la vue qu'une session en garde.

Les numéros de séquence appartiennent à la session : elle ne les change qu'aux moments où le protocole le permet
(RFC 3501 § 7.4.1). Le dossier tient donc un registre de changements, que chaque vue rejoue à son rythme.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from simulators.mssante.imap.contenu import Contenu


class Message:
    """Un message dans un dossier ; deux copies partagent leur contenu."""

    __slots__ = ("contenu", "date", "drapeaux", "recent", "uid")

    def __init__(self, uid: int, contenu: Contenu, drapeaux: frozenset[str], date: datetime) -> None:
        self.uid = uid
        self.contenu = contenu
        self.drapeaux = drapeaux
        self.date = date
        self.recent = True


class Genre(Enum):
    """Sortes de changement d'un dossier."""

    AJOUT = "ajout"
    DRAPEAUX = "drapeaux"
    RETRAIT = "retrait"


@dataclass(frozen=True, slots=True)
class Changement:
    """Un fait arrivé au dossier ; `auteur` : la vue qui l'a voulu en silence (`.SILENT`), qui n'en sera pas avertie."""

    genre: Genre
    message: Message
    auteur: Vue | None = None


class Dossier:
    """Messages par UID croissants. Toute opération se fait sous le verrou de la boîte."""

    def __init__(self, nom: str, uidvalidity: int, verrou: threading.RLock, usage: str | None = None) -> None:
        self.nom = nom
        self.uidvalidity = uidvalidity
        self.uidnext = 1
        self.usage = usage
        self.verrou = verrou
        self.lecture_seule = False
        self.ferme = False
        self.taille = 0
        self.messages: list[Message] = []
        self.vues: set[Vue] = set()
        self.changements: list[Changement] = []
        self.oublies = 0  # changements déjà vus de tous, retirés du début du registre

    # -- lecture -----------------------------------------------------------------------------------------------

    def message(self, uid: int) -> Message | None:
        """Le message de cet UID."""
        rang = bisect_left(self.messages, uid, key=_uid)
        return self.messages[rang] if rang < len(self.messages) and self.messages[rang].uid == uid else None

    def compter(self, drapeau: str) -> int:
        """Nombre de messages qui portent ce drapeau système."""
        with self.verrou:
            return sum(drapeau in message.drapeaux for message in self.messages)

    # -- écriture ----------------------------------------------------------------------------------------------

    def ajouter(self, contenu: Contenu, drapeaux: Iterable[str] = (), date: datetime | None = None) -> Message:
        """Ajoute un message, récent pour la première session qui le verra."""
        with self.verrou:
            message = Message(self.uidnext, contenu, frozenset(drapeaux), date or datetime.now(UTC))
            self.uidnext += 1
            self.taille += len(contenu.octets)
            self.messages.append(message)
            self._noter([Changement(Genre.AJOUT, message)])
            return message

    def marquer(self, message: Message, drapeaux: frozenset[str], auteur: Vue | None = None) -> None:
        """Donne ses drapeaux à un message."""
        with self.verrou:
            if drapeaux != message.drapeaux:
                message.drapeaux = drapeaux
                self._noter([Changement(Genre.DRAPEAUX, message, auteur)])

    def retirer(self, messages: Iterable[Message]) -> None:
        """Retire des messages ; ceux qui n'y sont plus sont ignorés."""
        with self.verrou:
            partis = [message for message in messages if self.message(message.uid) is message]
            if not partis:
                return
            retires = {message.uid for message in partis}
            self.messages = [message for message in self.messages if message.uid not in retires]
            self.taille -= sum(len(message.contenu.octets) for message in partis)
            self._noter([Changement(Genre.RETRAIT, message) for message in partis])

    def copier(self, messages: Sequence[Message], vers: Dossier) -> list[tuple[int, int]]:
        """Copie dans un autre dossier, drapeaux et date compris ; rend les couples (UID d'origine, UID de la copie)."""
        with self.verrou:
            presents = [message for message in messages if self.message(message.uid) is message]
            return [(m.uid, vers.ajouter(m.contenu, m.drapeaux, m.date).uid) for m in presents]

    def deplacer(self, messages: Sequence[Message], vers: Dossier) -> list[tuple[int, int]]:
        """Comme `copier`, puis retire les messages d'origine, d'un seul tenant."""
        with self.verrou:
            messages = list(messages)
            couples = self.copier(messages, vers)
            self.retirer(messages)
            return couples

    def renumeroter(self, uidvalidity: int) -> None:
        """UIDVALIDITY neuf et UID neufs : les vues ouvertes ne peuvent plus suivre, elles sont fermées."""
        with self.verrou:
            self.uidvalidity = uidvalidity
            anciens, self.messages = self.messages, []
            for rang, ancien in enumerate(anciens, 1):
                self.messages.append(Message(rang, ancien.contenu, ancien.drapeaux, ancien.date))
            self.uidnext = len(anciens) + 1
            for vue in list(self.vues):
                vue.perdre()

    def fermer(self) -> None:
        """Le dossier n'existe plus."""
        with self.verrou:
            self.ferme = True
            for vue in list(self.vues):
                vue.perdre()

    def _noter(self, changements: Sequence[Changement]) -> None:
        if not self.vues:
            self.oublies += len(changements)
            return
        self.changements += changements
        for vue in self.vues:
            vue.prevenir()

    def elaguer(self) -> None:
        """Oublie les changements que toutes les vues ont vus."""
        if not self.changements:
            return
        vus = min((vue.position for vue in self.vues), default=self.oublies + len(self.changements)) - self.oublies
        if vus >= len(self.changements) or vus >= 1024:
            del self.changements[:vus]
            self.oublies += vus


@dataclass(frozen=True, slots=True)
class Nouvelles:
    """Ce qu'une session doit dire à son client : rangs retirés (à dire dans l'ordre), présents, récents, drapeaux."""

    retires: tuple[int, ...] = ()
    present: int | None = None
    drapeaux: tuple[Message, ...] = ()


@dataclass(eq=False)
class Vue:
    """Un dossier tel qu'une session l'a annoncé à son client."""

    dossier: Dossier
    reveil: Callable[[], None]
    lecture_seule: bool = False
    messages: list[Message] = field(default_factory=list)
    recents: set[int] = field(default_factory=set)
    position: int = 0
    perdue: bool = False
    _a_retirer: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.dossier.verrou:
            self.messages = list(self.dossier.messages)
            self._recueillir(self.messages)
            self.position = self.dossier.oublies + len(self.dossier.changements)
            self.dossier.vues.add(self)

    def quitter(self) -> None:
        """Ne suit plus le dossier."""
        with self.dossier.verrou:
            self.dossier.vues.discard(self)
            self.dossier.elaguer()

    def prevenir(self) -> None:
        """Un changement attend ; appelé de n'importe quel fil."""
        self.reveil()

    def perdre(self) -> None:
        """Le dossier a disparu, ou ses UID ont changé : la session doit finir."""
        self.perdue = True
        self.dossier.vues.discard(self)
        self.reveil()

    def rang(self, uid: int) -> int | None:
        """Numéro de séquence de cet UID."""
        place = bisect_left(self.messages, uid, key=_uid)
        return place + 1 if place < len(self.messages) and self.messages[place].uid == uid else None

    def premier_rang(self, uid: int) -> int:
        """Numéro de séquence du premier message dont l'UID est au moins celui-ci."""
        return bisect_left(self.messages, uid, key=_uid) + 1

    def present(self, message: Message) -> bool:
        """Vrai si le message est encore dans le dossier, et pas seulement dans cette vue."""
        with self.dossier.verrou:
            return self.dossier.message(message.uid) is message

    @property
    def en_attente(self) -> bool:
        """Vrai si `rattraper` aurait quelque chose à dire."""
        with self.dossier.verrou:
            return self.position < self.dossier.oublies + len(self.dossier.changements) or bool(self._a_retirer)

    def rattraper(self, *, retraits: bool) -> Nouvelles:
        """Rejoue les changements ; `retraits` faux : les numéros ne doivent pas bouger, ils attendent."""
        with self.dossier.verrou:
            suite = self.dossier.changements[self.position - self.dossier.oublies :]
            self.position += len(suite)
            self.dossier.elaguer()
            retires = {c.message.uid for c in suite if c.genre is Genre.RETRAIT}
            nouveaux = {c.message.uid for c in suite if c.genre is Genre.AJOUT}
            # Un message venu puis reparti entre deux commandes n'a jamais existé pour le client.
            ajoutes = [c.message for c in suite if c.genre is Genre.AJOUT and c.message.uid not in retires]
            self.messages += ajoutes
            self._recueillir(ajoutes)
            self._a_retirer += [c.message for c in suite if c.genre is Genre.RETRAIT and c.message.uid not in nouveaux]
        changes = {c.message.uid: c.message for c in suite if c.genre is Genre.DRAPEAUX and c.auteur is not self}
        rangs = self._retirer() if retraits else ()
        presents = tuple(m for uid, m in sorted(changes.items()) if self.rang(uid) is not None)
        return Nouvelles(rangs, len(self.messages) if ajoutes else None, presents)

    def _retirer(self) -> tuple[int, ...]:
        """Rangs retirés, du plus grand au plus petit : chacun se dit sans décaler les suivants."""
        rangs = sorted(
            (rang for message in self._a_retirer if (rang := self.rang(message.uid)) is not None), reverse=True
        )
        if len(rangs) > 8:
            partis = {self.messages[rang - 1].uid for rang in rangs}
            self.messages = [message for message in self.messages if message.uid not in partis]
        else:
            for rang in rangs:
                del self.messages[rang - 1]
        self.recents -= {message.uid for message in self._a_retirer}
        self._a_retirer = []
        return tuple(rangs)

    def _recueillir(self, messages: Iterable[Message]) -> None:
        """Les messages récents le sont pour la première session qui peut écrire (RFC 3501 § 2.3.2)."""
        for message in messages:
            if message.recent:
                self.recents.add(message.uid)
                if not self.lecture_seule:
                    message.recent = False


def _uid(message: Message) -> int:
    return message.uid
