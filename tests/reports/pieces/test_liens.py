"""Les liens vers une plateforme officielle : gardés tels quels, jamais visités, toujours à vérifier."""

from __future__ import annotations

import json

import pytest

from reports.pieces.examen import examiner_piece
from reports.pieces.liens import SUFFIXE, avertissement, verifier_lien
from reports.pieces.modele import Contexte, PieceExaminee, PieceRefusee
from reports.pieces.refus import Refus
from requirements.modele import TypePiece

_ADMIS = (TypePiece.LIEN_PLATEFORME, TypePiece.DOCUMENT)
_URL = "https://interop.esante.gouv.fr/evs/detailedResult.seam?oid=1.2.3&type=CDA"


@pytest.mark.parametrize(
    ("octets", "nom"),
    [
        (_URL.encode(), "rapport.txt"),
        (f"  {_URL}\r\n".encode("utf-8-sig"), "rapport.txt"),
        (f"[InternetShortcut]\r\nURL={_URL}\r\n".encode(), "rapport.url"),
        (json.dumps({"url": _URL}).encode(), "rapport.url.json"),
        (json.dumps({"valeur": _URL, "nature": "url"}).encode(), "rapport.url.json"),
    ],
)
def test_adresse_gardee(octets: bytes, nom: str) -> None:
    """Une adresse, d'où qu'elle vienne, devient un petit JSON qui la garde telle quelle, à vérifier."""
    rendu = examiner_piece(octets, _ADMIS, Contexte(nom=nom, genre="lien-plateforme-test"))
    assert isinstance(rendu, PieceExaminee), rendu
    assert rendu.genre is TypePiece.LIEN_PLATEFORME
    assert rendu.nom == f"rapport{SUFFIXE}"
    assert rendu.a_verifier
    lu = json.loads(rendu.contenu)
    assert (lu["valeur"], lu["hote"]) == (_URL, "interop.esante.gouv.fr")
    assert "aucun outil du banc ne remplace" in lu["mention"]


def test_redepose_tel_quel() -> None:
    """Le JSON gardé, redéposé, donne le même JSON : un dossier peut passer d'une campagne à l'autre."""
    un = examiner_piece(_URL.encode(), _ADMIS, Contexte(nom="a.txt", genre="lien-plateforme-test"))
    assert isinstance(un, PieceExaminee)
    deux = examiner_piece(un.contenu, _ADMIS, Contexte(nom=un.nom))
    assert isinstance(deux, PieceExaminee)
    assert deux.sha256 == un.sha256


@pytest.mark.parametrize("valeur", ["4211", "MSS-LPS-2026-0042", "6f1c2c1e-6a0b-4f7e-9b2e-0c4b8f3f1a77"])
def test_identifiant(valeur: str) -> None:
    """Un numéro d'exécution est gardé tel quel."""
    assert verifier_lien(f" {valeur}\n") == {"nature": "identifiant", "valeur": valeur}


@pytest.mark.parametrize(
    ("valeur", "dit"),
    [
        ("", "rien"),
        ("http://interop.esante.gouv.fr/x", "une adresse http"),
        ("ftp://interop.esante.gouv.fr/x", "une adresse ftp"),
        ("file:///etc/passwd", "une adresse file"),
        ("javascript:alert(1)", "une adresse javascript"),
        ("https://moi:secret@interop.esante.gouv.fr/x", "identifiant de connexion"),
        ("https://interop.esante.gouv.fr/x?access_token=abc", "access_token"),
        ("https://interop.esante.gouv.fr/x#id_token=1&password=p", "id_token"),
        ("https://interop.esante.gouv.fr/x;jsessionid=12", "identifiant de connexion"),
        ("https://localhost/x", "interne"),
        ("https://192.168.1.4/x", "interne"),
        ("https://[::1]/x", "interne"),
        ("https://banc.local/x", "interne"),
        ("https:///x", "mal formée"),
        ("https://a.fr:99999/", "mal formée"),
        ("https://a.fr/x y", "mal formée"),
        ("https://a.fr/\u202e", "mal formée"),
        ("voir le rapport numéro 12", "voir le rapport"),
        ("numero", "numero"),
        ("1" * 200, "…"),
    ],
)
def test_refuse(valeur: str, dit: str) -> None:
    """Ni adresse https publique, ni identifiant : refusé, en le disant ; un secret n'est pas répété."""
    with pytest.raises(Refus) as leve:
        verifier_lien(valeur)
    assert dit in leve.value.piece.message
    assert "abc" not in leve.value.piece.message and "secret" not in leve.value.piece.recu


def test_hote_inattendu() -> None:
    """Une adresse d'un hôte inconnu est gardée, et signalée."""
    assert "exemple.org" in avertissement(verifier_lien("https://exemple.org/r/12"))
    assert not avertissement(verifier_lien(_URL))
    # Un nom qui finit comme un hôte connu n'en est pas un.
    assert avertissement(verifier_lien("https://faux-esante.gouv.fr.exemple.org/x"))
    assert avertissement(verifier_lien("https://fauxesante.gouv.fr/x"))


def test_document_a_la_place_du_lien() -> None:
    """Un document rapproché d'un résultat officiel reste à vérifier, lui aussi."""
    rendu = examiner_piece(b"rapport de validation", _ADMIS, Contexte(nom="r.txt"))
    assert isinstance(rendu, PieceExaminee)
    assert "plateforme officielle" in rendu.a_verifier


def test_lien_non_admis() -> None:
    """Une preuve qui n'attend pas de lien n'en reçoit pas."""
    rendu = examiner_piece(_URL.encode(), (TypePiece.CAPTURE,), Contexte(nom="a.url", genre="lien-plateforme-test"))
    assert isinstance(rendu, PieceRefusee)
