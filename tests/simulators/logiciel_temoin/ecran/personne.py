"""Une personne devant l'écran du logiciel témoin : elle remplit les champs qu'elle voit et lit ce qui s'affiche."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import lxml.html
import requests

Flat = dict[str, Any]


class Ecran:
    """Un navigateur sans script. `jouer` refait une action ; rien n'est envoyé qui ne soit un champ de la page."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self.dernier: requests.Response | None = None

    def fermer(self) -> None:
        self._session.close()

    def lire(self, chemin: str) -> Any:
        """La page, lue."""
        self.dernier = self._session.get(self.url + chemin, timeout=20)
        return lxml.html.fromstring(self.dernier.text)

    def octets(self, chemin: str) -> bytes:
        return self._session.get(self.url + chemin, timeout=20).content

    def ouvrir(self, compte: str) -> None:
        """Choisit le compte qui agit."""
        self._session.post(f"{self.url}/compte", data={"compte": compte}, timeout=20)

    def envoyer(self, action: str, champs: Mapping[str, str], fichiers: Mapping[str, bytes] | None = None) -> Any:
        """Envoie le formulaire ; la page où l'on arrive."""
        joints = [(nom, (None, valeur)) for nom, valeur in champs.items()]
        joints += [(nom, ("fichier", octets)) for nom, octets in (fichiers or {}).items()]  # type: ignore[misc]
        self.dernier = self._session.post(
            f"{self.url}/fonctions/{action}", files=joints or [("rien", (None, ""))], timeout=60
        )
        return lxml.html.fromstring(self.dernier.text)

    def jouer(self, action: str, parametres: Mapping[str, Any]) -> tuple[str, list[str], dict[str, Any]]:
        """Remplit le formulaire, l'envoie, relit ce que le logiciel montre : issue, messages, données."""
        page = self.lire(f"/fonctions/{action}")
        valeurs = dict(_aplatir("", parametres))
        while manquante := _ligne_manquante(page, valeurs):
            page = self.envoyer(action, {**_remplis(page), "_ajouter": manquante})
        champs = _remplis(page)
        noms = {e.get("name") for e in page.xpath("//form//*[@name]")}
        restants: dict[str, Any] = {}
        for chemin, valeur in valeurs.items():
            if chemin in noms and f"{chemin}@type" not in noms:
                _saisir(page, champs, chemin, valeur)
            else:
                restants[chemin] = valeur
        for chemin in sorted({_ancetre(c, noms) for c in restants} - {""}):
            libre = _descendre(parametres, chemin.partition("@")[0])
            if chemin.endswith("@autres"):
                connus = {n.rpartition(".")[2] for n in noms if n and n.startswith(f"{chemin.partition('@')[0]}.")}
                champs[chemin] = json.dumps({k: v for k, v in libre.items() if k not in connus}, ensure_ascii=False)
            else:
                champs[f"{chemin}@type"], champs[chemin] = "json", json.dumps(libre, ensure_ascii=False)
        arrivee = self.envoyer(action, champs)
        return relever(arrivee)


def relever(page: Any) -> tuple[str, list[str], dict[str, Any]]:
    """Ce qu'une page de résultat montre."""
    (issue,) = page.xpath("//@data-resultat")
    messages = [m.text_content() for m in page.xpath("//*[@id='messages']/li")]
    donnees: Any = {}
    for element in page.xpath("//*[@data-chemin][@data-type]"):
        chemin, texte = element.get("data-chemin"), element.text_content()
        valeur = {
            "texte": texte,
            "vide": "",
            "nul": None,
            "booleen": texte == "Oui",
            "liste_vide": [],
            "objet_vide": {},
        }.get(element.get("data-type"))
        if element.get("data-type") == "nombre":
            valeur = json.loads(texte)
        if chemin:
            _ranger(donnees, _morceaux(chemin), valeur)
    return issue, messages, _listes(donnees)


def _aplatir(chemin: str, valeur: Any) -> list[tuple[str, Any]]:
    if isinstance(valeur, Mapping) and (valeur or not chemin):
        return [f for cle, v in valeur.items() for f in _aplatir(_enfant(chemin, cle), v)]
    if isinstance(valeur, list) and valeur:
        return [f for rang, v in enumerate(valeur) for f in _aplatir(_enfant(chemin, str(rang)), v)]
    return [(chemin, valeur)]


def _enfant(chemin: str, cle: str) -> str:
    morceau = cle.replace("\\", "\\\\").replace(".", "\\.")
    return f"{chemin}.{morceau}" if chemin else morceau


def _morceaux(chemin: str) -> list[str]:
    morceaux, courant, echappe = [], "", False
    for lettre in chemin:
        if echappe or lettre not in "\\.":
            courant, echappe = courant + lettre, False
        elif lettre == "\\":
            echappe = True
        else:
            morceaux.append(courant)
            courant = ""
    return [*morceaux, courant]


def _descendre(valeur: Any, chemin: str) -> Any:
    for morceau in _morceaux(chemin):
        valeur = valeur[int(morceau)] if isinstance(valeur, list) else valeur[morceau]
    return valeur


def _ranger(donnees: Any, morceaux: list[str], valeur: Any) -> None:
    for morceau in morceaux[:-1]:
        donnees = donnees.setdefault(morceau, {})
    donnees[morceaux[-1]] = valeur


def _listes(valeur: Any) -> Any:
    if not isinstance(valeur, dict):
        return valeur
    lus = {cle: _listes(v) for cle, v in valeur.items()}
    if lus and list(lus) == [str(rang) for rang in range(len(lus))]:
        return list(lus.values())
    return lus


def _ligne_manquante(page: Any, valeurs: Mapping[str, Any]) -> str:
    """La première liste de la page qui a moins de lignes que de valeurs à saisir."""
    for liste in page.xpath("//fieldset[@data-liste]/@data-liste"):
        voulus = {_morceaux(c[len(liste) + 1 :])[0] for c in valeurs if c.startswith(f"{liste}.")}
        vus = page.xpath("count(//fieldset[@data-liste=$l]/div[@data-ligne])", l=liste)
        if len(voulus) > vus:
            return str(liste)
    return ""


def _remplis(page: Any) -> dict[str, str]:
    """Ce que la page porte déjà."""
    (formulaire,) = page.xpath("//main//form")
    zones = {zone.get("name") for zone in formulaire.xpath(".//textarea")}
    # Un navigateur ôte le premier saut de ligne d'une zone de texte ; lxml le garde.
    return {n: v.removeprefix("\n") if n in zones else v for n, v in formulaire.form_values() if not n.startswith("_")}


def _saisir(page: Any, champs: dict[str, str], chemin: str, valeur: Any) -> None:
    noms = {e.get("name") for e in page.xpath("//form//*[@name]")}
    choix = page.xpath("//select[@name=$n]/option/@value", n=chemin)
    if valeur is None:
        champs["@".join((chemin, "nul"))] = "1"
        if choix:
            champs[chemin] = "@nul"
    elif valeur == "" and (choix or f"{chemin}@vide" in noms):
        champs[chemin if choix else f"{chemin}@vide"] = "@vide"
    elif isinstance(valeur, bool):
        champs[chemin] = "oui" if valeur else "non"
    else:
        champs[chemin] = str(valeur)
    if choix:
        assert champs[chemin] in choix, f"{chemin} : {champs[chemin]!r} n'est pas proposé ({choix})"


def _ancetre(chemin: str, noms: set[str]) -> str:
    """Le champ libre le plus proche qui contient ce chemin."""
    morceaux = chemin.split(".")
    for longueur in range(len(morceaux), 0, -1):
        essaye = ".".join(morceaux[:longueur])
        if f"{essaye}@type" in noms:
            return essaye
        if f"{essaye}@autres" in noms:
            return f"{essaye}@autres"
    return ""
