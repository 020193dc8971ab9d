"""Le journal en lignes JSON : aller et retour exacts, et toute ligne qui n'est pas exactement la sienne est refusée."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.socle.export_journal import (
    AnomalieJournal,
    LigneRefusee,
    controler_lignes,
    exporter,
    importer,
    lire_ligne,
)
from simulators.socle.journal import JournalEchanges


def _lignes(dossier: Path, *messages: str) -> list[bytes]:
    with JournalEchanges.creer(dossier) as journal:
        for message in messages:
            journal.ajouter("incident", {"message": message, "nombre": 1.5, "rien": None})
        return list(exporter(journal))


def test_aller_retour(tmp_path: Path) -> None:
    """Exporter, importer, exporter redonne les mêmes octets, et le journal rebâti est intact."""
    lignes = _lignes(tmp_path / "a", "un", "l'été « à » Nîmes 😀", "\x00\n\u2028")
    importer(map(lire_ligne, lignes), tmp_path / "b")
    with JournalEchanges.ouvrir(tmp_path / "b") as rebati:
        assert list(exporter(rebati)) == lignes
        assert rebati.verifier_chaine() == []
    assert sorted(f.name for f in (tmp_path / "b").iterdir()) == ["journal.sqlite"]


def test_intact_sans_anomalie(tmp_path: Path) -> None:
    """Les lignes d'un vrai journal se suivent sans anomalie."""
    anomalies: list[AnomalieJournal] = []
    assert [lue.numero for lue in controler_lignes(_lignes(tmp_path, "a", "b"), anomalies)] == [1, 2]
    assert anomalies == []


@given(st.data())
def test_une_ligne_changee_est_refusee_ou_vue(tmp_path_factory: pytest.TempPathFactory, donnees: st.DataObject) -> None:
    """Un octet changé dans une ligne : refusée, ou son empreinte ne se recalcule plus."""
    if not _EXEMPLE:
        _EXEMPLE.extend(_lignes(tmp_path_factory.mktemp("j"), "essai"))
    brut = bytearray(_EXEMPLE[0])
    brut[donnees.draw(st.integers(0, len(brut) - 1))] ^= donnees.draw(st.integers(1, 255))
    anomalies: list[AnomalieJournal] = []
    list(controler_lignes([bytes(brut)], anomalies))
    assert anomalies != []


_EXEMPLE: list[bytes] = []


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("numero", "1"),
        ("numero", True),
        ("numero", 0),
        ("numero", 2**70),
        ("type", "inconnu"),
        ("donnees", []),
        ("empreinte", "../" * 20),
        ("precedent", None),
        ("horodatage", "2026-01-01"),
        ("horodatage", "hier"),
        ("autre", 1),
    ],
)
def test_forme_refusee(tmp_path: Path, champ: str, valeur: object) -> None:
    """Une valeur d'un autre genre, hors bornes ou en trop est refusée avant d'entrer dans une base."""
    ligne = json.loads(_lignes(tmp_path, "essai")[0])
    ligne[champ] = valeur
    with pytest.raises(LigneRefusee):
        lire_ligne(json.dumps(ligne, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")


@pytest.mark.parametrize("ligne", [b"", b"\n", b"[" * 99_999, b"\xff\n", b"null\n", b'{"a":1}\n'])
def test_ligne_illisible(ligne: bytes) -> None:
    """Ce qui n'est pas du JSON de la bonne forme est refusé, jamais une autre erreur."""
    with pytest.raises(LigneRefusee):
        lire_ligne(ligne)


def test_pas_par_dessus_ni_en_double(tmp_path: Path) -> None:
    """Un journal existant n'est jamais écrasé ; deux enregistrements de même numéro ne s'importent pas."""
    lignes = [lire_ligne(ligne) for ligne in _lignes(tmp_path / "a", "un")]
    with pytest.raises(FileExistsError):
        importer(lignes, tmp_path / "a")
    with pytest.raises(ValueError, match="même numéro"):
        importer(lignes * 2, tmp_path / "b")
