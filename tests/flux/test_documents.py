"""Les documents que le banc fait recevoir : CDA niveau 1 valide, PDF lisible, identité et émetteur donnés."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from lxml import etree

from simulators.socle.identites import IDENTITES_DE_TEST
from steps.flux import IdentiteUsager, lettre_de_liaison, resultat_de_biologie
from tests.flux.aides import AUTEUR, ENVOI_DOCUMENT, STRUCTURE, usager

ESPACE = {"c": "urn:hl7-org:v3"}
CONSTRUCTEURS = [(lettre_de_liaison, "11490-0"), (resultat_de_biologie, "11502-2")]
Constructeur = Callable[..., bytes]


def valeurs(racine: etree._Element, chemin: str) -> list[str]:
    """Valeurs d'un chemin XPath."""
    resultat = racine.xpath(chemin, namespaces=ESPACE)
    assert isinstance(resultat, list)
    return [str(valeur) for valeur in resultat]


@pytest.mark.parametrize(("construire", "code"), CONSTRUCTEURS)
def test_contenu(construire: Constructeur, code: str) -> None:
    """Type, INS et son OID, identifiant local, auteur et structure sont ceux donnés."""
    identite = usager()
    racine = etree.fromstring(construire(identite, AUTEUR, STRUCTURE, ENVOI_DOCUMENT))
    assert valeurs(racine, "c:code/@code") == [code]
    assert valeurs(racine, "c:recordTarget/c:patientRole/c:id/@extension") == [identite.matricule_ins, "IPP7"]
    assert valeurs(racine, "c:recordTarget/c:patientRole/c:id/@root") == [identite.oid_ins, STRUCTURE.domaine]
    assert valeurs(racine, "c:author/c:assignedAuthor/c:id/@extension") == [AUTEUR.identifiant]
    assert valeurs(racine, "//c:representedCustodianOrganization/c:id/@extension") == [STRUCTURE.identifiant]
    assert valeurs(racine, "c:effectiveTime/@value") == ["20260304050607+0100"]


@pytest.mark.parametrize(("construire", "code"), CONSTRUCTEURS)
def test_pdf_lisible(construire: Constructeur, code: str) -> None:
    """Le corps est un PDF d'une page dont le texte s'extrait."""
    racine = etree.fromstring(construire(usager(), AUTEUR, STRUCTURE, ENVOI_DOCUMENT))
    corps = racine.find(".//c:nonXMLBody/c:text", ESPACE)
    assert corps is not None
    assert (corps.get("mediaType"), corps.get("representation")) == ("application/pdf", "B64")
    pdf = pypdfium2.PdfDocument(base64.b64decode(corps.text or ""))
    assert len(pdf) == 1
    assert "fictif" in pdf[0].get_textpage().get_text_range()
    pdf.close()
    assert code


def test_sans_ins() -> None:
    """Une identité sans INS ne laisse ni matricule ni OID d'INS dans le document."""
    identite = usager()
    octets = lettre_de_liaison(identite.sans_ins(), AUTEUR, STRUCTURE, ENVOI_DOCUMENT)
    assert identite.matricule_ins[:13].encode() not in octets
    assert b"1.2.250.1.213.1.4." not in octets


def test_lieu_inconnu() -> None:
    """Un lieu de naissance inconnu s'écrit 99999 : une INS ne va pas sans ses cinq traits."""
    racine = etree.fromstring(lettre_de_liaison(usager("lieu_absent"), AUTEUR, STRUCTURE, ENVOI_DOCUMENT))
    assert valeurs(racine, "//c:birthplace/c:place/c:addr/c:county/text()") == ["99999"]


def test_meme_entree_meme_document() -> None:
    """Deux constructions identiques donnent les mêmes octets, PDF compris."""
    premier = lettre_de_liaison(usager(), AUTEUR, STRUCTURE, ENVOI_DOCUMENT)
    assert premier == lettre_de_liaison(usager(), AUTEUR, STRUCTURE, ENVOI_DOCUMENT)


def test_decalage_horaire_exige() -> None:
    """Un instant sans décalage est refusé."""
    naif = datetime(2026, 1, 1)  # noqa: DTZ001 (c'est le défaut que le test provoque)
    with pytest.raises(ValueError, match="décalage"):
        lettre_de_liaison(usager(), AUTEUR, STRUCTURE, replace(ENVOI_DOCUMENT, instant=naif))


def test_valide_selon_le_schema() -> None:
    """Chaque document, pour chaque identité de test, est valide selon le schéma du CI-SIS."""
    corpus = os.environ.get("CI_SIS_CORPUS")
    if not corpus:
        pytest.skip("CI_SIS_CORPUS n'est pas défini : le schéma CDA_extended.xsd n'est pas disponible")
    chemin = Path(corpus) / "infrastructure" / "cda" / "CDA_extended.xsd"
    schema = etree.XMLSchema(etree.parse(str(chemin)))
    for reference in IDENTITES_DE_TEST:
        identite = IdentiteUsager.depuis_reference(reference)
        for construire, _ in CONSTRUCTEURS:
            octets = construire(replace(identite, nom_utilise="UTILISE"), AUTEUR, STRUCTURE, ENVOI_DOCUMENT)
            assert schema.validate(etree.fromstring(octets)), (reference.cas, schema.error_log)
