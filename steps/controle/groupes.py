"""Constats d'un résultat groupés par règle : une règle enfreinte à douze endroits fait un seul bloc."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from steps.controle.resultat import Ecrit, Resultat

_LIGNE = re.compile(r"\blignes?\s+(\d{1,9})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Groupe:
    """Les constats d'une même règle et d'une même gravité, dans un fichier."""

    code: str
    gravite: str
    constats: tuple[Ecrit, ...]

    @property
    def premier(self) -> Ecrit:
        """Le constat qui donne son message au bloc."""
        return self.constats[0]

    def commun(self, cle: str) -> str:
        """La valeur que tous les constats partagent pour cette clé ; vide s'ils diffèrent."""
        valeurs = {str(constat.get(cle) or "") for constat in self.constats}
        return valeurs.pop() if len(valeurs) == 1 else ""


def grouper(resultat: Resultat) -> list[Groupe]:
    """Les groupes d'un fichier, les plus graves d'abord, dans l'ordre où les règles ont parlé."""
    return grouper_constats(resultat.constats)


def grouper_constats(constats: Iterable[Ecrit]) -> list[Groupe]:
    """Groupe des constats déjà triés par gravité."""
    par_regle: dict[tuple[str, str], list[Ecrit]] = {}
    for constat in constats:
        par_regle.setdefault((constat["gravite"], constat["code"]), []).append(constat)
    return [Groupe(code, gravite, tuple(groupe)) for (gravite, code), groupe in par_regle.items()]


def lieu(constat: Ecrit) -> str:
    """Où : le document contenu s'il y en a un, puis le chemin."""
    return " : ".join(partie for partie in (str(constat.get("document") or ""), str(constat.get("ou") or "")) if partie)


def ligne(constat: Ecrit) -> int | None:
    """Numéro de ligne dans le fichier lui-même ; None s'il n'est pas dit, ou s'il est celui d'un document contenu."""
    if constat.get("document"):
        return None
    trouve = _LIGNE.search(str(constat.get("ou") or ""))
    numero = int(trouve.group(1)) if trouve else 0
    return numero or None
