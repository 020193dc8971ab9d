"""L'enveloppe d'une archive d'échange : chaque danger est pris par sa règle ; une archive hostile est bornée."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.xdm import lire_et_verifier, verifier_structure
from steps.verifications.xdm.zip import TOTAL_MAX, ZipDemesure, extraire, lire_archive
from tests.verifications.xdm.fabrique import DOSSIER, arborescence, archive, zipper

HOSTILE_S = 20.0
N, V, X = Verdict.NON_CONFORME, Verdict.A_VERIFIER, Verdict.NON_CONCLUANT
FICHIERS = arborescence()


def en_cause(constats: Iterable[Constat]) -> dict[str, Verdict]:
    """Verdict de chaque règle non tenue."""
    return {constat.code: constat.verdict for constat in constats if constat.verdict is not Verdict.CONFORME}


def juger(octets: bytes) -> dict[str, Verdict]:
    """Règles d'enveloppe et d'arborescence non tenues."""
    lue, constats = lire_et_verifier(octets)
    if not lue.illisible:
        constats += verifier_structure(lue.fichiers, complete=lue.complete)
    return en_cause(constats)


def avec(nom: str, octets: bytes = b"x", **attributs: int) -> bytes:
    """L'archive conforme, plus une entrée."""
    sortie = io.BytesIO(zipper(FICHIERS))
    with zipfile.ZipFile(sortie, "a") as lot:
        information = zipfile.ZipInfo(nom, (2026, 11, 20, 9, 0, 0))
        information.filename = nom
        for attribut, valeur in attributs.items():
            setattr(information, attribut, valeur)
        lot.writestr(information, octets)
    return sortie.getvalue()


def patcher(octets: bytes, signature: bytes, decalage: int, valeur: bytes, rang: int = 0) -> bytes:
    """Réécrit des octets d'un en-tête, le `rang`-ième de cette signature."""
    position = -1
    for _ in range(rang + 1):
        position = octets.index(signature, position + 1)
    return octets[: position + decalage] + valeur + octets[position + decalage + len(valeur) :]


def _flux(octets: bytes) -> bytes:
    """La même archive, écrite en flux : tailles dans des descripteurs."""

    class Sens(io.RawIOBase):
        def __init__(self) -> None:
            self.tampon = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, donnees: object) -> int:
            self.tampon += bytes(donnees)  # type: ignore[call-overload]
            return len(bytes(donnees))  # type: ignore[call-overload]

    sortie = Sens()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as lot:
        for nom, contenu in FICHIERS.items():
            lot.writestr(zipfile.ZipInfo(nom, (2026, 11, 20, 9, 0, 0)), contenu)
    assert octets
    return bytes(sortie.tampon)


def _zip64() -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as lot:
        for nom, contenu in FICHIERS.items():
            with lot.open(zipfile.ZipInfo(nom, (2026, 11, 20, 9, 0, 0)), "w", force_zip64=True) as fichier:
                fichier.write(contenu)
    return sortie.getvalue()


BASE = zipper(FICHIERS)
C, L, F = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


def _repertoire64(avant: bytes = b"", *, ailleurs: int = 0, repere: bytes = b"PK\x06\x07") -> bytes:
    """La même archive, au répertoire annoncé par une fin zip64, comme l'écrit un outil qui ne sait pas sa taille."""
    fin = BASE.rindex(F)
    nombre, taille, position = struct.unpack_from("<HII", BASE, fin + 10)
    fin64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, nombre, nombre, taille, position)
    ou = struct.pack("<4sIQI", repere, 0, fin + ailleurs, 1)
    muette = BASE[fin : fin + 8] + struct.pack("<HHIIH", 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return avant + BASE[:fin] + fin64 + ou + muette


VALIDES: dict[str, bytes] = {
    "deflate": BASE,
    "stockée": zipper(FICHIERS, zipfile.ZIP_STORED),
    "entrées de dossiers": zipper(FICHIERS, dossiers=True),
    "en flux, avec descripteurs": _flux(BASE),
    "zip64 sans nécessité": _zip64(),
    "répertoire zip64": _repertoire64(),
    "droits d'un fichier Unix": avec("STYLE.XSL", b"<a/>", create_system=3, external_attr=0o100644 << 16),
    "noms en minuscules": zipper({nom.lower(): contenu for nom, contenu in FICHIERS.items()}),
    "nom long DOC00001.XML": zipper({nom.replace("DOC0001", "DOC00001"): c for nom, c in FICHIERS.items()}),
    "fichier de plus à la racine": zipper({**FICHIERS, "STYLE.XSL": b"<a/>"}),
}

MUTANTS: dict[str, tuple[Callable[[], bytes], dict[str, Verdict]]] = {
    "pas une archive": (lambda: b"%PDF-1.4", {"XDM-ZIP-01": N}),
    "tronquée": (lambda: BASE[:-40], {"XDM-ZIP-01": N}),
    "répertoire rogné": (lambda: patcher(BASE, b"PK\x05\x06", 10, b"\x09\x00").replace(b"", b""), {"XDM-ZIP-01": N}),
    "entrée du répertoire effacée": (lambda: patcher(BASE, C, 0, b"XXXX", 1), {"XDM-ZIP-01": N}),
    "premier volume d'une archive coupée": (lambda: patcher(BASE, F, 4, b"\x01\x00"), {"XDM-ZIP-01": N}),
    "répertoire sur un autre volume": (lambda: patcher(BASE, F, 6, b"\x01\x00"), {"XDM-ZIP-01": N}),
    "entrées réparties sur deux volumes": (lambda: patcher(BASE, F, 8, b"\x01\x00"), {"XDM-ZIP-01": N}),
    "zip64, octets avant": (lambda: _repertoire64(b"#!/bin/sh\n"), {"XDM-ZIP-09": V}),
    "zip64, fin annoncée hors du fichier": (lambda: _repertoire64(ailleurs=1 << 40), {"XDM-ZIP-07": N}),
    "zip64 sans repère": (lambda: _repertoire64(repere=b"XXXX"), {"XDM-ZIP-01": N}),
    "zip64 sans fin": (
        lambda: _repertoire64().replace(b"PK\x06\x06", b"XXXX"), {"XDM-ZIP-01": N},
    ),
    "archive vide": (lambda: zipper({}), {"XDM-STR-01": N, "XDM-STR-02": N}),
    "données annoncées plus longues que l'archive": (
        lambda: patcher(
            patcher(avec("STYLE.XSL"), C, 20, b"\xff\xff\x0f\x00", len(FICHIERS)),
            L, 18, b"\xff\xff\x0f\x00", len(FICHIERS),
        ),
        {"XDM-ZIP-07": N, "XDM-ZIP-08": N},
    ),
    "nom absolu": (lambda: avec("/etc/passwd"), {"XDM-ZIP-02": N}),
    "lettre de lecteur": (lambda: avec("C:/A.TXT"), {"XDM-ZIP-02": N}),
    "remontée": (lambda: avec("IHE_XDM/../../A.TXT"), {"XDM-ZIP-02": N}),
    "antislash": (lambda: avec("IHE_XDM\\A.TXT"), {"XDM-ZIP-02": N}),
    "caractère de commande": (lambda: avec("A\x07.TXT"), {"XDM-ZIP-02": N}),
    "doublon": (
        lambda: avec("REEDME.TXT", FICHIERS["README.TXT"]).replace(b"REEDME.TXT", b"README.TXT"), {"XDM-ZIP-03": V},
    ),
    "doublon à la casse près": (lambda: avec("readme.txt", b"autre"), {"XDM-ZIP-03": V}),
    "lien symbolique": (
        lambda: avec("LIEN.TXT", b"/etc/passwd", create_system=3, external_attr=0o120777 << 16), {"XDM-ZIP-04": N},
    ),
    "chiffrée": (
        lambda: patcher(patcher(BASE, C, 8, b"\x01\x00"), L, 6, b"\x01\x00"),
        {"XDM-ZIP-05": N, "XDM-STR-02": X},
    ),
    "méthode bzip2": (
        lambda: zipper(FICHIERS, zipfile.ZIP_BZIP2),
        {"XDM-ZIP-06": V, "XDM-STR-01": X, "XDM-STR-02": X},
    ),
    "noms locaux différents": (lambda: BASE.replace(b"README.TXT", b"RIDMI_.TXT", 1), {"XDM-ZIP-07": N}),
    "tailles locales différentes": (lambda: patcher(BASE, L, 22, b"\x01\x00\x00\x00"), {"XDM-ZIP-07": N}),
    "CRC faux": (
        lambda: patcher(patcher(BASE, C, 16, b"\0\0\0\0"), L, 14, b"\0\0\0\0"), {"XDM-ZIP-08": N, "XDM-STR-02": X},
    ),
    "données abîmées": (lambda: patcher(BASE, L, 60, b"\xff\xff\xff\xff", 2), {"XDM-ZIP-08": N, "XDM-STR-01": X}),
    "octets avant": (lambda: b"#!/bin/sh\n" + BASE, {"XDM-ZIP-09": V}),
    "octets après": (lambda: BASE + b"suite", {"XDM-ZIP-09": V}),
    "commentaire": (lambda: _commentaire(b"secret"), {"XDM-ZIP-09": V}),
    "entrée effacée du répertoire seulement": (lambda: _cachee(), {"XDM-ZIP-09": V}),
    "archive dans l'archive": (lambda: avec("AUTRE.ZIP", BASE), {"XDM-ZIP-11": V}),
    "sans METADATA": (
        lambda: zipper({n: c for n, c in FICHIERS.items() if "METADATA" not in n}), {"XDM-STR-01": N},
    ),
    "METADATA à la racine": (
        lambda: zipper({n.removeprefix(DOSSIER): c for n, c in FICHIERS.items()}), {"XDM-STR-01": N},
    ),
    "sans INDEX.HTM": (lambda: zipper({n: c for n, c in FICHIERS.items() if n != "INDEX.HTM"}), {"XDM-STR-02": N}),
    "README vide": (lambda: zipper({**FICHIERS, "README.TXT": b" \r\n"}), {"XDM-STR-02": N}),
}  # fmt: skip


def _commentaire(texte: bytes) -> bytes:
    sortie = io.BytesIO(BASE)
    with zipfile.ZipFile(sortie, "a") as lot:
        lot.comment = texte
    return sortie.getvalue()


def _cachee() -> bytes:
    """Une entrée présente, que le répertoire ne dit plus."""
    octets = avec("CACHE.TXT", b"y" * 50)
    fin = octets.rindex(b"PK\x05\x06")
    dernier = octets.rindex(C, 0, fin)
    nombre, taille, position = struct.unpack_from("<HII", octets, fin + 10)
    nouvelle = struct.pack("<HHII", nombre - 1, nombre - 1, taille - (fin - dernier), position)
    return octets[:dernier] + octets[fin : fin + 8] + nouvelle + octets[fin + 20 :]


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    """Une archive légitime n'est pas mise en cause, quelle que soit la façon de l'écrire."""
    assert not juger(VALIDES[nom])


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un défaut est pris par sa règle ; ce qu'il cache n'est pas conclu."""
    fabrique, attendus = MUTANTS[nom]
    assert juger(fabrique()) == attendus


def test_remarques() -> None:
    """zip64, noms longs et fichiers en plus sont dits, sans effet sur le verdict."""
    codes = {}
    for nom in ("zip64 sans nécessité", "noms en minuscules", "fichier de plus à la racine"):
        lue, constats = lire_et_verifier(VALIDES[nom])
        constats += verifier_structure(lue.fichiers)
        codes[nom] = {c.code for c in constats if c.attendu}
    assert codes["zip64 sans nécessité"] == {"XDM-ZIP-10"}
    assert codes["noms en minuscules"] == {"XDM-STR-03"}
    assert codes["fichier de plus à la racine"] == {"XDM-STR-04"}


_TROP = 97 * 1024 * 1024


@lru_cache(maxsize=1)
def _bombe(taille: int) -> bytes:
    return zipper({**FICHIERS, "BOMBE.TXT": bytes(taille)})


def _superposees(nombre: int) -> bytes:
    """Des entrées du répertoire qui partagent toutes les mêmes données."""
    noyau = zlib.compressobj(9, zlib.DEFLATED, -15)
    donnees = noyau.compress(bytes(30_000_000)) + noyau.flush()
    crc = zlib.crc32(bytes(30_000_000))
    local = struct.pack("<4sHHHIIIIHH", L, 20, 0, 8, 0, crc, len(donnees), 30_000_000, 1, 0) + b"A" + donnees
    central = b"".join(
        struct.pack("<4sHHHHIIIIHHHHHII", C, 20, 20, 0, 8, 0, crc, len(donnees), 30_000_000, 4, 0, 0, 0, 0, 0, 0)
        + b"%04d" % rang
        for rang in range(nombre)
    )
    fin = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, nombre, nombre, len(central), len(local), 0)
    return local + central + fin


@pytest.mark.parametrize(
    "fabrique",
    [
        lambda: _bombe(_TROP),
        lambda: _superposees(4_999),
        lambda: zipper({f"F{rang}": b"" for rang in range(5_001)}),
        lambda: avec("NID.ZIP", _bombe(50_000_000)),
    ],
    ids=["bombe", "superposées", "trop d'entrées", "bombe imbriquée"],
)
def test_bombes(fabrique: Callable[[], bytes]) -> None:
    """Une bombe n'est ni conforme ni longue ni grande en mémoire."""
    octets = fabrique()
    debut = time.monotonic()
    tracemalloc.start()
    verdicts = juger(octets)
    pic = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert verdicts
    assert time.monotonic() - debut < HOSTILE_S
    assert pic < 420 * 1024 * 1024


def test_au_dela_de_la_limite() -> None:
    """Une archive qui dépasse une limite du banc est *non concluante*, jamais fautive."""
    assert set(juger(_bombe(_TROP)).values()) == {X}
    assert juger(zipper({f"F{rang}": b"" for rang in range(5_001)})) == {"XDM-ZIP-01": X}


def test_limite_de_tout_le_contenu() -> None:
    """Ce qui est déjà extrait compte dans la limite : mille fichiers moyens font une bombe aussi."""
    lue = lire_archive(BASE)
    assert extraire(lue, 0, deja=TOTAL_MAX - 1000) == FICHIERS["INDEX.HTM"]
    with pytest.raises(ZipDemesure):
        extraire(lue, 0, deja=TOTAL_MAX - 10)


def test_taille_menteuse() -> None:
    """Une taille annoncée plus petite que le contenu arrête la décompression."""
    petit = patcher(patcher(BASE, C, 24, b"\x05\0\0\0"), L, 22, b"\x05\0\0\0")
    assert juger(petit) == {"XDM-ZIP-08": N, "XDM-STR-02": X}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(BASE)), st.integers(0, 60))
def test_octets_quelconques(bruit: bytes, ou: int, perdus: int) -> None:
    """Ni octets quelconques, ni archive abîmée ne font échouer la lecture."""
    for octets in (bruit, BASE[:ou] + bruit + BASE[ou + perdus :], bruit + archive()[-200:]):
        lue, constats = lire_et_verifier(octets)
        assert constats
        verifier_structure(lue.fichiers, complete=lue.complete)
