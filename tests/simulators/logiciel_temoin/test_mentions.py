"""Ce qu'un compte rendu dit de plus : textes figés à la validation, accréditation, acteurs, lettre de liaison."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from lxml import etree

from simulators.logiciel_temoin.cda_lecture import lire_entete
from simulators.logiciel_temoin.labo import Labo
from tests.simulators.logiciel_temoin.conftest import Jouer
from tests.simulators.logiciel_temoin.test_documents import exporter, schema, texte_et_codes, valider
from tests.simulators.logiciel_temoin.test_identite import creer, qualifier

__all__ = ["schema"]
NS = {"c": "urn:hl7-org:v3"}
RGPD = "Vos données sont gardées vingt ans. " * 8
ACCREDITATION = {"numero": "8-4321", "portee": "Examens médicaux, portée sur www.cofrac.fr", "marque": "§"}
ANALYSES = [
    {"code": "718-7", "libelle": "Hémoglobine", "valeur": "13.4", "unite": "g/dL", "accreditee": True},
    {"code": "2951-2", "libelle": "Sodium", "valeur": "139", "unite": "mmol/L", "validation_automatique": True},
]
ACTEURS: dict[str, Any] = {
    "demandeur": {
        "nom": "DUPRÉ",
        "prenom": "Anne",
        "rpps": "99900000101",
        "adresse_mss": "anne.dupre@med.mssante.test",
    },
    "destinataires": [
        {"nom": "Service de néphrologie", "adresse_mss": "nephro@ch.mssante.test"},
        {"nom": "MARTIN", "prenom": "Jean", "rpps": "99900000102"},
    ],
}


@pytest.fixture
def patient(labo: Labo, agir: Jouer) -> str:
    numero = creer(agir)
    qualifier(labo, numero)
    agir("configurer", parametre="mentions_rgpd", valeur=RGPD)
    agir("configurer", parametre="accreditation", valeur=ACCREDITATION)
    return numero


def editer(agir: Jouer, patient: str, document: dict[str, Any]) -> tuple[str, str]:
    """(texte du PDF, nom du fichier)."""
    donnees = agir("editer_document", patient_id=patient, document_id=document["document_id"]).donnees
    texte, _ = texte_et_codes(base64.b64decode(donnees["pdf_base64"]))
    return " ".join(texte.split()), donnees["nom_fichier"]


@pytest.mark.parametrize("niveau", ["N1", "N3"])
def test_cda_valide_avec_mentions(agir: Jouer, schema: etree.XMLSchema, patient: str, niveau: str) -> None:
    """Mentions, demandeur, destinataires et accréditation laissent le document valide."""
    schema.assertValid(
        etree.fromstring(exporter(agir, valider(agir, patient, niveau=niveau, analyses=ANALYSES, **ACTEURS)))
    )


def test_textes_figes_a_la_validation(agir: Jouer, patient: str) -> None:
    """Changer un réglage ne récrit pas un compte rendu validé."""
    document = valider(agir, patient, analyses=ANALYSES)
    agir("configurer", parametre="mentions_rgpd", valeur="Tout autre texte.")
    texte, _ = editer(agir, patient, document)
    assert "gardées vingt ans" in texte
    assert "Tout autre texte" not in texte


def test_accreditation_et_marques(agir: Jouer, patient: str) -> None:
    """Numéro et signe paraissent avec un examen accrédité, et rien sans."""
    avec, _ = editer(agir, patient, valider(agir, patient, analyses=ANALYSES))
    assert "n° 8-4321" in avec
    assert "§ Hémoglobine" in avec
    assert "§ Sodium" not in avec
    document = valider(agir, patient, analyses=ANALYSES[1:])
    sans, _ = editer(agir, patient, document)
    assert "Cofrac" not in sans
    assert b"COFRAC" not in exporter(agir, document)


def test_acteurs_de_l_en_tete(agir: Jouer, patient: str) -> None:
    """Le demandeur et son adresse, le service, le confrère et le correspondant du dossier, une fois chacun."""
    for fiche in ({"rpps": "99900000102", "nom": "MARTIN", "prenom": "Jean"}, {"nom": "ROY", "prenom": "Léa"}):
        agir("ajouter_correspondant", patient_id=patient, correspondant=fiche)
    racine = etree.fromstring(exporter(agir, valider(agir, patient, analyses=ANALYSES, **ACTEURS)))
    noms = [t.text for t in racine.iterfind("c:informationRecipient//c:family", NS)]
    services = [t.text for t in racine.iterfind("c:informationRecipient//c:receivedOrganization/c:name", NS)]
    assert (noms, services) == (["MARTIN", "ROY"], ["Service de néphrologie"])
    telecom = racine.find("c:participant[@typeCode='REF']//c:telecom", NS)
    assert telecom is not None
    assert telecom.get("value") == "mailto:anne.dupre@med.mssante.test"


def test_lettre_de_liaison(agir: Jouer, patient: str) -> None:
    """Une lettre est un N1 de type 11490-0, dont le PDF porte le texte et les mentions ; son nom suit la règle."""
    reponse = agir("rediger_lettre", patient_id=patient, titre="Sortie", texte="Suites simples. " * 60)
    document = reponse.donnees["document"]
    entete = lire_entete(exporter(agir, document))
    assert (entete.type_document.code, entete.media_type) == ("11490-0", "application/pdf")
    texte, nom = editer(agir, patient, document)
    assert "Suites simples." in texte
    assert "gardées vingt ans" in texte
    assert nom.split("_")[2] == entete.identite["nom_naissance"]
