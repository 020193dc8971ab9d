"""Du formulaire rempli aux paramètres de l'action, et de quoi le montrer de nouveau sans rien perdre."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from simulators.logiciel_temoin.ecran.chemins import descendre, rangs
from simulators.logiciel_temoin.ecran.contrat import (
    OUVERT,
    Fonction,
    Schema,
    admet_nul,
    element,
    enfants,
    nature,
    types,
)
from simulators.logiciel_temoin.ecran.envoi import Envoi

ABSENT = object()
"""Le champ n'est pas donné."""
TYPES_LIBRES = {
    "": "— non donnée —",
    "texte": "Texte",
    "nombre": "Nombre",
    "booleen": "Oui ou non",
    "nul": "Sans valeur",
    "json": "Liste ou objet (JSON)",
}
SEGMENTS_HL7 = frozenset({("recevoir_message", "contenu")})
"""Un navigateur n'envoie d'une zone de texte que des CR LF ; HL7 v2 sépare ses segments par CR (chapitre 2.5)."""


class SaisieInvalide(ValueError):
    """Un champ est mal rempli. `chemin` : lequel."""

    def __init__(self, chemin: str, message: str) -> None:
        super().__init__(message)
        self.chemin = chemin


def champs_remplis(fonction: Fonction, envoi: Envoi) -> dict[str, str]:
    """Les champs tels que le formulaire doit les remontrer : un fichier joint devient le texte de son champ."""
    champs = {nom: valeur.replace("\r\n", "\n") for nom, valeur in envoi.champs.items()}
    for nom, octets in envoi.fichiers.items():
        chemin = nom.removesuffix("@fichier")
        if chemin.endswith("_base64"):
            champs[chemin] = base64.b64encode(octets).decode()
        else:
            champs[chemin] = octets.decode("utf-8", "replace")
    for action, chemin in SEGMENTS_HL7:
        if fonction.nom == action and chemin in champs:
            champs[chemin] = champs[chemin].replace("\n", "\r")
    return champs


def lire_parametres(fonction: Fonction, champs: Mapping[str, str]) -> dict[str, Any]:
    """Les paramètres de l'action ; SaisieInvalide si un champ ne se lit pas."""
    lus = _objet(fonction.saisie, "", champs)
    return lus if isinstance(lus, dict) else {}


def _lire(schema: Schema, chemin: str, champs: Mapping[str, str], obligatoire: bool) -> Any:
    genre = nature(schema)
    if f"{chemin}@nul" in champs:
        return None
    if genre == "objet":
        lu = _objet(schema, chemin, champs)
        return lu if lu or obligatoire else ABSENT
    if genre == "liste":
        lus = [_lire(element(schema), descendre(chemin, rang), champs, False) for rang in rangs(chemin, champs)]
        remplis = [lu for lu in lus if lu is not ABSENT]
        return remplis if remplis or obligatoire else ABSENT
    if genre == "libre":
        return _libre(chemin, champs, obligatoire and types(schema) == {"object"})
    return _simple(genre, schema, chemin, champs, obligatoire)


def _objet(schema: Schema, chemin: str, champs: Mapping[str, str]) -> dict[str, Any]:
    """Un objet dont rien n'est rempli est vide : ses champs obligatoires ne se réclament que s'il est donné."""
    lus: dict[str, Any] = {}
    for nom, sous, obligatoire in enfants(schema):
        sien = descendre(chemin, nom)
        tenu = obligatoire and (not chemin or _donne(chemin, champs))
        if (lu := _lire(sous, sien, champs, tenu)) is not ABSENT:
            lus[nom] = lu
    if schema.get(OUVERT) and (autres := champs.get(f"{chemin}@autres", "").strip()):
        lus.update(_json_objet(f"{chemin}@autres", autres))
    return lus


def _donne(chemin: str, champs: Mapping[str, str]) -> bool:
    """Vrai si un champ au moins est rempli sous ce chemin."""
    return any(valeur for nom, valeur in champs.items() if nom.startswith(f"{chemin}."))


def _simple(genre: str, schema: Schema, chemin: str, champs: Mapping[str, str], obligatoire: bool) -> Any:
    texte = champs.get(chemin, "")
    if texte == "@vide" or (not texte and f"{chemin}@vide" in champs):
        return ""
    if texte == "" or (genre == "choix" and texte == "@nul"):
        if (obligatoire or texte) and admet_nul(schema):
            return None
        return "" if obligatoire and genre == "texte" else ABSENT
    match genre:
        case "choix" | "texte":
            return texte
        case "booleen":
            return _booleen(chemin, texte)
        case _:
            return _nombre(chemin, texte, entier=genre == "entier")


def _booleen(chemin: str, texte: str) -> bool:
    if texte.lower() not in ("oui", "non"):
        raise SaisieInvalide(chemin, f"attendu oui ou non, reçu « {texte} »")
    return texte.lower() == "oui"


def _nombre(chemin: str, texte: str, *, entier: bool = False) -> int | float:
    try:
        return int(texte)
    except ValueError:
        if not entier:
            try:
                return float(texte.replace(",", "."))
            except ValueError:
                pass
        quoi = "un nombre entier" if entier else "un nombre"
        raise SaisieInvalide(chemin, f"attendu {quoi}, reçu « {texte} »") from None


def _libre(chemin: str, champs: Mapping[str, str], objet: bool) -> Any:
    """Une valeur dont le contrat ne dit pas la nature : la personne la choisit. Sans choix, un objet reste vide."""
    texte = champs.get(chemin, "")
    match champs.get(f"{chemin}@type") or ("json" if texte and objet else ""):
        case "texte":
            return texte
        case "nombre":
            return _nombre(chemin, texte)
        case "booleen":
            return _booleen(chemin, texte)
        case "nul":
            return None
        case "json":
            return _json(chemin, texte)
        case _:
            if texte:
                raise SaisieInvalide(chemin, "dites la nature de cette valeur")
            return {} if objet else ABSENT


def _json(chemin: str, texte: str) -> Any:
    try:
        return json.loads(texte)
    except (ValueError, RecursionError) as erreur:
        raise SaisieInvalide(chemin, f"attendu du JSON : {erreur}") from erreur


def _json_objet(chemin: str, texte: str) -> dict[str, Any]:
    lu = _json(chemin, texte)
    if not isinstance(lu, dict):
        raise SaisieInvalide(chemin, "attendu un objet JSON, entre accolades")
    return lu
