"""Règles du compte rendu en CDA N1 : exemples suivis, enfreints, et lectures légitimes d'un même résultat."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.compte_rendu import niveau_1 as n
from steps.verifications.compte_rendu.attendu import Resultat
from steps.verifications.compte_rendu.textes import Lecture, plier, situer
from tests.verifications.compte_rendu.fabrique import FERRITINE, HEMOGLOBINE, MATRICULE, NOM, cda, n1, pdf

RESULTATS = (HEMOGLOBINE, FERRITINE)
COMPLET = pdf(f"Nom de naissance : {NOM}", "Hémoglobine : 11,7 g/dL (12 à 16)", "Ferritine     18   µg/L")
N3 = cda("<structuredBody/>", identifiant="1.2.250.1.213.99.2")

Exemple = Callable[[], Constat]
CONFORMES: dict[str, Exemple] = {
    "PDF encapsulé": lambda: n.forme_n1(n1(COMPLET), "N1"),
    "résultats, virgule et micro": lambda: n.contenu_n1(n1(COMPLET), RESULTATS, NOM, "N1"),
    "résultat en attente non cherché": lambda: n.contenu_n1(
        n1(COMPLET), (*RESULTATS, Resultat("2951-2", "Sodium", "", "mmol/L")), NOM, "N1"
    ),
    "même patient, autre identifiant": lambda: n.meme_compte_rendu(n1(COMPLET), N3, MATRICULE, "N1"),
    "sans N3": lambda: n.meme_compte_rendu(n1(COMPLET), None, MATRICULE, "N1"),
}
ENFREINTS: dict[str, Exemple] = {
    "PDF coupé": lambda: n.forme_n1(n1(COMPLET[:-40]), "N1"),
    "texte brut": lambda: n.forme_n1(n1(b"Sodium 141", "text/plain"), "N1"),
    "sans codage": lambda: n.forme_n1(n1(COMPLET, representation=""), "N1"),
    "structuré": lambda: n.forme_n1(N3, "N1"),
    "illisible": lambda: n.forme_n1(b"<a>", "N1"),
    "résultat oublié": lambda: n.contenu_n1(n1(pdf(NOM, "Hémoglobine : 11.7 g/dL")), RESULTATS, NOM, "N1"),
    "valeur voisine": lambda: n.contenu_n1(n1(pdf(NOM, "Hémoglobine : 111.7 g/dL")), (HEMOGLOBINE,), NOM, "N1"),
    "sans unité": lambda: n.contenu_n1(n1(pdf(NOM, "Hémoglobine : 11.7 (12 à 16)")), (HEMOGLOBINE,), NOM, "N1"),
    "identifiant du N3": lambda: n.meme_compte_rendu(n1(COMPLET), n1(COMPLET), MATRICULE, "N1"),
    "autre patient": lambda: n.meme_compte_rendu(n1(COMPLET), N3, "179035121518989", "N1"),
    "autre type": lambda: n.meme_compte_rendu(cda("<nonXMLBody/>", code="11488-4"), N3, MATRICULE, "N1"),
}
AUTRES: dict[str, tuple[Exemple, Verdict]] = {
    "texte qui ne s'extrait pas": (lambda: n.contenu_n1(n1(pdf("")), RESULTATS, NOM, "N1"), Verdict.A_VERIFIER),
    "libellé du laboratoire": (
        lambda: n.contenu_n1(n1(pdf(NOM, "HB : 11.7 g/dL")), (HEMOGLOBINE,), NOM, "N1"),
        Verdict.A_VERIFIER,
    ),
    "unité écrite autrement": (
        lambda: n.contenu_n1(n1(pdf(NOM, "Hémoglobine : 11.7 mmol/L")), (HEMOGLOBINE,), NOM, "N1"),
        Verdict.A_VERIFIER,
    ),
    "PDF illisible": (lambda: n.contenu_n1(n1(b"rien"), RESULTATS, NOM, "N1"), Verdict.NON_CONCLUANT),
    "rien à chercher": (lambda: n.contenu_n1(n1(COMPLET), (), NOM, "N1"), Verdict.NON_CONCLUANT),
    "N1 illisible": (lambda: n.meme_compte_rendu(b"<a>", N3, MATRICULE, "N1"), Verdict.NON_CONCLUANT),
    "contenu d'un fichier illisible": (lambda: n.contenu_n1(b"<a>", RESULTATS, NOM, "N1"), Verdict.NON_CONCLUANT),
}


@pytest.mark.parametrize("nom", CONFORMES)
def test_suivi(nom: str) -> None:
    """Un exemple qui suit la règle est conforme, et dit ce qui a été vu."""
    constat = CONFORMES[nom]()
    assert constat.verdict is Verdict.CONFORME, constat.en_texte()
    assert constat.recu


@pytest.mark.parametrize("nom", ENFREINTS)
def test_enfreint(nom: str) -> None:
    """Un exemple qui enfreint la règle est non conforme, avec attendu, reçu et où."""
    constat = ENFREINTS[nom]()
    assert constat.verdict is Verdict.NON_CONFORME, constat.en_texte()
    assert constat.attendu
    assert constat.recu
    assert constat.ou


@pytest.mark.parametrize("nom", AUTRES)
def test_autre(nom: str) -> None:
    """Ce que le banc ne peut pas dire n'est jamais conforme ni non conforme."""
    exemple, verdict = AUTRES[nom]
    assert exemple().verdict is verdict


@pytest.mark.parametrize(
    ("texte", "valeur", "attendue"),
    [
        ("Sodium 140 mmol/L", "140", Lecture.LUE),
        ("Sodium 1140 mmol/L", "140", Lecture.ABSENTE),
        ("Sodium 140.5 mmol/L", "140", Lecture.ABSENTE),
        ("Sodium 1 140 mmol/L", "1140", Lecture.LUE),
        ("140 mmol/L Sodium", "140", Lecture.AILLEURS),
        ("Natrémie 140 mmol/L", "140", Lecture.SANS_LIBELLE),
        ("Sodium 140", "140", Lecture.ABSENTE),
        ("Sodium 140 Potassium", "140", Lecture.ABSENTE),
        ("Sodium 140 mEq/L", "140", Lecture.AUTRE_UNITE),
        ("Sodium 140 cmmol/L", "140", Lecture.AUTRE_UNITE),
        ("Sodium < 5,0 mmol/L", "5.0", Lecture.LUE),
    ],
)
def test_situer(texte: str, valeur: str, attendue: Lecture) -> None:
    """Une valeur se lit entière, près de son libellé, avec son unité."""
    assert situer(plier(texte), "Sodium", valeur, "mmol/L") is attendue
