"""Les réponses d'une personne, écrites une à une dans `reponses.jsonl`, sans secret, pour être rejouées sans elle."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulators.socle.chaine import canonique
from simulators.socle.journal import JournalEchanges
from steps.operateur.adaptateur import Demandeur
from steps.operateur.consigne import Consigne, Genre, Issue, Reponse
from steps.secrets_action import cacher

FICHIER = "reponses.jsonl"
VERSION = 1
ACTION, JUGEMENT = "action", "jugement"
"""Les deux suites d'un scénario : ce qui a été fait dans le logiciel, puis ce qui en a été jugé ou apporté."""
_SECRET = "secret"


@dataclass(frozen=True, slots=True)
class PieceEnregistree:
    """Une pièce rendue avec une réponse, désignée par son empreinte : le fichier est sous `preuves/`.

    `facultative` : une réponse corrigée depuis la portait ; l'examen l'a peut-être refusée.
    """

    preuve: str
    nom: str
    sha256: str
    facultative: bool = False
    genre: str = ""
    meta: Mapping[str, str] | None = None

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON."""
        dit = {"genre": self.genre, "meta": dict(self.meta) if self.meta else None}
        return {
            "preuve": self.preuve,
            "nom": self.nom,
            "sha256": self.sha256,
            **{cle: valeur for cle, valeur in dit.items() if valeur},
        }


@dataclass(frozen=True, slots=True)
class Enregistree:
    """Une réponse telle qu'elle est gardée.

    `suite` et `rang` : sa place dans le scénario ; `empreinte` : de ce qui était demandé, secrets exclus ; `echanges` :
    par service, combien le banc en a vu pendant que la personne agissait ; `secrets` : champs de `donnees` remplacés ;
    `corrige` : la même demande était revenue, avec un rappel.
    """

    scenario: str
    suite: str
    rang: int
    genre: Genre
    empreinte: str
    issue: Issue
    action: str = ""
    utilisateur: str = ""
    messages: tuple[str, ...] = ()
    donnees: Mapping[str, Any] = field(default_factory=dict)
    raison: str = ""
    pieces: tuple[PieceEnregistree, ...] = ()
    par: str = ""
    le: str = ""
    echanges: Mapping[str, int] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    corrige: bool = False

    def en_dict(self) -> dict[str, Any]:
        """Forme JSON, une ligne du fichier."""
        return {
            "type": "reponse",
            "scenario": self.scenario,
            "suite": self.suite,
            "rang": self.rang,
            "genre": self.genre.value,
            "action": self.action,
            "utilisateur": self.utilisateur,
            "empreinte": self.empreinte,
            "issue": self.issue.value,
            "messages": list(self.messages),
            "donnees": dict(self.donnees),
            "raison": self.raison,
            "pieces": [piece.en_dict() for piece in self.pieces],
            "par": self.par,
            "le": self.le,
            "echanges": dict(self.echanges),
            "secrets": list(self.secrets),
            "corrige": self.corrige,
        }

    @classmethod
    def depuis_dict(cls, brut: Mapping[str, Any]) -> Enregistree:
        """Relit une ligne ; KeyError, TypeError ou ValueError si elle est illisible."""
        return cls(
            scenario=brut["scenario"],
            suite=brut["suite"],
            rang=int(brut["rang"]),
            genre=Genre(brut["genre"]),
            empreinte=brut["empreinte"],
            issue=Issue(brut["issue"]),
            action=brut["action"],
            utilisateur=brut["utilisateur"],
            messages=tuple(brut["messages"]),
            donnees=dict(brut["donnees"]),
            raison=brut["raison"],
            pieces=tuple(PieceEnregistree(**piece) for piece in brut["pieces"]),
            par=brut["par"],
            le=brut["le"],
            echanges=dict(brut["echanges"]),
            secrets=tuple(brut["secrets"]),
            corrige=bool(brut["corrige"]),
        )


def suite_de(consigne: Consigne) -> str:
    """La suite du scénario à laquelle cette demande appartient."""
    return ACTION if consigne.genre is Genre.ACTION else JUGEMENT


def empreinte_de(consigne: Consigne) -> str:
    """SHA-256 de ce qui est demandé : action, qui, paramètres, ou points et pièces ; un secret n'y compte pas."""
    demande = {
        "genre": consigne.genre.value,
        "action": consigne.action,
        "utilisateur": consigne.utilisateur,
        "parametres": cacher(consigne.action, dict(consigne.parametres), lambda texte: _SECRET),
        "points": sorted({constat.code for constat in consigne.constats}),
        "pieces": [piece.preuve for piece in consigne.pieces],
    }
    return hashlib.sha256(canonique(demande).encode()).hexdigest()


class Enregistreur:
    """Un guichet qui garde chaque réponse avant de la rendre ; sûr entre fils.

    `entete` : ce que la séance a de particulier (graine des patients, logiciel, couloir…).
    """

    def __init__(
        self,
        guichet: Demandeur,
        dossier: Path,
        journal: JournalEchanges,
        entete: Mapping[str, Any],
        *,
        horloge: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._guichet = guichet
        self._chemin = dossier / FICHIER
        self._journal = journal
        self._entete = dict(entete)
        self._horloge = horloge
        self._verrou = threading.Lock()
        self._rangs: Counter[tuple[str, str]] = Counter()
        self._ouvert = False

    def demander(self, consigne: Consigne) -> Reponse:
        """Pose la demande ; sa réponse est sur le disque quand elle est rendue."""
        depuis = self._journal.position()
        reponse = self._guichet.demander(consigne)
        vus = Counter(echange.service for echange in self._journal.echanges(depuis=depuis))
        with self._verrou:
            suite = suite_de(consigne)
            rang = self._rangs[(consigne.scenario, suite)]
            self._rangs[(consigne.scenario, suite)] += 1
            self._ecrire(self._enregistrer(consigne, reponse, suite, rang, vus))
        return reponse

    def _enregistrer(
        self, consigne: Consigne, reponse: Reponse, suite: str, rang: int, vus: Mapping[str, int]
    ) -> Enregistree:
        donnees = dict(reponse.donnees)
        cachees = _expurger(cacher(consigne.action, donnees, self._journal.empreinte_secret), self._journal.expurger)
        return Enregistree(
            scenario=consigne.scenario,
            suite=suite,
            rang=rang,
            genre=consigne.genre,
            empreinte=empreinte_de(consigne),
            issue=reponse.issue,
            action=consigne.action,
            utilisateur=consigne.utilisateur,
            messages=tuple(
                self._journal.expurger(message)
                for message in cacher(consigne.action, list(reponse.messages), self._journal.empreinte_secret)
            ),
            donnees=cachees,
            raison=self._journal.expurger(reponse.raison),
            pieces=tuple(
                PieceEnregistree(
                    piece.preuve,
                    piece.nom,
                    hashlib.sha256(piece.chemin.read_bytes()).hexdigest(),
                    genre=piece.genre,
                    meta=piece.meta,
                )
                for piece in reponse.pieces
            ),
            par=reponse.par,
            le=self._horloge().isoformat(timespec="seconds"),
            echanges=dict(vus),
            secrets=tuple(_differences(donnees, cachees)),
            corrige=bool(consigne.rappel),
        )

    def _ecrire(self, enregistree: Enregistree) -> None:
        lignes = [] if self._ouvert else [{"type": "seance", "version": VERSION, **self._entete}]
        texte = "".join(json.dumps(ligne, ensure_ascii=False) + "\n" for ligne in (*lignes, enregistree.en_dict()))
        # Comme pour le journal : rien d'un vrai patient ne doit atteindre le disque.
        self._journal.garder_contenu([texte.encode("utf-8", "surrogatepass")])
        with self._chemin.open("a", encoding="utf-8", errors="surrogatepass") as fichier:
            if fichier.tell() and not _finit_une_ligne(self._chemin):
                fichier.write("\n")  # une coupure a laissé une ligne entamée : elle reste, illisible, à part
            fichier.write(texte)
            fichier.flush()
            os.fsync(fichier.fileno())
        self._ouvert = True


def _finit_une_ligne(chemin: Path) -> bool:
    with chemin.open("rb") as fichier:
        fichier.seek(-1, os.SEEK_END)
        return fichier.read(1) == b"\n"


def _expurger(valeur: Any, changer: Callable[[str], str]) -> Any:
    if isinstance(valeur, str):
        return changer(valeur)
    if isinstance(valeur, Mapping):
        return {cle: _expurger(element, changer) for cle, element in valeur.items()}
    if isinstance(valeur, list | tuple):
        return [_expurger(element, changer) for element in valeur]
    return valeur


def _differences(avant: Any, apres: Any, chemin: str = "") -> Iterator[str]:
    """Où une valeur a été remplacée : `dispositif.secret`, `messages.0.texte`."""
    if isinstance(avant, Mapping):
        for cle, element in avant.items():
            yield from _differences(element, apres[cle], f"{chemin}.{cle}" if chemin else str(cle))
    elif isinstance(avant, list | tuple):
        for rang, element in enumerate(avant):
            yield from _differences(element, apres[rang], f"{chemin}.{rang}" if chemin else str(rang))
    elif avant != apres:
        yield chemin
