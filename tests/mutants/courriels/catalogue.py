"""Le catalogue des mutants de courriels, par sujet."""

from tests.mutants.courriels.avis import AVIS
from tests.mutants.courriels.documents import ARCHIVES, PIECES, USAGERS
from tests.mutants.courriels.envoi import ACCUSES, CONVERSATION, CORPS, EXPEDITEUR, OBJETS, X_MSS
from tests.mutants.courriels.message import ENTETES, FORME
from tests.mutants.courriels.modele import MutantCourriel

MUTANTS: tuple[MutantCourriel, ...] = (
    *FORME, *ENTETES, *EXPEDITEUR, *CONVERSATION, *ACCUSES, *X_MSS, *CORPS, *OBJETS, *PIECES, *ARCHIVES, *USAGERS,
    *AVIS,
)  # fmt: skip
