"""De vrais fichiers faits pour l'essai : images, vidéos, PDF, documents, archives."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def ecran(graine: int = 1, taille: tuple[int, int] = (640, 400)) -> Image.Image:
    """Un écran plausible : un fond, un bandeau, des lignes ; chaque graine donne un autre écran."""
    tirage = random.Random(graine)
    image = Image.new("RGB", taille, (245, 245, 250))
    dessin = ImageDraw.Draw(image)
    dessin.rectangle((0, 0, taille[0], 30), fill=(20, 60, 120))
    for _ in range(25):
        x, y = tirage.randrange(taille[0]), tirage.randrange(30, taille[1])
        gris = tirage.randrange(200)
        dessin.rectangle((x, y, x + tirage.randrange(20, 200), y + tirage.randrange(4, 40)), fill=(gris, gris, gris))
    return image


def image(graine: int = 1, *, format_: str = "PNG", taille: tuple[int, int] = (640, 400), **choix: Any) -> bytes:
    """Les octets d'un écran."""
    tampon = io.BytesIO()
    ecran(graine, taille).save(tampon, format_, **choix)
    return tampon.getvalue()


def unie(couleur: tuple[int, int, int] = (255, 255, 255), taille: tuple[int, int] = (640, 400)) -> bytes:
    """Une image d'une seule couleur."""
    tampon = io.BytesIO()
    Image.new("RGB", taille, couleur).save(tampon, "PNG")
    return tampon.getvalue()


def bombe_png(cote: int = 65_000) -> bytes:
    """Un PNG de quelques octets qui annonce plus de quatre milliards de pixels."""

    def bloc(genre: bytes, donnees: bytes) -> bytes:
        controle = zlib.crc32(genre + donnees).to_bytes(4, "big")
        return len(donnees).to_bytes(4, "big") + genre + donnees + controle

    entete = cote.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    lignes = bloc(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + bloc(b"IHDR", entete) + lignes + bloc(b"IEND", b"")


def video(
    chemin: Path,
    *,
    graines: tuple[int, ...] = (1, 2, 3),
    secondes: float = 3.0,
    taille: tuple[int, int] = (640, 400),
    codec: str = "mpeg4",
) -> Path:
    """Une vidéo à cinq images par seconde, d'un écran par graine ; une seule graine donne une image figée."""
    total = max(1, round(secondes * 5))
    with av.open(str(chemin), "w") as conteneur:
        piste: Any = conteneur.add_stream(codec, rate=5)
        piste.width, piste.height, piste.pix_fmt = *taille, "yuv420p"
        for rang in range(total):
            dessin = ecran(graines[rang * len(graines) // total], taille)
            for paquet in piste.encode(av.VideoFrame.from_image(dessin)):  # type: ignore[no-untyped-call]  # non typé par av
                conteneur.mux(paquet)
        for paquet in piste.encode():
            conteneur.mux(paquet)
    return chemin


def pdf(texte: str = "Attestation du logiciel", *, pages: int = 1, image_: bytes = b"", **choix: Any) -> bytes:
    """Un PDF d'une ou plusieurs pages de texte, avec ou sans image ; `encrypt=…` le chiffre."""
    tampon = io.BytesIO()
    toile = Canvas(tampon, **choix)
    for rang in range(pages):
        toile.drawString(72, 700, f"{texte} {rang + 1}")
        if image_:
            toile.drawImage(ImageReader(io.BytesIO(image_)), 72, 300, 300, 200)
        toile.showPage()
    toile.save()
    return tampon.getvalue()


def archive(fichiers: dict[str, bytes]) -> bytes:
    """Une archive ZIP de ces fichiers."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as zip_:
        for nom, contenu in fichiers.items():
            zip_.writestr(nom, contenu)
    return tampon.getvalue()


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(texte: str = "Compte rendu", autres: dict[str, bytes] | None = None) -> bytes:
    """Un document Word minimal."""
    corps = f'<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>{texte}</w:t></w:r></w:p></w:body></w:document>'
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return archive({"[Content_Types].xml": types.encode(), "word/document.xml": corps.encode(), **(autres or {})})


def cda(titre: str = "Compte rendu de biologie") -> bytes:
    """La racine d'un document CDA."""
    racine = f'<ClinicalDocument xmlns="urn:hl7-org:v3"><title>{titre}</title></ClinicalDocument>'
    return racine.encode()
