"""Connexion sans navigateur (CIBA) : le serveur du produit demande, la personne approuve sur sa carte ou son téléphone.

Mode « poll » seulement : le serveur interroge le point de jeton à l'intervalle annoncé, et s'arrête à la première
réponse définitive. Le poste de l'utilisateur ne parle jamais au fournisseur.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.psc_client import ClientOidc
from simulators.logiciel_temoin.psc_connexions import EN_COURS, Connexion
from simulators.logiciel_temoin.psc_modele import ErreurFournisseur, FournisseurIndisponible

if TYPE_CHECKING:
    from simulators.logiciel_temoin.psc_service import Fournisseurs

GRANT = "urn:openid:params:grant-type:ciba"
CANAUX = ("CARD", "MOBILE")
INTERVALLE = 5.0
"""Secondes entre deux appels quand le fournisseur n'en annonce pas (CIBA Core 1.0, 7.3)."""
RALENTIR = 5.0
"""Secondes ajoutées à l'intervalle par `slow_down`."""

_MESSAGES = {
    "access_denied": "La connexion a été refusée sur votre carte ou votre téléphone.",
    "expired_token": "La demande a expiré sans réponse de votre part : recommencez.",
    "unknown_user_id": "Cet identifiant national est inconnu de Pro Santé Connect.",
    "invalid_binding_message": "Pro Santé Connect a refusé le code affiché : recommencez.",
    "unauthorized_client": "Ce logiciel n'est pas autorisé à demander une connexion sans navigateur.",
}


@dataclass
class Demande:
    """Une demande acceptée par le fournisseur. `attendre` rend vrai si le produit s'arrête."""

    auth_req_id: str
    intervalle: float
    attendre: Callable[[float], bool]


class Ciba:
    """Les demandes CIBA : une par connexion, chacune suivie par un fil."""

    def __init__(self, service: Fournisseurs) -> None:
        self._service = service
        self._labo = service.labo
        self._arret = threading.Event()
        self._code_fixe = ""

    def demarrer(self, connexion: Connexion, identifiant: str, canal: str) -> None:
        """Envoie la demande ; le code à deux chiffres est dans `connexion.code_affiche`."""
        client, labo = connexion.client, self._labo
        client.decouvrir()
        code = self._code()
        connexion.code_affiche = "" if labo.defaut("psc_binding_non_affiche") else code
        champs = {"scope": client.fournisseur.scope, "login_hint": identifiant, "binding_message": code}
        if client.niveau() and not labo.defaut("psc_ciba_acr_absent"):
            champs["acr_values"] = client.niveau()
        if client.fournisseur.est_psc and not labo.defaut("psc_canal_absent"):
            champs["channel"] = canal
        reponse = client.poster(client.point("backchannel_authentication_endpoint"), champs)
        contenu = client.objet(reponse)
        if reponse.statut >= 500:
            raise FournisseurIndisponible(f"{client.fournisseur.libelle} est momentanément indisponible.")
        if reponse.statut != 200 or not isinstance(contenu.get("auth_req_id"), str):
            raise _refus(client, str(contenu.get("error") or reponse.statut))
        intervalle = _nombre(contenu.get("interval"), INTERVALLE)
        if labo.defaut("psc_polling_trop_rapide"):
            intervalle /= 10
        fin = labo.horloge.maintenant() + timedelta(seconds=_nombre(contenu.get("expires_in"), 120.0))
        demande = Demande(
            contenu["auth_req_id"], intervalle, lambda secondes: labo.horloge.dormir(secondes, self._arret)
        )
        arguments = (connexion, demande, lambda: labo.horloge.maintenant() >= fin)
        threading.Thread(target=self.suivre, args=arguments, name="ciba", daemon=True).start()

    def _code(self) -> str:
        """Deux chiffres tirés au sort, à comparer avec ceux que montre le téléphone ou le lecteur."""
        code = f"{secrets.randbelow(100):02d}"
        if self._labo.defaut("psc_binding_constant"):
            self._code_fixe = self._code_fixe or code
            return self._code_fixe
        if self._labo.defaut("psc_binding_non_numerique"):
            return secrets.choice("ABCDEFGH") + secrets.choice("ABCDEFGH")
        return code

    def suivre(self, connexion: Connexion, demande: Demande, expiree: Callable[[], bool]) -> None:
        """Interroge jusqu'à la réponse ; une panne passagère n'arrête rien avant l'échéance."""
        try:
            while not demande.attendre(demande.intervalle):
                if connexion.etat != EN_COURS:
                    return
                if self._interroger(connexion, demande):
                    return
                if expiree() and not self._labo.defaut("psc_polling_sans_fin"):
                    raise ErreurFournisseur(_MESSAGES["expired_token"], "expired_token")
        except ErreurFournisseur as erreur:
            self._service.connexions.echouer(connexion, erreur)
        except Exception:
            # Fin du fil : la connexion ne doit pas rester en suspens.
            self._service.connexions.echouer(connexion, ErreurFournisseur("La connexion a échoué dans le logiciel."))
            raise

    def _interroger(self, connexion: Connexion, demande: Demande) -> bool:
        """Un appel ; vrai : la connexion est close."""
        client = connexion.client
        try:
            statut, contenu = client.jeton({"grant_type": GRANT, "auth_req_id": demande.auth_req_id})
        except FournisseurIndisponible:
            return False
        code = str(contenu.get("error") or "")
        if statut != 200 and code == "authorization_pending":
            return False
        if statut != 200 and code == "slow_down":
            demande.intervalle += 0 if self._labo.defaut("psc_slow_down_ignore") else RALENTIR
            return False
        if statut != 200 and self._labo.defaut("psc_polling_sans_fin"):
            return False
        if statut != 200:
            raise _refus(client, code)
        jetons, _ = client.lire_jetons((statut, contenu))
        identite = self._service.connexions.identifier(client, jetons, None)
        self._service.connexions.reussir(connexion, self._service.ouvertes.ouvrir(connexion, identite, jetons))
        return True

    def arreter(self) -> None:
        self._arret.set()
        self._labo.horloge.reveiller()


def _refus(client: ClientOidc, code: str) -> ErreurFournisseur:
    defaut = f"{client.fournisseur.libelle} a refusé la demande de connexion ({code})."
    return ErreurFournisseur(_MESSAGES.get(code, defaut), code)


def _nombre(valeur: Any, defaut: float) -> float:
    return float(valeur) if isinstance(valeur, int | float) and valeur > 0 else defaut
