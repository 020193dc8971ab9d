"""La seule porte d'entrée des pièces : examiner, ranger, noter au journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reports.campagne import ErreurCampagne, Logiciel
from reports.chargement_campagne import charger_campagne, lire_depots
from reports.depots import A_VERIFIER, Depot, appliquer, appliquer_a
from reports.fichiers import ecrire_atomique
from reports.pieces.examen import examiner_piece, partageable
from reports.pieces.modele import Contexte, PieceExaminee, PieceRangee, PieceRefusee, PieceVoisine
from reports.preuves import copier, nom_de_dossier, ranger_piece
from reports.rebatir import rebatir
from reports.resultat import EtatPreuve, OriginePiece, PieceJointe, PreuveProduite, ResultatScenario
from reports.verrou import Verrou
from requirements.catalogue import Catalogue, charger_de_campagne
from requirements.modele import Preuve
from simulators.socle.identites import IDENTITES_DE_TEST, MATRICULES_PUBLICS_DE_TEST
from simulators.socle.journal import JournalEchanges

RETIREES = "retirees"
"""Où va un fichier retiré : hors des preuves, jamais effacé."""
VIGNETTES = "vignettes"

Source = bytes | Path


class DepotImpossible(ValueError):
    """La demande ne tient pas (preuve inconnue, pièce à retirer introuvable) ; le message dit quoi faire."""


class PortePieces:
    """Tient les pièces d'un dossier de campagne, sûre entre fils. Le journal doit être ouvert en écriture.

    `resultats` : ceux que la campagne connaît déjà ; une preuve qu'elle n'a pas encore jugée se lit dans le catalogue.
    """

    def __init__(
        self,
        dossier: Path,
        journal: JournalEchanges,
        catalogue: Catalogue,
        logiciel: Logiciel,
        resultats: Sequence[ResultatScenario] = (),
        *,
        horloge: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.dossier = dossier
        self.catalogue = catalogue
        self.logiciel = logiciel
        self._journal = journal
        self._horloge = horloge
        self._verrou = threading.RLock()
        self._preuves = {preuve.repere: preuve for preuve in catalogue.preuves}
        self._exigences = {p.repere: exigence.id for exigence in catalogue.exigences for p in exigence.preuves}
        self._depots: dict[str, list[Depot]] = {}
        for depot in lire_depots(journal):
            if depot.rem == catalogue.rem:
                self._depots.setdefault(depot.preuve, []).append(depot)
        self._machine: dict[str, PreuveProduite] = {}
        self.connaitre(resultats)

    def connaitre(self, resultats: Sequence[ResultatScenario]) -> None:
        """Fait connaître des résultats rendus depuis : l'état de leurs preuves, les pièces de la machine."""
        with self._verrou:
            for resultat in resultats:
                self._machine.update({preuve.designation: preuve for preuve in resultat.preuves})

    # -- lire --------------------------------------------------------------------------------------------------

    def connait(self, preuve: str) -> bool:
        """Ce N° de preuve est du REM."""
        return preuve in self._preuves

    def etat(self, preuve: str) -> PreuveProduite:
        """Où en est cette preuve, dépôts et retraits compris."""
        connue = self._exiger(preuve)
        with self._verrou:
            depart = self._machine.get(connue.repere) or PreuveProduite(
                connue.id,
                connue.attendu,
                EtatPreuve.A_APPORTER,
                tuple(piece.value for piece in connue.pieces),
                repere=connue.repere,
            )
            return appliquer_a(depart, self._depots.get(connue.repere, ()), self._version)

    def appliquer(self, resultat: ResultatScenario) -> ResultatScenario:
        """Ce résultat, ses preuves recalculées d'après les dépôts et retraits."""
        with self._verrou:
            depots = [depot for p in resultat.preuves for depot in self._depots.get(p.designation, ())]
            [apres] = appliquer([resultat], depots, self._version)
            return apres

    @property
    def _version(self) -> tuple[str, str]:
        return self.logiciel.nom, self.logiciel.version

    # -- examiner et déposer -----------------------------------------------------------------------------------

    def examiner(
        self, preuve: str, source: Source, nom: str, *, genre: str = "", meta: Mapping[str, Any] | None = None
    ) -> PieceExaminee | PieceRefusee:
        """Ce que vaudrait ce fichier pour cette preuve ; rien n'est écrit. DepotImpossible si elle est inconnue."""
        connue = self._exiger(preuve)
        etat = self.etat(preuve)
        if etat.etat is EtatPreuve.SANS_OBJET:
            return PieceRefusee(
                "sans_objet",
                "une pièce pour une preuve demandée",
                f"{nom} pour {connue.repere}, sans objet : son profil n'est pas revendiqué",
                "revendiquez le profil dans logiciel.yaml et rejouez, ou gardez ce fichier hors du dossier",
            )
        contexte = Contexte(
            nom=nom,
            preuve=connue.repere,
            exigence=self._exigences[connue.repere],
            scenario=connue.scenario,
            genre=genre,
            logiciel=self.logiciel,
            jour=self._horloge().date(),
            meta=meta,
            voisines=tuple(self._voisines()),
            permis=_permis(),
        )
        return examiner_piece(source, connue.pieces, contexte)

    def deposer(
        self,
        preuve: str,
        source: Source,
        nom: str,
        *,
        par: str,
        genre: str = "",
        meta: Mapping[str, Any] | None = None,
        description: str = "",
    ) -> PieceRangee | PieceRefusee:
        """Examine, range sous `preuves/<N°>/`, puis note le dépôt au journal. Un refus n'écrit rien."""
        if not par.strip():
            raise DepotImpossible("qui dépose ? attendu un nom (option --par) : le relecteur le lira")
        with self._verrou:
            examinee = self.examiner(preuve, source, nom, genre=genre, meta=meta)
            if isinstance(examinee, PieceRefusee):
                return examinee
            connue = self._exiger(preuve)
            avant = self.etat(preuve)
            for piece in avant.fichiers:
                if piece.sha256 != examinee.sha256:
                    continue
                if not piece.de_personne:
                    return PieceRefusee(
                        "doublon",
                        "une pièce que le banc n'a pas déjà",
                        f"le fichier {Path(piece.chemin).name}, que le banc a produit lui-même pour cette preuve",
                        "apportez ce que vous avez vu dans le logiciel ; la pièce du banc est déjà au dossier",
                    )
                if _inchangee(piece, examinee):
                    return PieceRangee(connue.repere, piece, avant.etat, ("ce fichier y était déjà",), deja=True)
                # Redéposé avec d'autres métadonnées, ou pour une autre version : le même fichier, jamais deux copies.
                examinee = replace(examinee, nom=Path(piece.chemin).name)
            return self._ranger(connue, examinee.contenu or source, examinee, par.strip(), description)

    def _ranger(
        self, preuve: Preuve, source: Source, examinee: PieceExaminee, par: str, description: str
    ) -> PieceRangee:
        rangee = ranger_piece(self.dossier, preuve.repere, examinee.nom, source, description)
        if rangee.sha256 != examinee.sha256:
            (self.dossier / rangee.chemin).unlink()
            raise DepotImpossible(
                f"{examinee.nom} a changé pendant son examen : fermez ce qui l'écrit, puis recommencez"
            )
        vignette = ""
        if examinee.vignette:
            chemin = self.dossier / VIGNETTES / nom_de_dossier(preuve.repere) / f"{examinee.sha256[:16]}.png"
            ecrire_atomique(chemin, examinee.vignette)
            vignette = chemin.relative_to(self.dossier).as_posix()
        details = dict(examinee.details)
        if examinee.a_verifier:
            details[A_VERIFIER] = examinee.a_verifier
        piece = replace(
            rangee,
            type=examinee.type,
            origine=OriginePiece.PERSONNE,
            depose_par=par,
            depose_le=self._horloge().isoformat(timespec="seconds"),
            genre=examinee.genre.value,
            details=details,
            vignette=vignette,
        )
        self._noter(preuve, {"piece": piece.en_dict()})
        return PieceRangee(preuve.repere, piece, self.etat(preuve.repere).etat, examinee.avertissements)

    def retirer(self, preuve: str, fichier: str, *, par: str, raison: str) -> PieceJointe:
        """Retire une pièce déposée : elle passe sous `retirees/<N°>/` et son retrait entre au journal.

        `fichier` : son nom, son chemin ou son empreinte (huit chiffres au moins).
        """
        if not raison.strip() or not par.strip():
            raise DepotImpossible("un retrait se signe et se motive : donnez --par et --raison, le relecteur les lira")
        connue = self._exiger(preuve)
        with self._verrou:
            piece = self._designer(connue, fichier)
            # Copié, noté, puis seulement retiré de sa place : un arrêt entre deux ne perd ni le fichier ni la chaîne.
            retiree = self._copier(connue, piece)
            self._noter(
                connue,
                {
                    "retiree": piece.sha256,
                    "chemin": retiree,
                    "raison": raison.strip(),
                    "par": par.strip(),
                    "le": self._horloge().isoformat(timespec="seconds"),
                },
            )
            (self.dossier / piece.chemin).unlink()
            if piece.vignette:
                (self.dossier / piece.vignette).unlink(missing_ok=True)
            return replace(piece, chemin=retiree, vignette="")

    def rebatir(self) -> None:
        """Récrit les rapports du dossier, dépôts et retraits compris."""
        with self._verrou:
            rebatir(self.dossier, self._journal, self.catalogue)

    # -- intérieur ---------------------------------------------------------------------------------------------

    def _exiger(self, preuve: str) -> Preuve:
        trouvee = self._preuves.get(preuve)
        if trouvee is not None:
            return trouvee
        voisins = [repere for repere in self._preuves if repere.casefold().startswith(preuve.casefold())][:5]
        aide = f" ; voulez-vous dire {', '.join(voisins)} ?" if voisins and preuve else ""
        raise DepotImpossible(f"preuve {preuve!r} inconnue du REM {self.catalogue.rem}{aide}")

    def _designer(self, preuve: Preuve, fichier: str) -> PieceJointe:
        pieces = [piece for piece in self.etat(preuve.repere).fichiers if piece.de_personne]
        trouvees = [
            piece
            for piece in pieces
            if fichier in (piece.chemin, Path(piece.chemin).name)
            or (len(fichier) >= 8 and piece.sha256.startswith(fichier.lower()))
        ]
        if len(trouvees) == 1:
            return trouvees[0]
        presents = ", ".join(Path(piece.chemin).name for piece in pieces) or "aucune"
        raise DepotImpossible(
            f"{fichier!r} ne désigne pas une pièce déposée pour {preuve.repere} ; pièces déposées : {presents} "
            "(celles de la machine ne se retirent pas)"
        )

    def _copier(self, preuve: Preuve, piece: PieceJointe) -> str:
        """Copie le fichier sous `retirees/`, sous un nom libre ; son chemin relatif."""
        source = self.dossier / piece.chemin
        if not source.is_file():
            raise DepotImpossible(f"{piece.chemin} : fichier absent du dossier, rien à déplacer")
        cible = copier(source, self.dossier / RETIREES / nom_de_dossier(preuve.repere))
        return cible.relative_to(self.dossier).as_posix()

    def _noter(self, preuve: Preuve, donnees: Mapping[str, Any]) -> None:
        enregistrement = {
            "preuve": preuve.repere,
            "scenario": preuve.scenario,
            "exigence": self._exigences[preuve.repere],
            "rem": self.catalogue.rem,
            "logiciel": {"nom": self.logiciel.nom, "version": self.logiciel.version},
            **donnees,
        }
        self._journal.ajouter("piece", enregistrement)
        self._depots.setdefault(preuve.repere, []).append(Depot.depuis_dict(enregistrement))

    def _voisines(self) -> Iterator[PieceVoisine]:
        for repere in {**self._machine, **self._depots}:
            preuve = self._preuves.get(repere)
            if preuve is None:
                continue
            for piece in self.etat(repere).fichiers:
                yield PieceVoisine(
                    repere,
                    self._exigences[repere],
                    preuve.scenario,
                    piece.sha256,
                    Path(piece.chemin).name,
                    str(piece.details.get("empreinte_visuelle", "")),
                    partageable(piece.genre, preuve.pieces),
                )


@contextmanager
def ouvrir_porte(
    dossier: Path, *, horloge: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Iterator[PortePieces]:
    """Ouvre un dossier de campagne pour y déposer ; DossierOccupe si une campagne ou un autre dépôt y écrit."""
    if not (dossier / "journal.sqlite").is_file():
        raise ErreurCampagne(f"{dossier} : aucun journal ; attendu un dossier de campagne")
    with Verrou(dossier, "dépôt de pièces"), JournalEchanges.reprendre(dossier) as journal:
        journal.autoriser_matricules(_permis())
        yield porte_de(dossier, journal, horloge=horloge)


def porte_de(
    dossier: Path, journal: JournalEchanges, *, horloge: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> PortePieces:
    """La porte d'une campagne en cours, d'après ce que son journal dit d'elle."""
    catalogue = charger_de_campagne(dossier, charger_campagne(dossier, journal).couloir)
    campagne = charger_campagne(dossier, journal, catalogue)
    return PortePieces(dossier, journal, catalogue, campagne.logiciel, campagne.resultats, horloge=horloge)


def _permis() -> frozenset[str]:
    return MATRICULES_PUBLICS_DE_TEST | {m for identite in IDENTITES_DE_TEST for m in identite.matricules}


def _inchangee(piece: PieceJointe, examinee: PieceExaminee) -> bool:
    """Le même fichier, dit de la même façon : le noter encore n'apprendrait rien."""
    connus = {cle: valeur for cle, valeur in piece.details.items() if cle != A_VERIFIER}
    return (
        piece.genre == examinee.genre.value
        and connus == dict(examinee.details)
        and piece.details.get(A_VERIFIER, "") == examinee.a_verifier
    )
