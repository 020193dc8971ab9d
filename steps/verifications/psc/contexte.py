"""Ce qui est attendu d'un client : le fournisseur visé, et ce que l'éditeur a déclaré de son logiciel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from steps.verifications.psc import sources


@dataclass(frozen=True, slots=True)
class Fournisseur:
    """Ce qu'un fournisseur d'identité demande. `service` : nom de ses échanges au journal."""

    service: str
    nom: str
    scopes: tuple[str, ...]
    acr: str
    """Niveau à demander par acr_values ; vide : rien n'est exigé."""
    document: str
    """Note `document` du document de découverte attendu."""
    source_scope: str


PSC = Fournisseur(
    "psc", "Pro Santé Connect", ("openid", "scope_all"), "eidas1", "wallet-openid-configuration", sources.VOLET
)
ETABLISSEMENT = Fournisseur(
    "etablissement",
    "le fournisseur d'identité de l'établissement",
    ("openid",),
    "",
    "openid-configuration",
    sources.CORE.format("3.1.2.1"),
)


@dataclass(frozen=True, slots=True)
class ClientDeclare:
    """Le logiciel tel que déclaré au fournisseur ; un champ vide (ou None) : rien n'est déclaré, rien n'est exigé."""

    client_id: str = ""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    authentification: str = ""
    pkce: bool | None = None
    seul_moyen: bool = False
    modalites: tuple[str, ...] = ()
    fournisseur: Fournisseur = PSC

    @classmethod
    def depuis(cls, declaration: Mapping[str, Any], *, client_id: str = "", fournisseur: Fournisseur = PSC) -> Self:
        """Depuis le bloc `pro_sante_connect` de logiciel.yaml ou de /apropos ; `client_id` sert s'il n'en donne pas."""
        pkce = declaration.get("pkce")
        return cls(
            client_id=str(declaration.get("client_id") or client_id),
            redirect_uris=_textes(declaration.get("redirect_uris")),
            post_logout_redirect_uris=_textes(declaration.get("post_logout_redirect_uris")),
            authentification=str(declaration.get("authentification") or ""),
            pkce=pkce if isinstance(pkce, bool) else None,
            seul_moyen=declaration.get("seul_moyen") is True,
            modalites=_textes(declaration.get("modalites")),
            fournisseur=fournisseur,
        )


def _textes(valeur: object) -> tuple[str, ...]:
    if isinstance(valeur, str):
        return (valeur,)
    return tuple(str(v) for v in valeur) if isinstance(valeur, Iterable) else ()
