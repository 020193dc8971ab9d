"""Une commande SMTP ou IMAP et sa réponse, relues d'un échange du journal."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.socle.echange import Echange

CONNEXION, FIN, POUSSEE = "connexion", "fin", "poussee"
"""Verbes de ce qui n'est pas une commande : l'accueil du serveur, la fermeture, une annonce spontanée (IMAP)."""

IDENTIFICATIONS = ("AUTH", "AUTHENTICATE", "LOGIN")
APRES_IDENTIFICATION = ("MAIL", "RCPT", "DATA", "BDAT", "SELECT", "EXAMINE", "FETCH", "UID FETCH", "APPEND", "LIST")
SENSIBLES = (*IDENTIFICATIONS, *APRES_IDENTIFICATION)
"""Commandes qui portent des identifiants ou touchent à une boîte : jamais en clair, jamais avec un opérateur refusé."""


@dataclass(frozen=True)
class Commande:
    """Une commande et sa réponse. `verbe` en capitales ; `statut` None : connexion coupée avant la réponse."""

    echange: Echange
    verbe: str
    arguments: str

    @property
    def numero(self) -> int:
        return self.echange.numero

    @property
    def statut(self) -> int | None:
        return self.echange.reponse.statut if self.echange.reponse else None

    @property
    def reussie(self) -> bool:
        """Réponse positive : 2xx, ou 3xx que le serveur fait suivre d'une autre ligne."""
        return self.statut is not None and 200 <= self.statut < 400

    @property
    def reponse(self) -> str:
        """Les lignes du serveur telles quelles, ou le vide."""
        return self.echange.reponse.corps.octets.decode("utf-8", "replace") if self.echange.reponse else ""

    @property
    def chiffree(self) -> bool:
        """Reçue dans le canal TLS ; STARTTLS lui-même est en clair."""
        return self.echange.notes.get("chiffre") == "oui"

    @property
    def notes(self) -> dict[str, str]:
        return self.echange.notes


def mecanisme(commande: Commande) -> str:
    """Mécanisme SASL demandé, en capitales ; `LOGIN` pour la commande IMAP de ce nom."""
    if commande.verbe == "LOGIN":
        return "LOGIN"
    note = commande.notes.get("mecanisme", "")
    return (note or commande.arguments.partition(" ")[0]).upper()


def lire_commande(echange: Echange) -> Commande:
    """L'échange en commande ; un verbe que l'opérateur ne connaît pas (`smtp:?`) est repris de la requête."""
    verbe = echange.operation.partition(":")[2]
    if verbe not in (CONNEXION, FIN, POUSSEE):
        verbe = (echange.requete.methode if verbe in ("", "?") else verbe).upper()
    return Commande(echange, verbe, echange.requete.cible)
