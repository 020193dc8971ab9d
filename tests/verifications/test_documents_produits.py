"""Le document qu'un logiciel valide : type, niveau et texte, sur des CDA N1 et N3 fabriqués."""

from __future__ import annotations

import io

import pytest
from reportlab.pdfgen import canvas

from reports.verdict import Verdict
from steps.etapes.document_couloir import reperes, sections
from steps.verifications import documents_produits as d
from tests.verifications.cda.fabrique import cda, corps_n1

CODE = '<code code="18748-4" codeSystem="2.16.840.1.113883.6.1" displayName="CR d\'imagerie médicale"/>'
REPERES = reperes(4)


def _pdf(*lignes: str) -> bytes:
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon)
    for rang, ligne in enumerate(lignes):
        page.drawString(72, 700 - 20 * rang, ligne)
    page.save()
    return tampon.getvalue()


def _n1(*lignes: str, code: str = CODE) -> bytes:
    return cda("N1", code=code, corps=corps_n1(_pdf(*lignes)))


TEXTE = sections(REPERES)[1]["texte"]


def _verdicts(octets: bytes | None, niveaux: tuple[str, ...] = ("N1",)) -> dict[str, Verdict]:
    constats = d.document_produit(octets, code="18748-4", niveaux=niveaux, reperes=REPERES, ou="essai")
    return {constat.code: constat.verdict for constat in constats}


OUI, NON, VOIR = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER

CAS = {
    "N1 entier": (_n1("Conclusion", TEXTE), OUI, OUI),
    "virgule décimale": (_n1(TEXTE.replace(".6", ",6")), OUI, OUI),
    "autre type": (_n1(TEXTE, code=CODE.replace("18748-4", "11502-2")), NON, OUI),
    "sans code": (_n1(TEXTE, code=""), NON, OUI),
    "niveau 3 au lieu de 1": (cda(code=CODE), NON, NON),
    "une valeur perdue": (_n1("Conclusion", TEXTE.split(" ; ")[0]), OUI, NON),
    "valeur voisine": (_n1(TEXTE.replace("134", "1345")), OUI, NON),
    "valeur sous un autre libellé": (_n1(TEXTE.replace("Sodium", "Potassium")), OUI, NON),
    "PDF dont rien ne s'extrait": (cda("N1", code=CODE, corps=corps_n1(_pdf())), OUI, VOIR),
}


@pytest.mark.parametrize(("octets", "type_attendu", "texte_attendu"), CAS.values(), ids=CAS)
def test_document_produit(octets: bytes, type_attendu: Verdict, texte_attendu: Verdict) -> None:
    assert _verdicts(octets) == {"DOC-PRODUIT-01": type_attendu, "DOC-PRODUIT-02": texte_attendu}


def test_document_illisible() -> None:
    """Rien, ou autre chose qu'un CDA : le type ne peut pas être le bon, et le texte n'est pas jugé."""
    assert _verdicts(None) == _verdicts(b"%PDF-1.4") == {"DOC-PRODUIT-01": NON}


@pytest.mark.parametrize(("code", "verdict"), [(CODE, OUI), ('<code nullFlavor="UNK"/>', NON)])
def test_type_sans_code_connu(code: str, verdict: Verdict) -> None:
    """Quand aucun texte ne dit le code du type, un code quelconque convient, son absence non."""
    constats = d.document_produit(_n1(TEXTE, code=code), code="", niveaux=("N1",), reperes=REPERES, ou="essai")
    assert constats[0].verdict is verdict
