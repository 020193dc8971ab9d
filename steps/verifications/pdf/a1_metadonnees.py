"""PDF/A-1, articles 6.7 : le flux XMP et son accord avec le dictionnaire d'information."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pikepdf
from lxml import etree

from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.a1_fichier import filtres
from steps.verifications.pdf.objets import entree
from steps.verifications.pdf.xmp import DC, PDF, PDFA, RDF, XMP
from steps.verifications.pdf.xmp_formes import hors_type
from steps.verifications.pdf.xmp_schemas import EXTENSION, PREDEFINIS

_DATE_PDF = re.compile(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(Z|[+-]\d{2})?'?(\d{2})?'?.*", re.S)
_CHAMPS = {
    "/Title": (DC, "title"), "/Author": (DC, "creator"), "/Subject": (DC, "description"),
    "/Keywords": (PDF, "Keywords"),
    "/Creator": (XMP, "CreatorTool"), "/Producer": (PDF, "Producer"),
}  # fmt: skip
_DATES = {"/CreationDate": (XMP, "CreateDate"), "/ModDate": (XMP, "ModifyDate")}
_PREFIXES = {
    PDFA: "pdfaid",
    EXTENSION: "pdfaExtension",
    "http://www.aiim.org/pdfa/ns/schema#": "pdfaSchema",
    "http://www.aiim.org/pdfa/ns/property#": "pdfaProperty",
    "http://www.aiim.org/pdfa/ns/type#": "pdfaType",
    "http://www.aiim.org/pdfa/ns/field#": "pdfaField",
}
_DE_LA_NORME = frozenset({EXTENSION, RDF, "http://www.w3.org/XML/1998/namespace"})


def en_clair(document: DocumentA1) -> list[str]:
    """6.7.2 : le flux de métadonnées du catalogue n'est pas filtré."""
    flux = entree(document.pdf.Root, "/Metadata")
    return [f"filtre {', '.join(noms)}"] if isinstance(flux, pikepdf.Stream) and (noms := filtres(flux)) else []


def concordance(document: DocumentA1) -> list[str]:
    """6.7.3 : chaque entrée du dictionnaire d'information se retrouve dans XMP."""
    information = document.pdf.trailer.get("/Info")
    fautes = []
    for cle, (espace, nom) in _CHAMPS.items():
        valeur = entree(information, cle)
        if valeur is not None and not isinstance(valeur, pikepdf.String):
            fautes.append(f"{cle[1:]} n'est pas une chaîne")
            continue
        if not isinstance(valeur, pikepdf.String) or not (ecrit := str(valeur).strip("\0 \t\r\n")):
            continue
        valeurs = document.xmp.proprietes.get((espace, nom), ())
        if not valeurs or valeurs[0].strip() != ecrit or (cle == "/Author" and len(valeurs) != 1):
            fautes.append(f"{cle[1:]} « {ecrit[:60]} », XMP {nom} « {' ; '.join(valeurs)[:60] or 'absent'} »")
    for cle, (espace, nom) in _DATES.items():
        valeur = entree(information, cle)
        if isinstance(valeur, pikepdf.String) and not _meme_date(str(valeur), document.xmp.une(espace, nom)):
            fautes.append(
                f"{cle[1:]} « {str(valeur)[:40]} », XMP {nom} « {document.xmp.une(espace, nom) or 'absent'} »"
            )
    return fautes


def _meme_date(ecrite: str, xmp: str | None) -> bool:
    """Faux si XMP ne dit rien ou dit un autre instant ; une date illisible n'est pas jugée."""
    if xmp is None:
        return False
    lue = _lire_date(ecrite)
    try:
        autre = datetime.fromisoformat(xmp.strip())
    except ValueError:
        return True
    if lue is None:
        return True
    if lue.tzinfo is None or autre.tzinfo is None:
        ecart = lue.replace(tzinfo=None) - autre.replace(tzinfo=None)
    else:
        ecart = lue.astimezone(UTC) - autre.astimezone(UTC)
    # XMP s'arrête parfois à la minute ou au jour : seule la partie écrite est comparée.
    return abs(ecart) < timedelta(seconds=1 if xmp.count(":") >= 2 else 60 if ":" in xmp else 86400)


def _lire_date(ecrite: str) -> datetime | None:
    lu = _DATE_PDF.fullmatch(ecrite.strip("\0 "))
    if lu is None:
        return None
    annee, mois, jour, heure, minute, seconde = (
        int(v) if v else d for v, d in zip(lu.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)
    )
    fuseau = None
    if lu[7] == "Z":
        fuseau = UTC
    elif lu[7]:
        ecart = timedelta(hours=int(lu[7][1:]), minutes=int(lu[8] or 0))
        fuseau = timezone(-ecart if lu[7][0] == "-" else ecart) if ecart < timedelta(hours=24) else None
    try:
        return datetime(annee, mois, jour, heure, minute, seconde, tzinfo=fuseau)
    except ValueError:
        return None


def paquet(document: DocumentA1) -> list[str]:
    """6.7.5 : l'en-tête du paquet XMP n'a ni bytes ni encoding."""
    return [f"attribut {nom}" for nom in ("bytes", "encoding") if re.search(rf"\b{nom}\s*=", document.xmp.instruction)]


def schemas(document: DocumentA1) -> list[str]:
    """6.7.9 : espaces de noms des propriétés, prédéfinis ou décrits par un schéma d'extension."""
    connus = _DE_LA_NORME | PREDEFINIS.keys() | document.xmp.decrits.keys()
    return sorted({f"schéma {espace}" for espace, _ in document.xmp.proprietes if espace and espace not in connus})


def prefixes(document: DocumentA1) -> list[str]:
    """6.7.8 et 6.7.11 : les espaces de noms de PDF/A s'écrivent sous les préfixes que la norme leur donne."""
    arbre = document.xmp.arbre
    if arbre is None:
        return []
    vus = {(str(uri), prefixe or "") for element in arbre.iter("*") for prefixe, uri in element.nsmap.items()
           if uri in _PREFIXES and _emploie(element, str(uri))}  # fmt: skip
    return [f"{p or 'aucun préfixe'} au lieu de {_PREFIXES[uri]}" for uri, p in sorted(vus) if p != _PREFIXES[uri]]


def _emploie(element: etree._Element, espace: str) -> bool:
    noms = [element.tag, *element.attrib]
    return any(etree.QName(str(nom)).namespace == espace for nom in noms)


def proprietes(document: DocumentA1) -> list[str]:
    """6.7.2 : chaque propriété est définie par son schéma, et a le type qu'il veut s'il est prédéfini."""
    return list(dict.fromkeys(hors_type(document.xmp)))
