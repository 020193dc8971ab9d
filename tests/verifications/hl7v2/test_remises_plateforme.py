"""Règles d'une plateforme qui reçoit par MSSanté : documents remis, accusé rendu ; suivis, puis enfreints."""

from __future__ import annotations

from datetime import UTC, datetime

from reports.verdict import Verdict
from simulators.mssante.avis import erreur_metier, fabriquer_mdn
from simulators.mssante.courriels import fabriquer
from simulators.socle.identites import fabriquer_identite
from steps.flux.identite import IdentiteUsager
from steps.flux.plateforme import Destinataire, DocumentDeMessagerie, document_recu
from steps.verifications.hl7v2 import remises_plateforme as p
from steps.verifications.hl7v2.echanges import MessageVu
from steps.verifications.mssante.dossier_lecture import CourrielVu
from tests.flux.aides import ENVOI
from tests.verifications.hl7v2.test_echanges import ecarts

_PATIENT = fabriquer_identite("remises")
_BAL = "plateforme@chu.mssante.fr"
_COURRIEL = fabriquer(
    "pro_n1", patient=_PATIENT, destinataire=_BAL, instant=datetime(2026, 3, 4, tzinfo=UTC), graine="1"
)
CDA = _COURRIEL.documents[0].cda
RECRIT = CDA.replace(b"<title>", b"<title>Copie : ", 1)
ID = _COURRIEL.message_id


def mdm(cda: bytes, numero: int = 3, acquittement: str = "AA", profil: str = "") -> MessageVu:
    document = DocumentDeMessagerie(cda, "1.2.3", "11490-0", "Lettre", "a@x.test", _BAL, "P1", "1.2")
    message = document_recu(document, IdentiteUsager.depuis_reference(_PATIENT), Destinataire("DPI", "CHU"), ENVOI)
    return MessageVu(numero, message.replace("CISIS_CDA_HL7_LPS", profil or "CISIS_CDA_HL7_LPS").encode(), acquittement)


def mdn(*, reussi: bool = True, message_id: str = ID) -> CourrielVu:
    erreur = None if reussi else erreur_metier("902")
    octets = fabriquer_mdn(
        _COURRIEL.octets, adresse=_BAL, destinataire="a@x.test", erreur=erreur, message_id_original=message_id
    )
    return CourrielVu(octets, destinataires=("a@x.test",), numero=8)


def test_document_remis() -> None:
    """Le document de l'archive est dans un message, tel quel ; récrit, une personne compare."""
    assert ecarts(p.document_remis([mdm(CDA)], CDA, "lettre")) == {}
    assert ecarts(p.document_remis([mdm(RECRIT)], CDA, "lettre")) == {"PFI-REM-01": Verdict.A_VERIFIER}
    for messages in ([], [mdm(b"<a/>")]):
        assert ecarts(p.document_remis(messages, CDA, "lettre")) == {"PFI-REM-01": Verdict.NON_CONFORME}


def test_rien_d_autre() -> None:
    """Un document inconnu, ou remis de nouveau après avoir été accepté, se regarde ; un renvoi sans réponse, non."""
    assert ecarts(p.rien_d_autre([mdm(CDA, acquittement=""), mdm(CDA, 4)], [CDA])) == {}
    for messages in ([mdm(CDA), mdm(CDA, 4)], [mdm(CDA), mdm(b"<a/>", 4)]):
        assert ecarts(p.rien_d_autre(messages, [CDA])) == {"PFI-REM-02": Verdict.A_VERIFIER}
    assert ecarts(p.rien_d_autre([], [CDA])) == {"PFI-REM-02": Verdict.NON_CONCLUANT}


def test_volet() -> None:
    """Un autre volet que celui de la remise se regarde."""
    assert ecarts(p.volet_de_remise(mdm(CDA).octets, "lettre")) == {}
    autre = mdm(CDA, profil="CISIS_CDA_HL7_V2").octets
    assert ecarts(p.volet_de_remise(autre, "lettre")) == {"PFI-REM-03": Verdict.A_VERIFIER}


def test_accuse() -> None:
    """L'accusé désigne le courriel et dit la même issue ; un courriel ordinaire qui en parle se regarde."""
    assert ecarts(p.accuse_rendu([mdn()], ID, "lettre", reussi=True)) == {}
    assert ecarts(p.accuse_rendu([mdn(reussi=False)], ID, "lettre", reussi=False)) == {}
    for vus in ([], [mdn(reussi=False)], [mdn(), mdn(reussi=False)]):
        assert ecarts(p.accuse_rendu(vus, ID, "lettre", reussi=True)) == {"PFI-ACC-01": Verdict.NON_CONFORME}
    for vus in ([mdn()], [], [mdn(reussi=False, message_id="<autre@x.test>")]):
        assert ecarts(p.accuse_rendu(vus, ID, "lettre", reussi=False)) == {"PFI-ACC-01": Verdict.NON_CONFORME}
    lettre = CourrielVu(f"Subject: recu\r\nIn-Reply-To: {ID}\r\n\r\nBien recu.\r\n".encode(), numero=9)
    assert ecarts(p.accuse_rendu([lettre], ID, "lettre", reussi=True)) == {"PFI-ACC-01": Verdict.A_VERIFIER}


def test_pas_avant() -> None:
    """Un accusé parti avant la réponse du destinataire se regarde."""
    assert ecarts(p.pas_d_accuse([], ID, "lettre", temoin=True)) == {}
    assert ecarts(p.pas_d_accuse([mdn(message_id="<autre@x.test>")], ID, "lettre", temoin=True)) == {}
    assert ecarts(p.pas_d_accuse([mdn()], ID, "lettre", temoin=True)) == {"PFI-ACC-02": Verdict.A_VERIFIER}
    assert ecarts(p.pas_d_accuse([], ID, "lettre", temoin=False)) == {"PFI-ACC-02": Verdict.NON_CONCLUANT}
