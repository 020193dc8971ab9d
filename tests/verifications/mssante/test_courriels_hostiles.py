"""Courriels hostiles : jamais d'exception, temps et mémoire bornés, un constat qui dit pourquoi."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.verdict import Verdict, cumuler
from steps.verifications.mssante import mime
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import lire_courriel
from steps.verifications.mssante.forme import LISIBLE
from steps.verifications.mssante.rendu_html import rendre
from steps.verifications.mssante.verification import juger_courriel, verifier_courriel
from tests.controle.aides_examens import HOSTILE_S
from tests.mutants.courriels.avis import BONS
from tests.verifications.mssante.fabrique_courriels import Joint, contexte, courriel, joints, message

_TETE = (
    b"Date: Fri, 20 Nov 2026 10:15:30 +0100\r\nFrom: A <a@b.mssante.fr>\r\nTo: c@d.mssante.fr\r\nSubject: x\r\n"
    b"Message-ID: <1@b.fr>\r\nMIME-Version: 1.0\r\n"
)
_MIXTE = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def _imbrique(niveaux: int) -> bytes:
    ouvre = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (rang, rang) for rang in range(niveaux)
    )
    return _TETE + ouvre + b"Content-Type: text/plain\r\n\r\nx\r\n"


def _html(contenu: bytes) -> bytes:
    return _TETE + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + contenu


def _alternative(mots: int) -> bytes:
    parties = b"--b\r\n\r\n%s\r\n--b\r\nContent-Type: text/html\r\n\r\n%s\r\n--b--\r\n" % (b"mot " * mots, b"mot " * 9)
    return _TETE + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n" + parties


AU_DELA: dict[str, Callable[[], bytes]] = {
    "dix mille multiparts imbriqués": lambda: _imbrique(10_000),
    "cinq mille messages inclus": lambda: (_TETE + b"Content-Type: message/rfc822\r\n\r\n") * 5_000 + _TETE,
    "cent mille parties": lambda: _TETE + _MIXTE + b"--b\r\n\r\nx\r\n" * 100_000 + b"--b--\r\n",
    "neuf millions de lignes de tirets": lambda: _TETE + _MIXTE + b"--c\r\n" * 9_000_000,
    "en-tête de dix mégaoctets": lambda: _TETE + b"X-Note: " + b"a " * 5_000_000 + b"\r\n\r\nx",
    "en-tête replié un million de fois": lambda: _TETE + b"X-Note: " + b"a\r\n " * 1_000_000 + b"\r\n\r\nx",
    "cent mille en-têtes": lambda: _TETE + b"X-Note: y\r\n" * 100_000 + b"\r\nx",
    "un mégaoctet d'en-têtes": lambda: _TETE + (b"Cc: " + b'"' * 60_000 + b"\r\n") * 40 + b"\r\nx",
    "plus de 64 Mio": lambda: _TETE + b"\r\n" + b"a\r\n" * (mime.TAILLE_MAX // 3),
}

LOURDS: dict[str, Callable[[], bytes]] = {
    "guillemets": lambda: _TETE + b"Cc: " + b'"' * 60_000 + b"\r\n\r\nx",
    "parenthèses": lambda: _TETE + b"Cc: " + b"(" * 60_000 + b"\r\n\r\nx",
    "chevrons": lambda: _TETE + b"Cc: " + b"<" * 60_000 + b"\r\n\r\nx",
    "adresses": lambda: _TETE + b"Cc: " + b"a@b," * 15_000 + b"\r\n\r\nx",
    "paramètres": lambda: _TETE + b"Content-Type: text/plain" + b";a*0=b" * 9_000 + b"\r\n\r\nx",
    "mots encodés": lambda: _TETE + b"Keywords: " + b"=?utf-8?q?" * 6_000 + b"\r\n\r\nx",
    "références": lambda: _TETE + b"References: " + b"<a." * 20_000 + b"\r\n\r\nx",
    "objet d'échec": lambda: _TETE.replace(b"x\r\n", b"[KO Integration" + b" " * 60_000 + b"\r\n", 1) + b"\r\nx",
    "autres frontières": lambda: _TETE + _MIXTE + b"--c\r\n" * 99_000,
    "millions de lignes vides": lambda: _TETE + b"\r\n" + b"\r\n" * 4_000_000,
    "millions de LF": lambda: _TETE + b"\r\n" + b"\n" * 8_000_000,
    "octets nuls": lambda: _TETE + b"\r\n" + b"\0" * 8_000_000,
    "balises imbriquées": lambda: _html(b"<b>" * 600_000),
    "balises ouvertes": lambda: _html(b"<" * 1_900_000),
    "attributs": lambda: _html(b"<a " + b"a=b " * 400_000 + b">"),
    "feuille de style": lambda: _html(b"<style>" + b"url(" * 400_000 + b"</style>"),
    "texte et HTML inégaux": lambda: _alternative(1_000_000),
    "base64 sali": lambda: _TETE + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"*=A\n" * 2_000_000,
    "quoted-printable": lambda: _TETE + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"= " * 4_000_000,
    "avis aux mille blocs": lambda: (
        _TETE + b"Content-Type: message/delivery-status\r\n\r\n" + b"a: b\r\n\r\n" * 300_000
    ),
    "utf-7": lambda: _TETE + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AAA-" * 500_000,
}


@pytest.mark.parametrize("nom", AU_DELA)
def test_au_dela_d_une_limite(nom: str) -> None:
    """Une limite du banc est dite, et rien d'autre n'est jugé que les lignes ; jamais conforme."""
    octets = AU_DELA[nom]()
    debut = time.perf_counter()
    jugement = juger_courriel(octets)
    assert time.perf_counter() - debut < HOSTILE_S
    assert jugement.courriel.limite
    assert LISIBLE.code in {c.code for c in jugement.constats if c.verdict is Verdict.NON_CONCLUANT}
    assert cumuler(c.verdict for c in jugement.constats) in (Verdict.NON_CONCLUANT, Verdict.NON_CONFORME)


@pytest.mark.parametrize("nom", LOURDS)
def test_lourd(nom: str) -> None:
    """Ce qui coûte cher à d'autres lecteurs est jugé en temps borné, et n'est pas conforme."""
    octets = LOURDS[nom]()
    debut = time.perf_counter()
    constats = verifier_courriel(octets)
    assert time.perf_counter() - debut < HOSTILE_S
    assert cumuler(c.verdict for c in constats) is Verdict.NON_CONFORME


@pytest.mark.parametrize("signe", [b'"', b"(", b"<", b"a,", b";a=b", b"\\", b"=?a?q?b?=", b"[", b"@", b":;"])
def test_temps_lineaire_des_entetes(signe: bytes) -> None:
    """Soixante kilo-octets du même signe se lisent vite ; en temps quadratique, ce serait plus d'une minute."""
    debut = time.process_time()
    valeur = (signe * 60_000)[:60_000]
    lu = lire_courriel(_TETE + b"Cc: " + valeur + b"\r\nContent-Type: a/b; " + valeur[:3_000] + b"\r\n\r\nx")
    assert isinstance(lu.destinataires, list)
    assert lu.racine.content_type.valeur
    assert time.process_time() - debut < HOSTILE_S


def test_beaucoup_d_archives() -> None:
    """Au-delà de trois archives jointes, les suivantes ne sont pas ouvertes, et c'est dit."""
    octets = courriel(pieces=(joints()[0],) * 40)
    constats = verifier_courriel(octets)
    assert any(c.verdict is Verdict.NON_CONCLUANT and "archives" in c.message for c in constats)


def test_zip_imbrique_dans_un_nom_de_pdf() -> None:
    """Une archive nommée comme un PDF reste une archive, jamais ouverte comme un PDF."""
    octets = courriel(pieces=(Joint("a.pdf", "application/pdf", joints()[0].octets), joints()[1]))
    assert {a.partie.nom_de_fichier for a in lire_courriel(octets).contenus.echanges} == {"a.pdf"}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_octets_quelconques(octets: bytes) -> None:
    """Des octets quelconques ne font jamais lever, et ne sont jamais conformes."""
    assert cumuler(c.verdict for c in verifier_courriel(octets)) is not Verdict.CONFORME
    assert cumuler(c.verdict for c in verifier_courriel(_TETE + octets)) is not Verdict.CONFORME


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_html_quelconque(html: str) -> None:
    """Un HTML quelconque se rend, ou dit pourquoi."""
    rendu = rendre(html)
    assert isinstance(rendu.texte, str)


_MORCEAUX = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b"\t", b'"', b"(", b")", b"<", b">", b";", b",", b"=", b"=?utf-8?q?=C3", b"?=",
     b"--", b"--b", b"--b--", b"Content-Type: ", b"multipart/mixed; boundary=b", b"message/rfc822", b"text/html",
     b"From: ", b"X-MSS-INS: O", b"Content-Transfer-Encoding: base64", b"\x00", b"\xff", b"PK\x03\x04", b"%PDF-1.4",
     b"Content-Disposition: attachment; filename*0*=", b"<ClinicalDocument xmlns='urn:hl7-org:v3'/>",
     b"multipart/report; report-type=disposition-notification", b"message/disposition-notification",
     b"Disposition: a/b; c", b"\r\n\r\n", b"@", b"a"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(_MORCEAUX, max_size=40))
def test_morceaux_de_courriel(morceaux: list[bytes]) -> None:
    """Des morceaux de MIME dans n'importe quel ordre ne font jamais lever."""
    verifier_courriel(_TETE + b"".join(morceaux), ContexteCourriel(en_reponse_a=b"".join(morceaux)))


def _abimer(octets: bytes, hasard: random.Random) -> bytes:
    """Un courriel juste dont un passage a changé."""
    place = hasard.randrange(len(octets))
    longueur = hasard.choice([1, 1, 4, 40, 4_000])
    geste = hasard.randrange(4)
    if geste == 0:
        return octets[:place] + octets[place + longueur :]
    if geste == 1:
        return octets[:place] + hasard.randbytes(min(longueur, 40)) + octets[place:]
    if geste == 2:
        return octets[:place] + octets[place : place + longueur] * 2 + octets[place + longueur :]
    return octets[:place] + bytes([octets[place] ^ (1 << hasard.randrange(8))]) + octets[place + 1 :]


@pytest.mark.parametrize("graine", range(10))
def test_courriels_abimes_au_hasard(graine: int) -> None:
    """Des courriels justes abîmés au hasard, toujours de la même façon : jamais d'exception."""
    hasard = random.Random(graine)
    bons = [courriel(), courriel("N1"), message(), *(fabrique() for fabrique in BONS.values())]
    for _ in range(12):
        octets = hasard.choice(bons)
        for _ in range(hasard.randrange(1, 4)):
            octets = _abimer(octets, hasard)
        assert verifier_courriel(octets, contexte())
