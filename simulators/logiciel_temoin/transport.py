"""HTTPS vers les services nationaux : TLS 1.2 au moins, chaîne et nom du serveur vérifiés, certificat client."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from simulators.logiciel_temoin.environnement import Certificat

_DELAIS = urllib3.Timeout(connect=5.0, read=45.0)


class ErreurTransport(Exception):
    """Le service n'a pas répondu, ou pas entièrement."""


@dataclass(frozen=True)
class ReponseHttp:
    """Réponse entière."""

    statut: int
    type_mime: str
    octets: bytes
    entetes: Mapping[str, str] = field(default_factory=dict, repr=False)


class Transport:
    """Connexions gardées ouvertes, une réserve par certificat client."""

    def __init__(self, racines: Path) -> None:
        self._racines = racines
        self._reserves: dict[str, urllib3.PoolManager] = {}
        self._verrou = threading.Lock()

    def _reserve(self, certificat: Certificat | None) -> urllib3.PoolManager:
        cle = str(certificat.pem) if certificat else ""
        with self._verrou:
            if cle not in self._reserves:
                contexte = ssl.create_default_context(cafile=str(self._racines))
                contexte.minimum_version = ssl.TLSVersion.TLSv1_2
                if certificat:
                    contexte.load_cert_chain(certificat.pem, certificat.cle)
                self._reserves[cle] = urllib3.PoolManager(
                    ssl_context=contexte, retries=False, timeout=_DELAIS, maxsize=8, block=False
                )
            return self._reserves[cle]

    def poster(self, url: str, octets: bytes, type_mime: str, certificat: Certificat | None) -> ReponseHttp:
        return self.envoyer("POST", url, octets, type_mime, certificat)

    def envoyer(
        self, methode: str, url: str, octets: bytes, type_mime: str, certificat: Certificat | None
    ) -> ReponseHttp:
        return self.demander(methode, url, octets, {"Content-Type": type_mime}, certificat)

    def lire(self, url: str, certificat: Certificat | None) -> ReponseHttp:
        return self.demander("GET", url, None, {"Accept": "text/html"}, certificat)

    def obtenir(self, url: str, entetes: dict[str, str]) -> ReponseHttp:
        """GET sans certificat client ; l'adresse part telle quelle, déjà encodée."""
        return self.demander("GET", url, None, entetes, None)

    def demander(
        self, methode: str, url: str, octets: bytes | None, entetes: dict[str, str], certificat: Certificat | None
    ) -> ReponseHttp:
        try:
            reponse = self._reserve(certificat).request(
                methode, url, body=octets, headers={**entetes, "User-Agent": "LaboTemoin/1.0"}, redirect=False
            )
            recus = {nom.lower(): valeur for nom, valeur in reponse.headers.items()}
            return ReponseHttp(reponse.status, recus.get("content-type", ""), reponse.data, recus)
        except (urllib3.exceptions.HTTPError, OSError) as erreur:
            raise ErreurTransport(f"le service ne répond pas : {erreur}") from erreur

    def fermer(self) -> None:
        with self._verrou:
            for reserve in self._reserves.values():
                reserve.clear()
            self._reserves.clear()
