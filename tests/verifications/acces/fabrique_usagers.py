"""Connexions, comptes, messages et échanges d'essai pour les règles des dispositifs, usagers et structures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete
from steps.verifications.acces.connexions import Connexion
from steps.verifications.acces.coordonnees import MessageVu
from steps.verifications.acces.structures import Declaration

ADRESSE = "zoe@personnes.banc-sons.test"
NEUVE = "zoe.bis@personnes.banc-sons.test"
IDENTITE = {
    "matricule_ins": "279049999972471",
    "nom_naissance": "AUBRIVAL",
    "prenoms_naissance": "ELOISE ANNE",
    "sexe": "F",
    "date_naissance": "1979-04-23",
    "code_lieu_naissance": "63113",
}
AUTRE = {**IDENTITE, "matricule_ins": "154129999906596", "nom_naissance": "CHAUMERGY", "sexe": "M"}
OUVERTE = Connexion("« Zoé », mot de passe et totp", True, moyens=("mot_de_passe", "totp"), dit="fait")
UN = replace(OUVERTE, quoi="« Zoé », mot de passe seul", moyens=("mot_de_passe",))
REFUSEE = Connexion("« Zoé », mot de passe seul", False, demande="second_facteur", dit="refuse")
FERMEE = Connexion("« Zoé », mot de passe faux", False, dit="refuse")
BLOQUEE = replace(FERMEE, bloque=True)
ECHUE = replace(REFUSEE, demande="renouvellement_dispositif")
MESSAGE = MessageVu(ADRESSE, "Confirmez vos coordonnées", 2, 7)
NOTIFICATION = MessageVu(ADRESSE, "Votre compte a été modifié", 0, 8)


def compte(**champs: Any) -> dict[str, Any]:
    """Un compte d'usager tel que le logiciel le montre."""
    return {
        "compte_id": "C1", "identifiant": "zoe", "population": "usager", "courriel": ADRESSE,
        "courriel_verifie": False, "verification_identite": "apcv", "identite": dict(IDENTITE), **champs,
    }  # fmt: skip


def declaration(genre: str, valeur: str, *, lu: tuple[str, str] | None = None, refusee: bool = False) -> Declaration:
    """Une structure déclarée, relue telle quelle ou comme `lu`."""
    type_lu, valeur_lue = lu or (genre, valeur)
    relu = None if refusee else {"identifiant_structure": {"type": type_lu, "valeur": valeur_lue}}
    return Declaration(genre, valeur, relu, "refuse" if refusee else "fait")


def connexion_structure(presente: str, statut: int | None, *, numero: int = 1) -> Echange:
    """Une connexion du banc ; sans statut, la poignée de main a été refusée."""
    instant = datetime(2026, 11, 22, tzinfo=UTC)
    notes = {"presente": presente, "certificat": f"certificat {presente}"}
    if statut is None:
        notes["refus"] = "connexion refusée : alerte"
    reponse = None if statut is None else Reponse(statut)
    return Echange(numero, "structures", "connexion", instant, instant, Requete("GET", "/"), reponse, notes=notes)


def courriel(adresse: str, *, secrets: int = 1, operation: str = "message") -> Echange:
    """Un message remis par le relais."""
    instant = datetime(2026, 11, 22, tzinfo=UTC)
    notes = {"destinataires": adresse, "objet": "Bonjour", "secrets_caches": str(secrets)}
    corps = CorpsMemoire(b"Bonjour")
    return Echange(
        3, "courriels", operation, instant, instant, Requete("DATA", "", (), corps), Reponse(250), notes=notes
    )
