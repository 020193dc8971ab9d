"""Exports LOINC_1, 2 et 3 du catalogue : CSV à points-virgules, UTF-8, pour le prestataire de transcodage."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from simulators.logiciel_temoin.catalogue_modele import Catalogue
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.horloge import PARIS

NOMS = {
    "LOINC_1": "LOINC_1_export_chapitres",
    "LOINC_2": "LOINC_2_export_demandes",
    "LOINC_3": "LOINC_3_export_resultats",
}
Ligne = tuple[str, ...]


def nommer(fichier: str, instant: datetime, defauts: Defauts) -> str:
    """`LOINC_1_export_chapitres_AAAAMMJJ.csv`, au jour de l'export."""
    jour = instant.astimezone(PARIS)
    if defauts.actif("catalogue_nom_date_francaise"):
        return f"{NOMS[fichier]}_{jour:%d%m%Y}.csv"
    return f"{NOMS[fichier]}_{jour:%Y%m%d}.csv"


def exporter(catalogue: Catalogue, fichier: str, defauts: Defauts) -> bytes:
    """Le fichier demandé."""
    lignes = {"LOINC_1": _chapitres, "LOINC_2": _demandes, "LOINC_3": _resultats}[fichier](catalogue, defauts)
    if defauts.actif("catalogue_export_tronque"):
        lignes = lignes[:8]
    return _ecrire(lignes, defauts)


def _ecrire(lignes: list[Ligne], defauts: Defauts) -> bytes:
    if defauts.actif("catalogue_separateur_protege_oublie"):
        return "".join(";".join(champs) + "\r\n" for champs in lignes).encode("utf-8-sig")
    separateur = "," if defauts.actif("catalogue_separateur_virgule") else ";"
    sortie = io.StringIO(newline="")
    csv.writer(sortie, delimiter=separateur, lineterminator="\r\n").writerows(lignes)
    if defauts.actif("catalogue_accents_perdus"):
        return sortie.getvalue().encode("ascii", "replace")
    return sortie.getvalue().encode("utf-8-sig")


def _chapitres(catalogue: Catalogue, defauts: Defauts) -> list[Ligne]:
    lignes: list[Ligne] = []
    for rang, chapitre in enumerate(catalogue.chapitres):
        parties = catalogue.parties(chapitre)
        if defauts.actif("catalogue_sous_chapitre_sans_son_chapitre"):
            parties = catalogue.parties(catalogue.chapitres[rang - 1])
        if not parties or defauts.actif("catalogue_sous_chapitres_absents"):
            lignes.append((chapitre.code, chapitre.libelle, "", ""))
            continue
        lignes += [(chapitre.code, chapitre.libelle, partie.code, partie.libelle) for partie in parties]
    if defauts.actif("catalogue_libelle_chapitre_premiere_ligne"):
        vus: set[str] = set()
        lignes = [(c, "" if lib in vus or vus.add(lib) else lib, sc, slib) for c, lib, sc, slib in lignes]  # type: ignore[func-returns-value]
    return lignes


def _demandes(catalogue: Catalogue, defauts: Defauts) -> list[Ligne]:
    lignes: list[Ligne] = []
    for examen in catalogue.examens:
        analyses = catalogue.analyses_de(examen)
        if defauts.actif("catalogue_une_ligne_par_examen"):
            analyses = analyses[:1]
        for analyse in analyses:
            milieu, nabm = examen.milieu, examen.nabm
            if defauts.actif("catalogue_colonnes_inversees"):
                milieu, nabm = nabm, milieu
            entete = (examen.code, examen.libelle, examen.synonyme, examen.chapitre, examen.sous_chapitre)
            libelle = examen.libelle if defauts.actif("catalogue_libelle_de_l_examen") else analyse.libelle
            if defauts.actif("catalogue_analyse_sans_libelle"):
                libelle = ""
            lignes.append((*entete, milieu, nabm, analyse.code, libelle))
    return lignes


def _resultats(catalogue: Catalogue, defauts: Defauts) -> list[Ligne]:
    lignes: list[Ligne] = []
    for a in catalogue.analyses:
        temps, echelle = a.temporalite, a.echelle
        if defauts.actif("catalogue_temporalite_echelle_inversees"):
            temps, echelle = echelle, temps
        unite = "UI" if a.unite and defauts.actif("catalogue_unite_constante") else a.unite
        ligne = [a.code, a.libelle, a.synonyme, a.grandeur, a.code_unite, unite, temps, a.code_milieu, a.milieu]
        ligne += [echelle, a.technique, a.nabm]
        if defauts.actif("catalogue_colonne_synonyme_oubliee"):
            del ligne[2]
        lignes.append(tuple(ligne))
    return lignes
