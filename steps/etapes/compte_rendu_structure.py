"""Étapes de la structure d'un compte rendu : niveaux N3 et N1, versions, germes, résultats retrouvés dans chaque forme."""

from __future__ import annotations

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table
from steps.etapes.compte_rendu_commun import exporter, germes, imprimer, prevoir, resultats, saisir, saisis
from steps.verifications.cda.controle import verifier_cda
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.compte_rendu import microbiologie, niveau_1, structure, versions
from steps.verifications.compte_rendu.attendu import GermeIsole
from steps.verifications.pdf import verifier_pdf


@when(parse("le professionnel valide pour le patient « {patient} » le compte rendu « {nom} » avec ces résultats"))
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


# ---------------------------------------------------------------------- niveau 3
@then(
    parse(
        "le compte rendu « {nom} » porte en CDA R2 N3 chaque résultat, codé et rangé dans un chapitre, lisible dans le "
        "récit et dans le PDF"
    )
)
def produit_en_n3(essai: Essai, nom: str) -> None:
    """Le N3 exporté et le PDF édité, comparés à ce qui a été saisi."""
    n3, attendus = exporter(essai, nom, "N3"), saisis(essai, nom)
    temoin, quoi = essai.document(nom).patient.reference.nom_naissance, f"« {nom} » en N3"
    essai.bilan.constater(structure.resultats_structures(n3, attendus, quoi))
    essai.bilan.constater(structure.resultats_au_recit(n3, attendus, quoi))
    essai.bilan.constater(structure.resultats_a_la_copie(n3, attendus, temoin, quoi))
    essai.bilan.constater(structure.resultats_au_pdf(imprimer(essai, nom), attendus, temoin, f"« {nom} »"))


@then(parse("le compte rendu « {nom} » en CDA R2 N3 suit le volet"))
def suit_le_volet(essai: Essai, nom: str) -> None:
    essai.bilan.constater(verifier_cda(exporter(essai, nom, "N3")))


# ---------------------------------------------------------------------- versions
@when(
    parse(
        "le professionnel remplace le compte rendu « {ancien} » du patient « {patient} » par « {nom} », avec ces résultats"
    )
)
def remplacer(essai: Essai, ancien: str, patient: str, nom: str, datatable: Table) -> None:
    """La version précédente est exportée avant d'être remplacée."""
    exporter(essai, ancien, "N3")
    precedente = essai.document(ancien).document_id
    saisir(essai, nom, patient, resultats(vocabulaire.table(datatable)), remplace=precedente)


@then(parse("le compte rendu « {nom} » se dit {etat} en CDA R2 N3"))
def etat_dit(essai: Essai, nom: str, etat: str) -> None:
    partiel = {"partiel": True, "complet": False}[etat]
    essai.bilan.constater(versions.statut(exporter(essai, nom, "N3"), partiel=partiel, quoi=f"« {nom} »"))


@then(parse("le compte rendu « {nom} » est en CDA R2 N3 la version qui suit « {ancien} »"))
def version_suivante(essai: Essai, nom: str, ancien: str) -> None:
    essai.bilan.constater(versions.suite(exporter(essai, ancien, "N3"), exporter(essai, nom, "N3"), f"« {nom} »"))


@then(parse("le compte rendu « {nom} » ne porte plus les valeurs de « {ancien} » qui ont été corrigées"))
def valeurs_corrigees(essai: Essai, nom: str, ancien: str) -> None:
    n3 = exporter(essai, nom, "N3")
    essai.bilan.constater(versions.valeurs_corrigees(n3, saisis(essai, ancien), saisis(essai, nom), f"« {nom} » en N3"))


# ----------------------------------------------------------------- microbiologie
@given(parse("ces germes trouvés pour le compte rendu « {nom} »"))
def germes_trouves(essai: Essai, nom: str, datatable: Table) -> None:
    """Tableau « prélèvement, germe, antibiotique, sensibilité, CMI » ; ils se saisissent avec les résultats."""
    trouves = germes(vocabulaire.table(datatable))
    essai.releves[f"germes {nom}"] = trouves
    prevoir(essai, nom, microbiologie=[_germe(germe) for germe in trouves])


def _germe(germe: GermeIsole) -> dict[str, object]:
    antibiogramme = [
        {"code": a.code, "libelle": a.libelle, "resultat": a.resultat} | ({"cmi": a.cmi} if a.cmi else {})
        for a in germe.antibiogramme
    ]
    nomme = {"code": germe.code, "libelle": germe.libelle}
    return {"prelevement": germe.prelevement, "germe": nomme, "antibiogramme": antibiogramme}


@then(parse("le compte rendu « {nom} » porte chaque germe et son antibiogramme, codés, au récit et au PDF"))
def microbiologie_portee(essai: Essai, nom: str) -> None:
    """Les isolats du N3, son récit et le PDF édité, comparés aux germes saisis."""
    n3, saisie = exporter(essai, nom, "N3"), essai.releves[f"germes {nom}"]
    temoin, quoi = essai.document(nom).patient.reference.nom_naissance, f"« {nom} » en N3"
    essai.bilan.constater(microbiologie.germes_structures(n3, saisie, quoi))
    essai.bilan.constater(microbiologie.germes_au_recit(n3, saisie, quoi))
    essai.bilan.constater(microbiologie.germes_au_pdf(imprimer(essai, nom), saisie, temoin, f"« {nom} »"))
