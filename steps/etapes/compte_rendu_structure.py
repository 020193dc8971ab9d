"""Étapes de la structure d'un compte rendu : niveaux N3 et N1, résultats retrouvés dans chaque forme."""

from __future__ import annotations

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.compte_rendu_commun import exporter, resultats, saisir, saisis
from steps.verifications.cda.controle import verifier_cda
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.compte_rendu import niveau_1
from steps.verifications.pdf import verifier_pdf


@when(parse("le biologiste valide pour le patient « {patient} » le compte rendu « {nom} » avec ces résultats"))
def valider_ces_resultats(essai: Essai, patient: str, nom: str, datatable: Table) -> None:
    """Tableau « analyse, valeur, unité »."""
    saisir(essai, nom, patient, resultats(vocabulaire.table(datatable)))


@then(parse("le compte rendu « {nom} » se produit en CDA R2 N1, son PDF encapsulé portant chaque résultat"))
def produit_en_n1(essai: Essai, nom: str) -> None:
    """Le N1 exporté, jugé pour lui-même puis comparé à ce qui a été saisi et au N3."""
    document = essai.document(nom)
    n1, n3 = exporter(essai, nom, "N1"), exporter(essai, nom, "N3")
    reference, quoi = document.patient.reference, f"« {nom} » en N1"
    essai.bilan.exiger(niveau_1.forme_n1(n1, quoi))
    essai.bilan.constater(niveau_1.contenu_n1(n1, saisis(essai, nom), reference.nom_naissance, quoi))
    essai.bilan.constater(niveau_1.meme_compte_rendu(n1, n3, reference.matricule_ins, quoi))
    essai.bilan.constater(verifier_cda(n1))
    pdf = niveau_1.corps_pdf(lire_cda(n1))
    essai.bilan.constater(verifier_pdf(pdf, ou="PDF encapsulé dans le CDA N1", pdfa="exige"))
