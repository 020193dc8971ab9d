"""Motifs de chemins (`*`, `?`, `[…]`, `**`) : découpés en une racine fixe et une expression sur ce qui suit."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

_MAGIE = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Motif:
    """`racine` : le dossier où chercher. `profondeur` : nombre de segments au plus, None avec `**`."""

    racine: str
    expression: re.Pattern[str]
    profondeur: int | None

    def retient(self, relatif: str) -> bool:
        """Vrai si ce chemin, relatif à la racine et séparé par « / », répond au motif."""
        return self.expression.fullmatch(relatif) is not None


def est_motif(texte: str) -> bool:
    """Vrai si le texte porte un caractère de motif."""
    return _MAGIE.search(texte) is not None


def lire_motif(texte: str) -> Motif:
    """Découpe un motif ; `**` seul dans un segment vaut zéro, un ou plusieurs dossiers."""
    segments = texte.split("/")
    fixes = 0
    while fixes < len(segments) - 1 and not est_motif(segments[fixes]):
        fixes += 1
    racine = "/".join(segments[:fixes])
    if not racine:
        racine = "/" if texte.startswith("/") else "."
    restes = segments[fixes:]
    expression = ""
    for rang, segment in enumerate(restes):
        dernier = rang == len(restes) - 1
        if segment == "**":
            expression += r".*" if dernier else r"(?:[^/]+/)*"
        else:
            expression += _segment(segment) + ("" if dernier else "/")
    return Motif(racine, re.compile(expression, re.DOTALL), None if "**" in restes else len(restes))


def exclut(motifs: tuple[str, ...], chemin: str) -> bool:
    """Vrai si un motif retient le chemin entier, son nom, ou l'un de ses dossiers."""
    parties = chemin.split("/")
    return any(
        fnmatch.fnmatchcase(chemin, motif) or any(fnmatch.fnmatchcase(partie, motif) for partie in parties)
        for motif in motifs
    )


def _segment(motif: str) -> str:
    """Expression d'un segment : `*` et `?` ne passent jamais un « / »."""
    resultat = ""
    position = 0
    while position < len(motif):
        caractere = motif[position]
        position += 1
        if caractere == "*":
            resultat += "[^/]*"
        elif caractere == "?":
            resultat += "[^/]"
        elif caractere == "[" and (fin := motif.find("]", position + 1)) >= 0:
            contenu = motif[position:fin].replace("\\", r"\\")
            negation = contenu.startswith(("!", "^"))
            contenu = contenu[1:] if negation else contenu
            resultat += "[" + ("^" if negation else "") + contenu.replace("[", r"\[") + "]"
            position = fin + 1
        else:
            resultat += re.escape(caractere)
    return resultat
