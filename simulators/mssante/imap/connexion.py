"""Une connexion IMAP, de l'accueil à la fin : lire les commandes, les aiguiller, finir proprement.

Ce qu'une session sait faire est dans `session.py` et ses commandes ; ici, seulement ce qui touche au fil.
"""

from __future__ import annotations

import asyncio
import contextlib
import re

from simulators.mssante.imap.analyse import ETIQUETTE, Arguments, Mauvaise
from simulators.mssante.imap.cadrage import Commande, Invitation, Motif, Refus
from simulators.mssante.imap.dialogue import DELAI_ENVOI, Fin, texte
from simulators.mssante.imap.execution import VERBES, Execution
from simulators.mssante.imap.transport import ConnexionCoupee
from simulators.socle.journal import JournalArrete

LITTERAL_AVANT = 8192
"""Littéraux d'une commande avant l'identification, octets."""

_VERBE = re.compile(rb"([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)")


class ConnexionImap(Execution):
    """Sert une connexion ; une tâche par connexion."""

    tache: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._facade.connexions.add(self)
        self._c = self._facade.ouvrir(self._port, self.pair, self._ligne)
        self._boucle = asyncio.get_running_loop()
        self.tache = self._boucle.create_task(self._conduire())

    # -- déroulement -------------------------------------------------------------------------------------------

    async def _conduire(self) -> None:
        motif = "client"
        try:
            await self._accueillir()
            while True:
                await self._une_commande()
                await asyncio.sleep(0)  # une rafale de commandes laisse passer les autres connexions
        except Fin as fin:
            motif = str(fin)
        except ConnexionCoupee:
            pass
        except TimeoutError:
            motif = "inactivité"
            with contextlib.suppress(JournalArrete, ConnexionCoupee, TimeoutError):
                await self._adieu("UNAVAILABLE", "Inactivity timeout")
        except JournalArrete:
            motif = "banc"
            with contextlib.suppress(ConnexionCoupee, TimeoutError):
                await self.envoyer([b"* BYE Test bench stopped: nothing is recorded any more\r\n"], DELAI_ENVOI)
        except asyncio.CancelledError:
            motif = "banc"
            with contextlib.suppress(ConnexionCoupee):
                self.transport.write(b"* BYE Test bench shutting down\r\n")
                self.transport.abort()  # la boucle s'arrête : rien n'attendra la fin du dialogue TLS
            raise
        finally:
            self._finir(motif)

    def _finir(self, motif: str) -> None:
        self._facade.connexions.discard(self)
        if self._session is not None:
            self._session.quitter()
        self.fermer()
        with contextlib.suppress(JournalArrete):
            self._c.finir(motif)

    @property
    def session_psc(self) -> str:
        """Session Pro Santé Connect du jeton qui l'a ouverte ; vide sans jeton."""
        return self._c.session_psc

    def rompre(self) -> None:
        """Ferme à la demande d'un scénario, sans attendre que le client s'en aperçoive."""
        self._c.rompue = True
        with contextlib.suppress(ConnexionCoupee):
            self.transport.write(b"* BYE [UNAVAILABLE] Server is closing idle connections\r\n")
            self.transport.abort()

    # -- lecture d'une commande --------------------------------------------------------------------------------

    async def _une_commande(self) -> None:
        self.decoupeur.litteral_max = LITTERAL_AVANT if self._session is None else self._reglages.taille_max
        while (evenement := self.decoupeur.suivant()) is None:
            await self.attendre(self._delai)
        if isinstance(evenement, Refus):
            await self._refuser(evenement)
        elif isinstance(evenement, Invitation):
            await self.envoyer([b"+ Ready for literal\r\n"], DELAI_ENVOI)
        else:
            await self._traiter(evenement)

    @property
    def _delai(self) -> float:
        return self._facade.inactivite if self._session is not None else self._reglages.delai_inactivite

    async def _refuser(self, refus: Refus) -> None:
        etiquette = _etiquette(refus.debut)
        requete = self._c.requete("", self._masquer(refus.debut), operation=_verbe(refus.debut).decode() or "?")
        requete.noter("motif", refus.motif.value)
        if refus.motif is Motif.LITTERAL:
            lignes = [b"%b NO [TOOBIG] Literal too big\r\n" % etiquette]
        else:
            explication = b"Command line too long" if refus.motif is Motif.LIGNE else b"NUL octet in a command"
            lignes = [b"%b BAD %b\r\n" % (etiquette, explication)]
        statut = 500 if refus.motif is Motif.LITTERAL else 400
        if refus.fermer:
            lignes.append(b"* BYE Too long\r\n")
        await self._repondre(requete, statut, lignes)
        if refus.fermer:
            raise Fin(f"opérateur ({refus.motif.value})")
        self._fautive()

    # -- traitement --------------------------------------------------------------------------------------------

    async def _traiter(self, commande: Commande) -> None:
        segments, litteraux = commande.segments, commande.litteraux
        trouve = ETIQUETTE.match(segments[0])
        if trouve is None or segments[0][trouve.end() : trouve.end() + 1] != b" ":
            await self._inconnue(commande, b"*", "Missing tag or command")
            return
        etiquette = trouve[0]
        arguments = Arguments(Commande((segments[0][trouve.end() + 1 :], *segments[1:]), litteraux))
        try:
            verbe = arguments.motif(_VERBE, "command")[0].upper()
            if verbe == b"UID":
                arguments.espace()
                verbe = b"UID " + arguments.motif(_VERBE, "command")[0].upper()
        except Mauvaise:
            await self._inconnue(commande, etiquette, "Missing command")
            return
        self._etiquette = etiquette
        # Le message d'un APPEND n'est pas recopié pour être relu.
        reste = b"" if verbe == b"APPEND" else arguments.reste
        match verbe:
            case b"CAPABILITY" | b"LOGOUT" | b"ID" | b"STARTTLS" | b"AUTHENTICATE" | b"LOGIN" | b"IDLE":
                await self._sur_la_connexion(verbe, arguments, reste)
            case _ if self._session is None and verbe == b"NOOP":
                await self._simple(self._c.requete("NOOP"), arguments, b"OK NOOP completed")
            case _ if verbe not in VERBES:
                await self._inconnue(commande, etiquette, "Unknown command", verbe)
            case _ if self._session is None:
                requete = self._c.requete(verbe.decode(), texte(reste))
                await self._repondre(requete, 400, [b"%b BAD Not authenticated\r\n" % etiquette])
                self._fautive()
            case _:
                await self._en_session(verbe, arguments, reste, commande)

    async def _inconnue(self, commande: Commande, etiquette: bytes, motif: str, verbe: bytes = b"") -> None:
        requete = self._c.requete(texte(verbe), self._masquer(commande.segments[0]), operation="?")
        self._erreurs += 1
        if self._erreurs > self._reglages.commandes_inconnues_max:
            await self._clore(requete, b"* BYE Too many errors\r\n", statut=421)
        await self._repondre(requete, 400, [b"%b BAD %b\r\n" % (etiquette, motif.encode())])

    async def _sur_la_connexion(self, verbe: bytes, arguments: Arguments, reste: bytes) -> None:
        """Commandes qui tiennent à la connexion plus qu'à la boîte."""
        requete = self._c.requete(verbe.decode(), texte(reste))
        match verbe:
            case b"CAPABILITY":
                ligne = b"* CAPABILITY %b\r\n" % b" ".join(self._capacites(requete))
                await self._simple(requete, arguments, b"OK CAPABILITY completed", ligne)
            case b"LOGOUT":
                await self._simple(requete, arguments, b"OK LOGOUT completed", b"* BYE Logging out\r\n")
                raise Fin("client (LOGOUT)")
            case b"ID":
                await self._dire_identite(requete, arguments)
            case b"STARTTLS":
                await self._starttls(requete, arguments)
            case b"AUTHENTICATE":
                await self._authentifier(requete, arguments)
            case b"LOGIN":
                requete.cible = self._cible_login(arguments)
                await self._repondre(requete, 500, [self._final(b"NO [PRIVACYREQUIRED] LOGIN is disabled")])
            case _:
                await self._idle(requete, arguments)


def _etiquette(debut: bytes) -> bytes:
    trouve = ETIQUETTE.match(debut)
    return trouve[0] if trouve is not None and debut[trouve.end() : trouve.end() + 1] == b" " else b"*"


def _verbe(debut: bytes) -> bytes:
    mots = debut.split(b" ", 2)
    trouve = _VERBE.fullmatch(mots[1]) if len(mots) > 1 else None
    return trouve[1].upper() if trouve else b""
