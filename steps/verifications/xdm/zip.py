"""Lecture d'une archive zip venue d'un inconnu, sans rien écrire : répertoire, en-têtes locaux, contenus bornés.

Tout ce qui est douteux est relevé et non corrigé ; `zipfile` répare trop pour juger.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

TAILLE_MAX = 256 * 1024 * 1024
ENTREES_MAX = 5_000
FICHIER_MAX = 96 * 1024 * 1024
TOTAL_MAX = 192 * 1024 * 1024
STOCKE, DEFLATE = 0, 8

_BLOC = 1024 * 1024
_CENTRAL, _LOCAL, _FIN = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
_FIN64, _REPERE64, _DESCRIPTEUR = b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"
_U16, _U32 = 0xFFFF, 0xFFFFFFFF
_UTF8 = 0x800
_CHIFFRE = 0x1 | 0x40 | 0x2000
_DIFFERE = 0x8


class ZipIllisible(ValueError):
    """Ces octets ne sont pas une archive zip entière ; le message dit pourquoi."""


class ZipDemesure(ValueError):
    """L'archive dépasse une limite du banc : rien n'est prouvé contre elle."""


@dataclass(frozen=True, slots=True)
class Entree:
    """Une entrée du répertoire central. `position` : celle de l'en-tête local, telle qu'écrite."""

    nom: str
    drapeaux: int
    methode: int
    crc: int
    compresse: int
    taille: int
    position: int
    attributs: int
    systeme: int
    nom_brut: bytes

    @property
    def dossier(self) -> bool:
        """Vrai pour une entrée de dossier."""
        return self.nom.endswith("/") or (self.systeme == 0 and bool(self.attributs & 0x10))

    @property
    def chiffree(self) -> bool:
        return bool(self.drapeaux & _CHIFFRE)

    @property
    def genre_unix(self) -> int:
        """Genre de fichier Unix (0o120000 : lien), 0 s'il n'est pas dit."""
        return (self.attributs >> 16) & 0o170000 if self.systeme == 3 else 0


@dataclass(frozen=True)
class Archive:
    """Le répertoire lu, et ce qui entoure les fichiers.

    `avant`, `apres` : octets avant le premier en-tête et après la fin. `ecarts` : désaccords entre en-têtes locaux et
    répertoire. `trous` : octets entre les fichiers qui n'appartiennent à aucun. `decalage` : à ajouter aux positions.
    """

    octets: bytes
    entrees: tuple[Entree, ...]
    decalage: int
    avant: int
    apres: int
    trous: int
    commentaire: int
    zip64: bool
    ecarts: tuple[str, ...]
    debuts: tuple[int, ...]


def lire_archive(octets: bytes) -> Archive:
    """Lit le répertoire central et le compare aux en-têtes locaux ; lève `ZipIllisible` ou `ZipDemesure`."""
    if len(octets) > TAILLE_MAX:
        raise ZipDemesure(f"archive de {len(octets)} octets (au plus {TAILLE_MAX})")
    fin = octets.rfind(_FIN, max(0, len(octets) - _U16 - 22 - 65536))
    if fin < 0 or fin + 22 > len(octets):
        raise ZipIllisible("pas de fin de répertoire : l'archive est tronquée ou n'est pas un zip")
    disque, disque_central, ici, nombre, taille, position, commentaire = struct.unpack_from("<HHHHIIH", octets, fin + 4)
    zip64, annoncee = False, None
    if _U16 in (nombre, ici) or _U32 in (taille, position):
        nombre, taille, position, fin_repertoire, annoncee = _lire_fin64(octets, fin)
        ici, zip64 = nombre, True
    else:
        fin_repertoire = fin
    if disque not in (0, _U16) or disque_central not in (0, _U16) or ici != nombre:
        raise ZipIllisible("archive en plusieurs volumes")
    if nombre > ENTREES_MAX:
        raise ZipDemesure(f"{nombre} entrées (au plus {ENTREES_MAX})")
    debut = fin_repertoire - taille
    if debut < 0 or position > debut:
        raise ZipIllisible("le répertoire central annoncé sort du fichier")
    decalage = debut - position
    entrees, atteint = _lire_central(octets, debut, fin_repertoire, nombre)
    zip64 = zip64 or any(_U32 in (e.compresse, e.taille, e.position) for e in entrees)
    if fin + 22 + commentaire > len(octets):
        raise ZipIllisible(f"commentaire de {commentaire} octets annoncé, le fichier s'arrête avant")
    ecarts = [f"le répertoire finit à {atteint}, {fin_repertoire} annoncé"] if atteint != fin_repertoire else []
    if annoncee is not None and annoncee + decalage != fin_repertoire:
        ecarts.append(f"fin zip64 annoncée à {annoncee}, trouvée à {fin_repertoire}")
    debuts, zones = [], []
    for entree in entrees:
        depart, arrivee, defauts = _comparer_local(octets, entree, decalage, debut)
        debuts.append(depart)
        zones.append((entree.position + decalage, arrivee))
        ecarts += defauts
    tailles = (octets[z + 18 : z + 26] for z, _ in zones)
    zip64 = zip64 or any(b"\xff\xff\xff\xff" in (t[:4], t[4:]) for t in tailles)
    trous, chevauchements = _couverture(zones, debut)
    ecarts += chevauchements
    premier = min((zone[0] for zone in zones), default=debut)
    return Archive(
        octets, tuple(entrees), decalage, max(0, premier), len(octets) - fin - 22 - commentaire, trous, commentaire,
        zip64, tuple(ecarts), tuple(debuts),
    )  # fmt: skip


def _lire_fin64(octets: bytes, fin: int) -> tuple[int, int, int, int, int]:
    """(entrées, taille et position du répertoire, position de la fin zip64, celle qu'annonce son repère)."""
    repere = fin - 20
    if repere < 0 or octets[repere : repere + 4] != _REPERE64:
        raise ZipIllisible("fin de répertoire zip64 annoncée mais absente")
    (position,) = struct.unpack_from("<Q", octets, repere + 8)
    for candidate in (position, octets.rfind(_FIN64, 0, repere)):
        if 0 <= candidate <= len(octets) - 56 and octets[candidate : candidate + 4] == _FIN64:
            nombre, taille, debut = struct.unpack_from("<QQQ", octets, candidate + 32)
            return nombre, taille, debut, candidate, position
    raise ZipIllisible("fin de répertoire zip64 introuvable")


def _lire_central(octets: bytes, position: int, fin: int, nombre: int) -> tuple[list[Entree], int]:
    entrees: list[Entree] = []
    for rang in range(nombre):
        if position + 46 > fin or octets[position : position + 4] != _CENTRAL:
            raise ZipIllisible(f"entrée {rang + 1} du répertoire central illisible ({nombre} annoncées)")
        version, drapeaux, methode, crc, compresse, taille, n, x, c, _, _, attributs, locale = struct.unpack_from(
            "<H2xHH4xIIIHHHHHII", octets, position + 4
        )
        brut = octets[position + 46 : position + 46 + n]
        extra = octets[position + 46 + n : position + 46 + n + x]
        taille, compresse, locale = _grands(extra, taille, compresse, locale)
        nom = _decoder(brut, drapeaux)
        entrees.append(Entree(nom, drapeaux, methode, crc, compresse, taille, locale, attributs, version >> 8, brut))
        position += 46 + n + x + c
    return entrees, position


def _grands(extra: bytes, taille: int, compresse: int, locale: int) -> tuple[int, int, int]:
    """Valeurs de 64 bits du champ zip64, pour celles que le répertoire n'a pas pu écrire."""
    curseur = 0
    while curseur + 4 <= len(extra):
        genre, longueur = struct.unpack_from("<HH", extra, curseur)
        bloc = extra[curseur + 4 : curseur + 4 + longueur]
        if genre == 1:
            valeurs = iter(struct.unpack_from(f"<{len(bloc) // 8}Q", bloc))
            taille = next(valeurs, taille) if taille == _U32 else taille
            compresse = next(valeurs, compresse) if compresse == _U32 else compresse
            locale = next(valeurs, locale) if locale == _U32 else locale
        curseur += 4 + longueur
    return taille, compresse, locale


def _decoder(brut: bytes, drapeaux: int) -> str:
    """Nom en UTF-8 si l'entrée le dit, en page de code 437 sinon ; jamais d'échec."""
    return brut.decode("utf-8", "replace") if drapeaux & _UTF8 else brut.decode("cp437")


def _comparer_local(octets: bytes, entree: Entree, decalage: int, fin: int) -> tuple[int, int, list[str]]:
    """(début des données, fin de l'entrée, écarts) ; début -1 si l'en-tête local ne se lit pas."""
    position = entree.position + decalage
    if position + 30 > fin or octets[position : position + 4] != _LOCAL:
        return -1, position, [f"{entree.nom} : pas d'en-tête local à la position {entree.position}"]
    drapeaux, methode, crc, compresse, taille, n, x = struct.unpack_from("<2xHH4xIIIHH", octets, position + 4)
    nom = octets[position + 30 : position + 30 + n]
    extra = octets[position + 30 + n : position + 30 + n + x]
    taille, compresse, _ = _grands(extra, taille, compresse, 0)
    ecarts = []
    if nom != entree.nom_brut:
        ecarts.append(f"{entree.nom} : l'en-tête local dit {_decoder(nom, drapeaux)!r}")
    if methode != entree.methode:
        ecarts.append(f"{entree.nom} : méthode {methode} dans l'en-tête local, {entree.methode} au répertoire")
    if (drapeaux ^ entree.drapeaux) & (_CHIFFRE | _DIFFERE):
        ecarts.append(f"{entree.nom} : drapeaux {drapeaux:#x} dans l'en-tête local, {entree.drapeaux:#x} au répertoire")
    lus, attendus = (crc, compresse, taille), (entree.crc, entree.compresse, entree.taille)
    if not drapeaux & _DIFFERE and lus != attendus:
        ecarts.append(f"{entree.nom} : CRC et tailles {lus} dans l'en-tête local, {attendus} au répertoire")
    debut = position + 30 + n + x
    arrivee = debut + entree.compresse
    if arrivee > fin:
        return -1, fin, [*ecarts, f"{entree.nom} : {entree.compresse} octets annoncés, le fichier s'arrête avant"]
    if drapeaux & _DIFFERE:
        arrivee += _descripteur(octets, arrivee, fin, entree)
    return debut, arrivee, ecarts


def _descripteur(octets: bytes, position: int, fin: int, entree: Entree) -> int:
    """Longueur du descripteur qui suit les données (avec ou sans signature, 32 ou 64 bits) ; 0 s'il n'y est pas."""
    for signature in (_DESCRIPTEUR, b""):
        for forme in ("<III", "<IQQ"):
            try:
                attendu = signature + struct.pack(forme, entree.crc, entree.compresse, entree.taille)
            except struct.error:
                continue
            if position + len(attendu) <= fin and octets.startswith(attendu, position):
                return len(attendu)
    return 0


def _couverture(zones: list[tuple[int, int]], fin: int) -> tuple[int, list[str]]:
    """Octets entre les entrées, et chevauchements (deux entrées qui partagent des données)."""
    trous, ecarts, atteint = 0, [], None
    for depart, arrivee in sorted(zones):
        if atteint is not None and depart < atteint:
            ecarts.append(f"deux entrées se partagent les octets {depart} à {atteint}")
        elif atteint is not None:
            trous += depart - atteint
        atteint = max(atteint or 0, arrivee)
    if atteint is not None:
        trous += max(0, fin - atteint)
    return trous, ecarts[:10]


class ContenuAltere(ValueError):
    """Le contenu d'une entrée n'est pas celui qu'elle annonce ; le message dit en quoi."""


def extraire(archive: Archive, rang: int, *, deja: int = 0) -> bytes:
    """Octets de l'entrée `rang`, vérifiés ; lève `ContenuAltere` ou `ZipDemesure`.

    L'entrée est stockée ou compressée par deflate, en clair. `deja` : octets déjà extraits de l'archive.
    """
    entree, debut = archive.entrees[rang], archive.debuts[rang]
    if debut < 0:
        raise ContenuAltere("ses données sont introuvables")
    limite = min(FICHIER_MAX, TOTAL_MAX - deja)
    if entree.taille > limite:
        raise ZipDemesure(f"{entree.nom} : {entree.taille} octets décompressés annoncés (au plus {limite})")
    donnees = memoryview(archive.octets)[debut : debut + entree.compresse]
    contenu = bytes(donnees) if entree.methode == STOCKE else _degonfler(donnees, entree)
    if len(contenu) != entree.taille:
        raise ContenuAltere(f"{len(contenu)} octets décompressés, {entree.taille} annoncés")
    if zlib.crc32(contenu) != entree.crc:
        raise ContenuAltere(f"CRC {zlib.crc32(contenu):08x}, {entree.crc:08x} annoncé")
    return contenu


def _degonfler(donnees: memoryview, entree: Entree) -> bytes:
    machine, blocs, taille = zlib.decompressobj(-15), [], 0
    for depart in range(0, len(donnees), _BLOC):
        reste: bytes | memoryview = donnees[depart : depart + _BLOC]
        while reste:
            try:
                bloc = machine.decompress(reste, _BLOC)
            except zlib.error as erreur:
                raise ContenuAltere(f"données deflate abîmées : {erreur}") from erreur
            taille += len(bloc)
            if taille > entree.taille:
                raise ContenuAltere(f"plus de {entree.taille} octets décompressés, {entree.taille} annoncés")
            blocs.append(bloc)
            reste = machine.unconsumed_tail if bloc and not machine.eof else b""
    if not machine.eof:
        raise ContenuAltere("données deflate tronquées")
    if machine.unused_data:
        raise ContenuAltere("des octets suivent les données deflate")
    return b"".join(blocs)
