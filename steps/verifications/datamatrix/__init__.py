"""Le datamatrix INS d'un document : lu sur la page, découpé, comparé champ par champ."""

from steps.verifications.datamatrix.contenu import DatamatrixIns, DatamatrixInvalide, analyser_datamatrix
from steps.verifications.datamatrix.edition import datamatrix_absent, datamatrix_conforme
from steps.verifications.datamatrix.symboles import Symbole, lire_symboles
from steps.verifications.datamatrix.verification import datamatrix_coherent, identite_du_cda

__all__ = [
    "DatamatrixIns",
    "DatamatrixInvalide",
    "Symbole",
    "analyser_datamatrix",
    "datamatrix_absent",
    "datamatrix_coherent",
    "datamatrix_conforme",
    "identite_du_cda",
    "lire_symboles",
]
