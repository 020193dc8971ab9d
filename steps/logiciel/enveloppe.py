"""L'enveloppe d'une réponse (`resultat`, `messages`, `donnees`), la même par HTTP et par un programme."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from steps.logiciel.connexion import NON_DECLAREE, ConnexionDeclaree, DeclarationInvalide
from steps.logiciel.contrat import RESULTATS, Action, ContratInvalide
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, ReponseAction


def lire_json(octets: bytes | str, lieu: str) -> Any:
    """Le JSON reçu ; AdaptateurInjoignable, avec un extrait, si ce n'en est pas."""
    try:
        valeur = json.loads(octets, parse_constant=_refuser_constante)
        # Un demi-caractère (\ud83d seul) se lit, mais ne s'écrirait nulle part ensuite.
        json.dumps(valeur, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as erreur:
        debut = octets[:200].decode("utf-8", "replace") if isinstance(octets, bytes) else octets[:200]
        raise AdaptateurInjoignable(f"{lieu} : attendu du JSON, reçu {debut!r} ({erreur})") from erreur
    return valeur


def _refuser_constante(nom: str) -> NoReturn:
    raise ValueError(f"{nom} n'est pas du JSON")


def lire_objet(octets: bytes | str, lieu: str) -> dict[str, Any]:
    """L'objet JSON reçu."""
    brut = lire_json(octets, lieu)
    if not isinstance(brut, dict):
        raise AdaptateurInjoignable(f"{lieu} : attendu un objet JSON, reçu {brut!r}")
    return brut


def lire_reponse(brut: Mapping[str, Any], description: Action, lieu: str) -> ReponseAction:
    """La réponse à une action, vérifiée contre le contrat."""
    resultat = brut.get("resultat")
    if resultat not in RESULTATS:
        raise AdaptateurInjoignable(f"{lieu} : resultat attendu parmi {', '.join(RESULTATS)}, reçu {resultat!r}")
    donnees = brut.get("donnees") or {}
    messages = brut.get("messages") or []
    if not isinstance(donnees, dict) or not isinstance(messages, list):
        raise AdaptateurInjoignable(f"{lieu} : attendu donnees objet et messages liste, reçu {brut!r}")
    try:
        description.verifier_donnees(donnees)
    except ContratInvalide as erreur:
        raise AdaptateurInjoignable(f"{lieu} : réponse hors contrat : {erreur}") from erreur
    return ReponseAction(resultat=resultat, messages=tuple(str(m) for m in messages), donnees=donnees)


def lire_apropos(brut: Mapping[str, Any], lieu: str) -> Apropos:
    """Nom, version et connexion, tels que le logiciel les dit."""
    if not isinstance(brut.get("nom"), str) or not isinstance(brut.get("version"), str):
        raise AdaptateurInjoignable(f"{lieu} : attendu un objet avec nom et version, reçu {brut!r}")
    dite = brut.get("pro_sante_connect")
    try:
        connexion = NON_DECLAREE if dite is None else ConnexionDeclaree.lire(dite, lieu)
    except DeclarationInvalide as erreur:
        raise AdaptateurInjoignable(str(erreur)) from erreur
    return Apropos(
        nom=brut["nom"],
        version=brut["version"],
        editeur=str(brut.get("editeur", "")),
        type_logiciel=str(brut.get("type_logiciel", "")),
        pro_sante_connect=connexion,
    )


def lire_actions(brut: Any, lieu: str) -> frozenset[str]:
    """Les noms d'actions offertes."""
    if not isinstance(brut, list) or not all(isinstance(nom, str) for nom in brut):
        raise AdaptateurInjoignable(f"{lieu} : attendu une liste de noms d'actions, reçu {brut!r}")
    return frozenset(brut)
