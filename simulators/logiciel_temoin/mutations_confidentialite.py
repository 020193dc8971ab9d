"""Défauts du masquage et de la visibilité, de la transmission à une plateforme, et de l'export de l'historique."""

from __future__ import annotations

CONFIDENTIALITE = {
    "confidentialite_ignoree": "Le masquage et la visibilité choisis ne partent pas au DMP.",
    "confidentialite_un_seul_code": "De deux choix de masquage ou de visibilité, le premier seul part au DMP.",
    "confidentialite_confondue": "« Invisible au patient » part comme « invisible aux représentants légaux ».",
    "confidentialite_heritee": "Le choix fait pour un compte rendu vaut aussi pour les suivants du patient.",
    "confidentialite_toujours_masquee": "Tout compte rendu part masqué aux professionnels.",
    "confidentialite_sans_effet": "Le choix fait après la validation se voit à l'écran, mais ne part pas au DMP.",
    "confidentialite_non_montree": "Le logiciel ne montre pas le masquage et la visibilité choisis.",
    "confidentialite_sans_niveau": "Un code de visibilité prend la place du niveau N dans confidentialityCode.",
    "confidentialite_oid_faux": "Les codes de visibilité sont écrits sous la nomenclature des niveaux.",
}
PFI = {
    "pfi_absent": "Aucun message ne part vers la plateforme à la validation.",
    "pfi_toujours_n3": "Le compte rendu part toujours en N3, même quand le N1 est demandé.",
    "pfi_restrictions_ignorees": "Le masquage et la visibilité choisis ne sont pas dits à la plateforme.",
    "pfi_restriction_heritee": "La restriction d'un compte rendu est dite aussi des suivants du patient.",
    "pfi_connexion_secrete_ignoree": "La connexion secrète n'est pas dite à la plateforme.",
    "pfi_envoi_patient_malgre_restriction": "Un document invisible au patient lui est destiné par MSSanté.",
    "pfi_restriction_sans_dmp": "Un document restreint n'est plus destiné au DMP.",
    "pfi_restriction_sans_professionnels": "Un document invisible au patient n'est plus destiné aux professionnels.",
    "pfi_sans_messagerie_professionnelle": "Aucun document n'est destiné aux professionnels par MSSanté.",
    "pfi_masque_va_aux_professionnels": "Un document masqué aux professionnels leur est destiné par MSSanté.",
    "pfi_document_precedent": "Le message porte le compte rendu précédent du patient.",
    "pfi_document_sans_pdf": "Le document transmis à la plateforme n'y dit plus être un PDF.",
    "pfi_demandeur_seul": "Les destinataires du compte rendu, hors le demandeur, sont oubliés.",
}
PORTABILITE = {
    "export_periode_ignoree": "L'export de l'historique ne tient pas compte de la période.",
    "export_bornes_exclues": "L'export laisse de côté le premier et le dernier jour de la période.",
    "export_jours_utc": "L'export compte les jours en temps universel.",
    "export_cinq_ans": "L'export ne remonte pas à plus de cinq ans.",
    "export_un_par_patient": "L'export ne garde qu'un compte rendu par patient.",
    "export_format_proprietaire": "L'export est un fichier que seul le logiciel sait relire.",
    "export_sans_contenu": "L'export n'a que l'index, sans les comptes rendus.",
    "export_sans_identite": "L'export n'a que des PDF, sans donnée structurée sur leur patient.",
    "export_documentation_vide": "La documentation de l'export est vide.",
    "export_documentation_sans_format": "La documentation de l'export n'en dit pas le format.",
    "export_documentation_sans_emplacement": "La documentation de l'export ne dit pas où est chaque donnée.",
    "export_documentation_sans_donnees": "La documentation de l'export ne dit pas quelles données elle porte.",
}
