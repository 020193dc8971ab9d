"""L'examen d'un PDF : fichier, PDF/A-1, datamatrix, nom ; borné sur un PDF hostile."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.verdict import Verdict
from steps.controle.examens.pdf import examiner_pdf
from steps.controle.modele import ContexteControle, TypeFichier
from steps.verifications.pdf.nommage import nom_de_fichier
from tests.controle.aides_examens import HOSTILE_S, en_cause, en_texte
from tests.flux.aides import usager
from tests.verifications.pdf.aides import contenu_datamatrix, edition, lignes_completes
from tests.verifications.pdf.fabrique_a1 import pdfa
from tests.verifications.pdf.test_fichier import page

SANS = ContexteControle()
PERSONNE = usager()


def _edition(contenu: str) -> bytes:
    return edition(lignes_completes(PERSONNE), datamatrix=contenu)


def test_conforme() -> None:
    """Un PDF/A-1b est conforme, et le périmètre dit ce qui a été joué."""
    examen = examiner_pdf(pdfa(), SANS)
    assert examen.type is TypeFichier.PDF
    assert examen.verdict is Verdict.CONFORME, en_texte(examen)
    assert any("datamatrix" in phrase for phrase in examen.perimetre)


def test_datamatrix() -> None:
    """Un datamatrix juste est conforme ; un champ malformé est pris même sans identité à laquelle le comparer."""
    bon = contenu_datamatrix(PERSONNE)
    assert en_cause(examiner_pdf(_edition(bon), SANS)) == {"PDF-DEC-01"}
    faux = bon.replace(PERSONNE.matricule_ins, PERSONNE.matricule_ins[:13] + "00")
    assert en_cause(examiner_pdf(_edition(faux), SANS)) == {"PDF-DEC-01", "EDI-DMX-03"}


def test_datamatrix_d_un_autre() -> None:
    """Le datamatrix d'une autre personne est pris quand l'identité du document est connue."""
    autre = usager("homonyme_1")
    examen = examiner_pdf(_edition(contenu_datamatrix(PERSONNE)), SANS, identite=autre)
    assert {"EDI-DMX-03", "EDI-DMX-04", "EDI-DMX-06"} & en_cause(examen)
    assert en_cause(examiner_pdf(_edition(contenu_datamatrix(PERSONNE)), SANS, identite=PERSONNE)) == {"PDF-DEC-01"}


@pytest.mark.parametrize(
    "nom",
    [
        "20261120_CR d'examens biologiques_D'ÉTÉ-DURAND_anne.pdf", "20261120_CR_DUPONT_jean_D42.pdf",
        "20261120_CR_bio_DUPONT_jean.PDF",
    ],
)  # fmt: skip
def test_nom_permis(nom: str) -> None:
    """Date, type, NOM, prénom, numéro de dossier facultatif ; accents et espaces permis."""
    assert not nom_de_fichier(nom).attendu


@pytest.mark.parametrize(
    "nom",
    ["cr.pdf", "20261345_CR_DUPONT_jean.pdf", f"20261120_{'x' * 41}_DUPONT_jean.pdf", "20261120_CR_Dupont_jean.pdf",
     "20261120_CR_DUPONT_jean.txt"],
)  # fmt: skip
def test_nom_remarque(nom: str) -> None:
    """Un autre nom est une remarque, sans effet sur le verdict."""
    constat = nom_de_fichier(nom)
    assert constat.attendu and constat.verdict is Verdict.CONFORME


def test_nom_sans_effet() -> None:
    """Un PDF conforme le reste sous un autre nom."""
    assert examiner_pdf(pdfa(), ContexteControle(nom="cr.pdf")).verdict is Verdict.CONFORME


@pytest.mark.parametrize("boite", ["0 0 1e9 1e9", "0 0 1 999999999", "0 0 14400 14400", "-5 -5 -5 -5"])
def test_pages_geantes(boite: str) -> None:
    """Une page géante est jugée ou refusée en temps borné."""
    debut = time.monotonic()
    assert examiner_pdf(page(b"0 0 9 9 re f", boite), SANS).constats
    assert time.monotonic() - debut < HOSTILE_S


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300))
def test_octets_quelconques(bruit: bytes) -> None:
    """Aucun octet ne fait échouer l'examen."""
    assert examiner_pdf(b"%PDF-1.7\n" + bruit, SANS).verdict is not Verdict.CONFORME
