"""Vie d'une requête : lue, gardée, traitée, enregistrée, puis seulement répondue."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from simulators.socle.corps import Reception
from simulators.socle.echange import VIDE, Corps, CorpsMemoire, Echange, Reponse, Requete, Tls
from simulators.socle.journal import JournalArrete, JournalEchanges, MatriculeReel
from simulators.socle.pannes import PanneArmee, RegistrePannes
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route, texte_simple

if TYPE_CHECKING:
    from simulators.socle.accueil import Protocole

EN_MEMOIRE = 2**20
"""Jusqu'à cette taille, le simulateur reçoit le corps en mémoire et en clair."""

_PAGE_HTML = (
    '<!DOCTYPE html><html lang="fr"><head><title>Service momentanément indisponible</title></head>'
    "<body><h1>Service momentanément indisponible</h1><p>Page de panne du serveur de test.</p></body></html>"
).encode()
_ARRETEE = "Banc de test : la campagne a été arrêtée (matricule étranger aux identités de test). Rien n'est enregistré."


class RefusDeLecture(Exception):
    """La requête n'a pas pu être lue en entier."""

    def __init__(self, statut: int | None, incident: str, notes: dict[str, str] | None = None) -> None:
        super().__init__(incident)
        self.statut = statut
        self.notes = {"incident": incident, **(notes or {})}


class Service:
    """Un port d'un service : ses routes, ses pannes, ses limites."""

    def __init__(
        self,
        journal: JournalEchanges,
        port: Port,
        routes: Sequence[Route],
        pannes: RegistrePannes | None,
        corps_max: int,
        delai_lecture: float,
        enregistrer: bool,
    ) -> None:
        self.journal = journal
        self.port = port
        self.pannes = pannes
        self.corps_max = corps_max
        self.delai_lecture = delai_lecture
        self.enregistrer = enregistrer
        self._routes = tuple(routes)

    async def traiter(self, brute: web.BaseRequest) -> web.StreamResponse:
        """Point d'entrée d'aiohttp."""
        requete = self._entete(brute)
        protocole = cast("Protocole", brute.protocol)
        protocole.en_cours = (requete, VIDE)
        try:
            return await self._traiter(brute, requete)
        except MatriculeReel as erreur:
            return self._stopper(erreur)
        except JournalArrete:
            return _fermante(texte_simple(503, _ARRETEE))

    async def _traiter(self, brute: web.BaseRequest, requete: RequeteRecue) -> web.StreamResponse:
        if self.enregistrer:
            self.journal.garder_message(requete.cible, requete.entetes)
        try:
            range_au_journal = await self._lire(brute, requete)
        except RefusDeLecture as refus:
            requete.notes.update(refus.notes)
            if refus.statut is None:
                self._enregistrer(requete, VIDE, None)
                return _coupee(brute)
            refusee = texte_simple(refus.statut, refus.notes["incident"])
            self._enregistrer(requete, VIDE, refusee)
            return _fermante(refusee)
        cast("Protocole", brute.protocol).en_cours = (requete, range_au_journal)
        route, refus_route = self._router(requete)
        requete.operation = _reconnaitre(route, requete)
        panne = self.pannes.prendre_transport(requete) if self.pannes else None
        reponse: ReponseSimulee | None = _sans_traitement(panne) if panne else None
        if reponse is None and not (panne and panne.nom == "coupure" and not panne.parametres.get("apres_traitement")):
            reponse = await route.traitant(requete) if route else refus_route
        if panne is not None:
            return await self._jouer(brute, requete, range_au_journal, panne, reponse)
        assert reponse is not None
        return await self._repondre(brute, requete, range_au_journal, reponse)

    # -- lecture -----------------------------------------------------------------------------------------------

    def _entete(self, brute: web.BaseRequest) -> RequeteRecue:
        protocole = cast("Protocole", brute.protocol)
        version = brute.version
        return RequeteRecue(
            service=self.port.service,
            methode=brute.method,
            cible=brute.raw_path,
            version_http=f"{version.major}.{version.minor}",
            entetes=tuple((_texte(nom), _texte(valeur)) for nom, valeur in brute.raw_headers),
            port=self.port,
            pair=protocole.pair,
            instant=datetime.now(UTC),
            scenario=self.journal.scenario_courant,
            tls=protocole.tls,
            parti=protocole.parti,
        )

    async def _lire(self, brute: web.BaseRequest, requete: RequeteRecue) -> Corps:
        """Lit le corps : en clair pour le simulateur, rangé au journal ; rend ce dernier."""
        await _continuer(brute)
        annonce = brute.content_length or 0
        if annonce > self.corps_max:
            raise self._trop_grand(annonce)
        if not brute.body_exists:
            return VIDE
        try:
            if brute.content.is_eof() and brute.content.total_bytes <= min(EN_MEMOIRE, self.corps_max):
                # Tout est déjà arrivé, le cas courant : ni minuterie ni tour de boucle.
                return self._ranger(requete, brute.content.read_nowait())
            async with asyncio.timeout(self.delai_lecture):
                return await self._recevoir(brute, requete)
        except TimeoutError:
            raise RefusDeLecture(408, f"corps non reçu en {self.delai_lecture:g} s", {"corps_tronque": "oui"}) from None
        except (ConnectionError, web.RequestPayloadError) as erreur:
            if brute.transport is None:
                raise RefusDeLecture(None, "le client a coupé pendant l'envoi", {"corps_tronque": "oui"}) from erreur
            raise RefusDeLecture(400, "corps illisible : encodage de transfert ou de contenu faux") from erreur

    async def _recevoir(self, brute: web.BaseRequest, requete: RequeteRecue) -> Corps:
        blocs: list[bytes] = []
        taille = 0
        reception: Reception | None = None
        try:
            while bloc := await brute.content.readany():
                taille += len(bloc)
                if taille > self.corps_max:
                    raise self._trop_grand(taille)
                if reception is not None:
                    reception.ecrire(bloc)
                    continue
                blocs.append(bloc)
                if taille > EN_MEMOIRE:
                    reception = self.journal.receptionner()
                    for recu in blocs:
                        reception.ecrire(recu)
                    blocs.clear()
            if reception is None:
                return self._ranger(requete, blocs[0] if len(blocs) == 1 else b"".join(blocs))
            requete.corps = reception.terminer()
            return requete.corps
        finally:
            if reception is not None:
                reception.abandonner()

    def _ranger(self, requete: RequeteRecue, octets: bytes) -> Corps:
        requete.corps = CorpsMemoire(octets)
        if not self.enregistrer:
            return requete.corps
        formulaire = requete.type_contenu == "application/x-www-form-urlencoded"
        return self.journal.ranger_formulaire(octets) if formulaire else self.journal.ranger(octets)

    def _trop_grand(self, taille: int) -> RefusDeLecture:
        limite = f"corps au-delà de la limite de {self.corps_max} octets"
        return RefusDeLecture(413, limite, {"corps_tronque": "oui", "octets_annonces": str(taille)})

    def _router(self, requete: RequeteRecue) -> tuple[Route | None, ReponseSimulee]:
        servis = [route for route in self._routes if route.sert(requete.chemin)]
        trouvee = next((route for route in servis if route.methode in ("*", requete.methode)), None)
        if trouvee is None and servis:
            permises = ", ".join(dict.fromkeys(route.methode for route in servis))
            refus = texte_simple(405, f"Banc de test : méthode {requete.methode} non admise ici.")
            return None, ReponseSimulee(405, refus.corps, refus.type_contenu, (("Allow", permises),))
        return trouvee, texte_simple(404, "Banc de test : aucun service à cette adresse.")

    # -- réponse -----------------------------------------------------------------------------------------------

    async def _jouer(
        self,
        brute: web.BaseRequest,
        requete: RequeteRecue,
        corps: Corps,
        panne: PanneArmee,
        reponse: ReponseSimulee | None,
    ) -> web.StreamResponse:
        if panne.nom == "coupure" or reponse is None:
            self._enregistrer(requete, corps, None)
            return _coupee(brute)
        if panne.nom == "reponse_tronquee":
            return await self._tronquer(brute, requete, corps, panne, reponse)
        if panne.nom in ("retenue", "lente"):
            duree = None if panne.nom == "retenue" else float(str(panne.parametres.get("duree", 5)))
            await panne.retenir(duree)
        return await self._repondre(brute, requete, corps, reponse)

    async def _repondre(
        self, brute: web.BaseRequest, requete: RequeteRecue, corps: Corps, reponse: ReponseSimulee
    ) -> web.StreamResponse:
        """Enregistre puis répond : qui a reçu la réponse trouvera l'échange au journal."""
        if brute.transport is None or brute.transport.is_closing():
            requete.notes["incident"] = "le client a fermé la connexion avant la réponse"
            self._enregistrer(requete, corps, None)
            return web.Response()
        contenu = reponse.contenu
        entetes = _entetes(reponse, contenu.taille)
        self._enregistrer(requete, corps, reponse, entetes)
        if isinstance(contenu, CorpsMemoire):
            return web.Response(status=reponse.statut, body=contenu.octets, headers=entetes)
        flux = web.StreamResponse(status=reponse.statut, headers=entetes)
        await flux.prepare(brute)
        with contenu.ouvrir() as source:
            while bloc := source.read(2**18):
                await flux.write(bloc)
        await flux.write_eof()
        return flux

    async def _tronquer(
        self, brute: web.BaseRequest, requete: RequeteRecue, corps: Corps, panne: PanneArmee, reponse: ReponseSimulee
    ) -> web.StreamResponse:
        octets = reponse.contenu.octets
        coupe = int(str(panne.parametres.get("octets", len(octets) // 2)))
        entetes = _entetes(reponse, len(octets))
        envoyee = ReponseSimulee(reponse.statut, octets[:coupe], reponse.type_contenu, reponse.entetes)
        self._enregistrer(requete, corps, envoyee, entetes)
        flux = web.StreamResponse(status=reponse.statut, headers=entetes)
        await flux.prepare(brute)
        await flux.write(octets[:coupe])
        if brute.transport is not None:
            # Fermer après avoir vidé le tampon, sans la fin annoncée : le client voit une réponse incomplète.
            brute.transport.close()
        return flux

    def _enregistrer(
        self,
        requete: RequeteRecue,
        corps: Corps,
        reponse: ReponseSimulee | None,
        entetes: list[tuple[str, str]] | None = None,
    ) -> Echange | None:
        if not self.enregistrer:
            return None
        envoyee = None
        if reponse is not None:
            contenu = reponse.contenu
            complets = _entetes(reponse, contenu.taille) if entetes is None else entetes
            envoyee = Reponse(reponse.statut, tuple(complets), contenu)
        return self.journal.ajouter_echange(
            service=requete.service,
            operation=requete.operation,
            debut=requete.instant,
            fin=datetime.now(UTC),
            requete=requete.en_requete(corps),
            reponse=envoyee,
            pair=requete.pair,
            tls=requete.tls,
            panne=requete.panne,
            scenario=requete.scenario,
            notes=requete.notes,
        )

    # -- accidents ---------------------------------------------------------------------------------------------

    def refuser_erreur(self, brute: web.BaseRequest, statut: int, erreur: BaseException | None) -> web.StreamResponse:
        """Requête illisible (HTTP faux), ou exception sortie d'un simulateur."""
        requete, corps = cast("Protocole", brute.protocol).en_cours or (None, VIDE)
        try:
            if isinstance(erreur, HttpProcessingError) or requete is None:
                cause = type(erreur).__name__ if erreur else str(statut)
                reponse = texte_simple(statut, "Banc de test : requête HTTP illisible.")
                illisible = replace(self._entete(brute), methode="", cible="", notes={})
                illisible.noter("incident", f"requête HTTP illisible ({cause})")
                self._enregistrer(illisible, VIDE, reponse)
                return _fermante(reponse)
            reponse = texte_simple(500, "Banc de test : défaut du simulateur, noté au journal.")
            self._noter_defaut(requete, erreur)
            self._enregistrer(requete, corps, reponse)
        except JournalArrete:
            reponse = texte_simple(503, _ARRETEE)
        return _fermante(reponse)

    def noter_incident(self, pair: str, tls: Tls | None, statut: int | None, incident: str) -> None:
        """Note une connexion qui n'a pas donné de requête."""
        if not self.enregistrer:
            return
        maintenant = datetime.now(UTC)
        try:
            self.journal.ajouter_echange(
                service=self.port.service,
                operation="",
                debut=maintenant,
                fin=maintenant,
                requete=Requete("", ""),
                reponse=None if statut is None else Reponse(statut),
                pair=pair,
                tls=tls,
                notes={"incident": incident},
            )
        except JournalArrete:
            return  # plus rien ne s'écrit : la connexion est fermée de toute façon

    def _noter_defaut(self, requete: RequeteRecue, erreur: BaseException | None) -> None:
        requete.notes["incident"] = f"défaut du simulateur : {type(erreur).__name__}"
        self.journal.ajouter(
            "incident",
            {
                "nature": "defaut_du_banc",
                "service": self.port.service,
                "operation": requete.operation,
                "message": f"{type(erreur).__name__} : {erreur}",
                "trace": "".join(traceback.format_exception(erreur)) if erreur else "",
            },
        )

    def _stopper(self, erreur: MatriculeReel) -> web.StreamResponse:
        try:
            self.journal.arreter(erreur)
        except JournalArrete:
            return _fermante(texte_simple(503, _ARRETEE))


def _reconnaitre(route: Route | None, requete: RequeteRecue) -> str:
    """Opération de la requête ; vide si elle ne se laisse pas lire (XMLSyntaxError est une SyntaxError)."""
    if route is None or route.reconnaitre is None:
        return ""
    try:
        return route.reconnaitre(requete)
    except (ValueError, LookupError, SyntaxError):
        return ""


def _sans_traitement(panne: PanneArmee) -> ReponseSimulee | None:
    """Réponse des pannes qui remplacent le traitement."""
    return {
        "indisponible": ReponseSimulee(503, b"", None, (("Retry-After", "1"),)),
        "erreur_500_html": ReponseSimulee(500, _PAGE_HTML, "text/html; charset=utf-8"),
        "html_200": ReponseSimulee(200, _PAGE_HTML, "text/html; charset=utf-8"),
        "corps_vide": ReponseSimulee(200),
    }.get(panne.nom)


@lru_cache(maxsize=4)
def _date(seconde: int) -> str:
    return formatdate(seconde, usegmt=True)


def _entetes(reponse: ReponseSimulee, taille: int) -> list[tuple[str, str]]:
    """En-têtes envoyés, tels qu'ils sont enregistrés."""
    entetes = [
        ("X-Banc-SONS", "serveur de test"),
        ("Server", "Banc-SONS (serveur de test)"),
        ("Date", _date(int(time.time()))),
        ("Content-Length", str(taille)),
    ]
    if reponse.type_contenu is not None:
        entetes.append(("Content-Type", reponse.type_contenu))
    return [*entetes, *reponse.entetes]


def _fermante(reponse: ReponseSimulee) -> web.Response:
    octets = reponse.contenu.octets
    envoyee = web.Response(status=reponse.statut, body=octets, headers=_entetes(reponse, len(octets)))
    envoyee.force_close()
    return envoyee


def _coupee(brute: web.BaseRequest) -> web.Response:
    """Coupe la connexion par RST : le client ne peut pas la prendre pour une fin normale."""
    transport = brute.transport
    if transport is not None:
        prise = transport.get_extra_info("socket")
        if prise is not None:
            format_linger = "ii" if os.name == "posix" else "hh"
            prise.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(format_linger, 1, 0))
        transport.abort()
    return web.Response()


async def _continuer(brute: web.BaseRequest) -> None:
    """Répond `100 Continue` à qui l'attend avant d'envoyer son corps."""
    if brute.headers.get("Expect", "").lower() == "100-continue":
        await brute.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        brute.writer.output_size = 0


def _texte(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
