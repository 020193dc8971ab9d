"""Le lecteur MTOM : rend chaque partie à l'octet près, tolère ce que les vrais clients font, refuse le reste."""

from __future__ import annotations

import base64
import io
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.socle import mtom
from simulators.socle.echange import CorpsMemoire
from simulators.socle.mtom import ErreurMtom, LimitesMtom, composer, decouper, parse_type_contenu

FRONTIERES = st.text("0123456789ABCxyz'()+_,-./:=?", min_size=1, max_size=70)
CONTENUS = st.binary(max_size=300) | st.lists(
    st.sampled_from([b"\r\n", b"--", b"\n", b"-", b"a", b"\r", b"--b", b"\r\n--"]), max_size=30
).map(b"".join)


def _type(frontiere: str = "b", suite: str = "") -> str:
    return f'multipart/related; type="application/xop+xml"; boundary="{frontiere}"{suite}'


def _lire(octets: bytes, type_contenu: str) -> tuple[mtom.MessageMtom, list[bytes]]:
    fichier = io.BytesIO(octets)
    message = decouper(fichier, type_contenu)
    return message, [partie.lire(fichier) for partie in message.parties]


@settings(max_examples=60, deadline=None)
@given(FRONTIERES, st.lists(CONTENUS, min_size=1, max_size=5), st.integers(1, 80))
def test_aller_retour(frontiere: str, contenus: list[bytes], taille: int) -> None:
    """Ce qui est composé se relit à l'octet près, quels que soient frontière, contenus et taille des blocs."""
    marque = b"\n--" + frontiere.encode()
    if any(marque in b"\n" + contenu for contenu in contenus):
        return
    pieces = [(f"p{rang}@x", "application/octet-stream", CorpsMemoire(c)) for rang, c in enumerate(contenus[1:])]
    type_contenu, blocs = composer(contenus[0], pieces, frontiere=frontiere)
    ancienne = mtom._BLOC
    mtom._BLOC = taille
    try:
        message, lus = _lire(b"".join(blocs), type_contenu)
    finally:
        mtom._BLOC = ancienne
    assert lus == contenus
    assert message.racine is message.parties[0]
    assert message.remarques == ()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["b", "--", "-", "x" * 70]))
def test_bruit(octets: bytes, frontiere: str) -> None:
    """Un corps quelconque est découpé ou refusé par ErreurMtom, jamais autrement."""
    try:
        message, lus = _lire(octets, _type(frontiere))
    except ErreurMtom:
        return
    assert len(lus) == len(message.parties) >= 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_type_contenu_quelconque(texte: str) -> None:
    """Un Content-Type quelconque ne fait jamais échouer le lecteur d'en-tête."""
    parse_type_contenu(texte)


def test_parametres_cites() -> None:
    """Guillemets, points-virgules et échappements dans les paramètres sont respectés."""
    nature, parametres = parse_type_contenu(
        'Multipart/Related; Type="application/xop+xml";start-info="application/soap+xml; action=\\"urn:x\\""; '
        "boundary=a/b+c=d; start=<r@x>"
    )
    assert nature == "multipart/related"
    assert parametres == {
        "type": "application/xop+xml",
        "start-info": 'application/soap+xml; action="urn:x"',
        "boundary": "a/b+c=d",
        "start": "<r@x>",
    }


@pytest.mark.parametrize(
    ("octets", "remarque"),
    [
        (b"\r\n--b\r\nContent-ID: <r>\r\n\r\nx\r\n--b--", "ligne blanche avant le premier délimiteur"),
        (b"preambule\r\n--b\r\nContent-ID: <r>\r\n\r\nx\r\n--b--\r\nepilogue", "préambule ignoré"),
        (b"--b\nContent-ID: <r>\nA: 1\n\nx\n--b--", "fins de ligne LF seules dans les en-têtes d'une partie"),
        (b"--b  \t\r\nContent-ID: <r>\r\n\r\nx\r\n--b-- ", None),
        (b"--b\r\n\r\nx\r\n--b--", "partie 1 sans Content-ID"),
        (
            b"--b\r\nContent-ID: <r>\r\nContent-Transfer-Encoding: BASE64\r\n\r\neA==\r\n--b--",
            "partie « r » transportée en base64",
        ),
    ],
)
def test_tolerances(octets: bytes, remarque: str | None) -> None:
    """Les écarts vus chez de vrais clients sont lus, et consignés."""
    message, lus = _lire(octets, _type())
    assert lus == [b"x"]
    assert message.remarques == ((remarque,) if remarque else ())


@pytest.mark.parametrize(
    ("octets", "type_contenu", "extrait"),
    [
        (b"--b\r\n\r\nx\r\n--b--", "application/xml", "multipart/related attendu"),
        (b"--b\r\n\r\nx\r\n--b--", "multipart/related", "boundary absent"),
        (b"--b\r\n\r\nx\r\n--b--", _type("c"), "aucun délimiteur"),
        (b"--b\r\n\r\nx\r\n", _type(), "tronqué"),
        (b"--b--", _type(), "sans aucune partie"),
        (b"--b\r\nA: 1\r\n--b--", _type(), "sans ligne blanche"),
        (b"--b\r\nA\r\n\r\nx\r\n--b--", _type(), "deux-points"),
        (b"--b\r\nContent-ID: a\r\n\r\n\r\n--b\r\nContent-ID: <a>\r\n\r\n\r\n--b--", _type(), "deux parties"),
    ],
)
def test_refus(octets: bytes, type_contenu: str, extrait: str) -> None:
    """Ce qui empêche de retrouver les parties est refusé, en disant pourquoi."""
    with pytest.raises(ErreurMtom, match=extrait):
        _lire(octets, type_contenu)


def test_limites() -> None:
    """Trop de parties, des en-têtes trop longs, un base64 faux : refusés."""
    with pytest.raises(ErreurMtom, match="plus de 3 parties"):
        decouper(io.BytesIO(b"--b\r\n\r\nx\r\n" * 9 + b"--b--"), _type(), limites=LimitesMtom(parties=3))
    with pytest.raises(ErreurMtom, match="trop longs"):
        _lire(b"--b\r\nA: " + b"x" * 20_000 + b"\r\n\r\nx\r\n--b--", _type())
    for contenu in (b"a", b"aa*a"):
        with pytest.raises(ErreurMtom, match="base64"):
            _lire(b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + contenu + b"\r\n--b--", _type())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=5000))
def test_encodages(contenu: bytes) -> None:
    """base64 et quoted-printable sont décodés par blocs sans rien perdre."""
    imprimable = quopri.encodestring(contenu)
    for nom, code, attendu in (
        ("base64", base64.encodebytes(contenu), contenu),
        ("quoted-printable", imprimable, quopri.decodestring(imprimable)),
    ):
        octets = b"--b\r\nContent-Transfer-Encoding: " + nom.encode() + b"\r\n\r\n" + code + b"\r\n--b--"
        fichier = io.BytesIO(octets)
        [partie] = decouper(fichier, _type()).parties
        assert b"".join(partie.blocs(fichier, 7)) == attendu


def test_resolution() -> None:
    """Une inclusion trouve sa partie, que le Content-ID soit encodé ou non, avec ou sans chevrons."""
    octets = (
        b"--b\r\nContent-ID: <SOAP-ENV:Envelope>\r\n\r\nr\r\n"
        b"--b\r\nContent-ID: <urn:uuid:1@x y>\r\n\r\n1\r\n--b\r\nContent-ID: brut%40x\r\n\r\n2\r\n--b--"
    )
    message, _ = _lire(octets, _type(suite='; start="<SOAP-ENV:Envelope>"'))
    assert message.racine.content_id == "SOAP-ENV:Envelope"
    assert message.resoudre("cid:urn%3Auuid%3A1%40x%20y") is message.parties[1]
    assert message.resoudre("cid:brut%40x") is message.parties[2]
    assert message.resoudre("cid:autre") is None
    assert message.resoudre("http://ailleurs/") is None


def test_racine_ailleurs() -> None:
    """`start` désigne la racine où qu'elle soit ; un `start` sans partie est consigné et la première prise."""
    octets = b"--b\r\nContent-ID: <a>\r\n\r\n1\r\n--b\r\nContent-ID: <r>\r\n\r\n2\r\n--b--"
    message, _ = _lire(octets, _type(suite='; start="<r>"'))
    assert message.racine is message.parties[1]
    message, _ = _lire(octets, _type(suite='; start="<z>"'))
    assert message.racine is message.parties[0]
    assert message.remarques == ("paramètre start « z » sans partie de ce Content-ID : première partie prise",)
