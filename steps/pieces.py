"""Ce qui répond à chaque N° de preuve : pièces produites par le scénario, échanges enregistrés, ou rien encore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reports.depots import COMPLEMENT
from reports.preuves import ranger_piece
from reports.resultat import EtatPreuve, PieceJointe, PreuveProduite
from reports.verdict import Verdict
from reports.vues_dialogues import est_dialogue
from requirements.modele import Preuve, ScenarioConformite, Service, TypePiece
from simulators.socle.echange import CorpsFichier, Echange
from steps.bilan import Piece
from steps.pieces_messagerie import dialogue, messages

# Ce que l'enregistrement d'un échange peut remplacer ; une vidéo ou une capture d'écran restent à faire.
_PAR_ECHANGE = frozenset({TypePiece.MESSAGE, TypePiece.TRACE})
_COMPLEMENTS = frozenset({TypePiece.CAPTURE.value, TypePiece.DOCUMENT.value})
_JUGES = frozenset({Verdict.CONFORME, Verdict.NON_CONFORME, Verdict.A_VERIFIER})


def preuves_du_scenario(
    dossier: Path,
    scenario: ScenarioConformite,
    verdict: Verdict,
    pieces: Sequence[Piece],
    echanges: Sequence[Echange],
) -> tuple[PreuveProduite, ...]:
    """Une entrée par preuve du catalogue, dans l'ordre ; range les fichiers produits sous `preuves/<N° preuve>/`.

    Une preuve dont aucun genre accepté n'est produit reste *à apporter* ; *sans objet* si le scénario ne
    s'applique pas.
    """
    if scenario.service is Service.MSSANTE:
        # Les appels qui ont seulement préparé le patient ne sont pas la source du courriel demandée.
        echanges = [echange for echange in echanges if echange.service == scenario.service.value]
    return tuple(_preuve(dossier, preuve, verdict, pieces, echanges) for preuve in scenario.preuves)


def _preuve(
    dossier: Path, preuve: Preuve, verdict: Verdict, pieces: Sequence[Piece], echanges: Sequence[Echange]
) -> PreuveProduite:
    pieces = [piece for piece in pieces if piece.preuve in ("", preuve.id)]
    fichiers: list[PieceJointe] = []
    complements: list[PieceJointe] = []
    # Le résultat d'une plateforme de test officielle ne se remplace par rien que le banc produise.
    if verdict in _JUGES and TypePiece.LIEN_PLATEFORME not in preuve.pieces:
        acceptees = {piece.value for piece in preuve.pieces}
        fichiers += [
            ranger_piece(dossier, preuve.repere, piece.nom, piece.octets, piece.description)
            for piece in pieces
            if piece.genre in acceptees and not piece.complement
        ]
        # Une vidéo reste à faire ; ce que la personne a vu l'aide à la préparer, et le relecteur à la comprendre.
        admis = acceptees | (_COMPLEMENTS if TypePiece.VIDEO in preuve.pieces else set())
        complements += [
            replace(
                ranger_piece(dossier, preuve.repere, piece.nom, piece.octets, f"en complément : {piece.description}"),
                details={COMPLEMENT: True},
            )
            for piece in pieces
            if piece.genre in admis and (piece.complement or piece.genre not in acceptees)
        ]
        if _PAR_ECHANGE & set(preuve.pieces):
            autres = [echange for echange in echanges if not est_dialogue(echange)]
            fichiers += [fichier for echange in autres for fichier in _echange(dossier, preuve, echange)]
            fichiers += _messagerie(dossier, preuve, echanges)
    if verdict is Verdict.NON_APPLICABLE:
        etat = EtatPreuve.SANS_OBJET
    else:
        etat = EtatPreuve.PRODUITE if fichiers else EtatPreuve.A_APPORTER
    return PreuveProduite(
        id=preuve.id,
        attendu=preuve.attendu,
        etat=etat,
        pieces_acceptees=tuple(piece.value for piece in preuve.pieces),
        fichiers=(*fichiers, *complements),
        repere=preuve.repere,
    )


def _messagerie(dossier: Path, preuve: Preuve, echanges: Sequence[Echange]) -> list[PieceJointe]:
    """Les courriels remis, chacun dans un `.eml` ; le dialogue entier, en texte, pour une trace."""
    fichiers = []
    if TypePiece.MESSAGE in preuve.pieces:
        for courriel in messages(echanges):
            corps = courriel.corps
            contenu = corps.chemin if isinstance(corps, CorpsFichier) else corps.octets
            fichiers.append(
                ranger_piece(dossier, preuve.repere, courriel.nom, contenu, courriel.description, lier=True)
            )
    if TypePiece.TRACE in preuve.pieces and (texte := dialogue(echanges)):
        description = "dialogue SMTP et IMAP du scénario, secrets remplacés par leur empreinte"
        fichiers.append(ranger_piece(dossier, preuve.repere, "dialogue-mssante.txt", texte.encode(), description))
    return fichiers


def _echange(dossier: Path, preuve: Preuve, echange: Echange) -> list[PieceJointe]:
    """Requête et réponse de l'échange, telles que passées sur le fil."""
    fichiers = []
    quoi = echange.operation or "appel non reconnu"
    for cote, message in (("requete", echange.requete), ("reponse", echange.reponse)):
        if message is None or message.corps.taille == 0:
            continue
        corps = message.corps
        contenu = corps.chemin if isinstance(corps, CorpsFichier) else corps.octets
        nom = f"echange-{echange.numero:06d}-{echange.service}-{cote}.{_extension(message.entete('content-type'))}"
        description = (
            f"{cote.replace('requete', 'requête').replace('reponse', 'réponse')} {quoi} (échange n° {echange.numero})"
        )
        fichiers.append(ranger_piece(dossier, preuve.repere, nom, contenu, description, lier=True))
    return fichiers


def _extension(type_contenu: str | None) -> str:
    genre = (type_contenu or "").split(";")[0].strip().lower()
    if genre.startswith("multipart/"):
        return "mime"
    return {"text/html": "html", "application/json": "json", "text/plain": "txt"}.get(genre, "xml")
