"""Recherche, dans le texte d'une édition, d'un intitulé et de la valeur qui le suit.

Les intitulés acceptés sont les exemples de la REM (entiers et abrégés) et leurs variantes courantes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from steps.flux.identite import comparable

_NAIS = r"NAIS(?:SANCE|\b)\.{0,2}"
ETIQUETTES: dict[str, str] = {
    "nom_naissance": rf"NOM\s+(?:DE\s+)?{_NAIS}|N\.?\s?{_NAIS}",
    "premier_prenom_naissance": (
        rf"(?:1\s?ER|PREMIER)\s+PRENOM(?:\s+(?:DE\s+)?{_NAIS})?|PRENOM\s+DE\s+NAISSANCE|PR\.?\s?1(?![0-9])(?:\s?{_NAIS})?"
    ),
    "prenoms_naissance": rf"PRENOM(?:S|\(S\))(?:\s+(?:DE\s+)?{_NAIS})?",
    "date_naissance": rf"DATE\s+(?:DE\s+)?{_NAIS}|DDN(?![A-Z])\.?|D\.\s?{_NAIS}|NE(?:E|\(E\))?\s+LE",
    "sexe": r"SEXE(?![A-Z])|S\.|S(?=\s?:)",
    "matricule_ins": r"MATRICULE\s+\(?INS\)?(?![A-Z])|(?:N°|NO|NUMERO)\s*(?:D')?INS(?![A-Z])|INS(?![A-Z])",
    "nom_utilise": r"NOM\s+UTILISE|N\.?\s?UT(?![A-Z])\.?|NOM\s+D'USAGE|NOM\s+USUEL",
    "prenom_utilise": r"PRENOM\s+UTILISE|PR\.?\s?UT(?![A-Z])\.?|PRENOM\s+D'USAGE|PRENOM\s+USUEL",
    "code_lieu_naissance": (
        rf"CODE\s+(?:INSEE\s+)?(?:DU\s+)?LIEU\s+(?:DE\s+)?{_NAIS}(?:\s*\(?INSEE\)?)?|INSEE\.?\s?{_NAIS}|CODE\s+INSEE(?:\s+{_NAIS})?"
        rf"|LIEU\s+(?:DE\s+)?{_NAIS}(?:\s*[-(]?\s*(?:CODE\s+)?INSEE\)?)?"
    ),
}
_MOTIFS = {champ: re.compile(rf"(?<![A-Z0-9])(?:{motif})") for champ, motif in ETIQUETTES.items()}
_UNE_ETIQUETTE = re.compile("|".join(f"(?:{motif})" for motif in ETIQUETTES.values()))
_LIAISON = re.compile(r"[\s:.,=|(\[/*-]*")
_LIAISON_DE_LIGNE = re.compile(r"[ :.,=|(\[/*-]*")
_SUITE_INTERDITE = r"(?![A-Z0-9]|[-'][A-Z0-9])"

_MOIS = (
    "JANVIER",
    "FEVRIER",
    "MARS",
    "AVRIL",
    "MAI",
    "JUIN",
    "JUILLET",
    "AOUT",
    "SEPTEMBRE",
    "OCTOBRE",
    "NOVEMBRE",
    "DECEMBRE",
)
_SEXES = {
    "M": r"(?:M|H|MASCULIN|HOMME)",
    "F": r"(?:F|FEMININ|FEMME)",
    "I": r"(?:I|U|INDETERMINE|INDIFFERENCIE|INCONNU)",
}


class Issue(StrEnum):
    """Ce que la recherche d'un champ a trouvé."""

    SUIVI = "suivi"
    """L'intitulé est suivi de la valeur."""
    AUTRE_VALEUR = "autre_valeur"
    """L'intitulé est suivi d'autre chose que la valeur."""
    SEPARES = "separes"
    """L'intitulé et la valeur y sont, mais pas l'un à la suite de l'autre (tableau, colonnes)."""
    SANS_ETIQUETTE = "sans_etiquette"
    """La valeur y est, sans intitulé accepté."""
    SANS_VALEUR = "sans_valeur"
    """L'intitulé y est, la valeur nulle part."""
    RIEN = "rien"
    """Ni l'intitulé ni la valeur."""


@dataclass(frozen=True, slots=True)
class Recherche:
    """Issue, extrait du texte qui la montre, page (à partir de 1), et ce qui suit la valeur."""

    issue: Issue
    extrait: str = ""
    page: int = 0
    suite: str = ""


def normaliser_page(texte: str) -> str:
    """Texte d'une page en forme de comparaison, lignes conservées."""
    return "\n".join(ligne for ligne in map(comparable, texte.splitlines()) if ligne)


def chercher(pages: Sequence[str], champ: str, valeur: str) -> Recherche:
    """Cherche le champ dans des pages normalisées ; `valeur` est un motif sur du texte normalisé."""
    motif = re.compile(rf"(?<![A-Z0-9]){valeur}{_SUITE_INTERDITE}")
    autre: Recherche | None = None
    etiquette_vue: Recherche | None = None
    for numero, texte in enumerate(pages, 1):
        for etiquette in _MOTIFS[champ].finditer(texte):
            liaison = _LIAISON.match(texte, etiquette.end())
            debut = liaison.end() if liaison else etiquette.end()
            trouve = motif.match(texte, debut)
            if trouve:
                extrait = texte[etiquette.start() : trouve.end()]
                return Recherche(Issue.SUIVI, extrait, numero, texte[trouve.end() : trouve.end() + 40])
            suite = _fin_de_ligne(texte, etiquette.end())
            vu = Recherche(Issue.AUTRE_VALEUR, f"{etiquette[0]} {suite}".strip(), numero)
            etiquette_vue = etiquette_vue or vu
            if suite and not _UNE_ETIQUETTE.match(suite):
                autre = autre or vu
    if autre:
        return autre
    ailleurs = next(((n, t) for n, t in enumerate(map(motif.search, pages), 1) if t), None)
    if etiquette_vue:
        issue = Issue.SEPARES if ailleurs else Issue.SANS_VALEUR
        return Recherche(issue, etiquette_vue.extrait, etiquette_vue.page)
    if ailleurs:
        return Recherche(Issue.SANS_ETIQUETTE, ailleurs[1][0], ailleurs[0])
    return Recherche(Issue.RIEN)


def etiquette_presente(pages: Sequence[str], champ: str) -> str:
    """Premier intitulé de ce champ dans les pages, vide s'il n'y en a pas."""
    for texte in pages:
        trouve = _MOTIFS[champ].search(texte)
        if trouve:
            return trouve[0]
    return ""


def motif_nom(nom: str) -> str:
    """Motif d'un nom : les espaces peuvent être des fins de ligne."""
    return r"\s+".join(re.escape(mot) for mot in comparable(nom).split(" "))


def motif_date(date: str) -> str:
    """Motif d'une date AAAA-MM-JJ écrite en français ou en ISO ; un jour ou un mois inconnu (`00`) peut manquer."""
    annee, mois, jour = date.split("-")
    sep = r"\s?[/.\- ]\s?"
    formes = [rf"{jour}{sep}{mois}{sep}{annee}", rf"{annee}-{mois}-{jour}"]
    if mois == "00":
        formes.append(annee)
    else:
        nom = _MOIS[int(mois) - 1]
        if jour == "00":
            formes += [rf"{mois}{sep}{annee}", rf"{nom}\s+{annee}"]
        else:
            formes.append(rf"(?:{jour}|{int(jour)}(?:ER)?)\s+{nom}\s+{annee}")
    return "(?:" + "|".join(formes) + ")"


def motif_sexe(sexe: str) -> str:
    """Motif d'un sexe, en lettre ou en mot."""
    return _SEXES.get(sexe, re.escape(sexe))


def motif_matricule(matricule: str) -> str:
    """Motif d'un matricule de 15 caractères, avec les espaces, points ou tirets d'usage, et « clé » avant la clé."""
    sep = r"[\s.\-/]*"
    corps, cle = sep.join(matricule[:13]), sep.join(matricule[13:])
    return rf"(?:NI[RA]\)?\s*:?\s*)?{corps}{sep}(?:CLE\s*:?\s*)?{cle}"


def _fin_de_ligne(texte: str, position: int) -> str:
    fin = texte.find("\n", position)
    reste = texte[position : fin if fin >= 0 else len(texte)]
    liaison = _LIAISON_DE_LIGNE.match(reste)
    return reste[liaison.end() if liaison else 0 :][:60]
