"""L'écriture de courriels : ce qui est écrit se relit, quel que soit le texte."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.mssante import mime

_IMPRIMABLE = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Co", "Cn")), min_size=1, max_size=120
)


@given(_IMPRIMABLE)
def test_nom_de_piece(nom: str) -> None:
    """Un nom de fichier se relit tel quel, même long, par la RFC 2231 ; les lignes restent courtes hors ASCII."""
    partie = mime.piece(b"x", "application/pdf", nom)
    lu = message_from_bytes(partie.octets)
    valeur = lu.get_filename()
    assert valeur == nom or " ".join(str(valeur).split()) == " ".join(nom.split())
    if not nom.isascii():
        assert max(map(len, partie.octets.split(b"\r\n"))) <= 78


@given(_IMPRIMABLE.filter(lambda texte: texte == " ".join(texte.split(" ")).strip() and "=?" not in texte))
def test_mot_encode(texte: str) -> None:
    """Un texte d'en-tête se relit, en ASCII sur le fil et replié."""
    ecrit = mime.mot_encode(texte)
    assert ecrit.isascii()
    relu = str(make_header(decode_header(ecrit.replace("\r\n", ""))))
    assert "".join(relu.split()) == "".join(texte.split())


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_multipart(contenus: list[bytes]) -> None:
    """Chaque pièce d'un assemblage se relit octet pour octet, fût-elle faite de frontières."""
    pieces = [mime.piece(octets, "application/octet-stream", f"p{rang}") for rang, octets in enumerate(contenus)]
    lu = message_from_bytes(mime.courriel([("Subject", "x")], mime.multipart("mixed", pieces)), policy=default)
    assert [partie.get_payload(decode=True) for partie in lu.iter_attachments()] == contenus


@pytest.mark.parametrize("encodage", ["8bit", "quoted-printable", "base64"])
@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200))
def test_texte(encodage: str, contenu: str) -> None:
    """Un corps se relit, quel que soit son encodage."""
    lu = message_from_bytes(mime.courriel([], mime.texte(contenu, encodage=encodage)), policy=default)
    assert str(lu.get_content()).splitlines() == contenu.splitlines()


def test_entetes_d_un_original() -> None:
    """La coupe des en-têtes admet CRLF et LF, et un message sans corps."""
    assert mime.bloc_entetes(b"A: 1\r\n\r\nB: 2") == b"A: 1"
    assert mime.bloc_entetes(b"A: 1\n\nB: 2\r\n\r\n") == b"A: 1"
    assert mime.bloc_entetes(b"A: 1") == b"A: 1"


def test_date_sans_decalage() -> None:
    """Une date sans décalage horaire est refusée."""
    with pytest.raises(ValueError, match="décalage"):
        mime.date(datetime(2026, 1, 1))  # noqa: DTZ001


def test_boite() -> None:
    """Un libellé se relit, ponctuation et accents compris."""
    for nom in ("LABORATOIRE DU BANC", 'Dr "A", B', "Hélène_DUVERGER_MAISON", ""):
        brut = mime.boite(nom, "a@b.fr")
        lu = message_from_bytes(f"From: {brut}\r\n\r\n".encode(), policy=default)["From"].addresses[0]
        assert (lu.display_name, lu.addr_spec) == (nom, "a@b.fr")
