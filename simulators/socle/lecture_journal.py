"""Lire un journal : ses enregistrements, ses échanges, ses corps ; attendre celui qui vient."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from simulators.socle import base, codage
from simulators.socle.codage import Enregistrement
from simulators.socle.corps import MagasinCorps
from simulators.socle.echange import Corps, CorpsFichier, Echange, PoigneeRefusee
from simulators.socle.garde import JournalArrete
from simulators.socle.verification_chaine import verifier

_DECODES_MAX = 2048
"""Échanges gardés décodés : un scénario relit les siens des dizaines de fois, et ils ne changent plus."""
T = TypeVar("T")


class EtatJournal(StrEnum):
    """Ce que le journal accepte encore."""

    OUVERT = "ouvert"
    LECTURE = "lecture"
    ARRETE = "arrete"
    FERME = "ferme"


class LectureJournal:
    """Ce qui se lit d'un journal, en cours d'écriture ou fini. Sûr entre fils d'exécution."""

    def __init__(self, dossier: Path, connexion: sqlite3.Connection, etat: EtatJournal) -> None:
        self.dossier = dossier
        self.etat = etat
        self._connexion = connexion
        self._condition = threading.Condition(threading.RLock())
        self._panne = ""
        self._magasin = MagasinCorps(dossier, lecture=etat is EtatJournal.LECTURE)
        self._position, self._precedent = base.tete(connexion)
        self._decodes: dict[int, Echange] = {}

    # -- lecture -----------------------------------------------------------------------------------------------

    def position(self) -> int:
        """Numéro du dernier enregistrement ; 0 si le journal est vide."""
        with self._condition:
            return base.tete(self._connexion)[0] if self.etat is EtatJournal.LECTURE else self._position

    def derniere_empreinte(self) -> str:
        """Tête de la chaîne."""
        with self._condition:
            return base.tete(self._connexion)[1] if self.etat is EtatJournal.LECTURE else self._precedent

    def echanges(
        self, service: str | None = None, operation: str | None = None, scenario: str | None = None, depuis: int = 0
    ) -> list[Echange]:
        """Échanges de numéro supérieur à `depuis`, dans l'ordre."""
        filtres: base.Filtres = {"type": "echange", "service": service, "operation": operation, "scenario": scenario}
        with self._condition:
            if self.etat is EtatJournal.FERME:
                raise JournalArrete(self._motif_de_refus())
            if self.etat is EtatJournal.LECTURE:
                self._decodes.clear()  # le fichier n'est pas à nous : ce qu'il dit se relit
            numeros = base.numeros(self._connexion, depuis, filtres)
            inconnus = [numero for numero in numeros if numero not in self._decodes]
            if inconnus:
                for ligne in base.parcourir(self._connexion, inconnus[0] - 1, **filtres):
                    if ligne.numero not in self._decodes:
                        echange = codage.decoder_echange(ligne.numero, ligne.donnees, self._magasin)
                        self._decodes[ligne.numero] = echange
            trouves = [self._decodes[numero] for numero in numeros]
            while len(self._decodes) > _DECODES_MAX:
                self._decodes.pop(next(iter(self._decodes)))
        return trouves

    def echange(self, numero: int) -> Echange:
        """L'échange de ce numéro ; `KeyError` s'il n'existe pas ou n'en est pas un."""
        with self._condition:
            ligne = base.un(self._connexion, numero)
        if ligne is None or ligne.type != "echange":
            raise KeyError(f"le journal n'a pas d'échange numéro {numero}")
        return codage.decoder_echange(ligne.numero, ligne.donnees, self._magasin)

    def poignees_refusees(
        self, service: str | None = None, scenario: str | None = None, depuis: int = 0
    ) -> list[PoigneeRefusee]:
        """Poignées de main refusées, dans l'ordre."""
        lignes = self._lire("poignee_refusee", depuis, service=service, scenario=scenario)
        return [codage.decoder_poignee(ligne.numero, ligne.donnees) for ligne in lignes]

    def enregistrements(
        self, type: str | None = None, depuis: int = 0, scenario: str | None = None
    ) -> Iterator[Enregistrement]:
        """Enregistrements dans l'ordre, lus par pages."""
        while lignes := self._lire(type, depuis, scenario=scenario, limite=500):
            yield from lignes
            depuis = lignes[-1].numero

    def corps(self, sha256: str) -> Corps:
        """Corps rangé sous cette empreinte ; `KeyError` s'il manque."""
        chemin = self._magasin.chemin(sha256)
        if not chemin.is_file():
            raise KeyError(f"aucun corps {sha256} dans le journal")
        return CorpsFichier(chemin, sha256, chemin.stat().st_size)

    def verifier_chaine(self) -> list[str]:
        """Anomalies de la chaîne et des corps, en français ; liste vide si tout est intact."""
        return verifier(self.enregistrements(), self._magasin)

    # -- attente -----------------------------------------------------------------------------------------------

    def attendre(
        self,
        predicat: Callable[[Echange], bool],
        *,
        depuis: int,
        delai: float,
        service: str | None = None,
        operation: str | None = None,
    ) -> Echange | None:
        """Premier échange après `depuis` qui satisfait le prédicat ; None une fois le délai écoulé."""

        def chercher(apres: int) -> Echange | None:
            return next((e for e in self.echanges(service, operation, depuis=apres) if predicat(e)), None)

        return self._attendre(chercher, depuis, delai)

    def attendre_enregistrement(
        self, predicat: Callable[[Enregistrement], bool], *, depuis: int, delai: float, type: str | None = None
    ) -> Enregistrement | None:
        """Comme `attendre`, pour tout type d'enregistrement."""

        def chercher(apres: int) -> Enregistrement | None:
            return next((e for e in self.enregistrements(type, apres) if predicat(e)), None)

        return self._attendre(chercher, depuis, delai)

    # -- intérieur ---------------------------------------------------------------------------------------------

    def _attendre(self, chercher: Callable[[int], T | None], depuis: int, delai: float) -> T | None:
        """Cherche, puis dort jusqu'au prochain ajout : le prédicat est évalué hors du verrou."""
        echeance = time.monotonic() + delai
        while True:
            with self._condition:
                vu = self._position
            if (trouve := chercher(depuis)) is not None:
                return trouve
            depuis = max(depuis, vu)
            with self._condition:
                while self._position <= vu:
                    if self.etat is not EtatJournal.OUVERT:
                        raise JournalArrete(self._motif_de_refus())
                    reste = echeance - time.monotonic()
                    if reste <= 0:
                        return None
                    self._condition.wait(min(reste, threading.TIMEOUT_MAX))

    def _lire(self, type: str | None, depuis: int, **filtres: Any) -> list[Enregistrement]:
        with self._condition:
            if self.etat is EtatJournal.FERME:
                raise JournalArrete(self._motif_de_refus())
            return list(base.parcourir(self._connexion, depuis, type=type, **filtres))

    def _motif_de_refus(self) -> str:
        motifs = {
            EtatJournal.LECTURE: "le journal est ouvert en lecture seule",
            EtatJournal.ARRETE: self._panne
            or "la campagne a été arrêtée : un matricule étranger aux identités de test a été vu",
            EtatJournal.FERME: "le journal est fermé",
        }
        return motifs[self.etat]
