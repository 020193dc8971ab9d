"""Le dossier scellé : sceller une campagne, la vérifier sans faire confiance à personne, la rouvrir."""

from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.ouverture import DossierOuvert, ouvrir_dossier
from reports.sceau.scellement import Choix, DossierScelle, ScellementRefuse, sceller

__all__ = [
    "Anomalie",
    "Choix",
    "Domaine",
    "DossierIllisible",
    "DossierOuvert",
    "DossierScelle",
    "ScellementRefuse",
    "ouvrir_dossier",
    "sceller",
]
