"""Les refus de l'API FHIR : un constructeur par cas, tous rendus en OperationOutcome.

Source : guide de l'API FHIR Annuaire Santé v2 (statuts 400, 401, 403, 404, 410, 412, 500 ; forme OperationOutcome).
Le statut 429 est déduit du quota publié ; les textes sont du banc, sauf le code HAPI cité par le guide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from simulators.socle.requete import ReponseSimulee

TYPE_FHIR = "application/fhir+json; charset=utf-8"


class RefusFhir(Exception):
    """Une requête que l'API refuse."""

    def __init__(self, statut: int, code: str, message: str, entetes: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.refus = Refus(statut, code, message, entetes)


@dataclass(frozen=True)
class Refus:
    """Statut HTTP, code d'anomalie FHIR (`issue.code`), explication."""

    statut: int
    code: str
    message: str
    entetes: tuple[tuple[str, str], ...] = ()

    def en_reponse(self) -> ReponseSimulee:
        """La réponse HTTP."""
        contenu = {
            "resourceType": "OperationOutcome",
            "issue": [{"severity": "error", "code": self.code, "diagnostics": self.message}],
        }
        return ReponseSimulee(self.statut, json.dumps(contenu, ensure_ascii=False).encode(), TYPE_FHIR, self.entetes)


def cle_absente() -> RefusFhir:
    """401 : pas d'en-tête ESANTE-API-KEY."""
    return RefusFhir(401, "login", "en-tête ESANTE-API-KEY absent : créez une clé d'API et envoyez-la à chaque appel")


def cle_refusee() -> RefusFhir:
    """403 : clé inconnue ou révoquée."""
    return RefusFhir(403, "forbidden", "clé d'API inconnue")


def debit_depasse(appels: int) -> RefusFhir:
    """429 : plus d'appels que le quota dans la seconde."""
    message = f"quota dépassé : {appels} appels par seconde au plus"
    return RefusFhir(429, "throttled", message, (("Retry-After", "1"),))


def type_inconnu(nom: str, connus: Iterable[str]) -> RefusFhir:
    """404 : type de ressource que l'API ne sert pas."""
    return RefusFhir(404, "processing", f"HAPI-0302: Unknown resource type '{nom}' - known: [{', '.join(connus)}]")


def ressource_inconnue(reference: str) -> RefusFhir:
    """404 : identifiant technique inconnu."""
    return RefusFhir(404, "not-found", f"{reference} n'est pas connue")


def parametre_inconnu(nom: str, type_: str, connus: Iterable[str]) -> RefusFhir:
    """400 : paramètre de recherche que l'API ne connaît pas."""
    return RefusFhir(
        400, "processing", f"parameter not found: {nom!r} pour {type_} ; paramètres servis : {', '.join(connus)}"
    )


def modificateur_inconnu(nom: str, modificateur: str) -> RefusFhir:
    """400 : modificateur que ce paramètre n'admet pas."""
    return RefusFhir(400, "processing", f"modificateur :{modificateur} non admis sur {nom}")


def valeur_invalide(nom: str, valeur: str, attendu: str) -> RefusFhir:
    """400 : valeur illisible."""
    return RefusFhir(400, "value", f"{nom} : attendu {attendu}, reçu {valeur!r}")


def inclusion_inconnue(nom: str, valeur: str, connues: Iterable[str]) -> RefusFhir:
    """400 : inclusion que l'API ne sert pas pour ce type."""
    return RefusFhir(400, "processing", f"{nom}={valeur} non servi ; inclusions : {', '.join(connues) or 'aucune'}")


def page_expiree() -> RefusFhir:
    """410 : page inconnue ou trop ancienne."""
    return RefusFhir(410, "expired", "cette page de résultats n'existe plus : relancez la recherche")


def methode_refusee(methode: str) -> RefusFhir:
    """405 : l'API se lit seulement, par GET ou POST _search."""
    return RefusFhir(
        405, "not-supported", f"méthode {methode} interdite : GET, ou POST sur _search", (("Allow", "GET, POST"),)
    )


def corps_illisible(raison: str) -> RefusFhir:
    """400 : corps de POST _search qui n'est pas un formulaire."""
    return RefusFhir(400, "structure", f"POST _search : {raison}")


def erreur_interne() -> RefusFhir:
    """500 : erreur du serveur."""
    return RefusFhir(500, "exception", "erreur interne du serveur")


def version_absente() -> RefusFhir:
    """404 : adresse sans /v2, ou d'une version retirée."""
    return RefusFhir(404, "not-found", "cette version de l'API n'est pas servie : appelez /fhir/v2")
