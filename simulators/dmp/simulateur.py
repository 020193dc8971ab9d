"""Le simulateur DMP : monte les services SOAP, l'API Pro Santé Connectée et le portail ; reçoit, contrôle, répond."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from simulators.dmp import endpoints as paquet_endpoints
from simulators.dmp import erreurs, reponses
from simulators.dmp.api_psc import vihf_de_l_appel
from simulators.dmp.appel import Appel, Endpoint, PageWeb, Resultat
from simulators.dmp.controle_vihf import controler_vihf
from simulators.dmp.droits import TableDroits
from simulators.dmp.enveloppe import Enveloppe, controler_adressage, lire_enveloppe, trouver_assertion
from simulators.dmp.erreurs import Refus, TableErreurs
from simulators.dmp.etat import EtatDMP
from simulators.dmp.pannes import PANNES, pannes_de, refus_joue
from simulators.dmp.reglages import Reglages
from simulators.dmp.vihf import Vihf
from simulators.dmp.xml import espace, nom_local
from simulators.socle.jetons import JetonRefuse, JetonVerifie, VerificateurJetons
from simulators.socle.journal import JournalEchanges
from simulators.socle.mtom import (
    ErreurMtom,
    LimitesMtom,
    MessageMtom,
    composer,
    decouper,
    est_multipart,
    parse_type_contenu,
)
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.porteur import porteur, presenter, refuser_porteur
from simulators.socle.serveur import ConfigTls, ModeClient, Port, ReponseSimulee, RequeteRecue, Route, ServeurBanc

BASE = "/si-dmp-server/v2/services"
_GRAND = 1024 * 1024


def charger_endpoints() -> tuple[tuple[Endpoint, ...], tuple[PageWeb, ...]]:
    """Tous les endpoints du dossier `endpoints/` : chaque sous-paquet déclare `ENDPOINT` ou `PAGE`."""
    soap: list[Endpoint] = []
    pages: list[PageWeb] = []
    for module in sorted(pkgutil.iter_modules(paquet_endpoints.__path__), key=lambda trouve: trouve.name):
        charge = importlib.import_module(f"{paquet_endpoints.__name__}.{module.name}")
        if hasattr(charge, "ENDPOINT"):
            soap.append(charge.ENDPOINT)
        if hasattr(charge, "PAGE"):
            pages.append(charge.PAGE)
    return tuple(soap), tuple(pages)


class SimulateurDMP(AvecPannes):
    """DMP de test. `etat` sème et relit les dossiers ; `panne(...)` joue une panne nommée.

    `jetons_api` : qui vérifie les jetons présentés à l'API Pro Santé Connectée ; sans lui, elle refuse tout.
    """

    jetons_api: VerificateurJetons | None = None

    def __init__(
        self,
        journal: JournalEchanges,
        igc: IgcTest,
        *,
        reglages: Reglages | None = None,
        horloge: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.reglages = reglages or Reglages()
        self.etat = EtatDMP(identifiant_entrepot=self.reglages.identifiant_entrepot)
        self.pannes = RegistrePannes("dmp", journal, PANNES)
        self.table = TableErreurs.charger(self.reglages.table_erreurs)
        self.droits = TableDroits.charger(self.reglages.table_droits)
        self._igc = igc
        self._horloge = horloge
        self._ports: dict[str, Port] = {}
        self._endpoints, self._pages = charger_endpoints()

    def monter(self, serveur: ServeurBanc, *, port: int = 0, port_web: int = 0, port_api: int = 0) -> None:
        """Ouvre les trois ports : services SOAP et API (certificat client exigé, comme les vrais), portail web."""
        services = sorted({endpoint.service for endpoint in self._endpoints})
        routes = [Route("POST", f"{BASE}/{service}", self._recevoir, self._reconnaitre) for service in services]
        self._ports["soap"] = serveur.ajouter(
            "dmp",
            routes,
            tls=ConfigTls(client=ModeClient.REQUIS),
            port=port,
            pannes=self.pannes,
            corps_max=self.reglages.octets_corps_max,
        )
        pages = [
            Route("GET", chemin, self._servir(page), lambda _, nom=page.operation: nom)  # type: ignore[misc]
            for page in self._pages
            for chemin in (f"{page.prefixe}/*",)
        ]
        self._ports["web"] = serveur.ajouter(
            "dmp", pages, tls=ConfigTls(client=ModeClient.OPTIONNEL), port=port_web, pannes=self.pannes
        )
        self._ports["api"] = serveur.ajouter(
            "dmp",
            [Route("POST", f"{BASE}/{service}", self._recevoir_api, self._reconnaitre) for service in services],
            tls=ConfigTls(client=ModeClient.REQUIS),
            port=port_api,
            pannes=self.pannes,
            corps_max=self.reglages.octets_corps_max,
        )

    def adresses(self) -> dict[str, str]:
        """URL de base des services et du portail, telles qu'on les donne au logiciel."""
        return {"url": f"{self._ports['soap'].url}{BASE}", "url_web_ps": self._ports["web"].url}

    @property
    def url_api_psc(self) -> str:
        """URL de base des services par l'API Pro Santé Connectée."""
        return f"{self._ports['api'].url}{BASE}"

    def remettre_a_zero(self) -> None:
        """Oublie dossiers, messages et pannes."""
        self.pannes.vider()
        self.etat.vider()

    # ------------------------------------------------------------------ réception
    async def _recevoir(self, requete: RequeteRecue, jeton: JetonVerifie | None = None) -> ReponseSimulee:
        # L'entrepôt lit et écrit des documents : jamais sur la boucle, que les autres simulateurs partagent.
        if requete.corps.taille > _GRAND or requete.chemin.endswith("/repository"):
            return await asyncio.to_thread(self._repondre, requete, jeton)
        return self._repondre(requete, jeton)

    async def _recevoir_api(self, requete: RequeteRecue) -> ReponseSimulee:
        """Par l'API : le jeton d'abord, lié au certificat présenté."""
        requete.noter("voie", "api_psc")
        jeton = porteur(requete)
        if not jeton or self.jetons_api is None:
            return refuser_porteur(requete, None)
        try:
            verifie = presenter(self.jetons_api, requete, jeton)
        except JetonRefuse as refus:
            return refuser_porteur(requete, refus)
        return await self._recevoir(requete, verifie)

    def _repondre(self, requete: RequeteRecue, jeton: JetonVerifie | None) -> ReponseSimulee:
        service = requete.chemin.rsplit("/", 1)[-1]
        endpoint, relates_to = self._par_action(service, self._action_http(requete)), ""
        try:
            with requete.corps.ouvrir() as fichier:
                octets, mtom = self._lire_racine(requete, fichier)
                enveloppe = lire_enveloppe(octets)
                relates_to = enveloppe.adressage.message_id
                endpoint = self._choisir(service, enveloppe, self._action_http(requete))
                requete.operation = _operation(endpoint, enveloppe, self.etat)
                appel = self._admettre(requete, enveloppe, fichier, mtom, jeton)
                resultat = self._traiter(endpoint, appel)
        except Refus as refus:
            return self._faute(requete, refus, relates_to, endpoint)
        requete.noter("code", ", ".join(resultat.codes))
        lien = "" if appel.joue("sans_relates_to") else relates_to
        octets = reponses.enveloppe(resultat.corps, action=endpoint.action_reponse, relates_to=lien)
        multipart = resultat.multipart or endpoint.multipart or appel.joue("reponse_mtom")
        return self._emballer(octets, resultat, endpoint.action_reponse, multipart=multipart)

    def _lire_racine(self, requete: RequeteRecue, fichier: BinaryIO) -> tuple[bytes, MessageMtom | None]:
        annonce = requete.entete("Content-Type") or ""
        nature, _ = parse_type_contenu(annonce)
        if est_multipart(annonce):
            try:
                message = decouper(fichier, annonce, limites=LimitesMtom(parties=self.reglages.parties_max))
                octets = message.racine.lire(fichier, self.reglages.octets_racine_max)
            except ErreurMtom as erreur:
                raise erreurs.mtom_invalide(str(erreur)) from erreur
            if message.remarques:
                requete.noter("remarques_mtom", " ; ".join(message.remarques))
            requete.noter("transport", "mtom")
            return octets, message
        if nature == "text/xml":
            raise erreurs.version_soap("Content-Type text/xml : c'est SOAP 1.1.")
        if nature != "application/soap+xml":
            raise erreurs.message_illisible(f"Content-Type « {nature} » : application/soap+xml attendu.")
        requete.noter("transport", "soap")
        return fichier.read(self.reglages.octets_corps_max), None

    def _choisir(self, service: str, enveloppe: Enveloppe, action_http: str) -> Endpoint:
        controler_adressage(enveloppe, action_http)
        endpoint = self._par_action(service, enveloppe.action)
        if endpoint is None:
            raise erreurs.action_inconnue(enveloppe.action)
        contenu = enveloppe.contenu
        if (espace(contenu), nom_local(contenu)) != endpoint.racine:
            raise erreurs.action_discordante(f"« {enveloppe.action} » avec le corps {nom_local(contenu)}.")
        return endpoint

    def _admettre(
        self,
        requete: RequeteRecue,
        enveloppe: Enveloppe,
        fichier: BinaryIO,
        mtom: MessageMtom | None,
        jeton: JetonVerifie | None,
    ) -> Appel:
        """Rejeu, VIHF, pannes : ce que toute transaction passe avant son traitement."""
        if not self.etat.nouveau_message(enveloppe.adressage.message_id):
            raise erreurs.message_rejoue(enveloppe.adressage.message_id)
        maintenant = self._horloge()
        if jeton is not None:
            vihf = vihf_de_l_appel(enveloppe, jeton, requete.certificat_client)
        else:
            vihf = controler_vihf(
                trouver_assertion(enveloppe),
                igc=self._igc,
                certificat_tls=requete.certificat_client,
                reglages=self.reglages,
                maintenant=maintenant,
            )
        _noter_vihf(requete, vihf)
        if not self.etat.vihf_du_patient(vihf.id, vihf.resource_id):
            raise erreurs.vihf_rejoue()
        return Appel(
            requete,
            enveloppe,
            vihf,
            fichier,
            mtom,
            self.etat,
            self.droits,
            self.table,
            self.reglages,
            maintenant,
            panne=self.pannes.prendre(requete, *pannes_de(requete.operation)),
        )

    def _traiter(self, endpoint: Endpoint, appel: Appel) -> Resultat:
        try:
            joue = refus_joue(appel)
            if joue is not None:
                raise joue
            return endpoint.traiter(appel)
        except Refus as refus:
            if self.table[refus.cle].canal == "faute" or endpoint.refuser is None:
                raise
            appel.noter("refus", refus)
            return endpoint.refuser(appel, [refus])

    def _faute(self, requete: RequeteRecue, refus: Refus, relates_to: str, endpoint: Endpoint | None) -> ReponseSimulee:
        requete.noter("code", self.table[refus.cle].code)
        requete.noter("refus", str(refus))
        octets = reponses.faute(self.table, refus, relates_to=relates_to)
        multipart = endpoint is not None and endpoint.multipart
        return self._emballer(octets, Resultat(""), "", multipart=multipart, statut=500)

    def _emballer(
        self, octets: bytes, resultat: Resultat, action: str, *, multipart: bool, statut: int = 200
    ) -> ReponseSimulee:
        if not multipart and not resultat.pieces:
            suite = f'; action="{action}"' if action else ""
            return ReponseSimulee(statut, octets, f"application/soap+xml; charset=utf-8{suite}")
        type_contenu, blocs = composer(octets, resultat.pieces, action=action)
        if sum(piece.taille for _, _, piece in resultat.pieces) > _GRAND:
            return ReponseSimulee(statut, self.etat.depot.ranger(blocs).corps, type_contenu)
        return ReponseSimulee(statut, b"".join(blocs), type_contenu)

    # ------------------------------------------------------------------ reconnaissance
    def _reconnaitre(self, requete: RequeteRecue) -> str:
        """Nom de l'opération, avant tout contrôle, pour choisir la panne et étiqueter l'échange."""
        service = requete.chemin.rsplit("/", 1)[-1]
        endpoint = self._par_action(service, self._action_http(requete))
        if endpoint is None:
            with requete.corps.ouvrir() as fichier:
                debut = fichier.read(64 * 1024).decode("utf-8", errors="replace")
            connus = [e for e in self._endpoints if e.service == service and f">{e.action}<" in debut]
            endpoint = connus[0] if len(connus) == 1 else None
        if endpoint is None:
            return ""
        if endpoint.preciser is None or requete.corps.taille > _GRAND:
            return endpoint.operation
        try:
            return _operation(endpoint, lire_enveloppe(requete.corps.octets), self.etat)
        except Refus:
            return endpoint.operation

    def _action_http(self, requete: RequeteRecue) -> str:
        return parse_type_contenu(requete.entete("Content-Type") or "")[1].get("action", "")

    def _par_action(self, service: str, action: str) -> Endpoint | None:
        return next((e for e in self._endpoints if e.service == service and e.action == action), None)

    def _servir(self, page: PageWeb) -> Callable[[RequeteRecue], Any]:
        async def servir(requete: RequeteRecue) -> ReponseSimulee:
            requete.operation = page.operation
            return ReponseSimulee(200, page.traiter(requete, self.etat), "text/html; charset=utf-8")

        return servir


def _operation(endpoint: Endpoint, enveloppe: Enveloppe, etat: EtatDMP) -> str:
    return endpoint.preciser(enveloppe, etat) if endpoint.preciser is not None else endpoint.operation


def _noter_vihf(requete: RequeteRecue, vihf: Vihf) -> None:
    ins = vihf.ins
    faits: Sequence[tuple[str, object]] = (
        ("matricule", ins.matricule if ins else ""),
        ("oid", ins.oid if ins else ""),
        ("mode", vihf.mode),
        ("acces", vihf.usage),
        ("professionnel", vihf.name_id),
        ("structure", vihf.identifiant_structure),
        ("vihf_id", vihf.id),
    )
    for cle, valeur in faits:
        requete.noter(cle, valeur)
