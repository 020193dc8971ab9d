"""Les lieux des constats : les comparer, pour ne pas dire deux fois la même chose, et leur donner une ligne."""

from __future__ import annotations

import re

from lxml import etree

_LIGNE = re.compile(r"\s*\(ligne \d+\)")
_RANG = re.compile(r"\[[^\]]*\]")


def lieu(ou: str) -> str:
    """Chemin sans ligne, rang, prédicat, attribut ni barre de tête : `ClinicalDocument/author/time`."""
    return _RANG.sub("", _LIGNE.sub("", ou)).split("/@")[0].strip("/ ")


def avec_ligne(ou: str, document: etree._Element) -> str:
    """Le lieu, avec la ligne de l'élément, ou de son plus proche ancêtre, que ce chemin désigne seul.

    Inchangé s'il a déjà une ligne, ou s'il n'est pas un chemin depuis `ClinicalDocument`.
    """
    pas = lieu(ou).split("/")
    if pas[0] != "ClinicalDocument" or _LIGNE.search(ou):
        return ou
    for longueur in range(len(pas), 1, -1):
        trouves = document.findall("/".join(f"{{urn:hl7-org:v3}}{nom}" for nom in pas[1:longueur]))
        if trouves:
            return f"{ou} (ligne {trouves[0].sourceline})" if len(trouves) == 1 else ou
    return f"{ou} (ligne {document.sourceline})"
