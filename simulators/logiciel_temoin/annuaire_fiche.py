"""Ce que le logiciel retient d'un professionnel lu dans l'Annuaire Santé, d'où qu'il vienne."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PROFESSIONS = {
    "10": "Médecin",
    "21": "Pharmacien",
    "40": "Chirurgien-Dentiste",
    "50": "Sage-Femme",
    "60": "Infirmier",
    "70": "Masseur-Kinésithérapeute",
}
"""Libellés de la table TRE_G15 que le laboratoire rencontre ; une autre profession reste sous son code."""


@dataclass(frozen=True)
class FicheAnnuaire:
    """Un professionnel. `profession` et `specialite` : codes ; `adresses_mss` : la préférée d'abord."""

    rpps: str
    nom: str
    prenom: str = ""
    profession: str = ""
    libelle_profession: str = ""
    specialite: str = ""
    libelle_specialite: str = ""
    lieu: str = ""
    adresses_mss: tuple[str, ...] = ()
    actif: bool = True

    @property
    def profession_affichee(self) -> str:
        return self.libelle_profession or PROFESSIONS.get(self.profession, self.profession)

    @property
    def specialite_affichee(self) -> str:
        return self.libelle_specialite or self.specialite

    def en_dict(self) -> dict[str, Any]:
        """Forme d'un résultat de recherche."""
        return {**self.identite(), "lieu": self.lieu, "adresses_mss": list(self.adresses_mss)}

    def identite(self) -> dict[str, Any]:
        """Ce qu'une fiche d'utilisateur ou de correspondant reprend."""
        return {
            "rpps": self.rpps,
            "nom": self.nom,
            "prenom": self.prenom,
            "profession": self.profession_affichee,
            "specialite": self.specialite_affichee,
        }


@dataclass(frozen=True)
class Criteres:
    """Ce que l'utilisateur cherche ; vide : non demandé."""

    rpps: str = ""
    nom: str = ""
    prenom: str = ""
    profession: str = ""
    specialite: str = ""
    lieu: str = ""


def rpps_valide(rpps: str) -> bool:
    """11 chiffres, le dernier étant la clé de Luhn des dix premiers."""
    if len(rpps) != 11 or not (rpps.isascii() and rpps.isdecimal()):
        return False
    somme = 0
    for rang, chiffre in enumerate(reversed(rpps)):
        valeur = int(chiffre) * (2 if rang % 2 else 1)
        somme += valeur - 9 if valeur > 9 else valeur
    return somme % 10 == 0
