"""Le KOS d'un examen : le manifeste DICOM qui cite ses images, pour le DMP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulators.logiciel_temoin.drim_images import KOS, Image, ecrire
from simulators.logiciel_temoin.horloge import PARIS, maintenant
from simulators.logiciel_temoin.labo import Labo

_EXPLICITE = "1.2.840.10008.1.2.1"
_BASIC_TEXT = "1.2.840.10008.5.1.4.1.1.88.11"
_CONTRAIRE = "1.2.250.1.213.99.404.1"


@dataclass(frozen=True)
class References:
    """Ce que l'en-tête du compte rendu dit de l'examen."""

    etudes: tuple[str, ...]
    accession: tuple[str, str]
    """(OID du domaine, numéro)."""
    commande: tuple[str, str]
    autres: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = ()
    """Accession Number et commande des autres demandes du compte rendu."""

    def pour(self, accessions: set[str]) -> References:
        """Les mêmes, la demande des images de cet Accession Number d'abord."""
        demandes = ((self.accession, self.commande), *self.autres)
        trouvee = next((demande for demande in demandes if demande[0][1] in accessions), demandes[0])
        return References(self.etudes, *trouvee, tuple(demande for demande in demandes if demande != trouvee))


@dataclass(frozen=True)
class Identite:
    """Le patient du KOS."""

    matricule: str
    oid: str
    nom: str
    prenom: str
    naissance: str
    sexe: str


def composer(
    labo: Labo, uid: str, etude: str, identite: Identite, references: References, images: Sequence[Image]
) -> bytes:
    """Le fichier DICOM du manifeste."""
    defaut = labo.defaut
    if defaut("kos_image_oubliee"):
        images = images[:-1]
    quand = maintenant().astimezone(PARIS)
    naissance = "19991399" if defaut("kos_naissance_impossible") else identite.naissance.replace("-", "")
    jeu = _jeu(
        SpecificCharacterSet="ISO_IR 192", SOPInstanceUID=uid,
        SOPClassUID=_BASIC_TEXT if defaut("kos_classe_autre") else KOS,
        StudyInstanceUID=etude, InstanceNumber=1, SeriesNumber=1,
        SeriesInstanceUID="2.25.007" if defaut("kos_uid_zero") else labo.oid_unique(),
        Modality="OT" if defaut("kos_modalite_autre") else "KO",
        ValueType="TEXT" if defaut("kos_racine_texte") else "CONTAINER",
        ContinuityOfContent="SEPARATE", Manufacturer="Banc SONS", StudyID="", StudyDate="", StudyTime="",
        ContentDate=f"{quand:%Y%m%d}", ContentTime="" if defaut("kos_sans_heure") else f"{quand:%H%M%S}",
        AccessionNumber=references.accession[1], ReferringPhysicianName="",
        PatientName=f"{identite.nom}^{identite.prenom}", PatientBirthDate=naissance,
        PatientSex=identite.sexe if identite.sexe in ("M", "F") else "O",
        ConceptNameCodeSequence=_code("113002", "For Referring Provider")
        if defaut("kos_titre_autre") else _code("113030", "Manifest"),
        ReferencedRequestSequence=[_demande(labo, etude, references)],
        CurrentRequestedProcedureEvidenceSequence=[_preuves(labo, etude, images)],
        ContentSequence=_contenu(labo, images),
    )  # fmt: skip
    if not defaut("kos_sans_fuseau"):
        jeu.TimezoneOffsetFromUTC = "+0100"
    _patient(labo, jeu, identite)
    octets = ecrire(jeu, _EXPLICITE)
    return octets.replace(b"ISO_IR 192", b"ISO_IR 6  ") if defaut("kos_jeu_ascii") else octets


def _patient(labo: Labo, jeu: Any, identite: Identite) -> None:
    if labo.defaut("kos_sans_ins"):
        jeu.PatientID, jeu.IssuerOfPatientID = "IPP-LOCAL", "ETABLISSEMENT"
        return
    autre = labo.identifiants_fixes.setdefault("kos_ins", identite.matricule)
    jeu.PatientID = autre if labo.defaut("kos_ins_d_un_autre") else identite.matricule
    jeu.IssuerOfPatientID = "ASIP-SANTE-INS-NIR"
    jeu.IssuerOfPatientIDQualifiersSequence = _suite(_jeu(UniversalEntityID=identite.oid, UniversalEntityIDType="ISO"))


def _demande(labo: Labo, etude: str, references: References) -> Any:
    domaine, accession = references.accession
    commanditaire, commande = references.commande
    return _jeu(
        StudyInstanceUID=f"{etude}.9"
        if labo.defaut("kos_etude_demandee_autre") or labo.defaut("kos_etude_citee_autre")
        else etude,
        AccessionNumber=_accession(labo, accession),
        IssuerOfAccessionNumberSequence=[_jeu(UniversalEntityID=domaine, UniversalEntityIDType="ISO")],
        PlacerOrderNumberImagingServiceRequest="" if labo.defaut("kos_sans_commande") else commande,
        OrderPlacerIdentifierSequence=[_jeu(UniversalEntityID=commanditaire, UniversalEntityIDType="ISO")],
    )


def _preuves(labo: Labo, etude: str, images: Sequence[Image]) -> Any:
    series = []
    for serie in dict.fromkeys(image.serie for image in images):
        cites = [_cite(image) for image in images if image.serie == serie]
        if labo.defaut("kos_image_en_double"):
            cites.append(cites[0])
        jeu = _jeu(SeriesInstanceUID=serie, ReferencedSOPSequence=cites)
        if not labo.defaut("kos_sans_lieu"):
            lieu = labo.environnement.structure.oid_domaine
            jeu.RetrieveLocationUID = "PACS1" if labo.defaut("kos_lieu_nomme") else lieu
        series.append(jeu)
    citee = f"{etude}.9" if labo.defaut("kos_etude_citee_autre") else etude
    return _jeu(StudyInstanceUID=citee, ReferencedSeriesSequence=series)


def _contenu(labo: Labo, images: Sequence[Image]) -> list[Any]:
    citees = list(images)
    if labo.defaut("kos_contenu_incomplet"):
        citees = citees[:-1]
    elements = [
        _jeu(RelationshipType="CONTAINS", ValueType="IMAGE", ReferencedSOPSequence=[_cite(image)]) for image in citees
    ]
    if labo.defaut("kos_contenu_en_trop"):
        etrangere = _jeu(ReferencedSOPClassUID=images[0].sop_class, ReferencedSOPInstanceUID=_CONTRAIRE)
        elements.append(_jeu(RelationshipType="CONTAINS", ValueType="IMAGE", ReferencedSOPSequence=[etrangere]))
    texte = f"Référence de l'examen, {len(images)} image(s)"
    description = _jeu(
        RelationshipType="CONTAINS", ValueType="TEXT", TextValue=texte,
        ConceptNameCodeSequence=_code("113012", "Key Object Description"),
    )  # fmt: skip
    return [description, *elements]


def _cite(image: Image) -> Any:
    return _jeu(ReferencedSOPClassUID=image.sop_class, ReferencedSOPInstanceUID=image.uid)


def _code(valeur: str, sens: str) -> list[Any]:
    return [_jeu(CodeValue=valeur, CodingSchemeDesignator="DCM", CodeMeaning=sens)]


def _jeu(**valeurs: object) -> Any:
    from pydicom import Dataset

    jeu = Dataset()
    for nom, valeur in valeurs.items():
        setattr(jeu, nom, _suite(*valeur) if isinstance(valeur, list) else valeur)
    return jeu


def _suite(*jeux: Any) -> Any:
    from pydicom.sequence import Sequence as Suite

    return Suite(jeux)


def _accession(labo: Labo, accession: str) -> str:
    if labo.defaut("kos_sans_accession"):
        return ""
    return f"{accession}9"[-16:] if labo.defaut("kos_accession_autre") else accession
