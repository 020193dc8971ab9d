"""Lecture d'un YAML nœud par nœud : chaque valeur garde sa ligne, chaque faute est notée et la lecture continue.

Les valeurs sont prises telles qu'elles sont écrites, sans typage YAML : `08.01` reste un numéro, `NON` reste un mot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import TypeVar

import yaml

from requirements.erreurs import Anomalie

E = TypeVar("E", bound=Enum)

Champs = dict[str, yaml.Node]

ATTENTE = re.compile(
    r"\b(?:TODO|FIXME|TBD|XXX+|[ÀA] COMPL[ÉE]TER|[ÀA] R[ÉE]DIGER)\b"
    r"|(?i:\btexte (?:provisoire|d'attente)|\bplaceholder|\blorem ipsum)"
)
TAILLE_MINIMALE = 8
_APERCU = 60


def apercu(valeur: str) -> str:
    """La valeur reçue, entre guillemets et raccourcie, pour un message."""
    return f"« {valeur if len(valeur) <= _APERCU else valeur[:_APERCU] + '…'} »"


class Lecture:
    """La lecture d'un fichier : accesseurs tolérants qui notent les anomalies dans une liste commune."""

    def __init__(self, fichier: Path, anomalies: list[Anomalie]) -> None:
        self.fichier = fichier
        self._anomalies = anomalies

    def racine(self) -> yaml.Node | None:
        """Le nœud racine, ou rien si le fichier n'est pas du YAML lisible."""
        try:
            contenu = self.fichier.read_bytes()
            racine = yaml.compose(contenu, Loader=yaml.CSafeLoader)
        except OSError as erreur:
            self.noter(0, "un fichier lisible", str(erreur), "vérifier le chemin et les droits du fichier")
            return None
        except yaml.YAMLError as erreur:
            marque = getattr(erreur, "problem_mark", None)
            probleme = getattr(erreur, "problem", None) or str(erreur)
            ligne = marque.line + 1 if marque else 0
            self.noter(
                ligne, "un YAML bien formé", probleme, "corriger la syntaxe (indentation, guillemets) à cette ligne"
            )
            return None
        if racine is None:
            self.noter(1, "une table de champs", "un fichier vide", "remplir le fichier ou le supprimer")
        return racine

    def noter(self, ou: yaml.Node | int, attendu: str, recu: str, a_faire: str) -> None:
        """Note une anomalie à la ligne du nœud."""
        ligne = ou if isinstance(ou, int) else ou.start_mark.line + 1
        self._anomalies.append(Anomalie(self.fichier, ligne, attendu, recu, a_faire))

    def table(self, noeud: yaml.Node, connus: frozenset[str], quoi: str) -> Champs:
        """Les champs d'une table ; un champ inconnu ou écrit deux fois est refusé."""
        if not isinstance(noeud, yaml.MappingNode):
            self.noter(
                noeud, f"une table de champs pour {quoi}", _nature(noeud), "écrire « champ: valeur », une par ligne"
            )
            return {}
        champs: Champs = {}
        for cle, valeur in noeud.value:
            nom = cle.value if isinstance(cle, yaml.ScalarNode) else ""
            if nom not in connus:
                self.noter(
                    cle,
                    f"un champ de {quoi} parmi {', '.join(sorted(connus))}",
                    apercu(nom) if nom else _nature(cle),
                    "corriger le nom du champ ou le retirer",
                )
            elif nom in champs:
                self.noter(
                    cle, f"le champ « {nom} » une seule fois", "une répétition", "garder une seule des deux valeurs"
                )
            else:
                champs[nom] = valeur
        return champs

    def texte(self, champs: Champs, nom: str, parent: yaml.Node, quoi: str, *, defaut: str | None = None) -> str:
        """Une chaîne non vide ; `defaut` la rend facultative."""
        noeud = champs.get(nom)
        if noeud is None:
            if defaut is None:
                self.noter(parent, f"le champ « {nom} » de {quoi}", "rien", f"ajouter « {nom}: … »")
                return ""
            return defaut
        if not isinstance(noeud, yaml.ScalarNode):
            self.noter(
                noeud,
                f"une chaîne pour « {nom} » de {quoi}",
                _nature(noeud),
                "écrire une seule valeur entre guillemets",
            )
            return ""
        valeur = str(noeud.value).strip()
        if not valeur:
            self.noter(
                noeud, f"un texte pour « {nom} » de {quoi}", "un texte vide", "écrire la valeur ou retirer le champ"
            )
        return valeur

    def redaction(self, champs: Champs, nom: str, parent: yaml.Node, quoi: str, *, defaut: str | None = None) -> str:
        """Un texte rédigé : non vide, assez long pour dire quelque chose, sans marque d'attente."""
        valeur = self.texte(champs, nom, parent, quoi, defaut=defaut)
        if not valeur or nom not in champs:
            return valeur
        if len(valeur) < TAILLE_MINIMALE:
            self.noter(champs[nom], f"une phrase pour « {nom} » de {quoi}", apercu(valeur), "rédiger le texte")
        elif ATTENTE.search(valeur):
            self.noter(
                champs[nom],
                f"un texte définitif pour « {nom} » de {quoi}",
                apercu(valeur),
                "remplacer la marque d'attente",
            )
        return valeur

    def choix(
        self, champs: Champs, nom: str, parent: yaml.Node, quoi: str, valeurs: type[E], *, defaut: E | None = None
    ) -> E:
        """Une valeur d'une liste fermée."""
        noeud = champs.get(nom)
        if noeud is None and defaut is not None:
            return defaut
        texte = self.texte(champs, nom, parent, quoi)
        return self.convertir(texte, noeud or parent, nom, quoi, valeurs)

    def booleen(self, champs: Champs, nom: str, quoi: str) -> bool:
        """Vrai ou faux ; faux quand le champ manque."""
        noeud = champs.get(nom)
        if noeud is None:
            return False
        valeur = noeud.value if isinstance(noeud, yaml.ScalarNode) else ""
        if valeur not in ("true", "false"):
            self.noter(noeud, f"true ou false pour « {nom} » de {quoi}", apercu(str(valeur)), "écrire true ou false")
        return valeur == "true"

    def convertir(self, texte: str, ou: yaml.Node, nom: str, quoi: str, valeurs: type[E]) -> E:
        """La valeur énumérée de ce texte ; à défaut une anomalie et la première valeur de la liste."""
        try:
            return valeurs(texte)
        except ValueError:
            if texte:
                admises = ", ".join(str(valeur.value) for valeur in valeurs)
                self.noter(ou, f"« {nom} » de {quoi} parmi {admises}", apercu(texte), "choisir une des valeurs admises")
            return next(iter(valeurs))

    def elements(
        self, champs: Champs, nom: str, parent: yaml.Node, quoi: str, *, facultatif: bool = False
    ) -> list[yaml.Node]:
        """Les éléments d'une liste non vide."""
        noeud = champs.get(nom)
        if noeud is None:
            if not facultatif:
                self.noter(parent, f"la liste « {nom} » de {quoi}", "rien", f"ajouter « {nom}: » et ses éléments")
            return []
        if not isinstance(noeud, yaml.SequenceNode) or not noeud.value:
            self.noter(noeud, f"une liste pour « {nom} » de {quoi}", _nature(noeud), "écrire un tiret par élément")
            return []
        return list(noeud.value)

    def textes(
        self, champs: Champs, nom: str, parent: yaml.Node, quoi: str, *, facultatif: bool = False
    ) -> tuple[str, ...]:
        """Une liste de chaînes non vides et distinctes."""
        valeurs: list[str] = []
        for noeud in self.elements(champs, nom, parent, quoi, facultatif=facultatif):
            valeur = str(noeud.value).strip() if isinstance(noeud, yaml.ScalarNode) else ""
            if not valeur:
                self.noter(
                    noeud, f"une chaîne dans « {nom} » de {quoi}", _nature(noeud), "écrire une valeur par élément"
                )
            elif valeur in valeurs:
                self.noter(
                    noeud, f"des valeurs distinctes dans « {nom} » de {quoi}", apercu(valeur), "retirer la répétition"
                )
            else:
                valeurs.append(valeur)
        return tuple(valeurs)


def joindre(valeurs: Iterable[str]) -> str:
    """Énumération pour un message."""
    return ", ".join(f"« {valeur} »" for valeur in valeurs)


def _nature(noeud: yaml.Node) -> str:
    if isinstance(noeud, yaml.MappingNode):
        return "une table"
    if isinstance(noeud, yaml.SequenceNode):
        return "une liste vide" if not noeud.value else "une liste"
    return apercu(str(noeud.value)) if noeud.value else "une valeur vide"
