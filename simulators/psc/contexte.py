"""Ce que partagent les points d'accès d'un fournisseur."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulators.psc.cles import Cles
from simulators.psc.clients import RegistreClients
from simulators.psc.etat import EtatPSC
from simulators.psc.personnes import Personne
from simulators.psc.profil import Profil
from simulators.socle.horloge import Horloge
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import RegistrePannes
from simulators.socle.requete import Port


@dataclass
class Adresses:
    """Ports ouverts ; le même deux fois si le fournisseur n'en a qu'un."""

    wallet: Port | None = None
    royaume: Port | None = None


@dataclass(frozen=True)
class Contexte:
    """Un fournisseur, vu de ses points d'accès."""

    profil: Profil
    journal: JournalEchanges
    horloge: Horloge
    etat: EtatPSC
    clients: RegistreClients
    personnes: Mapping[str, Personne]
    cles: Cles
    pannes: RegistrePannes
    reglages: Reglages
    ports: Adresses = field(default_factory=Adresses)

    @property
    def url_wallet(self) -> str:
        """Racine du port de la mire."""
        if self.ports.wallet is None:
            raise RuntimeError(f"{self.profil.nom} simulé n'est pas monté : appelez monter() d'abord")
        return self.ports.wallet.url

    @property
    def issuer(self) -> str:
        """L'émetteur : racine du port du royaume, suivie de son chemin."""
        if self.ports.royaume is None:
            raise RuntimeError(f"{self.profil.nom} simulé n'est pas monté : appelez monter() d'abord")
        return f"{self.ports.royaume.url}{self.profil.royaume}"

    @property
    def url_autorisation(self) -> str:
        """Point d'autorisation."""
        return f"{self.url_wallet}{self.profil.chemins.autorisation}"

    def url(self, chemin: str) -> str:
        """Adresse d'un chemin du royaume."""
        return f"{self.issuer}{chemin}"

    @property
    def url_jeton(self) -> str:
        """Point d'accès des jetons."""
        return self.url(self.profil.chemins.jeton)


@dataclass
class Reglages:
    """Ce qu'un essai peut changer ; remis à zéro avec le reste."""

    decouverte_standard: bool = True
    """Faux : `.well-known/openid-configuration` répond 404 chez Pro Santé Connect."""
    cnf_rfc8705: bool = False
    """Vrai : `cnf.x5t#S256` sous la forme de la RFC 8705, et non celle des exemples de l'ANS."""
    rotation_stricte: bool = False
    """Vrai : un jeton de rafraîchissement ne sert qu'une fois, son rejeu révoque la famille (RFC 9700, 4.14)."""

    def remettre(self) -> None:
        """Revient aux valeurs de départ."""
        self.decouverte_standard = True
        self.rotation_stricte = False
