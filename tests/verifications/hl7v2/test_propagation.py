"""La propagation se juge sur la suite des messages, avec la preuve que le relevé fonctionne."""

from __future__ import annotations

from dataclasses import replace

from reports.verdict import Verdict
from steps.flux import message_creation, message_modification, message_retrait_ins
from steps.verifications.hl7v2 import modification_propagee, retrait_propage
from tests.flux.aides import EMETTEUR, ENVOI, usager

AVANT = usager()
APRES = replace(AVANT, nom_naissance="NOUVEAUNOM")
CREATION = message_creation(AVANT, "IPP1", EMETTEUR, ENVOI)
A31 = message_modification(APRES.sans_ins(), "IPP1", EMETTEUR, ENVOI)
A47 = message_retrait_ins(AVANT, "IPP1", EMETTEUR, ENVOI)
CHAMPS = ("nom_naissance",)


def test_modification_propagee() -> None:
    """Un A31 aux nouvelles valeurs est conforme, où qu'il soit dans la suite."""
    assert modification_propagee([A47, A31], [CREATION], APRES, CHAMPS).verdict is Verdict.CONFORME


def test_modification_non_propagee() -> None:
    """Aucun message, un A31 aux anciennes valeurs, ou un autre type : non conforme."""
    ancien = message_modification(AVANT, "IPP1", EMETTEUR, ENVOI)
    autre_type = A31.replace("ADT^A31", "ADT^A28")
    for messages in ([], [ancien], [autre_type], ["illisible"]):
        assert modification_propagee(messages, [CREATION], APRES, CHAMPS).verdict is Verdict.NON_CONFORME


def test_modification_releve_non_prouve() -> None:
    """Sans aucun message, avant comme après, ou sans champ connu, le banc ne conclut pas."""
    assert modification_propagee([], [], APRES, CHAMPS).verdict is Verdict.NON_CONCLUANT
    assert modification_propagee([A31], [CREATION], APRES, ()).verdict is Verdict.NON_CONCLUANT
    assert modification_propagee([A31], [CREATION], APRES, ("inconnu",)).verdict is Verdict.NON_CONCLUANT


def test_retrait_propage() -> None:
    """Un A47 qui nomme l'INS retirée est conforme, PID-3 effacé ou réduit à l'identifiant local."""
    local = A47.replace(f'~""^^^ASIP-SANTE-INS-NIR&{AVANT.oid_ins}&ISO^INS', "")
    for retrait in (A47, local):
        constats = retrait_propage([A31, retrait], [CREATION], AVANT)
        assert [(c.code, c.verdict) for c in constats] == [
            ("HL7-PRO-02", Verdict.CONFORME),
            ("HL7-PRO-03", Verdict.CONFORME),
        ]


def test_retrait_non_propage() -> None:
    """Sans A47, ou si un message porte encore l'INS, non conforme."""
    assert retrait_propage([A31], [CREATION], AVANT)[0].verdict is Verdict.NON_CONFORME
    assert retrait_propage([], [CREATION], AVANT)[0].verdict is Verdict.NON_CONFORME
    encore = message_modification(APRES, "IPP1", EMETTEUR, ENVOI)
    assert retrait_propage([A47, encore], [CREATION], AVANT)[0].verdict is Verdict.NON_CONFORME


def test_retrait_sans_mrg() -> None:
    """Un A47 qui ne nomme pas l'INS retirée est à vérifier : la forme exacte est une déduction du banc."""
    sans = A47[: A47.index("MRG|")] + "MRG|IPP1^^^A&1.2.3&ISO^PI\r"
    constats = retrait_propage([sans], [CREATION], AVANT)
    assert [(c.code, c.verdict) for c in constats][1] == ("HL7-PRO-03", Verdict.A_VERIFIER)


def test_retrait_sans_objet() -> None:
    """Si les partenaires n'ont jamais reçu l'INS, il n'y a rien à retirer."""
    sans = message_creation(AVANT.sans_ins(), "IPP1", EMETTEUR, ENVOI)
    assert retrait_propage([A47], [sans], AVANT)[0].verdict is Verdict.NON_CONCLUANT
    assert retrait_propage([A47], [], AVANT)[0].verdict is Verdict.NON_CONCLUANT
