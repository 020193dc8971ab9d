"""PDF/A-1a : balisage, langues et ToUnicode ; un PDF/A-1b n'en doit rien."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from reports.verdict import Verdict
from steps.verifications.pdf import verifier_pdf
from tests.verifications.pdf.fabrique_a1 import pdfa, xmp
from tests.verifications.pdf.test_a1 import _composite
from tests.verifications.pdf.test_fichier import en_cause


def _balise(genre: str = "P", langue: str = "fr-FR", **roles: str) -> Callable[[Pdf], None]:
    """Balise le document : un élément de ce genre et de cette langue, et ces rôles."""

    def poser(pdf: Pdf) -> None:
        element = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{genre}"), Lang=langue))
        carte = Dictionary({f"/{de}": Name(f"/{vers}") for de, vers in roles.items()})
        racine = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array([element]), RoleMap=carte))
        element.P = racine
        pdf.Root.StructTreeRoot = racine
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.Lang = langue

    return poser


def _sans_unicode(pdf: Pdf) -> None:
    _composite(pdf)
    _balise()(pdf)


FAUTIFS = {
    "genre sans rôle": (_balise("Titre"), "PDF-A1-68"),
    "rôles en boucle": (_balise("A", A="B", B="A"), "PDF-A1-68"),
    "rôle d'un genre inconnu": (_balise("A", A="B"), "PDF-A1-68"),
    "langue chiffrée": (_balise(langue="f2"), "PDF-A1-684"),
    "langue à tiret bas": (_balise(langue="fr_FR"), "PDF-A1-684"),
    "composite sans ToUnicode": (_sans_unicode, "PDF-A1-638"),
}
VALIDES = {
    "genre de la norme": _balise(),
    "rôles en chaîne": _balise("A", A="B", B="H1"),
    "langue vide": _balise(langue=""),
}


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    assert not en_cause(verifier_pdf(pdfa(VALIDES[nom], metadonnees=xmp(niveau="A"))))


@pytest.mark.parametrize("nom", FAUTIFS)
def test_fautif(nom: str) -> None:
    """Pris dans un PDF/A-1a par sa règle, et elle seule ; sans effet dans un PDF/A-1b."""
    modifier, code = FAUTIFS[nom]
    assert en_cause(verifier_pdf(pdfa(modifier, metadonnees=xmp(niveau="A")))) == {code: Verdict.NON_CONFORME}
    assert not en_cause(verifier_pdf(pdfa(modifier)))
