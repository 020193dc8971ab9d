"""Le moteur de référence : chaque construction sur de petits documents, résultat écrit à la main."""

from __future__ import annotations

from pathlib import Path

import pytest

from steps.schematron.contextes import Cibles, alternatives, cibles, dernier_pas
from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.modele import ABSENT
from steps.schematron.saxon import MoteurSaxon
from steps.schematron.xslt import annexes_constantes, engendrer
from tests.schematron.fabrique import arbre, echecs, jouer, jouer_par_saxon, lu

N = 'xmlns="urn:essai"'


def test_assert_et_report(tmp_path: Path) -> None:
    """Un assert échoue quand son test est faux, un report quand il est vrai ; chemin, rang, ligne et message."""
    s = lu(
        tmp_path,
        '<pattern id="m"><rule context="n:a"><assert test="@b">  a   sans b : <name/> <value-of select="@c"/> </assert>'
        '<report test="@d">d interdit</report></rule></pattern>',
    )
    passage = jouer(s, f'<r {N}>\n<a b="1"/>\n<a c="x" d=""/><z><a/></z></r>')
    assert echecs(passage) == [
        ("/r/a[2]", "a sans b : a x"),
        ("/r/a[2]", "d interdit"),
        ("/r/z/a", "a sans b : a"),
    ]
    assert [e.ligne for e in passage.echecs] == [3, 3, 3]
    assert passage.tirees == {(0, 0): 3}
    assert passage.incomplet == ()
    assert {e.motif for e in passage.echecs} == {"m"}


def test_premiere_regle_du_motif(tmp_path: Path) -> None:
    """Dans un motif, un nœud ne va qu'à la première règle qui convient ; un autre motif le reprend."""
    s = lu(
        tmp_path,
        '<pattern><rule context="n:a[@x]"><assert test="false()">x</assert></rule>'
        '<rule context="n:a"><assert test="false()">a</assert></rule><rule context="*">'
        '<assert test="false()">*</assert>'
        '</rule></pattern><pattern><rule context="n:r/n:a | n:b"><assert test="false()">autre</assert>'
        "</rule></pattern>",
    )
    passage = jouer(s, f'<r {N}><a x="1"/><a/><b/></r>')
    assert echecs(passage) == [
        ("/r", "*"),
        ("/r/a[1]", "x"),
        ("/r/a[2]", "a"),
        ("/r/b", "*"),
        ("/r/a[1]", "autre"),
        ("/r/a[2]", "autre"),
        ("/r/b", "autre"),
    ]
    assert passage.tirees == {(0, 0): 1, (0, 1): 1, (0, 2): 2, (1, 0): 3}


def test_contextes_autres_que_des_elements(tmp_path: Path) -> None:
    """La racine, un attribut, un texte, un commentaire."""
    s = lu(
        tmp_path,
        '<pattern><rule context="/"><assert test="false()">racine</assert></rule></pattern>'
        '<pattern><rule context="n:a/@b"><assert test=". = \'1\'">vaut <value-of select="."/></assert></rule></pattern>'
        '<pattern><rule context="text()"><assert test="not(contains(., \'non\'))">texte</assert></rule></pattern>'
        '<pattern><rule context="comment()"><assert test="false()">commentaire</assert></rule></pattern>',
    )
    assert echecs(jouer(s, f'<r {N}><a b="1"/><a b="2">non<!--c--></a></r>')) == [
        ("/", "racine"),
        ("/r/a[2]/@b", "vaut 2"),
        ("/r/a[2]/text()", "texte"),
        ("/r/a[2]/comment()", "commentaire"),
    ]


def test_variables(tmp_path: Path) -> None:
    """Schéma, motif (vues depuis les autres motifs), règle, redéfinition, règle abstraite avec variable."""
    s = lu(
        tmp_path,
        '<let name="n" value="count(//n:a)"/><pattern><let name="m" value="$n + 1"/>'
        '<rule abstract="true" id="abs"><let name="k" value="@k"/><assert test="$k">k de '
        '<value-of select="$k"/></assert>'
        '</rule><rule context="n:a"><let name="v" value="@v"/><assert test="$v = 1">v=<value-of select="$v"/> n='
        '<value-of select="$n"/> m=<value-of select="$m"/></assert><let name="v" value="$v + 1"/>'
        '<assert test="$v = 1">v+1=<value-of select="$v"/></assert></rule>'
        '<rule context="n:b"><extends rule="abs"/></rule></pattern>'
        '<pattern><rule context="n:r"><assert test="$m = 0">m vu : <value-of select="$m"/></assert></rule></pattern>',
    )
    assert echecs(jouer(s, f'<r {N}><a v="1"/><a v="0"/><b/></r>')) == [
        ("/r/a[1]", "v+1=2"),
        ("/r/a[2]", "v=0 n=2 m=3"),
        ("/r/b", "k de"),
        ("/r", "m vu : 3"),
    ]


def test_motif_abstrait(tmp_path: Path) -> None:
    """Deux instances d'un motif abstrait jouent leurs paramètres."""
    s = lu(
        tmp_path,
        '<pattern abstract="true" id="t"><rule context="$e"><assert test="$test">$e : '
        '<value-of select="$test"/></assert>'
        '</rule></pattern><pattern is-a="t" id="x"><param name="e" value="n:a"/>'
        '<param name="test" value="@a"/></pattern>'
        '<pattern is-a="t" id="y"><param name="e" value="n:b"/><param name="test" value="@b = 2"/></pattern>',
    )
    passage = jouer(s, f'<r {N}><a/><b b="1"/></r>')
    assert echecs(passage) == [("/r/a", "n:a :"), ("/r/b", "n:b : false")]
    assert [e.motif for e in passage.echecs] == ["x", "y"]


def test_annexe_presente(tmp_path: Path) -> None:
    """`document()` et `doc()`, constants ou calculés, se résolvent depuis le dossier du fichier de tête."""
    (tmp_path / "jeux").mkdir()
    (tmp_path / "jeux" / "j.xml").write_text('<j><c code="A"/></j>')
    s = lu(
        tmp_path,
        '<let name="jeu" value="\'jeux/j.xml\'"/><pattern><rule context="n:a"><let name="code" value="@code"/>'
        '<assert test="document($jeu)//c[@code = $code]">1 <value-of select="$code"/></assert>'
        "<assert test=\"doc('jeux/j.xml')//c[@code = $code]\">2</assert>"
        "<assert test=\"doc(concat('jeux/', @jeu, '.xml'))//c[@code = $code]\">3</assert></rule></pattern>",
    )
    assert annexes_constantes(s) == {"jeux/j.xml"}
    passage = jouer(s, f'<r {N}><a code="A" jeu="j"/><a code="B" jeu="j"/></r>')
    assert echecs(passage) == [("/r/a[2]", "1 B"), ("/r/a[2]", "2"), ("/r/a[2]", "3")]
    assert passage.incomplet == ()


def test_annexe_changee_pendant_la_vie_du_processus(tmp_path: Path) -> None:
    """Un jeu de valeurs remplacé est relu."""
    jeu = tmp_path / "j.xml"
    jeu.write_text('<j><c code="A"/></j>')
    s = lu(
        tmp_path, '<pattern><rule context="n:a"><assert test="doc(\'j.xml\')//c/@code = @c">x</assert></rule></pattern>'
    )
    document = f'<a {N} c="LONG"/>'
    assert len(jouer_par_saxon(s, document).echecs) == 1
    jeu.write_text('<j><c code="A"/><c code="LONG"/></j>')
    assert jouer_par_saxon(s, document).echecs == ()


@pytest.mark.parametrize(
    "test",
    ["document($jeu)//c[@code]", "doc('absent.xml')//c", "doc(concat('absent', '.xml'))//c", "$local//c", "$global//c"],
)
def test_annexe_absente(tmp_path: Path, test: str) -> None:
    """Ni conforme ni en échec : incomplet, avec le nom du fichier ; les autres assertions sont jouées."""
    s = lu(
        tmp_path,
        '<let name="jeu" value="\'absent.xml\'"/>'
        + ('<let name="global" value="doc($jeu)"/>' if "global" in test else "")
        + '<pattern><rule context="n:a">'
        + ('<let name="local" value="doc($jeu)"/>' if "local" in test else "")
        + f'<assert test="true()">jamais</assert><assert test="{test}">annexe</assert>'
        '<assert test="false()">toujours</assert></rule></pattern>',
    )
    passage = jouer(s, f"<a {N}/>")
    assert echecs(passage) == [("/a", "toujours")]
    assert passage.incomplet == (f"{ABSENT}absent.xml",)


def test_annexe_absente_sans_besoin(tmp_path: Path) -> None:
    """Une annexe absente que le document n'a pas fait lire ne rend rien incomplet."""
    s = lu(
        tmp_path,
        '<pattern><rule context="n:a"><assert test="@ok or doc(\'absent.xml\')//c">x</assert></rule>'
        '<rule context="n:b"><assert test="not(doc-available(\'absent.xml\'))">y</assert></rule></pattern>',
    )
    passage = jouer(s, f'<r {N}><a ok="1"/><b/></r>')
    assert (passage.echecs, passage.incomplet) == ((), ())


def test_annexe_du_reseau_refusee(tmp_path: Path) -> None:
    """Aucune règle ne fait sortir sur le réseau."""
    s = lu(
        tmp_path,
        '<pattern><rule context="n:a"><assert test="doc(\'http://127.0.0.1:9/j.xml\')//c">x</assert></rule></pattern>',
    )
    passage = jouer(s, f"<a {N}/>")
    assert passage.echecs == ()
    assert passage.incomplet == (f"{ABSENT}j.xml",)


def test_erreur_d_evaluation_isolee(tmp_path: Path) -> None:
    """Une erreur dynamique n'empêche pas les autres assertions et n'est pas un défaut du document."""
    s = lu(
        tmp_path,
        '<let name="g" value="1 div 0"/><pattern><rule context="n:a"><let name="v" value="xs:integer(@v)"/>'
        '<assert test="$v gt 3">v petit</assert><assert test="false()">toujours</assert>'
        '<assert test="$g = 1">g</assert></rule></pattern>',
    )
    passage = jouer(s, f'<r {N}><a v="x"/></r>')
    assert echecs(passage) == [("/r/a", "toujours")]
    assert len(passage.incomplet) == 2
    assert all("tete.sch, ligne 1" in raison for raison in passage.incomplet)
    assert echecs(jouer(s, f'<r {N}><a v="1"/></r>'))[0] == ("/r/a", "v petit")


def test_expression_fautive(tmp_path: Path) -> None:
    """Un schematron que Saxon refuse est incomplet, jamais conforme ni en échec."""
    s = lu(tmp_path, '<pattern><rule context="n:a"><assert test="inconnue(">x</assert></rule></pattern>')
    passage = jouer_par_saxon(s, f"<a {N}/>")
    assert passage.echecs == ()
    assert "non évaluables" in passage.incomplet[0]


def test_lacune_de_lecture(tmp_path: Path) -> None:
    """Une lacune de lecture rend tout passage incomplet."""
    s = lu(
        tmp_path,
        '<include href="absent.sch"/><pattern><rule context="n:a"><assert test="1">x</assert></rule></pattern>',
    )
    assert "absent.sch" in jouer(s, f"<a {N}/>").incomplet[0]


def test_parties(tmp_path: Path) -> None:
    """Jouer une partie : les règles qui précèdent gardent leurs nœuds, les autres assertions ne sont pas jouées."""
    s = lu(
        tmp_path,
        '<pattern><rule context="n:a[@x]"><assert test="false()">x</assert></rule><rule context="n:a">'
        '<assert test="false()">a0</assert><assert test="false()">a1</assert></rule>'
        '<rule context="n:r"><assert test="false()">r</assert></rule></pattern>'
        '<pattern><rule context="n:a"><assert test="false()">autre</assert></rule></pattern>',
    )
    xml = f'<r {N}><a x="1"/><a/></r>'
    passage = MoteurSaxon().juger(arbre(xml), s, frozenset({(0, 1, 1)}))
    assert echecs(passage) == [("/r/a[2]", "a1")]
    assert passage.tirees == {(0, 0): 1, (0, 1): 1}
    assert MoteurSaxon().juger(arbre(xml), s, frozenset()).echecs == ()


def test_assertions_partagees(tmp_path: Path) -> None:
    """Une règle abstraite étendue par plusieurs règles n'est compilée qu'une fois, et chaque échec garde sa place."""
    s = lu(
        tmp_path,
        '<pattern><rule abstract="true" id="abs"><assert test="@k">k</assert></rule>'
        '<rule context="n:a"><extends rule="abs"/></rule><rule context="n:b"><assert test="1">1</assert>'
        '<extends rule="abs"/></rule></pattern>',
    )
    assert engendrer(s).texte.count('test="not((@k))"') == 1
    passage = jouer(s, f"<r {N}><a/><b/></r>")
    assert [(e.contexte, e.chemin) for e in passage.echecs] == [("n:a", "/r/a"), ("n:b", "/r/b")]


def test_caracteres_speciaux(tmp_path: Path) -> None:
    """Chevrons, esperluettes, guillemets et accents passent dans les tests et les messages."""
    s = lu(
        tmp_path,
        '<pattern><rule context="n:é[@x &lt; 3]"><assert test="@t = \'&lt;&amp;&quot;\'">&lt;é&gt; &amp; « <value-of '
        'select="@t"/> »</assert></rule></pattern>',
    )
    assert echecs(jouer(s, f'<é {N} x="2" t="&amp;&#9;&#10;b"/>')) == [("/é", "<é> & « & b »")]


def test_doctype_refuse(tmp_path: Path) -> None:
    """Un document qui porte un DOCTYPE n'atteint pas Saxon."""
    s = lu(tmp_path, '<pattern><rule context="*"><assert test="1">x</assert></rule></pattern>')
    with pytest.raises(ErreurSchematron, match="DOCTYPE"):
        jouer(s, '<!DOCTYPE r [<!ENTITY e "x">]><r/>')


def test_feuilles_gardees_bornees(tmp_path: Path) -> None:
    """Le moteur ne garde qu'un nombre borné de feuilles compilées."""
    saxon = MoteurSaxon(feuilles_maximum=2)
    for rang in range(4):
        s = lu(
            tmp_path / str(rang), f'<pattern><rule context="n:a"><assert test="@x{rang}">x</assert></rule></pattern>'
        )
        assert len(saxon.juger(arbre(f"<a {N}/>"), s).echecs) == 1
    assert len(saxon._feuilles) == 2


@pytest.mark.parametrize(
    ("contexte", "attendues"),
    [
        ("/", Cibles(racine=True)),
        ("n:a", Cibles(frozenset({"{urn:essai}a"}))),
        ("a/b[x | y]/child::c[1]", Cibles(frozenset({"{}c"}))),
        ("n:a | /n:r//n:b[@z = '|/[' ]", Cibles(frozenset({"{urn:essai}a", "{urn:essai}b"}))),
        ("*", Cibles(None)),
        ("n:*", Cibles(None)),
        ("n:a | *[1]", Cibles(None)),
        ("n:a/@b", Cibles(None, True, True)),
        ("text()", Cibles(None, True, True)),
        ("inconnu:a", Cibles(None, True, True)),
        ("key('k', 'v')", Cibles(None, True, True)),
    ],
)
def test_cibles(contexte: str, attendues: Cibles) -> None:
    """Ce que vise un contexte ; dans le doute, tout."""
    assert cibles([contexte], {"n": "urn:essai"}) == attendues


def test_decoupe_des_contextes() -> None:
    """Les barres et les obliques des prédicats et des chaînes ne coupent pas."""
    assert list(alternatives("a[b|c]/d | 'x|y' | e")) == ["a[b|c]/d", "'x|y'", "e"]
    assert dernier_pas("a/b[c/d = '/']/e[1][2]") == "e"
