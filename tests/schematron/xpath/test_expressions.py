"""Notre évaluateur et Saxon rendent les mêmes items sur des centaines d'expressions écrites pour les départager."""

from __future__ import annotations

from itertools import product

import pytest

from .temoin import ecarts

DOCUMENT = """<!--avant--><?pi un?><r k="0" xmlns="urn:a" xmlns:b="urn:b" xmlns:xsi="urn:xsi" n="7">
  <e k="1" n="1" b:n="2" xsi:type="CD">un<e k="2" n="3"><!-- c -->deux<?cible x?></e> trois</e>
  <e k="3" n="2" t=" a  b "/><b:e k="4" n="10" d="2020-02-29">  4 </b:e>
  <f k="5"><e k="6" n="x"/><g k="7">1</g><g k="8">2</g><g k="9">01</g><h k="10" xmlns="">sans</h></f>
  <vide k="11"/><f k="12"><f k="13"><f k="14"><e k="15" n="5">fin</e></f></f></f>
  <q k="16" xsi:type="b:T" xml:lang="fr-FR" date="2020-01-01T00:00:00+01:00">é<![CDATA[<&]]></q>
</r><!--apres-->"""

AXES = (
    *("child", "descendant", "descendant-or-self", "self", "parent", "ancestor", "ancestor-or-self"),
    *("following-sibling", "preceding-sibling", "following", "preceding", "attribute"),
)
TESTS = ("*", "a:e", "*:e", "b:*", "node()", "text()", "comment()", "element()", "element(a:f)", "a:f", "@*"[1:])
PREDICATS = (
    "",
    "[1]",
    "[last()]",
    "[2]",
    "[position() < 3]",
    "[@n]",
    "[@n = '2']",
    "[a:e]",
    "[not(a:e)][1]",
    "[@n > 2]",
)
DEPARTS = ("/a:r/a:e[1]/a:e", "//a:g[2]", "/", "//a:f", "//@n", "//text()[last()]", "//a:e")


def test_axes_et_tests() -> None:
    """Chaque axe, depuis des départs simples ou multiples, rend les mêmes nœuds dans le même ordre."""
    expressions = [f"{d.rstrip('/')}/{axe}::{t}" for d, axe, t in product(DEPARTS, AXES, TESTS)]
    expressions = [e.replace("//attribute::*", "//@*") for e in expressions]
    assert not ecarts(expressions, DOCUMENT)


def test_predicats() -> None:
    """Les prédicats comptent les positions dans le sens de l'axe."""
    axes = ("child", "descendant", "ancestor", "preceding-sibling", "preceding", "following-sibling")
    expressions = [f"//a:e/{axe}::{t}{p}" for axe, t, p in product(axes, ("*", "a:e", "node()"), PREDICATS)]
    expressions += [f"//{t}{p}" for t, p in product(("a:e", "a:f", "*", "@n", "a:f/a:e"), PREDICATS)]
    expressions += [f"(//{t}){p}" for t, p in product(("a:e", "a:f", "*", "@n"), PREDICATS)]
    expressions += [f"//a:f{p}{q}/@k" for p, q in product(PREDICATS, PREDICATS)]
    assert not ecarts(expressions, DOCUMENT)


def test_abreges_et_ensembles() -> None:
    """`//`, `..`, unions, étapes entre parenthèses, étapes qui rendent des valeurs."""
    assert not ecarts(
        (
            *("/", "/*", ".", "//.", "//..", "//a:f//a:e/@k", "//a:f//a:f", ".//a:e", "//a:f/.//a:e/..", "//self::a:f"),
            *("//a:e | //a:f", "//a:f/(a:e | a:g)", "(//a:e union //b:e)[last()]", "//a:e intersect //a:f/a:e"),
            *("//a:e except //a:f/*", "//*[self::a:f or self::a:g]", "//@* except //@k", "//a:f/(a:g)[1]"),
            *("//a:g/string()", "//a:e/concat(@k, '-', @n)", "//a:g/(. * 2)", "//a:g/position()", "//a:g/last()"),
            *("//a:e/name()", "//a:e/(@n, @k)", "//a:f/count(a:e)", "//a:f/not(a:e)", "//a:f[1]/a:g[. = 1]/@k"),
            *("//a:f/a:e/..", "//a:f[a:f]/descendant::a:e", "//a:f/descendant::a:e", "(//a:f/..)/a:e", "//a:g/.."),
            *("//a:f/a:f/ancestor::a:f", "//a:e/following::a:g", "(//a:g, //a:e)[2]/@k", "(//a:g, //a:e)/@k"),
            *("//a:r/a:e[2]/preceding::node()", "//comment()", "//processing-instruction()", "//@*:n", "//@b:*"),
            *("//processing-instruction('cible')", "//processing-instruction(pi)", "//h", "//*:h", "//a:*[@n]"),
            *("//a:e[@k = ../a:f/@k]", "//a:e[@n = //a:g]", "//a:f[.//a:e[@n = '5']]/@k", "//a:e[../@n = '7']/@k"),
            *("//*[a:e/@n = 'x']/@k", "//*[a:e[@n = 'x']]/@k", "//a:f[a:g = '2' and @k]/@k", "//*[@n = '2'][1]/@k"),
            *("//a:g[. = '01']/@k", "//a:g[text() = '1']/@k", "//a:q[text() = 'é<&']/@k", "//a:e[. = 'fin']/@k"),
            *("//a:f[descendant::a:e/@n = '5']/@k", "//*[@k = ('1', '3')]/@n", "/a:r/a:f[@k = /a:r/a:f/@k][2]/@k"),
            *("//a:e[position() = last()]/@k", "//a:e[position() mod 2 = 1]/@k", "//a:f[count(a:f) = 1]/@k"),
            *(
                "//a:e[number(@n)]/@k",
                "//a:e[count(a:e)]/@k",
                "//a:e[@n + 0 = 1]",
                "//*[last() - 1]/@k",
                "(1 to 5)[. > 3]",
            ),
            *("('a', 'b')[2]", "('a', 'b')[. = 'b']", "(1, 'a', 2)[1]", "//a:e[()]", "//a:e['x']/@k", "//a:e['']/@k"),
        ),
        DOCUMENT,
    )


OPERANDES = (
    *(
        "()",
        "'1'",
        "'a'",
        "''",
        "1",
        "2",
        "1.0",
        "1.5",
        "1e0",
        "true()",
        "false()",
        "number('x')",
        "xs:date('2020-02-29')",
    ),
    *("//a:g", "//a:g[1]", "//a:e/@n", "//@absent", "/a:r/@n", "(1, 2)", "('a', '1')", "xs:anyURI('a')", "//@d"),
    *("data(/a:r/@n)", "//comment()[1]", "//text()[. = 'fin']", "xs:integer('7')", "xs:untypedAtomic('true')"),
)


@pytest.mark.parametrize("op", ["=", "!=", "<", "<=", ">", ">="])
def test_comparaisons_generales(op: str) -> None:
    """Toutes les paires de types, dans les deux sens."""
    assert not ecarts((f"{a} {op} {b}" for a, b in product(OPERANDES, OPERANDES)), DOCUMENT, refus=True, prudence=True)


@pytest.mark.parametrize("op", ["eq", "ne", "lt", "ge"])
def test_comparaisons_de_valeurs(op: str) -> None:
    """Comme les générales, sans conversion : xs:untypedAtomic vaut une chaîne."""
    assert not ecarts((f"{a} {op} {b}" for a, b in product(OPERANDES, OPERANDES)), DOCUMENT, refus=True, prudence=True)


@pytest.mark.parametrize("op", ["+", "-", "*", "div", "idiv", "mod"])
def test_arithmetique(op: str) -> None:
    """Promotion des types, divisions par zéro, valeurs vides."""
    nombres = (
        *(
            "()",
            "0",
            "1",
            "-7",
            "3",
            "0.0",
            "1.5",
            "-2.25",
            "1e0",
            "0e0",
            "-0e0",
            "2.5e10",
            "number('INF')",
            "number('x')",
        ),
        *(
            "/a:r/@n",
            "//a:g[3]",
            "'1'",
            "//a:e/@n",
            "true()",
            "10000000000000000000000",
            "0.000001",
            "xs:untypedAtomic('3')",
        ),
    )
    assert not ecarts((f"{a} {op} {b}" for a, b in product(nombres, nombres)), DOCUMENT, refus=True, prudence=True)


def test_booleens_effectifs() -> None:
    """`if`, `not`, `and`, `or`, quantificateurs : valeur booléenne effective ou erreur."""
    valeurs = (*OPERANDES, "0", "0.0", "(//a:g, 1)", "(1, //a:g)", "('', '')", "xs:QName('x')", "//a:e[@n]", "-0e0")
    expressions = [f"if ({v}) then 'oui' else 'non'" for v in valeurs]
    expressions += [f"not({v})" for v in valeurs] + [f"boolean({v})" for v in valeurs]
    expressions += [f"{a} and {b}" for a, b in product(valeurs[:12], valeurs[:12])]
    expressions += [f"exists({v}), empty({v}), count({v})" for v in valeurs]
    expressions += [f"{q} $x in {v} satisfies $x = '1'" for q, v in product(("some", "every"), valeurs)]
    assert not ecarts((e for e in expressions if "QName" not in e), DOCUMENT, refus=True)


def test_conversions() -> None:
    """`cast`, `castable`, `instance of`, constructeurs."""
    sources = (
        *(
            "'1'",
            "' 12 '",
            "'1.5'",
            "'-0'",
            "'1e3'",
            "'INF'",
            "'+INF'",
            "'NaN'",
            "'true'",
            "'0'",
            "'abc'",
            "''",
            "1",
            "1.5",
        ),
        *(
            "-1.5",
            "1e3",
            "1e30",
            "number('x')",
            "true()",
            "/a:r/@n",
            "()",
            "'2020-02-29'",
            "'2021-02-29'",
            "'0000-01-01'",
        ),
        *(
            "'2020-01-01T24:00:00'",
            "'2020-12-31T24:00:00Z'",
            "'2020-01-01T00:00:00.120+14:00'",
            "'12:00:00'",
            "'25:00:00'",
        ),
        *(
            "'2020-01-01Z'",
            "'2020-01-01+15:00'",
            "'-0044-03-15'",
            "'a b'",
            "xs:date('2020-01-01')",
            "128",
            "-1",
            "'+5'",
        ),
        *("xs:dateTime('2020-01-01T10:20:30Z')", "xs:anyURI('x')", "xs:untypedAtomic('4')", "4294967296", "1.999"),
    )
    types = (
        *("string", "integer", "decimal", "double", "boolean", "date", "dateTime", "time", "anyURI", "untypedAtomic"),
        *("int", "nonNegativeInteger", "positiveInteger", "byte", "unsignedByte", "long"),
    )
    expressions = [f"{s} castable as xs:{t}" for s, t in product(sources, types)]
    expressions += [f"{s} castable as xs:{t}?" for s, t in product(("()", "'1'", "(1, 2)"), types)]
    expressions += [f"string({s} cast as xs:{t})" for s, t in product(sources, types)]
    expressions += [f"xs:{t}({s})" for s, t in product(sources, types[:10])]
    tests = (
        "xs:string",
        "xs:integer",
        "xs:decimal",
        "xs:double",
        "xs:boolean",
        "item()",
        "node()",
        "element()",
        "xs:date",
    )
    expressions += [f"{s} instance of {t}{o}" for s, t, o in product(sources, tests, ("", "?", "*", "+"))]
    expressions += [
        "() instance of empty-sequence()",
        "1 treat as xs:integer",
        "'a' treat as xs:integer",
        "//a:e instance of element(a:e)+",
    ]
    assert not ecarts(expressions, DOCUMENT)


def test_fonctions() -> None:
    """Les fonctions de F&O, avec leurs arguments ordinaires, vides, multiples ou du mauvais type."""
    arguments = ("'abc'", "''", "()", "//a:g[1]", "//a:g", "12", "/a:r/@n", "//@t", "xs:untypedAtomic('x y')", "true()")
    une = (
        *(
            "string-length",
            "normalize-space",
            "upper-case",
            "lower-case",
            "string",
            "number",
            "count",
            "data",
            "reverse",
        ),
        *("string-to-codepoints", "encode-for-uri", "iri-to-uri", "escape-html-uri", "distinct-values", "sum", "avg"),
        *("max", "min", "abs", "floor", "ceiling", "round", "zero-or-one", "one-or-more", "exactly-one", "unordered"),
        *("name", "local-name", "namespace-uri", "string-join", "root", "boolean"),
    )
    deux = (
        "contains",
        "starts-with",
        "ends-with",
        "substring-before",
        "substring-after",
        "compare",
        "concat",
        "index-of",
    )
    expressions = [f"{f}({a})" for f, a in product(une, arguments) if f != "string-join"]
    expressions += [f"{f}({a}, {b})" for f, a, b in product(deux, arguments, arguments)]
    expressions += [f"string-join({a}, {b})" for a, b in product(arguments, ("'-'", "''", "()", "1"))]
    expressions += [
        f"translate('abcabc', {a}, {b})" for a, b in product(("'ab'", "'aa'", "''"), ("'x'", "'xyz'", "''"))
    ]
    bornes = ("0", "1", "2.5", "-1", "1e0", "number('x')", "()", "-42.5", "3.5", "100")
    expressions += [f"substring('12345', {a})" for a in bornes]
    expressions += [f"substring('12345', {a}, {b})" for a, b in product(bornes, (*bornes, "1 div 0e0", "-1 div 0e0"))]
    expressions += [
        f"subsequence(('a', 'b', 'c'), {a}, {b})" for a, b in product(("0", "1", "1.5", "2"), ("0", "1", "1.5", "9"))
    ]
    expressions += [
        f"round({x})" for x in ("2.5", "-2.5", "2.5e0", "-2.5e0", "0.49999999999999994e0", "-0.2e0", "1e300", "3")
    ]
    expressions += [f"round-half-to-even({x})" for x in ("2.5", "3.5", "-2.5", "2.5e0", "7")]
    expressions += [
        f"{f}({x})"
        for f, x in product(("floor", "ceiling", "abs"), ("1.5", "-1.5", "1.5e0", "-1.5e0", "-3", "number('INF')"))
    ]
    assert not ecarts((e for e in expressions if "div 0e0" not in e), DOCUMENT, refus=True)
    # des bornes infinies : un moteur se trompe dans un cas, nous laissons tous ceux-là au repli
    assert not ecarts((e for e in expressions if "div 0e0" in e), DOCUMENT, refus=True, prudence=True)


def test_fonctions_diverses() -> None:
    """Noms qualifiés, dates, égalité profonde, suites, boucles et nombres écrits."""
    assert not ecarts(
        (
            *(
                "resolve-QName('b:x', /*)",
                "resolve-QName('x', /*)",
                "resolve-QName('z:x', /*)",
                "resolve-QName((), /*)",
            ),
            *("local-name-from-QName(resolve-QName(//a:q/@xsi:type, //a:q))", "resolve-QName('1x', /*)"),
            *("namespace-uri-from-QName(resolve-QName(//a:q/@xsi:type, //a:q)) = 'urn:b'", "string(node-name(//b:e))"),
            *(
                "QName('urn:a', 'e') = node-name(//a:e[1])",
                "QName('', 'x')",
                "QName('urn:a', '')",
                "prefix-from-QName(QName('u', 'p:x'))",
            ),
            *(
                "//*/name()",
                "//@*/name()",
                "//*/local-name()",
                "//@*/namespace-uri()",
                "name(//comment()[1])",
                "name(/)",
            ),
            *(
                "name(//processing-instruction()[1])",
                "local-name(//text()[1])",
                "//a:q[lang('fr')]/@k",
                "//a:q[lang('en')]",
            ),
            *("deep-equal(//a:g[1], //a:g[2])", "deep-equal((1, 2), (1, 2))", "deep-equal(/, /)", "deep-equal(1, 1.0)"),
            *(
                "insert-before((1, 2), 2, 9)",
                "remove((1, 2, 3), 2)",
                "index-of((1, 2, 1), 1)",
                "reverse(1 to 3)",
                "3 to 1",
            ),
            *(
                "for $x in (1, 2), $y in (3, 4) return $x * $y",
                "for $e in //a:e return string($e/@n)",
                "for $x in //a:g return $x",
            ),
            *(
                "some $x in //a:g, $y in //a:e satisfies $x = $y/@n",
                "every $x in () satisfies false()",
                "if (()) then 1 else ()",
            ),
            *(
                "string(1e6)",
                "string(1e5)",
                "string(0.1e0)",
                "string(1e-7)",
                "string(123456789e0)",
                "string(1.10)",
                "string(-0e0)",
            ),
            *(
                "string(1e100)",
                "string(1.5e-10)",
                "string(0.00001e0)",
                "string(1 div 3)",
                "string(2e0 div 3)",
                "string(1.0)",
            ),
            *("1 is 1", "//a:g[1] is //a:g[1]", "//a:g[1] << //a:g[2]", "//a:g[1] >> //a:g[2]", "() is //a:g[1]"),
            *(
                "xs:date('2020-01-01') < xs:date('2020-01-02')",
                "xs:dateTime(//@date) = xs:dateTime('2019-12-31T23:00:00Z')",
            ),
            *(
                "year-from-date(xs:date('2020-02-03'))",
                "month-from-dateTime(xs:dateTime(//@date))",
                "hours-from-time(xs:time('10:00:00'))",
            ),
            *(
                "xs:date(//@d) eq xs:date('2020-02-29')",
                "//@d = xs:date('2020-02-29')",
                "xs:time('10:00:00') < xs:time('09:00:00')",
            ),
            *(
                "max(('b', 'a'))",
                "min((1, 2.5, 3e0))",
                "max(())",
                "sum(())",
                "sum((1, 2.5))",
                "avg((1, 2, 4))",
                "max(//a:g)",
            ),
            *(
                "distinct-values((1, 1.0, 1e0, '1', 'a', 'a'))",
                "distinct-values(//a:g)",
                "count(distinct-values(//@n))",
                "//a:g = 1",
            ),
            *(
                "codepoints-to-string((97, 233))",
                "codepoints-to-string(0)",
                "string-to-codepoints('é')",
                "'a' < 'B'",
                "compare('a', 'B')",
            ),
            *(
                "- //a:g[1]",
                "-(1, 2)",
                "+5",
                "--5",
                "(: c (: d :) :) 1",
                "'l''a'",
                '"a""b"',
                "1 to 3, 5",
                "((1, 2), 3)",
            ),
            *(
                "not(not(//a:e))",
                "//a:e[not(@n = '1')]/@k",
                "//a:e[@n != '1']/@k",
                "count(//a:e[@n]) >= 3",
                "(//a:g)[. > 1]/@k",
            ),
            *(
                "//a:e/@n/../@k",
                "string(//a:e[1])",
                "string(/)",
                "//a:f/string-length()",
                "normalize-space(//b:e)",
                "//a:q/string()",
            ),
            *(
                "data(//a:g)",
                "(//a:e/@n)[. castable as xs:integer]",
                "//a:e[xs:integer(@n) = 1]",
                "substring-after('a:b', ':')",
            ),
        ),
        DOCUMENT,
    )


def test_expressions_regulieres() -> None:
    """`matches`, `replace` et `tokenize` : motifs, drapeaux, erreurs."""
    textes = (
        "'abc'",
        "''",
        "'a b\tc'",
        "'A1-b2'",
        "'1.2.250.1'",
        "'é_ñ'",
        "'a\nb'",
        "'x+y'",
        "'AbC'",
        "'2020+0100'",
        "'a-b]c'",
    )
    motifs = (
        *("a", "^a", "c$", "^abc$", "[a-c]+", "[^a-c]", "\\d+", "\\D", "\\s", "\\S+", "\\w+", "\\W", "\\i\\c*", "^\\I"),
        *(
            "a|b",
            "(a)(b)?",
            "a{2}",
            "[a-z]{1,2}",
            "a{2,1}",
            "(",
            "a)",
            "[a",
            "a**",
            "*a",
            "\\p{L}+",
            "\\p{Lu}",
            "\\P{L}",
        ),
        *(
            "[a-z-[b]]+",
            ".",
            "a.b",
            "^.*$",
            "\\.",
            "[.]",
            "[\\d.]+",
            "^[0-2](\\.(0|[1-9]\\d*))*$",
            "x\\+y",
            "^[\\w+_-]+$",
        ),
        *(
            "(a|b)*c",
            "(a+)+$",
            "^(\\d+\\.?)+$",
            "a??b",
            "a+?",
            "(?:a|b)c",
            "[\\]]",
            "[\\-]",
            "[a\\-c]",
            "\\n",
            "^b",
            "a$",
            "^",
            "$",
        ),
        *("[+-]", "[^+-]+", "\\\\", "\\$", "\\e", "\\p{Xx}", "[]", "[^]", "a{,2}", "{1}", "}", "]"),
    )
    expressions = [f"matches({t}, '{m}')" for t, m in product(textes, motifs)]
    expressions += [
        f"matches({t}, '{m}', '{d}')" for t, m, d in product(textes, motifs[:20], ("i", "s", "m", "x", "im", "q"))
    ]
    expressions += [f"replace({t}, '{m}', '<$0>')" for t, m in product(textes, motifs)]
    expressions += [
        f"replace('abcd', '(b)(c)', '{r}')" for r in ("$2$1", "$3", "\\$1", "$", "\\", "$12", "\\\\", "x", "")
    ]
    expressions += [f"tokenize({t}, '{m}')" for t, m in product(textes, motifs)]
    assert not ecarts(expressions, DOCUMENT, refus=True, prudence=True)
