"""Le datamatrix INS : lu sur la page, découpé, comparé champ par champ ; absent sans identité qualifiée."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.socle.identites import IDENTITES_DE_TEST, OID_INS_NIR, IdentiteTest
from steps.flux import IdentiteUsager
from steps.verifications.datamatrix import (
    DatamatrixInvalide,
    analyser_datamatrix,
    datamatrix_absent,
    datamatrix_conforme,
    lire_symboles,
)
from tests.flux.aides import usager
from tests.verifications.pdf.aides import GS, contenu_datamatrix, edition, lignes_completes

CONFORME, NON_CONFORME, A_VERIFIER = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER
PERSONNE = usager()
LIGNES = lignes_completes(PERSONNE)
CONTENU = contenu_datamatrix(PERSONNE)
CODES = {f"EDI-DMX-0{n}" for n in range(1, 10)}


def verdicts(constats: Iterable[Constat]) -> dict[str, Verdict]:
    """Verdict de chaque code."""
    return {constat.code: constat.verdict for constat in constats}


def juger(contenu: str, identite: IdentiteUsager = PERSONNE) -> dict[str, Verdict]:
    """Verdicts d'une édition qui porte ce datamatrix."""
    return verdicts(datamatrix_conforme(edition(LIGNES, datamatrix=contenu), identite))


def avec_code(format_: zxingcpp.BarcodeFormat, contenu: str) -> bytes:
    """Une édition qui porte un code à barres d'un autre format, en image."""
    image = ImageReader(Image.fromarray(zxingcpp.create_barcode(contenu, format_).to_image(scale=4)))
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon)
    page.drawString(50, 790, LIGNES[0])
    page.drawImage(image, 300, 500, 150, 150)
    page.save()
    return tampon.getvalue()


def test_conforme() -> None:
    """Un datamatrix complet est conforme sur les neuf règles."""
    assert juger(CONTENU) == dict.fromkeys(CODES, CONFORME)


@pytest.mark.parametrize("reference", IDENTITES_DE_TEST, ids=lambda i: i.cas)
def test_identites_de_test(reference: IdentiteTest) -> None:
    """Le contenu de chaque identité du jeu se découpe et rend ses traits."""
    identite = IdentiteUsager.depuis_reference(reference)
    lu = analyser_datamatrix(contenu_datamatrix(identite))
    annee, mois, jour = identite.date_naissance.split("-")
    assert (lu.matricule, lu.oid) == (identite.matricule_ins, identite.oid_ins)
    assert (lu.nom, lu.prenoms) == (identite.nom_naissance, identite.prenoms_naissance)
    assert (lu.sexe, lu.date_naissance) == (identite.sexe, f"{jour}-{mois}-{annee}")
    assert lu.code_lieu_naissance == identite.code_lieu_naissance
    assert lu.remarques == ()


@pytest.mark.parametrize(("millimetres", "autre"), [(12.0, ""), (7.0, ""), (5.5, ""), (7.0, "TUBE-0042")])
def test_petit_symbole(millimetres: float, autre: str) -> None:
    """Un symbole de 12 mm, taille courante, est lu ; un plus petit aussi, même près d'une grande étiquette de tube."""
    octets = edition(LIGNES, datamatrix=CONTENU, cote=millimetres / 25.4 * 72, autre=autre)
    assert verdicts(datamatrix_absent(octets, PERSONNE)) == {"EDI-DMX-10": NON_CONFORME}
    assert verdicts(datamatrix_conforme(octets, PERSONNE)) == dict.fromkeys(CODES, CONFORME)


@pytest.mark.parametrize(
    ("avant", "apres", "code"),
    [
        ("IS01", "IS02", "EDI-DMX-02"),
        ("IS01" + "0" * 22, "IS01" + "0" * 21 + "1", "EDI-DMX-02"),
        ("IS01" + "0" * 22, "", "EDI-DMX-02"),
        (f"{GS}S4", "S4", "EDI-DMX-02"),
        (f"S2{PERSONNE.oid_ins}", "", "EDI-DMX-02"),
        ("S5M", "", "EDI-DMX-02"),
        (PERSONNE.matricule_ins, PERSONNE.matricule_ins[:13], "EDI-DMX-02"),
        (PERSONNE.matricule_ins, usager("nominal").matricule_ins, "EDI-DMX-03"),
        (PERSONNE.oid_ins, "1.2.250.1.213.1.4.11", "EDI-DMX-04"),
        ("GASPARD LEONCE AIME", "GASPARD", "EDI-DMX-05"),
        ("CHAUMERGY", "DUPRESSOIR", "EDI-DMX-06"),
        ("S5M", "S5F", "EDI-DMX-07"),
        ("01-12-1954", "12-01-1954", "EDI-DMX-08"),
        ("01-12-1954", "1954-12-01", "EDI-DMX-08"),
        ("S737261", "S737262", "EDI-DMX-09"),
        ("S737261", "S73726", "EDI-DMX-02"),
    ],
)
def test_manquements(avant: str, apres: str, code: str) -> None:
    """Chaque défaut est vu par sa règle, et par elle seule."""
    assert avant in CONTENU
    vus = juger(CONTENU.replace(avant, apres))
    assert {c for c, v in vus.items() if v is not CONFORME} == {code}
    assert vus[code] is NON_CONFORME


def test_variantes() -> None:
    """Ordre des blocs libre ; GS superflu et minuscules se regardent ; S7 absent se regarde."""
    tete, corps = CONTENU[:26], CONTENU[26:]
    desordre = f"{tete}S7{PERSONNE.code_lieu_naissance}" + corps.replace("S737261", "")
    assert juger(desordre) == dict.fromkeys(CODES, CONFORME)
    assert juger(CONTENU.replace("S5M", f"S5M{GS}"))["EDI-DMX-02"] is A_VERIFIER
    minuscules = juger(CONTENU.replace("CHAUMERGY", "Chaumergy"))
    assert (minuscules["EDI-DMX-02"], minuscules["EDI-DMX-06"]) == (A_VERIFIER, CONFORME)
    assert juger(CONTENU.replace("S737261", ""))["EDI-DMX-09"] is A_VERIFIER
    sans_lieu = replace(PERSONNE, code_lieu_naissance="")
    for lieu in ("", "S799999"):
        assert juger(contenu_datamatrix(sans_lieu) + lieu, sans_lieu) == dict.fromkeys(CODES - {"EDI-DMX-09"}, CONFORME)
    assert juger(CONTENU, sans_lieu)["EDI-DMX-09"] is A_VERIFIER


def test_oid_de_dix_neuf_caracteres() -> None:
    """Un OID de 19 caractères finit par GS ; sans GS, la structure est fausse."""
    identite = replace(PERSONNE, oid_ins=OID_INS_NIR)
    contenu = contenu_datamatrix(identite)
    assert juger(contenu, identite)["EDI-DMX-04"] is CONFORME
    assert juger(contenu.replace(f"{OID_INS_NIR}{GS}", OID_INS_NIR), identite)["EDI-DMX-02"] is NON_CONFORME


def test_absent() -> None:
    """Sans datamatrix, l'édition d'une identité qualifiée est non conforme."""
    assert verdicts(datamatrix_conforme(edition(LIGNES), PERSONNE)) == {"EDI-DMX-01": NON_CONFORME}


def test_ins_dans_un_autre_code() -> None:
    """L'INS dans un QR code dispense peut-être du datamatrix : une personne regarde. Un autre QR code, non."""
    avec_ins = avec_code(zxingcpp.BarcodeFormat.QRCode, f"INS:{PERSONNE.matricule_ins}")
    assert verdicts(datamatrix_conforme(avec_ins, PERSONNE)) == {"EDI-DMX-01": A_VERIFIER}
    sans = avec_code(zxingcpp.BarcodeFormat.QRCode, "https://laboratoire.example/dossier")
    assert verdicts(datamatrix_conforme(sans, PERSONNE)) == {"EDI-DMX-01": NON_CONFORME}


def test_autre_datamatrix() -> None:
    """Un autre Data Matrix du document (étiquette de tube) ne tient pas lieu de celui de l'INS, ni ne le cache."""
    autre = avec_code(zxingcpp.BarcodeFormat.DataMatrix, "TUBE-0042")
    assert verdicts(datamatrix_conforme(autre, PERSONNE)) == {"EDI-DMX-01": NON_CONFORME}
    assert [s.contenu for s in lire_symboles(autre)] == ["TUBE-0042"]
    avec = edition(LIGNES, datamatrix=CONTENU, autre="TUBE-0042")
    assert verdicts(datamatrix_conforme(avec, PERSONNE)) == dict.fromkeys(CODES, CONFORME)


def test_deux_datamatrix_ins() -> None:
    """Celui de l'usager est jugé ; une personne dit qui désigne l'autre."""
    voisin = contenu_datamatrix(usager("nominal"))
    for premier, second in ((CONTENU, voisin), (voisin, CONTENU)):
        constats = datamatrix_conforme(edition(LIGNES, datamatrix=premier, autre=second), PERSONNE)
        assert {c.code for c in constats if c.verdict is not CONFORME} == {"EDI-DMX-02"}
        assert constats[-1].verdict is A_VERIFIER


def test_absence_pour_une_identite_non_qualifiee() -> None:
    """Sans code à barres, ou avec un code sans rapport, l'absence est établie."""
    for octets in (edition(LIGNES[:5]), avec_code(zxingcpp.BarcodeFormat.DataMatrix, "TUBE-0042")):
        assert verdicts(datamatrix_absent(octets, PERSONNE)) == {"EDI-DMX-10": CONFORME}


def test_presence_pour_une_identite_non_qualifiee() -> None:
    """Le datamatrix INS, ou le matricule dans tout autre code, est non conforme."""
    for octets in (
        edition(LIGNES[:5], datamatrix=CONTENU),
        avec_code(zxingcpp.BarcodeFormat.QRCode, PERSONNE.matricule_ins),
        avec_code(zxingcpp.BarcodeFormat.QRCode, f"oid {PERSONNE.oid_ins}"),
        avec_code(zxingcpp.BarcodeFormat.DataMatrix, "1 54 12 99 999 065"),
        edition(LIGNES[:5], datamatrix=CONTENU.replace(f"S1{PERSONNE.matricule_ins}S2{PERSONNE.oid_ins}", "")),
    ):
        assert verdicts(datamatrix_absent(octets, PERSONNE)) == {"EDI-DMX-10": NON_CONFORME}


def test_fichier_illisible_non_concluant() -> None:
    """Un fichier qui ne se dessine pas n'établit ni présence ni absence."""
    for octets in (b"rien", edition(["x"], pages_vides=40)):
        assert verdicts(datamatrix_conforme(octets, PERSONNE)) == {"EDI-DMX-01": Verdict.NON_CONCLUANT}
        assert verdicts(datamatrix_absent(octets, PERSONNE)) == {"EDI-DMX-10": Verdict.NON_CONCLUANT}


@given(st.text(max_size=300))
def test_contenu_quelconque(bruit: str) -> None:
    """Un contenu quelconque, seul ou après un en-tête correct, se découpe ou se refuse."""
    for contenu in (bruit, CONTENU[:26] + bruit, CONTENU + bruit):
        try:
            analyser_datamatrix(contenu)
        except DatamatrixInvalide:
            continue
