"""Le dialogue de messagerie relu : chaque connexion TCP, ses commandes, son canal, ses envois, sa fin.

Lit les échanges du service `mssante` (un échange par commande) et rien d'autre. Une connexion coupée, des commandes en
rafale ou dans un ordre inattendu donnent une `Session` incomplète, jamais une exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulators.socle.echange import Echange, Tls
from steps.verifications.mssante.commandes import (
    CONNEXION,
    FIN,
    IDENTIFICATIONS,
    POUSSEE,
    SENSIBLES,
    Commande,
    lire_commande,
    mecanisme,
)
from steps.verifications.mssante.envois import Destinataire, Issue, Transaction, lire_transactions

__all__ = [
    "Commande",
    "Destinataire",
    "Issue",
    "Session",
    "Transaction",
    "identification_refusee",
    "mecanisme",
    "sessions",
    "transactions",
]

SERVICE = "mssante"
SMTP, IMAP = "smtp", "imap"
CERTIFICAT_VALIDE = "valide"


@dataclass(frozen=True)
class Session:
    """Une connexion TCP. `commandes` : celles du client, dans l'ordre, sans l'accueil ni la fermeture."""

    connexion: str
    protocole: str
    echanges: tuple[Echange, ...]
    commandes: tuple[Commande, ...]
    accueil: Commande | None
    fin: Commande | None
    transactions: tuple[Transaction, ...] = ()

    @property
    def numeros(self) -> tuple[int, ...]:
        return tuple(e.numero for e in self.echanges)

    @property
    def tls(self) -> Tls | None:
        """Ce que la poignée a établi ; None tant que tout est en clair."""
        return next((e.tls for e in self.echanges if e.tls is not None), None)

    @property
    def certificat_serveur(self) -> str:
        """Ligne de la matrice TLS de l'opérateur sur cette connexion (`valide` par défaut)."""
        return self.note("certificat_serveur") or CERTIFICAT_VALIDE

    @property
    def groupe(self) -> str:
        """Groupe d'échange de clés, vide s'il n'est pas connu."""
        return self.note("groupe")

    @property
    def pannes(self) -> tuple[str, ...]:
        """Pannes jouées par l'opérateur sur cette connexion, sans doublon."""
        return tuple(dict.fromkeys(e.panne for e in self.echanges if e.panne))

    @property
    def poignee_refusee(self) -> bool:
        """La poignée TLS a commencé et n'a pas abouti."""
        return self.note("poignee") == "refusee"

    @property
    def starttls(self) -> Commande | None:
        return next((c for c in self.commandes if c.verbe == "STARTTLS"), None)

    @property
    def chiffree(self) -> bool:
        return any(c.chiffree for c in self.commandes) or self.tls is not None

    @property
    def en_clair(self) -> tuple[Commande, ...]:
        return tuple(c for c in self.commandes if not c.chiffree)

    @property
    def sensibles(self) -> tuple[Commande, ...]:
        """Commandes qui portent des identifiants ou touchent à un message."""
        return tuple(c for c in self.commandes if c.verbe in SENSIBLES)

    @property
    def authentifications(self) -> tuple[Commande, ...]:
        """AUTH, AUTHENTICATE et LOGIN, dans l'ordre ; le mécanisme est donné par `mecanisme`."""
        return tuple(c for c in self.commandes if c.verbe in IDENTIFICATIONS)

    @property
    def bal(self) -> str:
        """BAL authentifiée (minuscules), vide si aucune."""
        reussies = [c for c in self.authentifications if c.reussie]
        return (reussies[-1].notes.get("bal", "") if reussies else self.note("bal")).lower()

    @property
    def fermee_par_le_client(self) -> bool:
        """QUIT ou LOGOUT est la dernière commande du client."""
        return bool(self.commandes) and self.commandes[-1].verbe in ("QUIT", "LOGOUT")

    @property
    def fermee_par_l_operateur(self) -> bool:
        """L'opérateur ou le banc a rompu de lui-même : panne, délai, arrêt."""
        motif = self.fin.notes.get("motif", "") if self.fin else ""
        return any(mot in motif for mot in ("opérateur", "banc", "inactivité"))

    def note(self, nom: str) -> str:
        """La dernière valeur de cette note sur la connexion, vide si aucune."""
        return next((e.notes[nom] for e in reversed(self.echanges) if e.notes.get(nom)), "")


def sessions(echanges: Iterable[Echange], protocole: str | None = None) -> list[Session]:
    """Les connexions, dans l'ordre de leur premier échange ; `protocole` (`smtp` ou `imap`) en garde une sorte."""
    groupes: dict[str, list[Echange]] = {}
    for echange in echanges:
        if echange.service == SERVICE and (cle := echange.notes.get("connexion")):
            groupes.setdefault(cle, []).append(echange)
    lues = [_lire(cle, sorted(groupe, key=lambda e: e.numero)) for cle, groupe in groupes.items()]
    return [s for s in lues if protocole in (None, s.protocole)]


def identification_refusee(sessions: Iterable[Session]) -> Commande | None:
    """La dernière identification refusée dans le canal TLS, quand aucune n'a réussi."""
    toutes = [c for s in sessions for c in s.authentifications if c.chiffree]
    return toutes[-1] if toutes and not any(c.reussie for c in toutes) else None


def transactions(echanges: Iterable[Echange]) -> list[Transaction]:
    """Tous les envois SMTP, dans l'ordre où ils commencent."""
    toutes = [t for s in sessions(echanges, SMTP) for t in s.transactions]
    return sorted(toutes, key=lambda t: t.mail.numero)


def _lire(connexion: str, echanges: Sequence[Echange]) -> Session:
    commandes = [lire_commande(e) for e in echanges]
    protocole = echanges[0].notes.get("protocole") or echanges[0].operation.partition(":")[0]
    du_client = tuple(c for c in commandes if c.verbe not in (CONNEXION, FIN, POUSSEE))
    return Session(
        connexion=connexion,
        protocole=protocole,
        echanges=tuple(echanges),
        commandes=du_client,
        accueil=next((c for c in commandes if c.verbe == CONNEXION), None),
        fin=next((c for c in commandes if c.verbe == FIN), None),
        transactions=tuple(lire_transactions(connexion, du_client)) if protocole == SMTP else (),
    )
