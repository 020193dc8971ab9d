"""PDF/A-1a, article 6.8 : le balisage. Rien n'en est demandé à un PDF/A-1b."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pikepdf

from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.objets import entree, nom_de

_LANGUE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z]{1,8})*")
_STANDARD = frozenset(
    {
        "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct",
        "Private", "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD",
        "THead", "TBody", "TFoot", "Span", "Quote", "Note", "Reference", "BibEntry", "Code", "Link", "Annot", "Ruby",
        "RB", "RT", "RP", "Warichu", "WT", "WP", "Figure", "Formula", "Form",
    }
)  # fmt: skip


def balisage(document: DocumentA1) -> list[str]:
    """6.8.2 et 6.8.3 : MarkInfo, StructTreeRoot, genres de structure de la norme ou rapportés à l'un d'eux."""
    if document.niveau != "A":
        return []
    racine = entree(document.pdf.Root, "/StructTreeRoot")
    fautes = [] if entree(entree(document.pdf.Root, "/MarkInfo"), "/Marked") is True else ["MarkInfo/Marked absent"]
    if racine is None:
        return [*fautes, "StructTreeRoot absent"]
    roles = entree(racine, "/RoleMap")
    genres = dict.fromkeys(nom_de(entree(element, "/S")) for element in _elements(document))
    return fautes + [faute for genre in genres if genre and (faute := _sans_role(genre, roles))]


def langues(document: DocumentA1) -> list[str]:
    """6.8.4 : une langue annoncée (document, structure, contenu) est une étiquette de langue."""
    if document.niveau != "A":
        return []
    porteurs = [("catalogue", document.pdf.Root), *(("structure", element) for element in _elements(document))]
    dites = ((ou, entree(porteur, "/Lang")) for ou, porteur in porteurs)
    return list(dict.fromkeys(
        f"{ou} : « {str(langue)[:20]} »"
        for ou, langue in dites
        if isinstance(langue, pikepdf.String) and str(langue) and _LANGUE.fullmatch(str(langue)) is None
    ))  # fmt: skip


def _elements(document: DocumentA1) -> Iterator[pikepdf.Object]:
    """Les éléments de structure : dictionnaires qui ont un genre et un parent dans l'arbre."""
    for objet in document.objets:
        valeur = objet.valeur
        if isinstance(valeur, pikepdf.Dictionary) and entree(valeur, "/P") is not None and nom_de(entree(valeur, "/S")):
            yield valeur


def _sans_role(genre: str, roles: object) -> str:
    """Pourquoi ce genre n'en vaut aucun de la norme ; vide s'il en vaut un."""
    vus = [genre]
    while vus[-1] not in _STANDARD:
        suivant = nom_de(entree(roles, f"/{vus[-1]}"))
        if not suivant:
            return f"genre « {genre} » sans rôle de la norme"
        if suivant in vus:
            return f"rôles en boucle : {' → '.join([*vus, suivant])}"
        vus.append(suivant)
    return ""
