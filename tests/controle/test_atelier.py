"""Un ouvrier qui lève, meurt, boucle ou gonfle ne perd que son fichier, et l'ordre est gardé."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from steps.controle.atelier import Atelier, Limites, Poste
from steps.controle.jugement import Reglages, Tache
from steps.controle.resultat import Resultat

_PIEGE = (sys.executable, "-m", "tests.controle.ouvrier_piege")


def _tache(nom: str, ordre: str = "") -> Tache:
    return Tache(nom, octets=b"%PDF-1.4\n" + ordre.encode())


@pytest.fixture
def atelier() -> Iterator[Atelier]:
    """Deux ouvriers qui obéissent aux fichiers."""
    atelier = Atelier(Reglages(tout=True), Limites(delai=30), 2, _PIEGE)
    yield atelier
    atelier.fermer()


def _codes(resultat: Resultat) -> list[str]:
    return [constat["code"] for constat in resultat.constats]


def test_ordre_incidents_et_bavardage(atelier: Atelier) -> None:
    """L'ordre de sortie est celui d'entrée ; lever donne non concluant et une trace, bavarder n'a pas d'effet."""
    ordres = ["leve", "", "bavarde", "sort", *[""] * 20]
    rendus = list(atelier.controler(_tache(f"{rang}.pdf", ordre) for rang, ordre in enumerate(ordres)))
    assert [resultat.fichier for resultat, _ in rendus] == [f"{rang}.pdf" for rang in range(len(ordres))]
    verdicts = [resultat.verdict for resultat, _ in rendus]
    assert verdicts == ["non_concluant", "conforme", "conforme", "non_concluant", *["conforme"] * 20]
    assert "panne voulue" in rendus[0][1]
    assert rendus[1][1] == ""
    assert _codes(rendus[0][0]) == ["BANC-CONTROLE-02"]
    assert "Traceback" not in str(rendus[0][0].en_dict())


def test_ouvrier_tue_deux_fois(atelier: Atelier) -> None:
    """Un fichier qui tue deux ouvriers est non concluant, les autres sont jugés."""
    rendus = [r for r, _ in atelier.controler([_tache("a"), _tache("b", "meurs"), _tache("c"), _tache("d")])]
    assert [r.verdict for r in rendus] == ["conforme", "non_concluant", "conforme", "conforme"]
    assert "deux fois (signal 9)" in rendus[1].constats[0]["message"]


def test_ouvrier_tue_une_fois(atelier: Atelier, tmp_path: Path) -> None:
    """Un ouvrier tué une fois ne change aucun verdict : le fichier est rejoué."""
    ordre = f"meurs-une-fois {tmp_path / 'mort'}"
    rendus = [r for r, _ in atelier.controler([_tache("a", ordre), _tache("b")])]
    assert [r.verdict for r in rendus] == ["conforme", "conforme"]
    assert (tmp_path / "mort").exists()


def test_ouvrier_tue_entre_deux_fichiers() -> None:
    """Un ouvrier tué au repos est remplacé sans bruit ; sinon il reste chaud d'un fichier à l'autre."""
    poste = Poste(Reglages(tout=True), Limites(), _PIEGE)
    try:
        pids = [poste.controler(_tache("a"))[0].constats[0]["recu"] for _ in range(2)]
        assert pids[0] == pids[1] == str(poste.pid)
        assert poste.pid is not None
        os.kill(poste.pid, signal.SIGKILL)
        apres = poste.controler(_tache("b"))[0]
        assert apres.verdict == "conforme"
        assert apres.constats[0]["recu"] != pids[0]
    finally:
        poste.fermer()


def test_limite_de_temps() -> None:
    """Un examen sans fin est arrêté : au-delà de la limite du banc, non concluant."""
    poste = Poste(Reglages(), Limites(delai=0.4), _PIEGE)
    try:
        resultat = poste.controler(_tache("a", "boucle"))[0]
        assert (resultat.verdict, _codes(resultat)) == ("non_concluant", ["BANC-CONTROLE-04"])
        assert "limite de temps" in resultat.constats[0]["message"]
    finally:
        poste.fermer()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="la mémoire d'un ouvrier n'est lue que sous Linux")
def test_limite_de_memoire() -> None:
    """Un examen qui gonfle est arrêté avant d'emporter la machine."""
    poste = Poste(Reglages(), Limites(memoire=300_000_000), _PIEGE)
    try:
        resultat = poste.controler(_tache("a", "gonfle"))[0]
        assert _codes(resultat) == ["BANC-CONTROLE-04"]
        assert "limite de mémoire" in resultat.constats[0]["message"]
        assert poste.controler(_tache("b"))[0].verdict == "conforme"
    finally:
        poste.fermer()


def test_tailles_et_lecture(tmp_path: Path) -> None:
    """La taille est vue avant la lecture ; dossier, absence et tube sont des refus propres."""
    grand = tmp_path / "grand"
    grand.write_bytes(b"x" * 101)
    os.mkfifo(tmp_path / "tube")
    poste = Poste(Reglages(taille_max=100), Limites())
    try:
        noms = [str(grand), str(tmp_path / "absent"), str(tmp_path), str(tmp_path / "tube"), "nul\0"]
        rendus = [poste.controler(Tache(nom, nom))[0] for nom in noms]
        assert [_codes(r)[0] for r in rendus] == ["BANC-CONTROLE-04"] + ["BANC-CONTROLE-03"] * 4
        assert rendus[0].constats[0]["recu"] == "101 octets"
    finally:
        poste.fermer()


def test_interruption_rend_ce_qui_est_fini(atelier: Atelier) -> None:
    """Après un arrêt, les résultats que l'ordre retenait sont rendus."""
    suite = atelier.controler([_tache("a"), _tache("b", "boucle"), _tache("c")])
    assert next(suite)[0].fichier == "a"
    suite.close()
    atelier.fermer()
    assert {resultat.fichier for resultat, _ in atelier.rendre_le_reste()} <= {"c"}
