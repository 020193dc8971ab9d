"""Dates et codes d'un message HL7 v2 : ceux du standard passent, les autres sont dits, les locaux se regardent."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.hl7v2.decoupage import decouper
from steps.verifications.hl7v2.entete import identifie
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
        ("|AL|NE", "|AL|NE||UNICODE UTF-8"),
        ("|AL|NE", "|AL|NE||8859/15"),
        ("^^^^^L|", "|"),
        ("^^^^^L|", "^^^^^L~DURAND^ANNE^^^^^D|"),
        ("|F\r", "|F|||1 RUE^^PARIS^^75001^FRA^H~^^^^^^BDL^^75101\r"),
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
        ("|AL|NE", "|AL|NE||UTF-8", "HL7-VAL-03", VOIR),
        ("^^^^^L|", "^^^^^Z|", "HL7-VAL-02", NON),
        ("^^^^^L|", "^^^^^L~DURAND^ANNE^^^^^XX|", "HL7-VAL-02", NON),
        ("|F\r", "|F|||1 RUE^^PARIS^^75001^FRA^XX\r", "HL7-VAL-02", NON),
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


@pytest.mark.parametrize(
    ("avant", "apres", "verdict"),
    [
        ("IPP1^^^A^PI", "IPP1", CONFORME),
        ("IPP1^^^A^PI", "IPP1^^^A^PI~2^^^B^INS", CONFORME),
        ("IPP1^^^A^PI", "IPP1^^^A^PI~", CONFORME),
        ("IPP1^^^A^PI", '""', CONFORME),
        ("DURAND^ANNE", "^ANNE", CONFORME),
        ("DURAND^ANNE^^^^^L", "^^^^^^S~DURAND^ANNE^^^^^L", CONFORME),
        ("DURAND^ANNE^^^^^L", '""', CONFORME),
        ("PV1|1|N", "MRG|IPP2^^^A^PI\rPV1|1|N", CONFORME),
        ("IPP1^^^A^PI", "^^^A^PI", NON),
        ("IPP1^^^A^PI", "IPP1^^^A^PI~^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS", NON),
        ("IPP1^^^A^PI", "", CONFORME),
        ("IPP1^^^A^PI", "^^^&&", NON),
        ("DURAND^ANNE^^^^^L", "^^^^^^L", NON),
        ("DURAND^ANNE^^^^^L", "", CONFORME),
        ("PV1|1|N", "MRG|^^^A^PI\rPV1|1|N", NON),
    ],
)
def test_identifiants(avant: str, apres: str, verdict: Verdict) -> None:
    """Un identifiant sans numéro ne désigne personne, même sous la bonne autorité ; un champ vide, STR-01 le dit."""
    assert avant in MESSAGE
    assert _verdicts(MESSAGE.replace(avant, apres, 1))["HL7-VAL-05"] is verdict


def test_identifiants_sous_d_autres_separateurs() -> None:
    """Un numéro absent se voit sous les séparateurs du message."""
    autre = MESSAGE.translate(str.maketrans("|^", "#!"))
    assert _verdicts(autre)["HL7-VAL-05"] is CONFORME
    assert _verdicts(autre.replace("IPP1!!!A", "!!!A"))["HL7-VAL-05"] is NON


def test_sans_patient() -> None:
    """Un acquittement n'a pas de patient : rien n'en est dit."""
    assert "HL7-VAL-05" not in _verdicts(ACCUSE)


@pytest.mark.parametrize(
    ("type_message", "verdict"),
    [
        ("ADT^A28^ADT_A05", CONFORME),
        ("ADT^A31^ADT_A05", CONFORME),
        ("ADT^A08^ADT_A01", CONFORME),
        ("ADT^A40^ADT_A39", CONFORME),
        ("ADT^Z99^ADT_A01", CONFORME),
        ("ADT^A28", CONFORME),
        ("ORU^R01^ORU_R01", CONFORME),
        ("ACK", CONFORME),
        ("ACK^A28^ACK", CONFORME),
        ("ADT^XX^ADT_A05", VOIR),
        ("ADT^^ADT_A05", VOIR),
        ("ADT", VOIR),
        ("ADT^A28^ADT_A01", VOIR),
        ("ADT^A08^ADT_A08", VOIR),
        ("ADT^A28^ORU_R01", VOIR),
        ("^A28^ADT_A05", NON),
    ],
)
def test_type_de_message(type_message: str, verdict: Verdict) -> None:
    """MSH-9 dit un événement, et la structure de cet événement."""
    (message,) = decouper(MESSAGE.replace("ADT^A28^ADT_A05", type_message).encode()).messages
    assert identifie(message).verdict is verdict


def test_type_de_message_d_une_autre_version() -> None:
    """Avant la version 2.5, la table des structures n'est pas la même : rien n'en est dit."""
    (message,) = decouper(MESSAGE.replace("ADT_A05", "ADT_A28").replace("|2.5|", "|2.3.1|").encode()).messages
    assert identifie(message).verdict is CONFORME
