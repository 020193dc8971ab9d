"""D'un dossier de pièces aux preuves : par le N° de preuve que porte leur nom, ou par une table."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reports.pieces import metadonnees
from reports.pieces.attestations import CHAMPS
from reports.preuves import nom_de_dossier
from requirements.modele import Preuve

COLONNES = ("preuve", "fichier", "lien", "genre", "par", "description")
_ORDINAIRES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_LIGNES_MAX = 20_000


class TableIllisible(ValueError):
    """La table d'appariement ne se lit pas ; le message dit la ligne et ce qui est attendu."""


@dataclass(frozen=True, slots=True)
class PieceTrouvee:
    """Une pièce du dossier et la preuve à laquelle elle répond. `lien` : adresse ou identifiant, sans fichier."""

    preuve: str
    fichier: Path | None = None
    lien: str = ""
    genre: str = ""
    par: str = ""
    description: str = ""
    meta: Mapping[str, Any] | None = None

    @property
    def nom(self) -> str:
        """Le nom sous lequel elle se présente."""
        return self.fichier.name if self.fichier is not None else "lien.url.json"


@dataclass(frozen=True, slots=True)
class Appariement:
    """Les pièces trouvées, dans l'ordre, et les fichiers qui ne répondent à rien, avec la raison."""

    pieces: tuple[PieceTrouvee, ...] = ()
    orphelins: Mapping[Path, str] = field(default_factory=dict)


def apparier(dossier: Path, preuves: Iterable[Preuve], table: Path | None = None) -> Appariement:
    """Apparie les fichiers d'un dossier ; une table, si elle est donnée, a le premier mot sur ceux qu'elle cite."""
    connues = {preuve.repere: preuve for preuve in preuves}
    de_la_table = lire_table(table, dossier) if table is not None else ()
    cites = {piece.fichier.resolve() for piece in de_la_table if piece.fichier is not None}
    noms = Noms(connues.values())
    pieces, orphelins = list(de_la_table), {}
    for fichier in fichiers_de(dossier):
        if fichier.resolve() in cites or (table is not None and fichier.resolve() == table.resolve()):
            continue
        repere = noms.preuve(fichier.relative_to(dossier).parts)
        if repere:
            pieces.append(PieceTrouvee(repere, fichier))
        else:
            orphelins[fichier] = noms.pourquoi(fichier.relative_to(dossier).parts)
    return Appariement(tuple(pieces), orphelins)


def fichiers_de(dossier: Path) -> list[Path]:
    """Les fichiers du dossier et de ses sous-dossiers, sans les métadonnées ni ce qu'un système dépose de lui-même."""
    trouves = []
    for chemin in sorted(dossier.rglob("*")):
        parties = chemin.relative_to(dossier).parts
        cache = any(partie.startswith((".", "~$")) for partie in parties)
        if cache or chemin.name.lower() in _ORDINAIRES or chemin.is_symlink() or not chemin.is_file():
            continue
        if not chemin.name.lower().endswith(metadonnees.SUFFIXES):
            trouves.append(chemin)
    return trouves


class Noms:
    """Retrouve un N° de preuve au début d'un chemin, `/` écrit `_`, `-`, ou par un sous-dossier."""

    def __init__(self, preuves: Iterable[Preuve]) -> None:
        self._par_nom: dict[str, str] = {}
        self._scenarios: dict[str, list[str]] = {}
        for preuve in preuves:
            self._par_nom[_cle(nom_de_dossier(preuve.repere))] = preuve.repere
            self._par_nom.setdefault(_cle(preuve.repere), preuve.repere)
            self._scenarios.setdefault(_cle(preuve.scenario), []).append(preuve.repere)
        self._longueurs = sorted({len(nom) for nom in self._par_nom}, reverse=True)

    def preuve(self, parties: tuple[str, ...]) -> str:
        """Le repère du plus long numéro qui ouvre ce chemin ; vide s'il n'y en a pas."""
        return self._chercher(_cle("_".join(parties)), self._par_nom)

    def pourquoi(self, parties: tuple[str, ...]) -> str:
        """Ce qui manque à ce nom pour désigner une preuve."""
        scenario = self._chercher(_cle("_".join(parties)), {cle: cle for cle in self._scenarios})
        if scenario:
            reperes = ", ".join(self._scenarios[scenario])
            return f"le nom donne un scénario, pas une preuve ; attendu l'un de : {reperes}"
        return "aucun N° de preuve du REM au début de son nom ni de son sous-dossier, et aucune ligne de table"

    @staticmethod
    def _chercher(chemin: str, noms: Mapping[str, str]) -> str:
        for fin in range(len(chemin), 0, -1):
            suite = chemin[fin:]
            # Le numéro finit là où ni lettre, ni chiffre, ni « .chiffre » ne le continue.
            if re.match(r"[a-z0-9]|\.[0-9]", suite):
                continue
            if chemin[:fin] in noms:
                return noms[chemin[:fin]]
        return ""


def _cle(texte: str) -> str:
    return re.sub(r"[\\/\s_]+", "_", texte).casefold()


def lire_table(table: Path, dossier: Path) -> tuple[PieceTrouvee, ...]:
    """Lit une table CSV ou YAML : une ligne par pièce, colonnes `preuve`, `fichier` ou `lien`, et les champs libres."""
    try:
        texte = table.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as erreur:
        raise TableIllisible(f"{table} : table illisible ({erreur}) ; attendu un CSV ou un YAML en UTF-8") from erreur
    lignes = _yaml(table, texte) if table.suffix.lower() in (".yaml", ".yml", ".json") else _csv(table, texte)
    if len(lignes) > _LIGNES_MAX:
        raise TableIllisible(f"{table} : plus de {_LIGNES_MAX} lignes")
    return tuple(_piece(table, rang, ligne, dossier) for rang, ligne in lignes)


def _csv(table: Path, texte: str) -> list[tuple[int, dict[str, str]]]:
    entete = texte.partition("\n")[0]
    separateur = max(";,\t", key=entete.count)
    lecteur = csv.DictReader(texte.splitlines(), delimiter=separateur, strict=True)
    try:
        _colonnes_connues(table, [nom.strip().lower() for nom in lecteur.fieldnames or ()])
        lignes = []
        for ligne in lecteur:
            if None in ligne or None in ligne.values():
                raise TableIllisible(
                    f"{table}, ligne {lecteur.line_num} : attendu {len(lecteur.fieldnames or ())} colonnes"
                )
            propre = {nom.strip().lower(): valeur.strip() for nom, valeur in ligne.items()}
            if any(propre.values()):
                lignes.append((lecteur.line_num, propre))
    except csv.Error as erreur:
        raise TableIllisible(f"{table}, ligne {lecteur.line_num} : CSV mal formé ({erreur})") from erreur
    return lignes


def _yaml(table: Path, texte: str) -> list[tuple[int, dict[str, str]]]:
    try:
        lu = yaml.load(texte, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as erreur:
        raise TableIllisible(f"{table} : YAML mal formé ({erreur})") from erreur
    if isinstance(lu, dict):
        # Forme courte : « N° de preuve: fichier » ou « N° de preuve: [fichiers] ».
        paires = [(cle, v) for cle, vs in lu.items() for v in (vs if isinstance(vs, list) else [vs])]
        lu = [v | {"preuve": cle} if isinstance(v, dict) else {"preuve": cle, "fichier": v} for cle, v in paires]
    if not isinstance(lu, list) or not all(isinstance(ligne, dict) for ligne in lu):
        raise TableIllisible(f"{table} : attendu une liste de pièces, ou « N° de preuve: [fichiers] »")
    lignes = []
    for rang, brut in enumerate(lu, 1):
        ligne = {str(cle).lower(): "" if valeur is None else str(valeur).strip() for cle, valeur in brut.items()}
        _colonnes_connues(table, ligne)
        lignes.append((rang, ligne))
    return lignes


def _colonnes_connues(table: Path, noms: Iterable[str]) -> None:
    admises = (*COLONNES, *CHAMPS)
    if inconnues := [nom for nom in noms if nom not in admises]:
        raise TableIllisible(f"{table} : colonne inconnue : {', '.join(inconnues)} ; attendu : {', '.join(admises)}")


def _piece(table: Path, rang: int, ligne: Mapping[str, str], dossier: Path) -> PieceTrouvee:
    preuve, fichier, lien = ligne.get("preuve", ""), ligne.get("fichier", ""), ligne.get("lien", "")
    if not preuve or bool(fichier) == bool(lien):
        raise TableIllisible(f"{table}, ligne {rang} : attendu un N° de preuve, et soit un fichier, soit un lien")
    chemin = None
    if fichier:
        chemin = dossier / fichier.replace("\\", "/")
        if not chemin.resolve().is_relative_to(dossier.resolve()):
            raise TableIllisible(f"{table}, ligne {rang} : {fichier} est hors du dossier {dossier}")
        if not chemin.is_file():
            raise TableIllisible(f"{table}, ligne {rang} : {fichier} n'est pas dans {dossier}")
    return PieceTrouvee(
        preuve,
        chemin,
        lien,
        ligne.get("genre", ""),
        ligne.get("par", ""),
        ligne.get("description", ""),
        metadonnees.retenir(ligne),
    )
