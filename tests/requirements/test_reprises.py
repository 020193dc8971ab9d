"""Une exigence dite dans un couloir se reprend dans un autre, sans une phrase recopiée."""

from __future__ import annotations

from pathlib import Path

import pytest

from requirements import __main__ as requirements
from requirements.catalogue import charger, est_du_couloir, nommer_couloir, tous_les_numeros
from requirements.erreurs import CouloirInconnu, ErreurCatalogue
from requirements.features import COMMUNS, features_du_couloir
from requirements.modele import Nature
from tests.requirements.fabrique import COULOIR, SECTION, ecrire_couloir

FEATURES = Path(__file__).parents[2] / "features"
VOISIN = COULOIR.replace("couloir: essai", "couloir: voisin").replace("rem: ESS", "rem: VOI").replace("SGL", "RIS")
REPRISE = """id_section: INS
reprend: essai
exigences:
- id: INS/va1.01
"""


def _voisin(racine: Path, section: str, *, couloir: str = VOISIN) -> Path:
    return ecrire_couloir(ecrire_couloir(racine), section, couloir=couloir, nom="voisin")


def test_tout_vient_de_l_origine(tmp_path: Path) -> None:
    """Résumé, scénarios et preuves viennent du couloir où l'exigence est rédigée ; le REM est celui qui reprend."""
    racine = _voisin(tmp_path, REPRISE)
    origine, reprise = charger("essai", racine=racine).exigence("INS/va1.01"), charger("voisin", racine=racine)
    exigence = reprise.exigence("INS/va1.01")
    assert (exigence.resume, exigence.profil, exigence.source) == (origine.resume, origine.profil, origine.source)
    assert (origine.ids_vague1, exigence.ids_vague1) == (("SGL.INS.01",), ())
    assert (exigence.rem, exigence.repris_de, exigence.scenarios[0].repris_de) == ("VOI", "essai", "essai")
    assert (exigence.scenarios[0].rem, exigence.scenarios[0].preuves) == ("VOI", origine.scenarios[0].preuves)
    assert reprise.preuve("INS/va1.01.01.01").attendu
    assert (origine.repris_de, origine.scenarios[0].repris_de) == ("", "")


def test_un_champ_redit_l_emporte(tmp_path: Path) -> None:
    """Ce qui est écrit avec l'exigence remplace l'origine ; les valeurs du fichier, elles, n'y touchent pas."""
    section = REPRISE.replace("exigences:", "criticite: Mineure\nsection: Identité du voisin\nexigences:")
    section += '  profil: IAM\n  nature: PRECONISATION\n  resume: "Dit autrement par ce REM."\n'
    exigence = charger("voisin", racine=_voisin(tmp_path, section)).exigence("INS/va1.01")
    assert (exigence.profil, exigence.nature, exigence.resume) == (
        "IAM",
        Nature.PRECONISATION,
        "Dit autrement par ce REM.",
    )
    assert (str(exigence.criticite), exigence.section) == ("Majeure", "Identité du voisin")
    assert exigence.scenarios[0].titre == "Traits gardés"


def test_des_scenarios_redits_remplacent_ceux_de_l_origine(tmp_path: Path) -> None:
    """Même exigence, autre scénario : celui d'ici compte seul."""
    section = REPRISE + (
        '  scenarios:\n  - id: INS/va1.01.02\n    titre: "Autre scénario"\n    attendu: "Ce que ce REM attend."\n'
    )
    racine = _voisin(tmp_path, section)
    scenarios = charger("voisin", racine=racine).exigence("INS/va1.01").scenarios
    assert [(s.id, s.repris_de) for s in scenarios] == [("INS/va1.01.02", "")]
    assert {"INS/va1.01.01", "INS/va1.01.02"} <= tous_les_numeros(racine)
    features = tmp_path / "features"
    features.mkdir()
    assert requirements.main(["valider", "--racine", str(racine), "--features", str(features)]) in (0, 1)


def test_l_empreinte_suit_l_origine(tmp_path: Path) -> None:
    """Changer le texte repris change l'empreinte du couloir qui reprend : un dossier scellé le verra."""
    racine = _voisin(tmp_path, REPRISE)
    avant = charger("voisin", racine=racine).empreinte
    ecrire_couloir(racine, SECTION.replace("garde les traits", "conserve les traits"))
    assert charger("voisin", racine=racine).empreinte != avant


@pytest.mark.parametrize(
    ("section", "attendu", "recu"),
    [
        (REPRISE.replace("reprend: essai", "reprend: ailleurs"), "le nom d'un couloir livré", "« ailleurs »"),
        (REPRISE.replace("reprend: essai", "reprend: voisin"), "le nom d'un autre couloir", "« voisin »"),
        (REPRISE.replace("INS/va1.01", "INS/va1.09"), "une exigence « INS/va1.09 » rédigée", "aucune"),
        (REPRISE + "- id: INS/va1.01\n", "un numéro de exigence unique", "déjà écrit"),
        (REPRISE.replace("INS/va1.01", "SGL.INS/va1.02"), "« profil »", "« IAM »"),
    ],
)
def test_reprise_impossible(tmp_path: Path, section: str, attendu: str, recu: str) -> None:
    """Un nom ou un numéro qui n'existe pas, un profil que ce couloir n'a pas : l'anomalie dit où et quoi faire."""
    racine = _voisin(tmp_path, section, couloir=VOISIN.replace("- IAM\n", ""))
    with pytest.raises(ErreurCatalogue) as erreur:
        charger("voisin", racine=racine)
    anomalie = erreur.value.anomalies[0]
    assert attendu in anomalie.attendu
    assert recu in anomalie.recu
    assert anomalie.fichier.name == "ins.yaml"
    assert anomalie.ligne >= 4


def test_une_reprise_ne_se_reprend_pas(tmp_path: Path) -> None:
    """Deux couloirs qui se reprennent l'un l'autre : l'anomalie le dit, rien ne tourne en rond."""
    racine = _voisin(tmp_path, REPRISE)
    ecrire_couloir(racine, REPRISE.replace("reprend: essai", "reprend: voisin"))
    with pytest.raises(ErreurCatalogue) as erreur:
        charger("essai", racine=racine)
    assert "qu'il reprend lui-même" in erreur.value.anomalies[0].recu


def test_un_couloir_a_plusieurs_types_de_logiciel(tmp_path: Path) -> None:
    """« hopital » et son type désignent un couloir livré ; sans le type, l'erreur dit lesquels existent."""
    for nom, genre in (("hopital-dpi", "DPI"), ("hopital-pfi", "PFI"), ("radiologie", "RIS")):
        couloir = COULOIR.replace("couloir: essai", f"couloir: {nom}").replace("logiciel: SGL", f"logiciel: {genre}")
        ecrire_couloir(tmp_path, couloir=couloir, nom=nom)
    assert nommer_couloir("hopital", "pfi", racine=tmp_path) == "hopital-pfi"
    assert nommer_couloir("hopital-dpi", racine=tmp_path) == "hopital-dpi"
    assert nommer_couloir("radiologie", "RIS", racine=tmp_path) == "radiologie"
    with pytest.raises(CouloirInconnu, match=r"parmi DPI, PFI, reçu rien .*--couloir=hopital --type-logiciel=DPI"):
        nommer_couloir("hopital", racine=tmp_path)
    with pytest.raises(CouloirInconnu, match=r"parmi RIS, reçu « LGC »"):
        nommer_couloir("radiologie", "LGC", racine=tmp_path)
    with pytest.raises(CouloirInconnu, match=r"le plus proche : « radiologie »"):
        nommer_couloir("radiolgie", racine=tmp_path)
    assert est_du_couloir("hopital", "hopital-pfi")
    assert not est_du_couloir("hopital-dpi", "hopital-pfi")


def test_aucun_annule_la_reprise_du_fichier(tmp_path: Path) -> None:
    """Une exigence rédigée ici au milieu d'un fichier qui reprend les autres."""
    section = SECTION.replace("id_section: INS\n", "id_section: INS\nreprend: essai\n").replace(
        "  profil: IAM\n", "  profil: IAM\n  reprend: aucun\n"
    )
    catalogue = charger("voisin", racine=_voisin(tmp_path, section.replace("SGL.INS/va1.02", "RIS.INS/va1.02")))
    assert [(e.id, e.repris_de) for e in catalogue.exigences] == [("INS/va1.01", "essai"), ("RIS.INS/va1.02", "")]


def test_une_feature_commune_qui_ne_convient_pas(tmp_path: Path) -> None:
    """Le couloir qui reprend dit pourquoi la feature jouerait mal : elle ne joue plus ce numéro pour lui."""
    racine = _voisin(tmp_path, REPRISE + '  feature_impropre: "Ici, le document arrive par un autre flux."\n')
    scenario = charger("voisin", racine=racine).scenario("INS/va1.01.01")
    assert scenario.feature_impropre == scenario.non_jugee == "Ici, le document arrive par un autre flux."
    assert scenario.laisse_a_une_personne
    assert not charger("essai", racine=racine).scenario("INS/va1.01.01").laisse_a_une_personne


def test_elle_ne_se_joue_plus_pour_ce_rem() -> None:
    """DMP/CONF.05 se joue en biologie ; pour une DRIMbox, la feature commune perd ce numéro."""
    joues = {
        nom: {
            numero
            for ecrit in features_du_couloir(charger(nom), FEATURES, [])
            if ecrit.couloir in (COMMUNS, nom)
            for numero in ecrit.numeros
        }
        for nom in ("biologie", "drimbox")
    }
    assert "DMP/CONF.05.01" in joues["biologie"] - joues["drimbox"]
    assert "DMP/UX.27.01" in joues["drimbox"]


def test_la_feature_du_couloir_l_emporte() -> None:
    """DMP/CONF.05 a la sienne pour une PFI, PORT/va1.01 pour la biologie : la commune n'y joue plus ce numéro."""
    for couloir, numero in (("hopital-pfi", "DMP/CONF.05.01"), ("biologie", "PORT/va1.01.01")):
        portent = [
            ecrit.couloir
            for ecrit in features_du_couloir(charger(couloir), FEATURES, [])
            if numero in ecrit.numeros and ecrit.couloir in (COMMUNS, couloir)
        ]
        assert portent == [couloir]
