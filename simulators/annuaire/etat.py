"""Ce que l'annuaire publie en ce moment : population de fond, acteurs du banc, et ce qu'un scénario y change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from simulators.annuaire import ressources
from simulators.annuaire.connus import PERSONNES_CONNUES, STRUCTURES_CONNUES
from simulators.annuaire.extraction import Archive, archive, ecrire_correspondance, ecrire_libre_acces
from simulators.annuaire.extraction_lignes import CORRESPONDANCE
from simulators.annuaire.index import Index
from simulators.annuaire.modele import Professionnel, Structure
from simulators.annuaire.population import Population
from simulators.annuaire.ressources import Ressource

LIBRE_ACCES = "PS_LibreAcces"
NOMBRE_PAR_DEFAUT = 1_000


def _maintenant() -> datetime:
    return datetime.now(UTC)


class _Fond:
    """La population de fond et ses ressources, faites une fois par taille : un scénario n'y touche pas."""

    def __init__(self, nombre: int) -> None:
        self.population = Population(nombre)

    @cached_property
    def personnes(self) -> dict[str, Professionnel]:
        return {p.rpps: p for p in (*PERSONNES_CONNUES, *self.population)}

    @cached_property
    def structures(self) -> dict[str, Structure]:
        fond = (*STRUCTURES_CONNUES, *self.population.structures, *self.population.juridiques)
        return {structure.finess: structure for structure in fond}

    @cached_property
    def index(self) -> Index:
        index = Index()
        for structure in self.structures.values():
            index.poser(ressources.organization(structure))
        for personne in self.personnes.values():
            for ressource in ressources.de_la_personne(personne):
                index.poser(ressource)
        for service in self.population.services:
            index.poser(ressources.healthcare_service(service))
        for equipement in self.population.equipements:
            index.poser(ressources.device(equipement))
        return index


@lru_cache(maxsize=4)
def _fond(nombre: int) -> _Fond:
    return _Fond(nombre)


class EtatAnnuaire:
    """Personnes, structures et ressources FHIR. Sûr entre fils.

    `edition` : rang des identifiants techniques ; `renumeroter` les change tous, comme d'une version de l'API à
    l'autre. `publication` : date de la dernière génération des extractions.
    """

    def __init__(self, nombre: int = NOMBRE_PAR_DEFAUT, *, horloge: Callable[[], datetime] = _maintenant) -> None:
        self.nombre = nombre
        self._horloge = horloge
        self._verrou = threading.RLock()
        self.remettre_a_zero()

    def remettre_a_zero(self) -> None:
        """Oublie ce que le scénario a changé."""
        with self._verrou:
            self._changees: dict[str, Professionnel] = {}
            self._structures: dict[str, Structure] = {}
            self._index: Index | None = None
            self._archives: dict[str, Archive] = {}
            self.edition = 1
            self.publication = self._horloge()

    # -------------------------------------------------------------- lire
    def personne(self, rpps: str) -> Professionnel | None:
        """La personne de ce RPPS, même radiée ; None si l'annuaire ne l'a jamais connue."""
        return self._changees.get(rpps) or _fond(self.nombre).personnes.get(rpps)

    def structure(self, finess: str) -> Structure | None:
        """La structure de ce FINESS."""
        return self._structures.get(finess) or _fond(self.nombre).structures.get(finess)

    def personnes(self) -> Iterator[Professionnel]:
        """Toutes, dans l'ordre, radiées comprises."""
        with self._verrou:
            changees = dict(self._changees)
        for rpps, personne in _fond(self.nombre).personnes.items():
            yield changees.pop(rpps, personne)
        yield from changees.values()

    def adresses_publiees(self, rpps: str) -> tuple[str, ...]:
        """Adresses MSSanté que l'annuaire publie pour ce RPPS, la préférée d'abord."""
        personne = self.personne(rpps)
        return personne.adresses_publiees if personne and personne.actif else ()

    @property
    def index(self) -> Index:
        """Les ressources FHIR, telles que le scénario les a changées."""
        with self._verrou:
            if self._index is not None:
                return self._index
            return _fond(self.nombre).index

    def archive(self, nom: str) -> Archive:
        """L'extraction publiée sous ce nom (`PS_LibreAcces` ou la correspondance MSSanté)."""
        with self._verrou:
            if nom not in self._archives:
                ecrire = ecrire_correspondance if nom == CORRESPONDANCE else ecrire_libre_acces
                structures = {**_fond(self.nombre).structures, **self._structures}
                self._archives[nom] = archive(ecrire, nom, self.personnes(), structures, self.publication)
            return self._archives[nom]

    # -------------------------------------------------------------- changer
    def publier(self, personne: Professionnel) -> Professionnel:
        """Ajoute ou remplace une personne ; sa date de mise à jour devient celle de l'appel."""
        with self._verrou:
            datee = personne._replace(maj=self._horloge())
            self._changees[datee.rpps] = datee
            self._reindexer(datee)
            return datee

    def modifier(self, rpps: str, **champs: object) -> Professionnel:
        """Change des champs d'une personne publiée ; `KeyError` si l'annuaire ne la connaît pas."""
        personne = self.personne(rpps)
        if personne is None:
            raise KeyError(f"l'annuaire ne connaît pas le RPPS {rpps}")
        return self.publier(personne._replace(**champs))  # type: ignore[arg-type]

    def republier_en_dernier(self, rpps: str) -> Professionnel:
        """Republie la personne après toutes les autres : une recherche qui la trouve la rend en dernier."""
        with self._verrou:
            personne = self._changees.pop(rpps, None) or self.personne(rpps)
            if personne is None:
                raise KeyError(f"l'annuaire ne connaît pas le RPPS {rpps}")
            for ressource in ressources.de_la_personne(personne, self.edition):
                self._propre().oter(ressource)
            return self.publier(personne)

    def retirer(self, rpps: str) -> Professionnel:
        """Radie une personne : inactive dans l'API, absente des extractions."""
        return self.modifier(rpps, actif=False)

    def publier_structure(self, structure: Structure) -> Structure:
        """Ajoute ou remplace une structure."""
        with self._verrou:
            datee = structure._replace(maj=self._horloge())
            self._structures[datee.finess] = datee
            self._propre().poser(ressources.organization(datee, self.edition))
            self._nouvelle_publication()
            return datee

    def renumeroter(self) -> None:
        """Change les identifiants techniques des professionnels et de leurs situations ; les autres restent."""
        with self._verrou:
            self.edition += 1
            neuf = Index()
            for ressource in self.index.toutes():
                if ressource.type not in ("Practitioner", "PractitionerRole"):
                    neuf.poser(ressource)
            for personne in self.personnes():
                for ressource in ressources.de_la_personne(personne, self.edition):
                    neuf.poser(ressource)
            self._index = neuf

    def _propre(self) -> Index:
        """L'index de ce scénario : une copie de celui du fond, faite au premier changement."""
        if self._index is None:
            self._index = _fond(self.nombre).index.copie()
        return self._index

    def _reindexer(self, personne: Professionnel) -> None:
        index = self._propre()
        nouvelles: Iterable[Ressource] = list(ressources.de_la_personne(personne, self.edition))
        index.oublier_personne(personne.rpps, garder={r.id for r in nouvelles}, maj=personne.maj)
        for ressource in nouvelles:
            index.poser(ressource)
        self._nouvelle_publication()

    def _nouvelle_publication(self) -> None:
        """Les extractions d'après portent une autre date, toujours postérieure d'une minute au moins."""
        self._archives.clear()
        self.publication = max(self._horloge(), self.publication + timedelta(minutes=1))
