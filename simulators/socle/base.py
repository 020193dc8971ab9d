"""Accès SQLite du journal : schéma en ajout seul, requêtes par index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from simulators.socle.chaine import ORIGINE
from simulators.socle.codage import Enregistrement, lire_enregistrement

FICHIER = "journal.sqlite"

# `scenario`, `service` et `operation` répètent `donnees` pour l'index ; la vérification de la chaîne les compare.
_SCHEMA = """
CREATE TABLE enregistrements (
    numero INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    horodatage TEXT NOT NULL,
    scenario TEXT,
    service TEXT,
    operation TEXT,
    donnees TEXT NOT NULL,
    precedent TEXT NOT NULL,
    empreinte TEXT NOT NULL
);
CREATE INDEX par_type ON enregistrements (type, numero) WHERE type <> 'echange';
CREATE INDEX par_service ON enregistrements (type, service, operation, numero) WHERE operation IS NOT NULL;
CREATE INDEX par_scenario ON enregistrements (scenario, type, numero) WHERE scenario IS NOT NULL;
CREATE TRIGGER jamais_modifie BEFORE UPDATE ON enregistrements
BEGIN SELECT RAISE(ABORT, 'le journal ne se modifie pas'); END;
CREATE TRIGGER jamais_efface BEFORE DELETE ON enregistrements
BEGIN SELECT RAISE(ABORT, 'le journal ne s''efface pas'); END;
"""
_CHAMPS = "numero, type, horodatage, scenario, service, operation, donnees, precedent, empreinte"
_INSERER = f"INSERT INTO enregistrements ({_CHAMPS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Filtres(TypedDict):
    """Colonnes à égaler ; None : toutes les valeurs."""

    type: str | None
    service: str | None
    operation: str | None
    scenario: str | None


def ouvrir(dossier: Path, *, creer: bool = False) -> sqlite3.Connection:
    """Connexion d'écriture. WAL survit à l'arrêt brutal du processus sans `fsync` à chaque échange."""
    try:
        connexion = sqlite3.connect(dossier / FICHIER, isolation_level=None, check_same_thread=False, timeout=10)
        connexion.execute("PRAGMA journal_mode=WAL")
        connexion.execute("PRAGMA synchronous=NORMAL")
        connexion.execute("PRAGMA wal_autocheckpoint=4000")
        if creer:
            connexion.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
    except sqlite3.DatabaseError as erreur:
        raise OSError(
            f"le journal {dossier / FICHIER} ne s'ouvre pas en écriture ({erreur}) : vérifiez la place libre et les "
            "droits sur ce dossier"
        ) from erreur
    return connexion


def ouvrir_en_lecture(dossier: Path) -> sqlite3.Connection:
    """Connexion de lecture ; sur un support en lecture seule, la base est lue comme immuable."""
    chemin = (dossier / FICHIER).resolve()
    modes = ["mode=ro"]
    if not chemin.with_name(f"{FICHIER}-wal").exists():
        modes.append("mode=ro&immutable=1")
    for mode in modes:
        connexion = sqlite3.connect(
            f"{chemin.as_uri()}?{mode}", uri=True, isolation_level=None, check_same_thread=False, timeout=10
        )
        try:
            tete(connexion)
        except sqlite3.OperationalError:
            connexion.close()
        else:
            return connexion
    raise OSError(f"le journal {chemin} ne se lit pas : fichier abîmé, ou dossier sans droit d'écriture")


def tete(connexion: sqlite3.Connection) -> tuple[int, str]:
    """Numéro et empreinte du dernier enregistrement."""
    ligne = connexion.execute("SELECT numero, empreinte FROM enregistrements ORDER BY numero DESC LIMIT 1").fetchone()
    return (int(ligne[0]), str(ligne[1])) if ligne else (0, ORIGINE)


def inserer(connexion: sqlite3.Connection, valeurs: tuple[object, ...]) -> None:
    """Ajoute une ligne, dans l'ordre des colonnes."""
    connexion.execute(_INSERER, valeurs)


def parcourir(
    connexion: sqlite3.Connection,
    depuis: int,
    *,
    type: str | None = None,
    service: str | None = None,
    operation: str | None = None,
    scenario: str | None = None,
    limite: int | None = None,
) -> Iterator[Enregistrement]:
    """Enregistrements de numéro supérieur à `depuis`, filtrés par index, lus un à un."""
    filtres: Filtres = {"type": type, "service": service, "operation": operation, "scenario": scenario}
    requete, valeurs = _selection(_CHAMPS, filtres, depuis)
    if limite is not None:
        requete += f" LIMIT {int(limite)}"
    return map(lire_enregistrement, connexion.execute(requete, valeurs))


def numeros(connexion: sqlite3.Connection, depuis: int, filtres: Filtres) -> list[int]:
    """Numéros des enregistrements que `lire` rendrait, sans les lire."""
    return [int(numero) for (numero,) in connexion.execute(*_selection("numero", filtres, depuis))]


def _selection(champs: str, filtres: Filtres, depuis: int) -> tuple[str, tuple[object, ...]]:
    retenus = {nom: str(valeur) for nom, valeur in filtres.items() if valeur is not None}
    choix, implicite = _index(retenus, depuis)
    conditions = " AND ".join(["numero > ?", *(f"{nom} = ?" for nom in retenus), *implicite])
    requete = f"SELECT {champs} FROM enregistrements {choix} WHERE {conditions} ORDER BY numero"
    return requete, (depuis, *retenus.values())


def un(connexion: sqlite3.Connection, numero: int) -> Enregistrement | None:
    """L'enregistrement de ce numéro, s'il existe."""
    ligne = connexion.execute(f"SELECT {_CHAMPS} FROM enregistrements WHERE numero = ?", (numero,)).fetchone()
    return lire_enregistrement(ligne) if ligne else None


def _index(filtres: dict[str, str], depuis: int) -> tuple[str, tuple[str, ...]]:
    """Index à suivre, et la condition qui permet un index partiel.

    Le choix ne dépend pas des statistiques de SQLite : le coût suit la réponse, ou ce qui est venu après `depuis`,
    jamais la longueur du journal.
    """
    if "scenario" in filtres:
        return "INDEXED BY par_scenario", ()
    if "operation" in filtres and "service" in filtres:
        return "INDEXED BY par_service", ()
    if "service" in filtres and "type" in filtres and depuis == 0 and filtres["type"] == "echange":
        return "INDEXED BY par_service", ("operation IS NOT NULL",)
    if filtres.get("type") not in (None, "echange"):
        return "INDEXED BY par_type", ("type <> 'echange'",)
    return "NOT INDEXED", ()
