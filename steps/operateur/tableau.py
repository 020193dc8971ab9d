"""Ce que les vues montrent de la campagne : scénarios, verdicts, où elle en est. Sûr entre fils."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reports.resultat import ResultatScenario
from reports.verdict import Verdict
from steps.selection import ScenarioRetenu

_CONSTATS_MAX = 30


@dataclass(frozen=True, slots=True)
class Annonce:
    """La campagne, dite avant de commencer. `duree` : « environ 2 h », vide si rien ne permet de l'estimer.

    `detail` : combien d'actions à la main, et comment la durée a été comptée.
    """

    titre: str
    logiciel: str
    dossier: str
    demonstration: bool
    scenarios: int
    personnes: int
    duree: str = ""
    rejeu: bool = False
    detail: str = ""
    produit: str = ""
    version: str = ""
    editeur: str = ""

    @property
    def phrase(self) -> str:
        """« N scénarios, dont M demandent une personne, environ X »."""
        suite = f", {self.duree}" if self.duree else ""
        verbe = "demande" if self.personnes == 1 else "demandent"
        pluriel = "s" if self.scenarios > 1 else ""
        return f"{self.scenarios} scénario{pluriel}, dont {self.personnes} {verbe} une personne{suite}"


@dataclass(frozen=True, slots=True)
class Ligne:
    """Un scénario dans la progression. `version` : celle du tableau quand il a changé."""

    numero: str
    exigence: str
    titre: str
    section: str
    personne: bool
    duree_s: float
    version: int
    etat: str = "a_faire"
    verdict: Verdict | None = None
    raison: str = ""
    rejoue: bool = False
    moyen: str = ""
    constats: tuple[Mapping[str, Any], ...] = ()


class Tableau:
    """Un scénario passe de `a_faire` à `en_cours` puis `fini` ; `version` croît à chaque changement."""

    def __init__(self, annonce: Annonce, retenus: Iterable[tuple[ScenarioRetenu, bool, float]]) -> None:
        """`retenus` : chaque scénario, s'il demande une personne, et ce qu'il devrait durer en secondes."""
        self.annonce = annonce
        self._verrou = threading.Lock()
        self._version = 1
        self._abonnes: list[Callable[[], object]] = []
        self._lignes = {
            retenu.numero: Ligne(
                numero=retenu.numero,
                exigence=retenu.exigence.id,
                titre=retenu.scenario.titre,
                section=retenu.exigence.id_section,
                personne=personne,
                duree_s=duree,
                version=1,
            )
            for retenu, personne, duree in retenus
        }
        self._fin = ""
        self._depart = threading.Event()
        self.nom = ""

    # -- côté campagne -----------------------------------------------------------------------------------------

    def attendre_le_depart(self) -> bool:
        """Dort jusqu'à « Commencer » ; faux si la campagne s'arrête avant."""
        while not self._depart.wait(0.5):
            continue  # un Ctrl-C se lève ici : une attente sans fin le retiendrait sous Windows
        return not self._fin

    def jouer(self, numero: str) -> None:
        """Ce scénario commence."""
        self._changer(numero, etat="en_cours")

    def conclure(self, resultat: ResultatScenario) -> None:
        """Ce scénario a son verdict."""
        self._changer(
            resultat.scenario,
            etat="fini",
            verdict=resultat.verdict,
            raison=resultat.raison,
            rejoue=resultat.rejoue,
            moyen=resultat.moyen.value if resultat.moyen else "",
            constats=tuple(_constat(c) for c in resultat.constats if c.verdict is not Verdict.CONFORME)[:_CONSTATS_MAX],
        )

    def finir(self, message: str) -> None:
        """La campagne est finie ; `message` : où lire la suite."""
        with self._verrou:
            self._fin = message
            self._version += 1
        self._depart.set()
        self._prevenir()

    # -- côté vues ---------------------------------------------------------------------------------------------

    def commencer(self, nom: str) -> None:
        """La personne est là, et dit son nom ; la campagne part."""
        with self._verrou:
            self.nom = self.nom or nom
            self._version += 1
        self._depart.set()
        self._prevenir()

    @property
    def commencee(self) -> bool:
        """« Commencer » a été demandé."""
        return self._depart.is_set()

    @property
    def fin(self) -> str:
        """Le message de fin ; vide tant que la campagne dure."""
        return self._fin

    @property
    def version(self) -> int:
        """Croît à chaque changement."""
        return self._version

    def lignes(self, depuis: int = 0) -> tuple[int, list[Ligne]]:
        """La version, et les scénarios changés depuis celle-là."""
        with self._verrou:
            return self._version, [ligne for ligne in self._lignes.values() if ligne.version > depuis]

    def reste_s(self) -> float:
        """Secondes qu'il devrait rester."""
        with self._verrou:
            return sum(ligne.duree_s for ligne in self._lignes.values() if ligne.etat != "fini")

    def abonner(self, rappel: Callable[[], object]) -> None:
        """Appelle `rappel` à chaque changement."""
        self._abonnes.append(rappel)

    # -- intérieur ---------------------------------------------------------------------------------------------

    def _changer(self, numero: str, **champs: Any) -> None:
        with self._verrou:
            if numero not in self._lignes:
                return
            self._version += 1
            self._lignes[numero] = replace(self._lignes[numero], version=self._version, **champs)
        self._prevenir()

    def _prevenir(self) -> None:
        for rappel in self._abonnes:
            rappel()


def _constat(constat: Any) -> dict[str, Any]:
    return {
        "code": constat.code,
        "verdict": constat.verdict.value,
        "message": constat.message,
        "attendu": constat.attendu,
        "recu": constat.recu,
        "ou": constat.ou,
        "a_faire": constat.a_faire,
    }
