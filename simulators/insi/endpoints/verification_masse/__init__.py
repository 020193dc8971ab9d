"""WS_INS4 et WS_INS5 : vérification en masse ; elle existe, mais rien n'en est public : refusée clairement."""

from __future__ import annotations

from simulators.insi import erreurs
from simulators.insi.enveloppe import MessageInsi
from simulators.insi.erreurs import Faute
from simulators.insi.espaces import nom_local
from simulators.insi.etat import EtatInsi, Issue
from simulators.insi.lecture import enfants
from simulators.insi.point import PointAcces

OPERATION = "verificationEnMasse"


def reconnaitre(message: MessageInsi) -> bool:
    """Un nom qui dit la masse ou le lot, ou plusieurs individus à vérifier dans un même corps."""
    if message.operation:
        return False
    contenu = message.corps[0] if message.corps else None
    noms = f"{message.action or ''} {'' if contenu is None else nom_local(contenu.tag)}".lower()
    nombre = sum(nom_local(enfant.tag) == "IndividuVerifie" for enfant in enfants(contenu))
    return "masse" in noms or "lot" in noms or nombre > 1


def handle(message: MessageInsi, etat: EtatInsi) -> Issue | Faute:
    """Refus clair : le banc ne devine pas un contrat."""
    return erreurs.verification_en_masse()


POINT = PointAcces(OPERATION, reconnaitre, handle, normatif=False)
