"""`python -m reports sceller`, `verifier`, `extraire` : codes de sortie, messages pour une personne, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from reports.__main__ import main
from reports.sceau import examen_campagne, scellement
from reports.verdict import Verdict
from tests.reports.sceau.fabrique import AUTRE_CLE, CLE, PetiteCampagne, changer_json, falsifier
from tests.reports.sceau.test_signature import LE_JOUR
from tests.reports.sceau.tsa import Tsa, servir


@pytest.fixture
def petite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PetiteCampagne:
    """Une petite campagne, dont le catalogue remplace celui du couloir."""
    return _installer(PetiteCampagne(tmp_path / "campagne"), monkeypatch)


def _installer(petite: PetiteCampagne, monkeypatch: pytest.MonkeyPatch) -> PetiteCampagne:
    monkeypatch.setattr(scellement, "charger_de_campagne", lambda dossier, couloir: petite.catalogue)
    monkeypatch.setattr(examen_campagne, "charger", lambda couloir: petite.catalogue)
    return petite


def _cle(dossier: Path, mot_de_passe: bytes = b"") -> Path:
    chiffrement = serialization.BestAvailableEncryption(mot_de_passe) if mot_de_passe else serialization.NoEncryption()
    chemin = dossier / "cle.pem"
    chemin.write_bytes(
        CLE.privee.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, chiffrement)
    )
    return chemin


def test_sceller_verifier_extraire(petite: PetiteCampagne, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Le chemin ordinaire : un dossier à côté de la campagne, vérifié, extrait."""
    assert main(["sceller", str(petite.dossier), "--cle", str(_cle(tmp_path))]) == 0
    assert CLE.empreinte in capsys.readouterr().out
    archive = str(tmp_path / "campagne.zip")
    assert main(["verifier", archive, "--cle-attendue", CLE.empreinte]) == 0
    dit = capsys.readouterr()
    assert "Conclusion : dossier intact et complet" in dit.out
    assert "✓ Chaîne du journal" in dit.out
    assert "Vérification : journal…" in dit.err
    assert main(["extraire", archive, str(tmp_path / "x")]) == 0
    assert (tmp_path / "x" / "preuves/DMP_CONF.01.01.01/requete.xml").is_file()
    assert main(["verifier-journal", str(tmp_path / "x")]) == 0


def test_json(petite: PetiteCampagne, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sous --json, un seul objet sur la sortie, rien d'autre."""
    assert main(["sceller", str(petite.dossier), "--cle-ephemere", "--json"]) == 0
    lu = json.loads(capsys.readouterr().out)
    assert (lu["scelle"], lu["nature"], lu["cle"]["faite_pour_ce_dossier"]) == (True, "recevable", True)
    assert main(["verifier", lu["dossier"], "--json"]) == 0
    rendu = json.loads(capsys.readouterr().out)
    assert (rendu["intact"], rendu["complet"], rendu["code_de_sortie"]) == (True, True, 0)
    assert all(controle["bon"] for controle in rendu["controles"].values())


def test_verifier_dit_ou(petite: PetiteCampagne, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un verdict changé et re-signé : le fichier, le scénario, attendu et reçu, ce qu'il faut faire ; code 1."""
    chemin = petite.sceller(tmp_path / "d.zip").chemin

    def adoucir(valeur: dict[str, list[dict[str, object]]]) -> None:
        valeur["scenarios"][1]["verdict"] = "non_conforme"

    faux = falsifier(chemin, tmp_path / "f.zip", changer_json("verdicts.json", adoucir), resigner=AUTRE_CLE)
    assert main(["verifier", str(faux), "--cle-attendue", CLE.empreinte]) == 1
    sortie = capsys.readouterr().out
    for attendu in (
        "✗ Accord des traces entre elles : 1 anomalie",
        "✗ Signature : 1 anomalie",
        "verdicts.json : « verdict » n'est pas celui du journal",
        "scénario DMP/CONF.01.01",
        "attendu : conforme",
        "reçu : non_conforme",
        "à faire : ",
        "Conclusion : ne pas se fier à ce dossier (2 anomalies).",
    ):
        assert attendu in sortie


def test_refus_groupe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Une campagne incomplète : code 1, la liste par groupe, rien d'écrit ; --provisoire l'écrit et le dit."""
    petite = _installer(PetiteCampagne(tmp_path / "c", Verdict.CONFORME, Verdict.A_VERIFIER), monkeypatch)
    assert main(["sceller", str(petite.dossier), "--cle-ephemere"]) == 1
    sortie = capsys.readouterr().out
    assert "Rien n'a été scellé." in sortie
    assert "Scénarios à vérifier dont personne n'a rien dit (1)" in sortie
    assert "Preuves à apporter (2)" in sortie
    assert "DMP/CONF.01.01 · preuve DMP/CONF.01.01.02" in sortie
    assert main(["sceller", str(petite.dossier), "--cle-ephemere", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["manque"]) == 3
    assert list(tmp_path.glob("*.zip")) == []
    assert main(["sceller", str(petite.dossier), "--cle-ephemere", "--provisoire"]) == 0
    assert "*** PROVISOIRE, NON RECEVABLE ***" in capsys.readouterr().out
    assert main(["verifier", str(tmp_path / "PROVISOIRE-NON-RECEVABLE-c.zip")]) == 1
    sortie = capsys.readouterr().out
    assert "Conclusion : dossier intact, mais incomplet (3 manques)." in sortie
    assert "Ce qui manque (3)" in sortie


def test_mot_de_passe_par_l_environnement(
    petite: PetiteCampagne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Une clé chiffrée s'ouvre par la variable nommée ; sans elle ni terminal, le refus dit laquelle remplir."""
    cle = str(_cle(tmp_path, b"sesame-ouvre-toi"))
    monkeypatch.delenv("BANC_SONS_MOT_DE_PASSE", raising=False)
    assert main(["sceller", str(petite.dossier), "--cle", cle]) == 3
    assert "BANC_SONS_MOT_DE_PASSE" in capsys.readouterr().err
    monkeypatch.setenv("MA_CLE", "sesame-ouvre-toi")
    assert main(["sceller", str(petite.dossier), "--cle", cle, "--mot-de-passe-env", "MA_CLE"]) == 0
    assert "sesame" not in capsys.readouterr().out


def test_horodatage_hors_ligne_puis_en_ligne(
    petite: PetiteCampagne, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """La demande écrite, la réponse posée plus tard sans clé ; ou le serveur interrogé pendant le scellement."""
    tsa = Tsa.neuve(LE_JOUR)
    autorite = tmp_path / "tsa.pem"
    autorite.write_bytes(tsa.racine.public_bytes(serialization.Encoding.PEM))
    demande, reponse = tmp_path / "d.tsq", tmp_path / "d.tsr"
    sceller = ["sceller", str(petite.dossier)]
    assert main([*sceller, "--cle-ephemere", "--demande-horodatage", str(demande)]) == 0
    reponse.write_bytes(tsa.repondre(demande.read_bytes()))
    assert main([*sceller, "--horodatage", str(reponse), "--autorite-horodatage", str(autorite)]) == 0
    assert "Horodatage posé" in capsys.readouterr().out
    archive = str(tmp_path / "campagne.zip")
    assert main(["verifier", archive, "--autorite-horodatage", str(autorite)]) == 0
    assert "✓ Horodatage : 22/11/2026 09:30:00 UTC, par CN=TSA d'essai" in capsys.readouterr().out
    with servir(tsa) as url:
        assert main([*sceller, "--cle", str(_cle(tmp_path)), "--serveur-horodatage", url]) == 0
    assert "Horodatage : 22/11/2026" in capsys.readouterr().out
    assert main([*sceller, "--horodatage", str(reponse)]) == 3
    assert "une autre signature" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        (["sceller", "absent", "--cle-ephemere"], "n'existe pas"),
        (["sceller", "{campagne}"], "une clé est attendue"),
        (["sceller", "{campagne}", "--cle-ephemere", "--certificat", "x.pem"], "--certificat accompagne --cle"),
        (["sceller", "{campagne}", "--horodatage", "x.tsr"], "un seul dossier déjà scellé est attendu"),
        (["verifier", "absent.zip"], "absent.zip"),
        (["verifier", "{campagne}/campagne.json"], "n'est pas un zip"),
        (["verifier", "{campagne}/convergence.xlsx"], "n'est pas un"),
        (["verifier", "{campagne}/convergence.xlsx", "--cle-attendue", "abc"], "64 chiffres"),
        (["extraire", "{campagne}/convergence.xlsx", "x"], "n'est pas un"),
    ],
)
def test_demande_impossible(
    petite: PetiteCampagne,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    dit: str,
) -> None:
    """Code 3 et un message qui dit quoi faire, jamais une trace."""
    monkeypatch.chdir(tmp_path)
    assert main([argument.format(campagne=petite.dossier) for argument in arguments]) == 3
    assert dit in capsys.readouterr().err


@pytest.mark.parametrize("commande", ["sceller", "verifier", "extraire"])
def test_aide_en_francais(commande: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Chaque commande a son aide, ses codes de sortie, un exemple ou une règle."""
    with pytest.raises(SystemExit) as fin:
        main([commande, "--help"])
    aide = capsys.readouterr().out
    assert fin.value.code == 0
    assert aide.startswith("utilisation : python -m reports")
    assert "codes de sortie :" in aide
