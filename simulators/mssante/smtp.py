"""Soumission SMTP (RFC 6409) : le transport d'aiosmtpd, le dialogue d'un opérateur strict, chaque commande au journal.

aiosmtpd écrit ses réponses au fil de ses méthodes ; ici une commande rend sa réponse, qui est inscrite au journal avant
de partir. Rien d'autre que STARTTLS n'est offert en clair.
"""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from typing import Protocol

from simulators.mssante import erreurs
from simulators.mssante.connexions import Connexion, Operateur
from simulators.mssante.erreurs import ReponseSmtp
from simulators.mssante.etat import MessageRecu
from simulators.mssante.smtp_envoi import Transaction
from simulators.mssante.smtp_lecture import FinDuFlux, LigneTropLongue, TropLent, lire_ligne
from simulators.mssante.smtp_transport import TransportSmtp
from simulators.mssante.tls import LigneTls
from simulators.socle.accueil import adresse
from simulators.socle.echange import VIDE, Corps, Echange
from simulators.socle.journal import JournalArrete
from simulators.socle.requete import Port, RequeteRecue

VERBES = frozenset(
    {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "HELP", "EXPN"}
)


class Distribuer(Protocol):
    """Ce que l'opérateur fait d'un message accepté."""

    def __call__(self, message: MessageRecu, *, copies: int = 1, echecs: tuple[str, ...] = ()) -> None:
        """`echecs` : destinataires qui ne le recevront pas, un avis (DSN) le dira à l'émetteur."""
        ...


class ServiceSmtp:
    """Ce que toutes les sessions de soumission partagent."""

    def __init__(self, operateur: Operateur, distribuer: Distribuer) -> None:
        self.operateur = operateur
        self.distribuer = distribuer
        self.sessions: set[SessionSmtp] = set()
        # L'examen des pièces tient un message en mémoire : un petit nombre à la fois.
        self.examens = asyncio.Semaphore(2)
        self.envois: dict[str, list[float]] = {}

    def vider(self) -> None:
        """Oublie les débits."""
        self.envois.clear()

    def rompre(self, session_psc: str | None = None) -> list[asyncio.Task[None]]:
        """Coupe les sessions ouvertes (par les jetons de cette session Pro Santé Connect, si elle est nommée).

        Rend les tâches qui s'achèvent. À appeler dans la boucle.
        """
        visees = [s for s in self.sessions if session_psc in (None, s.connexion.session_psc)]
        for session in visees:
            session.connexion.rompue = True
            session.rompre()
        return [tache for session in visees if (tache := session._handler_coroutine) is not None]


class EcouteSmtp:
    """Fabrique des sessions d'un port ; `ligne` : ligne de la matrice TLS servie à demeure."""

    def __init__(self, service: ServiceSmtp, ligne: LigneTls | None = None) -> None:
        self.service = service
        self.ligne = ligne
        self.port = Port("mssante", 0, tls=False, protocole="smtp")

    def __call__(self) -> SessionSmtp:
        return SessionSmtp(self.service, self)


class SessionSmtp(TransportSmtp):
    """Une session : lit une commande, l'exécute, l'inscrit au journal, répond."""

    def __init__(self, service: ServiceSmtp, ecoute: EcouteSmtp) -> None:
        super().__init__(service.operateur.reglages)
        self.service = service
        self.operateur = service.operateur
        self.transaction: Transaction | None = None
        self.salue = False
        self.dsn_offert: bool | None = None
        self.taille_offerte = self.reglages.taille_max
        self.corps: Corps = VIDE
        self.apres: Callable[[], Awaitable[None]] | None = None
        self.une_fois_inscrit: Callable[[Echange], Awaitable[None]] | None = None
        self.messages = 0
        self._ecoute = ecoute
        self._inconnues = 0
        self._echecs = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Une connexion de plus ; le dialogue commence."""
        ecoute = self._ecoute
        self.connexion = Connexion(self.operateur, "smtp", ecoute.port, adresse(transport), ecoute.ligne)
        super().connection_made(transport)

    def oublier_le_clair(self) -> None:
        """Salut à refaire, enveloppe perdue."""
        self.transaction, self.salue = None, False

    async def _handle_client(self) -> None:
        service = self.service
        service.sessions.add(self)
        try:
            await self._accueillir()
            while not self.fermer:
                await self._suivre()
        except FinDuFlux:
            pass
        except asyncio.CancelledError:
            self.motif = "banc"
            raise
        except JournalArrete:
            self.motif = "banc"
            await self.ecrire(erreurs.banc_arrete().octets)
        except (ConnectionError, TimeoutError) as erreur:
            self.motif = f"client ({type(erreur).__name__})"
        finally:
            service.sessions.discard(self)
            with contextlib.suppress(JournalArrete):
                self.connexion.finir(self.motif)
            await self.clore()

    # -- dialogue ----------------------------------------------------------------------------------------------

    async def _accueillir(self) -> None:
        requete = self.connexion.requete("", operation="connexion")
        panne = self.connexion.prendre(requete, "connexion_refusee", "indisponible_421", "accueil_lent")
        if panne is not None and panne.nom == "connexion_refusee":
            await self._repondre(requete, None)
            return
        if panne is not None and panne.nom == "accueil_lent":
            await panne.retenir(float(str(panne.parametres.get("duree", 5))))
        if panne is not None and panne.nom == "indisponible_421":
            await self._repondre(requete, erreurs.service_indisponible())
        elif len(self.service.sessions) > self.reglages.sessions_max:
            await self._repondre(requete, erreurs.surcharge())
        else:
            await self._repondre(requete, erreurs.accueil(self.hostname))

    async def _suivre(self) -> None:
        """Lit une commande, l'exécute, l'inscrit, répond."""
        try:
            ligne = await lire_ligne(self._reader, self.reglages.delai_inactivite)
        except LigneTropLongue:
            await self._repondre(self.connexion.requete("", operation="?"), erreurs.ligne_trop_longue())
            return
        except TropLent:
            self.motif = "inactivité"
            await self._repondre(self.connexion.requete("", operation="?"), erreurs.trop_lent())
            return
        except FinDuFlux as fin:
            if fin.partiel:
                requete = self.connexion.requete("", fin.partiel.decode("ascii", "backslashreplace"), operation="?")
                requete.noter("incident", "connexion fermée au milieu d'une ligne")
                self.connexion.inscrire(requete, None)
            raise
        requete = self._requete(ligne)
        self.corps, self.envoye = VIDE, b""
        try:
            reponse = await self._executer(requete)
        except FinDuFlux:
            requete.noter("incident", "connexion fermée par le client avant la réponse")
            self.connexion.inscrire(requete, None, corps=self.corps)
            raise
        except TropLent:
            self.motif = "inactivité"
            reponse = erreurs.trop_lent()
        except (JournalArrete, OSError):
            raise
        except Exception as erreur:  # noqa: BLE001 (un défaut du banc se note, il ne se cache pas)
            self._noter_defaut(requete, erreur)
            reponse = erreurs.defaut_du_banc()
        await self._repondre(requete, reponse)
        suite, self.apres = self.apres, None
        if suite is not None:
            await suite()

    def _requete(self, ligne: bytes) -> RequeteRecue:
        brute = ligne.rstrip(b"\r\n")
        mot, _, arguments = brute.partition(b" ")
        verbe = mot.decode("ascii", "backslashreplace").upper()[:64]
        operation = verbe if verbe in VERBES else "?"
        # Ce qui suit un verbe inconnu peut être n'importe quoi, un secret compris : seul AUTH est remplacé à coup sûr.
        requete = self.connexion.requete(
            verbe, arguments.strip().decode("utf-8", "backslashreplace"), operation=operation
        )
        if not ligne.endswith(b"\r\n"):
            requete.noter("fin_de_ligne", "LF")
        return requete

    async def _executer(self, requete: RequeteRecue) -> ReponseSmtp | None:
        from simulators.mssante.smtp_commandes import COMMANDES

        verbe = requete.operation.partition(":")[2]
        limite = 16_384 if verbe == "AUTH" else 2048
        if len(requete.cible) > limite:
            requete.cible = requete.cible[:limite] if verbe != "AUTH" else "…"
            return erreurs.ligne_trop_longue()
        if verbe == "?":
            self._inconnues += 1
            if self._inconnues >= self.reglages.commandes_inconnues_max:
                return erreurs.trop_de_commandes_inconnues()
            return erreurs.commande_inconnue()
        return await COMMANDES[verbe](self, requete)

    async def _repondre(self, requete: RequeteRecue, reponse: ReponseSmtp | None) -> None:
        """Inscrit puis envoie ; sans réponse, coupe net."""
        if reponse is None:
            echange = self.connexion.inscrire(requete, None, corps=self.corps)
        else:
            if reponse.code == 421 and self.motif == "client":
                self.motif = "opérateur"
            self.fermer = self.fermer or reponse.fermer
            octets = self.envoye + reponse.octets
            echange = self.connexion.inscrire(requete, reponse.code, octets, corps=self.corps)
        if self.une_fois_inscrit is not None:
            suite, self.une_fois_inscrit = self.une_fois_inscrit, None
            await suite(echange)
        if reponse is None:
            self.couper()
        else:
            await self.ecrire(reponse.octets)

    def _noter_defaut(self, requete: RequeteRecue, erreur: Exception) -> None:
        requete.noter("incident", f"défaut du simulateur : {type(erreur).__name__}")
        self.operateur.journal.ajouter(
            "incident",
            {
                "nature": "defaut_du_banc",
                "service": "mssante",
                "operation": requete.operation,
                "message": f"{type(erreur).__name__} : {erreur}",
                "trace": "".join(traceback.format_exception(erreur)),
            },
        )

    def compter_echec(self) -> bool:
        """Vrai si l'authentification a été refusée trop de fois."""
        self._echecs += 1
        return self._echecs >= self.reglages.echecs_authentification_max
