"""Documents, expressions et motifs tirés au hasard : les items de Saxon, jamais une valeur où il voit une erreur."""

from __future__ import annotations

import os
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given, settings
from hypothesis import strategies as st

from steps.schematron.xpath.erreurs import HorsDePortee
from steps.schematron.xpath.regex import lire, risque

from .temoin import ecarts

_TIRAGES = int(os.environ.get("BANC_SONS_TIRAGES", "40"))
_reglage = settings(max_examples=_TIRAGES, deadline=None, derandomize=True)
_NOMS = ("a:e", "a:f", "b:e", "g")
_VALEURS = ("1", "2", "10", "x", "", " y ", "2020-01-01")


@st.composite
def elements(draw: st.DrawFn, profondeur: int = 3) -> str:
    """Un élément et sa descendance, textes et commentaires mêlés."""
    nom = draw(st.sampled_from(_NOMS))
    attributs = draw(st.lists(st.sampled_from(("n", "m", "b:n")), unique=True, max_size=3))
    texte = "".join(f" {a}={quoteattr(draw(st.sampled_from(_VALEURS)))}" for a in attributs)
    morceaux = []
    for _ in range(draw(st.integers(0, 3)) if profondeur else 0):
        genre = draw(st.integers(0, 9))
        if genre < 6:
            morceaux.append(draw(elements(profondeur - 1)))
        elif genre < 9:
            morceaux.append(escape(draw(st.sampled_from(_VALEURS))))
        else:
            morceaux.append("<!--c-->" if genre == 9 else "<?p q?>")
    return f"<{nom}{texte}>{''.join(morceaux)}</{nom}>"


documents = elements(4).map(lambda e: f'<a:r xmlns:a="urn:a" xmlns:b="urn:b">{e}{e}</a:r>')
_axes = (
    "child::",
    "",
    "descendant::",
    "ancestor::",
    "following-sibling::",
    "preceding-sibling::",
    "following::",
    "self::",
)
_tests = (*_NOMS, "*", "*:e", "b:*", "node()", "text()", "@n", "@m", "@*", "..", ".")
_litteraux = ("'1'", "'x'", "''", "1", "2", "1.5", "1e1", "()", "true()", "xs:date('2020-01-01')")


def _pas(predicat: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def ecrire(axe: str, test: str, predicats: list[str]) -> str:
        nu = test if test[0] in "@." else axe + test
        return nu if test in (".", "..") else nu + "".join(f"[{p}]" for p in predicats)

    return st.builds(ecrire, st.sampled_from(_axes), st.sampled_from(_tests), st.lists(predicat, max_size=2))


def _etendre(e: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    chemin = st.builds(
        lambda debut, pas, entre: debut + entre.join(pas),
        st.sampled_from(("", "/", "//", ".//")),
        st.lists(_pas(e), min_size=1, max_size=3),
        st.sampled_from(("/", "//")),
    )
    operateurs = st.sampled_from(
        ("=", "!=", "<", ">=", "eq", "and", "or", "+", "-", "*", "div", "|", "except", "intersect", ",", "to")
    )
    un = st.sampled_from(
        ("not", "count", "exists", "empty", "string", "number", "boolean", "distinct-values", "sum", "name", "data")
    )
    deux = st.sampled_from(("contains", "starts-with", "concat", "string-join", "substring-before", "index-of"))
    return st.one_of(
        chemin,
        chemin,
        st.builds(lambda a, o, b: f"({a} {o} {b})", e, operateurs, e),
        st.builds(lambda f, a: f"{f}({a})", un, e),
        st.builds(lambda f, a, b: f"{f}({a}, {b})", deux, e, e),
        st.builds(lambda a, b, c: f"(if ({a}) then {b} else {c})", e, e, e),
        st.builds(lambda a, b: f"(for $v in {a} return {b})", e, e),
        st.builds(lambda q, a, b: f"({q} $v in {a} satisfies $v = {b})", st.sampled_from(("some", "every")), e, e),
        st.builds(lambda a, p: f"({a})[{p}]", e, e),
    )


_feuilles = st.one_of(
    st.sampled_from(_litteraux), st.sampled_from(("position()", "last()", "@n", "a:e", "//a:e", "//@n", ".", "1", "2"))
)
expressions = st.recursive(_feuilles, _etendre, max_leaves=8)


@_reglage
@given(document=documents, lot=st.lists(expressions, min_size=8, max_size=8))
def test_expressions_au_hasard(document: str, lot: list[str]) -> None:
    """Toute expression que nous acceptons donne les items de Saxon, ou une erreur qui la renvoie au repli."""
    assert not ecarts(lot, document, refus=True, prudence=True)


_atomes = st.sampled_from(
    ("a", "b", "1", ".", "\\d", "\\s", "\\w", "[a-c]", "[^ab]", "\\.", "[\\d.]", "[a-z-[b]]", "^", "$", "é")
)


def _etendre_motif(m: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    quantite = st.sampled_from(("", "*", "+", "?", "{2}", "{1,3}", "+?", "{1,}"))
    return st.one_of(
        st.builds(lambda a, q: f"({a}){q}", m, quantite),
        st.builds(lambda a, b: f"{a}|{b}", m, m),
        st.builds(lambda a, b: a + b, m, m),
        st.builds(lambda a, q: a + q, _atomes, quantite),
    )


motifs = st.recursive(_atomes, _etendre_motif, max_leaves=6)


@_reglage
@given(motif=motifs, textes=st.lists(st.text("ab1. é\n", max_size=8), min_size=6, max_size=6))
def test_motifs_au_hasard(motif: str, textes: list[str]) -> None:
    """`matches` dit comme Saxon, par `re` ou par l'automate."""
    lot = [f"matches('{texte}', '{motif}')" for texte in textes]
    lot += [f"replace('{texte}', '{motif}', '-')" for texte in textes]
    assert not ecarts(lot, "<a/>", refus=True)


@_reglage
@given(motif=motifs, textes=st.lists(st.text("ab1. é\n", max_size=8), min_size=4, max_size=4))
def test_automate_comme_re(motif: str, textes: list[str]) -> None:
    """L'automate et `re` reconnaissent les mêmes textes."""
    from steps.schematron.xpath.automate import Automate
    from steps.schematron.xpath.regex import traduire

    try:
        e = lire(motif)
        automate = Automate(e, "")
    except HorsDePortee:
        return
    if not risque(e):
        for texte in textes:
            assert automate.trouve(texte) == (traduire(e, "").search(texte) is not None), (motif, texte)
