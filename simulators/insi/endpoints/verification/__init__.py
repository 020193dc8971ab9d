"""WS_INS3 : vérification unitaire. **Non normatif** : seuls les noms d'éléments de la demande et l'espace de noms de la
réponse sont connus. Réponse du banc : `RESULTAT/CR/CodeCR` vaut `00` (l'INS et les traits concordent, libellé `OK`) ou
`01` (ils ne concordent pas, libellé `KO`), sans autre contenu.
"""

from __future__ import annotations

from simulators.insi import erreurs
from simulators.insi.enveloppe import MessageInsi
from simulators.insi.erreurs import Faute
from simulators.insi.espaces import OP_VERIFICATION
from simulators.insi.etat import EtatInsi, Issue
from simulators.insi.point import PointAcces


def handle(message: MessageInsi, etat: EtatInsi) -> Issue | Faute:
    """Compare l'INS fourni et ses traits à la personne connue."""
    fourni = message.ins_fourni
    if fourni is None or fourni.matricule is None or not fourni.matricule.numero:
        return erreurs.champ_obligatoire("INSFourni/IdIndividu/NumIdentifiant")
    if not fourni.oid:
        return erreurs.champ_obligatoire("INSFourni/OID")
    if not fourni.traits.nom_naissance:
        return erreurs.nom_naissance_absent()
    return etat.verifier(fourni)


POINT = PointAcces(
    OP_VERIFICATION,
    lambda message: message.operation == OP_VERIFICATION,
    handle,
    normatif=False,
)
