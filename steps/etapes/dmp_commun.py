"""Ce que les étapes du DMP partagent : dossiers ouverts, comptes rendus, envois observés, contexte des vérifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from pytest_bdd import given
from pytest_bdd.parsers import parse

from reports.constat import Regle
from reports.verdict import Verdict
from simulators.dmp.etat import Dossier
from simulators.dmp.signature_lot import est_signature
from simulators.socle.acteurs import STRUCTURE
from simulators.socle.echange import Echange
from steps.bilan import NonConcluant
from steps.essai import DocumentEssai, Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.commun import amener_au_statut, presenter
from steps.logiciel.protocole import AproposInconnu, ReponseAction
from steps.patients import PatientEssai
from steps.verifications.dmp import (
    ContexteDmp,
    DocumentSoumis,
    EntreeConnue,
    Soumission,
    patient_de,
    reussi,
    soumissions,
    verifier_alimentation,
)
from steps.verifications.dmp.assertion import vihf_propre_a_un_patient
from steps.verifications.dmp.controle import verifier_transport
from steps.verifications.dmp.recherche import requete_connue
from steps.verifications.dmp.sequence import ALIMENTER_SANS_AUTORISATION
from steps.verifications.dmp.soumission import alimentations, est_consultation
from steps.verifications.dmp.transport import message_ids_uniques
from steps.verifications.dossier_dmp import R_ENVOI_CR, envoi_observe

_DELAI_TEMOIN = 1.0
"""Secondes laissées au logiciel témoin, qui tourne à côté du banc, pour un envoi différé."""
_SANS_SUITE = frozenset({"echec", "bloque"})
"""États où le logiciel dit lui-même que l'envoi n'aura pas lieu : rien à attendre."""

Analyses = Sequence[Mapping[str, Any]]


# ------------------------------------------------------------------ présenter
@given(parse("un patient « {nom} » à l'INS qualifiée, dont le DMP est ouvert"))
def patient_qualifie(essai: Essai, nom: str) -> PatientEssai:
    """Patient connu d'INSi, identité qualifiée, DMP actif sans autorisation pour personne."""
    return _patient_au_dmp(essai, nom, "QUAL")


@given(parse("un patient « {nom} » à l'INS seulement récupérée, dont le DMP est ouvert"))
def patient_recupere(essai: Essai, nom: str) -> PatientEssai:
    """Le logiciel connaît le matricule INS, mais l'identité n'est pas qualifiée."""
    return _patient_au_dmp(essai, nom, "RECUP")


def _patient_au_dmp(essai: Essai, nom: str, statut: str) -> PatientEssai:
    patient = presenter(essai, nom, connu=True)
    amener_au_statut(essai, patient, statut)
    ouvrir_dmp(essai, patient)
    return patient


def ouvrir_dmp(
    essai: Essai, patient: PatientEssai, autorisations: Mapping[str, str] | None = None, *, mineur: bool = False
) -> Dossier:
    """Ouvre (ou rouvre, vide) le DMP du patient chez le simulateur."""
    reference = patient.reference
    return essai.banc.dmp.etat.ouvrir_dossier(
        reference.matricule_ins,
        reference.oid,
        nom=reference.nom_naissance,
        prenoms=reference.prenoms,
        sexe=reference.sexe,
        date_naissance=reference.date_naissance.replace("-", ""),
        autorisations=autorisations,
        mineur=mineur,
    )


def dossier(essai: Essai, patient: PatientEssai) -> Dossier:
    """Le DMP du patient tel que le simulateur le tient."""
    trouve = essai.banc.dmp.etat.dossier(patient.reference.matricule_ins)
    if trouve is None:
        raise NonConcluant(f"la feature parle du DMP de « {patient.nom} » sans l'avoir ouvert")
    return trouve


def statuts(essai: Essai, patient: PatientEssai) -> dict[str, str]:
    """uniqueId → statut de chaque document du DMP du patient, signatures de lot exclues."""
    return {
        entree.unique_id: entree.statut
        for entree in essai.banc.dmp.etat.documents(dossier(essai, patient))
        if not est_signature(entree.fiche)
    }


# -------------------------------------------------------------------- contexte
def identifiant_national(essai: Essai, role: str) -> str:
    """RPPS ou ADELI que le logiciel affiche pour ce compte."""
    cle = f"identifiant national {role}"
    if cle not in essai.releves:
        reponse = essai.preparer("lire_utilisateur", role)
        essai.releves[cle] = str(reponse.donnees.get("identifiant_national") or "")
    numero = str(essai.releves[cle])
    if not numero:
        raise NonConcluant(
            f"lire_utilisateur n'a pas rendu identifiant_national pour {role} ; attendu un RPPS ou ADELI"
        )
    return numero


def ps_idnat(essai: Essai, role: str) -> str:
    """Identifiant du professionnel au DMP : 8 et RPPS, 0 et ADELI."""
    return ContexteDmp(identifiant_attendu=identifiant_national(essai, role)).name_id_attendu


def produit(essai: Essai) -> tuple[str, str]:
    """Nom et version du logiciel : les siens s'il sait les dire, sinon ceux que l'éditeur déclare."""
    try:
        apropos = essai.adaptateur.apropos()
    except AproposInconnu:
        return essai.logiciel.nom, essai.logiciel.version
    return apropos.nom, apropos.version


def contexte(essai: Essai, *, role: str = "") -> ContexteDmp:
    """Ce que le banc sait au moment de juger ; `role` : l'utilisateur dont l'identifiant est attendu."""
    nom, version = produit(essai)
    igc = essai.banc.igc
    oids = {patient.reference.oid for patient in essai.patients.values()}
    return ContexteDmp(
        lps_nom=nom,
        lps_version=version,
        structure=STRUCTURE.identifiant_national,
        identifiant_attendu=identifiant_national(essai, role) if role else "",
        ancres=tuple(c.public_bytes(Encoding.DER) for c in (*igc.racines, *igc.autorites)),
        entrees_connues=tuple(
            EntreeConnue.depuis_fiche(entree.fiche) for entree in essai.banc.dmp.etat.documents(tous=True)
        ),
        oid_ins=oids.pop() if len(oids) == 1 else "",
    )


# ----------------------------------------------------------------------- envois
def delai_d_observation(essai: Essai) -> float:
    """Secondes laissées au logiciel pour ce qu'il fait de lui-même après une action."""
    return _DELAI_TEMOIN if essai.logiciel.temoin else essai.logiciel.delai_s


def envois_du_patient(essai: Essai, patient: PatientEssai, *, acceptes: bool = True) -> list[Soumission]:
    """Alimentations du scénario pour ce patient, dans l'ordre."""
    echanges = [e for e in essai.echanges("dmp", tout=True) if vise(e, patient)]
    return soumissions(echanges, acceptees=acceptes)


def vise(echange: Echange, patient: PatientEssai) -> bool:
    """Vrai si l'échange porte l'INS de ce patient."""
    ins = patient_de(echange)
    return ins is not None and ins.matricule == patient.reference.matricule_ins


def attendre_envoi(essai: Essai, patient: PatientEssai, depuis: int) -> bool:
    """Attend qu'une alimentation de ce patient, postérieure à `depuis`, soit acceptée par le DMP."""
    vu = essai.journal.attendre(
        lambda echange: bool(alimentations([echange])) and vise(echange, patient) and reussi(echange),
        depuis=depuis,
        delai=delai_d_observation(essai),
        service="dmp",
    )
    return vu is not None


def relire_document(essai: Essai, document: DocumentEssai) -> Mapping[str, Any]:
    """Ce que le logiciel montre maintenant du document."""
    reponse = essai.preparer("lister_documents", "biologiste_1", patient_id=document.patient.patient_id)
    for montre in reponse.donnees.get("documents", []):
        if montre.get("document_id") == document.document_id:
            document.donnees = montre
    return document.donnees


def chercher_envoi(essai: Essai, document: DocumentEssai) -> tuple[Soumission, DocumentSoumis] | None:
    """L'envoi accepté qui porte ce document : par l'identifiant qu'en donne le logiciel, sinon le dernier non attribué."""
    unique_id = str(relire_document(essai, document).get("unique_id") or "")
    attribues: dict[str, str] = essai.releves.setdefault("envois attribués", {})
    trouve = None
    for soumission in envois_du_patient(essai, document.patient):
        for soumis in soumission.documents_de_sante:
            libre = attribues.get(soumis.unique_id, document.document_id) == document.document_id
            if soumis.unique_id == unique_id if unique_id else libre:
                trouve = (soumission, soumis)
    if trouve is not None:
        attribues[trouve[1].unique_id] = document.document_id
    return trouve


class Depart(Enum):
    """De qui vient l'envoi attendu."""

    LOGICIEL = "le logiciel envoie de lui-même"
    UTILISATEUR = "l'utilisateur demande l'envoi"
    SELON_REGLAGE = "le logiciel s'il est réglé ainsi, sinon l'utilisateur"


def envoyer(
    essai: Essai, document: DocumentEssai, depuis: int, *, depart: Depart = Depart.SELON_REGLAGE
) -> tuple[Soumission, DocumentSoumis] | None:
    """Le document tel que le DMP l'a enregistré ; None s'il n'y est pas. `depuis` : rang du journal où chercher."""
    trouve = chercher_envoi(essai, document)
    seul = depart is Depart.LOGICIEL or (trouve is None and depart is Depart.SELON_REGLAGE and _automatique(essai))
    attendu = seul and document.donnees.get("etat_dmp") not in _SANS_SUITE
    if trouve is None and attendu and attendre_envoi(essai, document.patient, depuis):
        trouve = chercher_envoi(essai, document)
    if trouve is None and depart is not Depart.LOGICIEL:
        patient = document.patient
        depuis = essai.journal.position()
        essai.jouer("alimenter_dmp", "biologiste_1", patient_id=patient.patient_id, documents=[document.document_id])
        trouve = chercher_envoi(essai, document)
        if trouve is None and essai.derniere.fait and attendre_envoi(essai, patient, depuis):
            trouve = chercher_envoi(essai, document)
    essai.releves[f"envoi {document.nom}"] = trouve
    return trouve


def _automatique(essai: Essai) -> bool:
    lu = essai.preparer("lire_configuration", "administrateur", parametre="alimentation_automatique_dmp")
    return lu.donnees.get("valeur") is True


def exiger_envoi(
    essai: Essai, regle: Regle, document: DocumentEssai, trouve: tuple[Soumission, DocumentSoumis] | None, dit: str
) -> DocumentSoumis:
    """Constate l'arrivée du document ; sans elle, ce que les échanges expliquent est dit, et le scénario s'arrête."""
    soumis = trouve[1] if trouve else None
    if soumis is None:
        expliquer(essai)
    essai.bilan.exiger(envoi_observe(regle, soumis, f"« {document.nom} »", dit))
    assert soumis is not None
    return soumis


def expliquer(essai: Essai) -> None:
    """Ajoute les manquements lus dans les échanges du scénario : ils disent pourquoi le DMP a refusé."""
    echanges = essai.echanges("dmp", tout=True)
    demandes = [e for e in echanges if e.operation.startswith("TD") and e.requete.methode == "POST"]
    if not demandes:
        return
    connu = contexte(essai)
    constats = [constat for demande in demandes for constat in verifier_transport(demande, connu)]
    constats += [message_ids_uniques(echanges), vihf_propre_a_un_patient(echanges)]
    constats += [requete_connue(demande) for demande in demandes if demande.operation.startswith("TD3.1")]
    if alimentations(echanges):
        constats += verifier_alimentation(echanges, connu)
    autorisations = [e for e in demandes if e.operation == "TD0.3"]
    if autorisations and not any(est_consultation(e) for e in demandes):
        constats.append(
            ALIMENTER_SANS_AUTORISATION.enfreinte(
                "Le logiciel a demandé une autorisation d'accès (TD0.3) sans consulter.",
                attendu="TD2.1 et TD3.3c sans TD0.3",
                recu=", ".join(e.operation for e in demandes),
                ou="suite des transactions",
                echanges=tuple(e.numero for e in autorisations),
            )
        )
    uniques = {(c.code, c.recu, c.echanges): c for c in constats if c.verdict is Verdict.NON_CONFORME}
    essai.bilan.constater(uniques.values())


def envoi_de(essai: Essai, nom: str) -> tuple[Soumission, DocumentSoumis]:
    """L'envoi de ce document déjà observé dans le scénario."""
    trouve = essai.releves.get(f"envoi {nom}")
    if trouve is None:
        raise NonConcluant(f"la feature constate l'envoi de « {nom} » sans l'avoir observé")
    soumission, soumis = trouve
    return soumission, soumis


# --------------------------------------------------------------- comptes rendus
def valider_cr(
    essai: Essai, nom: str, patient: PatientEssai, *, role: str = "biologiste_1", partiel: bool = False, **options: Any
) -> DocumentEssai | None:
    """Valide un compte rendu dont les résultats lui sont propres ; None si le logiciel ne le permet pas."""
    rang = int(essai.releves.get("comptes rendus", 0)) + 1
    essai.releves["comptes rendus"] = rang
    portes = document_couloir.reperes(rang, partiel=partiel)
    reponse = document_couloir.valider(essai, patient, portes, role=role, partiel=partiel, **options)
    document = document_couloir.document_rendu(essai, nom, patient, reponse)
    if document is not None:
        essai.releves[f"analyses {nom}"] = portes
    return document


def exiger_cr(essai: Essai, document: DocumentEssai | None, quoi: str) -> DocumentEssai:
    """Sans compte rendu validé, ce que l'exigence demande est impossible."""
    if document is None:
        essai.bilan.exiger(envoi_observe(R_ENVOI_CR, None, quoi, essai.derniere.en_phrase()))
        raise NonConcluant(quoi)
    return document


def dire(reponse: ReponseAction | None) -> str:
    """Ce que le logiciel a répondu, pour un constat."""
    return reponse.en_phrase() if reponse is not None else "aucune action"


# ------------------------------------------------------------------ vocabulaire
LOINC = "2.16.840.1.113883.6.1"
TYPES: Mapping[str, str] = {
    "lettre de liaison": "11490-0",
    "compte rendu de biologie": "11502-2",
    "compte rendu de consultation": "11488-4",
    "compte rendu hospitalier": "34112-3",
}


def type_code(libelle: str) -> str:
    """Code LOINC du type de document nommé dans la feature."""
    try:
        return TYPES[libelle.strip()]
    except KeyError:
        raise vocabulaire.PhraseInconnue(
            f"type de document inconnu : {libelle!r} ; attendu l'un de {list(TYPES)}"
        ) from None
