"""Le point d'accès HTTPS des jetons : rafraîchissement (RFC 6749, section 6) et clés publiques."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from simulators.mssante.etat import Bal
from simulators.mssante.jetons import EmetteurJetons, RafraichissementRefuse
from simulators.socle.requete import ReponseSimulee, RequeteRecue, Route

if TYPE_CHECKING:
    from simulators.mssante.pannes import RegistreMSSante

CHEMIN = "/jetons"
_SANS_CACHE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
_PANNES = ("psc_indisponible", "jeton_expire", "jeton_autre_bal", "jeton_invalide")


class PointJetons:
    """Routes à monter sur un port HTTPS."""

    def __init__(self, emetteur: EmetteurJetons, pannes: RegistreMSSante, autre: Bal) -> None:
        """`autre` : la BAL dont le titulaire est donné à tort par la panne `jeton_autre_bal`."""
        self._emetteur = emetteur
        self._pannes = pannes
        self._autre = autre

    def routes(self) -> list[Route]:
        """`POST /jetons` et `GET /jetons/jwks`."""
        return [
            Route("POST", CHEMIN, self._rafraichir, lambda requete: "jetons"),
            Route("GET", f"{CHEMIN}/jwks", self._cles, lambda requete: "jwks"),
        ]

    async def _cles(self, requete: RequeteRecue) -> ReponseSimulee:
        return _json(200, self._emetteur.jwks())

    async def _rafraichir(self, requete: RequeteRecue) -> ReponseSimulee:
        panne = self._pannes.prendre(requete, *_PANNES)
        if panne is not None and panne.nom == "psc_indisponible":
            return _json(503, {"error": "temporarily_unavailable", "error_description": "panne jouée exprès"})
        if requete.type_contenu != "application/x-www-form-urlencoded":
            return _refus("invalid_request", "corps attendu : application/x-www-form-urlencoded")
        try:
            champs = parse_qs(requete.corps.octets.decode("ascii"), max_num_fields=20)
        except ValueError:
            return _refus("invalid_request", "formulaire illisible")
        if champs.get("grant_type") != ["refresh_token"]:
            return _refus("unsupported_grant_type", "grant_type attendu : refresh_token")
        rafraichissement = champs.get("refresh_token", [""])[-1]
        try:
            rpps = self._emetteur.rafraichir(rafraichissement)
        except RafraichissementRefuse as refus:
            return _refus("invalid_grant", str(refus))
        jeton = self._emettre(rpps, panne.nom if panne else "")
        requete.noter("titulaire", rpps)
        reponse = {
            "access_token": jeton,
            "token_type": "Bearer",
            "expires_in": self._emetteur.duree,
            "refresh_token": rafraichissement,
            "scope": "openid scope_all",
        }
        return _json(200, reponse)

    def _emettre(self, rpps: str, panne: str) -> str:
        if panne == "jeton_expire":
            return self._emetteur.emettre(rpps, duree=-60)
        if panne == "jeton_autre_bal":
            return self._emetteur.jeton_pour(self._autre)
        return self._emetteur.emettre(rpps, signe=panne != "jeton_invalide")


def _refus(code: str, description: str) -> ReponseSimulee:
    return _json(400, {"error": code, "error_description": description})


def _json(statut: int, valeur: object) -> ReponseSimulee:
    return ReponseSimulee(statut, json.dumps(valeur, ensure_ascii=False).encode(), "application/json", _SANS_CACHE)
