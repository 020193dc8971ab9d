"""La source distante par de vraies prises : négociation, jeton, TLS mutuel, pannes ; images que pydicom relit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest
import requests
from pydicom import dcmread

from simulators.banc import Banc
from simulators.drim.compression import JPEG_BASELINE
from simulators.drim.images import EXPLICITE, PatientImage, fabriquer, note_de_rejet
from simulators.drim.negociation import AcceptIllisible, choisir, lire_accept
from simulators.socle.journal import JournalEchanges

ETUDE = "1.2.250.1.213.99.42.1"
PATIENT = PatientImage("IPP1", "HOPITAL", "ÉTÉ^ANNE", "19800101", "F", "279035121518989", "1.2.250.1.213.1.4.10")
DICOM = 'multipart/related; type="application/dicom"'


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Banc]:
    dossier = tmp_path_factory.mktemp("drim")
    with JournalEchanges.creer(dossier) as journal, Banc(journal, dossier_secrets=dossier / "secrets") as banc:
        yield banc


@pytest.fixture(autouse=True)
def examens(banc: Banc) -> None:
    banc.remettre_a_zero()
    banc.drim.etat.publier(
        (EXPLICITE, fabriquer(ETUDE, "ACC", "1.2.3", PATIENT, [("CT", 2), ("CT", 1)])),
        (JPEG_BASELINE, fabriquer(ETUDE, "ACC", "1.2.3", PATIENT, [("CT", 2), ("CT", 1)], syntaxe=JPEG_BASELINE)),
    )


def demander(
    banc: Banc, suite: str = "", accept: str = DICOM, *, jeton: str | None = None, methode: str = "GET"
) -> Any:
    igc = banc.igc.identifiants("org_auth_cli")
    jeton = banc.psc.ouvrir(next(iter(banc.psc.personnes)))["access_token"] if jeton is None else jeton
    return requests.request(
        methode, f"{banc.drim.url}/studies/{ETUDE}{suite}", timeout=10, verify=str(banc.igc.racines_pem),
        cert=(str(igc.chemin_pem), str(igc.chemin_cle)),
        headers={"Accept": accept, **({"Authorization": f"Bearer {jeton}"} if jeton else {})},
    )  # fmt: skip


def images(reponse: Any) -> list[Any]:
    """Les objets DICOM de la réponse, lus par la bibliothèque standard et par pydicom."""
    entier = b"Content-Type: " + reponse.headers["Content-Type"].encode() + b"\r\n\r\n" + reponse.content
    parties: Any = message_from_bytes(entier, policy=HTTP).get_payload()
    return [dcmread(io.BytesIO(partie.get_payload(decode=True))) for partie in parties]


def test_trois_niveaux(banc: Banc) -> None:
    """Étude, série, instance : chacune rend ses images, entières, et le journal le dit."""
    assert len(images(demander(banc))) == 3
    assert len(images(demander(banc, f"/series/{ETUDE}.1"))) == 2
    [seule] = images(demander(banc, f"/series/{ETUDE}.2/instances/{ETUDE}.2.1"))
    assert seule.SOPInstanceUID == f"{ETUDE}.2.1" and len(seule.PixelData) == 64
    assert seule.OtherPatientIDsSequence[0].PatientID == PATIENT.matricule
    echange = banc.journal.echanges(service="drim")[-1]
    assert echange.operation == "wado-instances" and echange.notes["jeton_etat"] == "valide"


def test_negociation(banc: Banc) -> None:
    """Le plus grand q l'emporte ; rien qui convienne : 406 ; mal formé : 400."""
    lu = images(demander(banc, accept=f"{DICOM}; transfer-syntax={JPEG_BASELINE}; q=0.9, {DICOM}; q=0.5"))
    assert {i.file_meta.TransferSyntaxUID for i in lu} == {JPEG_BASELINE}
    lu = images(demander(banc, accept=f"{DICOM}; transfer-syntax={JPEG_BASELINE}; q=0.2, {DICOM}; q=0.5"))
    assert {i.file_meta.TransferSyntaxUID for i in lu} == {EXPLICITE}
    assert demander(banc, accept=f"{DICOM}; transfer-syntax=1.2.3").status_code == 406
    assert demander(banc, accept="application/json").status_code == 406
    assert demander(banc, accept=f"{DICOM}; q=deux").status_code == 400


@pytest.mark.parametrize("accept", ["texte", "a/b; q", 'a/b; type="x', "a/b; q=2", "a/b;" * 4000])
def test_accept_hostile(accept: str) -> None:
    """Un Accept mal formé est refusé, pas deviné."""
    with pytest.raises(AcceptIllisible):
        lire_accept(accept)


def test_choix_sans_syntaxe() -> None:
    """Sans syntaxe dite, l'explicite ; « * », la première tenue ; q nul, jamais."""
    assert choisir(lire_accept(DICOM), [JPEG_BASELINE]) is None
    assert choisir(lire_accept(f"{DICOM}; transfer-syntax=*"), [JPEG_BASELINE]) == JPEG_BASELINE
    assert choisir(lire_accept(f"{DICOM}; q=0"), [EXPLICITE]) is None


def test_refus(banc: Banc) -> None:
    """Jeton absent, inconnu, périmé ; étude inconnue ; certificat absent."""
    assert demander(banc, jeton="").status_code == 401
    assert demander(banc, jeton="inconnu").status_code == 401
    perime = banc.psc.ouvrir(next(iter(banc.psc.personnes)))["access_token"]
    banc.psc.horloge.avancer(timedelta(hours=1))
    assert demander(banc, jeton=perime).status_code == 401
    banc.psc.horloge.remettre()
    assert demander(banc, "/series/1.2.3").status_code == 404
    assert demander(banc, "/series").status_code == 404
    assert demander(banc, methode="POST").status_code == 405
    assert b"wadl" in demander(banc, methode="OPTIONS").content
    with pytest.raises((requests.exceptions.SSLError, requests.exceptions.ConnectionError)):
        requests.get(f"{banc.drim.url}/studies/{ETUDE}", verify=str(banc.igc.racines_pem), timeout=10)


@pytest.mark.parametrize(
    ("panne", "statut"),
    [("jeton_refuse", 401), ("accept_refuse", 400), ("etude_inconnue", 404), ("syntaxe_impossible", 406),
     ("acces_interdit", 403), ("indisponible", 503)],
)  # fmt: skip
def test_pannes_de_refus(banc: Banc, panne: str, statut: int) -> None:
    """Chaque panne rend son statut, une fois, et le journal la nomme."""
    with banc.drim.panne(panne):
        assert demander(banc).status_code == statut
    assert banc.journal.echanges(service="drim")[-1].panne == panne
    assert demander(banc).status_code == 200


def test_pannes_de_contenu(banc: Banc) -> None:
    """Instance manquante, mauvaise syntaxe, autre patient, coupure en plein transfert."""
    with banc.drim.panne("instance_manquante"):
        assert len(images(demander(banc))) == 2
    with banc.drim.panne("mauvaise_syntaxe"):
        assert images(demander(banc))[0].file_meta.TransferSyntaxUID == JPEG_BASELINE
    with banc.drim.panne("autre_patient"):
        assert images(demander(banc))[0].OtherPatientIDsSequence[0].PatientID != PATIENT.matricule
    with banc.drim.panne("reponse_tronquee"), pytest.raises(requests.exceptions.RequestException):
        demander(banc)


def test_note_de_rejet(tmp_path: Path) -> None:
    """La note de rejet est un KOS lisible, au titre de rejet, qui cite ce qu'elle retire."""
    examen = fabriquer(ETUDE, "ACC", "1.2.3", PATIENT, [("MR", 2)])
    note = dcmread(io.BytesIO(note_de_rejet(examen, examen.images[1:], "1.2.3.4")))
    assert note.ConceptNameCodeSequence[0].CodeValue == "113001"
    cites = note.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert [c.ReferencedSOPInstanceUID for c in cites] == [examen.images[1].uid]


def test_publier_par_la_gestion(banc: Banc) -> None:
    """Un examen publié par le port de gestion se lit chez la source, et sa référence au DMP du patient."""
    banc.dmp.etat.ouvrir_dossier(PATIENT.matricule, PATIENT.oid)
    gestion = banc.url_console + "drim/examens"
    rendu = requests.post(gestion, json={"matricule": PATIENT.matricule, "series": "CT 2, MR 1"}, timeout=10).json()
    assert len(rendu["series"]) == 2 and rendu in [
        {"kos": rendu["kos"], **e} for e in requests.get(gestion, timeout=10).json()["examens"]
    ]
    dossier = banc.dmp.etat.dossier(PATIENT.matricule)
    assert dossier is not None and rendu["kos"] in [e.unique_id for e in banc.dmp.etat.documents(dossier)]
    for faute in ({"matricule": "1"}, {"matricule": PATIENT.matricule, "series": "XX 2"}):
        assert requests.post(gestion, json=faute, timeout=10).status_code == 400
