"""Un dialogue de messagerie dans `rapport.html` : une connexion, ses commandes et ses réponses, l'une sous l'autre."""

from __future__ import annotations

from dataclasses import dataclass

from reports.texte import abreger
from simulators.socle.echange import Echange

DIALOGUES = ("smtp:", "imap:")
"""Opérations d'un dialogue : une commande et sa réponse, que l'on lit dans leur suite."""

_LONGUEUR = 300
_REPONSE = 600
_GROS = 64 * 1024


def est_dialogue(echange: Echange) -> bool:
    """Vrai pour une commande SMTP ou IMAP."""
    return echange.operation.startswith(DIALOGUES)


def connexion_de(echange: Echange) -> str:
    """L'identifiant de la connexion TCP."""
    return echange.notes.get("connexion", "")


@dataclass(frozen=True, slots=True)
class LigneDialogue:
    """Une commande du logiciel, la réponse de l'opérateur, ce qui s'est passé d'autre.

    `coupee` : la réponse entière n'est que dans le journal.
    """

    echange: Echange
    client: str
    serveur: str
    incident: str
    coupee: bool = False


def lire_ligne(echange: Echange) -> LigneDialogue:
    """La commande et sa réponse en texte."""
    verbe = echange.operation.partition(":")[2]
    requete, reponse = echange.requete, echange.reponse
    client = ""
    if verbe not in ("connexion", "fin"):
        client = abreger(f"{requete.methode} {requete.cible}".strip(), _LONGUEUR)
    serveur = ""
    if reponse is not None and reponse.corps.taille <= _GROS:
        serveur = abreger(reponse.corps.octets.decode("utf-8", "replace").strip().replace("\r\n", "\n"), _REPONSE)
    elif reponse is not None:
        serveur = f"[{reponse.corps.taille} octets]"
    incidents = []
    if verbe == "fin":
        incidents.append("connexion fermée")
        if echange.notes.get("poignee") == "refusee":
            incidents.append("poignée de main TLS non aboutie")
    elif reponse is None:
        incidents.append("coupée sans réponse")
    if echange.panne:
        incidents.append(f"panne « {echange.panne} »")
    coupee = reponse is not None and reponse.corps.taille > _REPONSE
    return LigneDialogue(echange, client, serveur, ", ".join(incidents), coupee)
