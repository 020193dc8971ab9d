"""Le fichier de réponses d'un bouchon : ce que son utilisateur veut qu'il réponde, appel par appel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TAILLE_MAX = 1 << 20
_CHAMPS = {"quand", "reponse"}
_QUAND = {"methode", "chemin", "operation", "contient"}
_REPONSE = {"statut", "type", "entetes", "corps", "fichier"}
_VARIABLE = re.compile(r"\$\{([a-z_]+)\}")
VARIABLES = ("message_id", "operation")
"""Ce qu'un corps peut reprendre de l'appel : `${message_id}` (wsa:MessageID), `${operation}`."""


class ReponsesInvalides(ValueError):
    """Le fichier de réponses n'est pas lisible ; le message dit où et pourquoi."""


@dataclass(frozen=True)
class Reponse:
    """Une réponse écrite, et quand la donner. Une condition vide est toujours remplie."""

    corps: str
    statut: int = 200
    type_contenu: str = "application/soap+xml; charset=utf-8"
    entetes: tuple[tuple[str, str], ...] = ()
    methode: str = ""
    chemin: str = ""
    operation: str = ""
    contient: str = ""

    def convient(self, methode: str, chemin: str, operation: str, texte: str) -> bool:
        """Vrai si chaque condition écrite est remplie ; `contient` se cherche dans le corps reçu."""
        return (
            self.methode in ("", methode)
            and self.chemin in ("", chemin)
            and self.operation in ("", operation)
            and self.contient in texte
        )

    def ecrite(self, valeurs: Mapping[str, str]) -> bytes:
        """Le corps, ses variables remplacées ; une variable sans valeur est vide."""
        return _VARIABLE.sub(lambda trouve: valeurs.get(trouve.group(1), ""), self.corps).encode()


def lire_reponses(chemin: Path) -> tuple[Reponse, ...]:
    """Relit un fichier de réponses ; lève ReponsesInvalides, en français, à la première faute."""
    try:
        brut = yaml.safe_load(_texte(chemin))
    except yaml.YAMLError as erreur:
        raise ReponsesInvalides(f"{chemin} : YAML illisible ({' '.join(str(erreur).split())})") from erreur
    if not isinstance(brut, list):
        raise ReponsesInvalides(f"{chemin} : attendu une liste de réponses (« - reponse: … »), reçu {_nature(brut)}")
    return tuple(_lire(chemin, rang, ligne) for rang, ligne in enumerate(brut, 1))


def _texte(chemin: Path) -> str:
    try:
        if chemin.stat().st_size > TAILLE_MAX:
            raise ReponsesInvalides(f"{chemin} : plus de {TAILLE_MAX} octets")
        return chemin.read_text(encoding="utf-8")
    except OSError as erreur:
        raise ReponsesInvalides(f"{chemin} : {erreur.strerror or erreur}") from erreur
    except UnicodeDecodeError as erreur:
        raise ReponsesInvalides(f"{chemin} : attendu de l'UTF-8 ({erreur.reason}, octet {erreur.start})") from erreur


def _lire(chemin: Path, rang: int, ligne: Any) -> Reponse:
    ou = f"{chemin}, réponse n° {rang}"
    _champs(ou, ligne, _CHAMPS)
    quand, reponse = ligne.get("quand", {}), ligne.get("reponse")
    _champs(f"{ou}, quand", quand, _QUAND)
    _champs(f"{ou}, reponse", reponse, _REPONSE)
    if ("corps" in reponse) == ("fichier" in reponse):
        raise ReponsesInvalides(f"{ou} : attendu corps (le texte) ou fichier (où le lire), l'un ou l'autre")
    statut = reponse.get("statut", 200)
    if not isinstance(statut, int) or not 100 <= statut <= 599:
        raise ReponsesInvalides(f"{ou} : attendu un statut HTTP de 100 à 599, reçu {statut!r}")
    corps = str(reponse["corps"]) if "corps" in reponse else _texte(chemin.parent / str(reponse["fichier"]))
    inconnues = sorted(set(_VARIABLE.findall(corps)) - set(VARIABLES))
    if inconnues:
        raise ReponsesInvalides(f"{ou} : variable inconnue {', '.join(inconnues)} ; attendu {', '.join(VARIABLES)}")
    entetes = reponse.get("entetes", {})
    if not isinstance(entetes, dict):
        raise ReponsesInvalides(f"{ou} : attendu des en-têtes nommés, reçu {_nature(entetes)}")
    return Reponse(
        corps,
        statut,
        str(reponse.get("type", Reponse.type_contenu)),
        tuple((_entete(ou, nom), _entete(ou, valeur)) for nom, valeur in entetes.items()),
        **{nom: str(valeur) for nom, valeur in quand.items()},
    )


def _entete(ou: str, valeur: object) -> str:
    texte = str(valeur)
    if not texte.isprintable():
        raise ReponsesInvalides(f"{ou} : un en-tête tient sur une ligne, sans caractère de commande")
    return texte


def _champs(ou: str, valeur: Any, connus: set[str]) -> None:
    if not isinstance(valeur, dict):
        raise ReponsesInvalides(f"{ou} : attendu {', '.join(sorted(connus))}, reçu {_nature(valeur)}")
    inconnus = sorted(set(map(str, valeur)) - connus)
    if inconnus:
        raise ReponsesInvalides(f"{ou} : champ inconnu {', '.join(inconnus)} ; attendu {', '.join(sorted(connus))}")


def _nature(valeur: object) -> str:
    if isinstance(valeur, Sequence) and not isinstance(valeur, str):
        return "une liste"
    return "rien" if valeur is None else "une table" if isinstance(valeur, dict) else repr(valeur)
