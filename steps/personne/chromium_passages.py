"""Des événements réseau de Chromium aux passages de la personne. Sans entrée-sortie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from steps.personne.navigateur import Passage

ATTRIBUTS = ("secure", "httponly", "samesite", "path", "domain", "max-age", "expires")


def passages(evenements: Iterable[Mapping[str, Any]], cadre: str) -> list[Passage]:
    """Une entrée par adresse que la page principale (`cadre`) a demandée, dans l'ordre : redirection, page ou échec."""
    trouves: list[tuple[str, Passage]] = []
    en_cours: dict[str, tuple[str, str]] = {}
    statuts: dict[str, int] = {}
    cookies: dict[str, list[tuple[str, ...]]] = defaultdict(list)

    def finir(demande: str, statut: int, genre: str, vers: str = "") -> None:
        methode, url = en_cours.pop(demande)
        trouves.append((demande, Passage(methode, url, statut, genre, vers=vers)))

    for evenement in evenements:
        methode, lu = evenement["method"], evenement["params"]
        demande = str(lu.get("requestId", ""))
        if methode == "Network.requestWillBeSent" and lu.get("type") == "Document" and lu.get("frameId") == cadre:
            if (redirection := lu.get("redirectResponse")) and demande in en_cours:
                finir(demande, int(redirection["status"]), "redirection", _adresse(lu))
            en_cours[demande] = (lu["request"]["method"], _adresse(lu))
        elif methode == "Network.responseReceivedExtraInfo":
            cookies[demande].append(_cookies(lu.get("headers", {})))
        elif methode == "Network.responseReceived" and demande in en_cours:
            statuts[demande] = int(lu["response"]["status"])
            finir(demande, statuts[demande], "page")
        elif methode == "Network.loadingFailed" and demande in en_cours:
            finir(demande, 0, "echec")
    return [_avec_cookies(passage, cookies[demande]) for demande, passage in trouves]


def _adresse(lu: Mapping[str, Any]) -> str:
    return str(lu["request"]["url"]) + str(lu["request"].get("urlFragment") or "")


def _avec_cookies(passage: Passage, attente: list[tuple[str, ...]]) -> Passage:
    """Chromium donne les en-têtes d'une réponse à part, dans le même ordre que les réponses de la demande."""
    if passage.genre == "echec" or not attente:
        return passage
    poses = attente.pop(0)
    return Passage(
        passage.methode, passage.url, passage.statut, passage.genre, passage.titre, passage.vers, cookies=poses
    )


def _cookies(entetes: Mapping[str, str]) -> tuple[str, ...]:
    """Nom et attributs de chaque cookie posé, sans sa valeur."""
    poses = next((valeur for nom, valeur in entetes.items() if nom.lower() == "set-cookie"), "")
    lus = []
    for pose in filter(None, poses.split("\n")):
        nom, *attributs = (morceau.strip() for morceau in pose.split(";"))
        gardes = [a for a in attributs if a.partition("=")[0].lower() in ATTRIBUTS]
        lus.append("; ".join([nom.partition("=")[0], *gardes]))
    return tuple(lus)
