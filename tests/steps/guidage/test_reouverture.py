"""Rouvrir une campagne : seul ce qui reste est demandé, les rapports suivent, rien n'est rejoué."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from reports.__main__ import main as reports
from reports.campagne import ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.constat import Constat
from reports.declaration import CODE_PERSONNE
from reports.fichiers import ecrire_json
from reports.verdict import Verdict
from requirements.catalogue import charger
from simulators.socle.journal import JournalEchanges
from steps.operateur.enregistrement import FICHIER, JUGEMENT
from steps.operateur.enregistrement_rejeu import Enregistrement
from steps.operateur.guidage_reouverture import guider
from steps.operateur.poste import Poste
from steps.operateur.terminal import Terminal
from steps.selection import ScenarioRetenu
from tests.steps.guidage.aides import resultat

SEULE = Constat(CODE_PERSONNE, Verdict.NON_EXECUTE, "aucune feature ne joue encore ce scénario")
NUMERO = "LOI/va1.01.01"


class PosteEcrit(Poste):
    """Un poste dont la personne a écrit ses réponses d'avance."""

    def __init__(self, *lignes: str) -> None:
        super().__init__("terminal", nom="Anne", annoncer=lambda ligne: None)
        self.entree = io.StringIO("".join(f"{ligne}\n" for ligne in ("", *lignes)))
        self.sortie = io.StringIO()

    def _ouvrir_terminal(self) -> None:
        assert self.tableau is not None
        Terminal(
            self.guichet, self.tableau, self._journal, self._porte, nom=self.nom, entree=self.entree, sortie=self.sortie
        ).demarrer()


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    """Une campagne finie, où un scénario sans feature attend une personne."""
    catalogue = charger("biologie")
    [retenu] = [ScenarioRetenu(e, s) for e in catalogue.exigences for s in e.scenarios if s.id == NUMERO]
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("verdict", resultat(retenu, SEULE, moyen=None).en_dict())
        tete = {"derniere_empreinte": journal.derniere_empreinte(), "enregistrements": journal.position()}
    entete = {"couloir": "biologie", "rem": catalogue.couloir.rem, "vagues": [1], "fin": "2026-11-22T10:00:00+00:00"}
    ecrire_json(tmp_path / "campagne.json", {**entete, "retenus": [NUMERO], "journal": tete})
    return tmp_path


def verdict(dossier: Path) -> tuple[Verdict, str]:
    with JournalEchanges.ouvrir(dossier) as journal:
        [un] = charger_campagne(dossier, journal).resultats
    return un.verdict, un.raison


def declarer(dossier: Path, *options: str, scenario: str = NUMERO) -> int:
    arguments: Sequence[str] = ("declarer", str(dossier), "--scenario", scenario, "--par", "Anne", *options)
    return reports(arguments)


def test_une_personne_reprend_ce_qui_reste(dossier: Path) -> None:
    """Le scénario en attente est demandé, la réponse gardée, les rapports rebâtis, le journal intact."""
    poste = PosteEcrit("non conforme", "le fichier est vide")
    assert guider(dossier, poste, dire=lambda ligne: None) == 1
    assert verdict(dossier) == (Verdict.NON_CONFORME, "déclaré non conforme : le fichier est vide")
    assert [r.par for r in Enregistrement(dossier / FICHIER).suite(NUMERO, JUGEMENT)] == ["Anne"]
    assert "Aucun scénario n'est rejoué" in poste.sortie.getvalue()
    assert (dossier / "rapport.html").is_file()
    assert reports(["verifier-journal", str(dossier)]) == 0


def test_rien_ne_reste(dossier: Path) -> None:
    """Quand tout est dit, le guichet ne s'ouvre pas ; sans personne, rien ne change."""
    assert guider(dossier, PosteEcrit(), dire=lambda ligne: None) == 0
    assert verdict(dossier)[0] is Verdict.NON_EXECUTE
    assert declarer(dossier, "--issue", "sans_objet", "--raison", "pas de catalogue") == 0
    dites: list[str] = []
    assert guider(dossier, PosteEcrit(), dire=dites.append) == 0
    assert "--reprendre" in dites[0]


def test_declarer_hors_campagne(dossier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """La commande écrit au journal, dit le verdict et ce qui manque, refuse ce qui ne tient pas."""
    assert declarer(dossier, "--issue", "conforme") == 0
    assert f"{NUMERO} : à vérifier (déclaré conforme ; reste à apporter : {NUMERO}.01)" in capsys.readouterr().out
    assert verdict(dossier)[0] is Verdict.A_VERIFIER
    assert declarer(dossier, "--issue", "non_conforme") == 1
    assert "raison écrite" in capsys.readouterr().out
    assert declarer(dossier, "--issue", "conforme", scenario="INS/va1.01.01") == 3
    assert reports(["verifier-journal", str(dossier)]) == 0


def test_un_dossier_sans_campagne(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Un dossier sans journal est refusé en le nommant."""
    with pytest.raises(ErreurCampagne, match="aucun journal"):
        guider(tmp_path, PosteEcrit())
    assert declarer(tmp_path, "--issue", "conforme") == 3
    assert "aucun journal" in capsys.readouterr().err
