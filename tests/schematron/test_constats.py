"""Des schematrons aux constats : verdicts selon le rôle, lieux groupés, vocabulaire, manques, cache et moteurs."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.constat import Constat
from reports.verdict import Verdict
from steps.controle.modele import Gravite, gravite
from steps.schematron.constats import constats_de
from steps.schematron.inclusions import ErreurSchematron
from steps.schematron.jugement import Moteur, fusionner, juger
from steps.schematron.kit import Kit
from steps.schematron.modele import Passage
from tests.schematron.fabrique import arbre, cda, kit_d_essai, lu

MOTEURS: tuple[Moteur, ...] = ("saxon", "rapide")


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Le kit d'essai, ouvert."""
    return Kit.ouvrir(kit_d_essai(tmp_path / "kit"))


def constats(kit: Kit, xml: str, moteur: Moteur) -> list[Constat]:
    """Les constats du kit d'essai sur ce document."""
    document = arbre(xml)
    return constats_de(juger(document, kit.schematrons_pour(document).schematrons, moteur), document, "kit d'essai")


@pytest.mark.parametrize("moteur", MOTEURS)
def test_document_conforme(kit: Kit, moteur: Moteur) -> None:
    """Chaque schematron joué en entier et qui a tiré une règle donne un constat respecté ; les autres se taisent."""
    lus = constats(kit, cda(), moteur)
    assert [(c.code, gravite(c)) for c in lus] == [
        ("SCH-IHE", Gravite.RESPECTEE),
        ("SCH-ESSAI-A_2024.01", Gravite.RESPECTEE),
    ]
    assert "1 application de règle" in lus[0].recu


@pytest.mark.parametrize("moteur", MOTEURS)
def test_ecart_de_vocabulaire(kit: Kit, moteur: Moteur) -> None:
    """Un code hors du jeu de valeurs : non conforme, le jeu, sa date et la valeur reçue sont dits."""
    (ecart,) = [c for c in constats(kit, cda(code="Z-9"), moteur) if c.verdict is Verdict.NON_CONFORME]
    assert "écart de vocabulaire" in ecart.message
    assert "jdv-essai (version du 2024-05-06)" in ecart.message
    assert "le code Z-9 est inconnu" in ecart.message
    assert ecart.recu == 'code="Z-9" displayName="x"'
    assert ecart.ou == "/ClinicalDocument/code (ligne 1)"
    assert "IHE" in ecart.source
    assert "kit d'essai" in ecart.source
    assert ecart.code.startswith("SCH-IHE-")
    assert "kit à jour" in ecart.a_faire


@pytest.mark.parametrize("moteur", MOTEURS)
def test_roles(kit: Kit, moteur: Moteur) -> None:
    """Avertissement et information sont des remarques, sans effet sur le verdict."""
    lus = constats(kit, cda().replace(' displayName="x" codeSystemName="y"', ""), moteur)
    assert {c.verdict for c in lus} == {Verdict.CONFORME}
    remarques = [c for c in lus if gravite(c) is Gravite.REMARQUE]
    assert [c.message for c in remarques] == ["libellé attendu", "nom du système attendu"]
    assert [c.code for c in lus if gravite(c) is Gravite.RESPECTEE] == ["SCH-IHE", "SCH-ESSAI-A_2024.01"]


@pytest.mark.parametrize("moteur", MOTEURS)
def test_lieux_groupes(kit: Kit, moteur: Moteur) -> None:
    """La même règle enfreinte huit fois : un constat, le nombre, cinq lieux et le reste compté."""
    xml = cda(corps='<code code="X" displayName="" codeSystemName=""/>' * 8)
    (ecart,) = [c for c in constats(kit, xml, moteur) if c.verdict is Verdict.NON_CONFORME]
    assert "(8 fois)" in ecart.message
    assert ecart.ou.count("structuredBody/code[") == 5
    assert ecart.ou.endswith("et 3 autres")
    assert ecart.recu == 'code="X" displayName="" (8 fois)'


@pytest.mark.parametrize("moteur", MOTEURS)
def test_codes_stables_et_distincts(kit: Kit, moteur: Moteur) -> None:
    """Le code d'une règle ne dépend ni du document ni du moteur ; deux règles n'ont pas le même."""
    xml = cda(code="Z").replace(' displayName="x" codeSystemName="y"', "")
    lus = [c for c in constats(kit, xml, moteur) if gravite(c) is not Gravite.RESPECTEE]
    assert len({c.code for c in lus}) == 3
    autres = [c for c in constats(kit, cda(code="AUTRE"), "saxon") if c.verdict is Verdict.NON_CONFORME]
    assert autres[0].code in {c.code for c in lus}


@pytest.mark.parametrize("moteur", MOTEURS)
def test_jeu_de_valeurs_absent(kit: Kit, moteur: Moteur) -> None:
    """Sans son jeu de valeurs, un schematron n'est ni conforme ni non conforme."""
    (kit.racine / "jeuxDeValeurs" / "jdv-essai.xml").unlink()
    lus = [c for c in constats(kit, cda(), moteur) if "IHE" in c.code]
    assert [(c.verdict, "jdv-essai.xml" in c.message) for c in lus] == [(Verdict.NON_CONCLUANT, True)]
    assert lus[0].a_faire


@pytest.mark.parametrize("moteur", MOTEURS)
def test_table_de_terminologie_absente(kit: Kit, moteur: Moteur) -> None:
    """Une table que le kit public ne livre pas est une remarque : ses codes ne sont pas contrôlés, et c'est dit."""
    lus = [c for c in constats(kit, cda(corps='<value unit="g"/>'), moteur) if "terminologie" in c.code]
    assert [gravite(c) for c in lus] == [Gravite.REMARQUE]
    assert "unites.xml" in lus[0].message


@pytest.mark.parametrize("moteur", MOTEURS)
def test_doctype_refuse(kit: Kit, moteur: Moteur) -> None:
    """Aucun moteur ne reçoit un document à DOCTYPE."""
    with pytest.raises(ErreurSchematron, match="DOCTYPE"):
        juger(arbre("<!DOCTYPE r []><r/>"), (), moteur)


def test_report_et_messages_differents(tmp_path: Path) -> None:
    """Un report dit que son test devait être faux ; des messages différents sont comptés."""
    s = lu(
        tmp_path,
        '<pattern><rule context="n:a"><report test="@x">x vaut <value-of select="@x"/></report></rule></pattern>',
    )
    document = arbre('<r xmlns="urn:essai"><a x="1"/><a x="2"/></r>')
    (constat,) = constats_de(juger(document, [s], "saxon"), document)
    assert constat.message == "x vaut 1 (2 fois, 2 messages différents ; le premier est cité)"
    assert constat.attendu == "faux : @x"


def test_aucune_regle_tiree(tmp_path: Path) -> None:
    """Un schematron dont aucune règle n'a trouvé de nœud ne dit rien de conforme."""
    s = lu(tmp_path, '<pattern><rule context="n:z"><assert test="1">x</assert></rule></pattern>')
    assert constats_de(juger(arbre("<a/>"), [s], "saxon")) == []


def test_cache_sur_disque(kit: Kit, tmp_path: Path) -> None:
    """Le cache garde une feuille par schematron ; abîmé, il est refait ; interdit d'écriture, il ne gêne pas."""
    from steps.schematron.cache import CacheXslt
    from steps.schematron.saxon import MoteurSaxon

    cache = tmp_path / "cache"
    schematron = kit.schematrons_pour(arbre(cda())).schematrons[0]
    document = arbre(cda(code="Z"))

    def nombre() -> int:
        return len(MoteurSaxon(CacheXslt(cache)).juger(document, schematron).echecs)

    assert nombre() == 1
    (fichier,) = cache.iterdir()
    propre = fichier.read_bytes()
    for abime in (b"", b"{", propre[:-40], propre.replace(b"inconnu", b"connu"), b'{"sha256": 1, "documents": []}\nx'):
        fichier.write_bytes(abime)
        assert nombre() == 1
        assert fichier.read_bytes() == propre
    fichier.write_bytes(propre)
    fichier.touch()
    date = fichier.stat().st_mtime_ns
    assert nombre() == 1
    assert fichier.stat().st_mtime_ns == date
    (tmp_path / "occupe").write_text("un fichier, pas un dossier")
    assert len(MoteurSaxon(CacheXslt(tmp_path / "occupe")).juger(document, schematron).echecs) == 1


def test_fusion_de_deux_moteurs(tmp_path: Path) -> None:
    """Le passage réuni a les échecs des deux, dans l'ordre des motifs, et ne compte pas deux fois une règle."""
    s = lu(
        tmp_path,
        '<pattern id="x"><rule context="n:a"><assert test="false()">x0</assert>'
        '<assert test="false()">x1</assert></rule>'
        '</pattern><pattern id="y"><rule context="n:a"><assert test="false()">y</assert></rule></pattern>',
    )
    (tout,) = juger(arbre('<a xmlns="urn:essai"/>'), [s], "saxon")
    un = Passage(s, (tout.echecs[0], tout.echecs[2]), {(0, 0): 1, (1, 0): 1}, ("i",))
    deux = Passage(s, (tout.echecs[1],), {(0, 0): 1}, ("i", "j"))
    reuni = fusionner(un, deux)
    assert [e.message for e in reuni.echecs] == ["x0", "x1", "y"]
    assert reuni.tirees == tout.tirees
    assert reuni.incomplet == ("i", "j")
