"""Ce qu'un message porte : données encapsulées selon leur encodage, demandes et documents pris un à un."""

from __future__ import annotations

import base64

import pytest

from reports.verdict import Verdict
from steps.verifications.hl7v2 import structure as structures
from steps.verifications.hl7v2.decoupage import MessageHl7, decouper
from steps.verifications.hl7v2.encapsule import donnees_de
from steps.verifications.hl7v2.enveloppe import enveloppe
from steps.verifications.hl7v2.messages_documents import juger_message
from tests.controle.hl7v2 import fabrique as f
from tests.verifications.cda.fabrique import OID_TEST, cda

CDA = cda()
VOISIN = cda(ids_patient=f'<id root="{OID_TEST}" extension="255129999900161"/>')
PAQUET = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="p"\r\n\r\n--p\r\nContent-Type: text/plain\r\n\r\n'
    b"Bonjour\r\n--p\r\nContent-Type: text/xml\r\n\r\n" + CDA + b"\r\n--p--\r\n"
)


def lire(texte: str) -> MessageHl7:
    (message,) = decouper(texte.encode()).messages
    return message


def en64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def en_cause(texte: str) -> dict[str, Verdict]:
    """Verdict de chaque règle non tenue."""
    return {c.code: c.verdict for c in juger_message(lire(texte)).constats if c.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize(
    ("forme", "donnee", "octets"),
    [
        ("^TEXT^XML^Base64", en64(b"<a/>"), b"<a/>"),
        ("^TEXT^XML^", en64(b"<a/>"), b"<a/>"),
        ("^TEXT^XML^", "<a>é</a>", "<a>é</a>".encode()),
        ("^TEXT^XML^Hex", b"<a/>".hex(), b"<a/>"),
        ("^TEXT^XML^A", "<a>YWJj</a>", b"<a>YWJj</a>"),
        ("^TEXT^XML^Gzip", en64(b"<a/>"), None),
        ("^TEXT^XML^Base64", "", None),
        ("^multipart^related^Base64", en64(PAQUET), CDA),
        ("^TEXT^x-hl7-cda-level-one^Base64", en64(PAQUET), CDA),
        ("^multipart^related^Base64", en64(b"MIME-Version: 1.0\r\n\r\nBonjour"), None),
    ],
)
def test_donnee_encapsulee(forme: str, donnee: str, octets: bytes | None) -> None:
    """Les encodages de la table 0299, l'encodage tu, un paquet MIME ; un encodage inventé ne se devine pas."""
    lue = donnees_de(lire(f.message(obx_forme=forme, donnee=donnee)))[0]
    assert lue.octets == octets
    assert bool(lue.defaut) is (octets is None)


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("D\\XC389\\TE", "DÉTE"), ("\\XE9\\", "é"), ("\\X0D0A\\a", "a"),
        ("a\\F\\b\\R\\c\\.br\\d", "a|b~c\nd"), ("\\C389\\", "\\C389\\"),
        ("a\\T\\b\\S\\c", "a&b^c"),
        ("\\XG0\\", "\\XG0\\"), ("\\X\\", "\\X\\"), ("\\XE\\", "\\XE\\"), ("\\H\\gras\\N\\", "\\H\\gras\\N\\"),
    ],
)  # fmt: skip
def test_echappements(ecrit: str, lu: str) -> None:
    """L'hexadécimal en UTF-8 ou en latin-1, les séparateurs ; une séquence inconnue ou fausse reste telle quelle."""
    nte = lire(f.message(ajout=f"NTE|1||{ecrit}")).premier("NTE")
    assert nte is not None and nte.valeur(3) == lu


def test_le_cda_d_un_autre_patient_se_voit_ou_qu_il_soit() -> None:
    """Après un PDF dans la même demande, ou dans la seconde demande du message."""
    assert en_cause(f.deux_demandes()) == {}
    premiere = f.message()
    pdf = f"OBX|1|ED|{f.TYPE}||^TEXT^PDF^Base64^{en64(b'%PDF-1.4')}||||||F\r"
    apres_un_pdf = f.message(document=VOISIN).replace("OBX|1|", f"{pdf}OBX|2|", 1)
    suite = f.message(document=VOISIN)
    seconde = premiere + suite[suite.index("ORC|") :].replace("OBR|1|", "OBR|2|", 1)
    for texte in (apres_un_pdf, seconde):
        assert en_cause(texte)["HL7-CDA-01"] is Verdict.NON_CONFORME


def test_cda_aux_traits_incomplets() -> None:
    """Sans sexe, il n'y a pas de traits à comparer ; un seul prénom, qualifié, est aussi la liste des prénoms."""
    assert not {code for code in en_cause(f.message(document=cda(sexe=""))) if code.startswith("HL7-TRT")}
    seul = cda(noms='<family qualifier="BR">D\'ÉTÉ-DURAND</family><given qualifier="BR">ANNE</given>')
    pid = f.ORU["pid"].replace("^ANNE^ANNE MARIE^", "^ANNE^ANNE^")
    assert en_cause(f.message(document=seul, pid=pid)) == {}


def test_structure_d_un_gros_document() -> None:
    """Un document d'un mégaoctet n'empêche pas de juger la structure ; un segment de trop s'y voit encore."""
    gros = en64(b"<a>" + b"x" * 1_000_000 + b"</a>")
    assert [c.verdict for c in structures.structure(lire(f.message(donnee=gros)))] == [Verdict.CONFORME]
    de_trop = structures.structure(lire(f.message(donnee=gros, ajout="AL1|1")))
    assert [c.verdict for c in de_trop] == [Verdict.NON_CONFORME]


def test_structure_que_la_bibliotheque_ne_sait_pas_juger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Un échec de la bibliothèque se regarde : ni conforme, ni non conforme, ni tu."""

    def echouer(_: MessageHl7) -> list[tuple[str, str]]:
        raise IndexError("list index out of range")

    monkeypatch.setattr(structures, "_defauts", echouer)
    assert [c.verdict for c in structures.structure(lire(f.message()))] == [Verdict.A_VERIFIER]


def test_sans_cadre_mllp() -> None:
    """Un fichier sans cadre MLLP n'est pas dit « cadre fermé »."""
    sans, avec = decouper(f.message().encode()), decouper(f.par_mllp(f.message()))
    assert "HL7-ENV-02" not in {c.code for c in enveloppe(sans)}
    assert [c.verdict for c in enveloppe(avec) if c.code == "HL7-ENV-02"] == [Verdict.CONFORME]
