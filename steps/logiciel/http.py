"""L'adaptateur `http` : pour un logiciel qui expose le petit service d'actions (OpenAPI fourni)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as DelaiDepasse

from steps.logiciel.contrat import charger_contrat
from steps.logiciel.enveloppe import lire_actions, lire_apropos, lire_json, lire_objet, lire_reponse
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
    `autorites` : fichier PEM à croire pour son https, au lieu des autorités du système.
    """

    def __init__(
        self,
        url: str,
        *,
        comptes: Mapping[str, str] | None = None,
        entetes: Mapping[str, str] | None = None,
        delai_s: float = 60.0,
        secrets: Iterable[str] = (),
        autorites: Path | None = None,
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
        self._client = urllib3.PoolManager(
            maxsize=4, timeout=urllib3.Timeout(delai_s), retries=False, ca_certs=str(autorites) if autorites else None
        )

    def apropos(self) -> Apropos:
        lieu = f"{self._url}/apropos"
        return lire_apropos(lire_objet(self._appeler("GET", "/apropos").contenu, lieu), lieu)

    def actions(self) -> frozenset[str]:
        lieu = f"{self._url}/actions"
        return lire_actions(lire_json(self._appeler("GET", "/actions").contenu, lieu), lieu)

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        description = charger_contrat().action(action)
        description.verifier_parametres(parametres)
        chemin = f"/actions/{action}"
        corps = {"utilisateur": self._comptes.get(utilisateur, utilisateur), **parametres}
        lieu = f"{self._url}{chemin}"
        return lire_reponse(lire_objet(self._appeler("POST", chemin, corps).contenu, lieu), description, lieu)

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


def _fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurHttp:
    return AdaptateurHttp(
        description.reglages["url"],
        comptes=contexte.logiciel.comptes,
        entetes=description.reglages["entetes"],
        delai_s=description.reglages["delai_s"],
        secrets=contexte.logiciel.secrets,
        autorites=description.chemin("autorites") if description.reglages["autorites"] else None,
    )


TYPE_ADAPTATEUR = TypeAdaptateur(
    nom="http",
    resume="un petit service HTTP que votre logiciel expose (python -m steps contrat)",
    cles={
        "url": {
            "type": "string",
            "minLength": 1,
            "description": "l'adresse du service d'actions",
            "examples": ["http://127.0.0.1:8080"],
        },
        "entetes": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "default": {},
            "description": "en-têtes ajoutés à chaque appel ; ${NOM} est lu dans l'environnement",
        },
        "delai_s": DELAI_S,
        "autorites": {
            "type": "string",
            "default": "",
            "description": "fichier PEM des autorités de votre https ; sans elle, celles du système",
        },
    },
    obligatoires=("url",),
    fabrique=_fabriquer,
)
