"""Le port du PACS : ses connexions passent au serveur DICOM, qui ne démarre qu'à la première.

La bibliothèque DICOM écoute elle-même et coûte à importer : le port est ouvert par le serveur du banc, comme les
autres, et un couloir qui n'a pas de PACS ne la charge jamais.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_BLOC = 2**16


async def relayer(lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter, demarrer: Callable[[], int]) -> None:
    """Relie cette connexion au port que `demarrer` rend, jusqu'à ce que l'un des deux ferme."""
    try:
        port = await asyncio.to_thread(demarrer)
        aval_lu, aval_ecrit = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        ecrivain.transport.abort()
        return
    try:
        await asyncio.gather(_verser(lecteur, aval_ecrit), _verser(aval_lu, ecrivain))
    finally:
        aval_ecrit.close()
        ecrivain.close()


async def _verser(source: asyncio.StreamReader, puits: asyncio.StreamWriter) -> None:
    try:
        while octets := await source.read(_BLOC):
            puits.write(octets)
            await puits.drain()
    except OSError:
        pass
    finally:
        puits.close()
