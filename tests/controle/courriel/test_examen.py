"""L'examen d'un courriel : le message et tout ce qu'il porte, et ce qu'il n'a pas pu juger."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable

import pytest

from reports.verdict import Verdict
from steps.controle.examens.courriel import PROFONDEUR_MAX, examiner_courriel
from steps.controle.jugement import examiner
from steps.controle.modele import ContexteControle, Controle, Examen, TypeFichier
from steps.controle.resultat import ecrire
from tests.controle.aides_examens import HOSTILE_S, en_cause, en_texte, propre
from tests.verifications.cda.fabrique import cda, corps_n3
from tests.verifications.mssante.fabrique_avis import DSN, KO, MDN, ORIGINE, avis_mes
from tests.verifications.mssante.fabrique_courriels import (
    NIL,
    NOM_PDF,
    SANS_XDM,
    USAGER,
    Joint,
    Lettre,
    archive,
    assembler,
    courriel,
    document,
    joints,
    message,
    pdf,
    texte_brut,
)
from tests.verifications.pdf.fabrique_a1 import pdfa
from tests.verifications.xdm.fabrique import DOSSIER, Piece, arborescence, zipper
from tests.verifications.xdm.fabrique import archive as archive_xdm

SANS = ContexteControle()
AVEC = ContexteControle(nil=NIL)


def tous(examen: Examen) -> set[str]:
    """Codes en cause du courriel et de tout ce qu'il porte."""
    return en_cause(examen).union(*(tous(inclus) for _, inclus in examen.inclus))


@pytest.mark.parametrize("niveau", ["N1", "N3"])
def test_conforme(niveau: str) -> None:
    """Un envoi conforme l'est, chaque pièce étant examinée par l'examen de son type."""
    examen = examiner_courriel(courriel(niveau), AVEC)
    assert examen.verdict is Verdict.CONFORME, en_texte(examen)
    assert [inclus.type for _, inclus in examen.inclus] == [TypeFichier.XDM, TypeFichier.PDF]
    assert examen.inclus[0][1].inclus[0][0] == f"{DOSSIER}DOC0001.XML"
    assert json.loads(json.dumps(ecrire(Controle("c.eml", examen), tout=True).en_dict()))["type"] == "courriel"


def test_perimetre() -> None:
    """Ce que le fichier ne permet pas de juger est nommé, référence produit comprise."""
    sans, avec = examiner_courriel(courriel(), SANS), examiner_courriel(courriel(), AVEC)
    assert any("--nil" in phrase for phrase in sans.perimetre)
    assert not any("--nil" in phrase for phrase in avec.perimetre)
    for phrase in ("enveloppe SMTP", "boîte d'émission", "répond"):
        assert any(phrase in ligne for ligne in avec.perimetre), phrase


def test_reference_produit() -> None:
    """--nil compare X-MSS-NIL ; sans elle, seule sa présence est jugée."""
    octets = courriel(entetes={"X-MSS-NIL": "AUTRE"})
    assert "MSS-XMS-01" not in en_cause(examiner_courriel(octets, SANS))
    assert "MSS-XMS-01" in en_cause(examiner_courriel(octets, AVEC))


def test_document_fautif() -> None:
    """Le défaut d'un CDA reste rangé sous l'archive qui le porte."""
    abime = document(typeId='<typeId root="1.2.3" extension="x"/>')
    jointe = Joint("IHE_XDM.zip", "application/zip", archive_xdm(Piece(octets=abime)))
    examen = examiner_courriel(courriel(pieces=(jointe, joints()[1])), AVEC)
    assert examen.verdict is Verdict.NON_CONFORME
    assert not en_cause(examen)
    assert en_cause(examen.inclus[0][1].inclus[0][1])


def test_pdf_qui_n_est_pas_pdfa() -> None:
    """À côté d'un CDA, un PDF ordinaire est non conforme ; seul, il est à vérifier."""

    def ordinaire(joint: Joint) -> Verdict:
        pieces = (joints()[0], joint)
        return propre(examiner_courriel(courriel(pieces=pieces), AVEC).inclus[1][1])

    octets = pdfa(lambda ouvert: ouvert.Root.__delattr__("Metadata"))
    assert ordinaire(Joint(NOM_PDF, "application/pdf", octets)) is Verdict.NON_CONFORME
    seul = Lettre(dict(SANS_XDM), pieces=(Joint("note.pdf", "application/pdf", octets),)).en_octets()
    assert propre(examiner_courriel(seul, AVEC).inclus[0][1]) is Verdict.A_VERIFIER


def test_cda_hors_archive() -> None:
    """Un CDA joint tel quel est examiné aussi."""
    nu = Joint("DOC.XML", "text/xml", cda(corps=corps_n3(pdf())))
    examen = examiner_courriel(courriel(pieces=(nu, joints()[1])), AVEC)
    assert "MSS-PJT-01" in en_cause(examen)
    assert TypeFichier.CDA_N3 in {inclus.type for _, inclus in examen.inclus}


def test_autres_pieces() -> None:
    """Une pièce que le banc ne lit pas est nommée dans le périmètre, sans verdict."""
    ordinaire = io.BytesIO()
    with zipfile.ZipFile(ordinaire, "w") as zip_:
        zip_.writestr("note.txt", "x")
    pieces = (
        *joints(),
        Joint("logo.png", "image/png", b"\x89PNG"),
        Joint("a.zip", "application/zip", ordinaire.getvalue()),
    )
    examen = examiner_courriel(courriel(pieces=pieces), AVEC)
    assert examen.verdict is Verdict.CONFORME
    for nom in ("logo.png", "a.zip"):
        assert any(nom in phrase and phrase.startswith("non joué") for phrase in examen.perimetre)


@pytest.mark.parametrize("octets", [MDN, DSN, KO], ids=["MDN", "DSN", "KO"])
def test_avis(octets: bytes) -> None:
    """Un avis est jugé comme tel, et le message qu'il enferme comme celui d'un autre produit."""
    examen = examiner_courriel(octets, AVEC)
    assert not en_cause(examen), en_texte(examen)
    assert [nom for nom, _ in examen.inclus] == ["message-1"]
    assert examen.verdict is Verdict.CONFORME
    autre = examiner_courriel(octets.replace(f"X-MSS-NIL: {NIL}".encode(), b"X-MSS-NIL: AUTRE"), SANS)
    assert autre.verdict is Verdict.CONFORME


def test_avis_d_usager_et_message_d_usager() -> None:
    """Ce qui vient d'un usager n'est pas tenu à ce que doit un logiciel."""
    assert examiner_courriel(avis_mes(), AVEC).verdict is Verdict.CONFORME
    octets = Lettre({**SANS_XDM, "From": USAGER, "X-MSS-NIL": None}, pieces=()).en_octets()
    examen = examiner_courriel(octets, AVEC)
    assert examen.verdict is Verdict.CONFORME
    assert any("usager" in phrase for phrase in examen.perimetre)


def test_messages_inclus_en_profondeur() -> None:
    """Au-delà de quelques niveaux, un message inclus n'est plus jugé, et c'est dit."""
    octets = ORIGINE
    for rang in range(PROFONDEUR_MAX + 2):
        inclus = b"Content-Type: message/rfc822\r\n\r\n" + octets
        tete, _, _ = message().partition(b"Content-Type")
        tete += b"Content-Type: multipart/mixed; boundary=n%d\r\n\r\n" % rang
        octets = tete + assembler((texte_brut(), inclus), f"n{rang}")
    examen, trace = examiner(octets, AVEC)
    assert trace == ""
    profondeur = 0
    while messages := [inclus for nom, inclus in examen.inclus if nom.startswith("message")]:
        examen, profondeur = messages[0], profondeur + 1
    assert profondeur == PROFONDEUR_MAX
    assert any("niveaux" in phrase for phrase in examen.perimetre)


def _zip(**noms: bytes) -> bytes:
    return zipper({**arborescence(Piece(octets=document())), **noms})


def _lien() -> bytes:
    sortie = io.BytesIO(archive())
    with zipfile.ZipFile(sortie, "a") as zip_:
        entree = zipfile.ZipInfo("IHE_XDM/LIEN")
        entree.create_system, entree.external_attr = 3, 0o120777 << 16
        zip_.writestr(entree, "/etc/passwd")
    return sortie.getvalue()


def _bombe() -> bytes:
    return zipper({**arborescence(Piece(octets=document())), f"{DOSSIER}GROS.XML": b"\0" * 100_000_000})


ARCHIVES_HOSTILES: dict[str, Callable[[], bytes]] = {
    "bombe": _bombe, "lien symbolique": _lien, "grimpante": lambda: _zip(**{"../../x": b"x"}),
    "imbriquée": lambda: _zip(**{f"{DOSSIER}A.ZIP": archive()}), "tronquée": lambda: archive()[:-30],
    "vide": lambda: b"", "fin de répertoire seule": lambda: b"PK\x05\x06" + b"\0" * 18,
    "quatre mille fichiers": lambda: _zip(**{f"{DOSSIER}{rang}": b"x" for rang in range(4_000)}),
    "six mille fichiers": lambda: _zip(**{f"{DOSSIER}{rang}": b"x" for rang in range(6_000)}),
}  # fmt: skip


@pytest.mark.parametrize("nom", ARCHIVES_HOSTILES)
def test_archive_hostile(nom: str) -> None:
    """Une archive hostile est jugée vite, jamais conforme, et rien ne lève."""
    octets = courriel(pieces=(Joint("IHE_XDM.zip", "application/zip", ARCHIVES_HOSTILES[nom]()), joints()[1]))
    debut = time.perf_counter()
    examen, trace = examiner(octets, AVEC)
    assert time.perf_counter() - debut < HOSTILE_S
    assert trace == ""
    assert examen.verdict is not Verdict.CONFORME
    assert tous(examen)


def test_message_simple() -> None:
    """Un message sans document est conforme, et son examen n'a rien d'inclus."""
    examen = examiner_courriel(message(), AVEC)
    assert examen.verdict is Verdict.CONFORME
    assert examen.inclus == ()
