"""Corps structuré du compte rendu : chapitres, sous-traitance, microbiologie, autre niveau."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from lxml import etree

from simulators.logiciel_temoin import pdfa
from simulators.logiciel_temoin.labo import Labo
from tests.simulators.logiciel_temoin.conftest import Jouer
from tests.simulators.logiciel_temoin.test_documents import exporter, schema, valider
from tests.simulators.logiciel_temoin.test_identite import creer
from tests.verifications.compte_rendu.fabrique import pdf

__all__ = ["schema"]
NS = {"h": "urn:hl7-org:v3"}
ANALYSES: list[dict[str, Any]] = [
    {"code": "718-7", "libelle": "Hémoglobine", "valeur": "11.7", "unite": "g/dL"},
    {"code": "2951-2", "libelle": "Sodium", "valeur": "141", "unite": "mmol/L"},
    {"code": "1989-3", "libelle": "Vitamine D", "valeur": "23.5", "unite": "ng/mL", "sous_traitee": True},
]
LABO = {
    "nom": "LABO VOISIN",
    "finess": "990000017",
    "adresse": "4 rue des Bains",
    "code_postal": "69002",
    "ville": "LYON",
    "telephone": "04 78 00 00 01",
}
GERMES: list[dict[str, Any]] = [
    {
        "prelevement": "Urine",
        "germe": {"code": "ECO", "libelle": "Escherichia coli"},
        "antibiogramme": [
            {"code": "20-8", "libelle": "Amoxicilline", "resultat": "R", "cmi": "32"},
            {"libelle": "Gentamicine", "resultat": "S", "cmi": "0,5"},
        ],
    },
    {
        "prelevement": "Urine",
        "germe": {"code": "EFA", "libelle": "Enterococcus faecalis"},
        "antibiogramme": [{"code": "28-1", "libelle": "Ampicilline", "resultat": "I"}],
    },
]


def _complet(agir: Jouer, patient: str, **choix: Any) -> Any:
    document = valider(
        agir, patient, **({"analyses": ANALYSES, "sous_traitant": LABO, "microbiologie": GERMES} | choix)
    )
    octets = exporter(agir, document)
    if dossier := os.environ.get("BANC_SONS_CDA"):
        (Path(dossier) / f"{len(list(Path(dossier).iterdir())):02d}.xml").write_bytes(octets)
    return etree.fromstring(octets)


@pytest.mark.parametrize("pdf_recu", [False, True])
def test_schema_du_compte_rendu_complet(agir: Jouer, labo: Labo, schema: etree.XMLSchema, pdf_recu: bool) -> None:
    """Chapitres, sous-traitance, PDF reçu et germes : le document reste valide pour le schéma officiel."""
    choix = {"pdf_sous_traitant_base64": base64.b64encode(pdf("Résultat du voisin")).decode()} if pdf_recu else {}
    racine = _complet(agir, creer(agir), **choix)
    assert schema.validate(racine), schema.error_log
    chapitres = racine.xpath("/*/h:component/h:structuredBody/h:component/h:section/h:title", namespaces=NS)
    titres = [str(t.text) for t in chapitres]
    assert titres[:3] == ["Hématologie", "Biochimie", "Microbiologie"]
    assert ("Compte rendu du laboratoire sous-traitant (PDF)" in titres) is pdf_recu


def test_executant_des_seules_sous_traitees(agir: Jouer) -> None:
    """Le sous-traitant et ses coordonnées sont sur l'entrée de son analyse, et sur elle seule."""
    racine = _complet(agir, creer(agir))
    actes = racine.xpath("//h:entry/h:act[h:performer]", namespaces=NS)
    assert len(actes) == 1
    assert actes[0].xpath(".//h:observation/h:code/@displayName", namespaces=NS) == ["Vitamine D"]
    executant = "".join(actes[0].find("h:performer", NS).itertext())
    assert "LABO VOISIN" in executant
    assert "4 rue des Bains" in executant
    assert actes[0].xpath(".//h:performer//h:telecom/@value", namespaces=NS) == ["tel:0478000001"]


def test_isolats(agir: Jouer) -> None:
    """Un isolat par germe, chacun avec son antibiogramme."""
    racine = _complet(agir, creer(agir))
    isolats = racine.xpath("//h:organizer[h:templateId/@root='1.3.6.1.4.1.19376.1.3.1.5']", namespaces=NS)
    assert [i.xpath("h:specimen//h:code/@code", namespaces=NS) for i in isolats] == [["ECO"], ["EFA"]]
    assert [i.xpath(".//h:interpretationCode/@code", namespaces=NS) for i in isolats] == [["R", "S"], ["I"]]
    assert isolats[0].xpath(".//h:value/@value", namespaces=NS) == ["32", "0.5"]


def test_en_attente_dans_le_recit_seul(agir: Jouer) -> None:
    """Un résultat en attente se lit dans le récit et n'a pas d'observation, que le volet veut terminée."""
    attente = [ANALYSES[0], ANALYSES[1] | {"valeur": None}]
    racine = _complet(agir, creer(agir), analyses=attente, statut_cr="partiel", microbiologie=[])
    assert "en attente" in "".join(racine.itertext())
    assert racine.xpath("//h:observation/h:code[@code='2951-2']", namespaces=NS) == []
    assert racine.xpath("//h:entry/h:act/h:statusCode/@code", namespaces=NS) == ["active"]


@pytest.mark.parametrize(("declare", "pages"), [(False, 1), (True, 2)])
def test_pdf_du_sous_traitant_a_la_suite(agir: Jouer, declare: bool, pages: int) -> None:
    """Les pages du sous-traitant suivent celles du compte rendu, si elles peuvent rester du PDF/A-1."""
    recu = pdf("Résultat du voisin")
    recu = pdfa.declarer(recu, "Voisin", "LABO VOISIN") if declare else recu
    patient = creer(agir)
    document = valider(agir, patient, sous_traitant=LABO, pdf_sous_traitant_base64=base64.b64encode(recu).decode())
    edite = agir("editer_document", patient_id=patient, document_id=document["document_id"]).donnees["pdf_base64"]
    assert len(pypdfium2.PdfDocument(base64.b64decode(edite))) == pages


def test_autre_niveau(agir: Jouer) -> None:
    """Les formes N3 et N1 ont chacune leur identifiant, stable, et une nouvelle version remplace la même forme."""
    patient = creer(agir)
    premier = valider(agir, patient)

    def lire(document: dict[str, Any], niveau: str) -> Any:
        rendu = agir("exporter_document", document_id=document["document_id"], niveau=niveau).donnees["cda_base64"]
        return etree.fromstring(base64.b64decode(rendu))

    n3, n1 = lire(premier, "N3"), lire(premier, "N1")
    assert n3.find("h:id", NS).get("root") != n1.find("h:id", NS).get("root")
    assert n1.find("h:id", NS).get("root") == lire(premier, "N1").find("h:id", NS).get("root")
    assert n1.find("h:component/h:nonXMLBody", NS) is not None
    second = lire(valider(agir, patient, remplace=premier["document_id"]), "N1")
    assert second.find("h:setId", NS).get("root") == n1.find("h:setId", NS).get("root")
    assert second.find("h:relatedDocument//h:id", NS).get("root") == n1.find("h:id", NS).get("root")
