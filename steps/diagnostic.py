"""Le diagnostic : tout ce qui peut manquer à une campagne, dit avant le premier scénario."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from requirements.catalogue import Catalogue, charger, est_du_couloir, nommer_couloir
from requirements.erreurs import ErreurRequirements
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps import diagnostic_certificats, diagnostic_poste
from steps.diagnostic_logiciel import examiner
from steps.diagnostic_point import Point
from steps.logiciel.configuration import ConfigurationInvalide, ConfigurationLogiciel, lire_configuration
from steps.logiciel.contexte import ContexteAdaptateur
from steps.logiciel.temoin_couloir import devant
from steps.selection import ScenarioRetenu, SelectionVide, selectionner

CODE = 3
"""Code de sortie quand une campagne ne peut pas commencer."""


def avant_campagne(catalogue: Catalogue, logiciel: ConfigurationLogiciel, dossier: Path) -> list[Point]:
    """La part du diagnostic qui ne coûte rien, jouée avant toute campagne : la machine, et les fichiers nommés."""
    return [*diagnostic_poste.poste(dossier, catalogue.date), *diagnostic_poste.fichiers(logiciel)]


def diagnostiquer(couloir: str, fichier: Path, dossier: Path, *, type_logiciel: str = "") -> Iterator[Point]:
    """Rend les points un à un ; s'arrête au premier qui empêche la suite d'avoir un sens."""
    try:
        catalogue = charger(nommer_couloir(couloir, type_logiciel))
    except ErreurRequirements as erreur:
        yield Point("catalogue", False, str(erreur), "un couloir du banc", "corrigez --couloir")
        return
    yield Point("catalogue", True, f"REM {catalogue.rem} : {len(catalogue.exigences)} exigences")
    try:
        logiciel = devant(lire_configuration(fichier), catalogue.couloir.profils)
        if logiciel.couloir and not est_du_couloir(logiciel.couloir, catalogue.couloir.couloir):
            raise ConfigurationInvalide(f"{fichier} : couloir {logiciel.couloir!r}, alors que {couloir!r} est demandé")
        retenus = selectionner(catalogue, profils_reclames=logiciel.profils)
    except (ConfigurationInvalide, SelectionVide) as erreur:
        yield Point("configuration", False, str(erreur), "", "corrigez le fichier, ligne par ligne")
        return
    applicables = sum(not retenu.hors_profil for retenu in retenus)
    yield Point(
        "configuration",
        True,
        f"{logiciel.nom} {logiciel.version} : {applicables} scénarios applicables sur {len(retenus)}, profils "
        f"{', '.join(logiciel.profils)}" + (" ; DÉMONSTRATION, non recevable" if logiciel.demonstration else ""),
    )
    locaux = avant_campagne(catalogue, logiciel, dossier)
    yield from locaux
    if any(point.arrete for point in locaux):
        return
    with tempfile.TemporaryDirectory(prefix="banc-sons-diagnostic-") as temporaire:
        yield from _banc_et_logiciel(Path(temporaire), logiciel, retenus)


def _banc_et_logiciel(
    dossier: Path, logiciel: ConfigurationLogiciel, retenus: Sequence[ScenarioRetenu]
) -> Iterator[Point]:
    journal = JournalEchanges.creer(dossier / "journal")
    try:
        banc = Banc(journal, dossier_secrets=dossier / "secrets")
    except OSError as erreur:
        journal.fermer()
        yield Point(
            "ports",
            False,
            f"simulateurs : {erreur}",
            "des ports libres sur 127.0.0.1",
            "fermez ce qui les tient, ou levez l'interdiction (pare-feu, conteneur sans boucle locale)",
        )
        return
    try:
        environnement = banc.environnement()
        adresses = environnement["services"]
        yield Point("ports", True, ", ".join(f"{nom} {next(iter(a.values()))}" for nom, a in adresses.items()))
        yield diagnostic_certificats.du_banc(environnement, dt.datetime.now(dt.UTC))
        fichier = dossier / "environnement.json"
        fichier.write_text(json.dumps(environnement), encoding="utf-8")
        contexte = ContexteAdaptateur(
            logiciel=logiciel, banc=banc, journal=journal, dossier=dossier, environnement=fichier
        )
        yield from examiner(contexte, retenus)
    finally:
        banc.arreter()
        journal.fermer()


def commande(options: argparse.Namespace) -> int:
    """`python -m steps diagnostic` ; rend 3 si une campagne ne peut pas commencer."""
    points = []
    examen = diagnostiquer(options.couloir, options.logiciel, options.dossier, type_logiciel=options.type_logiciel)
    for point in examen:
        points.append(point)
        if not options.json:
            print(point.en_texte(), flush=True)
    bloque = any(point.arrete for point in points)
    if options.json:
        contenu = {"pret": not bloque, "points": [point.en_dict() for point in points]}
        print(json.dumps(contenu, ensure_ascii=False, indent=2))
    else:
        print("Campagne impossible : corrigez les points marqués ✗." if bloque else "Prêt pour une campagne.")
    return CODE if bloque else 0
