"""L'adaptateur `http` : pour un logiciel qui expose le petit service d'actions (OpenAPI fourni)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any

import httpx

from steps.logiciel.contrat import RESULTATS, ContratInvalide, charger_contrat
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, ReponseAction

_TAILLE_MAX = 256 << 20
_SECRET_MIN = 6
_MASQUE = "[secret masqué]".encode()


class AdaptateurHttp:
    """Pilote le logiciel par `POST <url>/actions/<action>`.

    `comptes` : rôle du contrat → compte du logiciel ; un rôle absent est envoyé tel quel.
    `delai_s` : secondes laissées au logiciel pour jouer une action. `secrets` : masqués s'il les répète.
    """

    def __init__(
        self,
        url: str,
        *,
        comptes: Mapping[str, str] | None = None,
        entetes: Mapping[str, str] | None = None,
        delai_s: float = 60.0,
        secrets: Iterable[str] = (),
    ) -> None:
        if not re.match(r"https?://[^/]", url):
            raise AdaptateurInjoignable(f"adresse du logiciel : attendu http://… ou https://…, reçu {url!r}")
        self._url = url.rstrip("/")
        self._comptes = dict(comptes or {})
        self._delai_s = delai_s
        self._secrets = tuple(secret.encode() for secret in secrets if len(secret) >= _SECRET_MIN)
        # Le logiciel testé est local ou sur le réseau de l'éditeur : un mandataire du poste n'a rien à y faire.
        self._client = httpx.Client(headers=dict(entetes or {}), timeout=delai_s, trust_env=False)

    def apropos(self) -> Apropos:
        brut = self._objet(self._appeler("GET", "/apropos"), "/apropos")
        if not isinstance(brut.get("nom"), str) or not isinstance(brut.get("version"), str):
            raise AdaptateurInjoignable(f"{self._url}/apropos : attendu un objet avec nom et version, reçu {brut!r}")
        return Apropos(
            nom=brut["nom"],
            version=brut["version"],
            editeur=str(brut.get("editeur", "")),
            type_logiciel=str(brut.get("type_logiciel", "")),
        )

    def actions(self) -> frozenset[str]:
        reponse = self._appeler("GET", "/actions")
        brut = self._json(reponse, "/actions")
        if not isinstance(brut, list) or not all(isinstance(nom, str) for nom in brut):
            raise AdaptateurInjoignable(f"{self._url}/actions : attendu une liste de noms d'actions, reçu {brut!r}")
        return frozenset(brut)

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        description = charger_contrat().action(action)
        description.verifier_parametres(parametres)
        chemin = f"/actions/{action}"
        corps = {"utilisateur": self._comptes.get(utilisateur, utilisateur), **parametres}
        brut = self._objet(self._appeler("POST", chemin, corps), chemin)
        resultat = brut.get("resultat")
        if resultat not in RESULTATS:
            raise AdaptateurInjoignable(
                f"{self._url}{chemin} : resultat attendu parmi {', '.join(RESULTATS)}, reçu {resultat!r}"
            )
        donnees = brut.get("donnees") or {}
        messages = brut.get("messages") or []
        if not isinstance(donnees, dict) or not isinstance(messages, list):
            raise AdaptateurInjoignable(f"{self._url}{chemin} : attendu donnees objet et messages liste, reçu {brut!r}")
        try:
            description.verifier_donnees(donnees)
        except ContratInvalide as erreur:
            raise AdaptateurInjoignable(f"{self._url}{chemin} : réponse hors contrat : {erreur}") from erreur
        return ReponseAction(resultat=resultat, messages=tuple(str(m) for m in messages), donnees=donnees)

    def fermer(self) -> None:
        self._client.close()

    def _appeler(self, methode: str, chemin: str, corps: Mapping[str, Any] | None = None) -> httpx.Response:
        try:
            reponse = self._recevoir(methode, chemin, corps)
        except httpx.TimeoutException as erreur:
            raise AdaptateurInjoignable(
                f"le logiciel n'a pas répondu à {methode} {self._url}{chemin} en {self._delai_s:.0f} s ; "
                "vérifiez qu'il n'attend pas une saisie, ou allongez adaptateur.delai_s"
            ) from erreur
        except (httpx.HTTPError, httpx.InvalidURL) as erreur:
            raise AdaptateurInjoignable(
                f"le logiciel est injoignable à {self._url}{chemin} ({type(erreur).__name__} : {erreur}) ; "
                "vérifiez qu'il est lancé et que adaptateur.url est juste"
            ) from erreur
        if reponse.status_code == httpx.codes.NOT_FOUND and chemin.startswith("/actions/"):
            return httpx.Response(200, json={"resultat": "non_gere", "messages": ["action absente du service"]})
        if reponse.status_code != httpx.codes.OK:
            raise AdaptateurInjoignable(
                f"{methode} {self._url}{chemin} : attendu 200, reçu {reponse.status_code} : {reponse.text[:300]}"
            )
        return reponse

    def _recevoir(self, methode: str, chemin: str, corps: Mapping[str, Any] | None) -> httpx.Response:
        """La réponse entière, en un temps et une taille bornés : le délai d'httpx ne compte que d'un bloc à l'autre."""
        echeance = monotonic() + self._delai_s
        contenu = bytearray()
        with self._client.stream(methode, self._url + chemin, json=corps) as reponse:
            for bloc in reponse.iter_bytes():
                contenu += bloc
                if monotonic() > echeance:
                    raise httpx.ReadTimeout("réponse trop lente")
                if len(contenu) > _TAILLE_MAX:
                    raise httpx.DecodingError(f"réponse de plus de {_TAILLE_MAX >> 20} Mo")
        for secret in self._secrets:
            contenu = contenu.replace(secret, _MASQUE)
        return httpx.Response(reponse.status_code, content=bytes(contenu))

    def _json(self, reponse: httpx.Response, chemin: str) -> Any:
        try:
            return reponse.json()
        except (ValueError, RecursionError) as erreur:
            raise AdaptateurInjoignable(
                f"{self._url}{chemin} : attendu du JSON, reçu {reponse.text[:200]!r} ({erreur})"
            ) from erreur

    def _objet(self, reponse: httpx.Response, chemin: str) -> dict[str, Any]:
        brut = self._json(reponse, chemin)
        if not isinstance(brut, dict):
            raise AdaptateurInjoignable(f"{self._url}{chemin} : attendu un objet JSON, reçu {brut!r}")
        return brut
