"""Règles de courriels qui demandent plusieurs messages, et aides que les scénarios emploient."""

from __future__ import annotations

import pytest

from reports.verdict import Verdict
from steps.verifications.cda import lire_cda
from steps.verifications.mssante.archive import archive_xdm, usager
from steps.verifications.mssante.avis_lecture import Disposition, Nature, lire_avis, lire_disposition
from steps.verifications.mssante.courriel_lecture import Courriel, lire_courriel
from steps.verifications.mssante.entetes import message_ids_distincts
from steps.verifications.mssante.objet import objet_attendu
from steps.verifications.mssante.verification import verifier_courriel
from steps.verifications.mssante.x_mss import x_mss_ins
from steps.verifications.pdf.nommage import nom_attendu
from tests.verifications.cda.fabrique import OID_TEST
from tests.verifications.mssante.fabrique_avis import DSN, KO, LECTURE, MDN, avis_mes, mdn
from tests.verifications.mssante.fabrique_courriels import (
    NOM_PDF,
    OBJET,
    Joint,
    contexte,
    courriel,
    document,
    message,
    piece_xdm,
)
from tests.verifications.xdm.fabrique import DOSSIER, Piece, arborescence, zipper


def _verdict(*octets: bytes) -> Verdict:
    return message_ids_distincts([lire_courriel(message) for message in octets]).verdict


def test_message_ids_distincts() -> None:
    """Deux messages ont deux identifiants ; renvoyer les mêmes octets est admis ; rien à comparer ne prouve rien."""
    autre = message(Message_ID="<2@labo.formation.mssante.fr>")
    assert _verdict(courriel(), autre) is Verdict.CONFORME
    assert _verdict(courriel(), courriel()) is Verdict.CONFORME
    assert _verdict(courriel(), message()) is Verdict.NON_CONFORME
    assert _verdict(message(Message_ID=None)) is Verdict.NON_CONCLUANT


def test_objet_et_nom_attendus() -> None:
    """L'objet et le nom du PDF se reconstruisent du CDA."""
    cda = lire_cda(document())
    assert objet_attendu((cda,)) == OBJET
    assert objet_attendu((cda, cda)) == OBJET.replace("CR d'examens biologiques", "2 documents")
    assert nom_attendu(cda) == NOM_PDF


def test_avis_lus() -> None:
    """Nature, code d'erreur et message d'origine de chaque sorte d'avis."""
    lus = {nom: lire_avis(lire_courriel(octets)) for nom, octets in
           {"mdn": MDN, "lecture": LECTURE, "dsn": DSN, "ko": KO, "mes": avis_mes()}.items()}  # fmt: skip
    assert {nom: avis.nature for nom, avis in lus.items() if avis} == {
        "mdn": Nature.MDN, "lecture": Nature.MDN, "dsn": Nature.DSN, "ko": Nature.KO, "mes": Nature.MES,
    }  # fmt: skip
    origine = "<20261120.101530.1@labo.formation.mssante.fr>"
    assert {nom for nom, avis in lus.items() if avis and avis.original_id == origine} == {"mdn", "lecture", "dsn", "ko"}
    assert lus["mes"] and lus["mes"].motif == "ferme"
    echec = lire_avis(lire_courriel(mdn(echec=True)))
    assert echec
    assert (echec.code_erreur, echec.libelle_erreur, echec.code_objet) == ("902", "patient inconnu", "902")
    assert lire_avis(lire_courriel(courriel())) is None


def test_deux_formes_de_l_erreur() -> None:
    """L'ancienne forme se lit comme la nouvelle."""
    ancienne = mdn("processed/error\r\nError: 902^patient inconnu", "processed/Error: 902^patient inconnu", echec=True)
    lu = lire_avis(lire_courriel(ancienne))
    assert lu
    assert (lu.code_erreur, lu.libelle_erreur, lu.echec) == ("902", "patient inconnu", True)
    assert lire_disposition("n'importe quoi") is None
    assert lire_disposition("automatic-action/MDN-sent-automatically; processed/Error: 902^inconnu") == Disposition(
        "automatic-action", "MDN-sent-automatically", "processed", "error", "902^inconnu"
    )


@pytest.mark.parametrize("code", [*range(900, 907), 0, *range(100, 104), *range(198, 204), 207])
def test_codes_d_erreur_connus(code: int) -> None:
    """Les codes du volet, métier et HL7, se disent dans le champ Error et dans l'objet."""
    avis = mdn(echec=True, sans=2).replace(b"902", str(code).encode())
    assert [c.verdict for c in verifier_courriel(avis, contexte()) if c.code == "MSS-AVI-07"] == [Verdict.CONFORME]


_SANS_INS = '<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>'
_VOISINE = f'<id root="{OID_TEST}" extension="255129999900161"/>'


def _joints(*cdas: bytes) -> Courriel:
    return lire_courriel(
        courriel(pieces=[Joint(f"{rang}.xml", "text/xml", octets) for rang, octets in enumerate(cdas)])
    )


@pytest.mark.parametrize(
    ("cdas", "verdict"),
    [
        ((document(ids_patient=_SANS_INS), document(ids_patient=_SANS_INS, id='<id root="1.2.3"/>')), Verdict.CONFORME),
        ((document(ids_patient=_SANS_INS), document()), Verdict.CONFORME),
        ((document(ids_patient=_SANS_INS), document(ids_patient=_SANS_INS, naissance='<birthTime value="19901230"/>')),
         Verdict.NON_CONFORME),
        ((document(), document(ids_patient=_VOISINE)), Verdict.NON_CONFORME),
        ((document(ids_patient=_SANS_INS), document(), document(ids_patient=_VOISINE)), Verdict.NON_CONFORME),
    ],
)  # fmt: skip
def test_un_seul_usager(cdas: tuple[bytes, ...], verdict: Verdict) -> None:
    """Le matricule, à défaut les traits ; deux matricules sont deux personnes, même homonymes et nées le même jour."""
    un_usager, *_ = usager(_joints(*cdas), contexte())
    assert (un_usager.code, un_usager.verdict) == ("MSS-ARC-01", verdict)


def test_lots_de_deux_patients() -> None:
    """Une archive de deux lots, chacun juste, mais de deux patients."""
    premier = arborescence(piece_xdm())
    second = {
        nom.replace("SUBSET01", "SUBSET02"): octets.replace(b"290129999900192", b"255129999900161")
        for nom, octets in premier.items()
        if nom.startswith(DOSSIER)
    }
    for fichiers, attendu in ((premier, Verdict.CONFORME), (premier | second, Verdict.NON_CONFORME)):
        jointe = Joint("IHE_XDM.zip", "application/zip", zipper(fichiers))
        constats = archive_xdm(lire_courriel(courriel(pieces=(jointe,))), contexte())
        assert {c.verdict for c in constats if c.code == "XDM-PAT-01"} == {attendu}


def test_lot_illisible_puis_un_autre(monkeypatch: pytest.MonkeyPatch) -> None:
    """Des métadonnées illisibles ou trop grosses se disent ; le lot suivant est jugé quand même."""
    bon = arborescence(piece_xdm())
    metadonnees = bon[f"{DOSSIER}METADATA.XML"]
    faux = metadonnees.replace(b"290129999900192", b"290129999900193")
    second = {nom.replace("SUBSET01", "SUBSET02"): octets for nom, octets in bon.items() if nom.startswith(DOSSIER)}
    second[f"{DOSSIER.replace('SUBSET01', 'SUBSET02')}METADATA.XML"] = faux

    def juges(premier: bytes) -> dict[str, set[Verdict]]:
        fichiers = {**bon, f"{DOSSIER}METADATA.XML": premier, **second}
        lu = lire_courriel(courriel(pieces=(Joint("IHE_XDM.zip", "application/zip", zipper(fichiers)),)))
        constats = archive_xdm(lu, contexte())
        return {code: {c.verdict for c in constats if c.code == code} for code in ("XDS-LEC-02", "DMP-XDS-15")}

    illisible = juges(metadonnees[:-10])
    assert Verdict.NON_CONFORME in illisible["XDS-LEC-02"]
    assert illisible["DMP-XDS-15"] == {Verdict.NON_CONFORME}
    monkeypatch.setattr("steps.verifications.mssante.archive.METADONNEES_MAX", len(faux) + 5)
    enorme = juges(metadonnees + b" " * 100)
    assert Verdict.NON_CONCLUANT in enorme["XDS-LEC-02"]
    assert enorme["DMP-XDS-15"] == {Verdict.NON_CONFORME}


@pytest.mark.parametrize(
    ("valeur", "verdict"), [("O", Verdict.A_VERIFIER), ("N", Verdict.A_VERIFIER), (None, Verdict.NON_CONFORME)]
)
def test_x_mss_ins_de_documents_inegaux(valeur: str | None, verdict: Verdict) -> None:
    """Un CDA à l'INS qualifiée et un sans : O ou N se regarde, l'absence de l'en-tête est un manquement."""
    sans = Piece("DOC0002.XML", document(ids_patient=_SANS_INS), {}, "Doc2", "1.2.250.1.213.99.1.100.7")
    jointe = Joint("IHE_XDM.zip", "application/zip", zipper(arborescence(piece_xdm(), sans)))
    lu = lire_courriel(courriel(entetes={"X-MSS-INS": valeur}, pieces=(jointe,)))
    assert x_mss_ins(lu, contexte()).verdict is verdict
