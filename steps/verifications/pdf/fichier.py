"""Le squelette d'un PDF, lu sans bibliothèque : en-tête, fin, chaîne des tables de références croisées.

Un lecteur de PDF répare en silence un fichier tronqué ou retouché ; ici, chaque entrée d'une table classique doit
désigner son objet, et chaque maillon de la chaîne doit exister. Les flux de références croisées (PDF 1.5) sont lus par
qpdf, ailleurs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ENTREES_MAX = 500_000
MAILLONS_MAX = 1_000
DEFAUTS_MAX = 20

_EN_TETE = re.compile(rb"%PDF-(\d\.\d)")
_FIN = re.compile(rb"startxref[\s\0]+(\d{1,12})[\s\0]+%%EOF")
_SECTION = re.compile(rb"[\s\0]*(\d{1,10})[ \t]+(\d{1,10})[ \t]*(?:\r\n|\r|\n)")
_SECTION_STRICTE = re.compile(rb"\d{1,10} \d{1,10} ?(?:\r\n|\r|\n)")
_FIN_DE_LIGNE = re.compile(rb"\r\n|\r|\n")
_ENTREE = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_OBJET = re.compile(rb"[\s\0]{0,4}(\d{1,10})[\s\0]+(\d{1,10})[\s\0]+obj\b")
_PRECEDENT = re.compile(rb"/Prev[\s\0]+(\d{1,12})")
_HYBRIDE = re.compile(rb"/XRefStm[\s\0]+(\d{1,12})")
_BLANCS = b"\r\n \t\0"


@dataclass
class Squelette:
    """Ce que disent l'en-tête, la fin et les tables.

    `version` : celle de l'en-tête, vide s'il manque. `debut` : octets avant `%PDF-`. `apres_fin` : octets après le
    dernier `%%EOF`. `tables`, `flux` : nombre de tables classiques et de flux de références croisées de la chaîne.
    `fin`, `table` : écarts de la fin du fichier et des tables, en français. `ecriture` : tables qu'un lecteur lit, mais
    que PDF 1.4 n'écrit pas ainsi.
    """

    version: str = ""
    debut: int = -1
    apres_fin: bytes = b""
    tables: int = 0
    flux: int = 0
    entrees: int = 0
    fin: list[str] = field(default_factory=list)
    table: list[str] = field(default_factory=list)
    ecriture: list[str] = field(default_factory=list)


def lire_squelette(octets: bytes) -> Squelette:
    """Lit le squelette ; ne lève rien, quels que soient les octets."""
    squelette = Squelette()
    en_tete = _EN_TETE.search(octets[:1024])
    if en_tete is not None:
        squelette.version, squelette.debut = en_tete[1].decode("ascii"), en_tete.start()
    derniere = octets.rfind(b"%%EOF")
    if derniere < 0:
        squelette.fin.append("aucun %%EOF")
        return squelette
    squelette.apres_fin = octets[derniere + 5 :]
    if len(squelette.apres_fin.strip(_BLANCS)) > 1024:
        squelette.fin.append(f"{len(squelette.apres_fin)} octets après le dernier %%EOF")
    fin = _FIN.fullmatch(octets, octets.rfind(b"startxref", 0, derniere), derniere + 5)
    if fin is None:
        squelette.fin.append("pas de « startxref <position> » juste avant le dernier %%EOF")
        return squelette
    _suivre(octets, int(fin[1]), max(squelette.debut, 0), squelette)
    return squelette


def _suivre(octets: bytes, position: int, decalage: int, squelette: Squelette) -> None:
    """Parcourt la chaîne des tables depuis `position` (relative au début du PDF)."""
    a_lire, vues = [position], set()
    while a_lire and len(squelette.table) < DEFAUTS_MAX:
        position = a_lire.pop()
        if position in vues:
            squelette.table.append(f"la chaîne des tables revient sur la position {position}")
            return
        vues.add(position)
        if len(vues) > MAILLONS_MAX or squelette.entrees > ENTREES_MAX:
            return
        debut = position + decalage
        if debut >= len(octets):
            squelette.table.append(f"table annoncée à la position {position}, au-delà de la fin ({len(octets)} octets)")
            return
        if octets.startswith(b"xref", debut):
            suite = _table(octets, debut + 4, decalage, squelette)
        elif (objet := _OBJET.match(octets, debut)) is not None:
            squelette.flux += 1
            fin = octets.find(b"stream", objet.end(), objet.end() + 65536)
            suite = octets[objet.end() : fin if fin >= 0 else objet.end() + 65536]
            if b"XRef" not in suite:
                squelette.table.append(f"l'objet à la position {position} n'est pas un flux de références croisées")
                return
        else:
            squelette.table.append(f"ni table ni flux de références croisées à la position {position}")
            return
        a_lire += [int(trouve[1]) for motif in (_PRECEDENT, _HYBRIDE) if (trouve := motif.search(suite))]


def _table(octets: bytes, curseur: int, decalage: int, squelette: Squelette) -> bytes:
    """Vérifie une table classique ; rend le texte de son dictionnaire de fin."""
    squelette.tables += 1
    mot = _FIN_DE_LIGNE.match(octets, curseur)
    if mot is None or _SECTION_STRICTE.match(octets, mot.end()) is None:
        squelette.ecriture.append(f"table {squelette.tables} : « xref » et sa section mal séparés")
    while (section := _SECTION.match(octets, curseur)) is not None:
        premier, nombre = int(section[1]), int(section[2])
        if _SECTION_STRICTE.fullmatch(section[0].lstrip(b"\r\n \t\0")) is None:
            squelette.ecriture.append(f"section {premier} {nombre} mal écrite")
        curseur = section.end()
        for numero in range(premier, premier + nombre):
            squelette.entrees += 1
            if squelette.entrees > ENTREES_MAX:
                return b""
            entree = _ENTREE.match(octets, curseur)
            if entree is None:
                squelette.table.append(f"entrée de l'objet {numero} illisible : {octets[curseur : curseur + 20]!r}")
                return b""
            curseur = entree.end()
            while curseur < len(octets) and octets[curseur] in b" \r\n":
                curseur += 1
            if entree[3] == b"n":
                _verifier_entree(octets, numero, int(entree[1]) + decalage, squelette)
            if len(squelette.table) >= DEFAUTS_MAX:
                return b""
    while curseur < len(octets) and octets[curseur] in _BLANCS:
        curseur += 1
    if not octets.startswith(b"trailer", curseur):
        squelette.table.append(f"pas de dictionnaire de fin (trailer) après la table, à la position {curseur}")
        return b""
    fin = octets.find(b"startxref", curseur)
    return octets[curseur : min(fin if fin >= 0 else len(octets), curseur + 65536)]


def _verifier_entree(octets: bytes, numero: int, position: int, squelette: Squelette) -> None:
    if position == 0:
        return  # Trou de numérotation, écrit en usage par quelques producteurs et tenu pour libre par les lecteurs.
    objet = _OBJET.match(octets, position)
    if objet is None or int(objet[1]) != numero:
        lu = octets[position : position + 16]
        squelette.table.append(f"objet {numero} : rien de tel à la position {position} ({lu!r})")
