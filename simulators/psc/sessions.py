"""Les sessions vues du banc : qui est connecté, et y mettre fin d'ailleurs."""

from __future__ import annotations

from simulators.psc.contexte import Contexte
from simulators.psc.etat import Session


class Sessions:
    """`banc.psc.sessions`."""

    def __init__(self, contexte: Contexte) -> None:
        self._contexte = contexte

    def toutes(self) -> tuple[Session, ...]:
        """Toutes, finies comprises, sauf celles que le banc tient ouvertes d'avance."""
        etat = self._contexte.etat
        with etat.verrou:
            for nom in etat.sessions:
                etat.session_vivante(nom)
            return tuple(session for session in etat.sessions.values() if not session.permanente)

    def ouvertes(self, identifiant: str = "") -> tuple[Session, ...]:
        """Celles qui vivent, de cette personne si elle est nommée."""
        return tuple(s for s in self.toutes() if not s.terminee and identifiant in ("", s.identifiant))

    def terminer(self, cible: str | Session) -> tuple[Session, ...]:
        """Finit une session, ou toutes celles d'une personne, par leur identifiant ; rend celles qui vivaient."""
        etat = self._contexte.etat
        nom = cible if isinstance(cible, str) else cible.identifiant_session
        with etat.verrou:
            visees = [s for s in etat.sessions.values() if nom in (s.identifiant_session, s.identifiant)]
            if not visees:
                raise LookupError(f"aucune session {nom!r}")
            finies = tuple(s for s in visees if etat.session_vivante(s.identifiant_session))
            for session in finies:
                etat.terminer(session, "finie ailleurs")
        return finies
