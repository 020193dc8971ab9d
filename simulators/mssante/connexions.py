"""Une connexion TCP à l'opérateur, SMTP ou IMAP : son identité, son canal TLS, et son dialogue écrit au journal."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulators.mssante.etat import EtatMSSante
from simulators.mssante.pannes import RegistreMSSante
from simulators.mssante.reglages import Reglages
from simulators.mssante.tls import LIGNE_DE_PANNE, LIGNES, PUBLIEES, VALIDE, LigneTls, MatriceTls
from simulators.mssante.tls_observation import observation
from simulators.socle.echange import VIDE, Corps, CorpsMemoire, Echange, Reponse, Tls
from simulators.socle.jetons import VerificateurJetons
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import PanneArmee
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.tls import CONNEXION, OBJETS, decrire, raison_de_refus

SERVICE = "mssante"
_PANNES_STARTTLS = tuple(
    panne for panne, ligne in LIGNE_DE_PANNE.items() if ligne.nom not in PUBLIEES and ligne.starttls != "absent"
)
_PREFIXES = {"smtp": "s", "imap": "i"}


@dataclass
class Operateur:
    """Ce que toutes les connexions partagent."""

    journal: JournalEchanges
    igc: IgcTest
    etat: EtatMSSante
    pannes: RegistreMSSante
    matrice: MatriceTls
    jetons: VerificateurJetons
    reglages: Reglages
    horloge: Callable[[], datetime]
    place: Callable[[str], tuple[int, int]] | None = None
    """Octets libres et quota de la boîte d'une BAL ; sans elle, la place n'est pas comptée."""
    jetons_vus: set[str] = field(default_factory=set)
    """Jetons présentés, protégés au journal jusqu'à la remise à zéro."""
    ports_lus: frozenset[int] = frozenset()
    """Ports que seul le fichier d'autoconfiguration annonce."""
    _numeros: dict[str, itertools.count[int]] = field(default_factory=dict)

    def numeroter(self, protocole: str) -> str:
        """Identifiant neuf d'une connexion : `s1`, `i7`."""
        compteur = self._numeros.setdefault(protocole, itertools.count(1))
        return f"{_PREFIXES.get(protocole, protocole)}{next(compteur)}"


class Connexion:
    """Une connexion : à qui, par quel canal, et ce qui s'y dit. Vit dans la boucle du serveur."""

    def __init__(
        self, operateur: Operateur, protocole: str, port: Port, pair: str, ligne_fixe: LigneTls | None = None
    ) -> None:
        """`ligne_fixe` : ligne de la matrice TLS de ce port ; sans elle, les pannes la choisissent."""
        self.operateur = operateur
        self.protocole = protocole
        self.port = port
        self.pair = pair
        self.identifiant = operateur.numeroter(protocole)
        self.tls: Tls | None = None
        self.bal = ""
        self.mecanisme = ""
        self.session_psc = ""
        """Session Pro Santé Connect du jeton qui l'a ouverte ; vide sans jeton."""
        self.ligne = ligne_fixe or VALIDE
        self.poignee = ""
        self.xoauth2_offert: bool | None = None
        self.rompue = False
        """Fermée par l'opérateur à la demande d'un scénario."""
        self._ligne_fixe = ligne_fixe
        self._groupe = ""
        self._offre: dict[str, str] = {}
        self._offre_dite = False
        self._starttls_absent: bool | None = None

    # -- canal -------------------------------------------------------------------------------------------------

    def starttls_offert(self, requete: RequeteRecue) -> bool:
        """Vrai si STARTTLS est annoncé ; une panne peut l'ôter, pour toute la connexion."""
        if self.tls is not None:
            return False
        if self._starttls_absent is None:
            fixe = self._ligne_fixe is not None and self._ligne_fixe.starttls == "absent"
            self._starttls_absent = fixe or self.operateur.pannes.prendre(requete, "starttls_absent") is not None
            if self._starttls_absent:
                self.ligne = LIGNES["starttls_absent"]
        return not self._starttls_absent

    def choisir_ligne(self, requete: RequeteRecue) -> LigneTls:
        """Ligne de la matrice jouée par ce STARTTLS."""
        if self._ligne_fixe is not None:
            return self._ligne_fixe
        panne = self.operateur.pannes.prendre(requete, *_PANNES_STARTTLS)
        if panne is not None:
            self.ligne = LIGNE_DE_PANNE[panne.nom]
        else:
            armees = {armee.nom for armee in self.operateur.pannes.armees()} & PUBLIEES
            self.ligne = LIGNE_DE_PANNE[min(armees)] if armees else VALIDE
        return self.ligne

    async def negocier(self, transport: asyncio.Transport, protocole: asyncio.BaseProtocol) -> asyncio.Transport:
        """Mène la poignée de main après l'accord donné ; OSError ou TimeoutError (déjà notée) si elle échoue.

        `transport` doit ne plus rien avoir en attente ; celui qui est rendu le remplace.
        """
        CONNEXION.set(transport)
        vus: list[Any] = []
        OBJETS.set(vus)
        ligne = VALIDE if self.ligne.nom in PUBLIEES and self._ligne_fixe is None else self.ligne
        contexte = self.operateur.matrice.contexte(ligne)
        try:
            chiffre = await asyncio.get_running_loop().start_tls(
                transport,
                protocole,
                contexte,
                server_side=True,
                ssl_handshake_timeout=self.operateur.reglages.delai_poignee,
            )
        except (OSError, TimeoutError) as erreur:
            self._voir(vus)
            self.refuser_poignee(raison_de_refus(erreur))
            raise
        self._voir(vus)
        if chiffre is None or chiffre.is_closing():
            self.refuser_poignee("CONNECTION_CLOSED : le client a fermé la connexion pendant la poignée de main")
            raise ConnectionResetError("connexion fermée pendant la poignée de main")
        self.tls = decrire(chiffre.get_extra_info("ssl_object"))
        return chiffre

    def refuser_poignee(self, raison: str) -> None:
        """Note une poignée de main qui n'a pas abouti, du fait du client ou du nôtre."""
        self.poignee = raison
        self.operateur.journal.ajouter_poignee_refusee(service=SERVICE, raison=raison, pair=self.pair)

    def _voir(self, vus: list[Any]) -> None:
        for objet in vus:
            vu = observation(objet)
            self._groupe = vu.groupe or self._groupe
            if vu.offre is not None:
                self._offre = vu.offre.en_notes()

    # -- dialogue ----------------------------------------------------------------------------------------------

    def requete(self, verbe: str, cible: str = "", *, operation: str | None = None) -> RequeteRecue:
        """Une commande reçue ; `verbe` en capitales. C'est elle que les pannes visent et que le journal garde."""
        return RequeteRecue(
            service=SERVICE,
            methode=verbe,
            cible=cible,
            version_http="",
            entetes=(),
            port=self.port,
            pair=self.pair,
            instant=datetime.now(UTC),
            scenario=self.operateur.journal.scenario_courant,
            tls=self.tls,
            operation=f"{self.protocole}:{operation if operation is not None else verbe or '?'}",
        )

    def prendre(self, requete: RequeteRecue, *noms: str) -> PanneArmee | None:
        """Panne armée à jouer pour cette commande."""
        return self.operateur.pannes.prendre(requete, *noms)

    def inscrire(
        self, requete: RequeteRecue, statut: int | None, lignes: bytes | Corps = b"", *, corps: Corps = VIDE
    ) -> Echange:
        """Écrit la commande et sa réponse, avant que celle-ci parte ; `statut` None : connexion coupée sans réponse."""
        notes = {
            "protocole": self.protocole,
            "connexion": self.identifiant,
            "chiffre": "non" if self.tls is None else "oui",
            "certificat_serveur": self.ligne.nom,
            **requete.notes,
        }
        if self.port.numero in self.operateur.ports_lus:
            notes["point"] = "autoconfiguration"
        if self.bal:
            notes.setdefault("bal", self.bal)
            notes.setdefault("mecanisme", self.mecanisme)
        if self._groupe:
            notes["groupe"] = self._groupe
        if self._offre and not self._offre_dite:
            notes.update(self._offre)
            self._offre_dite = True
        if requete.panne:
            notes["panne"] = requete.panne
        return self.operateur.journal.ajouter_echange(
            service=SERVICE,
            operation=requete.operation,
            debut=requete.instant,
            fin=datetime.now(UTC),
            requete=requete.en_requete(corps),
            reponse=None if statut is None else Reponse(statut, (), _corps(lignes)),
            pair=self.pair,
            tls=self.tls,
            panne=requete.panne,
            scenario=requete.scenario,
            notes=notes,
        )

    def finir(self, motif: str) -> Echange:
        """Écrit la fin de la connexion, toujours : `motif` dit qui l'a fermée."""
        requete = self.requete("", operation="fin")
        requete.noter("motif", "opérateur (connexion rompue)" if self.rompue else motif)
        if self.poignee:
            requete.noter("poignee", "refusee")
            requete.noter("raison", self.poignee)
        self._offre_dite = False
        return self.inscrire(requete, None)


def _corps(lignes: bytes | Corps) -> Corps:
    return CorpsMemoire(lignes) if isinstance(lignes, bytes) else lignes
