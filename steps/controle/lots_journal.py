"""Le résultat d'un lot : un JSONL écrit au fil de l'eau, son index sur disque, et le Parquet qu'on en tire à la fin."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from steps.controle.incidents import ILLISIBLE, INCIDENT
from steps.controle.lots_parquet import ecrire_parquet, lire_parquet
from steps.controle.resultat import Ecrit

_VALIDATION = 5_000
_SCHEMA = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
CREATE TABLE faits (
  chemin TEXT PRIMARY KEY, cle TEXT, verdict TEXT, rang INTEGER, demande INTEGER DEFAULT 0
) WITHOUT ROWID;
BEGIN;
"""


class Journal:
    """Résultats d'un lot, un par chemin : le dernier écrit vaut. La mémoire ne dépend pas de la taille du lot.

    Un Parquet ne se complète pas : pendant le contrôle, les résultats vont dans `SORTIE.encours.jsonl`. `rang` : place
    d'une ligne, négative dans l'ancien Parquet. Lève `ValueError` si la sortie existante n'est pas un résultat de lot.
    """

    def __init__(self, sortie: Path):
        self.sortie = sortie
        self.parquet = sortie.suffix.lower() == ".parquet"
        self._chemin = sortie.with_name(sortie.name + ".encours.jsonl") if self.parquet else sortie
        descripteur, index = tempfile.mkstemp(prefix="banc-sons-lot-", suffix=".sqlite")
        os.close(descripteur)
        self._index = Path(index)
        self._base = sqlite3.connect(index, isolation_level=None)
        self._base.executescript(_SCHEMA)
        # Ôté dès maintenant là où le système le permet : un arrêt brutal n'en laisse pas.
        self._jeter_le_nom()
        self._lignes = 0
        self._perimes = False
        try:
            for rang, ecrit in self._tous():
                self._noter(ecrit, rang)
                self._lignes = max(self._lignes, rang + 1)
            self._repris = self._lignes
            self._flux = self._chemin.open("ab")
        except BaseException:
            self._jeter_l_index()
            raise

    def a_juger(self, chemin: str, cle: str) -> bool | None:
        """Vrai s'il faut juger ce chemin, faux si son résultat est déjà là, None s'il a déjà été demandé."""
        chemin = _texte(chemin)
        connu = self._base.execute("SELECT cle, demande FROM faits WHERE chemin = ?", (chemin,)).fetchone()
        if connu and connu[1]:
            return None
        self._base.execute(
            "INSERT INTO faits VALUES (?, '', '', NULL, 1) ON CONFLICT(chemin) DO UPDATE SET demande = 1", (chemin,)
        )
        return not connu or connu[0] != cle

    def ajouter(self, cle: str, ecrit: Ecrit) -> None:
        """Écrit un résultat et le pousse jusqu'au système."""
        ligne = {"cle": cle, **ecrit}
        self._flux.write(_octets(ligne))
        self._flux.flush()
        self._noter(ligne, self._lignes)
        self._lignes += 1
        if self._lignes % _VALIDATION == 0:
            self._base.execute("COMMIT")
            self._base.execute("BEGIN")

    def comptes(self) -> dict[str, int]:
        """Nombre de fichiers demandés par verdict, résultats repris compris ; vide : pas encore jugé."""
        return dict(self._base.execute("SELECT verdict, count(*) FROM faits WHERE demande = 1 GROUP BY verdict"))

    def achever(self) -> None:
        """Ôte les lignes périmées, ou écrit le Parquet ; l'ancien fichier reste entier jusqu'au dernier instant."""
        self._flux.flush()
        provisoire = self.sortie.with_name(self.sortie.name + ".provisoire")
        if self.parquet:
            if self._lignes or not self.sortie.exists():
                ecrire_parquet(provisoire, self._a_jour())
                provisoire.replace(self.sortie)
            self._chemin.unlink(missing_ok=True)
        elif self._perimes:
            with provisoire.open("wb") as flux:
                flux.writelines(_octets(ecrit) for ecrit in self._a_jour())
            provisoire.replace(self.sortie)

    def fermer(self) -> None:
        """Ferme ; ce qui est écrit servira à la reprise, et un fichier resté vide est ôté."""
        self._flux.close()
        if self._chemin.exists() and not self._chemin.stat().st_size:
            self._chemin.unlink()
        self._jeter_l_index()

    def _jeter_l_index(self) -> None:
        self._base.close()
        self._jeter_le_nom()

    def _jeter_le_nom(self) -> None:
        with contextlib.suppress(PermissionError):
            self._index.unlink(missing_ok=True)

    def _noter(self, ecrit: Ecrit, rang: int) -> None:
        chemin = _texte(ecrit["fichier"])
        connu = self._base.execute("SELECT rang FROM faits WHERE chemin = ?", (chemin,)).fetchone()
        self._perimes = self._perimes or bool(connu and connu[0] is not None)
        # Ce que le banc n'a pas pu juger (ouvrier perdu, fichier illisible) manque encore à la reprise.
        manque = any(constat["code"] in (INCIDENT, ILLISIBLE) for constat in ecrit["constats"])
        self._base.execute(
            "INSERT INTO faits VALUES (?, ?, ?, ?, 0) ON CONFLICT(chemin) DO UPDATE SET "
            "cle = excluded.cle, verdict = excluded.verdict, rang = excluded.rang",
            (chemin, "" if manque else ecrit["cle"], ecrit["verdict"], rang),
        )

    def _tous(self) -> Iterator[tuple[int, Ecrit]]:
        if self.parquet and self.sortie.exists():
            for place, ecrit in enumerate(lire_parquet(self.sortie)):
                yield -1 - place, ecrit
        if self._chemin.exists():
            _oter_la_ligne_coupee(self._chemin)
            yield from enumerate(_lire_jsonl(self._chemin))

    def _a_jour(self) -> Iterator[Ecrit]:
        for rang, ecrit in self._tous():
            chemin = _texte(ecrit["fichier"])
            (valable,) = self._base.execute("SELECT rang FROM faits WHERE chemin = ?", (chemin,)).fetchone()
            if valable == rang:
                yield ecrit


def _texte(chemin: str) -> str:
    """SQLite refuse les octets non UTF-8 d'un nom de fichier : ils deviennent des échappements."""
    return chemin.encode("utf-8", "backslashreplace").decode("utf-8")


def _octets(ecrit: Ecrit) -> bytes:
    return json.dumps(ecrit, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


def _lire_jsonl(chemin: Path) -> Iterator[Ecrit]:
    with chemin.open("rb") as flux:
        for numero, ligne in enumerate(flux, 1):
            try:
                ecrit = json.loads(ligne)
                complet = isinstance(ecrit, dict) and {"cle", "fichier", "verdict", "constats"} <= ecrit.keys()
            except ValueError:
                complet = False
            if not complet:
                raise ValueError(f"{chemin}, ligne {numero} : ce n'est pas un résultat de lot")
            yield ecrit


def _oter_la_ligne_coupee(chemin: Path) -> None:
    """Un arrêt brutal peut laisser une dernière ligne sans fin : elle est ôtée, son fichier sera rejugé."""
    with chemin.open("r+b") as flux:
        taille = flux.seek(0, os.SEEK_END)
        position = taille
        while position:
            debut = max(0, position - 65_536)
            flux.seek(debut)
            bloc = flux.read(position - debut)
            fin = bloc.rfind(b"\n")
            if fin >= 0:
                position = debut + fin + 1
                break
            position = debut
        if position < taille:
            flux.truncate(position)
