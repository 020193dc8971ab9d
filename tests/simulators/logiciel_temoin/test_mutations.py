"""Les défauts de message changent l'endroit dit, et lui seul."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from simulators.logiciel_temoin.defauts import MUTATIONS, Defauts
from simulators.logiciel_temoin.mutations import Mutation, chemin, muter_texte, muter_xml, touche

MESSAGE = '<a:m xmlns:a="urn:a"><a:id x="1">A</a:id><a:bloc><a:id x="2">B</a:id></a:bloc></a:m>'


def _change(cible: str, geste: str, valeur: str = "") -> str:
    racine = etree.fromstring(MESSAGE)
    muter_xml([Mutation("", "p", cible, geste, valeur)], racine)
    return etree.tostring(racine).decode().replace(' xmlns:a="urn:a"', "").replace("a:", "")


@pytest.mark.parametrize(
    ("cible", "geste", "valeur", "attendu"),
    [
        ("/m/id", "retirer", "", '<m><bloc><id x="2">B</id></bloc></m>'),
        ("//bloc/id", "remplacer", "{}C", '<m><id x="1">A</id><bloc><id x="2">BC</id></bloc></m>'),
        ("/m/id/@x", "remplacer", "9", '<m><id x="9">A</id><bloc><id x="2">B</id></bloc></m>'),
        ("/m/id/@x", "retirer", "", '<m><id>A</id><bloc><id x="2">B</id></bloc></m>'),
        ("/m/id", "doubler", "", '<m><id x="1">A</id><id x="1">A</id><bloc><id x="2">B</id></bloc></m>'),
        ("//bloc", "vider", "", '<m><id x="1">A</id><bloc/></m>'),
        ("//bloc", "renommer", "b", '<m><id x="1">A</id><b><id x="2">B</id></b></m>'),
        ("//bloc", "inserer", "<n/>", '<m><id x="1">A</id><bloc><n/><id x="2">B</id></bloc></m>'),
        ("//bloc", "ajouter", "<n/>", '<m><id x="1">A</id><bloc><id x="2">B</id><n/></bloc></m>'),
        ("//id[@x='3']", "retirer", "", '<m><id x="1">A</id><bloc><id x="2">B</id></bloc></m>'),
    ],
)
def test_gestes(cible: str, geste: str, valeur: str, attendu: str) -> None:
    """Chaque geste ne change que la cible ; une cible absente ne change rien."""
    assert _change(cible, geste, valeur) == attendu


@pytest.mark.parametrize("cible", ["//bloc", "/m/id/@x"])
def test_geste_inconnu(cible: str) -> None:
    """Un geste que la cible n'admet pas est une erreur de programme."""
    with pytest.raises(ValueError, match="sans effet"):
        _change(cible, "tordre")


def test_noms_locaux() -> None:
    """Les noms entre apostrophes et les attributs restent tels quels."""
    assert chemin("//a/b[@c='d/e']/@f") == "//*[local-name()='a']/*[local-name()='b'][@c='d/e']/@f"


def test_texte() -> None:
    """Une expression rationnelle change le texte ; la valeur peut en reprendre des morceaux."""
    assert muter_texte([Mutation("", "p", r"(\d+)-(\d+)", "remplacer", r"\2-\1")], "x 1-22") == "x 22-1"
    assert not touche(Mutation("", "p", "z", "remplacer"), "x 1-22")


@pytest.mark.parametrize("nom", sorted(MUTATIONS))
def test_cibles_lisibles(nom: str) -> None:
    """Chaque cible de la table est un XPath ou une expression rationnelle valide."""
    mutation = MUTATIONS[nom]
    if mutation.cible.startswith("/") and not mutation.cible.endswith("$"):
        etree.XPath(chemin(mutation.cible))
    else:
        re.compile(mutation.cible)


def test_releve_sans_effet() -> None:
    """Le relevé dit ce qui aurait pu agir, une fois, sans rien changer."""
    defauts = Defauts(releve=True)
    assert defauts.muter_texte("datamatrix", "IS01S5M") == "IS01S5M"
    assert not defauts.actif("pdf_sans_sexe")
    assert {"datamatrix_version_fausse", "datamatrix_sexe_indetermine", "pdf_sans_sexe"} <= set(defauts.rencontres())
    assert defauts.rencontres() == []
    assert Defauts(["datamatrix_sexe_indetermine"]).muter_texte("datamatrix", "IS01S5M") == "IS01S5I"
