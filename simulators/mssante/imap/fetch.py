"""Les éléments d'un FETCH : lecture de la demande, écriture de la réponse (RFC 3501 § 6.4.5, RFC 3516, RFC 9051)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulators.mssante.boites_dossier import Message
from simulators.mssante.imap.analyse import Arguments, Mauvaise
from simulators.mssante.imap.reponses import date_interne, liste
from simulators.mssante.imap.structure import Section, enveloppe, octets_de_section, structure, trouver

Morceau = bytes | memoryview

_MACROS = {
    b"FAST": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"),
    b"ALL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE"),
    b"FULL": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"ENVELOPE", b"BODY"),
}
_SIMPLES = frozenset(
    {
        b"FLAGS",
        b"UID",
        b"INTERNALDATE",
        b"RFC822",
        b"RFC822.SIZE",
        b"RFC822.HEADER",
        b"RFC822.TEXT",
        b"ENVELOPE",
        b"BODY",
        b"BODYSTRUCTURE",
    }
)
_A_SECTION = {
    b"BODY": ("BODY", False),
    b"BODY.PEEK": ("BODY", True),
    b"BINARY": ("BINARY", False),
    b"BINARY.PEEK": ("BINARY", True),
    b"BINARY.SIZE": ("BINARY.SIZE", True),
}
_NOM = re.compile(rb"[A-Za-z0-9.]+")
_NUMEROS = re.compile(rb"[1-9][0-9]{0,8}(?:\.[1-9][0-9]{0,8})*")
_SOUS_PARTIE = re.compile(rb"HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME", re.IGNORECASE)
_PARTIEL = re.compile(rb"<([0-9]{1,10})\.([1-9][0-9]{0,9})>")


class EncodageInconnu(Exception):
    """`BINARY` d'une part dont l'encodage de transfert ne se lit pas."""


@dataclass(frozen=True)
class Element:
    """Un élément demandé."""

    nom: bytes
    section: Section | None = None
    lu: bool = False
    """Vrai si le rendre marque le message comme lu."""
    partiel: tuple[int, int] | None = None


def lire_elements(arguments: Arguments) -> list[Element]:
    """Macro, élément seul, ou liste d'éléments."""
    if not arguments.accepter(b"("):
        nom = arguments.motif(_NOM, "a FETCH item")[0].upper()
        if nom in _MACROS:
            return [Element(simple) for simple in _MACROS[nom]]
        return [_element(arguments, nom)]
    elements = [_element(arguments, arguments.motif(_NOM, "a FETCH item")[0].upper())]
    while arguments.accepter(b" "):
        elements.append(_element(arguments, arguments.motif(_NOM, "a FETCH item")[0].upper()))
    arguments.exiger(b")")
    return elements


def _element(arguments: Arguments, nom: bytes) -> Element:
    if arguments.voir() == b"[" and nom in _A_SECTION:
        forme, discret = _A_SECTION[nom]
        section = _section(arguments)
        if forme != "BODY" and section.partie:
            raise Mauvaise("BINARY takes part numbers only")
        partiel = None
        if forme != "BINARY.SIZE" and arguments.voir() == b"<":
            trouve = arguments.motif(_PARTIEL, "a <offset.length> partial")
            partiel = int(trouve[1]), int(trouve[2])
        return Element(forme.encode(), section, not discret, partiel)
    if nom not in _SIMPLES:
        raise Mauvaise("Unknown FETCH item")
    return Element(nom, None, nom in (b"RFC822", b"RFC822.TEXT"))


def _section(arguments: Arguments) -> Section:
    arguments.exiger(b"[")
    numeros: tuple[int, ...] = ()
    partie, champs = b"", []
    if arguments.voir() not in (b"]",):
        if arguments.voir().isdigit():
            numeros = tuple(map(int, arguments.motif(_NUMEROS, "a part number")[0].split(b".")))
        if not numeros or arguments.accepter(b"."):
            partie = arguments.motif(_SOUS_PARTIE, "a section")[0].upper()
        if partie == b"MIME" and not numeros:
            raise Mauvaise("MIME needs a part number")
        if partie.startswith(b"HEADER.FIELDS"):
            arguments.espace()
            arguments.exiger(b"(")
            champs.append(arguments.astring())
            while arguments.accepter(b" "):
                champs.append(arguments.astring())
            arguments.exiger(b")")
    arguments.exiger(b"]")
    return Section(numeros, partie, tuple(champs))


def rendre(element: Element, message: Message, drapeaux: list[str]) -> list[Morceau]:
    """Morceaux d'un élément, son nom compris."""
    contenu = message.contenu
    match element.nom:
        case b"FLAGS":
            return [b"FLAGS " + liste(drapeaux)]
        case b"UID":
            return [b"UID %d" % message.uid]
        case b"INTERNALDATE":
            return [b"INTERNALDATE " + date_interne(message.date)]
        case b"RFC822.SIZE":
            return [b"RFC822.SIZE %d" % len(contenu.octets)]
        case b"ENVELOPE":
            return [b"ENVELOPE " + contenu.enveloppe(enveloppe)]
        case b"BODYSTRUCTURE":
            return [b"BODYSTRUCTURE " + structure(contenu.racine, etendue=True)]
        case b"RFC822":
            return _litteral(b"RFC822", memoryview(contenu.octets))
        case b"RFC822.HEADER":
            return _litteral(b"RFC822.HEADER", octets_de_section(contenu, Section((), b"HEADER")))
        case b"RFC822.TEXT":
            return _litteral(b"RFC822.TEXT", octets_de_section(contenu, Section((), b"TEXT")))
    if element.section is None:
        return [b"BODY " + structure(contenu.racine, etendue=False)]
    etiquette = b"%b[%b]" % (element.nom, element.section.texte)
    if element.nom == b"BODY":
        return _litteral(*_partiel(etiquette, element, octets_de_section(contenu, element.section)))
    return _binaire(etiquette, element, message)


def _binaire(etiquette: bytes, element: Element, message: Message) -> list[Morceau]:
    assert element.section is not None
    octets: bytes | memoryview | None
    if element.section.numeros:
        part = trouver(message.contenu, element.section.numeros)
        octets = part.decode() if part is not None else b""
    else:
        octets = memoryview(message.contenu.octets)
    if octets is None:
        raise EncodageInconnu
    if element.nom == b"BINARY.SIZE":
        return [b"%b %d" % (etiquette, len(octets))]
    etiquette, partie = _partiel(etiquette, element, octets)
    assert partie is not None
    if b"\0" in bytes(partie):
        return [b"%b ~{%d}\r\n" % (etiquette, len(partie)), partie]
    return _litteral(etiquette, partie)


def _partiel(etiquette: bytes, element: Element, octets: Morceau | None) -> tuple[bytes, Morceau | None]:
    if element.partiel is None:
        return etiquette, octets
    debut, longueur = element.partiel
    return b"%b<%d>" % (etiquette, debut), None if octets is None else octets[debut : debut + longueur]


def _litteral(etiquette: bytes, octets: Morceau | None) -> list[Morceau]:
    if octets is None:
        return [etiquette + b" NIL"]
    if len(octets) == 0:
        return [etiquette + b' ""']
    return [b"%b {%d}\r\n" % (etiquette, len(octets)), octets]
