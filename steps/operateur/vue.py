"""Le guichet et le tableau, tels que la page les reçoit : du JSON, sans rien de plus que ce qui s'affiche."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from simulators.socle.codage import Enregistrement
from steps.operateur.consigne import AVEC_RAISON, ISSUES, Consigne, Genre
from steps.operateur.guichet import EtatGuichet
from steps.operateur.tableau import Ligne, Tableau
from steps.operateur.valeurs import libelle

LONG = 4096
"""Au-delà, une valeur à saisir se télécharge au lieu de s'afficher."""
SERVICES: Mapping[str, str] = {
    "insi": "INSi",
    "dmp": "DMP",
    "mssante": "MSSanté",
    "psc": "Pro Santé Connect",
    "annuaire": "Annuaire Santé",
    "etablissement": "Fournisseur de l'établissement",
    "courriels": "Relais de courriels",
    "drim": "DRIMbox distante",
    "pacs": "PACS de l'établissement",
}


def demande(etat: EtatGuichet) -> dict[str, Any]:
    """La demande en cours, ou None, et à qui est le tour."""
    return {
        "numero": etat.numero,
        "reste_s": etat.reste_s,
        "en_pause": etat.en_pause,
        "ferme": etat.ferme,
        "consigne": None if etat.consigne is None else _consigne(etat.consigne),
    }


def _consigne(consigne: Consigne) -> dict[str, Any]:
    return {
        "genre": consigne.genre.value,
        "scenario": consigne.scenario,
        "exigence": consigne.exigence,
        "titre": consigne.titre,
        "quoi_faire": consigne.quoi_faire,
        "rappel": consigne.rappel,
        "utilisateur": consigne.utilisateur,
        "role": consigne.role,
        "attente": consigne.attente,
        "service": consigne.service,
        "valeurs": [
            {
                "chemin": valeur.chemin,
                "libelle": valeur.libelle,
                "texte": valeur.texte if len(valeur.texte) <= LONG else "",
                "nature": valeur.nature,
                "taille": len(valeur.texte),
                "fichier": est_fichier(valeur.chemin, valeur.texte),
            }
            for valeur in consigne.valeurs
        ],
        "parametres": None if any(len(valeur.texte) > LONG for valeur in consigne.valeurs) else consigne.parametres,
        "schema": annoter(consigne.schema) if consigne.genre is Genre.ACTION else {},
        "connues": connues(consigne.parametres),
        "deroule": [{"faire": etape.faire, "voir": etape.voir, "ecart": etape.ecart} for etape in consigne.deroule],
        "pieces": [
            {"preuve": p.preuve, "attendu": p.attendu, "genres": list(p.genres), "conseil": p.conseil}
            for p in consigne.pieces
        ],
        "constats": [
            {"code": c.code, "message": c.message, "recu": c.recu, "ou": c.ou, "a_faire": c.a_faire}
            for c in consigne.constats
        ],
        "issues": [
            {"valeur": issue.value, "libelle": issue.libelle, "raison": issue in AVEC_RAISON}
            for issue in ISSUES[consigne.genre]
        ],
    }


def est_fichier(chemin: str, texte: str) -> bool:
    """Une valeur que la personne donne au logiciel comme un fichier."""
    return chemin.endswith("_base64") or len(texte) > LONG or texte.startswith("MSH|")


def connues(parametres: Mapping[str, Any]) -> dict[str, str]:
    """Ce que la réponse redira sûrement : les identifiants donnés."""
    return {nom: valeur for nom, valeur in parametres.items() if nom.endswith("_id") and isinstance(valeur, str)}


def annoter(schema: Any) -> Any:
    """Le schéma, chaque propriété portant le libellé que la page lui donnera."""
    if not isinstance(schema, Mapping):
        return schema
    suite = {cle: annoter(valeur) if cle == "items" else valeur for cle, valeur in schema.items()}
    if isinstance(schema.get("properties"), Mapping):
        suite["properties"] = {
            nom: {**annoter(sous), "libelle": libelle(nom)} for nom, sous in schema["properties"].items()
        }
    return suite


def ligne(ligne: Ligne) -> dict[str, Any]:
    """Un scénario de la progression."""
    return {
        "numero": ligne.numero,
        "exigence": ligne.exigence,
        "titre": ligne.titre,
        "section": ligne.section,
        "personne": ligne.personne,
        "etat": ligne.etat,
        "verdict": ligne.verdict.value if ligne.verdict else "",
        "verdict_libelle": ligne.verdict.libelle if ligne.verdict else "",
        "raison": ligne.raison,
        "rejoue": ligne.rejoue,
        "moyen": ligne.moyen,
        "constats": list(ligne.constats),
    }


def campagne(tableau: Tableau) -> dict[str, Any]:
    """La campagne : son annonce, si elle a commencé, ce qu'il reste."""
    annonce = tableau.annonce
    return {
        "titre": annonce.titre,
        "logiciel": annonce.logiciel,
        "dossier": annonce.dossier,
        "demonstration": annonce.demonstration,
        "rejeu": annonce.rejeu,
        "attestation": {"produit": annonce.produit, "version": annonce.version, "editeur": annonce.editeur},
        "phrase": annonce.phrase,
        "detail": annonce.detail,
        "scenarios": annonce.scenarios,
        "personnes": annonce.personnes,
        "commencee": tableau.commencee,
        "nom": tableau.nom,
        "fin": tableau.fin,
        "reste_s": tableau.reste_s(),
    }


def echange(enregistrement: Enregistrement) -> dict[str, Any]:
    """Un échange, ou une connexion refusée, en une ligne."""
    donnees = enregistrement.donnees
    reponse = donnees.get("reponse")
    statut = reponse.get("statut") if isinstance(reponse, Mapping) else None
    service = str(donnees.get("service", ""))
    refus = enregistrement.type == "poignee_refusee"
    instant: datetime = enregistrement.horodatage
    return {
        "numero": enregistrement.numero,
        "heure": instant.isoformat(),
        "scenario": enregistrement.scenario,
        "service": service,
        "service_libelle": SERVICES.get(service, service),
        "operation": "connexion TLS refusée" if refus else str(donnees.get("operation") or "opération non reconnue"),
        "statut": str(donnees.get("raison", "")) if refus else ("" if statut is None else str(statut)),
        "refus": refus or statut is None or statut >= 400,
    }


def en_fichier(chemin: str, texte: str) -> tuple[str, bytes]:
    """Une valeur telle qu'elle s'enregistre : son nom de fichier et ses octets."""
    nom = re.sub(r"[^A-Za-z0-9_-]", "_", chemin.rpartition(".")[2]) or "valeur"
    if chemin.endswith("_base64"):
        try:
            octets = base64.b64decode(texte, validate=True)
        except ValueError:
            return f"{nom}.txt", texte.encode()
        return f"{nom.removesuffix('_base64')}.{_extension(octets)}", octets
    return f"{nom}.{'hl7' if texte.startswith('MSH|') else 'txt'}", texte.encode()


def _extension(octets: bytes) -> str:
    debuts = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"\x89PNG", "png"), (b"<", "xml"), (b"\xef\xbb\xbf<", "xml"))
    connue = next((extension for debut, extension in debuts if octets.startswith(debut)), "")
    if connue:
        return connue
    # Un CSV n'a pas de marque : des points-virgules dès la première ligne d'un texte.
    return "csv" if b";" in octets.partition(b"\n")[0] and b"\0" not in octets else "bin"
