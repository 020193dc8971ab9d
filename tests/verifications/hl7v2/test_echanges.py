"""Règles des échanges HL7 v2 : un exemple respecté et un enfreint de chacune, et les lectures légitimes."""

from __future__ import annotations

import hashlib

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.dossier_documents import Affichage
from steps.verifications.hl7v2 import acquittement as a
from steps.verifications.hl7v2 import echanges as e
from steps.verifications.hl7v2.echanges import MessageVu
from tests.controle.hl7v2.fabrique import MDM, message
from tests.verifications.cda.fabrique import cda

MESSAGE = message(MDM).encode()
ADT = b"MSH|^~\\&|GAM|CHU|DPI|CHU|20261123||ADT^A28^ADT_A05|A1|P|2.5\rEVN||20261123\rPID|||1^^^GAM||NOM^PRENOM\r"


ERR = "ERR||PID^1|100^Segment sequence error^HL70357|E\r"


def ack(code: str = "AA", *, type_: str = "ACK^T02^ACK", version: str = "2.6", msa: str = "M1", err: str = "") -> bytes:
    """Un acquittement et son cadre."""
    texte = (
        f"MSH|^~\\&|PFI|CHU|SIL|LABO|20261123||{type_}|R1|P|{version}|||||FRA|UNICODE UTF-8\rMSA|{code}|{msa}\r{err}"
    )
    return b"\x0b" + texte.encode() + b"\x1c\r"


def ecarts(constats: Constat | list[Constat]) -> dict[str, Verdict]:
    tous = [constats] if isinstance(constats, Constat) else constats
    return {constat.code: constat.verdict for constat in tous if constat.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize(
    ("envoye", "reponse"),
    [
        (MESSAGE, ack()),
        (MESSAGE, ack("AE", err=ERR)),
        (MESSAGE, ack("AR", err=ERR)),
        (ADT, ack(type_="ACK", version="2.5", msa="A1")),
        (ADT, ack(type_="ACK^A28^ACK", version="2.5", msa="A1")),
        (ADT.replace(b"|2.5\r", b"|2.5^FRA^2.11\r"), ack(type_="ACK", version="2.5", msa="A1")),
        (MESSAGE.replace(b"MDM^T02^MDM_T02", b"XYZ^Z99^XYZ_Z99"), ack("AR", type_="ACK", version="2.5", err=ERR)),
    ],
)
def test_acquittement_respecte(envoye: bytes, reponse: bytes) -> None:
    """Positif ou négatif motivé ; un message d'identité admet « ACK » seul."""
    assert ecarts(a.acquittement_rendu(envoye, reponse, 7)) == {}


@pytest.mark.parametrize(("suite", "juste"), [(ack(), True), (ack("AE"), False), (b"", False), (ack(msa="M2"), False)])
def test_acquittement_differe(suite: bytes, juste: bool) -> None:
    """En mode étendu, l'acquittement applicatif suit celui de réception, et c'est lui qui se juge."""
    rendus = ecarts(a.acquittement_rendu(MESSAGE, ack("CA") + suite, 7))
    assert (rendus == {}) is juste


@pytest.mark.parametrize(
    ("reponse", "code"),
    [
        (b"", "HL7-ACK-01"),
        (b"\x0bbonjour\x1c\r", "HL7-ACK-01"),
        (ack().replace(b"MSA|AA|M1\r", b""), "HL7-ACK-01"),
        (ack("OK"), "HL7-ACK-01"),
        (ack(msa="M2"), "HL7-ACK-02"),
        (ack(msa=""), "HL7-ACK-02"),
        (ack(type_="ACK"), "HL7-ACK-03"),
        (ack(version="2.5"), "HL7-ACK-03"),
        (ack("AE"), "HL7-ACK-04"),
        (ack("AE", err="ERR||PID^1\r"), "HL7-ACK-04"),
        (ack()[1:], "HL7-ACK-06"),
        (ack()[:-1], "HL7-ACK-06"),
    ],
)
def test_acquittement_enfreint(reponse: bytes, code: str) -> None:
    """Chaque écart a sa règle, et elle seule."""
    assert ecarts(a.acquittement_rendu(MESSAGE, reponse, 7)) == {code: Verdict.NON_CONFORME}


def test_accepter_et_refuser() -> None:
    """Un refus d'un message juste se regarde ; une acceptation d'un message impossible est un manquement."""
    assert ecarts(a.message_accepte("AA", "lettre", 1)) == {}
    assert ecarts(a.message_accepte("AE", "lettre", 1)) == {"HL7-ACK-07": Verdict.A_VERIFIER}
    assert ecarts(a.refus_honnete("AE", "sans patient", 1, temoin="AA")) == {}
    assert ecarts(a.refus_honnete("AA", "sans patient", 1, temoin="AA")) == {"HL7-ACK-05": Verdict.NON_CONFORME}
    assert ecarts(a.refus_honnete("AE", "sans patient", 1, temoin="AE")) == {"HL7-ACK-05": Verdict.NON_CONCLUANT}


def vu(numero: int, identifiant: str = "M1", code: str = "AA", *, document: str = "") -> MessageVu:
    """Un message porteur reçu par le banc ; `document` en change l'octet."""
    texte = message(MDM).replace("|M1|", f"|{identifiant}|")
    if document:
        texte = message(MDM, document=f"<ClinicalDocument>{document}</ClinicalDocument>".encode())
    return MessageVu(numero, texte.encode(), code)


def test_document_parvenu() -> None:
    """Un ORU ou un MDM qui porte un document ; ni une identité, ni un accusé."""
    assert ecarts(e.document_parvenu([MessageVu(1, ADT, "AA"), vu(2)], "lettre")) == {}
    for messages in ([], [MessageVu(1, ADT, "AA")], [MessageVu(1, b"illisible", "")]):
        assert ecarts(e.document_parvenu(messages, "lettre")) == {"HL7-TRA-01": Verdict.NON_CONFORME}


def test_une_fois() -> None:
    """Un renvoi avant tout accord est légitime ; après, il est de trop. Deux documents ne sont pas un doublon."""
    assert ecarts(e.parvenu_une_fois([vu(1, code=""), vu(2), vu(3, document="autre")], "lettres")) == {}
    assert ecarts(e.parvenu_une_fois([vu(1), vu(2, "M9")], "lettres")) == {"HL7-TRA-02": Verdict.A_VERIFIER}


@pytest.mark.parametrize(
    ("messages", "attendu"),
    [
        ([vu(1, code=""), vu(2)], {}),
        ([vu(1, code=""), vu(2, code="AR"), vu(3)], {}),
        ([vu(1, code="")], {"HL7-TRA-03": Verdict.A_VERIFIER}),
        ([vu(1, code=""), vu(2, "M1-1")], {"HL7-TRA-03": Verdict.A_VERIFIER}),
        ([vu(1)], {"HL7-TRA-03": Verdict.NON_CONCLUANT}),
        ([], {"HL7-TRA-03": Verdict.NON_CONCLUANT}),
    ],
)
def test_renvoi(messages: list[MessageVu], attendu: dict[str, Verdict]) -> None:
    """Le message sans acquittement revient sous le même identifiant, jusqu'à AA."""
    assert ecarts(e.renvoye(messages, "lettre")) == attendu


def test_rien_parti() -> None:
    """L'absence ne se croit que si un document part dans le cas permis."""
    assert ecarts(e.rien_parti([MessageVu(1, ADT, "AA")], "avant", temoin=[vu(2)])) == {}
    assert ecarts(e.rien_parti([vu(1)], "avant", temoin=[vu(2)])) == {"HL7-TRA-04": Verdict.NON_CONFORME}
    assert ecarts(e.rien_parti([], "avant", temoin=[])) == {"HL7-TRA-04": Verdict.NON_CONCLUANT}


def test_demande() -> None:
    """DESTDMP et DESTMSSANTEPS disent le choix fait."""
    assert ecarts(e.demande_conforme(MESSAGE, "lettre", [("DESTDMP", "Y"), ("DESTMSSANTEPS", "Y")])) == {}
    assert ecarts(e.demande_conforme(MESSAGE, "lettre", [("DESTDMP", "N")])) == {"HL7-TRA-05": Verdict.NON_CONFORME}
    assert ecarts(e.demande_conforme(b"", "lettre", [("DESTDMP", "N")])) == {"HL7-TRA-05": Verdict.NON_CONCLUANT}


def test_documents_recus() -> None:
    """Au dossier du patient, nulle part ailleurs, une seule fois."""
    vu_a_verifier = {"HL7-INT-01": Verdict.A_VERIFIER}
    octets = cda()
    garde, autre = Affichage(cda_sha256=hashlib.sha256(octets).hexdigest()), Affichage("Un autre document.")
    for nouveaux, affiches, ecart in (
        (["11490-0"], [autre, garde], {}),
        ([], [], {"HL7-INT-01": Verdict.NON_CONFORME}),
        (["11488-4"], [garde], vu_a_verifier),
        (["11490-0"], [autre], vu_a_verifier),
        (["11490-0"], [], vu_a_verifier),
    ):
        constat = e.document_integre(nouveaux, "dossier", "11490-0", cda=octets, affiches=affiches)
        assert ecarts(constat) == ecart
    assert ecarts(e.nulle_part_ailleurs([], "dossier")) == {}
    assert ecarts(e.nulle_part_ailleurs(["11490-0"], "dossier")) == {"HL7-INT-02": Verdict.NON_CONFORME}
    assert ecarts(e.integre_une_fois(1, 1, "dossier")) == {}
    assert ecarts(e.integre_une_fois(1, 2, "dossier")) == {"HL7-INT-03": Verdict.A_VERIFIER}
    assert ecarts(e.integre_une_fois(0, 0, "dossier")) == {"HL7-INT-03": Verdict.NON_CONCLUANT}


def test_choix_trace() -> None:
    """Une trace nouvelle nomme le patient et l'auteur, à une date."""
    trace = {"horodatage": "2026-11-23T08:00:00+01:00", "utilisateur": "dr", "action": "choix", "patient_id": "P1"}
    assert ecarts(e.choix_trace([trace], "l'opposition", patient_id="P1", compte="dr")) == {}
    for autre in ([], [{**trace, "utilisateur": "x"}], [{**trace, "patient_id": "P2"}], [{**trace, "horodatage": ""}]):
        constat = e.choix_trace(autre, "l'opposition", patient_id="P1", compte="dr")
        assert ecarts(constat) == {"HL7-TRA-06": Verdict.NON_CONFORME}
    muette = e.choix_trace([{**trace, "action": "ouverture"}], "l'accord", patient_id="P1", compte="dr")
    assert ecarts(muette) == {"HL7-TRA-06": Verdict.A_VERIFIER}


def test_message_conforme_sur_les_octets_du_fil() -> None:
    """Cadre compris ; un jeu de caractères menti se voit, un message qui ne se découpe pas ne se juge pas."""
    assert ecarts(e.message_conforme(b"\x0b" + MESSAGE + b"\x1c\r")) == {}
    menti = MESSAGE.decode().encode("iso-8859-15")
    assert "HL7-ENV-03" in ecarts(e.message_conforme(menti))
    assert ecarts(e.message_conforme(b"bonjour")) == {"HL7-TRA-01": Verdict.NON_CONCLUANT}
