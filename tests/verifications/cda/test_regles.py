"""Chaque règle d'un CDA a un document qui la suit et un qui l'enfreint."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from reports.verdict import Verdict
from steps.controle.modele import Gravite, gravite
from steps.verifications.cda import verifier_cda
from steps.verifications.cda.chronologie import A_VENIR
from steps.verifications.cda.controle import sans_redite
from steps.verifications.cda.entete import DECALAGE
from steps.verifications.cda.patient import cle_juste
from steps.verifications.cda.structurel import VALEUR
from steps.verifications.registre import REGLES
from tests.mutants.catalogue import MUTANTS as CATALOGUE
from tests.mutants.documents import bon
from tests.verifications.cda.fabrique import MATRICULE, MORCEAUX, OID_TEST, cda, corps_n1, corps_n3, remplace

_SANS_CADRE = MORCEAUX["performer"].replace("AMBULATOIRE", "VILLE")

# Document fautif → règles enfreintes, exactement.
MUTANTS: dict[str, tuple[bytes, set[str]]] = {
    "pas du XML": (b"bonjour", {"CDA-LEC-01"}),
    "DTD": (cda(prologue='<!DOCTYPE ClinicalDocument [<!ENTITY x "y">]>'), {"CDA-LEC-01"}),
    "latin1": (cda(prologue='<?xml version="1.0" encoding="ISO-8859-1"?>'), {"CDA-ENT-01"}),
    "typeId": (cda(typeId='<typeId root="2.16.840.1.113883.1.3" extension="POCD"/>'), {"CDA-ENT-02"}),
    "conformité HL7": (
        cda(conformites='<templateId root="1.2.250.1.213.1.1.1.1"/>' * 2), {"CDA-ENT-03"},
    ),
    "N1 avec modèle N3": (cda("N1", modele=MORCEAUX["modele"]), {"CDA-ENT-04"}),
    "N3 d'un autre volet": (
        cda(modele='<templateId root="1.2.250.1.213.1.1.1.45" extension="2024.01"/>'), {"CDA-ENT-05"},
    ),
    "realmCode": (cda(realmCode='<realmCode code="US"/>'), {"CDA-ENT-06"}),
    "id": (cda(id='<id root="CR-2026-1"/>'), {"CDA-ENT-07"}),
    "code sans libellé": (cda(code='<code code="11502-2" codeSystem="2.16.840.1.113883.6.1"/>'), {"CDA-ENT-08"}),
    "titre vide": (cda(title="<title/>"), {"CDA-ENT-09"}),
    "date sans heure": (cda(effectiveTime='<effectiveTime value="20261120"/>'), {"CDA-ENT-10", "CDA-ENT-11"}),
    "date impossible": (cda(effectiveTime='<effectiveTime value="20261331101500+0100"/>'), {"CDA-ENT-10"}),
    "sans décalage": (cda(effectiveTime='<effectiveTime value="20261120101530"/>'), {"CDA-ENT-11"}),
    "confidentialité": (
        cda(confidentialityCode=MORCEAUX["confidentialityCode"].replace('"N"', '"X"')), {"CDA-ENT-12"},
    ),
    "langue": (cda(languageCode='<languageCode code="fr"/>'), {"CDA-ENT-13"}),
    "setId absent": (cda(setId=""), {"CDA-ENT-14", "CDA-ENT-18"}),
    "version nulle": (cda(versionNumber='<versionNumber value="0"/>'), {"CDA-ENT-15"}),
    "lien APND": (
        cda(relatedDocument=remplace("1.2.250.1.213.99.1.100.0").replace("RPLC", "APND")), {"CDA-ENT-16"},
    ),
    "version 2 sans lien": (cda(versionNumber='<versionNumber value="2"/>'), {"CDA-ENT-17"}),
    "deux titres": (cda(title=MORCEAUX["title"] * 2), {"CDA-ENT-18"}),
    "patient sans identifiant": (cda(ids_patient=""), {"CDA-PAT-01"}),
    "INS-C": (cda(ids_patient='<id root="1.2.250.1.213.1.4.2" extension="1234567890123456789012"/>'), {"CDA-PAT-02"}),
    "clé fausse": (cda(ids_patient=f'<id root="{OID_TEST}" extension="{MATRICULE[:13]}01"/>'), {"CDA-PAT-03"}),
    "sans prénom de naissance": (cda(noms='<family qualifier="BR">X</family><given>Y</given>'), {"CDA-PAT-04"}),
    "OID de production": (cda(ids_patient=f'<id root="1.2.250.1.213.1.4.8" extension="{MATRICULE}"/>'), {"CDA-PAT-05"}),
    "sexe": (cda(sexe='<administrativeGenderCode code="X" codeSystem="2.16.840.1.113883.5.1"/>'), {"CDA-PAT-06"}),
    "deux INS": (
        cda(ids_patient=MORCEAUX["ids_patient"] + f'<id root="{OID_TEST}" extension="279035121518989"/>'),
        {"CDA-PAT-07"},
    ),
    "auteur sans date": (
        cda(authors=MORCEAUX["authors"].replace('<time value="20261120101530+0100"/>', "")), {"CDA-ACT-01"},
    ),
    "RPPS sans type": (cda(authors=MORCEAUX["authors"].replace("899900000017", "99900000017")), {"CDA-ACT-02"}),
    "conservation sans identifiant": (
        cda(custodian=MORCEAUX["custodian"].replace("1.2.250.1.71.4.2.2", "1.2.3")), {"CDA-ACT-03"},
    ),
    "responsable non signataire": (
        cda(legalAuthenticator=MORCEAUX["legalAuthenticator"].replace('code="S"', 'code="X"')), {"CDA-ACT-04"},
    ),
    "acte sans période": (cda(periode=""), {"CDA-ACT-05"}),
    "sans acte documenté": (
        re.sub(rb"<documentationOf>.*?</documentationOf>", b"", cda(), flags=re.DOTALL), {"CDA-ACT-05", "CDA-ENT-18"},
    ),
    "cadre inconnu": (cda(performer=_SANS_CADRE), {"CDA-ACT-06"}),
    "sans modalité d'exercice": (
        cda(componentOf=MORCEAUX["componentOf"].replace('code="SA25"', "")), {"CDA-ACT-07"},
    ),
    "téléphone nu": (cda(telecom='<telecom value="0612345678"/>'), {"CDA-ACT-08"}),
    "sans corps": (cda(corps=""), {"CDA-COR-01", "CDA-ENT-18"}),
    "N1 sans codage": (cda("N1", corps=corps_n1(attributs="mediaType='application/pdf'")), {"CDA-COR-02"}),
    "base64 faux": (cda("N1", corps=corps_n1().replace("JVBE", "J*BE")), {"CDA-COR-03"}),
    "PDF tronqué": (cda("N1", corps=corps_n1(b"%PDF-1.4\n1 0 obj")), {"CDA-COR-04"}),
    "sans copie PDF": (cda(corps=corps_n3(None)), {"CDA-COR-05"}),
}  # fmt: skip

_CODE = "<code code='2951-2' codeSystem='2.16.840.1.113883.6.1' displayName='Sodium'>"


def _corps(avant: str, apres: str) -> bytes:
    """Un N3 dont le corps s'écrit autrement."""
    corps = corps_n3()
    assert avant in corps
    return cda(corps=corps.replace(avant, apres))


VARIANTES = {
    "N3": cda(),
    "N1": cda("N1"),
    "préfixe hl7": cda()
    .replace(b"xmlns='urn", b"xmlns:hl7='urn")
    .replace(b"</", b"</hl7:")
    .replace(b"<", b"<hl7:")
    .replace(b"<hl7:/hl7:", b"</hl7:")
    .replace(b"<hl7:?xml", b"<?xml")
    .replace(b"<hl7:lab:", b"<lab:")
    .replace(b"</hl7:lab:", b"</lab:")
    .replace(b"'PQ'", b"'hl7:PQ'"),
    "enveloppe auto-présentable": cda().replace(
        b"<ClinicalDocument", b"<x:stylesheet xmlns:x='http://www.w3.org/1999/XSL/Transform'><ClinicalDocument"
    )
    + b"</x:stylesheet>",
    "identifiant UUID": cda(id='<id root="8D5E778C-E155-4685-95C6-5FF65A362964"/>'),
    "sans INS": cda(ids_patient='<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>', noms="<family>X</family>"),
    "acte instantané": cda(periode='<effectiveTime value="20261119083000+0100"/>'),
    "version 2": cda(versionNumber='<versionNumber value="2"/>', relatedDocument=remplace("1.2.250.1.213.99.1.100.0")),
    "extension admise": cda(ajout='<s:statusCode xmlns:s="urn:hl7-org:sdtc"/>'),
    "version remplacée dite": cda(
        versionNumber='<versionNumber value="2"/>',
        relatedDocument=remplace("1.2.250.1.213.99.1.100.0").replace("/></p", '/><versionNumber value="1"/></p'),
    ),
    "dates partielles": _corps("value='20261119083000+0100'", "value='202611'"),
    "date absente motivée": _corps("value='20261119083000+0100'", "nullFlavor='UNK'"),
    "période d'un jour": _corps(
        "<effectiveTime value='20261119083000+0100'/>",
        "<effectiveTime><low value='20261119083000+0100'/><high value='20261119'/></effectiveTime>",
    ),
    "période à cheval sur deux fuseaux": _corps(
        "<effectiveTime value='20261119083000+0100'/>",
        "<effectiveTime><low value='20261119083000+0200'/><high value='20261119073000+0000'/></effectiveTime>",
    ),
    "code local": _corps(_CODE, "<code code='K1-A' codeSystem='1.2.250.1.999.7' displayName='Sodium'>"),
    "code absent motivé": _corps(_CODE, "<code nullFlavor='UNK'>"),
    "traduction en SNOMED CT": _corps(
        "</originalText></code>",
        "</originalText><translation code='80891009' codeSystem='2.16.840.1.113883.6.96' "
        "codeSystemName='SNOMED CT'/></code>",
    ),
    "clé fausse publiée par LOINC": _corps(_CODE, _CODE.replace("2951-2", "5895-7")),
    "interprétation": _corps(
        "unit='mmol/L'/>", "unit='mmol/L'/><interpretationCode code='HH' codeSystem='2.16.840.1.113883.5.83'/>"
    ),
    "interprétation d'une autre table": _corps(
        "unit='mmol/L'/>", "unit='mmol/L'/><interpretationCode code='MED-382' codeSystem='1.2.250.1.213.1.1.4.322'/>"
    ),
    "naissance à l'année": cda(naissance='<birthTime value="2026"/>'),
    "nouveau-né du jour": cda(naissance='<birthTime value="20261120"/>'),
    "auteur ADELI": cda(authors=MORCEAUX["authors"].replace("899900000017", "0759999999")),
}


# Remarques que donnent tous les documents de la fabrique : numéros fictifs sans clé, PDF d'essai sans PDF/A.
_ORDINAIRES = {"CDA-ACT-13", "CDA-COR-13"}


def _enfreintes(octets: bytes) -> set[str]:
    """Codes des manquements et des remarques."""
    return {c.code for c in verifier_cda(octets) if gravite(c) is not Gravite.RESPECTEE} - _ORDINAIRES


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un document fautif enfreint ses règles et elles seules."""
    octets, attendues = MUTANTS[nom]
    assert _enfreintes(octets) == attendues


@pytest.mark.parametrize("nom", VARIANTES)
def test_variante(nom: str) -> None:
    """Une écriture légitime n'enfreint aucune règle."""
    assert _enfreintes(VARIANTES[nom]) == set()


def test_chaque_regle_a_ses_deux_exemples() -> None:
    """Toute règle CDA est suivie par un exemple et enfreinte par un autre."""
    documents = [*VARIANTES.values(), *(octets for octets, _ in MUTANTS.values()), bon("N1"), bon("N3")]
    suivies = {c.code for octets in documents for c in verifier_cda(octets) if gravite(c) is Gravite.RESPECTEE}
    enfreintes = {code for _, codes in MUTANTS.values() for code in codes} | {mutant.code for mutant in CATALOGUE}
    regles = {code for code in REGLES if code.startswith("CDA-")} - {A_VENIR.code}
    assert regles - suivies == set()
    assert regles - enfreintes == set()


def test_source_deduite_ne_condamne_pas() -> None:
    """Une règle seulement déduite donne « à vérifier », jamais « non conforme »."""
    [constat] = [c for c in verifier_cda(MUTANTS["sans décalage"][0]) if c.code == "CDA-ENT-11"]
    assert constat.verdict is Verdict.A_VERIFIER


def test_une_redite_ne_cache_pas_plus_grave() -> None:
    """Au lieu d'un manquement seulement déduit, un écart de structure est encore dit ; d'un autre écart, non."""
    ou = "ClinicalDocument/author/assignedAuthor/id"
    deduit = DECALAGE.enfreinte("x", attendu="x", recu="x", ou=ou)
    ecart = VALEUR.enfreinte("x", attendu="x", recu="x", ou=f"{ou}/@root (ligne 3)")
    assert sans_redite([ecart], [deduit]) == [ecart]
    assert sans_redite([ecart], [ecart]) == []


@pytest.mark.parametrize(
    ("matricule", "juste"),
    [
        ("279035121518989", True),
        ("279035121518988", False),
        ("27903512151898", False),
        (MATRICULE, True),
        ("2550A2A12345612", False),
    ],
)
def test_cle(matricule: str, juste: bool) -> None:
    """La clé du matricule est recalculée."""
    assert cle_juste(matricule) is juste


def test_cle_corse() -> None:
    """2A et 2B comptent pour 19 et 18 dans la clé."""
    for lettres, chiffres in (("2A", "19"), ("2B", "18")):
        cle = 97 - int(f"25506{chiffres}004018"[:13]) % 97
        assert cle_juste(f"25506{lettres}004018{cle:02d}")


_CORPUS = os.environ.get("CI_SIS_CORPUS", "")
_EXEMPLES = sorted((Path(_CORPUS) / "ExemplesCDA").glob("*.xml")) if _CORPUS else []


@pytest.mark.skipif(not _EXEMPLES, reason="CI_SIS_CORPUS ne désigne pas d'exemples officiels")
def test_exemples_officiels() -> None:
    """Aucune règle ne met en cause un exemple officiel : remarques seulement."""
    trouves = {
        chemin.name: {c.code for c in verifier_cda(chemin.read_bytes()) if c.verdict is not Verdict.CONFORME}
        for chemin in _EXEMPLES
    }
    assert {nom: codes for nom, codes in trouves.items() if codes} == {}


def test_sans_acte_documente_n_est_pas_une_remarque() -> None:
    """Aucun acte documenté est un manquement, pas une remarque conforme."""
    octets, _ = MUTANTS["sans acte documenté"]
    assert {c.verdict for c in verifier_cda(octets) if c.code == "CDA-ACT-05"} == {Verdict.NON_CONFORME}
