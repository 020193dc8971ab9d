"""Lecture d'un schematron : chaque construction, et chaque refus."""

from __future__ import annotations

from pathlib import Path

import pytest

from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.lecture import lire
from steps.schematron.modele import Morceau, Portee, Variable, portee
from tests.schematron.fabrique import SCH, deposer, lu, motif, schema

REGLE = '<rule context="n:a"><assert test="@b">b manque</assert></rule>'


def contextes(schematron: object) -> list[str]:
    """Contextes des règles, dans l'ordre des motifs."""
    return [regle.contexte for m in schematron.motifs for regle in m.regles]  # type: ignore[attr-defined]


def test_schema_simple(tmp_path: Path) -> None:
    """Titre, espaces de noms, motif, règle, assertion, attributs et place."""
    lue = lu(
        tmp_path,
        '<pattern id="m"><title>Motif</title><rule context="n:a" id="r" fpi="x">'
        '<assert test="@b" role="warning" flag="f" see="http://exemple" id="a1">'
        'Il faut <emph>b</emph> sur <name/>, vu <value-of select="@c"/>.</assert>'
        '<report test="@d">d <span class="x">interdit</span></report></rule></pattern>',
    )
    assert lue.titre == "Essai"
    assert lue.espaces["n"] == "urn:essai"
    (m,) = lue.motifs
    assert (m.id, m.nom) == ("m", "Motif")
    (regle,) = m.regles
    assert (regle.contexte, regle.id, regle.fichier) == ("n:a", "r", "tete.sch")
    premiere, seconde = regle.assertions
    assert (premiere.test, premiere.role, premiere.flag, premiere.see, premiere.id) == (
        "@b",
        "warning",
        "f",
        "http://exemple",
        "a1",
    )
    assert [m for m in premiere.message if m.expression] == [
        Morceau(expression="name(.)"),
        Morceau(expression="@c"),
    ]
    assert "".join(m.texte for m in premiere.message) == "Il faut b sur , vu ."
    assert seconde.report
    assert "".join(m.texte for m in seconde.message) == "d interdit"
    assert premiere.ligne == 1


def test_inclusion_d_un_motif_et_de_regles(tmp_path: Path) -> None:
    """Un fichier inclus peut être un motif, ou une règle dans un motif, à plusieurs niveaux et depuis son dossier."""
    lue = lu(
        tmp_path,
        '<include href="a/motif.sch"/>',
        a__motif=motif('<include href="regles/une.sch"/>' + REGLE, 'id="m"'),
        a__regles__une=f'<rule {SCH} context="n:z"><assert test="1">z</assert></rule>',
    )
    assert contextes(lue) == ["n:z", "n:a"]
    assert lue.motifs[0].regles[0].fichier == "a/regles/une.sch"
    assert [s.name for s in lue.sources] == ["motif.sch", "une.sch", "tete.sch"]


def test_inclusion_d_un_fragment_et_d_un_contenant(tmp_path: Path) -> None:
    """`fichier#id` désigne un élément ; une racine d'un autre espace de noms laisse ses enfants."""
    lue = lu(
        tmp_path,
        '<include href="lot.sch#deux"/><include href="boite.sch"/>',
        lot=schema(
            motif('<rule context="n:un"><assert test="1"/></rule>', 'id="un"')
            + motif('<rule context="n:deux"><assert test="1"/></rule>', 'id="deux"')
        ),
        boite="<boite>" + motif('<rule context="n:trois"><assert test="1"/></rule>') + "</boite>",
    )
    assert contextes(lue) == ["n:deux", "n:trois"]


def test_inclusion_a_la_casse_pres(tmp_path: Path) -> None:
    """La casse du fichier ou d'un dossier peut différer s'il n'y a qu'un candidat ; c'est dit."""
    lue = lu(tmp_path, '<include href="Dossier/Motif.sch"/>', dossier__motif=motif(REGLE))
    assert contextes(lue) == ["n:a"]
    assert "casse" in lue.avertissements[0]
    deposer(tmp_path, dossier__MOTIF=motif(REGLE))
    assert lire(tmp_path / "tete.sch", tmp_path).lacunes != ()


def test_inclusion_absente_est_une_lacune(tmp_path: Path) -> None:
    """Les autres règles restent ; la lacune nomme le fichier et le lieu."""
    lue = lu(tmp_path, f'<include href="absent.sch"/><pattern>{REGLE}</pattern>')
    assert contextes(lue) == ["n:a"]
    assert "absent.sch" in lue.lacunes[0]
    assert "tete.sch, ligne 1" in lue.lacunes[0]


@pytest.mark.parametrize(
    "href",
    ["../dehors.sch", "/etc/passwd", "http://exemple.invalid/a.sch", "file:///etc/passwd", "a/../../dehors.sch", ""],
)
def test_inclusion_hors_du_dossier_refusee(tmp_path: Path, href: str) -> None:
    """Ni remontée hors du kit, ni chemin absolu, ni adresse."""
    deposer(tmp_path, dehors=motif(REGLE))
    kit = tmp_path / "kit"
    with pytest.raises(ErreurSchematron, match="refusée"):
        lu(kit, f'<include href="{href}"/>')


def test_inclusion_par_un_lien_refusee(tmp_path: Path) -> None:
    """Un lien symbolique ne fait pas sortir du kit."""
    deposer(tmp_path, dehors=motif(REGLE))
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "lien.sch").symlink_to(tmp_path / "dehors.sch")
    with pytest.raises(ErreurSchematron, match="sort du dossier"):
        lu(kit, '<include href="lien.sch"/>')


def test_inclusion_circulaire_refusee(tmp_path: Path) -> None:
    """Un fichier qui s'inclut n'est pas lu sans fin."""
    with pytest.raises(ErreurSchematron, match="circulaire"):
        lu(tmp_path, '<include href="a.sch"/>', a="<boite>" + f'<include {SCH} href="a.sch"/>' + "</boite>")


def test_schema_inclus_refuse(tmp_path: Path) -> None:
    """Un schéma entier ne s'inclut pas."""
    with pytest.raises(ErreurSchematron, match="schéma entier"):
        lu(tmp_path, '<include href="a.sch"/>', a=schema(""))


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        ("<schema", "mal formé"),
        (f'<!DOCTYPE schema [<!ENTITY e SYSTEM "file:///etc/passwd">]><schema {SCH}/>', "DOCTYPE"),
        ("<autre/>", "pas un schema"),
        (f'<schema {SCH} queryBinding="exotique"/>', "langage de requête"),
        (schema("", 'defaultPhase="p"'), "phase par défaut p"),
        (schema('<pattern><rule><assert test="1"/></rule></pattern>'), "sans contexte"),
        (schema('<pattern><rule context="a"><assert>x</assert></rule></pattern>'), "sans test"),
        (schema('<pattern><rule abstract="true" id="r"><extends rule="r"/></rule>'
                '<rule context="a"><extends rule="r"/></rule></pattern>'), "extension circulaire"),
    ],
)  # fmt: skip
def test_schema_refuse(tmp_path: Path, contenu: str, dit: str) -> None:
    """Chaque refus est en français et nomme le fichier."""
    with pytest.raises(ErreurSchematron, match=dit) as refus:
        lire(deposer(tmp_path, tete=contenu), tmp_path)
    assert "tete.sch" in str(refus.value)


def test_fichier_absent(tmp_path: Path) -> None:
    """Un chemin qui n'existe pas est un refus, pas une trace."""
    with pytest.raises(ErreurSchematron, match="illisible"):
        lire(tmp_path / "rien.sch")


def test_motif_abstrait_et_parametres(tmp_path: Path) -> None:
    """Le nom le plus long d'abord ; une variable de même début reste ; contexte, test, message et `let` remplacés."""
    lue = lu(
        tmp_path,
        '<pattern id="abs" abstract="true"><let name="g" value="$e/@x"/><rule context="$e">'
        '<let name="elt_code" value="@code"/>'
        "<assert test=\"$elt_code = $e2 and '$e' and $vrai\">"
        '$e vaut <value-of select="$e/@y"/> <name path="$e2"/></assert>'
        '</rule></pattern><pattern id="p1" is-a="abs"><param name="e" value="n:un"/><param name="e2" value="@deux"/>'
        '<param name="vrai" value="1"/></pattern><pattern id="p2" is-a="abs"><param name="e" value="n:z"/>'
        '<param name="e2" value="@t"/><param name="vrai" value="0"/></pattern>',
    )
    un, deux = lue.motifs
    assert (un.id, deux.id) == ("p1", "p2")
    assert un.regles[0].contexte == "n:un"
    assert un.variables == (Variable("g", "n:un/@x"),)
    assertion = un.regles[0].assertions[0]
    assert assertion.test == "$elt_code = @deux and 'n:un' and 1"
    assert [m.texte or m.expression for m in assertion.message] == ["n:un vaut ", "n:un/@y", " ", "name(@deux)"]
    assert deux.regles[0].assertions[0].test == "$elt_code = @t and 'n:z' and 0"


def test_motif_abstrait_introuvable(tmp_path: Path) -> None:
    """Un `is-a` sans modèle est une lacune : ses règles ne peuvent pas être jouées."""
    assert "rien introuvable" in lu(tmp_path, '<pattern id="p" is-a="rien"/>').lacunes[0]


def test_regles_abstraites(tmp_path: Path) -> None:
    """`extends` en chaîne, la règle du motif avant celle d'un autre, dans l'ordre du fichier."""
    lue = lu(
        tmp_path,
        '<pattern><rule abstract="true" id="r"><assert test="1">loin</assert></rule>'
        '<rule abstract="true" id="s"><assert test="2">base</assert></rule></pattern>'
        '<pattern><rule abstract="true" id="r"><extends rule="s"/><assert test="3">près</assert></rule>'
        '<rule context="n:a"><assert test="0">avant</assert><extends rule="r"/><assert test="4">après</assert></rule>'
        '</pattern><pattern><rule context="n:b"><extends rule="r"/><extends rule="nulle"/></rule></pattern>',
    )
    assert [a.test for a in lue.motifs[1].regles[0].assertions] == ["0", "2", "3", "4"]
    assert [a.test for a in lue.motifs[2].regles[0].assertions] == ["1"]
    assert len(lue.lacunes) == 1
    assert "nulle introuvable" in lue.lacunes[0]


def test_extends_d_un_fichier(tmp_path: Path) -> None:
    """`extends href`, édition 2016 : le contenu de la règle du fichier."""
    lue = lu(
        tmp_path,
        '<pattern><rule context="n:a"><extends href="r.sch"/></rule></pattern>',
        r=f'<rule {SCH} abstract="true" id="x"><assert test="7"/></rule>',
    )
    assert [a.test for a in lue.motifs[0].regles[0].assertions] == ["7"]


def test_phase_par_defaut(tmp_path: Path) -> None:
    """Seuls les motifs actifs restent ; un nom actif qui n'existe pas est signalé ; #ALL active tout."""
    corps = (
        '<phase id="p"><active pattern="un"/><active pattern="perdu"/></phase>'
        f'<pattern id="un">{REGLE}</pattern><pattern id="deux">{REGLE}</pattern>'
    )
    lue = lu(tmp_path, corps, 'defaultPhase="p"')
    assert [m.id for m in lue.motifs] == ["un"]
    assert "perdu" in lue.avertissements[0]
    assert len(lu(tmp_path, corps, 'defaultPhase="#ALL"').motifs) == 2
    assert len(lu(tmp_path, corps).motifs) == 2


def test_variables_des_trois_portees(tmp_path: Path) -> None:
    """Une variable de motif de même nom qu'une autre, ou redéfinie dans une règle, prend un nom neuf où il faut."""
    lue = lu(
        tmp_path,
        '<let name="v" value="1"/><pattern><let name="v" value="$v + 1"/><rule context="n:a">'
        '<assert test="$v and \'$v\'">m <value-of select="$v"/></assert><let name="w" value="$v"/>'
        '<assert test="$w"/><let name="w" value="$w + 1"/><assert test="$w"/></rule></pattern>'
        '<pattern><rule context="n:b"><assert test="$v"/><let name="v" value="5"/><assert test="$v"/></rule></pattern>',
    )
    assert lue.variables == (Variable("v", "1"),)
    premier, second = lue.motifs
    (globale,) = premier.variables
    assert globale.nom != "v"
    assert globale.expression == "$v + 1"
    regle = premier.regles[0]
    assert regle.assertions[0].test == f"${globale.nom} and '$v'"
    assert regle.assertions[0].message[-1].expression == f"${globale.nom}"
    w, w2 = regle.variables
    assert (w.nom, w.expression) == ("w", f"${globale.nom}")
    assert w2.expression == "$w + 1"
    assert [a.test for a in regle.assertions[1:]] == ["$w", f"${w2.nom}"]
    locale = second.regles[0].variables[0].nom
    assert [a.test for a in second.regles[0].assertions] == ["$v", f"${locale}"]
    assert locale != "v"


def test_constructions_non_prises_en_charge(tmp_path: Path) -> None:
    """Ce qui n'est pas compris est une lacune, jamais un silence."""
    lue = lu(
        tmp_path,
        '<let name="x"><a/></let><xsl:function xmlns:xsl="http://www.w3.org/1999/XSL/Transform" name="n:f"/>'
        f"<pattern documents=\"'autre.xml'\">{REGLE}</pattern>",
    )
    assert len(lue.lacunes) == 3


def test_role_de_la_regle(tmp_path: Path) -> None:
    """Une assertion sans rôle prend celui de sa règle."""
    lue = lu(
        tmp_path,
        '<pattern><rule context="n:a" role="info"><assert test="1"/><assert test="1" role="error"/></rule></pattern>',
    )
    assert [a.role for a in lue.motifs[0].regles[0].assertions] == ["info", "error"]


@pytest.mark.parametrize(
    ("role", "attendue"),
    [("", Portee.ERREUR), ("ERROR", Portee.ERREUR), ("fatal", Portee.ERREUR), ("inconnu", Portee.ERREUR),
     ("warning", Portee.AVERTISSEMENT), ("Warn", Portee.AVERTISSEMENT), ("info", Portee.INFORMATION),
     ("hint", Portee.INFORMATION)],
)  # fmt: skip
def test_portee(role: str, attendue: Portee) -> None:
    """Sans rôle, ou de rôle inconnu, un échec est une erreur."""
    assert portee(role) is attendue


def test_empreinte(tmp_path: Path) -> None:
    """L'empreinte change avec tout fichier inclus, pas avec un fichier étranger ni avec le dossier."""
    fichiers = {"a": motif(REGLE)}
    premiere = lu(tmp_path / "x", '<include href="a.sch"/>', **fichiers).empreinte
    assert lu(tmp_path / "y", '<include href="a.sch"/>', **fichiers, etranger="rien").empreinte == premiere
    assert lu(tmp_path / "x", '<include href="a.sch"/>', a=motif(REGLE + REGLE)).empreinte != premiere
