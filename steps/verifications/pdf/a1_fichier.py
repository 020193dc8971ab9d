"""PDF/A-1, articles 6.1 : ce qui tient au fichier."""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.a1_limites import NOM_MAX, hors_limite
from steps.verifications.pdf.objets import entree, nom_de, taille_du_nom

_TABLEAU_MAX, _DICTIONNAIRE_MAX = 8191, 4095
_IMBRICATION_MAX = 28


def en_tete(document: DocumentA1) -> list[str]:
    """6.1.2 : en-tête au premier octet, puis un commentaire d'au moins quatre octets au-delà de 127."""
    fautes = [] if document.squelette.debut == 0 else [f"{document.squelette.debut} octet(s) avant %PDF-"]
    suite = document.octets[max(document.squelette.debut, 0) + 8 :][:64].lstrip(b"\r\n \t")
    if not (suite.startswith(b"%") and len(suite) >= 5 and all(octet > 127 for octet in suite[1:5])):
        fautes.append("pas de commentaire binaire après l'en-tête")
    return fautes


def fin(document: DocumentA1) -> list[str]:
    """6.1.3 : identifiant du fichier, rien après %%EOF qu'une fin de ligne."""
    identifiant = document.pdf.trailer.get("/ID")
    fautes = [] if isinstance(identifiant, pikepdf.Array) and len(identifiant) == 2 else ["pas d'ID dans le trailer"]
    if document.squelette.apres_fin not in (b"", b"\r", b"\n", b"\r\n"):
        fautes.append(f"{len(document.squelette.apres_fin)} octet(s) après %%EOF")
    return fautes


def references(document: DocumentA1) -> list[str]:
    """6.1.4 : tables classiques seulement, leurs sections écrites à la lettre."""
    flux = document.squelette.flux
    return ([f"{flux} flux de références croisées"] if flux else []) + document.squelette.ecriture


def flux_externes(document: DocumentA1) -> list[str]:
    """6.1.7 : ni F, ni FFilter, ni FDecodeParms dans un flux."""
    return [
        f"objet {numero} : {cle}"
        for numero, flux in flux_de(document.pdf)
        for cle in ("/F", "/FFilter", "/FDecodeParms")
        if entree(flux, cle) is not None
    ]


def lzw(document: DocumentA1) -> list[str]:
    """6.1.10 : aucun filtre LZW, images en ligne comprises."""
    fautes = [f"objet {numero}" for numero, flux in flux_de(document.pdf) if "LZWDecode" in filtres(flux)]
    en_ligne = document.usages.lzw_en_ligne
    return fautes + ([f"{en_ligne} image(s) en ligne"] if en_ligne else [])


def fichiers(document: DocumentA1) -> list[str]:
    """6.1.11 : ni EF, ni EmbeddedFiles."""
    fautes = [f"objet {o.numero} : EF" for o in document.objets if entree(o.valeur, "/EF") is not None]
    if entree(entree(document.pdf.Root, "/Names"), "/EmbeddedFiles") is not None:
        fautes.append("catalogue : EmbeddedFiles")
    return fautes


def limites(document: DocumentA1) -> list[str]:
    """6.1.12 : nombres, chaînes, noms, tableaux, dictionnaires, imbrication de q."""
    fautes = []
    for objet in document.objets:
        valeur, ou = objet.valeur, f"objet {objet.numero}"
        if isinstance(valeur, pikepdf.Array):
            fautes += [f"{ou} : tableau de {len(valeur)}"] if len(valeur) > _TABLEAU_MAX else []
            enfants = list(valeur)
        elif isinstance(valeur, (pikepdf.Dictionary, pikepdf.Stream)):
            elements = list((valeur.stream_dict if isinstance(valeur, pikepdf.Stream) else valeur).items())
            fautes += [f"{ou} : dictionnaire de {len(elements)}"] if len(elements) > _DICTIONNAIRE_MAX else []
            fautes += [f"{ou} : nom de {len(cle)} octets" for cle, _ in elements if taille_du_nom(cle) > NOM_MAX]
            enfants = [enfant for _, enfant in elements]
        else:
            enfants = []
        for enfant in enfants:
            ecart = hors_limite(enfant)
            fautes += [f"{ou} : {ecart}"] if ecart else []
    fautes += document.usages.hors_limites
    if document.usages.imbrication > _IMBRICATION_MAX:
        fautes.append(f"q imbriqué {document.usages.imbrication} fois")
    return fautes


def calques(document: DocumentA1) -> list[str]:
    """6.1.13 : pas d'OCProperties."""
    return ["catalogue : OCProperties"] if entree(document.pdf.Root, "/OCProperties") is not None else []


def flux_de(pdf: pikepdf.Pdf) -> Iterator[tuple[int, pikepdf.Object]]:
    """Tous les flux du fichier : (numéro d'objet, flux)."""
    return ((o.objgen[0], o) for o in pdf.objects if isinstance(o, pikepdf.Stream))


def filtres(flux: pikepdf.Object) -> list[str]:
    """Noms des filtres d'un flux."""
    valeur = entree(flux, "/Filter")
    if isinstance(valeur, pikepdf.Array):
        return [nom_de(filtre) for filtre in valeur]
    return [nom_de(valeur)] if valeur is not None else []
