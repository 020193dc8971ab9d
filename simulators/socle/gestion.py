"""Port de gestion : état du banc, journal, pannes, remise à zéro, console. À part des services, jamais exposé."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from simulators.socle.codage import Enregistrement
from simulators.socle.echange import Echange, Reponse, Requete
from simulators.socle.journal import JournalEchanges
from simulators.socle.pannes import PanneInconnue, RegistrePannes
from simulators.socle.requete import Port, ReponseSimulee, RequeteRecue, Route, texte_simple
from simulators.socle.serveur import ServeurBanc

APERCU = 64 * 1024
"""Octets d'un corps montrés par la console."""
_PAGE = 200
_POLITIQUE = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
_RESERVES = frozenset({"nom", "fois", "operation", "si"})
_HOTES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class BancGere(Protocol):
    """Ce que la gestion demande au banc."""

    @property
    def journal(self) -> JournalEchanges: ...

    @property
    def serveur(self) -> ServeurBanc: ...

    @property
    def registres(self) -> Mapping[str, RegistrePannes]: ...

    def environnement(self) -> dict[str, Any]: ...

    def remettre_a_zero(self) -> None: ...


Lectures = Mapping[str, Callable[[RequeteRecue], object]]
Ecritures = Mapping[str, Callable[[dict[str, Any]], object]]


class DemandeRefusee(ValueError):
    """Demande que la gestion ne peut pas suivre ; le message est pour son auteur."""


class Gestion:
    """Le service `gestion` ; ses propres appels n'entrent pas au journal."""

    def __init__(self, banc: BancGere, *, lectures: Lectures | None = None, ecritures: Ecritures | None = None) -> None:
        """`lectures`, `ecritures` : ce qu'un simulateur ajoute, par chemin."""
        self._banc = banc
        self._lectures = dict(lectures or {})
        self._ecritures = dict(ecritures or {})

    def monter(self, serveur: ServeurBanc) -> Port:
        """Ouvre le port, sur la boucle locale seulement."""
        lectures: dict[str, Callable[[RequeteRecue], object]] = {
            "/etat": lambda requete: self._etat(),
            "/journal": self._journal,
            "/echange": self._echange,
            "/environnement": lambda requete: self._banc.environnement(),
            "/identites": lambda requete: self._banc.environnement()["identites"],
            "/pannes": lambda requete: self._pannes(),
            **self._lectures,
        }
        ecritures: dict[str, Callable[[dict[str, Any]], object]] = {
            "/remise-a-zero": self._remettre_a_zero,
            "/pannes": self._armer,
            "/pannes/retrait": self._retirer,
            **self._ecritures,
        }
        routes = [Route("GET", "/", _console)]
        routes += [Route("GET", chemin, _en_lecture(rendre)) for chemin, rendre in lectures.items()]
        routes += [Route("POST", chemin, _en_ecriture(faire)) for chemin, faire in ecritures.items()]
        return serveur.ajouter("gestion", routes, corps_max=2**18, enregistrer=False, local=True)

    # -- lectures ----------------------------------------------------------------------------------------------

    def _etat(self) -> object:
        journal = self._banc.journal
        return {
            "avertissement": "SERVEURS DE TEST",
            "journal": {"etat": journal.etat.value, "position": journal.position(), "dossier": str(journal.dossier)},
            "scenario": journal.scenario_courant,
            "ports": [{"service": port.service, "url": port.url} for port in self._banc.serveur.ports],
            "pannes": self._pannes()["armees"],
        }

    def _journal(self, requete: RequeteRecue) -> object:
        depuis = _entier(requete, "depuis", 0)
        journal = self._banc.journal
        lignes: list[Enregistrement] = []
        for enregistrement in journal.enregistrements(depuis=depuis):
            lignes.append(enregistrement)
            if len(lignes) >= _PAGE:
                break
        return {"position": journal.position(), "enregistrements": [_ligne(ligne) for ligne in lignes]}

    def _echange(self, requete: RequeteRecue) -> object:
        numero = _entier(requete, "numero", 0)
        try:
            return _detailler(self._banc.journal.echange(numero))
        except KeyError as erreur:
            raise DemandeRefusee(str(erreur.args[0])) from erreur

    def _pannes(self) -> dict[str, object]:
        return {
            "connues": {
                service: [
                    {"nom": panne.nom, "description": panne.description, "parametres": dict(panne.parametres)}
                    for panne in registre.catalogue.values()
                ]
                for service, registre in self._banc.registres.items()
            },
            "armees": [
                {
                    "service": service,
                    "nom": armee.nom,
                    "operation": armee.operation,
                    "fois_restantes": armee.fois_restantes,
                    "jouees": armee.jouees,
                }
                for service, registre in self._banc.registres.items()
                for armee in registre.armees()
            ],
        }

    # -- écritures ---------------------------------------------------------------------------------------------

    def _remettre_a_zero(self, demande: dict[str, Any]) -> object:
        self._banc.remettre_a_zero()
        return self._etat()

    def _armer(self, demande: dict[str, Any]) -> object:
        registre = self._registre(demande)
        fois = demande.get("fois", 1)
        if fois is not None and (not isinstance(fois, int) or isinstance(fois, bool) or fois < 1):
            raise DemandeRefusee("« fois » : un entier d'au moins 1, ou null pour toujours")
        operation = demande.get("operation") or None
        parametres = demande.get("parametres") or {}
        if not isinstance(parametres, dict) or not isinstance(operation, str | None):
            raise DemandeRefusee("« parametres » : un objet ; « operation » : un texte")
        if reserves := _RESERVES & parametres.keys():
            raise DemandeRefusee(f"« parametres » ne peut pas contenir : {', '.join(sorted(reserves))}")
        try:
            registre.armer(str(demande.get("nom", "")), fois=fois, operation=operation, **parametres)
        except PanneInconnue as erreur:
            raise DemandeRefusee(str(erreur)) from erreur
        return self._pannes()["armees"]

    def _retirer(self, demande: dict[str, Any]) -> object:
        """Retire les pannes d'un service, ou de ce nom seulement ; ce qu'elles retiennent repart."""
        for armee in self._registre(demande).armees():
            if demande.get("nom") in (None, "", armee.nom):
                armee.retirer()
        return self._pannes()["armees"]

    def _registre(self, demande: dict[str, Any]) -> RegistrePannes:
        try:
            return self._banc.registres[str(demande.get("service", ""))]
        except KeyError:
            connus = ", ".join(self._banc.registres)
            raise DemandeRefusee(f"« service » inconnu (connus : {connus})") from None


def _en_lecture(rendre: Callable[[RequeteRecue], object]) -> Callable[[RequeteRecue], Any]:
    async def traiter(requete: RequeteRecue) -> ReponseSimulee:
        if (refus := _refuser_hote(requete)) is not None:
            return refus
        try:
            return _json(200, rendre(requete))
        except DemandeRefusee as erreur:
            return _json(400, {"erreur": str(erreur)})

    return traiter


def _en_ecriture(faire: Callable[[dict[str, Any]], object]) -> Callable[[RequeteRecue], Any]:
    async def traiter(requete: RequeteRecue) -> ReponseSimulee:
        if (refus := _refuser_hote(requete)) is not None:
            return refus
        # Un formulaire d'une autre page web ne peut pas poster ce type sans demande préalable.
        if requete.type_contenu != "application/json":
            return _json(415, {"erreur": "Content-Type attendu : application/json"})
        try:
            demande = json.loads(requete.corps.octets or b"{}")
            if not isinstance(demande, dict):
                raise DemandeRefusee("un objet JSON est attendu")
            return _json(200, faire(demande))
        except (ValueError, RecursionError) as erreur:
            message = str(erreur) if isinstance(erreur, DemandeRefusee) else "JSON illisible"
            return _json(400, {"erreur": message})

    return traiter


async def _console(requete: RequeteRecue) -> ReponseSimulee:
    if (refus := _refuser_hote(requete)) is not None:
        return refus
    politique = ("Content-Security-Policy", _POLITIQUE)
    return ReponseSimulee(200, _page(), "text/html; charset=utf-8", (politique,))


@cache
def _page() -> bytes:
    return (Path(__file__).parent / "console.html").read_bytes()


def _refuser_hote(requete: RequeteRecue) -> ReponseSimulee | None:
    """Un nom d'hôte étranger trahit une page web qui vise la boucle locale (DNS rebinding)."""
    hote = (requete.entete("Host") or "").lower()
    nom = hote.partition("]")[0] + "]" if hote.startswith("[") else hote.partition(":")[0]
    return None if nom in _HOTES else texte_simple(403, "Banc de test : la gestion ne répond qu'à la boucle locale.")


def _json(statut: int, valeur: object) -> ReponseSimulee:
    return ReponseSimulee(statut, json.dumps(valeur, ensure_ascii=False).encode(), "application/json; charset=utf-8")


def _entier(requete: RequeteRecue, nom: str, defaut: int) -> int:
    texte = requete.parametres.get(nom, [str(defaut)])[0]
    if not texte.isascii() or not texte.isdigit() or len(texte) > 15:
        raise DemandeRefusee(f"« {nom} » : un entier positif est attendu")
    return int(texte)


def _ligne(enregistrement: Enregistrement) -> dict[str, object]:
    """Résumé d'une ligne pour la console."""
    donnees = enregistrement.donnees
    reponse = donnees.get("reponse") or {}
    requete = donnees.get("requete") or {}
    resume = {
        "echange": f"{requete.get('methode', '')} {requete.get('cible', '')}".strip(),
        "poignee_refusee": str(donnees.get("raison", "")),
        "panne": f"{donnees.get('nom', '')} {donnees.get('operation', '')}".strip(),
        "incident": str(donnees.get("message", "")),
        "action": str(donnees.get("action", "")),
    }
    return {
        "numero": enregistrement.numero,
        "type": enregistrement.type,
        "horodatage": enregistrement.horodatage.isoformat(),
        "scenario": enregistrement.scenario,
        "service": donnees.get("service"),
        "operation": donnees.get("operation"),
        "statut": reponse.get("statut") if isinstance(reponse, dict) else None,
        "panne": donnees.get("panne"),
        "notes": donnees.get("notes") or {},
        "resume": resume.get(enregistrement.type, ""),
    }


def _detailler(echange: Echange) -> dict[str, object]:
    tls = echange.tls
    return {
        "numero": echange.numero,
        "service": echange.service,
        "operation": echange.operation,
        "pair": echange.pair,
        "panne": echange.panne,
        "notes": echange.notes,
        "tls": tls and {"version": tls.version, "suite": tls.suite, "sni": tls.sni, "certificat": bool(tls.certificat)},
        "requete": {"ligne": f"{echange.requete.methode} {echange.requete.cible}", **_message(echange.requete)},
        "reponse": echange.reponse and {"ligne": str(echange.reponse.statut), **_message(echange.reponse)},
    }


def _message(message: Requete | Reponse) -> dict[str, object]:
    with message.corps.ouvrir() as source:
        apercu = source.read(APERCU)
    return {
        "entetes": [list(entete) for entete in message.entetes],
        "taille": message.corps.taille,
        "sha256": message.corps.sha256,
        "apercu": apercu.decode("utf-8", "replace"),
        "tronque": message.corps.taille > APERCU,
    }
