"""Une connexion IMAP, de l'accueil à la fin : canal, identification, commandes, IDLE ; tout est écrit au journal.

Chaque réponse est écrite avant de partir. Ce qu'une session sait faire est dans `session.py` et ses commandes ; ici,
seulement ce qui touche au fil.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulators.mssante.authentification import ReponseSaslIllisible, empreinte_sasl, identifier, mecanismes
from simulators.mssante.boites import BoiteInconnue
from simulators.mssante.contenus import contenus
from simulators.mssante.imap import dossiers, messages
from simulators.mssante.imap.analyse import ETIQUETTE, Arguments, Mauvaise
from simulators.mssante.imap.cadrage import Commande, Invitation, Motif, Refus
from simulators.mssante.imap.corps import corps_de
from simulators.mssante.imap.fetch import Morceau
from simulators.mssante.imap.pannes import (
    ANNONCE_ENORME,
    PAR_VERBE,
    PENDANT_FETCH,
    SANS_ECHEC,
    demande_du_contenu,
    gonfler,
)
from simulators.mssante.imap.session import CAPACITES, Resultat, Session, Verbe
from simulators.mssante.imap.transport import ConnexionCoupee, Transport
from simulators.mssante.tls import LigneTls
from simulators.socle.echange import VIDE, Corps, CorpsMemoire
from simulators.socle.journal import JournalArrete
from simulators.socle.pannes import PanneArmee
from simulators.socle.requete import Port, RequeteRecue

if TYPE_CHECKING:
    from simulators.mssante.imap.facade import FacadeImap

VERBES: dict[bytes, Verbe] = {**dossiers.VERBES, **messages.VERBES}
DELAI_ENVOI = 300.0
LITTERAL_AVANT = 8192
"""Littéraux d'une commande avant l'identification, octets."""

STATUTS = {"OK": 200, "NO": 500, "BAD": 400, "BYE": 421}

_VERBE = re.compile(rb"([A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)")
_SECRET = re.compile(r"[A-Za-z0-9+/=._~-]{24,}")


class Fin(Exception):
    """La connexion doit être fermée ; dit pourquoi."""


class ConnexionImap(Transport):
    """Sert une connexion ; une tâche par connexion."""

    def __init__(self, facade: FacadeImap, port: Port, ligne: LigneTls | None) -> None:
        super().__init__()
        self._facade = facade
        self._port = port
        self._ligne = ligne
        self._reglages = facade.operateur.reglages
        self._session: Session | None = None
        self._tache: asyncio.Task[None] | None = None
        self._erreurs = 0
        self._echecs = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._facade.connexions.add(self)
        self._c = self._facade.ouvrir(self._port, self.pair, self._ligne)
        self._boucle = asyncio.get_running_loop()
        self._tache = self._boucle.create_task(self._conduire())

    # -- déroulement -------------------------------------------------------------------------------------------

    async def _conduire(self) -> None:
        motif = "client"
        try:
            await self._accueillir()
            while True:
                await self._une_commande()
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

    def rompre(self) -> None:
        """Ferme à la demande d'un scénario, sans attendre que le client s'en aperçoive."""
        self._c.rompue = True
        with contextlib.suppress(ConnexionCoupee):
            self.transport.write(b"* BYE [UNAVAILABLE] Server is closing idle connections\r\n")
            self.transport.abort()

    async def _accueillir(self) -> None:
        requete = self._c.requete("", operation="connexion")
        panne = self._c.prendre(requete, "connexion_refusee", "accueil_lent")
        if panne is not None and panne.nom == "connexion_refusee":
            self._c.inscrire(requete, None)
            self.couper()
            raise Fin("opérateur (coupure)")
        if panne is not None:
            await panne.retenir(float(str(panne.parametres.get("duree", 5))))
        if len(self._facade.connexions) > self._reglages.sessions_max:
            requete.noter("motif", "trop de connexions ouvertes")
            await self._clore(requete, b"* BYE [UNAVAILABLE] Too many connections, try again later\r\n")
        capacites = b" ".join(self._capacites(requete))
        ligne = b"* OK [CAPABILITY %b] %b IMAP operateur MSSante de TEST (Banc SONS)\r\n"
        await self._repondre(requete, 200, [ligne % (capacites, self._reglages.nom_hote.encode())])

    def _capacites(self, requete: RequeteRecue) -> list[bytes]:
        """En clair, rien d'autre que STARTTLS ; puis les mécanismes ; tout le reste une fois identifié."""
        if self._session is not None:
            return [CAPACITES, b"APPENDLIMIT=%d" % self._reglages.taille_max]
        if self._c.tls is None:
            starttls = [b"STARTTLS"] if self._c.starttls_offert(requete) else []
            return [b"IMAP4rev1", *starttls, b"LOGINDISABLED"]
        mecas = [b"AUTH=" + meca.encode() for meca in mecanismes(self._c, requete)]
        return [b"IMAP4rev1", b"IMAP4rev2", b"LITERAL+", b"SASL-IR", b"ID", b"ENABLE", b"LOGINDISABLED", *mecas]

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
            texte = b"Command line too long" if refus.motif is Motif.LIGNE else b"NUL octet in a command"
            lignes = [b"%b BAD %b\r\n" % (etiquette, texte)]
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
                requete = self._c.requete(verbe.decode(), _texte(reste))
                await self._repondre(requete, 400, [b"%b BAD Not authenticated\r\n" % etiquette])
                self._fautive()
            case _:
                await self._en_session(verbe, arguments, reste, commande)

    def _fautive(self) -> None:
        """Compte une commande que le serveur ne peut pas servir ; trop, et la connexion est fermée."""
        self._erreurs += 1

    async def _inconnue(self, commande: Commande, etiquette: bytes, texte: str, verbe: bytes = b"") -> None:
        requete = self._c.requete(_texte(verbe), self._masquer(commande.segments[0]), operation="?")
        self._erreurs += 1
        if self._erreurs > self._reglages.commandes_inconnues_max:
            await self._clore(requete, b"* BYE Too many errors\r\n", statut=421)
        await self._repondre(requete, 400, [b"%b BAD %b\r\n" % (etiquette, texte.encode())])

    def _masquer(self, ligne: bytes) -> str:
        """Ligne non reconnue : elle peut être une réponse SASL venue trop tôt, ou un mot de passe."""
        empreinte = self._facade.operateur.journal.empreinte_secret
        return _SECRET.sub(lambda trouve: empreinte(trouve[0]), _texte(ligne))

    async def _sur_la_connexion(self, verbe: bytes, arguments: Arguments, reste: bytes) -> None:
        """Commandes qui tiennent à la connexion plus qu'à la boîte."""
        requete = self._c.requete(verbe.decode(), _texte(reste))
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

    async def _simple(self, requete: RequeteRecue, arguments: Arguments, fin: bytes, *lignes: bytes) -> None:
        try:
            arguments.terminer()
        except Mauvaise as erreur:
            await self._repondre(requete, 400, [self._final(b"BAD " + str(erreur).encode())])
            return
        await self._repondre(requete, 200, [*lignes, self._final(fin)])

    async def _dire_identite(self, requete: RequeteRecue, arguments: Arguments) -> None:
        if self._c.tls is None or not requete.cible:
            texte = b"BAD Must issue STARTTLS first" if self._c.tls is None else b"BAD Expected a parameter list"
            await self._repondre(requete, 400, [self._final(texte)])
            return
        identite = b'* ID ("name" "Banc SONS" "vendor" "operateur MSSante de TEST")\r\n'
        await self._repondre(requete, 200, [identite, self._final(b"OK ID completed")])

    def _cible_login(self, arguments: Arguments) -> str:
        """Arguments de LOGIN, mot de passe remplacé."""
        try:
            arguments.espace()
            utilisateur = _texte(arguments.astring())
            arguments.espace()
            secret = arguments.astring()
        except Mauvaise:
            return "…"
        return f"{utilisateur} {self._facade.operateur.journal.empreinte_secret(secret)}"

    # -- canal et identification -------------------------------------------------------------------------------

    async def _starttls(self, requete: RequeteRecue, arguments: Arguments) -> None:
        if self._c.tls is not None or not self._c.starttls_offert(requete) or not arguments.fini:
            await self._repondre(requete, 400, [self._final(b"BAD STARTTLS is not available")])
            return
        ligne = self._c.choisir_ligne(requete)
        # Ce qui suit STARTTLS en clair n'a pas été dit dans le canal : c'est jeté, et noté (RFC 3501 § 11.1).
        if self.decoupeur.entamee:
            requete.noter("octets_en_clair_jetes", self.decoupeur.vider())
        self.suspendre()
        await self._repondre(requete, 200, [self._final(b"OK Begin TLS negotiation now")])
        if ligne.starttls == "ordures":
            self._c.refuser_poignee("l'opérateur a envoyé autre chose que du TLS (panne)")
            await self.envoyer([b"* OK plaintext continues here, this is not TLS\r\n" * 4], DELAI_ENVOI)
            raise Fin("opérateur (panne)")
        try:
            self.remplacer(await self._c.negocier(self.transport, self))
        except (OSError, TimeoutError) as erreur:
            raise Fin("poignée de main refusée") from erreur

    async def _authentifier(self, requete: RequeteRecue, arguments: Arguments) -> None:
        lignes: list[bytes] = []
        try:
            arguments.espace()
            mecanisme = arguments.mot().decode("ascii")
            initiale = None
            if not arguments.fini:
                arguments.espace()
                initiale = arguments.reste
        except Mauvaise as erreur:
            requete.cible = "…"
            await self._repondre(requete, 400, [self._final(b"BAD " + str(erreur).encode())])
            return
        journal = self._facade.operateur.journal
        requete.cible = mecanisme
        requete.noter("mecanisme", mecanisme)
        requete.noter("initiale", "oui" if initiale is not None else "non")
        if initiale is not None:
            requete.cible += f" {empreinte_sasl(journal, initiale)}"
        refus = self._refus_de_mecanisme(requete, mecanisme)
        if refus is not None:
            await self._repondre(requete, 500 if refus.startswith(b"NO") else 400, [self._final(refus)])
            return
        if initiale is None:
            lignes.append(b"+ \r\n")
            await self.envoyer(lignes, DELAI_ENVOI)
            initiale = await self._ligne_sasl()
            requete.cible += f" {empreinte_sasl(journal, initiale)}"
        await self._juger(requete, mecanisme, initiale, lignes)

    def _refus_de_mecanisme(self, requete: RequeteRecue, mecanisme: str) -> bytes | None:
        if self._session is not None:
            return b"BAD Already authenticated"
        if self._c.tls is None:
            return b"NO [PRIVACYREQUIRED] Must issue STARTTLS first"
        if mecanisme not in mecanismes(self._c, requete):
            return b"NO [CANNOT] Unsupported authentication mechanism"
        return None

    async def _ligne_sasl(self) -> bytes:
        while (ligne := self.decoupeur.ligne()) is None:
            await self.attendre(self._reglages.delai_inactivite)
        return ligne

    async def _juger(self, requete: RequeteRecue, mecanisme: str, reponse: bytes, lignes: list[bytes]) -> None:
        if reponse == b"*":
            await self._repondre(requete, 400, [*lignes, self._final(b"BAD Authentication cancelled")], len(lignes))
            return
        try:
            issue = identifier(self._c, requete, mecanisme, b"" if reponse == b"=" else reponse)
        except ReponseSaslIllisible as erreur:
            requete.noter("motif", str(erreur))
            await self._repondre(requete, 400, [*lignes, self._final(b"BAD Invalid SASL response")], len(lignes))
            self._fautive()
            return
        if issue.bal is not None:
            try:
                boite = self._facade.boites.boite(issue.bal.adresse)
            except BoiteInconnue:
                issue = type(issue)(None, "BAL sans boîte")
            else:
                self._session = Session(boite, self._reveiller, self._reglages.taille_max)
                capacites = b" ".join(self._capacites(requete))
                fin = self._final(b"OK [CAPABILITY %b] Authenticated" % capacites)
                await self._repondre(requete, 200, [*lignes, fin], len(lignes))
                return
        if issue.defi:
            defi = b"+ %b\r\n" % issue.defi_base64.encode()
            lignes.append(defi)
            await self.envoyer([defi], DELAI_ENVOI)
            requete.noter("reponse_au_defi", empreinte_sasl(self._facade.operateur.journal, await self._ligne_sasl()))
        self._echecs += 1
        refus = self._final(b"NO [AUTHENTICATIONFAILED] Authentication credentials invalid")
        if self._echecs >= self._reglages.echecs_authentification_max:
            await self._repondre(
                requete, 500, [*lignes, refus, b"* BYE Too many authentication failures\r\n"], len(lignes)
            )
            raise Fin("opérateur (échecs d'authentification)")
        await self._repondre(requete, 500, [*lignes, refus], len(lignes))

    # -- session -----------------------------------------------------------------------------------------------

    async def _en_session(self, verbe: bytes, arguments: Arguments, reste: bytes, commande: Commande) -> None:
        assert self._session is not None
        nom = verbe.decode()
        corps: Corps = VIDE
        if verbe == b"APPEND":
            cible = _texte(b"".join(commande.segments)[len(self._etiquette) + 8 :])
            corps = CorpsMemoire(b"".join(commande.litteraux))
        else:
            cible = _texte(reste)
        requete = self._c.requete(nom, cible)
        if corps.taille:
            requete.noter("taille", corps.taille)
            for contenu in contenus(corps.octets):
                self._facade.operateur.journal.garder_contenu(contenu)
        panne = self._panne_avant(requete, nom, reste)
        resultat = Resultat(self._etiquette)
        if self._session.vue is not None:
            resultat.notes["dossier"] = self._session.vue.dossier.nom
        if panne is not None and await self._refus_joue(requete, panne, corps):
            return
        self._session.panne = panne.nom if panne is not None else ""
        try:
            await self._session.executer(VERBES[verbe], arguments, resultat)
        except Exception as erreur:  # noqa: BLE001 (défaut du banc : noté, et la session continue)
            self._noter_defaut(nom, erreur)
            resultat = Resultat(self._etiquette, statut="NO", code=b"SERVERBUG", texte="Test bench internal error")
        requete.notes.update(resultat.notes)
        if resultat.statut == "OK" and not resultat.texte:
            resultat.texte = f"{nom} completed"
        envoi = resultat.envoi
        if nom in ("FETCH", "UID FETCH") and len(resultat.morceaux) > 0 and demande_du_contenu(reste):
            abime = self._abimer(requete, envoi)
            if abime is not None:
                self._c.inscrire(requete, None, corps_de(abime), corps=corps)
                await self.envoyer(abime, DELAI_ENVOI)
                await self._couper_apres_envoi()
        await self._repondre(requete, STATUTS[resultat.statut], envoi, corps=corps)
        self._erreurs = self._erreurs + 1 if resultat.statut == "BAD" else 0
        if resultat.fermer:
            raise Fin("opérateur (BYE)")

    def _panne_avant(self, requete: RequeteRecue, nom: str, reste: bytes) -> PanneArmee | None:
        noms = [*PAR_VERBE.get(nom, ())]
        if nom not in SANS_ECHEC:
            noms += ["bye", "indisponible"]
        vue = self._session.vue if self._session is not None else None
        if nom in ("FETCH", "UID FETCH") and vue is not None and vue.messages and demande_du_contenu(reste):
            noms.append("message_disparu")
        return self._c.prendre(requete, *noms) if noms else None

    async def _refus_joue(self, requete: RequeteRecue, panne: PanneArmee, corps: Corps) -> bool:
        """Joue une panne qui remplace la commande ; vrai si c'en était une."""
        refus = {
            "indisponible": b"NO [UNAVAILABLE] Temporarily unavailable, try again later",
            "quota_depasse": b"NO [OVERQUOTA] Mailbox is full",
        }.get(panne.nom)
        if panne.nom == "bye":
            await self._clore(requete, b"* BYE [UNAVAILABLE] Server is going down\r\n", corps=corps)
        if refus is None:
            return False
        await self._repondre(requete, 500, [self._final(refus)], corps=corps)
        return True

    def _abimer(self, requete: RequeteRecue, envoi: Sequence[Morceau]) -> list[Morceau] | None:
        """Réponse de FETCH telle que la panne la déforme ; None s'il n'y en a pas."""
        panne = self._c.prendre(requete, *PENDANT_FETCH[1:])
        if panne is None:
            return None
        if panne.nom == "coupure_dans_fetch":
            moitie = sum(map(len, envoi)) // 2
            garde: list[Morceau] = []
            for morceau in envoi:
                garde.append(morceau[:moitie])
                moitie -= len(garde[-1])
                if not moitie:
                    break
            return garde
        taille = int(str(panne.parametres.get("taille", ANNONCE_ENORME)))
        abime: list[Morceau] = []
        for rang, morceau in enumerate(envoi):
            gonfle = gonfler(bytes(morceau), taille) if len(morceau) < 512 else None
            if gonfle is not None:
                return [*abime, gonfle, *envoi[rang + 1 : rang + 2]]
            abime.append(morceau)
        return abime

    async def _couper_apres_envoi(self) -> None:
        self.fermer()
        raise Fin("opérateur (coupure)")

    def _noter_defaut(self, verbe: str, erreur: Exception) -> None:
        self._facade.operateur.journal.ajouter(
            "incident",
            {
                "nature": "defaut_du_banc",
                "service": "mssante",
                "operation": f"imap:{verbe}",
                "message": f"{type(erreur).__name__} : {erreur}",
                "trace": "".join(traceback.format_exception(erreur)),
            },
        )

    # -- IDLE --------------------------------------------------------------------------------------------------

    async def _idle(self, requete: RequeteRecue, arguments: Arguments) -> None:
        session = self._session
        if session is None or not arguments.fini:
            texte = b"BAD Not authenticated" if session is None else b"BAD IDLE takes no argument"
            await self._repondre(requete, 400, [self._final(texte)])
            self._fautive()
            return
        panne = self._panne_avant(requete, "IDLE", b"")
        if panne is not None and await self._refus_joue(requete, panne, VIDE):
            return
        muet = panne is not None and panne.nom == "idle_muet"
        await self._repondre(requete, 200, [b"+ idling\r\n"])
        etiquette = self._etiquette
        while (ligne := self.decoupeur.ligne()) is None:
            if not muet:
                await self._pousser(session)
            await self.attendre(self._facade.inactivite)
        fin = self._c.requete("DONE", "" if ligne.upper() == b"DONE" else self._masquer(ligne))
        if ligne.upper() != b"DONE":
            await self._repondre(fin, 400, [b"%b BAD Expected DONE\r\n" % etiquette])
            return
        resultat = Resultat(etiquette, texte="IDLE terminated")
        session.annoncer(resultat, retraits=True)
        await self._repondre(fin, 200, resultat.envoi)

    async def _pousser(self, session: Session) -> None:
        """Annonce ce qui a changé depuis la dernière fois ; rien si rien n'a changé."""
        if session.vue is not None and session.vue.perdue:
            await self._clore(self._c.requete("", operation="poussee"), b"* BYE Mailbox is no longer available\r\n")
        resultat = Resultat(b"*")
        session.annoncer(resultat, retraits=True)
        if resultat.morceaux:
            poussee = self._c.requete("", operation="poussee")
            if session.vue is not None:
                poussee.noter("dossier", session.vue.dossier.nom)
            await self._repondre(poussee, 200, resultat.morceaux)

    def _reveiller(self) -> None:
        """La boîte a changé ; appelé de n'importe quel fil."""
        with contextlib.suppress(RuntimeError):  # boucle déjà fermée
            self._boucle.call_soon_threadsafe(self.signal.set)

    # -- réponse -----------------------------------------------------------------------------------------------

    def _final(self, texte: bytes) -> bytes:
        return b"%b %b\r\n" % (self._etiquette, texte)

    async def _repondre(
        self,
        requete: RequeteRecue,
        statut: int,
        lignes: Sequence[Morceau],
        deja: int = 0,
        *,
        corps: Corps = VIDE,
    ) -> None:
        """Écrit au journal puis envoie ; `deja` : nombre de lignes déjà parties."""
        self._c.inscrire(requete, statut, corps_de(lignes), corps=corps)
        await self.envoyer(lignes[deja:], DELAI_ENVOI)

    async def _clore(self, requete: RequeteRecue, ligne: bytes, *, statut: int = 421, corps: Corps = VIDE) -> None:
        await self._repondre(requete, statut, [ligne], corps=corps)
        raise Fin("opérateur (BYE)")

    async def _adieu(self, code: str, texte: str) -> None:
        requete = self._c.requete("", operation="poussee")
        await self._repondre(requete, 421, [f"* BYE [{code}] {texte}\r\n".encode()])


def _texte(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")


def _etiquette(debut: bytes) -> bytes:
    trouve = ETIQUETTE.match(debut)
    return trouve[0] if trouve is not None and debut[trouve.end() : trouve.end() + 1] == b" " else b"*"


def _verbe(debut: bytes) -> bytes:
    mots = debut.split(b" ", 2)
    trouve = _VERBE.fullmatch(mots[1]) if len(mots) > 1 else None
    return trouve[1].upper() if trouve else b""
