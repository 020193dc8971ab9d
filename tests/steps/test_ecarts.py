"""`ecarts.yaml` : lu avec ses lignes, confronté aux résultats, sans jamais blanchir un manquement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.ecarts import EcartConnu, confronter
from reports.resultat import ResultatScenario
from reports.synthese import code_de_sortie
from reports.verdict import Moyen, Verdict
from requirements.catalogue import charger
from steps.ecarts import lire_ecarts
from steps.logiciel.configuration import ConfigurationInvalide

CATALOGUE = charger("biologie")
JOUR = date(2026, 11, 22)
UN, DEUX = "INS/va1.20.01", "INS/va1.20.02"


def _lire(tmp_path: Path, texte: str) -> tuple[EcartConnu, ...]:
    fichier = tmp_path / "ecarts.yaml"
    fichier.write_text(texte, encoding="utf-8")
    return lire_ecarts(fichier, CATALOGUE)


def _resultat(scenario: str, verdict: Verdict) -> ResultatScenario:
    return ResultatScenario("BIO", "INS/va1.20", scenario, "", "INS", 1, "Général", verdict, Moyen.MACHINE)


def _ecart(**choix: object) -> EcartConnu:
    ecart = EcartConnu("INS/va1.20", (UN, DEUX), "corrigé en 1.1", date(2026, 12, 31), ou="ecarts.yaml, ligne 1")
    return replace(ecart, **choix)  # type: ignore[arg-type]  # champs choisis par chaque essai


def test_lecture(tmp_path: Path) -> None:
    """Une exigence désigne tous ses scénarios, un scénario lui seul ; la date se met ou non entre guillemets."""
    texte = (
        "- {exigence: INS/va1.20, raison: r, jusqu_au: 2026-12-31}\n"
        "- {scenario: INS/va1.08.01, raison: s, jusqu_au: '2026-12-31', lien: l}\n"
        "- {exigence: INS/va1.99, raison: t, jusqu_au: 2026-12-31}\n"
    )
    un, deux, trois = _lire(tmp_path, texte)
    assert (un.genre, un.scenarios, un.ou) == ("exigence", (UN, DEUX), "ecarts.yaml, ligne 1")
    assert (deux.genre, deux.scenarios, deux.lien) == ("scenario", ("INS/va1.08.01",), "l")
    assert trois.scenarios == ()
    assert [EcartConnu.depuis_dict(ecart.en_dict()) for ecart in (un, deux, trois)] == [un, deux, trois]
    assert _lire(tmp_path, "") == ()


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        ("exigence: INS/va1.20\n", r"ligne 1, racine du fichier : attendu une liste"),
        ("- {raison: r, jusqu_au: 2026-12-31}\n", r"ligne 1, 0 : attendu « exigence » ou « scenario »"),
        ("- {exigence: a, scenario: b, raison: r, jusqu_au: 2026-12-31}\n", r"l'un des deux"),
        ("-\n  exigence: a\n  raison: r\n  jusqu_au: demain\n", r"ligne 4, 0\.jusqu_au : attendu un jour AAAA-MM-JJ"),
        ("- {exigence: a, raison: r, jusqu_au: 2026-12-31 10:00:00}\n", r"attendu un jour AAAA-MM-JJ"),
        ("- {exigence: a, raison: '', jusqu_au: 2026-12-31}\n", r"raison : attendu un texte non vide"),
        ("- {exigence: a, raisons: r, jusqu_au: 2026-12-31}\n", r"champ inconnu : raisons.*le plus proche : raison"),
        ("- &e {exigence: a, raison: r, jusqu_au: 2026-12-31}\n- *e\n", r"a est déjà annoncé \(écart n° 1\)"),
        ("- {exigence: [\n", r"YAML mal formé : ligne"),
    ],
    ids=["objet", "sans-cible", "deux-cibles", "date", "heure", "raison-vide", "champ", "doublon", "yaml"],
)
def test_lecture_refusee(tmp_path: Path, texte: str, message: str) -> None:
    """Chaque faute se dit en français, avec sa ligne."""
    with pytest.raises(ConfigurationInvalide, match=message):
        _lire(tmp_path, texte)


def test_fichier_absent(tmp_path: Path) -> None:
    """Un fichier désigné et absent est une erreur de configuration."""
    with pytest.raises(ConfigurationInvalide, match="illisible"):
        lire_ecarts(tmp_path / "rien.yaml", CATALOGUE)


def test_manquement_annonce() -> None:
    """Annoncé, un non conforme ne fait pas échouer seul ; un autre à côté, si ; la barrière de livraison le compte."""
    resultats = [_resultat(UN, Verdict.CONFORME), _resultat(DEUX, Verdict.NON_CONFORME)]
    bilan = confronter(resultats, [_ecart()], JOUR)
    assert bilan.phrase(resultats[1]) == "écart connu, jusqu'au 31/12/2026 : corrigé en 1.1"
    assert (bilan.phrase(resultats[0]), bilan.anomalies) == ("", ())
    assert code_de_sortie(resultats, ecarts=bilan) == 0
    assert code_de_sortie(resultats, exiger_complet=True, ecarts=bilan) == 1
    assert code_de_sortie(resultats) == 1
    autre = replace(_resultat("INS/va1.08.01", Verdict.NON_CONFORME), exigence="INS/va1.08")
    assert code_de_sortie([*resultats, autre], ecarts=confronter([*resultats, autre], [_ecart()], JOUR)) == 1
    panne = _resultat("INS/va1.08.01", Verdict.NON_CONCLUANT)
    assert code_de_sortie([*resultats, panne], ecarts=confronter([*resultats, panne], [_ecart()], JOUR)) == 3


@pytest.mark.parametrize(
    ("ecart", "verdicts", "message"),
    [
        (_ecart(scenarios=()), (Verdict.NON_CONFORME, Verdict.CONFORME), "vise un numéro inconnu du catalogue"),
        (_ecart(jusqu_au=date(2026, 11, 21)), (Verdict.NON_CONFORME, Verdict.CONFORME), "a expiré le 21/11/2026"),
        (_ecart(), (Verdict.CONFORME, Verdict.CONFORME), "a disparu, tout y est conforme : retirez-le"),
        (_ecart(), (Verdict.CONFORME, Verdict.NON_APPLICABLE), "a disparu"),
    ],
    ids=["inconnu", "expire", "disparu", "disparu-en-partie-hors-profil"],
)
def test_ecart_a_corriger(ecart: EcartConnu, verdicts: tuple[Verdict, Verdict], message: str) -> None:
    """Un écart inconnu, expiré ou disparu est une erreur, où qu'en soient les scénarios, et ne couvre plus rien."""
    resultats = [_resultat(UN, verdicts[0]), _resultat(DEUX, verdicts[1])]
    bilan = confronter(resultats, [ecart], JOUR)
    (anomalie,) = bilan.anomalies
    assert anomalie.startswith("ecarts.yaml, ligne 1 : l'écart connu de INS/va1.20 ")
    assert message in anomalie
    assert bilan.couverts == {}
    assert code_de_sortie(resultats, ecarts=bilan) == 1


@pytest.mark.parametrize(
    "verdicts",
    [
        (Verdict.CONFORME,),
        (Verdict.CONFORME, Verdict.A_VERIFIER),
        (Verdict.CONFORME, Verdict.NON_CONCLUANT),
        (Verdict.NON_APPLICABLE, Verdict.NON_APPLICABLE),
    ],
    ids=["pas-tous-joues", "a-verifier", "non-concluant", "hors-profil"],
)
def test_ecart_qui_peut_encore_servir(verdicts: tuple[Verdict, ...]) -> None:
    """Tant qu'un scénario visé attend son verdict, rien ne dit que l'écart a disparu."""
    resultats = [_resultat(numero, verdict) for numero, verdict in zip((UN, DEUX), verdicts, strict=False)]
    assert confronter(resultats, [_ecart()], JOUR).anomalies == ()


def test_dernier_jour() -> None:
    """L'échéance est un jour compris."""
    resultats = [_resultat(DEUX, Verdict.NON_CONFORME)]
    assert confronter(resultats, [_ecart(jusqu_au=JOUR)], JOUR).anomalies == ()
