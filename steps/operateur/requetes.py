"""Lire ce que la page envoie, et lui répondre : formes attendues, refus en français."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import web

from reports.pieces.attestations import CHAMPS
from reports.pieces.metadonnees import retenir
from steps.operateur.consigne import Issue, Reponse
from steps.operateur.guichet import ReponseRefusee

NOM_MAX = 200


def lire_reponse(demande: Mapping[str, Any], par: str) -> Reponse:
    """La réponse que la page envoie ; ReponseRefusee si elle n'a pas la forme attendue."""
    try:
        issue = Issue(str(demande.get("issue")))
    except ValueError:
        raise ReponseRefusee(f"réponse inconnue : {demande.get('issue')!r}") from None
    messages, donnees, raison = demande.get("messages", []), demande.get("donnees", {}), demande.get("raison", "")
    if not isinstance(messages, list) or not all(isinstance(m, str) for m in messages):
        raise ReponseRefusee("messages : attendu une liste de textes")
    if not isinstance(donnees, dict):
        raise ReponseRefusee("ce qui est relevé : attendu un objet JSON, entre accolades")
    if not isinstance(raison, str):
        raise ReponseRefusee("raison : attendu un texte")
    return Reponse(issue, tuple(m for m in messages if m), donnees, raison.strip(), par=par)


SUITE = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">
<title>Banc SONS</title></head><body><p><a href="/">Ouvrir la console</a></p></body></html>"""


def html(texte: str) -> web.Response:
    return web.Response(text=texte, content_type="text/html", charset="utf-8")


def refus(requete: web.Request, statut: int, message: str, champ: str = "") -> web.Response:
    if requete.method == "GET":
        return web.Response(status=statut, text=f"Banc SONS : {message}.\n", content_type="text/plain", charset="utf-8")
    # Ce qui reste d'un corps refusé n'est pas lu : la connexion se ferme.
    reponse = web.json_response({"erreur": message, **({"champ": champ} if champ else {})}, status=statut)
    if not requete.content.at_eof():
        reponse.force_close()
    return reponse


async def objet(requete: web.Request) -> dict[str, Any]:
    try:
        lu = json.loads(await requete.read())
    except (ValueError, RecursionError) as erreur:
        raise ReponseRefusee(f"attendu du JSON : {erreur}") from erreur
    if not isinstance(lu, dict):
        raise ReponseRefusee("attendu un objet JSON")
    return lu


async def blocs(requete: web.Request) -> AsyncIterator[bytes]:
    async for bloc in requete.content.iter_chunked(1 << 18):
        yield bloc


def entier(valeur: Any) -> int:
    texte = str(valeur)
    if not texte.isascii() or not texte.isdigit() or len(texte) > 12:
        raise ReponseRefusee("numéro de demande : attendu un entier")
    return int(texte)


def metadonnees(texte: str) -> dict[str, str] | None:
    """Les métadonnées d'une attestation, données dans l'adresse du dépôt ; None sans elles."""
    if not texte:
        return None
    try:
        lu = json.loads(texte)
    except (ValueError, RecursionError):
        lu = None
    if not isinstance(lu, dict) or not all(nom in CHAMPS and isinstance(v, str) for nom, v in lu.items()):
        raise ReponseRefusee(f"métadonnées : attendu un objet JSON de textes, champs {', '.join(CHAMPS)}")
    return retenir(lu)


def nom_de_fichier(nom: str) -> str:
    """Le dernier morceau, sans caractère de commande ; jamais un chemin."""
    dernier = nom.replace("\\", "/").rpartition("/")[2]
    propre = "".join(c for c in dernier if c.isprintable()).strip(". ")[:NOM_MAX]
    return propre or "fichier"
