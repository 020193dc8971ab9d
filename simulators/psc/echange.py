"""Le serveur d'autorisation des API Pro Santé Connectées : il échange un jeton de la personne contre un jeton d'API.

Sources : RFC 8693 (2.1, 2.2), RFC 8705 (2.1, 3) ; ANS, guide de sécurisation du transport d'API REST et mandataire
public (`subject_issuer=psc`, client prouvé par son certificat). Ce que `scope` doit valoir n'est pas public : tout
scope bien formé est accordé.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from simulators.psc.clients import Client
from simulators.psc.demande import lire_paires, uniques
from simulators.psc.erreurs import (
    RefusOAuth,
    RefusPage,
    client_refuse,
    en_json,
    erreur_interne,
    octroi_inconnu,
    octroi_refuse,
    requete_invalide,
    scope_refuse,
)
from simulators.psc.jetons_api import SERVICE, TYPE_ACCES, JetonApi, JetonsApi
from simulators.psc.liaison import est_lie
from simulators.psc.simulateur import SimulateurPSC
from simulators.socle.jetons import JetonRefuse, JetonVerifie
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import Panne, RegistrePannes
from simulators.socle.pki import IgcTest
from simulators.socle.profils_certificats import Usage
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route
from simulators.socle.serveur import ConfigTls, ModeClient, ServeurBanc

ROYAUME = "/auth/realms/api-psc"
CHEMIN = f"{ROYAUME}/protocol/openid-connect/token"
CHEMIN_CLES = f"{ROYAUME}/protocol/openid-connect/certs"
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPE_JWT = "urn:ietf:params:oauth:token-type:jwt"
_FORMULAIRE = "application/x-www-form-urlencoded"
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")

PANNES: tuple[Panne, ...] = (
    Panne("echange_refuse", "400 invalid_request : le jeton présenté est tenu pour périmé."),
    Panne("scope_refuse", "400 invalid_scope."),
    Panne("certificat_refuse", "401 invalid_client : le certificat présenté est tenu pour inconnu."),
    Panne("echange_500", "500 à l'échange."),
    Panne("jeton_api_expire", "Jeton d'API né périmé."),
    Panne("jeton_api_autre_certificat", "Jeton d'API lié à un autre certificat que celui présenté."),
    Panne("jeton_api_sans_rafraichissement", "Réponse sans jeton de rafraîchissement ; rien de fautif."),
)


class ServeurApi:
    """Le point d'échange. `verifier` : l'interface `VerificateurJetons`, pour les API."""

    def __init__(self, journal: JournalEchanges, igc: IgcTest, psc: SimulateurPSC) -> None:
        self.pannes = RegistrePannes(SERVICE, journal, PANNES)
        self.jetons = JetonsApi(journal, psc)
        self._igc = igc
        self._psc = psc
        self._port: Port | None = None

    def monter(self, serveur: ServeurBanc, *, port: int = 0) -> None:
        """Ouvre le port ; le certificat du client y est permis, et son absence s'explique en JSON."""
        self._port = serveur.ajouter(
            SERVICE,
            [
                Route("POST", CHEMIN, self._echanger, lambda requete: "echange_jeton"),
                Route("GET", CHEMIN_CLES, self._rendre_cles, lambda requete: "jwks"),
            ],
            tls=ConfigTls(client=ModeClient.OPTIONNEL),
            port=port,
            pannes=self.pannes,
            corps_max=2**17,
        )

    @property
    def url_jeton(self) -> str:
        """Point d'accès de l'échange."""
        return f"{self._base}{CHEMIN}"

    @property
    def _base(self) -> str:
        if self._port is None:
            raise RuntimeError("le serveur d'autorisation des API n'est pas monté : appelez monter() d'abord")
        return self._port.url

    def remettre_a_zero(self) -> None:
        """Oublie jetons et pannes."""
        self.pannes.vider()
        self.jetons.vider()

    def verifier(self, jeton: str, *, certificat_der: bytes | None = None) -> JetonVerifie:
        """Un jeton d'API, émis ici, vivant, présenté avec le certificat auquel il est lié."""
        return self.jetons.verifier(jeton, certificat_der=certificat_der)

    # -- échange -----------------------------------------------------------------------------------------------

    async def _rendre_cles(self, requete: RequeteRecue) -> ReponseSimulee:
        requete.noter("cles", " ".join(self.jetons.cles.kids))
        return en_json(self.jetons.cles.jwks())

    async def _echanger(self, requete: RequeteRecue) -> ReponseSimulee:
        try:
            return en_json(self._servir(requete))
        except RefusOAuth as refus:
            requete.noter("refus", refus.code)
            return refus.en_reponse()

    def _servir(self, requete: RequeteRecue) -> dict[str, Any]:
        valeurs = _formulaire(requete)
        grant_type = valeurs.get("grant_type", "")
        requete.noter("grant_type", grant_type[:120])
        for nom in ("scope", "subject_issuer", "subject_token_type"):
            requete.noter(nom, valeurs.get(nom, "")[:200])
        panne = self.pannes.prendre(requete)
        if panne is not None and panne.nom == "echange_500":
            raise erreur_interne()
        client, certificat = self._authentifier(
            requete, valeurs, refuse=bool(panne and panne.nom == "certificat_refuse")
        )
        if grant_type not in (GRANT, "refresh_token"):
            raise octroi_inconnu(grant_type)
        if panne is not None and panne.nom == "scope_refuse":
            raise scope_refuse("panne jouée exprès")
        servir = self._par_echange if grant_type == GRANT else self._par_rafraichissement
        source = servir(requete, valeurs, client, certificat)
        if panne is not None and panne.nom == "echange_refuse":
            raise requete_invalide("subject_token : panne jouée exprès")
        requete.noter("identifiant", source.identifiant)
        requete.noter("session", source.session)
        requete.noter("lie", "oui")
        requete.noter("defaut_jeton", panne.nom if panne else "")
        return self.jetons.emettre(source, f"{self._base}{ROYAUME}", panne.nom if panne else "")

    def _authentifier(self, requete: RequeteRecue, valeurs: Mapping[str, str], *, refuse: bool) -> tuple[Client, bytes]:
        """Le client, par son certificat et par lui seul : de l'IGC Santé, d'organisation, OU = structure."""
        certificat = requete.certificat_client
        client = self._psc.clients.get(valeurs.get("client_id", ""))
        requete.noter("client", valeurs.get("client_id", "")[:200])
        requete.noter("authentification", "tls_client_auth" if certificat is not None else "aucune")
        if requete.entete("Authorization") or "client_secret" in valeurs:
            requete.noter("secret_presente", "oui")
        if certificat is None or requete.tls is None or requete.tls.certificat is None:
            raise client_refuse("certificat TLS exigé : le serveur d'autorisation des API n'admet pas de secret")
        requete.noter("certificat", certificat.subject.rfc4514_string())
        reproches = self._igc.anomalies(certificat, usage=Usage.AUTHENTIFICATION)
        structure = structure_de(certificat)
        requete.noter("structure", structure)
        if refuse or reproches or not structure:
            raise client_refuse(
                f"certificat refusé : {' ; '.join(reproches) or 'ORG AUTH_CLI attendu, OU de structure'}"
            )
        if client is None:
            raise client_refuse("client_id absent ou inconnu")
        if client.sujet_certificat and certificat.subject.rfc4514_string() != client.sujet_certificat:
            raise client_refuse("le certificat TLS n'est pas celui de ce client")
        return client, requete.tls.certificat

    def _par_echange(
        self, requete: RequeteRecue, valeurs: Mapping[str, str], client: Client, certificat: bytes
    ) -> JetonApi:
        jeton, sorte = valeurs.get("subject_token", ""), valeurs.get("subject_token_type", "")
        if not jeton or not sorte:
            raise requete_invalide("subject_token et subject_token_type sont exigés")
        if sorte not in (TYPE_ACCES, TYPE_JWT):
            raise requete_invalide(f"subject_token_type : {TYPE_ACCES} ou {TYPE_JWT} attendu")
        if valeurs.get("subject_issuer", "psc") != "psc":
            raise requete_invalide("subject_issuer : psc attendu")
        if valeurs.get("requested_token_type", TYPE_ACCES) not in (TYPE_ACCES, TYPE_JWT):
            raise requete_invalide("requested_token_type non servi")
        scope = valeurs.get("scope", "")
        if scope and not _SCOPE.fullmatch(scope):
            raise scope_refuse("scope mal formé")
        try:
            verifie = self._psc.verifier(jeton, certificat_der=certificat)
        except JetonRefuse as refus:
            _noter_jeton(requete, refus.etat, refus.identifiant, refus.session)
            raise requete_invalide(f"subject_token refusé : {refus}") from None
        _noter_jeton(requete, "valide", verifie.identifiant, verifie.session)
        if verifie.client != client.client_id:
            raise requete_invalide("subject_token émis pour un autre client")
        return self.jetons.neuf(client.client_id, verifie.identifiant, verifie.session, scope, certificat)

    def _par_rafraichissement(
        self, requete: RequeteRecue, valeurs: Mapping[str, str], client: Client, certificat: bytes
    ) -> JetonApi:
        ancien = self.jetons.connu(valeurs.get("refresh_token", ""))
        if ancien is None or ancien.sorte != "rafraichissement" or ancien.client != client.client_id:
            raise octroi_refuse("jeton de rafraîchissement inconnu, ou d'un autre client")
        try:
            self.jetons.exiger_vivant(ancien)
        except JetonRefuse as refus:
            _noter_jeton(requete, refus.etat, refus.identifiant, refus.session)
            raise octroi_refuse(str(refus)) from None
        if not est_lie(ancien.cnf, certificat):
            raise octroi_refuse("jeton de rafraîchissement lié à un autre certificat TLS")
        return self.jetons.neuf(client.client_id, ancien.identifiant, ancien.session, ancien.scope, certificat)


def structure_de(certificat: x509.Certificate) -> str:
    """OU du sujet : identifiant national de la structure."""
    unites = certificat.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return str(unites[0].value) if unites else ""


def _formulaire(requete: RequeteRecue) -> Mapping[str, str]:
    if requete.type_contenu != _FORMULAIRE:
        raise requete_invalide(f"Content-Type attendu : {_FORMULAIRE}")
    try:
        valeurs, doubles = uniques(lire_paires(requete.corps.octets.decode("utf-8")))
    except (UnicodeDecodeError, RefusPage):
        raise requete_invalide("formulaire illisible") from None
    # RFC 8693, 2.1 : resource et audience peuvent se répéter ; le banc ne s'en sert pas.
    if fautifs := doubles - {"resource", "audience"}:
        raise requete_invalide(f"paramètre en double : {', '.join(sorted(fautifs))[:100]}")
    if "?" in requete.cible:
        raise requete_invalide("paramètres dans l'adresse : ils vont dans le corps")
    return valeurs


def _noter_jeton(requete: RequeteRecue, etat: str, identifiant: str, session: str) -> None:
    requete.noter("jeton_porteur", "corps")
    requete.noter("jeton_etat", etat)
    requete.noter("jeton_identifiant", identifiant)
    requete.noter("jeton_session", session)
