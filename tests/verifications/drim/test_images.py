"""Les images rendues et demandées : chaque règle a ses exemples ; une réponse hostile se refuse sans panne."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reports.verdict import Verdict
from simulators.drim.images import EXPLICITE, IMPLICITE, Examen, PatientImage, fabriquer
from simulators.drim.source import multipart
from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete
from steps.verifications.drim import consultation as c
from steps.verifications.drim import images as r
from steps.verifications.drim.multipart import MultipartIllisible, objets, parties

INSTANT = datetime(2026, 11, 23, tzinfo=UTC)
MATRICULE = "279035121518989"
PATIENT = PatientImage("IPP1", "HOPITAL", "DURAND^ANNE", "19800101", "F", MATRICULE, "1.2.250.1.213.1.4.10")
NON, OUI, RIEN = Verdict.NON_CONFORME, Verdict.CONFORME, Verdict.NON_CONCLUANT
A_VOIR = Verdict.A_VERIFIER


def examen(syntaxe: str = EXPLICITE, matricule: str = MATRICULE) -> Examen:
    sujet = PatientImage("IPP1", "HOPITAL", "DURAND^ANNE", "19800101", "F", matricule, PATIENT.oid)
    return fabriquer("1.2.3", "ACC", "1.2.9", sujet, [("CT", 2)], syntaxe=syntaxe)


def echange(
    statut: int | None = 200, corps: bytes = b"", genre: str = "", *, service: str = "drim",
    operation: str = "wado-series", numero: int = 1, accept: str = "", panne: str | None = None,
    debut: datetime = INSTANT, **notes: str,
) -> Echange:  # fmt: skip
    reponse = None if statut is None else Reponse(statut, (("Content-Type", genre),), CorpsMemoire(corps))
    methode = "POST" if service == "dmp" else "GET"
    requete = Requete(methode, "/studies/1.2.3", (("Accept", accept),) if accept else ())
    return Echange(
        numero, service, operation, debut, debut + timedelta(seconds=1), requete, reponse, panne=panne, notes=notes
    )


def rendu(images: Examen, syntaxe: str = EXPLICITE, nombre: int = 2) -> Echange:
    reponse = multipart(images.images[:nombre], syntaxe)
    return echange(200, reponse.contenu.octets, reponse.type_contenu or "")


def attendues() -> list[r.ImageAttendue]:
    return [r.ImageAttendue(o.uid, o.pixels) for o in objets(rendu(examen()))]


def fautes(vu: Echange) -> list[str]:
    return [k.code for k in r.images_rendues(vu, attendues(), MATRICULE) if k.verdict is not OUI]


def test_images_rendues() -> None:
    """Entières, en Explicit VR, avec l'INS ; chaque faute a sa règle."""
    assert fautes(rendu(examen())) == []
    assert fautes(rendu(examen(), nombre=1)) == ["DRIM-WADO-02"]
    assert fautes(rendu(examen(IMPLICITE), IMPLICITE)) == ["DRIM-WADO-03"]
    assert fautes(rendu(examen(matricule="100019999900149"))) == ["DRIM-WADO-04"]
    assert fautes(echange(404)) == ["DRIM-WADO-01"] and fautes(echange(None)) == ["DRIM-WADO-01"]
    sain = rendu(examen())
    corps = sain.reponse.corps.octets if sain.reponse else b""
    pixel = corps.replace(bytes([7, 8, 9, 10]), bytes([7, 8, 9, 11]))
    genre = sain.reponse.entetes[0][1] if sain.reponse else ""
    assert fautes(echange(200, pixel, genre)) == ["DRIM-WADO-02"]
    assert fautes(echange(200, corps[:-30], genre)) == ["DRIM-WADO-01"]
    assert fautes(echange(200, corps, "application/dicom")) == ["DRIM-WADO-01"]


def test_reponse_hostile() -> None:
    """Coupée, abîmée, sans fin : lue ou refusée, jamais une panne."""
    sain = rendu(examen())
    assert sain.reponse is not None
    corps, genre = sain.reponse.corps.octets, sain.reponse.entetes[0][1]
    hasard = random.Random(7)
    for _ in range(200):
        abime = bytearray(corps)
        for _ in range(5):
            abime[hasard.randrange(len(abime))] = hasard.randrange(256)
        try:
            objets(echange(200, bytes(abime), genre))
        except MultipartIllisible:
            continue
    for autre in (b"Content-Type: text/html\r\n\r\n<p>images</p>", b"Content-Type: application/dicom"):
        with pytest.raises(MultipartIllisible, match="application/dicom"):
            parties(b"--b\r\n" + autre + b"\r\n--b--", b"b")
    borne = genre.rpartition("boundary=")[2].encode()
    with pytest.raises(MultipartIllisible, match="plus de"):
        objets(echange(200, (b"\r\n--" + borne) * 6000 + b"--", genre))


@pytest.mark.parametrize(
    "regle",
    [r.jeton_exige, r.etude_publiee_seule, r.certificat_exige, r.emetteur_controle, r.revocation_controlee],
)
def test_refus(regle: object) -> None:
    """Refusée quand l'autre est servie ; servie : faute ; l'autre refusée aussi : rien de prouvé."""
    assert callable(regle)
    assert regle(echange(401), echange(200)).verdict is OUI
    assert regle(echange(None, refus="connexion refusée"), echange(200)).verdict is OUI
    assert regle(echange(200, b"images"), echange(200)).verdict is NON
    assert regle(echange(302, b"ailleurs"), echange(200)).verdict is OUI
    assert regle(echange(204), echange(200)).verdict is OUI
    assert regle(echange(401), echange(401)).verdict is RIEN


def test_introspection() -> None:
    """Une introspection pendant chaque demande ; une autre heure ne compte pas."""
    pendant = echange(service="psc", operation="introspection", debut=INSTANT + timedelta(milliseconds=5))
    avant = echange(service="psc", operation="introspection", debut=INSTANT - timedelta(minutes=1))
    assert r.jeton_introspecte([echange()], [pendant]).verdict is OUI
    assert r.jeton_introspecte([echange()], [avant]).verdict is NON
    assert r.jeton_introspecte([], [pendant]).verdict is RIEN
    refusee = echange(401, debut=INSTANT + timedelta(minutes=2))
    assert r.jeton_introspecte([echange(), refusee], [pendant]).verdict is Verdict.A_VERIFIER
    assert r.jeton_introspecte([refusee], [pendant]).verdict is NON


def test_capacites() -> None:
    """Une description, ou rien."""
    assert r.capacites(echange(200, b"<application/>")).verdict is OUI
    assert r.capacites(echange(200, b'{"application": {"resources": {}}}')).verdict is OUI
    assert r.capacites(echange(200, b"OK")).verdict is Verdict.A_VERIFIER
    assert r.capacites(echange(405)).verdict is NON and r.capacites(echange(200)).verdict is NON


def test_consentement() -> None:
    """Sans consentement, ni appel ni référence ; cru si, avec, le DMP est consulté."""
    avec = [echange(service="dmp", operation="TD3.1")]
    assert c.rien_sans_consentement([], avec, MATRICULE, [], "refusé").verdict is OUI
    appel = [echange(service="dmp", operation="TD3.1a")]
    assert c.rien_sans_consentement(appel, avec, MATRICULE, [], "refusé").verdict is NON
    existence = [echange(service="dmp", operation="TD0.2")]
    assert c.rien_sans_consentement(existence, avec, MATRICULE, [], "refusé").verdict is Verdict.A_VERIFIER
    assert c.rien_sans_consentement([*existence, *appel], avec, MATRICULE, [], "refusé").verdict is NON
    assert c.rien_sans_consentement([], avec, MATRICULE, ["1.2.3"], "refusé").verdict is NON
    assert c.rien_sans_consentement([], [], MATRICULE, [], "refusé").verdict is RIEN
    assert c.rien_sans_consentement(appel, avec, MATRICULE, [], "absent").verdict is NON


def test_invitation_et_liste() -> None:
    """L'invitation parle du consentement ; la liste est celle du DMP."""
    assert c.invite(["Recueillez le consentement du patient."]).verdict is OUI
    assert c.invite(["Consentement inconnu."]).verdict is Verdict.A_VERIFIER
    assert c.invite([]).verdict is NON and c.invite(["Accès impossible."]).verdict is Verdict.A_VERIFIER
    assert c.references_presentees(["a", "b"], ["b", "a"]).verdict is OUI
    assert c.references_presentees(["a"], ["a", "b"]).verdict is NON
    assert c.references_presentees(["a", "b", "c"], ["a", "b"]).verdict is NON
    assert c.presentation(["a"]).verdict is Verdict.A_VERIFIER


def test_kos_avant_les_images() -> None:
    """Le KOS est récupéré avant que ses images soient demandées."""
    retrait = echange(service="dmp", operation="TD3.2", unique_ids="1.2.3", numero=1)
    images = echange(numero=2)
    assert c.kos_retire([retrait, images], "1.2.3").verdict is OUI
    assert c.kos_retire([images], "1.2.3").verdict is NON
    assert c.kos_retire([retrait, images], "9.9").verdict is NON
    tard = echange(service="dmp", operation="TD3.2", unique_ids="1.2.3", numero=3)
    assert c.kos_retire([images, tard], "1.2.3").verdict is NON
    cherche = echange(service="dmp", operation="TD3.1", unique_ids="1.2.3", numero=1)
    assert c.kos_retire([cherche, images], "1.2.3").verdict is NON
    assert c.kos_retire([], "1.2.3").verdict is RIEN


def test_preferences() -> None:
    """Plusieurs syntaxes classées ; sans q, une faute ; une seule, une personne regarde."""
    dicom = 'multipart/related; type="application/dicom"; transfer-syntax='
    assert c.preferences([echange(accept=f"{dicom}1.2.1; q=1.0, {dicom}1.2.4; q=0.5")]).verdict is OUI
    assert c.preferences([echange(accept=f"{dicom}1.2.1, {dicom}1.2.4;q=0.5")]).verdict is OUI
    assert c.preferences([echange(accept=f"{dicom}1.2.1, {dicom}1.2.4")]).verdict is NON
    assert c.preferences([echange(accept=f"{dicom}1.2.1; q=beaucoup")]).verdict is NON
    assert c.preferences([echange(accept=f"{dicom}1.2.1; q=0.9, {dicom}1.2.4; q=0.9")]).verdict is NON
    assert c.preferences([echange(accept=f"{dicom}1.2.1")]).verdict is Verdict.A_VERIFIER
    assert c.preferences([echange(accept=f"{dicom}1.2.1; q=1, */*; q=0, image/jpeg; q=0.3")]).verdict is A_VOIR
    assert c.preferences([]).verdict is RIEN


def test_ce_qui_est_montre() -> None:
    """Le bon patient, une seule demande, toutes les images, un jeton valable."""
    autre = echange(panne="autre_patient")
    assert c.autre_patient_refuse([], ["i"], [autre]).verdict is OUI
    assert c.autre_patient_refuse(["i"], ["i"], [autre]).verdict is NON
    assert c.autre_patient_refuse([], [], [autre]).verdict is RIEN
    assert c.autre_patient_refuse([], ["i"], [echange()]).verdict is RIEN
    assert c.jamais_redemandee([echange(), echange()], [], ["i"]).verdict is OUI
    assert c.jamais_redemandee([echange()], [echange()], ["i"]).verdict is NON
    assert c.jamais_redemandee([], [], ["i"]).verdict is RIEN
    assert c.jamais_redemandee([echange(404)], [], ["i"]).verdict is RIEN
    une, deux = echange(syntaxe="1.2", instances="i"), echange(syntaxe="1.2", instances="j k")

    def recuperee(montrees: list[str], demandes: list[Echange], *syntaxes: str) -> Verdict:
        return c.serie_recuperee(montrees, ["j", "i"], "sans perte", demandes=demandes, syntaxes=syntaxes).verdict

    assert recuperee(["i", "j"], [une, deux]) is OUI and recuperee(["i", "j"], [une, deux], "1.9", "1.2") is OUI
    assert recuperee(["i"], [une, deux]) is NON and recuperee(["i", "j"], [une]) is NON
    assert recuperee(["i", "j"], []) is NON and recuperee(["i", "j"], [une, deux], "1.3") is NON
    assert c.jeton_presente([echange(jeton_etat="valide")]).verdict is OUI
    assert c.jeton_presente([echange(jeton_etat="expire")]).verdict is NON
    reprise = [echange(numero=1, jeton_etat="expire"), echange(numero=2, jeton_etat="valide")]
    assert c.jeton_presente(reprise).verdict is A_VOIR and c.jeton_presente(reprise[::-1][1:]).verdict is NON
    autre_etude = replace(reprise[1], requete=Requete("GET", "/studies/9.9.9"))
    assert c.jeton_presente([reprise[0], autre_etude]).verdict is NON
    assert c.jeton_presente([echange()]).verdict is NON and c.jeton_presente([]).verdict is RIEN
