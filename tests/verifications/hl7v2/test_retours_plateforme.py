"""Règles d'une plateforme : dépôt au DMP, restrictions, retours ; un exemple respecté et un enfreint."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.flux.plateforme import AccuseMetier, Destinataire, accuse_metier
from steps.verifications.hl7v2 import retours_plateforme as p
from steps.verifications.hl7v2.echanges import MessageVu
from steps.verifications.hl7v2.retours_plateforme import Operation
from tests.flux.aides import ENVOI
from tests.verifications.cda.fabrique import cda
from tests.verifications.hl7v2.test_echanges import ecarts

CDA = cda()
REFAIT = cda(title="<title>Compte rendu refait</title>")


def test_depot() -> None:
    """Les octets reçus sont au DMP ; récrits sous le même identifiant, cela se regarde."""
    assert ecarts(p.document_depose([b"autre", CDA], CDA, "lettre")) == {}
    assert ecarts(p.document_depose([REFAIT], CDA, "lettre")) == {"PFI-REL-01": Verdict.A_VERIFIER}
    for deposes in ([], [b"<a/>"]):
        assert ecarts(p.document_depose(deposes, CDA, "lettre")) == {"PFI-REL-01": Verdict.NON_CONFORME}
    assert ecarts(p.document_non_depose([b"autre"], CDA, "lettre", temoin=True)) == {}
    for depose in (CDA, REFAIT):
        juge = p.document_non_depose([b"autre", depose], CDA, "lettre", temoin=True)
        assert ecarts(juge) == {"PFI-REL-02": Verdict.NON_CONFORME}
    assert ecarts(p.document_non_depose([], CDA, "lettre", temoin=False)) == {"PFI-REL-02": Verdict.NON_CONCLUANT}


def test_rien_d_autre() -> None:
    """Ce que personne n'a confié, ou ce qui est déposé deux fois, se regarde."""
    assert ecarts(p.rien_d_autre([CDA], [CDA], "patient")) == {}
    assert ecarts(p.rien_d_autre([REFAIT], [CDA], "patient")) == {}
    for deposes in ([CDA, b"<autre/>"], [CDA, REFAIT]):
        assert ecarts(p.rien_d_autre(deposes, [CDA], "patient")) == {"PFI-REL-02": Verdict.A_VERIFIER}
    assert ecarts(p.rien_d_autre([], [CDA], "patient")) == {"PFI-REL-02": Verdict.NON_CONCLUANT}


@pytest.mark.parametrize(
    ("codes", "demandes", "ecart"),
    [
        (["N"], [], False),
        (["N", "MASQUE_PS"], ["MASQUE_PS"], False),
        (["N", "INVISIBLE_PATIENT"], ["INVISIBLE_PATIENT"], False),
        (["N", "INVISIBLE_PATIENT"], [], True),
        (["INVISIBLE_REPRESENTANTS_LEGAUX"], ["INVISIBLE_REPRESENTANTS_LEGAUX"], False),
        (["N"], ["MASQUE_PS"], True),
        (["N", "MASQUE_PS"], [], True),
        (["N", "MASQUE_PS"], ["INVISIBLE_PATIENT"], True),
    ],
)
def test_restrictions(codes: list[str], demandes: list[str], ecart: bool) -> None:
    """Celles du message, toutes et elles seules."""
    attendu = {"PFI-REL-03": Verdict.NON_CONFORME} if ecart else {}
    assert ecarts(p.restriction_deposee(codes, demandes, "lettre")) == attendu


def zam(operation: str = "mssante", message: str = "M1", *, reussi: bool = True, adresse: str = "a@x.test") -> str:
    return accuse_metier(AccuseMetier(operation, message, reussi, adresse), Destinataire("DPI", "CHU"), ENVOI)


def deplace(texte: str) -> str:
    """Le même retour, l'OBX du destinataire avant celui de l'accusé."""
    lignes = texte.split("\r")
    return "\r".join([lignes[0], lignes[2], lignes[1], *lignes[3:]])


MSS = Operation("mssante", "M1", True, "A@x.test")
ECHOUE = Operation("mssante", "M1", False, "a@x.test")


@pytest.mark.parametrize(
    ("messages", "operation", "attendu"),
    [
        ([zam("dmp", "M0"), zam(), zam("dmp")], MSS, {}),
        ([zam("dmp")], Operation("dmp", "M1", True), {}),
        ([zam(reussi=False)], ECHOUE, {}),
        ([deplace(zam())], MSS, {}),
        (["ni HL7, ni rien", zam()], MSS, {}),
        ([deplace(zam(reussi=False))], ECHOUE, {}),
        ([zam().replace("^^X.400^", "^^X.400^b@x.test~^^X.400^")], MSS, {}),
        ([], MSS, {"PFI-RET-01"}),
        ([zam(message="M2")], MSS, {"PFI-RET-01"}),
        ([zam(adresse="b@x.test")], MSS, {"PFI-RET-01"}),
        ([zam("lecture")], MSS, {"PFI-RET-01"}),
        ([zam()], ECHOUE, {"PFI-RET-01"}),
        ([zam(), zam(reussi=False)], MSS, {"PFI-RET-01"}),
        ([zam().replace("CISIS_CDA_HL7_V2", "LOCAL")], MSS, {"PFI-RET-02"}),
        ([zam().replace("|2.6|", "|2.5|")], MSS, {"PFI-RET-02"}),
        ([zam().replace("^ZAM_Z01|", "|")], MSS, {"PFI-RET-02"}),
        ([zam(reussi=False).partition("ERR")[0]], ECHOUE, {"PFI-RET-02"}),
    ],
)
def test_retours(messages: list[str], operation: Operation, attendu: set[str]) -> None:
    """Le retour de cette opération, à cet émetteur, avec son issue, dans la forme du volet."""
    vus = [MessageVu(rang, message.encode(), "AA") for rang, message in enumerate(messages)]
    assert set(ecarts(p.retour_rendu(vus, operation, "lettre"))) == set(attendu)


def test_lecture() -> None:
    """L'accusé de lecture a son retour ; rendu sans que personne ait lu, c'est un manquement."""
    lecture = Operation("lecture", "M1", True, "a@x.test")
    rendu = [MessageVu(3, zam("lecture").encode())]
    assert ecarts(p.retour_rendu(rendu, lecture, "lettre")) == {}
    assert ecarts(p.retour_rendu([MessageVu(3, zam().encode())], lecture, "lettre")) == {
        "PFI-RET-01": Verdict.NON_CONFORME
    }
    assert ecarts(p.pas_de_lecture([MessageVu(3, zam().encode())], lecture, "lettre", temoin=True)) == {}
    assert ecarts(p.pas_de_lecture(rendu, lecture, "lettre", temoin=True)) == {"PFI-RET-03": Verdict.NON_CONFORME}
    assert ecarts(p.pas_de_lecture([], lecture, "lettre", temoin=False)) == {"PFI-RET-03": Verdict.NON_CONCLUANT}
