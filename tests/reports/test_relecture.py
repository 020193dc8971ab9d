"""Ce que le relecteur cherche dans le rapport : qui a jugé, chaque exigence, les défauts qui éprouvent le banc."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lxml import html

from reports.constat import Confiance
from reports.defauts import Defaut, TableDefauts, charger_defauts
from reports.options import SANS_TEXTES
from reports.rapport import rendre_rapport
from reports.verdict import Moyen, Verdict
from reports.vues import VueRapport
from reports.vues_relecture import declaration_lisible, epreuves
from tests.reports.fabrique import REGLE, jeu_complet


def _vue(nombre: int) -> VueRapport:
    campagne, catalogue, echanges = jeu_complet(nombre)[:3]
    return VueRapport(campagne, catalogue, echanges, SANS_TEXTES)


def test_la_table_livree_se_lit() -> None:
    """La table du banc est là : chaque défaut dit ce qu'il fait, chaque règle sans défaut dit pourquoi."""
    table = charger_defauts()
    assert len(table.defauts) > 700
    assert all(defaut.description for defaut in table.defauts)
    assert all(table.sans_defaut.values())
    assert not set(table.sans_defaut) & set(table.par_regle)


def test_une_table_absente_se_dit(tmp_path: Path) -> None:
    """Sans la table, le rapport ne prétend pas que le banc a été éprouvé."""
    charger_defauts.cache_clear()
    assert charger_defauts(tmp_path / "rien.yaml") == TableDefauts()
    charger_defauts.cache_clear()
    vue = _vue(3)
    vue.__dict__["defauts"] = TableDefauts()
    assert epreuves(vue.scenarios, vue.defauts) == vue.epreuves
    assert not any(e.eprouvees for e in vue.epreuves)


def test_une_exigence_prend_le_verdict_le_plus_grave() -> None:
    """Un scénario non conforme rend son exigence non conforme, quels que soient les autres."""
    vue = _vue(12)
    for exigence in vue.exigences:
        verdicts = {scenario.resultat.verdict for scenario in exigence.scenarios}
        assert exigence.verdict in verdicts
        assert (Verdict.NON_CONFORME in verdicts) == (exigence.verdict is Verdict.NON_CONFORME)
    assert sum(len(e.scenarios) for e in vue.exigences) == len(vue.scenarios)


def test_chaque_verdict_a_son_juge() -> None:
    """Machine, personne et déclaration ne se mélangent pas ; un rejeu et une parole se lisent dans la page."""
    dit = {"issue": "conforme", "par": "Mme Durand", "le": "2026-11-22T10:00:00+00:00", "raison": "écran vu"}
    campagne, catalogue, echanges = jeu_complet(3)[:3]
    resultats = list(campagne.resultats)
    resultats[0] = replace(resultats[0], moyen=Moyen.PERSONNE, declaration=dit, rejoue=True)
    resultats[1] = replace(resultats[1], moyen=Moyen.MACHINE)
    texte = rendre_rapport(replace(campagne, resultats=tuple(resultats)), catalogue, echanges)
    contenu = " ".join("".join(map(str, html.document_fromstring(texte).itertext())).split())
    assert "Ce qu'une machine a jugé" in contenu
    assert "Ce qu'une personne a jugé" in contenu
    assert "C'est conforme, dit Mme Durand le 2026-11-22 : écran vu" in contenu
    assert "1 scénario rejoué" in contenu


def test_l_epreuve_distingue_ce_qu_aucun_defaut_ne_voit() -> None:
    """Une règle qu'un défaut prend en faute, une motivée, une de source déduite : chacune à sa place."""
    deduite = replace(REGLE, code="X-DED-01", confiance=Confiance.DEDUITE)
    constats = (REGLE.respectee(), deduite.respectee(), replace(REGLE, code="X-MOT-01").respectee())
    vue = _vue(1)
    scenario = replace(
        vue.scenarios[0], resultat=replace(vue.scenarios[0].resultat, moyen=Moyen.MACHINE, constats=constats)
    )
    table = TableDefauts(
        (Defaut("d", "se trompe", (scenario.resultat.scenario,), (REGLE.code,)),), {"X-MOT-01": "trop rare"}
    )
    [epreuve] = epreuves([scenario], table)
    assert epreuve.eprouvees == (REGLE.code,)
    assert dict(epreuve.sans) == {
        "X-DED-01": "règle déduite par le banc : un manquement n'y vaut qu'à vérifier",
        "X-MOT-01": "trop rare",
    }
    assert epreuve.noms == "d"


def test_une_declaration_se_lit() -> None:
    """Une parole sans nom ni date reste une phrase ; rien dit ne donne rien."""
    assert declaration_lisible(None) == ""
    assert declaration_lisible({"issue": "sans_objet"}) == "Ne s'applique pas, dit une personne qui ne s'est pas nommée"
    assert declaration_lisible({"issue": "conforme", "par": "A", "rejouee": True}).endswith("(réponse rejouée)")
