"""Ce que le logiciel montre d'un document transmis : sa transmission, et les accusés de la plateforme."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.hl7v2 import suivi_montre as m
from steps.verifications.hl7v2.suivi_montre import RetourMontre
from tests.verifications.hl7v2.test_echanges import ecarts

TRANSMIS, ECHOUE, EN_ATTENTE = (RetourMontre("transmission", r) for r in ("succes", "echec", "attente"))


def test_transmission_montree() -> None:
    """Ce que la plateforme n'a pas accepté n'est pas montré transmis ; ne rien montrer se regarde."""
    assert ecarts(m.transmission_montree([TRANSMIS], "lettre", acceptee=True, temoin=True)) == {}
    for retours in ([ECHOUE], [EN_ATTENTE], []):
        assert ecarts(m.transmission_montree(retours, "lettre", acceptee=False, temoin=True)) == {}
    refusee = m.transmission_montree([TRANSMIS], "lettre", acceptee=False, temoin=True)
    assert ecarts(refusee) == {"HL7-RET-01": Verdict.NON_CONFORME}
    for acceptee, temoin in ((True, True), (False, False)):
        muet = m.transmission_montree([], "lettre", acceptee=acceptee, temoin=temoin)
        assert ecarts(muet) == {"HL7-RET-01": Verdict.A_VERIFIER}


DMP_OUI, DMP_NON = ("dmp", True, ""), ("dmp", False, "")
PRO, PATIENT = ("mssante", True, "pro@x.test"), ("mssante", False, "usager@patient.test")
FAUX, VU = {"HL7-RET-02": Verdict.NON_CONFORME}, {"HL7-RET-02": Verdict.A_VERIFIER}


@pytest.mark.parametrize(
    ("montres", "attendus", "ecart"),
    [
        ([("dmp", "succes"), ("mssante", "echec")], [DMP_OUI, PATIENT], {}),
        ([("mssante", "succes"), ("mssante", "succes")], [PRO], {}),
        ([("mssante", "succes"), ("mssante", "echec")], [PRO, PATIENT], {}),
        ([("mssante", "echec", "Usager@patient.test"), ("mssante", "succes", "Dr X <pro@x.test>")], [PRO, PATIENT], {}),
        ([], [], {}),
        ([("dmp", "attente")], [], {}),
        ([("dmp", "succes")], [DMP_NON], FAUX),
        ([("dmp", "succes"), ("dmp", "echec")], [DMP_NON], FAUX),
        ([("dmp", "succes")], [], FAUX),
        ([("mssante", "succes"), ("mssante", "succes")], [PRO, PATIENT], FAUX),
        ([("mssante", "succes", "usager@patient.test"), ("mssante", "echec", "pro@x.test")], [PRO, PATIENT], FAUX),
        ([("mssante", "succes", "pro@x.test"), ("mssante", "succes", "autre@x.test")], [PRO], FAUX),
        ([("mssante", "succes")], [PATIENT], FAUX),
        ([], [DMP_OUI], VU),
        ([("dmp", "attente")], [DMP_OUI], VU),
        ([("mssante", "succes")], [PRO, PATIENT], VU),
        ([("mssante", "succes", "pro@x.test")], [PRO, PATIENT], VU),
    ],
)
def test_accuses_montres(
    montres: list[tuple[str, ...]], attendus: list[tuple[str, bool, str]], ecart: dict[str, Verdict]
) -> None:
    """Réussite et échec au bon document et au bon destinataire ; un accusé qui n'y est pas encore se regarde."""
    retours = [RetourMontre(*montre) for montre in montres]
    assert ecarts(m.accuses_montres(retours, "lettre", attendus)) == ecart
