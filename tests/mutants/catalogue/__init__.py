"""Le catalogue des mutants, par sujet."""

from tests.mutants.catalogue.acteurs import ACTEURS
from tests.mutants.catalogue.corps import CORPS
from tests.mutants.catalogue.entete import ENTETE
from tests.mutants.catalogue.modele import Mutant
from tests.mutants.catalogue.patient import PATIENTS
from tests.mutants.catalogue.structure import STRUCTURE
from tests.mutants.catalogue.surete import SURETE
from tests.mutants.catalogue.valeurs import VALEURS

MUTANTS: tuple[Mutant, ...] = (*SURETE, *STRUCTURE, *ENTETE, *PATIENTS, *ACTEURS, *CORPS, *VALEURS)

__all__ = ["MUTANTS", "Mutant"]
