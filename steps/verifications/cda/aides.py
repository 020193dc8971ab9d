"""Ce que les scénarios demandent d'un CDA : niveau, matricules, statut du compte rendu, version, document remplacé."""

from __future__ import annotations

from typing import Literal

from steps.verifications.cda.lecture import lire_cda
from steps.verifications.cda.modele import EnTeteCda


def entete(cda: bytes | EnTeteCda) -> EnTeteCda:
    """L'en-tête, lu s'il ne l'est pas encore ; lève `CdaIllisible`."""
    return cda if isinstance(cda, EnTeteCda) else lire_cda(cda)


def niveau(cda: bytes | EnTeteCda) -> Literal["N1", "N3", ""]:
    """N1 (corps non structuré), N3 (corps structuré), vide si le document n'a pas de corps."""
    corps = entete(cda).corps
    return "N3" if corps == "structuredBody" else "N1" if corps == "nonXMLBody" else ""


def matricules(cda: bytes | EnTeteCda) -> tuple[str, ...]:
    """Tout matricule INS présent dans le document, sans doublon, dans l'ordre."""
    return tuple(dict.fromkeys(ident.extension for ident in entete(cda).matricules))


def statut_compte_rendu(cda: bytes | EnTeteCda) -> str:
    """Statut d'un compte rendu de biologie : `active` (partiel), `completed` (complet), vide si le CDA ne le dit pas.

    Le volet le porte dans `serviceEvent/lab:statusCode` de l'acte principal ; à défaut, les actes de résultats le
    disent (un seul encore actif rend le compte rendu partiel).
    """
    lu = entete(cda)
    acte = lu.acte_principal
    if acte is not None and acte.statut:
        return acte.statut
    if not lu.statuts_resultats:
        return ""
    return "active" if "active" in lu.statuts_resultats else lu.statuts_resultats[0]


def version(cda: bytes | EnTeteCda) -> int | None:
    """Numéro de version ; None s'il manque ou n'est pas un entier positif."""
    brut = entete(cda).version
    return int(brut) if brut.isdecimal() and int(brut) > 0 else None


def remplace(cda: bytes | EnTeteCda) -> str:
    """uniqueId du document remplacé (RPLC), vide s'il n'y en a pas."""
    lien = entete(cda).remplace
    return lien.ids[0].unique_id if lien is not None and lien.ids else ""
