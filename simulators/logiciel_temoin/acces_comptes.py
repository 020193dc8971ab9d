"""La base de comptes propre au produit : professionnels, usagers, structures tierces."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from simulators.logiciel_temoin.environnement import Professionnel
from simulators.logiciel_temoin.erreurs import Refus

POPULATIONS = ("professionnel", "usager", "structure")


@dataclass
class Compte:
    """Un compte ; les champs publics sont ceux du type `compte` du contrat.

    `role` : rôle d'installation (biologiste_1…) quand c'en est un. `identifiant_psc` : SubjectNameID rapproché.
    `interne` : ce qu'une partie du produit garde à côté du compte, jamais montré.
    """

    compte_id: str
    identifiant: str
    population: str = "professionnel"
    nom: str = ""
    prenom: str = ""
    profession: str = ""
    rpps: str | None = None
    identifiant_prive: str | None = None
    structures: list[str] = field(default_factory=list)
    identifiant_structure: dict[str, Any] | None = None
    identite: dict[str, Any] | None = None
    verification_identite: str | None = None
    courriel: str | None = None
    courriel_verifie: bool = False
    telephone: str | None = None
    telephone_verifie: bool = False
    permissions: list[str] = field(default_factory=list)
    privilegie: bool = False
    actif: bool = True
    bloque: bool = False
    recherche_rpps: dict[str, Any] | None = None
    identifiant_psc: str | None = None
    role: str | None = None
    interne: dict[str, Any] = field(default_factory=dict, repr=False)

    def en_dict(self) -> dict[str, Any]:
        """Le compte tel que l'écran le montre : ni champ interne, ni objet sans valeur."""
        caches = {"role", "interne", "identifiant_psc"}
        montre = {champ.name: getattr(self, champ.name) for champ in fields(self) if champ.name not in caches}
        for objet in ("identifiant_structure", "identite", "recherche_rpps"):
            if montre[objet] is None:
                del montre[objet]
        return {**montre, "associe_psc": self.identifiant_psc is not None}


CHAMPS = frozenset(champ.name for champ in fields(Compte)) - {"compte_id", "interne", "role"}
"""Champs qu'une création ou une modification peut porter."""


class Comptes:
    """Les comptes, par identifiant technique ; l'identifiant de connexion est unique dans une population."""

    def __init__(self, roles: Mapping[str, Professionnel | None]) -> None:
        self.verrou = threading.RLock()
        self._comptes: dict[str, Compte] = {}
        self._numeros = itertools.count(1)
        self._suites: list[Callable[[Compte], object]] = []
        for role, ps in roles.items():
            self._comptes[role] = Compte(
                role, role, role=role, privilegie=role in ("administrateur", "super_utilisateur"),
                nom=ps.nom if ps else "", prenom=ps.prenom if ps else "", profession=ps.profession if ps else "",
                rpps=ps.rpps if ps else None,
            )  # fmt: skip

    def creer(self, champs: Mapping[str, Any]) -> Compte:
        """Ajoute un compte ; refus si l'identifiant est pris ou si un champ est inconnu."""
        _controler(champs)
        identifiant = str(champs.get("identifiant") or "").strip()
        if not identifiant:
            raise Refus("L'identifiant de connexion est obligatoire.")
        population = str(champs.get("population") or "professionnel")
        with self.verrou:
            if self.par_identifiant(identifiant, population):
                raise Refus(f"L'identifiant {identifiant} est déjà celui d'un compte.")
            compte = Compte(f"C{next(self._numeros):06d}", identifiant, population)
            _poser(compte, champs)
            self._comptes[compte.compte_id] = compte
        return compte

    def lire(self, compte_id: str) -> Compte | None:
        return self._comptes.get(compte_id)

    def exiger(self, compte_id: str) -> Compte:
        """Le compte de cet identifiant technique ; à défaut de cet identifiant de connexion."""
        compte = self._comptes.get(compte_id) or self.par_identifiant(compte_id)
        if compte is None:
            raise Refus(f"Compte inconnu : {compte_id}.")
        return compte

    def par_identifiant(self, identifiant: str, population: str | None = "professionnel") -> Compte | None:
        """Celui qui se connecte sous cet identifiant ; `population` None : n'importe laquelle."""
        return self._premier(lambda c: c.identifiant == identifiant and population in (None, c.population))

    def par_rpps(self, rpps: str) -> Compte | None:
        """Le professionnel de ce RPPS (11 chiffres)."""
        return self._premier(lambda c: bool(rpps) and c.population == "professionnel" and c.rpps == rpps)

    def par_identifiant_national(self, identifiant: str) -> Compte | None:
        """Le professionnel que Pro Santé Connect désigne : rapproché déjà, sinon de même RPPS (8 suivi du RPPS)."""
        rapproche = self._premier(lambda c: bool(identifiant) and c.identifiant_psc == identifiant)
        return rapproche or (self.par_rpps(identifiant[1:]) if identifiant.startswith("8") else None)

    def tous(self, population: str | None = None) -> list[Compte]:
        with self.verrou:
            return [compte for compte in self._comptes.values() if population in (None, compte.population)]

    def modifier(self, compte_id: str, champs: Mapping[str, Any]) -> Compte:
        """Remplace ces champs, sans autre contrôle que leur nom."""
        _controler(champs)
        compte = self.exiger(compte_id)
        with self.verrou:
            _poser(compte, champs)
        return compte

    def supprimer(self, compte_id: str) -> Compte:
        """Retire le compte et prévient ceux qui gardent quelque chose de lui (sessions, dispositifs…)."""
        compte = self.exiger(compte_id)
        with self.verrou:
            self._comptes.pop(compte.compte_id, None)
        for suite in self._suites:
            suite(compte)
        return compte

    def abonner_suppression(self, suite: Callable[[Compte], object]) -> None:
        self._suites.append(suite)

    def _premier(self, critere: Callable[[Compte], bool]) -> Compte | None:
        with self.verrou:
            return next((compte for compte in self._comptes.values() if critere(compte)), None)


def _controler(champs: Mapping[str, Any]) -> None:
    inconnus = sorted(set(champs) - CHAMPS)
    if inconnus:
        raise Refus(f"Champs inconnus d'un compte : {', '.join(inconnus)}.")


def _poser(compte: Compte, champs: Mapping[str, Any]) -> None:
    for nom, valeur in champs.items():
        setattr(compte, nom, list(valeur) if isinstance(valeur, list | tuple) else valeur)
