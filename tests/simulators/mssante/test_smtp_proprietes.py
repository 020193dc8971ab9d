"""Ce qui vaut pour tout message, toute adresse et tout découpage : fin trouvée, points rendus, contenus vus."""

from __future__ import annotations

import base64
import contextlib
import io
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulators.mssante import contenus as module
from simulators.mssante.contenus import contenus
from simulators.mssante.smtp_donnees import Depointage
from simulators.mssante.smtp_parametres import ArgumentsRefuses, lire_chemin, parametres_mail, parametres_rcpt

_LIGNES = st.lists(
    st.sampled_from([b"", b".", b"..", b".a", b"a.", b"\r", b"\n", b"\n.\n", b"\r.", b"texte"]), max_size=12
)


def _specialiser(message: bytes) -> bytes:
    """Ce qu'un client envoie : un point de plus en tête de ligne, puis la fin."""
    lignes = message.split(b"\r\n")
    return b"\r\n".join(b"." + ligne if ligne.startswith(b".") else ligne for ligne in lignes) + b".\r\n"


@given(_LIGNES, st.lists(st.integers(1, 9), max_size=60), st.binary(max_size=20))
@example([], [1, 1, 1], b"QUIT\r\n")
@example([b"."], [1] * 8, b"")
def test_depointage(lignes: list[bytes], coupes: list[int], suite: bytes) -> None:
    """Message rendu tel quel, et ce qui le suit aussi, quel que soit le découpage."""
    message = b"".join(ligne + b"\r\n" for ligne in lignes)
    flux = _specialiser(message) + suite
    lecture, recu, fini = Depointage(), b"", False
    blocs = []
    for coupe in coupes:
        blocs.append(flux[:coupe])
        flux = flux[coupe:]
    blocs.append(flux)
    for rang, bloc in enumerate(blocs):
        octets, fini = lecture.verser(bloc)
        recu += octets
        if fini:
            assert lecture.suite + b"".join(blocs[rang + 1 :]) == suite
            break
    assert fini
    assert recu == message


@given(_LIGNES)
def test_message_interrompu(lignes: list[bytes]) -> None:
    """Sans fin, rien n'est perdu de ce qui était arrivé."""
    message = b"".join(ligne + b"\r\n" for ligne in lignes) + b"fin"
    lecture = Depointage()
    octets, fini = lecture.verser(_specialiser(message).removesuffix(b".\r\n"))
    assert not fini
    assert octets + lecture.reste() == message


@settings(max_examples=300)
@given(st.sampled_from(["FROM", "TO"]), st.text(max_size=60))
@example("FROM", ":<a@b.fr> SIZE=9999999999999999999999")
@example("TO", ":<" + "a" * 65 + "@b.fr>")
def test_arguments_quelconques(mot: str, suite: str) -> None:
    """Des arguments quelconques sont lus ou refusés, jamais autre chose."""
    with contextlib.suppress(ArgumentsRefuses):
        chemin = lire_chemin(f"{mot}{suite}", mot)
        parametres_mail(chemin, dsn=True)
        parametres_rcpt(chemin, dsn=True)


@settings(max_examples=200)
@given(st.binary(max_size=400))
@example(b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"PK\x03\x04" * 20))
@example(b"Content-Transfer-Encoding: base64")
@example(b"content-transfer-encoding:quoted-printable\n\n=zz=\n")
def test_contenus_quelconques(octets: bytes) -> None:
    """Chercher ce qu'un message cache ne lève rien, quels que soient ses octets."""
    for entete in (b"", b"Content-Transfer-Encoding: base64\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n\r\nUEsD"):
        for blocs in contenus(entete + octets):
            assert all(isinstance(bloc, bytes) for bloc in blocs)


def _piece(octets: bytes) -> bytes:
    return b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(octets)


def _zip(nom: str, octets: bytes) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(nom, octets)
    return tampon.getvalue()


@pytest.mark.parametrize("etages", [1, 2, 3])
def test_archives_imbriquees(etages: int) -> None:
    """Une archive dans une archive est ouverte, jusqu'à une profondeur fixe."""
    contenu = b"<ClinicalDocument/>"
    for rang in range(etages):
        contenu = _zip("A.ZIP" if rang else "DOC0001.XML", contenu)
    assert any(b"<ClinicalDocument/>" in b"".join(blocs) for blocs in contenus(_piece(contenu)))


def test_bombe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une archive qui se déplie sans fin n'est regardée que jusqu'à la limite, tous étages confondus."""
    limite = 2**21
    monkeypatch.setattr(module, "DECOMPRESSE_MAX", limite)
    bombe = _zip("zeros", b"\0" * (4 * limite))
    for _ in range(2):
        bombe = _zip("bombe.zip", bombe)
    vus = sum(len(bloc) for blocs in contenus(_piece(bombe)) for bloc in blocs)
    assert limite <= vus < limite + 2**20
