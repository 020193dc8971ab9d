"""Le catalogue des mutants, par sujet."""

from tests.mutants.catalogue.acteurs import ACTEURS
from tests.mutants.catalogue.corps import CORPS
from tests.mutants.catalogue.entete import ENTETE
from tests.mutants.catalogue.modele import Mutant
from tests.mutants.catalogue.patient import PATIENTS
from tests.mutants.catalogue.structure import STRUCTURE
from tests.mutants.catalogue.surete import SURETE

MUTANTS: tuple[Mutant, ...] = (*SURETE, *STRUCTURE, *ENTETE, *PATIENTS, *ACTEURS, *CORPS)

__all__ = ["MUTANTS", "Mutant"]
