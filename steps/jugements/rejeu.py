"""Refait un jugement gardé : la même vérification, sur les arguments relus."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reports.constat import Constat
from steps.jugements.carnet import constats_de
from steps.jugements.classes import NonCodable
from steps.jugements.decodage import Decodeur
from steps.jugements.marque import PAQUET, nom_rejouable


@dataclass(frozen=True, slots=True)
class Rejeu:
    """Un jugement refait. `raison` : pourquoi il n'a pas pu l'être, vide sinon ; `ecart` : ce que l'appel a d'autre."""

    numero: int
    verification: str
    constats: tuple[Constat, ...] = ()
    raison: str = ""
    ecart: str = ""


def rejouer(numero: int, donnees: Mapping[str, Any], decodeur: Decodeur) -> Rejeu:
    """Rappelle la vérification ; ne lève rien : ce qui empêche de la refaire est dit dans `raison`."""
    nom = str(donnees.get("verification", ""))
    if donnees.get("non_rejouable"):
        return Rejeu(numero, nom, raison=str(donnees["non_rejouable"]))
    try:
        verification = retrouver(nom)
        positionnels, nommes = _arguments(donnees, decodeur)
    except NonCodable as erreur:
        return Rejeu(numero, nom, raison=str(erreur))
    leve = str(donnees.get("leve") or "")
    try:
        constats = tuple(constats_de(verification(*positionnels, **nommes)))
    except Exception as erreur:  # noqa: BLE001 (un dossier modifié peut faire échouer une vérification n'importe comment)
        if type(erreur).__name__ == leve:
            return Rejeu(numero, nom)
        return Rejeu(numero, nom, raison=f"la vérification ne se refait pas : {type(erreur).__name__} : {erreur}")
    attendus = donnees.get("constats")
    if leve:
        ecart = f"avait échoué ({leve}), aboutit maintenant"
    else:
        ecart = "" if attendus == len(constats) else f"constats attendus : {attendus!r}, reçus : {len(constats)}"
    return Rejeu(numero, nom, constats, ecart=ecart)


def retrouver(nom: str) -> Callable[..., Any]:
    """La vérification de ce nom ; lève `NonCodable` si ce n'en est pas une de ce banc."""
    module, _, fonction = nom.partition(":")
    if not f"{module}.".startswith(PAQUET) or "__" in module or not fonction.isidentifier():
        raise NonCodable(f"{nom!r} n'est pas une vérification du banc")
    try:
        trouvee = getattr(importlib.import_module(module), fonction, None)
    except ImportError as erreur:
        raise NonCodable(f"vérification {nom!r} introuvable dans ce banc : {erreur}") from erreur
    if nom_rejouable(trouvee) != nom or not callable(trouvee):
        raise NonCodable(f"vérification {nom!r} introuvable dans ce banc, ou qui n'est pas de celles qui se refont")
    return trouvee  # type: ignore[no-any-return]  # appelable, vu à la ligne d'avant


def _arguments(donnees: Mapping[str, Any], decodeur: Decodeur) -> tuple[list[Any], dict[str, Any]]:
    try:
        arguments = donnees["arguments"]
        positionnels = [decodeur.decoder(code) for code in arguments["positionnels"]]
        nommes = {str(nom): decodeur.decoder(code) for nom, code in arguments["nommes"]}
    except (KeyError, TypeError, ValueError) as erreur:
        raise NonCodable(f"arguments illisibles : {type(erreur).__name__} : {erreur}") from erreur
    return positionnels, nommes
