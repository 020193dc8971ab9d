"""Les images exportées vers un PACS : chaque règle a ses exemples ; un jeu de données hostile se lit sans panne."""

from __future__ import annotations

import random
import zlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.uid import AllTransferSyntaxes

from reports.verdict import Verdict
from simulators.drim.compression import JPEG_BASELINE, RLE
from simulators.drim.images import EXPLICITE, IMPLICITE, Image, PatientImage, fabriquer
from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete
from steps.verifications.drim import export as r

INSTANT = datetime(2026, 11, 23, tzinfo=UTC)
NON, OUI, RIEN, A_VOIR = Verdict.NON_CONFORME, Verdict.CONFORME, Verdict.NON_CONCLUANT, Verdict.A_VERIFIER
LOCAL, SOURCE = "LOCAL7", "SOURCE7"
FAMILLES = {"non compressée": EXPLICITE, "sans perte": RLE, "avec perte": JPEG_BASELINE}


def images(syntaxe: str = EXPLICITE, etude: str = "1.2.3", ipp: str = LOCAL) -> tuple[Image, ...]:
    patient = PatientImage(ipp, "HOPITAL", "DURAND^ANNE", "19800101", "F")
    return fabriquer(etude, "ACC", "1.2.9", patient, [("CT", 2)], syntaxe=syntaxe).images


def recue(image: Image, *, syntaxe: str = "", corps: bytes | None = None, statut: str = "0000H") -> Echange:
    """Le C-STORE de cette image, sous la syntaxe de son fichier ou une autre."""
    jeu: Any = dcmread(BytesIO(image.octets), force=True)
    if corps is None:
        corps = image.octets[image.octets.index(b"\x08\x00\x05\x00") :]
    return Echange(
        1, "pacs", "C-STORE", INSTANT, INSTANT, Requete("C-STORE", "BANC-PACS", (), CorpsMemoire(corps)), Reponse(0),
        notes={"instance": image.uid, "syntaxe": syntaxe or str(jeu.file_meta.TransferSyntaxUID), "statut": statut},
    )  # fmt: skip


def recues(*lots: tuple[Image, ...]) -> list[Echange]:
    return [recue(image) for lot in lots for image in lot]


def test_images_poussees() -> None:
    """Toutes, elles seules, prises par le PACS, et seulement à la demande."""
    lot, autre = images(), images(etude="1.2.4")
    uids = [image.uid for image in lot]
    assert r.images_poussees([], recues(lot), uids).verdict is OUI
    assert r.images_poussees([], recues(lot, lot), uids).verdict is OUI
    assert r.images_poussees([], recues(lot)[:1], uids).verdict is NON
    assert r.images_poussees([], recues(lot, autre), uids).verdict is NON
    assert r.images_poussees(recues(lot)[:1], recues(lot), uids).verdict is NON
    assert r.images_poussees([], [recue(image, statut="A700H") for image in lot], uids).verdict is NON


def test_ipp_local() -> None:
    """Celui de l'appel, dans chaque image."""
    assert r.ipp_local(recues(images()), LOCAL, SOURCE).verdict is OUI
    garde = r.ipp_local(recues(images(), images(etude="1.2.4", ipp=SOURCE)), LOCAL, SOURCE)
    assert garde.verdict is NON and "gardent l'IPP de la source" in garde.message
    assert r.ipp_local(recues(images(ipp="")), LOCAL, SOURCE).verdict is NON
    assert r.ipp_local([], LOCAL, SOURCE).verdict is RIEN
    illisible = recue(images()[0], corps=b"\xff" * 40)
    assert r.ipp_local([illisible], LOCAL, SOURCE).verdict is A_VOIR


def test_syntaxes_exportees() -> None:
    """Les trois familles ; décompresser est permis mais ne prouve pas tout ; annoncer faux ne l'est pas."""
    lots = {famille: images(syntaxe, f"1.2.{rang}") for rang, (famille, syntaxe) in enumerate(FAMILLES.items(), 3)}
    familles = {famille: [image.uid for image in lot] for famille, lot in lots.items()}
    assert r.syntaxes_exportees(recues(*lots.values()), familles).verdict is OUI
    decompresses = [images(EXPLICITE, f"1.2.{rang}") for rang in (3, 4, 5)]
    assert r.syntaxes_exportees(recues(*decompresses), familles).verdict is A_VOIR
    assert r.syntaxes_exportees(recues(*decompresses[:2]), familles).verdict is NON
    faux = [*recues(*list(lots.values())[:2]), *(recue(image, syntaxe=EXPLICITE) for image in lots["avec perte"])]
    assert r.syntaxes_exportees(faux, familles).verdict is NON
    a_l_envers = [*recues(*list(lots.values())[1:]), *(recue(image, syntaxe=RLE) for image in lots["non compressée"])]
    assert r.syntaxes_exportees(a_l_envers, familles).verdict is NON


def test_pixels_tronques_et_jeu_gonfle() -> None:
    """Un pixel de moins qu'annoncé se voit ; une syntaxe « deflated » se lit."""
    image = images()[0]
    corps = recue(image).requete.corps.octets
    jeu: Any = dcmread(BytesIO(image.octets))
    assert len(jeu.PixelData) == 64
    coupe = (
        corps[: corps.index(b"\xe0\x7f\x10\x00")] + b"\xe0\x7f\x10\x00OB\x00\x00\x3c\x00\x00\x00" + jeu.PixelData[:60]
    )
    assert not r.stockees([recue(image, corps=coupe)])[0].justes
    gonfle = zlib.compress(corps, wbits=-zlib.MAX_WBITS)
    (lue,) = r.stockees([recue(image, syntaxe="1.2.840.10008.1.2.1.99", corps=gonfle)])
    assert lue.lisible and lue.justes and lue.ipp == LOCAL
    (implicite,) = r.stockees([recue(images(IMPLICITE)[0])])
    assert implicite.lisible and implicite.justes and implicite.ipp == LOCAL


def test_file_exportee() -> None:
    """Tous les examens, et la file qui les dit."""
    lots = (images(), images(etude="1.2.4"))
    demandes = {f"kos{rang}": [image.uid for image in lot] for rang, lot in enumerate(lots)}
    assert r.file_exportee(recues(*lots), demandes, ["kos0", "kos1"]).verdict is OUI
    assert r.file_exportee(recues(*lots), demandes, ["kos0"]).verdict is A_VOIR
    assert r.file_exportee(recues(*lots), demandes, None).verdict is A_VOIR
    assert r.file_exportee(recues(lots[0]), demandes, ["kos0", "kos1"]).verdict is NON


@pytest.mark.parametrize("syntaxe", [str(uid) for uid in AllTransferSyntaxes] + ["1.2.3", "", "pas un UID"])
def test_octets_quelconques(syntaxe: str) -> None:
    """Lus ou dits illisibles, jamais une panne."""
    corps = recue(images()[0]).requete.corps.octets
    hasard = random.Random(11)
    for _ in range(20):
        abime = bytearray(corps)
        for _ in range(8):
            abime[hasard.randrange(len(abime))] = hasard.randrange(256)
        (lue,) = r.stockees([recue(images()[0], syntaxe=syntaxe or "?", corps=bytes(abime))])
        assert lue.lisible or lue.ipp == ""


def test_familles() -> None:
    """D'après le nom que DICOM donne à la syntaxe ; une syntaxe inconnue n'est pas tenue pour compressée."""
    attendues = {
        EXPLICITE: "non compressée", IMPLICITE: "non compressée", "1.2.840.10008.1.2.1.99": "non compressée",
        RLE: "sans perte", "1.2.840.10008.1.2.4.80": "sans perte", "1.2.840.10008.1.2.4.81": "avec perte",
        JPEG_BASELINE: "avec perte", "1.2.840.10008.1.2.4.201": "sans perte", "1.2.3": "non compressée",
    }  # fmt: skip
    assert {syntaxe: r.famille_de(syntaxe) for syntaxe in attendues} == attendues
