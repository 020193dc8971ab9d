"""Le catalogue de la matière entrante : un nom, une note, une fabrique."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from simulators.mssante.courriels.composition import Courriel, Envoi

Fabrique = Callable[[Envoi], Courriel]


@dataclass(frozen=True)
class Matiere:
    """Une sorte de courriel entrant. `conforme` : un logiciel doit l'accepter sans réserve."""

    nom: str
    note: str
    conforme: bool
    fabrique: Fabrique


MATIERES: dict[str, Matiere] = {}


def matiere(nom: str, note: str, *, conforme: bool = True) -> Callable[[Fabrique], Fabrique]:
    """Inscrit une fabrique sous ce nom."""

    def inscrire(fabrique: Fabrique) -> Fabrique:
        if nom in MATIERES:
            raise ValueError(f"la matière {nom!r} est déjà inscrite")
        MATIERES[nom] = Matiere(nom, note, conforme, fabrique)
        return fabrique

    return inscrire


def composer(nom: str, envoi: Envoi) -> Courriel:
    """Le courriel de ce nom ; KeyError, avec les noms connus, s'il n'existe pas."""
    if nom not in MATIERES:
        raise KeyError(f"matière entrante {nom!r} inconnue (connues : {', '.join(sorted(MATIERES))})")
    trouvee = MATIERES[nom]
    return replace(trouvee.fabrique(envoi), nom=nom, note=trouvee.note, conforme=trouvee.conforme)
