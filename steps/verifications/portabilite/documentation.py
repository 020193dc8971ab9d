"""Règles sur la documentation de l'export : données, format et emplacement, comparés au fichier réellement exporté."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.portabilite.lecture import FORMATS, ExportIllisible, Fichier, lire_export
from steps.verifications.registre import verification

_SCENARIO = "REM BIO, scénario PORT/va1.01.01 (travaux de concertation 2023)"
_OU = "documentation de l'export"


def _regle(code: str, titre: str, a_faire: str) -> Regle:
    return Regle(f"PORT-{code}", titre, _SCENARIO, Confiance.OFFICIELLE, a_faire)


DONNEES = _regle(
    "DOC-01", "La documentation dit quelles données sont mises à disposition",
    "Nommez dans la documentation les données exportées : comptes rendus, résultats, identité du patient…",
)  # fmt: skip
FORMAT = _regle(
    "DOC-02", "La documentation dit le format de l'export, et l'export a ce format",
    "Nommez dans la documentation le format des fichiers réellement exportés.",
)  # fmt: skip
EMPLACEMENT = _regle(
    "DOC-03", "La documentation dit où se trouve chaque donnée, dans les fichiers réellement exportés",
    "Nommez dans la documentation les dossiers, fichiers ou champs où se lit chaque donnée.",
)  # fmt: skip
_COMPTES_RENDUS = ("compte rendu", "comptes rendus", "compte-rendu", "comptes-rendus", "cr bio", "resultats")
_LIEUX = ("dossier", "repertoire", "colonne", "champ", "balise", "element", "table", "segment", "chemin", "emplacement")
_NUMERO = re.compile(r"[a-z]{0,3}[-_]?[0-9a-f-]+(\.[a-z0-9]+)?")


@verification(DONNEES, FORMAT, EMPLACEMENT)
def documentation_exacte(contenu: str, export: bytes, nom: str, documents: Sequence[str] = ()) -> list[Constat]:
    """Les données, leur format et leur emplacement sont dits, et ce sont ceux du fichier réellement exporté.

    `documents` : noms des documents du couloir, qu'une documentation peut employer pour dire ce qu'elle exporte.
    """
    texte, mots = _plat(contenu), (*_COMPTES_RENDUS, *map(_plat, documents))
    try:
        fichiers = lire_export(export, nom)
    except ExportIllisible as erreur:
        message = f"Sans export lisible ({erreur}), la documentation n'est comparée à rien : une personne la lit."
        return [_donnees(texte, contenu, (), mots), FORMAT.a_regarder(message, recu=contenu[:200], ou=_OU)]
    lieux = sorted({partie for fichier in fichiers for partie in _lieux(fichier.chemin)})
    return [
        _donnees(texte, contenu, lieux, mots),
        _format(texte, fichiers, contenu),
        _emplacement(texte, lieux, contenu),
    ]


def _donnees(texte: str, contenu: str, lieux: Sequence[str], mots: Sequence[str]) -> Constat:
    """Un nom de dossier ou de fichier ne dit pas les données qu'il porte."""
    for lieu in lieux:
        texte = texte.replace(lieu, " ")
    return juger(
        DONNEES, any(mot in texte for mot in mots) and "patient" in texte,
        "La documentation ne dit pas quelles données sont mises à disposition.",
        attendu="les comptes rendus ou résultats, et l'identité du patient", recu=contenu[:200], ou=_OU,
    )  # fmt: skip


def _format(texte: str, fichiers: Sequence[Fichier], contenu: str) -> Constat:
    formats = sorted({fichier.format for fichier in fichiers if fichier.format})
    tus = [f for f in formats if not any(re.search(rf"\b{mot}\b", texte) for mot in FORMATS[f])]
    return juger(
        FORMAT, bool(formats) and not tus, f"La documentation ne nomme pas un format de l'export : {', '.join(tus)}.",
        attendu=", ".join(formats) or "un format standard", recu=contenu[:200] if tus else ", ".join(formats), ou=_OU,
    )  # fmt: skip


def _emplacement(texte: str, lieux: Sequence[str], contenu: str) -> Constat:
    nommes = [lieu for lieu in lieux if lieu in texte]
    if not nommes and any(re.search(rf"\b{mot}s?\b", texte) for mot in _LIEUX):
        return EMPLACEMENT.a_regarder(
            "La documentation parle d'emplacements, sans nommer un dossier ni un fichier de l'export.",
            recu=contenu[:200], ou=_OU,
        )  # fmt: skip
    return juger(
        EMPLACEMENT, bool(nommes), "La documentation ne dit pas où se trouve chaque donnée.",
        attendu=f"l'emplacement de chaque donnée, par exemple {', '.join(lieux[:5])}",
        recu=", ".join(nommes) or contenu[:200], ou=_OU,
    )  # fmt: skip


def _lieux(chemin: str) -> Iterator[str]:
    """Les dossiers du chemin et le nom du fichier, sans ceux qui ne sont que des numéros."""
    return (partie for partie in _plat(chemin).split("/") if partie and not _NUMERO.fullmatch(partie))


def _plat(texte: str) -> str:
    """Minuscules, sans accent, espaces simples ; la ponctuation reste."""
    sans_accent = unicodedata.normalize("NFKD", texte.replace("\u2019", "'")).encode("ascii", "ignore").decode()
    return re.sub(r"\s+", " ", sans_accent).lower()
