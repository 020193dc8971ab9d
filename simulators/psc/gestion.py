"""Ce que le port de gestion permet sur un fournisseur : déclarer un client, répondre à la place de la personne…"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from simulators.psc.clients import DeclarationRefusee
from simulators.socle.gestion import DemandeRefusee

if TYPE_CHECKING:
    from simulators.psc.clients import Client
    from simulators.psc.etat import Session
    from simulators.psc.simulateur import SimulateurPSC
    from simulators.socle.requete import RequeteRecue

_LISTES = ("redirect_uris", "post_logout_redirect_uris", "methodes")
_BOOLEENS = ("ciba", "certificats_lies", "pkce_exige")
AVANCE_MAX = 7 * 24 * 3600


class GestionPSC:
    """Lectures et écritures à donner à `Gestion`, sous `/psc/…` et `/etablissement/…`."""

    def __init__(self, *fournisseurs: SimulateurPSC) -> None:
        self._fournisseurs = {fournisseur.profil.service: fournisseur for fournisseur in fournisseurs}

    def lectures(self) -> dict[str, Callable[[RequeteRecue], object]]:
        """`GET /<service>/clients`, `/sessions`, `/personnes`, `/horloge`."""
        rendues: dict[str, Callable[[RequeteRecue], object]] = {}
        for service, fournisseur in self._fournisseurs.items():
            for nom, lire in _LECTURES.items():
                rendues[f"/{service}/{nom}"] = partial(_lire, lire, fournisseur)
        return rendues

    def ecritures(self) -> dict[str, Callable[[dict[str, Any]], object]]:
        """`POST /<service>/reponses`, `/clients`, `/sessions/fin`, `/cles/rotation`, `/horloge`."""
        return {
            f"/{service}/{nom}": partial(faire, fournisseur)
            for service, fournisseur in self._fournisseurs.items()
            for nom, faire in _ECRITURES.items()
        }


def _lire(lire: Callable[[SimulateurPSC], object], fournisseur: SimulateurPSC, requete: RequeteRecue) -> object:
    return lire(fournisseur)


def _tourner(fournisseur: SimulateurPSC, demande: Mapping[str, Any]) -> object:
    """Une clé neuve signe ; l'ancienne reste publiée."""
    return {"kid": fournisseur.cles.tourner()}


def _repondre(fournisseur: SimulateurPSC, demande: Mapping[str, Any]) -> object:
    """`cible` (transaction, `auth_req_id` ou « prochaine »), `identifiant`, `moyen`, `decision`."""
    champs = {nom: _texte(demande, nom) for nom in ("identifiant", "moyen", "decision") if nom in demande}
    try:
        fournisseur.repondre(_texte(demande, "cible") if "cible" in demande else "prochaine", **champs)
    except (LookupError, ValueError) as erreur:
        raise DemandeRefusee(str(erreur.args[0])) from None
    return {"fait": True}


def _declarer(fournisseur: SimulateurPSC, demande: Mapping[str, Any]) -> object:
    """`client_id` (celui d'office par défaut) et ce qui le décrit ; `ajouter` : garde les adresses déjà déclarées."""
    client_id = _texte(demande, "client_id") if "client_id" in demande else fournisseur.profil.client_id
    choix: dict[str, Any] = {nom: _liste(demande, nom) for nom in _LISTES if nom in demande}
    choix |= {nom: bool(demande[nom]) for nom in _BOOLEENS if nom in demande}
    choix |= {nom: _texte(demande, nom) for nom in ("secret", "sujet_certificat") if demande.get(nom)}
    if isinstance(demande.get("jwks"), dict):
        choix["jwks"] = demande["jwks"]
    try:
        if demande.get("ajouter"):
            adresses = {nom: choix[nom] for nom in _LISTES[:2] if nom in choix}
            return _client(fournisseur.clients.ajouter_adresses(client_id, **adresses))
        return _client(fournisseur.clients.declarer(client_id, **choix))
    except DeclarationRefusee as erreur:
        raise DemandeRefusee(str(erreur)) from None
    except KeyError:
        raise DemandeRefusee(f"client {client_id!r} inconnu") from None


def _terminer(fournisseur: SimulateurPSC, demande: Mapping[str, Any]) -> object:
    """`cible` : identifiant d'une session, ou identifiant national d'une personne."""
    try:
        return [_session(session) for session in fournisseur.sessions.terminer(_texte(demande, "cible"))]
    except LookupError as erreur:
        raise DemandeRefusee(str(erreur.args[0])) from None


def _avancer(fournisseur: SimulateurPSC, demande: Mapping[str, Any]) -> object:
    """`avancer` : secondes ajoutées ; sans ce champ, l'heure vraie revient."""
    secondes = demande.get("avancer")
    if secondes is None:
        fournisseur.horloge.remettre()
    elif isinstance(secondes, bool) or not isinstance(secondes, int | float) or not 0 <= secondes <= AVANCE_MAX:
        raise DemandeRefusee(f"« avancer » : des secondes, {AVANCE_MAX} au plus")
    else:
        fournisseur.horloge.avancer(timedelta(seconds=secondes))
    return _heure(fournisseur)


def _heure(fournisseur: SimulateurPSC) -> dict[str, object]:
    horloge = fournisseur.horloge
    return {"heure": horloge().isoformat(), "avance": horloge.decalage.total_seconds()}


def _client(client: Client) -> dict[str, object]:
    return {
        "client_id": client.client_id,
        "redirect_uris": list(client.redirect_uris),
        "post_logout_redirect_uris": list(client.post_logout_redirect_uris),
        "methodes": list(client.methodes),
        "ciba": client.ciba,
        "certificats_lies": client.certificats_lies,
        "pkce_exige": client.pkce_exige,
    }


def _session(session: Session) -> dict[str, object]:
    return {
        "session": session.identifiant_session,
        "identifiant": session.identifiant,
        "moyen": session.moyen,
        "ouverte": session.ouverte.isoformat(),
        "activite": session.activite.isoformat(),
        "clients": sorted(session.clients),
        "terminee": session.terminee,
    }


def _liste(demande: Mapping[str, Any], nom: str) -> list[str]:
    valeur = demande[nom]
    if not isinstance(valeur, list) or not all(isinstance(element, str) for element in valeur):
        raise DemandeRefusee(f"« {nom} » : une liste de textes est attendue")
    return valeur


def _texte(demande: Mapping[str, Any], nom: str) -> str:
    valeur = demande.get(nom)
    if not isinstance(valeur, str) or not valeur:
        raise DemandeRefusee(f"« {nom} » : un texte est attendu")
    return valeur


_LECTURES: Mapping[str, Callable[[SimulateurPSC], object]] = {
    "clients": lambda fournisseur: [_client(client) for client in fournisseur.clients.values()],
    "sessions": lambda fournisseur: [_session(session) for session in fournisseur.sessions.toutes()],
    "personnes": lambda fournisseur: fournisseur.professionnels(),
    "horloge": lambda fournisseur: _heure(fournisseur),
}
_ECRITURES: Mapping[str, Callable[[SimulateurPSC, dict[str, Any]], object]] = {
    "reponses": _repondre,
    "clients": _declarer,
    "sessions/fin": _terminer,
    "cles/rotation": _tourner,
    "horloge": _avancer,
}
