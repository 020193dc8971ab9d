"""Les fournisseurs d'identité donnés à l'installation : Pro Santé Connect, et celui de l'établissement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PSC, ETABLISSEMENT = "psc", "etablissement"
CERTIFICAT = "org_auth_cli"
"""Certificat d'organisation présenté à Pro Santé Connect et aux API, de serveur à serveur (EXI PSC 24)."""
LIBELLES = {PSC: "Pro Santé Connect", ETABLISSEMENT: "l'établissement"}


@dataclass(frozen=True)
class Fournisseur:
    """Un fournisseur OpenID Connect et le client qu'il nous a donné. `secret` vide : le certificat prouve le client."""

    nom: str
    issuer: str
    decouverte: str
    client_id: str
    secret: str = field(repr=False, default="")
    scope: str = "openid profile email"
    acr_values: str = ""
    """Niveau d'authentification demandé, et exigé au retour ; vide si le fournisseur n'en a pas."""

    @property
    def libelle(self) -> str:
        return LIBELLES.get(self.nom, self.nom)

    @property
    def est_psc(self) -> bool:
        return self.nom == PSC

    @property
    def authentification(self) -> str:
        return "client_secret_basic" if self.secret else "tls_client_auth"


@dataclass(frozen=True)
class ApiPsc:
    """Les API Pro Santé Connectées : où échanger le jeton de la personne, où appeler."""

    url_jeton: str
    adresses: Mapping[str, str]
    proxy: str = ""


def lire_fournisseurs(services: Mapping[str, Any]) -> dict[str, Fournisseur]:
    """Ceux de l'environnement, par nom."""
    trouves: dict[str, Fournisseur] = {}
    for nom in (PSC, ETABLISSEMENT):
        brut = services.get(nom)
        if brut:
            trouves[nom] = Fournisseur(
                nom=nom,
                issuer=str(brut["issuer"]),
                decouverte=str(brut["decouverte"]),
                client_id=str(brut["client_id"]),
                secret=str(brut.get("client_secret") or ""),
                scope=str(brut.get("scope") or ("openid scope_all" if nom == PSC else "openid profile email")),
                acr_values=str(brut.get("acr_values") or ("eidas1" if nom == PSC else "")),
            )
    return trouves


def lire_api(services: Mapping[str, Any]) -> ApiPsc | None:
    """Les API par Pro Santé Connect, si l'environnement les donne."""
    brut = services.get(PSC) or {}
    if not brut.get("url_api_jeton"):
        return None
    adresses = {str(nom): str(url).rstrip("/") for nom, url in dict(brut.get("api") or {}).items()}
    return ApiPsc(str(brut["url_api_jeton"]), adresses, str(brut.get("proxy") or "").rstrip("/"))
