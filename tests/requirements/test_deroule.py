"""La forme guidée d'un scénario qu'une personne juge, et la raison quand la machine ne juge pas seule."""

from __future__ import annotations

from pathlib import Path

import pytest

from requirements.__main__ import main
from requirements.catalogue import charger
from requirements.couverture import couvrir, ecarts_de_jugement
from requirements.erreurs import Anomalie, ErreurCatalogue
from requirements.features import lire_features
from requirements.importation.surcouche import PROJET
from requirements.matrice import FORMATS
from requirements.modele import Classe, EtapeGuidee
from tests.requirements.fabrique import SECTION, ecrire_couloir

DEROULE = """    deroule:
    - faire: "Ouvrez la fiche de l'usager."
      voir: "Les traits reçus y sont."
    - faire: "Fermez-la, puis rouvrez-la."
      voir: "Ils y sont encore."
      ecart: "Un trait a disparu."
"""
CONSEIL = '      conseil: "La fiche entière, patient de test."\n'
HUMAIN = SECTION.replace("classe: reseau", "classe: humain")
RAISON = "    non_jugee: \"Le réglage ne se voit qu'à l'écran.\"\n"
FEATURE = """# language: fr
Fonctionnalité: Traits

  @INS/va1.01.01
  Scénario: Un
    Quand le biologiste ouvre la fiche
    Alors {alors}
"""


def guide(section: str, deroule: str = DEROULE, conseil: str = CONSEIL, raison: str = "") -> str:
    """La section, son scénario guidé."""
    return section.replace("    preuves:\n", f"{raison}{deroule}    preuves:\n").replace(
        "      pieces: [video, capture]\n", f"      pieces: [video, capture]\n{conseil}"
    )


def anomalies(tmp_path: Path, section: str) -> list[tuple[int, str, str]]:
    """Ce que le chargement reproche à cette section."""
    with pytest.raises(ErreurCatalogue) as refus:
        charger("essai", racine=ecrire_couloir(tmp_path, section))
    return [(anomalie.ligne, anomalie.attendu, anomalie.recu) for anomalie in refus.value.anomalies]


def test_un_deroule_se_lit(tmp_path: Path) -> None:
    """Étapes dans l'ordre, l'écart facultatif d'une étape qui prépare, le conseil de la preuve."""
    scenario = charger("essai", racine=ecrire_couloir(tmp_path, guide(HUMAIN))).scenario("INS/va1.01.01")
    assert scenario.deroule == (
        EtapeGuidee("Ouvrez la fiche de l'usager.", "Les traits reçus y sont."),
        EtapeGuidee("Fermez-la, puis rouvrez-la.", "Ils y sont encore.", "Un trait a disparu."),
    )
    assert scenario.preuves[0].conseil == "La fiche entière, patient de test."


def test_un_scenario_humain_sans_deroule_est_refuse(tmp_path: Path) -> None:
    """Ce qu'une personne seule juge a ses étapes, ou le catalogue ne se charge pas."""
    [(ligne, attendu, recu)] = anomalies(tmp_path, HUMAIN)
    assert ligne == 18
    assert attendu.startswith("« deroule » pour le scénario INS/va1.01.01")
    assert recu == "rien"


@pytest.mark.parametrize(
    ("section", "dit"),
    [
        (guide(HUMAIN, conseil=""), "« conseil » pour la preuve INS/va1.01.01.01"),
        (guide(HUMAIN, DEROULE.replace('      ecart: "Un trait a disparu."\n', "")), "au moins un « ecart »"),
        (guide(HUMAIN, DEROULE.replace('      voir: "Ils y sont encore."\n', "")), "le champ « voir » de l'étape 2"),
        (guide(HUMAIN, DEROULE.replace("Ils y sont encore.", "TODO")), "une phrase pour « voir »"),
        (guide(HUMAIN, DEROULE.replace("ecart:", "refus:")), "un champ de étape du déroulé parmi"),
        (guide(HUMAIN, "    deroule: []\n"), "une liste pour « deroule »"),
    ],
)
def test_un_deroule_incomplet_est_refuse(tmp_path: Path, section: str, dit: str) -> None:
    """Une étape sans rien à voir, un déroulé qui ne peut pas échouer, une preuve sans conseil."""
    assert any(attendu.startswith(dit) for _, attendu, _ in anomalies(tmp_path, section))


def valider(tmp_path: Path, section: str, alors: str = "") -> tuple[list[str], str]:
    """Les écarts entre ce catalogue et cette feature, et la matrice."""
    catalogue = charger("essai", racine=ecrire_couloir(tmp_path / "couloirs", section))
    if alors:
        fichier = tmp_path / "features" / "essai" / "ins.feature"
        fichier.parent.mkdir(parents=True)
        fichier.write_text(FEATURE.format(alors=alors), encoding="utf-8")
    trouvees: list[Anomalie] = []
    gherkin = lire_features(tmp_path / "features", trouvees)
    matrice = couvrir(catalogue, gherkin, {"INS/va1.01.01"}, trouvees, racine=tmp_path)
    assert trouvees == []
    return [anomalie.attendu for anomalie in ecarts_de_jugement(matrice)], FORMATS["markdown"](matrice)


RESERVE = "le réglage du déclencheur reste à montrer"


@pytest.mark.parametrize(
    ("section", "alors", "attendus"),
    [
        (SECTION, "les traits sont gardés", []),
        (guide(SECTION, raison=RAISON), RESERVE, []),
        (guide(SECTION, "", "", RAISON), "", []),
        (guide(HUMAIN), "", []),
        (guide(HUMAIN), RESERVE, []),
        (SECTION, "", ["« non_jugee »"]),
        (SECTION, RESERVE, ["« non_jugee »", "« deroule »"]),
        (guide(SECTION), "le contrat est à joindre", ["« non_jugee »"]),
        (guide(SECTION), "l'autorisation reste à apporter", ["« non_jugee »"]),
        (guide(SECTION), "les pièces restent à apporter", ["« non_jugee »"]),
        (guide(SECTION), "la maintenance est à justifier", ["« non_jugee »"]),
        (guide(SECTION, raison=RAISON), "les traits sont gardés", ["pas de « non_jugee »"]),
        (guide(HUMAIN, raison=RAISON), "", ["pas de « non_jugee »"]),
    ],
)
def test_qui_juge_se_dit(tmp_path: Path, section: str, alors: str, attendus: list[str]) -> None:
    """Sans feature, ou avec une étape laissée à une personne, la raison est due ; sinon elle est fausse."""
    ecarts, _ = valider(tmp_path, section, alors)
    assert [ecart.partition(" pour ")[0] for ecart in ecarts] == attendus


def test_la_matrice_dit_pourquoi_pas_la_machine(tmp_path: Path) -> None:
    """Une ligne par scénario que la machine ne juge pas seule : la raison, et l'étape laissée à une personne."""
    _, matrice = valider(tmp_path, guide(SECTION, raison=RAISON), RESERVE)
    assert "la machine juge seule 0" in matrice
    raison = "Le réglage ne se voit qu'à l'écran."
    assert f"| INS/va1.01.01 | Traits gardés | réseau | {raison} | {RESERVE} |" in matrice
    assert "joué par le banc, guidé pour le reste" in matrice
    _, jugee = valider(tmp_path / "b", SECTION, "les traits sont gardés")
    assert "la machine juge seule 1" in jugee
    _, humaine = valider(tmp_path / "c", guide(HUMAIN))
    assert "| guidé |" in humaine
    assert "Des 0 scénarios" in humaine


def test_valider_lit_les_features(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`valider` échoue tant qu'un scénario attendu de la machine n'est ni jugé par elle, ni expliqué."""
    racine = str(ecrire_couloir(tmp_path / "couloirs"))
    (tmp_path / "vide").mkdir()
    assert main(["valider", "--racine", racine, "--features", str(tmp_path / "vide")]) == 1
    assert "« non_jugee » pour le scénario INS/va1.01.01" in capsys.readouterr().out


def test_biologie_aucun_scenario_muet() -> None:
    """Chaque scénario de biologie est jugé par la machine, ou guidé, ou dit pourquoi il n'est pas jugé."""
    catalogue = charger("biologie")
    matrice = couvrir(
        catalogue, lire_features(PROJET / "features", []), {s.id for s in catalogue.scenarios()}, [], racine=PROJET
    )
    assert ecarts_de_jugement(matrice) == []
    for ligne in matrice.lignes:
        if ligne.scenario is not None:
            assert ligne.jugee_par_la_machine or ligne.guidee or ligne.scenario.non_jugee, ligne.scenario.id
    assert not any(ligne.jugee_par_la_machine and not ligne.attendue_de_la_machine for ligne in matrice.lignes)
    humains = catalogue.scenarios(moyens={Classe.HUMAIN})
    assert len(humains) == 35
    assert all(scenario.deroule for scenario in humains)


def test_biologie_des_deroules_propres_a_leur_scenario() -> None:
    """Aucun déroulé n'est le double d'un autre : un texte passe-partout ne guide personne."""
    deroules = [s.deroule for s in charger("biologie").scenarios() if s.deroule]
    entiers = [deroule for deroule in deroules if len(deroule) > 1]
    # Les deux modalités d'un même fournisseur d'identité se montrent de la même façon.
    assert len(set(entiers)) >= len(entiers) - 1
