"""Les envois d'une connexion SMTP : enveloppe demandée, message transmis, ce que le serveur en a fait."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from steps.verifications.mssante.commandes import Commande


class Issue(StrEnum):
    """Ce qu'est devenu un envoi."""

    ACCEPTE = "accepté"
    REFUSE = "refusé définitivement"
    DIFFERE = "refusé temporairement"
    COUPE = "coupé avant la réponse du serveur"
    ABANDONNE = "abandonné par le client"


@dataclass(frozen=True)
class Destinataire:
    """Un RCPT : adresse d'enveloppe, paramètres ESMTP (noms en capitales), réponse."""

    adresse: str
    parametres: dict[str, str]
    commande: Commande

    @property
    def accepte(self) -> bool:
        return self.commande.reussie


@dataclass(frozen=True)
class Transaction:
    """Un envoi SMTP, de MAIL à la réponse à DATA.

    `bal` : boîte authentifiée (minuscules) ; `message` None : les octets n'ont pas été transmis.
    """

    session: str
    mail: Commande
    expediteur: str
    parametres: dict[str, str]
    destinataires: tuple[Destinataire, ...]
    data: Commande | None
    issue: Issue
    bal: str

    @property
    def message(self) -> bytes | None:
        if self.data is None:
            return None
        return self.data.echange.requete.corps.octets or None

    @property
    def statut(self) -> int | None:
        """Code de la commande qui a décidé : DATA, sinon le dernier RCPT, sinon MAIL."""
        return self.derniere.statut

    @property
    def derniere(self) -> Commande:
        if self.data is not None:
            return self.data
        return self.destinataires[-1].commande if self.destinataires else self.mail

    @property
    def acceptes(self) -> tuple[str, ...]:
        """Adresses d'enveloppe que le serveur a admises."""
        return tuple(d.adresse for d in self.destinataires if d.accepte)

    @property
    def adresses(self) -> tuple[str, ...]:
        """Toutes les adresses d'enveloppe demandées, dans l'ordre."""
        return tuple(d.adresse for d in self.destinataires)

    @property
    def debut(self) -> datetime:
        return self.mail.echange.debut

    @property
    def numeros(self) -> tuple[int, ...]:
        autres = [d.commande.numero for d in self.destinataires] + ([self.data.numero] if self.data else [])
        return (self.mail.numero, *autres)


def lire_transactions(connexion: str, commandes: Sequence[Commande]) -> list[Transaction]:
    """Les transactions, dans l'ordre. MAIL en ouvre une ; DATA, RSET, un autre MAIL ou la fin la closent."""
    lues: list[Transaction] = []
    bal = ""
    mail: Commande | None = None
    destinataires: list[Destinataire] = []

    def clore(data: Commande | None) -> None:
        nonlocal mail
        if mail is not None:
            lues.append(_transaction(connexion, mail, destinataires, data, bal))
        mail = None
        destinataires.clear()

    for commande in commandes:
        if commande.verbe == "AUTH" and commande.reussie:
            bal = commande.notes.get("bal", "").lower()
        elif commande.verbe == "MAIL":
            clore(None)
            mail = commande
        elif commande.verbe == "RCPT" and mail is not None:
            adresse, parametres = lire_chemin(commande.arguments)
            destinataires.append(Destinataire(adresse, parametres, commande))
        elif commande.verbe in ("DATA", "BDAT"):
            clore(commande)
        elif commande.verbe in ("RSET", "EHLO", "HELO", "STARTTLS", "QUIT"):
            clore(None)
    clore(None)
    return lues


def lire_chemin(arguments: str) -> tuple[str, dict[str, str]]:
    """Adresse et paramètres ESMTP de « FROM:<a@b> SIZE=12 BODY=8BITMIME » ; noms de paramètres en capitales.

    Tolère l'absence de chevrons et l'espace après les deux-points ; `<>` donne une adresse vide.
    """
    trouve = _CHEMIN.match(arguments)
    if trouve is None:
        return "", {}
    adresse = trouve["entre"] if trouve["entre"] is not None else trouve["nue"]
    # Une route (@hop1,@hop2:boite) est permise et à ignorer : RFC 5321, § 4.1.1.3.
    if adresse.startswith("@") and ":" in adresse:
        adresse = adresse.partition(":")[2]
    parametres = {}
    for mot in trouve["reste"].split():
        nom, _, valeur = mot.partition("=")
        parametres[nom.upper()] = valeur
    return adresse, parametres


_CHEMIN = re.compile(
    r"""\s*(?:FROM|TO)\s*:\s*(?:<(?P<entre>(?:"(?:\\.|[^"\\])*"|[^>"])*)>|(?P<nue>[^\s<>]*))(?P<reste>.*)\Z""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def _transaction(
    connexion: str, mail: Commande, destinataires: Sequence[Destinataire], data: Commande | None, bal: str
) -> Transaction:
    adresse, parametres = lire_chemin(mail.arguments)
    return Transaction(
        session=connexion,
        mail=mail,
        expediteur=adresse,
        parametres=parametres,
        destinataires=tuple(destinataires),
        data=data,
        issue=_issue(mail, destinataires, data),
        bal=bal or mail.notes.get("bal", "").lower(),
    )


def _issue(mail: Commande, destinataires: Sequence[Destinataire], data: Commande | None) -> Issue:
    if data is not None:
        return _issue_de(data)
    refus = [c for c in (mail, *(d.commande for d in destinataires)) if not c.reussie]
    # Le client renonce de lui-même, sauf si le serveur a refusé l'expéditeur ou tous les destinataires.
    if not mail.reussie:
        return _issue_de(mail)
    if destinataires and len(refus) == len(destinataires):
        issues = [_issue_de(c) for c in refus]
        return next((i for i in (Issue.COUPE, Issue.DIFFERE) if i in issues), Issue.REFUSE)
    return Issue.ABANDONNE


def _issue_de(commande: Commande) -> Issue:
    if commande.statut is None:
        return Issue.COUPE
    if commande.reussie:
        return Issue.ACCEPTE
    return Issue.DIFFERE if commande.statut < 500 else Issue.REFUSE
