"""Ce dont un courriel de santé parle : un émetteur, un patient, des documents."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from simulators.socle.acteurs import rpps_de_test
from simulators.socle.correspondants import CORRESPONDANTS, Correspondant
from simulators.socle.identites import IdentiteTest

LOINC = "2.16.840.1.113883.6.1"
RACINE_OID = "1.2.250.1.213.99.2"
"""Domaine des documents et des lots que le banc fabrique."""


@dataclass(frozen=True, slots=True)
class TypeDocument:
    """Type LOINC d'un document, sa classe XDS, son niveau de structuration (N1 ou N3)."""

    code: str
    libelle: str
    titre: str
    classe: tuple[str, str]
    niveau: str


LETTRE = TypeDocument(
    "11490-0", "Lettre de liaison à la sortie d'un établissement de soins", "Lettre de liaison",
    ("11", "Synthèses"), "N1",
)  # fmt: skip
BIOLOGIE = TypeDocument(
    "11502-2", "CR d'examens biologiques", "Compte rendu d'examens biologiques", ("10", "Comptes rendus"), "N3"
)
IMAGERIE = TypeDocument(
    "18748-4", "CR d'imagerie médicale", "Compte rendu d'imagerie médicale", ("31", "Imagerie médicale"), "N1"
)


@dataclass(frozen=True, slots=True)
class Emetteur:
    """Qui écrit : une BAL, son libellé, le professionnel et la structure qui signent."""

    adresse: str
    libelle: str
    identifiant: str
    nom: str
    prenom: str
    profession: tuple[str, str]
    structure: str
    identifiant_structure: str
    secteur: tuple[str, str]


LABORATOIRE_VOISIN = Emetteur(
    "secretariat@labo-voisin.formation.mssante.fr", "LABORATOIRE VOISIN", f"8{rpps_de_test(201)}", "VOISIN", "Agathe",
    ("G15_10/SM03", "Médecin - Biologie médicale (SM)"), "LABORATOIRE VOISIN", "1990000201",
    ("SA25", "Laboratoire de biologie médicale"),
)  # fmt: skip


def emetteur_de(adresse: str) -> Emetteur:
    """L'émetteur de cette BAL : un correspondant connu ; sinon le laboratoire voisin, à cette adresse."""
    for correspondant in CORRESPONDANTS:
        if correspondant.bal.lower() == adresse.lower():
            return _correspondant(correspondant)
    voisin = LABORATOIRE_VOISIN
    return Emetteur(
        adresse, voisin.libelle, voisin.identifiant, voisin.nom, voisin.prenom, voisin.profession, voisin.structure,
        voisin.identifiant_structure, voisin.secteur,
    )  # fmt: skip


def _correspondant(c: Correspondant) -> Emetteur:
    specialite = f"/{c.specialite}" if c.specialite else ""
    libelle = f"{c.profession_libelle} - {c.specialite_libelle}" if c.specialite else c.profession_libelle
    return Emetteur(
        c.bal, f"{c.prenom}_{c.nom}_{c.structure.nom}", c.identifiant_national, c.nom, c.prenom,
        (f"G15_{c.profession}{specialite}", libelle), c.structure.nom, f"1{c.structure.finess}",
        ("SA07", "Cabinet individuel"),
    )  # fmt: skip


@dataclass(frozen=True)
class DocumentJoint:
    """Un document de santé fabriqué : le CDA, sa copie PDF/A-1, ce qui les nomme.

    `oid` : identifiant du document (uniqueId) ; `nom_pdf` : nom de la copie jointe au courriel.
    """

    type: TypeDocument
    oid: str
    oid_serie: str
    version: int
    instant: datetime
    acte: datetime
    cda: bytes
    pdf: bytes
    nom_pdf: str
    remplace: str = ""

    @property
    def titre(self) -> str:
        """Titre du document."""
        return self.type.titre


def oid_de(graine: str, genre: str) -> str:
    """OID tiré de la graine : même graine, même OID."""
    condense = int.from_bytes(sha256(f"{graine}/{genre}".encode()).digest()[:7], "big")
    return f"{RACINE_OID}.{condense}"


def horodatage(instant: datetime) -> str:
    """Date HL7 avec décalage, 20250912093000+0200."""
    if instant.tzinfo is None:
        raise ValueError("l'instant d'un document porte un décalage horaire")
    return instant.strftime("%Y%m%d%H%M%S%z")


def jour_francais(date_iso: str) -> str:
    """AAAA-MM-JJ en JJ/MM/AAAA."""
    annee, mois, jour = date_iso.split("-")
    return f"{jour}/{mois}/{annee}"


def sans_accent(texte: str) -> str:
    """Capitales sans diacritique ni ligature."""
    plat = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in plat if not unicodedata.combining(c)).upper()


def nom_du_pdf(patient: IdentiteTest, type_document: TypeDocument, acte: datetime) -> str:
    """Nom de la copie (ECO.2.1.6) : date de l'acte, type coupé à 40 caractères, nom, prénom."""
    libelle = re.sub(r"[\\/:*?\"<>|_]", " ", type_document.libelle)[:40].strip()
    return f"{acte:%Y%m%d}_{libelle}_{sans_accent(patient.nom_naissance)}_{patient.prenoms[0]}.pdf"


def objet_du_courriel(patient: IdentiteTest, documents: list[DocumentJoint]) -> str:
    """Objet d'un courriel de transmission (ECO.2.1.3)."""
    quoi = documents[0].type.libelle[:40] if len(documents) == 1 else f"{len(documents)} documents"
    nom, prenom = sans_accent(patient.nom_naissance), sans_accent(patient.prenoms[0])
    return f"XDM/1.0/DDM+{quoi} {nom} {prenom} {jour_francais(patient.date_naissance)}"
