"""Défauts de ce qu'un compte rendu dit au-delà des résultats : mentions, accréditation, destinataires, nom du PDF."""

from __future__ import annotations

MENTIONS = {
    "mentions_rgpd_absentes": "Les mentions RGPD réglées ne sont écrites sur aucun document.",
    "mentions_rgpd_figees": "Les mentions RGPD sont toujours les mêmes, quel que soit le réglage.",
    "mentions_rgpd_non_reglables": "Le texte des mentions RGPD ne se règle pas.",
    "mentions_rgpd_non_enregistrees": "Le réglage des mentions RGPD est sans effet.",
    "mentions_rgpd_en_haut": "Les mentions RGPD du PDF sont imprimées en tête, au-dessus des résultats.",
    "mentions_rgpd_pdf_seul": "Les mentions RGPD ne sont que dans le PDF, pas à l'affichage du CDA.",
    "mentions_rgpd_cda_seul": "Les mentions RGPD ne sont que dans le CDA, pas dans le PDF.",
    "mentions_rgpd_lettre_oubliee": "Les mentions RGPD sont sur les comptes rendus, pas sur les lettres de liaison.",
    "mention_automatique_absente": "La validation automatique n'est pas mentionnée.",
    "mention_automatique_toujours": "La mention de validation automatique est sur tous les comptes rendus.",
    "mention_automatique_figee": "La mention de validation automatique est constante, quel que soit le réglage.",
    "mention_automatique_tous_examens": (
        "La validation automatique n'est mentionnée que si tous les examens du compte rendu sont automatiques."
    ),
    "mention_automatique_non_reglable": "Le texte de la mention de validation automatique ne se règle pas.",
    "mention_automatique_pdf_seul": "La mention de validation automatique n'est que dans le PDF.",
    "mention_automatique_cda_seul": "La mention de validation automatique n'est que dans le CDA.",
    "cofrac_absent": "Aucune mention d'accréditation n'est écrite.",
    "cofrac_toujours": "Les mentions d'accréditation sont aussi sur un compte rendu sans examen accrédité.",
    "cofrac_numero_constant": "Le numéro d'accréditation imprimé n'est pas celui du réglage.",
    "cofrac_portee_absente": "La référence à la portée d'accréditation manque.",
    "cofrac_autre_page": "L'accréditation est imprimée sur une page où le laboratoire n'est pas nommé.",
    "cofrac_marque_absente": "Les examens accrédités ne se distinguent pas.",
    "cofrac_marque_partout": "Tous les examens portent la marque d'accréditation.",
    "cofrac_legende_absente": "Rien ne dit ce que signifie la marque des examens accrédités.",
    "cofrac_cda_sans_numero": "Le CDA ne porte pas le numéro d'accréditation du laboratoire.",
    "destinataires_premier_seul": "Le compte rendu ne mentionne que son premier destinataire.",
    "destinataires_correspondants_oublies": "Les correspondants du dossier ne sont pas mentionnés sur le compte rendu.",
    "destinataires_services_oublies": "Les services destinataires ne sont pas mentionnés sur le compte rendu.",
    "destinataires_pdf_seul": "Les destinataires ne sont que dans le PDF, pas dans le CDA.",
    "destinataires_rpps_constant": "Tous les destinataires sont identifiés par le RPPS du premier.",
    "destinataires_de_tous_les_dossiers": "Le compte rendu nomme les correspondants de tous les dossiers.",
    "demandeur_sans_mss": "Le demandeur est écrit sans son adresse MSSanté.",
    "demandeur_absent": "Le demandeur n'est pas nommé sur le compte rendu.",
    "demandeur_mss_constante": "L'adresse MSSanté du demandeur est celle du premier compte rendu validé.",
    "edition_nom_constant": "Le PDF édité porte toujours le même nom de fichier.",
    "edition_nom_autre_patient": "Le nom du PDF édité n'est pas celui du patient.",
    "edition_nom_minuscules": "Le nom du PDF édité n'a pas le nom du patient en capitales.",
}
