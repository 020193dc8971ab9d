"""Ce qu'un dossier scellé contient, rassemblé depuis une campagne sans la modifier."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reports.allure import DOSSIER as ALLURE
from reports.allure import STATUTS
from reports.allure_manquants import scenario_de
from reports.campagne import Campagne
from reports.convergence import NOM as CONVERGENCE
from reports.defauts import charger_defauts
from reports.ecriture import ecrire_tout
from reports.fichiers import ecrire_atomique, ecrire_json
from reports.junit import NOM as JUNIT
from reports.options import OptionsRapports
from reports.preuves import RACINE as PREUVES
from reports.rapport import NOM as RAPPORT
from reports.resultat import PieceJointe
from reports.sceau.manifeste import Nature
from reports.sceau.tar_xz import blocs_tar, ecrire_xz
from reports.sceau.zip_canonique import nom_permis
from requirements.catalogue import Catalogue
from simulators.socle.export_journal import EMPREINTE, exporter
from simulators.socle.journal import JournalEchanges

JOURNAL, CORPS, ALLURE_XZ = "journal.jsonl.xz", "corps.tar.xz", f"{ALLURE}.tar.xz"
CATALOGUE, DEFAUTS, INDEX = "catalogue.json", "defauts.json", f"{PREUVES}/index.json"
RACINE_CORPS = "corps"
VERDICTS, ENTETE = "verdicts.json", "campagne.json"
EMPREINTES_PREUVES = f"{PREUVES}/empreintes.sha256"
VIGNETTES = "vignettes"
SOUS_DOSSIERS = (f"{PREUVES}/", f"{VIGNETTES}/")
"""Où vont les fichiers dont la campagne choisit le nom : les pièces, et les images réduites que le rapport montre."""
FIXES = (
    *(ENTETE, VERDICTS, RAPPORT, CONVERGENCE, JUNIT, CATALOGUE, DEFAUTS, JOURNAL, CORPS, ALLURE_XZ),
    *(INDEX, EMPREINTES_PREUVES),
)
"""Ce que tout dossier contient, dans l'ordre, en plus du manifeste et des pièces."""

Suivi = Callable[[str], None]


class ContenuRefuse(Exception):
    """La campagne ne peut pas entrer telle quelle dans un dossier ; le message dit quel fichier et pourquoi."""


@dataclass(frozen=True)
class Contenu:
    """Les fichiers du dossier, dans leur ordre, et la taille en clair de chaque .xz."""

    fichiers: Sequence[tuple[str, bytes | Path]]
    en_clair: Mapping[str, int] = field(default_factory=dict)


def rassembler(
    dossier: Path,
    campagne: Campagne,
    catalogue: Catalogue,
    journal: JournalEchanges,
    nature: Nature,
    atelier: Path,
    suivi: Suivi,
) -> Contenu:
    """Écrit dans `atelier` tout ce que le dossier contient ; rapports et classeur sont rebâtis depuis le journal."""
    corps = corps_du_journal(dossier)
    pieces = _pieces(dossier, campagne, corps, atelier)
    suivi("rapports rebâtis depuis le journal")
    _lier_allure(dossier / ALLURE, atelier / ALLURE, campagne)
    ecrire_tout(atelier, campagne, catalogue, journal, OptionsRapports(junit=atelier / JUNIT))
    _annoncer(atelier / RAPPORT, nature)
    _indexer(atelier, corps)
    ecrire_json(atelier / CATALOGUE, resume_du_catalogue(catalogue))
    ecrire_json(atelier / DEFAUTS, charger_defauts().en_dict())
    en_clair: dict[str, int] = {}
    suivi("journal")
    en_clair[JOURNAL] = ecrire_xz(atelier / JOURNAL, exporter(journal))
    suivi(f"corps des échanges ({len(corps)})")
    rangs = _rangs_des_corps(journal, corps)
    ordre = sorted(corps, key=lambda sha256: (*rangs.get(sha256, ("", "", "")), corps[sha256].stat().st_size, sha256))
    en_clair[CORPS] = ecrire_xz(
        atelier / CORPS, blocs_tar((f"{RACINE_CORPS}/{sha256[:2]}/{sha256}", corps[sha256]) for sha256 in ordre)
    )
    suivi("résultats Allure")
    resultats = sorted(f for f in (atelier / ALLURE).iterdir() if f.is_file())
    en_clair[ALLURE_XZ] = ecrire_xz(atelier / ALLURE_XZ, blocs_tar((f"{ALLURE}/{f.name}", f) for f in resultats))
    return Contenu([(nom, atelier / nom) for nom in FIXES] + sorted(pieces.items()), en_clair)


def corps_du_journal(dossier: Path) -> dict[str, Path]:
    """Les corps rangés, par empreinte ; un fichier d'essai ou à moitié écrit n'en est pas un."""
    return {
        fichier.name: fichier
        for fichier in sorted((dossier / RACINE_CORPS).glob("??/*"))
        if EMPREINTE.fullmatch(fichier.name) and fichier.parent.name == fichier.name[:2] and fichier.is_file()
    }


def resume_du_catalogue(catalogue: Catalogue) -> dict[str, Any]:
    """L'empreinte du catalogue et les numéros qu'il demande : de quoi recalculer la complétude sans lui."""
    return {
        "rem": catalogue.rem,
        "couloir": catalogue.couloir.couloir,
        "date": catalogue.date.isoformat(),
        "sha256": catalogue.empreinte,
        "scenarios": [
            {
                "rem": exigence.rem,
                "exigence": exigence.id,
                "scenario": scenario.id,
                "vague": exigence.vague,
                "profil": exigence.profil,
                "criticite": exigence.criticite.value,
                "preuves": [preuve.repere for preuve in scenario.preuves],
            }
            for exigence in catalogue.exigences
            for scenario in exigence.scenarios
        ],
    }


def sceller_entete(campagne: Campagne, journal: JournalEchanges, nature: Nature) -> Campagne:
    """L'en-tête tel qu'il entre au dossier : la tête du journal d'aujourd'hui, et la nature du dossier."""
    tete = {"derniere_empreinte": journal.derniere_empreinte(), "enregistrements": journal.position()}
    return replace(
        campagne,
        journal=tete,
        autres={**campagne.autres, "scellement": {"nature": nature.value, "mention": nature.mention}},
    )


def _pieces(dossier: Path, campagne: Campagne, corps: Mapping[str, Path], atelier: Path) -> dict[str, Path]:
    """Les pièces à copier (celles qui ne sont pas des corps du journal), liées dans l'atelier pour les rapports."""
    retenues: dict[str, Path] = {}
    for piece in pieces_de(campagne):
        if not nom_permis(piece.chemin) or not piece.chemin.startswith(f"{PREUVES}/"):
            raise ContenuRefuse(f"pièce {piece.chemin!r} : son nom ne peut pas entrer dans un dossier scellé")
        if piece.sha256 not in corps:
            retenues[piece.chemin] = dossier / piece.chemin
        if piece.vignette and nom_permis(piece.vignette) and (dossier / piece.vignette).is_file():
            if not piece.vignette.startswith(SOUS_DOSSIERS):
                raise ContenuRefuse(f"vignette {piece.vignette!r} : elle est attendue sous {VIGNETTES}/")
            retenues[piece.vignette] = dossier / piece.vignette
    for nom, source in retenues.items():
        if source.is_symlink() or not source.is_file():
            raise ContenuRefuse(f"{nom} : fichier absent de la campagne")
        _lier(source, atelier / nom)
    return {nom: atelier / nom for nom in retenues}


def pieces_de(campagne: Campagne) -> Iterator[PieceJointe]:
    """Toutes les pièces citées par les résultats."""
    for resultat in campagne.resultats:
        for preuve in resultat.preuves:
            yield from preuve.fichiers


def _lier(source: Path, cible: Path) -> None:
    cible.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, cible)
    except OSError:
        # Autre volume, ou système de fichiers sans liens durs.
        shutil.copyfile(source, cible)


def _lier_allure(source: Path, cible: Path, campagne: Campagne) -> None:
    """Les résultats Allure de la campagne, sauf ceux qu'un verdict plus récent (reprise, personne) a contredits.

    `ecrire_tout` récrit ensuite, d'après le verdict, chaque scénario qui n'a plus de résultat.
    """
    statuts = {(r.exigence, r.scenario): STATUTS[r.verdict] for r in campagne.resultats}
    cible.mkdir(parents=True, exist_ok=True)
    if not source.is_dir():
        return
    for fichier in sorted(source.iterdir()):
        if fichier.is_symlink() or not fichier.is_file() or not nom_permis(f"{ALLURE}/{fichier.name}"):
            continue
        if fichier.name.endswith("-result.json"):
            try:
                lu = json.loads(fichier.read_bytes())
            except ValueError:
                continue  # tronqué par un arrêt brutal
            cle = scenario_de(lu)
            if cle is not None and statuts.get(cle) != lu.get("status"):
                continue
        _lier(fichier, cible / fichier.name)


def _annoncer(rapport: Path, nature: Nature) -> None:
    """Une bannière en tête du rapport d'un dossier provisoire ; celui d'une démonstration la porte déjà."""
    if nature is not Nature.PROVISOIRE:
        return
    page = rapport.read_bytes()
    debut = page.find(b">", page.find(b"<body")) + 1
    style = "margin:0;padding:.6rem 1rem;background:#b34000;color:#fff;font-weight:bold;text-align:center"
    banniere = f'<p id="provisoire" role="note" style="{style}">{nature.mention}</p>'.encode()
    ecrire_atomique(rapport, page[:debut] + banniere + page[debut:])


def _indexer(atelier: Path, corps: Mapping[str, Path]) -> None:
    """Note dans `preuves/index.json` quelles pièces sont des corps du journal, et ne sont donc pas recopiées."""
    chemin = atelier / INDEX
    index = json.loads(chemin.read_bytes())
    for preuve in index["preuves"]:
        for piece in preuve["fichiers"]:
            if piece["sha256"] in corps:
                piece["corps"] = f"{RACINE_CORPS}/{piece['sha256'][:2]}/{piece['sha256']}"
    ecrire_json(chemin, index)


def _rangs_des_corps(journal: JournalEchanges, corps: Mapping[str, Path]) -> dict[str, tuple[str, str, str]]:
    """Où chaque corps a été vu d'abord : service, opération, sens. Les corps semblables se comprimeront ensemble."""
    rangs: dict[str, tuple[str, str, str]] = {}
    for lu in journal.enregistrements(type="echange"):
        service, operation = str(lu.donnees.get("service") or ""), str(lu.donnees.get("operation") or "")
        for sens in ("requete", "reponse"):
            if message := lu.donnees.get(sens):
                rangs.setdefault(message["corps"]["sha256"], (service, operation, sens))
    return {sha256: rang for sha256, rang in rangs.items() if sha256 in corps}
