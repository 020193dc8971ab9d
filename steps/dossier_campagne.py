"""Le dossier d'une campagne : lequel, et ce qu'il en reste quand elle n'a pas commencé."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from steps.options import OptionsCampagne


def choisir_dossier(options: OptionsCampagne, instant: datetime) -> Path:
    """Le dossier de la campagne ; par défaut `campagnes/<couloir>-<date>-<heure>/`, jamais un dossier déjà pris."""
    if options.reprendre:
        return options.reprendre
    if options.dossier:
        return options.dossier
    local = instant.astimezone()
    base = Path("campagnes") / f"{options.couloir}-{local:%Y%m%d}-{local:%H%M%S}"
    candidat, rang = base, 2
    while candidat.exists():
        candidat, rang = base.with_name(f"{base.name}-{rang}"), rang + 1
    return candidat


def retirer_dossier_vide(options: OptionsCampagne, campagne: Path) -> None:
    """Retire ce qu'Allure a préparé pour une campagne qui n'a pas commencé ; un dossier non vide reste."""
    vides = [campagne / "allure-results"]
    if not (options.dossier or options.reprendre):
        vides += [campagne, campagne.parent]
    for dossier in vides:
        try:
            dossier.rmdir()
        except OSError:
            return
