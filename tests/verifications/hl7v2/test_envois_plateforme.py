"""Règles des envois d'une plateforme : à qui part un document confié ; un exemple respecté et un enfreint."""

from __future__ import annotations

from datetime import UTC, datetime

from reports.verdict import Verdict
from simulators.mssante.courriels import fabriquer
from simulators.socle.identites import fabriquer_identite
from steps.verifications.hl7v2 import envois_plateforme as p
from steps.verifications.mssante.dossier_lecture import CourrielVu
from tests.verifications.hl7v2.test_echanges import ecarts

_PS, _AUTRE = "medecin@cabinet.mssante.fr", "secretariat@chu.mssante.fr"
_USAGER = "190017511111122@patient.mssante.fr"
_COURRIEL = fabriquer(
    "pro_n1",
    patient=fabriquer_identite("envois"),
    destinataire=_PS,
    instant=datetime(2026, 3, 4, tzinfo=UTC),
    graine="1",
)
CONFIE = _COURRIEL.documents[0].cda
RECRIT = CONFIE.replace(b"<title>", b"<title>Copie : ", 1)


def vu(*destinataires: str) -> CourrielVu:
    return CourrielVu(_COURRIEL.octets, destinataires=destinataires, numero=7)


def test_envoi() -> None:
    """Le document confié est dans l'archive, à l'adresse demandée ; récrit, une personne compare."""
    assert ecarts(p.document_envoye([vu(_AUTRE), vu(_PS.upper())], CONFIE, _PS, "lettre")) == {}
    assert ecarts(p.document_envoye([vu(_PS)], RECRIT, _PS, "lettre")) == {"PFI-ENV-01": Verdict.A_VERIFIER}
    for vus in ([], [vu(_AUTRE)]):
        assert ecarts(p.document_envoye(vus, CONFIE, _PS, "lettre")) == {"PFI-ENV-01": Verdict.NON_CONFORME}
    assert ecarts(p.document_envoye([vu(_PS)], b"<a/>", _PS, "lettre")) == {"PFI-ENV-01": Verdict.NON_CONFORME}


def test_a_eux_seuls() -> None:
    """Un genre d'envoi que nul ne demande se voit, même récrit ; une de plus, du genre demandé, se regarde."""
    demande = ("DESTDMP", "DESTMSSANTEPS")
    assert ecarts(p.document_a_eux_seuls([vu(_PS)], CONFIE, [_PS.upper()], demande, "lettre", temoin=True)) == {}
    assert ecarts(p.document_a_eux_seuls([vu(_AUTRE)], b"<a/>", [], (), "lettre", temoin=True)) == {}
    for confie in (CONFIE, RECRIT):
        for fautif, demandes in ((_AUTRE, ("DESTMSSANTEPAT",)), (_USAGER, demande)):
            lu = p.document_a_eux_seuls([vu(_PS, fautif)], confie, [_PS], demandes, "lettre", temoin=True)
            assert ecarts(lu) == {"PFI-ENV-02": Verdict.NON_CONFORME}
        lu = p.document_a_eux_seuls([vu(_PS, _AUTRE)], confie, [_PS], demande, "lettre", temoin=True)
        assert ecarts(lu) == {"PFI-ENV-02": Verdict.A_VERIFIER}
    rien = p.document_a_eux_seuls([], CONFIE, [], (), "lettre", temoin=False)
    assert ecarts(rien) == {"PFI-ENV-02": Verdict.NON_CONCLUANT}
