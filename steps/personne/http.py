"""Le navigateur par défaut : HTTP, HTML et cookies, sans script ; tout ce qui passe par lui est noté."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from email.message import Message
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, SSLError

from steps.personne.cookies import Cookies
from steps.personne.navigateur import (
    REDIRECTIONS_MAX,
    Capture,
    NavigationImpossible,
    Passage,
    Trace,
    origine,
)
from steps.personne.pages import Bouton, Formulaire, Lien, Page

_TAILLE_MAX = 8 << 20
_FORMULAIRE = "application/x-www-form-urlencoded"
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_SOUMISSION_SEULE = re.compile(r"\.submit\s*\(", re.IGNORECASE)
_AGENT = "BancSONS-Navigateur/1 (navigateur HTTP d'essai, sans script)"


class NavigateurHttp:
    """Un navigateur neuf. `racines` : autorités de test ; `du_banc` : dit si une origine est un service du banc.

    Le certificat d'un service du banc est toujours vérifié. Celui du logiciel l'est aussi d'abord ; s'il ne
    l'est pas (certificat d'un poste de développement), la personne passe outre et le passage le dit.
    """

    def __init__(
        self, *, racines: Path | None = None, du_banc: Callable[[str], bool] = lambda _: False, delai_s: float = 30.0
    ) -> None:
        self._du_banc = du_banc
        self._cookies = Cookies()
        self._passages: list[Passage] = []
        self._page = Page("about:blank", 0, "")
        delais = urllib3.Timeout(delai_s)
        self._verifie = urllib3.PoolManager(ssl_context=_verifie(racines), timeout=delais, retries=False)
        self._tolerant = urllib3.PoolManager(ssl_context=_tolerant(), timeout=delais, retries=False)
        self._outre: set[str] = set()

    @property
    def page(self) -> Page:
        return self._page

    @property
    def passages(self) -> Sequence[Passage]:
        return tuple(self._passages)

    # ------------------------------------------------------------------ gestes
    def aller(self, url: str) -> Page:
        return self._ouvrir("GET", url, referer="")

    def suivre(self, lien: Lien) -> Page:
        return self._ouvrir("GET", lien.url, referer=self._page.url)

    def envoyer(
        self, formulaire: Formulaire, valeurs: Mapping[str, str] | None = None, bouton: Bouton | None = None
    ) -> Page:
        donnees = {c.nom: c.valeur for c in formulaire.champs if c.genre not in ("radio", "checkbox") or c.valeur}
        inconnus = set(valeurs or {}) - {c.nom for c in formulaire.champs}
        if inconnus:
            raise ValueError(f"champs absents du formulaire : {', '.join(sorted(inconnus))}")
        donnees.update(valeurs or {})
        bouton = bouton or next((b for b in formulaire.boutons if b.soumet), None)
        if bouton is not None:
            if not bouton.soumet:
                return self.cliquer(bouton)
            if bouton.nom:
                donnees[bouton.nom] = bouton.valeur
        if formulaire.methode == "POST":
            return self._ouvrir("POST", formulaire.action, referer=self._page.url, corps=urlencode(donnees).encode())
        sans_requete = urlsplit(formulaire.action)._replace(query=urlencode(donnees)).geturl()
        return self._ouvrir("GET", sans_requete, referer=self._page.url)

    def cliquer(self, bouton: Bouton) -> Page:
        raise NavigationImpossible(
            f"le bouton « {bouton.libelle or bouton.mots} » ne fait rien sans script : relancez avec "
            "--navigateur=chromium, ou faites rendre par ouvrir_connexion l'adresse que ce bouton ouvre",
            self._page.url,
        )

    def traces(self) -> Sequence[Trace]:
        return tuple(Trace("cookie", c.origine, c.nom, c.valeur, c.attributs) for c in self._cookies)

    def capture(self) -> Capture:
        return Capture("html", self._page.html.encode())

    def fermer(self) -> None:
        self._verifie.clear()
        self._tolerant.clear()
        self._cookies = Cookies()

    # ------------------------------------------------------------------ marche
    def _ouvrir(self, methode: str, url: str, *, referer: str, corps: bytes | None = None) -> Page:
        """Suit les redirections une à une, puis ce que la page dit d'ouvrir d'elle-même."""
        for _ in range(REDIRECTIONS_MAX):
            reponse = self._demander(methode, url, referer, corps)
            vers = reponse.headers.get("Location")
            poses = [
                self._cookies.recevoir(origine(url), url, entete) for entete in reponse.headers.getlist("Set-Cookie")
            ]
            noms = tuple(cookie.affiche for cookie in poses if cookie is not None)
            if 300 <= reponse.status < 400 and vers:
                suivante = urljoin(url, vers)
                self._passages.append(Passage(methode, url, reponse.status, "redirection", vers=suivante, cookies=noms))
                if reponse.status in (301, 302, 303) and methode == "POST":
                    methode, corps = "GET", None
                reponse.drain_conn()
                url = suivante
                continue
            self._page = Page(url, reponse.status, *self._lire(url, reponse))
            self._passages.append(Passage(methode, url, reponse.status, "page", titre=self._page.titre, cookies=noms))
            suite = self._suite()
            if suite is None:
                return self._page
            methode, url, corps = suite
            referer = self._page.url
        raise NavigationImpossible(f"plus de {REDIRECTIONS_MAX} redirections de suite, la dernière vers {url}", url)

    def _suite(self) -> tuple[str, str, bytes | None] | None:
        """`meta refresh` immédiat, ou formulaire caché que la page envoie d'elle-même (`form_post`)."""
        if self._page.suite:
            return "GET", self._page.suite, None
        formulaires = self._page.formulaires
        if len(formulaires) == 1 and not any(c.visible for c in formulaires[0].champs):
            seul = formulaires[0]
            if seul.methode == "POST" and seul.champs and _SOUMISSION_SEULE.search(self._page.html):
                return "POST", seul.action, urlencode({c.nom: c.valeur for c in seul.champs}).encode()
        return None

    def _demander(self, methode: str, url: str, referer: str, corps: bytes | None) -> urllib3.BaseHTTPResponse:
        ou = origine(url)
        if not ou:
            raise NavigationImpossible(
                f"le navigateur est envoyé vers {url.partition('?')[0]!r}, que seul le poste de l'utilisateur sait "
                "ouvrir ; attendu http ou https (RFC 8252 § 7.3 : la boucle locale pour une application native)",
                url,
            )
        entetes = {"User-Agent": _AGENT, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "fr"}
        if cookies := self._cookies.pour(ou, url):
            entetes["Cookie"] = cookies
        if referer:
            # Politique par défaut des navigateurs : l'adresse entière chez soi, l'origine seule ailleurs.
            entetes["Referer"] = referer.partition("#")[0] if origine(referer) == ou else f"{origine(referer)}/"
        if corps is not None:
            entetes["Content-Type"] = _FORMULAIRE
            if origine(referer):
                entetes["Origin"] = origine(referer)
        try:
            return self._envoyer(methode, url, ou, entetes, corps)
        except HTTPError as erreur:
            self._passages.append(Passage(methode, url, 0, "echec"))
            raise NavigationImpossible(f"{ou} ne répond pas au navigateur : {_dire(erreur)}", url) from erreur

    def _envoyer(
        self, methode: str, url: str, ou: str, entetes: dict[str, str], corps: bytes | None
    ) -> urllib3.BaseHTTPResponse:
        url = url.partition("#")[0]
        client = self._tolerant if ou in self._outre else self._verifie
        try:
            reponse = client.request(methode, url, body=corps, headers=entetes, redirect=False, preload_content=False)
        except SSLError:
            if self._du_banc(ou) or ou in self._outre:
                raise
            # Le certificat du logiciel n'est pas ce qui est jugé : la personne passe outre, et cela se lit.
            self._outre.add(ou)
            self._passages.append(
                Passage(methode, url, 0, "echec", titre="certificat du logiciel non reconnu, accepté")
            )
            return self._envoyer(methode, url, ou, entetes, corps)
        return reponse

    def _lire(self, url: str, reponse: urllib3.BaseHTTPResponse) -> tuple[str, str]:
        """Une page démesurée est coupée : elle ne se lirait pas non plus à l'écran."""
        try:
            octets = reponse.read(_TAILLE_MAX)
        except HTTPError as erreur:
            self._passages.append(Passage("GET", url, 0, "echec"))
            raise NavigationImpossible(f"{origine(url)} a coupé sa réponse : {_dire(erreur)}", url) from erreur
        finally:
            reponse.release_conn()
        return _decoder(octets, reponse)


@lru_cache(maxsize=4)
def _verifie(racines: Path | None) -> ssl.SSLContext:
    """Les autorités de la machine et celles du banc ; lues une fois, car les charger coûte un tiers de seconde."""
    contexte = ssl.create_default_context()
    if racines is not None:
        contexte.load_verify_locations(racines)
    return contexte


@lru_cache(maxsize=1)
def _tolerant() -> ssl.SSLContext:
    """Aucune vérification : le certificat du logiciel, que la personne a accepté."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    contexte.check_hostname = False
    contexte.verify_mode = ssl.CERT_NONE
    return contexte


def _decoder(octets: bytes, reponse: urllib3.BaseHTTPResponse) -> tuple[str, str]:
    """Le texte de la page et son type."""
    entete = Message()
    entete["Content-Type"] = reponse.headers.get("Content-Type") or "text/html"
    trouve = _META.search(octets[:4096])
    charset = entete.get_content_charset() or (trouve[1].decode("ascii") if trouve else "utf-8")
    try:
        texte = octets.decode(charset, "replace")
    except LookupError:
        texte = octets.decode("utf-8", "replace")
    return texte, entete.get_content_type()


def _dire(erreur: HTTPError) -> str:
    cause = erreur.reason if isinstance(erreur, MaxRetryError) and erreur.reason else erreur
    if isinstance(cause, NewConnectionError):
        return "connexion refusée ; le service est-il lancé ?"
    return f"{type(cause).__name__} : {cause}"
