"""Les exemples publics de l'ANS (ansforge/hl7V2-exemples), lus dans la copie de l'utilisateur, jamais recopiés."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from steps.controle.examens.hl7v2 import examiner_hl7v2
from steps.controle.modele import ContexteControle
from tests.controle.aides_examens import en_cause, en_texte

DOSSIER = os.environ.get("HL7V2_EXEMPLES", "")
pytestmark = pytest.mark.skipif(not DOSSIER, reason="HL7V2_EXEMPLES (copie du dépôt ansforge/hl7V2-exemples) non donné")

_V21 = "Vague 2/Trans_Doc-CDA-HL7V2/TRANSMISSION_DOCS_CDA_EN_HL7V2_V2.1"
ATTENDUS = {
    f"{_V21}/MDM/Transmission initiale MDM/message_MDM_CR_Radio_INIT_N1_Base64.er7": set[str](),
    f"{_V21}/MDM/Remplacement MDM/message_MDM_CR_Radio_RPLC_N1.er7": set(),
    f"{_V21}/MDM/Suppression MDM/message_MDM_CR_Radio_DEL_N1.er7": set(),
    # Le texte « Document medical… » y tient lieu de CDA.
    f"{_V21}/MDM/Transmission initiale MDM/message_MDM_CR_Radio_INIT_N1.er7": {"HL7-OBX-03"},
    # Le corps de courriel proposé y est un base64 tronqué.
    f"{_V21}/ORU/Transmission initiale ORU/message_ORU_CR_Bio_INIT_N3_SEGUR.hl7": {"HL7-MET-08"},
    f"{_V21}/ORU/Remplacement ORU/message_ORU_CR_Bio_RPLC_N3_SEGUR.hl7": {"HL7-MET-08"},
    # Le CDA y est celui d'un autre patient.
    f"{_V21}/ORU/Suppression ORU/message_ORU_CR_Bio_DEL_N3_SEGUR.hl7": {
        "HL7-MET-08", "HL7-CDA-01", "HL7-TRT-01", "HL7-TRT-03"
    },
    f"{_V21}/MDM/Remplacement MDM/ack.er7": set(),
    "SGL/admission.er7": set(),
    "SGL/sortie.er7": set(),
}  # fmt: skip


@pytest.mark.parametrize("chemin", ATTENDUS)
def test_exemple_public(chemin: str) -> None:
    """Un exemple officiel ne lève que les défauts qu'on lui connaît."""
    fichier = Path(DOSSIER) / chemin
    if not fichier.is_file():
        pytest.skip(f"{chemin} n'est pas dans cette copie")
    examen = examiner_hl7v2(fichier.read_bytes(), ContexteControle())
    assert en_cause(examen) == ATTENDUS[chemin], en_texte(examen)
