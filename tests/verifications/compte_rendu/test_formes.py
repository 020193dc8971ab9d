"""Formes montrées et document auto-présentable : exemples suivis, enfreints, à regarder."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.personne.cdp import Chromium, executable
from steps.personne.chromium_rendu import rendre
from steps.verifications.compte_rendu import affichage_formes as a
from steps.verifications.compte_rendu import feuille as fe
from steps.verifications.presentation import appliquer
from tests.verifications.compte_rendu import fabrique as f
from tests.verifications.constats import en_liste

RESULTATS = (f.SODIUM, f.TSH)
N3 = f.n3()
N1 = f.n1(f.COPIE)
_REGLES = """<xsl:output method="html"/>
<xsl:template match="/"><html><body><xsl:apply-templates select="//c:ClinicalDocument"/></body></html></xsl:template>
<xsl:template match="c:ClinicalDocument"><h1><xsl:value-of select="c:title"/></h1>
<p><xsl:value-of select="c:recordTarget/c:patientRole/c:id/@extension"/>
<xsl:value-of select="concat(' ', c:recordTarget/c:patientRole/c:patient/c:name/c:family)"/> 12/01/2026</p>
<xsl:for-each select=".//c:section"><div><h2><xsl:value-of select="c:title"/></h2>
<xsl:apply-templates select="c:text"/></div></xsl:for-each></xsl:template>
<xsl:template match="c:paragraph|c:td"><p><xsl:apply-templates/></p></xsl:template>"""
_ESPACES = 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:c="urn:hl7-org:v3"'
_APPEL = '<?xml-stylesheet type="text/xsl" href="{}"?>'


def auto(cda: bytes = N3, *, appel: str = "#", regles: str = _REGLES, avec_appel: bool = True) -> bytes:
    """Une feuille qui porte ce CDA et s'applique à elle-même."""
    corps = cda.decode().partition("?>")[2]
    instruction = _APPEL.format(appel) if avec_appel else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{instruction}<xsl:stylesheet version="1.0" {_ESPACES}>'
        f'<d:Contenu xmlns:d="urn:asip-sante:ci-sis">{corps}</d:Contenu>{regles}</xsl:stylesheet>'
    ).encode()


def _avec_appel(adresse: str) -> bytes:
    return N3.replace(b"<ClinicalDocument", _APPEL.format(adresse).encode() + b"<ClinicalDocument", 1)


_SEULE = f'<xsl:stylesheet version="1.0" {_ESPACES}>{_REGLES}</xsl:stylesheet>'.encode()
EN_DONNEES = _avec_appel("data:text/xsl;base64," + base64.b64encode(_SEULE).decode())
A_COTE = _avec_appel("laboratoire.xsl")
RENDU = appliquer(auto(), auto())
SHA = hashlib.sha256(f.COPIE).hexdigest()
AUTRE_PDF = f.pdf(f.NOM, "rien d'autre")
MEME_TEXTE = f.COPIE.replace(b"%%EOF", b"% refait\n%%EOF")
SANS_TABLEAU = _REGLES.replace('match="c:paragraph|c:td"', 'match="c:table"/><xsl:template match="c:paragraph"')

SANS_PARAGRAPHE = _REGLES.replace('match="c:paragraph|c:td"', 'match="c:paragraph"/><xsl:template match="c:td"')

Exemple = Callable[[], Constat | Sequence[Constat]]
CONFORMES: dict[str, Exemple] = {
    "N3 affiché": lambda: a.n3_affiche(RENDU, N3, RESULTATS, f.NOM, "CR"),
    "N1 affiché": lambda: a.n1_affiche(f.COPIE, "", N1, "CR"),
    "N1 affiché, empreinte": lambda: a.n1_affiche(b"", SHA.upper(), N1, "CR"),
    "PDF affiché": lambda: a.pdf_affiche(f.COPIE, RESULTATS, f.NOM, "CR"),
    "feuille embarquée": lambda: fe.feuille_embarquee(auto(), jointe=False, quoi="CR"),
    "feuille en données": lambda: fe.feuille_embarquee(EN_DONNEES, jointe=False, quoi="CR"),
    "montre tout": lambda: fe.feuille_montre_tout(auto(), f.COPIE, RESULTATS, f.MATRICULE, "CR"),
    "montre tout, en données": lambda: fe.feuille_montre_tout(EN_DONNEES, f.COPIE, RESULTATS, f.MATRICULE, "CR"),
    "Chromium": lambda: fe.affiche_par_chromium(
        "Sodium 141 mmol/L TSH 2,37 m[IU]/L", True, RESULTATS, "Chrome/1", "CR"
    ),
}
ENFREINTS: dict[str, Exemple] = {
    "N3 vide": lambda: a.n3_affiche("", N3, RESULTATS, f.NOM, "CR"),
    "N3 sans tableau": lambda: a.n3_affiche(RENDU.replace("141 mmol/L", ""), N3, RESULTATS, f.NOM, "CR"),
    "N1 sans PDF": lambda: a.n1_affiche(b"", "", N1, "CR"),
    "N1, autre PDF": lambda: a.n1_affiche(AUTRE_PDF, "", N1, "CR"),
    "pas de PDF": lambda: a.pdf_affiche(b"", RESULTATS, f.NOM, "CR"),
    "PDF d'un autre": lambda: a.pdf_affiche(f.pdf("AUTRE", "Sodium : 141 mmol/L"), RESULTATS, f.NOM, "CR"),
    "PDF sans résultat": lambda: a.pdf_affiche(AUTRE_PDF, RESULTATS, f.NOM, "CR"),
    "sans feuille": lambda: fe.feuille_embarquee(N3, jointe=True, quoi="CR"),
    "feuille à côté": lambda: fe.feuille_embarquee(A_COTE, jointe=True, quoi="CR"),
    "rien ne l'appelle": lambda: fe.feuille_embarquee(auto(avec_appel=False), jointe=False, quoi="CR"),
    "N1 dans la feuille": lambda: fe.feuille_embarquee(auto(N1), jointe=False, quoi="CR"),
    "illisible": lambda: fe.feuille_embarquee(b"<a>", jointe=False, quoi="CR"),
    "feuille fausse": lambda: fe.feuille_montre_tout(
        auto(regles='<xsl:template match="["/>'), f.COPIE, RESULTATS, f.MATRICULE, "CR"
    ),
    "sans tableaux": lambda: fe.feuille_montre_tout(
        auto(regles=SANS_TABLEAU), f.COPIE, RESULTATS, f.MATRICULE, "CR"
    ),
    "sans le récit que le PDF n'a pas": lambda: fe.feuille_montre_tout(
        auto(regles=SANS_PARAGRAPHE), f.pdf(f.NOM, f.MATRICULE, "Sodium : 141 mmol/L"),
        RESULTATS, f.MATRICULE, "CR",
    ),
    "sans matricule": lambda: fe.feuille_montre_tout(
        auto(regles=_REGLES.replace("c:id/@extension", "c:id/@root")),
        f.pdf(f.NOM, f.MATRICULE, "Sodium : 141 mmol/L"), RESULTATS, f.MATRICULE, "CR",
    ),
    "page blanche": lambda: fe.affiche_par_chromium("", True, RESULTATS, "Chrome/1", "CR"),
}  # fmt: skip
AUTRES: dict[str, tuple[Exemple, Verdict]] = {
    "N3 illisible": (lambda: a.n3_affiche(RENDU, b"<a>", RESULTATS, f.NOM, "CR"), Verdict.NON_CONCLUANT),
    "N1 illisible": (lambda: a.n1_affiche(f.COPIE, "", b"<a>", "CR"), Verdict.NON_CONCLUANT),
    "N1 sans corps": (lambda: a.n1_affiche(f.COPIE, "", N3, "CR"), Verdict.NON_CONCLUANT),
    "même texte, autres octets": (lambda: a.n1_affiche(MEME_TEXTE, "", N1, "CR"), Verdict.A_VERIFIER),
    "PDF sans texte": (lambda: a.pdf_affiche(f.pdf(""), RESULTATS, f.NOM, "CR"), Verdict.A_VERIFIER),
    "pas de feuille à appliquer": (
        lambda: fe.feuille_montre_tout(N3, f.COPIE, RESULTATS, f.MATRICULE, "CR"), Verdict.NON_CONCLUANT
    ),
    "document illisible": (
        lambda: fe.feuille_montre_tout(b"<a>", f.COPIE, RESULTATS, f.MATRICULE, "CR"), Verdict.NON_CONCLUANT
    ),
    "autre fichier demandé": (
        lambda: fe.feuille_montre_tout(
            auto(regles=_REGLES + '<xsl:variable name="x" select="document(\'autre.xml\')"/>'
                 '<xsl:template match="c:title" priority="9"><xsl:value-of select="$x"/></xsl:template>'
                 '<xsl:template match="c:td" priority="9"><xsl:value-of select="$x"/></xsl:template>'),
            f.COPIE, RESULTATS, f.MATRICULE, "CR",
        ),
        Verdict.A_VERIFIER,
    ),
    "PDF muet": (lambda: fe.feuille_montre_tout(auto(), b"", RESULTATS, f.MATRICULE, "CR"), Verdict.A_VERIFIER),
    "Chromium sans XSLT": (
        lambda: fe.affiche_par_chromium("", False, RESULTATS, "Chrome/999", "CR"), Verdict.A_VERIFIER
    ),
    "trois navigateurs": (lambda: fe.trois_navigateurs("CR", True), Verdict.A_VERIFIER),
    "trois navigateurs, aucun joué": (lambda: fe.trois_navigateurs("CR", False), Verdict.A_VERIFIER),
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


@pytest.mark.skipif(executable() is None, reason="aucun Chromium sur cette machine")
def test_chromium_montre_le_document() -> None:
    """Chromium applique la feuille embarquée, ou dit qu'il n'en applique plus ; jamais d'appel au réseau."""
    with Chromium() as chromium:
        vu = rendre(chromium, auto())
    assert vu.version.startswith(("Chrome", "HeadlessChrome"))
    assert vu.image.startswith(b"\x89PNG")
    assert ("141 mmol/L" in vu.texte) is vu.applique_xslt
