"""Étapes des documents anciens : rangés dans le logiciel, choisis un à un, envoyés au DMP."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.socle.acteurs import STRUCTURE, rpps_de_test
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, regler
from steps.etapes.dmp import numeros_d_envoi
from steps.etapes.dmp_commun import (
    Depart,
    delai_d_observation,
    dire,
    envoi_de,
    envois_du_patient,
    envoyer,
    exiger_envoi,
    type_code,
)
from steps.etapes.dmp_deposes import instant
from steps.flux.documents import pdf_simple
from steps.releves import retirer
from steps.verifications import dossier_dmp as regles
from steps.verifications.cda.corps import decoder
from steps.verifications.dmp import DocumentSoumis
from steps.verifications.dmp.historique import date_de_l_acte, personne_morale_auteur
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf

LOCAUX: Mapping[str, str] = {
    "lettre de liaison": "LETTRE-LIAISON",
    "compte rendu de consultation": "CR-CONSULTATION",
    "compte rendu hospitalier": "CR-HOSPITALIER",
}
"""Type local du laboratoire pour chaque type de document des features."""

_AUTEURS: Mapping[str, tuple[str, str, str | None]] = {
    "inscrit au RPPS": ("ARCHIVE", "LEONIE", rpps_de_test(31)),
    "plus inscrit au RPPS": ("PARTI", "AUGUSTIN", None),
    "plus inscrite au RPPS": ("RETRAITEE", "COLETTE", None),
}


# ------------------------------------------------------------------ mise en place
def _relier_types(essai: Essai) -> None:
    """Relie les types locaux des features à ceux du DMP, sans toucher aux autres correspondances du site."""
    if ("types_documents_dmp", "avant") in essai.reglages:
        return
    lu = essai.preparer("lire_configuration", "administrateur", parametre="types_documents_dmp").donnees.get("valeur")
    correspondance = {local: type_code(genre) for genre, local in LOCAUX.items()}
    regler(essai, "types_documents_dmp", {**(lu if isinstance(lu, Mapping) else {}), **correspondance})


@given("des documents anciens dans le logiciel")
def documents_anciens(essai: Essai, datatable: Table) -> None:
    """Un PDF ancien par ligne, jamais envoyé au DMP ; « auteur » dit s'il est encore au RPPS."""
    for ligne in vocabulaire.table(datatable):
        ranger_ancien(
            essai,
            ligne["document"],
            ligne["patient"],
            genre=ligne.get("type") or "compte rendu de consultation",
            acte=instant(ligne["date de l'acte"]),
            auteur=ligne.get("auteur") or "inscrit au RPPS",
        )


def ranger_ancien(essai: Essai, nom: str, patient: str, *, genre: str, acte: datetime, auteur: str) -> DocumentEssai:
    """Range un document ancien, reconnaissable à son PDF."""
    _relier_types(essai)
    malade = essai.patient(patient)
    repere = f"Document ancien « {nom} » du patient « {patient} »"
    pdf = pdf_simple(nom, (repere, "Document fictif du banc d'essai."))
    nom_auteur, prenom, rpps = _AUTEURS[auteur]
    reponse = essai.preparer(
        "enregistrer_document",
        "biologiste_1",
        patient_id=malade.patient_id,
        type_local=LOCAUX[genre],
        titre=f"{genre.capitalize()} ({nom})",
        date_acte=acte.isoformat(),
        pdf_base64=base64.b64encode(pdf).decode(),
        auteur={"nom": nom_auteur, "prenom": prenom, "rpps": rpps},
    )
    donnees = reponse.donnees.get("document")
    if not isinstance(donnees, Mapping) or not donnees.get("document_id"):
        raise NonConcluant("enregistrer_document n'a pas rendu le document rangé")
    document = DocumentEssai(nom, malade, str(donnees["document_id"]), donnees)
    essai.documents[nom] = document
    essai.releves.setdefault("pdf anciens", {})[hashlib.sha256(pdf).hexdigest()] = (nom, repere)
    essai.releves[f"ancien {nom}"] = (genre, acte, nom_auteur)
    return document


@given(
    motif(r"le patient « (?P<nom>[^»]+) » (?P<etat>marqué décédé|opposé à l'alimentation de son DMP) dans le logiciel$")
)
def etat_du_patient(essai: Essai, nom: str, etat: str) -> None:
    champ = "decede" if "décédé" in etat else "opposition_alimentation"
    valeur = {"patient_id": essai.patient(nom).patient_id, champ: True}
    essai.preparer("configurer", "administrateur", parametre="etat_patient", valeur=valeur)


@given(parse("le document « {nom} » déjà envoyé au DMP"))
def ancien_deja_envoye(essai: Essai, nom: str) -> None:
    if envoyer(essai, essai.document(nom), essai.journal.position(), depart=Depart.UTILISATEUR) is None:
        raise NonConcluant(f"mise en place : « {nom} » n'est pas arrivé au DMP ({dire(essai.derniere)})")


# ---------------------------------------------------------------- reconnaître
def nom_du_document(essai: Essai, soumis: DocumentSoumis) -> str:
    """Le nom que la feature donne au document reçu par le DMP : par son PDF, octet pour octet ou par son texte."""
    connus: dict[str, tuple[str, str]] = essai.releves.get("pdf anciens", {})
    cda = soumis.cda
    contenus = [cda.contenu, *cda.copies] if cda else []
    for contenu in contenus:
        octets = decoder(contenu) if contenu is not None else None
        if octets is None:
            continue
        exact = connus.get(hashlib.sha256(octets).hexdigest())
        if exact:
            return exact[0]
        try:
            texte = " ".join(lire_pdf(octets).texte.split())
        except PdfIllisible:
            continue
        for nom, repere in connus.values():
            if repere in texte:
                return nom
    return soumis.unique_id


def anciens_envoyes(essai: Essai, depuis: int, *, acceptes: bool = True) -> dict[str, DocumentSoumis]:
    """Nom → document arrivé dans un DMP du scénario après ce rang du journal."""
    return {
        nom_du_document(essai, d): d
        for patient in essai.patients.values()
        for s in envois_du_patient(essai, patient, acceptes=acceptes)
        if s.echange.numero > depuis
        for d in s.documents_de_sante
    }


# ------------------------------------------------------------------ envoi choisi
@when(
    motif(
        r"(?P<qui>.+?) envoie au DMP du patient « (?P<patient>[^»]+) » (?:le document|les documents) (?P<noms>(?:« [^»]+ »(?:, | et )?)+)$"
    )
)
def envoyer_choisis(essai: Essai, qui: str, patient: str, noms: str) -> None:
    """Un seul geste de l'utilisateur pour tous les documents choisis."""
    choisis = noms_cites(noms)
    role = vocabulaire.role(qui)
    documents = [essai.document(nom) for nom in choisis]
    rang = essai.journal.position()
    reponse = essai.jouer(
        "alimenter_dmp",
        role,
        patient_id=essai.patient(patient).patient_id,
        documents=[d.document_id for d in documents],
    )
    attendre_anciens(essai, rang, choisis)
    arrives = anciens_envoyes(essai, rang)
    for document in documents:
        soumis = arrives.get(document.nom)
        soumission = next(
            (s for s in envois_du_patient(essai, document.patient) if soumis and s.echange.numero == soumis.echange),
            None,
        )
        essai.releves[f"envoi {document.nom}"] = (soumission, soumis) if soumis and soumission else None
        exiger_envoi(essai, regles.R_ENVOI_ANCIEN, document, essai.releves[f"envoi {document.nom}"], dire(reponse))
    essai.releves["envoi choisi"] = (rang, choisis)


def noms_cites(texte: str) -> list[str]:
    """« a », « b » et « c » → [a, b, c]."""
    return [nom.strip("« »").strip() for nom in texte.replace(" et ", ", ").split(", ")]


def attendre_anciens(essai: Essai, depuis: int, voulus: list[str]) -> None:
    """Attend que le DMP ait enregistré tous ces documents, pour un logiciel qui répond avant d'avoir fini."""
    rang, restants = depuis, set(voulus) - set(anciens_envoyes(essai, depuis))
    while restants:
        vu = essai.journal.attendre(
            lambda e: e.operation.startswith("TD2."), depuis=rang, delai=delai_d_observation(essai), service="dmp"
        )
        if vu is None:
            return
        rang = vu.numero
        restants = set(voulus) - set(anciens_envoyes(essai, depuis))


@given(parse("un envoi demandé ensuite pour le patient « {patient} », qui clôt l'observation"))
def envoi_de_cloture(essai: Essai, patient: str) -> None:
    """Ce qui serait parti à tort est parti avant lui, même d'un logiciel qui répond sans attendre la fin de ses envois."""
    nom = "envoi de clôture"
    acte = datetime.now(UTC) - timedelta(days=900)
    document = ranger_ancien(
        essai, nom, patient, genre="compte rendu de consultation", acte=acte, auteur="inscrit au RPPS"
    )
    arrive = envoyer(essai, document, essai.journal.position(), depart=Depart.UTILISATEUR) is not None
    essai.releves["clôture"] = (nom, arrive)


def hors_cloture(essai: Essai, noms: Iterable[str]) -> list[str]:
    cloture, _ = essai.releves.get("clôture", ("", True))
    return [nom for nom in noms if nom != cloture]


def exiger_close(essai: Essai, constats: Sequence[Constat]) -> None:
    """Sans manquement, il faut encore que l'observation ait été close ; un manquement vu se suffit."""
    _, arrive = essai.releves.get("clôture", ("", True))
    if not arrive and all(constat.verdict is Verdict.CONFORME for constat in constats):
        raise NonConcluant("l'envoi qui devait clore l'observation n'est pas arrivé au DMP")


@then("seuls les documents choisis sont arrivés au DMP")
def choisis_seuls(essai: Essai) -> None:
    rang, choisis = retirer(essai, "envoi choisi", tuple)
    vus = hors_cloture(essai, anciens_envoyes(essai, rang, acceptes=False))
    constat = regles.envoyes_exactement(vus, choisis)
    essai.bilan.constater(constat)
    exiger_close(essai, [constat])


@then(parse("le document « {nom} » n'est pas parti, l'INS du patient « {patient} » n'étant pas qualifiée"))
def non_qualifie_non_envoye(essai: Essai, nom: str, patient: str) -> None:
    reponse, numeros = retirer(essai, f"tentative {nom}", tuple)
    temoins = [n for autre in essai.patients.values() if autre.nom != patient
               for n in [s.echange.numero for s in envois_du_patient(essai, autre)]]  # fmt: skip
    numeros = numeros or numeros_d_envoi(essai, essai.patient(patient))
    essai.bilan.constater(regles.envoi_empeche(numeros, reponse.resultat, temoins=temoins, quoi=f"« {nom} »"))


@then(
    motif(
        r"(?:le document|les documents) (?P<noms>(?:« [^»]+ »(?:, | et )?)+) (?:porte|portent) la date de (?:son|leur) acte$"
    )
)
def dates_des_actes(essai: Essai, noms: str) -> None:
    for nom in noms_cites(noms):
        _, acte, _ = retirer(essai, f"ancien {nom}", tuple)
        essai.bilan.constater(date_de_l_acte(envoi_de(essai, nom)[1], acte))


@then(
    motif(
        r"la structure est un des auteurs (?:du document|des documents) (?P<noms>(?:« [^»]+ »(?:, | et )?)+) et de (?:son lot|leurs lots), avec l'auteur initial$"
    )
)
def structure_auteur(essai: Essai, noms: str) -> None:
    for nom in noms_cites(noms):
        soumission, soumis = envoi_de(essai, nom)
        _, _, auteur = retirer(essai, f"ancien {nom}", tuple)
        essai.bilan.constater(
            personne_morale_auteur(
                soumission,
                soumis,
                STRUCTURE.identifiant_national,
                nom_structure=STRUCTURE.nom,
                auteur_initial=auteur,
            )
        )
