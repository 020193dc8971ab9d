"""Une personne d'essai : elle lit la console dans Chromium, agit dans l'écran du produit, recopie ce qu'il montre.

Elle ne sait que ce que les deux pages affichent : titres, étiquettes, valeurs. Un formulaire se remplit en un seul
script qui imite la saisie (événements `input` et `change`) : touche par touche, une campagne prendrait des heures.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from steps.personne.cdp import Chromium

SCRIPTS = Path(__file__).with_name("personne_console.js").read_text(encoding="utf-8")
#: Le nom que prend, dans ce que la personne donne, un lien à coller plutôt qu'un fichier à déposer.
LIEN = "lien.txt"


class Onglet:
    """Un onglet neuf ; chaque script de `personne_console.js` s'y appelle par son nom."""

    def __init__(self, chromium: Chromium) -> None:
        self._chromium = chromium
        self._contexte = chromium.appeler("Target.createBrowserContext")["browserContextId"]
        self.ouvrir_autre()

    def ouvrir_autre(self) -> None:
        """Un autre onglet du même navigateur."""
        cible = self._chromium.appeler("Target.createTarget", url="about:blank", browserContextId=self._contexte)
        self._session = str(
            self._chromium.appeler("Target.attachToTarget", targetId=cible["targetId"], flatten=True)["sessionId"]
        )
        for domaine in ("Page", "Runtime", "Log"):
            self.appeler(f"{domaine}.enable")
        self.appeler("Page.addScriptToEvaluateOnNewDocument", source=SCRIPTS)

    def appeler(self, methode: str, **parametres: object) -> Mapping[str, Any]:
        """Une commande à cet onglet."""
        return self._chromium.appeler(methode, self._session, **parametres)

    def aller(self, url: str, *, pages: int = 1) -> None:
        """Ouvre cette adresse et attend qu'elle soit chargée ; `pages` : combien se suivent d'elles-mêmes."""
        self.agir(lambda: self.appeler("Page.navigate", url=url), pages=pages)

    def agir(self, geste: Callable[[], object], *, pages: int = 1) -> None:
        """Fait un geste qui mène à une autre page, et attend qu'elle soit chargée."""
        depuis = self._chromium.position
        geste()
        charges: list[object] = []

        def charge(evenement: Mapping[str, Any]) -> bool:
            if evenement["method"] == "Page.loadEventFired" and evenement.get("sessionId") == self._session:
                charges.append(evenement)
            return len(charges) == pages

        assert self._chromium.attendre(charge, depuis=depuis, delai=60), f"page non chargée : {self.jouer('adresse')}"

    def jouer(self, script: str, *arguments: object) -> Any:
        """Appelle un script de la personne ; s'il promet, attend sa promesse."""
        expression = f"personne.{script}({', '.join(json.dumps(a) for a in arguments)})"
        rendu = self.appeler(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in rendu, f"{script} : {rendu['exceptionDetails']}"
        return rendu["result"].get("value")

    def image(self, largeur: int, hauteur: int) -> bytes:
        """L'écran, en PNG."""
        self.appeler(
            "Emulation.setDeviceMetricsOverride", width=largeur, height=hauteur, deviceScaleFactor=1, mobile=False
        )
        return base64.b64decode(self.appeler("Page.captureScreenshot", format="png")["data"])

    def anomalies(self) -> list[str]:
        """Exceptions et erreurs de console de cet onglet, hors celles d'une icône absente."""
        lues = []
        for evenement in self._chromium.evenements():
            if evenement.get("sessionId") != self._session:
                continue
            if evenement["method"] == "Runtime.exceptionThrown":
                lues.append(json.dumps(evenement["params"]))
            elif evenement["method"] == "Log.entryAdded" and "favicon" not in json.dumps(evenement["params"]):
                lues.append(json.dumps(evenement["params"]["entry"]))
        return lues


@dataclass
class Personne:
    """Un onglet par compte du produit, comme une personne garderait une fenêtre ouverte par collègue qu'elle joue.

    `piece` fabrique un fichier jamais vu pour une preuve : (preuve, formes acceptées) → (nom, octets).
    """

    console: Onglet
    ouvrir: Callable[[], Onglet]
    url_produit: str
    piece: Callable[[str, Sequence[str]], tuple[str, bytes]]
    demandes: list[dict[str, Any]] = field(default_factory=list)
    refus: list[str] = field(default_factory=list)
    comptes: dict[str, Onglet] = field(default_factory=dict)

    def travailler(self, *, jusqu_a: int | None = None) -> str:
        """Répond à tout ce qui est demandé ; rend ce que la console dit à la fin."""
        while True:
            demande = self.console.jouer("lireDemande", 15_000)
            if demande is None:
                continue
            if demande.get("fin"):
                return str(demande["fin"])
            self.demandes.append({"titre": demande["titre"], "genre": demande["genre"], "ou": demande["ou"]})
            if demande["genre"] == "action":
                self._agir(demande)
            else:
                self._juger(demande)
            if jusqu_a is not None and len(self.demandes) >= jusqu_a:
                return ""

    def _agir(self, demande: Mapping[str, Any]) -> None:
        issue, messages, releve = self._jouer_dans_le_produit(demande)
        erreur = self.console.jouer("repondre", issue, messages, releve)
        assert erreur == "", f"{demande['ou']}, {demande['titre']} : {erreur} ; relevé : {json.dumps(releve)[:2000]}"

    def _jouer_dans_le_produit(self, demande: Mapping[str, Any]) -> tuple[str, list[str], list[Any]]:
        produit = self._produit(demande["compte"])
        valeurs = [self._telecharger(valeur) for valeur in demande["valeurs"]]
        produit.agir(lambda: produit.jouer("ouvrirFonction", demande["titre"]))
        while produit.jouer("remplirProduit", valeurs, demande["json"]) == "ligne":
            produit.agir(lambda: produit.jouer("ajouterLigne"))
        produit.agir(lambda: produit.jouer("valider"))
        lu = produit.jouer("lireResultat")
        assert lu["issue"], f"{demande['ou']}, {demande['titre']} : le produit dit {lu['texte']}"
        return lu["issue"], lu["messages"], lu["valeurs"]

    def _produit(self, compte: str) -> Onglet:
        if compte not in self.comptes:
            onglet = self.comptes[compte] = self.ouvrir()
            onglet.aller(f"{self.url_produit}/compte")
            onglet.agir(lambda: onglet.jouer("choisirCompte", compte))
        return self.comptes[compte]

    def _telecharger(self, valeur: dict[str, Any]) -> dict[str, Any]:
        """Une valeur trop longue pour l'écran s'enregistre ; le fichier est ensuite donné au produit."""
        if not valeur["lien"] or valeur["texte"]:
            return valeur
        lu = str(self.console.jouer("telecharger", valeur["lien"]))
        return {**valeur, "brut": lu if valeur["chemin"].endswith("_base64") else base64.b64decode(lu).decode()}

    def _juger(self, demande: Mapping[str, Any]) -> None:
        for attendue in demande["pieces"]:
            nom, octets = self.piece(attendue["preuve"], attendue["formes"])
            if nom == LIEN:
                refus = self.console.jouer("lier", attendue["preuve"], octets.decode().strip())
            else:
                self.console.jouer("remplirMentions", attendue["preuve"])
                refus = self.console.jouer("deposer", attendue["preuve"], nom, base64.b64encode(octets).decode())
            if refus:
                self.refus.append(f"{attendue['preuve']} : {refus}")
        issue = "conforme" if demande["genre"] == "jugement" else "fait"
        erreur = self.console.jouer("repondre", issue, [], [])
        assert erreur == "", f"{demande['ou']} : {erreur}"
