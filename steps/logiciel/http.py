"""L'adaptateur `http` : pour un logiciel qui expose le petit service d'actions (OpenAPI fourni)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as DelaiDepasse

from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree, DeclarationInvalide
from steps.logiciel.contrat import RESULTATS, ContratInvalide, charger_contrat
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, ReponseAction
from steps.logiciel.types_adaptateur import DELAI_S, DescriptionAdaptateur, TypeAdaptateur

if TYPE_CHECKING:
    from steps.logiciel.contexte import ContexteAdaptateur

_TAILLE_MAX = 256 << 20
_SECRET_MIN = 6
_MASQUE = "[secret masqué]".encode()
_BLOC = 1 << 16


@dataclass(frozen=True)
class _Recue:
    """Une réponse lue en entier."""

    statut: int
    contenu: bytes

    @property
    def texte(self) -> str:
        return self.contenu.decode("utf-8", "replace")


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
        self._entetes = {"Accept-Encoding": "gzip, deflate", "Content-Type": "application/json", **(entetes or {})}
        # Sans mandataire : le logiciel testé est local ou sur le réseau de l'éditeur. Une action peut en doubler une
        # autre, d'où plusieurs connexions ; aucune n'est rejouée.
        self._client = urllib3.PoolManager(maxsize=4, timeout=urllib3.Timeout(delai_s), retries=False)

    def apropos(self) -> Apropos:
        brut = self._objet(self._appeler("GET", "/apropos"), "/apropos")
        if not isinstance(brut.get("nom"), str) or not isinstance(brut.get("version"), str):
            raise AdaptateurInjoignable(f"{self._url}/apropos : attendu un objet avec nom et version, reçu {brut!r}")
        return Apropos(
            nom=brut["nom"],
            version=brut["version"],
            editeur=str(brut.get("editeur", "")),
            type_logiciel=str(brut.get("type_logiciel", "")),
            pro_sante_connect=self._connexion(brut.get("pro_sante_connect")),
        )

    def _connexion(self, brut: Any) -> ConnexionDeclaree:
        try:
            return NON_DECLAREE if brut is None else ConnexionDeclaree.lire(brut, f"{self._url}/apropos")
        except DeclarationInvalide as erreur:
            raise AdaptateurInjoignable(str(erreur)) from erreur

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
        self._client.clear()

    def _appeler(self, methode: str, chemin: str, corps: Mapping[str, Any] | None = None) -> _Recue:
        try:
            reponse = self._recevoir(methode, chemin, corps)
        except HTTPError as erreur:
            if isinstance(erreur, DelaiDepasse) and not isinstance(erreur, NewConnectionError):
                raise AdaptateurInjoignable(
                    f"le logiciel n'a pas répondu à {methode} {self._url}{chemin} en {self._delai_s:.0f} s ; "
                    "vérifiez qu'il n'attend pas une saisie, ou allongez adaptateur.delai_s"
                ) from erreur
            raise AdaptateurInjoignable(
                f"le logiciel est injoignable à {self._url}{chemin} ({type(erreur).__name__} : {erreur}) ; "
                "vérifiez qu'il est lancé et que adaptateur.url est juste"
            ) from erreur
        if reponse.statut == HTTPStatus.NOT_FOUND and chemin.startswith("/actions/"):
            return _Recue(200, b'{"resultat": "non_gere", "messages": ["action absente du service"]}')
        if reponse.statut != HTTPStatus.OK:
            raise AdaptateurInjoignable(
                f"{methode} {self._url}{chemin} : attendu 200, reçu {reponse.statut} : {reponse.texte[:300]}"
            )
        return reponse

    def _recevoir(self, methode: str, chemin: str, corps: Mapping[str, Any] | None) -> _Recue:
        """La réponse entière, bornée en temps et en taille : le délai d'urllib3 ne compte que d'un bloc à l'autre."""
        echeance = monotonic() + self._delai_s
        envoi = None if corps is None else json.dumps(corps, ensure_ascii=False, allow_nan=False).encode()
        contenu = bytearray()
        reponse = self._client.request(
            methode, self._url + chemin, body=envoi, headers=self._entetes, preload_content=False, redirect=False
        )
        try:
            while bloc := reponse.read1(_BLOC):
                contenu += bloc
                if monotonic() > echeance:
                    raise DelaiDepasse("réponse trop lente")
                if len(contenu) > _TAILLE_MAX:
                    raise DecodeError(f"réponse de plus de {_TAILLE_MAX >> 20} Mo")
        except HTTPError:
            reponse.close()
            raise
        finally:
            reponse.release_conn()
        for secret in self._secrets:
            contenu = contenu.replace(secret, _MASQUE)
        return _Recue(reponse.status, bytes(contenu))

    def _json(self, reponse: _Recue, chemin: str) -> Any:
        try:
            return json.loads(reponse.contenu)
        except (ValueError, RecursionError) as erreur:
            raise AdaptateurInjoignable(
                f"{self._url}{chemin} : attendu du JSON, reçu {reponse.texte[:200]!r} ({erreur})"
            ) from erreur

    def _objet(self, reponse: _Recue, chemin: str) -> dict[str, Any]:
        brut = self._json(reponse, chemin)
        if not isinstance(brut, dict):
            raise AdaptateurInjoignable(f"{self._url}{chemin} : attendu un objet JSON, reçu {brut!r}")
        return brut


def _fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurHttp:
    return AdaptateurHttp(
        description.reglages["url"],
        comptes=contexte.logiciel.comptes,
        entetes=description.reglages["entetes"],
        delai_s=description.reglages["delai_s"],
        secrets=contexte.logiciel.secrets,
    )


TYPE_ADAPTATEUR = TypeAdaptateur(
    nom="http",
    resume="un petit service HTTP que votre logiciel expose (python -m steps contrat)",
    cles={
        "url": {"type": "string", "minLength": 1, "description": "l'adresse du service d'actions"},
        "entetes": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "default": {},
            "description": "en-têtes ajoutés à chaque appel ; ${NOM} est lu dans l'environnement",
        },
        "delai_s": DELAI_S,
    },
    obligatoires=("url",),
    fabrique=_fabriquer,
)
