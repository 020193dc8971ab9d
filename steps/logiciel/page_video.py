"""La vidéo d'un scénario : les images que Chromium envoie quand l'écran change, mises bout à bout en WebM (VP9)."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.video.stream import VideoStream

LARGEUR, HAUTEUR = 1280, 800
INTERVALLE_S = 0.2
"""Deux images plus proches que cela n'en font qu'une, la dernière : un curseur qui clignote ne pèse pas."""
IMAGES_MAX = 1500
_FIN_S = 1.0
_MILLISECONDE = Fraction(1, 1000)
_OPTIONS = {"deadline": "realtime", "cpu-used": "8", "crf": "44", "row-mt": "1"}
_ENTRE_CLES = 300


class Pellicule:
    """Les images d'un scénario, en JPEG, avec leur heure en secondes."""

    def __init__(self) -> None:
        self.images: list[tuple[float, bytes]] = []

    def ajouter(self, heure: float, jpeg: bytes) -> None:
        """Garde l'image ; au-delà d'`IMAGES_MAX`, une sur deux s'oublie, la durée reste."""
        if len(self.images) > 1 and heure - self.images[-2][0] < INTERVALLE_S:
            self.images.pop()
        self.images.append((heure, jpeg))
        if len(self.images) > IMAGES_MAX:
            self.images = self.images[:1] + self.images[1:-1:2] + self.images[-1:]

    def developper(self, fin: float | None = None) -> bytes | None:
        """La vidéo, chaque image à son heure ; None s'il n'y a pas d'image. `fin` : l'écran est resté tel jusque-là."""
        if not self.images:
            return None
        import av
        from av.video.frame import PictureType

        debut = self.images[0][0]
        derniere = max(fin or 0.0, self.images[-1][0] + _FIN_S)
        tampon = io.BytesIO()
        with av.open(tampon, "w", format="webm") as sortie:
            piste: VideoStream = sortie.add_stream("libvpx-vp9", rate=25, options=_OPTIONS)
            piste.width, piste.height, piste.pix_fmt = LARGEUR, HAUTEUR, "yuv420p"
            piste.codec_context.time_base = _MILLISECONDE
            # Débit nul : c'est la qualité (crf) qui règle la taille.
            piste.codec_context.bit_rate, piste.codec_context.gop_size = 0, _ENTRE_CLES
            avant = -1
            for heure, jpeg in [*self.images, (derniere, self.images[-1][1])]:
                with av.open(io.BytesIO(jpeg), "r", format="mjpeg") as source:
                    image = next(source.decode(video=0)).reformat(LARGEUR, HAUTEUR, "yuv420p")
                # Deux images d'une même milliseconde feraient reculer le temps.
                avant = max(avant + 1, round((heure - debut) * 1000))
                image.pts, image.time_base = avant, _MILLISECONDE
                # Un JPEG est une image clé ; le rester à l'encodage décuplerait la taille.
                image.pict_type = PictureType.NONE
                sortie.mux(piste.encode(image))
            sortie.mux(piste.encode(None))
        return tampon.getvalue()
