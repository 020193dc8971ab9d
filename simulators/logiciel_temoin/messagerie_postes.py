"""Les connexions du logiciel à ses BAL : ouvertes au premier besoin, gardées, fermées à l'arrêt."""

from __future__ import annotations

import threading
from dataclasses import replace

from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import Bal, Environnement, ServiceMss
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.messagerie_connexion import Acces
from simulators.logiciel_temoin.messagerie_imap import ConnexionImap
from simulators.logiciel_temoin.messagerie_jetons import Demandeur, Jetons, Personne
from simulators.logiciel_temoin.messagerie_smtp import ConnexionSmtp
from simulators.logiciel_temoin.messagerie_tls import CanalTls


class Postes:
    """Une connexion SMTP et une connexion IMAP par BAL. Sûr entre fils d'exécution."""

    def __init__(
        self, environnement: Environnement, demandeur: Demandeur, personne: Personne, defauts: Defauts
    ) -> None:
        self._environnement = environnement
        self._demandeur = demandeur
        self._personne = personne
        self._defauts = defauts
        self._acces: Acces | None = None
        self._smtp: dict[str, ConnexionSmtp] = {}
        self._imap: dict[str, ConnexionImap] = {}
        self._services: dict[str, ServiceMss] = {}
        self._verrou = threading.Lock()

    @property
    def service(self) -> ServiceMss:
        if self._environnement.mssante is None:
            raise Refus("La messagerie MSSanté n'est pas configurée.")
        return self._environnement.mssante

    def bal(self, adresse: str) -> Bal:
        """La BAL de cette adresse, si elle est confiée au logiciel."""
        bal = self._environnement.bal(adresse)
        if bal is None:
            raise Refus(f"La BAL {adresse} n'est pas confiée à ce logiciel.")
        return bal

    def bal_applicative(self) -> Bal:
        """Celle d'où partent les envois du logiciel."""
        bal = self._environnement.bal_de_type("APP")
        if bal is None:
            raise Refus("Aucune BAL applicative n'est configurée.")
        return bal

    def smtp(self, bal: Bal) -> ConnexionSmtp:
        acces = self._acces_de(bal)
        with self._verrou:
            return self._smtp.setdefault(bal.adresse, ConnexionSmtp(acces, bal))

    def imap(self, bal: Bal) -> ConnexionImap:
        acces = self._acces_de(bal)
        with self._verrou:
            return self._imap.setdefault(bal.adresse, ConnexionImap(acces, bal))

    def configurer(self, bal: Bal, service: ServiceMss) -> None:
        """Cette BAL se joint désormais là ; ses connexions ouvertes se ferment."""
        with self._verrou:
            self._services[bal.adresse] = service
            anciennes = [g.pop(bal.adresse) for g in (self._smtp, self._imap) if bal.adresse in g]
        for ancienne in anciennes:
            ancienne.fermer()

    def _acces_de(self, bal: Bal) -> Acces:
        acces, service = self._ouvrir(), self._services.get(bal.adresse)
        return replace(acces, service=service) if service else acces

    def _ouvrir(self) -> Acces:
        service = self.service
        with self._verrou:
            if self._acces is None:
                env = self._environnement
                intermediaires = [c for certificat in env.certificats.values() for c in certificat.chaine[1:]]
                self._acces = Acces(
                    service,
                    env,
                    CanalTls(env.racines, intermediaires, self._defauts),
                    Jetons(self._demandeur, self._personne),
                )
            return self._acces

    def rouvrir(self, rpps: str) -> None:
        """Les BAL de ce professionnel se rouvriront : il vient de se connecter, ou de se déconnecter."""
        with self._verrou:
            siennes = {bal.adresse for bal in self._environnement.bals if rpps and bal.rpps == rpps}
            gardes: tuple[dict[str, ConnexionSmtp] | dict[str, ConnexionImap], ...] = (self._smtp, self._imap)
            anciennes = [gardee.pop(adresse) for gardee in gardes for adresse in siennes & gardee.keys()]
        for ancienne in anciennes:
            # À part : celui qui ferme peut être en train de s'en servir.
            threading.Thread(target=ancienne.fermer, name="conge", daemon=True).start()

    def fermer(self) -> None:
        """Prend congé de l'opérateur sur chaque connexion ouverte."""
        with self._verrou:
            ouvertes: list[ConnexionSmtp | ConnexionImap] = [*self._smtp.values(), *self._imap.values()]
            self._smtp.clear()
            self._imap.clear()
            acces, self._acces = self._acces, None
        for connexion in ouvertes:
            connexion.fermer()
        if acces is not None:
            acces.canal.fermer()
