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
    "catalogue_sous_chapitre_sans_son_chapitre": "Les sous-chapitres sont exportés dans le chapitre suivant.",
    "catalogue_libelle_de_l_examen": "L'export donne à chaque analyse le libellé de son examen.",
    # -- intégration
    "loinc_6_nom_refuse": "Un fichier LOINC_6 nommé comme l'exigence le dit est refusé.",
    "loinc_import_tronque": "L'intégration s'arrête au sixième objet du fichier.",
    "loinc_import_decale": "Chaque objet prend le code LOINC de la ligne d'avant.",
    "loinc_import_sous_chapitres_ignores": "L'intégration ne lit que les codes LOINC des chapitres.",
    "loinc_import_code_du_chapitre": "Un sous-chapitre prend le code LOINC de son chapitre.",
    "loinc_import_sans_effet": "L'intégration d'un fichier n'enregistre aucun code LOINC.",
    "loinc_import_sans_remplacement": "Un code LOINC déjà présent n'est pas remplacé par celui du fichier.",
    "loinc_import_deborde": "Le code LOINC d'un examen est aussi donné à ses analyses.",
    # -- rapport
    "loinc_rapport_absent": "L'intégration ne donne aucun rapport.",
    "loinc_rapport_vide": "Le rapport d'import ne dit pas les anomalies que l'écran montre.",
    "loinc_rapport_mauvais_objet": "Le rapport attribue chaque anomalie à un autre objet.",
    "loinc_rapport_tout_signale": "Le rapport dit tous les codes LOINC absents du jeu de valeurs.",
    "loinc_absents_non_signales": "Un code LOINC absent du jeu de valeurs n'est pas signalé.",
    "loinc_absents_sous_chapitres_non_signales": "Le code d'un sous-chapitre n'est pas cherché dans le jeu de valeurs.",
    "loinc_absents_bloquants": "Un code LOINC absent du jeu de valeurs bloque son intégration.",
    "loinc_multiples_acceptes": "De plusieurs codes LOINC d'une même analyse, le dernier est pris sans rien dire.",
    "loinc_multiples_non_bloquants": "Plusieurs codes LOINC pour une même analyse ne sont qu'un avertissement.",
    "loinc_bloquante_integree": "Une anomalie dite bloquante n'empêche pas le code LOINC d'être enregistré.",
    # -- modification à la main
    "loinc_modification_sous_chapitre_refusee": "Le code LOINC d'un sous-chapitre ne se change pas à la main.",
    "loinc_modification_non_enregistree": "Le code LOINC changé à la main s'affiche mais n'est pas enregistré.",
    "loinc_modification_deborde": "Changer un code LOINC change aussi celui de l'objet voisin.",
    # -- dates
    "loinc_dates_absentes": "Le catalogue ne montre aucune date de code LOINC.",
    "loinc_modification_non_datee": "La date d'un code LOINC changé à la main reste celle d'avant.",
    "loinc_modification_date_tout": "Changer un code LOINC date tous ceux de la même nature.",
    "loinc_import_non_date": "Un code LOINC intégré d'un fichier n'est pas daté.",
    "loinc_dates_decalees": "Les dates des codes LOINC sont montrées avec deux heures de trop.",
}
