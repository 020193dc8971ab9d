"""Les ressources publiées, retrouvées par type, identifiant technique ou identifiant métier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Self

from simulators.annuaire.ressources import Ressource, references

TYPES = ("Practitioner", "PractitionerRole", "Device", "Organization", "HealthcareService")


class Index:
    """Une publication de l'annuaire. Les ressources sont partagées entre copies : elles ne changent jamais."""

    def __init__(self) -> None:
        self._par_type: dict[str, dict[str, Ressource]] = {type_: {} for type_ in TYPES}
        self._par_identifiant: dict[tuple[str, str], tuple[str, ...]] = {}
        self._par_cible: dict[str, tuple[str, ...]] = {}

    def copie(self) -> Self:
        """Une copie indépendante, sans recopier les ressources."""
        neuf = type(self)()
        neuf._par_type = {type_: dict(ressources) for type_, ressources in self._par_type.items()}
        neuf._par_identifiant = dict(self._par_identifiant)
        neuf._par_cible = dict(self._par_cible)
        return neuf

    def poser(self, ressource: Ressource) -> None:
        """Ajoute ou remplace la ressource."""
        ancienne = self._par_type[ressource.type].get(ressource.id)
        if ancienne is not None:
            self._oter_des_index(ancienne)
        self._par_type[ressource.type][ressource.id] = ressource
        for valeur in _identifiants(ressource):
            cle = (ressource.type, valeur)
            self._par_identifiant[cle] = (*self._par_identifiant.get(cle, ()), ressource.id)
        for cible in references(ressource):
            self._par_cible[cible] = (*self._par_cible.get(cible, ()), ressource.reference)

    def oter(self, ressource: Ressource) -> None:
        """Retire la ressource."""
        if self._par_type[ressource.type].pop(ressource.id, None) is not None:
            self._oter_des_index(ressource)

    def oublier_personne(self, rpps: str, *, garder: Iterable[str], maj: datetime) -> None:
        """Les situations qui ne sont plus de cette personne restent, inactives : un delta doit pouvoir le dire."""
        gardees = set(garder)
        for type_ in ("Practitioner", "PractitionerRole"):
            for ressource in [r for r in self._par_type[type_].values() if r.rpps == rpps and r.id not in gardees]:
                meta = {**ressource.contenu["meta"], "lastUpdated": maj.isoformat(timespec="milliseconds")}
                contenu = {
                    cle: valeur
                    for cle, valeur in ressource.contenu.items()
                    if cle in ("resourceType", "id", "language", "identifier")
                } | {"meta": meta, "active": False}
                self.poser(ressource._replace(maj=maj, contenu=contenu))

    def lire(self, type_: str, technique: str) -> Ressource | None:
        """La ressource de cet identifiant technique."""
        return self._par_type.get(type_, {}).get(technique)

    def du_type(self, type_: str) -> Iterable[Ressource]:
        """Toutes celles du type, dans l'ordre de publication."""
        return list(self._par_type[type_].values())

    def par_identifiant(self, type_: str, valeur: str) -> list[Ressource]:
        """Celles qui portent cet identifiant métier, quel qu'en soit le système."""
        return [self._par_type[type_][i] for i in self._par_identifiant.get((type_, valeur), ())]

    def qui_citent(self, cible: Ressource, type_: str) -> list[Ressource]:
        """Ressources de ce type qui désignent la cible."""
        noms = [nom for nom in self._par_cible.get(cible.reference, ()) if nom.startswith(f"{type_}/")]
        return [self._par_type[type_][nom.partition("/")[2]] for nom in noms]

    def toutes(self) -> Iterator[Ressource]:
        """Toutes les ressources."""
        for ressources in self._par_type.values():
            yield from list(ressources.values())

    def _oter_des_index(self, ressource: Ressource) -> None:
        for valeur in _identifiants(ressource):
            cle = (ressource.type, valeur)
            self._par_identifiant[cle] = tuple(i for i in self._par_identifiant[cle] if i != ressource.id)
        for cible in references(ressource):
            self._par_cible[cible] = tuple(r for r in self._par_cible[cible] if r != ressource.reference)


def _identifiants(ressource: Ressource) -> Iterator[str]:
    return (identifiant["value"] for identifiant in ressource.contenu.get("identifier", ()))
