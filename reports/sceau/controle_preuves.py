"""Les pièces : celles que les verdicts citent sont là, telles quelles, et aucune autre."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from reports.campagne import Campagne
from reports.preuves import RACINE, entree_d_index
from reports.resultat import ResultatScenario
from reports.sceau.anomalie import Anomalie, Domaine
from reports.sceau.contenu import EMPREINTES_PREUVES, INDEX, RACINE_CORPS, SOUS_DOSSIERS, pieces_de


def controler_preuves(
    campagne: Campagne, index: Any, empreintes: Mapping[str, str], corps: Collection[str], liste: bytes
) -> Iterator[Anomalie]:
    """`empreintes` : SHA-256 calculé de chaque membre ; `corps` : empreintes des corps du dossier."""
    yield from _index(campagne, index, corps)
    cites: set[str] = {INDEX, EMPREINTES_PREUVES}
    voulues: dict[str, str] = {}
    for resultat in campagne.resultats:
        for preuve in resultat.preuves:
            for piece in preuve.fichiers:
                cites |= {piece.chemin, piece.vignette}
                if piece.chemin.startswith(f"{RACINE}/") and piece.chemin.isprintable():
                    voulues[piece.chemin.removeprefix(f"{RACINE}/")] = piece.sha256
                calculee = empreintes.get(piece.chemin)
                ou = f"preuve {preuve.designation or 'sans numéro'}"
                if calculee is None and piece.sha256 not in corps:
                    yield _ecart(piece.chemin, f"{ou} : la pièce {piece.chemin} est absente du dossier", resultat)
                elif calculee is not None and calculee != piece.sha256:
                    yield _ecart(
                        piece.chemin,
                        f"{ou} : la pièce {piece.chemin} n'est pas celle qui a été jointe",
                        resultat,
                        piece.sha256,
                        calculee,
                    )
    for nom in empreintes:
        if nom.startswith(SOUS_DOSSIERS) and nom not in cites:
            yield _ecart(nom, f"{nom} : aucune preuve ne cite cette pièce ; elle a été ajoutée")
    attendue = "".join(f"{sha256}  {chemin}\n" for chemin, sha256 in sorted(voulues.items())).encode()
    if liste != attendue:
        yield _ecart(EMPREINTES_PREUVES, f"{EMPREINTES_PREUVES} : la liste n'est pas celle des pièces citées")


def _index(campagne: Campagne, index: Any, corps: Collection[str]) -> Iterator[Anomalie]:
    """`preuves/index.json` redit les résultats, preuve par preuve, et où est chaque pièce."""
    entrees = index.get("preuves") if isinstance(index, dict) else None
    if not isinstance(entrees, list):
        yield _ecart(INDEX, f"{INDEX} : une liste « preuves » est attendue")
        return
    reste = list(entrees)
    for resultat in campagne.resultats:
        for preuve in resultat.preuves:
            ou = f"preuve {preuve.designation or 'sans numéro'}"
            voulue = entree_d_index(resultat, preuve) | {
                "fichiers": [
                    piece.en_dict()
                    | ({"corps": f"{RACINE_CORPS}/{piece.sha256[:2]}/{piece.sha256}"} if piece.sha256 in corps else {})
                    for piece in preuve.fichiers
                ],
            }
            if not reste:
                yield _ecart(INDEX, f"{INDEX} : {ou} absente", resultat)
                continue
            lue = reste.pop(0)
            for champ, valeur in voulue.items():
                recu = lue.get(champ) if isinstance(lue, dict) else lue
                if recu != valeur:
                    yield _ecart(INDEX, f"{INDEX} : {ou}, « {champ} »", resultat, str(valeur)[:300], str(recu)[:300])
    if reste:
        yield _ecart(INDEX, f"{INDEX} : {len(reste)} preuves de trop")


def nombre_de_pieces(campagne: Campagne) -> int:
    """Combien de fichiers les preuves citent."""
    return len({piece.chemin for piece in pieces_de(campagne)})


def _ecart(
    membre: str, message: str, resultat: ResultatScenario | None = None, attendu: str = "", recu: str = ""
) -> Anomalie:
    return Anomalie(
        Domaine.PREUVES,
        message,
        membre,
        scenario=resultat.scenario if resultat is not None else "",
        attendu=attendu,
        recu=recu,
        a_faire="demander la pièce d'origine à l'éditeur",
    )
