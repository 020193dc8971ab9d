"""PDF/A-1, articles 6.5, 6.6 et 6.9 : annotations, actions, formulaires."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.objets import entree, nom_de

_GENRES = frozenset(
    {
        "Text", "Link", "FreeText", "Line", "Square", "Circle", "Highlight", "Underline", "Squiggly",
        "StrikeOut", "Stamp", "Ink", "Popup", "Widget", "PrinterMark", "TrapNet",
    }
)  # fmt: skip
_ACTIONS = frozenset({"GoTo", "GoToR", "Thread", "URI", "Named", "SubmitForm"})
_NOMMEES = frozenset({"NextPage", "PrevPage", "FirstPage", "LastPage"})
_ANCETRES_MAX = 50
_IMPRIMER, _INVISIBLE, _CACHEE, _SANS_VUE = 4, 1, 2, 32


def _annotations(document: DocumentA1) -> Iterator[tuple[str, pikepdf.Object]]:
    for rang, page in enumerate(document.pdf.pages, 1):
        liste = entree(page.obj, "/Annots")
        for annotation in list(liste) if isinstance(liste, pikepdf.Array) else []:
            if isinstance(annotation, pikepdf.Dictionary):
                yield f"page {rang}", annotation


def apparences(document: DocumentA1) -> list[str]:
    """6.5 : genre permis, imprimable, ni cachée ni transparente, apparence normale seulement."""
    fautes = []
    for page, annotation in _annotations(document):
        genre = nom_de(entree(annotation, "/Subtype"))
        ou = f"{page}, {genre or 'annotation sans genre'}"
        if genre not in _GENRES:
            fautes.append(f"{ou} : genre interdit")
        drapeaux = entree(annotation, "/F")
        valeur = drapeaux if isinstance(drapeaux, int) else 0
        if not valeur & _IMPRIMER or valeur & (_INVISIBLE | _CACHEE | _SANS_VUE):
            fautes.append(f"{ou} : drapeaux {drapeaux if drapeaux is not None else 'absents'}")
        opacite = entree(annotation, "/CA")
        if opacite is not None and abs(float(opacite) - 1) > 1e-6:  # type: ignore[arg-type]
            fautes.append(f"{ou} : opacité {opacite}")
        aspects = entree(annotation, "/AP")
        if isinstance(aspects, pikepdf.Dictionary) and set(aspects.keys()) != {"/N"}:
            fautes.append(f"{ou} : apparences {', '.join(sorted(aspects.keys())) or 'vides'}")
        fautes += _apparence_du_champ(annotation, ou) if genre == "Widget" else []
    return fautes


def _apparence_du_champ(annotation: pikepdf.Object, ou: str) -> list[str]:
    """6.5.3 : un bouton a une apparence par état ; tout autre champ n'en a qu'une."""
    normale, champ = entree(entree(annotation, "/AP"), "/N"), nom_de(_herite(annotation, "/FT"))
    if normale is None or not champ:
        return []
    par_etat = isinstance(normale, pikepdf.Dictionary)
    if champ == "Btn":
        return [] if par_etat else [f"{ou} : bouton sans apparence par état"]
    return [f"{ou} : champ {champ} avec une apparence par état"] if par_etat else []


def _herite(champ: object, cle: str) -> object:
    """La valeur d'une clé du champ, ou de celui dont il hérite."""
    for _ in range(_ANCETRES_MAX):
        valeur = entree(champ, cle)
        if valeur is not None or champ is None:
            return valeur
        champ = entree(champ, "/Parent")
    return None


def actions(document: DocumentA1) -> list[str]:
    """6.6 : genres d'actions permis ; pas d'action automatique du catalogue ni des champs."""
    fautes = []
    for objet in document.objets:
        for cle in ("/A", "/OpenAction", "/Next"):
            fautes += [f"objet {objet.numero} : action {genre}" for genre in _interdites(entree(objet.valeur, cle))]
        if entree(objet.valeur, "/JS") is not None and nom_de(entree(objet.valeur, "/S")) == "JavaScript":
            fautes.append(f"objet {objet.numero} : JavaScript")
    if entree(document.pdf.Root, "/AA") is not None:
        fautes.append("catalogue : actions automatiques")
    for page, annotation in _annotations(document):
        if nom_de(entree(annotation, "/Subtype")) == "Widget":
            fautes += [f"{page}, champ : {cle[1:]}" for cle in ("/A", "/AA") if entree(annotation, cle) is not None]
    return list(dict.fromkeys(fautes))


def _interdites(action: object) -> list[str]:
    liste = list(action) if isinstance(action, pikepdf.Array) else [action]
    fautes = []
    for une in liste:
        genre = nom_de(entree(une, "/S")) if entree(une, "/O") is None else ""
        if genre == "Named" and nom_de(entree(une, "/N")) not in _NOMMEES:
            fautes.append(f"Named {nom_de(entree(une, '/N'))}")
        elif genre and genre not in _ACTIONS:
            fautes.append(genre)
    return fautes


def formulaires(document: DocumentA1) -> list[str]:
    """6.9 : NeedAppearances absent ou faux, apparence de chaque champ."""
    formulaire = entree(document.pdf.Root, "/AcroForm")
    fautes = ["NeedAppearances"] if entree(formulaire, "/NeedAppearances") is True else []
    return fautes + [
        f"{page} : champ sans apparence"
        for page, annotation in _annotations(document)
        if nom_de(entree(annotation, "/Subtype")) == "Widget" and entree(annotation, "/AP") is None
    ]
