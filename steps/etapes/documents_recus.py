"""Étapes des documents reçus dans une archive : gardés tels quels, affichés depuis le dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_bdd import then
from pytest_bdd.parsers import parse

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.cda_documents import afficher
from steps.etapes.mss_reception import recu
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications import dossier_documents as regles
from steps.verifications.documents_hopital import contenu_montre
from steps.verifications.mssante.dossier_lecture import DocumentLu


@then(parse("chaque document du courriel « {nom} » est gardé tel que reçu et s'affiche"))
def gardes_et_affiches(essai: Essai, nom: str) -> None:
    """Un document du dossier pour chaque CDA de l'archive ; un N1 montre son PDF, un N3 son récit ou son PDF."""
    integres = retirer(essai, f"intégration {nom}", ReponseAction).donnees.get("documents", [])
    for lu in recu(essai, nom).vu.documents:
        quoi, affichage = f"« {nom} », {_type(lu)}", afficher(essai, _identifiant(integres, lu, nom))
        essai.bilan.constater(regles.document_garde(affichage, lu.octets, None, quoi))
        essai.bilan.constater(contenu_montre(affichage, lu.octets, quoi))


def _type(lu: DocumentLu) -> str:
    return lu.entete.code.code if lu.entete.code else "type absent"


def _identifiant(integres: list[Mapping[str, Any]], lu: DocumentLu, nom: str) -> str:
    trouve = next((d for d in integres if d.get("type_code") == _type(lu)), None)
    if trouve is None:
        raise NonConcluant(f"aucun document intégré de « {nom} » n'est de type {_type(lu)}")
    return str(trouve["document_id"])
