"""Le niveau d'authentification demandé au fournisseur, seul, parmi tout ce qu'une connexion montre."""

from __future__ import annotations

from reports.constat import Constat
from steps.verifications.psc import verifier_connexions
from steps.verifications.psc.ciba import ACR as ACR_CIBA
from steps.verifications.psc.ciba import verifier_ciba
from steps.verifications.psc.contexte import ClientDeclare
from steps.verifications.psc.demande import ACR
from steps.verifications.psc.lecture import Dialogue
from steps.verifications.registre import verification


@verification(ACR, ACR_CIBA)
def niveau_demande(dialogue: Dialogue, client: ClientDeclare) -> list[Constat]:
    """acr_values de chaque demande, par le navigateur ou en CIBA ; vide si aucune demande n'est arrivée."""
    constats = verifier_connexions(dialogue, client) if dialogue.demandes else []
    constats += verifier_ciba(dialogue, client) if dialogue.ciba else []
    return [constat for constat in constats if constat.code in (ACR.code, ACR_CIBA.code)]
