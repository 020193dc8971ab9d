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
}

CONDUITE: dict[str, str] = {**VALIDATION, **ENVOIS, **ANNONCE}
