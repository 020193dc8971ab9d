"""Adaptateur `depot` : des pièces déjà produites, lues dans un dossier, rejoignent leurs preuves pendant la campagne.

Il ne fait rien faire au logiciel : un scénario que nul autre adaptateur ne joue reste *non exécuté* ou *à vérifier*,
avec ses pièces.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.pieces.appariement import Appariement, PieceTrouvee, TableIllisible, apparier
from reports.pieces.lot import BilanDeLot, deposer_lot
from reports.pieces.porte import PortePieces, porte_de
from reports.texte import pluriel
from steps.logiciel.protocole import AdaptateurInjoignable, Apropos, AproposInconnu, ReponseAction
from steps.logiciel.types_adaptateur import DescriptionAdaptateur, TypeAdaptateur

if TYPE_CHECKING:
    from reports.resultat import ResultatScenario
    from simulators.socle.journal import JournalEchanges
    from steps.logiciel.contexte import ContexteAdaptateur


class AdaptateurDepot:
    """Dépose, à la fin de chaque scénario, les pièces que le dossier porte pour ses preuves.

    `trouvees` : l'appariement, fait une fois au départ ; un fichier qui ne correspond à rien est signalé, jamais perdu.
    """

    def __init__(self, porte: PortePieces, trouvees: Appariement, journal: JournalEchanges, *, par: str) -> None:
        self._porte = porte
        self._journal = journal
        self._par = par
        self._orphelins = dict(trouvees.orphelins)
        self._par_preuve: dict[str, list[PieceTrouvee]] = defaultdict(list)
        for piece in trouvees.pieces:
            self._par_preuve[piece.preuve].append(piece)
        self._bilan = BilanDeLot()

    @classmethod
    def ouvrir(
        cls, porte: PortePieces, journal: JournalEchanges, dossier: Path, table: Path | None = None, *, par: str
    ) -> AdaptateurDepot:
        """Lit le dossier et la table ; AdaptateurInjoignable s'ils ne se lisent pas."""
        if not dossier.is_dir():
            raise AdaptateurInjoignable(
                f"adaptateur depot : {dossier} n'est pas un dossier ; attendu celui des pièces déjà produites"
            )
        try:
            trouvees = apparier(dossier, porte.catalogue.preuves, table)
        except (TableIllisible, OSError) as erreur:
            raise AdaptateurInjoignable(f"adaptateur depot : {erreur}") from erreur
        return cls(porte, trouvees, journal, par=par)

    def apropos(self) -> Apropos:
        """Un dossier ne sait rien du logiciel."""
        raise AproposInconnu("un dossier de pièces ne sait pas demander au logiciel son nom et sa version")

    def actions(self) -> frozenset[str]:
        """Aucune."""
        return frozenset()

    def jouer(self, action: str, utilisateur: str, parametres: Mapping[str, Any]) -> ReponseAction:
        """Rien n'est joué."""
        return ReponseAction("non_gere", (f"un dossier de pièces ne joue pas l'action {action}",))

    def apporter(self, resultat: ResultatScenario) -> None:
        """Dépose les pièces de ce scénario ; un refus est noté au journal, et la preuve reste à apporter."""
        self._porte.connaitre([resultat])
        pieces = [p for preuve in resultat.preuves for p in self._par_preuve.pop(preuve.designation, ())]
        if not pieces:
            return
        fait = deposer_lot(self._porte, pieces, par=self._par)
        self._bilan.rangees += fait.rangees
        self._bilan.refusees += fait.refusees
        for refus in fait.refusees:
            message = f"pièce {refus.nom} refusée pour la preuve {refus.preuve} : {refus.message}"
            self._journal.ajouter("incident", {"nature": "piece_refusee", "message": message})

    def bilan_des_apports(self) -> tuple[str, ...]:
        """Ce que la personne doit savoir de son dossier : déposées, refusées, sans preuve, hors de cette campagne."""
        neuves = sum(not rangee.deja for rangee in self._bilan.rangees)
        lignes = [f"Dossier de pièces : {pluriel(neuves, 'pièce déposée', 'pièces déposées')}"]
        lignes += [f"  ✗ {refus.nom} ({refus.preuve}) : {refus.message}" for refus in self._bilan.refusees]
        lignes += [f"  ? {chemin} : {raison}" for chemin, raison in self._orphelins.items()]
        inconnues = {preuve for preuve in self._par_preuve if not self._porte.connait(preuve)}
        lignes += [f"  ? N° de preuve inconnu du REM, dans la table : {preuve}" for preuve in sorted(inconnues)]
        hors = sum(len(pieces) for preuve, pieces in self._par_preuve.items() if preuve not in inconnues)
        if hors:
            lignes.append(f"  {pluriel(hors, 'pièce')} pour des scénarios que cette campagne n'a pas joués")
        return tuple(lignes)

    def fermer(self) -> None:
        """Rien à rendre."""


def _fabriquer(description: DescriptionAdaptateur, contexte: ContexteAdaptateur) -> AdaptateurDepot:
    table = description.chemin("table") if description.reglages.get("table") else None
    par = str(description.reglages.get("par") or contexte.logiciel.editeur or f"éditeur de {contexte.logiciel.nom}")
    porte = contexte.porte or porte_de(contexte.dossier, contexte.journal)
    if contexte.logiciel.pieces not in ("", description.nom):
        # Entre plusieurs dépôts, `pieces` désigne celui qui sert.
        return AdaptateurDepot(porte, Appariement(), contexte.journal, par=par)
    return AdaptateurDepot.ouvrir(porte, contexte.journal, description.chemin("dossier"), table, par=par)


TYPE_ADAPTATEUR = TypeAdaptateur(
    nom="depot",
    resume="des pièces déjà produites, lues dans un dossier, sont jointes à leurs preuves ; aucune action n'est jouée",
    cles={
        "dossier": {
            "type": "string",
            "minLength": 1,
            "description": "dossier des pièces, chacune nommée par son N° de preuve (« / » écrit « _ »)",
        },
        "table": {
            "type": "string",
            "default": "",
            "description": "table CSV ou YAML qui dit quelle pièce répond à quelle preuve (colonnes preuve, fichier…)",
        },
        "par": {
            "type": "string",
            "default": "",
            "description": "qui apporte ces pièces ; sans elle, l'éditeur du logiciel",
        },
    },
    fabrique=_fabriquer,
    obligatoires=("dossier",),
    joue=False,
)
