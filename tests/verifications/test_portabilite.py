"""Règles sur la portabilité : exports et documentations respectés, enfreints, et lectures légitimes."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from reportlab.pdfgen import canvas

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications import portabilite as p
from steps.verifications.portabilite.lecture import porteurs
from tests.verifications.cda.fabrique import cda

PREMIER = p.CompteRenduAttendu("« premier »", "137.4821", "D'ÉTÉ-DURAND")
DERNIER = p.CompteRenduAttendu("« dernier »", "141.9033", "D'ÉTÉ-DURAND")
DEHORS = p.CompteRenduAttendu("« dehors »", "129.5512", "D'ÉTÉ-DURAND")
NOTICE = (
    "Les comptes rendus et l'identité de chaque patient sont exportés en CDA et dans un index CSV : "
    "le dossier comptes-rendus et le fichier index.csv."
)


def _cda(attendu: p.CompteRenduAttendu) -> bytes:
    return cda().replace(b"140", attendu.marque.encode())


def _zip(*attendus: p.CompteRenduAttendu, **fichiers: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        for rang, attendu in enumerate(attendus):
            archive.writestr(f"comptes-rendus/D{rang}.xml", _cda(attendu))
        archive.writestr("index.csv", "fichier;date\r\nD0;2024\r\n")
        for nom, contenu in fichiers.items():
            archive.writestr(nom, contenu)
    return tampon.getvalue()


def _pdf(texte: str) -> bytes:
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon)
    page.drawString(72, 700, texte)
    page.save()
    return tampon.getvalue()


def _verdicts(constats: list[Constat]) -> dict[str, Verdict]:
    return {constat.code: constat.verdict for constat in constats if constat.verdict is not Verdict.CONFORME}


@pytest.mark.parametrize(
    "octets",
    [
        _cda(PREMIER),
        _pdf("D'ETE-DURAND  Sodium 137,4821 mmol/L"),
        json.dumps({"patient": "D'ÉTÉ-DURAND", "valeur": 137.4821}).encode(),
        "<export><patient>D'ÉTÉ-DURAND</patient><resultat valeur='137.4821'/></export>".encode(),
        "patient;valeur\nD'ÉTÉ-DURAND;137,4821\n".encode("latin-1"),
        b"MSH|^~\\&|SIL|LABO\rPID|||1||D'ETE-DURAND\rOBX|1|NM|2951-2||137.4821",
    ],
    ids=["CDA", "PDF", "JSON", "XML", "CSV", "HL7"],
)
def test_formats_standard(octets: bytes) -> None:
    """Un fichier unique ou une archive, en PDF, CDA, XML, JSON, CSV ou HL7 v2 : le compte rendu s'y retrouve."""
    for export, nom in ((octets, "export"), (_zip(autre=octets), "export.zip")):
        assert p.export_lisible(export, nom).verdict is Verdict.CONFORME
        assert _verdicts(p.periode_respectee(export, [PREMIER], [DEHORS], export)) == {}


@pytest.mark.parametrize(
    "octets",
    [b"", b"PK\x03\x04", b"\x00\x01\x02proprietaire", b"a;b\x00\nc;d\x00\n", b"  \n", b"\xff\xfea", _zip()[:-30]],
)
def test_export_illisible(octets: bytes) -> None:
    """Vide, tronqué ou d'un format que seul le logiciel connaît : ce n'est pas un export portable."""
    assert p.export_lisible(octets, "export").verdict is Verdict.NON_CONFORME


@pytest.mark.parametrize(
    ("octets", "autre"),
    [
        (b"{\\rtf1 texte}", "RTF"), (b"%PDF-1.7 tronque", "PDF illisible"), (b"\x89PNG\r\n\x1a\n", "image PNG"),
        (b"<html><body>Compte rendu<br></body></html>", "HTML"), (b"\0" * 128 + b"DICM", "DICOM"),
        ("Sodium : 140 mmol/L\nété".encode("utf-16"), "texte"), (b"Compte rendu du 3 mars\nSodium", "texte"),
    ],
)  # fmt: skip
def test_format_que_le_banc_ne_lit_pas(octets: bytes, autre: str) -> None:
    """Un format répandu, ou du texte, n'est pas refusé : une personne dit s'il est standard."""
    constat = p.export_lisible(octets, "export")
    assert (constat.verdict, constat.recu) == (Verdict.A_VERIFIER, f"1 fichier(s) : {autre}")


@pytest.mark.parametrize(
    "octets",
    [
        b'patient;commentaire\r\n"D\'ETE-DURAND";"137,4821 ; un peu bas"\r\n',
        b'patient,commentaire\n"D\'ETE-DURAND","137.4821\nsur deux lignes, et avec ""guillemets"""\n',
        "patient\tvaleur\nD'ÉTÉ-DURAND\t137.4821\n".encode("utf-16"),
        json.dumps({"patient": "D'ÉTÉ-DURAND", "valeur": 137.4821}).encode("utf-8-sig"),
    ],
)
def test_ecritures_legitimes(octets: bytes) -> None:
    """Des champs entre guillemets, de l'UTF-16, une marque d'ordre : le compte rendu s'y retrouve."""
    assert p.export_lisible(octets, "export").verdict is Verdict.CONFORME
    assert _verdicts(p.periode_respectee(octets, [PREMIER], [DEHORS], octets)) == {}


@pytest.mark.parametrize(
    "octets",
    [
        b"[" * 200_000,
        b'<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a b="&b;">&b;</a>',
        b'<!DOCTYPE a [<!ENTITY s SYSTEM "file:///etc/passwd">]><a>&s;</a>',
        b"%PDF-1.7 tronque",
        b"MSH|",
        b"a;b\n" * 100_000,
    ],
)
def test_export_hostile(octets: bytes) -> None:
    """Un contenu hostile ou difforme se lit sans erreur, et sans rien ouvrir d'autre que lui."""
    for export in (octets, _zip(hostile=octets)):
        assert all("root:" not in fichier.texte for fichier in p.lire_export(export))


def test_periode_respectee() -> None:
    """Un compte rendu manquant, un de trop ; une absence ne se croit que devant une présence."""
    bon, entier = _zip(PREMIER, DERNIER), _zip(PREMIER, DERNIER, DEHORS)
    attendus = [PREMIER, DERNIER]
    assert _verdicts(p.periode_respectee(bon, attendus, [DEHORS], entier)) == {}
    assert _verdicts(p.periode_respectee(_zip(PREMIER), attendus, [DEHORS], entier)) == {
        "PORT-EXP-02": Verdict.NON_CONFORME
    }
    assert _verdicts(p.periode_respectee(entier, attendus, [DEHORS], entier)) == {"PORT-EXP-03": Verdict.NON_CONFORME}
    assert _verdicts(p.periode_respectee(_zip(), attendus, [DEHORS], bon)) == {
        "PORT-EXP-02": Verdict.NON_CONFORME,
        "PORT-EXP-03": Verdict.NON_CONCLUANT,
    }
    assert _verdicts(p.periode_respectee(b"PK", attendus, [DEHORS], entier)) == {"PORT-EXP-02": Verdict.NON_CONCLUANT}


def test_autre_date_que_celle_de_l_acte() -> None:
    """Rien sur la période, tout sur vingt ans : le logiciel retient peut-être une autre date, une personne regarde."""
    entier = _zip(PREMIER, DERNIER, DEHORS)
    vus = _verdicts(p.periode_respectee(_zip(), [PREMIER, DERNIER], [DEHORS], entier))
    assert vus == {"PORT-EXP-02": Verdict.A_VERIFIER}


def test_patient_du_compte_rendu() -> None:
    """Un compte rendu dont le fichier ne nomme pas le patient n'est pas attribuable."""
    anonyme = _zip(PREMIER)
    autre = p.CompteRenduAttendu(PREMIER.quoi, PREMIER.marque, "AUTRENOM")
    vus = _verdicts(p.periode_respectee(anonyme, [autre], [DEHORS], anonyme))
    assert vus["PORT-EXP-02"] is Verdict.NON_CONFORME


def test_marque_entiere() -> None:
    """Une valeur qui en contient une autre ne la vaut pas."""
    assert porteurs(p.lire_export(b'{"a": "1137.4821", "b": "137.48215"}'), PREMIER) == []


def test_profondeur() -> None:
    """Le plus ancien est là ; sans aucun récent, l'export ne prouve rien."""
    assert p.profondeur_atteinte(_zip(PREMIER, DERNIER), [PREMIER], [DERNIER]).verdict is Verdict.CONFORME
    assert p.profondeur_atteinte(_zip(DERNIER), [PREMIER], [DERNIER]).verdict is Verdict.NON_CONFORME
    assert p.profondeur_atteinte(_zip(PREMIER), [PREMIER], [DERNIER]).verdict is Verdict.NON_CONCLUANT
    assert p.profondeur_atteinte(b"", [PREMIER], [DERNIER]).verdict is Verdict.NON_CONCLUANT


@pytest.mark.parametrize(
    ("notice", "codes"),
    [
        (NOTICE, {}),
        ("", dict.fromkeys(("PORT-DOC-01", "PORT-DOC-02", "PORT-DOC-03"), Verdict.NON_CONFORME)),
        (NOTICE.replace("CDA", "PDF"), {"PORT-DOC-02": Verdict.NON_CONFORME}),
        (NOTICE.replace("patient", "dossier"), {"PORT-DOC-01": Verdict.NON_CONFORME}),
        ("Comptes rendus de chaque patient, en CDA et CSV.", {"PORT-DOC-03": Verdict.NON_CONFORME}),
        ("Le patient a son CDA dans comptes-rendus, décrit par index.csv.", {"PORT-DOC-01": Verdict.NON_CONFORME}),
        (
            "Comptes rendus de chaque patient, en CDA et CSV, chacun dans un dossier.",
            {"PORT-DOC-03": Verdict.A_VERIFIER},
        ),
    ],
)
def test_documentation(notice: str, codes: dict[str, Verdict]) -> None:
    """Données, format, emplacement : chacun se dit, et c'est celui de l'export."""
    assert _verdicts(p.documentation_exacte(notice, _zip(PREMIER), "export.zip")) == codes


def test_un_numero_n_est_pas_un_emplacement() -> None:
    """Un export rangé par numéros n'est pas décrit par une notice où ce numéro se lit par hasard."""
    export = io.BytesIO()
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("2024/12.xml", _cda(PREMIER))
    notice = "Comptes rendus de chaque patient, en CDA, depuis 2024."
    vus = _verdicts(p.documentation_exacte(notice, export.getvalue(), "export.zip"))
    assert vus == {"PORT-DOC-03": Verdict.NON_CONFORME}


def test_documentation_sans_export() -> None:
    """Sans export à quoi la comparer, la documentation reste à lire."""
    assert _verdicts(p.documentation_exacte(NOTICE, b"", "export")) == {"PORT-DOC-02": Verdict.A_VERIFIER}


def test_identite_structuree() -> None:
    """Un CDA, un index ou un FHIR donnent l'identité ; un PDF seul ne la donne pas, un format inconnu se regarde."""
    patient = p.PatientExporte("D'ÉTÉ-DURAND", "Anne", "1990-12-31", "290129999912345")

    def verdict(**fichiers: bytes) -> Verdict:
        tampon = io.BytesIO()
        with zipfile.ZipFile(tampon, "w") as archive:
            for nom, contenu in {"a.pdf": _pdf("D'ETE-DURAND Anne 31/12/1990"), **fichiers}.items():
                archive.writestr(nom, contenu)
        return p.identite_structuree(tampon.getvalue(), [patient]).verdict

    index = "ins;nom;prenoms;naissance\n2901299999123 45;D’ETE-DURAND;ANNE MARIE;31/12/1990\n"
    fhir = {"family": "D'ÉTÉ-DURAND", "given": ["Anne"], "birthDate": "1990-12-31", "identifier": "290129999912345"}
    assert verdict(index=index.encode()) is Verdict.CONFORME
    assert verdict(fhir=json.dumps(fhir).encode()) is Verdict.CONFORME
    for manque in ("given", "birthDate", "identifier", "family"):
        partiel = {cle: valeur for cle, valeur in fhir.items() if cle != manque}
        assert verdict(fhir=json.dumps(partiel).encode()) is Verdict.NON_CONFORME
    assert verdict() is Verdict.NON_CONFORME
    assert verdict(tableur=b"PK\x00\x01\x02") is Verdict.A_VERIFIER
    assert p.identite_structuree(b"", [patient]).verdict is Verdict.NON_CONCLUANT
    assert p.identite_structuree(index.encode(), []).verdict is Verdict.NON_CONCLUANT
