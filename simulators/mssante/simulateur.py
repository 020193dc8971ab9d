"""L'opérateur MSSanté de test : soumission, lecture, usagers, autoconfiguration, liste blanche."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from simulators.mssante.accuses import PANNES_AVIS, pannes_de
from simulators.mssante.autoconfiguration import Autoconfiguration
from simulators.mssante.avis import fabriquer_dsn
from simulators.mssante.boites import Boites, BoitesMemoire
from simulators.mssante.connexions import SERVICE, Operateur
from simulators.mssante.dns import PANNES_DNS, ServeurDns
from simulators.mssante.dns_zone import Cibles
from simulators.mssante.etat import Bal, EtatMSSante, MessageRecu, est_usager
from simulators.mssante.imap.facade import FacadeImap
from simulators.mssante.imap.pannes import PANNES_IMAP
from simulators.mssante.liste_blanche import ListeBlanche
from simulators.mssante.pannes import RegistreMSSante
from simulators.mssante.reglages import Reglages
from simulators.mssante.smtp import EcouteSmtp, ServiceSmtp
from simulators.mssante.tls import LIGNE_DE_PANNE, LIGNES, MatriceTls
from simulators.mssante.usagers import PANNES_MES, MessagerieUsagers
from simulators.socle.correspondants import CORRESPONDANTS
from simulators.socle.horloge import Horloge
from simulators.socle.jetons import JetonRefuse, JetonVerifie, VerificateurJetons
from simulators.socle.journal import JournalArrete, JournalEchanges
from simulators.socle.pannes import PanneArmee
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, RequeteRecue
from simulators.socle.serveur import ServeurBanc
from simulators.socle.tls import ConfigTls

HOTE = "localhost"
_DELAI_DE_RUPTURE = 10.0


class SansFournisseur:
    """Aucun fournisseur d'identité : tout jeton est refusé."""

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        raise JetonRefuse("aucun fournisseur d'identité ne connaît ce jeton")


class SimulateurMSSante:
    """Opérateur de test. `etat` : boîtes, messages reçus ; `panne` : joue une panne ; `deposer` : courriel entrant."""

    def __init__(
        self,
        journal: JournalEchanges,
        igc: IgcTest,
        *,
        jetons: VerificateurJetons | None = None,
        rafraichissement: Callable[[str], str] | None = None,
        reglages: Reglages | None = None,
        source_heure: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`jetons` : le fournisseur d'identité, qui vérifie les jetons présentés.

        `rafraichissement` : pour un identifiant national, un jeton de rafraîchissement qui vaut toute la campagne.
        """
        self.reglages = reglages or Reglages()
        self.horloge = Horloge(source_heure)
        self.etat = EtatMSSante()
        self.pannes = RegistreMSSante(journal, (*PANNES_IMAP, *PANNES_MES, *PANNES_AVIS, *PANNES_DNS))
        self.jetons: VerificateurJetons = jetons or SansFournisseur()
        self._rafraichissement = rafraichissement
        self._rafraichissements: dict[str, str] = {}
        self.boites: Boites = BoitesMemoire(self.etat.bal)
        self.usagers = MessagerieUsagers(
            self.boites.deposer, panne=pannes_de(self.pannes, journal), journal=journal, horloge=self.horloge
        )
        self.operateur = Operateur(
            journal,
            igc,
            self.etat,
            self.pannes,
            MatriceTls(igc, self._noms()),
            self.jetons,
            self.reglages,
            self.horloge,
            self._place,
        )
        self._journal = journal
        self._ports: dict[str, Port] = {}
        self._matrice: dict[str, dict[str, int]] = {}
        self._boucle: asyncio.AbstractEventLoop | None = None
        self._smtp: ServiceSmtp | None = None
        self._imap: FacadeImap | None = None
        self._fermetures: set[asyncio.Future[int]] = set()
        self._dns = ServeurDns(
            journal, domaines=lambda: list(self.etat.domaines), cibles=self._cibles, pannes=self.pannes
        )

    def monter(self, serveur: ServeurBanc) -> None:
        """Ouvre SMTP, IMAP, HTTPS (autoconfiguration, liste blanche) et DNS."""
        self._smtp = ServiceSmtp(self.operateur, self.distribuer)
        self._imap = FacadeImap(self.operateur, self.boites)
        ecoute = EcouteSmtp(self._smtp)
        self._ports["smtp"] = ecoute.port = serveur.ecouter(SERVICE, ecoute, protocole="smtp")
        self._ports["imap"] = self._imap.monter(serveur)
        # Des ports que seul le fichier d'autoconfiguration annonce : s'en servir montre qu'il a été lu.
        decouverte = EcouteSmtp(self._smtp)
        self._ports["smtp_lu"] = decouverte.port = serveur.ecouter(SERVICE, decouverte, protocole="smtp")
        self._ports["imap_lu"] = self._imap.monter(serveur)
        self.operateur.ports_lus = frozenset(self._ports[nom].numero for nom in ("smtp_lu", "imap_lu"))
        self._boucle = serveur.boucle
        certificat = self.operateur.matrice.certificat()
        routes = [
            *Autoconfiguration(self.etat, self.reglages.domaine, self._points_lus).routes(),
            *ListeBlanche(self.etat, self.horloge).routes(),
        ]
        self._ports["https"] = serveur.ajouter(SERVICE, routes, tls=ConfigTls(certificat=certificat), corps_max=2**20)
        self._ports["dns"] = self._dns.monter(serveur)

    def monter_matrice(self, serveur: ServeurBanc) -> None:
        """Ouvre deux ports par ligne de la matrice TLS, pour qui essaie son client sans piloter le banc."""
        if self._smtp is None or self._imap is None:
            raise RuntimeError("l'opérateur n'est pas monté : appelez monter() d'abord")
        for ligne in LIGNES.values():
            if ligne.ancienne:
                self.operateur.matrice.contexte(ligne)
            fixe = EcouteSmtp(self._smtp, ligne)
            fixe.port = serveur.ecouter(SERVICE, fixe, protocole="smtp")
            imap = self._imap.monter(serveur, ligne=ligne)
            self._matrice[ligne.nom] = {"smtp": fixe.port.numero, "imap": imap.numero}

    def adresses(self) -> dict[str, Any]:
        """Ce qu'on donne au logiciel."""
        https = self._ports["https"].url
        adresses: dict[str, Any] = {
            "domaine": self.reglages.domaine,
            "smtp": {"hote": HOTE, "port": self._ports["smtp"].numero},
            "imap": {"hote": HOTE, "port": self._ports["imap"].numero},
            "dns": self._dns.adresse,
            "autoconfig": f"{https}/mail/config-v1.1.xml",
            "liste_blanche": f"{https}/listeblanchemssante.xml",
        }
        if self._matrice:
            adresses["matrice_tls"] = {nom: dict(ports) for nom, ports in self._matrice.items()}
        return adresses

    def bals(self) -> list[dict[str, object]]:
        """Boîtes du domaine du laboratoire, avec leur jeton de rafraîchissement (aucun pour une BAL applicative)."""
        return [
            {
                **bal.en_dict(),
                "jeton_rafraichissement": self._jeton_de_depart(bal),
            }
            for bal in self.etat.bals.values()
            if bal.domaine == self.reglages.domaine
        ]

    def _jeton_de_depart(self, bal: Bal) -> str | None:
        """Une session Pro Santé Connect ouverte d'avance pour qui ouvre cette BAL ; la même toute la campagne."""
        if bal.type == "APP" or self._rafraichissement is None:
            return None
        if bal.adresse not in self._rafraichissements:
            self._rafraichissements[bal.adresse] = self._rafraichissement(f"8{bal.titulaire}")
        return self._rafraichissements[bal.adresse]

    def remettre_a_zero(self) -> None:
        """Oublie messages, boîtes ajoutées, usagers, pannes et jetons ; l'heure revient à la vraie."""
        self.pannes.vider()
        self.etat.vider()
        self.boites.vider()
        self.usagers.vider()
        self.horloge.remettre()
        vus, self.operateur.jetons_vus = self.operateur.jetons_vus, set()
        self._journal.oublier(vus)
        if self._smtp is not None:
            self._smtp.vider()

    def panne(self, nom: str, *, fois: int | None = 1, **parametres: Any) -> PanneArmee:
        """Arme une panne nommée ; s'emploie seule ou avec `with`."""
        if nom in LIGNE_DE_PANNE and LIGNE_DE_PANNE[nom].ancienne:
            self.operateur.matrice.contexte(LIGNE_DE_PANNE[nom])
        return self.pannes.armer(nom, fois=fois, **parametres)

    def rompre(self) -> int:
        """Ferme les connexions SMTP et IMAP ouvertes, comme un opérateur qui redémarre ; rend leur nombre.

        Une panne TLS ne se voit qu'au STARTTLS suivant : un client qui garde ses connexions ne la rencontrerait pas.
        """
        if self._boucle is None:
            return 0
        return asyncio.run_coroutine_threadsafe(self._rompre(None), self._boucle).result(timeout=_DELAI_DE_RUPTURE)

    def finir_session(self, session: str) -> None:
        """La session Pro Santé Connect est finie : les connexions ouvertes par ses jetons se ferment aussitôt.

        S'appelle de n'importe quel fil, boucle comprise ; n'attend pas.
        """
        if self._boucle is not None and session and self.reglages.fermer_a_la_fin_de_session:
            self._boucle.call_soon_threadsafe(lambda: self._fermer_celles_de(session))

    def _fermer_celles_de(self, session: str) -> None:
        self._fermetures.add(tache := asyncio.ensure_future(self._rompre(session)))
        tache.add_done_callback(self._fermetures.discard)

    async def _rompre(self, session: str | None) -> int:
        services = [service for service in (self._smtp, self._imap) if service is not None]
        taches = [tache for service in services for tache in service.rompre(session)]
        if taches:
            await asyncio.wait(taches, timeout=_DELAI_DE_RUPTURE / 2)
        return len(taches)

    def panne_de_publication(self, requete: RequeteRecue) -> str:
        """Panne à jouer par la publication de l'IGC pour cette requête ; vide s'il n'y en a pas."""
        noms = ("ocsp_muet",) if requete.operation == "ocsp" else ("crl_indisponible", "crl_expiree")
        panne = self.pannes.prendre(requete, *noms)
        return panne.nom if panne is not None else ""

    def deposer(self, adresse: str, octets: bytes, *, dossier: str = "INBOX", drapeaux: Iterable[str] = ()) -> int:
        """Fait arriver un courriel dans une boîte ; rend son UID. `LookupError` si la BAL n'existe pas."""
        return self.boites.deposer(adresse, octets, dossier=dossier, drapeaux=drapeaux, date=self.horloge())

    # -- distribution ------------------------------------------------------------------------------------------

    def distribuer(self, message: MessageRecu, *, copies: int = 1, echecs: tuple[str, ...] = ()) -> None:
        """Remet un message accepté à ses destinataires. Un défaut d'ici est noté, le message reste accepté."""
        self.etat.recevoir(message)
        try:
            for adresse in echecs:
                self._rendre_echec(message, adresse)
            remis = [adresse for adresse in message.destinataires if adresse not in echecs]
            for _ in range(copies):
                self._remettre(message, remis)
        except JournalArrete:
            raise
        except Exception as erreur:  # noqa: BLE001 (un défaut du banc se note, il ne se cache pas)
            self._journal.ajouter(
                "incident",
                {
                    "nature": "defaut_du_banc",
                    "service": SERVICE,
                    "operation": "distribution",
                    "message": f"{type(erreur).__name__} : {erreur}",
                    "trace": "".join(traceback.format_exception(erreur)),
                },
            )

    def _remettre(self, message: MessageRecu, destinataires: list[str]) -> None:
        professionnels = [adresse for adresse in destinataires if not est_usager(adresse)]
        if professionnels:
            octets = self._trace(message) + message.octets
            for adresse in professionnels:
                if self.etat.bal(adresse) is not None:
                    self.boites.deposer(adresse, octets, date=message.instant)
                    self.usagers.accuses.rendre(message, adresse)
        if len(professionnels) < len(destinataires):
            self.usagers.recevoir(message)

    def _trace(self, message: MessageRecu) -> bytes:
        """Les deux en-têtes que tout opérateur ajoute en distribuant (RFC 5321, section 4.4)."""
        numero, hote = f"{message.connexion}-{message.numero}", self.reglages.nom_hote
        recu = f"Received: by {hote} (operateur MSSante de TEST) with ESMTPSA id {numero};"
        return f"Return-Path: <{message.expediteur}>\r\n{recu}\r\n {format_datetime(message.instant)}\r\n".encode(
            "ascii", "replace"
        )

    def _rendre_echec(self, message: MessageRecu, adresse: str) -> None:
        if not message.expediteur or "NEVER" in message.dsn.notify.get(adresse, ()):
            return
        avis = fabriquer_dsn(
            message,
            adresse=adresse,
            action="failed",
            statut="5.1.1",
            destinataire=message.expediteur,
            diagnostic="smtp; 550 5.1.1 Recipient address rejected: user unknown",
            adresse_originale=message.dsn.orcpt.get(adresse, ""),
            enveloppe=message.dsn.envid,
            entier=message.dsn.ret == "FULL",
            instant=self.horloge(),
        )
        self.boites.deposer(message.expediteur, avis, date=self.horloge())

    def _place(self, adresse: str) -> tuple[int, int]:
        boite = self.boites.boite(adresse)
        return boite.quota - boite.occupation, boite.quota

    # -- noms et ports -----------------------------------------------------------------------------------------

    def _noms(self) -> list[str]:
        """Noms du certificat de l'opérateur ; le premier est son CN."""
        domaines = dict.fromkeys([self.reglages.domaine, *(c.bal.rpartition("@")[2] for c in CORRESPONDANTS)])
        autres = [f"{prefixe}.{domaine}" for domaine in domaines for prefixe in ("mss", "autoconfig")]
        return [HOTE, "127.0.0.1", "::1", *autres, "espacedeconfiance.mssante.fr"]

    def _points(self) -> tuple[str, int, int]:
        return HOTE, self._ports["smtp"].numero, self._ports["imap"].numero

    def _points_lus(self) -> tuple[str, int, int]:
        return HOTE, self._ports["smtp_lu"].numero, self._ports["imap_lu"].numero

    def _cibles(self) -> Cibles:
        hote, smtp, imap = self._points()
        return Cibles(hote, {"smtp": smtp, "imap": imap})
