"""Appel contextuel sortant : matricule et OID dans l'URL ou la commande, traits, aucun autre patient."""

from __future__ import annotations

import base64

import pytest

from reports.verdict import Verdict
from steps.flux.identite import IdentiteUsager
from steps.verifications import appel_sortant as regles

CONFORME, NON_CONFORME = Verdict.CONFORME, Verdict.NON_CONFORME
A_VERIFIER, NON_CONCLUANT = Verdict.A_VERIFIER, Verdict.NON_CONCLUANT
OID = "1.2.250.1.213.1.4.10"
INS = "260057523421012"
PATIENTE = IdentiteUsager("LE GOFF", "ANNE", "ANNE LOUISE", "1960-05-17", "F", "75234", matricule_ins=INS, oid_ins=OID)
TRAITS = "nom=LE+GOFF&prenoms=ANNE%20LOUISE&sexe=F&ddn=17/05/1960&lieu=75234"
ENTIER = f"https://tiers.exemple/?ins={INS}&oid={OID}&{TRAITS}"


@pytest.mark.parametrize(
    ("appel", "verdict"),
    [
        (ENTIER, CONFORME),
        (f"visionneuse.bat /ins 2 60 05 75 234 210 12 /oid {OID}", CONFORME),
        (f"https://tiers.exemple/?p={base64.b64encode(f'{INS}^^^&{OID}&ISO^NH'.encode()).decode()}", CONFORME),
        (f"https://tiers.exemple/?pid={INS}%5E%5E%5E%26{OID}%26ISO%5ENH", CONFORME),
        (f"https://tiers.exemple/?ins={INS[:13]}&oid={OID}&cle=12", A_VERIFIER),
        ("https://tiers.exemple/?jeton=" + "xY7-" * 20, A_VERIFIER),
        (f"https://tiers.exemple/?ins={INS}", NON_CONFORME),
        (f"https://tiers.exemple/?oid={OID}", NON_CONFORME),
        ("https://tiers.exemple/?ipp=P12", NON_CONFORME),
        ("", NON_CONFORME),
    ],
)
def test_ins_portee(appel: str, verdict: Verdict) -> None:
    """Matricule entier et OID, échappés ou en base64 ; illisible ou sans clé, une personne regarde."""
    assert regles.ins_portee(appel, PATIENTE, "appel").verdict is verdict


@pytest.mark.parametrize(
    "appel", [ENTIER, ENTIER.replace("17/05/1960", "19600517"), ENTIER.replace("sexe=F", "gender=female")]
)
def test_traits_portes(appel: str) -> None:
    """Les écritures usuelles d'une date et d'un sexe sont lues."""
    assert regles.traits_portes(appel, PATIENTE, "appel").verdict is CONFORME


@pytest.mark.parametrize("trait", ["LE+GOFF", "%20LOUISE", "sexe=F", "17/05/1960", "=75234"])
def test_trait_absent(trait: str) -> None:
    """Le texte ne détaille pas l'INS complète : un trait qui manque est à vérifier."""
    assert regles.traits_portes(ENTIER.replace(trait, ""), PATIENTE, "appel").verdict is A_VERIFIER


def test_aucune_autre() -> None:
    """Le matricule d'un autre, même sans sa clé, est un manquement ; sans autre patient, rien ne se dit."""
    assert regles.aucune_autre(ENTIER, ["175017511122233"], "appel").verdict is CONFORME
    assert regles.aucune_autre(f"{ENTIER}&x=1750175111222", ["175017511122233"], "appel").verdict is NON_CONFORME
    assert regles.aucune_autre(ENTIER, [], "appel").verdict is NON_CONCLUANT
