"""L'OID d'un INS caché par un encodage en base64 : un document voyage ainsi dans un message SOAP, JSON ou un courriel.

Trois octets donnent quatre caractères : selon sa place, l'OID a trois écritures possibles, cherchées telles quelles une
fois les blancs retirés. Ce qui entoure une trouvaille est alors décodé.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

_MARQUEUR = b"1.2.250.1.213.1.4."
_PORTEE = 520
"""Caractères regardés de part et d'autre : la portée de la garde (256 octets), encodée, et un matricule de plus."""

_BLANCS = b" \t\r\n"
_URL = bytes.maketrans(b"-_", b"+/")
_HORS = re.compile(rb"[^A-Za-z0-9+/]")


def _ecritures() -> tuple[tuple[bytes, int], ...]:
    """Chaque écriture de l'OID qui ne dépend pas de ses voisins, et son retard sur un groupe de quatre caractères."""
    rendues = []
    for rang in range(3):
        debut, fin = (0, 2, 3)[rang], (rang + len(_MARQUEUR)) * 8 // 6
        rendues.append((base64.b64encode(b"\0" * rang + _MARQUEUR)[debut:fin], debut))
    return tuple(rendues)


_ECRITURES = _ecritures()


class ExamenBase64:
    """Rend, au fil des blocs, ce que décodent les abords de chaque OID encodé."""

    def __init__(self) -> None:
        self._reste = b""
        self._vus = 0  # début, dans `_reste`, de ce qui n'a pas encore été regardé

    def suivre(self, bloc: bytes, *, fin: bool = False) -> Iterator[bytes]:
        """Ce qui est décodé autour de chaque trouvaille dont tous les abords sont arrivés."""
        tampon = self._reste + bloc.translate(_URL, _BLANCS)
        limite = len(tampon) if fin else max(self._vus, len(tampon) - _PORTEE)
        for ecriture, retard in _ECRITURES:
            place = tampon.find(ecriture, self._vus)
            while 0 <= place < limite:
                yield _decoder(tampon, place, retard)
                place = tampon.find(ecriture, place + 1)
        coupe = max(0, limite - _PORTEE)
        self._reste, self._vus = tampon[coupe:], limite - coupe


def _decoder(tampon: bytes, place: int, retard: int) -> bytes:
    """Le texte autour, par groupes de quatre caractères où l'OID est à sa place, dans la même suite encodée."""
    debut = place - retard - (_PORTEE // 4 - 1) * 4
    avant = [trouve.end() for trouve in _HORS.finditer(tampon, max(0, debut), place)]
    borne = max(avant[-1] if avant else 0, 0)
    while debut < borne:
        debut += 4
    dehors = _HORS.search(tampon, place)
    suite = tampon[debut : min(dehors.start() if dehors else len(tampon), place + _PORTEE)]
    return base64.b64decode(suite[: len(suite) // 4 * 4] + _fin(suite))


def _fin(suite: bytes) -> bytes:
    """Le dernier groupe, incomplet, fermé par son remplissage."""
    reste = suite[len(suite) // 4 * 4 :]
    return reste + b"=" * (4 - len(reste)) if len(reste) > 1 else b""
