"""Le dialogue d'une connexion IMAP : ce qui est répondu est écrit au journal avant de partir."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulators.mssante.connexions import Connexion
from simulators.mssante.imap.corps import corps_de
from simulators.mssante.imap.fetch import Morceau
from simulators.mssante.imap.session import Session
from simulators.mssante.imap.transport import Transport
from simulators.mssante.tls import LigneTls
from simulators.socle.echange import VIDE, Corps
from simulators.socle.requete import Port, RequeteRecue

if TYPE_CHECKING:
    from simulators.mssante.imap.facade import FacadeImap

DELAI_ENVOI = 300.0
"""Secondes laissées à un client pour lire ce qui lui est envoyé."""

_SECRET = re.compile(r"[A-Za-z0-9+/=._~-]{24,}")


class Fin(Exception):
    """La connexion doit être fermée ; dit pourquoi."""


class Dialogue(Transport):
    """État d'une connexion, et de quoi répondre."""

    _c: Connexion
    _boucle: asyncio.AbstractEventLoop
    _etiquette: bytes

    def __init__(self, facade: FacadeImap, port: Port, ligne: LigneTls | None) -> None:
        super().__init__()
        self._facade = facade
        self._port = port
        self._ligne = ligne
        self._reglages = facade.operateur.reglages
        self._session: Session | None = None
        self._erreurs = 0
        self._echecs = 0

    def _final(self, texte: bytes) -> bytes:
        return b"%b %b\r\n" % (self._etiquette, texte)

    async def _repondre(
        self,
        requete: RequeteRecue,
        statut: int,
        lignes: Sequence[Morceau],
        deja: int = 0,
        *,
        corps: Corps = VIDE,
    ) -> None:
        """Écrit au journal puis envoie ; `deja` : nombre de lignes déjà parties."""
        self._c.inscrire(requete, statut, corps_de(lignes), corps=corps)
        await self.envoyer(lignes[deja:], DELAI_ENVOI)

    async def _clore(self, requete: RequeteRecue, ligne: bytes, *, statut: int = 421, corps: Corps = VIDE) -> None:
        await self._repondre(requete, statut, [ligne], corps=corps)
        raise Fin("opérateur (BYE)")

    async def _adieu(self, code: str, texte: str) -> None:
        requete = self._c.requete("", operation="poussee")
        await self._repondre(requete, 421, [f"* BYE [{code}] {texte}\r\n".encode()])

    def _fautive(self) -> None:
        """Compte une commande que le serveur ne peut pas servir ; trop, et la prochaine commande inconnue ferme."""
        self._erreurs += 1

    def _masquer(self, ligne: bytes) -> str:
        """Ligne non reconnue : elle peut être une réponse SASL venue trop tôt, ou un mot de passe."""
        empreinte = self._facade.operateur.journal.empreinte_secret
        return _SECRET.sub(lambda trouve: empreinte(trouve[0]), texte(ligne))

    def _reveiller(self) -> None:
        """La boîte a changé ; appelé de n'importe quel fil."""
        with contextlib.suppress(RuntimeError):  # boucle déjà fermée
            self._boucle.call_soon_threadsafe(self.signal.set)


def texte(octets: bytes) -> str:
    """Octets reçus, lisibles."""
    return octets.decode("utf-8", "backslashreplace")
