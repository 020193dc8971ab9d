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
    "pfi_document_precedent": "Le message porte le compte rendu précédent du patient.",
    "pfi_demandeur_seul": "Les destinataires du compte rendu, hors le demandeur, sont oubliés.",
}
