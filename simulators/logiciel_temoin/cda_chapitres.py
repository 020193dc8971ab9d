"""Les chapitres d'un compte rendu : chaque analyse dans sa discipline, les germes en microbiologie."""

from __future__ import annotations

from simulators.logiciel_temoin.base import Analyse, Document
from simulators.logiciel_temoin.cda_lecture import Code

_LOINC = "2.16.840.1.113883.6.1"
BIOCHIMIE = Code("18719-5", _LOINC, "Biochimie")
HEMATOLOGIE = Code("18723-7", _LOINC, "Hématologie")
HEMOSTASE = Code("18720-3", _LOINC, "Hémostase, coagulation")
MICROBIOLOGIE = Code("18725-2", _LOINC, "Microbiologie")
TOUS = (HEMATOLOGIE, HEMOSTASE, BIOCHIMIE, MICROBIOLOGIE)
_DISCIPLINES = {
    "718-7": HEMATOLOGIE,
    "6690-2": HEMATOLOGIE,
    "789-8": HEMATOLOGIE,
    "777-3": HEMATOLOGIE,
    "6301-6": HEMOSTASE,
    "5902-2": HEMOSTASE,
    "51480-2": MICROBIOLOGIE,
}


def de(analyse: Analyse) -> Code:
    """Le chapitre d'une analyse ; biochimie quand le laboratoire ne l'a pas classée."""
    return _DISCIPLINES.get(analyse.code, BIOCHIMIE)


def par_chapitre(document: Document) -> list[tuple[Code, list[tuple[int, Analyse]]]]:
    """(chapitre, ses analyses avec leur rang dans le compte rendu), dans l'ordre des chapitres."""
    rangees = list(enumerate(document.analyses, 1))
    groupes = [(chapitre, [(rang, a) for rang, a in rangees if de(a) == chapitre]) for chapitre in TOUS]
    germes = bool(document.complements.germes)
    return [(chapitre, ses) for chapitre, ses in groupes if ses or (germes and chapitre == MICROBIOLOGIE)]


def principal(document: Document) -> Code:
    """Le chapitre que l'en-tête donne pour l'acte documenté : le premier du compte rendu."""
    chapitres = par_chapitre(document)
    return chapitres[0][0] if chapitres else BIOCHIMIE
