"""La publication des KOS : chaque règle a ses exemples, conforme et enfreint ; sans témoin, rien n'est prouvé."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from pydicom import Dataset

from reports.constat import Constat
from reports.verdict import Verdict
from simulators.dmp.ebrim import RPLC, Association, LotSoumis
from simulators.dmp.vihf import Vihf
from steps.verifications.dmp import lire_soumission
from steps.verifications.dmp.soumission import DocumentSoumis, Soumission
from steps.verifications.drim import publication as p
from tests.verifications.dmp.fabrique import alimentation
from tests.verifications.kos import fabrique as f

INSTANT = datetime(2026, 11, 23, tzinfo=UTC)
AUTRE = f"{f.RACINE}.2"


def document(octets: bytes | None = None, uid: str = f.KOS_UID) -> DocumentSoumis:
    return DocumentSoumis(f.fiche(unique_id=uid), f.kos() if octets is None else octets, 3, INSTANT)


def d_une_autre_etude() -> bytes:
    def changer(jeu: Dataset) -> None:
        jeu.StudyInstanceUID = jeu.ReferencedRequestSequence[0].StudyInstanceUID = AUTRE
        jeu.CurrentRequestedProcedureEvidenceSequence[0].StudyInstanceUID = AUTRE

    return f.kos(changer)


def soumission(*, lie: bool = True, uid: str = "2.25.2", nom: str = "899900000022") -> Soumission:
    """Un envoi d'un KOS : l'échange vient d'une alimentation ordinaire, son contenu est remplacé."""
    ordinaire = lire_soumission(alimentation())
    liens = (Association(type=RPLC, source="doc1", cible="urn:uuid:1"),) if lie else ()
    return replace(ordinaire, lot=LotSoumis(associations=liens), documents=(document(uid=uid),), vihf=Vihf(name_id=nom))


def juge(constat: Constat) -> tuple[str, Verdict]:
    return constat.code, constat.verdict


def test_publie() -> None:
    """Un KOS de l'étude, ou rien, ou seulement celui d'une autre, ou un fichier qui n'en est pas un."""
    assert juge(p.publie([document()], f.ETUDE)) == ("DRIM-PUB-01", Verdict.CONFORME)
    for documents in (
        [],
        [document(d_une_autre_etude())],
        [document(b"<ClinicalDocument/>")],
        [document(f.kos()[:300])],
    ):
        assert juge(p.publie(documents, f.ETUDE)) == ("DRIM-PUB-01", Verdict.NON_CONFORME)


def test_autre_syntaxe() -> None:
    """Un KOS compressé, que le banc ne lit pas, se regarde."""
    compresse = f.kos().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0", 1)
    assert p.publie([document(compresse)], f.ETUDE).verdict is Verdict.A_VERIFIER


def test_interdictions() -> None:
    """Rien n'est publié, quand le témoin l'est ; sans témoin, rien n'est prouvé."""
    autre = document(d_une_autre_etude())
    for regle, code in ((p.jamais_sans_ins_qualifiee, "DRIM-PUB-02"), (p.jamais_incoherent, "DRIM-PUB-04")):
        assert juge(regle([autre], f.ETUDE, AUTRE)) == (code, Verdict.CONFORME)
        assert juge(regle([document(), autre], f.ETUDE, AUTRE)) == (code, Verdict.NON_CONFORME)
        assert juge(regle([], f.ETUDE, AUTRE)) == (code, Verdict.NON_CONCLUANT)


def test_un_par_etude() -> None:
    """Deux études, deux KOS ; ni moins, ni deux fois le même."""
    autre = document(d_une_autre_etude())
    etudes = [f.ETUDE, AUTRE, f.ETUDE]
    assert p.un_par_etude([document(), autre], etudes).verdict is Verdict.CONFORME
    assert p.un_par_etude([document()], etudes).verdict is Verdict.NON_CONFORME
    assert p.un_par_etude([document(), document(), autre], etudes).verdict is Verdict.NON_CONFORME


def test_alerte() -> None:
    """Une alerte dit l'étude et une raison ; anonyme, une personne la lit."""
    assert p.administrateur_averti([{"motif": "étude absente", "etude": f.ETUDE}], f.ETUDE).verdict is Verdict.CONFORME
    assert p.administrateur_averti([], f.ETUDE).verdict is Verdict.NON_CONFORME
    assert p.administrateur_averti([], f.ETUDE, publiee=True).verdict is Verdict.A_VERIFIER
    assert p.administrateur_averti([{"motif": "x", "etude": AUTRE}], f.ETUDE).verdict is Verdict.NON_CONFORME
    assert p.administrateur_averti([{"motif": "", "etude": f.ETUDE}], f.ETUDE).verdict is Verdict.NON_CONFORME
    assert p.administrateur_averti([{"motif": "un KOS a échoué"}], f.ETUDE).verdict is Verdict.A_VERIFIER


def test_pas_d_alerte_de_trop() -> None:
    """Une alerte sur un examen publié est une faute ; sur un autre, non."""
    assert p.sans_alerte([{"motif": "x", "etude": AUTRE}], f.ETUDE).verdict is Verdict.CONFORME
    assert p.sans_alerte([{"motif": "x", "etude": f.ETUDE}], f.ETUDE).verdict is Verdict.NON_CONFORME


def test_remplacement() -> None:
    """Un RPLC, l'ancien retiré, le neuf en vigueur ; sinon l'ancien reste, ou rien n'a été corrigé."""
    retire = {"2.25.1": "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated", "2.25.2": p.ACTIF}
    assert p.remplace([soumission()], f.ETUDE, "2.25.1", retire).verdict is Verdict.CONFORME
    ajoute = {"2.25.1": p.ACTIF, "2.25.2": p.ACTIF}
    assert p.remplace([soumission(lie=False)], f.ETUDE, "2.25.1", ajoute).verdict is Verdict.NON_CONFORME
    assert p.remplace([soumission(uid="2.25.1")], f.ETUDE, "2.25.1", ajoute).verdict is Verdict.NON_CONFORME
    assert p.remplace([], f.ETUDE, "2.25.1", ajoute).verdict is Verdict.NON_CONFORME


def test_retrait() -> None:
    """Supprimé, encore en vigueur, ou jamais publié."""
    assert p.retire("2.25.1", {"2.25.1": p.SUPPRIME}).verdict is Verdict.CONFORME
    assert p.retire("2.25.1", {"2.25.1": p.ACTIF}).verdict is Verdict.NON_CONFORME
    assert p.retire("2.25.1", {}).verdict is Verdict.NON_CONCLUANT


def test_au_nom_de_l_auteur() -> None:
    """Le VIHF est celui de l'auteur du compte rendu ; celui d'un autre est une faute ; sans KOS, rien à dire."""
    assert p.au_nom_de_l_auteur([soumission()], "899900000022").verdict is Verdict.CONFORME
    assert p.au_nom_de_l_auteur([soumission(nom="autre")], "899900000022").verdict is Verdict.NON_CONFORME
    assert p.au_nom_de_l_auteur([], "899900000022").verdict is Verdict.NON_CONCLUANT
