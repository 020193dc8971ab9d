"""L'identité d'un usager : champs, règles de saisie, statut, matricule."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

PROV, RECUP, VALI, QUAL = "PROV", "RECUP", "VALI", "QUAL"

OID_NIA = "1.2.250.1.213.1.4.9"
OID_INS = {"1.2.250.1.213.1.4.8", OID_NIA, "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"}

LIBELLES = {
    "nom_naissance": "Nom de naissance",
    "premier_prenom_naissance": "1er prénom de naissance",
    "prenoms_naissance": "Prénom(s) de naissance",
    "date_naissance": "Date de naissance",
    "sexe": "Sexe",
    "code_lieu_naissance": "Lieu de naissance - Code INSEE",
    "nom_utilise": "Nom utilisé",
    "prenom_utilise": "Prénom utilisé",
    "matricule_ins": "Matricule INS",
    "oid_ins": "OID",
    "telephone": "Téléphone",
    "numero_securite_sociale": "Numéro de sécurité sociale",
}
OBLIGATOIRES = ("nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe", "code_lieu_naissance")
TOUJOURS_AFFICHES = ("nom_naissance", "premier_prenom_naissance", "date_naissance", "sexe")
MATRICULE = ("matricule_ins", "oid_ins")
TRAITS_STRICTS = (
    "nom_naissance",
    "premier_prenom_naissance",
    "prenoms_naissance",
    "date_naissance",
    "sexe",
    "code_lieu_naissance",
)
NOMS = ("nom_naissance", "premier_prenom_naissance", "prenoms_naissance", "nom_utilise", "prenom_utilise")
LONGUEUR_MAX = 100

_NOM = re.compile(r"^[A-Z' -]*$")
_LIEU = re.compile(r"^(\d{5}|2[AB]\d{3})$")
_MATRICULE13 = re.compile(r"^\d{6}[0-9AB]\d{6}$")


@dataclass
class ChangementStatut:
    """Une ligne de l'historique des statuts."""

    statut_anterieur: str | None
    statut: str
    horodatage: datetime
    responsable: str


@dataclass
class Patient:
    """La fiche d'un usager."""

    patient_id: str
    identite: dict[str, str | None]
    statut: str = PROV
    attributs: set[str] = field(default_factory=set)
    justificatif: str | None = None
    historique_statuts: list[ChangementStatut] = field(default_factory=list)
    historique_ins: list[dict[str, str]] = field(default_factory=list)
    identifiants_externes: set[tuple[str, str]] = field(default_factory=set)
    decede: bool = False
    opposition_alimentation: bool = False
    consultation_dmp: str = "non_renseigne"

    @property
    def matricule(self) -> str | None:
        return self.identite.get("matricule_ins") or None

    @property
    def oid(self) -> str | None:
        return self.identite.get("oid_ins") or None

    def trait(self, champ: str) -> str:
        return self.identite.get(champ) or ""

    @property
    def prenoms(self) -> str:
        """Liste des prénoms de naissance ; le premier prénom seul quand la liste n'est pas connue."""
        return self.trait("prenoms_naissance") or self.trait("premier_prenom_naissance")

    def en_dict(self) -> dict[str, Any]:
        return {
            "patient_id": self.patient_id,
            "identite": dict(self.identite),
            "statut": self.statut,
            "attributs": sorted(self.attributs),
            "justificatif": self.justificatif,
        }


def identite_vide() -> dict[str, str | None]:
    """Les dix champs d'identité et les coordonnées, vides."""
    return {champ: (None if champ in MATRICULE else "") for champ in LIBELLES}


def cle_matricule(treize: str) -> str:
    """Clé de contrôle d'un NIR ou d'un NIA ; la Corse compte 19 (2A) ou 18 (2B)."""
    nombre = treize[:5] + treize[5:7].replace("2A", "19").replace("2B", "18") + treize[7:]
    return f"{97 - int(nombre) % 97:02d}"


def matricule_valide(matricule: str) -> bool:
    """15 caractères et une clé juste."""
    treize = matricule[:13]
    return len(matricule) == 15 and bool(_MATRICULE13.match(treize)) and cle_matricule(treize) == matricule[13:]


def nature_matricule(oid: str | None) -> str:
    return "NIA" if oid == OID_NIA else "NIR"


def erreur_nom(libelle: str, valeur: str) -> str | None:
    """Ce qui empêche d'enregistrer ce nom ou ce prénom, s'il y a lieu."""
    if len(valeur) > LONGUEUR_MAX:
        return f"{libelle} : {LONGUEUR_MAX} caractères au plus."
    if not _NOM.match(valeur):
        return f"{libelle} : majuscules sans accent, espace, apostrophe et tiret seulement (saisi : {valeur!r})."
    if valeur and (not re.search("[A-Z]", valeur) or valeur != valeur.strip() or valeur.startswith("-")):
        return f"{libelle} : commence ou finit par un caractère qui n'est pas admis."
    return None


def erreur_date(valeur: str) -> str | None:
    """Ce qui empêche d'enregistrer cette date de naissance."""
    try:
        naissance = date.fromisoformat(valeur) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", valeur) else None
    except ValueError:
        naissance = None
    if naissance is None:
        return f"Date de naissance : {valeur!r} n'est pas une date (jour de 1 à 31, mois de 1 à 12)."
    if naissance > date.today():  # noqa: DTZ011 - une date de naissance est locale
        return "Date de naissance : dans le futur."
    return None


def erreur_champ(champ: str, valeur: str) -> str | None:
    """Contrôle de saisie d'un champ de la fiche."""
    if champ in NOMS:
        return erreur_nom(LIBELLES[champ], valeur)
    if not valeur:
        return None
    if champ == "date_naissance":
        return erreur_date(valeur)
    if champ == "sexe" and valeur not in ("M", "F", "I"):
        return f"Sexe : {valeur!r} n'est pas M, F ou I."
    if champ == "code_lieu_naissance" and not _LIEU.match(valeur):
        return f"Lieu de naissance - Code INSEE : 5 caractères attendus (saisi : {valeur!r})."
    return None


_TRANSLITTERATION = str.maketrans(
    {"Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "ß": "SS", "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"}
    | dict.fromkeys("‐‑‒–—−", "-")
)


def translitterer(valeur: str) -> str:
    """Majuscules sans signe diacritique, apostrophes et tirets droits : la forme attendue par l'INS."""
    decompose = unicodedata.normalize("NFD", valeur.translate(_TRANSLITTERATION))
    return "".join(c for c in decompose if not unicodedata.combining(c)).upper().strip()


def forme_comparable(valeur: str) -> str:
    """Trait ou apostrophe valent une espace : règle de comparaison des prénoms."""
    return " ".join(re.sub(r"['-]+", " ", translitterer(valeur)).split())
