"""Ce que l'opérateur sait : domaines de l'espace de confiance, boîtes, messages acceptés. Vidé à chaque scénario."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from simulators.mssante.reglages import DOMAINE_LABORATOIRE, DOMAINE_USAGERS
from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE
from simulators.socle.correspondants import CORRESPONDANTS
from simulators.socle.echange import Corps

TypeBal = Literal["PER", "ORG", "APP", "CAB"]
QUOTA = 500 * 2**20


@dataclass(frozen=True)
class Bal:
    """Boîte aux lettres d'un professionnel ou d'une structure.

    `intitule` : libellé d'expéditeur attendu (ECO.2.2.7) pour ORG et APP, entité d'exercice pour PER et CAB. `rpps`,
    `nom`, `prenom` : le titulaire d'une boîte PER ou CAB. `habilites` : RPPS de qui peut ouvrir une boîte ORG ; vide,
    tous les professionnels de la structure. `quota` en octets.
    """

    adresse: str
    type: TypeBal
    intitule: str = ""
    rpps: str | None = None
    nom: str = ""
    prenom: str = ""
    quota: int = QUOTA
    liste_rouge: bool = False
    habilites: tuple[str, ...] = ()

    @property
    def domaine(self) -> str:
        """Domaine, en minuscules."""
        return domaine_de(self.adresse)

    @property
    def titulaire(self) -> str:
        """RPPS de qui l'ouvre : son titulaire, ou la première personne habilitée."""
        return self.rpps or next(iter(self.habilites), PROFESSIONNELS[0].rpps)

    def ouverte_par(self, rpps: str) -> bool:
        """Vrai si ce professionnel peut s'y connecter avec son jeton ; jamais pour une BAL applicative."""
        if self.type == "APP":
            return False
        if self.rpps is not None:
            return self.rpps == rpps
        return rpps in (self.habilites or tuple(ps.rpps for ps in PROFESSIONNELS))

    def en_dict(self) -> dict[str, object]:
        """Forme JSON du fichier d'environnement."""
        garder = ("adresse", "type", "intitule", "rpps", "nom", "prenom")
        return {cle: valeur for cle, valeur in asdict(self).items() if cle in garder}


@dataclass(frozen=True)
class DomaineOperateur:
    """Un domaine inscrit à la liste blanche, et le nom distinctif du certificat de son opérateur."""

    nom: str
    description: str
    operateur: str = "OPERATEUR MSSANTE DU BANC"
    dn_certificat: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DemandeDsn:
    """Ce que l'émetteur a demandé par l'extension DSN (RFC 3461) ; listes vides si rien n'est dit.

    `notify` : adresse d'enveloppe → mots demandés (`SUCCESS`, `FAILURE`, `DELAY`, `NEVER`) ; `orcpt` : adresse →
    destinataire d'origine, décodé ; `ret` : `FULL`, `HDRS` ou vide ; `envid` : identifiant, décodé, ou vide.
    """

    ret: str = ""
    envid: str = ""
    notify: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    orcpt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MessageRecu:
    """Un message accepté (250 après DATA). `numero` : son échange au journal ; les octets sont lus à la demande."""

    numero: int
    expediteur: str
    destinataires: tuple[str, ...]
    corps: Corps
    connexion: str
    instant: datetime
    bal: str = ""
    dsn: DemandeDsn = field(default_factory=DemandeDsn)

    @property
    def octets(self) -> bytes:
        """Le message tel que reçu, points déspécialisés, CRLF intacts."""
        return self.corps.octets


def domaine_de(adresse: str) -> str:
    """Domaine d'une adresse, en minuscules ; vide si elle n'en a pas."""
    return adresse.rpartition("@")[2].lower() if "@" in adresse else ""


def est_usager(adresse: str) -> bool:
    """Vrai pour une adresse de Mon espace santé."""
    return domaine_de(adresse) == DOMAINE_USAGERS


def bals_par_defaut() -> tuple[Bal, ...]:
    """Boîtes du laboratoire (APP, ORG, deux PER), puis celles des correspondants."""
    labo = [
        Bal(f"crbio@{DOMAINE_LABORATOIRE}", "APP", STRUCTURE.nom),
        Bal(f"secretariat@{DOMAINE_LABORATOIRE}", "ORG", STRUCTURE.nom),
    ]
    for professionnel in PROFESSIONNELS:
        local = f"{professionnel.prenom}.{professionnel.nom}".lower()
        labo.append(
            Bal(
                f"{local}@{DOMAINE_LABORATOIRE}",
                "PER",
                STRUCTURE.nom,
                professionnel.rpps,
                professionnel.nom,
                professionnel.prenom,
            )
        )
    autres = [Bal(c.bal, "PER", c.structure.nom, c.rpps, c.nom, c.prenom) for c in CORRESPONDANTS]
    return (*labo, *autres)


class EtatMSSante:
    """Domaines, boîtes et messages acceptés. Sûr entre fils d'exécution."""

    def __init__(self) -> None:
        self._verrou = threading.RLock()
        self._bals: dict[str, Bal] = {}
        self._domaines: dict[str, DomaineOperateur] = {}
        self._recus: list[MessageRecu] = []
        self.vider()

    # -- domaines ----------------------------------------------------------------------------------------------

    @property
    def domaines(self) -> Mapping[str, DomaineOperateur]:
        """Liste blanche : domaine en minuscules → inscription."""
        with self._verrou:
            return MappingProxyType(dict(self._domaines))

    def ajouter_domaine(self, domaine: DomaineOperateur) -> DomaineOperateur:
        """Inscrit un domaine à la liste blanche."""
        with self._verrou:
            self._domaines[domaine.nom.lower()] = domaine
        return domaine

    def retirer_domaine(self, nom: str) -> None:
        """Retire un domaine de la liste blanche ; sans effet s'il n'y est pas."""
        with self._verrou:
            self._domaines.pop(nom.lower(), None)

    # -- boîtes ------------------------------------------------------------------------------------------------

    @property
    def bals(self) -> Mapping[str, Bal]:
        """Boîtes : adresse en minuscules → boîte."""
        with self._verrou:
            return MappingProxyType(dict(self._bals))

    def ajouter_bal(self, bal: Bal) -> Bal:
        """Ouvre une boîte (remplace celle de même adresse) ; son domaine entre à la liste blanche."""
        if not bal.domaine:
            raise ValueError(f"adresse de BAL sans domaine : {bal.adresse!r}")
        with self._verrou:
            self._bals[bal.adresse.lower()] = bal
            if bal.domaine not in self._domaines:
                self._domaines[bal.domaine] = DomaineOperateur(bal.domaine, f"Domaine d'essai {bal.domaine}")
        return bal

    def fermer_bal(self, adresse: str) -> None:
        """Ferme une boîte : ses correspondants recevront un refus. Sans effet si elle n'existe pas."""
        with self._verrou:
            self._bals.pop(adresse.lower(), None)

    def bal(self, adresse: str) -> Bal | None:
        """La boîte de cette adresse, sans distinction de casse."""
        with self._verrou:
            return self._bals.get(adresse.lower())

    # -- messages ----------------------------------------------------------------------------------------------

    @property
    def recus(self) -> list[MessageRecu]:
        """Messages acceptés, dans l'ordre (copie)."""
        with self._verrou:
            return list(self._recus)

    def recus_de(self, destinataire: str) -> list[MessageRecu]:
        """Messages acceptés dont l'enveloppe nomme cette adresse."""
        cherche = destinataire.lower()
        return [recu for recu in self.recus if cherche in map(str.lower, recu.destinataires)]

    def recevoir(self, message: MessageRecu) -> None:
        """Ajoute un message accepté."""
        with self._verrou:
            self._recus.append(message)

    def vider(self, bals: Iterable[Bal] | None = None) -> None:
        """Retour aux boîtes et domaines de départ ; messages oubliés."""
        with self._verrou:
            self._bals.clear()
            self._domaines.clear()
            self._recus.clear()
            for bal in bals_par_defaut() if bals is None else bals:
                self.ajouter_bal(bal)
            self.ajouter_domaine(
                DomaineOperateur(DOMAINE_USAGERS, "Messagerie des usagers de Mon espace santé (essai)")
            )
