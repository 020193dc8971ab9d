"""Ce que fait un navigateur pour la personne : la même interface en HTTP et dans un vrai Chromium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from steps.personne.pages import Bouton, Formulaire, Lien, Page

REDIRECTIONS_MAX = 20
"""Redirections de suite au-delà desquelles un navigateur renonce, comme les vrais."""


class NavigationImpossible(Exception):
    """Le navigateur ne peut pas aller plus loin ; le message dit où, pourquoi, et que faire.

    `url` : l'adresse en cause. C'est à qui conduit le parcours de dire si le logiciel y est pour quelque chose.
    """

    def __init__(self, message: str, url: str = "") -> None:
        super().__init__(message)
        self.url = url


@dataclass(frozen=True, slots=True)
class Passage:
    """Une adresse par laquelle le navigateur est passé.

    `genre` : `page` (s'affiche), `redirection`, ou `echec` (rien n'a répondu). `cookies` : noms des cookies posés,
    avec leurs attributs, jamais leur valeur (`SESSION; Secure; HttpOnly`).
    """

    methode: str
    url: str
    statut: int
    genre: str
    titre: str = ""
    vers: str = ""
    cookies: tuple[str, ...] = ()

    @property
    def origine(self) -> str:
        return origine(self.url)


@dataclass(frozen=True, slots=True)
class Trace:
    """Une valeur que le navigateur garde : `ou` vaut `cookie`, `localStorage` ou `sessionStorage`."""

    ou: str
    origine: str
    nom: str
    valeur: str = field(repr=False)
    attributs: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """L'écran, en image (Chromium) ou en HTML (navigateur HTTP)."""

    extension: str
    octets: bytes = field(repr=False)


class Navigateur(Protocol):
    """Un navigateur neuf : aucun cookie, aucune page. Chaque méthode rend la page affichée à la fin.

    Redirections suivies une à une, chacune notée dans `passages`. Cookies gardés par origine (schéma, hôte, port).
    Un statut d'erreur (4xx, 5xx) est une page comme une autre ; `NavigationImpossible` seulement quand rien ne
    s'affiche : nom ou port injoignable, certificat du banc refusé, redirections sans fin, schéma non web
    (`mon-logiciel://…`), geste qui demande un vrai navigateur.
    """

    @property
    def page(self) -> Page:
        """La page affichée."""
        ...

    @property
    def passages(self) -> Sequence[Passage]:
        """Tout ce par quoi il est passé depuis qu'il est ouvert, dans l'ordre."""
        ...

    def aller(self, url: str) -> Page:
        """Ouvre une adresse, comme tapée dans la barre d'adresse : sans Referer."""
        ...

    def suivre(self, lien: Lien) -> Page:
        """Clique sur un lien de la page affichée."""
        ...

    def envoyer(
        self, formulaire: Formulaire, valeurs: Mapping[str, str] | None = None, bouton: Bouton | None = None
    ) -> Page:
        """Remplit un formulaire de la page affichée et clique sur le bouton (le premier par défaut).

        `valeurs` : nom du champ → texte saisi, ou valeur de l'option ou de la case choisie. Un champ absent garde
        ce que la page y met.
        """
        ...

    def cliquer(self, bouton: Bouton) -> Page:
        """Clique sur un bouton hors de tout formulaire : seul un vrai navigateur joue le script qu'il porte."""
        ...

    def traces(self) -> Sequence[Trace]:
        """Ce que le navigateur garde, toutes origines confondues : cookies, et stockage local s'il en a un."""
        ...

    def capture(self) -> Capture:
        """L'écran tel qu'il est affiché."""
        ...

    def fermer(self) -> None:
        """Ferme le navigateur et oublie tout ; sans effet la seconde fois."""
        ...


def origine(url: str) -> str:
    """`https://hote:port` de cette adresse, port par défaut écrit ; vide si ce n'est pas une adresse web."""
    try:
        lue = urlsplit(url)
        port = lue.port or {"http": 80, "https": 443}.get(lue.scheme, 0)
    except ValueError:
        return ""
    if lue.scheme not in ("http", "https") or not lue.hostname:
        return ""
    return f"{lue.scheme}://{lue.hostname}:{port}"
