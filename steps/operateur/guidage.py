"""Ce qui reste à une personne une fois la machine passée : juger un scénario, regarder des points, apporter des pièces.

Une personne qui vient d'agir dans le logiciel a encore ses écrans devant elle : le reste de ce scénario lui est demandé
aussitôt. Ce que la machine a joué sans elle, et ce qu'aucune feature ne joue, attend la fin, dans l'ordre du REM : elle
n'est pas rappelée vingt fois pendant que la machine travaille.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from reports.constat import Constat
from reports.pieces.modele import PieceRangee, PieceRefusee
from reports.resultat import EtatPreuve, ResultatScenario
from reports.texte import pluriel
from reports.verdict import Verdict
from simulators.socle.journal import JournalEchanges
from steps.declarations import (
    MARQUE_REJOUE,
    DeclarationRefusee,
    IssueDeclaree,
    declarer,
    jugeable,
    points_a_regarder,
    preparer,
    revient_a_une_personne,
    sans_declaration,
)
from steps.operateur.adaptateur import Demandeur
from steps.operateur.consigne import Consigne, Genre, Issue, PieceDemandee, Reponse
from steps.operateur.recueil import pieces_demandees
from steps.selection import ScenarioRetenu

_A_APPORTER = frozenset({EtatPreuve.A_APPORTER, EtatPreuve.MANQUANTE})
_AVEC_PIECES = frozenset({Verdict.CONFORME, Verdict.A_VERIFIER})
_DECLARE: dict[Issue, IssueDeclaree] = {Issue(issue.value): issue for issue in IssueDeclaree}


class Porte(Protocol):
    """Par où entrent les pièces (`reports.pieces.porte.PortePieces`)."""

    def deposer(
        self, preuve: str, source: Path, nom: str, *, par: str, genre: str = "", meta: Mapping[str, str] | None = None
    ) -> PieceRangee | PieceRefusee:
        """Examine, range, note au journal ; un refus n'écrit rien."""
        ...

    def appliquer(self, resultat: ResultatScenario) -> ResultatScenario:
        """Le résultat, ses preuves recalculées d'après les dépôts."""
        ...


@dataclass(frozen=True, slots=True)
class Reste:
    """Un scénario et son dernier résultat."""

    retenu: ScenarioRetenu
    resultat: ResultatScenario


def consigne_restante(retenu: ScenarioRetenu, resultat: ResultatScenario) -> Consigne | None:
    """Ce qu'il faut encore demander à une personne de ce scénario ; None s'il ne lui reste rien.

    Un scénario non conforme, non concluant ou interrompu se rejoue d'abord : ses pièces seraient à refaire.
    """
    declaration = resultat.declaration if resultat.declaration and not resultat.declaration.get("perimee") else None
    manquantes = _manquantes(retenu, resultat)
    if declaration is None and jugeable(resultat):
        return _jugement(retenu, resultat, manquantes)
    if not manquantes or (declaration and declaration["issue"] != IssueDeclaree.CONFORME.value):
        return None
    return _pieces(retenu, resultat, manquantes) if resultat.verdict in _AVEC_PIECES else None


def restes(retenus: Sequence[ScenarioRetenu], resultats: Sequence[ResultatScenario]) -> list[Reste]:
    """Les scénarios dont il reste quelque chose à demander, dans l'ordre reçu."""
    par_cle = {resultat.cle: resultat for resultat in resultats}
    couples = [Reste(retenu, par_cle[retenu.cle]) for retenu in retenus if retenu.cle in par_cle]
    return [reste for reste in couples if consigne_restante(reste.retenu, reste.resultat) is not None]


def _manquantes(retenu: ScenarioRetenu, resultat: ResultatScenario) -> tuple[PieceDemandee, ...]:
    attendues = {preuve.designation for preuve in resultat.preuves if preuve.etat in _A_APPORTER}
    return pieces_demandees(preuve for preuve in retenu.scenario.preuves if preuve.repere in attendues)


def _jugement(retenu: ScenarioRetenu, resultat: ResultatScenario, manquantes: tuple[PieceDemandee, ...]) -> Consigne:
    machine = sans_declaration(resultat)
    points = points_a_regarder(machine)
    if revient_a_une_personne(machine):
        faire = "Aucune machine ne joue ce scénario. " + (
            "Suivez les étapes ci-dessous, puis dites ce que vous avez vu."
            if retenu.scenario.deroule
            else "Déroulez-le dans le logiciel, puis dites ce que vous avez vu."
        )
    else:
        faire = (
            f"La machine a joué ce scénario et laisse {pluriel(len(points), 'point')} à votre regard, ci-dessous. "
            "Regardez-les dans le logiciel, puis jugez."
        )
    return _consigne(Genre.JUGEMENT, retenu, faire, manquantes, points)


def _pieces(retenu: ScenarioRetenu, resultat: ResultatScenario, manquantes: tuple[PieceDemandee, ...]) -> Consigne:
    faire = (
        f"Ce scénario est {resultat.verdict.libelle}. Le REM demande encore {pluriel(len(manquantes), 'pièce')} "
        "qu'une personne seule peut apporter."
    )
    return _consigne(Genre.PIECES, retenu, faire, manquantes, points_a_regarder(resultat))


def _consigne(
    genre: Genre, retenu: ScenarioRetenu, faire: str, pieces: tuple[PieceDemandee, ...], points: tuple[Constat, ...]
) -> Consigne:
    scenario, exigence = retenu.scenario, retenu.exigence
    textes = [faire, f"L'exigence : {exigence.resume}", f"Ce qui doit s'observer : {scenario.attendu}"]
    if scenario.prerequis:
        textes.append(f"Avant de commencer : {scenario.prerequis}")
    return Consigne(
        genre=genre,
        scenario=retenu.numero,
        exigence=exigence.id,
        titre=scenario.titre,
        quoi_faire="\n".join(textes),
        attente="Rien sur le réseau : le banc attend votre jugement." if genre is Genre.JUGEMENT else "",
        pieces=pieces,
        constats=points,
        deroule=scenario.deroule,
    )


class Guidage:
    """Pose ce qui reste, range les pièces, déclare ; rend chaque résultat recalculé."""

    def __init__(self, demandeur: Demandeur, journal: JournalEchanges, porte: Porte) -> None:
        self._demandeur = demandeur
        self._journal = journal
        self._porte = porte

    def poser(self, retenu: ScenarioRetenu, resultat: ResultatScenario) -> ResultatScenario:
        """Le résultat une fois la personne entendue ; OperateurAbsent, GuichetFerme ou AdaptateurInjoignable sinon.

        Une pièce refusée à l'examen ramène la même demande, avec la raison ; celles qui vont sont gardées.
        """
        resultat = self._porte.appliquer(resultat)
        rappel = ""
        while (consigne := consigne_restante(retenu, resultat)) is not None:
            reponse = self._demandeur.demander(replace(consigne, rappel=rappel))
            refus = self._deposer(reponse)
            resultat = self._porte.appliquer(resultat)
            if refus and reponse.rejouee:
                self._journal.ajouter(
                    "incident", {"message": f"rejeu : {' ; '.join(refus)}", "scenario": retenu.numero}
                )
                return resultat
            if refus:
                rappel = " ; ".join(refus)
                continue
            if reponse.issue is Issue.FAIT:
                return replace(resultat, rejoue=resultat.rejoue or reponse.rejouee)
            declaration = preparer(
                resultat,
                _DECLARE[reponse.issue],
                raison=reponse.raison,
                par=reponse.par or "personne non nommée",
                rejouee=reponse.rejouee,
            )
            try:
                return declarer(self._journal, resultat, declaration)
            except DeclarationRefusee as erreur:
                if reponse.rejouee:
                    raise
                rappel = str(erreur)
        return resultat

    def _deposer(self, reponse: Reponse) -> list[str]:
        refus = []
        for piece in reponse.pieces:
            rangee = self._porte.deposer(
                piece.preuve, piece.chemin, piece.nom, par=_qui(reponse), genre=piece.genre, meta=piece.meta
            )
            if isinstance(rangee, PieceRefusee):
                refus.append(f"{piece.nom} ({piece.preuve}) : {rangee.message}")
        return refus


def _qui(reponse: Reponse) -> str:
    """Qui a répondu, tel qu'un relecteur le lira : une pièce rejouée ne passe pas pour apportée aujourd'hui."""
    nom = reponse.par or "personne non nommée"
    return f"{nom}{MARQUE_REJOUE}" if reponse.rejouee else nom
