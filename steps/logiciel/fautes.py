"""Dire une faute de logiciel.yaml : où (ligne et chemin), ce qui était attendu, reçu, et le mot le plus proche."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from jsonschema import Draft202012Validator

from steps.logiciel.lecture_yaml import Chemin, YamlLu
from steps.logiciel.schema_rapide import TYPES_JSON

_LISTE_MAX = 20
_LARGEUR = 80
_SANS_PROFIL = " ; sans profil réclamé, rien ne pourrait être vérifié : écrivez au moins « profils: [Général] »"


@dataclass(frozen=True, slots=True)
class Faute:
    """Une faute, à cet endroit du fichier. `cle` : la clé en cause, quand c'est son nom qui est fautif."""

    chemin: Chemin
    message: str
    cle: str = ""

    def en_texte(self, lu: YamlLu) -> str:
        """« ligne 6, adaptateur.delai_s : … »."""
        ligne = lu.ligne((*self.chemin, self.cle) if self.cle else self.chemin)
        return f"ligne {ligne}, {en_chemin(self.chemin)} : {self.message}"


class ProfilReclame(str):
    """Un profil réclamé, et où il est écrit : seul le catalogue d'un couloir dira s'il existe."""

    __slots__ = ("ou", "source")

    def __new__(cls, nom: str, source: str = "", ou: str = "") -> ProfilReclame:
        """`ou` : « ligne 6, profils.1 », dans le fichier `source`."""
        profil = super().__new__(cls, nom)
        profil.source, profil.ou = source, ou
        return profil

    source: str
    ou: str


def en_chemin(chemin: Chemin) -> str:
    """`adaptateurs.api.url` ; la racine se dit."""
    return ".".join(str(morceau) for morceau in chemin) or "racine du fichier"


def fautes(
    schema: Mapping[str, Any],
    valeur: Any,
    lu: YamlLu,
    sous: Chemin = (),
    *,
    quoi: str = "champ inconnu",
    dire: Callable[[Any], str] | None = None,
) -> Iterator[Faute]:
    """Ce que cette valeur, prise à `sous`, a contre le schéma. `dire` : une faute, dans les mots de ce bloc."""
    for erreur in Draft202012Validator(schema).iter_errors(valeur):
        chemin = (*sous, *erreur.absolute_path)
        if erreur.validator == "additionalProperties" and isinstance(erreur.instance, dict):
            connues = erreur.schema.get("properties", {})
            for nom in erreur.instance:
                if nom not in connues:
                    yield Faute(chemin, f"{quoi} : {nom}{parmi(nom, connues)}", cle=str(nom))
        else:
            yield Faute(chemin, dire(erreur) if dire else _dire(erreur, lu.textes.get(chemin)))


def parmi(nom: object, connus: Iterable[str]) -> str:
    """« ; attendu : A, B ; le plus proche : B » : la liste n'est dite que si elle est courte."""
    noms = list(connus)
    attendu = f" ; attendu : {', '.join(noms)}" if len(noms) <= _LISTE_MAX else ""
    return f"{attendu}{proche(nom, noms)}"


def proche(nom: object, connus: Iterable[str]) -> str:
    """« ; le plus proche : Y », ou rien si aucun ne ressemble."""
    noms = list(connus)
    trouves = get_close_matches(str(nom), noms, n=1)
    if not trouves:
        # Casse et accents à part : « iam » ressemble à « IAM ».
        plats = {_plat(connu): connu for connu in noms}
        trouves = [plats[plat] for plat in get_close_matches(_plat(str(nom)), list(plats), n=1)]
    return f" ; le plus proche : {trouves[0]}" if trouves else ""


def _plat(nom: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", nom.casefold()) if not unicodedata.combining(c))


def recu(valeur: Any) -> str:
    """La valeur reçue, en une courte ligne."""
    texte = repr(valeur)
    return texte if len(texte) <= _LARGEUR else texte[: _LARGEUR - 1] + "…"


def _dire(erreur: Any, ecrit: str | None) -> str:
    """`ecrit` : la valeur telle qu'elle est écrite dans le fichier, si c'en est une simple."""
    voulu, valeur = erreur.validator_value, erreur.instance
    match erreur.validator:
        case "required":
            manquants = [nom for nom in voulu if nom not in valeur]
            return f"champ obligatoire absent : {', '.join(manquants)}{_SANS_PROFIL if 'profils' in manquants else ''}"
        case "enum":
            return f"attendu l'un de {', '.join(map(str, voulu))}, reçu {recu(valeur)}{proche(valeur, map(str, voulu))}"
        case "minItems" | "minProperties":
            return f"attendu au moins un élément{_SANS_PROFIL if 'profils' in erreur.absolute_path else ''}"
        case "type":
            types = [voulu] if isinstance(voulu, str) else voulu
            attendu = " ou ".join(TYPES_JSON.get(nom, nom) for nom in types)
            if "string" in types and isinstance(valeur, int | float | dt.date):
                montre = ecrit if ecrit is not None else recu(valeur)
                return f"attendu {attendu}, reçu {montre} ; mettez-le entre guillemets"
            return f"attendu {attendu}, reçu {'rien' if valeur is None else recu(valeur)}"
        case "minLength":
            return "attendu un texte non vide"
        case "exclusiveMinimum":
            return f"attendu plus de {voulu}, reçu {recu(valeur)}"
        case "maximum":
            return f"attendu au plus {voulu}, reçu {recu(valeur)}"
        case "minimum":
            return f"attendu au moins {voulu}, reçu {recu(valeur)}"
        case "uniqueItems":
            return f"attendu des valeurs distinctes, reçu {recu(valeur)}"
        case "pattern":
            return f"attendu {erreur.schema.get('description', voulu)}, reçu {recu(valeur)}"
        case _:
            return str(erreur.message)
