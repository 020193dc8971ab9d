"""Ce qui distingue un fournisseur d'un autre : adresses, durées, exigences sur la demande.

Source des valeurs de Pro Santé Connect : documentation de l'ANS (adresses, durées, scope, niveau demandé). La durée
du code (60 s), celle d'une mire ouverte et les chemins du fournisseur d'établissement sont du banc.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OPENID_CONNECT = "/protocol/openid-connect"
WALLET = "wallet-openid-configuration"
STANDARD = "openid-configuration"


@dataclass(frozen=True)
class Durees:
    """Secondes."""

    acces: int = 120
    rafraichissement: int = 1800
    session: int = 4 * 3600
    inactivite: int = 1800
    code: int = 60
    mire: int = 600


@dataclass(frozen=True)
class Chemins:
    """Chemins après l'émetteur, sauf `autorisation` et `mire`, pris à la racine du port de la mire."""

    autorisation: str = "/auth"
    mire: str = "/mire"
    jeton: str = f"{OPENID_CONNECT}/token"
    userinfo: str = f"{OPENID_CONNECT}/userinfo"
    introspection: str = f"{OPENID_CONNECT}/token/introspect"
    revocation: str = f"{OPENID_CONNECT}/revoke"
    fin_session: str = f"{OPENID_CONNECT}/logout"
    jwks: str = f"{OPENID_CONNECT}/certs"
    ciba: str = f"{OPENID_CONNECT}/ext/ciba/auth"


@dataclass(frozen=True)
class Profil:
    """Un fournisseur."""

    service: str
    """Nom au journal et dans l'environnement."""
    nom: str
    client_id: str
    """Client donné d'office au logiciel."""
    royaume: str
    """Chemin de l'émetteur."""
    scopes: tuple[str, ...]
    scope: str
    """Ce que le logiciel doit demander."""
    documents: tuple[str, ...] = (STANDARD,)
    """Noms sous `.well-known`, le premier étant celui à employer."""
    acr: str = ""
    """Niveau exigé dans la demande et rendu dans l'ID token ; vide : aucun."""
    acr_annonces: tuple[str, ...] = ()
    moyens: tuple[str, ...] = ("e-CPS", "CPS")
    deux_ports: bool = True
    """Vrai : la mire a son propre port, où aucun certificat de client n'est demandé."""
    revendications_psc: bool = True
    """Faux : seulement les revendications courantes (nom, courriel)."""
    chemins: Chemins = field(default_factory=Chemins)
    durees: Durees = field(default_factory=Durees)


PSC = Profil(
    service="psc",
    nom="Pro Santé Connect",
    client_id="banc-sons-lps",
    royaume="/auth/realms/esante-wallet",
    documents=(WALLET, STANDARD),
    scopes=(
        "openid", "profile", "email", "address", "phone", "roles", "offline_access", "acr", "basic", "web-origins",
        "microprofile-jwt", "identity", "scope_all", "scope_1", "scope_2", "interop", "rpps", "referentiel",
        "eidas1", "eidas2",
    ),
    scope="openid scope_all",
    acr="eidas1",
    acr_annonces=("eidas1",),
)  # fmt: skip

ETABLISSEMENT = Profil(
    service="etablissement",
    nom="Fournisseur d'identité de l'établissement",
    client_id="banc-sons-etablissement",
    royaume="/oidc",
    scopes=("openid", "profile", "email"),
    scope="openid profile email",
    moyens=("compte",),
    deux_ports=False,
    revendications_psc=False,
    chemins=Chemins(
        autorisation="/oidc/authorize",
        mire="/connexion",
        jeton="/token",
        userinfo="/me",
        introspection="/introspect",
        revocation="/revoke",
        fin_session="/end-session",
        jwks="/jwks.json",
        ciba="/ciba",
    ),
)
