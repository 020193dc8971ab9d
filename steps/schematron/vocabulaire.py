"""Le jeu de valeurs auquel une assertion compare, et la valeur qu'elle y cherche : de quoi nommer l'écart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from steps.schematron.modele import Echec, Passage, Schematron

_APPEL = re.compile(r"(?<![\w.\-:$])(?:fn:)?(?:doc|document)\s*\(")
_NOM = re.compile(r"<(?:\w+:)?[vV]alueSet\b[^>]*?\b(?:displayName|name|title)=[\"']([^\"']+)", re.DOTALL)
_DATES = tuple(
    re.compile(rf"\b{nom}=[\"'](\d{{4}}-?\d{{2}}-?\d{{2}})")
    for nom in ("version", "versionLabel", "revisionDate", "effectiveDate")
)
_MONTRES = ("code", "codeSystem", "displayName", "unit", "value", "nullFlavor")


@dataclass(frozen=True, slots=True)
class JeuDeValeurs:
    """Un jeu de valeurs ou une table du kit ; `date` : celle qu'il porte, `AAAA-MM-JJ`, vide s'il n'en a pas."""

    nom: str
    date: str
    fichier: Path

    def __str__(self) -> str:
        return f"{self.nom} ({f'version du {self.date}' if self.date else 'sans date'})"


def jeu_compare(passage: Passage, echec: Echec, element: etree._Element | None) -> JeuDeValeurs | None:
    """Le jeu de valeurs du kit auquel l'assertion en échec compare par `doc()` ou `document()`, s'il se retrouve."""
    appel = _APPEL.search(echec.assertion.test)
    if appel is None:
        return None
    argument = _argument(echec.assertion.test, appel.end())
    chemin = _valeur(argument, _variables(passage.schematron, echec), element)
    if not chemin:
        return None
    lien = urlsplit(urljoin(passage.schematron.base.as_uri() + "/", chemin))
    return _lire(Path(unquote(lien.path))) if lien.scheme == "file" else None


def compare_a_un_jeu(echec: Echec) -> bool:
    """Vrai si l'assertion lit un document annexe."""
    return _APPEL.search(echec.assertion.test) is not None


def valeur_recue(element: etree._Element | None) -> str:
    """Les attributs codés de l'élément, tels qu'écrits."""
    if element is None:
        return ""
    return " ".join(f'{nom}="{element.get(nom)}"' for nom in _MONTRES if element.get(nom) is not None)


def _argument(expression: str, debut: int) -> str:
    niveau = 1
    guillemet = ""
    for position in range(debut, len(expression)):
        signe = expression[position]
        if guillemet:
            guillemet = "" if signe == guillemet else guillemet
        elif signe in "'\"":
            guillemet = signe
        else:
            niveau += (signe == "(") - (signe == ")")
            if niveau == 0:
                return expression[debut:position]
    return ""


def _variables(schematron: Schematron, echec: Echec) -> dict[str, str]:
    variables = {variable.nom: variable.expression for variable in schematron.variables}
    for motif in schematron.motifs:
        variables |= {variable.nom: variable.expression for variable in motif.variables}
    for motif in schematron.motifs:
        for regle in motif.regles:
            if regle.contexte == echec.contexte and echec.assertion in regle.assertions:
                return variables | {variable.nom: variable.expression for variable in regle.variables}
    return variables


def _valeur(expression: str, variables: Mapping[str, str], element: etree._Element | None, profondeur: int = 0) -> str:
    """Valeur d'un chemin fait de chaînes, de variables, d'attributs du nœud et de `concat` ; vide sinon."""
    texte = expression.strip()
    if profondeur > 10:
        return ""
    if re.fullmatch(r"'[^']*'|\"[^\"]*\"", texte):
        return texte[1:-1]
    if texte.startswith("$"):
        return _valeur(variables.get(texte[1:], ""), variables, element, profondeur + 1)
    if re.fullmatch(r"@[\w.\-]+", texte):
        return (element.get(texte[1:]) or "") if element is not None else ""
    if trouve := re.match(r"(?:fn:)?concat\s*\(", texte):
        arguments = re.findall(r"'[^']*'|\"[^\"]*\"|[^,'\"]+", _argument(texte, trouve.end()))
        valeurs = [_valeur(a, variables, element, profondeur + 1) for a in arguments if a.strip()]
        return "".join(valeurs) if all(valeurs) else ""
    return ""


@lru_cache(maxsize=256)
def _lire(fichier: Path) -> JeuDeValeurs | None:
    try:
        with fichier.open("rb") as flux:
            debut = flux.read(4096).decode("utf-8", "replace")
    except OSError:
        return None
    nom = _NOM.search(debut)
    version = next(filter(None, (motif.search(debut) for motif in _DATES)), None)
    chiffres = version[1].replace("-", "") if version else ""
    date = f"{chiffres[:4]}-{chiffres[4:6]}-{chiffres[6:]}" if chiffres else ""
    return JeuDeValeurs(nom[1] if nom else fichier.stem, date, fichier)
