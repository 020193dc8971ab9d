"""Une connexion reçue par le pair : retrouver les messages, les garder, acquitter, jouer les pannes."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulators.hl7v2 import erreurs
from simulators.hl7v2.cadre import MESSAGE_MAX, Cadrage, Cadre, MessageTropGrand, encadrer
from simulators.hl7v2.entete import EnTete, lire
from simulators.hl7v2.etat import EtatHl7v2, MessageRecu
from simulators.socle.accueil import adresse
from simulators.socle.echange import CorpsMemoire, Reponse, Requete, Tls
from simulators.socle.journal import JournalArrete, JournalEchanges, MatriculeReel
from simulators.socle.pannes import PanneArmee, RegistrePannes
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.tls import decrire

SERVICE = "hl7v2"
CONNEXIONS_MAX = 256
MEMOIRE_MAX = 96 * 2**20
"""Octets de messages en cours, toutes connexions comprises."""
DELAI_MESSAGE = 30.0
"""Secondes laissées à un message commencé pour finir."""
_BOURRAGE = "NTE|1||" + "x" * 2**20


@dataclass
class Accueillant:
    """Ce que les connexions d'un port se partagent."""

    journal: JournalEchanges
    etat: EtatHl7v2
    pannes: RegistrePannes
    delai_message: float = DELAI_MESSAGE
    message_max: int = MESSAGE_MAX
    memoire_max: int = MEMOIRE_MAX
    port: Port = field(default_factory=lambda: Port(SERVICE, 0, tls=False, protocole="mllp"))
    connexions: set[SessionMllp] = field(default_factory=set)
    numeros: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def en_cours(self) -> int:
        """Octets des messages commencés et pas finis."""
        return sum(session.cadrage.en_cours for session in self.connexions)


class SessionMllp(asyncio.Protocol):
    """Une connexion ; un message à la fois, acquitté avant que le suivant soit lu."""

    def __init__(self, accueillant: Accueillant) -> None:
        self._a = accueillant
        self.cadrage = Cadrage(accueillant.message_max)
        self._transport: asyncio.Transport | None = None
        self._file: list[Cadre] = []
        self._tache: asyncio.Task[None] | None = None
        self._minuterie: asyncio.TimerHandle | None = None
        self._lu = asyncio.Event()
        self._lu.set()
        self._pair = ""
        self._tls: Tls | None = None

    # -- la connexion ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._pair = transport, adresse(transport)
        if (objet := transport.get_extra_info("ssl_object")) is not None:
            self._tls = decrire(objet)
        if len(self._a.connexions) >= CONNEXIONS_MAX:
            self._incident("trop de connexions ouvertes")
            transport.abort()
            return
        self._a.connexions.add(self)
        if self._a.pannes.prendre(self._demande("CONNEXION"), "refus_de_connexion"):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._a.pannes.prendre(self._demande("RECEPTION"), "coupure_en_plein_message"):
            self.cadrage.recevoir(data[: len(data) // 2])
            self._transport.abort()
            return
        try:
            self._file += self.cadrage.recevoir(data)
            if self._a.en_cours > self._a.memoire_max:
                raise MessageTropGrand("trop d'octets en attente sur ce port")
        except MessageTropGrand as erreur:
            self._incident(str(erreur))
            self._transport.abort()
            return
        self._surveiller()
        if self._file and self._tache is None:
            self._transport.pause_reading()
            self._tache = asyncio.get_running_loop().create_task(self._traiter())

    def connection_lost(self, exc: Exception | None) -> None:
        self._a.connexions.discard(self)
        if self._minuterie is not None:
            self._minuterie.cancel()
        if self._tache is not None:
            self._lu.set()
        if (reste := self.cadrage.reste()) is not None:
            self._inscrire(reste, None, None, None, {"cadre": f"{reste.defaut}, connexion fermée"})

    def pause_writing(self) -> None:
        """Le client ne lit pas ses acquittements : rien de plus n'est traité pour lui."""
        self._lu.clear()

    def resume_writing(self) -> None:
        self._lu.set()

    def _surveiller(self) -> None:
        """Un message commencé a un temps borné ; une connexion sans message en cours peut rester ouverte."""
        if self.cadrage.en_cours and self._minuterie is None:
            boucle = asyncio.get_running_loop()
            self._minuterie = boucle.call_later(self._a.delai_message, self._trop_lent)
        elif not self.cadrage.en_cours and self._minuterie is not None:
            self._minuterie.cancel()
            self._minuterie = None

    def _trop_lent(self) -> None:
        self._minuterie = None
        self._incident(f"message non fini en {self._a.delai_message:g} s")
        if self._transport is not None:
            self._transport.abort()

    # -- les messages ------------------------------------------------------------------------------------------

    async def _traiter(self) -> None:
        try:
            while self._file and self._transport is not None and not self._transport.is_closing():
                async with asyncio.timeout(self._a.delai_message):
                    await self._lu.wait()
                await self._un_message(self._file.pop(0))
        except TimeoutError:
            self._incident("acquittements non lus par le client")
            self._couper()
        finally:
            self._tache = None
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    async def _un_message(self, cadre: Cadre) -> None:
        entete = lire(cadre.contenu)
        if entete is None or cadre.defaut == "cadre non fermé":
            self._inscrire(cadre, entete, None, None, {"cadre": cadre.defaut or "ce n'est pas un message HL7 v2"})
            return
        if entete.code == "ACK":
            # L'acquittement applicatif, différé, d'un message du banc : il ne s'acquitte pas (HL7 v2.5, § 2.9.3).
            self._inscrire(cadre, entete, None, None, {"acquittement_differe": "oui"})
            return
        demande = self._demande("RECEPTION", cadre)
        panne = self._a.pannes.prendre(demande, *_PANNES_MESSAGE)
        nom = panne.nom if panne else ""
        accuse = _ACCUSES.get(nom, erreurs.juger)(entete)
        muette = nom in ("sans_acquittement", "coupure_avant_acquittement")
        reponse = b"" if muette else self._reponse(entete, accuse, nom)
        notes = {"cadre": cadre.defaut} if cadre.defaut else {}
        self._inscrire(cadre, entete, None if muette else accuse, reponse or None, notes, nom)
        if nom == "coupure_avant_acquittement":
            self._couper()
        await self._repondre(reponse, panne)

    def _reponse(self, entete: EnTete, accuse: erreurs.Acquittement, panne: str) -> bytes:
        def message(code: erreurs.Acquittement, msa_2: str | None = None) -> bytes:
            numero = f"BANC{next(self._a.numeros):08d}"
            return code.en_message(entete, numero, datetime.now().astimezone(), msa_2=msa_2)

        if panne == "msa_2_faux":
            return encadrer(message(accuse, "INCONNU-DU-PAIR"))
        if panne == "acquittement_illisible":
            return encadrer(b"ceci n'est pas un message HL7 v2\r")
        if panne == "acquittement_autre_encodage":
            return encadrer(message(accuse).decode("latin-1").encode("utf-16"))
        if panne == "acquittement_trop_grand":
            return encadrer(message(accuse) + _BOURRAGE.encode() + b"\r")
        envoi = encadrer(message(accuse))
        if panne == "acquittements_colles":
            return encadrer(message(accuse, "INCONNU-DU-PAIR")) + envoi
        if accuse.code == "CA" and entete.champ(16) in ("AL", "SU"):
            envoi += encadrer(message(erreurs.Acquittement("AA")))
        return envoi

    async def _repondre(self, reponse: bytes, panne: PanneArmee | None) -> None:
        transport = self._transport
        if transport is None or transport.is_closing() or not reponse:
            return
        if panne is not None and panne.nom == "acquittement_retarde":
            duree = panne.parametres.get("duree", 5.0)
            await panne.retenir(float(str(duree)))
        if panne is not None and panne.nom == "acquittement_goutte_a_goutte":
            for rang in range(len(reponse)):
                transport.write(reponse[rang : rang + 1])
                await asyncio.sleep(0)
            return
        transport.write(reponse)

    def _couper(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # -- le journal --------------------------------------------------------------------------------------------

    def _demande(self, operation: str, cadre: Cadre | None = None) -> RequeteRecue:
        return RequeteRecue(
            service=SERVICE,
            methode="RECEVOIR",
            cible="",
            version_http="",
            entetes=(),
            port=self._a.port,
            pair=self._pair,
            instant=datetime.now(UTC),
            scenario=self._a.journal.scenario_courant,
            tls=self._tls,
            corps=CorpsMemoire(cadre.octets if cadre else b""),
            operation=operation,
        )

    def _inscrire(
        self,
        cadre: Cadre,
        entete: EnTete | None,
        accuse: erreurs.Acquittement | None,
        reponse: bytes | None,
        notes: dict[str, str],
        panne: str = "",
    ) -> None:
        """L'échange au journal, puis le message à ceux qui l'attendent."""
        identifiant = entete.identifiant if entete else ""
        emetteur = "|".join(entete.champ(rang) for rang in (3, 4)) if entete else ""
        doublon = bool(identifiant) and self._a.etat.deja_vu(emetteur, identifiant)
        if self.cadrage.hors_cadre:
            notes = {**notes, "octets_hors_cadre": str(self.cadrage.hors_cadre)}
        if doublon:
            notes = {**notes, "doublon": "oui"}
        code = accuse.code if accuse and reponse else ""
        operation = entete.operation if entete else ""
        maintenant = datetime.now(UTC)
        try:
            echange = self._a.journal.ajouter_echange(
                service=SERVICE,
                operation=operation,
                debut=maintenant,
                fin=maintenant,
                requete=Requete("RECEVOIR", "", (), CorpsMemoire(cadre.octets), ""),
                reponse=Reponse(0, (), CorpsMemoire(reponse)) if reponse else None,
                pair=self._pair,
                tls=self._tls,
                panne=panne or None,
                notes={
                    "protocole": "mllp",
                    "sens": "recu",
                    "identifiant": identifiant,
                    "acquittement": code or "aucun",
                    **notes,
                },
            )
        except (JournalArrete, MatriculeReel):
            self._couper()
            return
        if entete is not None:
            self._a.etat.garder(
                MessageRecu(echange.numero, operation, identifiant, maintenant, code, doublon, cadre.contenu)
            )

    def _incident(self, message: str) -> None:
        try:
            self._a.journal.ajouter(
                "incident", {"nature": "connexion", "service": SERVICE, "pair": self._pair, "message": message}
            )
        except JournalArrete:
            return  # la campagne est arrêtée : il n'y a plus rien à écrire


_ACCUSES = {
    "acquittement_erreur": lambda _: erreurs.erreur_applicative(),
    "acquittement_rejet": lambda _: erreurs.rejet(),
}
_PANNES_MESSAGE = (
    "sans_acquittement",
    "coupure_avant_acquittement",
    "acquittement_retarde",
    "acquittement_erreur",
    "acquittement_rejet",
    "msa_2_faux",
    "acquittement_illisible",
    "acquittement_goutte_a_goutte",
    "acquittement_autre_encodage",
    "acquittements_colles",
    "acquittement_trop_grand",
)
