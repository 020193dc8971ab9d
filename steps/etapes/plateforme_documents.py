"""Les documents que les systèmes de l'établissement confient à une plateforme : type, niveau, copie PDF/A-1."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulators.mssante.courriels.archive import fabriquer_document
from simulators.mssante.courriels.cda import identifiant_local
from simulators.mssante.courriels.modele import BIOLOGIE, IMAGERIE, LETTRE, RACINE_OID, TypeDocument, emetteur_de
from simulators.socle.acteurs import STRUCTURE
from simulators.socle.correspondants import CORRESPONDANTS
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.flux import envoi_hl7, identifiant_emetteur
from steps.flux.documents import (
    AuteurDocument,
    EnvoiDocument,
    SectionDocument,
    StructureEmettrice,
    compte_rendu_structure,
)
from steps.flux.identite import IdentiteUsager
from steps.patients import PatientEssai

_DOMAINE = "1.2.250.1.213.99.6"
_CONSULTATION = "compte rendu de consultation"
AVEC_COPIE: dict[str, TypeDocument] = {
    "lettre de liaison": LETTRE,
    "résultats de biologie": TypeDocument(BIOLOGIE.code, BIOLOGIE.libelle, BIOLOGIE.titre, BIOLOGIE.classe, "N1"),
    "résultats de biologie structurés": BIOLOGIE,
    "compte rendu d'imagerie": IMAGERIE,
    "compte rendu opératoire": TypeDocument(
        "34874-8", "CR opératoire", "Compte rendu opératoire", ("10", "Comptes rendus"), "N1"
    ),
    "ordonnance de sortie": TypeDocument(
        "57833-6", "Prescription de produits de santé", "Ordonnance de sortie", ("42", "Prescriptions"), "N1"
    ),
}


@dataclass(frozen=True, slots=True)
class Fabrique:
    """Un document prêt à confier. `patient_id`, sous le `domaine` (OID) : l'identifiant local que porte le CDA."""

    cda: bytes
    oid: str
    code: str
    libelle: str
    patient_id: str
    domaine: str
    auteur: AuteurDocument


def fabriquer(essai: Essai, type_: str, patient: PatientEssai, rang: int) -> Fabrique:
    """Un document de ce type, jamais deux fois le même (déjà reçu, il pourrait être refusé) ; `rang` choisit l'auteur."""
    envoi = envoi_hl7(essai)
    numero = essai.releves["messages envoyés"]
    auteur = CORRESPONDANTS[(rang + 3) % len(CORRESPONDANTS)]
    signataire = AuteurDocument(identifiant=f"8{auteur.rpps}", nom=auteur.nom, prenom=auteur.prenom)
    if type_ == _CONSULTATION:
        oid = f"{_DOMAINE}.5.{patient.reference.matricule}.{envoi.horodatage}.{numero}"
        local = identifiant_emetteur(patient)
        cda = compte_rendu_structure(
            IdentiteUsager.depuis_reference(patient.reference),
            signataire,
            StructureEmettrice(identifiant=STRUCTURE.identifiant_national, nom=STRUCTURE.nom, domaine=_DOMAINE),
            EnvoiDocument(oid=oid, oid_lot=f"{oid}.1", instant=envoi.instant, patient_id=local),
            (SectionDocument("29299-5", "Motif", (f"Consultation de suivi n° {rang}.",)),),
        )
        return Fabrique(cda, oid, "11488-4", "CR de consultation", local, _DOMAINE, signataire)
    quoi = AVEC_COPIE.get(type_)
    if quoi is None:
        connus = ", ".join((_CONSULTATION, *AVEC_COPIE))
        raise vocabulaire.PhraseInconnue(f"type de document inconnu : {type_!r} ; attendu l'un de : {connus}")
    # Le DMP n'admet l'envoi d'une structure que pour les documents de ses auteurs.
    emetteur = replace(
        emetteur_de(auteur.bal), structure=STRUCTURE.nom, identifiant_structure=STRUCTURE.identifiant_national
    )
    joint = fabriquer_document(
        quoi, patient.reference, emetteur, instant=envoi.instant,
        graine=f"{essai.graine}{essai.retenu.numero}/confié/{numero}", mention=f"Document n° {rang}.",
    )  # fmt: skip
    return Fabrique(
        joint.cda,
        joint.oid,
        quoi.code,
        quoi.libelle,
        identifiant_local(patient.reference),
        f"{RACINE_OID}.1",
        signataire,
    )
