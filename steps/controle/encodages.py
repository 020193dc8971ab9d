"""Début d'un fichier rendu en texte, quel que soit son encodage ; ne lève jamais."""

from __future__ import annotations

import codecs

_MARQUES = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encodage_apparent(octets: bytes) -> tuple[str, int]:
    """Encodage que montrent les premiers octets, et taille de la marque d'ordre ; UTF-8 à défaut."""
    for marque, nom in _MARQUES:
        if octets.startswith(marque):
            return nom, len(marque)
    tete = octets[:4]
    if len(tete) >= 2 and tete[0] and not tete[1]:
        return ("utf-32-le" if len(tete) == 4 and not tete[2] and not tete[3] else "utf-16-le"), 0
    if len(tete) >= 2 and not tete[0]:
        return ("utf-16-be" if tete[1] else "utf-32-be"), 0
    return "utf-8", 0


def debut_decode(octets: bytes, limite: int) -> str:
    """Les `limite` premiers octets en texte, sans marque d'ordre ; ISO-8859-1 si l'UTF-8 est faux."""
    encodage, saut = encodage_apparent(octets)
    debut = octets[saut : saut + limite]
    if encodage != "utf-8":
        return debut.decode(encodage, "replace")
    decodeur = codecs.getincrementaldecoder("utf-8")()
    try:
        return decodeur.decode(debut, False)
    except UnicodeDecodeError:
        return debut.decode("iso-8859-1")
