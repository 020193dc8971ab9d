"""Examen d'un PDF : le fichier, PDF/A-1, le datamatrix INS, le nom s'il est connu."""

from __future__ import annotations

from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.flux.identite import IdentiteUsager
from steps.verifications.datamatrix import datamatrix_coherent
from steps.verifications.datamatrix.verification import PAGES_FINES, PAGES_MAX
from steps.verifications.pdf import verifier_pdf
from steps.verifications.pdf.nommage import nom_de_fichier
from steps.verifications.pdf.regles_fichier import PAGES


def examiner_pdf(
    octets: bytes, contexte: ContexteControle, *, identite: IdentiteUsager | None = None, pdfa: str = "a_regarder"
) -> Examen:
    """Examine un PDF. `identite` : celle du document dont il est la copie, à laquelle comparer son datamatrix.

    `pdfa` : ce que vaut un PDF qui ne se déclare pas PDF/A-1 (voir `verifier_pdf`).
    """
    constats = verifier_pdf(octets, pdfa=pdfa)
    perimetre = ["joué : structure du fichier, protection, contenu actif, PDF/A-1 s'il est déclaré"]
    if constats[-1].code == PAGES.code and constats[-1].recu:
        constats += datamatrix_coherent(octets, identite)
        accord = "comparé à l'INS du document" if identite else "sans identité à laquelle le comparer"
        perimetre.append(
            f"joué : datamatrix INS des {PAGES_MAX} premières pages (petits symboles : {PAGES_FINES}), {accord}"
        )
    else:
        perimetre.append("non joué : datamatrix INS (le PDF ne s'ouvre pas)")
    if contexte.nom:
        constats.append(nom_de_fichier(contexte.nom))
    return Examen(TypeFichier.PDF, tuple(constats), tuple(perimetre))
