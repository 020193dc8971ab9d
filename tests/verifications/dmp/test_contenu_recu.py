"""Le document reçu, renvoyé au DMP en CDA de niveau 1 : chaque écart est vu seul, chaque forme de corps est lue."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.dmp import DocumentSoumis, documents_soumis
from steps.verifications.dossier_dmp import contenu_recu_envoye
from tests.verifications.cda.fabrique import MATRICULE, cda, corps_n1
from tests.verifications.dmp.fabrique import Alimentation, alimentation

TEXTE = corps_n1("Conclusion : repère ÉTÉ-7.".encode(), "mediaType='text/plain' representation='B64'")
NU = "<component><nonXMLBody><text mediaType='text/plain'>Conclusion : repère ÉTÉ-7.</text></nonXMLBody></component>"
IMAGE = corps_n1(b"\x89PNG", "mediaType='image/png' representation='B64'")


def soumis(document: bytes) -> DocumentSoumis:
    """Le document d'une alimentation."""
    [document_soumis] = documents_soumis([alimentation(Alimentation(document=document, sans_signature=True))])
    return document_soumis


@pytest.mark.parametrize(
    ("document", "options", "verdict"),
    [
        (cda("N1", corps=TEXTE), {}, Verdict.CONFORME),
        (cda("N1", corps=NU), {}, Verdict.CONFORME),
        (cda("N1", corps=TEXTE), {"repere": "HIVER-8"}, Verdict.NON_CONFORME),
        (cda("N1", corps=NU), {"repere": "HIVER-8"}, Verdict.NON_CONFORME),
        (cda("N1", corps=TEXTE), {"type_code": "11490-0"}, Verdict.NON_CONFORME),
        (cda("N1", corps=TEXTE), {"matricule": "279035121518989"}, Verdict.NON_CONFORME),
        (cda("N3"), {"repere": ""}, Verdict.NON_CONFORME),
        (cda("N1", corps=TEXTE, ids_patient='<id root="1.2.3" extension="IPP1"/>'), {}, Verdict.NON_CONFORME),
        (b"<ClinicalDocument", {}, Verdict.NON_CONFORME),
        # Un corps que le banc ne lit pas comme du texte : à comparer à l'œil, sauf si autre chose est déjà faux.
        (cda("N1", corps=IMAGE), {}, Verdict.A_VERIFIER),
        (cda("N1", corps=corps_n1(b"%PDF-1.4 abrege")), {}, Verdict.A_VERIFIER),
        (cda("N1", corps=IMAGE), {"type_code": "11490-0"}, Verdict.NON_CONFORME),
    ],
)
def test_contenu_recu_envoye(document: bytes, options: dict[str, str], verdict: Verdict) -> None:
    """Niveau, type, patient et repère du document reçu."""
    attendus = {"type_code": "11502-2", "matricule": MATRICULE, "repere": "ÉTÉ-7", **options}
    constat = contenu_recu_envoye(soumis(document), **attendus)
    assert (constat.code, constat.verdict) == ("DOS-ENVOI-02", verdict), constat.en_texte()
