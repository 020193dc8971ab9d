"""Modèle ebRIM du registre : fiche de document, lot de soumission, association.

Les champs gardent les noms des attributs XDS, en minuscules soulignées ; une valeur absente vaut chaîne vide, None ou
tuple vide. Ce qui ne peut pas être représenté est dans `anomalies`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

DOCUMENT_STABLE = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
DOCUMENT_A_LA_DEMANDE = "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248"


HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
RPLC = "urn:ihe:iti:2007:AssociationType:RPLC"
APND = "urn:ihe:iti:2007:AssociationType:APND"
XFRM = "urn:ihe:iti:2007:AssociationType:XFRM"
XFRM_RPLC = "urn:ihe:iti:2007:AssociationType:XFRM_RPLC"
SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
UPDATE_AVAILABILITY_STATUS = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"

APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
DEPRECATED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
ARCHIVED = "urn:asip:ci-sis:2010:StatusType:Archived"
DELETED = "urn:asip:ci-sis:2010:StatusType:Deleted"


@dataclass(frozen=True, slots=True)
class Code:
    """Valeur codée : code, nomenclature (codingScheme), libellé."""

    code: str
    systeme: str = ""
    libelle: str = ""


@dataclass(frozen=True, slots=True)
class Auteur:
    """Auteur d'une fiche ou d'un lot ; `personne` est un XCN, `institutions` des XON."""

    personne: str = ""
    institutions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    specialites: tuple[str, ...] = ()

    @property
    def identifiant(self) -> str:
        """Identifiant national de la personne (premier composant du XCN)."""
        return self.personne.split("^", 1)[0].strip()

    @property
    def identifiants_institutions(self) -> tuple[str, ...]:
        """Identifiants nationaux des structures (dixième composant des XON)."""
        composants = (institution.split("^") for institution in self.institutions)
        return tuple(valeurs[9].strip() for valeurs in composants if len(valeurs) > 9)


@dataclass(frozen=True)
class ObjetRegistre:
    """Ce qu'une fiche et un lot ont en commun. `id` est symbolique dans un envoi, `urn:uuid:` une fois enregistré."""

    id: str = ""
    patient_id: str = ""
    unique_id: str = ""


@dataclass(frozen=True)
class DocumentEntry(ObjetRegistre):
    """Fiche d'un document (`ExtrinsicObject`)."""

    lid: str = ""
    object_type: str = DOCUMENT_STABLE
    status: str = ""
    mime_type: str = ""
    version: str = ""
    home: str = ""
    title: str = ""
    comments: str = ""
    creation_time: str = ""
    service_start_time: str = ""
    service_stop_time: str = ""
    language_code: str = ""
    legal_authenticator: str = ""
    source_patient_id: str = ""
    source_patient_info: tuple[str, ...] = ()
    hash: str = ""
    size: str = ""
    repository_unique_id: str = ""
    uri: str = ""
    reference_ids: tuple[str, ...] = ()
    authors: tuple[Auteur, ...] = ()
    class_code: Code | None = None
    type_code: Code | None = None
    format_code: Code | None = None
    healthcare_facility_type_code: Code | None = None
    practice_setting_code: Code | None = None
    confidentiality_codes: tuple[Code, ...] = ()
    event_codes: tuple[Code, ...] = ()
    autres_slots: tuple[tuple[str, tuple[str, ...]], ...] = ()
    anomalies: tuple[str, ...] = ()

    @property
    def version_metadonnees(self) -> int:
        """Numéro de version des métadonnées (1 si `VersionInfo` manque ou est illisible)."""
        return int(self.version) if self.version.isdecimal() else 1

    def porte(self, code: str) -> bool:
        """Vrai si la fiche porte ce code de confidentialité ou de visibilité."""
        return any(valeur.code == code for valeur in self.confidentiality_codes)


@dataclass(frozen=True)
class SubmissionSet(ObjetRegistre):
    """Lot de soumission (`RegistryPackage` classé comme lot)."""

    status: str = ""
    home: str = ""
    title: str = ""
    comments: str = ""
    submission_time: str = ""
    intended_recipients: tuple[str, ...] = ()
    authors: tuple[Auteur, ...] = ()
    content_type_code: Code | None = None
    source_id: str = ""
    autres_slots: tuple[tuple[str, tuple[str, ...]], ...] = ()
    anomalies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Association:
    """Lien entre deux objets du registre."""

    id: str = ""
    type: str = HAS_MEMBER
    source: str = ""
    cible: str = ""
    status: str = ""
    slots: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def slot(self, nom: str) -> str:
        """Première valeur du Slot, vide s'il manque."""
        return next((valeurs[0] for cle, valeurs in self.slots if cle == nom and valeurs), "")

    @property
    def submission_set_status(self) -> str:
        return self.slot("SubmissionSetStatus")

    @property
    def previous_version(self) -> str:
        return self.slot("PreviousVersion")

    @property
    def original_status(self) -> str:
        return self.slot("OriginalStatus")

    @property
    def new_status(self) -> str:
        return self.slot("NewStatus")


@dataclass(frozen=True)
class LotSoumis:
    """Contenu d'un `SubmitObjectsRequest` : tout ce que porte sa `RegistryObjectList`."""

    documents: tuple[DocumentEntry, ...] = ()
    lots: tuple[SubmissionSet, ...] = ()
    associations: tuple[Association, ...] = ()
    classeurs: int = 0
    anomalies: tuple[str, ...] = ()

    def liens(self, type_association: str) -> tuple[Association, ...]:
        """Associations de ce type."""
        return tuple(lien for lien in self.associations if lien.type == type_association)


def noms_des_champs(modele: type[DocumentEntry | SubmissionSet]) -> tuple[str, ...]:
    """Noms des champs du modèle, dans l'ordre."""
    return tuple(champ.name for champ in fields(modele))
