"""Le dialogue SMTP du relais, par aiosmtpd : adresses d'essai seulement, STARTTLS offert, aucune authentification."""

from __future__ import annotations

import asyncio
import logging
import ssl
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from simulators.courriels.boites import Boites, CourrielRecu
from simulators.courriels.lecture import lire
from simulators.courriels.masque import masquer
from simulators.mssante.contenus import contenus
from simulators.socle.echange import CorpsMemoire, Reponse, Requete
from simulators.socle.journal import JournalArrete, JournalEchanges, MatriculeReel
from simulators.socle.tls import decrire

logging.getLogger("mail.log").setLevel(logging.CRITICAL)

SERVICE = "courriels"
NOM_HOTE = "relais.banc-sons.test"
TAILLE_MAX = 5 * 2**20
DOMAINES = ("test", "example", "invalid", "localhost", "example.com", "example.net", "example.org")
"""Domaines qui n'appartiennent et n'appartiendront à personne (RFC 2606, RFC 6761)."""


def domaine_d_essai(adresse: str) -> bool:
    """Vrai si l'adresse est d'un domaine réservé aux essais : lui écrire n'atteint personne."""
    domaine = adresse.rpartition("@")[2].lower().rstrip(".")
    return any(domaine == admis or domaine.endswith(f".{admis}") for admis in DOMAINES)


class Reception:
    """Ce que le relais fait des commandes ; aiosmtpd appelle une méthode par commande."""

    def __init__(self, journal: JournalEchanges, boites: Boites) -> None:
        self._journal = journal
        self._boites = boites

    async def handle_EHLO(  # noqa: N802 (nom fixé par aiosmtpd)
        self, serveur: SMTP, session: Session, enveloppe: Envelope, nom: str, reponses: list[str]
    ) -> list[str]:
        """Les extensions d'aiosmtpd, sauf AUTH : ce relais n'authentifie personne."""
        session.host_name = nom
        return [reponse for reponse in reponses if not reponse.startswith("250-AUTH")]

    async def handle_RCPT(  # noqa: N802 (nom fixé par aiosmtpd)
        self, serveur: SMTP, session: Session, enveloppe: Envelope, adresse: str, options: list[str]
    ) -> str:
        """Un domaine qui pourrait exister est refusé : rien ne doit pouvoir sortir, même par erreur."""
        if not domaine_d_essai(adresse):
            reponse = "550 5.7.1 BANC DE TEST: only reserved test domains (.test, .example, .invalid, example.com) here"
            self._inscrire(session, "refus", f"<{adresse}>", reponse, {"destinataire": adresse})
            return reponse
        enveloppe.rcpt_tos.append(adresse)
        return "250 2.1.5 OK"

    async def handle_DATA(self, serveur: SMTP, session: Session, enveloppe: Envelope) -> str:  # noqa: N802
        """Range le message au journal, codes et liens cachés, puis le remet dans les boîtes."""
        octets = enveloppe.original_content or b""
        contenu = lire(octets)
        reponse = "250 2.0.0 Accepted by the TEST relay"
        try:
            for blocs in contenus(octets):
                self._journal.garder_contenu(blocs)
            ranges, caches = masquer(octets, contenu, self._journal.empreinte_secret)
            notes = {
                "mail_from": enveloppe.mail_from or "",
                "destinataires": " ".join(enveloppe.rcpt_tos),
                "objet": (lire(ranges) if caches else contenu).objet,
                "secrets_caches": str(caches),
            }
            numero = self._inscrire(session, "message", "", reponse, notes, ranges)
        except (JournalArrete, MatriculeReel):
            return "421 4.3.2 Test bench stopped"
        destinataires = tuple(enveloppe.rcpt_tos)
        self._boites.remettre(CourrielRecu(numero, enveloppe.mail_from or "", destinataires, datetime.now(UTC), octets))
        return reponse

    async def handle_exception(self, erreur: Exception) -> str:
        """Un défaut du relais se dit au client et au journal."""
        try:
            self._journal.ajouter(
                "incident",
                {"nature": "defaut_du_banc", "service": SERVICE, "message": f"{type(erreur).__name__} : {erreur}"},
            )
        except JournalArrete:
            return "421 4.3.2 Test bench stopped"
        return "451 4.3.0 Test relay error"

    def _inscrire(
        self,
        session: Session,
        operation: str,
        cible: str,
        reponse: str,
        notes: dict[str, str],
        corps: bytes = b"",
    ) -> int:
        objet = (session.ssl or {}).get("ssl_object")
        pair = session.peer or ("", 0)
        echange = self._journal.ajouter_echange(
            service=SERVICE,
            operation=operation,
            debut=datetime.now(UTC),
            fin=datetime.now(UTC),
            requete=Requete("DATA" if operation == "message" else "RCPT", cible, (), CorpsMemoire(corps), ""),
            reponse=Reponse(int(reponse[:3]), (), CorpsMemoire(f"{reponse}\r\n".encode())),
            pair=f"{pair[0]}:{pair[1]}",
            tls=decrire(objet) if objet is not None else None,
            notes={"protocole": "smtp", "chiffre": "non" if objet is None else "oui", **notes},
        )
        return echange.numero


class SessionRelais(SMTP):
    """Une connexion au relais ; une poignée de main refusée par le client laisse une trace."""

    def __init__(self, journal: JournalEchanges, reception: Reception, contexte: ssl.SSLContext) -> None:
        super().__init__(
            reception,
            hostname=NOM_HOTE,
            ident="TEST",
            data_size_limit=TAILLE_MAX,
            enable_SMTPUTF8=True,
            tls_context=contexte,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )
        self._journal = journal

    def connection_lost(self, error: Exception | None) -> None:
        """Le client est parti ; au milieu de STARTTLS, c'est d'ordinaire qu'il ne connaît pas notre autorité."""
        session: Any = self.session
        if self._tls_protocol is not None and session is not None and session.ssl is None:
            pair = session.peer or ("", 0)
            raison = "STARTTLS : la poignée de main n'a pas abouti (autorité du banc inconnue du client ?)"
            if self._journal.etat.value == "ouvert":
                self._journal.ajouter_poignee_refusee(service=SERVICE, raison=raison, pair=f"{pair[0]}:{pair[1]}")
        super().connection_lost(error)
