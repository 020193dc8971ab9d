"""Ce que tous les contrôles partagent : l'archive, ce qui a été trouvé, et la règle de ne jamais s'arrêter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.contenu import Suivi
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.rendu import Verification


class Controle:
    """Une suite de contrôles sur une archive ; chacun ajoute ce qu'il trouve et laisse les autres se faire."""

    def __init__(self, archive: ArchiveScellee, rendu: Verification, suivi: Suivi) -> None:
        self.archive = archive
        self.rendu = rendu
        self.suivi = suivi

    def noter(self, anomalies: Iterable[Anomalie]) -> None:
        """Retient ces anomalies."""
        self.rendu.anomalies += anomalies

    def essayer(self, domaine: Domaine, membre: str, controle: Callable[[], Iterable[Anomalie]]) -> None:
        """Un membre illisible, ou d'une forme imprévue, est une anomalie de plus ; le reste se contrôle quand même."""
        try:
            self.noter(controle())
        except DossierIllisible as erreur:
            self.noter([Anomalie(domaine, str(erreur), membre)])
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, IndexError) as erreur:
            message = f"{membre} : forme imprévue ({type(erreur).__name__} : {str(erreur)[:200]})"
            self.noter([Anomalie(domaine, message, membre)])
