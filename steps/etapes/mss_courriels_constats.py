"""Étapes qui constatent ce qu'un courriel envoyé porte : identifiants, corps, accusés demandés, documents joints."""

from __future__ import annotations

from pytest_bdd import then
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.mss_commun import (
    vus,
)
from steps.etapes.mss_courriels import Ecrit, ecrit, ecrits
from steps.etapes.mss_jugement import juger_sujets
from steps.releves import retirer
from steps.verifications.mssante import dossier_envois as regles
from steps.verifications.mssante import dossier_interdits as interdits


# ------------------------------------------------------------------ constater
@then("chaque courriel envoyé porte un identifiant conforme, que nul autre ne porte")
def identifiants_neufs(essai: Essai) -> None:
    juger_sujets(essai, [(e.vu, e.patient, {}) for e in ecrits(essai) if e.vu], "identifiant")


@then("chaque courriel envoyé porte l'objet et le texte écrits par l'utilisateur")
def contenu_ecrit(essai: Essai) -> None:
    """L'objet d'une transmission de documents suit sa propre règle : il n'est pas comparé à ce qui a été saisi."""
    for courriel in ecrits(essai):
        if courriel.vu is not None:
            objet = "" if courriel.vu.documents else courriel.objet
            essai.bilan.constater(regles.contenu_ecrit(courriel.vu, objet, courriel.corps))


@then("le corps de chaque courriel envoyé est en texte, ou en texte puis en HTML au même contenu")
def corps_admis(essai: Essai) -> None:
    juger_sujets(essai, [(e.vu, e.patient, {}) for e in ecrits(essai) if e.vu], "corps")


@then(parse("le courriel « {nom} » demande un accusé de distribution à l'adresse de son émetteur"))
def distribution_demandee(essai: Essai, nom: str) -> None:
    """Le REM veut l'en-tête : la demande par l'enveloppe seule (NOTIFY, RFC 3461) ne suffit pas."""
    courriel = ecrit(essai, nom)
    su = {"demande_distribution": True, "notify": None}
    juger_sujets(essai, [(courriel.vu, courriel.patient, su)], "distribution")


@then(parse("le courriel « {nom} » ne demande pas d'accusé de distribution"))
def distribution_non_demandee(essai: Essai, nom: str) -> None:
    courriel = ecrit(essai, nom)
    juger_sujets(essai, [(courriel.vu, courriel.patient, {"demande_distribution": False})], "distribution")


@then(
    motif(
        r"le courriel « (?P<nom>[^»]+) » (?P<ne>ne )?demande (?:pas d'|un )accusé de lecture(?: à l'adresse de son émetteur)?$"
    )
)
def lecture_demandee(essai: Essai, nom: str, ne: str | None) -> None:
    """L'en-tête que lit le destinataire ; sans le choix de l'utilisateur, il n'a pas à y être."""
    courriel = ecrit(essai, nom)
    juger_sujets(essai, [(courriel.vu, courriel.patient, {"demande_lecture": not ne})], "lecture")


@then("l'expéditeur de chaque courriel envoyé est libellé comme le veut le type de sa boîte")
def expediteurs_libelles(essai: Essai) -> None:
    """Tous les courriels du scénario, envois automatiques compris."""
    juger_sujets(essai, [(vu, None, {}) for vu in vus(essai)], "expéditeur")


@then(parse("le logiciel a bloqué le courriel « {nom} » et l'a dit"))
def blocage(essai: Essai, nom: str) -> None:
    """Rien n'est parti, et l'utilisateur le sait."""
    courriel, quoi = _rien_parti(essai, nom)
    essai.bilan.constater(interdits.blocage_dit(courriel.reponse.resultat, courriel.reponse.messages, quoi))


@then(parse("rien n'est parti pour le courriel « {nom} »"))
def rien_parti(essai: Essai, nom: str) -> None:
    _rien_parti(essai, nom)


def _rien_parti(essai: Essai, nom: str) -> tuple[Ecrit, str]:
    """La fenêtre est close par les courriels permis, partis ensuite ; rien ne doit être allé à ce patient."""
    courriel = next((e for e in reversed(ecrits(essai)) if e.nom == nom), None)
    if courriel is None or courriel.patient is None:
        raise NonConcluant(f"la feature constate le blocage de « {nom} » sans l'avoir fait essayer")
    depuis = retirer(essai, f"depuis {nom}", int)
    apres = vus(essai, depuis)
    permis = [e.vu for e in ecrits(essai) if e.vu is not None and e.vu.numero > depuis and e.nom != nom]
    # Une adresse mal formée serait encore un envoi : tout courriel à un usager, hors ceux qui sont permis, compte.
    fautifs = [vu for vu in apres if vu is courriel.vu or (vu.usagers and vu not in permis)]
    quoi = f"courriel à « {courriel.patient.nom} », dont l'INS n'est pas qualifiée"
    dit = courriel.reponse.en_phrase()
    essai.bilan.constater(interdits.rien_n_est_parti(interdits.R_INS_QUALIFIEE, fautifs, permis, quoi, dit))
    return courriel, quoi


@then(parse("le courriel « {nom} » met fin aux réponses de l'usager"))
def fin_des_reponses(essai: Essai, nom: str) -> None:
    courriel = ecrit(essai, nom)
    juger_sujets(essai, [(courriel.vu, courriel.patient, {"sans_reponse": True})], "X-MSS-MES")


@then(parse("le courriel « {nom} » laisse l'usager répondre"))
def reponses_permises(essai: Essai, nom: str) -> None:
    courriel = ecrit(essai, nom)
    juger_sujets(essai, [(courriel.vu, courriel.patient, {"sans_reponse": False})], "X-MSS-MES")


@then("chaque courriel envoyé porte la référence produit du logiciel")
def reference_produit(essai: Essai) -> None:
    """Tous les courriels du scénario : écrits, automatiques, réponses. La présence seule ne prouverait rien."""
    if not essai.logiciel.nil:
        raise NonConcluant("logiciel.nil manque dans logiciel.yaml : donnez la référence produit de Convergence")
    juger_sujets(essai, [(vu, None, {}) for vu in vus(essai)], "X-MSS-NIL")


@then("l'en-tête X-MSS-CODECDA de chaque courriel envoyé dit les codes de ses CDA, et manque sans CDA")
def codes_des_cda(essai: Essai) -> None:
    juger_sujets(essai, [(e.vu, e.patient, {}) for e in ecrits(essai) if e.vu], "X-MSS-CODECDA")


@then("l'en-tête X-MSS-INS de chaque courriel envoyé dit si ses CDA portent une INS qualifiée, et manque sans CDA")
def ins_des_cda(essai: Essai) -> None:
    juger_sujets(essai, [(e.vu, e.patient, {}) for e in ecrits(essai) if e.vu], "X-MSS-INS")
