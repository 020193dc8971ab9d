"""Le moteur rapide : mêmes règles tirées, mêmes échecs que Saxon ; ce qu'il ne sait pas faire va au repli."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from steps.schematron import rapide_cache
from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.modele import Partiel, Schematron
from steps.schematron.rapide import MoteurRapide, SchemaRapide, compiler
from steps.schematron.xpath.noeuds import Arbre

from .fabrique import arbre, jouer, lu

DOCUMENT = """<n:doc xmlns:n="urn:essai" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" v="1">
  <n:modele root="1.1"/>
  <n:partie id="a"><n:modele root="2.1"/><n:code code="X" systeme="s1"/>
    <n:partie id="b"><n:modele root="2.1"/><n:modele root="2.2"/><n:code code="Y" systeme="s1"/></n:partie>
  </n:partie>
  <n:partie id="c"><n:code code="Z" systeme="s2"/><!-- rien --><n:date value="20240131"/>
    <n:date value="2024"/></n:partie>
  <n:vide/>texte
</n:doc>"""


def partiel(schematron: Schematron, xml: str = DOCUMENT) -> Partiel:
    """Ce que rend le moteur rapide seul."""
    return MoteurRapide(arbre(xml)).juger(schematron)


def regle(contexte: str, *tests: str, lets: str = "") -> str:
    """Une règle dont chaque test a pour message son contexte, son test et des valeurs."""
    lignes = "".join(
        f'<assert test="{t}">{i} <name/> <value-of select="@id"/> <value-of select="count(*)"/></assert>'
        for i, t in enumerate(tests)
    )
    return f'<rule context="{contexte}">{lets}{lignes}</rule>'


CONTEXTES = (
    *(
        "n:partie",
        "n:doc/n:partie",
        "//n:partie",
        "/n:doc",
        "/",
        "*",
        "n:*",
        "*:partie",
        "n:partie[n:modele/@root = '2.1']",
    ),
    *("n:partie//n:code", "n:partie[1]", "n:partie[last()]", "n:modele[2]", "n:partie | n:code", "n:partie/*[@root]"),
    *("*[n:modele/@root = '2.2']", "*[n:modele[@root = '2.1']]/n:code", "n:partie[@id = 'a' or @id = 'c']", "n:absent"),
    *("n:code[not(@systeme = 's1')]", "n:partie[count(n:modele) > 1]", "n:partie[.//n:date]", "@id", "n:doc/text()"),
    *("comment()", "n:partie/@id | n:vide", "/*/*/n:partie", "n:partie[n:date[1]/@value = '20240131']/n:date"),
)


@pytest.mark.parametrize("contexte", CONTEXTES)
def test_contextes_comme_saxon(contexte: str, tmp_path: Path) -> None:
    """Chaque forme de contexte tire les mêmes nœuds, et l'échec dit le même endroit."""
    schematron = lu(tmp_path, f"<pattern>{regle(contexte, 'false()')}</pattern>")
    assert not SchemaRapide(schematron).repli
    passage = jouer(schematron, DOCUMENT)
    assert bool(passage.tirees) == (contexte != "n:absent")


def test_premiere_regle_du_motif(tmp_path: Path) -> None:
    """Un nœud n'est jugé que par la première règle de chaque motif qui le prend."""
    regles = regle("n:partie[@id = 'b']", "false()") + regle("n:partie", "false()") + regle("*", "false()")
    schematron = lu(tmp_path, f"<pattern>{regles}</pattern><pattern>{regle('n:partie', 'false()')}</pattern>")
    passage = jouer(schematron, DOCUMENT)
    assert passage.tirees[0, 0] == 1 and passage.tirees[0, 1] == 2 and passage.tirees[1, 0] == 3


def test_variables(tmp_path: Path) -> None:
    """Variables du schéma, du motif et de la règle ; une variable jamais lue ne coûte ni n'échoue."""
    lets = (
        '<let name="nombre" value="count(n:modele)"/><let name="code" value="n:code/@code"/>'
        '<let name="faux" value="xs:integer(\'x\')"/><let name="double" value="$nombre * 2"/>'
    )
    tests = ("$code = 'X'", "$double = 2", "$tous > 3", "$nombre or $faux = 1", "$motif = 'm'", "$code = $codes")
    schematron = lu(
        tmp_path,
        '<let name="tous" value="count(//n:modele)"/><let name="codes" value="//n:code[@systeme = \'s1\']/@code"/>'
        f'<pattern><let name="motif" value="\'m\'"/>{regle("n:partie", *tests, lets=lets)}</pattern>',
    )
    passage = jouer(schematron, DOCUMENT)
    assert passage.incomplet  # la troisième partie n'a pas de modèle : $faux est lue, et échoue
    assert len(passage.echecs) == 5


def test_hors_de_portee_va_au_repli(tmp_path: Path) -> None:
    """Ce que notre XPath ne connaît pas est laissé au repli, assertion par assertion, et jugé."""
    tests = ("format-number(count(*), '0') = '9'", "@id = 'a'", "matches(@id, '(a)\\1')")
    schematron = lu(tmp_path, f"<pattern>{regle('n:partie', *tests)}</pattern>")
    assert SchemaRapide(schematron).repli == ((0, 0),)
    assert partiel(schematron).restes == {(0, 0, 0), (0, 0, 2)}
    assert len(jouer(schematron, DOCUMENT).echecs) == 8


def test_contexte_hors_de_portee(tmp_path: Path) -> None:
    """Un contexte non évaluable laisse sa règle et les suivantes du motif, pas les précédentes."""
    regles = (
        regle("n:code", "false()") + regle("n:partie[format-number(1, '0') = '1']", "false()") + regle("*", "false()")
    )
    schematron = lu(tmp_path, f"<pattern>{regles}</pattern>")
    assert partiel(schematron).restes == {(0, 1, 0), (0, 2, 0)}
    assert jouer(schematron, DOCUMENT).tirees[0, 1] == 3


def test_erreur_a_l_evaluation(tmp_path: Path) -> None:
    """Une assertion qui échoue à s'évaluer sur un nœud est laissée entière au repli, qui dit pourquoi."""
    schematron = lu(
        tmp_path, f"<pattern>{regle('n:partie', 'n:code/@code eq string(n:modele/@root)', '@id')}</pattern>"
    )
    assert partiel(schematron).restes == {(0, 0, 0)}
    assert jouer(schematron, DOCUMENT).incomplet


TABLE = '<table><c code="X"/><c code="Y"/></table>'


def _avec_table(dossier: Path, test: str) -> Schematron:
    return lu(dossier, f'<let name="t" value="\'table.xml\'"/><pattern>{regle("n:code", test)}</pattern>')


@pytest.mark.parametrize(
    "test",
    [
        "@code = doc('table.xml')/*/c/@code",
        "document($t)//c[@code = current()/@code]",
        "exists(doc(concat('table', '.xml'))//c[@code = 'X'])",
        "not(empty(@code[. = (doc('table.xml')//c/@code)]))",
        "@code = document($t)/table/c[2]/@code",
        "doc-available(concat(@code, '.xml')) or doc-available($t)",
    ],
)
def test_jeux_de_valeurs(test: str, tmp_path: Path) -> None:
    """Appartenance à une table, quelle que soit la façon de l'écrire."""
    (tmp_path / "table.xml").write_text(TABLE, encoding="utf-8")
    jouer(_avec_table(tmp_path, test), DOCUMENT)


def test_jeu_de_valeurs_absent_puis_present(tmp_path: Path) -> None:
    """Une table absente rend le passage incomplet ; arrivée ensuite, elle est lue."""
    schematron = _avec_table(tmp_path, "@code = doc('table.xml')//c/@code")
    assert partiel(schematron).passage.incomplet == ("jeu de valeurs absent du kit : table.xml",)
    assert not jouer(schematron, DOCUMENT).echecs
    (tmp_path / "table.xml").write_text(TABLE, encoding="utf-8")
    passage = partiel(schematron).passage
    assert not passage.incomplet and [e.message for e in passage.echecs] == ["0 n:code 0"]


def test_cache_repris(tmp_path: Path) -> None:
    """Le code gardé sur disque rend le même passage, y compris pour des règles qu'il n'a pas encore vues."""
    cache = tmp_path / "cache"
    corps = "".join(f"<pattern>{regle(c, 'false()', '*:absent', 'n:code')}</pattern>" for c in CONTEXTES)
    schematron = lu(tmp_path, corps)
    petit = "<n:doc xmlns:n='urn:essai'><n:partie id='a'/></n:doc>"
    for xml in (petit, DOCUMENT, DOCUMENT, petit):
        neuf = SchemaRapide(schematron, cache)
        recu = neuf.juger(Arbre(arbre(xml)))
        neuf.garder()
        assert recu.passage.echecs == SchemaRapide(schematron).juger(Arbre(arbre(xml))).passage.echecs
    assert rapide_cache.lire(cache, schematron)


def _fichier_garde(cache: Path) -> Path:
    (fichier,) = (cache / "rapide").glob("*.bin")
    return fichier


def test_cache_abime_ou_d_autrui(tmp_path: Path) -> None:
    """Un cache tronqué, modifié, ou que d'autres peuvent écrire n'est pas exécuté ; le jugement reste le même."""
    cache = tmp_path / "cache"
    schematron = lu(tmp_path, f"<pattern>{regle('n:partie', 'false()')}</pattern>")
    MoteurRapide(arbre(DOCUMENT), cache).juger(schematron)
    fichier = _fichier_garde(cache)
    bon = fichier.read_bytes()
    assert rapide_cache.lire(cache, schematron)
    for abime in (bon[:-1], b"", bon[:40] + b"x" + bon[41:], bon[:31]):
        fichier.write_bytes(abime)
        assert rapide_cache.lire(cache, schematron) is None
        assert len(SchemaRapide(schematron, cache).juger(Arbre(arbre(DOCUMENT))).passage.echecs) == 3
    fichier.write_bytes(bon)
    fichier.chmod(0o666)
    assert rapide_cache.lire(cache, schematron) is None
    fichier.chmod(0o600)
    (cache / "rapide").chmod(0o777)
    assert rapide_cache.lire(cache, schematron) is None
    (cache / "rapide").chmod(0o700)
    assert rapide_cache.lire(cache, schematron)


def test_schemas_gardes_par_processus(tmp_path: Path) -> None:
    """Un schéma déjà compilé est repris tel quel."""
    schematron = lu(tmp_path, f"<pattern>{regle('n:partie', 'false()')}</pattern>")
    assert compiler(schematron) is compiler(schematron)


def test_motif_a_retour_couteux_en_temps_borne(tmp_path: Path) -> None:
    """Un texte choisi pour égarer une expression régulière ne bloque pas : l'automate le lit en temps linéaire."""
    test = "matches(@v, '^(\\+?([\\d()./-]|(%[a-f\\d]{2}))+)*$')"
    schematron = lu(tmp_path, f"<pattern>{regle('n:doc', test)}</pattern>")
    hostile = f"<n:doc xmlns:n='urn:essai' v='{'1' * 20000}!'/>"
    assert len(partiel(schematron, hostile).passage.echecs) == 1


def test_doctype_refuse() -> None:
    """Un document à DOCTYPE n'est pas jugé, comme par Saxon."""
    with pytest.raises(ErreurSchematron):
        MoteurRapide(arbre("<!DOCTYPE a [<!ENTITY b 'c'>]><a>x</a>"))


def test_documents_profonds_et_larges(tmp_path: Path) -> None:
    """Une imbrication de milliers d'éléments se juge sans déborder la pile."""
    schematron = lu(tmp_path, f"<pattern>{regle('n:e', '3000 > count(ancestor::n:e)', 'string(.)')}</pattern>")
    profond = "<n:e xmlns:n='urn:essai'>" * 200 + "x" + "</n:e>" * 200
    large = "<n:doc xmlns:n='urn:essai'>" + "<n:e>x</n:e>" * 5000 + "</n:doc>"
    for xml in (profond, large):
        assert not partiel(schematron, xml).passage.echecs


def test_memoire_rendue(tmp_path: Path) -> None:
    """L'arbre d'un document jugé est rendu sans attendre le ramasse-miettes, qui retrouve son état."""
    schematron = lu(tmp_path, f"<pattern>{regle('n:partie', 'false()')}</pattern>")
    actif = gc.isenabled()
    moteur_rapide = MoteurRapide(arbre(DOCUMENT))
    moteur_rapide.juger(schematron)
    racine = moteur_rapide._arbre.racine
    del moteur_rapide
    assert not racine.ee and gc.isenabled() == actif


@pytest.mark.skipif("KIT_CI_SIS" not in os.environ, reason="le kit du CI-SIS n'est pas livré : donner KIT_CI_SIS")
def test_kit_comme_saxon() -> None:
    """Sur un échantillon des exemples du kit et de leurs mutants, les deux moteurs rendent le même passage."""
    from .kit_mutants import comparer_kit

    ecarts, joues = comparer_kit(Path(os.environ["KIT_CI_SIS"]), int(os.environ.get("KIT_PAS", "9")))
    assert joues > 50 and not ecarts


@pytest.mark.skipif("KIT_CI_SIS" not in os.environ, reason="le kit du CI-SIS n'est pas livré : donner KIT_CI_SIS")
def test_kit_sans_repli() -> None:
    """Presque toutes les règles du kit sont à notre portée."""
    from steps.schematron.kit import Kit

    kit = Kit.ouvrir(Path(os.environ["KIT_CI_SIS"]))
    chemins = [*kit._par_nom.values(), *list(kit.volets.values())[::6]]
    regles = repli = 0
    for chemin in chemins:
        schema = SchemaRapide(kit.schematron(chemin))
        repli += len(schema.repli)
        regles += sum(len(m.regles) for m in schema.schematron.motifs)
    assert regles > 1000 and repli <= regles // 100
