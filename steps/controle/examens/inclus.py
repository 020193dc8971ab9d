"""Les documents que porte un message : chacun est examiné par l'examinateur de son type."""

from __future__ import annotations

import re
from collections.abc import Iterable

from steps.controle import incidents
from steps.controle.jugement import examiner
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.controle.reconnaissance import reconnaitre

DOCUMENTS = frozenset({TypeFichier.CDA_N1, TypeFichier.CDA_N3, TypeFichier.PDF})


def examiner_document(octets: bytes, contexte: ContexteControle) -> Examen:
    """Examine un document porté par un message : un CDA ou un PDF ; tout autre contenu est *non concluant*."""
    reconnu = reconnaitre(octets)
    if reconnu.type not in DOCUMENTS:
        return incidents.type_inconnu(reconnu.vu)
    return examiner(octets, contexte)[0]


def nommer(noms: Iterable[str]) -> list[str]:
    """Noms lisibles et distincts des documents d'un message, dans leur ordre."""
    vus: dict[str, int] = {}
    rendus = []
    for nom in noms:
        propre = re.sub(r"[^\w.@+-]", "_", nom)[:100] or "document"
        vus[propre] = vus.get(propre, 0) + 1
        rendus.append(propre if vus[propre] == 1 else f"{propre}-{vus[propre]}")
    return rendus
