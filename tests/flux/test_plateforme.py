"""Les messages que le banc envoie en plateforme : jugés par nos propres règles, et lus par leur destinataire."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.flux.documents import lettre_de_liaison
from steps.flux.plateforme import AccuseMetier, Destinataire, DocumentDeMessagerie, accuse_metier, document_recu
from steps.verifications.hl7v2.acquittement import premier_message
from steps.verifications.hl7v2.echanges import documents_de, message_conforme
from tests.flux.aides import AUTEUR, ENVOI, ENVOI_DOCUMENT, STRUCTURE, usager

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
