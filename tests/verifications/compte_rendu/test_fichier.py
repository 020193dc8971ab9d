"""Le nom du PDF édité et le type d'une lettre de liaison."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.compte_rendu.fichier import nom_du_pdf_edite, type_de_la_lettre
from tests.verifications.cda.fabrique import cda

NOM = "20261119_CR d'examens biologiques_D'ÉTÉ-DURAND_ANNE.pdf"
LETTRE = cda(code='<code code="11490-0" codeSystem="2.16.840.1.113883.6.1" displayName="Lettre de liaison"/>')


@pytest.mark.parametrize("nom", [NOM, NOM.replace(".pdf", "_D000123.pdf"), NOM.replace("É", "E").replace("'", " ")])
def test_nom_conforme(nom: str) -> None:
    """La règle d'un PDF joint, numéro de dossier facultatif."""
    assert {c.verdict for c in nom_du_pdf_edite(nom, cda(), "le PDF")} == {Verdict.CONFORME}


@pytest.mark.parametrize(
    ("nom", "codes"),
    [
        ("compte-rendu.pdf", {"PDF-NOM-02": Verdict.NON_CONFORME}),
        (NOM.lower(), {"PDF-NOM-02": Verdict.NON_CONFORME}),
        (NOM.replace("DURAND", "DUVAL"), {"PDF-NOM-03": Verdict.NON_CONFORME}),
        (NOM.replace("20261119", "20261120"), {"PDF-NOM-04": Verdict.A_VERIFIER}),
        ("", {"PDF-NOM-02": Verdict.A_VERIFIER}),
    ],
)
def test_nom_fautif(nom: str, codes: dict[str, Verdict]) -> None:
    """Chaque écart est pris par sa règle ; un nom qui n'est pas relevé revient à une personne."""
    constats = nom_du_pdf_edite(nom, cda(), "le PDF")
    assert {c.code: c.verdict for c in constats if c.verdict is not Verdict.CONFORME} == codes


def test_type_de_la_lettre() -> None:
    """11490-0, et rien d'autre ; un CDA illisible ne prouve rien."""
    assert type_de_la_lettre(LETTRE, "« lettre »").verdict is Verdict.CONFORME
    assert type_de_la_lettre(cda(), "« lettre »").verdict is Verdict.NON_CONFORME
    assert type_de_la_lettre(b"<a", "« lettre »").verdict is Verdict.NON_CONCLUANT
    assert nom_du_pdf_edite(NOM, b"<a", "le PDF")[0].verdict is Verdict.NON_CONCLUANT
