"""L'examen d'une archive d'échange et de métadonnées seules, documents contenus compris."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.verdict import Verdict
from steps.controle.examens.xdm import examiner_metadata, examiner_xdm
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from tests.controle.aides_examens import en_cause, en_texte
from tests.verifications.cda.fabrique import cda, corps_n1, corps_n3
from tests.verifications.dmp.fabrique import CX, RPLC, code, externe
from tests.verifications.pdf.fabrique_a1 import pdfa
from tests.verifications.xdm.fabrique import DOSSIER, Piece, arborescence, archive, metadonnees, zipper

SANS = ContexteControle()
_TEXTE = ("D'ÉTÉ-DURAND née le 31/12/1990", "Compte rendu d'examens biologiques", "CR d'examens biologiques",
          "Le 20/11/2026", "Dr ALIX BIOLOGUE", "LABORATOIRE DU BANC")  # fmt: skip
PDF = pdfa(lignes=_TEXTE)
N3 = Piece(octets=cda(corps=corps_n3(PDF)))
_FORMAT_N1 = code(
    "a09d5840-386c-46f2-b5ad-9c3699a4309d", "urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3"
)  # fmt: skip
N1 = Piece(octets=cda("N1", corps=corps_n1(PDF)), fiche={"formatCode": _FORMAT_N1})


def copie(octets: bytes = PDF) -> Piece:
    """La copie PDF, avec sa fiche."""
    return Piece("DOC0001.PDF", octets, {"mimeType": "application/pdf"}, "Doc2", "1.2.250.1.213.99.1.100.2")


def codes(examen: Examen) -> set[str]:
    """Codes en cause de l'archive et de tout ce qu'elle contient."""
    return en_cause(examen).union(*(codes(inclus) for _, inclus in examen.inclus))


@pytest.mark.parametrize("methode", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("pieces", [(N3,), (N1,), (N3, copie()), (N1, copie())], ids=["N3", "N1", "N3+PDF", "N1+PDF"])
def test_conforme(pieces: tuple[Piece, ...], methode: int) -> None:
    """Une archive conforme l'est, chaque document contenu étant examiné."""
    examen = examiner_xdm(zipper(arborescence(*pieces), methode), SANS)
    assert examen.type is TypeFichier.XDM
    assert not codes(examen), en_texte(examen)
    assert [nom for nom, _ in examen.inclus] == [DOSSIER + piece.uri for piece in pieces]


def test_document_contenu_fautif() -> None:
    """Le défaut d'un CDA contenu rend l'archive non conforme, et reste rangé sous ce document."""
    piece = Piece(octets=cda(corps=corps_n3(PDF), typeId='<typeId root="1.2.3" extension="x"/>'))
    examen = examiner_xdm(archive(piece), SANS)
    assert examen.verdict is Verdict.NON_CONFORME
    assert not en_cause(examen)
    assert en_cause(examen.inclus[0][1])


def test_copie_infidele() -> None:
    """Le PDF joint d'un N1 diffère du PDF encapsulé ; celui d'un N3 ne porte pas l'en-tête."""
    autre = pdfa(lignes=("D'ÉTÉ-DURAND, 31/12/1990", "Autre chose"))
    assert "PDF-CDA-01" in en_cause(examiner_xdm(archive(N1, copie(autre)), SANS))
    assert "PDF-CDA-02" in en_cause(examiner_xdm(archive(N3, copie(autre)), SANS))
    muet = pdfa(lignes=(".",))
    assert "PDF-CDA-02" in en_cause(examiner_xdm(archive(N3, copie(muet)), SANS))
    voisin = pdfa(lignes=("MARTIN né le 01/02/1960", *_TEXTE[1:]))
    assert "PDF-CDA-03" in en_cause(examiner_xdm(archive(N3, copie(voisin)), SANS))


def test_deux_documents_et_leurs_copies() -> None:
    """Chaque PDF est rapproché du CDA qui l'encapsule ; un PDF d'aucun des deux reste à regarder."""
    autre = pdfa(lignes=("Autre document", *_TEXTE))
    second = Piece(
        "DOC0002.XML", cda("N1", corps=corps_n1(autre), id='<id root="1.2.250.1.213.99.1.200.1"/>'),
        {"formatCode": _FORMAT_N1}, "Doc3", "1.2.250.1.213.99.1.200.1",
    )  # fmt: skip
    copie_du_second = Piece("DOC0002.PDF", autre, {"mimeType": "application/pdf"}, "Doc4", "1.2.250.1.213.99.1.200.2")
    assert not codes(examiner_xdm(archive(N1, copie(), second, copie_du_second), SANS))
    etranger = Piece("DOC0002.PDF", pdfa(), {"mimeType": "application/pdf"}, "Doc4", "1.2.250.1.213.99.1.200.2")
    examen = examiner_xdm(archive(N1, copie(), second, etranger), SANS)
    assert en_cause(examen) == {"PDF-CDA-01"}
    assert examen.verdict is Verdict.A_VERIFIER


def test_deux_lots() -> None:
    """Deux dossiers de lots : un patient, des uniqueId distincts."""
    second = "IHE_XDM/SUBSET02/"
    autre_lot = {
        "uniqueId": externe("96fdda7c-d067-4183-912e-bf5ee74998a8", "XDSSubmissionSet.uniqueId", "1.2.3.500.2")
    }

    def deux(piece: Piece, lot: dict[str, str]) -> bytes:
        return zipper(
            {
                **arborescence(N3), f"{second}METADATA.XML": metadonnees(piece, lot=lot),
                second + piece.uri: piece.octets,
            }
        )  # fmt: skip

    voisin = Piece(
        octets=cda(corps=corps_n3(PDF), id='<id root="1.2.250.1.213.99.1.200.1"/>'),
        unique_id="1.2.250.1.213.99.1.200.1",
    )
    assert not en_cause(examiner_xdm(deux(voisin, autre_lot), SANS))
    assert en_cause(examiner_xdm(deux(voisin, {}), SANS)) == {"XDM-LOT-01"}
    patient = CX.replace("290129999900192", "185073512345621")
    fiche = {"patientId": externe("58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId", patient)}
    lot = autre_lot | {
        "patientId": externe("6b5aea1a-874d-4603-a4bc-96a0a7b38446", "XDSSubmissionSet.patientId", patient)
    }
    etranger = Piece(
        octets=voisin.octets.replace(b"290129999900192", b"185073512345621"), unique_id=voisin.unique_id, fiche=fiche
    )
    assert en_cause(examiner_xdm(deux(etranger, lot), SANS)) == {"XDM-PAT-01"}


def test_constats_situes() -> None:
    """Un constat de métadonnées dit dans quel lot, et ne porte pas de numéro d'échange."""
    examen = examiner_xdm(archive(Piece(fiche={"title": ""}, octets=N3.octets)), SANS)
    fautifs = [c for c in examen.constats if c.code == "DMP-XDS-22"]
    assert fautifs and fautifs[0].ou.startswith(f"{DOSSIER}METADATA.XML") and "(ligne 1)" in fautifs[0].ou
    assert all(not c.echanges for c in examen.constats)


def test_metadonnees_illisibles() -> None:
    """Un METADATA.XML illisible n'empêche pas d'examiner les documents."""
    fichiers = arborescence(N3) | {f"{DOSSIER}METADATA.XML": b"<a"}
    examen = examiner_xdm(zipper(fichiers), SANS)
    assert en_cause(examen) == {"XDS-LEC-02"}
    assert len(examen.inclus) == 1


def test_fichier_etranger_au_lot() -> None:
    """Une feuille de style dans le dossier n'est pas examinée, et le périmètre le dit."""
    fichiers = arborescence(N3) | {f"{DOSSIER}STYLE.XSL": b"<x/>"}
    examen = examiner_xdm(zipper(fichiers), SANS)
    assert en_cause(examen) == {"XDM-DOC-02"}
    assert any("STYLE.XSL" in phrase for phrase in examen.perimetre)


def test_metadonnees_seules() -> None:
    """Des métadonnées seules sont jugées ; ce qui demande les documents est dit non joué."""
    examen = examiner_metadata(metadonnees(), SANS)
    assert examen.type is TypeFichier.METADATA
    assert examen.verdict is Verdict.CONFORME, en_texte(examen)
    assert any("non joué" in phrase for phrase in examen.perimetre)
    remplacement = examiner_metadata(metadonnees(ajout=RPLC), SANS)
    assert any("registre" in phrase for phrase in remplacement.perimetre)


def test_soumission_en_ligne() -> None:
    """Une soumission ITI-41 hors SOAP : ses documents en base64 sont jugés et comparés à leurs fiches."""
    import base64

    def soumission(octets: bytes) -> bytes:
        corps = metadonnees(N3).split(b"?>", 1)[1]
        return (
            b'<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007">' + corps
            + b'<x:Document id="Doc1">' + base64.b64encode(octets) + b"</x:Document>"
            + b"</x:ProvideAndRegisterDocumentSetRequest>"
        )  # fmt: skip

    examen = examiner_metadata(soumission(N3.octets), SANS)
    assert not codes(examen), en_texte(examen)
    assert [nom for nom, _ in examen.inclus] == ["Doc1"]
    assert "DMP-XDS-21" in en_cause(examiner_metadata(soumission(N3.octets + b"\n"), SANS))


def test_hostile() -> None:
    """Imbrication, DTD et entités dans les métadonnées : refus, sans trace."""
    profond = b"<a>" * 100_000
    assert examiner_metadata(profond, SANS).verdict is Verdict.NON_CONCLUANT
    rires = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'
    assert en_cause(examiner_metadata(rires, SANS)) == {"XDS-LEC-02"}
    for contenu in (profond, rires):
        fichiers = arborescence(N3) | {f"{DOSSIER}METADATA.XML": contenu}
        assert en_cause(examiner_xdm(zipper(fichiers), SANS)) == {"XDS-LEC-02"}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_octets_quelconques(bruit: bytes) -> None:
    """Aucun octet ne fait échouer les examens."""
    assert examiner_xdm(bruit, SANS).constats
    assert examiner_metadata(bruit, SANS).constats
    assert examiner_xdm(zipper({**arborescence(N3), f"{DOSSIER}DOC0001.XML": bruit}), SANS).constats
