"""Grands lots : reprise, ouvrier tué, fichiers gâtés ; rien n'est perdu ni doublé."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steps.__main__ import main
from steps.controle import lots
from steps.controle.atelier import Limites
from steps.controle.incidents import INCIDENT, TYPE_INCONNU
from steps.controle.jugement import Reglages
from steps.controle.lots import Lot, grappe
from steps.controle.lots_journal import Journal
from steps.controle.lots_ouvrier import juger_paquet
from steps.controle.lots_parquet import lire_parquet
from steps.controle.lots_sources import Element, enumerer
from tests.controle.greffon_dask import Tueur

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def _ecrit(fichier: str, code: str = "ESSAI-01", verdict: str = "conforme") -> dict[str, Any]:
    constat = {"code": code, "gravite": "erreur", "message": "m", "document": "d"}
    return {
        "fichier": fichier, "type": "pdf", "verdict": verdict, "constats": [constat], "perimetre": ["p"],
        "inclus": [{"document": "d", "type": "cda_n1", "verdict": "conforme", "perimetre": []}],
        "sha256": "", "taille": 3, "duree": 0.5, "respectees": 2, "avertissements": [],
    }  # fmt: skip


def _lire(sortie: Path) -> list[dict[str, Any]]:
    if sortie.suffix == ".parquet":
        return list(lire_parquet(sortie))
    return [json.loads(ligne) for ligne in sortie.read_bytes().splitlines()]


@pytest.mark.parametrize("suffixe", [".jsonl", ".parquet"])
def test_reprise_du_journal(tmp_path: Path, suffixe: str) -> None:
    """Ce qui est fait n'est plus à juger ; un fichier changé, ou mal jugé par le banc, l'est, et remplace l'ancien."""
    sortie = tmp_path / f"r{suffixe}"
    premier = Journal(sortie)
    assert [premier.a_juger(nom, "k1") for nom in ("a", "b", "c", "a")] == [True, True, True, None]
    premier.ajouter("k1", _ecrit("a"))
    premier.ajouter("k1", _ecrit("b", "BANC-CONTROLE-02", "non_concluant"))
    premier.ajouter("k1", _ecrit("c\udcff"))
    premier.achever()
    premier.fermer()
    second = Journal(sortie)
    assert [second.a_juger("a", "k1"), second.a_juger("b", "k1"), second.a_juger("c\udcff", "k1")] == [
        False,
        True,
        False,
    ]
    second.ajouter("k1", _ecrit("b"))
    assert second.comptes() == {"conforme": 3}
    second.achever()
    second.fermer()
    troisieme = Journal(sortie)
    assert troisieme.a_juger("a", "k2")
    troisieme.ajouter("k2", _ecrit("a", verdict="non_conforme"))
    troisieme.achever()
    troisieme.fermer()
    lus = _lire(sortie)
    assert sorted((e["fichier"][:1], e["cle"], e["verdict"]) for e in lus) == [
        ("a", "k2", "non_conforme"), ("b", "k1", "conforme"), ("c", "k1", "conforme"),
    ]  # fmt: skip
    assert lus[0]["constats"][0]["document"] == "d"
    assert sorted(chemin.name for chemin in tmp_path.iterdir()) == [f"r{suffixe}"]


def test_arret_brutal_du_journal(tmp_path: Path) -> None:
    """Une dernière ligne coupée est ôtée ; un Parquet en cours laisse ses lignes pour la reprise."""
    sortie = tmp_path / "r.parquet"
    arrete = Journal(sortie)
    arrete.ajouter("k", _ecrit("a"))
    arrete.fermer()
    with (tmp_path / "r.parquet.encours.jsonl").open("ab") as flux:
        flux.write(b'{"cle":"k","fichier":"coup\xc3')
    repris = Journal(sortie)
    assert [repris.a_juger("a", "k"), repris.a_juger("b", "k")] == [False, True]
    repris.achever()
    repris.fermer()
    assert [e["fichier"] for e in _lire(sortie)] == ["a"]


@pytest.mark.parametrize(("nom", "contenu"), [("x.jsonl", b'{"autre":1}\n'), ("x.parquet", b"PAR1 faux")])
def test_sortie_qui_n_est_pas_un_lot(
    tmp_path: Path, nom: str, contenu: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """Un fichier existant qui n'est pas un résultat de lot n'est jamais écrasé."""
    (tmp_path / nom).write_bytes(contenu)
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert main(["controler", str(tmp_path / "a.txt"), "--lot", str(tmp_path / nom)]) == 2
    assert "donner un autre nom" in capsys.readouterr().err
    assert (tmp_path / nom).read_bytes() == contenu


def test_objets_d_un_stockage() -> None:
    """Les adresses fsspec sont lues par l'ouvrier ; trop grandes ou absentes, elles sont refusées proprement."""
    import fsspec

    memoire = fsspec.filesystem("memory")
    memoire.pipe("/lot2/a", b"quelque chose")
    memoire.pipe("/lot2/grand", b"x" * 101)
    try:
        elements = sorted(enumerer(["memory://lot2"], ()), key=lambda e: e.chemin)
        elements += [Element("memory://lot2/absent", 3, ""), Element("inconnu-zz://x/y", 1, "")]
        rendus = juger_paquet(elements, Reglages(taille_max=100), Limites())
    finally:
        memoire.rm("/lot2", recursive=True)
    codes = [rendu["constats"][0]["code"] for rendu in rendus]
    assert codes == ["BANC-CONTROLE-01", "BANC-CONTROLE-04", "BANC-CONTROLE-03", "BANC-CONTROLE-03"]
    assert rendus[0]["taille"] == 13


def test_ouvrier_dask_tue_au_milieu(tmp_path: Path) -> None:
    """Deux ouvriers, l'un tué pendant l'énumération : chaque fichier a un résultat et un seul."""
    total = 400
    (tmp_path / "docs").mkdir()
    for rang in range(total):
        (tmp_path / "docs" / f"{rang}.txt").write_text(f"document {rang}", encoding="utf-8")
    sortie = tmp_path / "r.jsonl"
    journal = Journal(sortie)
    lot = Lot(journal, Reglages(), Limites())
    with grappe("", 2) as client:
        victime = min(client.run(os.getpid).values())

        def elements() -> Iterator[Element]:
            for rang, element in enumerate(enumerer([str(tmp_path / "docs")], ())):
                if rang == total // 2:
                    os.kill(victime, signal.SIGKILL)
                yield element

        lot.mener(client, elements())
    assert journal.comptes() == {"non_concluant": total}
    journal.achever()
    journal.fermer()
    lus = [ecrit["fichier"] for ecrit in _lire(sortie)]
    assert len(lus) == len(set(lus)) == total
    assert {ecrit["constats"][0]["code"] for ecrit in _lire(sortie)} == {"BANC-CONTROLE-01"}


def test_fichier_qui_tue_chaque_ouvrier_dask(tmp_path: Path) -> None:
    """Au-delà des rejeux de dask, seul le fichier en cause est non concluant ; ceux de son paquet sont jugés."""
    import dask

    for nom in ("a", "b", "tueur", "z"):
        (tmp_path / nom).write_text(nom, encoding="utf-8")
    journal = Journal(tmp_path / "r.jsonl")
    lot = Lot(journal, Reglages(), Limites())
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), grappe("", 1) as client:
        client.register_plugin(Tueur())
        lot.mener(client, (Element(str(tmp_path / nom), 1, "") for nom in ("a", "b", "tueur", "z")))
    journal.achever()
    journal.fermer()
    codes = {Path(e["fichier"]).name: e["constats"][0]["code"] for e in _lire(tmp_path / "r.jsonl")}
    assert codes == {"a": TYPE_INCONNU, "b": TYPE_INCONNU, "tueur": INCIDENT, "z": TYPE_INCONNU}
    assert lot.rejoues == 4


def test_grappe_d_un_autre_banc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Des ouvriers dont le code n'est pas celui d'ici sont refusés avant tout jugement."""
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    monkeypatch.setattr(lots, "empreinte_du_banc", lambda: "autre")
    assert main(["controler", str(tmp_path / "x.txt"), "--lot", str(tmp_path / "r.jsonl"), "--jobs", "1"]) == 2
    assert "n'a pas le même banc" in capsys.readouterr().err
    assert not (tmp_path / "r.jsonl").exists()


def test_commande_de_lot_et_reprise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--lot` écrit un Parquet, ne refait rien la seconde fois, et ne refait que le fichier changé ensuite."""
    (tmp_path / "docs").mkdir()
    for rang in range(5):
        (tmp_path / "docs" / f"{rang}.txt").write_text("x" * (rang + 1), encoding="utf-8")
    sortie = tmp_path / "r.parquet"
    commande = ["controler", str(tmp_path / "docs"), "--lot", str(sortie), "--jobs", "1"]
    assert main(commande) == 3
    assert "5 fichiers jugés" in capsys.readouterr().out
    assert main(commande) == 3
    assert "0 fichier jugé" in capsys.readouterr().out
    (tmp_path / "docs" / "2.txt").write_text("changé", encoding="utf-8")
    assert main(commande) == 3
    assert "1 fichier jugé" in capsys.readouterr().out
    lus = {Path(e["fichier"]).name: e["taille"] for e in _lire(sortie)}
    assert lus == {"0.txt": 1, "1.txt": 2, "2.txt": 7, "3.txt": 4, "4.txt": 5}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x.txt", "--lot", "r.csv"], ".jsonl ou .parquet"),
        (["x.txt", "--lot", "absent/r.jsonl"], "n'existe pas"),
        (["absent.txt", "--lot", "r.jsonl"], "aucun fichier trouvé"),
        (["-", "--lot", "r.jsonl"], "entrée standard"),
        (["x.txt", "--lot", "r.jsonl", "--json"], "--json ne va pas avec --lot"),
        (["x.txt", "--scheduler", "tcp://127.0.0.1:1"], "attendu avec --lot"),
        (["zz://x/*", "--lot", "r.jsonl"], "zz:// ne peut pas être lu"),
        (["x.txt", "--lot", "r.jsonl", "--scheduler", "tcp://127.0.0.1:1"], "ne répond pas"),
    ],
)
def test_usages_refuses(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    """Un usage impossible est dit en français, code 2, sans rien écrire."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lots, "_ATTENTE_GRAPPE", 0.3)
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    assert main(["controler", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert [chemin.name for chemin in tmp_path.iterdir()] == ["x.txt"]
