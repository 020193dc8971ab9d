"""Le refus du patient devant une plateforme : un exemple suivi, des enfreints, et ce qu'une personne regarde."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.hl7v2.refus_patient import envoi_au_patient_retire

ADRESSE = "123456789012345@patient.mssante.fr"


def _message(demande: str, *adresses: str) -> bytes:
    """Un ORU réduit à ce que la règle lit : la demande d'envoi au patient et les destinataires."""
    lignes = [
        "MSH|^~\\&|DPI|CHU|PFI|CHU|20261123||ORU^R01^ORU_R01|M1|P|2.5",
        *(f"PRT||UC||RCT^Results Copies To^participation|||||||||||^^X.400^{adresse}" for adresse in adresses),
        f"OBX|2|CE|DESTMSSANTEPAT^DESTMSSANTEPAT^MetaDMPMSS||{demande}^^expandedYes-NoIndicator||||||F",
    ]
    return ("\r".join(lignes) + "\r").encode()


TU = _message("N", "medecin@structure.mssante.fr")
DEMANDE = _message("Y", ADRESSE)


@pytest.mark.parametrize("refuses", [[TU], [], [TU, TU]])
def test_respecte(refuses: list[bytes]) -> None:
    """Rien pour le patient pendant le refus, qu'un message parte ou non ; l'envoi revient une fois le refus levé."""
    constat = envoi_au_patient_retire(refuses, DEMANDE, ADRESSE, [], "lettre")
    assert (constat.code, constat.verdict) == ("HL7-REFUS-01", Verdict.CONFORME)


@pytest.mark.parametrize(
    ("refuses", "directs"),
    [
        ([DEMANDE], []),
        ([TU, _message("Y")], []),
        ([_message("N", ADRESSE.upper())], []),
        ([TU], [12]),
        ([], [12]),
    ],
)
def test_enfreint(refuses: list[bytes], directs: list[int]) -> None:
    """Demandé à la plateforme, adressé malgré un N, ou envoyé sans elle : le refus n'est pas suivi."""
    constat = envoi_au_patient_retire(refuses, DEMANDE, ADRESSE, directs, "lettre")
    assert (constat.code, constat.verdict, constat.echanges) == ("HL7-REFUS-01", Verdict.NON_CONFORME, tuple(directs))


@pytest.mark.parametrize("accepte", [TU, b"", b"bonjour"])
def test_sans_temoin(accepte: bytes) -> None:
    """Un logiciel qui ne demande jamais l'envoi au patient ne montre pas que le refus en est la cause."""
    assert envoi_au_patient_retire([TU], accepte, ADRESSE, [], "lettre").verdict is Verdict.A_VERIFIER
