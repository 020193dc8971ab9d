"""Ce que devient le journal quand la machine lui manque : horloge déplacée, disque plein, support illisible."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulators.socle import base
from simulators.socle.heure import Heure
from simulators.socle.journal import EtatJournal, JournalArrete, JournalEchanges, JournalEnPanne

DEPART = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Machine:
    """Une machine dont l'horloge se règle : `passer` laisse courir le temps, `regler` change l'heure affichée."""

    def __init__(self) -> None:
        self.decalage = timedelta(0)
        self.ecoule = 0.0

    def passer(self, secondes: float) -> None:
        self.ecoule += secondes

    def regler(self, decalage: timedelta) -> None:
        self.decalage += decalage

    def heure(self) -> Heure:
        return Heure(lambda: DEPART + self.decalage + timedelta(seconds=self.ecoule), lambda: self.ecoule)


def _incidents(journal: JournalEchanges) -> list[dict[str, Any]]:
    return [e.donnees for e in journal.enregistrements(type="incident")]


@pytest.mark.parametrize(
    ("decalage", "mots"),
    [(timedelta(hours=3), "a avancé de 3 h"), (timedelta(seconds=-90), "a reculé de 90 s")],
    ids=["avance", "recul"],
)
def test_horloge_deplacee(tmp_path: Path, decalage: timedelta, mots: str) -> None:
    """Une heure réglée en cours de campagne est notée ; l'ordre reste celui des numéros et la chaîne intacte."""
    machine = Machine()
    with JournalEchanges.creer(tmp_path, heure=machine.heure()) as journal:
        journal.ajouter("action", {"rang": 1})
        machine.passer(3600)
        journal.ajouter("action", {"rang": 2})
        machine.regler(decalage)
        numero = journal.ajouter("action", {"rang": 3})
        journal.ajouter("action", {"rang": 4})
        (incident,) = _incidents(journal)
        assert incident["nature"] == "horloge"
        assert incident["ecart_s"] == decalage.total_seconds()
        assert mots in incident["message"]
        lus = [(e.numero, e.donnees.get("rang")) for e in journal.enregistrements()]
        assert lus == [(1, 1), (2, 2), (numero, 3), (4, None), (5, 4)]
        assert journal.verifier_chaine() == []


def test_horloge_saine(tmp_path: Path) -> None:
    """Une heure d'attente et une petite remise à l'heure ne sont pas des incidents."""
    machine = Machine()
    with JournalEchanges.creer(tmp_path, heure=machine.heure()) as journal:
        for _ in range(5):
            journal.ajouter("action", {})
            machine.passer(3600)
            machine.regler(timedelta(seconds=1))
        assert _incidents(journal) == []


def test_horloge_reculee_entre_deux_seances(tmp_path: Path) -> None:
    """Un journal repris à une heure d'avant son dernier enregistrement le dit."""
    machine = Machine()
    with JournalEchanges.creer(tmp_path, heure=machine.heure()) as journal:
        journal.ajouter("action", {})
    machine.regler(timedelta(days=-3))
    with JournalEchanges.reprendre(tmp_path, heure=machine.heure()) as journal:
        (incident,) = _incidents(journal)
        assert "a reculé de 3 jours" in incident["message"]
        assert journal.verifier_chaine() == []


@contextmanager
def _disque_plein(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Toute écriture de corps échoue à mi-chemin, comme sur un disque plein."""
    ecrire = os.write

    def write(descripteur: int, octets: bytes) -> int:
        if len(octets) <= 8:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return ecrire(descripteur, bytes(octets)[: len(octets) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        yield


def test_corps_sur_disque_plein(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Un corps qui ne tient plus n'est pas laissé à moitié ; le journal s'arrête, se relit, et se continue ensuite."""
    with JournalEchanges.creer(tmp_path) as journal:
        garde = journal.ranger(b"premier corps")
        journal.ajouter("action", {"rang": 1})
        with _disque_plein(monkeypatch), pytest.raises(JournalEnPanne, match=r"disque plein.*--reprendre="):
            journal.ranger(b"un corps qui ne tient pas")
        assert journal.etat is EtatJournal.ARRETE
        with pytest.raises(JournalArrete, match="disque plein"):
            journal.ajouter("action", {"rang": 2})
        assert [f.read_bytes() for f in (tmp_path / "corps").rglob("*") if f.is_file()] == [b"premier corps"]
        assert [e.donnees["rang"] for e in journal.enregistrements()] == [1]
    with JournalEchanges.reprendre(tmp_path) as journal:
        assert journal.corps(garde.sha256).octets == b"premier corps"
        assert journal.ranger(b"un corps qui ne tient pas").taille == 25
        journal.ajouter("action", {"rang": 2})
        assert journal.verifier_chaine() == []


def test_reception_sur_disque_plein(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Un long corps qui déborde sur un disque plein arrête le journal de la même façon."""
    with JournalEchanges.creer(tmp_path) as journal:

        def plein(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(tempfile, "TemporaryFile", plein)
        with pytest.raises(JournalEnPanne, match="disque plein"), journal.receptionner(en_memoire=16) as reception:
            reception.ecrire(b"x" * 64)
        assert journal.etat is EtatJournal.ARRETE


def test_base_pleine(tmp_path: Path) -> None:
    """La base qui n'a plus de place refuse l'enregistrement en cours, garde tous les autres, et se continue."""
    with JournalEchanges.creer(tmp_path) as journal:
        journal.ajouter("action", {"rang": 0})
        (pages,) = journal._connexion.execute("PRAGMA page_count").fetchone()
        journal._connexion.execute(f"PRAGMA max_page_count={pages + 2}")
        ecrits = 1
        with pytest.raises(JournalEnPanne, match="disque plein"):
            while ecrits < 1000:
                journal.ajouter("action", {"rang": ecrits, "texte": "x" * 2000})
                ecrits += 1
        assert 1 < ecrits < 1000
    with JournalEchanges.reprendre(tmp_path) as journal:
        assert [e.donnees["rang"] for e in journal.enregistrements()] == list(range(ecrits))
        journal.ajouter("action", {"rang": ecrits})
        assert journal.verifier_chaine() == []


def test_base_qui_ne_s_ouvre_pas(tmp_path: Path) -> None:
    """Une base illisible donne une erreur d'entrée-sortie en français, jamais une erreur de SQLite."""
    (tmp_path / base.FICHIER).write_bytes(b"ceci n'est pas une base" * 100)
    with pytest.raises(OSError, match="ne s'ouvre pas en écriture"):
        JournalEchanges.reprendre(tmp_path)
