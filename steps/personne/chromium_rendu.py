"""Un fichier XML montré par Chromium, comme si la personne l'ouvrait : son texte, son image."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from steps.personne.cdp import Chromium, NavigateurEnPanne

_ADRESSE = "http://document.banc.invalid/document.xml"
"""Aucune machine ne répond à ce nom (RFC 2606) : la requête est servie avant de partir."""
_TEXTE = "document.body ? document.body.innerText : document.documentElement.textContent"
_ESSAI = b"""<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:d="urn:essai"><d:mot>essai</d:mot>
<xsl:template match="/"><html><body><p><xsl:value-of select="concat('feuille ', 'appliquee')"/></p></body></html>
</xsl:template></xsl:stylesheet>"""


@dataclass(frozen=True, slots=True)
class Rendu:
    """Ce que Chromium montre. `applique_xslt` : une feuille d'essai, sans rapport, l'a été."""

    texte: str
    image: bytes
    version: str
    applique_xslt: bool


def rendre(chromium: Chromium, octets: bytes) -> Rendu:
    """Le document tel que Chromium l'affiche, et si ce Chromium applique encore les feuilles XSLT."""
    with _onglet(chromium) as session:
        essai, _ = _montrer(chromium, session, _ESSAI)
    with _onglet(chromium) as session:
        texte, image = _montrer(chromium, session, octets)
    return Rendu(texte, image, chromium.version, "feuille appliquee" in essai)


@contextlib.contextmanager
def _onglet(chromium: Chromium) -> Iterator[str]:
    contexte = chromium.appeler("Target.createBrowserContext")["browserContextId"]
    try:
        cible = chromium.appeler("Target.createTarget", url="about:blank", browserContextId=contexte)["targetId"]
        yield str(chromium.appeler("Target.attachToTarget", targetId=cible, flatten=True)["sessionId"])
    finally:
        with contextlib.suppress(NavigateurEnPanne):
            chromium.appeler("Target.disposeBrowserContext", browserContextId=contexte)


def _montrer(chromium: Chromium, session: str, octets: bytes) -> tuple[str, bytes]:
    corps = base64.b64encode(octets).decode()

    def servir(parametres: Mapping[str, Any]) -> tuple[str, dict[str, object]]:
        """Le document à son adresse ; toute autre requête échoue : un document de santé n'appelle personne."""
        numero = parametres["requestId"]
        if parametres["request"]["url"].partition("#")[0] != _ADRESSE:
            return "Fetch.failRequest", {"requestId": numero, "errorReason": "AddressUnreachable"}
        entetes = [{"name": "Content-Type", "value": "application/xml; charset=utf-8"}]
        return "Fetch.fulfillRequest", {
            "requestId": numero,
            "responseCode": 200,
            "responseHeaders": entetes,
            "body": corps,
        }

    chromium.reagir("Fetch.requestPaused", session, servir)
    chromium.appeler("Fetch.enable", session)
    chromium.appeler("Page.enable", session)
    depuis = chromium.position
    chromium.appeler("Page.navigate", session, url=_ADRESSE)
    chargee = chromium.attendre(
        lambda e: e.get("method") == "Page.loadEventFired" and e.get("sessionId") == session, depuis=depuis
    )
    if chargee is None:
        raise NavigateurEnPanne("Chromium n'a pas fini d'afficher le document")
    lu = chromium.appeler("Runtime.evaluate", session, expression=_TEXTE, returnByValue=True)
    image = chromium.appeler("Page.captureScreenshot", session, format="png", captureBeyondViewport=True)["data"]
    return str(lu["result"].get("value") or ""), base64.b64decode(image)
