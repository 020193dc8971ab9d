"""Le port du PACS : ses connexions passent au serveur DICOM, qui ne démarre qu'à la première association demandée.

La bibliothèque DICOM écoute elle-même et coûte à importer : le port est ouvert par le serveur du banc, comme les
autres, et un couloir qui n'a pas de PACS ne la charge jamais. Elle donne un fil à chaque connexion et l'y garde
longtemps : ce qui ne commence pas comme une demande d'association n'arrive pas jusqu'à elle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

DELAI_DEMANDE_S = 30.0
_ENTETE = 6
_DEMANDE = b"\x01\x00"
"""A-ASSOCIATE-RQ : type, octet réservé (PS3.8, § 9.3.2) ; sa longueur suit, sur quatre octets."""
_DEMANDE_MAX = 2**20
_BLOC = 2**16


async def relayer(lecteur: asyncio.StreamReader, ecrivain: asyncio.StreamWriter, demarrer: Callable[[], int]) -> None:
    """Relie cette connexion au port que `demarrer` rend, jusqu'à ce que l'un des deux ferme."""
    try:
        entete = await asyncio.wait_for(lecteur.readexactly(_ENTETE), DELAI_DEMANDE_S)
        if not entete.startswith(_DEMANDE) or int.from_bytes(entete[2:]) > _DEMANDE_MAX:
            raise ConnectionAbortedError("ce n'est pas une demande d'association DICOM")
        port = await asyncio.to_thread(demarrer)
        aval_lu, aval_ecrit = await asyncio.open_connection("127.0.0.1", port)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        ecrivain.transport.abort()
        return
    aval_ecrit.write(entete)
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
