"""Une version déposée hors de tout échange remplace l'autre : statuts, lien, et refus d'un document inconnu."""

from __future__ import annotations

import pytest

from simulators.dmp.ebrim import APPROVED, DEPRECATED, RPLC
from simulators.dmp.etat import EtatDMP
from tests.simulators.dmp import messages


def test_remplacer() -> None:
    """L'ancienne est Deprecated, la neuve Approved, et le lien RPLC va de l'une à l'autre."""
    etat = EtatDMP()
    dossier = etat.ouvrir_dossier("279035121518989", "1.2.250.1.213.1.4.10")
    ancienne = etat.deposer(dossier, messages.cda("1.2.1"))
    neuve = etat.remplacer(dossier, "1.2.1", messages.cda("1.2.2"))
    statuts = {entree.unique_id: entree.statut for entree in etat.documents(dossier)}
    assert statuts == {"1.2.1": DEPRECATED, "1.2.2": APPROVED}
    liens = [(lien.source, lien.cible) for lien in dossier.associations.values() if lien.type == RPLC]
    assert liens == [(neuve.entry_uuid, ancienne.entry_uuid)]
    with pytest.raises(KeyError):
        etat.remplacer(dossier, "9.9.9", messages.cda("1.2.3"))
