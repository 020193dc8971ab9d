"""Chaque règle du contenu d'un message : un exemple qui passe, un qui ne passe pas, et les variantes légitimes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.socle.identites import OID_INS_NIA
from steps.flux import IdentiteUsager, message_creation, message_modification, message_retrait_ins
from steps.verifications.hl7v2 import (
    ins_absente,
    ins_transmise,
    message_lisible,
    statut_transmis,
    traits_transmis,
    type_attendu,
)
from tests.flux.aides import EMETTEUR, ENVOI, usager

CONFORME, NON_CONFORME = Verdict.CONFORME, Verdict.NON_CONFORME
PERSONNE = replace(usager(), nom_utilise="DUPRESSOIR", prenom_utilise="LEONCE")
A28 = message_creation(PERSONNE, "IPP1", EMETTEUR, ENVOI)
SANS_INS = message_creation(PERSONNE.sans_ins(), "IPP1", EMETTEUR, ENVOI, statut="PROV")
INS = f"{PERSONNE.matricule_ins}^^^ASIP-SANTE-INS-NIR&{PERSONNE.oid_ins}&ISO^INS"


def verdicts(constats: Iterable[Constat]) -> dict[str, Verdict]:
    """Le pire verdict de chaque code."""
    vus: dict[str, Verdict] = {}
    for constat in constats:
        if vus.get(constat.code, CONFORME) is CONFORME:
            vus[constat.code] = constat.verdict
    return vus


def test_message_lisible() -> None:
    """Un message complet est lisible ; un message tronqué ou sans type est un manquement du logiciel."""
    assert message_lisible(A28).verdict is CONFORME
    assert message_lisible(A28[:60]).verdict is NON_CONFORME
    assert message_lisible(A28.replace("ADT^A28^ADT_A05", "")).verdict is NON_CONFORME


@pytest.mark.parametrize(
    ("attendus", "verdict"),
    [(("ADT^A28",), CONFORME), (("A31", "A28"), CONFORME), (("A31",), NON_CONFORME), (("A2",), NON_CONFORME)],
)
def test_type_attendu(attendus: tuple[str, ...], verdict: Verdict) -> None:
    """Le type s'écrit avec ou sans ADT, et se compare en entier."""
    assert type_attendu(A28, attendus).verdict is verdict


def test_type_illisible_non_concluant() -> None:
    """Un message illisible ne permet pas de juger son type."""
    assert type_attendu("rien", ("A31",)).verdict is Verdict.NON_CONCLUANT


def test_ins_transmise() -> None:
    """Une INS complète, égale à celle de l'usager, est conforme sur les quatre règles."""
    assert verdicts(ins_transmise(A28, PERSONNE)) == {
        "HL7-INS-01": CONFORME,
        "HL7-INS-02": CONFORME,
        "HL7-INS-03": CONFORME,
        "HL7-INS-04": CONFORME,
    }


@pytest.mark.parametrize(
    ("avant", "apres", "code", "verdict"),
    [
        (f"~{INS}", "", "HL7-INS-01", NON_CONFORME),
        (PERSONNE.matricule_ins, PERSONNE.matricule_ins[:13], "HL7-INS-01", NON_CONFORME),
        (PERSONNE.matricule_ins, usager("nominal").matricule_ins, "HL7-INS-01", NON_CONFORME),
        (PERSONNE.oid_ins, "1.2.250.1.213.1.4.2", "HL7-INS-02", NON_CONFORME),
        (PERSONNE.oid_ins, "1.2.250.1.213.1.4.11", "HL7-INS-02", NON_CONFORME),
        (f"&{PERSONNE.oid_ins}&ISO", "", "HL7-INS-02", NON_CONFORME),
        ("ISO^INS", "ISO^NH", "HL7-INS-03", NON_CONFORME),
        (f"{PERSONNE.oid_ins}&ISO", f"{PERSONNE.oid_ins}&M", "HL7-INS-03", NON_CONFORME),
        ("ASIP-SANTE-INS-NIR", "ASIP-SANTE-INS-NIA", "HL7-INS-03", NON_CONFORME),
        ("ASIP-SANTE-INS-NIR", "", "HL7-INS-03", Verdict.A_VERIFIER),
        (
            INS,
            f"{INS}~254129999999999^^^ASIP-SANTE-INS-NIR&{PERSONNE.oid_ins}&ISO^INS",
            "HL7-INS-04",
            Verdict.A_VERIFIER,
        ),
    ],
)
def test_ins_mal_transmise(avant: str, apres: str, code: str, verdict: Verdict) -> None:
    """Chaque défaut de l'INS est vu par sa règle."""
    assert avant in A28
    assert verdicts(ins_transmise(A28.replace(avant, apres), PERSONNE))[code] is verdict


def test_ins_variantes_legitimes() -> None:
    """INS en premier, datée, ou d'un NIA : conforme."""
    premiere = A28.replace(f"~{INS}", "").replace("|IPP1", f"|{INS}~IPP1")
    datee = A28.replace(INS, f"{INS}^^20101207")
    nia = replace(usager("nia"))
    for texte, personne in (
        (premiere, PERSONNE),
        (datee, PERSONNE),
        (message_creation(nia, "IPP1", EMETTEUR, ENVOI), nia),
    ):
        assert set(verdicts(ins_transmise(texte, personne)).values()) == {CONFORME}
    assert nia.oid_ins == OID_INS_NIA


def test_ins_sans_attendu_non_concluant() -> None:
    """Sans INS attendue, il n'y a rien à comparer."""
    assert [c.verdict for c in ins_transmise(A28, PERSONNE.sans_ins())] == [Verdict.NON_CONCLUANT]


def test_ins_absente() -> None:
    """Les traits seuls sont conformes ; l'INS en PID-3 ne l'est pas."""
    assert verdicts(ins_absente(SANS_INS, PERSONNE)) == {"HL7-INS-05": CONFORME}
    assert verdicts(ins_absente(A28, PERSONNE)) == {"HL7-INS-05": NON_CONFORME}


@pytest.mark.parametrize(
    "fuite",
    [
        f"NTE|1||{PERSONNE.matricule_ins[:13]}",
        f"NTE|1||1 54 12 99 999 065 - {PERSONNE.matricule_ins}",
        "NTE|1||"
        + " ".join((PERSONNE.matricule_ins[0], *[PERSONNE.matricule_ins[i : i + 2] for i in range(1, 15, 2)])),
        f"OBX|1|ST|||{PERSONNE.matricule_ins}@patient.mssante.fr",
        f"ZFX|{PERSONNE.oid_ins}",
    ],
)
def test_ins_absente_ailleurs(fuite: str) -> None:
    """Le matricule ou l'OID dans n'importe quel segment, espacé ou non, est vu."""
    assert verdicts(ins_absente(f"{SANS_INS}{fuite}\r", PERSONNE)) == {"HL7-INS-05": NON_CONFORME}


def test_ins_absente_telephone_de_patient_mss() -> None:
    """La messagerie de l'usager (matricule@…) en PID-13 est une fuite, même si PID-19 porte le même nombre."""
    champs = SANS_INS.split("\r")[2].split("|")
    champs[19] = PERSONNE.matricule_ins
    avec_19 = SANS_INS.replace(SANS_INS.split("\r")[2], "|".join(champs))
    assert verdicts(ins_absente(avec_19, PERSONNE)) == {"HL7-INS-05": Verdict.A_VERIFIER}
    champs[13] = f"^NET^Internet^{PERSONNE.matricule_ins}@patient.mssante.fr"
    avec_13 = SANS_INS.replace(SANS_INS.split("\r")[2], "|".join(champs))
    assert [c.verdict for c in ins_absente(avec_13, PERSONNE)] == [Verdict.A_VERIFIER, NON_CONFORME]


def test_ins_absente_effacement_legitime() -> None:
    """L'A47 qui efface l'INS et la nomme en MRG-1 ne la transmet pas."""
    retrait = message_retrait_ins(PERSONNE, "IPP1", EMETTEUR, ENVOI)
    assert verdicts(ins_absente(retrait, PERSONNE)) == {"HL7-INS-05": CONFORME}
    bavard = f"{retrait}NTE|1||INS retirée : {PERSONNE.matricule_ins}\r"
    assert verdicts(ins_absente(bavard, PERSONNE)) == {"HL7-INS-05": NON_CONFORME}
    autre_evenement = f"{SANS_INS}MRG|{INS}\r"
    assert verdicts(ins_absente(autre_evenement, PERSONNE)) == {"HL7-INS-05": NON_CONFORME}


def test_ins_absente_sans_temoin_non_concluant() -> None:
    """Si le nom de la personne n'est pas dans le message, l'absence ne prouve rien."""
    autre = message_creation(usager("nominal").sans_ins(), "IPP2", EMETTEUR, ENVOI)
    assert verdicts(ins_absente(autre, PERSONNE)) == {"HL7-INS-05": Verdict.NON_CONCLUANT}
    assert verdicts(ins_absente("rien", PERSONNE)) == {"HL7-MSG-01": NON_CONFORME}


def test_traits_transmis() -> None:
    """Les traits de l'usager sont conformes, avec ou sans heure, casse ou accents."""
    for texte in (A28, A28.replace("|19541201|", "|195412010000|"), A28.replace("CHAUMERGY", "Chaumergy")):
        assert set(verdicts(traits_transmis(texte, PERSONNE)).values()) == {CONFORME}
    assert set(verdicts(traits_transmis(A28, PERSONNE))) == {f"HL7-TRT-0{n}" for n in range(1, 6)}


def test_traits_liste_sans_le_premier() -> None:
    """La liste des prénoms s'écrit entière, ou sans le premier prénom."""
    texte = A28.replace("^GASPARD^GASPARD LEONCE AIME^", "^GASPARD^LEONCE AIME^")
    assert verdicts(traits_transmis(texte, PERSONNE))["HL7-TRT-01"] is CONFORME


@pytest.mark.parametrize(
    ("avant", "apres", "code"),
    [
        ("CHAUMERGY", "CHAUMERGE", "HL7-TRT-01"),
        ("^GASPARD^GASPARD", "^LEONCE^GASPARD", "HL7-TRT-01"),
        ("GASPARD LEONCE AIME", "GASPARD", "HL7-TRT-01"),
        ("AIME^^^^L", "AIME^^^^M", "HL7-TRT-01"),
        ("DUPRESSOIR", "CHAUMERGY", "HL7-TRT-02"),
        ("~DUPRESSOIR^LEONCE^^^^^D", "", "HL7-TRT-02"),
        ("|19541201|", "|19541202|", "HL7-TRT-03"),
        ("|19541201|", "||", "HL7-TRT-03"),
        ("|M|||^", "|F|||^", "HL7-TRT-04"),
        ("BDL^^37261", "H^^37261", "HL7-TRT-05"),
        ("37261", "37262", "HL7-TRT-05"),
    ],
)
def test_traits_faux(avant: str, apres: str, code: str) -> None:
    """Chaque trait faux ou absent est vu par sa règle, et par elle seule."""
    assert avant in A28
    vus = verdicts(traits_transmis(A28.replace(avant, apres), PERSONNE))
    assert {c for c, v in vus.items() if v is NON_CONFORME} == {code}


@pytest.mark.parametrize(
    ("statut", "transmis", "code", "verdict"),
    [
        ("QUAL", "VALI", "HL7-STA-01", CONFORME),
        ("QUAL", "PROV", "HL7-STA-01", NON_CONFORME),
        ("QUAL", "QUAL", "HL7-STA-01", NON_CONFORME),
        ("QUAL", "", "HL7-STA-01", NON_CONFORME),
        ("VALI", "VALI~HOMO", "HL7-STA-02", CONFORME),
        ("RECUP", "PROV", "HL7-STA-02", CONFORME),
        ("PROV", "PROV~FICT", "HL7-STA-02", CONFORME),
        ("RECUP", "RECUP", "HL7-STA-02", Verdict.A_VERIFIER),
        ("RECUP", "VALI", "HL7-STA-02", Verdict.A_VERIFIER),
    ],
)
def test_statut(statut: str, transmis: str, code: str, verdict: Verdict) -> None:
    """Seuls VALI et PROV voyagent ; une source secondaire ne donne qu'« à vérifier »."""
    constat = statut_transmis(A28.replace("|VALI\r", f"|{transmis}\r"), statut)
    assert (constat.code, constat.verdict) == (code, verdict)


def test_statut_inconnu_non_concluant() -> None:
    """Un statut que le banc ne connaît pas ne se juge pas."""
    assert statut_transmis(A28, "").verdict is Verdict.NON_CONCLUANT


def test_identite_sans_lieu() -> None:
    """Sans lieu connu ni nom utilisé, ces règles ne sont pas établies."""
    personne = replace(PERSONNE, code_lieu_naissance="", nom_utilise="", prenom_utilise="")
    vus = verdicts(traits_transmis(message_modification(personne, "1", EMETTEUR, ENVOI), personne))
    assert set(vus) == {"HL7-TRT-01", "HL7-TRT-03", "HL7-TRT-04"}


def test_valeurs_vides_jamais_conformes() -> None:
    """Deux vides ne font pas une égalité : un trait attendu vide n'est jamais conforme."""
    vide = IdentiteUsager("", "", "", "", "")
    vus = verdicts(traits_transmis(message_creation(vide, "1", EMETTEUR, ENVOI), vide))
    assert vus["HL7-TRT-03"] is NON_CONFORME
