"""Des KOS de l'essai, bâtis avec pydicom : un conforme, et ce qu'on en change."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO

from pydicom import Dataset, FileMetaDataset, config, dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from simulators.dmp.ebrim import Code, DocumentEntry

RACINE = "1.2.250.1.213.99.42"
ETUDE, SERIES = f"{RACINE}.1", (f"{RACINE}.1.1", f"{RACINE}.1.2")
KOS_UID = f"{RACINE}.9.9"
MATRICULE, OID = "279035121518989", "1.2.250.1.213.1.4.10"
CT = "1.2.840.10008.5.1.4.1.1.2"
IMAGES = tuple((serie, f"{serie}.{rang}") for serie in SERIES for rang in (1, 2))
ACCESSION, COMMANDE = "ACC0001", "CMD0001"


def _jeu(**valeurs: object) -> Dataset:
    jeu = Dataset()
    for nom, valeur in valeurs.items():
        setattr(jeu, nom, Sequence(valeur) if isinstance(valeur, list) else valeur)
    return jeu


def _oid(oid: str, nom: str = "") -> list[Dataset]:
    jeu = _jeu(UniversalEntityID=oid, UniversalEntityIDType="ISO")
    if nom:
        jeu.LocalNamespaceEntityID = nom
    return [jeu]


def _code(valeur: str, sens: str) -> list[Dataset]:
    return [_jeu(CodeValue=valeur, CodingSchemeDesignator="DCM", CodeMeaning=sens)]


def jeu_kos() -> Dataset:
    """Un manifeste conforme : deux séries de deux images."""
    instances = {
        serie: [_jeu(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=uid) for s, uid in IMAGES if s == serie]
        for serie in SERIES
    }
    jeu = _jeu(
        SpecificCharacterSet="ISO_IR 192", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.59", SOPInstanceUID=KOS_UID,
        StudyInstanceUID=ETUDE, SeriesInstanceUID=f"{RACINE}.8", Modality="KO", ValueType="CONTAINER",
        InstanceNumber=1, ContentDate="20261120", ContentTime="101500", PatientBirthDate="19901231", PatientSex="F",
        PatientName="HÉLÈNE^ÉLOÏSE", PatientID=MATRICULE, IssuerOfPatientID="ASIP-SANTE-INS-NIR",
        IssuerOfPatientIDQualifiersSequence=_oid(OID), TimezoneOffsetFromUTC="+0100",
        ConceptNameCodeSequence=_code("113030", "Manifest"),
        ReferencedRequestSequence=[
            _jeu(
                StudyInstanceUID=ETUDE, AccessionNumber=ACCESSION,
                IssuerOfAccessionNumberSequence=_oid("1.2.250.1.213.99.1"),
                PlacerOrderNumberImagingServiceRequest=COMMANDE,
                OrderPlacerIdentifierSequence=_oid("1.2.250.1.213.99.2"),
            )
        ],
        CurrentRequestedProcedureEvidenceSequence=[
            _jeu(
                StudyInstanceUID=ETUDE,
                ReferencedSeriesSequence=[
                    _jeu(SeriesInstanceUID=serie, RetrieveLocationUID=f"{RACINE}.5", ReferencedSOPSequence=cites)
                    for serie, cites in instances.items()
                ],
            )
        ],
        ContentSequence=[
            _jeu(
                RelationshipType="CONTAINS", ValueType="TEXT", TextValue="Scanner thoracique, deux séries",
                ConceptNameCodeSequence=_code("113012", "Key Object Description"),
            ),
            *(
                _jeu(
                    RelationshipType="CONTAINS", ValueType="IMAGE",
                    ReferencedSOPSequence=[_jeu(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=uid)],
                )
                for _, uid in IMAGES
            ),
        ],
    )  # fmt: skip
    jeu.file_meta = FileMetaDataset()
    jeu.file_meta.MediaStorageSOPClassUID = jeu.SOPClassUID
    jeu.file_meta.MediaStorageSOPInstanceUID = jeu.SOPInstanceUID
    jeu.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return jeu


def ecrire(jeu: Dataset, *, syntaxe: str = ExplicitVRLittleEndian) -> bytes:
    """Le fichier DICOM de ce jeu, sans que pydicom en corrige les fautes voulues."""
    jeu.file_meta.TransferSyntaxUID = UID(syntaxe)
    flux = BytesIO()
    with config.disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dcmwrite(flux, jeu, enforce_file_format=True)
    return flux.getvalue()


def kos(changer: Callable[[Dataset], object] = lambda jeu: None) -> bytes:
    """Un KOS conforme, après ce changement."""
    jeu = jeu_kos()
    with config.disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        changer(jeu)
    return ecrire(jeu)


def fiche(**changes: object) -> DocumentEntry:
    """La fiche DMP du KOS conforme."""
    valeurs: dict[str, object] = {
        "mime_type": "application/dicom",
        "unique_id": KOS_UID,
        "patient_id": f"{MATRICULE}^^^&{OID}&ISO^NH",
        "format_code": Code("1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1", "KOS"),
        "type_code": Code("IMG-KOS", "1.2.250.1.213.1.1.4.12", "Référence d'objets d'imagerie"),
        "class_code": Code("31", "1.2.250.1.213.1.1.4.1", "Imagerie médicale"),
        "event_codes": (Code("CT", "1.2.250.1.213.1.1.5.618", "Scanner"),),
        "reference_ids": (
            f"{ETUDE}^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
            f"{ACCESSION}^^^&1.2.250.1.213.99.1&ISO^urn:ihe:iti:xds:2013:accession",
        ),
    }
    return DocumentEntry(**{"id": "doc1", **valeurs, **changes})  # type: ignore[arg-type]
