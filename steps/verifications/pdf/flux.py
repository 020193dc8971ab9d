"""Les flux d'un PDF, décodés avec une limite : une bombe de décompression est refusée avant que pdfium ne l'ouvre."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

FLUX_MAX = 32 * 1024 * 1024
IMAGE_MAX = 160 * 1024 * 1024
TOTAL_MAX = 512 * 1024 * 1024
PIXELS_MAX = 100_000_000
FLUX_NOMBRE_MAX = 20_000
_LZW_MAX = 16 * 1024
_BLOC = 1024 * 1024
_ENTREE = 64 * 1024

_DEBUT = re.compile(rb"(?<!end)stream\r?\n")
_FILTRE = re.compile(rb"/Filter\s*(\[[^\]]{0,400}\]|/[A-Za-z0-9]+)")
_NOM = re.compile(rb"/([A-Za-z0-9]+)")
_LARGEUR = re.compile(rb"/Width\s+([0-9]{1,10})")
_HAUTEUR = re.compile(rb"/Height\s+([0-9]{1,10})")
_HEXADECIMAL = re.compile(rb"#([0-9A-Fa-f]{2})")
_DEGONFLAGES_MAX = 4
_ABREGES = {b"Fl": b"FlateDecode", b"A85": b"ASCII85Decode", b"AHx": b"ASCIIHexDecode", b"RL": b"RunLengthDecode"}


def verifier_flux(octets: bytes) -> None:
    """Lève `PdfDemesure` si un flux dépasse une limite ; à appeler avant toute bibliothèque qui les décode."""
    for _ in flux_decodes(octets):
        pass


class PdfIllisible(ValueError):
    """Ces octets ne sont pas un PDF que l'on sache lire ; le message dit pourquoi."""


class PdfDemesure(PdfIllisible):
    """Le PDF dépasse ce que le banc accepte de décoder : rien n'est prouvé contre le logiciel."""


def flux_decodes(octets: bytes) -> Iterator[bytes]:
    """Les flux décodés, images exclues ; `PdfDemesure` dès qu'une limite est franchie.

    Un flux abîmé ou d'un filtre inconnu est rendu tel que décodé jusque-là : sa validité n'est pas l'affaire d'ici.
    """
    total = 0
    for rang, debut in enumerate(_DEBUT.finditer(octets)):
        if rang >= FLUX_NOMBRE_MAX:
            raise PdfDemesure(f"plus de {FLUX_NOMBRE_MAX} flux")
        fin = octets.find(b"endstream", debut.end())
        brut = memoryview(octets)[debut.end() : fin if fin >= 0 else len(octets)]
        dictionnaire = octets[max(0, debut.start() - 4096) : debut.start()].rpartition(b" obj")[2]
        dictionnaire = _HEXADECIMAL.sub(lambda trouve: bytes([int(trouve[1], 16)]), dictionnaire)
        image = b"/Image" in dictionnaire
        if image:
            _verifier_dimensions(dictionnaire)
        limite = IMAGE_MAX if image else FLUX_MAX
        taille, contenu = _decoder(bytes(brut), _filtres(dictionnaire), limite, garder=not image)
        # Un filtre tu (référence indirecte) ou un « endstream » au milieu des données cacheraient une bombe.
        taille = max(taille, _taille_degonflee(memoryview(octets)[debut.end() :], limite))
        total += taille
        if total > TOTAL_MAX:
            raise PdfDemesure(f"flux décodés de plus de {TOTAL_MAX} octets au total")
        if not image:
            yield contenu


def _filtres(dictionnaire: bytes) -> list[bytes]:
    trouve = _FILTRE.search(dictionnaire)
    return [_ABREGES.get(nom, nom) for nom in _NOM.findall(trouve[1])] if trouve else []


def _verifier_dimensions(dictionnaire: bytes) -> None:
    largeur, hauteur = _LARGEUR.search(dictionnaire), _HAUTEUR.search(dictionnaire)
    if largeur and hauteur and int(largeur[1]) * int(hauteur[1]) > PIXELS_MAX:
        raise PdfDemesure(f"image de plus de {PIXELS_MAX} points")


def _decoder(brut: bytes, filtres: list[bytes], limite: int, *, garder: bool) -> tuple[int, bytes]:
    contenu, taille = brut, len(brut)
    for rang, filtre in enumerate(filtres):
        dernier = rang == len(filtres) - 1
        if filtre == b"FlateDecode":
            taille, contenu = _degonfler(contenu, limite, garder=garder or not dernier)
        elif filtre == b"LZWDecode":
            # Un code LZW rend jusqu'à 4 096 octets : au-delà de cette taille, la borne ne tient plus.
            if len(contenu) > _LZW_MAX:
                raise PdfDemesure("flux LZW trop long pour être décodé sans risque")
            break
        elif filtre in (b"ASCII85Decode", b"ASCIIHexDecode", b"RunLengthDecode"):
            decode = _texte_decode(contenu, filtre)
            if decode is None:
                break
            contenu, taille = decode, len(decode)
        else:
            break
        if taille > limite:
            raise PdfDemesure(f"flux décodé de plus de {limite} octets")
    return taille, contenu


def _degonfler(brut: bytes | memoryview, limite: int, *, garder: bool) -> tuple[int, bytes]:
    """Dégonfle jusqu'à la fin du flux zlib, ou jusqu'au premier octet abîmé ; (taille, contenu si `garder`)."""
    machine, taille, vue = zlib.decompressobj(), 0, memoryview(brut)
    blocs: list[bytes] = []
    for debut in range(0, len(vue), _ENTREE):
        entree: bytes | memoryview = vue[debut : debut + _ENTREE]
        while entree:
            try:
                bloc = machine.decompress(entree, _BLOC)
            except zlib.error:
                return taille, b"".join(blocs)
            taille += len(bloc)
            if taille > limite:
                raise PdfDemesure(f"flux décompressé de plus de {limite} octets")
            if garder:
                blocs.append(bloc)
            entree = machine.unconsumed_tail if bloc and not machine.eof else b""
        if machine.eof:
            break
    return taille, b"".join(blocs)


def _taille_degonflee(donnees: memoryview, limite: int) -> int:
    """Taille de ce que zlib trouverait là, quoi qu'en dise le dictionnaire ; zlib dans zlib compris."""
    taille, vue = 0, donnees
    for _ in range(_DEGONFLAGES_MAX):
        if len(vue) < 2 or vue[0] & 15 != 8 or (vue[0] * 256 + vue[1]) % 31:
            break
        taille, contenu = _degonfler(vue, limite, garder=True)
        vue = memoryview(contenu)
    return taille


def _texte_decode(contenu: bytes, filtre: bytes) -> bytes | None:
    try:
        if filtre == b"ASCII85Decode":
            return base64.a85decode(contenu.split(b"~>")[0].strip())
        if filtre == b"ASCIIHexDecode":
            return bytes.fromhex(contenu.split(b">")[0].decode("ascii"))
    except ValueError:
        return None
    return _deplier(contenu)


def _deplier(contenu: bytes) -> bytes:
    """RunLengthDecode : au plus 64 fois la taille d'entrée."""
    sortie, rang = bytearray(), 0
    while rang < len(contenu) and contenu[rang] != 128:
        longueur = contenu[rang]
        if longueur < 128:
            sortie += contenu[rang + 1 : rang + 2 + longueur]
            rang += 2 + longueur
        else:
            sortie += contenu[rang + 1 : rang + 2] * (257 - longueur)
            rang += 2
        if len(sortie) > FLUX_MAX:
            raise PdfDemesure(f"flux décodé de plus de {FLUX_MAX} octets")
    return bytes(sortie)
