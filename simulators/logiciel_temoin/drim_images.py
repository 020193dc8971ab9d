"""Le PACS de l'établissement, vu de la DRIMbox : les images reçues, rangées par étude."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

KOS = "1.2.840.10008.5.1.4.1.1.88.59"
REJETS = frozenset({"113001", "113037", "113038", "113039"})
"""Titres d'une note de rejet IOCM."""


@dataclass(frozen=True)
class Image:
    """Une instance du PACS."""

    uid: str
    sop_class: str
    serie: str
    etude: str
    modalite: str
    accession: str
    ipp: str
    octets: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()


@dataclass(frozen=True)
class Rejet:
    """Une note de rejet : l'étude, et les instances retirées."""

    etude: str
    instances: frozenset[str]


@dataclass
class Pacs:
    """Images par SOPInstanceUID."""

    images: dict[str, Image] = field(default_factory=dict)
    verrou: threading.Lock = field(default_factory=threading.Lock)

    def recevoir(self, octets: bytes) -> Image | Rejet:
        """Range une image, ou applique une note de rejet ; `ValueError` si ce n'est ni l'une ni l'autre."""
        jeu = lire(octets)
        if str(jeu.get("SOPClassUID", "")) == KOS:
            return self._rejeter(jeu)
        image = Image(
            str(jeu.SOPInstanceUID), str(jeu.SOPClassUID), str(jeu.SeriesInstanceUID), str(jeu.StudyInstanceUID),
            str(jeu.get("Modality", "")), str(jeu.get("AccessionNumber", "")), str(jeu.get("PatientID", "")), octets,
        )  # fmt: skip
        with self.verrou:
            self.images[image.uid] = image
        return image

    def _rejeter(self, jeu: Any) -> Rejet:
        titre = jeu.ConceptNameCodeSequence[0].CodeValue
        if titre not in REJETS:
            raise ValueError(f"objet de référence au titre {titre} : ni image, ni note de rejet")
        etude = jeu.CurrentRequestedProcedureEvidenceSequence[0]
        cites = frozenset(
            str(i.ReferencedSOPInstanceUID) for s in etude.ReferencedSeriesSequence for i in s.ReferencedSOPSequence
        )
        with self.verrou:
            for uid in cites:
                self.images.pop(uid, None)
        return Rejet(str(etude.StudyInstanceUID), cites)

    def chercher(self, etude: str) -> list[Image]:
        """Ce que le PACS garde de cette étude."""
        with self.verrou:
            return sorted((i for i in self.images.values() if i.etude == etude), key=lambda i: (i.serie, i.uid))


def lire(octets: bytes) -> Any:
    """Le jeu de données d'un fichier DICOM."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        return dcmread(BytesIO(octets))
    except (InvalidDicomError, EOFError) as erreur:
        raise ValueError(f"fichier DICOM illisible : {erreur}") from erreur


def ecrire(jeu: Any, syntaxe: str) -> bytes:
    """Le fichier DICOM d'un jeu de données non compressé."""
    from pydicom import FileMetaDataset, dcmwrite
    from pydicom.uid import UID

    jeu.file_meta = FileMetaDataset()
    jeu.file_meta.TransferSyntaxUID = UID(syntaxe)
    flux = BytesIO()
    dcmwrite(flux, jeu, enforce_file_format=True)
    return flux.getvalue()
