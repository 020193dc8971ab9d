"""Les sessions ouvertes dans le produit : qui, par quels moyens, depuis quand, et ce qui les ferme."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.logiciel_temoin.defauts import Defauts

DELAI_INACTIVITE = timedelta(seconds=1800)
DUREE_MAXIMALE_PSC = timedelta(hours=4)


@dataclass
class Session:
    """Une session ouverte. `donnees` : ce que celui qui l'a ouverte garde avec elle (jetons, situations…)."""

    session_id: str
    compte_id: str
    population: str
    moyens: tuple[str, ...]
    identifiant_national: str | None
    fournisseur: str | None
    ouverte_le: datetime
    derniere_activite: datetime
    donnees: dict[str, Any] = field(default_factory=dict, repr=False)


SuiteFin = Callable[[Session, str], object]


class Sessions:
    """Les sessions de tous les comptes.

    Motifs de fin : `deconnexion`, `inactivite`, `duree_maximale`, `fermeture` (onglet, client), `compte_supprime`,
    et ceux que donnent les appelants de `fermer`.
    """

    def __init__(self, horloge: Callable[[], datetime], defauts: Defauts) -> None:
        self._horloge = horloge
        self._defauts = defauts
        self._verrou = threading.RLock()
        self._sessions: dict[str, Session] = {}
        self._suites: list[SuiteFin] = []
        self._controles: list[Callable[[Session], bool]] = []
        self._delais: dict[str, timedelta] = {}

    def ouvrir(
        self,
        compte_id: str,
        population: str,
        moyens: Iterable[str],
        *,
        identifiant_national: str | None = None,
        fournisseur: str | None = None,
    ) -> Session:
        instant = self._horloge()
        session = Session(
            secrets.token_urlsafe(18), compte_id, population, tuple(moyens), identifiant_national, fournisseur,
            instant, instant,
        )  # fmt: skip
        with self._verrou:
            self._sessions[session.session_id] = session
        return session

    def lire(self, session_id: str, *, toucher: bool = True) -> Session | None:
        """La session si elle est ouverte ; `toucher` : cette lecture est une activité de l'utilisateur."""
        self.balayer()
        with self._verrou:
            session = self._sessions.get(session_id)
        # Un contrôle peut interroger un fournisseur d'identité : jamais sous le verrou.
        if session and not all(controle(session) for controle in self._controles):
            self.fermer(session_id, "fournisseur")
            return None
        with self._verrou:
            if session and toucher:
                self._toucher(session)
            return session

    def _toucher(self, session: Session) -> None:
        """Repousse l'inactivité ; en deçà d'une minute, aucun délai réglable ne verrait la différence."""
        instant = self._horloge()
        recente = instant - session.derniere_activite < timedelta(minutes=1)
        if recente or not self._defauts.actif("inactivite_sans_activite"):
            session.derniere_activite = instant

    def existe(self, session_id: str) -> bool:
        """Vrai si la session est ouverte, sans rien contrôler ni toucher."""
        with self._verrou:
            return session_id in self._sessions

    def ajouter_controle(self, controle: Callable[[Session], bool]) -> None:
        """`controle(session)` faux à la lecture : la session est finie ailleurs, elle se ferme."""
        self._controles.append(controle)

    def fermer(self, session_id: str, motif: str = "deconnexion") -> Session | None:
        """Ferme et prévient ; None si elle ne l'était plus."""
        with self._verrou:
            session = self._sessions.pop(session_id, None)
        if session:
            for suite in list(self._suites):
                suite(session, motif)
        return session

    def de(self, compte_id: str) -> list[Session]:
        """Sessions ouvertes de ce compte, de la plus ancienne à la plus récente."""
        self.balayer()
        with self._verrou:
            return [session for session in self._sessions.values() if session.compte_id == compte_id]

    def abonner_fin(self, suite: SuiteFin) -> None:
        """Appelle `suite(session, motif)` à chaque fermeture, quelle qu'en soit la cause."""
        self._suites.append(suite)

    def regler_delai(self, population: str, secondes: float) -> None:
        """Durée d'inactivité au bout de laquelle les sessions de cette population se ferment."""
        self._delais[population] = timedelta(seconds=secondes)

    def delai(self, population: str) -> timedelta:
        regle = self._delais.get(population, DELAI_INACTIVITE)
        if regle != DELAI_INACTIVITE and self._defauts.actif("inactivite_constante"):
            return DELAI_INACTIVITE
        if population == "usager" and self._defauts.actif("usager_inactivite_immediate"):
            return timedelta(minutes=1)
        if population == "usager" and self._defauts.actif("usager_inactivite_des_professionnels"):
            population = "professionnel"
        return self._delais.get(population, DELAI_INACTIVITE)

    def balayer(self) -> None:
        """Ferme ce qui a dépassé son délai ; joué à chaque lecture et à chaque avance de l'horloge."""
        instant = self._horloge()
        with self._verrou:
            perimees = [(s.session_id, motif) for s in self._sessions.values() if (motif := self._motif(s, instant))]
        for session_id, motif in perimees:
            self.fermer(session_id, motif)

    def _motif(self, session: Session, instant: datetime) -> str:
        depassee = "psc" in session.moyens and instant - session.ouverte_le >= DUREE_MAXIMALE_PSC
        if depassee and not self._defauts.actif("psc_session_plus_de_4h"):
            return "duree_maximale"
        delai = self.delai(session.population)
        echue = instant - session.derniere_activite >= delai
        if not echue and instant - session.ouverte_le >= delai:
            echue = self._defauts.actif("inactivite_depuis_ouverture")
        if not echue or self._defauts.actif("inactivite_jamais"):
            return ""
        usager = session.population == "usager"
        return "" if usager and self._defauts.actif("usager_inactivite_ignoree") else "inactivite"
