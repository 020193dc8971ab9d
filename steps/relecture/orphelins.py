"""Les jugements d'un scénario joué que son verdict ne cite pas : un manquement pourrait s'y cacher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.resultat import ResultatScenario
from simulators.socle.journal import JournalEchanges
from steps.relecture.modele import Ecart


def jugements_oublies(journal: JournalEchanges, resultats: Sequence[ResultatScenario]) -> Iterable[Ecart]:
    """Un scénario joué jusqu'à son verdict cite tous ses jugements, ou aucun : coupé en route, il a été rejoué."""
    cites = {numero for resultat in resultats for numero in resultat.jugements}
    fenetre: list[int] = []
    for enregistrement in journal.enregistrements():
        if enregistrement.type == "scenario_debut":
            fenetre = []
        elif enregistrement.type == "jugement":
            fenetre.append(enregistrement.numero)
        elif enregistrement.type == "scenario_fin":
            if cites.intersection(fenetre):
                yield from (
                    Ecart(
                        "jugement que le verdict ne cite pas",
                        "tous les jugements du scénario",
                        f"le jugement n° {numero} n'est cité par aucun verdict",
                        f"scénario {enregistrement.scenario}",
                    )
                    for numero in fenetre
                    if numero not in cites
                )
            fenetre = []
