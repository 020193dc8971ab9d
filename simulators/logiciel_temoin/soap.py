"""SOAP 1.2 : lecture sûre des réponses, en-tête WS-Addressing, fautes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from lxml import etree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


class ReponseIllisible(Exception):
    """Le service a répondu autre chose que le message attendu."""


@dataclass(frozen=True)
class FauteSoap(Exception):
    """Faute SOAP rendue par le service."""

    code: str
    texte: str
    detail: str = ""

    def __str__(self) -> str:
        return " ".join(partie for partie in (self.texte, f"(code {self.code})", self.detail) if partie)


def lire_xml(octets: bytes) -> etree._Element:
    """Analyse un XML reçu : ni DTD, ni entité, ni accès au réseau."""
    # Un DOCTYPE ne peut être que dans le prologue ; l'UTF-16 est ramené à une suite sans octet nul.
    if re.search(rb"<!DOCTYPE", octets.replace(b"\x00", b""), re.IGNORECASE):
        raise ReponseIllisible("le document porte une DTD : il est refusé")
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        racine = etree.fromstring(octets, analyseur)
    except (etree.XMLSyntaxError, ValueError) as erreur:
        raise ReponseIllisible(f"ce n'est pas un XML lisible : {erreur}") from erreur
    return racine


def par_defaut(espace: str, **prefixes: str) -> dict[str, str]:
    """Table d'espaces de noms dont le premier est celui par défaut (lxml le désigne par None)."""
    return cast("dict[str, str]", {None: espace, **prefixes})


def texte(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def enveloppe() -> tuple[etree._Element, etree._Element, etree._Element]:
    """Enveloppe SOAP 1.2 vide : (enveloppe, en-tête, corps)."""
    racine = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "wsa": WSA})
    return racine, etree.SubElement(racine, f"{{{SOAP}}}Header"), etree.SubElement(racine, f"{{{SOAP}}}Body")


def ajouter(
    parent: etree._Element, espace: str, nom: str, valeur: str | None = None, **attributs: str
) -> etree._Element:
    """Ajoute un élément (et son texte, et ses attributs)."""
    element = etree.SubElement(parent, f"{{{espace}}}{nom}" if espace else nom)
    if valeur is not None:
        element.text = valeur
    for cle, contenu in attributs.items():
        element.set(cle, contenu)
    return element


def octets(racine: etree._Element) -> bytes:
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


def corps_de_reponse(racine: etree._Element) -> etree._Element:
    """Premier enfant du corps SOAP ; lève `FauteSoap` si c'en est une."""
    corps = racine.find(f"{{{SOAP}}}Body")
    if racine.tag != f"{{{SOAP}}}Envelope" or corps is None:
        raise ReponseIllisible("la réponse n'est pas une enveloppe SOAP 1.2")
    contenu = next((e for e in corps if isinstance(e.tag, str)), None)
    if contenu is None:
        raise ReponseIllisible("le corps de la réponse est vide")
    if contenu.tag == f"{{{SOAP}}}Fault":
        raise _faute(contenu)
    return contenu


def _faute(faute: etree._Element) -> FauteSoap:
    espaces = {"s": SOAP}
    valeurs = [texte(v) for v in faute.findall("s:Code//s:Value", espaces)]
    code = valeurs[-1].rpartition(":")[2] if valeurs else "inconnu"
    raison = texte(faute.find("s:Reason/s:Text", espaces))
    detail = faute.find("s:Detail", espaces)
    morceaux: list[str] = []
    if detail is not None:
        for element in detail.iter():
            if isinstance(element.tag, str) and element is not detail:
                morceaux += [element.get("code", ""), texte(element)]
    return FauteSoap(code, raison, " ".join(m for m in morceaux if m))
