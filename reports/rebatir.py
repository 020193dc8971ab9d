"""Rebâtir les rapports d'un dossier quand une personne y a ajouté quelque chose après la campagne."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reports.campagne import Campagne
from reports.chargement_campagne import charger_campagne
from reports.ecriture import ecrire_tout
from reports.options import OptionsRapports
from requirements.catalogue import Catalogue
from simulators.socle.journal import JournalEchanges

_APRES_COUP = frozenset({"piece", "declaration", "incident"})
"""Les seuls enregistrements qu'une campagne finie reçoit encore : apports d'une personne, et ce qui en a été refusé."""


def rebatir(dossier: Path, journal: JournalEchanges, catalogue: Catalogue) -> Campagne:
    """Relit la campagne, récrit tous ses rapports, et annonce la nouvelle tête du journal."""
    campagne = avec_tete(charger_campagne(dossier, journal, catalogue), journal)
    junit = dossier / "junit.xml"
    ecrire_tout(dossier, campagne, catalogue, journal, OptionsRapports(junit=junit if junit.is_file() else None))
    return campagne


def avec_tete(campagne: Campagne, journal: JournalEchanges) -> Campagne:
    """La campagne, sa tête de journal avancée si rien d'autre que les apports d'une personne ne l'a suivie."""
    annonce = int(campagne.journal.get("enregistrements") or 0)
    if any(suivant.type not in _APRES_COUP for suivant in journal.enregistrements(depuis=annonce)):
        return campagne
    tete = {"derniere_empreinte": journal.derniere_empreinte(), "enregistrements": journal.position()}
    return replace(campagne, journal={**campagne.journal, **tete})
