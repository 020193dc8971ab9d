"""Ce que l'Annuaire Santé publie : professionnels, situations d'exercice, structures, BAL.

Des tuples nommés plutôt que des dataclasses : une extraction en fabrique deux millions.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from simulators.socle.acteurs import rpps_de_test

__all__ = [
    "BalPubliee",
    "Equipement",
    "Metier",
    "Professionnel",
    "SavoirFaire",
    "Service",
    "Situation",
    "Structure",
    "finess_de_test",
    "luhn",
    "rpps_de_test",
]


class BalPubliee(NamedTuple):
    """Une BAL MSSanté. `rang` : préférence du porteur (1 d'abord) ; `liste_rouge` : jamais publiée."""

    adresse: str
    type: str = "PER"
    rang: int | None = None
    description: str = ""
    service: str = ""
    dematerialisation: bool = True
    liste_rouge: bool = False


class Metier(NamedTuple):
    """Profession (TRE_G15) et diplôme d'État qui y mène (TRE_R48)."""

    code: str
    libelle: str
    diplome: str
    libelle_diplome: str


class SavoirFaire(NamedTuple):
    """Spécialité ordinale (TRE_R38), du type `S` (TRE_R04)."""

    code: str
    libelle: str


class Structure(NamedTuple):
    """Lieu d'exercice (`juridique` faux) ou entité juridique ; numéros en 99, jamais attribués."""

    finess: str
    nom: str
    maj: datetime
    juridique: bool = False
    finess_juridique: str = ""
    siret: str = ""
    secteur: str = "SA08"
    libelle_secteur: str = "Cabinet de groupe"
    numero_voie: str = "1"
    type_voie: str = "R"
    libelle_type_voie: str = "Rue"
    voie: str = "DES ESSAIS"
    code_postal: str = "99001"
    code_commune: str = "99001"
    commune: str = "VILLE FICTIVE"
    departement: str = "99"
    libelle_departement: str = "Département fictif"
    telephone: str = "0199009900"
    courriel: str = ""
    """Adresse ordinaire de contact : publiée, mais ce n'est pas une BAL MSSanté."""
    bals: tuple[BalPubliee, ...] = ()
    actif: bool = True


class Situation(NamedTuple):
    """Une situation d'exercice : où, comment. `mode` : TRE_R23 (L libéral, S salarié)."""

    identifiant: str
    finess: str
    mode: str = "L"
    fonction: str = "FON-AU"
    bals: tuple[BalPubliee, ...] = ()


class Professionnel(NamedTuple):
    """Un professionnel de santé fictif. `maj` : dernière mise à jour, avec son décalage horaire."""

    rpps: str
    nom: str
    prenom: str
    metier: Metier
    maj: datetime
    civilite: str = "M"
    civilite_exercice: str = ""
    categorie: str = "C"
    savoir_faire: SavoirFaire | None = None
    situations: tuple[Situation, ...] = ()
    bals: tuple[BalPubliee, ...] = ()
    carte: str = ""
    actif: bool = True

    @property
    def identifiant_national(self) -> str:
        """IDNPS : « 8 » suivi du RPPS."""
        return f"8{self.rpps}"

    @property
    def adresses_publiees(self) -> tuple[str, ...]:
        """Adresses de BAL publiées, la préférée d'abord, sans celles en liste rouge."""
        toutes = [*self.bals, *(bal for situation in self.situations for bal in situation.bals)]
        publiees = sorted((bal for bal in toutes if not bal.liste_rouge), key=lambda bal: bal.rang or 99)
        return tuple(dict.fromkeys(bal.adresse for bal in publiees))


class Service(NamedTuple):
    """Activité de soins autorisée d'une structure (HealthcareService)."""

    numero: str
    finess: str
    activite: str
    modalite: str
    forme: str
    maj: datetime


class Equipement(NamedTuple):
    """Équipement matériel lourd d'une structure (Device)."""

    numero: str
    finess: str
    type: str
    marque: str
    modele: str
    serie: str
    maj: datetime
    statut: str = "active"


def luhn(base: str) -> str:
    """Clé de Luhn des chiffres de `base`."""
    somme = 0
    for rang, chiffre in enumerate(reversed(base)):
        valeur = int(chiffre) * (2 if rang % 2 == 0 else 1)
        somme += valeur - 9 if valeur > 9 else valeur
    return str(-somme % 10)


def finess_de_test(rang: int) -> str:
    """FINESS fictif : 99, six chiffres, clé de Luhn ; `rang` de 0 à 999 999."""
    base = f"99{rang:06d}"
    return base + luhn(base)
