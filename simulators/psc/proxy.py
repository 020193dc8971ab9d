"""Un proxy e-Santé d'essai : il se connecte par CIBA au nom du logiciel, garde les jetons, appelle les API à sa place.

Source : contrat public du proxy de l'ANS (points d'accès, statuts, cookie, durée) et API de conformité (signature de
session), tels que relevés. Ce que le proxy transmet aux API, et comment un logiciel s'authentifie auprès de lui, n'est
pas public : ici, il présente son certificat et le jeton d'API qu'il a obtenu.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from simulators.psc import ciba
from simulators.psc.echange import GRANT, ServeurApi
from simulators.psc.emission import Emission, emettre
from simulators.psc.erreurs import RefusOAuth
from simulators.psc.jetons_api import TYPE_ACCES
from simulators.psc.proxy_messages import RefusProxy, en_json, instant, objet, signature_de, texte
from simulators.psc.proxy_sessions import SessionProxy, SessionsProxy
from simulators.psc.simulateur import SimulateurPSC
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import Panne, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route
from simulators.socle.serveur import ConfigTls, ModeClient, ServeurBanc

SERVICE = "proxy_psc"
COOKIE = "proxy_session_id"
CERTIFICAT = "org_auth_cli"
_ENTETES_DE_LIAISON = frozenset(
    {"authorization", "connection", "content-length", "cookie", "host", "keep-alive", "te", "transfer-encoding"}
)
PANNES: tuple[Panne, ...] = (
    Panne("psc_indisponible", "503 à la connexion : Pro Santé Connect ne répond pas."),
    Panne("api_indisponible", "503 à l'envoi : l'API ne répond pas."),
    Panne("api_injoignable", "502 à l'envoi."),
    Panne("api_lente", "504 à l'envoi."),
)
_STATUTS = {"api_indisponible": 503, "api_injoignable": 502, "api_lente": 504}


class ProxyESante:
    """Le proxy. `sessions` : les sessions ouvertes et leurs traces."""

    def __init__(self, journal: JournalEchanges, igc: IgcTest, psc: SimulateurPSC, api: ServeurApi) -> None:
        self.pannes = RegistrePannes(SERVICE, journal, PANNES)
        self.sessions = SessionsProxy()
        self._adresses_api: dict[str, str] = {}
        self._journal = journal
        self._igc = igc
        self._psc = psc
        self._api = api
        self._port: Port | None = None

    def monter(self, serveur: ServeurBanc, *, port: int = 0) -> None:
        """Ouvre le port."""
        routes = [
            Route("POST", "/connect", self._connecter, lambda requete: "connect"),
            Route("*", "/send/*", self._envoyer, lambda requete: "send"),
            Route("DELETE", "/disconnect", self._deconnecter, lambda requete: "disconnect"),
            Route("GET", "/traces", self._rendre_traces, lambda requete: "traces"),
            Route("POST", "/signsessiondata", self._signer, lambda requete: "signature"),
        ]
        self._port = serveur.ajouter(
            SERVICE, routes, tls=ConfigTls(client=ModeClient.OPTIONNEL), port=port, pannes=self.pannes
        )

    def servir(self, adresses: Mapping[str, str]) -> None:
        """Service → adresse de son API ; `/send/<service>/…` mène à la racine de son port."""
        for service, adresse in adresses.items():
            decoupee = urlsplit(adresse)
            self._adresses_api[service] = f"{decoupee.scheme}://{decoupee.netloc}"

    @property
    def url(self) -> str:
        """Adresse de base."""
        if self._port is None:
            raise RuntimeError("le proxy n'est pas monté : appelez monter() d'abord")
        return self._port.url

    def remettre_a_zero(self) -> None:
        """Oublie sessions, traces et pannes."""
        self.pannes.vider()
        self._journal.oublier(self.sessions.vider())

    # -- connexion ---------------------------------------------------------------------------------------------

    async def _connecter(self, requete: RequeteRecue) -> ReponseSimulee:
        try:
            return await self._ouvrir(requete)
        except RefusProxy as refus:
            requete.noter("refus", refus.code)
            self.sessions.tracer(self._psc.horloge(), "CONNECT", status=refus.statut)
            return refus.en_reponse()

    async def _ouvrir(self, requete: RequeteRecue) -> ReponseSimulee:
        corps = objet(requete)
        personne, client_id = (texte(corps, nom) for nom in ("nationalId", "clientId"))
        message, canal = (texte(corps, nom) for nom in ("bindingMessage", "channel"))
        for note, valeur in (("identifiant", personne), ("client", client_id), ("canal", canal)):
            requete.noter(note, valeur[:200])
        requete.noter("binding_message", message[:20])
        if self.pannes.prendre(requete, "psc_indisponible") is not None:
            raise RefusProxy(503, "Pro Santé Connect ne répond pas")
        ouverte = self._session(requete)
        if ouverte is not None and (ouverte.personne, ouverte.client) == (personne, client_id):
            requete.noter("session", ouverte.session_psc)
            return ReponseSimulee(304)
        client = self._psc.clients.get(client_id)
        if client is None or personne not in self._psc.personnes:
            raise RefusProxy(404, "identifiant national ou logiciel inconnu")
        demande_ciba = {
            "scope": self._psc.profil.scope,
            "acr_values": self._psc.profil.acr,
            "login_hint": personne,
            "binding_message": message,
            "channel": canal,
        }
        try:
            demande = ciba.ouvrir(self._psc.contexte, demande_ciba, client)
        except RefusOAuth as refus:
            raise RefusProxy(400, refus.description, refus.code) from None
        requete.noter("transaction", demande.numero)
        await _attendre(demande, self._psc.horloge)
        issue = demande.issue(self._psc.horloge())
        if issue != "acceptee":
            code = "access_denied" if issue == "refusee" else "expired_token"
            raise RefusProxy(400, "la personne n'a pas accepté la demande", code)
        return self._accepter(requete, demande)

    def _accepter(self, requete: RequeteRecue, demande: ciba.DemandeCiba) -> ReponseSimulee:
        etat = self._psc.etat
        demande.remis = True
        moyen = demande.reponse.moyen if demande.reponse else ""
        ouverte = etat.ouvrir_session(demande.identifiant, moyen)
        client = self._psc.clients[demande.client_id]
        emission = Emission(client, ouverte, demande.scope, transaction=demande.numero, certificat_der=self._certificat)
        jetons = emettre(self._psc.contexte, emission)
        maintenant = self._psc.horloge()
        session = self.sessions.ouvrir(
            demande.identifiant, client.client_id, ouverte.identifiant_session, jetons, maintenant
        )
        self._journal.proteger(session.identifiant)
        requete.noter("session", session.session_psc)
        faits = {"nationalId": session.personne, "clientId": session.client, "sessionState": session.session_psc}
        self.sessions.tracer(maintenant, "CONNECT", status=200, **faits)
        rendu = {COOKIE: session.identifiant, "session_state": session.session_psc}
        cookie = f"{COOKIE}={session.identifiant}; Path=/; Secure; HttpOnly; SameSite=Strict"
        return en_json(200, rendu, ("Set-Cookie", cookie))

    async def _deconnecter(self, requete: RequeteRecue) -> ReponseSimulee:
        session = self._session(requete)
        if session is None:
            requete.noter("refus", "unauthorized")
            return RefusProxy(401, "aucune session de proxy").en_reponse()
        requete.noter("session", session.session_psc)
        self.sessions.fermer(session.identifiant)
        ouverte = self._psc.etat.sessions.get(session.session_psc)
        requete.noter("terminee", "oui" if ouverte is not None and not ouverte.terminee else "non")
        if ouverte is not None:
            self._psc.etat.terminer(ouverte, "fin demandée par le proxy")
        self.sessions.tracer(self._psc.horloge(), "DISCONNECT", status=200, sessionState=session.session_psc)
        vide = f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"
        return en_json(200, {}, ("Set-Cookie", vide))

    def _session(self, requete: RequeteRecue) -> SessionProxy | None:
        """Celle du cookie, si Pro Santé Connect n'y a pas mis fin."""
        lus: dict[str, str] = {}
        for nom, valeur in requete.entetes:
            if nom.lower() == "cookie":
                try:
                    lus |= {cle: morceau.value for cle, morceau in SimpleCookie(valeur).items()}
                except CookieError:
                    continue
        session = self.sessions.lire(lus.get(COOKIE, ""), self._psc.horloge())
        if session is None or self._psc.etat.session_vivante(session.session_psc) is None:
            return None
        return session

    # -- envoi -------------------------------------------------------------------------------------------------

    async def _envoyer(self, requete: RequeteRecue) -> ReponseSimulee:
        try:
            return await self._transmettre(requete)
        except RefusProxy as refus:
            requete.noter("refus", refus.code)
            return refus.en_reponse()

    async def _transmettre(self, requete: RequeteRecue) -> ReponseSimulee:
        session = self._session(requete)
        if session is None:
            raise RefusProxy(401, "aucune session de proxy")
        requete.noter("session", session.session_psc)
        requete.noter("identifiant", session.personne)
        service, _, chemin = requete.chemin.removeprefix("/send/").partition("/")
        requete.noter("service", service[:60])
        if service not in self._adresses_api:
            raise RefusProxy(404, f"service inconnu du proxy : {', '.join(self._adresses_api)} attendu")
        panne = self.pannes.prendre(requete, *_STATUTS)
        if panne is not None:
            raise RefusProxy(_STATUTS[panne.nom], "panne jouée exprès")
        ouverte = self._psc.etat.sessions[session.session_psc]
        self._psc.etat.toucher(ouverte)
        reponse = await self._appeler(requete, session, f"{self._adresses_api[service]}/{chemin}")
        faits = {"service": service, "endpoint": chemin, "sessionState": session.session_psc}
        self.sessions.tracer(self._psc.horloge(), "SEND", status=reponse.statut, **faits)
        return reponse

    async def _appeler(self, requete: RequeteRecue, session: SessionProxy, adresse: str) -> ReponseSimulee:
        import aiohttp

        contexte = self._igc.contexte_client(self._igc.identifiants(CERTIFICAT))
        chaine = requete.cible.partition("?")[2]
        entetes = [(nom, valeur) for nom, valeur in requete.entetes if nom.lower() not in _ENTETES_DE_LIAISON]
        delai = aiohttp.ClientTimeout(total=60)
        try:
            async with aiohttp.ClientSession(timeout=delai, connector=aiohttp.TCPConnector(ssl=contexte)) as client:
                jeton = await self._jeton_api(client, session)
                async with client.request(
                    requete.methode, f"{adresse}?{chaine}" if chaine else adresse, data=requete.corps.octets,
                    headers=[*entetes, ("Authorization", f"Bearer {jeton}")], allow_redirects=False,
                ) as recue:  # fmt: skip
                    corps, nature = await recue.read(), recue.headers.get("Content-Type")
                    return ReponseSimulee(recue.status, corps, nature)
        except TimeoutError:
            raise RefusProxy(504, "l'API n'a pas répondu à temps") from None
        except aiohttp.ClientError as erreur:
            raise RefusProxy(502, f"l'API n'est pas joignable : {type(erreur).__name__}") from None

    async def _jeton_api(self, client: Any, session: SessionProxy) -> str:
        """Le jeton d'API de la session ; échangé au premier envoi, rafraîchi quand il ne vaut plus."""
        try:
            if session.jeton_api:
                self._api.verifier(session.jeton_api, certificat_der=self._certificat)
                return session.jeton_api
        except ValueError:
            session.jeton_api = ""
        champs = {"client_id": session.client, "grant_type": GRANT, "subject_issuer": "psc", "scope": "openid"}
        champs |= {"subject_token": self._acces_frais(session), "subject_token_type": TYPE_ACCES}
        async with client.post(self._api.url_jeton, data=champs) as recue:
            rendu = await recue.json()
        if "access_token" not in rendu:
            raise RefusProxy(502, "le serveur d'autorisation des API a refusé l'échange", str(rendu.get("error", "")))
        session.jeton_api = str(rendu["access_token"])
        return session.jeton_api

    def _acces_frais(self, session: SessionProxy) -> str:
        """Un jeton d'accès de la session Pro Santé Connect, que le proxy renouvelle lui-même."""
        contexte = self._psc.contexte
        ouverte = contexte.etat.sessions[session.session_psc]
        client = self._psc.clients[session.client]
        emission = Emission(client, ouverte, self._psc.profil.scope, certificat_der=self._certificat)
        session.acces = str(emettre(contexte, emission)["access_token"])
        return session.acces

    @property
    def _certificat(self) -> bytes:
        return self._igc.identifiants(CERTIFICAT).der

    # -- traces, conformité ------------------------------------------------------------------------------------

    async def _rendre_traces(self, requete: RequeteRecue) -> ReponseSimulee:
        try:
            debut, fin = (instant(requete, nom) for nom in ("start", "end"))
        except ValueError:
            return RefusProxy(400, "start et end : instants ISO 8601 attendus").en_reponse()
        return en_json(200, self.sessions.traces(debut, fin))

    async def _signer(self, requete: RequeteRecue) -> ReponseSimulee:
        """API de conformité : les quatre données d'une session, et leur signature si elles vont ensemble."""
        noms = ("nationalId", "clientID", COOKIE, "session_state")
        try:
            corps = objet(requete)
            donnees = {nom: texte(corps, nom) for nom in noms}
        except RefusProxy as refus:
            return refus.en_reponse()
        session = self.sessions.lire(donnees[COOKIE], self._psc.horloge())
        attendues = session and (session.personne, session.client, session.identifiant, session.session_psc)
        if attendues != tuple(donnees.values()):
            requete.noter("refus", "session_incoherente")
            return RefusProxy(400, "ces données ne sont pas celles d'une même session ouverte").en_reponse()
        requete.noter("session", donnees["session_state"])
        return en_json(200, {**donnees, "signature": signature_de(self._api.jetons.cles.courante, donnees)})


async def _attendre(demande: ciba.DemandeCiba, horloge: Any) -> None:
    """Dort jusqu'à la réponse de la personne, ou jusqu'au terme de la demande."""
    evenement, boucle = asyncio.Event(), asyncio.get_running_loop()

    def prevenir() -> None:
        boucle.call_soon_threadsafe(evenement.set)

    demande.quand_repondue(prevenir)
    try:
        async with asyncio.timeout(max(0.0, (demande.expire - horloge()).total_seconds())):
            await evenement.wait()
    except TimeoutError:
        return
