"""Le logiciel témoin ne se fait pas passer pour un produit : une campagne menée sur lui est une démonstration."""

from __future__ import annotations

from steps.logiciel.configuration import NOM_TEMOIN, ConfigurationLogiciel
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos


def refuser_un_temoin_deguise(logiciel: ConfigurationLogiciel, apropos: Apropos) -> None:
    """AdaptateurInjoignable si le témoin, lancé à part, répond sous un autre nom que le sien."""
    if apropos.nom == NOM_TEMOIN and not logiciel.demonstration:
        raise AdaptateurInjoignable(
            f"logiciel.yaml nomme « {logiciel.nom} », mais c'est « {NOM_TEMOIN} » qui répond ; le logiciel témoin du "
            "banc ne prouve rien d'un produit : pilotez votre logiciel, ou donnez-lui son nom pour une démonstration"
        )
