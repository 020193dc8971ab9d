"""Lecture des échanges DMP : ce que les scénarios en tirent, et qu'aucun octet ne fait échouer une vérification."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.verdict import Verdict
from simulators.dmp.requetes import FIND_DOCUMENTS
from simulators.socle.echange import CorpsMemoire, Reponse
from steps.verifications.dmp import (
    ContexteDmp,
    MessageIllisible,
    criteres_de,
    documents_soumis,
    lire_soumission,
    patient_de,
    reussi,
    soumissions,
    utilisateur_de,
    verifier_alimentation,
    verifier_consultation,
    verifier_suppression,
    vihf_de,
)
from steps.verifications.dmp.message import autorisation_rendue
from steps.verifications.dmp.soumission import documents_demandes, est_consultation
from steps.verifications.dmp.types_donnees import defauts_cx, defauts_xcn, defauts_xon, est_oid
from tests.verifications.cda.fabrique import MATRICULE, cda
from tests.verifications.dmp import fabrique as f


def test_soumission() -> None:
    """Une alimentation rend son lot, ses fiches et les octets exacts de chaque document."""
    soumission = lire_soumission(f.alimentation())
    [document] = soumission.documents_de_sante
    assert document.octets == cda()
    assert document.unique_id == "1.2.250.1.213.99.1.100.1"
    assert document.cda is not None and document.cda.titre == "Compte rendu d'examens biologiques"
    assert [d.est_signature for d in soumission.documents] == [False, True]
    assert soumission.submission_set is not None
    assert soumission.submission_set.unique_id == "1.2.250.1.213.99.1.500.1"
    assert soumission.vihf is not None and soumission.vihf.mode == "INDIRECTE"


def test_sans_mtom() -> None:
    """Un document transmis en base64 dans le message se lit aussi."""
    soumission = lire_soumission(f.alimentation(f.Alimentation(en_ligne=True, sans_signature=True)))
    assert soumission.documents[0].octets == cda()


def test_documents_acceptes() -> None:
    """Les documents d'un lot refusé ne comptent pas parmi les documents enregistrés."""
    envois = [f.alimentation(reponse=f.FAUTE), f.alimentation(statut=503), f.alimentation()]
    assert len(documents_soumis(envois)) == 3
    assert len(documents_soumis(envois, acceptees=True)) == 1


def test_ce_qui_n_est_pas_une_alimentation() -> None:
    """Lire une alimentation dans autre chose est refusé avec une raison."""
    with pytest.raises(MessageIllisible, match="ProvideAndRegister"):
        lire_soumission(f.td02())


def test_identites() -> None:
    """Patient, utilisateur et VIHF viennent de la requête."""
    echange = f.td02("EXPIRE")
    patient, vihf = patient_de(echange), vihf_de(echange)
    assert patient is not None and patient.matricule == MATRICULE
    assert utilisateur_de(echange) == "899900000017"
    assert vihf is not None and vihf.lps_nom == "SIL DU BANC"
    assert autorisation_rendue(echange) == "EXPIRE"
    sans_vihf = patient_de(f.echange("TD0.2", f.PATIENT_TD02, assertion=""))
    assert sans_vihf is not None and sans_vihf.matricule == MATRICULE


def test_criteres() -> None:
    """Une recherche rend sa requête et ses paramètres, valeurs séparées."""
    recherche = criteres_de(f.td31(f.ACTIFS, f.slot("$XDSDocumentEntryClassCode", "('11^^s','31^^s')")))
    assert recherche is not None and recherche.identifiant == FIND_DOCUMENTS
    assert recherche.valeurs("$XDSDocumentEntryClassCode") == ("11^^s", "31^^s")
    assert criteres_de(f.td02()) is None
    assert documents_demandes(f.td32("1.2.3")) == ("1.2.3",)


def test_consultation() -> None:
    """TD3.2 et TD3.1 sont des consultations, TD3.1b et le reste n'en sont pas."""
    par_reference = f.td31(
        f.slot("$XDSDocumentEntryUniqueId", "('1.2.3')"),
        retour="ObjectRef",
        requete="urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4",
    )
    vues = [est_consultation(e) for e in (f.td31(f.ACTIFS), f.td32(), par_reference, f.td02(), f.alimentation())]
    assert vues == [True, True, False, False, False]


def test_reussite() -> None:
    """Une faute, une erreur du registre, un refus de service, une coupure ne sont pas des réussites."""
    assert reussi(f.alimentation()) and reussi(f.td02()) and reussi(f.td03()) and reussi(f.td04())
    echec = (
        '<r:RegistryResponse xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" '
        'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"/>'
    )
    refus = '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><acknowledgement><typeCode code="AE"/></acknowledgement>'
    attribut = '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="AR"/></PRPA_IN201308UV02>'
    assert not reussi(f.alimentation(reponse=echec))
    assert not reussi(f.td02(reponse=f"{refus}</PRPA_IN201308UV02>"))
    assert not reussi(f.td02(reponse=attribut))
    assert not reussi(f.td03(statut="DMPAccessDeniedByRightsService"))
    assert not reussi(replace(f.alimentation(), reponse=None))
    page = Reponse(200, (("Content-Type", "text/html"),), CorpsMemoire(b"<html>panne"))
    assert not reussi(replace(f.alimentation(), reponse=page))


def test_rien_observe() -> None:
    """Aucun échange examiné : non concluant, jamais conforme."""
    for verifier in (verifier_alimentation, verifier_consultation, verifier_suppression):
        assert {constat.verdict for constat in verifier([], ContexteDmp())} == {Verdict.NON_CONCLUANT}


@given(st.binary(max_size=200), st.sampled_from(["TD2.1", "TD3.1", "TD3.3c", "TD0.2"]), st.booleans())
@settings(max_examples=25, deadline=None)
def test_octets_quelconques(octets: bytes, operation: str, multipart: bool) -> None:
    """Des octets quelconques donnent des constats, jamais une erreur, et aucun n'est une réussite d'ensemble."""
    modele = f.td02()
    nature = 'multipart/related; boundary="x"' if multipart else "application/soap+xml"
    requete = replace(modele.requete, entetes=(("Content-Type", nature),), corps=CorpsMemoire(octets))
    echange = replace(modele, operation=operation, requete=requete)
    for verifier in (verifier_alimentation, verifier_consultation, verifier_suppression):
        assert {c.verdict for c in verifier([echange], ContexteDmp())} != {Verdict.CONFORME}
    assert soumissions([echange]) == []


@given(st.integers(0, 4000), st.integers(1, 200))
@settings(max_examples=20, deadline=None)
def test_message_ampute(debut: int, longueur: int) -> None:
    """Un message amputé n'importe où se juge sans erreur."""
    modele = f.alimentation(f.Alimentation(en_ligne=True, sans_signature=True))
    octets = modele.requete.corps.octets
    requete = replace(modele.requete, corps=CorpsMemoire(octets[:debut] + octets[debut + longueur :]))
    assert verifier_alimentation([replace(modele, requete=requete)], ContexteDmp())


@given(st.text(max_size=40))
@settings(max_examples=25, deadline=None)
def test_types_quelconques(valeur: str) -> None:
    """Une valeur quelconque n'est jamais un XCN, un XON ou un CX complet."""
    assert defauts_xcn(valeur.replace("^", "")) and defauts_xon(valeur.replace("^", ""))
    assert defauts_cx(valeur.replace("^", ""))


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [("1.2.250.1.213", True), ("1.02.3", False), ("3.1", False), ("1", False), ("1.2." + "9" * 64, False), ("", False)],
)
def test_oid(valeur: str, attendu: bool) -> None:
    """Un OID commence par 0, 1 ou 2, sans zéro de tête, en 64 caractères au plus."""
    assert est_oid(valeur) is attendu


def test_name_id_attendu() -> None:
    """RPPS, ADELI et PS_IdNat donnent le NameID attendu."""
    attendus = {"99900000017": "899900000017", "759999999": "0759999999", "899900000017": "899900000017", "": ""}
    assert {brut: ContexteDmp(identifiant_attendu=brut).name_id_attendu for brut in attendus} == attendus
