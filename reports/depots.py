"""Les pièces déposées et retirées par des personnes, appliquées aux résultats : une fonction pure du journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reports.resultat import EtatPreuve, PieceJointe, PreuveProduite, ResultatScenario
from requirements.modele import TypePiece

A_VERIFIER = "a_verifier"
"""Clé de `PieceJointe.details` : pourquoi une personne doit encore regarder cette pièce."""
PERIMEE = "perimee"
"""Clé de `PieceJointe.details` : la version pour laquelle elle a été apportée, si ce n'est plus la bonne."""
COMPLEMENT = "complement"
"""Clé de `PieceJointe.details` : cette pièce de la machine accompagne la preuve sans y répondre."""
MENTION_LIEN = "aucun outil du banc ne remplace la plateforme officielle : un relecteur doit y ouvrir ce résultat"

_REPOND_A_UN_LIEN = frozenset({TypePiece.LIEN_PLATEFORME.value, TypePiece.DOCUMENT.value})


@dataclass(frozen=True, slots=True)
class Depot:
    """Un enregistrement `piece` du journal : un dépôt (`piece`) ou un retrait (`retiree`, empreinte du fichier).

    `logiciel` : nom et version du logiciel éprouvé au moment du dépôt.
    """

    preuve: str
    scenario: str
    exigence: str
    rem: str
    piece: PieceJointe | None = None
    retiree: str = ""
    raison: str = ""
    par: str = ""
    le: str = ""
    logiciel: tuple[str, str] | None = None

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> Depot:
        """Relit un enregistrement ; KeyError, TypeError ou ValueError s'il est illisible."""
        logiciel = brut.get("logiciel")
        return cls(
            preuve=brut["preuve"],
            scenario=brut.get("scenario") or "",
            exigence=brut.get("exigence") or "",
            rem=brut.get("rem") or "",
            piece=PieceJointe.depuis_dict(brut["piece"]) if brut.get("piece") else None,
            retiree=brut.get("retiree") or "",
            raison=brut.get("raison") or "",
            par=brut.get("par") or "",
            le=brut.get("le") or "",
            logiciel=(str(logiciel.get("nom", "")), str(logiciel.get("version", ""))) if logiciel else None,
        )


def appliquer(
    resultats: Iterable[ResultatScenario], depots: Sequence[Depot], logiciel: tuple[str, str] | None = None
) -> tuple[ResultatScenario, ...]:
    """Les résultats, chaque preuve recalculée d'après ses dépôts et retraits, dans l'ordre du journal.

    `logiciel` : nom et version que la campagne éprouve maintenant ; une pièce apportée pour une autre version reste
    visible et ne tient plus la preuve pour apportée. Le verdict n'est jamais touché : une pièce n'est pas un jugement.
    """
    par_preuve: dict[tuple[str, str], list[Depot]] = {}
    for depot in depots:
        par_preuve.setdefault((depot.rem, depot.preuve), []).append(depot)
    if not par_preuve:
        return tuple(resultats)
    suite = []
    for resultat in resultats:
        preuves = tuple(
            appliquer_a(preuve, par_preuve.get((resultat.rem, preuve.designation), ()), logiciel)
            for preuve in resultat.preuves
        )
        suite.append(replace(resultat, preuves=preuves) if preuves != resultat.preuves else resultat)
    return tuple(suite)


def appliquer_a(
    preuve: PreuveProduite, depots: Sequence[Depot], logiciel: tuple[str, str] | None = None
) -> PreuveProduite:
    """La preuve après ces dépôts et retraits ; les appliquer deux fois ne change rien de plus."""
    if not depots:
        return preuve
    # Une pièce déjà portée par le verdict reprend la place que le journal lui donne.
    deposees = {depot.piece.sha256 for depot in depots if depot.piece is not None}
    gardees = (piece for piece in preuve.fichiers if not (piece.de_personne and piece.sha256 in deposees))
    fichiers = {piece.chemin: piece for piece in gardees}
    for depot in depots:
        if depot.piece is not None:
            perimee = logiciel is not None and depot.logiciel is not None and depot.logiciel != logiciel
            details = {cle: valeur for cle, valeur in depot.piece.details.items() if cle != PERIMEE}
            if perimee and depot.logiciel is not None:
                details[PERIMEE] = " ".join(depot.logiciel).strip()
            fichiers[depot.piece.chemin] = replace(depot.piece, details=details)
        else:
            fichiers = {
                chemin: piece
                for chemin, piece in fichiers.items()
                if not (piece.de_personne and piece.sha256 == depot.retiree)
            }
    tous = tuple(fichiers.values())
    return replace(preuve, fichiers=tous, etat=etat_apres(preuve, tous))


def etat_apres(preuve: PreuveProduite, fichiers: Sequence[PieceJointe]) -> EtatPreuve:
    """Où en est la preuve avec ces fichiers.

    *Sans objet* le reste. Une preuve qui demande un lien vers une plateforme officielle est au mieux *à vérifier*, et
    reste *à apporter* tant que ni lien ni document de cette plateforme n'y sont.
    """
    if preuve.etat is EtatPreuve.SANS_OBJET:
        return preuve.etat
    actives = [piece for piece in fichiers if piece.de_personne and not piece.details.get(PERIMEE)]
    acceptees = set(preuve.pieces_acceptees)
    apportees = [piece for piece in actives if not acceptees or piece.genre in acceptees]
    if TypePiece.LIEN_PLATEFORME.value in acceptees:
        apportees = [piece for piece in apportees if piece.genre in _REPOND_A_UN_LIEN]
        return EtatPreuve.A_VERIFIER if apportees else _sans_personne(preuve, fichiers)
    if not apportees:
        return _sans_personne(preuve, fichiers)
    return EtatPreuve.A_VERIFIER if any(piece.details.get(A_VERIFIER) for piece in apportees) else EtatPreuve.PRODUITE


def _sans_personne(preuve: PreuveProduite, fichiers: Sequence[PieceJointe]) -> EtatPreuve:
    """L'état que la machine seule donne : ses compléments accompagnent une preuve, ils ne la tiennent pas."""
    if any(not piece.de_personne and not piece.details.get(COMPLEMENT) for piece in fichiers):
        return EtatPreuve.PRODUITE
    return EtatPreuve.MANQUANTE if preuve.etat is EtatPreuve.MANQUANTE else EtatPreuve.A_APPORTER
