"""CDA auto-présentable : la feuille de style du laboratoire et le compte rendu N3 dans un seul fichier XML."""

from __future__ import annotations

from lxml import etree

from simulators.logiciel_temoin import documents, presentation
from simulators.logiciel_temoin.base import Document
from simulators.logiciel_temoin.labo import Labo

_DONNEES = "urn:asip-sante:ci-sis"
_INSTRUCTION = 'type="text/xsl" href="{}"'


def produire(labo: Labo, document: Document) -> bytes:
    """Une feuille XSLT qui porte le document : ouverte dans un navigateur, elle s'applique à elle-même."""
    octets = documents.cda_au_niveau(labo, document, "N1" if labo.defaut("auto_presentable_d_un_autre") else "N3")
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
    if labo.defaut("auto_presentable_nu"):
        return octets
    if labo.defaut("auto_presentable_feuille_a_cote"):
        return _ecrire(etree.fromstring(octets, analyseur), "laboratoire.xsl")
    feuille = etree.fromstring(presentation.feuille_du_laboratoire(labo), analyseur)
    donnees = etree.Element(f"{{{_DONNEES}}}Contenu", nsmap={"data": _DONNEES})
    donnees.append(etree.fromstring(octets, analyseur))
    feuille.insert(0, donnees)
    return _ecrire(feuille, None if labo.defaut("auto_presentable_sans_instruction") else "#")


def _ecrire(racine: etree._Element, adresse: str | None) -> bytes:
    if adresse is not None:
        racine.addprevious(etree.ProcessingInstruction("xml-stylesheet", _INSTRUCTION.format(adresse)))
    return etree.tostring(racine.getroottree(), xml_declaration=True, encoding="UTF-8")
