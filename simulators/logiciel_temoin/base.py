"""Les données du laboratoire : patients, documents, messages, en mémoire ; rien de réel n'y entre."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from simulators.logiciel_temoin.cda_lecture import Intervenant
from simulators.logiciel_temoin.complements import Complements
from simulators.logiciel_temoin.erreurs import Refus
from simulators.logiciel_temoin.horloge import iso, maintenant
from simulators.logiciel_temoin.identite import Patient


@dataclass
class Analyse:
    """Une analyse d'un compte rendu ; `valeur` None tant que le résultat manque."""

    code: str
    libelle: str
    valeur: str | None
    unite: str
    accreditee: bool = False
    validation_automatique: bool = False
    sous_traitee: bool = False


@dataclass
class Document:
    """Un document du dossier, et ce qu'il est devenu dans le DMP."""

    document_id: str
    patient_id: str
    titre: str
    type_local: str
    type_code: str
    date_acte: datetime
    auteur: Intervenant
    date_creation: datetime = field(default_factory=maintenant)
    type_systeme: str = "2.16.840.1.113883.6.1"
    type_libelle: str = ""
    version: int = 1
    origine: str = "valide"
    statut_cr: str = "complet"
    """`partiel`, `complet` ; `provisoire` ou `non_valide` tant qu'il attend d'être validé."""
    attente_depuis: datetime | None = None
    analyses: list[Analyse] = field(default_factory=list)
    niveau: str = "N1"
    set_id: str = ""
    unique_id: str | None = None
    precedent: str | None = None
    remplace_par: str | None = None
    pdf: bytes = b""
    cda: bytes = b""
    recu: bytes = b""
    creation_recue: datetime | None = None
    feuille: bytes | None = None
    courriel_id: str = ""
    """Le courriel MSSanté qui l'a apporté ; `propose` : le patient que son INS désigne, avant tout classement."""
    propose: str = ""
    lu: bool = False
    integration: str = ""
    """Entré au dossier d'un patient : `automatique` ou `manuelle` ; `integre_le` : quand."""
    integre_le: datetime | None = None
    etat_recu: str = ""
    """`remplace` quand une version plus récente a été reçue."""
    sections: list[tuple[str, str]] = field(default_factory=list)
    volet: dict[str, list[str]] | None = None
    """Les rubriques d'un volet de synthèse médicale."""
    cle_cda: tuple[object, ...] = ()
    entree_mss: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")
    """Identifiant de sa fiche dans les archives IHE_XDM : une version suivante le désigne pour le remplacer."""
    mention: str = ""
    supprime: bool = False
    auteur_hors_rpps: bool = False
    personne_morale: bool = False
    historique: bool = False
    bloque: bool = False
    etat_dmp: str = "non_envoye"
    envoi_incertain: bool = False
    date_envoi: datetime | None = None
    conservation: dict[str, Any] | None = None
    complements: Complements = field(default_factory=Complements)
    autres_formes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Niveau (N1, N3) du même compte rendu sous une autre forme → son identifiant et son setId."""
    autre_cda: tuple[tuple[object, ...], bytes] | None = None
    """Le CDA de cette autre forme, et l'identité qu'il porte : transmis ou exporté, c'est le même fichier."""

    @property
    def creation(self) -> datetime:
        """Date de création écrite dans le document : celle de son producteur s'il a été reçu."""
        return self.creation_recue or self.date_creation

    def en_dict(self, *, etat_visible: bool = True) -> dict[str, Any]:
        return {
            "document_id": self.document_id,
            "patient_id": self.patient_id,
            "titre": self.titre,
            "type_code": self.type_code,
            "version": self.version,
            "date_acte": self.date_acte.isoformat(timespec="seconds"),
            "unique_id": self.unique_id,
            "etat_dmp": self.etat_dmp,
            "visible_utilisateur": etat_visible,
            "date_creation": self.creation.isoformat(timespec="seconds"),
            "origine": self.origine if self.origine in ("recu", "dmp", "mssante") else "produit",
        }


@dataclass
class Sejour:
    """Un séjour (ou une venue) clôturé."""

    sejour_id: str
    patient_id: str
    debut: datetime
    fin: datetime
    documents: tuple[str, ...]


@dataclass
class ElementTravail:
    """Ce qu'une personne doit examiner."""

    motif: str
    patient_id: str | None = None
    document_id: str | None = None
    matricule_ins: str | None = None


@dataclass
class Correspondant:
    """Un correspondant de santé d'un dossier."""

    correspondant_id: str
    nom: str
    prenom: str = ""
    rpps: str | None = None
    profession: str = ""
    specialite: str = ""
    adresse_mss: str | None = None

    def en_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Destinataire:
    """Un destinataire d'un courriel et ce qu'il en est : `en_attente`, `envoye`, `echec` ou `bloque`."""

    adresse: str
    etat: str = "en_attente"
    detail: str | None = None

    def en_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class EnvoiMss:
    """Un courriel MSSanté sorti, ou à sortir, du logiciel. `octets` : le message, tant qu'il peut repartir."""

    envoi_id: str
    canal: str
    expediteur: str
    destinataires: list[Destinataire]
    objet: str
    date: datetime
    auteur: str
    message_id: str | None = None
    patient_id: str | None = None
    documents: tuple[str, ...] = ()
    motif: str = ""
    """Ce qui a bloqué l'envoi."""
    octets: bytes = field(default=b"", repr=False)
    accuse_distribution: bool = False
    accuse_lecture: bool = False
    essais: int = 0
    en_cours: bool = False
    """Un fil est en train de le confier à l'opérateur : aucun autre ne doit le prendre."""
    recu: bool = False
    lu: bool = False

    @property
    def etat(self) -> str:
        """Le pire de ce qui reste à dire : rien de parti, en attente, ou parti au moins à quelqu'un."""
        etats = {destinataire.etat for destinataire in self.destinataires}
        return next((etat for etat in ("en_attente", "envoye", "echec") if etat in etats), "bloque")

    def en_dict(self) -> dict[str, Any]:
        return {
            "envoi_id": self.envoi_id,
            "canal": self.canal,
            "etat": self.etat,
            "message_id": self.message_id,
            "expediteur": self.expediteur,
            "destinataires": [destinataire.en_dict() for destinataire in self.destinataires],
            "objet": self.objet,
            "date": iso(self.date),
            "patient_id": self.patient_id,
            "documents": list(self.documents),
            "recu": self.recu,
            "lu": self.lu,
        }


class Base:
    """Accès aux données ; `verrou` protège les modifications composées."""

    def __init__(self) -> None:
        self.verrou = threading.RLock()
        self.patients: dict[str, Patient] = {}
        self.documents: dict[str, Document] = {}
        self.sejours: dict[str, Sejour] = {}
        self.liste_travail: list[ElementTravail] = []
        self.messages_emis: dict[str, list[str]] = {}
        self.choix_alimentation: dict[str, str] = {}
        """Patient → `opposition`, `non_opposition` ou `non_renseigne` à l'alimentation de son DMP."""
        self.envois_mss: dict[str, EnvoiMss] = {}
        self.correspondants: dict[str, list[Correspondant]] = {}
        self.dossiers: dict[str, Any] = {}
        self.rappels: dict[str, Any] = {}
        self.oppositions_mss: dict[str, set[str]] = {}
        self._numeros = itertools.count(1)

    def numero(self, prefixe: str) -> str:
        return f"{prefixe}{next(self._numeros):06d}"

    def patient(self, patient_id: str) -> Patient:
        patient = self.patients.get(patient_id)
        if patient is None:
            raise Refus(f"Patient inconnu : {patient_id}.")
        return patient

    def document(self, document_id: str) -> Document:
        document = self.documents.get(document_id)
        if document is None:
            raise Refus(f"Document inconnu : {document_id}.")
        return document

    def documents_de(self, patient_id: str) -> Iterator[Document]:
        return (d for d in list(self.documents.values()) if d.patient_id == patient_id and not d.supprime)

    def mettre_en_liste(self, element: ElementTravail) -> None:
        with self.verrou:
            self.liste_travail.append(element)
