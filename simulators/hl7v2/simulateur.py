"""Le pair HL7 v2 : deux ports MLLP (clair et TLS), ce qu'il a reçu, et de quoi émettre vers le logiciel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.hl7v2.emission import DELAI, AdressePair, Emetteur, Envoi
from simulators.hl7v2.etat import EtatHl7v2, MessageRecu
from simulators.hl7v2.pannes import PANNES
from simulators.hl7v2.session import SERVICE, Accueillant, SessionMllp
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.serveur import ConfigTls, ServeurBanc
from simulators.socle.tls import ModeClient, contexte_serveur

APPLICATION = "PFI"
"""Nom sous lequel le pair s'annonce (MSH-5 des messages qu'il attend)."""


class SimulateurHl7v2(AvecPannes):
    """`recus`, `attendre` : les messages du logiciel ; `envoyer` : un message du banc, et son acquittement."""

    def __init__(self, journal: JournalEchanges, igc: IgcTest) -> None:
        self._igc = igc
        self._ports: tuple[Port, Port] | None = None
        self.etat = EtatHl7v2()
        self.pannes = RegistrePannes(SERVICE, journal, PANNES, http=False)
        self.accueillant = Accueillant(journal, self.etat, self.pannes)
        self._emetteur = Emetteur(journal, igc, self.pannes, self.etat.acquittement_differe)

    def monter(self, serveur: ServeurBanc) -> None:
        """Ouvre le port en clair, puis celui sous TLS (certificat du client facultatif, gardé s'il est présenté)."""

        def fabrique() -> SessionMllp:
            return SessionMllp(self.accueillant)

        contexte = contexte_serveur(self._igc, ConfigTls(client=ModeClient.OPTIONNEL, alpn=()))
        self._ports = (
            serveur.ecouter(SERVICE, fabrique, protocole="mllp"),
            serveur.ecouter(SERVICE, fabrique, protocole="mllps", contexte=contexte),
        )

    def adresses(self) -> dict[str, Any]:
        """Ce qu'on donne au logiciel."""
        if self._ports is None:
            raise RuntimeError("le pair HL7 v2 n'est pas monté : appelez monter() d'abord")
        clair, chiffre = self._ports
        return {"hote": "localhost", "port": clair.numero, "port_tls": chiffre.numero, "application": APPLICATION}

    def recus(self, *, depuis: int = 0) -> list[MessageRecu]:
        """Messages reçus au-delà de ce rang du journal, dans l'ordre."""
        return self.etat.recus(depuis=depuis)

    def attendre(
        self, convient: Callable[[MessageRecu], bool] = lambda _: True, *, depuis: int = 0, delai: float = 5.0
    ) -> MessageRecu | None:
        """Premier message qui convient au-delà de ce rang ; None une fois le délai écoulé."""
        return self.etat.attendre(convient, depuis=depuis, delai=delai)

    def envoyer(self, adresse: AdressePair, message: bytes, *, delai: float = DELAI) -> Envoi:
        """Envoie un message au logiciel ; ne lève rien : l'échec est dans ce qui est rendu."""
        return self._emetteur.envoyer(adresse, message, delai=delai)

    def remettre_a_zero(self) -> None:
        """Plus de message ni de panne ; les connexions restent ouvertes, comme celles d'un vrai pair."""
        self.etat.vider()
        self.pannes.vider()

    # -- gestion -----------------------------------------------------------------------------------------------

    def messages_en_json(self, requete: RequeteRecue) -> object:
        """`GET /hl7v2` : les messages reçus, sans leur contenu (il est au journal, sous ce numéro)."""
        return {
            "messages": [
                {
                    "numero": message.numero,
                    "operation": message.operation,
                    "identifiant": message.identifiant,
                    "acquittement": message.acquittement or None,
                    "doublon": message.doublon,
                    "instant": message.instant.isoformat(timespec="milliseconds"),
                    "octets": len(message.octets),
                }
                for message in self.recus()
            ]
        }
