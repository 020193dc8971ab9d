"""L'Annuaire Santé monté sur le serveur du banc : un port pour l'API FHIR, un port pour les extractions."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from simulators.annuaire import erreurs
from simulators.annuaire.debit import Debit
from simulators.annuaire.endpoints.extraction import trop_de_demandes
from simulators.annuaire.erreurs import RefusFhir
from simulators.annuaire.etat import LIBRE_ACCES, NOMBRE_PAR_DEFAUT, EtatAnnuaire
from simulators.annuaire.extraction_lignes import CORRESPONDANCE
from simulators.annuaire.pannes import PANNES, REFUS
from simulators.annuaire.point import BASE_EXTRACTION, BASE_FHIR, Appel, PointAcces, points_acces
from simulators.annuaire.recherche.pages import Pages
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import AvecPannes, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.serveur import ConfigTls, ModeClient, Port, ReponseSimulee, RequeteRecue, Route, ServeurBanc

CORPS_MAX = 1 << 20
APPELS_PAR_SECONDE = 17
TELECHARGEMENTS = 30
"""Téléchargements admis par minute avant un 429 ; le nombre réel n'est pas publié."""
EN_TETE = "ESANTE-API-KEY"


def _maintenant() -> datetime:
    return datetime.now(UTC)


class SimulateurAnnuaire(AvecPannes):
    """API FHIR v2 (clé et quota exigés) et extractions publiques, sur une même population fictive."""

    def __init__(
        self,
        journal: JournalEchanges,
        igc: IgcTest,
        *,
        nombre: int = NOMBRE_PAR_DEFAUT,
        horloge: Callable[[], datetime] = _maintenant,
    ) -> None:
        """`nombre` : professionnels de fond, en plus de ceux que le banc connaît par leur nom."""
        self.etat = EtatAnnuaire(nombre, horloge=horloge)
        self.pannes = RegistrePannes("annuaire", journal, PANNES)
        self.cle = secrets.token_urlsafe(24)
        journal.proteger(self.cle)
        self._igc = igc
        self._pages = Pages()
        self._debit = Debit(APPELS_PAR_SECONDE, 1.0)
        self._telechargements = Debit(TELECHARGEMENTS, 60.0)
        self._api: Port | None = None
        self._extractions: Port | None = None

    def monter(self, serveur: ServeurBanc, *, port_api: int = 0, port_extraction: int = 0) -> None:
        """Ouvre les deux ports, en TLS du serveur seul."""
        tls = ConfigTls(client=ModeClient.AUCUN)
        self._api = serveur.ajouter(
            "annuaire",
            [Route("*", "/*", self._traiter_api, _operation)],
            tls=tls,
            port=port_api,
            pannes=self.pannes,
            corps_max=CORPS_MAX,
        )
        self._extractions = serveur.ajouter(
            "annuaire",
            [Route("*", "/*", self._traiter_extraction, _operation)],
            tls=tls,
            port=port_extraction,
            pannes=self.pannes,
            corps_max=CORPS_MAX,
        )

    def adresses(self) -> dict[str, str]:
        """Adresses et clé à donner au logiciel."""
        if self._api is None or self._extractions is None:
            raise RuntimeError("l'annuaire simulé n'est pas monté : appelez monter() d'abord")
        extraction = self._extractions.url + BASE_EXTRACTION
        return {
            "fhir": self._api.url + BASE_FHIR,
            "cle": self.cle,
            "extraction": f"{extraction}/{LIBRE_ACCES}",
            "correspondance": f"{extraction}/{CORRESPONDANCE}",
        }

    def remettre_a_zero(self) -> None:
        """Revient à la publication de départ ; oublie pannes, pages et quotas."""
        self.etat.remettre_a_zero()
        self.pannes.vider()
        self._pages.vider()
        self._debit.vider()
        self._telechargements.vider()

    async def _traiter_api(self, requete: RequeteRecue) -> ReponseSimulee:
        requete.noter("edition", self.etat.edition)
        try:
            return self._repondre_api(requete)
        except RefusFhir as refus:
            return refus.refus.en_reponse()

    def _repondre_api(self, requete: RequeteRecue) -> ReponseSimulee:
        cle = requete.entete(EN_TETE)
        if not cle:
            raise erreurs.cle_absente()
        if not secrets.compare_digest(cle.encode(), self.cle.encode()):
            raise erreurs.cle_refusee()
        if not self._debit.admettre():
            raise erreurs.debit_depasse(APPELS_PAR_SECONDE)
        if (armee := self.pannes.prendre(requete, *REFUS)) is not None:
            raise REFUS[armee.nom][1]()
        if requete.methode not in ("GET", "HEAD", "POST"):
            raise erreurs.methode_refusee(requete.methode)
        appel = self._appel(requete)
        point = _point(requete, BASE_FHIR)
        if point is not None:
            return point.handle(appel)
        if requete.chemin.startswith(f"{BASE_FHIR}/"):
            raise erreurs.methode_refusee(requete.methode)
        raise erreurs.version_absente()

    async def _traiter_extraction(self, requete: RequeteRecue) -> ReponseSimulee:
        point = _point(requete, BASE_EXTRACTION)
        if point is None:
            return ReponseSimulee(404, b"Banc de test : aucune extraction a cette adresse.\n", "text/plain")
        if requete.methode == "GET" and not self._telechargements.admettre():
            return trop_de_demandes(60)
        return point.handle(self._appel(requete))

    def _appel(self, requete: RequeteRecue) -> Appel:
        assert self._api is not None
        return Appel(
            requete,
            self.etat,
            self._pages,
            self._api.url + BASE_FHIR,
            lambda *noms: self.pannes.prendre(requete, *noms),
        )


def _point(requete: RequeteRecue, base: str) -> PointAcces | None:
    """Le point d'accès de cette requête ; note au passage l'opération."""
    if not requete.chemin.startswith(f"{base}/"):
        return None
    segments = [partie for partie in requete.chemin.removeprefix(base).split("/") if partie]
    trouves = [p for p in points_acces() if p.base == base and segments and p.reconnaitre(requete.methode, segments)]
    # La recherche reconnaît tout segment seul : un point d'accès plus précis passe avant elle.
    precis = [p for p in trouves if p.reconnaitre(requete.methode, ["Practitioner"]) == ""]
    return next(iter(precis or trouves), None)


def _operation(requete: RequeteRecue) -> str:
    for base in (BASE_FHIR, BASE_EXTRACTION):
        point = _point(requete, base)
        if point is not None:
            segments = [partie for partie in requete.chemin.removeprefix(base).split("/") if partie]
            return point.reconnaitre(requete.methode, segments)
    return ""
