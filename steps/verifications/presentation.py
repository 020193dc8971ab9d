"""Ce qu'un affichage montre d'un CDA : textes du récit, en-tête, résultat d'une feuille de style. Fonctions pures."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree, html

from steps.verifications.cda.lecture import lire_document

NS = {"c": "urn:hl7-org:v3"}
XSL = "http://www.w3.org/1999/XSL/Transform"
TAILLE_MAX = 8 << 20
"""Octets d'affichage ou de feuille de style examinés ; un document de biologie en fait cent fois moins."""
_ANALYSEUR = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_acces: Any = etree.XSLTAccessControl
_SANS_ACCES = _acces(read_file=False, write_file=False, create_dir=False, read_network=False, write_network=False)
_INVISIBLES = ("script", "style", "head", "title", "noscript")


class FeuilleInapplicable(ValueError):
    """La feuille de style ne se lit pas, ou échoue sur ce document ; le message dit pourquoi."""


@dataclass(frozen=True, slots=True)
class Section:
    """Une section d'un CDA N3. `textes` : nœuds de texte de sa partie narrative, espaces réduits, dans l'ordre."""

    titre: str
    code: str
    textes: tuple[str, ...]


def sections(cda: bytes) -> list[Section]:
    """Toutes les sections, les sous-sections à leur place ; liste vide pour un N1."""
    trouvees = []
    for section in lire_document(cda).iterfind(".//c:structuredBody//c:section", NS):
        code = section.find("c:code", NS)
        recit = section.find("c:text", NS)
        textes = [_reduire(str(t)) for t in recit.itertext()] if recit is not None else []
        trouvees.append(
            Section(
                _reduire(section.findtext("c:title", "", NS)),
                code.get("code", "") if code is not None else "",
                tuple(t for t in textes if len(t) > 1),
            )
        )
    return trouvees


def texte_affiche(affichage: str) -> str:
    """Le texte qu'une personne lit : balises, scripts et styles retirés, espaces réduits, casse pliée."""
    if len(affichage) > TAILLE_MAX:
        affichage = affichage[:TAILLE_MAX]
    if "<" in affichage:
        try:
            racine = html.document_fromstring(affichage.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
        except (etree.ParserError, ValueError):
            return _plier(affichage)
        for nom in _INVISIBLES:
            for element in racine.iter(nom):
                element.text = None
                for enfant in list(element):
                    element.remove(enfant)
        affichage = " ".join(str(t) for t in racine.itertext())
    return _plier(affichage)


def montre(affiche: str, attendu: str) -> bool:
    """Vrai si `attendu` se lit dans un texte rendu par `texte_affiche`, aux espaces et à la casse près.

    Les balises coupent des mots (« <b>A</b>lpha ») : la comparaison se refait sans aucune espace.
    """
    voulu = _plier(attendu)
    return voulu in affiche or voulu.replace(" ", "") in affiche.replace(" ", "")


def absents(affiche: str, textes: Sequence[str]) -> list[str]:
    """Ceux de ces textes qui ne se lisent pas."""
    serre = affiche.replace(" ", "")
    return [t for t in textes if _plier(t) not in affiche and _plier(t).replace(" ", "") not in serre]


def appliquer(feuille: bytes, cda: bytes) -> str:
    """Le document rendu par la feuille de style, sans accès au réseau ni aux fichiers ; `FeuilleInapplicable` sinon."""
    if len(feuille) > TAILLE_MAX:
        raise FeuilleInapplicable(f"feuille de style de plus de {TAILLE_MAX >> 20} Mio")
    try:
        arbre = etree.fromstring(feuille, _ANALYSEUR)
    except etree.XMLSyntaxError as erreur:
        raise FeuilleInapplicable(f"XML mal formé ({erreur})") from erreur
    if etree.QName(arbre).namespace != XSL:
        raise FeuilleInapplicable(f"racine {arbre.tag!r}, attendu stylesheet ou transform de XSLT")
    if arbre.get("version", "1.0") == "1.0":
        return _appliquer_1(arbre, cda)
    return _appliquer_saxon(feuille, cda)


def _appliquer_1(arbre: etree._Element, cda: bytes) -> str:
    try:
        transformation = etree.XSLT(arbre, access_control=_SANS_ACCES)
        return str(transformation(etree.fromstring(cda, _ANALYSEUR)))
    except etree.Error as erreur:
        raise FeuilleInapplicable(str(erreur)) from erreur


def _appliquer_saxon(feuille: bytes, cda: bytes) -> str:
    from saxonche import PySaxonApiError, PySaxonProcessor

    try:
        with PySaxonProcessor(license=False) as processeur:
            processeur.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "")
            moteur = processeur.new_xslt30_processor()
            executable = moteur.compile_stylesheet(stylesheet_text=_decoder(feuille))
            noeud = processeur.parse_xml(xml_text=_decoder(cda))
            return str(executable.transform_to_string(xdm_node=noeud) or "")
    except (PySaxonApiError, ValueError) as erreur:
        raise FeuilleInapplicable(str(erreur)) from erreur


def _decoder(octets: bytes) -> str:
    """Le XML en texte, sans sa déclaration d'encodage : l'API de Saxon prend des chaînes."""
    return etree.tostring(etree.fromstring(octets, _ANALYSEUR), encoding="unicode")


def _reduire(texte: str) -> str:
    return " ".join(texte.split())


def _plier(texte: str) -> str:
    return _reduire(unicodedata.normalize("NFKC", texte)).casefold()
