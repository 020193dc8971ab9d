"""Adresses et libellés : l'expéditeur d'une BAL, l'adresse d'un usager, ce qui les distingue."""

from __future__ import annotations

import re

from simulators.logiciel_temoin.environnement import Bal
from simulators.logiciel_temoin.identite import Patient, matricule_valide
from simulators.logiciel_temoin.labo import Labo

DOMAINE_USAGERS = "patient.mssante.fr"
_ADRESSE = re.compile(r"[!#-'*+./0-9=?A-Z^-~-]+@[A-Za-z0-9.-]+")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def intitule(labo: Labo, bal: Bal) -> str:
    """Intitulé de la BAL : `Prénom_NOM_Entité` pour une BAL personnelle, l'entité sinon (ECO.2.2.7)."""
    if bal.type != "PER":
        return bal.intitule or labo.environnement.structure.nom
    prenom = "" if labo.defaut("mss_libelle_sans_prenom") else bal.prenom.title()
    return "_".join(partie for partie in (prenom, bal.nom.upper(), bal.intitule) if partie)


def expediteur(labo: Labo, bal: Bal) -> tuple[str, str]:
    """(libellé, adresse) de l'en-tête From."""
    return ("" if labo.defaut("mss_from_sans_libelle") else intitule(labo, bal)), bal.adresse


def ecrire(libelle: str, adresse: str) -> str:
    """`libellé <adresse>`, libellé ASCII ; entre guillemets s'il porte un caractère réservé (RFC 5322)."""
    if not libelle:
        return adresse
    if not _PHRASE.fullmatch(libelle):
        echappe = libelle.replace("\\", "\\\\").replace('"', '\\"')
        libelle = f'"{echappe}"'
    return f"{libelle} <{adresse}>"


def adresse_usager(patient: Patient) -> str | None:
    """Adresse de l'usager chez Mon espace santé ; None si son matricule manque ou n'est pas juste."""
    matricule = patient.matricule or ""
    return f"{matricule}@{DOMAINE_USAGERS}" if matricule_valide(matricule) else None


def est_adresse(adresse: str) -> bool:
    """Vrai si l'adresse peut être écrite dans une enveloppe : ASCII, un arobase, ni espace ni caractère réservé."""
    local, _, domaine = adresse.partition("@")
    return bool(_ADRESSE.fullmatch(adresse)) and bool(local and domaine)


def est_usager(adresse: str) -> bool:
    return adresse.strip().lower().endswith(f"@{DOMAINE_USAGERS}")


def matricule_de(adresse: str) -> str | None:
    """Matricule que porte l'adresse d'un usager ; None si ce n'en est pas une."""
    locale = adresse.strip().rpartition("@")[0].upper()
    return locale if est_usager(adresse) and matricule_valide(locale) else None
