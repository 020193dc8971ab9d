"""Les lectures des scénarios : ce que le texte officiel demande, ce que le banc joue et juge, ce qui les sépare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from requirements.erreurs import Anomalie, ErreurCatalogue
from requirements.lecture import Lecture

FICHIER = "lectures.yaml"
_RACINE = frozenset(("lectures",))
_CHAMPS = frozenset(("scenarios", "demande", "joue", "ecarts"))
_ECART = frozenset(("genre", "etat", "texte"))


class Genre(StrEnum):
    """Ce qui sépare le texte de ce que le banc juge."""

    NON_JOUE = "non_joue"
    PLUS_SEVERE = "plus_severe"
    FAUX_CONFORME = "faux_conforme"

    @property
    def libelle(self) -> str:
        """Le genre tel qu'une personne le lit."""
        return _LIBELLES[self]


_LIBELLES = {
    Genre.NON_JOUE: "demandé, non joué",
    Genre.PLUS_SEVERE: "jugé plus sévèrement",
    Genre.FAUX_CONFORME: "faux conforme possible",
}


class Etat(StrEnum):
    """Ce que l'écart est devenu."""

    CORRIGE = "corrige"
    LAISSE = "laisse"

    @property
    def libelle(self) -> str:
        """L'état tel qu'une personne le lit."""
        return "corrigé" if self is Etat.CORRIGE else "laissé"


@dataclass(frozen=True, slots=True)
class Ecart:
    """Un écart entre le texte et ce que le banc juge."""

    genre: Genre
    etat: Etat
    texte: str

    def __str__(self) -> str:
        return f"{self.genre.libelle}, {self.etat.libelle} : {self.texte}"


@dataclass(frozen=True, slots=True)
class LectureDeScenario:
    """La lecture d'un scénario, ou de plusieurs que le texte demande de même."""

    scenarios: tuple[str, ...]
    demande: str
    joue: str
    ecarts: tuple[Ecart, ...] = ()


def charger_lectures(dossier: Path, connus: Collection[str]) -> tuple[LectureDeScenario, ...]:
    """Les lectures d'un couloir, dans l'ordre du fichier ; aucune sans fichier. Lève `ErreurCatalogue`.

    `connus` : les scénarios du couloir ; chacun est lu une fois au plus.
    """
    fichier = dossier / FICHIER
    if not fichier.is_file():
        return ()
    anomalies: list[Anomalie] = []
    lecture = Lecture(fichier, anomalies)
    racine = lecture.racine()
    lues: list[LectureDeScenario] = []
    if racine is not None:
        champs = lecture.table(racine, _RACINE, "les lectures")
        for noeud in lecture.elements(champs, "lectures", racine, "le fichier"):
            lues.append(_une(lecture, noeud))
            for numero in lues[-1].scenarios:
                if numero not in connus:
                    lecture.noter(noeud, "un scénario du couloir", f"« {numero} »", "corriger le numéro")
                elif any(numero in autre.scenarios for autre in lues[:-1]):
                    lecture.noter(noeud, "une lecture par scénario", f"« {numero} » deux fois", "n'en garder qu'une")
    if anomalies:
        raise ErreurCatalogue(anomalies)
    return tuple(lues)


def _une(lecture: Lecture, noeud: yaml.Node) -> LectureDeScenario:
    champs = lecture.table(noeud, _CHAMPS, "lecture")
    numeros = lecture.textes(champs, "scenarios", noeud, "lecture")
    quoi = f"la lecture de {', '.join(numeros) or 'rien'}"
    ecarts = []
    for ecart in lecture.elements(champs, "ecarts", noeud, quoi, facultatif=True):
        dits = lecture.table(ecart, _ECART, f"écart de {quoi}")
        ecarts.append(
            Ecart(
                lecture.choix(dits, "genre", ecart, quoi, Genre),
                lecture.choix(dits, "etat", ecart, quoi, Etat),
                lecture.redaction(dits, "texte", ecart, quoi),
            )
        )
    demande, joue = (lecture.redaction(champs, nom, noeud, quoi) for nom in ("demande", "joue"))
    return LectureDeScenario(numeros, demande, joue, tuple(ecarts))


def compter(lectures: Sequence[LectureDeScenario]) -> list[tuple[str, int, int]]:
    """(genre, corrigés, laissés), dans l'ordre des genres."""
    comptes = Counter((ecart.genre, ecart.etat) for lue in lectures for ecart in lue.ecarts)
    return [(genre.libelle, comptes[genre, Etat.CORRIGE], comptes[genre, Etat.LAISSE]) for genre in Genre]


def en_lignes(lectures: Sequence[LectureDeScenario]) -> list[tuple[str, str, str, str]]:
    """Une ligne par lecture : scénarios, ce que le texte demande, ce que le banc joue et juge, écarts."""
    return [
        (", ".join(lue.scenarios), lue.demande, lue.joue, "<br>".join(map(str, lue.ecarts)) or "aucun")
        for lue in lectures
    ]
