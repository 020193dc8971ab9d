"""Une vidéo se lit jusqu'au bout, dure, se voit, et montre quelque chose qui change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from PIL import Image, ImageChops

from reports.pieces.bornes import IMAGES_REGARDEES, VIDEO_COTES_MIN, VIDEO_DUREE_MAX_S, VIDEO_DUREE_MIN_S
from reports.pieces.controles.image import unie
from reports.pieces.controles.lecture import Lecture
from reports.pieces.controles.vignettes import empreinte_visuelle, reduire
from reports.pieces.refus import Refus, illisible, trop
from reports.texte import duree_lisible

_REFAIRE = "refaites l'enregistrement jusqu'au bout, et vérifiez qu'il se lit dans un lecteur vidéo avant de le déposer"
# Démultiplexeur imposé : laissé libre, ffmpeg reconnaît aussi des listes de lecture qui mènent à d'autres fichiers.
_DEMULTIPLEXEURS = {"video/mp4": "mov", "video/webm": "matroska", "video/x-msvideo": "avi"}
_PART_LUE_MIN = 0.9
"""Un fichier dont les images s'arrêtent avant cette part de la durée annoncée a été coupé."""
_POINTS_CHANGES_MIN = 3
"""Points d'une réduction 240 × 135 dont le gris change franchement : un mot saisi, une ligne ouverte y suffisent."""
_ECART_FRANC = 34
"""Au-dessus de ce que la compression fait varier dans une image figée, une fois chaque bloc réduit à sa moyenne."""


def controler(chemin: Path, mime: str) -> Lecture:
    """Contrôle une vidéo ; Refus si elle est illisible, coupée, trop courte, figée, vide."""
    try:
        conteneur = av.open(str(chemin), format=_DEMULTIPLEXEURS[mime], metadata_errors="ignore")
    except (FFmpegError, ValueError, OSError) as erreur:
        raise illisible("une vidéo", f"un fichier que ffmpeg n'ouvre pas ({_court(erreur)})", _REFAIRE) from erreur
    with conteneur:
        if not conteneur.streams.video:
            raise illisible("une vidéo", "un fichier sans image (du son seul, ou un en-tête seul)", _REFAIRE)
        piste = conteneur.streams.video[0]
        largeur, hauteur = int(piste.width or 0), int(piste.height or 0)
        _exiger_dimensions(largeur, hauteur)
        instants, annoncee = _instants(conteneur, piste)
        duree = _exiger_duree(instants, annoncee)
        images = [image for image in _regarder(conteneur, piste, instants) if image is not None]
    return _conclure(images, duree, largeur, hauteur, len(instants), piste.codec_context.name)


def _exiger_dimensions(largeur: int, hauteur: int) -> None:
    grand, petit = VIDEO_COTES_MIN
    if max(largeur, hauteur) < grand or min(largeur, hauteur) < petit:
        raise Refus(
            "trop_petite",
            f"une vidéo lisible, d'au moins {grand} × {petit} pixels",
            f"{largeur} × {hauteur} pixels",
            "enregistrez la fenêtre entière, sans réduire l'image",
        )
    if largeur * hauteur > 40_000_000:
        raise trop("une vidéo", "40 millions de pixels par image", f"{largeur} × {hauteur}", _REFAIRE)


def _instants(conteneur: InputContainer, piste: VideoStream) -> tuple[list[float], float]:
    """L'instant de chaque image, lu sans décoder, et la durée que l'en-tête annonce (0 s'il n'en dit rien)."""
    instants: list[float] = []
    try:
        for paquet in conteneur.demux(piste):
            rang = paquet.pts if paquet.pts is not None else paquet.dts
            if rang is not None and paquet.size:
                instants.append(float(rang * paquet.time_base))
    except FFmpegError as erreur:
        raise illisible("une vidéo", f"un fichier abîmé ou coupé ({_court(erreur)})", _REFAIRE) from erreur
    annoncee = 0.0
    if piste.duration and piste.time_base:
        annoncee = float(piste.duration * piste.time_base)
    elif conteneur.duration:
        annoncee = conteneur.duration / av.time_base
    return sorted(instants), annoncee


def _exiger_duree(instants: list[float], annoncee: float) -> float:
    if len(instants) < 2:
        recu = "aucune image" if not instants else "une seule image"
        raise illisible("une vidéo", f"{recu} dans le fichier : un en-tête seul, ou un enregistrement coupé", _REFAIRE)
    pas = (instants[-1] - instants[0]) / (len(instants) - 1)
    duree = instants[-1] - instants[0] + pas
    if annoncee > 2 and duree < annoncee * _PART_LUE_MIN:
        raise illisible(
            "une vidéo",
            f"{duree_lisible(duree)} d'images alors que l'en-tête annonce {duree_lisible(annoncee)} : fichier coupé",
            _REFAIRE,
        )
    if duree < VIDEO_DUREE_MIN_S:
        raise Refus(
            "trop_courte",
            f"une vidéo d'au moins {duree_lisible(VIDEO_DUREE_MIN_S)}",
            duree_lisible(duree),
            "filmez les étapes du scénario, de la première à la dernière",
        )
    if duree > VIDEO_DUREE_MAX_S:
        raise trop("une vidéo", duree_lisible(VIDEO_DUREE_MAX_S), duree_lisible(duree), "coupez-la par scénario")
    return duree


def _regarder(conteneur: InputContainer, piste: VideoStream, instants: list[float]) -> Iterator[Image.Image | None]:
    """Décode quelques images réparties sur toute la durée ; None pour un endroit qui ne se décode pas."""
    piste.thread_type = "NONE"
    rangs = sorted({round(n * (len(instants) - 1) / (IMAGES_REGARDEES - 1)) for n in range(IMAGES_REGARDEES)})
    for rang in rangs:
        yield _image_a(conteneur, piste, instants[rang])


def _image_a(conteneur: InputContainer, piste: VideoStream, instant: float) -> Image.Image | None:
    """L'image affichée à cet instant : la recherche mène à une image clé, on décode depuis elle."""
    temps: Any = piste.time_base
    try:
        conteneur.seek(int(instant / temps), stream=piste)
        derniere = None
        for rang, trame in enumerate(conteneur.decode(piste)):
            derniere = trame
            if trame.time is None or trame.time >= instant - 1e-6 or rang >= 600:
                break
        image: Image.Image | None = derniere.to_image() if derniere is not None else None  # type: ignore[no-untyped-call]  # non typé par av
        return image
    except (FFmpegError, ValueError):
        return None


def _conclure(
    images: list[Image.Image], duree: float, largeur: int, hauteur: int, nombre_images: int, codec: str
) -> Lecture:
    regardees = min(IMAGES_REGARDEES, nombre_images)
    if len(images) < regardees / 2 or len(images) < 2:
        raise illisible(
            "une vidéo",
            f"des images qui ne se décodent pas ({len(images)} sur les {regardees} regardées)",
            _REFAIRE,
        )
    if all(unie(image) for image in images):
        raise Refus(
            "unie",
            "une vidéo qui montre l'écran du logiciel",
            f"des images d'une seule couleur pendant {duree_lisible(duree)}",
            "vérifiez que la fenêtre filmée était affichée, puis recommencez",
        )
    if not any(_different(images[0], image) for image in images[1:]):
        raise Refus(
            "figee",
            "une vidéo où l'écran change",
            f"la même image pendant {duree_lisible(duree)}",
            "filmez les étapes du scénario ; si rien ne bouge, une capture d'écran suffit là où elle est admise",
        )
    tiers = images[len(images) // 3]
    details = {
        "largeur": largeur,
        "hauteur": hauteur,
        "duree_s": round(duree, 3),
        "images": nombre_images,
        "codec": codec,
        "empreinte_visuelle": empreinte_visuelle(tiers),
    }
    return Lecture(details, reduire(tiers))


def _different(une: Image.Image, autre: Image.Image) -> bool:
    reduites = [image.convert("L").resize((240, 135), Image.Resampling.BOX) for image in (une, autre)]
    ecart = ImageChops.difference(*reduites)
    return sum(ecart.histogram()[_ECART_FRANC:]) >= _POINTS_CHANGES_MIN


def _court(erreur: BaseException) -> str:
    raison = getattr(erreur, "strerror", None) or str(erreur)
    return str(raison)[:120] or type(erreur).__name__
