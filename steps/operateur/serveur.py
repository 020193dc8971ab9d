"""Le serveur de la console : boucle locale seulement, dans son fil ; il montre le guichet et le tableau."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from simulators.socle.journal import JournalArrete, JournalEchanges
from steps.operateur import requetes, vue
from steps.operateur.acces import ENTETES, Acces, AccesRefuse, Session
from steps.operateur.depots import DepotRefuse, Depots, Examinateur
from steps.operateur.guichet import Guichet, ReponseRefusee
from steps.operateur.tableau import Tableau

PAGES = Path(__file__).with_name("pages")
REPONSE_MAX = 64 << 20
"""Une réponse peut porter un PDF en base64."""
_BATTEMENT_S = 15.0
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_ECHANGES_AU_DEPART = 200
_SESSION = web.RequestKey("session", Session)


class _Curseur:
    """Où en est une page ouverte."""

    def __init__(self) -> None:
        self.tableau = 0
        self.guichet = -1
        self.demande = 0
        self.journal: int | None = None
        self.depots: list[dict[str, Any]] = []


class ServeurConsole:
    """Ouvre la console à la construction ; `lien()` est à donner à la personne, `fermer()` rend tout.

    `annoncer` : dit un lien neuf au terminal, quand un lien déjà brûlé est présenté de nouveau.
    """

    def __init__(
        self,
        guichet: Guichet,
        tableau: Tableau,
        journal: JournalEchanges,
        dossier: Path,
        examinateur: Examinateur,
        *,
        nom: str = "",
        port: int = 0,
        annoncer: Callable[[str], object] = lambda lien: None,
        reponse_max: int = REPONSE_MAX,
        depot_max: int | None = None,
    ) -> None:
        self._guichet = guichet
        self._tableau = tableau
        self._journal = journal
        self._nom = nom
        self._annoncer = annoncer
        self._reponse_max = reponse_max
        self._acces = Acces()
        self.depots = (
            Depots(dossier, examinateur) if depot_max is None else Depots(dossier, examinateur, taille_max=depot_max)
        )
        self._brouillon: tuple[int, Any] = (0, None)
        self._reveils: set[asyncio.Event] = set()
        self._arret = False
        self._boucle = asyncio.new_event_loop()
        self._fil = threading.Thread(target=self._boucle.run_forever, name="console", daemon=True)
        self._fil.start()
        try:
            self._acces.port = self._executer(self._ouvrir(port))
        except BaseException:
            self._arreter_boucle()
            raise
        guichet.abonner(self._reveiller)
        tableau.abonner(self._reveiller)
        self._guet = threading.Thread(target=self._guetter, name="console-journal", daemon=True)
        self._guet.start()

    @property
    def origine(self) -> str:
        """L'adresse de la console, sans jeton."""
        return self._acces.origine

    def lien(self) -> str:
        """Un lien neuf, à usage unique."""
        return self._acces.nouveau_lien()

    def fermer(self) -> None:
        """Laisse les pages lire la fin, puis ferme ; sans effet la seconde fois."""
        if self._arret:
            return
        self._arret = True
        self._reveiller()
        self._guet.join(5)
        with contextlib.suppress(TimeoutError):
            self._executer(self._clore())
        self._arreter_boucle()
        self.depots.fermer()

    # -- marche ------------------------------------------------------------------------------------------------

    async def _ouvrir(self, port: int) -> int:
        application = web.Application(client_max_size=self._reponse_max, middlewares=[self._garder])
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]] = [
            ("GET", "/entrer", self._entrer),
            ("GET", "/", self._page),
            ("GET", "/pages/{nom}", self._fichier),
            ("GET", "/evenements", self._evenements),
            ("GET", "/vignettes/{id}", self._vignette),
            ("GET", "/valeurs/{numero}/{chemin}", self._valeur),
            ("POST", "/commencer", self._commencer),
            ("POST", "/reponse", self._repondre),
            ("POST", "/pause", self._pause),
            ("POST", "/brouillon", self._noter_brouillon),
            ("POST", "/depots", self._deposer),
            ("POST", "/depots/{id}/retrait", self._retirer),
        ]
        for methode, chemin, traitant in routes:
            application.router.add_route(methode, chemin, traitant)
        self._lanceur = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._lanceur.setup()
        site = web.TCPSite(self._lanceur, "127.0.0.1", port)
        await site.start()
        return int(self._lanceur.addresses[0][1])

    async def _clore(self) -> None:
        await self._lanceur.cleanup()

    def _executer(self, travail: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(travail, self._boucle).result(10)

    def _arreter_boucle(self) -> None:
        self._boucle.call_soon_threadsafe(self._boucle.stop)
        self._fil.join(10)
        self._boucle.close()

    def _reveiller(self) -> None:
        with contextlib.suppress(RuntimeError):  # la boucle est déjà fermée
            self._boucle.call_soon_threadsafe(self._sonner)

    def _sonner(self) -> None:
        for reveil in self._reveils:
            reveil.set()

    def _guetter(self) -> None:
        """Dort jusqu'au prochain enregistrement du journal, et le fait savoir."""
        position = self._journal.position()
        while not self._arret:
            try:
                neuf = self._journal.attendre_enregistrement(lambda _: True, depuis=position, delai=0.2)
                if neuf is not None:
                    position = self._journal.position()
                    self._reveiller()
            except (JournalArrete, OSError, RuntimeError, sqlite3.Error):
                return  # le journal se ferme : plus rien à guetter

    # -- garde -------------------------------------------------------------------------------------------------

    @web.middleware
    async def _garder(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            self._acces.exiger_hote(request.headers.get("Host", ""))
            if request.path != "/entrer":
                session = self._acces.exiger_session(request.cookies.get(self._acces.nom_cookie))
                request[_SESSION] = session
                if request.method != "GET":
                    entetes = request.headers
                    self._acces.exiger_page(session, entetes["Host"], entetes.get("Origin"), entetes.get("X-Banc-Sons"))
            reponse = await handler(request)
        except AccesRefuse as refus:
            reponse = requetes.refus(request, 403, str(refus))
        except DepotRefuse as refus:
            reponse = requetes.refus(request, 422, str(refus), refus.champ)
        except ReponseRefusee as refus:
            reponse = requetes.refus(request, 422, str(refus))
        except web.HTTPRequestEntityTooLarge:
            reponse = requetes.refus(
                request, 413, f"réponse de plus de {self._reponse_max >> 20} Mo : déposez plutôt un fichier"
            )
        except web.HTTPException as erreur:
            reponse = requetes.refus(request, erreur.status, f"demande sans réponse ici ({erreur.status})")
        except (OSError, JournalArrete, RuntimeError) as erreur:
            reponse = requetes.refus(request, 500, f"le banc n'a pas pu répondre : {type(erreur).__name__} : {erreur}")
        if not reponse.prepared:
            reponse.headers.update(ENTETES)
        return reponse

    # -- pages -------------------------------------------------------------------------------------------------

    async def _entrer(self, requete: web.Request) -> web.StreamResponse:
        try:
            session = self._acces.entrer(requete.query.get("jeton", ""))
        except AccesRefuse as refus:
            with contextlib.suppress(AccesRefuse):
                # Le même navigateur qui rouvre son lien est déjà admis.
                self._acces.exiger_session(requete.cookies.get(self._acces.nom_cookie))
                return requetes.html(requetes.SUITE)
            self._annoncer(self._acces.nouveau_lien())
            raise AccesRefuse(f"{refus} ; le terminal vient d'en afficher un neuf") from refus
        # Une page, pas une redirection : un cookie « Strict » ne suivrait pas celle d'un lien cliqué ailleurs.
        reponse = requetes.html(requetes.SUITE)
        reponse.set_cookie(self._acces.nom_cookie, session.cookie, httponly=True, samesite="Strict", path="/")
        return reponse

    async def _page(self, requete: web.Request) -> web.StreamResponse:
        return requetes.html(_lire("index.html").decode().replace("@csrf@", requete[_SESSION].csrf))

    async def _fichier(self, requete: web.Request) -> web.StreamResponse:
        nom = requete.match_info["nom"]
        if nom not in _noms():
            raise web.HTTPNotFound
        return web.Response(body=_lire(nom), content_type=_TYPES[Path(nom).suffix], charset="utf-8")

    # -- lectures ----------------------------------------------------------------------------------------------

    async def _evenements(self, requete: web.Request) -> web.StreamResponse:
        flux = web.StreamResponse(headers={**ENTETES, "Content-Type": "text/event-stream; charset=utf-8"})
        await flux.prepare(requete)
        reveil = asyncio.Event()
        self._reveils.add(reveil)
        curseur = _Curseur()
        try:
            while True:
                reveil.clear()
                for nom, valeur in self._nouveautes(curseur):
                    await flux.write(f"event: {nom}\ndata: {json.dumps(valeur, ensure_ascii=False)}\n\n".encode())
                if self._arret:
                    await flux.write(b"event: adieu\ndata: {}\n\n")
                    return flux
                try:
                    await asyncio.wait_for(reveil.wait(), _BATTEMENT_S)
                except TimeoutError:
                    await flux.write(b": battement\n\n")
        except ConnectionError:
            return flux
        finally:
            self._reveils.discard(reveil)

    def _nouveautes(self, curseur: _Curseur) -> list[tuple[str, Any]]:
        """Ce que cette page n'a pas encore vu, dans l'ordre où elle doit le montrer."""
        nouvelles: list[tuple[str, Any]] = []
        version, lignes = self._tableau.lignes(curseur.tableau)
        if lignes:
            nouvelles.append(("scenarios", [vue.ligne(ligne) for ligne in lignes]))
        if version > curseur.tableau or not curseur.tableau:
            nouvelles.append(("campagne", {**vue.campagne(self._tableau), "nom_propose": self._nom}))
            curseur.tableau = version
        echanges = self._echanges(curseur)
        if echanges:
            nouvelles.append(("echanges", echanges))
        etat = self._guichet.etat()
        if etat.version > curseur.guichet:
            curseur.guichet = etat.version
            demande = vue.demande(etat)
            if etat.consigne is not None and etat.numero != curseur.demande:
                numero, brouillon = self._brouillon
                demande["brouillon"] = brouillon if numero == etat.numero else None
            curseur.demande = etat.numero if etat.consigne is not None else 0
            nouvelles.append(("demande", demande))
        depots = [depot.en_dict() for depot in self.depots.de(etat.numero)]
        if depots != curseur.depots:
            curseur.depots = depots
            nouvelles.append(("depots", depots))
        return nouvelles

    def _echanges(self, curseur: _Curseur) -> list[dict[str, Any]]:
        try:
            if curseur.journal is None:
                curseur.journal = max(0, self._journal.position() - _ECHANGES_AU_DEPART)
            lus = list(self._journal.enregistrements(depuis=curseur.journal))
        except (JournalArrete, OSError, RuntimeError, sqlite3.Error):
            return []
        if lus:
            curseur.journal = lus[-1].numero
        return [vue.echange(lu) for lu in lus if lu.type in ("echange", "poignee_refusee")]

    async def _vignette(self, requete: web.Request) -> web.StreamResponse:
        depot = self.depots.trouver(requete.match_info["id"])
        if depot is None or not depot.examen.vignette:
            raise web.HTTPNotFound
        return web.Response(body=depot.examen.vignette, content_type="image/png")

    async def _valeur(self, requete: web.Request) -> web.StreamResponse:
        """Une valeur à donner au logiciel comme un fichier ; en octets quand elle est en base64."""
        etat = self._guichet.etat()
        voulu = requete.match_info["chemin"]
        valeur = next((v for v in etat.consigne.valeurs if v.chemin == voulu), None) if etat.consigne else None
        if valeur is None or str(etat.numero) != requete.match_info["numero"]:
            raise web.HTTPNotFound
        nom, octets = vue.en_fichier(valeur.chemin, valeur.texte)
        return web.Response(
            body=octets,
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{nom}"'},
        )

    # -- écritures ---------------------------------------------------------------------------------------------

    async def _commencer(self, requete: web.Request) -> web.StreamResponse:
        demande = await requetes.objet(requete)
        nom = str(demande.get("nom", "")).strip()[: requetes.NOM_MAX]
        if not nom:
            raise ReponseRefusee("dites votre nom : chaque réponse et chaque pièce le porteront, un relecteur le lira")
        self._tableau.commencer(nom)
        return web.json_response({})

    async def _repondre(self, requete: web.Request) -> web.StreamResponse:
        demande = await requetes.objet(requete)
        numero = requetes.entier(demande.get("numero"))
        reponse = requetes.lire_reponse(demande, self._tableau.nom or self._nom)
        pieces = tuple(depot.piece for depot in self.depots.de(numero))
        self._guichet.repondre(numero, replace(reponse, pieces=pieces))
        return web.json_response({})

    async def _pause(self, requete: web.Request) -> web.StreamResponse:
        if (await requetes.objet(requete)).get("pause"):
            self._guichet.mettre_en_pause()
        else:
            self._guichet.reprendre()
        return web.json_response({})

    async def _noter_brouillon(self, requete: web.Request) -> web.StreamResponse:
        demande = await requetes.objet(requete)
        self._brouillon = (requetes.entier(demande.get("numero")), demande.get("brouillon"))
        return web.json_response({})

    async def _deposer(self, requete: web.Request) -> web.StreamResponse:
        """Le corps entier est le fichier ; `demande`, `preuve`, `nom`, `genre`, `meta` sont dans l'adresse."""
        etat = self._guichet.etat()
        numero, preuve = requetes.entier(requete.query.get("demande")), requete.query.get("preuve", "")
        nom = requetes.nom_de_fichier(requete.query.get("nom", ""))
        if etat.consigne is None or numero != etat.numero:
            raise DepotRefuse("la demande a changé pendant le dépôt : déposez le fichier pour celle qui est affichée")
        if preuve not in {piece.preuve for piece in etat.consigne.pieces}:
            raise DepotRefuse(f"la preuve {preuve or '(sans numéro)'} n'est pas demandée ici")
        genre, meta = requete.query.get("genre", ""), requetes.metadonnees(requete.query.get("meta", ""))
        if genre not in {"", *(g for p in etat.consigne.pieces if p.preuve == preuve for g in p.genres)}:
            raise DepotRefuse(f"la preuve {preuve} n'accepte pas de pièce « {genre} »")
        chemin = await self.depots.recevoir(requetes.blocs(requete))
        depot = await asyncio.to_thread(self.depots.examiner, numero, preuve, nom, chemin, genre, meta)
        self._sonner()
        return web.json_response(depot.en_dict())

    async def _retirer(self, requete: web.Request) -> web.StreamResponse:
        self.depots.retirer(requete.match_info["id"])
        self._sonner()
        return web.json_response({})


@cache
def _noms() -> frozenset[str]:
    return frozenset(p.name for p in PAGES.iterdir() if p.suffix in (".css", ".js"))


@cache
def _lire(nom: str) -> bytes:
    return (PAGES / nom).read_bytes()
