"""Les chemins de champs : `identite.nom_naissance`, `analyses.0.code` ; un point dans une clé s'écrit `\\.`."""

from __future__ import annotations

from collections.abc import Iterable


def descendre(chemin: str, cle: str | int) -> str:
    """Le chemin de l'enfant."""
    morceau = str(cle).replace("\\", "\\\\").replace(".", "\\.")
    return f"{chemin}.{morceau}" if chemin else morceau


def rangs(chemin: str, noms: Iterable[str]) -> list[int]:
    """Les rangs de lignes que ces noms de champs donnent à la liste `chemin`, dans l'ordre."""
    prefixe = f"{chemin}."
    trouves = {
        morceau
        for nom in noms
        if nom.startswith(prefixe) and (morceau := nom[len(prefixe) :].partition(".")[0].partition("@")[0]).isdecimal()
    }
    return sorted(map(int, trouves))
