"""Défauts du logiciel autour des comptes, des mots de passe et des sessions."""

from __future__ import annotations

ACCES: dict[str, str] = {
    "trace_comptes_absente": "Les opérations sur les comptes ne sont pas tracées.",
    "inactivite_sans_activite": "L'activité de l'utilisateur ne repousse pas la fermeture de sa session.",
    "inactivite_depuis_ouverture": "Le délai d'inactivité se compte depuis l'ouverture de la session.",
    "inactivite_constante": "Le délai d'inactivité réglé est gardé, mais c'est toujours celui d'usine qui s'applique.",
    "inactivite_jamais": "Une session inactive reste ouverte.",
    "mdp_longueur_non_controlee": "La longueur des mots de passe n'est pas contrôlée.",
    "mdp_minuscule_non_exigee": "Un mot de passe sans minuscule est accepté.",
    "mdp_majuscule_non_exigee": "Un mot de passe sans majuscule est accepté.",
    "mdp_chiffre_non_exige": "Un mot de passe sans chiffre est accepté.",
    "mdp_special_non_exige": "Un mot de passe sans caractère spécial est accepté.",
    "mdp_court_accepte": "Tout mot de passe de 8 caractères est accepté.",
    "mdp_chiffres_seuls_acceptes": "Un mot de passe de 14 chiffres est accepté.",
    "mdp_reutilisation_permise": "Un mot de passe déjà utilisé est accepté.",
    "mdp_toujours_refuse": "Tout changement de mot de passe est refusé, quel qu'il soit.",
    "mdp_changement_sans_effet": "Un changement de mot de passe est dit fait, et l'ancien reste en place.",
    "mdp_ancien_encore_accepte": "Après un changement, l'ancien mot de passe ouvre encore.",
    "mdp_expiration_absente": "Un mot de passe n'expire jamais.",
    "blocage_absent": "Aucun nombre d'échecs ne bloque un compte.",
    "blocage_de_facade": "Un compte bloqué s'affiche bloqué, mais le bon mot de passe l'ouvre.",
    "deblocage_sans_effet": "Débloquer un compte est sans effet.",
    "fermeture_sans_effet": "Se déconnecter ne ferme pas la session.",
    "fermeture_de_toutes_les_sessions": "Se déconnecter ferme aussi les autres sessions du même compte.",
    "session_survit_onglet": "Fermer l'onglet laisse la session ouverte.",
    "session_survit_navigateur": "Fermer le navigateur laisse la session ouverte.",
    "session_survit_client": "Fermer le client laisse la session ouverte.",
    "session_survit_poste": "Fermer la session du poste laisse celle du logiciel ouverte.",
}
