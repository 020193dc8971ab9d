"""ITI-18 : chaque requête enregistrée, ses filtres, ses paramètres obligatoires."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.dmp import requetes
from simulators.dmp.ebrim import APPROVED, ARCHIVED, RPLC, Code
from simulators.dmp.reglages import Reglages
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai

STATUT = f"('{APPROVED}')"
RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"


@pytest.fixture
def peuple(essai: Essai) -> Essai:
    """Trois documents : a (2025, biologie), b (2026, imagerie, événements et référence), c (archivé)."""
    etat = essai.dmp.etat
    dossier = etat.dossier(messages.INS)
    assert dossier is not None
    etat.deposer(dossier, messages.cda("1.2.1"), creation_time="20250301", service_start_time="20250228120000")
    etat.deposer(
        dossier,
        messages.cda("1.2.2", code="18748-4"),
        creation_time="20260301120000",
        service_start_time="20260301080000",
        event_codes=(Code("AAAA001", "1.2.9"), Code("BBBB002", "1.2.9")),
        reference_ids=("77^^^&1.2.9&ISO^urn:ihe:iti:xds:2013:accession",),
        auteur="899911111119",
    )
    etat.deposer(dossier, messages.cda("1.2.3"), creation_time="20260401000000", status=ARCHIVED)
    return essai


FILTRES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["1.2.1", "1.2.2"]),
    ({"XDSDocumentEntryStatus": f"('{APPROVED}','{ARCHIVED}')"}, ["1.2.1", "1.2.2", "1.2.3"]),
    ({"XDSDocumentEntryTypeCode": "('18748-4^^2.16.840.1.113883.6.1')"}, ["1.2.2"]),
    ({"XDSDocumentEntryTypeCode": "('18748-4^^autre')"}, []),
    ({"XDSDocumentEntryClassCode": "('11^^1.2.250.1.213.1.1.4.1','90^^1.2.250.1.213.1.1.4.1')"}, ["1.2.1", "1.2.2"]),
    ({"XDSDocumentEntryCreationTimeFrom": "'20260101'"}, ["1.2.2"]),
    ({"XDSDocumentEntryCreationTimeTo": "'20260301120000'"}, ["1.2.1"]),
    ({"XDSDocumentEntryCreationTimeFrom": "'20260301120000'"}, ["1.2.2"]),
    ({"XDSDocumentEntryServiceStartTimeFrom": "20250228", "XDSDocumentEntryServiceStartTimeTo": "202503"}, ["1.2.1"]),
    ({"XDSDocumentEntryServiceStopTimeFrom": "'1900'"}, []),
    ({"XDSDocumentEntryEventCodeList": ["('AAAA001^^1.2.9','ZZZ^^1')", "('BBBB002^^1.2.9')"]}, ["1.2.2"]),
    ({"XDSDocumentEntryEventCodeList": ["('AAAA001^^1.2.9')", "('CCCC003^^1.2.9')"]}, []),
    ({"XDSDocumentEntryConfidentialityCode": "('N^^2.16.840.1.113883.5.25')"}, ["1.2.1", "1.2.2"]),
    ({"XDSDocumentEntryAuthorPerson": "('899911111119%')"}, ["1.2.2"]),
    ({"XDSDocumentEntryPatientId": f"'{messages.cx()}'"}, ["1.2.1", "1.2.2"]),
    ({"XDSDocumentEntryType": "('urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248')"}, []),
]


@pytest.mark.parametrize(("parametres", "attendus"), FILTRES, ids=range(len(FILTRES)))
def test_find_documents(peuple: Essai, parametres: dict[str, Any], attendus: list[str]) -> None:
    """FindDocuments filtre par codes (OU dans un Slot, ET entre Slots), dates, auteur, statut."""
    recu = peuple.chercher(requetes.FIND_DOCUMENTS, **({"XDSDocumentEntryStatus": STATUT} | parametres))
    assert recu.codes == ["Success"]
    assert recu.unique_ids == attendus
    reponse = recu.xml.find(".//{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryResponse")
    assert reponse is not None and reponse.get("totalResultCount") == str(len(attendus))


REFUS: list[tuple[str, dict[str, Any], str]] = [
    (requetes.FIND_DOCUMENTS, {}, "XDSStoredQueryMissingParam"),
    (requetes.FIND_SUBMISSION_SETS, {}, "XDSStoredQueryMissingParam"),
    (requetes.FIND_FOLDERS, {}, "XDSStoredQueryMissingParam"),
    (requetes.GET_ALL, {"XDSDocumentEntryStatus": STATUT}, "XDSStoredQueryMissingParam"),
    (requetes.GET_DOCUMENTS, {}, "XDSStoredQueryMissingParam"),
    (requetes.GET_ASSOCIATIONS, {}, "XDSStoredQueryMissingParam"),
    (requetes.GET_SUBMISSION_SETS, {}, "XDSStoredQueryMissingParam"),
    (requetes.GET_SUBMISSION_SET_AND_CONTENTS, {}, "XDSStoredQueryMissingParam"),
    (requetes.GET_RELATED_DOCUMENTS, {}, "XDSStoredQueryMissingParam"),
    (requetes.FIND_DOCUMENTS_BY_REFERENCE_ID, {"XDSDocumentEntryStatus": STATUT}, "XDSStoredQueryMissingParam"),
    ("urn:uuid:00000000-0000-0000-0000-000000000000", {}, "XDSUnknownStoredQuery"),
    (
        requetes.GET_DOCUMENTS,
        {"XDSDocumentEntryUniqueId": "('1')", "XDSDocumentEntryEntryUUID": "('2')"},
        "XDSStoredQueryParamNumber",
    ),
    (requetes.FIND_DOCUMENTS, {"XDSDocumentEntryStatus": [STATUT, STATUT]}, "XDSStoredQueryParamNumber"),
    (
        requetes.FIND_DOCUMENTS,
        {"XDSDocumentEntryStatus": STATUT, "XDSDocumentEntryPatientId": "'1^^^&1.2&ISO^NH'"},
        "XDSPatientIdDoesNotMatch",
    ),
]


@pytest.mark.parametrize(("requete", "parametres", "code"), REFUS, ids=range(len(REFUS)))
def test_parametres_refuses(peuple: Essai, requete: str, parametres: dict[str, Any], code: str) -> None:
    """Un paramètre obligatoire absent, en trop, ou un autre patient est refusé par son code."""
    assert peuple.chercher(requete, **parametres).codes == [code]


def test_lots_et_liens(peuple: Essai) -> None:
    """Du lot aux documents : FindSubmissionSets, GetAssociations, GetDocuments, et retour par GetSubmissionSets."""
    lots = peuple.chercher(requetes.FIND_SUBMISSION_SETS, XDSSubmissionSetStatus=STATUT, retour="ObjectRef").references
    assert len(lots) == 3
    liens = peuple.chercher(requetes.GET_ASSOCIATIONS, uuid=f"('{lots[1]}')")
    [lien] = list(liens.xml.iter(f"{RIM}Association"))
    cible = lien.get("targetObject", "")
    document = peuple.chercher(requetes.GET_DOCUMENTS, XDSDocumentEntryEntryUUID=f"('{cible}')")
    assert document.unique_ids == ["1.2.2"]
    retour = peuple.chercher(requetes.GET_SUBMISSION_SETS, uuid=f"('{cible}')")
    assert [e.get("id") for e in retour.xml.iter(f"{RIM}RegistryPackage")] == [lots[1]]
    contenu = peuple.chercher(requetes.GET_SUBMISSION_SET_AND_CONTENTS, XDSSubmissionSetEntryUUID=f"'{lots[1]}'")
    assert contenu.unique_ids == ["1.2.2"]
    ensemble = peuple.chercher(requetes.GET_DOCUMENTS_AND_ASSOCIATIONS, XDSDocumentEntryUniqueId="('1.2.2')")
    assert (ensemble.unique_ids, len(list(ensemble.xml.iter(f"{RIM}Association")))) == (["1.2.2"], 1)
    tout = peuple.chercher(
        requetes.GET_ALL, XDSDocumentEntryStatus=STATUT, XDSSubmissionSetStatus=STATUT, XDSFolderStatus=STATUT
    )
    assert tout.unique_ids == ["1.2.1", "1.2.2"]
    assert peuple.chercher(requetes.FIND_FOLDERS, XDSFolderStatus=STATUT).codes == ["Success"]


def test_reference_et_parente(peuple: Essai) -> None:
    """FindDocumentsByReferenceId trouve par l'accession ; GetRelatedDocuments suit les remplacements."""
    recu = peuple.chercher(
        requetes.FIND_DOCUMENTS_BY_REFERENCE_ID,
        XDSDocumentEntryStatus=STATUT,
        XDSDocumentEntryReferenceIdList="('77^^^&1.2.9&ISO^urn:ihe:iti:xds:2013:accession')",
    )
    assert recu.unique_ids == ["1.2.2"]
    ancien, nouveau = peuple.document(), peuple.document()
    peuple.alimenter([ancien])
    enregistre = peuple.dmp.etat.document(ancien.unique_id)
    assert enregistre is not None
    peuple.alimenter([replace(nouveau, remplace=enregistre.entry_uuid)])
    parents = peuple.chercher(
        requetes.GET_RELATED_DOCUMENTS,
        XDSDocumentEntryUniqueId=f"'{nouveau.unique_id}'",
        AssociationTypes=f"('{RPLC}')",
    )
    assert set(parents.unique_ids) == {ancien.unique_id, nouveau.unique_id}


def test_indirect_limite_a_la_reference(peuple: Essai) -> None:
    """En indirect simple : seule la recherche d'une référence par uniqueId (TD3.1b) est permise."""
    indirect = peuple.demande()
    refuse = peuple.chercher(requetes.FIND_DOCUMENTS, indirect, XDSDocumentEntryStatus=STATUT)
    assert refuse.codes == ["DMPAccessDeniedByRightsService"]
    recu = peuple.chercher(requetes.GET_DOCUMENTS, indirect, XDSDocumentEntryUniqueId="('1.2.1')", retour="ObjectRef")
    assert len(recu.references) == 1
    assert peuple.echanges()[-1].notes["variante"] == "TD3.1b"


def test_trop_de_resultats(peuple: Essai) -> None:
    """Au-delà du nombre admis, LeafClass est refusé ; ObjectRef passe."""
    peuple.dmp.reglages = Reglages(resultats_max=1, exiger_signature_lot=False)
    try:
        assert peuple.chercher(requetes.FIND_DOCUMENTS, XDSDocumentEntryStatus=STATUT).codes == ["XDSTooManyResults"]
        recu = peuple.chercher(requetes.FIND_DOCUMENTS, XDSDocumentEntryStatus=STATUT, retour="ObjectRef")
        assert len(recu.references) == 2
    finally:
        peuple.dmp.reglages = Reglages(exiger_signature_lot=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1), min_size=1))
def test_valeurs_citees(valeurs: list[str]) -> None:
    """Toute liste de chaînes, apostrophes comprises, survit à la forme ('…','…')."""
    cite = "(" + ",".join("'" + valeur.replace("'", "''") + "'" for valeur in valeurs) + ")"
    assert requetes.lire_valeurs(cite) == valeurs
