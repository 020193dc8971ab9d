"""Des octets aux messages HL7 v2 : cadre MLLP, lot, encodage, séparateurs libres. Ne juge rien, borné."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from steps.verifications.hl7v2.segment import Segment, Separateurs

TAILLE_MAX = 64 * 1024 * 1024
MESSAGES_MAX = 1000
SEGMENTS_MAX = 100_000
_LOT = frozenset({"FHS", "BHS", "BTS", "FTS"})
_DEBUT, _FIN = b"\x0b", b"\x1c"
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}(?![A-Za-z0-9])")
_ENCODAGES = {
    "": "ascii",
    "ASCII": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "UTF-8": "utf-8",
    "8859/1": "iso-8859-1",
    "8859/15": "iso-8859-15",
}


class DecoupageImpossible(ValueError):
    """Ces octets ne sont pas un message HL7 v2 ; le texte dit pourquoi, en français."""


class AuDelaDesLimites(ValueError):
    """Le fichier dépasse une limite du banc ; le texte dit laquelle, en français."""


@dataclass(frozen=True)
class MessageHl7:
    """Un message découpé. `perdues` : lignes qui ne commencent pas par un nom de segment, recollées au précédent."""

    segments: tuple[Segment, ...]
    perdues: int = 0

    @property
    def msh(self) -> Segment:
        """Le segment MSH, toujours le premier."""
        return self.segments[0]

    def tous(self, nom: str) -> list[Segment]:
        """Segments de ce nom, dans l'ordre."""
        return [segment for segment in self.segments if segment.nom == nom]

    def premier(self, nom: str) -> Segment | None:
        """Premier segment de ce nom, None s'il n'y en a pas."""
        return next((segment for segment in self.segments if segment.nom == nom), None)

    @cached_property
    def code(self) -> str:
        """MSH-9.1 : ORU, MDM, ADT, ACK…"""
        return self.msh.valeur(9, 1)

    @cached_property
    def evenement(self) -> str:
        """MSH-9.2 : R01, T02…"""
        return self.msh.valeur(9, 2)

    @property
    def type_message(self) -> str:
        """Les composants de MSH-9, tels qu'on les écrit."""
        return "^".join(filter(None, (self.msh.valeur(9, rang) for rang in (1, 2, 3))))

    @property
    def version(self) -> str:
        """MSH-12.1."""
        return self.msh.valeur(12, 1)

    @property
    def profil(self) -> str:
        """Les profils annoncés en MSH-21, répétitions comprises ; vide s'il n'y en a pas."""
        rangs = range(1, len(self.msh.repetitions(21)) + 1)
        lus = (self.msh.valeur(21, composant, repetition=rang) for rang in rangs for composant in (2, 1))
        return " ".join(filter(None, lus))

    def demandes(self) -> list[MessageHl7]:
        """Une demande par groupe ORC (le volet en admet plusieurs en ORU), chacune avec les segments communs."""
        debuts = [rang for rang, segment in enumerate(self.segments) if segment.nom == "ORC"]
        if len(debuts) < 2:
            return [self]
        communs = self.segments[: debuts[0]]
        bornes = [*debuts, len(self.segments)]
        return [MessageHl7(communs + self.segments[a:b]) for a, b in pairwise(bornes)]

    def canonique(self) -> str:
        """Le message dans les séparateurs usuels, données encapsulées remplacées : pour les lecteurs de structure."""
        return "\r".join(segment.canonique() for segment in self.segments)


@dataclass(frozen=True)
class Encodage:
    """Encodage annoncé par MSH-18, et ce que montrent les octets. `fautif` : les octets n'en sont pas."""

    declare: str
    lu: str
    bom: bool = False
    fautif: bool = False
    ambigu: bool = False


@dataclass(frozen=True)
class Fichier:
    """Ce que porte un fichier : messages, encodage, cadre, lot."""

    messages: tuple[MessageHl7, ...]
    encodage: Encodage
    mllp: bool = False
    mllp_incomplet: bool = False
    fins_de_ligne: str = "CR"
    lot: tuple[Segment, ...] = field(default=())


def decouper(octets: bytes) -> Fichier:
    """Découpe un fichier ; lève `DecoupageImpossible` ou `AuDelaDesLimites`."""
    if len(octets) > TAILLE_MAX:
        raise AuDelaDesLimites(f"fichier HL7 v2 de {len(octets)} octets, {TAILLE_MAX} au plus")
    if not octets.strip(b" \t\r\n\x00\x0b\x1c"):
        raise DecoupageImpossible("fichier vide")
    encodage = _encodage(octets)
    contenu, mllp, incomplet = _sans_cadre(octets)
    texte = _decoder(contenu, encodage.lu)
    if texte.count("\r") + texte.count("\n") > SEGMENTS_MAX:
        raise AuDelaDesLimites(f"plus de {SEGMENTS_MAX} segments")
    fins = "CRLF" if "\r\n" in texte else "LF" if "\n" in texte else "CR"
    lignes = [ligne for ligne in re.split(r"\r\n|\r|\n", texte) if ligne.strip("\x00 \t")]
    messages, lot = _grouper(lignes)
    return Fichier(tuple(messages), encodage, mllp, incomplet, fins, tuple(lot))


def _sans_cadre(octets: bytes) -> tuple[bytes, bool, bool]:
    if _DEBUT not in octets[:64]:
        return octets, False, False
    debuts, fins = octets.count(_DEBUT), octets.count(_FIN + b"\r")
    return octets.replace(_DEBUT, b"").replace(_FIN, b"\r"), True, debuts != fins


def _encodage(octets: bytes) -> Encodage:
    for marque, nom in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if octets.startswith(marque):
            return Encodage(_declare(octets[:4096].decode(nom, "replace")), nom, bom=True)
    declare = _declare(octets[:4096].decode("latin-1"))
    attendu = _ENCODAGES.get(declare.upper())
    ascii_seul = octets.isascii()
    utf8 = ascii_seul or _est_utf8(octets)
    if attendu == "utf-8":
        return Encodage(declare, "utf-8" if utf8 else "iso-8859-15", fautif=not utf8)
    if attendu is not None and attendu != "ascii":
        return Encodage(declare, "utf-8" if utf8 and not ascii_seul else attendu, ambigu=utf8 and not ascii_seul)
    lu = "utf-8" if utf8 else "iso-8859-15"
    return Encodage(declare, lu, fautif=attendu == "ascii" and not ascii_seul)


def _declare(debut: str) -> str:
    """MSH-18, première répétition, lu sans attendre le découpage."""
    trouve = re.search(r"MSH(.)(.)(.)", debut)
    if not trouve:
        return ""
    ligne = re.split(r"[\r\n]", debut[trouve.start() :], maxsplit=1)[0]
    champs = ligne.split(trouve[1])
    return champs[17].split(trouve[3])[0].strip() if len(champs) > 17 else ""


def _est_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoder(octets: bytes, encodage: str) -> str:
    return octets.decode(encodage, "replace").lstrip("\ufeff")


def _grouper(lignes: list[str]) -> tuple[list[MessageHl7], list[Segment]]:
    messages: list[MessageHl7] = []
    lot: list[Segment] = []
    courantes: list[str] = []
    perdues = 0

    def clore() -> None:
        nonlocal courantes, perdues
        if courantes:
            messages.append(_message(courantes, perdues))
        courantes, perdues = [], 0
        if len(messages) > MESSAGES_MAX:
            raise AuDelaDesLimites(f"plus de {MESSAGES_MAX} messages")

    for ligne in lignes:
        nom = ligne[:3]
        if nom == "MSH":
            clore()
            courantes = [ligne]
        elif nom in _LOT and _SEGMENT.match(ligne):
            clore()
            lot.append(Segment(ligne, _separateurs_du_lot(ligne, lot)))
        elif not courantes:
            raise DecoupageImpossible(f"le premier segment n'est pas MSH, FHS ou BHS : « {ligne[:20]} »")
        elif _SEGMENT.match(ligne):
            courantes.append(ligne)
        else:
            courantes[-1] += ligne
            perdues += 1
    clore()
    if not messages:
        raise DecoupageImpossible("aucun segment MSH")
    return messages, lot


def _separateurs_du_lot(ligne: str, lot: list[Segment]) -> Separateurs:
    if ligne[:3] in ("FHS", "BHS"):
        return Separateurs.depuis_entete(ligne) or Separateurs()
    return lot[-1].separateurs if lot else Separateurs()


def _message(lignes: list[str], perdues: int) -> MessageHl7:
    separateurs = Separateurs.depuis_entete(lignes[0])
    if separateurs is None:
        raise DecoupageImpossible("MSH-1 et MSH-2 ne donnent pas des séparateurs distincts")
    return MessageHl7(tuple(_segments(lignes, separateurs)), perdues)


def _segments(lignes: list[str], separateurs: Separateurs) -> Iterator[Segment]:
    for ligne in lignes:
        yield Segment(ligne, separateurs)
