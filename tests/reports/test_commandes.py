"""`python -m reports` de bout en bout, sur le vrai catalogue et un vrai journal."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from reports.__main__ import main
from reports.chargement_campagne import scenarios_demandes
from reports.preuves import ranger_piece
from reports.resultat import EtatPreuve, PreuveProduite
from reports.verdict import Verdict
from requirements.catalogue import Catalogue, charger
from simulators.socle.journal import JournalEchanges
from tests.reports.fabrique import campagne, echange, resultat


@pytest.fixture(scope="module")
def livre() -> Catalogue:
    """Le catalogue de biologie."""
    return charger("biologie")


@pytest.fixture
def tuee(tmp_path: Path, livre: Catalogue) -> Path:
    """Le dossier d'une campagne tuée après deux scénarios : un journal, pas de campagne.json."""
    dossier = tmp_path / "camp"
    faits = (Verdict.CONFORME, Verdict.NON_CONFORME)
    base = campagne(fin=None, journal={}, vagues=(1,))
    with JournalEchanges.creer(dossier) as journal:
        journal.ajouter("campagne", base.en_dict())
        for (ex, sc), verdict in zip(islice(scenarios_demandes(base, livre), 2), faits, strict=True):
            modele = echange(0)
            vu = journal.ajouter_echange(
                service=modele.service, operation=modele.operation, debut=modele.debut, fin=modele.fin,
                requete=modele.requete, reponse=modele.reponse, tls=modele.tls, scenario=sc.id,
            )  # fmt: skip
            piece = ranger_piece(dossier, sc.preuves[0].id, "requete.xml", modele.requete.corps.octets)
            preuve = PreuveProduite(sc.preuves[0].id, "", EtatPreuve.PRODUITE, (), (piece,))
            fait = replace(resultat(ex, sc, verdict, numero=vu.numero), preuves=(preuve,))
            journal.ajouter("verdict", fait.en_dict())
    return dossier


def test_generer_apres_arret(tuee: Path, livre: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    """Tout est rebâti depuis le journal : un verdict par scénario demandé, échanges montrés, fichiers présents."""
    junit = tuee / "junit.xml"
    assert main(["generer", str(tuee), "--json", "--junit", str(junit)]) == 0
    sortie = json.loads(capsys.readouterr().out)
    attendus = list(scenarios_demandes(campagne(vagues=(1,)), livre))
    assert sortie["interrompue"] is True
    assert sortie["scenarios"] == len(attendus)
    for nom in ("campagne.json", "verdicts.json", "rapport.html", "convergence.xlsx", "preuves/index.json"):
        assert (tuee / nom).is_file(), nom
    assert junit.is_file()
    assert len(list((tuee / "allure-results").glob("*-result.json"))) == len(attendus)
    verdicts = json.loads((tuee / "verdicts.json").read_text(encoding="utf-8"))["scenarios"]
    assert [vu["scenario"] for vu in verdicts] == [sc.id for _, sc in attendus]
    assert "D&#39;ARTAGNAN" in (tuee / "rapport.html").read_text(encoding="utf-8")


def test_generer_deux_fois_donne_les_memes_octets(tuee: Path) -> None:
    """Rebâtir une seconde fois ne change pas un octet."""

    def octets() -> dict[str, bytes]:
        assert main(["generer", str(tuee)]) == 0
        return {
            chemin.relative_to(tuee).as_posix(): chemin.read_bytes()
            for chemin in sorted(tuee.rglob("*"))
            if chemin.is_file() and not chemin.name.startswith("journal.sqlite")
        }

    assert octets() == octets()


def test_resumer(tuee: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Le résumé rend le code de sortie de la campagne, en texte comme en JSON."""
    assert main(["resumer", str(tuee)]) == 1
    texte = capsys.readouterr().out
    assert "Campagne interrompue avant la fin." in texte
    assert "Le premier appel porte deux prénoms" in texte
    assert main(["resumer", str(tuee), "--json"]) == 1
    lu = json.loads(capsys.readouterr().out)
    assert lu["ensemble"]["conforme"] == 1
    assert lu["ensemble"]["non_conforme"] == 1
    assert lu["code_de_sortie"] == 1


def test_verifier_journal(tuee: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un journal intact vaut 0 ; une pièce ou un enregistrement changés valent 1 et sont nommés."""
    assert main(["verifier-journal", str(tuee)]) == 0
    assert "intacts" in capsys.readouterr().out
    [piece, *_] = sorted((tuee / "preuves").rglob("requete.xml"))
    piece.write_bytes(b"<faux/>")
    assert main(["verifier-journal", str(tuee)]) == 1
    assert "requete.xml : empreinte attendue" in capsys.readouterr().out


def test_verifier_journal_altere(tuee: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un enregistrement récrit dans la base rompt la chaîne, et cela se dit."""
    base = sqlite3.connect(tuee / "journal.sqlite")
    with base:
        for (nom,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{nom}"')
        [table] = [n for (n,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if "enreg" in n]
        colonnes = [colonne[1] for colonne in base.execute(f'PRAGMA table_info("{table}")')]
        assert "donnees" in colonnes
        base.execute(f"UPDATE \"{table}\" SET donnees = replace(donnees, 'non_conforme', 'conforme')")
    base.close()
    assert main(["verifier-journal", str(tuee), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["chaine"]


@pytest.mark.parametrize("commande", ["generer", "resumer", "allure", "verifier-journal"])
def test_dossier_absent(commande: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un dossier absent donne un message français et le code 3."""
    assert main([commande, str(tmp_path / "absent")]) == 3
    assert "ce dossier n'existe pas" in capsys.readouterr().err


@pytest.mark.parametrize("commande", ["generer", "resumer", "allure", "verifier-journal"])
def test_aide(commande: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Chaque commande a une aide en français."""
    with pytest.raises(SystemExit) as sortie:
        main([commande, "--help"])
    assert sortie.value.code == 0
    texte = capsys.readouterr().out
    assert texte.startswith("utilisation : python -m reports")
    assert "dossier de campagne" in texte


def test_un_fichier_absent_se_dit_en_francais(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un chemin mal tapé : code 3, le fichier nommé, aucun mot du système."""
    absent = tmp_path / "absent.zip"
    assert main(["verifier", str(absent)]) == 3
    assert capsys.readouterr().err.endswith(
        f"Erreur : {absent} : ce fichier n'existe pas ; attendu le chemin d'un fichier, vérifiez-le\n"
    )
