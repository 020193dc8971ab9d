"""Tous les fichiers d'une campagne en un appel ; le greffon pytest et `python -m reports generer` passent par ici."""

from __future__ import annotations

from pathlib import Path

from reports.allure import DOSSIER, ecrire_accompagnement
from reports.allure_declarations import accorder_allure
from reports.allure_manquants import completer_allure
from reports.campagne import Campagne, ecrire_verdicts
from reports.convergence import ecrire_convergence
from reports.junit import ecrire_junit
from reports.options import OptionsRapports
from reports.preuves import ecrire_index
from reports.rapport import ecrire_rapport
from reports.textes_officiels import charger_textes
from requirements.catalogue import Catalogue
from simulators.socle.journal import JournalEchanges

_PAR_DEFAUT = OptionsRapports()


def ecrire_tout(
    dossier: Path,
    campagne: Campagne,
    catalogue: Catalogue,
    journal: JournalEchanges | None,
    options: OptionsRapports = _PAR_DEFAUT,
) -> list[Path]:
    """Écrit verdicts, index des preuves, rapport, classeur, et selon les options JUnit et compléments Allure.

    Rend les fichiers écrits. Sans journal, le rapport cite les échanges sans les montrer.
    """
    echanges = {echange.numero: echange for echange in journal.echanges()} if journal is not None else {}
    textes = options.textes if options.textes is not None else charger_textes(catalogue)
    ecrits = [
        *ecrire_verdicts(dossier, campagne),
        *ecrire_index(dossier, campagne.resultats),
        ecrire_rapport(dossier, campagne, catalogue, echanges, textes),
        ecrire_convergence(dossier, campagne, catalogue, textes),
    ]
    if options.junit is not None:
        ecrits.append(ecrire_junit(options.junit, campagne))
    if options.allure:
        ecrits += completer_allure(dossier / DOSSIER, campagne, catalogue)
        ecrits += accorder_allure(dossier / DOSSIER, campagne)
        ecrits += ecrire_accompagnement(dossier / DOSSIER, campagne)
    return ecrits
