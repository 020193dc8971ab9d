"""Les textes officiels que l'utilisateur a importés, à montrer à côté de nos résumés."""

from __future__ import annotations

from pathlib import Path

from reports.options import SANS_TEXTES, TextesOfficiels
from requirements.catalogue import Catalogue
from requirements.erreurs import ErreurClasseur
from requirements.importation import Surcouche, charger_surcouche, dossier_par_defaut
from requirements.importation.surcouche import FICHIER


def charger_textes(catalogue: Catalogue, dossier: Path | None = None) -> TextesOfficiels:
    """Les textes de la surcouche du couloir ; aucun si rien n'a été importé.

    `dossier` : celui de l'import, par défaut `rem-importe/<couloir>`. Une surcouche abîmée n'empêche pas les
    rapports d'une campagne finie : son défaut se lit à la place de son origine.
    """
    lieu = dossier or dossier_par_defaut(catalogue.couloir.couloir)
    if not (lieu / FICHIER).is_file():
        return SANS_TEXTES
    try:
        return textes_de(charger_surcouche(lieu, couloir=catalogue.couloir.couloir), catalogue)
    except ErreurClasseur as erreur:
        return TextesOfficiels(origine=f"aucun : {erreur}")


def textes_de(surcouche: Surcouche, catalogue: Catalogue) -> TextesOfficiels:
    """Les textes d'une surcouche, par numéro du catalogue."""
    scenarios = [scenario for exigence in catalogue.exigences for scenario in exigence.scenarios]
    revision = surcouche.revision
    return TextesOfficiels(
        origine=f"{revision.nom}, SHA-256 {revision.sha256}",
        exigences=surcouche.textes,
        scenarios={s.id: texte for s in scenarios if (texte := surcouche.texte_scenario(s.id))},
        preuves={p.id: texte for s in scenarios for p in s.preuves if (texte := surcouche.texte_preuve(p.repere))},
    )
