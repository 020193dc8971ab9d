"""Dates et codes d'un message HL7 v2 : ceux du standard passent, les autres sont dits, les locaux se regardent."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.hl7v2.decoupage import decouper
from steps.verifications.hl7v2.messages_documents import juger_message
from steps.verifications.hl7v2.valeurs import valeurs
from tests.verifications.hl7v2.test_contenu import A28

CONFORME, NON, VOIR = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER
MESSAGE = (
    "MSH|^~\\&|A|B|C|D|20261120101500+0100||ADT^A28^ADT_A05|1|P|2.5|||AL|NE\r"
    "EVN||20261120\rPID|1||IPP1^^^A^PI||DURAND^ANNE^^^^^L||199012|F\rPV1|1|N\r"
)
ACCUSE = "MSH|^~\\&|A|B|C|D|20261120101500||ACK^A28^ACK|2|P|2.5\rMSA|AA|1\r"


def _verdicts(texte: str) -> dict[str, Verdict]:
    (message,) = decouper(texte.encode()).messages
    gravite = [CONFORME, VOIR, NON]
    pires: dict[str, Verdict] = {}
    for constat in valeurs(message):
        pires[constat.code] = max(pires.get(constat.code, CONFORME), constat.verdict, key=gravite.index)
    return pires


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("", ""),
        ("20261120101500+0100", "20261120101500.1234-0500"),
        ("EVN||20261120", "EVN||2026112010"),
        ("EVN||20261120", 'EVN||""'),
        ("199012", ""),
        ("|F\r", "|U\r"),
        ("PV1|1|N", "PV1|1|I"),
    ],
)
def test_admis(avant: str, apres: str) -> None:
    """À toute précision, avec ou sans fuseau, vide ou effacé."""
    assert avant in MESSAGE
    assert set(_verdicts(MESSAGE.replace(avant, apres, 1) if avant else MESSAGE).values()) == {CONFORME}


@pytest.mark.parametrize(
    ("avant", "apres", "code", "verdict"),
    [
        ("20261120101500+0100", "20261399", "HL7-VAL-01", NON),
        ("EVN||20261120", "EVN||20/11/2026", "HL7-VAL-01", NON),
        ("199012", "19901345", "HL7-VAL-01", NON),
        ("199012", "19900000", "HL7-VAL-01", VOIR),
        ("PV1|1|N", "PV1|1|N\rOBX|1|ST|2951-2^Sodium^LN||140||||||F|||20261399", "HL7-VAL-01", NON),
        ("PV1|1|N", "PV1|1|N\rOBX|1|ST|2951-2^Sodium^LN||140||||||F||||||||20261399", "HL7-VAL-01", NON),
        ("|P|2.5", "|Q|2.5", "HL7-VAL-02", NON),
        ("|AL|NE", "|OUI|NE", "HL7-VAL-02", NON),
        ("|F\r", "|Q\r", "HL7-VAL-03", VOIR),
        ("PV1|1|N", "PV1|1|Z", "HL7-VAL-03", VOIR),
    ],
)
def test_refuses(avant: str, apres: str, code: str, verdict: Verdict) -> None:
    """Chaque valeur est dite par sa règle, et par elle seule."""
    assert avant in MESSAGE
    vus = _verdicts(MESSAGE.replace(avant, apres, 1))
    assert {c for c, v in vus.items() if v is not CONFORME} == {code}
    assert vus[code] is verdict


def test_acquittement() -> None:
    """MSA-1 est de la table 0008."""
    assert _verdicts(ACCUSE)["HL7-VAL-02"] is CONFORME
    assert _verdicts(ACCUSE.replace("MSA|AA", "MSA|ZZ"))["HL7-VAL-02"] is NON


def test_autres_separateurs() -> None:
    """Une date se lit sous d'autres séparateurs."""
    autre = MESSAGE.translate(str.maketrans("|^", "#!")).replace("20261120#", "20261399#")
    assert _verdicts(autre.replace("EVN##20261120", "EVN##20261399"))["HL7-VAL-01"] is NON


def test_oid_d_ins_invente() -> None:
    """Ce qui se dit une INS sous un OID d'un autre domaine n'en est pas une."""
    (juste,) = decouper(A28.encode()).messages
    assert "HL7-INS-02" not in {c.code for c in juger_message(juste).constats}
    (faux,) = decouper(A28.replace("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.88").encode()).messages
    constats = juger_message(faux).constats
    assert [c.verdict for c in constats if c.code == "HL7-INS-02"] == [NON]
    assert "HL7-INS-07" not in {c.code for c in constats}, "rien n'est dit d'un OID qui n'est pas celui d'une INS"


@pytest.mark.parametrize(
    ("obx", "verdict"),
    [
        ("OBX|1|ST|A||texte", CONFORME),
        ("OBX|1||A||", None),
        ("OBX|1||A||texte", NON),
        ("OBX|1|ZZ|A||texte", NON),
        ("OBX|1|ST|A||texte\rOBX|2||A||autre", NON),
    ],
)
def test_types(obx: str, verdict: Verdict | None) -> None:
    """OBX-2 dit le type d'OBX-5, dès qu'OBX-5 a une valeur."""
    assert _verdicts(f"{MESSAGE}{obx}\r").get("HL7-VAL-04") is verdict
