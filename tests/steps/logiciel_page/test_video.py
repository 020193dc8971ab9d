"""La vidéo : décodable, à la bonne heure, bornée."""

from __future__ import annotations

import io
from itertools import pairwise

import av
from PIL import Image

from steps.logiciel.page_video import HAUTEUR, IMAGES_MAX, LARGEUR, Pellicule


def _jpeg(couleur: tuple[int, int, int], taille: tuple[int, int] = (LARGEUR, HAUTEUR)) -> bytes:
    tampon = io.BytesIO()
    Image.new("RGB", taille, couleur).save(tampon, "JPEG")
    return tampon.getvalue()


def _au_milieu(image: av.VideoFrame) -> bytes:
    """Rouge, vert et bleu au centre de l'image."""
    plan = image.reformat(format="rgb24").planes[0]
    debut = HAUTEUR // 2 * plan.line_size + LARGEUR // 2 * 3
    return bytes(plan)[debut : debut + 3]


def test_images_a_leur_heure() -> None:
    """Chaque image paraît à son heure, la dernière reste jusqu'à la fin ; les couleurs se reconnaissent."""
    pellicule = Pellicule()
    pellicule.ajouter(100.0, _jpeg((200, 0, 0)))
    pellicule.ajouter(101.5, _jpeg((0, 0, 200), (800, 500)))
    video = pellicule.developper(fin=104.0)
    assert video is not None
    with av.open(io.BytesIO(video), "r") as lue:
        assert lue.streams.video[0].codec_context.name == "vp9"
        images = list(lue.decode(video=0))
    assert [round(image.time or 0, 2) for image in images] == [0.0, 1.5, 4.0]
    rouge, bleu = (_au_milieu(image) for image in (images[0], images[2]))
    assert rouge[0] > 150 > rouge[2] and bleu[2] > 150 > bleu[0]


def test_rien_a_filmer() -> None:
    """Sans image, pas de vidéo : jamais un fichier vide présenté comme une preuve."""
    assert Pellicule().developper() is None


def test_images_trop_proches() -> None:
    """D'images rapprochées, la première et les dernières de chaque intervalle restent."""
    pellicule = Pellicule()
    for rang in range(40):
        pellicule.ajouter(rang / 20, b"%d" % rang)
    heures = [heure for heure, _ in pellicule.images]
    assert pellicule.images[-1][1] == b"39"
    assert len(heures) <= 12
    assert all(b > a for a, b in pairwise(heures))


def test_longue_duree() -> None:
    """Une page qui bouge sans fin n'emplit pas la mémoire ; la durée entière reste couverte."""
    pellicule = Pellicule()
    for rang in range(3 * IMAGES_MAX):
        pellicule.ajouter(float(rang), b"%d" % rang)
    assert len(pellicule.images) <= IMAGES_MAX
    assert (pellicule.images[0][0], pellicule.images[-1][0]) == (0.0, 3.0 * IMAGES_MAX - 1)
