"""Contrôle d'un élément par un schéma du banc, avec des défauts qu'un intégrateur comprend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lxml import etree

from simulators.insi import espaces as e
from simulators.insi.point import SCHEMAS, schema

if TYPE_CHECKING:
    import xmlschema


@dataclass(frozen=True, slots=True)
class Defaut:
    """Un écart au schéma : où, ce qui était attendu, ce qui a été reçu."""

    chemin: str
    attendu: str
    recu: str


@cache
def _schema(nom: str) -> xmlschema.XMLSchema:
    # Une demi-seconde et dix mégaoctets à l'import : seul un élément fautif les paie.
    import xmlschema

    return xmlschema.XMLSchema(str(SCHEMAS / nom))


def defauts(nom: str, element: etree._Element) -> list[Defaut]:
    """Les écarts de l'élément au schéma `nom`, dans l'ordre du document."""
    if schema(nom).validate(element):
        return []
    return [_traduire(erreur, element) for erreur in _schema(nom).iter_errors(element)]


def _traduire(erreur: xmlschema.XMLSchemaValidationError, element: etree._Element) -> Defaut:
    import xmlschema

    chemin = erreur.path or "/"
    raison = erreur.reason or ""
    if isinstance(erreur, xmlschema.XMLSchemaChildrenValidationError):
        return _enfants(erreur, chemin)
    if "missing required attribute" in raison:
        return Defaut(chemin, f"attribut {raison.rpartition(' ')[2]}", "absent")
    if "attribute" in raison and "fixed value" in raison:
        return Defaut(chemin, f"valeur {raison.rpartition(' ')[2]}", repr(str(erreur.obj)))
    if "attribute not allowed" in raison:
        return Defaut(chemin, "aucun autre attribut", raison.partition(" ")[0])
    if "character data" in raison:
        return Defaut(chemin, "des éléments seulement", "du texte entre les éléments")
    motifs = getattr(erreur.validator, "regexps", None)
    if motifs:
        return Defaut(chemin, f"une valeur de la forme {' ou '.join(motifs)}", repr(str(erreur.obj)))
    return Defaut(chemin, raison, repr(str(erreur.obj)) if isinstance(erreur.obj, str) else "")


def _enfants(erreur: xmlschema.XMLSchemaChildrenValidationError, chemin: str) -> Defaut:
    invalide = e.nom_local(erreur.invalid_tag) if erreur.invalid_tag else ""
    attendus = [getattr(particule, "local_name", None) or str(particule) for particule in erreur.expected or ()]
    if invalide:
        ordre = _ordre(erreur)
        attendu = "l'un de " + ", ".join(attendus) if attendus else f"les éléments dans l'ordre {ordre}"
        return Defaut(chemin, attendu, f"{invalide} en position {erreur.index + 1}")
    return Defaut(chemin, "l'élément " + (" ou ".join(attendus) or _ordre(erreur)), "absent")


def _ordre(erreur: xmlschema.XMLSchemaChildrenValidationError) -> str:
    groupe = erreur.validator
    noms = [enfant.local_name for enfant in groupe.iter_elements()] if hasattr(groupe, "iter_elements") else []
    return ", ".join(nom for nom in noms if nom)
