"""Le CDA R2 : lecture de l'en-tête, aides des scénarios, règles qui ne demandent pas le kit officiel."""

from steps.verifications.cda.aides import matricules, niveau, remplace, statut_compte_rendu, version
from steps.verifications.cda.controle import verifier_cda
from steps.verifications.cda.lecture import lire_cda, lire_document
from steps.verifications.cda.modele import EnTeteCda, Identifiant
from steps.verifications.cda.patient import cle_juste
from steps.verifications.cda.surete import CdaDemesure, CdaIllisible

__all__ = [
    "CdaDemesure",
    "CdaIllisible",
    "EnTeteCda",
    "Identifiant",
    "cle_juste",
    "lire_cda",
    "lire_document",
    "matricules",
    "niveau",
    "remplace",
    "statut_compte_rendu",
    "verifier_cda",
    "version",
]
