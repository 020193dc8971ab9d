"""Pannes jouées exprès : nommées, armées par le scénario, comptées, écrites au journal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from simulators.socle.journal import JournalEchanges
from simulators.socle.requete import RequeteRecue
from simulators.socle.retenue import Retenue


@dataclass(frozen=True)
class Panne:
    """Une sorte de panne ; `parametres` : nom → sens, en français."""

    nom: str
    description: str
    parametres: Mapping[str, str] = field(default_factory=dict, hash=False)


PANNES_TRANSPORT: tuple[Panne, ...] = (
    Panne("indisponible", "Réponse 503, sans traitement."),
    Panne("erreur_500_html", "Réponse 500 avec une page HTML, sans traitement."),
    Panne("html_200", "Réponse 200 avec une page HTML, sans traitement."),
    Panne("corps_vide", "Réponse 200 sans corps, sans traitement."),
    Panne(
        "coupure",
        "Connexion coupée net avant la réponse.",
        {"apres_traitement": "vrai : le service a traité la demande avant de couper"},
    ),
    Panne("reponse_tronquee", "Réponse annoncée entière, coupée au milieu.", {"octets": "octets envoyés (la moitié)"}),
    Panne("lente", "Réponse retardée.", {"duree": "secondes (5 par défaut)"}),
    Panne("retenue", "Réponse retenue jusqu'à ce qu'elle soit libérée."),
)
_TRANSPORT = frozenset(panne.nom for panne in PANNES_TRANSPORT)


class PanneInconnue(LookupError):
    """Panne que ce service ne sait pas jouer."""


class PanneArmee:
    """Une panne prête à être jouée ; en gestionnaire de contexte, la sortie la retire."""

    def __init__(
        self,
        registre: RegistrePannes,
        nom: str,
        fois: int | None,
        operation: str | None,
        si: Callable[[RequeteRecue], bool] | None,
        parametres: dict[str, object],
    ) -> None:
        self.nom = nom
        self.parametres = parametres
        self.operation = operation
        self.fois_restantes = fois
        self.jouees = 0
        self._si = si
        self._registre = registre
        self._condition = threading.Condition()
        self._retenue = Retenue()

    def concerne(self, requete: RequeteRecue) -> bool:
        """Vrai si elle reste à jouer et vise cette requête."""
        if self.fois_restantes == 0 or (self.operation is not None and self.operation != requete.operation):
            return False
        return self._si is None or self._si(requete)

    def retirer(self) -> None:
        """Ne sera plus jouée ; ce qu'elle retient repart."""
        self._registre._oublier(self)
        self.liberer()

    def liberer(self) -> None:
        """Laisse partir les réponses que `retenue` ou `lente` retient, et celles à venir."""
        self._retenue.liberer()

    def attendre_jouee(self, delai: float, fois: int = 1) -> bool:
        """Dort jusqu'à ce que la panne ait été jouée `fois` fois ; faux une fois le délai écoulé."""
        echeance = time.monotonic() + delai
        with self._condition:
            return self._condition.wait_for(lambda: self.jouees >= fois, max(0.0, echeance - time.monotonic()))

    async def retenir(self, duree: float | None) -> None:
        """Retient la réponse en cours, au plus `duree` secondes."""
        await self._retenue.retenir(duree)

    def _compter(self) -> None:
        with self._condition:
            self.jouees += 1
            if self.fois_restantes is not None:
                self.fois_restantes -= 1

    def _annoncer(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.retirer()


class RegistrePannes:
    """Les pannes d'un service : celles du transport, communes, et les siennes."""

    def __init__(
        self, service: str, journal: JournalEchanges, propres: Sequence[Panne] = (), *, http: bool = True
    ) -> None:
        """`http` faux : le service n'est pas en HTTP, les pannes de ce transport n'ont pas de sens pour lui."""
        self.service = service
        self.catalogue = {panne.nom: panne for panne in (*(PANNES_TRANSPORT if http else ()), *propres)}
        self._journal = journal
        self._verrou = threading.Lock()
        self._armees: list[PanneArmee] = []

    @property
    def noms(self) -> tuple[str, ...]:
        """Noms des pannes que ce service sait jouer."""
        return tuple(self.catalogue)

    def armer(
        self,
        nom: str,
        *,
        fois: int | None = 1,
        operation: str | None = None,
        si: Callable[[RequeteRecue], bool] | None = None,
        **parametres: object,
    ) -> PanneArmee:
        """Prépare une panne pour les `fois` prochaines requêtes visées (None : toutes)."""
        if nom not in self.catalogue:
            raise PanneInconnue(f"panne {nom!r} inconnue du service {self.service} (connues : {', '.join(self.noms)})")
        if fois is not None and fois < 1:
            raise ValueError("le nombre de fois doit être au moins 1, ou None pour toujours")
        armee = PanneArmee(self, nom, fois, operation, si, parametres)
        with self._verrou:
            self._armees.append(armee)
        return armee

    def prendre(self, requete: RequeteRecue, *noms: str) -> PanneArmee | None:
        """Panne propre au service à jouer pour cette requête ; la compte et l'écrit au journal."""
        return self._prendre(requete, lambda nom: nom in noms if noms else nom not in _TRANSPORT)

    def prendre_transport(self, requete: RequeteRecue) -> PanneArmee | None:
        """Panne de transport à jouer pour cette requête."""
        return self._prendre(requete, _TRANSPORT.__contains__)

    def armees(self) -> tuple[PanneArmee, ...]:
        """Pannes encore à jouer, dans l'ordre."""
        return tuple(armee for armee in self._copie() if armee.fois_restantes != 0)

    def vider(self) -> None:
        """Retire tout ; les réponses retenues repartent."""
        for armee in self._copie():
            armee.retirer()

    def _copie(self) -> list[PanneArmee]:
        with self._verrou:
            return list(self._armees)

    def _prendre(self, requete: RequeteRecue, convient: Callable[[str], bool]) -> PanneArmee | None:
        if not self._armees:
            return None
        candidates = [armee for armee in self._copie() if convient(armee.nom)]
        with self._verrou:
            armee = next((a for a in candidates if a in self._armees and a.concerne(requete)), None)
            if armee is None:
                return None
            armee._compter()
        requete.panne = armee.nom
        self._journal.ajouter(
            "panne",
            {
                "service": self.service,
                "operation": requete.operation,
                "nom": armee.nom,
                "parametres": {cle: str(valeur) for cle, valeur in armee.parametres.items()},
                "cible": self._journal.expurger_cible(requete.cible),
            },
        )
        armee._annoncer()
        return armee

    def _oublier(self, armee: PanneArmee) -> None:
        with self._verrou:
            if armee in self._armees:
                self._armees.remove(armee)


class AvecPannes:
    """Un simulateur dont le registre s'appelle `pannes`."""

    pannes: RegistrePannes

    def panne(
        self,
        nom: str,
        *,
        fois: int | None = 1,
        operation: str | None = None,
        si: Callable[[RequeteRecue], bool] | None = None,
        **parametres: object,
    ) -> PanneArmee:
        """Arme une panne, seule ou avec `with` ; les noms connus sont dans `pannes.noms`."""
        return self.pannes.armer(nom, fois=fois, operation=operation, si=si, **parametres)
