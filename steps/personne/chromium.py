"""La personne dans un vrai Chromium sans écran : mêmes gestes que le navigateur HTTP, scripts et images en plus."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from steps.personne.cdp import Chromium, Evenement, NavigateurEnPanne
from steps.personne.chromium_gestes import BOUTON_LIBRE, CHOISIR, ETAT, FORMULAIRE, LIEN, SOUMETTRE, VISER, VISER_CHAMP
from steps.personne.chromium_passages import passages
from steps.personne.navigateur import Capture, NavigationImpossible, Passage, Trace, origine
from steps.personne.pages import Bouton, Formulaire, Lien, Page

CALME = 0.2
"""Secondes sans rien de neuf après lesquelles une page est tenue pour affichée."""
REQUETES_EN_COURS = 3.0
"""Secondes laissées aux appels d'une page déjà affichée : une page qui interroge sans fin ne retient pas."""
_LARGEUR, _HAUTEUR, _HAUTEUR_MAX = 1280, 900, 6000
_DEPARTS = frozenset({"Page.frameStartedNavigating", "Page.frameStartedLoading"})


class NavigateurChromium:
    """Un onglet dans un contexte neuf : ni cookie ni page. `du_banc` : dit si une origine est un service du banc.

    Le certificat d'un service du banc est toujours vérifié ; devant celui du logiciel, s'il n'est pas reconnu, la
    personne passe outre et le passage le dit. Les cookies, eux, sont partagés entre les ports d'un même hôte, comme
    dans tout navigateur.
    """

    def __init__(
        self, chromium: Chromium, *, du_banc: Callable[[str], bool] = lambda _: False, delai_s: float = 30.0
    ) -> None:
        self._chromium = chromium
        self._du_banc = du_banc
        self._delai = delai_s
        self._outre: dict[str, str] = {}
        self._notes: list[Passage] = []
        self._stockage: dict[tuple[str, str, str], str] = {}
        self._ferme = False
        self._contexte = chromium.appeler("Target.createBrowserContext")["browserContextId"]
        self._cadre = str(
            chromium.appeler("Target.createTarget", url="about:blank", browserContextId=self._contexte)["targetId"]
        )
        self._session = str(chromium.appeler("Target.attachToTarget", targetId=self._cadre, flatten=True)["sessionId"])
        chromium.reagir("Security.certificateError", self._session, self._juger_certificat)
        chromium.reagir("Page.javascriptDialogOpening", self._session, self._accepter)
        self._lu = chromium.position
        for domaine in ("Page", "Network", "Runtime", "DOM", "Security"):
            self._appeler(f"{domaine}.enable")
        self._appeler(
            "Emulation.setDeviceMetricsOverride", width=_LARGEUR, height=_HAUTEUR, deviceScaleFactor=1, mobile=False
        )
        self._appeler("Security.setOverrideCertificateErrors", override=True)
        self._page = Page("about:blank", 0, "")

    @property
    def page(self) -> Page:
        return self._page

    @property
    def passages(self) -> Sequence[Passage]:
        return tuple(self._notes)

    # ------------------------------------------------------------------ gestes
    def aller(self, url: str) -> Page:
        if not origine(url):
            raise _schema_etranger(url)
        return self._agir(lambda: self._appeler("Page.navigate", url=url))

    def suivre(self, lien: Lien) -> Page:
        return self._agir(lambda: self._cliquer(LIEN, lien.rang))

    def envoyer(
        self, formulaire: Formulaire, valeurs: Mapping[str, str] | None = None, bouton: Bouton | None = None
    ) -> Page:
        inconnus = set(valeurs or {}) - {c.nom for c in formulaire.champs}
        if inconnus:
            raise ValueError(f"champs absents du formulaire : {', '.join(sorted(inconnus))}")
        for nom, valeur in (valeurs or {}).items():
            champ = formulaire.champ(nom)
            if champ is not None and champ.visible and not champ.choix:
                self._saisir(formulaire.rang, nom, valeur)
            else:
                self._executer(CHOISIR, formulaire.rang, nom, valeur)
        bouton = bouton or next((b for b in formulaire.boutons if b.soumet), None)
        if bouton is None:
            return self._agir(lambda: self._executer(SOUMETTRE, formulaire.rang))
        rang = bouton.rang
        return self._agir(lambda: self._cliquer(FORMULAIRE, formulaire.rang, rang))

    def cliquer(self, bouton: Bouton) -> Page:
        return self._agir(lambda: self._cliquer(BOUTON_LIBRE, bouton.rang))

    def traces(self) -> Sequence[Trace]:
        lus = self._chromium.appeler("Storage.getCookies", browserContextId=self._contexte)["cookies"]
        cookies = [
            Trace("cookie", _origine_du_cookie(c), c["name"], c["value"], _attributs(c))
            for c in sorted(lus, key=lambda c: (c["domain"], c["path"], c["name"]))
        ]
        return (*cookies, *(Trace(ou, de, nom, valeur) for (ou, de, nom), valeur in self._stockage.items()))

    def capture(self) -> Capture:
        """La page entière, de haut en bas : ce que la personne verrait en la faisant défiler."""
        taille = self._appeler("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": _LARGEUR, "height": min(max(taille["height"], 1), _HAUTEUR_MAX), "scale": 1}
        image = self._appeler("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        return Capture("png", base64.b64decode(image))

    def fermer(self) -> None:
        if not self._ferme:
            self._ferme = True
            with contextlib.suppress(NavigateurEnPanne):
                self._chromium.appeler("Target.disposeBrowserContext", browserContextId=self._contexte)

    # ------------------------------------------------------------------ marche
    def _agir(self, geste: Callable[[], object]) -> Page:
        """Fait le geste, attend que l'écran soit au calme, lit la page et les passages."""
        depuis = self._chromium.position
        geste()
        self._attendre_le_calme(depuis)
        return self._lire(depuis)

    def _attendre_le_calme(self, depuis: int) -> None:
        """Plus de navigation ni de requête depuis `CALME` ; une page qui dit où aller ensuite y va d'abord."""
        fin = time.monotonic() + self._delai
        suites = fin
        while (maintenant := time.monotonic()) < fin:
            evenements = self._de_l_onglet(depuis)
            if self._charge(evenements):
                suites = fin
            else:
                suites = min(suites, maintenant + REQUETES_EN_COURS)
                if not _en_cours(evenements) or maintenant > suites:
                    rang = self._chromium.position
                    neuf = self._chromium.attendre(self._interesse, depuis=rang, delai=CALME)
                    if neuf is None and self._document_pret():
                        return
                    continue
            self._chromium.attendre(self._interesse, depuis=self._chromium.position, delai=CALME)
        raise NavigationImpossible(f"la page n'a pas fini de s'afficher en {self._delai:.0f} s", self._adresse())

    def _charge(self, evenements: Sequence[Evenement]) -> bool:
        """Vrai tant que la page principale est en train d'en ouvrir une autre."""
        charge = False
        for evenement in evenements:
            lu = evenement["params"]
            if lu.get("frameId") != self._cadre or lu.get("navigationType") == "sameDocument":
                continue
            if evenement["method"] in _DEPARTS:
                charge = True
            elif evenement["method"] == "Page.frameStoppedLoading":
                charge = False
        return charge

    def _interesse(self, evenement: Evenement) -> bool:
        return evenement.get("sessionId") == self._session and evenement["method"].startswith(("Page.", "Network."))

    def _de_l_onglet(self, depuis: int) -> list[Evenement]:
        return [e for e in self._chromium.evenements(depuis) if e.get("sessionId") == self._session]

    def _document_pret(self) -> bool:
        """Faux aussi quand la page s'en va d'elle-même sous peu (`meta refresh`)."""
        try:
            etat = self._evaluer(ETAT)
        except NavigateurEnPanne:
            return False  # la page a changé pendant la lecture
        return etat["pret"] == "complete" and not Page(etat["url"], 200, etat["html"]).suite

    def _lire(self, depuis: int) -> Page:
        evenements = self._de_l_onglet(depuis)
        lus = passages(evenements, self._cadre)
        etat = self._evaluer(ETAT)
        for ou in ("localStorage", "sessionStorage"):
            for nom, valeur in etat[ou].items():
                self._stockage[ou, origine(etat["url"]), nom] = valeur
        for passage in lus:
            if (raison := self._outre.pop(passage.origine, "")) and passage.origine:
                self._notes.append(Passage(passage.methode, passage.url, 0, "echec", titre=raison))
            self._notes.append(passage)
        dernier = lus[-1] if lus else None
        if dernier is not None and dernier.genre != "page":
            if not origine(dernier.url):
                self._notes.pop()
                raise _schema_etranger(dernier.url)
            raise NavigationImpossible(
                f"{dernier.origine} ne répond pas au navigateur : {_echec(evenements)}", dernier.url
            )
        if dernier is not None:
            self._notes[-1] = replace(dernier, titre=etat["titre"])
        statut = dernier.statut if dernier is not None else self._page.statut
        self._page = Page(etat["url"], statut, etat["html"], etat["type"])
        return self._page

    # ------------------------------------------------------------------ onglet
    def _appeler(self, methode: str, **parametres: object) -> Mapping[str, Any]:
        return self._chromium.appeler(methode, self._session, **parametres)

    def _evaluer(self, expression: str) -> Any:
        rendu = self._appeler("Runtime.evaluate", expression=expression, returnByValue=True, userGesture=True)
        if detail := rendu.get("exceptionDetails"):
            raise NavigateurEnPanne(f"la page ne se lit pas : {detail.get('exception', {}).get('description', detail)}")
        return rendu["result"].get("value")

    def _executer(self, fonction: str, *arguments: object) -> Any:
        return self._evaluer(f"({fonction})({', '.join(map(json.dumps, arguments))})")

    def _cliquer(self, lequel: str, *rangs: int) -> None:
        """Un clic de souris au milieu de l'élément ; par script s'il est couvert, comme le ferait le clavier."""
        ou = self._evaluer(f"({VISER})(({lequel})({', '.join(map(str, rangs))}))")
        if ou is None:
            raise NavigationImpossible(
                "l'élément à cliquer n'est plus dans la page, ou ne s'y voit pas", self._page.url
            )
        if ou.get("clique"):
            return
        souris = {"x": ou["x"], "y": ou["y"], "button": "left", "clickCount": 1}
        self._appeler("Input.dispatchMouseEvent", type="mouseMoved", x=ou["x"], y=ou["y"])
        self._appeler("Input.dispatchMouseEvent", type="mousePressed", **souris)
        self._appeler("Input.dispatchMouseEvent", type="mouseReleased", **souris)

    def _saisir(self, formulaire: int, nom: str, valeur: str) -> None:
        """Tape le texte à la place de ce que le champ contient."""
        if not self._executer(VISER_CHAMP, formulaire, nom):
            raise NavigationImpossible(
                f"le champ « {nom} » n'est plus dans la page, ou ne se remplit pas", self._page.url
            )
        self._appeler("Input.insertText", text=valeur)

    def _juger_certificat(self, lu: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
        """Certificat non reconnu : refusé d'un service du banc, accepté d'un logiciel en mise au point."""
        ou = origine(str(lu["requestURL"]))
        if self._du_banc(ou):
            return "Security.handleCertificateError", {"eventId": lu["eventId"], "action": "cancel"}
        self._outre[ou] = "certificat du logiciel non reconnu, accepté"
        return "Security.handleCertificateError", {"eventId": lu["eventId"], "action": "continue"}

    def _accepter(self, lu: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
        return "Page.handleJavaScriptDialog", {"accept": True}

    def _adresse(self) -> str:
        with contextlib.suppress(NavigateurEnPanne):
            return str(self._evaluer("location.href"))
        return self._page.url


def _en_cours(evenements: Sequence[Evenement]) -> bool:
    """Vrai si une requête attend encore sa réponse."""
    ouvertes: set[str] = set()
    for evenement in evenements:
        demande = str(evenement["params"].get("requestId", ""))
        if evenement["method"] == "Network.requestWillBeSent":
            ouvertes.add(demande)
        elif evenement["method"] in ("Network.loadingFinished", "Network.loadingFailed"):
            ouvertes.discard(demande)
    return bool(ouvertes)


def _echec(evenements: Sequence[Evenement]) -> str:
    certificats = [e["params"]["errorType"] for e in evenements if e["method"] == "Security.certificateError"]
    if certificats:
        return f"certificat refusé ({certificats[-1]})"
    textes = [e["params"]["errorText"] for e in evenements if e["method"] == "Network.loadingFailed"]
    return str(textes[-1]) if textes else "aucune réponse"


def _schema_etranger(url: str) -> NavigationImpossible:
    return NavigationImpossible(
        f"le navigateur est envoyé vers {url.partition('?')[0]!r}, que seul le poste de l'utilisateur sait ouvrir ; "
        "attendu une adresse http ou https (RFC 8252 § 7.3 : boucle locale pour une application native)",
        url,
    )


def _origine_du_cookie(cookie: Mapping[str, Any]) -> str:
    schema = "https" if cookie.get("sourceScheme") == "Secure" else "http"
    return f"{schema}://{str(cookie['domain']).lstrip('.')}:{cookie.get('sourcePort', -1)}"


def _attributs(cookie: Mapping[str, Any]) -> str:
    poses = [f"Path={cookie['path']}"]
    poses += ["Secure"] if cookie.get("secure") else []
    poses += ["HttpOnly"] if cookie.get("httpOnly") else []
    poses += [f"SameSite={cookie['sameSite']}"] if cookie.get("sameSite") else []
    return "; ".join(poses)
