"""Étapes des comptes rendus envoyés par MSSanté : de lui-même ou à la demande, adresse de retour, refus du patient."""

from __future__ import annotations

from dataclasses import replace

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.etapes.dmp_commun import valider_cr
from steps.etapes.mss_commun import (
    adresse_du_patient,
    adresses_des_correspondants,
    boite_de_type,
    courriels_de,
    document_dans,
    exiger_arrivee,
    fiche_correspondant,
    valider,
    vus,
)
from steps.etapes.mss_courriels import patient_voulu
from steps.etapes.mss_demande import ENVOIS_DEMANDES, demander
from steps.etapes.mss_jugement import joindre_transmission, juger_sujets
from steps.releves import retirer
from steps.verifications.mssante import dossier_envois as regles
from steps.verifications.mssante import dossier_interdits as interdits
from steps.verifications.mssante import dossier_versions as versions
from steps.verifications.mssante.dossier_lecture import CourrielVu

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"
_A_QUI = r"(?P<canal>au patient|aux correspondants)"
_CANAUX = {"au patient": "patient", "aux correspondants": "professionnel"}
_REFUS = {"patient": interdits.R_REFUS_PATIENT, "professionnel": interdits.R_REFUS_PROFESSIONNEL}


# ------------------------------------------------------------------- valider
@given(parse("un compte rendu « {nom} » du patient « {patient} »"))
def cr_valide(essai: Essai, nom: str, patient: str) -> None:
    """Mise en place : un compte rendu complet au dossier."""
    valider(essai, nom, essai.patient(patient), role="biologiste_1")


@when(
    motif(
        rf"{_QUI} valide pour le patient « (?P<patient>[^»]+) » le compte rendu (?P<partiel>partiel )?« (?P<nom>[^»]+) »"
        r"(?P<n1> en CDA de niveau 1)?$"
    )
)
def valider_pour(essai: Essai, qui: str, patient: str, partiel: str | None, nom: str, n1: str | None) -> None:
    """La validation, et rien d'autre : si un courriel part, c'est de lui-même, sauf là où il est demandé aussitôt."""
    role, niveau = vocabulaire.role(qui), "N1" if n1 else "N3"
    valider(essai, nom, essai.patient(patient), role=role, partiel=bool(partiel), niveau=niveau)
    for canal in essai.releves.get(ENVOIS_DEMANDES, ()):
        demander(essai, role, nom, canal)


@when(motif(r"le professionnel (?P<geste>complète|modifie) et valide le compte rendu « (?P<nom>[^»]+) »$"))
def nouvelle_version(essai: Essai, geste: str, nom: str) -> None:
    """Une version complète, au même niveau de CDA, qui remplace celle qui a été envoyée."""
    ancien = essai.document(nom)
    portants = courriels_de(essai, ancien)
    essai.releves[f"version précédente {nom}"] = document_dans(essai, portants[-1], ancien) if portants else None
    # La première version garde un nom à elle : ses courriels se jugent aussi, à la fin.
    premiere = replace(ancien, nom=f"{nom}, première version")
    essai.documents[premiere.nom] = premiere
    essai.releves[f"analyses {premiere.nom}"] = retirer(essai, f"analyses {nom}", list)
    essai.releves[f"depuis {nom}"] = essai.journal.position()
    niveau = essai.releves.get(f"niveau {nom}", {})
    if valider_cr(essai, nom, ancien.patient, remplace=ancien.document_id, **niveau) is None:
        raise NonConcluant(f"valider_compte_rendu n'a pas rendu de document : {essai.derniere.en_phrase()}")


# ------------------------------------------------------------------- arriver
def _destinataires(essai: Essai, document: DocumentEssai, canal: str) -> list[str]:
    if canal == "patient":
        return [adresse_du_patient(document.patient)]
    return adresses_des_correspondants(essai, document.patient.nom)


@then(motif(rf"le compte rendu « (?P<nom>[^»]+) » est arrivé de lui-même {_A_QUI}$"))
def arrive_seul(essai: Essai, nom: str, canal: str) -> None:
    """Depuis la validation, aucun autre geste n'a été fait."""
    document = essai.document(nom)
    regle = regles.R_AUTO_PATIENT if _CANAUX[canal] == "patient" else regles.R_AUTO_CORRESPONDANTS
    destinataires = _destinataires(essai, document, _CANAUX[canal])
    exiger_arrivee(essai, regle, document, destinataires, retirer(essai, f"depuis {nom}", int))


@then(motif(rf"le compte rendu « (?P<nom>[^»]+) » est arrivé {_A_QUI}$"))
def arrive(essai: Essai, nom: str, canal: str) -> None:
    """De lui-même si le logiciel a cet automatisme, sinon à la demande qui a suivi la validation."""
    if ENVOIS_DEMANDES not in essai.releves:
        arrive_seul(essai, nom, canal)
        return
    document = essai.document(nom)
    destinataires = _destinataires(essai, document, _CANAUX[canal])
    exiger_arrivee(essai, regles.R_DEMANDE, document, destinataires, retirer(essai, f"depuis {nom}", int))


@when(motif(rf"{_QUI} envoie par MSSanté le compte rendu « (?P<nom>[^»]+) » {_A_QUI}$"))
def envoyer_a_la_demande(essai: Essai, qui: str, nom: str, canal: str) -> None:
    """Le compte rendu choisi part à la demande ; ce qui serait parti avant se juge ensuite."""
    document = essai.document(nom)
    depuis = essai.journal.position()
    essai.releves.setdefault(f"demande {nom}", depuis)
    demander(essai, vocabulaire.role(qui), nom, _CANAUX[canal])
    exiger_arrivee(essai, regles.R_DEMANDE, document, _destinataires(essai, document, _CANAUX[canal]), depuis)


@then(motif(r"le compte rendu (?P<partiel>partiel )?« (?P<nom>[^»]+) » n'était pas parti avant d'être demandé$"))
def pas_avant(essai: Essai, partiel: str | None, nom: str) -> None:
    """La fenêtre va de la validation à la demande ; l'envoi demandé, observé, la clôt."""
    document = essai.document(nom)
    demande = retirer(essai, f"demande {nom}", int)
    portants = courriels_de(essai, document, retirer(essai, f"depuis {nom}", int))
    avant = [vu for vu in portants if vu.numero <= demande]
    apres = [vu for vu in portants if vu.numero > demande]
    regle = regles.R_PARTIEL if partiel else regles.R_CHOISI
    essai.bilan.constater(regles.pas_avant_la_demande(regle, avant, apres, f"le compte rendu « {nom} »"))


@then(parse("le compte rendu « {nom} », jamais demandé, n'est pas parti"))
def jamais_demande(essai: Essai, nom: str) -> None:
    """Les comptes rendus demandés, partis après sa validation, closent la fenêtre."""
    depuis = retirer(essai, f"depuis {nom}", int)
    fautifs = courriels_de(essai, essai.document(nom), depuis)
    temoins = [vu for vu in vus(essai, depuis) if vu not in fautifs]
    essai.bilan.constater(regles.pas_avant_la_demande(regles.R_CHOISI, fautifs, temoins, f"le compte rendu « {nom} »"))


@then("chaque compte rendu n'est parti qu'une fois, et qu'à ses destinataires")
def une_fois_et_a_eux(essai: Essai) -> None:
    """À dire en dernier : les envois déjà attendus closent la fenêtre de ceux qui les précèdent."""
    for nom, document in essai.documents.items():
        prevus: set[str] = essai.releves.get(f"destinataires {nom}", set())
        if not prevus:
            continue
        portants = courriels_de(essai, document)
        essai.bilan.constater(regles.a_eux_seuls(portants, prevus, f"le compte rendu « {nom} »"))
        essai.bilan.constater(regles.une_seule_fois(portants, f"le compte rendu « {nom} »"))


@then("les courriels qui portent les comptes rendus suivent les règles de transmission de documents de santé")
def transmissions_conformes(essai: Essai) -> None:
    """ECO.2.1.1 à 2.1.6 : un usager, archive et PDF/A-1, objet, nom des PDF, métadonnées."""
    portants = _transmissions(essai)
    juger_sujets(essai, [(vu, patient_voulu(essai, vu), {}) for vu in portants], "transmission")
    joindre_transmission(essai, portants)


@then("les courriels qui portent les comptes rendus suivent les règles de transmission, et leurs CDA le volet")
def transmissions_et_cda(essai: Essai) -> None:
    """Quand le scénario officiel demande aussi la validation du compte rendu par les cas de test du volet."""
    portants = _transmissions(essai)
    juger_sujets(essai, [(vu, patient_voulu(essai, vu), {}) for vu in portants], "transmission et CDA")
    joindre_transmission(essai, portants)


def _transmissions(essai: Essai) -> list[CourrielVu]:
    return [vu for vu in vus(essai) if any(vu in courriels_de(essai, d) for d in essai.documents.values())]


# ------------------------------------------------------------ boîte applicative
@then("chaque courriel automatique se termine par une mention d'envoi automatique et l'adresse où répondre")
def mention_automatique(essai: Essai) -> None:
    """Ceux qui partent de la boîte applicative ; l'adresse est celle qui a été réglée."""
    adresse = boite_de_type(essai, "APP").adresse.lower()
    automatiques = [vu for vu in vus(essai) if adresse in (vu.expediteur.lower(), vu.bal)]
    retour = boite_de_type(essai, "ORG").adresse
    juger_sujets(essai, [(vu, None, {"adresse_retour": retour}) for vu in automatiques], "automatique")


@then("chaque courriel qui porte un compte rendu est parti de la boîte applicative")
def de_la_boite_applicative(essai: Essai) -> None:
    """L'enveloppe SMTP dit la boîte dont le courriel part."""
    applicatives = [bal.adresse for bal in essai.banc.mssante.etat.bals.values() if bal.type == "APP"]
    portants = _transmissions(essai)
    if not portants:
        raise NonConcluant("aucun courriel ne porte de compte rendu : la boîte d'émission ne se juge pas")
    for vu in portants:
        essai.bilan.constater(regles.boite_d_emission(vu, applicatives, f"courriel « {vu.objet} »"))


# -------------------------------------------------------------------- refus
@when(
    motif(
        r"le professionnel enregistre que le patient « (?P<nom>[^»]+) » (?P<choix>refuse|accepte) "
        r"l'envoi par MSSanté (?P<canal>patient|professionnel)$"
    )
)
def enregistrer_refus(essai: Essai, nom: str, choix: str, canal: str) -> None:
    refus = choix == "refuse"
    reponse = essai.jouer(
        "enregistrer_opposition_mss",
        "biologiste_1",
        patient_id=essai.patient(nom).patient_id,
        canal=canal,
        opposition=refus,
    )
    valeur = reponse.donnees.get("opposition")
    essai.bilan.exiger(interdits.refus_enregistre(reponse.resultat, valeur, refus, reponse.en_phrase()))


@when(motif(rf"{_QUI} essaie d'envoyer par MSSanté le compte rendu « (?P<nom>[^»]+) » {_A_QUI}$"))
def essayer_d_envoyer(essai: Essai, qui: str, nom: str, canal: str) -> None:
    document = essai.document(nom)
    essai.tenter(
        "envoyer_compte_rendu",
        vocabulaire.role(qui),
        patient_id=document.patient.patient_id,
        document_id=document.document_id,
        canal=_CANAUX[canal],
    )


@then(motif(r"rien n'est parti par MSSanté (?P<canal>patient|professionnel) pour le compte rendu « (?P<nom>[^»]+) »$"))
def rien_parti(essai: Essai, canal: str, nom: str) -> None:
    """La fenêtre est close par l'envoi, attendu et observé, d'un compte rendu validé plus tard."""
    document = essai.document(nom)
    depuis = retirer(essai, f"depuis {nom}", int)
    fautifs = [vu for vu in courriels_de(essai, document, depuis) if _du_canal(vu, canal)]
    temoins = [vu for vu in vus(essai, depuis) if vu not in fautifs and _du_canal(vu, canal) and vu.documents]
    quoi = f"compte rendu « {nom} », envoi refusé par le patient"
    essai.bilan.constater(interdits.rien_n_est_parti(_REFUS[canal], fautifs, temoins, quoi))


def _du_canal(vu: CourrielVu, canal: str) -> bool:
    return bool(vu.usagers if canal == "patient" else vu.professionnels)


@then(
    motif(
        r"la liste des envois du patient « (?P<nom>[^»]+) » ne montre envoyé par MSSanté "
        r"(?P<canal>patient|professionnel) que ce qui est parti$"
    )
)
def liste_juste(essai: Essai, nom: str, canal: str) -> None:
    """Liste relevée maintenant : seuls les courriels passés sur le fil peuvent y être montrés envoyés."""
    reponse = essai.preparer("lister_envois", "biologiste_1", patient_id=essai.patient(nom).patient_id)
    partis = [vu.message_id for vu in vus(essai)]
    envois = reponse.donnees.get("envois", [])
    essai.bilan.constater(interdits.liste_sans_envoi(envois, canal, partis))


@then(parse("rien n'est parti vers Mon espace santé pour le patient « {nom} »"))
def rien_vers_l_usager(essai: Essai, nom: str) -> None:
    """Les envois aux autres patients, observés ensuite, closent la fenêtre."""
    patient = essai.patient(nom)
    adresse = adresse_du_patient(patient)
    depuis = min(
        (retirer(essai, f"depuis {d.nom}", int) for d in essai.documents.values() if d.patient is patient),
        default=essai.debut,
    )
    fautifs = [vu for vu in vus(essai) if adresse in vu.usagers or _porte_du_patient(essai, vu, patient.nom)]
    temoins = [vu for vu in vus(essai, depuis) if vu.usagers and vu not in fautifs]
    quoi = f"patient « {nom} », dont l'INS n'est pas qualifiée"
    essai.bilan.constater(interdits.rien_n_est_parti(interdits.R_INS_QUALIFIEE, fautifs, temoins, quoi))


def _porte_du_patient(essai: Essai, vu: CourrielVu, nom: str) -> bool:
    documents = [d for d in essai.documents.values() if d.patient.nom == nom]
    return bool(vu.usagers) and any(document_dans(essai, vu, document) is not None for document in documents)


# ------------------------------------------------------------- correspondants
@then(parse("le dossier du patient « {nom} » montre ses correspondants"))
def correspondants_montres(essai: Essai, nom: str) -> None:
    reponse = essai.jouer("lister_correspondants", "biologiste_1", patient_id=essai.patient(nom).patient_id)
    montres = reponse.donnees.get("correspondants", [])
    attendus = [fiche_correspondant(c) for c in retirer(essai, f"correspondants {nom}", list)]
    essai.bilan.constater(versions.correspondants_gardes(montres, attendus))
