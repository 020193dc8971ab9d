"""Soumission SMTP (RFC 6409) : le transport d'aiosmtpd, le dialogue d'un opérateur strict, chaque commande au journal.

aiosmtpd écrit ses réponses au fil de ses méthodes ; ici une commande rend sa réponse, qui est inscrite au journal avant
de partir. Rien d'autre que STARTTLS n'est offert en clair.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiosmtpd.smtp import SMTP

from simulators.mssante import erreurs
from simulators.mssante.connexions import Connexion, Operateur
from simulators.mssante.erreurs import ReponseSmtp
from simulators.mssante.etat import MessageRecu
from simulators.mssante.smtp_envoi import Transaction
from simulators.mssante.smtp_lecture import FinDuFlux, LigneTropLongue, TropLent, lire_ligne, rendre, vider
from simulators.mssante.tls import LigneTls
from simulators.socle.accueil import adresse
from simulators.socle.echange import VIDE, Corps, Echange
from simulators.socle.journal import JournalArrete
from simulators.socle.requete import Port, RequeteRecue

logging.getLogger("mail.log").setLevel(logging.ERROR)

VERBES = frozenset(
    {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "HELP", "EXPN"}
)
EN_CLAIR = frozenset({"EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT", "HELP"})
DELAI_FERMETURE = 10.0
"""Secondes laissées au client pour clore TLS de son côté."""
ORDURES = b"\x00\xff<html>503 passerelle de test</html>\r\n" * 16


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

    def rompre(self) -> list[asyncio.Task[None]]:
        """Coupe les sessions ouvertes ; rend les tâches qui s'achèvent. À appeler dans la boucle."""
        for session in self.sessions:
            session.connexion.rompue = True
            session.rompre()
        return [tache for session in self.sessions if (tache := session._handler_coroutine) is not None]


class EcouteSmtp:
    """Fabrique des sessions d'un port ; `ligne` : ligne de la matrice TLS servie à demeure."""

    def __init__(self, service: ServiceSmtp, ligne: LigneTls | None = None) -> None:
        self.service = service
        self.ligne = ligne
        self.port = Port("mssante", 0, tls=False, protocole="smtp")

    def __call__(self) -> SessionSmtp:
        return SessionSmtp(self.service, self)


class SessionSmtp(SMTP):
    """Une session. Les méthodes `_fait_…` rendent la réponse d'une commande, ou None pour couper la connexion."""

    line_length_limit = 2**16

    def __init__(self, service: ServiceSmtp, ecoute: EcouteSmtp) -> None:
        reglages = service.operateur.reglages
        super().__init__(
            None,
            hostname=reglages.nom_hote,
            ident="TEST",
            data_size_limit=reglages.taille_max,
            loop=asyncio.get_running_loop(),
        )
        self.service = service
        self.operateur = service.operateur
        self.reglages = reglages
        self.connexion: Connexion
        self.transaction: Transaction | None = None
        self.salue = False
        self.dsn_offert: bool | None = None
        self.taille_offerte = reglages.taille_max
        self.corps: Corps = VIDE
        self.envoye = b""
        self.apres: Callable[[], Awaitable[None]] | None = None
        self.une_fois_inscrit: Callable[[Echange], Awaitable[None]] | None = None
        self.messages = 0
        self._ecoute = ecoute
        self._inconnues = 0
        self._echecs = 0
        self._fermer = False
        self._motif = "client"

    # -- transport ---------------------------------------------------------------------------------------------

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Les délais sont tenus par la lecture, qui répond 421 avant de fermer."""

    def eof_received(self) -> bool | None:
        """Ce qui a été reçu sera encore traité : un QUIT suivi d'une fermeture compte."""
        self._reader.feed_eof()
        return self.connexion.tls is None

    def connection_lost(self, error: Exception | None) -> None:
        """Comme pour la fin du flux : les commandes déjà reçues entrent au journal."""
        asyncio.StreamReaderProtocol.connection_lost(self, None)
        self.transport = None

    async def _handle_client(self) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        service = self.service
        self.connexion = Connexion(
            self.operateur, "smtp", self._ecoute.port, adresse(self.transport), self._ecoute.ligne
        )
        service.sessions.add(self)
        try:
            await self._accueillir()
            while not self._fermer:
                await self._suivre()
        except FinDuFlux:
            pass
        except asyncio.CancelledError:
            self._motif = "banc"
            raise
        except JournalArrete:
            self._motif = "banc"
            await self._ecrire(erreurs.banc_arrete().octets)
        except (ConnectionError, TimeoutError) as erreur:
            self._motif = f"client ({type(erreur).__name__})"
        finally:
            service.sessions.discard(self)
            with contextlib.suppress(JournalArrete):
                self.connexion.finir(self._motif)
            await self._clore()

    async def _clore(self) -> None:
        """Ferme le transport et attend qu'il le soit ; coupe net si le banc s'arrête ou si le client traîne."""
        transport = self.transport
        if transport is None:
            return
        assert isinstance(transport, asyncio.Transport)
        try:
            if self._motif == "banc":
                return
            self._writer.close()
            async with asyncio.timeout(DELAI_FERMETURE):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            return
        finally:
            transport.abort()

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
            self._motif = "inactivité"
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
            self._motif = "inactivité"
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
            if reponse.code == 421 and self._motif == "client":
                self._motif = "opérateur"
            self._fermer = self._fermer or reponse.fermer
            octets = self.envoye + reponse.octets
            echange = self.connexion.inscrire(requete, reponse.code, octets, corps=self.corps)
        if self.une_fois_inscrit is not None:
            suite, self.une_fois_inscrit = self.une_fois_inscrit, None
            await suite(echange)
        if reponse is None:
            self.couper()
        else:
            await self._ecrire(reponse.octets)

    def couper(self) -> None:
        """Coupe la connexion sans prévenir."""
        self._fermer, self._motif = True, "opérateur (coupure)"
        if self.transport is not None:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()

    def rompre(self) -> None:
        """Ferme sans attendre que le client s'en aperçoive."""
        if self.transport is not None:
            assert isinstance(self.transport, asyncio.Transport)
            self.transport.abort()

    async def intermediaire(self, octets: bytes) -> None:
        """Envoie une réponse intermédiaire (334, 354) ; elle sera dans l'échange de la commande."""
        self.envoye += octets
        await self._ecrire(octets)

    async def _ecrire(self, octets: bytes) -> None:
        """Un client déjà parti ne lit plus : ce qu'il a envoyé avant reste à traiter."""
        with contextlib.suppress(ConnectionError):
            self._writer.write(octets)
            await self._writer.drain()

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

    # -- ce que les commandes demandent à la session -----------------------------------------------------------

    async def lire_reponse(self) -> bytes:
        """Ligne que le client envoie après un 334, sans sa fin."""
        return (await lire_ligne(self._reader, self.reglages.delai_inactivite)).rstrip(b"\r\n")

    async def lire_bloc(self) -> bytes:
        """Octets reçus ; FinDuFlux si le client est parti."""
        async with asyncio.timeout(self.reglages.delai_inactivite):
            bloc = await self._reader.read(2**16)
        if not bloc:
            raise FinDuFlux
        return bloc

    def rendre(self, octets: bytes) -> None:
        """Remet dans le flux des octets lus en trop."""
        rendre(self._reader, octets)

    def vider_le_clair(self) -> int:
        """Jette ce qui a été reçu en clair avant la poignée de main (RFC 3207, section 4.2) ; rend sa taille."""
        return vider(self._reader)

    async def chiffrer(self) -> None:
        """Mène la poignée de main ; la connexion est finie si elle échoue."""
        assert isinstance(self.transport, asyncio.Transport)
        try:
            chiffre = await self.connexion.negocier(self.transport, self)
        except (OSError, TimeoutError):
            self._fermer, self._motif = True, "poignée de main refusée"
            return
        self.transport = chiffre
        self._reader._transport = chiffre  # type: ignore[attr-defined]
        self._writer._transport = chiffre  # type: ignore[attr-defined]
        self.transaction, self.salue = None, False

    async def salir(self) -> None:
        """Envoie autre chose que du TLS, puis attend ce que le client en fait."""
        self.connexion.refuser_poignee("STARTTLS_ORDURES : octets étrangers à TLS, envoyés exprès")
        await self._ecrire(ORDURES)
        while True:
            bloc = await self.lire_bloc()
            if bloc[0] not in range(20, 24):  # pas un enregistrement TLS : le client parle en clair
                self.rendre(bloc)
                return

    def compter_echec(self) -> bool:
        """Vrai si l'authentification a été refusée trop de fois."""
        self._echecs += 1
        return self._echecs >= self.reglages.echecs_authentification_max
