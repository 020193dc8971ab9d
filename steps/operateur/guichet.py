"""Le guichet : une demande à la fois, posée par la campagne, rendue par une console ou un terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from steps.logiciel.contrat import ContratInvalide, charger_contrat
from steps.operateur.consigne import AVEC_RAISON, ISSUES, Consigne, Genre, Issue, Reponse


class ReponseRefusee(ValueError):
    """La réponse ne convient pas à la demande ; le message dit en quoi, et ce qui est attendu."""


class OperateurAbsent(Exception):
    """Personne n'a répondu dans le délai : le banc ne peut pas juger, le logiciel n'y est pour rien."""


class GuichetFerme(Exception):
    """La campagne s'arrête : plus aucune réponse n'est attendue."""


@dataclass(frozen=True, slots=True)
class EtatGuichet:
    """Une photographie : demande en cours et son numéro, temps restant, pause. `version` croît à chaque changement."""

    version: int
    numero: int
    consigne: Consigne | None
    reste_s: float | None
    en_pause: bool
    ferme: bool


class Guichet:
    """Sûr entre fils : la campagne appelle `demander`, une vue lit `etat` et appelle `repondre`.

    `horloge` : secondes croissantes (`time.monotonic`). Le temps ne s'écoule pas pendant une pause.
    """

    def __init__(self, *, horloge: Callable[[], float] = time.monotonic) -> None:
        self._horloge = horloge
        self._condition = threading.Condition()
        self._version = 0
        self._numero = 0
        self._consigne: Consigne | None = None
        self._reponse: Reponse | None = None
        self._echeance: float | None = None
        self._pause_depuis: float | None = None
        self._ferme = False
        self._absence = ""
        self._abonnes: list[Callable[[], object]] = []

    # -- côté campagne -----------------------------------------------------------------------------------------

    def demander(self, consigne: Consigne) -> Reponse:
        """Pose la demande et dort jusqu'à la réponse ; OperateurAbsent au bout du délai, GuichetFerme à l'arrêt."""
        with self._condition:
            while self._consigne is not None and not self._ferme:
                self._condition.wait()
            self._exiger_ouvert()
            self._numero += 1
            self._consigne, self._reponse = consigne, None
            self._echeance = None if consigne.delai_s is None else self._horloge() + consigne.delai_s
            if self._pause_depuis is not None:
                self._pause_depuis = self._horloge()
            self._changer()
            try:
                while (reponse := self._lire_reponse()) is None:
                    self._exiger_ouvert()
                    reste = self._reste()
                    if reste is not None and reste <= 0:
                        raise OperateurAbsent(
                            f"aucune réponse en {consigne.delai_s:.0f} s à la demande « {consigne.quoi_faire} » : "
                            "relancez la campagne par --reprendre quand une personne est disponible"
                        )
                    self._condition.wait(None if self._pause_depuis is not None else reste)
                return reponse
            finally:
                self._consigne, self._echeance = None, None
                self._changer()

    def fermer(self) -> None:
        """Plus rien n'est demandé ; une demande en cours se termine par GuichetFerme."""
        with self._condition:
            self._ferme = True
            self._changer()

    def absenter(self, raison: str) -> None:
        """Personne n'est plus là pour répondre : toute demande, en cours ou à venir, finit par OperateurAbsent."""
        with self._condition:
            self._absence = raison
            self._changer()

    # -- côté vues ---------------------------------------------------------------------------------------------

    def etat(self) -> EtatGuichet:
        """Où en est le guichet, maintenant."""
        with self._condition:
            return EtatGuichet(
                self._version, self._numero, self._consigne, self._reste(), self._pause_depuis is not None, self._ferme
            )

    def repondre(self, numero: int, reponse: Reponse) -> None:
        """Rend la réponse à la demande `numero` ; ReponseRefusee si elle ne lui convient pas ou n'est plus attendue."""
        with self._condition:
            consigne = self._consigne
            if consigne is None or numero != self._numero or self._reponse is not None:
                raise ReponseRefusee(
                    f"la demande n° {numero} n'est plus en cours : elle a déjà sa réponse, ou son délai est passé ; "
                    "répondez à celle qui est affichée"
                )
            verifier_reponse(consigne, reponse)
            self._reponse = reponse
            self._changer()

    def mettre_en_pause(self) -> None:
        """Arrête le décompte ; la demande reste posée."""
        with self._condition:
            if self._pause_depuis is None:
                self._pause_depuis = self._horloge()
                self._changer()

    def reprendre(self) -> None:
        """Le décompte repart d'où il en était."""
        with self._condition:
            if self._pause_depuis is not None:
                if self._echeance is not None:
                    self._echeance += self._horloge() - self._pause_depuis
                self._pause_depuis = None
                self._changer()

    def attendre(self, vue: int, delai: float | None = None) -> int:
        """Dort jusqu'à ce que la version dépasse `vue`, ou que le délai passe ; rend la version."""
        with self._condition:
            self._condition.wait_for(lambda: self._version > vue, delai)
            return self._version

    def abonner(self, rappel: Callable[[], object]) -> None:
        """Appelle `rappel`, sous le verrou donc sans rien faire de long, à chaque changement."""
        with self._condition:
            self._abonnes.append(rappel)

    # -- intérieur ---------------------------------------------------------------------------------------------

    def _lire_reponse(self) -> Reponse | None:
        return self._reponse

    def _reste(self) -> float | None:
        if self._echeance is None:
            return None
        return self._echeance - (self._pause_depuis if self._pause_depuis is not None else self._horloge())

    def _exiger_ouvert(self) -> None:
        if self._ferme:
            raise GuichetFerme("la campagne s'arrête : aucune réponse n'est plus attendue")
        if self._absence:
            raise OperateurAbsent(self._absence)

    def _changer(self) -> None:
        self._version += 1
        self._condition.notify_all()
        for rappel in self._abonnes:
            rappel()


def verifier_reponse(consigne: Consigne, reponse: Reponse) -> None:
    """Refuse une issue qui ne répond pas à la demande, ou qui ne dit pas pourquoi quand il le faut."""
    admises = ISSUES[consigne.genre]
    if reponse.issue not in admises:
        attendu = ", ".join(f"« {issue.libelle} »" for issue in admises)
        raise ReponseRefusee(f"« {reponse.issue.libelle} » ne répond pas à cette demande ; attendu : {attendu}")
    if reponse.issue in AVEC_RAISON and not reponse.raison.strip():
        raise ReponseRefusee(f"« {reponse.issue.libelle} » demande une raison écrite : un relecteur la lira")
    inconnues = {piece.preuve for piece in reponse.pieces} - {piece.preuve for piece in consigne.pieces}
    if inconnues:
        raise ReponseRefusee(
            f"pièce déposée pour une preuve qui n'est pas demandée ici : {', '.join(sorted(inconnues))}"
        )
    if consigne.genre is Genre.ACTION and consigne.action and reponse.issue not in AVEC_RAISON:
        try:
            charger_contrat().action(consigne.action).verifier_donnees(reponse.donnees)
        except ContratInvalide as erreur:
            raise ReponseRefusee(f"ce qui est relevé ne suit pas le contrat : {erreur}") from erreur
    if reponse.issue is Issue.CONFORME and consigne.pieces and not reponse.pieces:
        raise ReponseRefusee("« C'est conforme » demande les pièces de la preuve : déposez-les d'abord")
