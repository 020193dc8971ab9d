"""Les mots de l'écran : sujets du menu, comptes, issues."""

from __future__ import annotations

SUJETS = {
    "actions_identite": "Identité du patient",
    "actions_reglages": "Paramétrage",
    "actions_portabilite": "Paramétrage",
    "actions_documents": "Documents",
    "actions_confidentialite": "Documents",
    "actions_soins": "Séjour et documents de sortie",
    "actions_appels": "Appel d'une autre application",
    "actions_recus": "Documents reçus",
    "actions_reception": "Documents reçus",
    "actions_medicales": "Dossier médical et synthèse",
    "actions_drim": "Images et références (DRIMbox)",
    "actions_dmp": "Dossier médical partagé",
    "actions_mss": "Messagerie sécurisée de santé",
    "actions_correspondants": "Correspondants de santé",
    "actions_annuaire": "Annuaire Santé",
    "actions_tableau": "Tableau de bord",
    "actions_catalogue": "Catalogue du laboratoire",
    "actions_psc": "Connexion",
    "actions_sessions": "Sessions",
    "actions_presentation": "Documents",
    "actions_plateforme": "Documents",
    "actions_comptes": "Comptes",
    "actions_usagers": "Coordonnées des usagers",
    "actions_dispositifs": "Dispositifs d'authentification",
}
AUTRES = "Fonctions absentes de ce logiciel"

COMPTES = {
    "biologiste_1": "Biologiste médical 1",
    "biologiste_2": "Biologiste médical 2",
    "agent_accueil": "Agent d'accueil",
    "super_utilisateur": "Cellule d'identitovigilance",
    "sans_acces_ins": "Utilisateur sans accès à l'INS",
    "sans_acces_insi": "Utilisateur sans accès au téléservice INSi",
    "administrateur": "Administrateur",
    "personne_morale": "Compte technique du laboratoire",
}

RESULTATS = {
    "fait": "C'est fait",
    "refuse": "Refusé par le logiciel",
    "echec": "Échec : le logiciel a essayé et n'a pas pu",
    "non_gere": "Fonction absente de ce logiciel",
}
