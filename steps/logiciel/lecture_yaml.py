"""Lire un YAML en gardant la ligne de chaque valeur ; clés doublées et fichiers démesurés refusés."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Chemin = tuple[str | int, ...]
_FUSION = "tag:yaml.org,2002:merge"
_ELEMENTS_MAX = 20_000
_OCTETS_MAX = 1 << 20


class YamlInvalide(ValueError):
    """Ce YAML ne se lit pas, ou se contredit ; le message dit la ligne et pourquoi."""


@dataclass(frozen=True)
class YamlLu:
    """Une valeur et les lignes d'où elle vient. `textes` : les scalaires tels qu'écrits."""

    valeur: Any
    lignes: Mapping[Chemin, int] = field(default_factory=dict)
    textes: Mapping[Chemin, str] = field(default_factory=dict)

    def ligne(self, chemin: Chemin) -> int:
        """La ligne de cette valeur, ou de la plus proche qui la contient."""
        while chemin not in self.lignes and chemin:
            chemin = chemin[:-1]
        return self.lignes.get(chemin, 1)


def lire_yaml(fichier: Path) -> YamlLu:
    """Lit un fichier YAML ; YamlInvalide en français sinon."""
    try:
        octets = fichier.read_bytes()
    except OSError as erreur:
        raise YamlInvalide(f"fichier du logiciel illisible ({erreur.strerror})") from erreur
    if len(octets) > _OCTETS_MAX:
        raise YamlInvalide(f"attendu moins de {_OCTETS_MAX >> 20} Mo, reçu {len(octets)} octets")
    try:
        # Le Bloc-notes et PowerShell 5 commencent leurs fichiers UTF-8 par une marque d'ordre.
        texte = octets.decode("utf-8-sig")
    except UnicodeDecodeError as erreur:
        raise YamlInvalide(
            f"attendu de l'UTF-8, octet {erreur.start} illisible ; enregistrez le fichier en UTF-8"
        ) from erreur
    return analyser(texte)


def analyser(texte: str) -> YamlLu:
    """Le contenu d'un YAML, avec ses lignes."""
    lecteur = yaml.CSafeLoader(texte)
    try:
        racine = lecteur.get_single_node()
        if racine is None:
            return YamlLu(None)
        releve = _Releve()
        releve.parcourir(racine, (), ())
        valeur = lecteur.construct_document(racine)
    except (yaml.YAMLError, ValueError, RecursionError) as erreur:
        if isinstance(erreur, YamlInvalide):
            raise
        raise YamlInvalide(f"YAML mal formé : {_en_francais(erreur)}") from erreur
    finally:
        lecteur.dispose()
    return YamlLu(valeur, releve.lignes, releve.textes)


class _Releve:
    """Parcourt l'arbre lu : lignes, textes, clés doublées."""

    def __init__(self) -> None:
        self.lignes: dict[Chemin, int] = {}
        self.textes: dict[Chemin, str] = {}
        self._reste = _ELEMENTS_MAX

    def parcourir(self, noeud: Node, chemin: Chemin, parents: tuple[Node, ...]) -> None:
        self._reste -= 1
        if self._reste < 0:
            raise YamlInvalide(f"attendu moins de {_ELEMENTS_MAX} éléments, alias compris")
        ligne = noeud.start_mark.line + 1
        if any(parent is noeud for parent in parents):
            raise YamlInvalide(f"ligne {ligne} : un alias se contient lui-même")
        self.lignes.setdefault(chemin, ligne)
        match noeud:
            case MappingNode():
                for cle, valeur in self._entrees(noeud):
                    self.lignes[(*chemin, cle.value)] = cle.start_mark.line + 1
                    self.parcourir(valeur, (*chemin, cle.value), (*parents, noeud))
            case SequenceNode():
                for rang, element in enumerate(noeud.value):
                    self.parcourir(element, (*chemin, rang), (*parents, noeud))
            case ScalarNode():
                self.textes[chemin] = noeud.value

    def _entrees(self, noeud: MappingNode) -> Iterator[tuple[ScalarNode, Node]]:
        vues: dict[str, int] = {}
        for cle, valeur in noeud.value:
            ligne = cle.start_mark.line + 1
            if not isinstance(cle, ScalarNode):
                raise YamlInvalide(f"ligne {ligne} : attendu un nom de clé, reçu une liste ou un objet")
            if cle.tag == _FUSION:
                continue
            if cle.value in vues:
                raise YamlInvalide(
                    f"ligne {ligne} : clé doublée : {cle.value}, déjà donnée ligne {vues[cle.value]} ; "
                    "gardez-en une seule"
                )
            vues[cle.value] = ligne
            yield cle, valeur


def _en_francais(erreur: Exception) -> str:
    """Où, et ce que dit la bibliothèque."""
    marque = getattr(erreur, "problem_mark", None)
    probleme = str(getattr(erreur, "problem", None) or erreur)
    if marque is None:
        return probleme
    return f"ligne {marque.line + 1}, colonne {marque.column + 1} : {probleme}"
