"""Recherche d'antériorité : un usager déjà connu, avant d'en créer un second."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.identite import Patient, erreur_date, matricule_valide, translitterer

_NON_LETTRES = re.compile(r"[^A-Z0-9]+")


def rechercher(
    patients: Iterable[Patient],
    defauts: Defauts,
    *,
    date_naissance: str = "",
    nom: str = "",
    prenom: str = "",
    matricule: str = "",
) -> list[Patient]:
    """Usagers qui répondent à tous les critères donnés."""
    matricule = matricule.replace(" ", "").upper()
    if not (date_naissance or matricule):
        raise Refus("Saisissez la date de naissance, ou les 15 caractères du matricule INS.")
    if matricule and not defauts.actif("recherche_matricule_sans_controle"):
        _exiger_matricule(matricule, defauts)
    if date_naissance and erreur_date(date_naissance):
        raise Refus(str(erreur_date(date_naissance)))
    if date_naissance and (nom or prenom) and defauts.actif("recherche_par_date_seule"):
        nom = prenom = ""
    if date_naissance and not (nom or prenom or matricule) and defauts.actif("recherche_sans_date_seule"):
        return []
    if matricule and defauts.actif("recherche_matricule_muette"):
        return []
    forme = _Forme(defauts)
    return [
        patient
        for patient in patients
        if (not date_naissance or patient.trait("date_naissance") == date_naissance)
        and (not matricule or (patient.matricule or "").startswith(matricule))
        and (not nom or forme.commence(_noms(patient, defauts), nom))
        and (not prenom or forme.commence(_prenoms(patient, defauts), prenom))
    ]


def _exiger_matricule(matricule: str, defauts: Defauts) -> None:
    if defauts.actif("recherche_matricule_13") and len(matricule) == 13:
        return
    if len(matricule) != 15:
        raise Refus("Le matricule INS compte 15 caractères, clé comprise : la recherche n'est pas lancée.")
    if not matricule_valide(matricule) and not defauts.actif("recherche_cle_non_controlee"):
        raise Refus("La clé du matricule INS est fausse : la recherche n'est pas lancée.")


class _Forme:
    """Forme sous laquelle deux noms se comparent : sans accent, apostrophe, tiret ni espace."""

    def __init__(self, defauts: Defauts) -> None:
        self._defauts = defauts

    def __call__(self, valeur: str) -> str:
        if self._defauts.actif("recherche_sensible_accents"):
            return _NON_LETTRES_ACCENTUEES.sub("", valeur.upper())
        droite = translitterer(valeur)
        if self._defauts.actif("recherche_sensible_tirets"):
            return re.sub(r"[' ]", "", droite)
        if self._defauts.actif("recherche_sensible_double_tiret"):
            return re.sub(r"[' ]|(?<!-)-(?!-)", "", droite)
        if self._defauts.actif("recherche_sensible_apostrophes"):
            return re.sub(r"[- ]", "", droite)
        return _NON_LETTRES.sub("", droite)

    def commence(self, valeurs: Iterable[str], debut: str) -> bool:
        cherche = self(debut)
        if self._defauts.actif("recherche_nom_complet"):
            return any(self(valeur) == cherche for valeur in valeurs)
        return any(self(valeur).startswith(cherche) for valeur in valeurs if valeur)


_NON_LETTRES_ACCENTUEES = re.compile(r"[' -]+")


def _noms(patient: Patient, defauts: Defauts) -> list[str]:
    noms = [patient.trait("nom_naissance")]
    if not defauts.actif("recherche_ignore_nom_utilise"):
        noms.append(patient.trait("nom_utilise"))
    return noms


def _prenoms(patient: Patient, defauts: Defauts) -> list[str]:
    prenoms = [patient.trait("premier_prenom_naissance")]
    if not defauts.actif("recherche_premier_prenom_seul"):
        liste = patient.trait("prenoms_naissance")
        prenoms += [liste, *liste.split(), patient.trait("prenom_utilise")]
    return prenoms
