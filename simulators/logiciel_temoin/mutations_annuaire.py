"""Défauts du logiciel autour de l'Annuaire Santé."""

from __future__ import annotations

ANNUAIRE: dict[str, str] = {
    "annuaire_cle_absente": "L'API de l'annuaire est appelée sans clé.",
    "annuaire_page_sans_cle": "Les pages suivantes de l'annuaire sont demandées sans clé.",
    "annuaire_page_devinee": "La page suivante est demandée par un décalage, au lieu du lien donné.",
    "annuaire_premiere_page_seule": "Seule la première page de résultats est lue.",
    "annuaire_debit_non_limite": "Un appel par professionnel trouvé, sans limite de débit.",
    "annuaire_sans_recul": "Après un refus pour excès, les appels reprennent aussitôt.",
    "annuaire_double_encodage": "Les critères de recherche sont encodés deux fois.",
    "annuaire_post_direct": "Chaque recherche est d'abord postée sur la ressource elle-même.",
    "annuaire_identifiant_technique_garde": "L'utilisateur est relu par son identifiant technique d'origine.",
    "annuaire_adresse_constante": "Toute recherche donne l'adresse MSSanté trouvée la première fois.",
    "annuaire_adresse_du_premier": "Tous les résultats d'une recherche ont l'adresse du premier.",
    "annuaire_adresse_devinee": "L'adresse MSSanté est composée du prénom et du nom, sans être lue dans l'annuaire.",
    "annuaire_sans_adresse": "Les adresses MSSanté trouvées ne sont pas montrées.",
    "annuaire_courriel_structure": "Le courriel ordinaire du lieu d'exercice est pris pour une adresse MSSanté.",
    "annuaire_import_une_fois": "Le chargement de l'annuaire n'a lieu qu'une fois ; ensuite le même rapport est rendu.",
    "annuaire_import_partiel": "Seules les premières lignes de l'extraction sont gardées.",
    "annuaire_import_format_ancien": "Le chargement refuse l'extraction, faute d'y trouver son nombre de colonnes.",
    "annuaire_import_latin1": "L'extraction est lue en ISO 8859-1.",
    "annuaire_import_sans_maj": "Un nouveau chargement ne met pas à jour les professionnels déjà connus.",
    "annuaire_rapport_faux": "Le rapport d'intégration annonce toujours les mêmes nombres.",
    "annuaire_radies_gardes": "Un professionnel retiré de l'extraction reste proposé.",
    "annuaire_reprise_memorisee": "Un RPPS déjà repris n'est plus jamais relu dans l'annuaire.",
    "annuaire_rpps_inconnu_accepte": "Un RPPS absent de l'annuaire est accepté, avec une identité inventée.",
    "utilisateur_sans_annuaire": "L'utilisateur créé ne reprend que son RPPS.",
    "utilisateur_non_actualise": "La mise à jour d'un utilisateur ne relit pas l'annuaire.",
    "frequence_annuaire_non_enregistree": "La fréquence de chargement réglée n'est pas gardée.",
    "frequence_annuaire_sans_effet": "La fréquence de chargement est gardée, mais rien n'est chargé tout seul.",
    "frequence_annuaire_constante": "Le chargement automatique suit toujours le même rythme, très court.",
}
