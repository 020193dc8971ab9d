"""Défauts propres au métier d'un dossier patient informatisé (DPI)."""

from __future__ import annotations

DOCUMENTS = {
    "cda_lieu_naissance_perdu": "Le lieu de naissance du patient est dit inconnu dans chaque document produit.",
    "prescription_premiere_ligne_seule": "Le PDF d'une prescription n'en porte que la première ligne.",
    "prescription_sans_posologie": "Le PDF d'une prescription n'en porte pas les posologies.",
    "prescription_sans_duree": "Le PDF d'une prescription n'en porte pas les durées.",
    "confidentialite_relue_du_dernier": "Un document rouvert montre le masquage du dernier document du dossier.",
    "confidentialite_non_relue": "Un document rouvert ne montre ni son masquage ni sa visibilité.",
}

SORTIE = {
    "prepare_dossier_voisin": "Un document de sortie reprend aussi le dossier d'un autre patient.",
    "prepare_traitements_arretes_oublies": "Un document de sortie ne reprend pas les traitements arrêtés.",
    "prepare_premier_element_seul": "Un document de sortie ne reprend que la première saisie de chaque rubrique.",
    "maquette_ignoree": "Le réglage des maquettes ne change rien aux documents préparés.",
    "prepare_verrouille": "Une section préremplie ne se modifie pas.",
    "prepare_correction_non_enregistree": "Les corrections d'un document préparé ne sont pas enregistrées.",
    "prepare_correction_perdue": "À la validation, le texte prérempli revient à la place de la correction.",
    "prepare_destinataires_sans_adresse": "Les destinataires prévus sont montrés sans leur adresse.",
    "prepare_destinataire_retire_garde": "Un destinataire retiré d'un document préparé y reste.",
    "prepare_destinataires_d_origine": "L'en-tête du document validé porte la liste proposée, non la liste modifiée.",
    "attente_statut_constant": "Tous les documents en attente sont montrés « à valider ».",
    "attente_professionnel_ignore": "La liste d'un professionnel montre les documents de tous.",
    "attente_service_ignore": "La liste d'un service montre les documents de tous les services.",
    "attente_statut_ignore": "Le filtre par statut de la liste de travail est sans effet.",
    "attente_garde_valides": "Un document validé reste dans la liste des documents en attente.",
    "attente_dernier_seul": "La liste de travail ne montre que le dernier document préparé.",
}

ALERTES = {
    "alerte_absente": "Un résultat critique reçu n'est signalé à personne.",
    "alerte_bas_oublie": "Un résultat interprété LL n'est pas signalé.",
    "alerte_tout_resultat": "Tout résultat interprété est signalé comme critique, même normal.",
    "alerte_autre_dossier": "L'alerte mène au dossier d'un autre patient.",
    "alerte_prescripteur_oublie": "Le prescripteur n'est pas alerté.",
    "alerte_equipe_oubliee": "L'équipe de soins n'est pas alertée.",
    "alerte_patient_sorti_oublie": "L'équipe n'est plus alertée une fois le patient sorti.",
    "alerte_a_tous": "Tous les comptes voient l'alerte.",
    "avertissement_absent": "L'avertissement réglé par courriel ne part pas.",
    "avertissement_sans_alerte": "L'avertissement par courriel remplace l'alerte dans le logiciel.",
    "avertissement_nomme_le_patient": "L'avertissement par courriel nomme le patient.",
    "avertissement_dit_le_resultat": "L'avertissement par courriel dit l'examen et son résultat.",
}

RECEPTION = {
    "mss_archive_non_reconnue": "Un courriel à archive IHE XDM n'est pas distingué des autres.",
    "mss_archive_tout_zip": "Tout courriel à fichier zip passe pour porter une archive IHE XDM.",
    "mss_archive_reconnue_au_nom": "Une archive IHE XDM n'est reconnue que sous son nom habituel.",
}

DMP = {
    "dmp_selection_premier_seul": "De plusieurs documents du DMP choisis ensemble, le premier seul est intégré.",
    "dmp_selection_tout_integre": "Une sélection de documents du DMP fait intégrer toute la liste.",
}


CONDUITE: dict[str, str] = {**RECEPTION, **DMP, **DOCUMENTS, **SORTIE, **ALERTES}
