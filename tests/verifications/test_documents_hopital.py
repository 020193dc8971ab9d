"""Documents d'un établissement : traits de l'en-tête, prescription et destinataires au PDF encapsulé."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pytest
from reportlab.pdfgen import canvas

from reports.verdict import Verdict
from steps.flux.identite import IdentiteUsager
from steps.verifications import documents_hopital as d
from steps.verifications.cda.corps import decoder
from steps.verifications.cda.lecture import lire_cda
from steps.verifications.compte_rendu.destinataires import Destinataire, destinataires_nommes
from steps.verifications.dossier_documents import Affichage
from tests.verifications.cda.fabrique import PDF, cda, corps_n1

OUI, NON, VOIR = Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER
RIEN = Verdict.NON_CONCLUANT
IDENTITE = IdentiteUsager("D'ÉTÉ-DURAND", "ANNE", "ANNE MARIE", "1990-12-31", "F", "99999")


def _n1(*lignes: str) -> bytes:
    tampon = io.BytesIO()
    page = canvas.Canvas(tampon)
    for rang, ligne in enumerate(lignes):
        page.drawString(72, 760 - 18 * rang, ligne)
    page.save()
    return cda("N1", corps=corps_n1(tampon.getvalue()))


def _pdf_de(octets: bytes) -> bytes:
    contenu = lire_cda(octets).contenu
    assert contenu is not None
    return decoder(contenu) or b""


TRAITS = {
    "ceux de l'identité": (cda("N1"), IDENTITE, OUI),
    "sans accents": (cda("N1"), replace(IDENTITE, nom_naissance="D'ETE-DURAND"), OUI),
    "sexe indéterminé, écrit autrement": (cda("N1"), replace(IDENTITE, sexe="I"), OUI),
    "autre nom": (cda("N1"), replace(IDENTITE, nom_naissance="MARTIN"), NON),
    "autre jour": (cda("N1"), replace(IDENTITE, date_naissance="1990-12-30"), NON),
    "lieu absent": (cda("N1", lieu=""), IDENTITE, NON),
    "nom utilisé au lieu du nom de naissance": (
        cda("N1", noms='<family qualifier="CL">D\'ÉTÉ-DURAND</family><given>ANNE MARIE</given>'), IDENTITE, NON,
    ),
    "illisible": (b"<a/>", IDENTITE, RIEN),
}  # fmt: skip


@pytest.mark.parametrize(("octets", "identite", "attendu"), TRAITS.values(), ids=TRAITS)
def test_traits(octets: bytes, identite: IdentiteUsager, attendu: Verdict) -> None:
    assert d.traits_qualifies(octets, identite, "« lettre »").verdict is attendu


LIGNES = (
    {"libelle": "AMOXICILLINE 500 mg", "posologie": "une gélule matin et soir", "duree": "65 jours"},
    {"libelle": "MACROGOL 10 g", "posologie": "deux sachets au petit déjeuner", "duree": "83 jours"},
)
_ECRITES = tuple(" ; ".join(ligne.values()) for ligne in LIGNES)
PRESCRIPTIONS = {
    "tout": (("DURAND", *_ECRITES), OUI),
    "ligne coupée": (("DURAND", "AMOXICILLINE 500 mg ; une gélule", "matin et soir ; 65 jours", _ECRITES[1]), OUI),
    "posologie dite autrement": (("DURAND", _ECRITES[0].replace("une gélule", "1 gélule"), _ECRITES[1]), VOIR),
    "durée abrégée": (("DURAND", _ECRITES[0], _ECRITES[1].replace("83 jours", "83 j")), VOIR),
    "seconde ligne absente": (("DURAND", _ECRITES[0]), NON),
    "sans posologie": (("DURAND", _ECRITES[0], "MACROGOL 10 g ; 83 jours"), NON),
    "sans durée": (("DURAND", _ECRITES[0].replace("65 jours", ""), _ECRITES[1]), NON),
    "rien ne s'extrait": ((), VOIR),
}  # fmt: skip


@pytest.mark.parametrize(("imprimees", "attendu"), PRESCRIPTIONS.values(), ids=PRESCRIPTIONS)
def test_prescription(imprimees: tuple[str, ...], attendu: Verdict) -> None:
    assert d.prescription_imprimee(_n1(*imprimees), LIGNES, "DURAND", "« ordonnance »").verdict is attendu


def test_prescription_sans_ligne() -> None:
    """Rien à chercher : pas de conforme par défaut."""
    assert d.prescription_imprimee(_n1("DURAND"), (), "DURAND", "« ordonnance »").verdict is RIEN


ANNE, SERVICE = Destinataire("DUPRÉ", "Anne", "99900000101"), Destinataire("SERVICE DES TROIS RUES")
IMPRIMES = {
    "tous": (("DURAND", "Destinataires : Anne Dupré ; Service des Trois Rues"), OUI),
    "un seul": (("DURAND", "Destinataires : Anne Dupré"), VOIR),
    "rien ne s'extrait": ((), VOIR),
}


@pytest.mark.parametrize(("imprimees", "attendu"), IMPRIMES.values(), ids=IMPRIMES)
def test_destinataires_imprimes(imprimees: tuple[str, ...], attendu: Verdict) -> None:
    """Le texte ne dit pas où les nommer : leur absence du PDF est au plus à vérifier."""
    constat = d.destinataires_imprimes(_n1(*imprimees), (ANNE, SERVICE), "DURAND", "« lettre »")
    assert constat.verdict is attendu
    assert d.destinataires_imprimes(_n1(*imprimees), (), "DURAND", "« lettre »").verdict is RIEN


N1_RECU, N3_RECU = _n1("Dossier de sortie", "Retour à domicile"), cda()
_PDF_N3 = hashlib.sha256(PDF).hexdigest()
MONTRES = {
    "texte du PDF": (N1_RECU, Affichage("<p>Dossier de sortie</p><p>Retour à domicile</p>"), OUI),
    "PDF du N1": (N1_RECU, Affichage("", hashlib.sha256(_pdf_de(N1_RECU)).hexdigest()), OUI),
    "récit du N3": (N3_RECU, Affichage("<h2>Biochimie</h2>Sodium : 140 mmol/L"), OUI),
    "copie PDF du N3": (N3_RECU, Affichage("", _PDF_N3), OUI),
    "titre seul": (N3_RECU, Affichage("<h2>Biochimie</h2>"), NON),
    "un autre PDF": (N1_RECU, Affichage("", "0" * 64), NON),
    "rien d'affiché, rien d'extrait": (cda("N1"), Affichage(""), VOIR),
    "illisible": (b"<a/>", Affichage(""), RIEN),
}


@pytest.mark.parametrize(("octets", "affichage", "attendu"), MONTRES.values(), ids=MONTRES)
def test_contenu_montre(octets: bytes, affichage: Affichage, attendu: Verdict) -> None:
    assert d.contenu_montre(affichage, octets, "« reçu »").verdict is attendu


def test_nommes_au_pdf_seulement() -> None:
    """Un N1 qui ne nomme ses destinataires que dans son PDF va à une personne, comme un N3 dans son récit."""
    (constat,) = destinataires_nommes(_n1("Destinataires : Anne Dupré"), (ANNE,), "« lettre »")
    assert constat.verdict is VOIR
    (absent,) = destinataires_nommes(_n1("rien"), (ANNE,), "« lettre »")
    assert absent.verdict is NON
