"""Les messages que le banc envoie en plateforme : jugés par nos propres règles, et lus par leur destinataire."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.flux.documents import lettre_de_liaison
from steps.flux.imagerie import ReferencesExamen, compte_rendu_imagerie, message_compte_rendu
from steps.flux.plateforme import (
    AccuseMetier,
    Destinataire,
    DocumentConfie,
    DocumentDeMessagerie,
    accuse_metier,
    document_confie,
    document_recu,
)
from steps.verifications.hl7v2.acquittement import premier_message
from steps.verifications.hl7v2.echanges import documents_de, message_conforme
from tests.flux.aides import AUTEUR, EMETTEUR, ENVOI, ENVOI_DOCUMENT, STRUCTURE, usager

DPI = Destinataire("DPI", "CHU D'ÉTÉ")


def test_le_mdm_suit_le_volet() -> None:
    """Aucune règle des messages qui portent un document ne le prend en défaut ; le CDA en ressort intact."""
    cda = lettre_de_liaison(usager(), AUTEUR, STRUCTURE, ENVOI_DOCUMENT)
    document = DocumentDeMessagerie(
        cda,
        ENVOI_DOCUMENT.oid,
        "11490-0",
        "Lettre de liaison",
        "a@x.mssante.test",
        "b@y.mssante.test",
        "IPP7",
        STRUCTURE.domaine,
    )
    octets = document_recu(document, usager(), DPI, ENVOI).encode()
    assert [c for c in message_conforme(octets) if c.verdict is not Verdict.CONFORME] == []
    assert len(documents_de(octets)) == 1 and documents_de(octets)[0] == cda


@pytest.mark.parametrize("mdm", [True, False])
def test_le_document_confie_suit_le_volet(mdm: bool) -> None:
    """Un logiciel qui contrôle ce qu'il reçoit n'a rien à reprocher au banc."""
    cda = lettre_de_liaison(usager(), AUTEUR, STRUCTURE, ENVOI_DOCUMENT)
    confie = DocumentConfie(
        cda, ENVOI_DOCUMENT.oid, "11490-0", "Lettre de liaison", "DPI", "IPP7", STRUCTURE.domaine, "1990000027",
        ("DESTDMP", "DESTMSSANTEPS"), ("a@x.mssante.test",),
    )  # fmt: skip
    octets = document_confie(confie, usager(), ENVOI, mdm=mdm).encode()
    assert [c for c in message_conforme(octets) if c.verdict is not Verdict.CONFORME] == []
    assert documents_de(octets) == [cda]


@pytest.mark.parametrize("nature", ["ORU", "MDM"])
@pytest.mark.parametrize("etat", ["F", "D"])
def test_le_compte_rendu_d_imagerie_suit_le_volet(nature: str, etat: str) -> None:
    """Envoi et suppression, en ORU et en MDM."""
    references = ReferencesExamen(("1.2.3.9",), "ACC1", "1.2.3.7", "CMD1", "1.2.3.8")
    cda = compte_rendu_imagerie(usager(), AUTEUR, STRUCTURE, ENVOI_DOCUMENT, references)
    texte = message_compte_rendu(
        usager(), "IPP7", EMETTEUR, ENVOI, cda, auteur=AUTEUR, structure=STRUCTURE, oid=ENVOI_DOCUMENT.oid,
        nature=nature, etat=etat,
    )  # fmt: skip
    assert [c for c in message_conforme(texte.encode()) if c.verdict is not Verdict.CONFORME] == []
    assert documents_de(texte.encode()) == [cda]


@pytest.mark.parametrize("operation", ["dmp", "mssante", "lecture"])
@pytest.mark.parametrize("reussi", [True, False])
def test_accuses_metier(operation: str, reussi: bool) -> None:
    """Événement, document visé, issue, adresse, et l'erreur quand c'en est une."""
    texte = accuse_metier(AccuseMetier(operation, "LT01", reussi, "a@x.mssante.test"), DPI, ENVOI)
    lu = premier_message(texte.encode())
    assert lu is not None and (lu.code, lu.version) == ("ZAM", "2.6") and lu.msh.valeur(5) == "DPI"
    assert lu.evenement == {"dmp": "Z01", "mssante": "Z02", "lecture": "Z03"}[operation]
    premier, *suite = lu.tous("OBX")
    assert premier.valeur(4) == "LT01" and premier.valeur(5) == ("Y" if reussi else "N")
    assert [segment.valeur(5, 4) for segment in suite] == ([] if operation == "dmp" else ["a@x.mssante.test"])
    assert [err.valeur(3) for err in lu.tous("ERR")] == ([] if reussi else ["207"])
