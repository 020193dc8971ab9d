"""`python -m reports extraire DOSSIER.zip DIR` : d'un dossier scellé à une campagne, chaque pièce à sa place."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from reports.commandes.commun import Progression, declarer, imprimer_json
from reports.sceau.anomalie import DossierIllisible
from reports.sceau.ouverture import ouvrir_dossier

_EPILOGUE = """\
Noms, tailles et empreintes des corps et des pièces sont contrôlés ; la signature et l'accord des traces sont
l'affaire de « python -m reports verifier ».

codes de sortie :
  0  dossier extrait
  3  impossible : dossier illisible ou dangereux, DIR non vide
"""


def declarer_extraire(commandes: Any) -> None:
    """La sous-commande et ses options."""
    sous = declarer(
        commandes, "extraire", "extrait un dossier scellé sans risque et remet chaque pièce à sa place", _EPILOGUE
    )
    sous.add_argument("archive", type=Path, metavar="DOSSIER.zip", help="dossier scellé")
    sous.add_argument("vers", type=Path, metavar="DIR", help="dossier à écrire, absent ou vide")
    sous.set_defaults(commande=executer)


def executer(options: argparse.Namespace) -> int:
    """Extrait ; rend le code de sortie."""
    progression = Progression("Extraction", muette=options.json)
    progression(f"{options.archive.name} vers {options.vers}")
    try:
        ouvert = ouvrir_dossier(options.archive, options.vers)
    except (DossierIllisible, FileExistsError) as erreur:
        progression.finir()
        print(f"Erreur : {erreur}", file=sys.stderr)
        return 3
    progression.finir()
    if options.json:
        imprimer_json({"dossier": str(ouvert.dossier), "nature": ouvert.nature.value, "mention": ouvert.nature.mention})
    else:
        mention = f" *** {ouvert.nature.mention} ***" if ouvert.nature.mention else ""
        print(f"Extrait dans {ouvert.dossier}.{mention} Rapport : {ouvert.dossier / 'rapport.html'}")
    return 0
