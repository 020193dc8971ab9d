"""Ce que le logiciel témoin reçoit : origine, patient, intégration, réponses, accusés."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.logiciel_temoin.messagerie_lecture import lire, lire_archive
from tests.simulators.logiciel_temoin.operateur import MATRICULE, MEDECIN, ORG, PER, USAGER, Poste


@pytest.fixture
def poste(environnement: Path) -> Poste:
    return Poste(environnement)


def courriel(*, de: str = MEDECIN, objet: str = "Question", corps: str = "Bonjour", entetes: str = "") -> bytes:
    """Un courriel de texte."""
    texte = f"From: {de}\nTo: {PER}\nSubject: {objet}\nMessage-ID: <essai.1@cabinet>\n"
    texte += f"Date: Mon, 05 Jan 2026 10:00:00 +0100\n{entetes}Content-Type: text/plain; charset=utf-8\n\n{corps}\n"
    return texte.replace("\n", "\r\n").encode()


def relever(poste: Poste, *messages: bytes, adresse: str = PER) -> list[dict[str, Any]]:
    for octets in messages:
        poste.operateur.deposer(adresse, octets)
    lus: list[dict[str, Any]] = poste.fait("relever_boite", adresse=adresse)["courriels"]
    return lus


def documente(poste: Poste) -> bytes:
    """Un courriel porteur d'un compte rendu du patient, tel que le laboratoire l'écrit."""
    poste.ecrire(documents=[poste.valider()])
    return poste.remis.pop().octets


@pytest.mark.parametrize(
    ("de", "entetes", "origine"),
    [
        (f"Dr <{MEDECIN}>", "", "professionnel"),
        (USAGER, "", "patient"),
        (USAGER.upper(), "", "patient"),
        ("ne-pas-repondre@patient.mssante.fr", "", "systeme"),
        ("MAILER-DAEMON@cabinet.formation.mssante.fr", "", "systeme"),
        (MEDECIN, "Auto-Submitted: auto-replied\n", "systeme"),
        (MEDECIN, "Auto-Submitted: no\n", "professionnel"),
    ],
)
def test_origine(poste: Poste, de: str, entetes: str, origine: str) -> None:
    """Un courriel d'usager, de professionnel ou du système se distingue."""
    assert relever(poste, courriel(de=de, entetes=entetes))[0]["origine"] == origine


def test_patient_reconnu_par_ses_metadonnees(poste: Poste) -> None:
    """Le patientId désigne le patient, même si l'objet et le nom disent autre chose ; le préfixe ne se montre pas."""
    octets = documente(poste).replace(b"DUPONT-MARTIN ZOE 03/02/1980", b"AUTRE PERSONNE 01/01/1990", 1)
    homonyme = poste.creer_patient(matricule="", nom_naissance="AUTRE")
    lu = relever(poste, octets)[0]
    assert (lu["patient_id"], lu["matricule_ins"]) == (poste.patient, MATRICULE)
    assert lu["objet"] == "CR d'examens biologiques AUTRE PERSONNE 01/01/1990"
    assert lu["patient_id"] != homonyme


def test_patient_inconnu(poste: Poste) -> None:
    """Un courriel sans archive, ou d'un patient inconnu, n'est rattaché à personne et ne s'intègre pas."""
    octets = documente(poste)
    poste.labo.base.patient(poste.patient).identite["matricule_ins"] = None
    lus = relever(poste, courriel(objet="DUPONT-MARTIN ZOE"), octets)
    assert [lu["patient_id"] for lu in lus] == [None, None]
    refus = poste("integrer_courriel", courriel_id=lus[1]["courriel_id"])
    assert refus.resultat == "refuse"
    assert [e["matricule_ins"] for e in poste.fait("lire_liste_travail")["elements"]] == [MATRICULE]


def test_usager_reconnu_par_son_adresse(poste: Poste) -> None:
    """Un usager qui écrit sans archive est reconnu par l'INS de son adresse."""
    assert relever(poste, courriel(de=USAGER))[0]["patient_id"] == poste.patient


def test_integrer(poste: Poste) -> None:
    """Les documents vont au dossier, une seule fois."""
    lu = relever(poste, documente(poste))[0]
    avant = len(poste.fait("lister_documents", patient_id=poste.patient)["documents"])
    donnees = poste.fait("integrer_courriel", courriel_id=lu["courriel_id"])
    assert donnees["patient_id"] == poste.patient
    assert [d["type_code"] for d in donnees["documents"]] == ["11502-2"]
    assert len(poste.fait("lister_documents", patient_id=poste.patient)["documents"]) == avant + 1
    assert poste("integrer_courriel", courriel_id=lu["courriel_id"]).resultat == "refuse"


def test_document_d_un_autre(poste: Poste) -> None:
    """Un CDA dont l'INS n'est pas celle des métadonnées n'est pas rangé."""
    octets = documente(poste)
    autre = poste.creer_patient(matricule="279035121518888", nom_naissance="AUTRE")
    lu = relever(poste, octets)[0]
    contenu = poste.labo.courriels[lu["courriel_id"]].contenu
    assert contenu.archive is not None
    patients = (("279035121518888", "1.2.250.1.213.1.4.10", "NH"),)
    object.__setattr__(contenu.archive, "patients", patients)
    assert poste.fait("lire_courriel", courriel_id=lu["courriel_id"])["courriel"]["patient_id"] == autre
    assert poste("integrer_courriel", courriel_id=lu["courriel_id"]).resultat == "refuse"
    assert poste.fait("lister_documents", patient_id=autre)["documents"] == []


def test_lire_marque_lu(poste: Poste) -> None:
    """Relever ne marque rien ; ouvrir un courriel le marque lu."""
    lu = relever(poste, courriel(corps="Été"))[0]
    assert (lu["lu"], poste.operateur.lus) == (False, set())
    assert poste.fait("lire_courriel", courriel_id=lu["courriel_id"])["courriel"]["corps"] == "Été"
    assert poste.operateur.lus == {(PER, 1)}
    assert relever(poste)[0]["lu"] is True


def test_uidvalidity_change(poste: Poste) -> None:
    """UIDVALIDITY changé : les anciens numéros ne valent plus, la boîte est relue."""
    avant = relever(poste, courriel())[0]["courriel_id"]
    poste.operateur.validite = 2
    assert [lu["courriel_id"] for lu in relever(poste)] != [avant]


def test_repondre(poste: Poste) -> None:
    """Une réponse continue la conversation : In-Reply-To, References, Re:, à l'adresse de réponse."""
    entetes = f"Reply-To: {ORG}\nReferences: <a@b>\n <c@d>\n"
    lu = relever(poste, courriel(objet="XDM/1.0/DDM+Question", entetes=entetes))[0]
    poste.fait("repondre_courriel", courriel_id=lu["courriel_id"], corps="Bien reçu")
    reponse = email.message_from_bytes(poste.remis[0].octets, policy=email.policy.default)
    assert poste.remis[0].destinataires == (ORG,)
    assert reponse["In-Reply-To"] == "<essai.1@cabinet>"
    assert str(reponse["References"]).split() == ["<a@b>", "<c@d>", "<essai.1@cabinet>"]
    assert reponse["Subject"] == "Re: Question"


def test_repondre_a_un_usager(poste: Poste) -> None:
    """Répondre à un usager suit les règles de l'envoi au patient."""
    lu = relever(poste, courriel(de=USAGER))[0]
    poste.fait("enregistrer_opposition_mss", patient_id=poste.patient, canal="patient", opposition=True)
    assert poste("repondre_courriel", courriel_id=lu["courriel_id"], corps="x").resultat == "refuse"
    poste.fait("enregistrer_opposition_mss", patient_id=poste.patient, canal="patient", opposition=False)
    assert poste("repondre_courriel", courriel_id=lu["courriel_id"], corps="x").resultat == "fait"
    systeme = relever(poste, courriel(de="MAILER-DAEMON@x.fr"))[1]
    assert poste("repondre_courriel", courriel_id=systeme["courriel_id"], corps="x").resultat == "refuse"


def rapport(genre: str, bloc: str, joint: str = "") -> bytes:
    """Un avis en trois parties (DSN ou MDN)."""
    texte = (
        f"From: MAILER-DAEMON@x.fr\nTo: {PER}\nSubject: Avis\nMessage-ID: <avis@x>\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/report; report-type={genre}; boundary=b\n\n--b\nContent-Type: text/plain\n\nAvis.\n"
        f"--b\nContent-Type: message/{genre}\n\n{bloc}\n--b\nContent-Type: text/rfc822-headers\n\n{joint}\n--b--\n"
    )
    return texte.replace("\n", "\r\n").encode()


def distribution(message_id: str, action: str = "delivered", adresse: str = MEDECIN) -> bytes:
    bloc = f"Reporting-MTA: dns; x.fr\n\nFinal-Recipient: rfc822; {adresse}\nAction: {action}\nStatus: 2.0.0\n"
    return rapport("delivery-status", bloc, f"Message-ID: {message_id}\nSubject: x\n")


def lecture(message_id: str, disposition: str = "displayed", erreur: str = "") -> bytes:
    bloc = f"Final-Recipient: rfc822; {MEDECIN}\nOriginal-Message-ID: {message_id}\n"
    bloc += f"Disposition: manual-action/MDN-sent-manually; {disposition}\n{erreur}"
    return rapport("disposition-notification", bloc)


@pytest.fixture
def envoi(poste: Poste) -> Iterator[dict[str, Any]]:
    """Un courriel parti à un médecin, après un autre et avant un troisième."""
    poste.ecrire(objet="premier")
    envoye = poste.ecrire(objet="suivi", accuse_distribution=True, accuse_lecture=True).donnees["envoi"]
    poste.ecrire(objet="dernier")
    return envoye  # type: ignore[no-any-return]


def suivre(poste: Poste, *avis: bytes) -> list[tuple[bool, bool, str]]:
    for octets in avis:
        poste.operateur.deposer(PER, octets)
    return [(e["recu"], e["lu"], e["etat"]) for e in poste.fait("lister_envois")["envois"]]


RIEN = (False, False, "envoye")


@pytest.mark.parametrize(
    ("avis", "attendu"),
    [
        (lambda m: [distribution(m)], (True, False, "envoye")),
        (lambda m: [distribution(m, "delayed")], RIEN),
        (lambda m: [distribution(m, "failed")], (False, False, "echec")),
        (lambda m: [distribution("<inconnu@x>")], RIEN),
        (lambda m: [lecture(m)], (True, True, "envoye")),
        (lambda m: [lecture(m), distribution(m)], (True, True, "envoye")),
        (lambda m: [lecture(m, "deleted")], (True, False, "envoye")),
        (lambda m: [lecture(m, "processed/error", "Error: 904^autre INS\n")], (True, False, "envoye")),
        (lambda m: [lecture("<inconnu@x>")], RIEN),
        (
            lambda m: [courriel(de="ne-pas-repondre@patient.mssante.fr", objet="Message non distribué",
                                entetes=f"In-Reply-To: {m}\n")],
            (False, False, "echec"),
        ),
        (lambda m: [courriel(objet="Message non distribué", entetes=f"In-Reply-To: {m}\n")], RIEN),
    ],
)  # fmt: skip
def test_accuses(poste: Poste, envoi: dict[str, Any], avis: Any, attendu: tuple[bool, bool, str]) -> None:
    """Un avis change l'envoi qu'il désigne, et lui seul."""
    assert suivre(poste, *avis(envoi["message_id"])) == [RIEN, attendu, RIEN]


def test_avis_de_test_du_banc(poste: Poste, envoi: dict[str, Any]) -> None:
    """Les avis que fabrique le simulateur sont compris."""
    from simulators.mssante import avis

    original = poste.remis[1].octets
    assert suivre(poste, avis.fabriquer_dsn(original, adresse=MEDECIN))[1] == (True, False, "envoye")
    assert suivre(poste, avis.fabriquer_mdn(original, adresse=MEDECIN))[1] == (True, True, "envoye")
    ferme = avis.fabriquer_mes_non_distribue(original, adresse=MEDECIN, motif="ferme")
    assert suivre(poste, ferme)[1][2] == "echec"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x00\xff" * 50,
        b"From: \r\nSubject: =?x?q?=E9?=\r\nDate: jamais\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=nul\r\n\r\nx",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n\r\n--b--",
    ],
)
def test_courriel_abime(poste: Poste, octets: bytes) -> None:
    """Un courriel abîmé se montre comme il peut, sans gêner les autres."""
    assert len(relever(poste, octets, courriel())) == 2
    assert lire(octets).archive is None


def piege(noms: dict[str, bytes]) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as fichier:
        for nom, contenu in noms.items():
            fichier.writestr(nom, contenu)
    return tampon.getvalue()


@pytest.mark.parametrize(
    "octets",
    [
        b"PK\x03\x04",
        piege({"a.txt": b"x"}),
        piege({"../IHE_XDM/SUBSET01/METADATA.XML": b"<a/>"}),
        piege({"IHE_XDM/SUBSET01/METADATA.XML": b"<a/>", "bombe": b"0" * 8_000_000}),
        piege({"IHE_XDM/SUBSET01/METADATA.XML": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
        piege({"IHE_XDM/SUBSET01/METADATA.XML": b"<a"}),
    ],
)
def test_archive_piegee(octets: bytes) -> None:
    """Une archive piégée ou illisible n'est pas lue."""
    assert lire_archive(octets) is None
