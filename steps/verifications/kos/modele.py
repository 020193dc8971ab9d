"""Un KOS lu : des valeurs figées, dans les mots de DICOM ; rien n'y dépend de la bibliothèque qui l'a lu."""

from __future__ import annotations

from dataclasses import dataclass

SOP_KOS = "1.2.840.10008.5.1.4.1.1.88.59"
"""Key Object Selection Document Storage."""
MANIFESTE = ("113030", "DCM")
"""Titre d'un manifeste IHE XDS-I."""
REJETS = {
    "113001": "rejet pour qualité",
    "113037": "rejet pour la sécurité du patient",
    "113038": "mauvaise entrée de liste de travail",
    "113039": "durée de conservation échue",
}
"""Titres d'une note de rejet IOCM (CID 7011)."""
OIDS_INS = frozenset(f"1.2.250.1.213.1.4.{rang}" for rang in (8, 9, 10, 11))
ISSUER_INS = "ASIP-SANTE-INS-NIR"


@dataclass(frozen=True, slots=True)
class Identifiant:
    """Un identifiant de patient, de demande ou de commande, et qui l'a donné."""

    valeur: str
    domaine: str = ""
    """Nom local du domaine (IssuerOfPatientID, LocalNamespaceEntityID)."""
    oid: str = ""
    """UniversalEntityID."""
    type_oid: str = ""
    """UniversalEntityIDType : ISO."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Une instance référencée."""

    sop_class: str
    uid: str


@dataclass(frozen=True, slots=True)
class Serie:
    """Une série de la liste des preuves (CurrentRequestedProcedureEvidenceSequence)."""

    etude: str
    uid: str
    url: str
    """RetrieveURL."""
    lieu: str
    """RetrieveLocationUID."""
    instances: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class Demande:
    """Un élément de ReferencedRequestSequence."""

    etude: str
    accession: Identifiant
    commande: Identifiant


@dataclass(frozen=True, slots=True)
class Kos:
    """Le document lu. `octets` : tels que reçus, pour que le jugement se rejoue."""

    octets: bytes
    syntaxe: str
    sop_class: str
    sop_class_entete: str
    uid: str
    uid_entete: str
    modalite: str
    type_valeur: str
    titre: Identifiant
    """`valeur` : code ; `domaine` : nomenclature."""
    patient: Identifiant
    autres_patients: tuple[Identifiant, ...]
    jeux: tuple[str, ...]
    """SpecificCharacterSet."""
    illisibles: tuple[str, ...]
    """Textes que le jeu de caractères annoncé ne décode pas, ou hors ASCII sans jeu annoncé."""
    fuseau: str
    etude: str
    series: tuple[Serie, ...]
    demandes: tuple[Demande, ...]
    contenu: tuple[Instance, ...]
    """Instances citées par l'arbre de contenu, dans l'ordre."""
    relations: tuple[str, ...]
    """RelationshipType de ces citations."""
    description: str
    """TEXT 113012, vide s'il manque."""
    uids: tuple[tuple[str, str], ...]
    """(où, valeur) de chaque identifiant unique lu."""
    dates: tuple[tuple[str, str], ...] = ()
    """(où, valeur) de chaque date (DA) non vide."""
    heures: tuple[tuple[str, str], ...] = ()
    """(où, valeur) de chaque heure (TM) non vide."""
    sexe: str = ""
    absents: tuple[str, ...] = ()
    """Attributs de type 1 du module Key Object Document absents ou vides."""

    @property
    def preuves(self) -> tuple[Instance, ...]:
        """Toutes les instances de la liste des preuves."""
        return tuple(instance for serie in self.series for instance in serie.instances)

    @property
    def etudes(self) -> tuple[str, ...]:
        """Études citées, sans doublon, dans l'ordre."""
        return tuple(dict.fromkeys(serie.etude for serie in self.series))

    @property
    def accessions(self) -> tuple[str, ...]:
        """Accession Numbers des demandes, sans doublon ni vide."""
        return tuple(dict.fromkeys(d.accession.valeur for d in self.demandes if d.accession.valeur))

    @property
    def ins(self) -> tuple[Identifiant, ...]:
        """Identifiants du patient qui se disent un INS."""
        return tuple(i for i in (self.patient, *self.autres_patients) if i.oid in OIDS_INS or i.domaine == ISSUER_INS)
