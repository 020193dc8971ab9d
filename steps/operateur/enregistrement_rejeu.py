"""Rendre les réponses enregistrées sans personne : chacune à sa place et marquée, ou refusée en disant pourquoi."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reports.pieces.liens import SUFFIXE, valeur_gardee
from reports.preuves import RACINE as PREUVES
from simulators.socle.expurgation import LONGUEUR_MINIMALE
from simulators.socle.journal import JournalEchanges
from steps.logiciel.protocole import AdaptateurInjoignable
from steps.operateur.consigne import Consigne, PieceDeposee, Reponse
from steps.operateur.enregistrement import ACTION, VERSION, Enregistree, empreinte_de, suite_de

_VARIABLE = "BANC_SONS_REJEU"


class EnregistrementIllisible(ValueError):
    """Le fichier de réponses ne se lit pas ; le message dit la ligne et pourquoi."""


class RejeuImpossible(AdaptateurInjoignable):
    """La demande n'a pas, ou plus, de réponse enregistrée qui lui convienne : non concluant, avec sa raison."""


class Enregistrement:
    """Un fichier de réponses relu. Une séance qui a rejoué un scénario remplace ce que les précédentes en gardaient."""

    def __init__(self, chemin: Path) -> None:
        self.chemin = chemin
        self._suites: dict[tuple[str, str], list[Enregistree]] = {}
        self._graines: dict[str, str] = {}
        self.entete: dict[str, Any] = {}
        self._lire()
        self.empreinte = hashlib.sha256(chemin.read_bytes()).hexdigest()

    def graine(self, scenario: str) -> str | None:
        """La graine des patients avec lesquels ce scénario a été enregistré ; None s'il ne l'a pas été."""
        return self._graines.get(scenario)

    def suite(self, scenario: str, suite: str) -> list[Enregistree]:
        """Les réponses de ce scénario, dans l'ordre."""
        return self._suites.get((scenario, suite), [])

    @property
    def scenarios(self) -> frozenset[str]:
        """Les scénarios dont une réponse est gardée."""
        return frozenset(scenario for scenario, _ in self._suites)

    def _lire(self) -> None:
        try:
            lignes = self.chemin.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as erreur:
            raise EnregistrementIllisible(f"{self.chemin} : réponses illisibles ({erreur})") from erreur
        seance = 0
        de_seance: dict[tuple[str, str], int] = {}
        for numero, ligne in enumerate(lignes, 1):
            if not ligne.strip():
                continue
            try:
                brut = json.loads(ligne)
                if brut["type"] == "seance":
                    seance += 1
                    self._entrer(brut)
                    continue
                reponse = Enregistree.depuis_dict(brut)
            except EnregistrementIllisible:
                raise
            except (KeyError, TypeError, ValueError) as erreur:
                suivante = lignes[numero] if numero < len(lignes) else ""
                if not suivante or '"type": "seance"' in suivante[:40]:
                    continue  # la dernière ligne d'une séance coupée net : la réponse n'était pas acquise
                raise EnregistrementIllisible(f"{self.chemin}, ligne {numero} : illisible ({erreur})") from erreur
            if not seance:
                raise EnregistrementIllisible(f"{self.chemin}, ligne {numero} : réponse avant tout en-tête de séance")
            cle = (reponse.scenario, reponse.suite)
            if de_seance.get(cle) != seance:
                de_seance[cle] = seance
                self._suites[cle] = []
                if reponse.suite == ACTION:
                    self._graines[reponse.scenario] = str(self.entete.get("graine", ""))
                    for autre in [c for c in self._suites if c[0] == reponse.scenario and c != cle]:
                        del self._suites[autre]
            self._ajouter(self._suites[cle], reponse)
        if not seance:
            raise EnregistrementIllisible(
                f"{self.chemin} : aucune séance ; attendu un reponses.jsonl écrit par le banc"
            )

    @staticmethod
    def _ajouter(suite: list[Enregistree], reponse: Enregistree) -> None:
        if reponse.corrige and suite:
            # La même demande était revenue, expliquée : la réponse corrigée répond à la première.
            avant = suite.pop()
            pieces = [replace(piece, facultative=True) for piece in avant.pieces]
            reponse = replace(reponse, empreinte=avant.empreinte, pieces=(*pieces, *reponse.pieces))
        suite.append(reponse)

    def _entrer(self, brut: Mapping[str, Any]) -> None:
        if brut["version"] != VERSION:
            raise EnregistrementIllisible(
                f"{self.chemin} : version {brut['version']} ; cette version du banc lit la version {VERSION}"
            )
        self.entete = dict(brut)


class Rejoueur:
    """Répond à la place d'une personne, d'après un enregistrement. `rejoues` : les scénarios où il a répondu ;
    `servies` : combien de réponses il a rendues.

    Personne n'agit dans le logiciel : une réponse qui s'accompagnait d'échanges avec le service guetté n'est pas
    rendue, car le silence du réseau passerait pour un manquement. `environnement` : où lire les secrets non gardés.
    """

    def __init__(
        self,
        enregistrement: Enregistrement,
        journal: JournalEchanges,
        *,
        environnement: Mapping[str, str] | None = None,
    ) -> None:
        self.enregistrement = enregistrement
        self.rejoues: set[str] = set()
        self.servies = 0
        self._journal = journal
        self._environnement = os.environ if environnement is None else environnement
        self._verrou = threading.Lock()
        self._rangs: dict[tuple[str, str], int] = {}
        self._pieces: dict[str, Path] | None = None

    def debuter(self, scenario: str) -> None:
        """Ce scénario va être joué, depuis sa première réponse."""
        with self._verrou:
            self._rangs = {cle: rang for cle, rang in self._rangs.items() if cle[0] != scenario}

    def demander(self, consigne: Consigne) -> Reponse:
        """La réponse enregistrée à cette place ; RejeuImpossible si elle ne correspond plus."""
        with self._verrou:
            cle = (consigne.scenario, suite_de(consigne))
            rang = self._rangs.get(cle, 0)
            enregistree = self._correspondante(consigne, rang)
            self._rangs[cle] = rang + 1
            self.rejoues.add(consigne.scenario)
            self.servies += 1
        self._exiger_echanges(consigne, enregistree)
        return Reponse(
            enregistree.issue,
            messages=enregistree.messages,
            donnees=self._donnees(enregistree),
            raison=enregistree.raison,
            pieces=tuple(self._deposees(enregistree)),
            par=enregistree.par,
            rejouee=True,
        )

    def _correspondante(self, consigne: Consigne, rang: int) -> Enregistree:
        quoi = f"« {consigne.action or consigne.genre.value} » par {consigne.utilisateur or 'une personne'}"
        ou = f"scénario {consigne.scenario}, réponse n° {rang + 1}"
        suite = self.enregistrement.suite(consigne.scenario, suite_de(consigne))
        if rang >= len(suite):
            combien = "aucune" if not suite else f"{len(suite)} seulement"
            raise RejeuImpossible(
                f"rejeu : {ou} demandée ({quoi}), {combien} dans {self.enregistrement.chemin} ; jouez ce scénario avec "
                "une personne pour l'enregistrer"
            )
        enregistree = suite[rang]
        if (enregistree.genre, enregistree.action) != (consigne.genre, consigne.action):
            raise RejeuImpossible(
                f"rejeu : {ou} : attendu {quoi}, enregistré « {enregistree.action or enregistree.genre.value} » par "
                f"{enregistree.utilisateur or 'une personne'} ; l'ordre des actions a changé, enregistrez de nouveau"
            )
        if enregistree.utilisateur != consigne.utilisateur:
            raise RejeuImpossible(
                f"rejeu : {ou} : attendu {quoi}, enregistré par {enregistree.utilisateur} ; enregistrez de nouveau"
            )
        if enregistree.empreinte != empreinte_de(consigne):
            raise RejeuImpossible(
                f"rejeu : {ou}, {quoi} : ce qui est demandé a changé depuis l'enregistrement du {enregistree.le} "
                "(paramètres, points à regarder ou pièces) ; enregistrez de nouveau"
            )
        return enregistree

    def _exiger_echanges(self, consigne: Consigne, enregistree: Enregistree) -> None:
        attendus = enregistree.echanges.get(consigne.service, 0)
        if attendus:
            raise RejeuImpossible(
                f"rejeu : scénario {consigne.scenario}, « {consigne.action} » s'accompagnait de {attendus} échange(s) "
                f"avec le service {consigne.service} ; un enregistrement ne fait pas agir le logiciel : confiez cette "
                "action à un adaptateur qui l'automatise, ou jouez-la avec une personne"
            )

    def _donnees(self, enregistree: Enregistree) -> dict[str, Any]:
        donnees = copy.deepcopy(dict(enregistree.donnees))
        for chemin in enregistree.secrets:
            nom = nom_de_variable(enregistree, chemin)
            valeur = self._environnement.get(nom)
            if not valeur:
                raise RejeuImpossible(
                    f"rejeu : scénario {enregistree.scenario}, « {enregistree.action} » : « {chemin} » est un secret, "
                    f"que l'enregistrement ne garde pas ; donnez sa valeur dans la variable d'environnement {nom}"
                )
            if len(valeur.encode()) >= LONGUEUR_MINIMALE:
                self._journal.proteger(valeur)
            _poser(donnees, chemin, valeur)
        return donnees

    def _deposees(self, enregistree: Enregistree) -> Iterator[PieceDeposee]:
        racine = self.enregistrement.chemin.parent / PREUVES
        if self._pieces is None and enregistree.pieces:
            self._pieces = {empreinte: chemin for chemin in _fichiers(racine) for empreinte in _empreintes(chemin)}
        for piece in enregistree.pieces:
            trouvee = (self._pieces or {}).get(piece.sha256)
            if trouvee is not None:
                yield PieceDeposee(piece.preuve, piece.nom, trouvee, piece.genre, piece.meta)
            elif not piece.facultative:
                raise RejeuImpossible(
                    f"rejeu : scénario {enregistree.scenario} : {piece.nom} (empreinte {piece.sha256[:16]}…) n'est "
                    f"plus sous {racine} ; gardez reponses.jsonl avec son dossier de campagne"
                )


def nom_de_variable(enregistree: Enregistree, chemin: str) -> str:
    """La variable d'environnement où un secret se donne : `BANC_SONS_REJEU_SSI_IE_34_01_2_SECRET`."""
    brut = f"{_VARIABLE}_{enregistree.scenario}_{enregistree.rang + 1}_{chemin}"
    return re.sub(r"[^A-Z0-9]+", "_", brut.upper()).strip("_")


def _poser(donnees: Any, chemin: str, valeur: str) -> None:
    *parents, dernier = chemin.split(".")
    for morceau in parents:
        donnees = donnees[int(morceau) if isinstance(donnees, list) else morceau]
    donnees[int(dernier) if isinstance(donnees, list) else dernier] = valeur


def _fichiers(racine: Path) -> list[Path]:
    return sorted(chemin for chemin in racine.rglob("*") if chemin.is_file()) if racine.is_dir() else []


def _empreintes(chemin: Path) -> Iterator[str]:
    """Celle du fichier, et pour un lien gardé en JSON, celles du texte que la personne avait donné."""
    with chemin.open("rb") as fichier:
        yield hashlib.file_digest(fichier, "sha256").hexdigest()
    if chemin.name.endswith(SUFFIXE) and (valeur := valeur_gardee(chemin.read_bytes())):
        for texte in (valeur, f"{valeur}\n"):
            yield hashlib.sha256(texte.encode()).hexdigest()
