"""Structure, versions, germes et sous-traitance d'un compte rendu N3 : exemples suivis, enfreints, à regarder."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.compte_rendu import microbiologie as m
from steps.verifications.compte_rendu import sous_traitance as s
from steps.verifications.compte_rendu import structure as st
from steps.verifications.compte_rendu import transmission as t
from steps.verifications.compte_rendu import versions as v
from steps.verifications.compte_rendu.attendu import Resultat
from tests.verifications.compte_rendu import fabrique as f
from tests.verifications.constats import en_liste

RESULTATS = (f.SODIUM, f.TSH)
ATTENTE = Resultat("2823-3", "Potassium", "", "mmol/L")
COMPLET = f.n3()
GERMES = (f.ECOLI, f.ENTEROCOQUE)
AUTRE_PDF = f.pdf(f.NOM, "rien d'autre")
DMP = t.Transmis("DMP", "compte rendu", COMPLET)
MSS = t.Transmis("MSSanté", "compte rendu.pdf", f.COPIE)
CANAUX = ("DMP", "MSSanté")
MARQUE = "Dossier externe 4f2a"
LIEN = f.BIOCHIMIE.replace(
    "<text>", '<text><paragraph>LABO VOISIN <linkHtml href="https://voisin.invalid/cr.pdf">voir</linkHtml></paragraph>'
)
IMAGE = f.attache(b"\x89PNG\r\n", "1.2.250.1.213.1.1.2.60", "image/png")


def _versionne(octets: bytes, numero: int, precedent: str = "", statut: str = "completed") -> bytes:
    """Le même document, avec lignée, numéro, statut et document remplacé."""
    lien = (
        f'<relatedDocument typeCode="RPLC"><parentDocument><id root="{precedent}"/></parentDocument></relatedDocument>'
    )
    texte = octets.decode().replace(
        "<recordTarget>", f'<setId root="1.2.250.1.213.99.50"/><versionNumber value="{numero}"/><recordTarget>'
    )
    acte = (
        '<documentationOf><serviceEvent><lab:statusCode xmlns:lab="urn:oid:1.3.6.1.4.1.19376.1.3.2" '
        f'code="{statut}"/></serviceEvent></documentationOf>'
    )
    return texte.replace(
        "<component><structuredBody>", f"{acte}{lien if precedent else ''}<component><structuredBody>"
    ).encode()


def _avec_lien(*lignes: str, interne: bool = False) -> bytes:
    """Un PDF qui renvoie ailleurs, ou à l'une de ses pages."""
    tampon = io.BytesIO()
    toile = Canvas(tampon, invariant=1)
    for rang, ligne in enumerate(lignes or ("Sodium : 141 mmol/L",)):
        toile.drawString(60, 700 - 16 * rang, ligne)
    if interne:
        toile.bookmarkPage("haut")
        toile.linkRect("haut de page", "haut", (60, 600, 200, 620))
    else:
        toile.linkURL("https://voisin.invalid/cr.pdf", (60, 600, 200, 620))
    toile.save()
    return tampon.getvalue()


def _annotations_cassees() -> bytes:
    """Le même PDF, dont l'annotation n'en est pas une."""
    octets = _avec_lien()
    liste = octets[octets.index(b"/Annots [") :].partition(b"]")[0]
    return octets.replace(liste, b"/Annots [3".ljust(len(liste)))


V1 = _versionne(f.n3(f.BIOCHIMIE, identifiant="1.2.250.1.213.99.71"), 1, statut="active")
V2 = _versionne(f.n3(f.BIOCHIMIE, identifiant="1.2.250.1.213.99.72"), 2, "1.2.250.1.213.99.71")
ANCIEN = replace(f.SODIUM, valeur="133")
DEUX_ANCIENS = (ANCIEN, replace(f.TSH, valeur="4.01"))
V2_DE_DEUX = _versionne(f.n3(identifiant="1.2.250.1.213.99.73"), 2, "1.2.250.1.213.99.71")
_ECOLI_BLSE = f.MICROBIOLOGIE.replace(
    '<entryRelationship><organizer classCode="CLUSTER">',
    f._isolat("ECBL", "Escherichia coli BLSE", f._sensible("18861-5", "Amoxicilline", "R", "256"))
    + '<entryRelationship><organizer classCode="CLUSTER">',
    1,
)
"""Un autre isolat, dont le nom commence par celui du germe saisi."""
_AUTRE_SOUCHE = f.MICROBIOLOGIE.replace(
    '<entryRelationship><organizer classCode="CLUSTER">',
    f._isolat("ECOL", "Escherichia coli", f._sensible("18861-5", "Amoxicilline", "S", "2"))
    + '<entryRelationship><organizer classCode="CLUSTER">',
    1,
)
_ASSOCIATION = f.MICROBIOLOGIE.replace(
    f._sensible("18861-5", "Amoxicilline", "R", "32"),
    f._sensible("18861-5", "Amoxicilline", "S", "2")
    + f._sensible("18862-3", "Amoxicilline + acide clavulanique", "R", "32"),
)
"""L'amoxicilline est fausse ; l'association, qui porte aussi son nom, a la sensibilité saisie."""
_SANS_CODE = f.MICROBIOLOGIE.replace("<paragraph>Escherichia coli", '<paragraph ID="g1">Escherichia coli').replace(
    '<code code="ECOL" displayName="Escherichia coli"/>',
    '<code nullFlavor="OTH"><originalText><reference value="#g1"/></originalText></code>',
)
_VOISIN_33 = replace(f.VOISIN, telephone="04 33 33 12 33")
_EN_33 = f.SOUS_TRAITEES.replace("+33478000001", "+33433331233").replace("04.78.00.00.01", "+33 4 33 33 12 33")

Exemple = Callable[[], Constat | Sequence[Constat]]
CONFORMES: dict[str, Exemple] = {
    "résultats structurés": lambda: st.resultats_structures(COMPLET, (*RESULTATS, ATTENTE), "N3"),
    "récit": lambda: st.resultats_au_recit(COMPLET, RESULTATS, "N3"),
    "copie": lambda: st.resultats_a_la_copie(COMPLET, RESULTATS, f.NOM, "N3"),
    "PDF": lambda: st.resultats_au_pdf(f.COPIE, RESULTATS, f.NOM, "PDF"),
    "germes structurés": lambda: m.germes_structures(COMPLET, GERMES, "N3"),
    "germe au nom du laboratoire, à son code": lambda: m.germes_structures(
        f.n3(f.MICROBIOLOGIE.replace("Escherichia coli", "E. coli")), GERMES, "N3"
    ),
    "germe sans code, nommé au récit": lambda: m.germes_structures(f.n3(_SANS_CODE), GERMES, "N3"),
    "germe au nom plus long d'abord": lambda: m.germes_structures(f.n3(_ECOLI_BLSE), GERMES, "N3"),
    "deux souches du même germe": lambda: m.germes_structures(f.n3(_AUTRE_SOUCHE), GERMES, "N3"),
    "germes au récit": lambda: m.germes_au_recit(COMPLET, GERMES, "N3"),
    "germes au PDF": lambda: m.germes_au_pdf(f.COPIE, GERMES, f.NOM, "PDF"),
    "PDF du sous-traitant": lambda: s.pdf_integre(COMPLET, f.PDF_VOISIN, "N3"),
    "résultats du sous-traitant": lambda: s.resultats_du_sous_traitant(COMPLET, RESULTATS, f.VOISIN, "N3"),
    "téléphone à l'international": lambda: s.resultats_du_sous_traitant(
        f.n3(f.BIOCHIMIE, _EN_33), RESULTATS, _VOISIN_33, "N3"
    ),
    "exécutant à son FINESS": lambda: s.resultats_du_sous_traitant(
        f.n3(f.BIOCHIMIE, f.SOUS_TRAITEES.replace("<name>LABO VOISIN", "<name>Voisin et associés")),
        RESULTATS, f.VOISIN, "N3",
    ),
    "rien à part": lambda: t.rien_a_part((DMP, MSS), f.PDF_VOISIN, MARQUE, (f.SODIUM,), CANAUX),
    "ni lien ni image, N3": lambda: t.ni_lien_ni_image_n3(COMPLET, RESULTATS, f.VOISIN, f.PDF_VOISIN, "N3"),
    "PDF intégré seul": lambda: t.ni_lien_ni_image_n3(
        f.n3(f.BIOCHIMIE, f.SECONDE_INTENTION), (f.SODIUM,), f.VOISIN, f.PDF_VOISIN, "N3"
    ),
    "ni lien ni image, PDF": lambda: t.ni_lien_ni_image_pdf(f.COPIE, RESULTATS, f.SODIUM, "PDF"),
    "sommaire dans le PDF": lambda: t.ni_lien_ni_image_pdf(
        _avec_lien("Sodium : 141 mmol/L", "TSH : 2.37 m[IU]/L", interne=True), RESULTATS, f.SODIUM, "PDF"
    ),
    "partiel": lambda: v.statut(V1, partiel=True, quoi="v1"),
    "complet": lambda: v.statut(V2, partiel=False, quoi="v2"),
    "suite": lambda: v.suite(V1, V2, "v2"),
    "corrigé": lambda: v.valeurs_corrigees(V2, (ANCIEN,), (f.SODIUM,), "v2"),
    "deux corrigées": lambda: v.valeurs_corrigees(V2_DE_DEUX, DEUX_ANCIENS, RESULTATS, "v2"),
}  # fmt: skip
ENFREINTS: dict[str, Exemple] = {
    "résultat non structuré": lambda: st.resultats_structures(f.n3(f.BIOCHIMIE), RESULTATS, "N3"),
    "autre valeur": lambda: st.resultats_structures(COMPLET, (replace(f.SODIUM, valeur="14"),), "N3"),
    "unité perdue": lambda: st.resultats_structures(
        f.n3(f.BIOCHIMIE.replace('unit="mmol/L"', 'unit="1"')), (f.SODIUM,), "N3"
    ),
    "autre valeur, autre unité": lambda: st.resultats_structures(
        COMPLET, (replace(f.SODIUM, valeur="14", unite="mEq/L"),), "N3"
    ),
    "en attente mais structuré": lambda: st.resultats_structures(COMPLET, (replace(f.SODIUM, valeur=""),), "N3"),
    "hors chapitre": lambda: st.resultats_structures(
        f.n3(f.BIOCHIMIE.replace("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.3")), (f.SODIUM,), "N3"
    ),
    "hors entrée": lambda: st.resultats_structures(
        f.n3(f.BIOCHIMIE.replace("1.3.6.1.4.1.19376.1.3.1", "1.2.3")), (f.SODIUM,), "N3"
    ),
    "N1": lambda: st.resultats_structures(f.n1(f.COPIE), RESULTATS, "N1"),
    "absent du récit": lambda: st.resultats_au_recit(f.n3(f.BIOCHIMIE), RESULTATS, "N3"),
    "unité absente du récit": lambda: st.resultats_au_recit(
        f.n3(f.BIOCHIMIE.replace("141 mmol/L<", "141<")), (f.SODIUM,), "N3"
    ),
    "absent de la copie": lambda: st.resultats_a_la_copie(
        f.n3(f.BIOCHIMIE, f.attache(AUTRE_PDF, "1.2.250.1.213.1.1.2.243")), RESULTATS, f.NOM, "N3"
    ),
    "absent du PDF": lambda: st.resultats_au_pdf(AUTRE_PDF, RESULTATS, f.NOM, "PDF"),
    "germe absent": lambda: m.germes_structures(f.n3(f.BIOCHIMIE), GERMES, "N3"),
    "germes confondus": lambda: m.germes_structures(
        f.n3(f.MICROBIOLOGIE.replace('"EFAE" displayName="Enterococcus', '"ECOL" displayName="Escherichia')),
        GERMES, "N3",
    ),
    "sensibilité fausse": lambda: m.germes_structures(
        f.n3(f.MICROBIOLOGIE.replace('interpretationCode code="R"', 'interpretationCode code="S"')), GERMES, "N3"
    ),
    "CMI perdue": lambda: m.germes_structures(f.n3(f.MICROBIOLOGIE.replace('value="32"', 'value="3"')), GERMES, "N3"),
    "sensibilité d'une association": lambda: m.germes_structures(f.n3(_ASSOCIATION), GERMES, "N3"),
    "récit sans sensibilité": lambda: m.germes_au_recit(
        f.n3(f.MICROBIOLOGIE.replace("32 mg/L Résistant", "32 mg/L")), GERMES, "N3"
    ),
    "PDF sans germe": lambda: m.germes_au_pdf(AUTRE_PDF, GERMES, f.NOM, "PDF"),
    "PDF du sous-traitant absent": lambda: s.pdf_integre(f.n3(f.BIOCHIMIE, f.COPIE_PDF), f.PDF_VOISIN, "N3"),
    "PDF du sous-traitant hors section": lambda: s.pdf_integre(
        f.n3(f.BIOCHIMIE, f.attache(f.PDF_VOISIN, "1.2.3")), f.PDF_VOISIN, "N3"
    ),
    "sous-traité non structuré": lambda: s.resultats_du_sous_traitant(f.n3(f.BIOCHIMIE), RESULTATS, f.VOISIN, "N3"),
    "exécutant absent": lambda: s.resultats_du_sous_traitant(
        f.n3(f.BIOCHIMIE, f.SOUS_TRAITEES.replace("performer", "author")), RESULTATS, f.VOISIN, "N3"
    ),
    "autre exécutant": lambda: s.resultats_du_sous_traitant(
        f.n3(f.BIOCHIMIE, f.SOUS_TRAITEES.replace("<name>LABO VOISIN", "<name>LABO DU PORT").replace(
            "1990000017", "1990000025")),
        RESULTATS, f.VOISIN, "N3",
    ),
    "exécutant de tout": lambda: s.resultats_du_sous_traitant(
        f.n3(f.BIOCHIMIE.replace("<act>", "<act>" + f._EXECUTANT), f.SOUS_TRAITEES), RESULTATS, f.VOISIN, "N3"
    ),
    "sans coordonnées": lambda: s.resultats_du_sous_traitant(
        f.n3(f.BIOCHIMIE, f.SOUS_TRAITEES.replace("4 rue des Bains", "").replace("69002", "")),
        RESULTATS, f.VOISIN, "N3",
    ),
    "PDF à part": lambda: t.rien_a_part(
        (DMP, MSS, t.Transmis("MSSanté", "voisin.pdf", f.PDF_VOISIN)), f.PDF_VOISIN, MARQUE, (f.SODIUM,), CANAUX
    ),
    "N1 à part": lambda: t.rien_a_part(
        (DMP, MSS, t.Transmis("DMP", "voisin", f.n1(f.PDF_VOISIN))), f.PDF_VOISIN, MARQUE, (f.SODIUM,), CANAUX
    ),
    "lien au récit": lambda: t.ni_lien_ni_image_n3(f.n3(LIEN), RESULTATS, f.VOISIN, f.PDF_VOISIN, "N3"),
    "lien en plus": lambda: t.ni_lien_ni_image_n3(f.n3(LIEN, f.SOUS_TRAITEES), RESULTATS, f.VOISIN, b"", "N3"),
    "image seule": lambda: t.ni_lien_ni_image_n3(f.n3(f.BIOCHIMIE, IMAGE), RESULTATS, f.VOISIN, b"", "N3"),
    "rien du tout": lambda: t.ni_lien_ni_image_n3(f.n3(f.BIOCHIMIE), RESULTATS, f.VOISIN, b"", "N3"),
    "PDF muet": lambda: t.ni_lien_ni_image_pdf(f.pdf("Sodium : 141 mmol/L"), RESULTATS, f.SODIUM, "PDF"),
    "PDF avec lien": lambda: t.ni_lien_ni_image_pdf(_avec_lien(), RESULTATS, f.SODIUM, "PDF"),
    "statut faux": lambda: v.statut(V1, partiel=False, quoi="v1"),
    "même version": lambda: v.suite(V1, V1, "v1"),
    "ancienne valeur": lambda: v.valeurs_corrigees(V2, (f.SODIUM,), (ANCIEN,), "v2"),
    "une corrigée sur deux": lambda: v.valeurs_corrigees(V2, DEUX_ANCIENS, RESULTATS, "v2"),
}  # fmt: skip
AUTRES: dict[str, tuple[Exemple, Verdict]] = {
    "autre code, même résultat": (
        lambda: st.resultats_structures(COMPLET, (replace(f.SODIUM, code="2947-0"),), "N3"),
        Verdict.A_VERIFIER,
    ),
    "unité écrite autrement": (
        lambda: st.resultats_structures(COMPLET, (replace(f.SODIUM, unite="mEq/L"),), "N3"),
        Verdict.A_VERIFIER,
    ),
    "aucune copie": (lambda: st.resultats_a_la_copie(f.n3(f.BIOCHIMIE), RESULTATS, f.NOM, "N3"), Verdict.A_VERIFIER),
    "illisible": (lambda: st.resultats_au_recit(b"<a>", RESULTATS, "N3"), Verdict.NON_CONCLUANT),
    "PDF illisible": (lambda: st.resultats_au_pdf(b"rien", RESULTATS, f.NOM, "PDF"), Verdict.NON_CONCLUANT),
    "germes, PDF illisible": (lambda: m.germes_au_pdf(b"rien", GERMES, f.NOM, "PDF"), Verdict.NON_CONCLUANT),
    "germes, PDF sans texte": (lambda: m.germes_au_pdf(f.pdf(""), GERMES, f.NOM, "PDF"), Verdict.A_VERIFIER),
    "aucun germe": (lambda: m.germes_structures(COMPLET, (), "N3"), Verdict.NON_CONCLUANT),
    "coordonnées hors du récit": (
        lambda: s.resultats_du_sous_traitant(
            f.n3(f.BIOCHIMIE, f.SOUS_TRAITEES.replace("Exécuté par LABO VOISIN, 4 rue des Bains, 69002 LYON", "")),
            RESULTATS, f.VOISIN, "N3",
        ),
        Verdict.A_VERIFIER,
    ),
    "rien de sous-traité": (
        lambda: s.resultats_du_sous_traitant(COMPLET, (f.SODIUM,), f.VOISIN, "N3"), Verdict.NON_CONCLUANT
    ),
    "rien vu au DMP": (
        lambda: t.rien_a_part((MSS,), f.PDF_VOISIN, MARQUE, (f.SODIUM,), CANAUX), Verdict.NON_CONCLUANT
    ),
    "image en plus": (
        lambda: t.ni_lien_ni_image_n3(f.n3(f.BIOCHIMIE, f.SOUS_TRAITEES, IMAGE), RESULTATS, f.VOISIN, b"", "N3"),
        Verdict.A_VERIFIER,
    ),
    "PDF sans texte": (lambda: t.ni_lien_ni_image_pdf(f.pdf(""), RESULTATS, f.SODIUM, "PDF"), Verdict.A_VERIFIER),
    "lien dans un PDF complet": (
        lambda: t.ni_lien_ni_image_pdf(_avec_lien(), (f.SODIUM,), f.SODIUM, "PDF"), Verdict.A_VERIFIER
    ),
    "liens illisibles": (
        lambda: t.ni_lien_ni_image_pdf(_annotations_cassees(), (f.SODIUM,), f.SODIUM, "PDF"), Verdict.A_VERIFIER
    ),
    "rien de corrigé": (lambda: v.valeurs_corrigees(V2, (f.SODIUM,), (f.SODIUM,), "v2"), Verdict.NON_CONCLUANT),
    "version illisible": (lambda: v.suite(b"<a>", V2, "v2"), Verdict.NON_CONCLUANT),
    "statut illisible": (lambda: v.statut(b"<a>", partiel=True, quoi="v1"), Verdict.NON_CONCLUANT),
    "N3 illisible": (
        lambda: t.ni_lien_ni_image_n3(b"<a>", RESULTATS, f.VOISIN, b"", "N3"), Verdict.NON_CONCLUANT
    ),
}  # fmt: skip


@pytest.mark.parametrize("nom", CONFORMES)
def test_suivi(nom: str) -> None:
    """Un exemple qui suit les règles est conforme en entier, et dit ce qui a été vu."""
    constats = en_liste(CONFORMES[nom]())
    assert [c.en_texte() for c in constats if c.verdict is not Verdict.CONFORME] == []
    assert all(c.recu for c in constats)


@pytest.mark.parametrize("nom", ENFREINTS)
def test_enfreint(nom: str) -> None:
    """Un exemple qui enfreint une règle est non conforme, avec attendu, reçu et où."""
    fautifs = [c for c in en_liste(ENFREINTS[nom]()) if c.verdict is Verdict.NON_CONFORME]
    assert fautifs
    assert all(c.attendu and c.recu and c.ou for c in fautifs)


@pytest.mark.parametrize("nom", AUTRES)
def test_autre(nom: str) -> None:
    """Ce que le banc ne peut pas dire n'est ni conforme ni non conforme."""
    exemple, verdict = AUTRES[nom]
    verdicts = {c.verdict for c in en_liste(exemple())}
    assert verdict in verdicts
    assert Verdict.NON_CONFORME not in verdicts


def test_un_doute_ne_tait_pas_le_chapitre() -> None:
    """Une unité à regarder n'empêche pas de dire qu'un autre résultat est hors de tout chapitre."""
    hors = f.n3(f.BIOCHIMIE.replace("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.3"), f.SOUS_TRAITEES)
    constats = st.resultats_structures(hors, (f.SODIUM, replace(f.TSH, unite="mUI/mL")), "N3")
    assert [c.verdict for c in constats] == [Verdict.A_VERIFIER, Verdict.NON_CONFORME]


def test_un_lien_a_la_place_des_resultats_est_une_seule_faute() -> None:
    """Des résultats remplacés par un lien : le lien est en cause, et rien n'est dit conforme de leur lecture."""
    constats = t.ni_lien_ni_image_pdf(_avec_lien(), RESULTATS, f.SODIUM, "PDF")
    assert [(c.code, c.verdict) for c in constats] == [(t.R_LIEN.code, Verdict.NON_CONFORME)]
