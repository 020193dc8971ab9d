"""Textes réglés : lus au bas de la page, à l'affichage, ou absents quand ils n'ont pas lieu d'être."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.flux.feuilles import feuille_du_producteur
from steps.verifications.compte_rendu import mentions as m
from steps.verifications.compte_rendu.lieux import rangees_affichees
from tests.verifications.compte_rendu.fabrique_pdf import pdf
from tests.verifications.constats import en_liste

TEXTE = "Vos données, réf. 1a2b : l'accès et la rectification s'exercent auprès du délégué à la protection des données."
_DEBUT, _FIN = (
    "Vos données, réf. 1a2b : l'accès et la rectification",
    "s'exercent auprès du délégué à la protection des données.",
)
_CORPS = ("Sodium", "Potassium")
_RESULTATS = [(0.8, "Sodium\t140 mmol/L"), (0.78, "Potassium\t4.1 mmol/L")]
_PIED = [(0.05, _DEBUT), (0.035, _FIN)]
_HTML = (
    "<html><body><table><tr><td>Sodium</td><td>140</td></tr><tr><td>Potassium</td></tr></table>"
    f"<p>{TEXTE}</p></body></html>"
)
_SANS = _HTML.replace(TEXTE, "Fin du compte rendu.")
_CDA = (
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section><title>Résultats</title>'
    f"<text>Sodium, Potassium</text></section></component><component><section><title>Information</title><text>{TEXTE}"
    "</text></section></component></structuredBody></component></ClinicalDocument>"
).encode()
_FEUILLE = feuille_du_producteur("Laboratoire")
_MUETTE = _FEUILLE.replace(b'select="//c:section"', b"select=\"//c:section[c:title!='Information']\"")


def _bas(*pages: Sequence[tuple[float, str]]) -> list[Constat]:
    return m.rgpd_en_bas_du_pdf(pdf(*pages), TEXTE, _CORPS, "le PDF")


Exemple = Callable[[], Constat | Sequence[Constat]]
CONFORMES: dict[str, Exemple] = {
    "texte gardé": lambda: m.texte_garde("mentions_rgpd", TEXTE, TEXTE),
    "en pied": lambda: _bas(_RESULTATS + _PIED),
    "en pied, écrit de bas en haut": lambda: _bas(_RESULTATS + _PIED[::-1]),
    "en pied, écrit avant le corps": lambda: _bas(_PIED + _RESULTATS),
    "en pied, en capitales": lambda: _bas([*_RESULTATS, *((y, t.upper()) for y, t in _PIED)]),
    "en pied de la seconde page": lambda: _bas(_RESULTATS, [(0.9, "Suite"), *_PIED]),
    "en tête aussi": lambda: _bas([(0.95, _DEBUT), (0.94, _FIN), *_RESULTATS, *_PIED]),
    "affichage": lambda: m.rgpd_a_l_affichage(_HTML, TEXTE, _CORPS, "« cr »"),
    "affichage coupé par des balises": lambda: m.rgpd_a_l_affichage(
        _HTML.replace("données,", "don<b>nées</b>,<br/>"), TEXTE, _CORPS, "« cr »"
    ),
    "affichage en texte": lambda: m.rgpd_a_l_affichage(f"Sodium 140\nPotassium\n\n{TEXTE}", TEXTE, _CORPS, "« cr »"),
    "PDF affiché": lambda: m.rgpd_au_pdf_affiche(pdf(_RESULTATS + _PIED), TEXTE, _CORPS, "« cr »"),
    "feuille": lambda: m.rgpd_par_la_feuille(_CDA, _FEUILLE, TEXTE, _CORPS, "« cr »"),
    "automatisme au PDF": lambda: m.automatisme_dans_le_pdf(pdf(_RESULTATS + _PIED), TEXTE, _CORPS, "le PDF"),
    "automatisme affiché": lambda: m.automatisme_a_l_affichage(_HTML, TEXTE, _CORPS, "« cr »"),
    "automatisme, feuille": lambda: m.automatisme_par_la_feuille(_CDA, _FEUILLE, TEXTE, _CORPS, "« cr »"),
    "automatisme absent": lambda: m.automatisme_absent(pdf(_RESULTATS), _SANS, (TEXTE,), _CORPS, "« cr »"),
}
MANQUEMENTS: dict[str, tuple[str, Exemple]] = {
    "texte tronqué au réglage": ("CR-REGLAGE-01", lambda: m.texte_garde("mentions_rgpd", TEXTE, TEXTE[:60])),
    "absent": ("CR-RGPD-01", lambda: _bas([*_RESULTATS, (0.05, "Page 1 sur 1")])),
    "autre texte": ("CR-RGPD-01", lambda: _bas([*_RESULTATS, (0.05, _DEBUT), (0.035, "restent entre nous.")])),
    "en tête": ("CR-RGPD-02", lambda: _bas([(0.95, _DEBUT), (0.94, _FIN), *_RESULTATS])),
    "entre les résultats": (
        "CR-RGPD-02",
        lambda: _bas([(0.3, "Sodium"), (0.2, _DEBUT), (0.18, _FIN), (0.1, "Potassium")]),
    ),
    "non affiché": ("CR-RGPD-03", lambda: m.rgpd_a_l_affichage(_SANS, TEXTE, _CORPS, "« cr »")),
    "dans un script": (
        "CR-RGPD-03",
        lambda: m.rgpd_a_l_affichage(_HTML.replace(f"<p>{TEXTE}</p>", f"<script>{TEXTE}</script>"), TEXTE, _CORPS, "c"),
    ),
    "absent du PDF affiché": ("CR-RGPD-03", lambda: m.rgpd_au_pdf_affiche(pdf(_RESULTATS), TEXTE, _CORPS, "« cr »")),
    "feuille qui l'omet": ("CR-RGPD-03", lambda: m.rgpd_par_la_feuille(_CDA, _MUETTE, TEXTE, _CORPS, "« cr »")),
    "automatisme tu au PDF": (
        "CR-AUTO-01",
        lambda: m.automatisme_dans_le_pdf(pdf(_RESULTATS), TEXTE, _CORPS, "le PDF"),
    ),
    "automatisme non affiché": ("CR-AUTO-02", lambda: m.automatisme_a_l_affichage(_SANS, TEXTE, _CORPS, "« cr »")),
    "automatisme, feuille qui l'omet": (
        "CR-AUTO-02",
        lambda: m.automatisme_par_la_feuille(_CDA, _MUETTE, TEXTE, _CORPS, "« cr »"),
    ),
    "automatisme dit à tort au PDF": (
        "CR-AUTO-03",
        lambda: m.automatisme_absent(pdf(_RESULTATS + _PIED), _SANS, ("autre", TEXTE), _CORPS, "« cr »"),
    ),
    "automatisme dit à tort à l'écran": (
        "CR-AUTO-03",
        lambda: m.automatisme_absent(pdf(_RESULTATS), _HTML, (TEXTE,), _CORPS, "« cr »"),
    ),
}
A_REGARDER: dict[str, Exemple] = {
    "sous le corps, à mi-page": lambda: _bas([*_RESULTATS, (0.5, _DEBUT), (0.48, _FIN)])[1],
    "corps illisible": lambda: _bas([(0.5, "image")]),
    "affichage sans résultats": lambda: m.rgpd_a_l_affichage("<p>rien</p>", TEXTE, _CORPS, "« cr »"),
    "PDF affiché muet": lambda: m.rgpd_au_pdf_affiche(pdf([]), TEXTE, _CORPS, "« cr »"),
    "feuille inapplicable": lambda: m.rgpd_par_la_feuille(_CDA, b"<a/>", TEXTE, _CORPS, "« cr »"),
    "absence non crue": lambda: m.automatisme_absent(pdf(_RESULTATS), "<p>rien</p>", (TEXTE,), _CORPS, "« cr »"),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Le texte réglé, à sa place, et les façons légitimes de l'écrire."""
    assert {c.verdict for c in en_liste(CONFORMES[nom]())} == {Verdict.CONFORME}


@pytest.mark.parametrize("nom", MANQUEMENTS)
def test_manquement(nom: str) -> None:
    """Chaque manquement est pris par sa règle, et par elle seule."""
    code, exemple = MANQUEMENTS[nom]
    assert {c.code for c in en_liste(exemple()) if c.verdict is Verdict.NON_CONFORME} == {code}


@pytest.mark.parametrize("nom", A_REGARDER)
def test_a_regarder(nom: str) -> None:
    """Ce que le banc ne lit pas, ou une place qui se discute, revient à une personne."""
    assert {c.verdict for c in en_liste(A_REGARDER[nom]())} == {Verdict.A_VERIFIER}


@pytest.mark.parametrize("octets", [b"", b"%PDF-1.4 tronque", pdf([(0.5, "Sodium")], rotation=90)])
def test_illisible(octets: bytes) -> None:
    """Un PDF qui ne se lit pas, ou tourné, ne prouve rien."""
    constats = m.rgpd_en_bas_du_pdf(octets, TEXTE, _CORPS, "le PDF")
    assert {c.verdict for c in constats} == {Verdict.NON_CONCLUANT}


def test_rangees() -> None:
    """Une ligne de tableau se lit d'un tenant, un paragraphe à part, ce qui ne se voit pas pas du tout."""
    affichage = "<table><tr><td><p>Sodium</p></td><td>140</td></tr></table>a<br>b<style>x</style><div>c<p>d</p>e</div>"
    assert rangees_affichees(affichage) == ["Sodium 140", "a", "b", "c", "d", "e"]
