"""Chercher des secrets dans un dossier : tels quels ou encodés, dans les archives, les bases et les lignes repliées.

Chaque forme d'un secret est cherchée par un extrait de 23 octets au plus. Le contenu n'est lu que de `pas` en `pas` :
un extrait de 2 × pas - 1 octets contient toujours un bloc aligné entier, dont tous les décalages sont connus d'avance.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

PAS = (12, 6, 4)
LONGUEUR_MINIMALE = 2 * PAS[-1] - 1
PROFONDEUR = 3
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}|[A-Za-z0-9_-]{64,}")
_FLUX_PDF = re.compile(rb"stream\r?\n(.+?)endstream", re.DOTALL)
_URL = bytes.maketrans(b"+/", b"-_")
_BLANCS = b" \t\r\n"


@dataclass(frozen=True)
class Trouvaille:
    """Un secret trouvé : d'où il vient, dans quel fichier, et comment on y est arrivé."""

    origine: str
    fichier: str
    vue: str


class Chercheur:
    """Les secrets à chercher, sous toutes leurs formes."""

    def __init__(self, secrets: Mapping[bytes, str]) -> None:
        self._extraits: dict[int, dict[bytes, set[bytes]]] = {pas: defaultdict(set) for pas in PAS}
        self._origines: dict[bytes, str] = {}
        for secret, origine in secrets.items():
            for forme in formes(secret):
                for extrait, pas in _extraits(forme):
                    self._origines.setdefault(extrait, origine)
                    for decalage in range(pas):
                        self._extraits[pas][extrait[decalage : decalage + pas]].add(extrait)

    def dans_le_dossier(self, dossier: Path) -> list[Trouvaille]:
        """Tout ce qui s'y trouve ; deux fichiers de même contenu ne sont lus qu'une fois."""
        trouvees: list[Trouvaille] = []
        lus: set[bytes] = set()
        for fichier in sorted(f for f in dossier.rglob("*") if f.is_file()):
            nom = fichier.relative_to(dossier).as_posix()
            octets = fichier.read_bytes()
            trouvees += [Trouvaille(origine, nom, "nom") for origine in self.dans(nom.encode())]
            if (empreinte := hashlib.sha256(octets).digest()) in lus:
                continue
            lus.add(empreinte)
            for vue, contenu in vues(octets, fichier):
                trouvees += [Trouvaille(origine, nom, vue) for origine in self.dans(contenu)]
        return trouvees

    def dans(self, contenu: bytes) -> set[str]:
        """Origines des secrets que ce contenu porte."""
        trouvees: set[str] = set()
        for pas, extraits in self._extraits.items():
            if not extraits:
                continue
            for debut in range(0, len(contenu) - pas + 1, pas):
                if (possibles := extraits.get(contenu[debut : debut + pas])) is not None:
                    autour = contenu[max(0, debut - 2 * pas) : debut + 3 * pas]
                    trouvees |= {self._origines[extrait] for extrait in possibles if extrait in autour}
        return trouvees


def formes(secret: bytes) -> set[bytes]:
    """Le secret tel quel et encodé : URL, XML, JSON, hexadécimal, UTF-16, base64 dans ses trois cadrages."""
    rendues = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for rang in range(3):
        complet = base64.b64encode(b"\0" * rang + secret)
        # Les caractères qui dépendent de ce qui précède ou suit le secret ne comptent pas.
        cadre = complet[(0, 2, 3)[rang] : (rang + len(secret)) * 8 // 6]
        rendues |= {cadre, cadre.translate(_URL)}
    try:
        texte = secret.decode("utf-8")
    except UnicodeDecodeError:
        return rendues
    url = quote(texte, safe="")
    rendues |= {
        url.encode(),
        re.sub("%[0-9A-F]{2}", lambda lu: lu[0].lower(), url).encode(),
        quote_plus(texte).encode(),
    }
    rendues |= {escape(texte, {'"': "&quot;", "'": "&apos;"}).encode(), texte.encode("utf-16-le")}
    rendues |= {json.dumps(texte)[1:-1].encode(), json.dumps(texte, ensure_ascii=False)[1:-1].encode()}
    return rendues


def _extraits(forme: bytes) -> Iterator[tuple[bytes, int]]:
    """La fin de la forme et son milieu : un jeton coupé se reconnaît, deux jetons de même en-tête se distinguent."""
    pas = next((pas for pas in PAS if len(forme) >= 2 * pas - 1), None)
    if pas is None:
        return
    taille = 2 * pas - 1
    milieu = max(0, len(forme) // 2 - pas)
    yield forme[-taille:], pas
    yield forme[milieu : milieu + taille], pas


def vues(octets: bytes, fichier: Path | None = None, profondeur: int = PROFONDEUR) -> Iterator[tuple[str, bytes]]:
    """Ce qu'un lecteur patient verrait : le contenu, ses lignes recollées, ce qu'il comprime, encode ou range."""
    yield "tel quel", octets
    recolle = octets.replace(b"=\r\n", b"").replace(b"=\n", b"").translate(None, _BLANCS)
    if recolle != octets:
        yield "lignes recollées", recolle
    if fichier is not None and octets.startswith(b"SQLite format 3\0"):
        yield from _base(fichier)
    if profondeur:
        for nom, contenu in (*_contenus(octets), *_decodes(recolle)):
            for vue, lu in vues(contenu, profondeur=profondeur - 1):
                yield f"{nom} › {vue}", lu


def _contenus(octets: bytes) -> Iterator[tuple[str, bytes]]:
    if octets.startswith(b"\x1f\x8b"):
        yield "gzip", gzip.decompress(octets)
    elif octets.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            for membre in archive.namelist():
                yield f"archive {membre}", archive.read(membre)
    elif octets.startswith(b"%PDF"):
        for flux in _FLUX_PDF.findall(octets):
            try:
                yield "flux PDF", zlib.decompressobj().decompress(flux)
            except zlib.error:
                continue


def _decodes(recolle: bytes) -> Iterator[tuple[str, bytes]]:
    """Ce que donne chaque longue suite en base64 : elle peut porter une archive, ou un autre base64."""
    for suite in _BASE64.findall(recolle):
        entiere = suite[: len(suite) // 4 * 4]
        try:
            yield "base64", base64.b64decode(entiere.translate(bytes.maketrans(b"-_", b"+/")))
        except binascii.Error:
            continue


def _base(fichier: Path) -> Iterator[tuple[str, bytes]]:
    """Toutes les valeurs d'une base : une longue valeur y est découpée en pages, que lire le fichier ne recolle pas."""
    with closing(sqlite3.connect(f"file:{fichier}?mode=ro", uri=True)) as connexion:
        tables = [nom for (nom,) in connexion.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            lignes: Iterable[tuple[object, ...]] = connexion.execute(f'SELECT * FROM "{table}"')
            for ligne in lignes:
                for valeur in ligne:
                    if isinstance(valeur, str | bytes):
                        contenu = valeur.encode() if isinstance(valeur, str) else valeur
                        for vue, lu in vues(contenu, profondeur=1):
                            yield f"table {table} › {vue}", lu
