"""Un couloir que le banc ne livre pas : gabarit, import d'un classeur, dossier de l'utilisateur."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from requirements import lieux
from requirements.__main__ import main
from requirements.catalogue import charger, charger_dossier, couloirs_disponibles
from requirements.erreurs import CouloirInconnu
from requirements.importation.genres import genres
from requirements.modele import Classe, Criticite, Nature, TypePiece
from tests.requirements.fabrique import (
    COULOIR,
    ENTETE_ANCIEN,
    ENTETE_CONVERGENCE,
    ENTETE_PUBLICATION,
    ecrire_classeur,
    ecrire_couloir,
)

DEUX_ETAPES = "Prérequis : un usager fictif connu. Etapes du scénario : 1. Ouvrir le bilan. 2. L'envoyer au médecin."


def ligne(numero: str, rang: Any = 1, **champs: object) -> dict[str, object]:
    """Une ligne de classeur publié, rédigée pour l'essai."""
    scenario = f"{numero}.{rang:02d}"
    return {
        "Périmètre": "Vague 2",
        "ID": numero,
        "Chapitre": "Bilans",
        "Fonction": "Bilan partagé",
        "Exigence": "Le logiciel d'essai sait préparer puis envoyer un bilan.",
        "Nature de l'exigence": "EXIGENCE",
        "Profil": "Général",
        "N° scénario": scenario,
        "Scénario de conformité": DEUX_ETAPES,
        "N° preuve 1": f"{scenario}.01",
        "Preuve 1": "Vidéo ou copies d'écran de l'envoi.",
        "Statut publication": "Nouvelle exigence",
        "Criticité": "Majeure",
        **champs,
    }


def classeur(dossier: Path, *lignes: dict[str, object]) -> Path:
    """Un petit classeur d'officine, dans la disposition de publication."""
    return ecrire_classeur(dossier / "REM-OFF-LGO-Va2.xlsx", ENTETE_PUBLICATION, lignes)


def importer(fichier: Path, sortie: Path, *options: str) -> int:
    """La commande, pour le couloir officine."""
    base = ["importer", str(fichier), "--couloir", "officine", "--nouveau", "--type-logiciel", "LGO"]
    return main([*base, "--sortie", str(sortie), *options])


def test_un_couloir_entier(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Chaque exigence garde numéro, profil, section, bloc, fonction, nature, criticité ; chaque scénario est guidé."""
    fichier = classeur(
        tmp_path,
        ligne("LGO.BPM.01", Profil="Officine en ligne", **{"Statut publication": "Modifiée"}),
        ligne(
            "LGO.BPM.02", **{"N° scénario": None, "Scénario de conformité": None, "N° preuve 1": None, "Preuve 1": None}
        ),
        ligne("SC.DMP/va1.90", **{"Périmètre": "Vague 1", "Nature de l'exigence": "PRECONISATION", "Criticité": "?"}),
        ligne("LGO.OLD.01", **{"Statut publication": "Obsolète"}),
    )
    assert importer(fichier, tmp_path / "miens", "--titre", "Officine d'essai") == 0
    sortie = capsys.readouterr().out
    assert "Obsolètes dans le classeur, laissées de côté : 1\n  LGO.OLD.01" in sortie
    catalogue = charger_dossier(tmp_path / "miens" / "officine")
    assert (catalogue.rem, catalogue.couloir.titre, catalogue.couloir.vagues) == ("OFF", "Officine d'essai", (1, 2))
    premiere = catalogue.exigence("LGO.BPM.01")
    assert (premiere.profil, premiere.id_section, premiere.bloc, premiere.fonction, premiere.statut) == (
        "Officine en ligne",
        "BPM",
        "Bilans",
        "Bilan partagé",
        "Modifiée",
    )
    assert (premiere.nature, premiere.criticite, premiere.vague) == (Nature.EXIGENCE, Criticite.MAJEURE, 2)
    assert premiere.resume == "Le logiciel d'essai sait préparer puis envoyer un bilan."
    (scenario,) = premiere.scenarios
    assert scenario.moyen is Classe.HUMAIN
    assert [etape.faire for etape in scenario.deroule] == ["Ouvrir le bilan.", "L'envoyer au médecin."]
    assert scenario.deroule[-1].voir == "À montrer : Vidéo ou copies d'écran de l'envoi."
    assert {etape.ecart for etape in scenario.deroule} == {"Ce que l'étape attend ne s'observe pas."}
    assert scenario.prerequis == "Prérequis : un usager fictif connu."
    assert scenario.preuves[0].pieces == (TypePiece.VIDEO, TypePiece.CAPTURE)
    assert scenario.preuves[0].conseil
    assert "aucun scénario" in catalogue.exigence("LGO.BPM.02").non_verifiee
    autre = catalogue.exigence("SC.DMP/va1.90")
    assert (autre.vague, autre.nature, autre.criticite, autre.id_section, autre.id_socle) == (
        1,
        Nature.PRECONISATION,
        Criticite.NON_DEFINIE,
        "DMP",
        "SC.DMP/va1.90",
    )
    assert main(["valider", "--couloirs", str(tmp_path / "miens")]) == 0


def test_les_anomalies_de_numero_sont_gardees_et_dites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Vide, répété, hors grammaire : le couloir se charge quand même, et l'import les nomme toutes."""
    texte = "Exigence de l'espace de confiance."
    fichier = classeur(
        tmp_path,
        ligne("LGO.BPM.01"),
        ligne("LGO.BPM.01", 2, **{"N° scénario": None, "Scénario de conformité": "Autre essai.", "N° preuve 1": None}),
        ligne("LGO.BPM.02", **{"N° scénario": "LGO.BPM.01.01", "N° preuve 1": "LGO.BPM.01.01.01", "Preuve 1": "TBD"}),
        ligne("LGO.BPM.03", **{"N° scénario": "à voir", "N° preuve 1": "LGO.BPM.01.01.01"}),
        ligne("EXI EDC PSC 102", Exigence=texte, **{"N° preuve 1": "sans"}),
    )
    assert importer(fichier, tmp_path / "miens") == 0
    dit = capsys.readouterr().out
    catalogue = charger_dossier(tmp_path / "miens" / "officine")
    assert [s.id for s in catalogue.scenarios()] == [
        "LGO.BPM.01.01",
        "LGO.BPM.01.02",
        "LGO.BPM.02.01",
        "LGO.BPM.03.01",
        "EXI-EDC-PSC.102.01",
    ]
    assert catalogue.exigence("EXI-EDC-PSC.102").resume == f"N° du classeur : EXI EDC PSC 102. {texte}"
    for attendu in (
        "scénario de LGO.BPM.01, ligne 3 : sans numéro, écrit LGO.BPM.01.02",
        "numéro répété (« LGO.BPM.01.01 »), écrit LGO.BPM.02.01",
        "numéro hors grammaire (« à voir »)",
        "numéro répété, LGO.BPM.01.01.01",
        "« EXI EDC PSC 102 »",
        "texte d'attente",
    ):
        assert attendu in dit
    assert all(s.anomalie for s in catalogue.scenarios() if s.id in ("LGO.BPM.01.02", "LGO.BPM.02.01"))
    assert main(["valider", "--couloirs", str(tmp_path / "miens")]) == 0


def test_export_convergence_et_ancien_modele(tmp_path: Path) -> None:
    """Une ligne par preuve sans nature ni section, ou l'ancien modèle : le couloir se charge."""
    commun = {"N° scénario": "BPM.01.01", "Scénario de conformité": "<p>1. Ouvrir le bilan</p><p>2. Envoyer</p>"}
    convergence = ecrire_classeur(
        tmp_path / "conv.xlsx",
        ENTETE_CONVERGENCE,
        [
            {"ID": "BPM.01", "Exigence": "<p>&Eacute;nonc&eacute; d'essai.</p>", **commun, "N° preuve": n, "Preuve": p}
            for n, p in (("BPM.01.01.01", "<p>Une attestation</p>"), ("BPM.01.01.02", "<p>Un fichier</p>"))
        ],
    )
    assert importer(convergence, tmp_path / "a") == 0
    assert "colonne absente : nature" in (tmp_path / "a" / "officine" / "rapport-import.txt").read_text(
        encoding="utf-8"
    )
    scenario = charger_dossier(tmp_path / "a" / "officine").scenario("BPM.01.01")
    assert [etape.faire for etape in scenario.deroule] == ["Ouvrir le bilan", "Texte du classeur : Envoyer"]
    assert [p.pieces for p in scenario.preuves] == [(TypePiece.ATTESTATION,), (TypePiece.AUTRE,)]
    ancien = ecrire_classeur(
        tmp_path / "ancien.xlsx",
        ENTETE_ANCIEN,
        [
            {
                "N° exigence": "BPM.01p",
                ENTETE_ANCIEN[8]: "Énoncé d'essai.",
                "ID Section": "BPM",
                "Section": "Bilans",
                **commun,
            }
        ],
    )
    assert importer(ancien, tmp_path / "b", "--vague", "1", "--rem", "LGOF") == 0
    catalogue = charger_dossier(tmp_path / "b" / "officine")
    assert (catalogue.rem, catalogue.exigences[0].section, catalogue.exigences[0].vague) == ("LGOF", "Bilans", 1)
    assert catalogue.exigences[0].nature is Nature.PRECONISATION


def test_le_socle_se_reprend_sur_demande(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sans l'option, le rapport dit seulement où le numéro existe ; avec elle, l'exigence vient du couloir livré."""
    fichier = classeur(tmp_path, ligne("SC.INS/va1.28"), ligne("LGO.BPM.01"))
    assert importer(fichier, tmp_path / "a", "--json") == 0
    dit: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (dit["connues_ailleurs"], dit["reprises"]) == ({"SC.INS/va1.28": "biologie"}, [])
    assert charger_dossier(tmp_path / "a" / "officine").exigence("SC.INS/va1.28").repris_de == ""
    assert importer(fichier, tmp_path / "b", "--reprendre-socle") == 0
    catalogue = charger_dossier(tmp_path / "b" / "officine")
    exigence, livree = catalogue.exigence("INS/va1.28"), charger("biologie").exigence("INS/va1.28")
    assert (exigence.repris_de, exigence.resume, exigence.rem) == ("biologie", livree.resume, "OFF")
    assert main(["valider", "--couloirs", str(tmp_path / "b")]) == 0
    assert main(["couverture", "--couloirs", str(tmp_path / "b"), "--couloir", "officine"]) == 0
    assert "ins_insi.feature" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--couloir", "biologie", "--nouveau", "--type-logiciel", "LGO"],
            "que le banc ne livre pas, reçu « biologie »",
        ),
        (["--couloir", "Officine", "--nouveau", "--type-logiciel", "LGO"], "un nom en minuscules sans accent"),
        (["--couloir", "officine", "--nouveau", "--type-logiciel", "lgo"], "deux à cinq majuscules"),
        (["--couloir", "officine", "--nouveau"], "attendu --type-logiciel"),
        (["--couloir", "officine", "--nouveau", "--type-logiciel", "LGO", "--vague", "3"], "attendu 1 ou 2"),
        (["--couloir", "biologie", "--titre", "x"], "attendu avec --nouveau"),
        (["--couloir", "officine", "--nouveau", "--type-logiciel", "LGO", "--sortie", "steps"], "hors du projet"),
        (["--couloir", "officine"], "--couloirs=DIR"),
    ],
)
def test_imports_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str) -> None:
    """Une demande impossible est dite en français, et rien n'est écrit."""
    fichier = classeur(tmp_path, ligne("LGO.BPM.01"))
    if "--sortie" in options:
        options = [*options[:-1], str(lieux.DOSSIER_COULOIRS.parent / options[-1])]
    else:
        options = [*options, "--sortie", str(tmp_path / "miens")]
    assert main(["importer", str(fichier), *options]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "miens").exists()


def test_un_classeur_hostile_ou_un_dossier_pris_n_ecrit_rien(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Le classeur est vérifié comme pour tout import ; un couloir déjà écrit n'est jamais écrasé."""
    faux = tmp_path / "faux.xlsx"
    faux.write_bytes(b"rien d'un classeur")
    assert importer(faux, tmp_path / "miens") == 2
    assert "attendu un classeur Excel" in capsys.readouterr().err
    assert not (tmp_path / "miens").exists()
    fichier = classeur(tmp_path, ligne("LGO.BPM.01"))
    assert importer(fichier, tmp_path / "miens") == 0
    assert importer(fichier, tmp_path / "miens") == 2
    assert "existe déjà : rien n'est écrit" in capsys.readouterr().err
    assert sorted(p.name for p in (tmp_path / "miens").iterdir()) == ["officine"]
    suivi = ["importer", str(fichier), "--couloir", "officine", "--couloirs", str(tmp_path / "miens")]
    assert main([*suivi, "--sortie", str(tmp_path / "textes")]) == 0
    assert "dont 1 reconnues par leur numéro" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("Vidéo du parcours", [TypePiece.VIDEO]),
        ("Copie d'écran du document", [TypePiece.CAPTURE]),
        ("Copie d’écran ou document PDF", [TypePiece.CAPTURE, TypePiece.DOCUMENT]),
        ("Attestation sur l'honneur de l'éditeur", [TypePiece.ATTESTATION]),
        ("Extrait du journal", [TypePiece.TRACE]),
        ("Fichier CSV exporté", [TypePiece.EXPORT]),
        ("La documentation", [TypePiece.DOCUMENT]),
        ("Rien de connu", [TypePiece.AUTRE]),
        ("", [TypePiece.AUTRE]),
    ],
)
def test_genres_de_piece(texte: str, attendus: list[TypePiece]) -> None:
    """Les mots d'une preuve disent quelles pièces elle accepte ; « autre » à défaut."""
    assert list(genres(texte)) == attendus


# ------------------------------------------------------------------ dossier de l'utilisateur
def test_gabarit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Le gabarit se valide tel quel, et se voit parmi les couloirs le temps d'une commande seulement."""
    assert main(["gabarit", "officine", "--sortie", str(tmp_path)]) == 0
    assert f"pytest --couloir=officine --couloirs={tmp_path}" in capsys.readouterr().out
    assert main(["valider", "--couloirs", str(tmp_path)]) == 0
    assert "officine : 3 exigences, 3 scénarios" in capsys.readouterr().out
    with lieux.employer(tmp_path):
        assert "officine" in couloirs_disponibles()
        assert "biologie" in couloirs_disponibles()
        assert charger("officine").exigence("INS/va1.28").repris_de == "biologie"
    assert "officine" not in couloirs_disponibles()
    assert lieux.VARIABLE not in os.environ
    assert main(["gabarit", "officine", "--sortie", str(tmp_path)]) == 2
    assert "existe déjà" in capsys.readouterr().err


def test_dossiers_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absent, vide, le couloir au lieu de son dossier, un nom livré ou réservé : dit en français, avec quoi faire."""
    monkeypatch.setenv(lieux.VARIABLE, str(tmp_path / "absent"))
    with pytest.raises(CouloirInconnu, match=r"attendu un dossier qui existe, reçu .*absent"):
        couloirs_disponibles()
    monkeypatch.setenv(lieux.VARIABLE, str(tmp_path))
    with pytest.raises(CouloirInconnu, match=r"au moins un <couloir>/couloir\.yaml"):
        couloirs_disponibles()
    ecrire_couloir(tmp_path)
    assert "essai" in couloirs_disponibles()
    with pytest.raises(CouloirInconnu, match="donnez le dossier au-dessus"):
        lieux.verifier(tmp_path / "essai")
    for nom, raison in (("biologie", "livre déjà"), ("communs", "réservé")):
        ecrire_couloir(tmp_path / nom, couloir=COULOIR.replace("essai", nom, 1), nom=nom)
        with pytest.raises(CouloirInconnu, match=raison):
            lieux.verifier(tmp_path / nom)


def test_l_empreinte_ne_depend_pas_du_lieu(tmp_path: Path) -> None:
    """La copie qu'une campagne garde a l'empreinte de l'original, reprises comprises."""
    assert main(["gabarit", "officine", "--sortie", str(tmp_path / "a")]) == 0
    original = charger_dossier(tmp_path / "a" / "officine")
    lieux.copier(original.dossier, original.couloirs_repris, tmp_path / "campagne")
    racine = lieux.racine_de_campagne(tmp_path / "campagne", "officine")
    assert racine is not None
    assert charger("officine", racine=racine).empreinte == original.empreinte
    assert lieux.racine_de_campagne(tmp_path / "campagne", "biologie") is None
    lieux.copier(charger("biologie").dossier, (), tmp_path / "livre")
    assert not (tmp_path / "livre").exists()
