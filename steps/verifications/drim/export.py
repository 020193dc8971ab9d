"""Ce qu'une DRIMbox consommatrice exporte vers un PACS : les C-STORE reçus, devant l'examen et l'appel contextuel."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.drim.compression import AVEC_PERTE, SANS_PERTE
from simulators.pacs.reseau import REUSSI, STOCKER
from simulators.socle.echange import Echange
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

_REM = "REM DRIMbox (travaux de concertation 2023), exigence"
_PS34 = "DICOM PS3.4, annexe B (C-STORE)"


def _regle(code: str, titre: str, exigence: str, a_faire: str) -> Regle:
    return Regle(f"DRIM-EXP-{code}", titre, f"{_REM} {exigence}", Confiance.OFFICIELLE, a_faire)


PUSH = _regle(
    "01", "À la demande, les images de l'examen arrivent au PACS par C-STORE, toutes, et elles seules",
    f"DB.CO.60 ; {_PS34}", "Envoyez au PACS chaque image de l'examen, par C-STORE, quand l'utilisateur le demande.",
)  # fmt: skip
IPP = _regle(
    "02", "Chaque image exportée porte l'IPP local de l'appel contextuel, non celui de la source", "DB.CO.77",
    "Remplacez PatientID par l'IPP reçu dans l'appel contextuel avant d'exporter.",
)  # fmt: skip
SYNTAXE = _regle(
    "03", "Les images s'exportent dans une syntaxe de transfert compressée, avec ou sans perte, ou non compressée",
    "DB.CO.74", "Négociez avec le PACS une syntaxe qui dise vraiment comment les pixels sont écrits.",
)  # fmt: skip
FILE = _regle(
    "04", "Plusieurs examens de la liste s'exportent ensemble, par une file d'attente", "DB.CO.78",
    "Laissez choisir plusieurs examens, mettez-les en file, exportez-les tous.",
)  # fmt: skip


@dataclass(frozen=True)
class ImageStockee:
    """Une image qu'un C-STORE a remise au PACS, qui l'a prise."""

    uid: str
    syntaxe: str
    ipp: str
    numero: int
    lisible: bool = True
    """Faux : le jeu de données ne se lit pas dans la syntaxe négociée."""
    justes: bool = True
    """Faux : les pixels ne sont pas écrits comme cette syntaxe le veut."""


def stockees(echanges: Sequence[Echange]) -> list[ImageStockee]:
    """Les C-STORE que le PACS a pris, dans l'ordre."""
    return [
        _lire(e)
        for e in echanges
        if e.service == "pacs" and e.operation == STOCKER and e.notes.get("statut") == f"{REUSSI:04X}H"
    ]


@verification(PUSH)
def images_poussees(avant: Sequence[Echange], apres: Sequence[Echange], attendues: Collection[str]) -> Constat:
    """`avant` : ce que le PACS a reçu avant la demande ; `attendues` : SOPInstanceUID des examens demandés."""
    precoces, recues = stockees(avant), stockees(apres)
    numeros = tuple(image.numero for image in (*precoces, *recues))
    if precoces:
        return PUSH.enfreinte(
            "Des images partent au PACS sans que l'utilisateur l'ait demandé.",
            attendu="aucun C-STORE avant la demande", recu=f"{len(precoces)} image(s)", ou="PACS", echanges=numeros,
        )  # fmt: skip
    uids = {image.uid for image in recues}
    manquent, autres = sorted(set(attendues) - uids), sorted(uids - set(attendues))
    return juger(
        PUSH, not manquent and not autres, "Les images arrivées au PACS ne sont pas celles de l'examen exporté.",
        attendu=f"{len(set(attendues))} image(s)",
        recu=_ecart(manquent, autres) or f"{len(uids)} image(s)", ou="PACS", echanges=numeros,
    )  # fmt: skip


@verification(IPP)
def ipp_local(echanges: Sequence[Echange], local: str, source: str) -> Constat:
    """`source` : l'IPP que portent les images rendues par la DRIMbox distante."""
    recues = stockees(echanges)
    if not recues:
        return IPP.sans_objet("aucune image n'est arrivée au PACS")
    vus = sorted({image.ipp for image in recues if image.lisible})
    if not vus:
        return IPP.a_regarder("Les images exportées ne se lisent pas dans la syntaxe annoncée.", ou="PACS")
    return juger(
        IPP, vus == [local],
        "Des images gardent l'IPP de la source." if source in vus else "Des images portent un autre identifiant.",
        attendu=local, recu=", ".join(v or "PatientID vide" for v in vus), ou="PatientID (0010,0020)",
        echanges=tuple(image.numero for image in recues),
    )  # fmt: skip


@verification(SYNTAXE)
def syntaxes_exportees(echanges: Sequence[Echange], familles: Mapping[str, Collection[str]]) -> Constat:
    """`familles` : « non compressée », « sans perte », « avec perte » → images que la source a rendues ainsi.

    Une image décompressée pour l'export ne dit pas si le logiciel sait exporter compressé : à regarder.
    """
    recues = {image.uid: image for image in stockees(echanges)}
    numeros = tuple(image.numero for image in recues.values())
    attendues = {uid: famille for famille, uids in familles.items() for uid in uids}
    manquent = sorted(set(attendues) - set(recues))
    faux = sorted(uid for uid, image in recues.items() if not (image.lisible and image.justes))
    if manquent or faux:
        return SYNTAXE.enfreinte(
            "Des images ne s'exportent pas." if manquent else "Les pixels ne sont pas écrits dans la syntaxe annoncée.",
            attendu=f"{len(attendues)} images, dans la syntaxe négociée",
            recu=f"manquent {_liste(manquent)}" if manquent else f"mal annoncées : {_liste(faux)}", ou="PACS",
            echanges=numeros,
        )  # fmt: skip
    vues = {famille_de(image.syntaxe) for uid, image in recues.items() if uid in attendues}
    recu = ", ".join(sorted({image.syntaxe for image in recues.values()}))
    if not set(familles) <= vues:
        return SYNTAXE.a_regarder(
            f"Rien n'est exporté en {' ni '.join(sorted(set(familles) - vues))} : montrer que le logiciel le peut.",
            recu=recu, ou="PACS", echanges=numeros,
        )  # fmt: skip
    return SYNTAXE.respectee(recu=recu, ou="PACS", echanges=numeros)


@verification(FILE)
def file_exportee(
    echanges: Sequence[Echange], demandes: Mapping[str, Collection[str]], file: Sequence[str] | None
) -> Constat:
    """`demandes` : référence (KOS) de chaque examen mis en file → ses images ; `file` : ce qui en est montré."""
    recues = stockees(echanges)
    uids, numeros = {image.uid for image in recues}, tuple(image.numero for image in recues)
    absents = sorted(unique for unique, images in demandes.items() if not set(images) <= uids)
    if absents:
        return FILE.enfreinte(
            "Des examens mis en file ne sont pas exportés en entier.", attendu=f"{len(demandes)} examens",
            recu=f"manquent {_liste(absents)}", ou="PACS", echanges=numeros,
        )  # fmt: skip
    if file is None or not set(demandes) <= set(file):
        return FILE.a_regarder(
            "Les examens sont exportés, mais la file d'attente relevée ne les dit pas tous : la montrer.",
            recu=", ".join(file or ()) or "aucune file", ou="exporter_examens", echanges=numeros,
        )  # fmt: skip
    return FILE.respectee(recu=f"{len(demandes)} examens, {len(uids)} images", ou="PACS", echanges=numeros)


_BRUTE = "non compressée"
_INDEFINIE = 0xFFFFFFFF
_GONFLE_MAX = 2**30


def famille_de(syntaxe: str) -> str:
    """« non compressée », « sans perte » ou « avec perte », d'après la bibliothèque DICOM pour les autres syntaxes."""
    if syntaxe in SANS_PERTE or syntaxe in AVEC_PERTE:
        return "sans perte" if syntaxe in SANS_PERTE else "avec perte"
    from pydicom.uid import UID

    uid = UID(syntaxe)
    if not uid.is_transfer_syntax or not uid.is_compressed:
        return _BRUTE
    return "sans perte" if "Lossless" in uid.name and "Lossy" not in uid.name else "avec perte"


def _lire(echange: Echange) -> ImageStockee:
    """Le jeu de données d'un C-STORE, dans la syntaxe négociée."""
    from pydicom.filereader import read_dataset
    from pydicom.uid import UID

    syntaxe, uid = echange.notes.get("syntaxe", ""), echange.notes.get("instance", "")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dite = UID(syntaxe)
            octets = echange.requete.corps.octets
            if dite.is_deflated:
                octets = _gonfler(octets)
            jeu = read_dataset(BytesIO(octets), dite.is_implicit_VR, dite.is_little_endian)
            # La bibliothèque lit aussi ce qui n'est pas écrit comme annoncé, et ce qui n'est rien.
            if jeu.original_encoding != (dite.is_implicit_VR, dite.is_little_endian) or "SOPInstanceUID" not in jeu:
                raise ValueError("jeu de données qui n'est pas dans la syntaxe annoncée")
            ipp, lu = str(jeu.get("PatientID", "") or ""), str(jeu.SOPInstanceUID)
            justes = _pixels_justes(jeu, compresses=famille_de(syntaxe) != _BRUTE)
    except Exception:  # noqa: BLE001  # des octets quelconques : la bibliothèque lève de tout
        return ImageStockee(uid, syntaxe, "", echange.numero, lisible=False)
    return ImageStockee(lu, syntaxe, ipp, echange.numero, justes=justes)


def _gonfler(octets: bytes) -> bytes:
    """Un jeu de données « deflated », borné."""
    gonfleur = zlib.decompressobj(-zlib.MAX_WBITS)
    lu = gonfleur.decompress(octets, _GONFLE_MAX)
    if gonfleur.unconsumed_tail:
        raise ValueError("jeu de données trop long une fois décompressé")
    return lu


def _pixels_justes(jeu: Any, *, compresses: bool) -> bool:
    """Encapsulés si la syntaxe est compressée ; sinon, autant d'octets que l'image en demande (PS3.5, § 8)."""
    if "PixelData" not in jeu:
        return True
    brut = jeu.get_item("PixelData")
    encapsules = getattr(brut, "length", 0) == _INDEFINIE or bool(getattr(brut, "is_undefined_length", False))
    if compresses or encapsules:
        return compresses and encapsules
    if any(nom not in jeu for nom in ("Rows", "Columns", "BitsAllocated")):
        return True
    couleurs = int(jeu.get("SamplesPerPixel", 1) or 1)
    if str(jeu.get("PhotometricInterpretation", "")) == "YBR_FULL_422":
        couleurs = 2
    bits = int(jeu.Rows) * int(jeu.Columns) * couleurs * int(jeu.BitsAllocated) * int(jeu.get("NumberOfFrames", 1) or 1)
    voulus = (bits + 7) // 8
    return len(jeu.PixelData) in (voulus, voulus + voulus % 2)


def _ecart(manquent: Sequence[str], autres: Sequence[str]) -> str:
    return " ; ".join(f"{dit} {_liste(uids)}" for dit, uids in (("manquent", manquent), ("en trop", autres)) if uids)


def _liste(uids: Sequence[str]) -> str:
    return ", ".join(uids[:5]) + (f" et {len(uids) - 5} autres" if len(uids) > 5 else "")
