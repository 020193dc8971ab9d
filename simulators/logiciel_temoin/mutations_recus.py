"""Défauts de l'intégration des documents reçus par messagerie : réglage, dossier choisi."""

from __future__ import annotations

CONDUITE: dict[str, str] = {
    "recus_auto_non_reglable": "L'intégration automatique des documents reçus ne se règle pas.",
    "recus_auto_sans_effet": "L'intégration automatique, activée, n'intègre aucun document.",
    "recus_auto_malgre_le_reglage": "L'intégration automatique, levée, intègre encore.",
    "recus_auto_par_matricule": "Un document s'intègre de lui-même au seul vu du matricule, un trait fût-il différent.",
    "recus_auto_par_traits": "Un document s'intègre de lui-même au seul vu des traits, sous un autre matricule.",
    "recus_auto_identite_recuperee": "Un document s'intègre de lui-même à un dossier dont l'INS n'est pas qualifiée.",
    "recus_auto_autre_dossier": "Un document s'intègre de lui-même au dossier d'un autre patient.",
    "recus_auto_liste_vide": "La liste des documents entrés d'eux-mêmes est vide.",
    "recus_auto_liste_sans_periode": "La liste des documents entrés d'eux-mêmes ne suit pas la période.",
    "recus_auto_liste_avec_manuels": "La liste des documents entrés d'eux-mêmes montre ceux intégrés à la main.",
    "recus_auto_liste_consultes": "Un document consulté reste parmi les documents entrés d'eux-mêmes à consulter.",
    "recus_travail_vide": "Les documents reçus et non intégrés ne sont dans aucune liste de travail.",
    "recus_travail_garde_traites": "Un document traité reste dans la liste de travail.",
    "recus_travail_integrer_sans_effet": "Intégrer un document de la liste de travail ne le range nulle part.",
    "recus_travail_remplacer_ajoute": "La nouvelle version s'ajoute à l'ancienne au lieu de la remplacer.",
    "recus_travail_remplacer_garde": "Remplacer garde l'ancienne version et perd la nouvelle.",
    "recus_travail_supprimer_range": "Supprimer un document reçu le range au dossier.",
    "recus_travail_sans_suppression": "Un document reçu ne se supprime pas.",
    "recus_stat_automatiques_oublies": "Les statistiques ne comptent pas les intégrations automatiques.",
    "recus_stat_manuels_en_automatiques": "Les statistiques comptent comme automatiques les intégrations à la main.",
    "recus_stat_sans_non_integres": "Les statistiques ne comptent pas les documents encore à traiter.",
    "recus_stat_types_confondus": "Les statistiques confondent les types de documents.",
    "recus_stat_sans_periode": "Les statistiques ne suivent pas la période demandée.",
}
