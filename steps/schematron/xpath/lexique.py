"""Découpage d'une expression XPath 2.0 en lexèmes. Source : XPath 2.0, annexe A.2."""

from __future__ import annotations

import re

from .erreurs import HorsDePortee

_NC = r"[^\W\d][\w.\-·]*"
_LEXEME = re.compile(
    rf"""(?P<espace>[ \t\r\n]+)
    |(?P<commentaire>\(:)
    |(?P<double>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+)
    |(?P<decimal>\d+\.\d*|\.\d+)
    |(?P<entier>\d+)
    |(?P<chaine>"(?:[^"]|"")*"|'(?:[^']|'')*')
    |(?P<nom>\*:{_NC}|{_NC}:(?!:)(?:{_NC}|\*)|{_NC})
    |(?P<signe><<|>>|<=|>=|!=|::|//|\.\.|[()\[\]{{}}.,@$/|+\-=<>*?])""",
    re.VERBOSE,
)
_COMMENTAIRE = re.compile(r"\(:|:\)")


def _apres_commentaire(texte: str, debut: int) -> int:
    """Indice qui suit le commentaire ouvert juste avant `debut` ; les commentaires s'emboîtent."""
    profondeur = 1
    while profondeur:
        borne = _COMMENTAIRE.search(texte, debut)
        if borne is None:
            raise HorsDePortee("commentaire XPath jamais fermé")
        profondeur += 1 if borne.group() == "(:" else -1
        debut = borne.end()
    return debut


def lexemes(texte: str) -> list[tuple[str, str]]:
    """Couples (genre, texte), terminés par ("fin", "").

    >>> lexemes("a:b[1]")
    [('nom', 'a:b'), ('signe', '['), ('entier', '1'), ('signe', ']'), ('fin', '')]
    """
    trouves: list[tuple[str, str]] = []
    position, fin = 0, len(texte)
    nombre_colle = False
    while position < fin:
        lu = _LEXEME.match(texte, position)
        if lu is None:
            raise HorsDePortee(f"caractère inattendu {texte[position]!r} dans {texte[:80]!r}")
        genre = lu.lastgroup or ""
        position = lu.end()
        if genre == "commentaire":
            position = _apres_commentaire(texte, position)
        elif genre != "espace":
            if nombre_colle and genre == "nom":
                raise HorsDePortee("un nombre est collé à un nom")
            trouves.append((genre, lu.group()))
        nombre_colle = genre in ("double", "decimal", "entier")
    trouves.append(("fin", ""))
    return trouves
