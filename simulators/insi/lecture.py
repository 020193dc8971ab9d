"""Lecture sûre du XML reçu : DTD et entités refusées avant toute analyse, mémoire bornée."""

from __future__ import annotations

from enum import StrEnum
from xml.parsers import expat

from lxml import etree


class MotifRefus(StrEnum):
    """Pourquoi un corps n'a pas été lu."""

    VIDE = "vide"
    DTD = "dtd"
    INSTRUCTION = "instruction"
    MALFORME = "malforme"


class XmlRefuse(ValueError):
    """Corps refusé avant d'en avoir lu le contenu ; le message est en français."""

    def __init__(self, motif: MotifRefus, message: str) -> None:
        super().__init__(message)
        self.motif = motif


class _DtdTrouvee(Exception):
    pass


class _PremierElement(Exception):
    pass


def analyser(octets: bytes) -> etree._Element:
    """Racine du document ; `XmlRefuse` s'il est vide, porte une DTD ou n'est pas bien formé.

    SOAP 1.2 partie 1 § 5 interdit la DTD dans un message : l'interdire d'emblée ferme aussi la porte aux entités
    externes et à leur expansion.
    """
    if not octets.strip():
        raise XmlRefuse(MotifRefus.VIDE, "le corps de la requête est vide")
    _refuser_dtd(octets)
    analyseur = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False
    )
    try:
        racine = etree.fromstring(octets, analyseur)
    except (etree.XMLSyntaxError, ValueError, LookupError) as erreur:
        raise XmlRefuse(MotifRefus.MALFORME, f"XML mal formé : {erreur}") from erreur
    if racine.getroottree().docinfo.internalDTD is not None:
        raise XmlRefuse(MotifRefus.DTD, "une DTD est interdite dans un message SOAP")
    return racine


def _refuser_dtd(octets: bytes) -> None:
    """Arrête au premier `<!DOCTYPE`, sans lire son contenu, quel que soit le codage déclaré."""

    def sur_dtd(*_: object) -> None:
        raise _DtdTrouvee

    def sur_element(*_: object) -> None:
        raise _PremierElement

    lecteur = expat.ParserCreate()
    lecteur.StartDoctypeDeclHandler = sur_dtd
    lecteur.StartElementHandler = sur_element
    try:
        lecteur.Parse(octets, True)
    except _PremierElement:
        return
    except _DtdTrouvee:
        raise XmlRefuse(MotifRefus.DTD, "une DTD est interdite dans un message SOAP") from None
    except (expat.ExpatError, ValueError, LookupError) as erreur:
        # Mal formé avant le premier élément (ou codage inconnu d'expat) : l'analyse complète en jugera,
        # sauf si une DTD est écrite en clair.
        if b"<!doctype" in octets[:65536].replace(b"\x00", b"").lower():
            raise XmlRefuse(MotifRefus.DTD, "une DTD est interdite dans un message SOAP") from erreur


def sous_texte(element: etree._Element | None, espace: str, nom: str) -> str | None:
    """Texte de l'enfant nommé, None s'il est absent (la chaîne vide dit qu'il est là mais vide)."""
    if element is None:
        return None
    enfant = element.find(f"{{{espace}}}{nom}")
    return None if enfant is None else texte(enfant)


def texte(element: etree._Element) -> str:
    """Tout le texte de l'élément, sans les bords ; un commentaire ne le tronque pas."""
    return brut(element).strip(" \t\r\n")


def brut(element: etree._Element) -> str:
    """Tout le texte de l'élément tel qu'il est écrit, blancs du bord compris."""
    return str(element.xpath("string()"))


def enfants(element: etree._Element | None) -> list[etree._Element]:
    """Enfants éléments, sans commentaires ni instructions."""
    return [] if element is None else [enfant for enfant in element if isinstance(enfant.tag, str)]
