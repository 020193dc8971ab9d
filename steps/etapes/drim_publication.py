"""Étapes d'une DRIMbox source : le PACS et le RIS agissent, les KOS du DMP se jugent."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic, sleep
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.drim.images import IMPLICITE, fabriquer, note_de_rejet
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.dmp_commun import contexte, statuts
from steps.etapes.drim_commun import (
    AUTEUR,
    acceptees,
    attendre_kos,
    attendu,
    documents,
    envoyer_compte_rendu,
    examen,
    kos_de,
    lire_series,
    mettre_au_pacs,
    nouvel_examen,
    patient_d_imagerie,
    publie_avant,
)
from steps.etapes.flux import attente
from steps.patients import PatientEssai
from steps.verifications.dmp import verifier_alimentation
from steps.verifications.drim import publication as regles
from steps.verifications.kos import accorde_a_l_examen, accorde_a_la_fiche, lisible, verifier_kos


# ------------------------------------------------------------------ mise en place
@given(parse("un patient « {nom} » venu pour un examen d'imagerie, dont le DMP est ouvert"))
def patient(essai: Essai, nom: str) -> PatientEssai:
    """Connu d'INSi, DMP ouvert ; l'INS n'arrive au logiciel que par les messages et les images."""
    return patient_d_imagerie(essai, nom)


@given(
    motif(
        r"un examen « (?P<nom>[^»]+) » du patient « (?P<qui>[^»]+) » au PACS(?P<implicite>, en Implicit VR)? : (?P<series>.+)$"
    )
)
def examen_au_pacs(essai: Essai, nom: str, qui: str, implicite: str | None, series: str) -> None:
    syntaxe = IMPLICITE if implicite else ""
    vise = nouvel_examen(essai, nom, essai.patient(qui), lire_series(series), syntaxe=syntaxe)
    mettre_au_pacs(essai, vise.etude, [image.octets for image in vise.examen.images])


@given(parse("un examen « {nom} » du patient « {qui} », absent du PACS : {series}"))
def examen_absent(essai: Essai, nom: str, qui: str, series: str) -> None:
    nouvel_examen(essai, nom, essai.patient(qui), lire_series(series))


@given(parse("une seconde étude de l'examen « {nom} » au PACS : {series}"))
def seconde_etude(essai: Essai, nom: str, series: str) -> None:
    """Même demande, donc même Accession Number, mais un autre StudyInstanceUID."""
    vise = examen(essai, nom)
    autre = fabriquer(
        f"{vise.etude}.5", vise.examen.accession, vise.examen.domaine_accession, vise.examen.patient,
        lire_series(series),
    )  # fmt: skip
    vise.autres.append(autre)
    mettre_au_pacs(essai, autre.etude, [image.octets for image in autre.images])


# ------------------------------------------------------------------------- agir
_COMMANDE = "sous un autre numéro de commande"
_ENVOI = r"le RIS envoie le compte rendu de l'examen « (?P<nom>[^»]+) »"


@when(motif(rf"{_ENVOI}(?P<mdm>, dans un MDM)?$"))
def envoyer(essai: Essai, nom: str, mdm: str | None) -> None:
    """L'INS y est qualifiée."""
    vise = examen(essai, nom)
    envoyer_compte_rendu(essai, vise, nature="MDM" if mdm else "ORU")
    attendre_kos(essai, vise.etude, essai.depuis)
    if (publie := kos_de(essai, vise)) is not None:
        vise.uid = publie[0].unique_id


@when(motif(rf"le DMP est indisponible, et {_ENVOI}$"))
def envoyer_sans_dmp(essai: Essai, nom: str) -> None:
    """Toute demande au DMP reçoit un 503 tant que le logiciel traite le message."""
    with essai.banc.dmp.panne("indisponible", fois=None) as panne:
        envoyer_compte_rendu(essai, examen(essai, nom))
        if not panne.attendre_jouee(attente(essai) or 1.0):
            raise NonConcluant("le logiciel n'a pas appelé le DMP : son refus n'a pas pu être joué")
        # Le DMP reste indisponible tant qu'un logiciel qui réessaie n'a pas averti, au plus le temps accordé.
        examen(essai, nom).refuse = True
        _alertes(essai, examen(essai, nom).etude)


@when(motif(rf"{_ENVOI}, à l'INS non qualifiée$"))
def envoyer_non_qualifiee(essai: Essai, nom: str) -> None:
    """Le message porte un matricule, mais dit l'identité provisoire (PID-32)."""
    envoyer_compte_rendu(essai, examen(essai, nom), qualifiee=False)


@when(motif(rf"{_ENVOI}, sous l'Accession Number d'un autre$"))
def envoyer_autre_accession(essai: Essai, nom: str) -> None:
    envoyer_compte_rendu(essai, examen(essai, nom), accession="ACC-D-UN-AUTRE")


@when(motif(rf"{_ENVOI}, qui répond aussi à une autre demande$"))
def envoyer_deux_demandes(essai: Essai, nom: str) -> None:
    """L'autre demande est écrite d'abord : l'Accession Number des images est le second du compte rendu."""
    vise = examen(essai, nom)
    envoyer_compte_rendu(essai, vise, autres_demandes=((f"{vise.examen.accession}A", f"{vise.commande}A"),))
    attendre_kos(essai, vise.etude, essai.depuis)


@when(motif(rf"{_ENVOI}, sous l'IPP d'un autre$"))
def envoyer_autre_ipp(essai: Essai, nom: str) -> None:
    envoyer_compte_rendu(essai, examen(essai, nom), ipp="IPP-D-UN-AUTRE")


@when(motif(rf"{_ENVOI}, qui cite deux fois chaque étude$"))
def envoyer_deux_fois(essai: Essai, nom: str) -> None:
    vise = examen(essai, nom)
    etudes = (vise.etude, *(autre.etude for autre in vise.autres))
    envoyer_compte_rendu(essai, vise, etudes=(*etudes, *etudes))
    for etude in etudes:
        attendre_kos(essai, etude, essai.depuis)


@when(motif(rf"le RIS envoie de nouveau le compte rendu de l'examen « (?P<nom>[^»]+) »(?P<autre>, {_COMMANDE})?$"))
def renvoyer(essai: Essai, nom: str, autre: str | None) -> None:
    """Un second compte rendu du même examen ; sous une autre commande, il suffit seul à faire changer la référence."""
    vise = examen(essai, nom)
    if autre:
        en_vigueur = kos_de(essai, vise)
        vise.uid, vise.commande = en_vigueur[0].unique_id if en_vigueur else "", f"{vise.commande}B"
    envoyer_compte_rendu(essai, vise)
    attendre_kos(essai, vise.etude, essai.depuis)


@when(motif(r"une image de l'examen « (?P<nom>[^»]+) » est retirée du PACS par une note de rejet$"))
def retirer_une_image(essai: Essai, nom: str) -> None:
    vise = examen(essai, nom)
    note = note_de_rejet(vise.examen, vise.examen.images[-1:], f"{vise.etude}.90")
    essai.releves[f"images de {nom}"] = vise.examen.images[:-1]
    mettre_au_pacs(essai, vise.etude, [note])
    attendre_kos(essai, vise.etude, essai.depuis)


@when(motif(r"toutes les images de l'examen « (?P<nom>[^»]+) » sont retirées du PACS par une note de rejet$"))
def retirer_tout(essai: Essai, nom: str) -> None:
    vise = examen(essai, nom)
    mettre_au_pacs(essai, vise.etude, [note_de_rejet(vise.examen, vise.examen.images, f"{vise.etude}.91")])


@when(parse("une série s'ajoute au PACS à l'examen « {nom} » : {series}"))
def ajouter_une_serie(essai: Essai, nom: str, series: str) -> None:
    vise = examen(essai, nom)
    suite = fabriquer(
        vise.etude, vise.examen.accession, vise.examen.domaine_accession, vise.examen.patient,
        [(vise.examen.modalites[0], 0)] * len(vise.examen.series) + lire_series(series),
    )  # fmt: skip
    essai.releves[f"images de {nom}"] = (*vise.examen.images, *suite.images)
    mettre_au_pacs(essai, vise.etude, [image.octets for image in suite.images])


# ------------------------------------------------------------------------ juger
@then(parse("la référence de l'examen « {nom} » est publiée au DMP"))
def publiee(essai: Essai, nom: str) -> None:
    essai.bilan.constater(regles.publie(documents(essai), examen(essai, nom).etude))


@then(parse("cette référence est un KOS conforme, accordé à sa fiche et à l'examen « {nom} »"))
def kos_conforme(essai: Essai, nom: str) -> None:
    """Le document, sa fiche XDS, le compte rendu et les images du PACS disent le même examen."""
    vise = examen(essai, nom)
    images = essai.releves.get(f"images de {nom}")
    publie = kos_de(essai, vise)
    if publie is None:
        essai.bilan.constater(regles.publie(documents(essai), vise.etude))
        return
    document, kos = publie
    essai.bilan.constater(
        [
            lisible(document.octets or b"", echange=document.echange),
            *verifier_kos(kos, echange=document.echange),
            *accorde_a_la_fiche(kos, document.fiche, modalites=vise.examen.modalites, echange=document.echange),
            *accorde_a_l_examen(kos, attendu(vise, images), echange=document.echange),
        ]
    )


@then("les références sont envoyées au DMP comme le guide d'intégration le veut")
def envois_conformes(essai: Essai) -> None:
    echanges = essai.echanges("dmp", tout=True)
    essai.bilan.constater(verifier_alimentation(echanges, contexte(essai)))


@then("elles le sont au nom de l'auteur du compte rendu")
def au_nom_de_l_auteur(essai: Essai) -> None:
    essai.bilan.constater(regles.au_nom_de_l_auteur(acceptees(essai), AUTEUR.identifiant_national))


@then(
    motif(r"aucune référence de l'examen « (?P<nom>[^»]+) » n'est publiée, quand celle de « (?P<temoin>[^»]+) » l'est$")
)
def jamais_publiee(essai: Essai, nom: str, temoin: str) -> None:
    etude, autre = examen(essai, nom).etude, examen(essai, temoin).etude
    essai.bilan.constater(regles.jamais_incoherent(documents(essai), etude, autre))


@then(
    motif(
        r"aucune référence de l'examen « (?P<nom>[^»]+) » n'est publiée, faute d'INS qualifiée, quand celle de "
        r"« (?P<temoin>[^»]+) » l'est$"
    )
)
def jamais_sans_ins(essai: Essai, nom: str, temoin: str) -> None:
    etude, autre = examen(essai, nom).etude, examen(essai, temoin).etude
    essai.bilan.constater(regles.jamais_sans_ins_qualifiee(documents(essai), etude, autre))


@then(parse("l'administrateur est averti pour l'examen « {nom} »"))
def averti(essai: Essai, nom: str) -> None:
    vise = examen(essai, nom)
    alertes = _alertes(essai, vise.etude)
    publiee = vise.refuse and kos_de(essai, vise) is not None
    essai.bilan.constater(regles.administrateur_averti(alertes, vise.etude, publiee=publiee))


def _alertes(essai: Essai, etude: str) -> list[Mapping[str, Any]]:
    """Les alertes de l'administrateur, en laissant au logiciel le temps d'en faire une de cette étude."""
    echeance = monotonic() + attente(essai)
    while True:
        lues = essai.preparer("lire_alertes_imagerie", "administrateur").donnees.get("alertes", [])
        if any(alerte.get("etude") == etude for alerte in lues) or monotonic() >= echeance:
            return list(lues)
        sleep(0.25)


@then(parse("l'administrateur n'est pas averti pour l'examen « {nom} »"))
def pas_averti(essai: Essai, nom: str) -> None:
    alertes = essai.preparer("lire_alertes_imagerie", "administrateur").donnees.get("alertes", [])
    essai.bilan.constater(regles.sans_alerte(alertes, examen(essai, nom).etude))


@then(parse("il y a au DMP une référence par étude de l'examen « {nom} »"))
def une_par_etude(essai: Essai, nom: str) -> None:
    vise = examen(essai, nom)
    etudes = [vise.etude, *(autre.etude for autre in vise.autres)]
    essai.bilan.constater(regles.un_par_etude(documents(essai), etudes))


@then(parse("la référence de l'examen « {nom} » a remplacé la précédente"))
def remplacee(essai: Essai, nom: str) -> None:
    vise = examen(essai, nom)
    essai.bilan.constater(
        regles.remplace(acceptees(essai), vise.etude, publie_avant(essai, nom), statuts(essai, vise.patient))
    )
