"""Un KOS conforme passe ; chaque faute est prise par sa règle et par elle seule ; l'hostile ne coûte rien."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydicom import Dataset
from pydicom.uid import UID

from reports.verdict import Verdict
from simulators.dmp.ebrim import Code
from steps.controle.modele import ContexteControle, TypeFichier
from steps.controle.reconnaissance import reconnaitre
from steps.controle.registre import examinateur
from steps.verifications.kos import (
    AuDelaDesLimites,
    ExamenAttendu,
    KosIllisible,
    accorde_a_l_examen,
    accorde_a_la_fiche,
    lire_kos,
    lisible,
    verifier_kos,
)
from steps.verifications.kos.lecture import TAILLE_MAX
from tests.verifications.kos import fabrique as f

EXAMEN = ExamenAttendu(f.ETUDE, (f.ACCESSION,), f.MATRICULE, f.IMAGES, ("CT",))


def _preuve(jeu: Dataset) -> Dataset:
    serie: Dataset = jeu.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    return serie


def _doubler(jeu: Dataset) -> None:
    _preuve(jeu).ReferencedSOPSequence.append(_preuve(jeu).ReferencedSOPSequence[0])


def _seconde_etude(jeu: Dataset) -> None:
    jeu.ReferencedRequestSequence[0].StudyInstanceUID = f"{f.RACINE}.77"


def _uid_long(jeu: Dataset) -> None:
    jeu.SeriesInstanceUID = "1." + "2" * 64


def _uid_zero(jeu: Dataset) -> None:
    jeu.SeriesInstanceUID = f"{f.RACINE}.01"


def _sans_ins(jeu: Dataset) -> None:
    del jeu.IssuerOfPatientIDQualifiersSequence, jeu.IssuerOfPatientID
    jeu.PatientID = "IPP1"


MUTANTS: dict[str, tuple[Callable[[Dataset], object], str, Verdict]] = {
    "autre classe": (lambda j: setattr(j, "SOPClassUID", "1.2.840.10008.5.1.4.1.1.88.11"), "KOS-OBJ-01",
                     Verdict.NON_CONFORME),
    "modalité CT": (lambda j: setattr(j, "Modality", "CT"), "KOS-OBJ-02", Verdict.NON_CONFORME),
    "racine TEXT": (lambda j: setattr(j, "ValueType", "TEXT"), "KOS-OBJ-03", Verdict.NON_CONFORME),
    "titre For Referring": (lambda j: setattr(j.ConceptNameCodeSequence[0], "CodeValue", "113002"), "KOS-OBJ-04",
                            Verdict.NON_CONFORME),
    "note de rejet": (lambda j: setattr(j.ConceptNameCodeSequence[0], "CodeValue", "113037"), "KOS-OBJ-04",
                      Verdict.NON_CONFORME),
    "sans titre": (lambda j: delattr(j, "ConceptNameCodeSequence"), "KOS-OBJ-04", Verdict.NON_CONFORME),
    "UID de 66 caractères": (_uid_long, "KOS-OBJ-05", Verdict.NON_CONFORME),
    "UID à zéro de tête": (_uid_zero, "KOS-OBJ-05", Verdict.NON_CONFORME),
    "sans fuseau": (lambda j: delattr(j, "TimezoneOffsetFromUTC"), "KOS-OBJ-07", Verdict.A_VERIFIER),
    "instance citée deux fois": (_doubler, "KOS-PRE-01", Verdict.NON_CONFORME),
    "série sans accès": (lambda j: delattr(_preuve(j), "RetrieveLocationUID"), "KOS-PRE-02", Verdict.A_VERIFIER),
    "contenu incomplet": (lambda j: j.ContentSequence.pop(), "KOS-PRE-04", Verdict.A_VERIFIER),
    "preuve retirée": (lambda j: _preuve(j).ReferencedSOPSequence.pop(), "KOS-PRE-03", Verdict.NON_CONFORME),
    "autre relation": (lambda j: setattr(j.ContentSequence[1], "RelationshipType", "HAS OBS CONTEXT"), "KOS-PRE-03",
                       Verdict.NON_CONFORME),
    "demande d'une autre étude": (_seconde_etude, "KOS-ETU-01", Verdict.NON_CONFORME),
    "sans accession": (lambda j: delattr(j.ReferencedRequestSequence[0], "AccessionNumber"), "KOS-DEM-01",
                       Verdict.A_VERIFIER),
    "commande sans domaine": (lambda j: delattr(j.ReferencedRequestSequence[0], "OrderPlacerIdentifierSequence"),
                              "KOS-DEM-02", Verdict.A_VERIFIER),
    "sans INS": (_sans_ins, "KOS-PAT-01", Verdict.A_VERIFIER),
    "sans heure du contenu": (lambda j: delattr(j, "ContentTime"), "KOS-OBJ-08", Verdict.NON_CONFORME),
    "date du contenu vide": (lambda j: setattr(j, "ContentDate", ""), "KOS-OBJ-08", Verdict.NON_CONFORME),
    "mois 13": (lambda j: setattr(j, "StudyDate", "20251399"), "KOS-OBJ-09", Verdict.NON_CONFORME),
    "date à neuf chiffres": (lambda j: setattr(j, "StudyDate", "202611200"), "KOS-OBJ-09", Verdict.NON_CONFORME),
    "heure 25": (lambda j: setattr(j, "ContentTime", "256199"), "KOS-OBJ-09", Verdict.NON_CONFORME),
    "sexe X": (lambda j: setattr(j, "PatientSex", "X"), "KOS-OBJ-09", Verdict.NON_CONFORME),
    "adresse fausse": (lambda j: setattr(_preuve(j), "RetrieveURL", "sous-sol"), "KOS-PRE-05", Verdict.NON_CONFORME),
    "lieu nommé": (lambda j: setattr(_preuve(j), "RetrieveLocationUID", "PACS1"), "KOS-PRE-05", Verdict.NON_CONFORME),
}  # fmt: skip


def test_conforme() -> None:
    """Le KOS de référence, sa fiche et son examen ne lèvent rien."""
    kos = lire_kos(f.kos())
    constats = [
        lisible(f.kos()), *verifier_kos(kos), *accorde_a_la_fiche(kos, f.fiche(), modalites=("CT",)),
        *accorde_a_l_examen(kos, EXAMEN),
    ]  # fmt: skip
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME] == []
    assert len({c.code for c in constats}) == len(constats) == 30


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Une faute, une règle."""
    changer, code, verdict = MUTANTS[nom]
    constats = verifier_kos(lire_kos(f.kos(changer)))
    assert [(c.code, c.verdict) for c in constats if c.verdict is not Verdict.CONFORME] == [(code, verdict)]


def test_entete_d_un_autre() -> None:
    """L'en-tête de fichier et le document disent la même instance."""
    octets = f.kos().replace(f.KOS_UID.encode(), f.KOS_UID[:-1].encode() + b"8", 1)
    assert [c.code for c in verifier_kos(lire_kos(octets)) if c.verdict is Verdict.NON_CONFORME] == ["KOS-OBJ-01"]


def test_jeu_de_caracteres_menti() -> None:
    """Des accents UTF-8 annoncés en ASCII ne se lisent pas."""
    octets = f.kos().replace(b"ISO_IR 192", b"ISO_IR 6  ")
    assert [c.code for c in verifier_kos(lire_kos(octets)) if c.verdict is Verdict.NON_CONFORME] == ["KOS-OBJ-06"]


def test_description_abimee() -> None:
    """Une description en latin-1 sous un jeu annoncé UTF-8 ne se lit pas, même si tout le reste est juste."""
    octets = f.kos(lambda j: setattr(j.ContentSequence[0], "TextValue", "Scanner de la tête, deux séries "))
    abime = octets.replace("tête".encode(), "tête".encode("latin-1") + b" ", 1)
    assert [c.code for c in verifier_kos(lire_kos(abime)) if c.verdict is Verdict.NON_CONFORME] == ["KOS-OBJ-06"]


def test_hors_echange() -> None:
    """Un KOS contrôlé comme fichier ne cite aucun échange ; retiré d'un échange, il le cite."""
    kos = lire_kos(f.kos())
    assert {c.echanges for c in verifier_kos(kos)} == {()}
    assert {c.echanges for c in verifier_kos(kos, echange=7)} == {(7,)}


def test_sans_identifiant() -> None:
    """Un KOS sans aucun identifiant unique n'en a pas de justes."""
    vide = replace(lire_kos(f.kos()), uids=())
    assert "KOS-OBJ-05" in {c.code for c in verifier_kos(vide) if c.verdict is Verdict.NON_CONFORME}


def _ins_ailleurs(jeu: Dataset) -> None:
    autre = Dataset()
    autre.PatientID, autre.IssuerOfPatientID = jeu.PatientID, jeu.IssuerOfPatientID
    autre.IssuerOfPatientIDQualifiersSequence = jeu.IssuerOfPatientIDQualifiersSequence
    _sans_ins(jeu)
    jeu.OtherPatientIDsSequence, jeu.IssuerOfPatientID = [autre], "HOPITAL"


def _par_adresse(jeu: Dataset) -> None:
    for serie in jeu.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence:
        serie.RetrieveURL = "https://source.example/drim"
        del serie.RetrieveLocationUID


VARIANTES: dict[str, Callable[[Dataset], object]] = {
    "INS parmi les autres identifiants": _ins_ailleurs,
    "RetrieveURL au lieu de l'OID": _par_adresse,
    "sans description": lambda j: j.ContentSequence.pop(0),
    "latin-1": lambda j: setattr(j, "SpecificCharacterSet", "ISO_IR 100"),
    "daté d'un autre jour": lambda j: setattr(j, "StudyDate", "20260228"),
    "fuseau négatif": lambda j: setattr(j, "TimezoneOffsetFromUTC", "-0400"),
}  # fmt: skip


@pytest.mark.parametrize("nom", VARIANTES)
def test_variante_legitime(nom: str) -> None:
    """Ce que la norme permet ne lève rien."""
    kos = lire_kos(f.kos(VARIANTES[nom]))
    constats = [*verifier_kos(kos), *accorde_a_l_examen(kos, EXAMEN), *accorde_a_la_fiche(kos, f.fiche())]
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME] == []


@pytest.mark.parametrize("syntaxe", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_syntaxes_lues(syntaxe: str) -> None:
    """Implicite ou explicite, le KOS est le même."""
    assert lire_kos(f.ecrire(f.jeu_kos(), syntaxe=syntaxe)).accessions == (f.ACCESSION,)


FICHES: dict[str, tuple[dict[str, object], str]] = {
    "type MIME": ({"mime_type": "text/xml"}, "KOS-XDS-01"),
    "format": ({"format_code": Code("urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3", "")}, "KOS-XDS-01"),
    "sans format": ({"format_code": None}, "KOS-XDS-01"),
    "type": ({"type_code": Code("18748-4", "2.16.840.1.113883.6.1", "")}, "KOS-XDS-02"),
    "classe": ({"class_code": Code("11", "1.2.250.1.213.1.1.4.1", "")}, "KOS-XDS-02"),
    "identifiant": ({"unique_id": "2.25.1"}, "KOS-XDS-03"),
    "sans références": ({"reference_ids": ()}, "KOS-XDS-04"),
    "autre étude": (
        {"reference_ids": (f"1.2.3^^^^{'urn:ihe:iti:xds:2016:studyInstanceUID'}", f.fiche().reference_ids[1])},
        "KOS-XDS-04",
    ),
    "autre modalité": ({"event_codes": (Code("MR", "1.2.250.1.213.1.1.5.618", ""),)}, "KOS-XDS-05"),
    "autre patient": ({"patient_id": f"100019999900149^^^&{f.OID}&ISO^NH"}, "KOS-XDS-06"),
}


@pytest.mark.parametrize("nom", FICHES)
def test_fiche_fausse(nom: str) -> None:
    """Une métadonnée fausse, une règle."""
    changes, code = FICHES[nom]
    constats = accorde_a_la_fiche(lire_kos(f.kos()), f.fiche(**changes), modalites=("CT",))
    assert [c.code for c in constats if c.verdict is Verdict.NON_CONFORME] == [code]


def test_fiche_d_une_autre_nomenclature() -> None:
    """Un acte codé ailleurs, à côté des modalités, se regarde ; sans elles, c'est une faute."""
    acte, modalite = Code("ZBQH001", "1.2.250.1.213.2.5", ""), Code("CT", "1.2.250.1.213.1.1.5.618", "")
    for codes, verdict in (((modalite, acte), Verdict.A_VERIFIER), ((acte,), Verdict.NON_CONFORME)):
        constats = accorde_a_la_fiche(lire_kos(f.kos()), f.fiche(event_codes=codes), modalites=("CT",))
        assert [(c.code, c.verdict) for c in constats if c.verdict is not Verdict.CONFORME] == [("KOS-XDS-05", verdict)]


EXAMENS = {
    "KOS-EXA-01": ExamenAttendu("1.2.3", (f.ACCESSION,), f.MATRICULE, f.IMAGES),
    "KOS-EXA-02": ExamenAttendu(f.ETUDE, ("AUTRE",), f.MATRICULE, f.IMAGES),
    "KOS-EXA-03": ExamenAttendu(f.ETUDE, (f.ACCESSION,), "100019999900149", f.IMAGES),
    "KOS-EXA-04": ExamenAttendu(f.ETUDE, (f.ACCESSION,), f.MATRICULE, f.IMAGES[1:]),
}


@pytest.mark.parametrize("code", EXAMENS)
def test_autre_examen(code: str) -> None:
    """Un KOS d'un autre examen est pris, point par point."""
    constats = accorde_a_l_examen(lire_kos(f.kos()), EXAMENS[code])
    assert [c.code for c in constats if c.verdict is Verdict.NON_CONFORME] == [code]


def test_sans_ins_rien_a_comparer() -> None:
    """Un KOS sans INS est à vérifier devant l'examen : seule une source secondaire veut l'INS dans le KOS."""
    kos = lire_kos(f.kos(MUTANTS["sans INS"][0]))
    assert {c.code for c in accorde_a_l_examen(kos, EXAMEN) if c.verdict is Verdict.A_VERIFIER} == {"KOS-EXA-03"}


def test_hostiles() -> None:
    """Tronqué, gonflé, profond, compressé, abîmé : un refus clair, ou une lecture, jamais une panne."""
    sain = f.kos()
    for coupe in range(0, len(sain), 97):
        lisible(sain[:coupe])
    hasard = random.Random(42)
    for _ in range(300):
        abime = bytearray(sain)
        for _ in range(hasard.randint(1, 6)):
            abime[hasard.randrange(132, len(abime))] = hasard.randrange(256)
        try:
            verifier_kos(lire_kos(bytes(abime)))
        except KosIllisible:
            continue
    with pytest.raises(AuDelaDesLimites):
        lire_kos(b"\0" * 128 + b"DICM" + b"\0" * TAILLE_MAX)
    with pytest.raises(KosIllisible, match="syntaxe"):
        lire_kos(sain.replace(b"1.2.840.10008.1.2.1\x00", b"1.2.840.10008.1.2.1.99"[:20]))
    with pytest.raises(KosIllisible):
        lire_kos(b"%PDF-1.4")


@pytest.mark.parametrize("niveaux", [40, 2000])
def test_profond(niveaux: int) -> None:
    """Un contenu profond s'arrête à la limite du banc, sans épuiser la pile."""
    debut = f.kos()
    tete = debut[: debut.index(b"\x40\x00\x30\xa7SQ")]
    ouverture = b"\x40\x00\x30\xa7SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    with pytest.raises(AuDelaDesLimites):
        lire_kos(tete + ouverture * niveaux + (b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0" * niveaux))


def test_relecture() -> None:
    """Deux lectures des mêmes octets rendent la même valeur : le jugement se rejoue."""
    assert lire_kos(f.kos()) == lire_kos(f.kos())


def test_examen_d_un_fichier() -> None:
    """`controler` reconnaît le DICOM à son contenu, juge le KOS, et ne juge rien d'autre."""
    assert reconnaitre(f.kos()).type is TypeFichier.KOS
    assert examinateur(TypeFichier.KOS)(f.kos(), ContexteControle()).verdict is Verdict.CONFORME
    autre = f.kos(lambda j: setattr(j, "SOPClassUID", f.CT))
    assert examinateur(TypeFichier.KOS)(autre, ContexteControle()).verdict is Verdict.NON_CONCLUANT
    rejet = examinateur(TypeFichier.KOS)(f.kos(MUTANTS["note de rejet"][0]), ContexteControle())
    assert rejet.verdict is Verdict.NON_CONCLUANT and "IOCM" in rejet.constats[0].message
    assert examinateur(TypeFichier.KOS)(f.kos()[:900], ContexteControle()).verdict is not Verdict.CONFORME
    assert (
        examinateur(TypeFichier.KOS)(f.kos() + b"\0" * TAILLE_MAX, ContexteControle()).verdict is Verdict.NON_CONCLUANT
    )


def test_image_compressee() -> None:
    """Une image dont le banc ne lit pas la syntaxe n'est pas un KOS fautif ; un KOS ainsi écrit l'est."""
    image = f.jeu_kos()
    image.SOPClassUID = f.CT
    image.file_meta.MediaStorageSOPClassUID = UID(f.CT)
    for syntaxe in ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"):
        examen = examinateur(TypeFichier.KOS)(f.ecrire(image, syntaxe=syntaxe), ContexteControle())
        assert examen.verdict is Verdict.NON_CONCLUANT and f.CT in examen.constats[0].message
        kos = f.ecrire(f.jeu_kos(), syntaxe=syntaxe)
        assert examinateur(TypeFichier.KOS)(kos, ContexteControle()).verdict is Verdict.NON_CONFORME
