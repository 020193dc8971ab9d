"""CIBA : une demande envoyée au téléphone (e-CPS) ou au lecteur de carte d'une personne, et sa réponse.

Mode poll seulement. Sources : OpenID CIBA Core 1.0 (7, 10, 11, 13) ; ANS, page CIBA et connecteur public (`channel`,
`binding_message` de deux chiffres, `login_hint`, durée de 120 s). L'intervalle de départ est du banc.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulators.psc.clients import Client
from simulators.psc.contexte import Contexte
from simulators.psc.erreurs import RefusOAuth, client_non_autorise, requete_invalide, scope_refuse
from simulators.psc.etat import Reponse, valeur_secrete

GRANT = "urn:openid:params:grant-type:ciba"
CANAUX = ("CARD", "MOBILE")
DUREE = 120
INTERVALLE = 1
"""Secondes entre deux interrogations, tant que le client s'y tient ; court, pour ne pas allonger une campagne."""
RALENTI = 5
"""Secondes ajoutées à chaque `slow_down` (CIBA Core, 11)."""
JEU = 0.25
"""Avance tolérée : l'horloge du client n'est pas la nôtre."""
DEMANDES_MAX = 500
_DEUX_CHIFFRES = re.compile(r"[0-9]{2}")
_ENTIER = re.compile(r"[0-9]{1,9}")


@dataclass
class DemandeCiba:
    """Une demande acceptée, jusqu'à la remise des jetons. `numero` : ce que la personne et le banc voient d'elle."""

    auth_req_id: str
    numero: str
    client_id: str
    identifiant: str
    canal: str
    binding_message: str
    scope: str
    acr: str
    creee: datetime
    expire: datetime
    intervalle: int
    formulaire: str
    """Anti-CSRF de la page de réponse."""
    dernier_appel: datetime | None = None
    """Interrogation précédente ; la première peut être immédiate (CIBA Core, 7.3 : entre deux interrogations)."""
    panne: str = ""
    remis: bool = False
    _reponse: Reponse | None = None
    _a_prevenir: list[Callable[[], None]] = field(default_factory=list)

    @property
    def reponse(self) -> Reponse | None:
        """Ce que la personne a répondu."""
        return self._reponse

    @reponse.setter
    def reponse(self, valeur: Reponse | None) -> None:
        self._reponse = valeur
        for prevenir in self._a_prevenir:
            prevenir()

    def quand_repondue(self, prevenir: Callable[[], None]) -> None:
        """`prevenir` est appelé, d'un fil quelconque, dès que la personne répond ; tout de suite si c'est fait."""
        self._a_prevenir.append(prevenir)
        if self._reponse is not None:
            prevenir()

    def issue(self, maintenant: datetime) -> str:
        """`attente`, `acceptee`, `refusee` ou `expiree`."""
        if maintenant >= self.expire or self.panne == "ciba_expire":
            return "expiree"
        if self.panne == "ciba_refus":
            return "refusee"
        if self.reponse is None or self.panne == "ciba_muet":
            return "attente"
        if self.reponse.decision == "accepter" and self.reponse.identifiant != self.identifiant:
            return "refusee"
        return {"accepter": "acceptee", "refuser": "refusee", "expirer": "expiree"}[self.reponse.decision]

    def trop_tot(self, maintenant: datetime) -> bool:
        """Vrai si l'appel précédent est trop récent."""
        precedent = self.dernier_appel
        return precedent is not None and (maintenant - precedent).total_seconds() < self.intervalle - JEU


def ouvrir(contexte: Contexte, valeurs: Mapping[str, str], client: Client, panne: str = "") -> DemandeCiba:
    """Contrôle la demande et l'ouvre ; `RefusOAuth` au premier défaut."""
    if not client.ciba:
        raise client_non_autorise("CIBA n'est pas activé pour ce client")
    scope = _scope(contexte, valeurs)
    acr = _acr(contexte, valeurs)
    canal = valeurs.get("channel", "")
    if canal and canal not in CANAUX:
        raise requete_invalide(f"channel : {' ou '.join(CANAUX)} attendu")
    personne = _personne(contexte, valeurs)
    message = valeurs.get("binding_message", "")
    if not _DEUX_CHIFFRES.fullmatch(message):
        raise RefusOAuth("invalid_binding_message", "binding_message : deux chiffres attendus, de 00 à 99")
    maintenant = contexte.horloge()
    demande = DemandeCiba(
        contexte.etat.proteger(valeur_secrete("ciba-")), secrets.token_hex(8), client.client_id, personne, canal,
        message, scope, acr, maintenant, maintenant + timedelta(seconds=_duree(valeurs)), INTERVALLE,
        contexte.etat.proteger(valeur_secrete("form-", 18)), panne=panne,
    )  # fmt: skip
    etat = contexte.etat
    with etat.verrou:
        etat.attentes[demande.auth_req_id] = demande
        while len(etat.attentes) > DEMANDES_MAX:
            etat.attentes.pop(next(iter(etat.attentes)))
        armee = etat.reponse_prochaine
        if armee is not None and armee.identifiant == personne:
            demande.reponse, etat.reponse_prochaine = armee, None
    return demande


def en_cours(contexte: Contexte) -> list[DemandeCiba]:
    """Les demandes qui attendent encore leur personne, la plus ancienne d'abord."""
    maintenant = contexte.horloge()
    with contexte.etat.verrou:
        demandes = [d for d in contexte.etat.attentes.values() if isinstance(d, DemandeCiba)]
    return [d for d in demandes if d.reponse is None and d.issue(maintenant) == "attente"]


def repondre(contexte: Contexte, demande: DemandeCiba, decision: str) -> None:
    """La personne répond, par le moyen que la demande désigne."""
    with contexte.etat.verrou:
        demande.reponse = Reponse(demande.identifiant, "CPS" if demande.canal == "CARD" else "e-CPS", decision)


def _scope(contexte: Contexte, valeurs: Mapping[str, str]) -> str:
    demandes = valeurs.get("scope", "").split()
    if "openid" not in demandes:
        raise scope_refuse("scope doit contenir openid")
    if inconnus := [nom for nom in demandes if nom not in contexte.profil.scopes]:
        raise scope_refuse(f"scope non servi : {', '.join(inconnus)[:100]}")
    return " ".join(dict.fromkeys(demandes))


def _acr(contexte: Contexte, valeurs: Mapping[str, str]) -> str:
    exige = contexte.profil.acr
    if exige and exige not in valeurs.get("acr_values", "").split():
        raise requete_invalide(f"acr_values={exige} est exigé")
    return exige


def _personne(contexte: Contexte, valeurs: Mapping[str, str]) -> str:
    if "login_hint_token" in valeurs or "id_token_hint" in valeurs:
        raise requete_invalide("seul login_hint est servi")
    identifiant = valeurs.get("login_hint", "")
    if not identifiant:
        raise requete_invalide("login_hint absent")
    if identifiant not in contexte.personnes:
        raise RefusOAuth("unknown_user_id", "login_hint ne désigne aucune personne connue")
    return identifiant


def _duree(valeurs: Mapping[str, str]) -> int:
    demandee = valeurs.get("requested_expiry", "")
    if not demandee:
        return DUREE
    if not _ENTIER.fullmatch(demandee) or int(demandee) == 0:
        raise requete_invalide("requested_expiry : un nombre de secondes positif")
    return min(DUREE, int(demandee))
