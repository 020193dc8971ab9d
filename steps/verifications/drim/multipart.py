"""Lire une réponse WADO-RS : parties d'un multipart/related, chacune un objet DICOM ; entrées hostiles bornées."""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from simulators.socle.echange import Echange

PARTIES_MAX = 5000
_BORNE = re.compile(r'boundary\s*=\s*(?:"([^"]{1,70})"|([^";,\s]{1,70}))', re.IGNORECASE)


class MultipartIllisible(ValueError):
    """La réponse ne se lit pas comme des objets DICOM en plusieurs parties ; le message dit pourquoi."""


@dataclass(frozen=True, slots=True)
class Objet:
    """Un objet DICOM reçu."""

    uid: str
    syntaxe: str
    pixels: bytes
    autres_patients: tuple[str, ...]
    """PatientID de chaque élément d'OtherPatientIDsSequence."""
    anciens: tuple[str, ...] = ()
    """OtherPatientIDs (0010,1000), que DICOM a retiré."""


def objets(echange: Echange) -> list[Objet]:
    """Les objets de la réponse, dans l'ordre ; lève `MultipartIllisible`."""
    reponse = echange.reponse
    if reponse is None:
        raise MultipartIllisible("aucune réponse")
    if reponse.statut != 200:
        raise MultipartIllisible(f"HTTP {reponse.statut}")
    genre = next((v for n, v in reponse.entetes if n.lower() == "content-type"), "")
    if not genre.lower().startswith("multipart/related"):
        raise MultipartIllisible(f"Content-Type {genre or 'absent'}")
    trouvee = _BORNE.search(genre)
    if trouvee is None:
        raise MultipartIllisible("multipart sans borne")
    borne = trouvee[1] or trouvee[2]
    return [_objet(partie) for partie in parties(reponse.corps.octets, borne.encode())]


def parties(corps: bytes, borne: bytes) -> list[bytes]:
    """Le contenu de chaque partie ; lève `MultipartIllisible` si la dernière borne manque (réponse coupée)."""
    morceaux = (b"\r\n" + corps).split(b"\r\n--" + borne)
    if len(morceaux) > PARTIES_MAX:
        raise MultipartIllisible(f"plus de {PARTIES_MAX} parties")
    if len(morceaux) < 3 or not morceaux[-1].startswith(b"--"):
        raise MultipartIllisible("dernière borne absente : réponse coupée, ou sans partie")
    lues = []
    for morceau in morceaux[1:-1]:
        entetes, separateur, contenu = morceau.partition(b"\r\n\r\n")
        if not separateur or b"application/dicom" not in entetes.lower():
            raise MultipartIllisible("une partie n'est pas application/dicom")
        lues.append(contenu)
    return lues


def _objet(octets: bytes) -> Objet:
    from pydicom import dcmread
    from pydicom.errors import BytesLengthException, InvalidDicomError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            jeu = dcmread(BytesIO(octets))
            autres = tuple(str(autre.get("PatientID", "")) for autre in jeu.get("OtherPatientIDsSequence", ()) or ())
            return Objet(
                str(jeu.get("SOPInstanceUID", "")), str(jeu.file_meta.get("TransferSyntaxUID", "")),
                bytes(jeu.get("PixelData", b"") or b""), autres, _valeurs(jeu.get("OtherPatientIDs")),
            )  # fmt: skip
    except (
        InvalidDicomError, BytesLengthException, EOFError, ValueError, TypeError, AttributeError, KeyError, OSError,
        struct.error, NotImplementedError, RecursionError, LookupError,
    ) as erreur:  # fmt: skip
        raise MultipartIllisible(f"objet DICOM illisible ({type(erreur).__name__})") from None


def _valeurs(valeur: object) -> tuple[str, ...]:
    """Une valeur DICOM, seule ou multiple."""
    if valeur is None:
        return ()
    return tuple(map(str, valeur)) if not isinstance(valeur, str) and isinstance(valeur, Iterable) else (str(valeur),)
