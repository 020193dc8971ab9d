"""Rouvrir le guichet sur une campagne existante : ce qui reste à une personne, sans rejouer aucun scénario."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reports.campagne import Campagne, ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.pieces.porte import PortePieces
from reports.rebatir import rebatir
from reports.resultat import CleScenario
from reports.texte import pluriel
from reports.verrou import Verrou
from requirements.catalogue import Catalogue, charger_de_campagne
from simulators.socle.base import FICHIER
from simulators.socle.identites import IDENTITES_DE_TEST, MATRICULES_PUBLICS_DE_TEST
from simulators.socle.journal import JournalEchanges
from steps.operateur.annonce import duree_lisible
from steps.operateur.guidage import restes
from steps.operateur.guidage_estimation import METHODE, estimer
from steps.operateur.poste import Poste, Prevision
from steps.operateur.tableau import Annonce
from steps.selection import ScenarioRetenu


def guider(dossier: Path, poste: Poste, dire: Callable[[str], object] = print) -> int:
    """Pose ce qui reste, puis rebâtit les rapports ; rend combien de scénarios ont changé.

    ErreurCampagne si le dossier n'a pas de campagne, DossierOccupe si une campagne y écrit encore.
    """
    if not (dossier / FICHIER).is_file():
        raise ErreurCampagne(f"{dossier} : aucun journal ; attendu le dossier d'une campagne")
    with Verrou(dossier, "essai guidé"), JournalEchanges.reprendre(dossier) as journal:
        journal.autoriser_matricules(
            MATRICULES_PUBLICS_DE_TEST | {m for identite in IDENTITES_DE_TEST for m in identite.matricules}
        )
        catalogue = charger_de_campagne(dossier, charger_campagne(dossier, journal).couloir)
        campagne = charger_campagne(dossier, journal, catalogue)
        retenus = _retenus(campagne, catalogue)
        attendus = restes(retenus, campagne.resultats)
        if not attendus:
            dire("Il ne reste rien à demander à une personne : ce qui n'est pas conforme se rejoue par --reprendre.")
            return 0
        porte = PortePieces(dossier, journal, catalogue, campagne.logiciel, campagne.resultats)
        poste.relier(journal, dossier, porte, _seance(campagne))
        try:
            previsions = _previsions([reste.retenu for reste in attendus])
            if not poste.ouvrir(_annonce(campagne, catalogue, dossier, previsions), previsions):
                return 0
            changes = poste.achever(retenus, campagne.resultats)
            rebatir(dossier, journal, catalogue)
            poste.finir(f"Les rapports sont à jour : {dossier / 'rapport.html'}")
        finally:
            poste.fermer()
    dire(f"{pluriel(len(changes), 'scénario a changé', 'scénarios ont changé')} ; rapport : {dossier / 'rapport.html'}")
    return len(changes)


def _retenus(campagne: Campagne, catalogue: Catalogue) -> list[ScenarioRetenu]:
    demandes = {resultat.cle for resultat in campagne.resultats}
    return [
        ScenarioRetenu(exigence, scenario)
        for exigence in catalogue.exigences
        for scenario in exigence.scenarios
        if CleScenario(exigence.rem, exigence.id, scenario.id) in demandes
    ]


def _previsions(retenus: list[ScenarioRetenu]) -> list[Prevision]:
    """Rien ne se rejoue : seuls jugements et pièces comptent."""
    estimation = estimer(retenus, ())
    couples = zip(retenus, estimation.par_scenario, strict=True)
    return [Prevision(retenu, personne=True, duree_s=prevu.duree_s) for retenu, prevu in couples]


def _annonce(campagne: Campagne, catalogue: Catalogue, dossier: Path, previsions: list[Prevision]) -> Annonce:
    couloir = catalogue.couloir
    return Annonce(
        titre=f"couloir {couloir.titre} ({couloir.rem}), ce qui reste à une personne",
        logiciel=" ".join(partie for partie in (campagne.logiciel.nom, campagne.logiciel.version) if partie),
        dossier=str(dossier),
        demonstration=campagne.demonstration,
        scenarios=len(previsions),
        personnes=len(previsions),
        duree=f"environ {duree_lisible(sum(prevision.duree_s for prevision in previsions))}",
        detail=f"Aucun scénario n'est rejoué. Durée comptée ainsi : {METHODE}.",
    )


def _seance(campagne: Campagne) -> dict[str, object]:
    """L'en-tête des réponses : rien n'est joué, aucune graine ne compte."""
    return {
        "graine": "",
        "couloir": campagne.couloir,
        "logiciel": {"nom": campagne.logiciel.nom, "version": campagne.logiciel.version},
        "demonstration": campagne.demonstration,
        "banc": campagne.produit_banc,
    }
