"""Un schematron lu, inclusions et motifs abstraits résolus : ce que compilent les moteurs.

Source : ISO/IEC 19757-3:2016, langage de requête `xslt2`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Variable:
    """Un `let` ; `expression` : XPath, évalué là où la portée le dit (schéma, motif ou règle)."""

    nom: str
    expression: str


@dataclass(frozen=True, slots=True)
class Morceau:
    """Partie d'un message : du texte, ou un XPath à évaluer (`value-of`, `name`) si `expression` n'est pas vide."""

    texte: str = ""
    expression: str = ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """Un `assert` (échoue si `test` est faux) ou un `report` (signale si `test` est vrai)."""

    test: str
    message: tuple[Morceau, ...]
    report: bool = False
    id: str = ""
    role: str = ""
    flag: str = ""
    see: str = ""
    fichier: str = ""
    ligne: int = 0


@dataclass(frozen=True, slots=True)
class RegleSchematron:
    """Une `rule` concrète : `contexte` est un motif XSLT, règles abstraites déjà étendues, dans l'ordre du fichier."""

    contexte: str
    assertions: tuple[Assertion, ...]
    variables: tuple[Variable, ...] = ()
    id: str = ""
    role: str = ""
    fichier: str = ""
    ligne: int = 0


@dataclass(frozen=True, slots=True)
class MotifSchematron:
    """Un `pattern` actif : pour chaque nœud, seule la première règle dont le contexte convient s'applique."""

    regles: tuple[RegleSchematron, ...]
    variables: tuple[Variable, ...] = ()
    id: str = ""
    nom: str = ""


@dataclass(frozen=True)
class Schematron:
    """Un schéma prêt à compiler.

    `base` : dossier du fichier de tête, d'où se résolvent `doc()` et `document()` relatifs. `sources` : tout fichier lu
    pour l'obtenir. `empreinte` : SHA-256 de ces fichiers, noms compris ; clé des caches. `variables` : `let` du
    schéma ; ceux des motifs ont des noms uniques dans tout le schéma et se lisent comme des globales. `lacunes` : ce
    qui n'a pas pu être lu et retire des règles (fichier inclus absent, construction non prise en charge) ; le jugement
    est alors incomplet. `avertissements` : singularités sans effet sur les règles jouées.
    """

    chemin: Path
    base: Path
    titre: str
    espaces: Mapping[str, str]
    motifs: tuple[MotifSchematron, ...]
    variables: tuple[Variable, ...] = ()
    sources: tuple[Path, ...] = ()
    empreinte: str = ""
    lacunes: tuple[str, ...] = ()
    avertissements: tuple[str, ...] = ()

    @property
    def nom(self) -> str:
        """Nom du fichier de tête, sans extension : ce que citent les constats."""
        return self.chemin.stem


class Portee(StrEnum):
    """Ce que vaut un échec selon son `role` ; sans rôle, c'est une erreur."""

    ERREUR = "erreur"
    AVERTISSEMENT = "avertissement"
    INFORMATION = "information"


def portee(role: str) -> Portee:
    """`error`, `fatal`, vide ou inconnu : erreur ; `warn…` : avertissement ; `info…`, `hint` : information."""
    bas = role.strip().lower()
    if bas.startswith("warn"):
        return Portee.AVERTISSEMENT
    return Portee.INFORMATION if bas.startswith(("info", "hint")) else Portee.ERREUR


@dataclass(frozen=True, slots=True)
class Echec:
    """Une assertion en échec, ou un `report` déclenché, sur un nœud.

    `chemin` : XPath du nœud, par noms locaux et rangs (`/ClinicalDocument/author[2]/time`). `ligne` : ligne du nœud
    dans le fichier, 0 si le moteur ne la connaît pas.
    """

    motif: str
    contexte: str
    assertion: Assertion
    message: str
    chemin: str
    ligne: int = 0


ABSENT = "jeu de valeurs absent du kit : "
"""Début d'une raison d'`incomplet` qui vient d'un document annexe absent ; le nom du fichier suit."""


@dataclass(frozen=True)
class Passage:
    """Ce qu'un schematron a donné sur un document.

    `tirees` : nombre de nœuds pris par chaque règle, clé (rang du motif, rang de la règle). `incomplet` : pourquoi des
    règles n'ont pas pu être évaluées (jeu de valeurs absent, expression hors de portée) ; vide si tout a été joué.
    """

    schematron: Schematron
    echecs: tuple[Echec, ...]
    tirees: Mapping[tuple[int, int], int] = field(default_factory=dict)
    incomplet: tuple[str, ...] = ()


Parties = frozenset[tuple[int, int, int]]
"""Assertions désignées par le rang de leur motif, de la règle dans le motif, de l'assertion dans la règle, dès 0."""


@dataclass(frozen=True)
class Partiel:
    """Ce que rend un moteur qui n'évalue pas tout : son passage, et les assertions qu'il laisse au moteur de repli.

    Une règle dont le contexte n'est pas évaluable laisse toutes ses assertions et celles des règles suivantes de son
    motif. `passage.tirees` ne compte alors pas ces règles. `passage.incomplet` ne parle pas de `restes`.
    """

    passage: Passage
    restes: Parties = frozenset()
