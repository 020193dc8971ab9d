"""Lire un KOS sans risque : octets hostiles, séquences profondes, fichiers tronqués ou énormes."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from steps.verifications.kos.modele import Demande, Identifiant, Instance, Kos, Serie

if TYPE_CHECKING:
    from pydicom import Dataset

TAILLE_MAX = 8 * 2**20
PROFONDEUR_MAX = 24
"""Un KOS en a cinq ; au-delà, le fichier n'est pas lu."""
SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
"""Implicit VR, Explicit VR petit-boutiste, Explicit VR gros-boutiste : seules lues, jamais un contenu compressé."""


class KosIllisible(ValueError):
    """Le fichier n'est pas un DICOM lisible ; le message dit pourquoi."""


class AuDelaDesLimites(KosIllisible):
    """Le fichier dépasse une limite du banc : rien n'en est jugé."""


def est_dicom(octets: bytes) -> bool:
    """Vrai pour un fichier DICOM (PS3.10) : préambule de 128 octets puis « DICM »."""
    return octets[128:132] == b"DICM"


def lire_kos(octets: bytes) -> Kos:
    """Lit un document DICOM structuré ; lève `KosIllisible`, ou `AuDelaDesLimites`."""
    if len(octets) > TAILLE_MAX:
        raise AuDelaDesLimites(f"{len(octets)} octets, {TAILLE_MAX} au plus")
    if not est_dicom(octets):
        raise KosIllisible("ni préambule DICOM ni « DICM » au 129e octet")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _lire(octets)


def _lire(octets: bytes) -> Kos:
    from pydicom import config
    from pydicom.errors import BytesLengthException, InvalidDicomError
    from pydicom.filebase import DicomBytesIO
    from pydicom.filereader import dcmread

    lecture, config.settings.reading_validation_mode = config.settings.reading_validation_mode, config.IGNORE
    try:
        syntaxe = syntaxe_de(octets)
        if syntaxe not in SYNTAXES:
            raise KosIllisible(f"syntaxe de transfert {syntaxe or 'absente'} : le banc lit {', '.join(SYNTAXES)}")
        _mesurer(octets)
        return _kos(octets, dcmread(DicomBytesIO(octets), stop_before_pixels=True), syntaxe)
    except RecursionError:
        raise AuDelaDesLimites("séquences imbriquées trop profondément") from None
    except KosIllisible:
        raise
    except (
        InvalidDicomError, BytesLengthException, EOFError, OSError, ValueError, TypeError, KeyError, IndexError,
        AttributeError, struct.error, NotImplementedError, ArithmeticError, LookupError, MemoryError,
    ) as erreur:  # fmt: skip
        raise KosIllisible(f"lecture impossible ({type(erreur).__name__})") from None
    finally:
        config.settings.reading_validation_mode = lecture


def syntaxe_de(octets: bytes) -> str:
    """TransferSyntaxUID de l'en-tête, lu sans pydicom : il décompresserait d'abord un contenu « deflated »."""
    return _uid_de_l_entete(octets, b"\x10\x00")


def classe_annoncee(octets: bytes) -> str:
    """MediaStorageSOPClassUID de l'en-tête : ce qu'est l'objet, même quand la suite ne peut pas être lue."""
    return _uid_de_l_entete(octets, b"\x02\x00")


def _uid_de_l_entete(octets: bytes, voulu: bytes) -> str:
    rang = 132
    while octets[rang : rang + 2] == b"\x02\x00":
        element, vr = octets[rang + 2 : rang + 4], octets[rang + 4 : rang + 6]
        long = vr in (b"OB", b"UN", b"UT", b"SQ", b"OW")
        debut = rang + (12 if long else 8)
        taille = int.from_bytes(octets[rang + 8 : debut] if long else octets[rang + 6 : debut], "little")
        if element == voulu:
            return octets[debut : debut + taille].rstrip(b"\0 ").decode("ascii", "replace")
        rang = debut + taille
    return ""


def _mesurer(octets: bytes) -> None:
    """Refuse ce qui ne peut pas être un KOS : trop de délimiteurs de séquence pour sa taille."""
    if octets.count(b"\xfe\xff\x00\xe0") > 200_000:
        raise AuDelaDesLimites("plus de 200 000 éléments de séquence")


def _kos(octets: bytes, jeu: Dataset, syntaxe: str) -> Kos:
    meta = jeu.file_meta
    series = tuple(_series(jeu))
    contenu = tuple(_contenu(jeu))
    textes = tuple(_illisibles(jeu))
    demandes = tuple(_demande(d) for d in _sequence(jeu, "ReferencedRequestSequence"))
    titre = _premier(jeu, "ConceptNameCodeSequence")
    return Kos(
        octets=octets, syntaxe=syntaxe,
        sop_class=_texte(jeu, "SOPClassUID"), sop_class_entete=_texte(meta, "MediaStorageSOPClassUID"),
        uid=_texte(jeu, "SOPInstanceUID"), uid_entete=_texte(meta, "MediaStorageSOPInstanceUID"),
        modalite=_texte(jeu, "Modality"), type_valeur=_texte(jeu, "ValueType"),
        titre=Identifiant(_texte(titre, "CodeValue"), _texte(titre, "CodingSchemeDesignator")),
        patient=_patient(jeu), autres_patients=tuple(map(_patient, _sequence(jeu, "OtherPatientIDsSequence"))),
        jeux=tuple(_valeurs(jeu, "SpecificCharacterSet")), illisibles=textes,
        fuseau=_texte(jeu, "TimezoneOffsetFromUTC"), etude=_texte(jeu, "StudyInstanceUID"), series=series,
        demandes=demandes, contenu=tuple(i for _, i in contenu), relations=tuple(r for r, _ in contenu),
        description=_description(jeu), uids=tuple(_uids(jeu, series, contenu, demandes)),
        dates=_renseignes(jeu, _DATES), heures=_renseignes(jeu, _HEURES), sexe=_texte(jeu, "PatientSex"),
        absents=tuple(nom for nom in _TYPE_1 if not _texte(jeu, nom)),
    )  # fmt: skip


_DATES = ("StudyDate", "SeriesDate", "ContentDate", "PatientBirthDate", "InstanceCreationDate")
_HEURES = ("StudyTime", "SeriesTime", "ContentTime", "PatientBirthTime", "InstanceCreationTime")
_TYPE_1 = ("InstanceNumber", "ContentDate", "ContentTime")


def _renseignes(jeu: Dataset, noms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((nom, valeur) for nom in noms for valeur in _valeurs(jeu, nom) if valeur)


def _valeurs(jeu: Dataset | None, nom: str) -> list[str]:
    valeur = jeu.get(nom) if jeu is not None else None
    if valeur is None:
        return []
    if isinstance(valeur, str) or not hasattr(valeur, "__iter__"):
        return [str(valeur).strip(" \0")]
    return [str(element).strip(" \0") for element in valeur]


def _texte(jeu: Dataset | None, nom: str) -> str:
    return "\\".join(_valeurs(jeu, nom))


def _sequence(jeu: Dataset | None, nom: str) -> list[Dataset]:
    valeur: Any = jeu.get(nom) if jeu is not None else None
    return [] if valeur is None or isinstance(valeur, str | bytes) else [e for e in valeur if hasattr(e, "get")]


def _premier(jeu: Dataset | None, nom: str) -> Dataset | None:
    return next(iter(_sequence(jeu, nom)), None)


def _emetteur(jeu: Dataset | None, sequence: str) -> tuple[str, str, str]:
    qui = _premier(jeu, sequence)
    return _texte(qui, "LocalNamespaceEntityID"), _texte(qui, "UniversalEntityID"), _texte(qui, "UniversalEntityIDType")


def _patient(jeu: Dataset) -> Identifiant:
    _, oid, genre = _emetteur(jeu, "IssuerOfPatientIDQualifiersSequence")
    return Identifiant(_texte(jeu, "PatientID"), _texte(jeu, "IssuerOfPatientID"), oid, genre)


def _demande(jeu: Dataset) -> Demande:
    return Demande(
        _texte(jeu, "StudyInstanceUID"),
        Identifiant(_texte(jeu, "AccessionNumber"), *_emetteur(jeu, "IssuerOfAccessionNumberSequence")),
        Identifiant(
            _texte(jeu, "PlacerOrderNumberImagingServiceRequest"), *_emetteur(jeu, "OrderPlacerIdentifierSequence")
        ),
    )


def _series(jeu: Dataset) -> Iterator[Serie]:
    for etude in _sequence(jeu, "CurrentRequestedProcedureEvidenceSequence"):
        for serie in _sequence(etude, "ReferencedSeriesSequence"):
            yield Serie(
                _texte(etude, "StudyInstanceUID"), _texte(serie, "SeriesInstanceUID"), _texte(serie, "RetrieveURL"),
                _texte(serie, "RetrieveLocationUID"), tuple(map(_instance, _sequence(serie, "ReferencedSOPSequence"))),
            )  # fmt: skip


def _instance(jeu: Dataset) -> Instance:
    return Instance(_texte(jeu, "ReferencedSOPClassUID"), _texte(jeu, "ReferencedSOPInstanceUID"))


def _elements(jeu: Dataset, profondeur: int = 0) -> Iterator[Dataset]:
    if profondeur > PROFONDEUR_MAX:
        raise AuDelaDesLimites(f"arbre de contenu de plus de {PROFONDEUR_MAX} niveaux")
    for element in _sequence(jeu, "ContentSequence"):
        yield element
        yield from _elements(element, profondeur + 1)


def _contenu(jeu: Dataset) -> Iterator[tuple[str, Instance]]:
    for element in _elements(jeu):
        if _texte(element, "ValueType") in ("IMAGE", "COMPOSITE", "WAVEFORM"):
            for cite in _sequence(element, "ReferencedSOPSequence"):
                yield _texte(element, "RelationshipType"), _instance(cite)


def _description(jeu: Dataset) -> str:
    for element in _elements(jeu):
        if _texte(_premier(element, "ConceptNameCodeSequence"), "CodeValue") == "113012":
            return _texte(element, "TextValue")
    return ""


def _illisibles(jeu: Dataset) -> Iterator[str]:
    """Les textes hors ASCII que le jeu annoncé ne rend pas ; pydicom met alors un caractère de remplacement."""
    annonce = any(nom not in ("", "ISO_IR 6", "ISO 2022 IR 6") for nom in _valeurs(jeu, "SpecificCharacterSet"))
    for nom in ("PatientName", "InstitutionName", "StudyDescription", "IssuerOfPatientID"):
        texte = _texte(jeu, nom)
        if "\ufffd" in texte or (not annonce and not texte.isascii()):
            yield nom
    for element in _elements(jeu):
        texte = _texte(element, "TextValue")
        if "\ufffd" in texte or (not annonce and not texte.isascii()):
            yield "TextValue"


def _uids(
    jeu: Dataset, series: tuple[Serie, ...], contenu: tuple[tuple[str, Instance], ...], demandes: tuple[Demande, ...]
) -> Iterator[tuple[str, str]]:
    for nom in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        yield nom, _texte(jeu, nom)
    for serie in series:
        yield "preuves, StudyInstanceUID", serie.etude
        yield "preuves, SeriesInstanceUID", serie.uid
        for instance in serie.instances:
            yield f"preuves, série {serie.uid}, ReferencedSOPInstanceUID", instance.uid
    for _, instance in contenu:
        yield "contenu, ReferencedSOPInstanceUID", instance.uid
    for demande in demandes:
        if demande.etude:
            yield "demande, StudyInstanceUID", demande.etude
