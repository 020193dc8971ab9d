"""Les refus d'OAuth 2.0 et d'OpenID Connect : un constructeur par cas.

Sources : RFC 6749 (4.1.2.1, 5.2), RFC 6750 (3.1), RFC 7009, OpenID Connect Core 1.0 (3.1.2.6). Les explications sont du
banc.
"""

from __future__ import annotations

import json

from simulators.socle.requete import ReponseSimulee

SANS_CACHE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
JSON = "application/json"


class RefusOAuth(Exception):
    """Un appel de serveur à serveur que le fournisseur refuse."""

    def __init__(
        self, code: str, description: str, statut: int = 400, entetes: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.statut = statut
        self.entetes = entetes

    def en_reponse(self) -> ReponseSimulee:
        """JSON `error`, `error_description`."""
        contenu = {"error": self.code, "error_description": self.description}
        return en_json(contenu, self.statut, self.entetes)


class RefusPage(Exception):
    """Une demande qu'on ne peut renvoyer à personne : elle s'explique à l'écran."""

    def __init__(self, code: str, titre: str, explication: str, statut: int = 400) -> None:
        super().__init__(explication)
        self.code = code
        self.titre = titre
        self.explication = explication
        self.statut = statut


class RefusAutorisation(Exception):
    """Une demande d'autorisation dont le refus retourne au logiciel, par sa redirect_uri."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def en_json(contenu: object, statut: int = 200, entetes: tuple[tuple[str, str], ...] = ()) -> ReponseSimulee:
    """Réponse JSON qu'aucun intermédiaire ne garde."""
    return ReponseSimulee(statut, json.dumps(contenu, ensure_ascii=False).encode(), JSON, (*SANS_CACHE, *entetes))


def en_json_public(contenu: object) -> ReponseSimulee:
    """Réponse JSON que chacun peut garder, à revoir avant de s'en resservir : découverte, clés publiques."""
    return ReponseSimulee(200, json.dumps(contenu, ensure_ascii=False).encode(), JSON, (("Cache-Control", "no-cache"),))


def requete_invalide(description: str) -> RefusOAuth:
    """400 `invalid_request` : paramètre absent, en double, illisible."""
    return RefusOAuth("invalid_request", description)


def client_refuse(description: str, *, basic: bool = False) -> RefusOAuth:
    """401 `invalid_client` ; l'en-tête n'est là que si le client a essayé l'en-tête Authorization."""
    defi = (("WWW-Authenticate", 'Basic realm="banc-sons"'),) if basic else ()
    return RefusOAuth("invalid_client", description, 401, defi)


def octroi_refuse(description: str) -> RefusOAuth:
    """400 `invalid_grant` : code ou jeton inconnu, périmé, déjà servi, d'un autre client."""
    return RefusOAuth("invalid_grant", description)


def client_non_autorise(description: str) -> RefusOAuth:
    """400 `unauthorized_client`."""
    return RefusOAuth("unauthorized_client", description)


def octroi_inconnu(nom: str) -> RefusOAuth:
    """400 `unsupported_grant_type`."""
    return RefusOAuth("unsupported_grant_type", f"grant_type {nom[:80]!r} non servi")


def scope_refuse(description: str) -> RefusOAuth:
    """400 `invalid_scope`."""
    return RefusOAuth("invalid_scope", description)


def jeton_refuse(description: str, code: str = "invalid_token") -> RefusOAuth:
    """401 au porteur d'un jeton qui n'est pas valable (RFC 6750)."""
    defi = f'Bearer realm="banc-sons", error="{code}"'
    return RefusOAuth(code, description, 401, (("WWW-Authenticate", defi),))


def jeton_absent() -> RefusOAuth:
    """401 sans jeton : le défi ne porte pas de code d'erreur (RFC 6750, 3.1)."""
    return RefusOAuth("invalid_request", "aucun jeton", 401, (("WWW-Authenticate", 'Bearer realm="banc-sons"'),))


def erreur_interne(statut: int = 500) -> RefusOAuth:
    """5xx joué exprès."""
    return RefusOAuth("server_error", "panne jouée exprès", statut)
