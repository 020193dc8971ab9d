"""Plusieurs défauts dans un même tour, quand chacun s'y voit par ses propres règles.

Un défaut ne se joue pas seul à chaque fois : ceux que les mêmes scénarios montrent, par des règles différentes,
s'activent ensemble, et le tour doit donner l'union de leurs lignes. S'il donne autre chose, chacun est rejoué seul :
le groupe fait gagner du temps, il ne condamne ni n'absout. Un défaut que son groupe cache passe au lot suivant, où il
se joue avec d'autres cachés ; au dernier, seul. Ce qu'il ne voit pas : un défaut qui enfreindrait en plus
une règle qu'un autre du groupe enfreint déjà. `BANC_SONS_DEFAUTS=seuls` joue chaque défaut seul.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from tests.defauts.table import Resultat

ENSEMBLE = 6
"""Défauts d'un groupe, au plus."""
DERNIER_LOT = 3
"""Celui des défauts qui se jouent seuls."""
_LIEN = "+"


def grouper(table: Mapping[str, Resultat]) -> dict[str, str]:
    """Défaut → nom du groupe qui le joue ; un défaut sans compagnon est son propre groupe."""
    groupes: list[list[str]] = []
    for nom in sorted(table, key=lambda nom: (-len(table[nom].temoins), nom)):
        accueil = next((groupe for groupe in groupes if _admet(table, groupe, nom)), None)
        if accueil is None:
            groupes.append([nom])
        else:
            accueil.append(nom)
    return {nom: nommer(groupe) for groupe in groupes for nom in groupe}


def nommer(noms: Iterable[str]) -> str:
    """Le nom d'un groupe dit ses défauts."""
    return _LIEN.join(noms)


def membres(groupe: str) -> list[str]:
    """Les défauts d'un groupe ; aucun pour le tour sans défaut."""
    return groupe.split(_LIEN) if groupe else []


def attendu(table: Mapping[str, Resultat], groupe: str, joues: Container[str]) -> Resultat:
    """L'union des lignes ; un scénario que l'un rend non conforme n'est plus à vérifier pour l'autre."""
    lignes = [table[nom].parmi(joues) for nom in membres(groupe)]
    scenarios = {numero for ligne in lignes for numero in ligne.scenarios}
    return Resultat(
        tuple(scenarios),
        tuple({code for ligne in lignes for code in ligne.regles}),
        tuple({numero for ligne in lignes for numero in ligne.non_concluants}),
        tuple({numero for ligne in lignes for numero in ligne.a_verifier_en_plus} - scenarios),
    )


def _admet(table: Mapping[str, Resultat], groupe: list[str], nom: str) -> bool:
    """Vrai si les scénarios du groupe montrent aussi ce défaut, et par d'autres règles que les siennes."""
    premier, ligne = table[groupe[0]], table[nom]
    return (
        len(groupe) < ENSEMBLE
        and premier.lot == ligne.lot < DERNIER_LOT
        and not any(r.non_concluants for r in (premier, ligne))
        and set(ligne.temoins) <= set(premier.temoins)
        and all(set(ligne.regles).isdisjoint(table[autre].regles) for autre in groupe)
    )
