"""Ce que la machine doit offrir : place, droit d'écrire, heure juste, fichiers que logiciel.yaml nomme."""

from __future__ import annotations

import datetime as dt
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from steps.controle.version import version_du_banc
from steps.diagnostic_point import Point
from steps.logiciel.configuration import ConfigurationLogiciel
from steps.logiciel.types_adaptateur import DescriptionAdaptateur

PLACE_MIN_MO = 200
PLACE_CONSEILLEE_MO = 1000
"""Une campagne entière de biologie sur le témoin, à volume réduit, écrit une centaine de Mo."""
_ECART_DISQUE_S = 60
_FICHIERS = ("script", "dossier", "table", "autorites")
"""Clés d'adaptateur qui nomment un fichier ou un dossier de l'éditeur."""


def poste(dossier: Path, date_catalogue: dt.date, *, maintenant: dt.datetime | None = None) -> Iterator[Point]:
    """La machine et le dossier où la campagne s'écrira."""
    yield Point(
        "versions",
        True,
        f"banc-sons {version_du_banc()}, Python {platform.python_version()}, catalogue du {date_catalogue:%d/%m/%Y}",
    )
    parent = _existant(dossier)
    instant = maintenant or dt.datetime.now(dt.UTC)
    try:
        with tempfile.NamedTemporaryFile(dir=parent, prefix=".banc-sons-") as essai:
            essai.write(b"essai")
            essai.flush()
            ecrit = dt.datetime.fromtimestamp(Path(essai.name).stat().st_mtime, dt.UTC)
    except OSError as erreur:
        yield Point(
            "dossier",
            False,
            f"{dossier} : écriture impossible dans {parent} ({erreur.strerror})",
            "un dossier où le banc peut écrire",
            "choisissez-en un autre par --dossier, ou donnez le droit d'écrire dans celui-là",
        )
        return
    yield Point("dossier", True, f"{dossier} : écriture permise")
    yield from _place(parent)
    yield from _horloge(instant, ecrit if maintenant is None else None, date_catalogue)


def _existant(dossier: Path) -> Path:
    """Le dossier, ou le premier de ses parents qui existe."""
    candidat = dossier.resolve()
    while not candidat.is_dir() and candidat != candidat.parent:
        candidat = candidat.parent
    return candidat


def _place(parent: Path) -> Iterator[Point]:
    for nom, ou, utile in (("place", parent, PLACE_CONSEILLEE_MO), ("place (clés)", Path(tempfile.gettempdir()), 50)):
        libre = shutil.disk_usage(ou).free >> 20
        bon = libre >= utile
        yield Point(
            nom,
            bon,
            f"{libre} Mo libres dans {ou}",
            f"{utile} Mo libres",
            "" if bon else "libérez de la place, ou choisissez un autre disque par --dossier",
            bloquant=libre < min(PLACE_MIN_MO, utile),
        )


def _horloge(instant: dt.datetime, ecrit: dt.datetime | None, date_catalogue: dt.date) -> Iterator[Point]:
    regler = "réglez l'heure de la machine : certificats, jetons et preuves la portent"
    if instant.date() < date_catalogue:
        yield Point("horloge", False, f"{instant:%d/%m/%Y %H:%M} UTC", f"au moins le {date_catalogue:%d/%m/%Y}", regler)
        return
    ecart = abs((ecrit - instant).total_seconds()) if ecrit else 0.0
    if ecart > _ECART_DISQUE_S:
        yield Point(
            "horloge",
            False,
            f"{instant:%H:%M:%S} UTC, et le disque des campagnes date ses fichiers de {ecrit:%H:%M:%S}",
            f"moins de {_ECART_DISQUE_S} s d'écart",
            "mettez les deux machines à la même heure",
            bloquant=False,
        )
        return
    yield Point("horloge", True, f"{instant:%d/%m/%Y %H:%M:%S} UTC")


def fichiers(logiciel: ConfigurationLogiciel) -> Iterator[Point]:
    """Ce que logiciel.yaml nomme existe : programmes, scripts, dossiers, place du fichier d'environnement."""
    for description in logiciel.adaptateurs:
        for quoi, manque in _manques(description):
            yield Point(
                f"adaptateur {description.nom}",
                False,
                f"{quoi} introuvable : {manque}",
                "un chemin relatif au dossier de logiciel.yaml, ou un programme connu du système",
                f"corrigez adaptateurs.{description.nom}.{quoi} dans {logiciel.source}",
            )
    if logiciel.environnement and not Path(logiciel.environnement).parent.is_dir():
        yield Point(
            "environnement",
            False,
            f"dossier absent : {Path(logiciel.environnement).parent}",
            "un dossier existant, où le banc écrit ses adresses",
            "créez-le, ou changez la clé environnement",
        )


def _manques(description: DescriptionAdaptateur) -> Iterator[tuple[str, str]]:
    if commande := description.reglages.get("commande"):
        programme = str(commande[0])
        if not (description.dossier / programme).is_file() and shutil.which(programme) is None:
            yield "commande", programme
    for cle in _FICHIERS:
        if description.reglages.get(cle) and not description.chemin(cle).exists():
            yield cle, str(description.chemin(cle))
