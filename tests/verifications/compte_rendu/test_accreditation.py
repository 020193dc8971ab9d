"""Accréditation : sur la page du laboratoire, marque des seuls examens accrédités, rien sans eux."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.flux.feuilles import feuille_du_producteur
from steps.verifications.compte_rendu import accreditation as a
from steps.verifications.compte_rendu.attendu import Resultat
from tests.verifications.compte_rendu.fabrique_pdf import Ligne, pdf
from tests.verifications.constats import en_liste

LABO = "LABORATOIRE DU BANC"
REGLEE = a.Accreditation("8-4321", "Examens médicaux, portée sur www.cofrac.fr (réf. 7f)", "*")
RESULTATS = (
    Resultat("2951-2", "Sodium", "140", "mmol/L", accredite=True),
    Resultat("2823-3", "Potassium", "4.1", "mmol/L"),
)
SANS = tuple(Resultat(r.code, r.libelle, r.valeur, r.unite) for r in RESULTATS)
_NOM: Ligne = (0.95, LABO)
_COFRAC: Ligne = (0.93, "Accréditation Cofrac n° 8-4321. Examens médicaux, portée sur www.cofrac.fr (réf. 7f)")
_MARQUES: list[Ligne] = [(0.7, "* Sodium\t140 mmol/L"), (0.68, "Potassium\t4.1 mmol/L")]
_NUS: list[Ligne] = [(0.7, "Sodium\t140 mmol/L"), (0.68, "Potassium\t4.1 mmol/L")]
_LEGENDE: list[Ligne] = [(0.3, "Seuls les résultats précédés du signe * sont couverts"), (0.28, "par l'accréditation.")]


def _html(cofrac: str = _COFRAC[1], sodium: str = "* Sodium", potassium: str = "Potassium", legende: str = "") -> str:
    legende = legende or "Seuls les résultats précédés du signe * sont couverts par l'accréditation."
    return (
        f"<body><h1>{LABO}</h1><p>{cofrac}</p><table><tr><td>{sodium}</td><td>140 mmol/L</td></tr>"
        f"<tr><td>{potassium}</td><td>4.1 mmol/L</td></tr></table><p>{legende}</p></body>"
    )


_NUE = _html("Bonjour", "Sodium", legende="Fin.")


def _cda(*numeros: str) -> bytes:
    ids = "".join(f'<id root="1.2.250.1.213.6.3.1" extension="{n}" assigningAuthorityName="COFRAC"/>' for n in numeros)
    section = "<component><section><title>{0}</title><text>{1}</text></section></component>"
    recits = "".join(
        section.format(titre, texte)
        for titre, texte in (
            ("Accréditation", _COFRAC[1]),
            (
                "Résultats",
                "<table><tbody><tr><td>* Sodium</td><td>140</td></tr><tr><td>Potassium</td><td>4.1</td></tr></tbody>"
                "</table>",
            ),
            ("Légende", "<paragraph>Seuls les résultats * sont couverts par l'accréditation.</paragraph>"),
        )
    )
    return (
        f'<ClinicalDocument xmlns="urn:hl7-org:v3"><componentOf><encompassingEncounter><responsibleParty>{ids}'
        f"</responsibleParty></encompassingEncounter></componentOf><component><structuredBody>{recits}"
        "</structuredBody></component></ClinicalDocument>"
    ).encode()


def _pdf(*pages: Sequence[Ligne]) -> list[Constat]:
    return a.accreditation_dans_le_pdf(pdf(*pages), LABO, REGLEE, RESULTATS, "le PDF")


def _affichage(html: str) -> list[Constat]:
    return a.accreditation_a_l_affichage(html, REGLEE, RESULTATS, "l'affichage")


def _absente(lignes: Sequence[Ligne], html: str = _NUE, cda: bytes | None = None) -> Constat:
    return a.accreditation_absente(pdf(lignes), html, cda or _cda(), (REGLEE,), SANS, "« cr »")


Exemple = Callable[[], Constat | Sequence[Constat]]
CONFORMES: dict[str, Exemple] = {
    "PDF": lambda: _pdf([_NOM, _COFRAC, *_MARQUES, *_LEGENDE]),
    "PDF, signe après le libellé, tiret long": lambda: _pdf(
        [
            _NOM,
            (0.93, _COFRAC[1].replace("8-4321", "8 – 4321")),
            (0.7, "Sodium *\t140"),
            (0.68, "Potassium\t4.1"),
            *_LEGENDE,
        ]
    ),
    "PDF, signe dans sa colonne": lambda: _pdf(
        [_NOM, _COFRAC, (0.7, "Sodium\t140\t*"), (0.68, "Potassium\t4.1"), *_LEGENDE]
    ),
    "PDF, laboratoire nommé sur deux pages": lambda: _pdf(
        [_NOM, _COFRAC, *_MARQUES, *_LEGENDE], [(0.9, f"{LABO}, suite")]
    ),
    "affichage": lambda: _affichage(_html()),
    "affichage, champ à part": lambda: _affichage(_html(sodium="Sodium</td><td>*")),
    "feuille": lambda: a.accreditation_par_la_feuille(
        _cda("8-4321"), feuille_du_producteur("L"), REGLEE, RESULTATS, "« cr »"
    ),
    "CDA": lambda: a.numero_dans_le_cda(_cda("8-4321"), REGLEE, "« cr »"),
    "absente": lambda: _absente([_NOM, *_NUS]),
    "absente, numéro plus long": lambda: _absente([_NOM, *_NUS, (0.2, "Dossier 18-43215")]),
}
MANQUEMENTS: dict[str, tuple[str, Exemple]] = {
    "numéro absent": ("CR-COFRAC-01", lambda: _pdf([_NOM, (0.93, REGLEE.portee), *_MARQUES, *_LEGENDE])),
    "autre numéro": (
        "CR-COFRAC-01",
        lambda: _pdf([_NOM, (0.93, _COFRAC[1].replace("4321", "43210")), *_MARQUES, *_LEGENDE]),
    ),
    "portée absente": ("CR-COFRAC-01", lambda: _pdf([_NOM, (0.93, "Cofrac n° 8-4321"), *_MARQUES, *_LEGENDE])),
    "autre page": ("CR-COFRAC-01", lambda: _pdf([_NOM, *_MARQUES, *_LEGENDE], [_COFRAC])),
    "rien à l'affichage": ("CR-COFRAC-02", lambda: _affichage(_html("Bonjour"))),
    "aucune marque au PDF": ("CR-COFRAC-03", lambda: _pdf([_NOM, _COFRAC, *_NUS, *_LEGENDE])),
    "tout marqué à l'écran": ("CR-COFRAC-03", lambda: _affichage(_html(potassium="* Potassium"))),
    "sans légende": ("CR-COFRAC-04", lambda: _pdf([_NOM, _COFRAC, *_MARQUES])),
    "légende muette": ("CR-COFRAC-04", lambda: _affichage(_html(legende="Signe * : voir au dos."))),
    "mention sans examen accrédité": ("CR-COFRAC-05", lambda: _absente([_NOM, _COFRAC, *_NUS])),
    "marque sans examen accrédité": ("CR-COFRAC-05", lambda: _absente([_NOM, *_MARQUES])),
    "affichée sans examen accrédité": ("CR-COFRAC-05", lambda: _absente([_NOM, *_NUS], _html())),
    "numéro dans le CDA, sans examen": ("CR-COFRAC-05", lambda: _absente([_NOM, *_NUS], cda=_cda("8-4321"))),
    "CDA sans numéro": ("CR-COFRAC-06", lambda: a.numero_dans_le_cda(_cda(), REGLEE, "« cr »")),
    "CDA, autre numéro": ("CR-COFRAC-06", lambda: a.numero_dans_le_cda(_cda("8-4322"), REGLEE, "« cr »")),
}
A_REGARDER: dict[str, Exemple] = {
    "laboratoire en logo": lambda: _pdf([_COFRAC, *_MARQUES, *_LEGENDE])[0],
    "examens sur une même ligne": lambda: _pdf([_NOM, _COFRAC, (0.7, "* Sodium 140\tPotassium 4.1"), *_LEGENDE])[1:],
    "affichage sans résultats": lambda: _affichage("<p>rien</p>"),
    "feuille inapplicable": lambda: a.accreditation_par_la_feuille(_cda(), b"<a/>", REGLEE, RESULTATS, "« cr »"),
    "PDF sans résultats": lambda: _pdf([_NOM, _COFRAC]),
    "absence non crue": lambda: _absente([_NOM, *_NUS], "<p>rien</p>"),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_conforme(nom: str) -> None:
    """Les mentions à leur place, et leurs écritures légitimes."""
    assert {c.verdict for c in en_liste(CONFORMES[nom]())} == {Verdict.CONFORME}


@pytest.mark.parametrize("nom", MANQUEMENTS)
def test_manquement(nom: str) -> None:
    """Chaque manquement est pris par sa règle, et par elle seule."""
    code, exemple = MANQUEMENTS[nom]
    assert {c.code for c in en_liste(exemple()) if c.verdict is Verdict.NON_CONFORME} == {code}


@pytest.mark.parametrize("nom", A_REGARDER)
def test_a_regarder(nom: str) -> None:
    """Un logo, une mise en page que le banc ne démêle pas, un texte qui ne s'extrait pas : une personne regarde."""
    assert {c.verdict for c in en_liste(A_REGARDER[nom]())} == {Verdict.A_VERIFIER}


def test_cda_illisible() -> None:
    """Un CDA qui ne se lit pas ne prouve rien."""
    assert a.numero_dans_le_cda(b"<a", REGLEE, "« cr »").verdict is Verdict.NON_CONCLUANT
