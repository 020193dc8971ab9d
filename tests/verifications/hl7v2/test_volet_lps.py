"""Le message de remise d'un document reçu par MSSanté : ses règles propres, suivies puis enfreintes."""

from __future__ import annotations

import base64

import pytest

from reports.verdict import Verdict
from simulators.socle.identites import fabriquer_identite
from steps.flux.identite import IdentiteUsager
from steps.flux.plateforme import Destinataire, DocumentDeMessagerie, document_recu
from steps.verifications.hl7v2.decoupage import decouper
from steps.verifications.hl7v2.messages_documents import juger_message
from tests.flux.aides import ENVOI
from tests.verifications.cda.fabrique import cda

_PATIENT = IdentiteUsager.depuis_reference(fabriquer_identite("volet-lps"))
_DOCUMENT = DocumentDeMessagerie(
    cda(), "1.2.250.1.213.99.1.100.1", "11502-2", "CR d'examens biologiques", "a@x.test", "b@chu.test", "P1", "1.2"
)
NON, A_VOIR = Verdict.NON_CONFORME, Verdict.A_VERIFIER
_SB = "PRT||UC||SB^Send by^participation|||||||||||^^X.400^a@x.test\r"


def message() -> str:
    return document_recu(_DOCUMENT, _PATIENT, Destinataire("DPI", "CHU"), ENVOI)


def juges(texte: str) -> dict[str, Verdict]:
    """Code → pire verdict des règles du volet qui ne sont pas suivies, et de celles qu'il partage."""
    lu = decouper(texte.encode()).messages[0]
    en_cause: dict[str, Verdict] = {}
    for constat in juger_message(lu).constats:
        if constat.verdict is not Verdict.CONFORME and constat.code.startswith(("HL7-LPS", "HL7-OBX", "HL7-PID")):
            en_cause[constat.code] = NON if NON in (constat.verdict, en_cause.get(constat.code)) else A_VOIR
    return en_cause


_EN_PLUS = "OBX|7|CWE|DESTDMP^DESTDMP^MetaDMPMSS||N^^expandedYes-NoIndicator||||||F\r"


def _meta(code: str) -> str:
    return next(ligne for ligne in message().split("\r") if f"|{code}^" in ligne) + "\r"


def test_suivi() -> None:
    """Le message de la plateforme simulée suit son volet ; un objet accentué, un contenu HTML aussi."""
    assert juges(message()) == {}
    html = base64.b64encode(b"<html><body>Bonjour</body></html>").decode()
    debut, _, fin = message().partition("^TEXT^^Base64^")
    assert juges(f"{debut}^TEXT^HTML^Base64^{html}{fin[fin.index('|') :]}") == {}
    # Le destinataire n'est requis que si la plateforme le connaît.
    rct = next(ligne for ligne in message().split("\r") if "RCT^" in ligne)
    assert juges(message().replace(rct + "\r", "")) == {}
    assert juges(message().replace("INVISIBLE_REP_LEGAUX", "INVISIBLE_ REP_LEGAUX")) == {}


@pytest.mark.parametrize(
    ("ancien", "nouveau", "attendu"),
    [
        (_meta("MODIF_CONF_CODE"), "", {"HL7-LPS-01": NON}),
        (_meta("MODIF_CONF_CODE"), _meta("MODIF_CONF_CODE") * 2, {"HL7-LPS-01": NON, "HL7-OBX-05": A_VOIR}),
        ("|MASQUE_PS^", "|MASQUE^", {"HL7-LPS-01": NON}),
        (_meta("MODIF_CONF_CODE"), _meta("MODIF_CONF_CODE") + _EN_PLUS, {"HL7-LPS-01": A_VOIR}),
        ("OBX|3|CWE", "OBX|3|CE", {"HL7-LPS-01": NON}),
        ("N^^expandedYes-NoIndicator", "O^^expandedYes-NoIndicator", {"HL7-LPS-01": NON}),
        (f"OBX|2|ED|<{ENVOI.identifiant}@banc-sons.test>^", "OBX|2|ED|^", {"HL7-LPS-02": NON}),
        ("@banc-sons.test>^XDM/1.0/DDM+CR d'examens biologiques|", "@banc-sons.test>^|", {"HL7-LPS-02": NON}),
        (f"<{ENVOI.identifiant}@banc-sons.test>", "courriel du 3 mars", {"HL7-LPS-02": A_VOIR}),
        ("^TEXT^^Base64^", "^TEXT^^Base64^*", {"HL7-LPS-02": NON}),
        (_SB, "", {"HL7-LPS-03": NON}),
        ("^^X.400^a@x.test", "a@x.test", {"HL7-LPS-03": NON}),
        ("^^X.400^b@chu.test", "^^X.400^BAL", {"HL7-LPS-03": NON}),
        ("PV1|1|N", "PV1|1|I", {"HL7-LPS-04": NON}),
        ("OBR|1|||11502-2", "OBR|1|||11490-0", {"HL7-LPS-05": NON}),
        ("^LN|", "^LOINC|", {"HL7-LPS-05": NON}),
    ],
)  # fmt: skip
def test_enfreint(ancien: str, nouveau: str, attendu: dict[str, Verdict]) -> None:
    """Chaque élément du volet, retiré ou changé, se voit sous son code."""
    assert ancien in message()
    assert juges(message().replace(ancien, nouveau)) == attendu


def test_ordre() -> None:
    """Deux métadonnées échangées : l'ordre est celui du volet."""
    autres = message().replace("|MASQUE_PS^", "|@^").replace("|INVISIBLE_PATIENT^", "|MASQUE_PS^")
    assert juges(autres.replace("|@^", "|INVISIBLE_PATIENT^")) == {"HL7-LPS-01": NON}


def test_une_autre_version() -> None:
    """Un message qui annonce une version que le banc n'a pas lue n'est jamais non conforme au volet."""
    autre = message().replace("1.1^CISIS_CDA_HL7_LPS", "2.0^CISIS_CDA_HL7_LPS").replace("PV1|1|N", "PV1|1|I")
    assert juges(autre) == {"HL7-LPS-04": A_VOIR}


def test_sans_courriel() -> None:
    """Ni OBX de courriel, ni deux : un seul est attendu."""
    ligne = next(ligne for ligne in message().split("\r") if ligne.startswith("OBX|2|")) + "\r"
    assert juges(message().replace(ligne, ""))["HL7-LPS-02"] is NON
    assert juges(message().replace(ligne, ligne * 2))["HL7-LPS-02"] is NON
