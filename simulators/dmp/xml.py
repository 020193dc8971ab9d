"""Lecture d'XML reçu d'un inconnu : ni DTD, ni entité, ni réseau, taille bornée."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from lxml import etree

NS = {
    "soap": "http://www.w3.org/2003/05/soap-envelope",
    "soap11": "http://schemas.xmlsoap.org/soap/envelope/",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "hl7": "urn:hl7-org:v3",
    "rim": "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0",
    "rs": "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0",
    "lcm": "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0",
    "query": "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0",
    "xdsb": "urn:ihe:iti:xds-b:2007",
    "xop": "http://www.w3.org/2004/08/xop/include",
    "habilitations": "urn:si-dmp-habilitations",
    "patients": "urn:si-dmp-patients",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


BLANCS = " \t\r\n"
"""Les blancs d'XML : une espace insécable au bord d'une valeur en fait partie."""
_PROFONDEUR_MAX = 250
_BLOC = 256 * 1024


class ErreurXml(ValueError):
    """XML refusé ; le texte dit pourquoi, en français."""


class _Arret(Exception):
    """Racine atteinte : le prologue est lu."""


def lire_xml(octets: bytes) -> etree._Element:
    """Analyse `octets` ; lève `ErreurXml` si le texte est mal formé, porte une DTD ou dépasse les bornes de libxml2."""
    refuser_dtd(octets)
    analyseur = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=False,
        remove_comments=False,
    )
    try:
        return etree.fromstring(octets, analyseur)
    except (etree.XMLSyntaxError, ValueError) as erreur:
        raise ErreurXml(f"XML mal formé : {erreur}") from erreur


def lire_arbre(fichier: BinaryIO) -> etree._ElementTree:
    """Analyse un fichier déjà borné en taille, par blocs ; les très grands textes (PDF en base64) sont admis."""
    _parcourir(fichier)
    fichier.seek(0)
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        return etree.parse(fichier, analyseur)
    except etree.XMLSyntaxError as erreur:
        raise ErreurXml(f"XML mal formé : {erreur}") from erreur


def _parcourir(fichier: BinaryIO) -> None:
    """Refuse DTD et imbrication excessive : `huge_tree` lève les garde-fous de libxml2, dont la C14N est récursive."""
    analyseur = expat.ParserCreate()
    profondeur = 0

    def ouvrir(*_: object) -> None:
        nonlocal profondeur
        profondeur += 1
        if profondeur > _PROFONDEUR_MAX:
            raise ErreurXml(f"plus de {_PROFONDEUR_MAX} éléments imbriqués")

    def fermer(*_: object) -> None:
        nonlocal profondeur
        profondeur -= 1

    def doctype(*_: object) -> None:
        raise ErreurXml("DTD interdite dans le message")

    analyseur.StartElementHandler, analyseur.EndElementHandler = ouvrir, fermer
    analyseur.StartDoctypeDeclHandler = doctype
    fichier.seek(0)
    try:
        while bloc := fichier.read(_BLOC):
            analyseur.Parse(bloc, False)
        analyseur.Parse(b"", True)
    except expat.ExpatError as erreur:
        raise ErreurXml(f"XML mal formé : {erreur}") from erreur


def refuser_dtd(octets: bytes) -> None:
    """Lève `ErreurXml` si le prologue porte un DOCTYPE, avant que libxml2 n'y touche.

    expat ne développe aucune entité externe et s'arrête ici à la racine : aucune amplification possible.
    """
    _lire_le_prologue((octets,))


def refuser_dtd_du_fichier(fichier: BinaryIO) -> None:
    """`refuser_dtd` par blocs, jusqu'à la racine : un long prologue ne cache ni DOCTYPE ni racine."""
    fichier.seek(0)
    _lire_le_prologue(iter(lambda: fichier.read(_BLOC), b""))


def _lire_le_prologue(blocs: Iterable[bytes]) -> None:
    analyseur = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise ErreurXml("DTD interdite dans le message")

    def racine(*_: object) -> None:
        raise _Arret

    analyseur.StartDoctypeDeclHandler = doctype
    analyseur.StartElementHandler = racine
    try:
        for bloc in blocs:
            analyseur.Parse(bloc, False)
        analyseur.Parse(b"", True)
    except _Arret:
        return
    except expat.ExpatError as erreur:
        raise ErreurXml(f"XML mal formé : {erreur}") from erreur
    except (ValueError, LookupError) as erreur:
        if isinstance(erreur, ErreurXml):
            raise
        raise ErreurXml(f"encodage XML inconnu : {erreur}") from erreur
    raise ErreurXml("XML sans élément racine")


def enfants(element: etree._Element) -> Iterator[etree._Element]:
    """Éléments fils (sans commentaires ni instructions)."""
    return (enfant for enfant in element if isinstance(enfant.tag, str))


def nom_local(element: etree._Element) -> str:
    """Nom sans espace de noms."""
    return etree.QName(element).localname


def espace(element: etree._Element) -> str:
    """Espace de noms de l'élément."""
    return etree.QName(element).namespace or ""


def texte(element: etree._Element | None) -> str:
    """Texte de l'élément sans les blancs du bord ; vide s'il manque."""
    return "" if element is None or element.text is None else element.text.strip(BLANCS)
