"""SARIF 2.1.0 (OASIS, 27 mars 2020) : annotations d'intégration continue."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from steps.controle.groupes import lieu, ligne
from steps.controle.modele import Gravite
from steps.controle.resultat import Ecrit, Resultat
from steps.controle.sorties.texte import GRAVITES, nom_lisible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_NIVEAUX = {
    Gravite.ERREUR: "error",
    Gravite.AVERTISSEMENT: "warning",
    Gravite.INDETERMINE: "warning",
    Gravite.REMARQUE: "note",
}


def en_sarif(resultats: Iterable[Resultat], *, version: str, interrompu: bool = False) -> dict[str, Any]:
    """Le document SARIF : une règle par code, un résultat par constat ; les règles respectées n'y sont pas."""
    regles: dict[str, dict[str, Any]] = {}
    rangs: dict[str, int] = {}
    trouves: list[dict[str, Any]] = []
    fichiers: list[dict[str, Any]] = []
    for resultat in resultats:
        fichiers.append(_artefact(resultat))
        for constat in resultat.constats:
            gravite = Gravite(constat["gravite"])
            if gravite is Gravite.RESPECTEE:
                continue
            code = str(constat["code"])
            if code not in regles:
                rangs[code] = len(regles)
                regles[code] = _regle(constat, gravite)
            trouves.append(_resultat(resultat, constat, gravite, rangs[code]))
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Banc SONS, controler",
                        "version": version,
                        "language": "fr-FR",
                        "rules": list(regles.values()),
                    }
                },
                "language": "fr-FR",
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"RACINE": {"uri": Path.cwd().as_uri().rstrip("/") + "/"}},
                "invocations": [{"executionSuccessful": not interrompu}],
                "artifacts": fichiers,
                "results": trouves,
            }
        ],
    }


def _regle(constat: Ecrit, gravite: Gravite) -> dict[str, Any]:
    regle: dict[str, Any] = {
        "id": constat["code"],
        "shortDescription": {"text": constat.get("titre") or f"{constat['code']}, {constat.get('source')}"},
        "fullDescription": {"text": f"{constat.get('titre') or constat['code']}. Source : {constat.get('source')}"},
        "defaultConfiguration": {"level": _NIVEAUX[gravite]},
        "properties": {"source": constat.get("source") or "", "confiance": constat.get("confiance") or ""},
    }
    if constat.get("a_faire"):
        regle["help"] = {"text": constat["a_faire"]}
    return regle


def _resultat(resultat: Resultat, constat: Ecrit, gravite: Gravite, rang: int) -> dict[str, Any]:
    details = [
        f"{nom} : {valeur}"
        for nom, valeur in (
            ("attendu", constat.get("attendu")),
            ("reçu", constat.get("recu")),
            ("où", lieu(constat)),
            ("à faire", constat.get("a_faire")),
        )
        if valeur
    ]
    physique: dict[str, Any] = {"artifactLocation": _adresse(resultat.fichier)}
    numero = ligne(constat)
    if numero:
        physique["region"] = {"startLine": numero}
    emplacement: dict[str, Any] = {"physicalLocation": physique}
    if lieu(constat):
        emplacement["logicalLocations"] = [{"fullyQualifiedName": lieu(constat)}]
    return {
        "ruleId": constat["code"],
        "ruleIndex": rang,
        "level": _NIVEAUX[gravite],
        "message": {"text": "\n".join([str(constat["message"]) or str(constat["code"]), *details])},
        "locations": [emplacement],
        "properties": {"gravite": gravite.value, "libelle": GRAVITES[gravite], "verdict": resultat.verdict},
    }


def _artefact(resultat: Resultat) -> dict[str, Any]:
    artefact: dict[str, Any] = {
        "location": _adresse(resultat.fichier),
        "properties": {"type": resultat.type, "verdict": resultat.verdict},
    }
    if resultat.sha256:
        artefact["length"] = resultat.taille
        artefact["hashes"] = {"sha-256": resultat.sha256}
    return artefact


def _adresse(fichier: str) -> dict[str, str]:
    """Adresse relative au dossier de la commande quand le fichier s'y trouve, absolue sinon."""
    if fichier == "-":
        return {"uri": quote(nom_lisible(fichier))}
    if "://" in fichier:
        return {"uri": quote(fichier, safe=":/")}
    relatif = os.path.relpath(fichier)
    brut = os.fsencode(relatif.replace(os.sep, "/"))
    if relatif.startswith(".."):
        return {"uri": "file://" + quote(os.fsencode(os.path.abspath(fichier).replace(os.sep, "/")))}  # noqa: PTH100
    return {"uri": quote(brut), "uriBaseId": "RACINE"}
