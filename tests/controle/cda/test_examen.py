"""L'examen d'un CDA de bout en bout, par la fonction que joue la commande : bons documents, mutants, hostiles."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from reports.verdict import Verdict
from steps.controle.examens.cda import examiner_cda
from steps.controle.jugement import Reglages, Tache, controler
from steps.controle.modele import ContexteControle, Controle, Gravite, TypeFichier, constat_en_dict, gravite
from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.documents import bon

CAS = [(mutant, niveau) for mutant in MUTANTS for niveau in mutant.niveaux]
_TYPES = {"N1": TypeFichier.CDA_N1, "N3": TypeFichier.CDA_N3}
_TETE = '<ClinicalDocument xmlns="urn:hl7-org:v3">'


def _controler(octets: bytes) -> Controle:
    return controler(Tache("document.xml", octets=octets), Reglages())[0]


@pytest.mark.parametrize("niveau", ["N1", "N3"])
def test_bon_document(niveau: str) -> None:
    """Conforme, du bon type ; le périmètre dit ce qui n'est pas joué sans kit."""
    controle = _controler(bon(niveau))
    assert controle.verdict is Verdict.CONFORME
    assert controle.examen.type is _TYPES[niveau]
    assert any("faute de kit" in phrase for phrase in controle.examen.perimetre)
    assert [c.code for c in controle.examen.constats if gravite(c) is not Gravite.RESPECTEE] == []


@pytest.mark.parametrize(("mutant", "niveau"), CAS, ids=[f"{m.nom} ({n})" for m, n in CAS])
def test_mutant_de_bout_en_bout(mutant: Mutant, niveau: str) -> None:
    """Le fichier abîmé est reconnu comme un CDA, son défaut est dit sous son code, et le verdict le suit."""
    abime = mutant.appliquer(bon(niveau))
    assert abime is not None
    examen = _controler(abime).examen
    recus = {c.code: gravite(c) for c in examen.constats if gravite(c) is not Gravite.RESPECTEE}
    assert recus.get(mutant.code) is mutant.gravite, recus
    assert (
        examen.verdict
        is {
            Gravite.ERREUR: Verdict.NON_CONFORME,
            Gravite.AVERTISSEMENT: Verdict.A_VERIFIER,
            Gravite.REMARQUE: Verdict.CONFORME,
        }[max(recus.values(), key=[Gravite.REMARQUE, Gravite.AVERTISSEMENT, Gravite.ERREUR].index)]
    )
    json.dumps([constat_en_dict(constat) for constat in examen.constats])


def test_type_id_en_tete() -> None:
    """Un typeId faux est dit avant tout le reste : les règles officielles de l'en-tête se tairaient."""
    examen = examiner_cda(bon().replace(b"POCD_HD000040", b"POCD_HD000020"), ContexteControle())
    assert examen.constats[0].code == "CDA-ENT-02"
    assert examen.constats[0].verdict is Verdict.NON_CONFORME


def test_enveloppe() -> None:
    """Enveloppé dans une feuille de style ou une signature, seul ClinicalDocument est jugé."""
    prologue, _, corps = bon().partition(b"\n")
    for ouvre, ferme in (
        (b'<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform">', b"</x:stylesheet>"),
        (b'<d:Signature xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:Object>', b"</d:Object></d:Signature>"),
    ):
        examen = examiner_cda(prologue + ouvre + corps + ferme, ContexteControle())
        assert examen.verdict is Verdict.CONFORME
        assert any("enveloppé" in phrase for phrase in examen.perimetre)


_RIRES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILES = {
    "milliard de rires": f'<!DOCTYPE a [<!ENTITY l0 "ha">{_RIRES}]>{_TETE}<id>&l9;</id></ClinicalDocument>'.encode(),
    "entité externe": f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>{_TETE}&x;</ClinicalDocument>'.encode(),
    "imbrication": f"{_TETE}{'<a>' * 100_000}{'</a>' * 100_000}</ClinicalDocument>".encode(),
    "dix millions de balises": f"{_TETE}{'<a/>' * 10_000_000}</ClinicalDocument>".encode(),
    "attributs sans nombre": (_TETE + "<a b='c'/>" * 400_000 + f"<a {'b= ' * 1_200_000}/></ClinicalDocument>").encode(),
    "UTF-7": f'<?xml version="1.0" encoding="UTF-7"?>{_TETE}</ClinicalDocument>'.encode(),
    "caractères nuls": _TETE.encode() + b"\0" * 100,
}  # fmt: skip


@pytest.mark.parametrize("nom", HOSTILES)
def test_hostile(nom: str) -> None:
    """Refus propre, sans exception, en mémoire bornée ; jamais conforme."""
    octets = HOSTILES[nom]
    tracemalloc.start()
    try:
        examen = examiner_cda(octets, ContexteControle())
        _, pointe = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert examen.verdict in (Verdict.NON_CONFORME, Verdict.NON_CONCLUANT)
    assert pointe < 50_000_000
    assert all("Traceback" not in constat.message for constat in examen.constats)


def test_au_dela_des_limites_n_est_pas_une_faute() -> None:
    """Un document démesuré n'est pas jugé : non concluant, sans être lu."""
    gros = _TETE.encode() + b"<component><nonXMLBody><text>" + b"A" * (65 * 1024 * 1024)
    debut = time.perf_counter()
    assert examiner_cda(gros, ContexteControle()).verdict is Verdict.NON_CONCLUANT
    assert examiner_cda(HOSTILES["dix millions de balises"], ContexteControle()).verdict is Verdict.NON_CONCLUANT
    assert time.perf_counter() - debut < 30


def test_defaut_repete_sans_fin() -> None:
    """Des milliers de fois la même faute : un nombre borné de constats, en temps borné."""
    fautes = "<addr nullFlavor='NI'/>" * 20_000
    document = f"{_TETE}<recordTarget><patientRole>{fautes}</patientRole></recordTarget></ClinicalDocument>".encode()
    examen = examiner_cda(document, ContexteControle())
    assert examen.verdict is Verdict.NON_CONFORME
    assert len(examen.constats) < 300


def test_trop_de_contenus() -> None:
    """Plus de contenus encapsulés que le banc n'en décode : non concluant."""
    media = "<entry><observationMedia classCode='OBS' moodCode='EVN'><value representation='B64'>QQ==</value>"
    corps = f"<component><structuredBody><component><section>{(media + '</observationMedia></entry>') * 600}"
    octets = bon(corps=f"{corps}</section></component></structuredBody></component>")
    assert examiner_cda(octets, ContexteControle()).verdict is Verdict.NON_CONCLUANT


@pytest.mark.parametrize("niveau", ["N1", "N3"])
def test_pdf_encapsule_a_fond(niveau: str) -> None:
    """Sur demande, le PDF porté est examiné comme un fichier ; sinon le périmètre dit que non."""
    sans = examiner_cda(bon(niveau), ContexteControle())
    assert sans.inclus == ()
    assert any("--pdf-encapsules" in phrase for phrase in sans.perimetre)
    avec = examiner_cda(bon(niveau), ContexteControle(pdf_encapsules=True))
    [(nom, pdf)] = avec.inclus
    assert pdf.type is TypeFichier.PDF
    assert "nonXMLBody" in nom if niveau == "N1" else "observationMedia" in nom
    assert not any("--pdf-encapsules" in phrase for phrase in avec.perimetre)
    assert {c.code for c in pdf.constats} > {"PDF-FIC-01"}
    assert any(c.code == "PDF-CDA-02" for c in pdf.constats) is (niveau == "N3")
