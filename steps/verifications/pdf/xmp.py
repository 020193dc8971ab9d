"""Les métadonnées XMP d'un PDF : propriétés simples, listes, et ce qui déclare une conformité PDF/A."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from simulators.dmp.xml import ErreurXml, enfants, refuser_dtd

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PDFA = "http://www.aiim.org/pdfa/ns/id/"
DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
PDF = "http://ns.adobe.com/pdf/1.3/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPRIETE = "http://www.aiim.org/pdfa/ns/property#"
# Un paquet commence par « < » ; UTF-32 d'abord, dont le début est aussi celui d'UTF-16.
_CODAGES = {
    "utf-32-le": (b"\xff\xfe\0\0", b"<\0\0\0"),
    "utf-32-be": (b"\0\0\xfe\xff", b"\0\0\0<"),
    "utf-16-le": (b"\xff\xfe", b"<\0"),
    "utf-16-be": (b"\xfe\xff", b"\0<"),
}
TAILLE_MAX = 4 * 1024 * 1024


class XmpIllisible(ValueError):
    """Le flux de métadonnées n'est pas de l'XMP lisible ; le message dit pourquoi."""


@dataclass(frozen=True)
class Xmp:
    """Propriétés : (espace de noms, nom) → valeurs, dans l'ordre. `instruction` : attributs de l'en-tête `xpacket`.

    `decrits` : espace de noms → propriétés que décrit le schéma d'extension PDF/A. `arbre` : le paquet entier.
    """

    proprietes: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    instruction: str = ""
    decrits: Mapping[str, frozenset[str]] = field(default_factory=dict)
    arbre: etree._Element | None = None

    def une(self, espace: str, nom: str) -> str | None:
        """Première valeur ; None si la propriété manque."""
        return next(iter(self.proprietes.get((espace, nom), ())), None)

    @property
    def declaration(self) -> str:
        """« 1B » pour PDF/A-1b ; vide si rien n'est déclaré."""
        return f"{self.une(PDFA, 'part') or ''}{(self.une(PDFA, 'conformance') or '').upper()}"


def lire_xmp(octets: bytes) -> Xmp:
    """Lit un paquet XMP ; lève `XmpIllisible`."""
    if len(octets) > TAILLE_MAX:
        raise XmpIllisible(f"métadonnées de plus de {TAILLE_MAX} octets")
    octets = _en_utf8(octets)
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        refuser_dtd(octets)
        racine = etree.fromstring(octets, analyseur)
    except (ErreurXml, etree.XMLSyntaxError, ValueError) as erreur:
        raise XmpIllisible(f"XMP mal formé : {erreur}") from erreur
    proprietes: dict[tuple[str, str], tuple[str, ...]] = {}
    for description in racine.iter(f"{{{RDF}}}Description"):
        parent = description.getparent()
        if parent is not None and parent.tag != f"{{{RDF}}}RDF":
            continue
        for nom, valeur in description.attrib.items():
            _ajouter(proprietes, str(nom), (str(valeur),))
        for element in enfants(description):
            _ajouter(proprietes, str(element.tag), _valeurs(element))
    return Xmp(proprietes, _instruction(racine), _schemas_decrits(racine), racine)


def _en_utf8(octets: bytes) -> bytes:
    """Le paquet en UTF-8 : XMP s'écrit aussi en UTF-16 ou en UTF-32, que disent les premiers octets."""
    for codage, debuts in _CODAGES.items():
        if octets.startswith(debuts):
            try:
                return octets.decode(codage).strip("\ufeff\0\r\n\t ").encode()
            except UnicodeDecodeError as erreur:
                raise XmpIllisible(f"métadonnées qui ne sont pas de l'{codage.upper()}") from erreur
    return octets.removeprefix(b"\xef\xbb\xbf").strip(b"\0\r\n\t ")


def _schemas_decrits(racine: etree._Element) -> dict[str, frozenset[str]]:
    """Les schémas d'extension : leur espace de noms, et les propriétés qu'ils décrivent."""
    decrits: dict[str, frozenset[str]] = {}
    for element in racine.iter(f"{{{_SCHEMA}}}namespaceURI"):
        porteur = element.getparent()
        noms = () if porteur is None else tuple(porteur.iter(f"{{{_PROPRIETE}}}name"))
        espace = _texte(element)
        decrits[espace] = decrits.get(espace, frozenset()) | {_texte(nom) for nom in noms}
    return decrits


def _ajouter(proprietes: dict[tuple[str, str], tuple[str, ...]], nom: str, valeurs: tuple[str, ...]) -> None:
    qualifie = etree.QName(nom)
    cle = (qualifie.namespace or "", qualifie.localname)
    proprietes[cle] = (*proprietes.get(cle, ()), *valeurs)


def _valeurs(element: etree._Element) -> tuple[str, ...]:
    """Texte, éléments d'une liste (Seq, Bag), ou variantes de langue (Alt) dont celle par défaut vient d'abord."""
    liste = element.find(f"{{{RDF}}}Seq")
    liste = element.find(f"{{{RDF}}}Bag") if liste is None else liste
    if liste is not None:
        return tuple(_texte(li) for li in liste.findall(f"{{{RDF}}}li"))
    variantes = element.find(f"{{{RDF}}}Alt")
    if variantes is None:
        return (_texte(element),)
    langue = "{http://www.w3.org/XML/1998/namespace}lang"
    lues = sorted(variantes.findall(f"{{{RDF}}}li"), key=lambda li: li.get(langue, "x-default") != "x-default")
    return tuple(_texte(li) for li in lues)


def _texte(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()


def _instruction(racine: etree._Element) -> str:
    precedent = racine.getprevious()
    while precedent is not None:
        if isinstance(precedent, etree._ProcessingInstruction) and precedent.target == "xpacket":
            return precedent.text or ""
        precedent = precedent.getprevious()
    return ""
