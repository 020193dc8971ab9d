"""Le diagnostic avant campagne : configuration, simulateurs, certificats, logiciel joignable, actions offertes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from json import dumps
from pathlib import Path

from requirements.catalogue import charger
from requirements.erreurs import ErreurRequirements
from simulators.banc import Banc
from simulators.socle.journal import JournalEchanges
from steps.logiciel.configuration import ConfigurationInvalide, ConfigurationLogiciel, lire_configuration
from steps.logiciel.contrat import charger_contrat
from steps.logiciel.http import AdaptateurHttp
from steps.logiciel.protocole import AdaptateurInjoignable
from steps.logiciel.temoin import ProcessusTemoin
from steps.selection import SelectionVide, selectionner


@dataclass(frozen=True, slots=True)
class Point:
    """Un point vérifié. `bloquant` : une campagne ne peut pas commencer tant qu'il n'est pas bon."""

    nom: str
    bon: bool
    detail: str
    bloquant: bool = True


def diagnostiquer(couloir: str, fichier: Path) -> Iterator[Point]:
    """Rend les points un à un ; s'arrête au premier point bloquant qui n'est pas bon."""
    try:
        catalogue = charger(couloir)
    except ErreurRequirements as erreur:
        yield Point("catalogue", False, str(erreur))
        return
    yield Point("catalogue", True, f"REM {catalogue.rem} : {len(catalogue.exigences)} exigences")
    try:
        logiciel = lire_configuration(fichier)
        retenus = selectionner(catalogue, profils_reclames=logiciel.profils)
    except (ConfigurationInvalide, SelectionVide) as erreur:
        yield Point("configuration", False, str(erreur))
        return
    applicables = sum(not retenu.hors_profil for retenu in retenus)
    yield Point(
        "configuration",
        True,
        f"{logiciel.nom} {logiciel.version} : {applicables} scénarios applicables sur {len(retenus)}",
    )
    with tempfile.TemporaryDirectory(prefix="banc-sons-diagnostic-") as dossier:
        yield from _banc_et_logiciel(Path(dossier), logiciel)


def _banc_et_logiciel(dossier: Path, logiciel: ConfigurationLogiciel) -> Iterator[Point]:
    journal = JournalEchanges.creer(dossier / "journal")
    try:
        banc = Banc(journal, dossier_secrets=dossier / "secrets")
    except OSError as erreur:
        journal.fermer()
        yield Point("simulateurs", False, f"démarrage impossible : {erreur}")
        return
    try:
        adresses = banc.environnement()["services"]
        yield Point("simulateurs", True, ", ".join(f"{nom} {next(iter(a.values()))}" for nom, a in adresses.items()))
        yield from _logiciel(dossier, logiciel, banc)
    finally:
        banc.arreter()
        journal.fermer()


def _logiciel(dossier: Path, logiciel: ConfigurationLogiciel, banc: Banc) -> Iterator[Point]:
    environnement = dossier / "environnement.json"
    environnement.write_text(dumps(banc.environnement()), encoding="utf-8")
    temoin: ProcessusTemoin | None = None
    try:
        if logiciel.demonstration:
            temoin = ProcessusTemoin(environnement, defauts=logiciel.defauts)
        url = temoin.url if temoin else logiciel.url
        adaptateur = AdaptateurHttp(
            url,
            comptes=logiciel.comptes,
            entetes=logiciel.entetes,
            delai_s=logiciel.delai_s,
            secrets=logiciel.secrets,
        )
        try:
            yield from _adaptateur(adaptateur, logiciel)
        finally:
            adaptateur.fermer()
    except AdaptateurInjoignable as erreur:
        yield Point("logiciel", False, str(erreur))
    finally:
        if temoin:
            temoin.arreter()


def _adaptateur(adaptateur: AdaptateurHttp, logiciel: ConfigurationLogiciel) -> Iterator[Point]:
    declare = adaptateur.apropos()
    yield Point("logiciel", True, f"répond : {declare.nom} {declare.version}")
    if (declare.nom, declare.version) != (logiciel.nom, logiciel.version):
        yield Point(
            "version",
            False,
            f"logiciel.yaml dit {logiciel.nom} {logiciel.version}, le logiciel se dit {declare.nom} {declare.version}",
            bloquant=False,
        )
    connues = set(charger_contrat().actions)
    offertes = adaptateur.actions()
    manquantes = sorted(connues - offertes)
    detail = f"{len(connues & offertes)} actions sur {len(connues)}"
    if manquantes:
        detail += " ; absentes, leurs scénarios ne seront pas exécutés : " + ", ".join(manquantes)
    yield Point("actions", not manquantes, detail, bloquant=False)
