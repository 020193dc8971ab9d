"""PDF/A-1, articles 6.2 et 6.4 : couleurs, images, transparence."""

from __future__ import annotations

import pikepdf

from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.objets import entree, nom_de

_INTENTIONS = frozenset({"RelativeColorimetric", "AbsoluteColorimetric", "Perceptual", "Saturation"})
_ESPACES_ICC = {b"RGB ": "RGB", b"CMYK": "CMYK", b"GRAY": "Gray"}


def _profils(document: DocumentA1) -> list[tuple[object, pikepdf.Object]]:
    """Profils des intentions GTS_PDFA1 : (clé d'objet, flux)."""
    intentions = entree(document.pdf.Root, "/OutputIntents")
    trouves: list[tuple[object, pikepdf.Object]] = []
    for intention in list(intentions) if isinstance(intentions, pikepdf.Array) else []:
        profil = entree(intention, "/DestOutputProfile")
        if nom_de(entree(intention, "/S")) == "GTS_PDFA1" and isinstance(profil, pikepdf.Stream):
            trouves.append((profil.objgen if profil.is_indirect else id(profil), profil))
    return trouves


def _en_tete_icc(profil: pikepdf.Object) -> bytes:
    try:
        return profil.read_bytes()[:128]
    except pikepdf.PdfError:
        return b""


def intention(document: DocumentA1) -> list[str]:
    """6.2.2 : profil ICC d'avant la version 3 (ou 4 : refusé), d'écran ou d'imprimante, le même partout."""
    profils = _profils(document)
    fautes = []
    for _, profil in profils:
        icc = _en_tete_icc(profil)
        if len(icc) < 128 or icc[36:40] != b"acsp":
            fautes.append("profil de sortie illisible")
            continue
        if icc[12:16] not in (b"prtr", b"mntr"):
            fautes.append(f"profil de classe {icc[12:16]!r}")
        if icc[16:20] not in _ESPACES_ICC:
            fautes.append(f"profil d'espace {icc[16:20]!r}")
        if icc[8] >= 3:
            fautes.append(f"profil ICC de version {icc[8]}")
    fautes += _sans_profil(document)
    if len({cle for cle, _ in profils}) > 1:
        fautes.append("plusieurs profils de sortie")
    return fautes


def _sans_profil(document: DocumentA1) -> list[str]:
    """Une intention GTS_PDFA1 sans profil nomme une condition de sortie du registre public, jamais « Custom »."""
    liste = entree(document.pdf.Root, "/OutputIntents")
    return [
        "intention sans profil, de condition non enregistrée"
        for une in (list(liste) if isinstance(liste, pikepdf.Array) else [])
        if nom_de(entree(une, "/S")) == "GTS_PDFA1"
        and entree(une, "/DestOutputProfile") is None
        and str(entree(une, "/OutputConditionIdentifier") or "Custom").strip() in ("", "Custom")
    ]


def couleurs(document: DocumentA1) -> list[str]:
    """6.2.3.3 : une couleur de périphérique a le profil de sortie de son espace (n'importe lequel pour le gris)."""
    sortie = {_ESPACES_ICC.get(_en_tete_icc(profil)[16:20], "") for _, profil in _profils(document)}
    return [
        f"Device{nom} ({ou}) sans profil de sortie {'' if nom == 'Gray' else nom}".rstrip()
        for nom, ou in sorted(document.usages.couleurs.items())
        if (nom not in sortie if nom != "Gray" else not sortie)
    ]


def images(document: DocumentA1) -> list[str]:
    """6.2.4 : ni Alternates, ni OPI, ni Interpolate."""
    fautes = []
    for numero, flux in document.usages.xobjets:
        fautes += [f"objet {numero} : {cle[1:]}" for cle in ("/Alternates", "/OPI") if entree(flux, cle) is not None]
        fautes += [f"objet {numero} : Interpolate"] if entree(flux, "/Interpolate") is True else []
    en_ligne = document.usages.interpolations
    return fautes + ([f"{en_ligne} image(s) en ligne interpolées"] if en_ligne else [])


def xobjets(document: DocumentA1) -> list[str]:
    """6.2.5 à 6.2.7 : ni PostScript, ni référence à un autre fichier."""
    fautes = []
    for numero, flux in document.usages.xobjets:
        genre = nom_de(entree(flux, "/Subtype"))
        if genre == "PS" or (genre == "Form" and (nom_de(entree(flux, "/Subtype2")) == "PS" or entree(flux, "/PS"))):
            fautes.append(f"objet {numero} : PostScript")
        if genre == "Form" and entree(flux, "/Ref") is not None:
            fautes.append(f"objet {numero} : référence externe")
    return fautes


def transfert(document: DocumentA1) -> list[str]:
    """6.2.8 : pas de TR ; TR2 seulement par défaut."""
    fautes = []
    for numero, etat in document.usages.etats:
        fautes += [f"objet {numero} : TR"] if entree(etat, "/TR") is not None else []
        tr2 = entree(etat, "/TR2")
        fautes += [f"objet {numero} : TR2"] if tr2 is not None and nom_de(tr2) != "Default" else []
    return fautes


def rendu(document: DocumentA1) -> list[str]:
    """6.2.9 : les quatre intentions de rendu."""
    vues = {(nom_de(entree(etat, "/RI")), f"objet {numero}") for numero, etat in document.usages.etats}
    vues |= {(nom_de(entree(flux, "/Intent")), f"objet {numero}") for numero, flux in document.usages.xobjets
             if nom_de(entree(flux, "/Subtype")) == "Image"}  # fmt: skip
    vues |= {(nom, "opérateur ri") for nom in document.usages.intentions}
    return sorted(f"{ou} : {nom}" for nom, ou in vues if nom and nom not in _INTENTIONS)


def operateurs(document: DocumentA1) -> list[str]:
    """6.2.10 : aucun opérateur inconnu, aucun contenu illisible."""
    return [*(f"opérateur « {nom} »" for nom in sorted(document.usages.inconnus)), *document.usages.illisibles]


def transparence(document: DocumentA1) -> list[str]:
    """6.4 : ni masque progressif, ni groupe, ni mode de fusion, ni opacité."""
    fautes = []
    for numero, flux in document.usages.xobjets:
        if nom_de(entree(flux, "/SMask")) != "None":
            fautes += [f"objet {numero} : SMask"] if entree(flux, "/SMask") is not None else []
    pages = [(f"page {rang}", page.obj) for rang, page in enumerate(document.pdf.pages, 1)]
    for ou, porteur in [*pages, *((f"objet {numero}", objet) for numero, objet in document.usages.xobjets)]:
        if nom_de(entree(entree(porteur, "/Group"), "/S")) == "Transparency":
            fautes.append(f"{ou} : groupe de transparence")
    for numero, etat in document.usages.etats:
        if entree(etat, "/SMask") is not None and nom_de(entree(etat, "/SMask")) != "None":
            fautes.append(f"objet {numero} : SMask")
        fusion = entree(etat, "/BM")
        if fusion is not None and nom_de(fusion) not in ("Normal", "Compatible"):
            fautes.append(f"objet {numero} : mode de fusion {nom_de(fusion) or 'multiple'}")
        for cle in ("/CA", "/ca"):
            valeur = entree(etat, cle)
            if valeur is not None and abs(float(valeur) - 1) > 1e-6:  # type: ignore[arg-type]
                fautes.append(f"objet {numero} : opacité {valeur}")
    return fautes
