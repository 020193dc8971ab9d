"""Un point d'accès du fournisseur, trouvé au démarrage dans `endpoints/` ; un octroi, dans `grants/`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from simulators.psc import endpoints, grants
from simulators.psc.clients import Client
from simulators.psc.contexte import Contexte
from simulators.psc.demande import Paires, lire_paires, uniques
from simulators.psc.erreurs import RefusPage, requete_invalide
from simulators.psc.profil import Profil
from simulators.socle.pannes import PanneArmee
from simulators.socle.requete import ReponseSimulee, RequeteRecue

FORMULAIRE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Appel:
    """Une requête adressée à un point d'accès."""

    requete: RequeteRecue
    contexte: Contexte

    def prendre(self, *noms: str) -> PanneArmee | None:
        """La première panne armée qui porte l'un de ces noms, comptée ; None s'il n'y en a pas."""
        return self.contexte.pannes.prendre(self.requete, *noms)

    def noter(self, cle: str, valeur: object) -> None:
        """Note un fait sur l'échange ; un booléen devient oui ou non."""
        self.requete.noter(cle, ("oui" if valeur else "non") if isinstance(valeur, bool) else valeur)

    @property
    def chaine(self) -> str:
        """La chaîne de requête, telle que reçue."""
        return self.requete.cible.partition("#")[0].partition("?")[2]

    @cached_property
    def paires_cible(self) -> Paires:
        """Paramètres de la cible, dans l'ordre, doublons compris."""
        return lire_paires(self.chaine)

    @cached_property
    def paires_corps(self) -> Paires:
        """Champs du formulaire reçu, dans l'ordre, doublons compris ; `RefusPage` s'il n'en est pas un."""
        if self.requete.type_contenu != FORMULAIRE:
            raise RefusPage("invalid_request", "Formulaire attendu", f"Content-Type attendu : {FORMULAIRE}.", 415)
        try:
            return lire_paires(self.requete.corps.octets.decode("utf-8"))
        except UnicodeDecodeError:
            raise RefusPage("invalid_request", "Formulaire illisible", "UTF-8 attendu.") from None

    def formulaire(self) -> Mapping[str, str]:
        """Champs d'un appel de serveur à serveur ; `RefusOAuth` en cas de doublon ou de type faux."""
        try:
            valeurs, doubles = uniques(self.paires_corps)
        except RefusPage as refus:
            raise requete_invalide(refus.explication) from None
        if doubles:
            raise requete_invalide(f"paramètre en double : {', '.join(sorted(doubles))[:100]}")
        return valeurs

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """Cookies reçus."""
        # Découpés à la main : un cookie étrange d'un autre service de localhost ne doit pas cacher les nôtres.
        morceaux = [m for nom, valeur in self.requete.entetes if nom.lower() == "cookie" for m in valeur.split(";")]
        return {nom.strip(): valeur.strip() for nom, egal, valeur in (m.partition("=") for m in morceaux) if egal}

    @property
    def certificat_der(self) -> bytes | None:
        """Certificat présenté par le client en TLS."""
        return self.requete.tls.certificat if self.requete.tls else None


@dataclass(frozen=True)
class PointAcces:
    """`port` : `wallet` ou `royaume`. `chemins` : entiers (`…/*` : préfixe), à la racine du port, selon le profil."""

    operation: str
    port: str
    methodes: tuple[str, ...]
    chemins: Callable[[Profil], tuple[str, ...]]
    handle: Callable[[Appel], ReponseSimulee]


@dataclass(frozen=True)
class Octroi:
    """Une façon d'obtenir des jetons : `grant_type`, et ce qui le sert une fois le client authentifié."""

    grant_type: str
    servir: Callable[[Appel, Mapping[str, str], Client], dict[str, Any]]
    """Appel, formulaire, client ; rend la réponse JSON, ou lève `RefusOAuth`."""
    profils: tuple[str, ...] = ("psc", "etablissement")
    """Services qui l'offrent."""


@cache
def points_acces() -> tuple[PointAcces, ...]:
    """Les points d'accès de `endpoints/`, un par module."""
    modules = sorted(info.name for info in pkgutil.iter_modules(endpoints.__path__))
    return tuple(importlib.import_module(f"{endpoints.__name__}.{nom}").POINT for nom in modules)


@cache
def octrois() -> Mapping[str, Octroi]:
    """Les octrois de `grants/`, par `grant_type`."""
    modules = sorted(info.name for info in pkgutil.iter_modules(grants.__path__))
    trouves = [importlib.import_module(f"{grants.__name__}.{nom}").OCTROI for nom in modules]
    return {octroi.grant_type: octroi for octroi in trouves}


def du_royaume(*noms: str) -> Callable[[Profil], tuple[str, ...]]:
    """Chemins du royaume, par le nom de leur champ dans `Chemins`."""
    return lambda profil: tuple(profil.royaume + getattr(profil.chemins, nom) for nom in noms)
