"""Le dossier scellé : sceller une campagne, la vérifier sans faire confiance à personne, la rouvrir."""

from reports.sceau.anomalie import Anomalie, Domaine, DossierIllisible
from reports.sceau.ouverture import DossierOuvert, ouvrir_dossier
from reports.sceau.rendu import Confiance, Verification
from reports.sceau.scellement import Choix, DossierScelle, ScellementRefuse, sceller
from reports.sceau.verification import verifier_dossier

__all__ = [
    "Anomalie",
    "Choix",
    "Confiance",
    "Domaine",
    "DossierIllisible",
    "DossierOuvert",
    "DossierScelle",
    "ScellementRefuse",
    "Verification",
    "ouvrir_dossier",
    "sceller",
    "verifier_dossier",
]
