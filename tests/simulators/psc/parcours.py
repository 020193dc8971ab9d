"""Un navigateur et un logiciel de fortune, par de vraies sockets : de quoi parler au fournisseur comme eux."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from simulators.psc.simulateur import SimulateurPSC
from simulators.socle.echange import Echange
from simulators.socle.journal import JournalEchanges
from simulators.socle.montage import Socle

RETOUR = "https://localhost:4443/retour"
SORTIE = "https://localhost:4443/au-revoir"
UN = "899900000011"
DEUX = "899900000029"


def defi(verifieur: str) -> str:
    """`code_challenge` S256 de ce vérifieur."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifieur.encode()).digest()).rstrip(b"=").decode()


def parametres(adresse: str) -> dict[str, str]:
    """Paramètres de retour, chacun une fois."""
    decoupee = urlsplit(adresse)
    lus = parse_qs(decoupee.query or decoupee.fragment, keep_blank_values=True, strict_parsing=True)
    assert all(len(valeurs) == 1 for valeurs in lus.values()), lus
    return {nom: valeurs[0] for nom, valeurs in lus.items()}


@dataclass
class Connexion:
    """Une connexion menée à son terme."""

    retour: dict[str, str]
    jetons: dict[str, Any] = field(default_factory=dict)
    verifieur: str = ""

    @property
    def acces(self) -> str:
        return str(self.jetons["access_token"])

    @property
    def rafraichissement(self) -> str:
        return str(self.jetons["refresh_token"])

    @property
    def id_token(self) -> str:
        return str(self.jetons["id_token"])


class Essai:
    """Un fournisseur monté, un client déclaré, un navigateur."""

    def __init__(self, journal: JournalEchanges, socle: Socle, psc: SimulateurPSC) -> None:
        self.journal = journal
        self.socle = socle
        self.psc = psc
        self.service = psc.profil.service
        self.client_id = psc.profil.client_id
        self.navigateur = self.neuf()
        self.serveur = self.neuf()

    def preparer(self) -> None:
        """État de départ."""
        self.psc.remettre_a_zero()
        self.psc.clients.declarer(self.client_id, redirect_uris=[RETOUR], post_logout_redirect_uris=[SORTIE])
        self.navigateur.cookies.clear()

    def neuf(self) -> requests.Session:
        """Un client HTTP sans rien en mémoire."""
        client = requests.Session()
        client.verify = str(self.socle.igc.racines_pem)
        client.trust_env = False
        return client

    def fermer(self) -> None:
        """Ferme les connexions gardées."""
        self.navigateur.close()
        self.serveur.close()

    @property
    def secret(self) -> str:
        return self.psc.clients[self.client_id].secret

    @property
    def document(self) -> dict[str, Any]:
        """Le document de découverte, lu sur le fil."""
        lu: dict[str, Any] = self.serveur.get(self.psc.adresses()["decouverte"], timeout=20).json()
        return lu

    def url(self, nom: str) -> str:
        """Adresse d'un point d'accès du royaume, par son champ dans `Chemins`."""
        return self.psc.contexte.url(getattr(self.psc.profil.chemins, nom))

    # -- le navigateur -----------------------------------------------------------------------------------------

    def demande(self, **changes: str | None) -> dict[str, str]:
        """Une demande conforme, à ces paramètres près ; None ôte le paramètre."""
        champs: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": RETOUR,
            "scope": self.psc.profil.scope,
            "state": "etat-" + secrets.token_urlsafe(16),
            "nonce": "nonce-" + secrets.token_urlsafe(16),
            **({"acr_values": "eidas1"} if self.psc.profil.acr else {}),
            **changes,
        }
        return {nom: valeur for nom, valeur in champs.items() if valeur is not None}

    def ouvrir(self, demande: dict[str, str] | None = None, *, suivre: bool = False) -> requests.Response:
        """Va au point d'autorisation."""
        url = self.psc.contexte.url_autorisation
        return self.navigateur.get(url, params=demande or self.demande(), allow_redirects=suivre, timeout=20)

    def envoyer(self, page: requests.Response, action: str, **champs: str) -> requests.Response:
        """Envoie le formulaire de cette page ; suit les redirections restées dans la mire."""
        reponse = self.navigateur.post(
            page.url,
            data={"jeton": champ_cache(page.text, "jeton"), "action": action, **champs},
            allow_redirects=False,
            timeout=20,
        )
        if reponse.status_code == 303:
            return self.navigateur.get(page.url, allow_redirects=False, timeout=20)
        return reponse

    def parcourir(self, page: requests.Response, identifiant: str, moyen: str = "CPS") -> requests.Response:
        """La personne va au bout de la mire ; rend la réponse qui retourne au logiciel."""
        assert page.status_code == 200, page.text
        if len(self.psc.profil.moyens) > 1:
            page = self.envoyer(page, "choix", moyen=moyen)
        page = self.envoyer(page, "identification", personne=identifiant)
        return self.envoyer(page, "confirmation")

    def obtenir(self, demande: dict[str, str], identifiant: str) -> requests.Response:
        """La réponse qui retourne au logiciel : par la mire, ou d'emblée si la session du navigateur suffit."""
        ouverture = self.ouvrir(demande)
        if ouverture.status_code != 303:
            return ouverture
        return self.parcourir(self.navigateur.get(ouverture.headers["Location"], timeout=20), identifiant)

    def connecter(self, identifiant: str = UN, **changes: str | None) -> Connexion:
        """De la demande aux jetons."""
        verifieur = secrets.token_urlsafe(48)
        champs = {"code_challenge": defi(verifieur), "code_challenge_method": "S256", **changes}
        demande = self.demande(**champs)
        reponse = self.obtenir(demande, identifiant)
        connexion = Connexion(parametres(reponse.headers["Location"]), verifieur=verifieur)
        assert connexion.retour["state"] == demande["state"]
        jetons = self.echanger(connexion.retour["code"], verifieur=verifieur)
        assert jetons.status_code == 200, jetons.text
        connexion.jetons = jetons.json()
        return connexion

    def code(self, identifiant: str = UN, **changes: str | None) -> str:
        """Un code neuf (sans PKCE sauf demande)."""
        return parametres(self.obtenir(self.demande(**changes), identifiant).headers["Location"])["code"]

    # -- le logiciel -------------------------------------------------------------------------------------------

    def jeton(self, champs: dict[str, str], **choix: Any) -> requests.Response:
        """Appelle le point d'accès des jetons, authentifié en Basic sauf `auth` contraire."""
        choix.setdefault("auth", (self.client_id, self.secret))
        return self.serveur.post(self.url("jeton"), data=champs, timeout=20, **choix)

    def echanger(self, code: str, *, verifieur: str = "", **choix: Any) -> requests.Response:
        """Échange un code."""
        champs = {"grant_type": "authorization_code", "code": code, "redirect_uri": RETOUR}
        if verifieur:
            champs["code_verifier"] = verifieur
        return self.jeton(champs, **choix)

    def rafraichir(self, jeton: str, **choix: Any) -> requests.Response:
        """Rafraîchit."""
        return self.jeton({"grant_type": "refresh_token", "refresh_token": jeton}, **choix)

    def userinfo(self, jeton: str) -> requests.Response:
        """Appelle UserInfo, jeton en en-tête."""
        return self.serveur.get(self.url("userinfo"), headers={"Authorization": f"Bearer {jeton}"}, timeout=20)

    def introspecter(self, jeton: str) -> dict[str, Any]:
        """Demande ce que vaut un jeton."""
        reponse = self.serveur.post(
            self.url("introspection"), data={"token": jeton}, auth=(self.client_id, self.secret), timeout=20
        )
        assert reponse.status_code == 200, reponse.text
        lu: dict[str, Any] = reponse.json()
        return lu

    def cles(self) -> KeySet:
        """Le JWKS, lu sur le fil."""
        return KeySet.import_key_set(self.serveur.get(self.url("jwks"), timeout=20).json())

    def revendications(self, jeton: str) -> dict[str, Any]:
        """Contenu d'un JWT dont la signature est vérifiée avec le JWKS publié."""
        return dict(jwt.decode(jeton, self.cles(), algorithms=["RS256"]).claims)

    # -- le journal --------------------------------------------------------------------------------------------

    def echanges(self, operation: str | None = None) -> list[Echange]:
        """Échanges du fournisseur, dans l'ordre."""
        return self.journal.echanges(service=self.service, operation=operation)

    def dernier(self, operation: str) -> Echange:
        """Dernier échange de cette opération."""
        return self.echanges(operation)[-1]

    def incidents(self) -> list[str]:
        """Défauts du banc notés au journal : aucun n'est permis."""
        return [str(e.donnees.get("trace", e.donnees)) for e in self.journal.enregistrements("incident")]


def champ_cache(page: str, nom: str) -> str:
    """Valeur d'un champ caché."""
    trouve = re.search(rf'<input type="hidden" name="{nom}" value="([^"]*)">', page)
    assert trouve, page
    return html.unescape(trouve[1])
