"""Défauts de la structure du compte rendu : niveaux, sous-traitance, germes, formes affichées, feuille de style."""

from __future__ import annotations

import base64

from simulators.logiciel_temoin.mutations import Mutation

CONDUITE: dict[str, str] = {
    "n1_resultats_oublies": "Le PDF d'un compte rendu N1 ne porte que son premier résultat.",
    "n1_identifiant_du_n3": "Les formes N1 et N3 d'un compte rendu ont le même identifiant.",
    "cda_dernier_resultat_oublie": "À partir de quatre analyses, la dernière n'est que dans le récit du N3.",
    "cda_unite_perdue": "Une unité que le laboratoire n'a pas prévue (mg/L) se perd dans les données structurées.",
    "pdf_trois_resultats": "Le PDF d'un compte rendu s'arrête au troisième résultat.",
    "cda_recit_sans_valeur": "Le récit d'un compte rendu N3 renvoie aux données structurées.",
    "cda_recit_sans_unite": "Le récit d'un compte rendu N3 donne les valeurs sans leur unité.",
    "cda_sous_traitees_omises": "Les analyses sous-traitées ne sont pas dans le compte rendu N3.",
    "sous_traitant_sans_performer": "Les résultats sous-traités ne disent pas qui les a exécutés.",
    "sous_traitant_constant": "L'exécutant des résultats sous-traités est toujours le laboratoire lui-même.",
    "sous_traitant_sans_coordonnees": "Le laboratoire sous-traitant est nommé sans ses coordonnées.",
    "pdf_sous_traitant_oublie": "Le PDF reçu du sous-traitant n'est pas dans le compte rendu.",
    "pdf_sous_traitant_lien": "Le PDF du sous-traitant est remplacé par un lien dans le compte rendu N3.",
    "pdf_sous_traitees_lien": "Le PDF renvoie par un lien aux résultats sous-traités.",
    "pdf_sous_traitees_image": "Le PDF montre les résultats sous-traités en image.",
    "dmp_sous_traitant_a_part": "Le PDF du sous-traitant part aussi au DMP, comme un document à part.",
    "mss_pdf_du_sous_traitant": "Le PDF joint au courriel est celui du sous-traitant.",
    "cda_sans_microbiologie": "Les germes ne sont pas dans le compte rendu N3.",
    "micro_premier_germe_seul": "Seul le premier germe est dans le compte rendu N3.",
    "micro_germe_constant": "Chaque isolat porte le code du premier germe.",
    "micro_antibiogramme_absent": "Les isolats n'ont pas d'antibiogramme structuré.",
    "micro_toujours_sensible": "Chaque antibiotique structuré est dit sensible.",
    "micro_cmi_perdue": "Les concentrations minimales inhibitrices ne sont pas structurées.",
    "micro_recit_sans_interpretation": "Le récit de l'antibiogramme ne dit pas la sensibilité.",
    "micro_pdf_absente": "Le PDF ne dit rien des germes.",
    "affichage_forme_ignoree": "Le compte rendu s'affiche toujours sous la même forme, quelle que soit celle demandée.",
    "affichage_n3_sans_tableaux": "L'affichage du N3 n'en montre pas les tableaux.",
    "affichage_n1_autre_pdf": "L'affichage du N1 montre un autre PDF que celui qu'il encapsule.",
    "affichage_pdf_vide": "L'affichage du PDF montre un document sans résultat.",
    "auto_presentable_nu": "Le CDA auto-présentable n'embarque pas de feuille de style.",
    "auto_presentable_feuille_a_cote": "Le CDA auto-présentable désigne une feuille de style qui est à côté.",
    "auto_presentable_sans_instruction": "Rien n'appelle la feuille de style embarquée.",
    "auto_presentable_d_un_autre": "Le CDA auto-présentable est un N1.",
    "feuille_sans_tableaux": "La feuille de style du laboratoire ne montre pas les tableaux de résultats.",
    "feuille_sans_matricule": "La feuille de style du laboratoire ne montre pas le matricule INS.",
    "micro_pdf_premier_antibiotique": "Le PDF ne donne que le premier antibiotique de chaque germe.",
}

DOCUMENTS: dict[str, Mutation] = {
    "pdf_sous_traitant_hors_section": Mutation(
        "Le PDF du sous-traitant est dans une section d'un autre modèle.",
        "cda",
        "//templateId[@root='1.2.250.1.213.1.1.2.60']/@root",
        "remplacer",
        "1.2.250.1.213.1.1.2.9999",
        ("N3",),
    ),
    "n1_pdf_tronque": Mutation(
        "Le PDF encapsulé d'un compte rendu N1 est coupé avant sa fin.",
        "cda",
        "/ClinicalDocument[*[local-name()='code']/@code='11502-2']/component/nonXMLBody/text",
        "remplacer",
        lambda texte: base64.b64encode(base64.b64decode(texte)[:-40]).decode(),
        ("N1",),
    ),
}
