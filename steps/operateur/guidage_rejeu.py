"""La place de la personne tenue par un enregistrement : mêmes demandes, réponses rejouées, rien à l'écran."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.resultat import ResultatScenario
from reports.texte import pluriel
from simulators.socle.journal import JournalEchanges
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.operateur.adaptateur import Demandeur
from steps.operateur.enregistrement import JUGEMENT
from steps.operateur.enregistrement_rejeu import Enregistrement, Rejoueur
from steps.operateur.guidage import Guidage, restes
from steps.operateur.poste import Poste, Prevision
from steps.operateur.tableau import Annonce
from steps.selection import ScenarioRetenu

if TYPE_CHECKING:
    from reports.pieces.porte import PortePieces


def enregistrement_demande(logiciel: ConfigurationLogiciel, fichier: Path | None) -> Enregistrement | None:
    """L'enregistrement à rejouer : celui de `--rejouer`, sinon celui que logiciel.yaml donne à son adaptateur."""
    if fichier is None:
        fichier = next((d.chemin("rejouer") for d in logiciel.adaptateurs if d.reglages.get("rejouer")), None)
    return None if fichier is None else Enregistrement(fichier)


class PosteRejeu(Poste):
    """Un poste sans personne : `rejoue` dit quels scénarios ont reçu des réponses enregistrées."""

    def __init__(self, enregistrement: Enregistrement, *, annoncer: Callable[[str], object] = print) -> None:
        super().__init__("", annoncer=annoncer)
        self.enregistrement = enregistrement
        self._rejoueur: Rejoueur | None = None
        self._servies = 0

    def relier(
        self, journal: JournalEchanges, dossier: Path, porte: PortePieces, entete: Mapping[str, Any]
    ) -> Demandeur:
        self._journal, self._dossier, self._porte = journal, dossier, porte
        self._rejoueur = Rejoueur(self.enregistrement, journal)
        self._demandeur = self._rejoueur
        self._guidage = Guidage(self._rejoueur, journal, porte)
        return self._rejoueur

    def ouvrir(self, annonce: Annonce, previsions: Sequence[Prevision], faits: Sequence[ResultatScenario] = ()) -> bool:
        """Rien à montrer : la campagne commence, et dit qu'elle rejoue."""
        self._annoncer(
            f"Rejoué : les réponses de personne viennent de {self.enregistrement.chemin} ; rien de cette campagne ne "
            "pourra être scellé."
        )
        return True

    def debuter(self, retenu: ScenarioRetenu) -> None:
        super().debuter(retenu)
        if self._rejoueur is not None:
            self._rejoueur.debuter(retenu.numero)
            self._servies = self._rejoueur.servies

    def rejoue(self, scenario: str) -> bool:
        """Des réponses rejouées l'ont établi, lui ou le scénario que le même jeu établit avec lui."""
        if self._rejoueur is None:
            return False
        return scenario in self._rejoueur.rejoues or self._rejoueur.servies > self._servies

    def conclure(self, retenu: ScenarioRetenu, resultat: ResultatScenario, *, joue: bool) -> ResultatScenario:
        self._porte.connaitre([resultat])
        if joue and resultat.rejoue and self._gardee(retenu):
            return self._poser(retenu, resultat)
        return resultat

    def achever(
        self, retenus: Sequence[ScenarioRetenu], resultats: Sequence[ResultatScenario]
    ) -> list[ResultatScenario]:
        self._porte.connaitre(resultats)
        demandes = restes(retenus, [self._porte.appliquer(resultat) for resultat in resultats])
        muets = sum(not self._gardee(reste.retenu) for reste in demandes)
        if muets:
            self._annoncer(
                f"Rejoué : {pluriel(muets, 'scénario attend', 'scénarios attendent')} un jugement ou des pièces que "
                "l'enregistrement n'a pas."
            )
        return [self._poser(reste.retenu, reste.resultat) for reste in demandes if self._gardee(reste.retenu)]

    def _gardee(self, retenu: ScenarioRetenu) -> bool:
        return bool(self.enregistrement.suite(retenu.numero, JUGEMENT))
