"""Règles sur un compte rendu transmis à une plateforme : exemples respectés, enfreints, et lectures légitimes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.flux.identite import IdentiteUsager
from steps.verifications import diffusion_pfi as d
from steps.verifications import diffusion_pfi_choix
from tests.controle.hl7v2.fabrique import ORU, RCT, SB, message
from tests.verifications.cda.fabrique import MATRICULE, OID_TEST, cda

PATIENT = IdentiteUsager(
    "D'ÉTÉ-DURAND", "ANNE", "ANNE MARIE", "1990-12-31", "F", "99999", matricule_ins=MATRICULE, oid_ins=OID_TEST
)
MEDECIN, USAGER = "medecin@test.mssante.test", f"{MATRICULE}@patient.mssante.fr"
A_TOUS = {"DESTMSSANTEPAT": "Y"}
INVISIBLE = {"INVISIBLE_PATIENT": "Y", "DESTMSSANTEPAT": "N"}
RCT_USAGER = RCT.replace(MEDECIN, USAGER)


def _attendu(niveau: str = "N3", *codes: str, secrete: bool = False) -> d.Transmission:
    return d.Transmission("« bilan »", niveau, PATIENT, codes, secrete, (MEDECIN,), "", USAGER)


def _verdicts(constats: list[Constat]) -> dict[str, Verdict]:
    return {constat.code: constat.verdict for constat in constats if constat.verdict is not Verdict.CONFORME}


def test_message_emis() -> None:
    """Un ORU, ou un OUL, qui porte le CDA au niveau demandé, quels que soient les autres messages émis."""
    for texte in (message(), message().replace("ORU^R01^ORU_R01", "OUL^R22^OUL_R22")):
        assert d.message_emis(["MSH|^~\\&|ADT", texte], "N3", "« bilan »").verdict is Verdict.CONFORME


def test_un_mdm_ne_porte_que_ce_qui_n_est_pas_d_analyses() -> None:
    """Le REM des RIS admet un MDM, celui des laboratoires non."""
    mdm = message().replace("ORU^R01^ORU_R01", "MDM^T02^MDM_T02")
    assert d.message_emis([mdm], "N3", "« scanner »", d.TYPES_DOCUMENTS).verdict is Verdict.CONFORME
    assert d.message_emis([mdm], "N3", "« bilan »").verdict is Verdict.NON_CONFORME


@pytest.mark.parametrize(
    ("messages", "niveau"),
    [
        ([], "N3"),
        (["illisible"], "N3"),
        ([message()], "N1"),
        ([message(document=b"<a/>")], "N3"),
        ([message(donnee="ceci n'est pas du base64")], "N3"),
        ([message().replace("ORU^R01^ORU_R01", "ADT^A31^ADT_A05")], "N3"),
    ],
)
def test_message_non_emis(messages: list[str], niveau: str) -> None:
    """Aucun message, un autre niveau, un autre document, un autre type : rien n'est transmis."""
    assert d.message_emis(messages, niveau, "« bilan »").verdict is Verdict.NON_CONFORME


def test_document_transmis() -> None:
    """Le fichier exporté est celui du message ; refait sous le même identifiant, une personne compare."""
    texte, attendu = message(), _attendu()
    assert _verdicts(d.document_transmis(texte, attendu, cda())) == {}
    refait = cda(title="<title>Compte rendu refait</title>")
    assert _verdicts(d.document_transmis(texte, attendu, refait)) == {"PFI-MSG-02": Verdict.A_VERIFIER}
    assert _verdicts(d.document_transmis(texte, attendu, None)) == {"PFI-MSG-02": Verdict.A_VERIFIER}
    autre = cda(id='<id root="1.2.250.1.213.99.1.100.9"/>')
    assert _verdicts(d.document_transmis(texte, attendu, autre)) == {"PFI-MSG-02": Verdict.NON_CONFORME}
    assert _verdicts(d.document_transmis(texte, attendu, b"<")) == {"PFI-MSG-02": Verdict.NON_CONCLUANT}
    assert _verdicts(d.document_transmis(texte, _attendu("N1"), cda())) == {"PFI-MSG-02": Verdict.NON_CONCLUANT}


def test_document_sans_pdf() -> None:
    """Un CDA qui ne porte pas de PDF ne transmet pas le compte rendu en PDF."""
    sans = cda(corps="<component><structuredBody><component><section/></component></structuredBody></component>")
    vus = _verdicts(d.document_transmis(message(document=sans), _attendu(), sans))
    assert vus == {"PFI-MSG-03": Verdict.NON_CONFORME}


@pytest.mark.parametrize(
    ("metas", "attendu"),
    [
        (A_TOUS, _attendu()),
        (INVISIBLE, _attendu("N3", "INVISIBLE_PATIENT")),
        ({"MASQUE_PS": "Y", "DESTMSSANTEPS": "N"}, _attendu("N3", "MASQUE_PS")),
        ({"INVISIBLE_REP_LEGAUX": "Y"}, _attendu("N3", "INVISIBLE_REPRESENTANTS_LEGAUX")),
        ({"CONNEXION_SECRETE": "Y"}, _attendu(secrete=True)),
        (INVISIBLE, _attendu("N1", "INVISIBLE_PATIENT")),
    ],
)
def test_demande_transmise(metas: dict[str, str], attendu: d.Transmission) -> None:
    """Les restrictions sont celles choisies, et les destinations en découlent."""
    assert _verdicts(diffusion_pfi_choix.demande_transmise(message(metas=metas), attendu)) == {}


@pytest.mark.parametrize(
    ("metas", "attendu", "codes"),
    [
        ({"DESTMSSANTEPAT": "N"}, _attendu(), {"PFI-MET-04"}),
        (A_TOUS | {"DESTDMP": "N"}, _attendu(), {"PFI-MET-02"}),
        (A_TOUS | {"DESTMSSANTEPS": ""}, _attendu(), {"PFI-MET-03"}),
        (A_TOUS, _attendu("N3", "INVISIBLE_PATIENT"), {"PFI-MET-01", "PFI-MET-04"}),
        (INVISIBLE, _attendu(), {"PFI-MET-01", "PFI-MET-04"}),
        (INVISIBLE | {"DESTMSSANTEPS": "N"}, _attendu("N3", "INVISIBLE_PATIENT"), {"PFI-MET-03"}),
        (INVISIBLE, _attendu("N3", "INVISIBLE_PATIENT", secrete=True), {"PFI-MET-01"}),
        (A_TOUS | {"DESTDMP": "N"}, _attendu("N1"), {"PFI-MET-02"}),
    ],
)
def test_demande_non_transmise(metas: dict[str, str], attendu: d.Transmission, codes: set[str]) -> None:
    """Une restriction tue, de trop, ou une destination qui n'est pas celle attendue."""
    vus = _verdicts(diffusion_pfi_choix.demande_transmise(message(metas=metas), attendu))
    assert vus == dict.fromkeys(codes, Verdict.NON_CONFORME)


@pytest.mark.parametrize(
    ("metas", "codes"),
    [
        ({"MASQUE_PS": "Y", "DESTMSSANTEPS": "N", "DESTMSSANTEPAT": "Y"}, set()),
        ({"MASQUE_PS": "Y", "DESTMSSANTEPS": "Y", "DESTMSSANTEPAT": "Y"}, {"PFI-MET-03"}),
        ({"MASQUE_PS": "Y", "DESTMSSANTEPS": "N", "DESTMSSANTEPAT": "N"}, {"PFI-MET-04"}),
    ],
)
def test_imagerie_masquee_aux_professionnels(metas: dict[str, str], codes: set[str]) -> None:
    """Le REM des RIS le dit : un N1 masqué va au patient par MSSanté, pas aux professionnels."""
    masque = replace(_attendu("N1", "MASQUE_PS"), analyses=False)
    vus = _verdicts(diffusion_pfi_choix.demande_transmise(message(metas=metas), masque))
    assert vus == dict.fromkeys(codes, Verdict.NON_CONFORME)


def test_imagerie_sans_restriction() -> None:
    """Le N1 d'imagerie s'échange ; sous connexion secrète, ou restreint autrement, une personne tranche."""
    texte = message(metas={"DESTMSSANTEPS": "N", "DESTMSSANTEPAT": "N"})
    libre = replace(_attendu("N1"), analyses=False)
    vus = _verdicts(diffusion_pfi_choix.demande_transmise(texte, libre))
    assert vus == dict.fromkeys(("PFI-MET-03", "PFI-MET-04"), Verdict.NON_CONFORME)
    secrete = message(metas={"DESTMSSANTEPS": "N", "CONNEXION_SECRETE": "Y"})
    vus = _verdicts(diffusion_pfi_choix.demande_transmise(secrete, replace(libre, connexion_secrete=True)))
    assert vus == {"PFI-MET-03": Verdict.A_VERIFIER}


def test_restrictions_seules() -> None:
    """Les destinations ne comptent pas ; une restriction tue est un manquement, un message absent se regarde."""
    invisible = _attendu("N1", "INVISIBLE_PATIENT")
    sans_destination = message(metas=INVISIBLE | {"DESTDMP": "N", "DESTMSSANTEPS": "N"})
    assert diffusion_pfi_choix.restrictions_transmises(sans_destination, invisible).verdict is Verdict.CONFORME
    assert diffusion_pfi_choix.restrictions_transmises(message(metas=A_TOUS), invisible).verdict is Verdict.NON_CONFORME
    assert diffusion_pfi_choix.restrictions_transmises("", invisible).verdict is Verdict.A_VERIFIER
    assert diffusion_pfi_choix.restrictions_transmises("illisible", invisible).verdict is Verdict.NON_CONCLUANT


def test_n1_sans_echange() -> None:
    """Le texte se lit des deux façons pour l'échange du N1 : une personne tranche."""
    texte = message(metas={"DESTMSSANTEPS": "N", "DESTMSSANTEPAT": "N"})
    vus = _verdicts(diffusion_pfi_choix.demande_transmise(texte, _attendu("N1")))
    assert vus == dict.fromkeys(("PFI-MET-03", "PFI-MET-04"), Verdict.A_VERIFIER)


def test_destinataires() -> None:
    """Chaque adresse choisie est nommée ; celle du patient ne l'est pas s'il ne doit rien voir."""
    restreint = _attendu("N3", "INVISIBLE_PATIENT")
    tous = message(prt=f"{SB}\r{RCT}\r{RCT_USAGER}")
    assert _verdicts(diffusion_pfi_choix.destinataires_transmis(tous, _attendu())) == {}
    assert _verdicts(diffusion_pfi_choix.destinataires_transmis(message(prt=f"{SB}\r{RCT}"), restreint)) == {}
    vus = _verdicts(diffusion_pfi_choix.destinataires_transmis(tous, restreint))
    assert vus == {"PFI-PRT-02": Verdict.NON_CONFORME}
    vus = _verdicts(diffusion_pfi_choix.destinataires_transmis(message(prt=f"{SB}\r{RCT_USAGER}"), _attendu()))
    assert vus == {"PFI-PRT-01": Verdict.NON_CONFORME}
    vus = _verdicts(
        diffusion_pfi_choix.destinataires_transmis(
            tous, replace(_attendu(), adresse_demandeur="autre@test.mssante.test")
        )
    )
    assert vus == {"PFI-PRT-01": Verdict.A_VERIFIER}
    assert (
        _verdicts(
            diffusion_pfi_choix.destinataires_transmis(tous, replace(_attendu(), adresse_demandeur=MEDECIN.upper()))
        )
        == {}
    )
    masque = replace(_attendu("N3", "MASQUE_PS"), adresse_demandeur="autre@test.mssante.test")
    assert _verdicts(diffusion_pfi_choix.destinataires_transmis(message(prt=f"{SB}\r{RCT_USAGER}"), masque) or []) == {}
    vus = _verdicts(diffusion_pfi_choix.destinataires_transmis(message(prt=SB), restreint))
    assert vus == {"PFI-PRT-01": Verdict.NON_CONFORME, "PFI-PRT-02": Verdict.NON_CONCLUANT}


def test_message_conforme() -> None:
    """Les règles du volet se jouent toutes ; un OUL, que l'exigence admet, reste à regarder."""
    assert _verdicts(d.message_conforme(message())) == {}
    assert _verdicts(d.message_conforme(message(orc="ORC|RO"))) == {"HL7-ORC-01": Verdict.NON_CONFORME}
    oul = message(msh=ORU["msh"].replace("ORU^R01^ORU_R01", "OUL^R22^OUL_R22"))
    assert _verdicts(d.message_conforme(oul))["HL7-MSH-02"] is Verdict.A_VERIFIER
    assert _verdicts(d.message_conforme("")) == {"PFI-MSG-01": Verdict.NON_CONCLUANT}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, set()),
        ({"nom_naissance": "AUTRE"}, {"HL7-TRT-01"}),
        ({"matricule_ins": "190129999900153"}, {"HL7-INS-01"}),
    ],
)
def test_patient_transmis(change: dict[str, Any], codes: set[str]) -> None:
    """L'identité du message est celle du patient."""
    texte = message(pid=ORU["pid"].replace("^^^^^^BDL^^99999", ""))
    valeurs = {champ: getattr(PATIENT, champ) for champ in PATIENT.__slots__} | change
    attendu = d.Transmission("« bilan »", "N3", IdentiteUsager(**valeurs))
    assert set(_verdicts(d.patient_transmis(texte, attendu))) == codes


def test_patient_transmis_sous_d_autres_separateurs() -> None:
    """Séparateurs et caractère d'échappement libres : l'identité se lit de même."""
    texte = message(pid=ORU["pid"].replace("^^^^^^BDL^^99999", "").replace("DURAND", "DURAND\\T\\FILS"))
    autre = texte.translate(str.maketrans("|^~\\", "%$!?"))
    patient = replace(PATIENT, nom_naissance="D'ÉTÉ-DURAND&FILS")
    for ecrit in (texte, autre):
        assert _verdicts(d.patient_transmis(ecrit, d.Transmission("« bilan »", "N3", patient))) == {}
