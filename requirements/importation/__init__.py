"""L'import d'un classeur officiel de REM : lecture prudente, rapprochement par numéro, surcouche chez l'utilisateur."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from requirements.catalogue import Catalogue
from requirements.importation.classeur import ouvrir
from requirements.importation.contenu import assembler
from requirements.importation.rapport import Rapport, rediger
from requirements.importation.rapprochement import proposer, rapprocher
from requirements.importation.surcouche import (
    FICHIER,
    Surcouche,
    charger_surcouche,
    dossier_par_defaut,
    ecrire_surcouche,
    lire_correspondances,
    refuser_dans_le_projet,
)

__all__ = ["Rapport", "Surcouche", "charger_surcouche", "dossier_par_defaut", "importer"]


def importer(
    chemin: Path, catalogue: Catalogue, dossier: Path, *, feuille: str = "", vagues: Collection[int] = ()
) -> Rapport:
    """Importe un classeur dans le dossier de l'utilisateur et rend le rapport, aussi écrit à côté de la surcouche."""
    refuser_dans_le_projet(dossier)
    connus = {exigence.id: exigence for exigence in catalogue.exigences}
    confirmees = lire_correspondances(dossier, connus)
    couloir = catalogue.couloir.couloir
    precedente = charger_surcouche(dossier, couloir=couloir) if (dossier / FICHIER).is_file() else None
    classeur = ouvrir(chemin, feuille=feuille)
    contenu = assembler(classeur)
    rapprocher(contenu, catalogue, confirmees)
    propositions = proposer(contenu, catalogue, precedente.textes if precedente else {})
    surcouche = Surcouche(
        couloir=couloir,
        rem=catalogue.rem,
        revision=classeur.revision,
        exigences=tuple(contenu.exigences),
        colonnes_inconnues=tuple(classeur.disposition.inconnues),
    )
    rapport = rediger(
        surcouche,
        catalogue,
        propositions=propositions,
        precedente=precedente,
        avertissements=contenu.avertissements,
        vagues=vagues,
    )
    ecrire_surcouche(surcouche, dossier)
    (dossier / "rapport-import.txt").write_text(rapport.en_texte() + "\n", encoding="utf-8", newline="\n")
    return rapport
