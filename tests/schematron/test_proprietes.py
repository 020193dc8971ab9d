"""Entrées quelconques : la lecture et les découpes ne lèvent que leurs refus, en français, et restent bornées."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from steps.schematron.chemins import chemin_de, descendre, element_du_chemin
from steps.schematron.contextes import alternatives, cibles, dernier_pas
from steps.schematron.expansion import Parametres, hors_chaines, renommer
from steps.schematron.inclusions import ESPACE, ErreurSchematron
from steps.schematron.lecture import lire
from steps.schematron.xslt import engendrer

_ELEMENTS = ("schema", "pattern", "rule", "assert", "report", "let", "phase", "active", "extends", "include", "param",
             "title", "value-of", "name", "emph", "ns", "p", "diagnostics", "inconnu")  # fmt: skip
_ATTRIBUTS = ("id", "is-a", "abstract", "context", "test", "name", "value", "rule", "href", "pattern", "defaultPhase",
              "queryBinding", "select", "path", "role", "documents")  # fmt: skip
_VALEURS = st.sampled_from(
    ("a", "b", "true", "$a", "n:x", "tete.sch", "../x.sch", "#a", "tete.sch#a", "", "//*[", "#ALL")
)
_XPATH = st.text(st.sampled_from("ab/|[]()'\"@*:.$ é\n"), max_size=40)


@st.composite
def elements(tirage: st.DrawFn, profondeur: int = 3) -> etree._Element:
    """Un arbre d'éléments de Schematron, dans un ordre quelconque."""
    element = etree.Element(f"{{{ESPACE}}}{tirage(st.sampled_from(_ELEMENTS))}")
    for nom, valeur in tirage(st.dictionaries(st.sampled_from(_ATTRIBUTS), _VALEURS, max_size=5)).items():
        element.set(nom, valeur)
    if profondeur:
        element.extend(tirage(st.lists(elements(profondeur - 1), max_size=3)))
    return element


@given(st.lists(elements(), max_size=3), st.dictionaries(st.sampled_from(_ATTRIBUTS), _VALEURS, max_size=2))
@settings(max_examples=30, deadline=None)
def test_lecture_de_n_importe_quel_schema(enfants: list[etree._Element], attributs: dict[str, str]) -> None:
    """Lu, compilé en texte, ou refusé par `ErreurSchematron` ; jamais autre chose."""
    tete = etree.Element(f"{{{ESPACE}}}schema", attributs)
    tete.extend(enfants)
    with tempfile.TemporaryDirectory() as nom:
        fichier = Path(nom) / "tete.sch"
        fichier.write_bytes(etree.tostring(tete))
        try:
            lu = lire(fichier)
        except ErreurSchematron as refus:
            assert "tete.sch" in str(refus) or "x.sch" in str(refus)
            return
    etree.fromstring(engendrer(lu).avec_base("file:///x/").encode())


@given(st.binary(max_size=300))
@settings(max_examples=20, deadline=None)
def test_lecture_d_octets_quelconques(octets: bytes) -> None:
    """Des octets quelconques sont refusés proprement."""
    with tempfile.TemporaryDirectory() as nom:
        fichier = Path(nom) / "tete.sch"
        fichier.write_bytes(octets)
        try:
            lire(fichier)
        except ErreurSchematron as refus:
            assert "tete.sch" in str(refus)


@given(_XPATH)
def test_decoupes(texte: str) -> None:
    """Les découpes d'un XPath quelconque ne perdent rien et ne lèvent rien."""
    assert "|".join(alternatives(texte)).replace(" ", "").replace("\n", "") == texte.replace(" ", "").replace("\n", "")
    dernier_pas(texte)
    cibles([texte], {})
    assert hors_chaines(texte, lambda morceau: morceau) == texte
    assert renommer(texte, {"absente": "x"}) == texte
    assert Parametres({})(texte) == texte


@given(st.recursive(st.just([]), lambda f: st.lists(f, max_size=4), max_leaves=25), st.data())
def test_chemin_aller_retour(forme: list[object], donnees: st.DataObject) -> None:
    """Le chemin d'un élément le retrouve, et ses rangs aussi."""

    def construire(contenu: list[object]) -> etree._Element:
        element = etree.Element(donnees.draw(st.sampled_from(("a", "b", "{urn:x}a"))))
        for sous in contenu:
            assert isinstance(sous, list)
            element.append(construire(sous))
        return element

    racine = construire(forme)
    choisi = donnees.draw(st.sampled_from(list(racine.iter())))
    assert element_du_chemin(etree.ElementTree(racine), chemin_de(choisi)) is choisi
    rangs: list[int] = []
    courant: etree._Element | None = choisi
    while courant is not None:
        parent = courant.getparent()
        rangs.insert(0, 1 if parent is None else list(parent).index(courant) + 1)
        courant = parent
    assert descendre(racine, rangs) is choisi
