"""Un échange par le banc (TLS mutuel, connexion gardée, journal) contre un écho aiohttp nu sous le même TLS."""

from __future__ import annotations

import asyncio
import http.client
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from simulators.socle.echange import CorpsMemoire
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import demarrer_socle
from simulators.socle.pki import IgcTest
from simulators.socle.requete import ReponseSimulee, RequeteRecue
from simulators.socle.serveur import ConfigTls, ModeClient
from simulators.socle.tls import contexte_serveur
from tests.bench.mesure import Mesure, tour_a_tour
from tests.simulators.insi import aides

_TLS = ConfigTls(client=ModeClient.REQUIS)


def mesurer(dossier: Path, *, rapide: bool) -> list[Mesure]:
    """Rapport des durées d'un même POST de la taille d'une demande INSi."""
    nombre, fois = (50, 2) if rapide else (400, 9)
    corps = aides.enveloppe(aides.traits("PAT-TROIS", "DOMINIQUE", "F", "1979-03-28"))

    async def echo(requete: RequeteRecue) -> ReponseSimulee:
        return ReponseSimulee(200, CorpsMemoire(requete.corps.octets), "application/soap+xml; charset=utf-8")

    with (
        JournalEchanges.creer(dossier / "echange") as journal,
        demarrer_socle(journal, dossier / "echange-secrets") as socle,
        _aiohttp_nu(socle.igc) as nu,
    ):
        banc = socle.serveur.ajouter("insi", echo, tls=_TLS).numero
        par_le_banc, par_aiohttp, rapport = tour_a_tour(
            lambda: _poster(socle.igc, banc, corps, nombre), lambda: _poster(socle.igc, nu, corps, nombre), fois
        )
    detail = {"octets": len(corps), "banc (ms)": 1000 * par_le_banc, "aiohttp nu (ms)": 1000 * par_aiohttp}
    return [Mesure("echange_rapport", "Échange journalisé sur écho aiohttp nu", rapport, "fois", 2, detail)]


def _poster(igc: IgcTest, port: int, corps: bytes, nombre: int) -> float:
    """Secondes par échange, sur une connexion gardée ; la poignée de main n'est pas comptée."""
    client = igc.identifiants("insi_auto")
    contexte = ssl.create_default_context(cafile=str(igc.racines_pem))
    contexte.load_cert_chain(str(client.chemin_pem), str(client.chemin_cle))
    connexion = http.client.HTTPSConnection("localhost", port, context=contexte, timeout=20)
    entetes = {"Content-Type": aides.type_contenu()}
    try:
        debut = 0.0
        for rang in range(nombre + 5):
            if rang == 5:
                debut = time.perf_counter()
            connexion.request("POST", "/lps", corps, entetes)
            recu = connexion.getresponse().read()
            if recu != corps:
                raise RuntimeError("l'écho a rendu autre chose que ce qu'il a reçu")
        return (time.perf_counter() - debut) / nombre
    finally:
        connexion.close()


@contextmanager
def _aiohttp_nu(igc: IgcTest) -> Iterator[int]:
    """Le même écho, sans rien de nous que les certificats."""
    boucle = asyncio.new_event_loop()
    fil = threading.Thread(target=boucle.run_forever, daemon=True)
    fil.start()

    async def echo(requete: web.BaseRequest) -> web.Response:
        return web.Response(body=await requete.read(), headers={"Content-Type": "application/soap+xml; charset=utf-8"})

    async def ouvrir() -> tuple[asyncio.Server, web.Server]:
        serveur = web.Server(echo)
        contexte = contexte_serveur(igc, _TLS)
        return await boucle.create_server(serveur, "localhost", 0, ssl=contexte), serveur

    ecoute, serveur = asyncio.run_coroutine_threadsafe(ouvrir(), boucle).result(20)

    async def fermer() -> None:
        ecoute.close()
        await serveur.shutdown(1)

    try:
        ports = {prise.getsockname()[0]: prise.getsockname()[1] for prise in ecoute.sockets}
        yield ports.get("::1", next(iter(ports.values())))
    finally:
        asyncio.run_coroutine_threadsafe(fermer(), boucle).result(20)
        boucle.call_soon_threadsafe(boucle.stop)
        fil.join(5)
        boucle.close()
