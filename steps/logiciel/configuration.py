"""`logiciel.yaml` : quel logiciel, quels profils, comment le faire agir."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree, DeclarationInvalide
from steps.logiciel.schema_rapide import TYPES_JSON

TEMOIN = "temoin"
ADAPTATEURS = (TEMOIN, "http")


class ConfigurationInvalide(ValueError):
    """`logiciel.yaml` est illisible ou incomplet ; le message dit où, ce qui était attendu, que faire."""


@dataclass(frozen=True)
class ConfigurationLogiciel:
    """Le logiciel sous essai, tel que l'éditeur le décrit.

    `adaptateur` : `temoin` (logiciel témoin du banc) ou `http`. `profils` : profils réclamés ;
    vide est refusé, car un profil oublié ne doit pas vouloir dire « rien à vérifier ». `secrets` : valeurs lues
    dans l'environnement, que rien ne doit écrire. `connexion` : bloc `pro_sante_connect`, que /apropos complète.
    """

    nom: str
    version: str
    profils: tuple[str, ...]
    adaptateur: str
    editeur: str = ""
    nil: str = ""
    couloir: str = ""
    url: str = ""
    entetes: Mapping[str, str] = field(default_factory=dict)
    delai_s: float = 60.0
    comptes: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)
    defauts: tuple[str, ...] = ()
    idam: str = ""
    environnement: str = ""
    source: str = ""
    secrets: tuple[str, ...] = ()
    connexion: ConnexionDeclaree = NON_DECLAREE

    @property
    def demonstration(self) -> bool:
        """Vrai pour le logiciel témoin : rien de ce qu'il produit n'est recevable."""
        return self.adaptateur == TEMOIN


_TEXTE = {"type": "string", "minLength": 1}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["logiciel", "profils", "adaptateur"],
    "properties": {
        "logiciel": {
            "type": "object",
            "additionalProperties": False,
            "required": ["nom", "version"],
            "properties": {
                "nom": _TEXTE,
                "version": _TEXTE,
                "editeur": {"type": "string"},
                "nil": {"type": "string"},
                "idam": {"type": "string"},
            },
        },
        "couloir": {"type": "string"},
        "profils": {"type": "array", "minItems": 1, "items": _TEXTE},
        "adaptateur": {
            "type": "object",
            "additionalProperties": False,
            "required": ["type"],
            "properties": {
                "type": {"enum": list(ADAPTATEURS)},
                "url": {"type": "string"},
                "entetes": {"type": "object", "additionalProperties": {"type": "string"}},
                "delai_s": {"type": "number", "exclusiveMinimum": 0},
            },
        },
        "comptes": {"type": "object", "additionalProperties": {"type": "string"}},
        "permissions": {"type": "object", "additionalProperties": {"type": "string"}},
        "defauts": {"type": "array", "items": _TEXTE},
        "environnement": {"type": "string"},
        "pro_sante_connect": {"type": "object"},
    },
}


def lire_configuration(chemin: Path) -> ConfigurationLogiciel:
    """Lit et valide un `logiciel.yaml` ; ConfigurationInvalide en français sinon."""
    try:
        texte = chemin.read_text(encoding="utf-8")
    except OSError as erreur:
        raise ConfigurationInvalide(f"{chemin} : fichier du logiciel illisible ({erreur.strerror})") from erreur
    except UnicodeDecodeError as erreur:
        raise ConfigurationInvalide(f"{chemin} : attendu de l'UTF-8, octet {erreur.start} illisible") from erreur
    try:
        brut = yaml.load(texte, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as erreur:
        raise ConfigurationInvalide(f"{chemin} : YAML mal formé : {erreur}") from erreur
    return _construire(brut, str(chemin), chemin.parent)


def _construire(brut: Any, source: str, dossier: Path) -> ConfigurationLogiciel:
    erreurs = sorted(Draft202012Validator(_SCHEMA).iter_errors(brut), key=lambda e: list(map(str, e.absolute_path)))
    if erreurs:
        lignes = [f"  - {_lieu(e)} : {_dire(e)}" for e in erreurs]
        raise ConfigurationInvalide("\n".join([f"{source} : description du logiciel invalide", *lignes]))
    logiciel, adaptateur = brut["logiciel"], brut["adaptateur"]
    type_adaptateur = adaptateur["type"]
    url = adaptateur.get("url", "")
    if type_adaptateur == "http" and not url:
        raise ConfigurationInvalide(f"{source} : adaptateur.url manque ; attendu l'adresse du service d'actions")
    if type_adaptateur != TEMOIN and brut.get("defauts"):
        raise ConfigurationInvalide(f"{source} : defauts n'a de sens que pour le logiciel témoin")
    environnement = brut.get("environnement", "")
    secrets: list[str] = []
    entetes = {nom: _completer(valeur, source, secrets) for nom, valeur in adaptateur.get("entetes", {}).items()}
    return ConfigurationLogiciel(
        nom=logiciel["nom"],
        version=logiciel["version"],
        editeur=logiciel.get("editeur", ""),
        nil=logiciel.get("nil", ""),
        idam=logiciel.get("idam", ""),
        couloir=brut.get("couloir", ""),
        profils=tuple(brut["profils"]),
        adaptateur=type_adaptateur,
        url=url,
        entetes=entetes,
        delai_s=float(adaptateur.get("delai_s", 60.0)),
        comptes=dict(brut.get("comptes", {})),
        permissions=dict(brut.get("permissions", {})),
        defauts=tuple(brut.get("defauts", ())),
        environnement=str(dossier / environnement) if environnement else "",
        source=source,
        secrets=tuple(secrets),
        connexion=_connexion(brut.get("pro_sante_connect", {}), source),
    )


def _connexion(brut: Any, source: str) -> ConnexionDeclaree:
    try:
        return ConnexionDeclaree.lire(brut, source)
    except DeclarationInvalide as erreur:
        raise ConfigurationInvalide(str(erreur)) from erreur


def _completer(valeur: str, source: str, secrets: list[str]) -> str:
    """`${NOM}` est lu dans l'environnement, pour qu'aucun jeton ne soit écrit dans le fichier."""

    def remplacer(motif: re.Match[str]) -> str:
        nom = motif.group(1)
        if nom not in os.environ:
            raise ConfigurationInvalide(f"{source} : la variable d'environnement {nom} n'est pas définie")
        secrets.append(os.environ[nom])
        return secrets[-1]

    return re.sub(r"\$\{(\w+)\}", remplacer, valeur)


def _lieu(erreur: Any) -> str:
    return ".".join(str(morceau) for morceau in erreur.absolute_path) or "racine du fichier"


def _dire(erreur: Any) -> str:
    match erreur.validator:
        case "required":
            manquants = [nom for nom in erreur.validator_value if nom not in erreur.instance]
            return f"champ obligatoire absent : {', '.join(manquants)}"
        case "additionalProperties" if isinstance(erreur.instance, dict):
            inconnus = [nom for nom in erreur.instance if nom not in erreur.schema.get("properties", {})]
            connus = ", ".join(erreur.schema.get("properties", {}))
            return f"champ inconnu : {', '.join(map(str, inconnus))} ; attendu : {connus}"
        case "enum":
            return f"attendu l'un de {', '.join(map(str, erreur.validator_value))}, reçu {erreur.instance!r}"
        case "minItems":
            return "attendu au moins un élément ; sans profil réclamé, rien ne pourrait être vérifié"
        case "type":
            return f"attendu {TYPES_JSON.get(erreur.validator_value, erreur.validator_value)}, reçu {erreur.instance!r}"
        case "minLength":
            return "attendu un texte non vide"
        case "exclusiveMinimum":
            return f"attendu plus de {erreur.validator_value}, reçu {erreur.instance!r}"
        case _:
            return str(erreur.message)
