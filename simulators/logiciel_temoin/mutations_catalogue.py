"""Défauts du logiciel autour du catalogue et de ses codes LOINC."""

from __future__ import annotations

CATALOGUE_LOINC: dict[str, str] = {
    # -- exports
    "catalogue_nom_date_francaise": "La date du nom d'un fichier exporté est écrite JJMMAAAA.",
    "catalogue_export_tronque": "L'export du catalogue s'arrête à la huitième ligne.",
    "catalogue_separateur_protege_oublie": "Un point-virgule dans un libellé n'est pas protégé à l'export.",
    "catalogue_separateur_virgule": "Les champs des exports du catalogue sont séparés par des virgules.",
    "catalogue_accents_perdus": "Les lettres accentuées d'un export deviennent des points d'interrogation.",
    "catalogue_sous_chapitres_absents": "L'export des chapitres omet les sous-chapitres.",
    "catalogue_libelle_chapitre_premiere_ligne": "Le libellé d'un chapitre n'est écrit que sur sa première ligne.",
    "catalogue_une_ligne_par_examen": "Un examen de plusieurs analyses n'occupe qu'une ligne de l'export.",
    "catalogue_colonnes_inversees": "Le milieu et le code NABM d'un examen échangent leurs places à l'export.",
    "catalogue_analyse_sans_libelle": "L'export des demandes omet le libellé des analyses.",
    "catalogue_temporalite_echelle_inversees": "La temporalité et l'échelle échangent leurs places à l'export.",
    "catalogue_unite_constante": "L'export donne la même unité à toutes les analyses quantitatives.",
    "catalogue_colonne_synonyme_oubliee": "L'export des résultats n'a pas la colonne du synonyme.",
}
