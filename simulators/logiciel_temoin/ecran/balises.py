"""Écrire du HTML sans jamais oublier d'échapper : un texte est échappé, un `Html` est pris tel quel."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_VIDES = frozenset({"input", "meta", "img", "br"})


class Html(str):
    """Du HTML déjà écrit."""

    __slots__ = ()


def texte(brut: str) -> Html:
    """Un texte, au caractère près : un retour chariot nu serait changé en saut de ligne par le navigateur."""
    return Html(escape(brut).replace("\r", "&#13;"))


def b(nom: str, *contenu: str, **attributs: str | bool | None) -> Html:
    """Un élément. `for_`, `class_` : mots réservés ; `data_x` devient `data-x` ; faux ou None : attribut absent."""
    poses = "".join(
        f" {_nom(cle)}" if valeur is True else f' {_nom(cle)}="{texte(str(valeur))}"'
        for cle, valeur in attributs.items()
        if valeur is not None and valeur is not False
    )
    if nom in _VIDES:
        return Html(f"<{nom}{poses}>")
    return Html(f"<{nom}{poses}>{joindre(contenu)}</{nom}>")


def joindre(morceaux: Iterable[str]) -> Html:
    """Plusieurs morceaux à la suite."""
    return Html("".join(m if isinstance(m, Html) else texte(m) for m in morceaux))


def _nom(cle: str) -> str:
    return cle.rstrip("_").replace("_", "-")
