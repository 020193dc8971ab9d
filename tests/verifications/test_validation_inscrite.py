"""Ce qu'un document imprimé dit de sa validation : statut, date et heure, nom et RPPS."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from reportlab.pdfgen import canvas

from reports.verdict import Verdict
from steps.verifications import validation_inscrite as v

OUI, NON, VOIR = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER
ATTENDUE = v.Validation(
    "D'ÉTÉ-DURAND",
    "99990000017",
    datetime(2026, 11, 23, 8, 14, 40, tzinfo=UTC),
    datetime(2026, 11, 23, 8, 15, 10, tzinfo=UTC),
)
QUI = "Dr Anne D'ÉTÉ-DURAND (RPPS 99990000017)"


def _pdf(*lignes: str) -> bytes:
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon)
    for rang, ligne in enumerate(("Conclusion", *lignes)):
        page.drawString(72, 700 - 20 * rang, ligne)
    page.save()
    return tampon.getvalue()


CAS = {
    "entier": (f"Validé par {QUI}, le 23/11/2026 à 09:15", OUI, OUI, OUI),
    "en majuscules, heure au « h »": (f"Statut : VALIDÉ. {QUI} 23-11-2026, 9h14", OUI, OUI, OUI),
    "date en lettres, RPPS espacé": (
        "Compte rendu validé le 23 novembre 2026 à 09 h 15 par D'Eté-Durand, RPPS 9999 0000 017", OUI, OUI, OUI,
    ),
    "date ISO": (f"Validé : {QUI} 2026-11-23T09:15", OUI, OUI, OUI),
    "RPPS précédé de 8": ("Validé par D'ÉTÉ-DURAND, 899990000017, 23/11/2026 09:15", OUI, OUI, OUI),
    "année sur deux chiffres": (f"Validé par {QUI}, le 23/11/26 à 09:15", OUI, OUI, OUI),
    "heure avant la date": (f"Acte du 20/11/2026 à 11:02. Validé par {QUI} à 09:15 le 23/11/2026", OUI, VOIR, OUI),
    "sans statut": (f"{QUI}, le 23/11/2026 à 09:15", NON, OUI, OUI),
    "non validé": (f"Non validé. {QUI}, le 23/11/2026 à 09:15", NON, OUI, OUI),
    "sans heure": (f"Validé par {QUI}, le 23/11/2026", OUI, NON, OUI),
    "heure de l'acte": (f"Validé par {QUI}, acte du 20/11/2026 à 11:02", OUI, NON, OUI),
    "heure universelle": (f"Validé par {QUI}, le 23/11/2026 à 08:15", OUI, VOIR, OUI),
    "heure sans date": (f"Validé par {QUI} à 09:15", OUI, VOIR, OUI),
    "jour impossible": (f"Validé par {QUI}, le 33/11/2026 à 09:15", OUI, VOIR, OUI),
    "autre valideur": ("Validé par Dr PETIT (RPPS 99990000025), le 23/11/2026 à 09:15", OUI, OUI, NON),
    "sans RPPS": ("Validé par D'ÉTÉ-DURAND, le 23/11/2026 à 09:15", OUI, OUI, NON),
    "RPPS dans un numéro plus long": ("Validé par D'ÉTÉ-DURAND, 999900000171, 23/11/2026 09:15", OUI, OUI, NON),
}  # fmt: skip


@pytest.mark.parametrize(("ligne", "statut", "quand", "qui"), CAS.values(), ids=CAS)
def test_validation_inscrite(ligne: str, statut: Verdict, quand: Verdict, qui: Verdict) -> None:
    constats = v.validation_inscrite(_pdf(ligne), ATTENDUE, ("Conclusion",), "le PDF")
    assert [c.verdict for c in constats] == [statut, quand, qui]


def test_texte_qui_ne_s_extrait_pas() -> None:
    """Sans témoin retrouvé, rien n'est conclu d'une absence ; un fichier illisible n'est pas jugé."""
    constats = v.validation_inscrite(_pdf("Validé"), ATTENDUE, ("Conclusion", "Sodium"), "le PDF")
    assert {c.verdict for c in constats} == {VOIR}
    (seul,) = v.validation_inscrite(b"rien", ATTENDUE, ("Conclusion",), "le PDF")
    assert seul.verdict is Verdict.NON_CONCLUANT
