"""Les étapes d'un scénario, retrouvées dans un texte souvent aplati sur une ligne.

Un découpage n'est gardé que s'il est sûr : des rangs de 1 à n, chacun une seule fois, dans l'ordre. Sinon le texte
reste une seule étape : mieux vaut une étape longue qu'une étape fausse. Aucun mot n'est jamais perdu.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_TITRE = re.compile(
    r"(?:(?:^|(?<=\W))[eé]|[EÉ])(?:tapes|TAPES)(?:\s+(?:du|de\s+ce|de\s+la)\s+\w+(?:\s+de\s+preuve)?)?\s*:\s*"
)
_RANG = re.compile(r"(?:(?<=\s)|^)(?P<rang>\d{1,2}) ?[.)](?=\s)")
_RANG_COLLE = re.compile(r"(?<![\d.,/-])(?P<rang>\d{1,2}) ?[.)] *(?=[^\W\d]|[«\"(])")
_PUCE = re.compile(r"^[ \t]*[*•–-][ \t]+", re.MULTILINE)
_FIN_DE_PHRASE = re.compile(r"[.;:!?»)]\s*$")


@dataclass(frozen=True, slots=True)
class Decoupage:
    """Un texte de scénario : ce qui précède les étapes, puis les étapes."""

    avant: str
    etapes: tuple[str, ...]


def decouper(texte: str) -> Decoupage:
    """Les étapes d'un texte, au moins une s'il n'est pas vide."""
    titres = list(_TITRE.finditer(texte))
    if len(titres) == 1:
        suite = texte[titres[0].end() :]
        reste, etapes = _etapes(suite)
        if etapes or suite.strip():
            avant = " ".join(filter(None, (_plat(texte[: titres[0].start()]), reste)))
            return Decoupage(avant, etapes)
    reste, etapes = _etapes(texte)
    return Decoupage(reste, etapes)


def _etapes(texte: str) -> tuple[str, tuple[str, ...]]:
    """Ce qui précède la première étape, et les étapes ; rien d'autre qu'une étape si le découpage n'est pas sûr."""
    rangs = list(_RANG.finditer(texte))
    colles = list(_RANG_COLLE.finditer(texte))  # « accessible2.Puis » : un retour à la ligne a disparu
    choix: tuple[Callable[[re.Match[str]], bool], ...] = (
        lambda rang: not texte[: rang.start()].strip(" \t") or texte[: rang.start()].rstrip(" \t").endswith("\n"),
        lambda rang: True,
        lambda rang: not texte[: rang.start()].strip() or bool(_FIN_DE_PHRASE.search(texte[: rang.start()])),
    )
    for marques in [*([rang for rang in rangs if retenir(rang)] for retenir in choix), colles]:
        suite = len(marques) > 1 and [int(marque["rang"]) for marque in marques] == list(range(1, len(marques) + 1))
        if suite and (trouvees := _entre(texte, marques)):
            return trouvees
    puces = list(_PUCE.finditer(texte))
    if len(puces) > 1 and not rangs and not colles and (trouvees := _entre(texte, puces)):
        return trouvees
    seule = _plat(texte)
    return "", (seule,) if seule else ()


def _entre(texte: str, marques: Sequence[re.Match[str]]) -> tuple[str, tuple[str, ...]] | None:
    fins = [*(marque.start() for marque in marques[1:]), len(texte)]
    etapes = tuple(_plat(texte[marque.end() : fin]) for marque, fin in zip(marques, fins, strict=True))
    return (_plat(texte[: marques[0].start()]), etapes) if all(etapes) else None


def _plat(texte: str) -> str:
    return " ".join(texte.split())
