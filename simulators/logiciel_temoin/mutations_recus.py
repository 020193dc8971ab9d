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
}
