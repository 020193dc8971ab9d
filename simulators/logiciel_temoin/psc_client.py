"""Client OpenID Connect : découverte, demande d'autorisation, jetons, identité, révocation, déconnexion.

Un seul client pour Pro Santé Connect et pour le fournisseur de l'établissement : seuls changent le nom du document de
découverte, la portée et le niveau d'authentification, que l'installation donne.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode, urlsplit

from simulators.logiciel_temoin import psc_verification
from simulators.logiciel_temoin.environnement import Certificat
from simulators.logiciel_temoin.psc_environnement import CERTIFICAT, Fournisseur
from simulators.logiciel_temoin.psc_modele import (
    ErreurFournisseur,
    FournisseurIndisponible,
    Identite,
    Jetons,
    lire_identite,
)
from simulators.logiciel_temoin.transport import ErreurTransport, ReponseHttp

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo

FORMULAIRE = "application/x-www-form-urlencoded"
STANDARD = "/.well-known/openid-configuration"
_IDENTITE = ("SubjectNameID", "preferred_username", "given_name", "family_name", "email")


class ClientOidc:
    """Notre client chez un fournisseur. Sûr entre fils d'exécution."""

    def __init__(self, labo: Labo, fournisseur: Fournisseur) -> None:
        self.labo = labo
        self.fournisseur = fournisseur
        self._verrou = threading.Lock()
        self._document: dict[str, Any] = {}
        self._jwks: dict[str, Any] = {}

    # -- découverte --------------------------------------------------------------------------------------------

    def decouvrir(self) -> dict[str, Any]:
        """Le document de découverte, relu à chaque connexion ; s'il ne répond pas, le dernier lu sert encore."""
        adresse = self.fournisseur.decouverte
        if self.fournisseur.est_psc and self.labo.defaut("psc_decouverte_standard"):
            adresse = self.fournisseur.issuer + STANDARD
        try:
            document = self._lire_json(self._demander("GET", adresse, None, {"Accept": "application/json"}), "document")
        except FournisseurIndisponible:
            if not self._document:
                raise
            return self._document
        if document.get("issuer") != self.fournisseur.issuer:
            raise ErreurFournisseur(
                f"Le document de découverte de {self.fournisseur.libelle} vient d'un autre émetteur."
            )
        with self._verrou:
            self._document = document
        if self.labo.defaut("psc_cle_tournee_refusee"):
            self.jwks(True)
        return document

    def point(self, nom: str) -> str:
        """L'adresse d'un point d'accès ; découvre le fournisseur au premier besoin."""
        adresse = (self._document or self.decouvrir()).get(nom)
        if not isinstance(adresse, str):
            raise ErreurFournisseur(f"{self.fournisseur.libelle} n'annonce pas de point « {nom} ».")
        return adresse

    def annonce(self, nom: str) -> Any:
        """Une capacité du document de découverte déjà lu."""
        return self._document.get(nom)

    # -- demande d'autorisation --------------------------------------------------------------------------------

    def adresse_autorisation(self, redirect_uri: str, state: str, nonce: str, verificateur: str) -> str:
        """Adresse que le navigateur de la personne ouvre. Une valeur vide n'est pas envoyée."""
        labo, f = self.labo, self.fournisseur
        parametres = {
            "response_type": "token id_token" if labo.defaut("psc_flux_implicite") else "code",
            "client_id": f.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid" if f.est_psc and labo.defaut("psc_scope_sans_scope_all") else f.scope,
            "acr_values": self.niveau(),
            "state": state,
            "nonce": nonce,
        }
        if verificateur and not labo.defaut("psc_pkce_absent"):
            simple = labo.defaut("psc_pkce_plain")
            parametres["code_challenge"] = verificateur if simple else defi(verificateur)
            parametres["code_challenge_method"] = "plain" if simple else "S256"
        if labo.defaut("psc_secret_dans_url"):
            parametres["client_secret"] = f.secret
        if not f.est_psc and labo.defaut("oidc_reauthentification_exigee"):
            parametres["prompt"] = "login"
        if not f.est_psc and labo.defaut("oidc_sans_page"):
            parametres["prompt"] = "none"
        adresse = self.point("authorization_endpoint")
        lien = "&" if urlsplit(adresse).query else "?"
        return adresse + lien + urlencode({nom: valeur for nom, valeur in parametres.items() if valeur})

    def niveau(self) -> str:
        """Le niveau d'authentification demandé."""
        if self.fournisseur.acr_values and self.labo.defaut("psc_acr_absent"):
            return ""
        if self.fournisseur.acr_values and self.labo.defaut("psc_acr_autre"):
            return "eidas2"
        return self.fournisseur.acr_values

    # -- jetons ------------------------------------------------------------------------------------------------

    def echanger_code(self, code: str, redirect_uri: str, verificateur: str) -> tuple[Jetons, dict[str, Any]]:
        champs = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        if verificateur and not self.labo.defaut("psc_pkce_absent"):
            champs["code_verifier"] = verificateur
        return self.lire_jetons(self.jeton(champs))

    def rafraichir(self, jetons: Jetons, sub: str) -> Jetons:
        """Des jetons neufs, de la même personne.

        `ErreurFournisseur` : la session est finie ; `FournisseurIndisponible` : réessayer plus tard.
        """
        reponse = self.jeton({"grant_type": "refresh_token", "refresh_token": jetons.rafraichissement})
        neufs, _ = self.lire_jetons(reponse, identite_exigee=False)
        if neufs.identite and self.verifier_identite(neufs, None).get("sub") != sub:
            raise ErreurFournisseur("Les jetons renouvelés sont ceux d'une autre personne.")
        return jetons.rafraichis(neufs)

    def jeton(self, champs: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """POST au point de jeton, client authentifié ; rend le statut et le JSON."""
        reponse = self.poster(self.point("token_endpoint"), champs)
        if reponse.statut >= 500 or reponse.statut == 429:
            raise FournisseurIndisponible(f"{self.fournisseur.libelle} est indisponible (HTTP {reponse.statut}).")
        return reponse.statut, self.objet(reponse)

    def lire_jetons(
        self, reponse: tuple[int, dict[str, Any]], *, identite_exigee: bool = True
    ) -> tuple[Jetons, dict[str, Any]]:
        """Les jetons d'une réponse, et cette réponse."""
        statut, contenu = reponse
        nom = self.fournisseur.libelle
        if statut != 200:
            code = str(contenu.get("error") or statut)
            raise ErreurFournisseur(f"{nom} a refusé la connexion ({code}).", code)
        acces, identite = contenu.get("access_token"), contenu.get("id_token")
        porteur = str(contenu.get("token_type", "")).lower() == "bearer"
        if not isinstance(acces, str) or not acces or not porteur:
            raise ErreurFournisseur(f"{nom} n'a pas donné de jeton d'accès.")
        if identite_exigee and not isinstance(identite, str):
            raise ErreurFournisseur(f"{nom} n'a pas donné de jeton d'identité : la connexion est refusée.")
        duree = contenu.get("expires_in")
        fin = self.labo.horloge.maintenant() + timedelta(seconds=duree if isinstance(duree, int | float) else 60)
        rafraichissement = contenu.get("refresh_token")
        return Jetons(
            acces,
            fin,
            rafraichissement if isinstance(rafraichissement, str) else "",
            identite if isinstance(identite, str) else "",
        ), contenu

    # -- identité ----------------------------------------------------------------------------------------------

    def verifier_identite(self, jetons: Jetons, nonce: str | None) -> dict[str, Any]:
        """Contenu de l'ID token, une fois tout vérifié."""
        defauts = self.labo.defauts
        contenu = psc_verification.dechiffrer_signature(jetons.identite, self.jwks, self.fournisseur, defauts)
        psc_verification.verifier_jeton_identite(
            contenu,
            self.fournisseur,
            defauts,
            nonce=nonce,
            jeton_acces=jetons.acces,
            instants=self._heures(),
            algorithme=psc_verification.algorithme_de(jetons.identite),
        )
        return contenu

    def _heures(self) -> list[datetime]:
        """L'heure du produit : un jeton ne vaut qu'à elle, même quand son horloge d'essai a été avancée."""
        return [self.labo.horloge.maintenant()]

    def identite(self, jetons: Jetons, id_token: dict[str, Any]) -> Identite:
        """UserInfo (JSON ou JWT signé), de la même personne que l'ID token, qui dit ce qu'UserInfo ne dit pas."""
        adresse, admis = self.point("userinfo_endpoint"), {"Accept": "application/json, application/jwt"}
        if self.labo.defaut("psc_userinfo_par_url"):
            self._demander("GET", f"{adresse}?access_token={jetons.acces}", None, admis)
        reponse = self._demander("GET", adresse, None, {"Authorization": f"Bearer {jetons.acces}", **admis})
        if reponse.statut >= 500:
            raise FournisseurIndisponible(f"{self.fournisseur.libelle} ne donne pas l'identité de la personne.")
        if reponse.statut != 200:
            raise ErreurFournisseur(f"{self.fournisseur.libelle} a refusé de donner l'identité de la personne.")
        if "application/jwt" in reponse.type_mime:
            jeton = reponse.octets.decode("ascii", "replace").strip()
            claims = psc_verification.dechiffrer_signature(jeton, self.jwks, self.fournisseur, self.labo.defauts)
            psc_verification.verifier_origine(claims, self.fournisseur)
        else:
            claims = self.objet(reponse)
        sub = id_token.get("sub")
        if sub is not None and claims.get("sub") != sub and not self.labo.defaut("psc_userinfo_autre_accepte"):
            raise ErreurFournisseur("L'identité reçue n'est pas celle de la personne qui s'est identifiée.")
        connus = {nom: id_token[nom] for nom in _IDENTITE if nom in id_token}
        return lire_identite({**connus, **claims}, psc=self.fournisseur.est_psc)

    def jwks(self, relire: bool) -> dict[str, Any]:
        """Clés publiques du fournisseur, gardées ; relues si une signature en demande une autre."""
        if relire or not self._jwks:
            recu = self._lire_json(self._demander("GET", self.point("jwks_uri"), None, {}), "jeu de clés")
            with self._verrou:
                self._jwks = recu
        return self._jwks

    # -- fin ---------------------------------------------------------------------------------------------------

    def revoquer(self, jetons: Jetons) -> None:
        """Révoque le jeton de rafraîchissement, si le fournisseur l'offre ; sans effet sur ce qui suit."""
        if self.annonce("revocation_endpoint") and jetons.rafraichissement:
            champs = {"token": jetons.rafraichissement, "token_type_hint": "refresh_token"}
            self.poster(self.point("revocation_endpoint"), champs)

    def adresse_deconnexion(self, jetons: Jetons, retour: str, state: str) -> str:
        """Adresse que le navigateur ouvre pour finir la session chez le fournisseur."""
        parametres = {"post_logout_redirect_uri": retour, "state": state, "client_id": self.fournisseur.client_id}
        if jetons.identite and not self.labo.defaut("psc_deconnexion_sans_hint"):
            parametres["id_token_hint"] = jetons.identite
        return f"{self.point('end_session_endpoint')}?{urlencode(parametres)}"

    def deconnecter(self, jetons: Jetons) -> None:
        """Finit la session chez le fournisseur, de serveur à serveur (aucun navigateur)."""
        champs = {"client_id": self.fournisseur.client_id}
        if not self.labo.defaut("psc_deconnexion_sans_hint"):
            champs["id_token_hint"] = jetons.identite
        reponse = self.poster(self.point("end_session_endpoint"), champs)
        if reponse.statut >= 400:
            raise FournisseurIndisponible(f"{self.fournisseur.libelle} n'a pas fermé la session.")

    # -- transport ---------------------------------------------------------------------------------------------

    def poster(self, adresse: str, champs: dict[str, str]) -> ReponseHttp:
        """Formulaire, client authentifié par son secret (RFC 6749, 2.3.1) ou par son certificat (RFC 8705)."""
        f = self.fournisseur
        entetes = {"Content-Type": FORMULAIRE, "Accept": "application/json"}
        if f.authentification == "client_secret_basic":
            paire = f"{quote_plus(f.client_id)}:{quote_plus(f.secret)}"
            entetes["Authorization"] = "Basic " + base64.b64encode(paire.encode()).decode()
        else:
            champs = {**champs, "client_id": f.client_id}
        return self._demander("POST", adresse, urlencode(champs).encode(), entetes)

    def _demander(self, methode: str, adresse: str, octets: bytes | None, entetes: dict[str, str]) -> ReponseHttp:
        try:
            return self.labo.transport.demander(methode, adresse, octets, entetes, self.certificat())
        except ErreurTransport as erreur:
            raise FournisseurIndisponible(f"{self.fournisseur.libelle} ne répond pas.") from erreur

    def certificat(self) -> Certificat | None:
        """Le certificat d'organisation, présenté à Pro Santé Connect seulement."""
        if not self.fournisseur.est_psc or self.labo.defaut("psc_certificat_absent"):
            return None
        return self.labo.environnement.certificats.get(CERTIFICAT)

    def _lire_json(self, reponse: ReponseHttp, quoi: str) -> dict[str, Any]:
        if reponse.statut != 200:
            raise FournisseurIndisponible(
                f"{self.fournisseur.libelle} ne donne pas son {quoi} (HTTP {reponse.statut})."
            )
        return self.objet(reponse)

    def objet(self, reponse: ReponseHttp) -> dict[str, Any]:
        """L'objet JSON d'une réponse ; vide si une erreur n'en porte pas."""
        try:
            objet = json.loads(reponse.octets or b"{}")
        except ValueError:
            objet = None
        if not isinstance(objet, dict):
            if reponse.statut == 200:
                raise ErreurFournisseur(f"La réponse de {self.fournisseur.libelle} est illisible.")
            return {}
        return objet


def defi(verificateur: str) -> str:
    """`code_challenge` de la méthode S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verificateur.encode()).digest()).rstrip(b"=").decode()
