"""Défauts propres au métier d'un RIS."""

from __future__ import annotations

VALIDATION = {
    "validation_sans_statut": "Le document imprimé ne dit pas qu'il est validé.",
    "validation_premier_valideur": "Le document imprimé nomme toujours le même professionnel comme valideur.",
    "validation_sans_rpps": "Le document imprimé ne porte pas le RPPS de celui qui l'a validé.",
    "validation_date_de_l_acte": "La date de validation imprimée est une date d'avant l'acte.",
    "validation_sans_heure": "La validation imprimée porte le jour sans l'heure.",
}

ENVOIS = {
    "mss_automatique_d_une_autre_boite": "Les comptes rendus validés partent de la boîte d'un professionnel.",
    "n1_remplace_par_n3": "Un document demandé en CDA N1 est produit avec un corps structuré.",
}

ANNONCE = {
    "annonce_ignoree": "Le besoin d'annonce est sans effet : le document part visible, et le patient le reçoit.",
    "annonce_envoyee_au_patient": "Un document à annoncer, invisible au DMP, est quand même envoyé au patient.",
    "annonce_faite_sans_dmp": "L'annonce enregistrée laisse le document du DMP invisible au patient.",
    "annonce_faite_sans_envoi": "L'annonce enregistrée ne fait rien partir au patient par MSSanté.",
    "annonce_faite_pour_tous": "L'annonce d'un résultat rend visibles tous ceux du patient.",
}

ATTENTE = {
    "provisoire_vaut_validation": "Enregistrer un compte rendu au statut provisoire le valide.",
    "provisoire_non_montre": "Un compte rendu provisoire est montré comme un brouillon quelconque.",
    "provisoire_transmis": "Un compte rendu provisoire part au DMP et par MSSanté sans attendre d'être validé.",
    "provisoire_apres_validation": "Un compte rendu provisoire reste montré provisoire une fois validé.",
    "revue_sans_periode": "La revue des comptes rendus en attente les montre tous, quelle que soit la période.",
    "revue_avec_valides": "La revue des comptes rendus en attente montre aussi ceux qui sont validés.",
    "revue_sans_provisoires": "La revue des comptes rendus en attente oublie les provisoires.",
    "revue_sans_non_valides": "La revue des comptes rendus en attente oublie ceux qui sont rédigés et non validés.",
    "notification_attente_absente": "Aucune notification n'est faite d'un compte rendu resté en attente.",
    "notification_attente_immediate": "Un compte rendu en attente est notifié sans que le délai soit passé.",
    "notification_attente_sans_provisoires": "Les comptes rendus restés provisoires ne sont pas notifiés.",
    "notification_attente_sans_non_valides": "Les comptes rendus rédigés et non validés ne sont pas notifiés.",
    "notification_attente_valides": "Un compte rendu validé entre-temps est notifié comme s'il attendait encore.",
}

APPELS = {
    "appel_sortant_sans_oid": "L'appel contextuel sortant porte le matricule sans son OID.",
    "appel_sortant_numero_local": "L'appel contextuel sortant ne porte qu'un numéro propre au logiciel.",
    "appel_sortant_premier_patient": "L'appel contextuel sortant garde l'INS du premier patient appelé.",
    "appel_sortant_sans_traits": "L'appel contextuel sortant porte le matricule et l'OID sans les traits d'identité.",
}

CONDUITE: dict[str, str] = {**VALIDATION, **ENVOIS, **ANNONCE, **ATTENTE, **APPELS}
