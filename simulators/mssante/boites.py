"""Les boîtes aux lettres de l'opérateur : ce que l'IMAP lit, ce que les étapes déposent et regardent.

`Boites` est l'interface ; `BoitesMemoire` la tient en mémoire. Une boîte se remplit depuis n'importe quel fil (les
étapes), et se lit dans la boucle du serveur (les sessions IMAP) : chaque opération prend le verrou un court instant.
Une session suit un dossier par son registre de changements (`Vue`), jamais en relisant tout : le coût d'une commande
ne croît pas avec la boîte.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from simulators.mssante.boites_dossier import Dossier, Message
from simulators.mssante.imap.contenu import Contenu

QUOTA = 500 * 2**20
"""Place d'une boîte qui n'en déclare pas, en octets."""

USAGES = {"Sent": r"\Sent", "Drafts": r"\Drafts", "Trash": r"\Trash"}
"""Dossiers qu'une boîte neuve a en plus d'INBOX, et leur attribut SPECIAL-USE (RFC 6154)."""


class BoiteInconnue(LookupError):
    """Adresse sans boîte chez l'opérateur."""


class DossierInconnu(LookupError):
    """Dossier que la boîte n'a pas."""


class QuotaDepasse(Exception):
    """La boîte n'a plus la place demandée."""


class BalOuvrable(Protocol):
    """Ce qu'il faut savoir d'une BAL pour lui ouvrir une boîte."""

    @property
    def adresse(self) -> str: ...

    @property
    def quota(self) -> int: ...


@dataclass(frozen=True)
class MessageBoite:
    """Un message d'un dossier, tel qu'il est à l'instant de la lecture."""

    uid: int
    octets: bytes
    drapeaux: frozenset[str]
    date: datetime
    dossier: str


class Boites(Protocol):
    """Dépôt de messages derrière l'IMAP ; sûr entre fils. Adresses comparées sans casse."""

    def ouvrir(self, bal: BalOuvrable) -> None: ...

    def deposer(
        self,
        adresse: str,
        octets: bytes,
        *,
        dossier: str = "INBOX",
        drapeaux: Iterable[str] = (),
        date: datetime | None = None,
    ) -> int: ...

    def messages(self, adresse: str, dossier: str = "INBOX") -> list[MessageBoite]: ...

    def supprimer(self, adresse: str, uid: int, dossier: str = "INBOX") -> bool: ...

    def changer_uidvalidity(self, adresse: str, dossier: str = "INBOX") -> int: ...

    def lecture_seule(self, adresse: str, dossier: str = "INBOX", *, active: bool = True) -> None: ...

    def vider(self) -> None: ...

    def boite(self, adresse: str) -> Boite: ...


class Boite:
    """Une boîte : ses dossiers, sa place. Toute lecture ou écriture se fait sous `verrou`."""

    def __init__(self, adresse: str, quota: int, verrou: threading.RLock, validites: itertools.count[int]) -> None:
        self.adresse = adresse
        self.quota = quota
        self.verrou = verrou
        self.dossiers: dict[str, Dossier] = {}
        self.abonnements: set[str] = set()
        self.fermee = False
        self._validites = validites
        for nom in ("INBOX", *USAGES):
            self.creer(nom, usage=USAGES.get(nom))
            self.abonnements.add(nom)

    def dossier(self, nom: str) -> Dossier:
        """Le dossier de ce nom ; INBOX se dit dans toutes les casses."""
        with self.verrou:
            trouve = self.dossiers.get(nom_canonique(nom))
        if trouve is None:
            raise DossierInconnu(f"pas de dossier {nom!r} dans la boîte {self.adresse}")
        return trouve

    def creer(self, nom: str, *, usage: str | None = None) -> Dossier:
        """Dossier neuf ; `ValueError` s'il existe."""
        with self.verrou:
            if nom in self.dossiers:
                raise ValueError(f"le dossier {nom!r} existe déjà")
            self.dossiers[nom] = Dossier(nom, next(self._validites), self.verrou, usage)
            return self.dossiers[nom]

    def effacer(self, nom: str) -> None:
        """Retire un dossier et ses messages ; les sessions qui le suivent le voient fermé."""
        with self.verrou:
            dossier = self.dossier(nom)
            del self.dossiers[dossier.nom]
            dossier.fermer()

    def renommer(self, ancien: str, nouveau: str) -> None:
        """Renomme un dossier et ses descendants. Renommer INBOX déplace ses messages (RFC 3501 § 6.3.5)."""
        with self.verrou:
            dossier = self.dossier(ancien)
            if nouveau in self.dossiers:
                raise ValueError(f"le dossier {nouveau!r} existe déjà")
            if dossier.nom == "INBOX":
                dossier.deplacer(dossier.messages, self.creer(nouveau))
                return
            avant = dossier.nom
            for nom in [n for n in self.dossiers if n == avant or n.startswith(f"{avant}/")]:
                deplace = self.dossiers.pop(nom)
                deplace.nom = nouveau + nom[len(avant) :]
                self.dossiers[deplace.nom] = deplace

    def renumeroter(self, dossier: Dossier) -> int:
        """UIDVALIDITY et UID neufs pour un dossier ; rend la nouvelle valeur."""
        with self.verrou:
            dossier.renumeroter(next(self._validites))
            return dossier.uidvalidity

    @property
    def occupation(self) -> int:
        """Octets occupés par tous les messages."""
        with self.verrou:
            return sum(dossier.taille for dossier in self.dossiers.values())

    def exiger_place(self, octets: int) -> None:
        """`QuotaDepasse` si la boîte n'a pas cette place."""
        if self.occupation + octets > self.quota:
            raise QuotaDepasse(f"{self.adresse} : {octets} octets de plus passeraient le quota de {self.quota}")


class BoitesMemoire:
    """Les boîtes d'un opérateur, en mémoire."""

    def __init__(self, annuaire: Callable[[str], BalOuvrable | None] = lambda adresse: None) -> None:
        """`annuaire` dit si une adresse est une BAL de l'opérateur : sa boîte s'ouvre alors à la première demande."""
        self._annuaire = annuaire
        self._verrou = threading.RLock()
        self._boites: dict[str, Boite] = {}
        self._validites = itertools.count(int(datetime.now(UTC).timestamp()))

    def ouvrir(self, bal: BalOuvrable) -> None:
        """Ouvre la boîte d'une BAL, avec ses dossiers usuels ; sans effet si elle l'est déjà."""
        with self._verrou:
            cle = bal.adresse.lower()
            if cle not in self._boites:
                self._boites[cle] = Boite(bal.adresse, bal.quota, self._verrou, self._validites)

    def boite(self, adresse: str) -> Boite:
        """La boîte de cette adresse ; `BoiteInconnue` sinon."""
        with self._verrou:
            if adresse.lower() not in self._boites and (bal := self._annuaire(adresse)) is not None:
                self.ouvrir(bal)
            trouvee = self._boites.get(adresse.lower())
        if trouvee is None:
            raise BoiteInconnue(f"l'opérateur n'a pas de boîte {adresse}")
        return trouvee

    def deposer(
        self,
        adresse: str,
        octets: bytes,
        *,
        dossier: str = "INBOX",
        drapeaux: Iterable[str] = (),
        date: datetime | None = None,
    ) -> int:
        """Dépose un message, prévient les sessions ouvertes et rend son UID. Le quota n'est pas opposé au banc."""
        boite = self.boite(adresse)
        with self._verrou:
            message = boite.dossier(dossier).ajouter(Contenu(octets), drapeaux, date)
            return message.uid

    def messages(self, adresse: str, dossier: str = "INBOX") -> list[MessageBoite]:
        """Les messages d'un dossier, dans l'ordre des UID."""
        with self._verrou:
            trouve = self.boite(adresse).dossier(dossier)
            return [_lu(message, trouve.nom) for message in trouve.messages]

    def supprimer(self, adresse: str, uid: int, dossier: str = "INBOX") -> bool:
        """Retire un message ; faux s'il n'y est pas."""
        with self._verrou:
            trouve = self.boite(adresse).dossier(dossier)
            message = trouve.message(uid)
            if message is None:
                return False
            trouve.retirer([message])
            return True

    def changer_uidvalidity(self, adresse: str, dossier: str = "INBOX") -> int:
        """Donne au dossier un UIDVALIDITY neuf, et à ses messages des UID neufs ; rend la nouvelle valeur."""
        with self._verrou:
            boite = self.boite(adresse)
            return boite.renumeroter(boite.dossier(dossier))

    def lecture_seule(self, adresse: str, dossier: str = "INBOX", *, active: bool = True) -> None:
        """Rend un dossier non modifiable par le client, ou de nouveau modifiable."""
        self.boite(adresse).dossier(dossier).lecture_seule = active

    def vider(self) -> None:
        """Ferme toutes les boîtes : les sessions ouvertes finissent par BYE."""
        with self._verrou:
            for boite in self._boites.values():
                boite.fermee = True
                for dossier in boite.dossiers.values():
                    dossier.fermer()
            self._boites.clear()


def nom_canonique(nom: str) -> str:
    """INBOX en capitales, tout autre nom tel quel ; vaut aussi pour le premier niveau d'un chemin."""
    tete, barre, reste = nom.partition("/")
    return f"INBOX{barre}{reste}" if tete.upper() == "INBOX" else nom


def _lu(message: Message, dossier: str) -> MessageBoite:
    return MessageBoite(message.uid, message.contenu.octets, message.drapeaux, message.date, dossier)
