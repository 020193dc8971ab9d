"""Examens d'imagerie fictifs : des images DICOM de quelques pixels, entières et lisibles par toute bibliothèque."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulators.drim.compression import AVEC_PERTE, COTE, comprimer

SOP_PAR_MODALITE = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "CR": "1.2.840.10008.5.1.4.1.1.1",
}
EXPLICITE = "1.2.840.10008.1.2.1"
IMPLICITE = "1.2.840.10008.1.2"


@dataclass(frozen=True)
class PatientImage:
    """Le patient tel que le PACS le connaît."""

    ipp: str
    domaine: str
    nom: str
    naissance: str
    """AAAAMMJJ."""
    sexe: str = "O"
    matricule: str = ""
    """INS ; vide : les images n'en portent pas."""
    oid: str = ""


@dataclass(frozen=True)
class Image:
    """Une instance : son fichier DICOM (PS3.10)."""

    uid: str
    serie: str
    sop_class: str
    octets: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()


@dataclass(frozen=True)
class Examen:
    """Une étude au PACS."""

    etude: str
    accession: str
    domaine_accession: str
    patient: PatientImage
    modalites: tuple[str, ...]
    images: tuple[Image, ...]

    @property
    def series(self) -> tuple[str, ...]:
        """SeriesInstanceUID, dans l'ordre."""
        return tuple(dict.fromkeys(image.serie for image in self.images))

    def de_la_serie(self, serie: str) -> tuple[Image, ...]:
        """Les images d'une série."""
        return tuple(image for image in self.images if image.serie == serie)


def fabriquer(
    etude: str,
    accession: str,
    domaine_accession: str,
    patient: PatientImage,
    series: Sequence[tuple[str, int]],
    *,
    date: str = "20260105",
    syntaxe: str = EXPLICITE,
) -> Examen:
    """Un examen ; `series` : (modalité, nombre d'images) de chaque série. Les UID se déduisent de `etude`."""
    images: list[Image] = []
    for rang, (modalite, nombre) in enumerate(series, 1):
        for numero in range(1, nombre + 1):
            serie = f"{etude}.{rang}"
            octets = _image(etude, serie, f"{serie}.{numero}", modalite, numero, accession, domaine_accession, patient,
                            date, syntaxe)  # fmt: skip
            images.append(Image(f"{serie}.{numero}", serie, SOP_PAR_MODALITE[modalite], octets))
    modalites = tuple(dict.fromkeys(modalite for modalite, _ in series))
    return Examen(etude, accession, domaine_accession, patient, modalites, tuple(images))


def _image(
    etude: str, serie: str, uid: str, modalite: str, numero: int, accession: str, domaine: str, patient: PatientImage,
    date: str, syntaxe: str,
) -> bytes:  # fmt: skip
    from pydicom import Dataset
    from pydicom.sequence import Sequence as Suite

    jeu = Dataset()
    jeu.SpecificCharacterSet = "ISO_IR 192"
    jeu.SOPClassUID, jeu.SOPInstanceUID = SOP_PAR_MODALITE[modalite], uid
    jeu.StudyInstanceUID, jeu.SeriesInstanceUID, jeu.InstanceNumber = etude, serie, numero
    jeu.Modality, jeu.StudyDate, jeu.StudyTime, jeu.AccessionNumber = modalite, date, "101500", accession
    qui = Dataset()
    qui.UniversalEntityID, qui.UniversalEntityIDType = domaine, "ISO"
    jeu.IssuerOfAccessionNumberSequence = Suite([qui])
    jeu.PatientName, jeu.PatientBirthDate, jeu.PatientSex = patient.nom, patient.naissance, patient.sexe
    jeu.PatientID, jeu.IssuerOfPatientID = patient.ipp, patient.domaine
    if patient.matricule:
        ins, emetteur = Dataset(), Dataset()
        emetteur.UniversalEntityID, emetteur.UniversalEntityIDType = patient.oid, "ISO"
        ins.PatientID, ins.IssuerOfPatientID = patient.matricule, "ASIP-SANTE-INS-NIR"
        ins.IssuerOfPatientIDQualifiersSequence = Suite([emetteur])
        jeu.OtherPatientIDsSequence = Suite([ins])
    jeu.Rows = jeu.Columns = COTE
    jeu.SamplesPerPixel, jeu.PhotometricInterpretation, jeu.PixelRepresentation = 1, "MONOCHROME2", 0
    jeu.BitsAllocated, jeu.BitsStored, jeu.HighBit = 8, 8, 7
    pixels = bytes((numero * 7 + rang) % 256 for rang in range(COTE * COTE))
    if (compressee := comprimer(pixels, syntaxe)) is not None:
        from pydicom.encaps import encapsulate

        jeu.PixelData, jeu["PixelData"].VR = encapsulate([compressee]), "OB"
        jeu["PixelData"].is_undefined_length = True
        if syntaxe in AVEC_PERTE:
            jeu.LossyImageCompression = "01"
    else:
        jeu.PixelData = pixels
        jeu["PixelData"].VR = "OW" if syntaxe == IMPLICITE else "OB"
    return ecrire(jeu, syntaxe)


def ecrire(jeu: object, syntaxe: str) -> bytes:
    """Le fichier DICOM (PS3.10) d'un jeu de données pydicom, dans cette syntaxe de transfert."""
    from io import BytesIO

    from pydicom import FileMetaDataset, dcmwrite
    from pydicom.uid import UID

    jeu.file_meta = FileMetaDataset()  # type: ignore[attr-defined]
    jeu.file_meta.TransferSyntaxUID = UID(syntaxe)  # type: ignore[attr-defined]
    flux = BytesIO()
    dcmwrite(flux, jeu, enforce_file_format=True)  # type: ignore[arg-type]
    return flux.getvalue()


def refaire(image: Image, patient: PatientImage) -> Image:
    """La même image, d'un autre patient."""
    from io import BytesIO

    from pydicom import dcmread, dcmwrite

    jeu = dcmread(BytesIO(image.octets))
    jeu.PatientName = patient.nom
    for autre in jeu.get("OtherPatientIDsSequence", ()):
        autre.PatientID = patient.matricule
    flux = BytesIO()
    dcmwrite(flux, jeu)
    return Image(image.uid, image.serie, image.sop_class, flux.getvalue())


def note_de_rejet(examen: Examen, images: Sequence[Image], uid: str, *, titre: str = "113001") -> bytes:
    """Une note de rejet IOCM (KOS au titre de CID 7011) : ces images sont retirées."""
    return _reference(examen, images, uid, titre, {})


def manifeste(examen: Examen, uid: str, adresses: Mapping[str, str]) -> bytes:
    """Le KOS d'un examen publié ; `adresses` : série → RetrieveURL."""
    return _reference(examen, examen.images, uid, "113030", adresses)


def _reference(examen: Examen, images: Sequence[Image], uid: str, titre: str, adresses: Mapping[str, str]) -> bytes:
    from pydicom import Dataset
    from pydicom.sequence import Sequence as Suite

    def jeu(**valeurs: object) -> Dataset:
        fait = Dataset()
        for nom, valeur in valeurs.items():
            setattr(fait, nom, Suite(valeur) if isinstance(valeur, list) else valeur)
        return fait

    cites = {
        serie: [
            jeu(ReferencedSOPClassUID=image.sop_class, ReferencedSOPInstanceUID=image.uid)
            for image in images
            if image.serie == serie
        ]
        for serie in dict.fromkeys(image.serie for image in images)
    }
    series = [
        jeu(SeriesInstanceUID=s, ReferencedSOPSequence=liste, **({"RetrieveURL": adresses[s]} if s in adresses else {}))
        for s, liste in cites.items()
    ]
    sens = "Manifest" if titre == "113030" else "Rejected"
    patient = examen.patient
    emetteur = [jeu(UniversalEntityID=patient.oid, UniversalEntityIDType="ISO")]
    note = jeu(
        SpecificCharacterSet="ISO_IR 192", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.59", SOPInstanceUID=uid,
        StudyInstanceUID=examen.etude, SeriesInstanceUID=f"{uid}.1", Modality="KO", ValueType="CONTAINER",
        PatientName=patient.nom, PatientID=patient.matricule or patient.ipp,
        IssuerOfPatientID="ASIP-SANTE-INS-NIR" if patient.matricule else patient.domaine,
        IssuerOfPatientIDQualifiersSequence=emetteur if patient.matricule else [],
        TimezoneOffsetFromUTC="+0100", AccessionNumber=examen.accession,
        InstanceNumber=1, ContentDate="20260105", ContentTime="101500",
        ConceptNameCodeSequence=[
            jeu(CodeValue=titre, CodingSchemeDesignator="DCM", CodeMeaning=sens)
        ],
        CurrentRequestedProcedureEvidenceSequence=[
            jeu(StudyInstanceUID=examen.etude, ReferencedSeriesSequence=series)
        ],
        ContentSequence=[
            jeu(RelationshipType="CONTAINS", ValueType="IMAGE", ReferencedSOPSequence=[cite])
            for liste in cites.values()
            for cite in liste
        ],
    )  # fmt: skip
    return ecrire(note, EXPLICITE)
