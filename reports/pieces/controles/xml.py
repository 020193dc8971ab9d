"""Un XML bien formé, lu sans entité, sans DTD, sans réseau ; un CDA dit qu'il en est un."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import etree

from reports.pieces.controles.lecture import Lecture
from reports.pieces.refus import Refus, illisible

_CDA = "{urn:hl7-org:v3}ClinicalDocument"


def analyser(octets: bytes, quoi: str = "un XML") -> etree._Element:
    """La racine ; Refus si le XML est mal formé ou porte une DTD (des entités s'y définissent)."""
    analyseur = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        racine = etree.fromstring(octets, analyseur)
    except (etree.XMLSyntaxError, ValueError) as erreur:
        raise illisible(
            quoi + " bien formé",
            f"une erreur de syntaxe : {str(erreur)[:160]}",
            "exportez-le de nouveau sans le modifier",
        ) from erreur
    infos: Any = racine.getroottree().docinfo
    if infos.doctype or infos.internalDTD is not None:
        raise Refus(
            "piege",
            f"{quoi} sans DTD",
            "une déclaration DOCTYPE, par où un document peut en faire lire d'autres",
            "exportez-le sans DOCTYPE",
        )
    return racine


def controler(chemin: Path, *, cda: bool) -> Lecture:
    """Contrôle un XML ; `cda` : sa racine doit être celle d'un document CDA."""
    racine = analyser(chemin.read_bytes())
    nom = etree.QName(racine)
    details: dict[str, object] = {"racine": nom.localname, "espace": nom.namespace or ""}
    est_cda = racine.tag == _CDA
    if cda and not est_cda:
        raise Refus(
            "format",
            "un document CDA (racine ClinicalDocument, espace urn:hl7-org:v3)",
            f"un XML de racine {nom.localname}",
            "déposez le document CDA lui-même, ou l'archive IHE_XDM.ZIP qui le contient",
        )
    if nom.localname.lower() in ("svg", "html"):
        raise Refus(
            "dangereux", "un XML de données", f"une racine {nom.localname}, qui peut porter un script", "joignez un PNG"
        )
    if est_cda:
        titre = racine.findtext("{urn:hl7-org:v3}title")
        details.update(cda=True, titre=(titre or "").strip()[:200])
    return Lecture(details)
