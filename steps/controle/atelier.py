"""Contrôle en parallèle : des ouvriers chauds, un fichier chacun, temps et mémoire bornés, rien de perdu."""

from __future__ import annotations

import contextlib
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from steps.controle import incidents
from steps.controle.jugement import Reglages, Tache
from steps.controle.modele import Controle, Examen
from steps.controle.resultat import Resultat, ecrire
from steps.controle.trames import envoyer, recevoir

_RACINE = Path(__file__).resolve().parents[2]
_PAS = 0.1
# -P : le dossier courant peut porter des fichiers à juger, jamais des modules à importer.
_OUVRIER = (sys.executable, "-P", "-m", "steps.controle.ouvrier")


@dataclass(frozen=True)
class Limites:
    """Par fichier : `delai` en secondes, `memoire` en octets (mesurée là où le système la donne, sous Linux)."""

    delai: float = 120.0
    memoire: int = 4_000_000_000


class _Arrete(Exception):
    """L'ouvrier s'est arrêté de lui-même, ou a été tué par un autre que nous."""


class Poste:
    """Un ouvrier et ce qu'il faut pour le remplacer. Un poste ne sert qu'un fil d'exécution à la fois."""

    def __init__(self, reglages: Reglages, limites: Limites, commande: Sequence[str] = _OUVRIER, bavard: bool = False):
        self._reglages = reglages
        self._limites = limites
        self._commande = list(commande)
        self._bavard = bavard
        self._processus: subprocess.Popen[bytes] | None = None
        self._ferme = False

    @property
    def pid(self) -> int | None:
        """Numéro du processus en service."""
        return self._processus.pid if self._processus else None

    def controler(self, tache: Tache) -> tuple[Resultat, str]:
        """Contrôle un fichier, rend aussi la trace d'incident ; un ouvrier tué est remplacé, son fichier rejoué."""
        debut = time.perf_counter()
        cause = ""
        for _ in range(2):
            try:
                return self._essayer(tache)
            except _Arrete as arret:
                cause = str(arret)
                if self._ferme:
                    break
        return self._resultat(tache, incidents.ouvrier_perdu(cause), debut), ""

    def fermer(self) -> None:
        """Arrête l'ouvrier, même au milieu d'un fichier."""
        self._ferme = True
        self._abattre()

    def demarrer(self) -> None:
        """Lance l'ouvrier s'il ne l'est pas ; appelé d'avance, il démarre pendant qu'on cherche les fichiers."""
        if self._ferme:
            raise _Arrete("fermé")
        if self._processus is not None and self._processus.poll() is None:
            return
        self._abattre()
        chemins = [str(_RACINE), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        self._processus = subprocess.Popen(
            self._commande,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if self._bavard else subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(chemins)},
            start_new_session=True,
        )
        with contextlib.suppress(OSError):
            envoyer(self._entree, self._reglages)

    def _essayer(self, tache: Tache) -> tuple[Resultat, str]:
        debut = time.perf_counter()
        self.demarrer()
        try:
            envoyer(self._entree, tache)
        except OSError:
            raise self._constater_l_arret() from None
        while not self._pret():
            if time.perf_counter() - debut > self._limites.delai:
                self._abattre()
                return self._resultat(tache, incidents.trop_long(self._limites.delai), debut), ""
            if self._memoire() > self._limites.memoire:
                self._abattre()
                return self._resultat(tache, incidents.trop_de_memoire(self._limites.memoire), debut), ""
        try:
            return cast(tuple[Resultat, str], recevoir(self._sortie))
        except (EOFError, OSError, ValueError):
            raise self._constater_l_arret() from None

    def _pret(self) -> bool:
        try:
            return bool(select.select([self._sortie], [], [], _PAS)[0])
        except (OSError, ValueError):
            raise _Arrete("fermé") from None

    @property
    def _entree(self) -> BinaryIO:
        return cast(BinaryIO, cast(subprocess.Popen[bytes], self._processus).stdin)

    @property
    def _sortie(self) -> BinaryIO:
        return cast(BinaryIO, cast(subprocess.Popen[bytes], self._processus).stdout)

    def _memoire(self) -> int:
        """Mémoire résidente de l'ouvrier, en octets ; 0 si le système ne la dit pas."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGESIZE")

    def _constater_l_arret(self) -> _Arrete:
        processus = self._processus
        code = processus.wait() if processus and not self._ferme else None
        self._abattre()
        if code is not None and code < 0:
            return _Arrete(f"signal {-code}")
        return _Arrete(f"code {code}")

    def _abattre(self) -> None:
        processus, self._processus = self._processus, None
        if processus is None:
            return
        processus.kill()
        processus.wait()
        for tube in (processus.stdin, processus.stdout):
            if tube:
                with contextlib.suppress(OSError):
                    tube.close()

    def _resultat(self, tache: Tache, examen: Examen, debut: float) -> Resultat:
        controle = Controle(fichier=tache.fichier, examen=examen, duree=time.perf_counter() - debut)
        return ecrire(controle, tout=self._reglages.tout)


class Atelier:
    """`postes` ouvriers qui se partagent les tâches ; les résultats sortent dans l'ordre d'entrée.

    `interrompu` : après `KeyboardInterrupt`, `rendre_le_reste` donne les résultats finis que l'ordre retenait.
    """

    def __init__(
        self,
        reglages: Reglages,
        limites: Limites,
        postes: int = 1,
        commande: Sequence[str] = _OUVRIER,
        bavard: bool = False,
    ):
        self.postes = [Poste(reglages, limites, commande, bavard) for _ in range(max(1, postes))]
        self._finis: dict[int, tuple[Resultat, str]] = {}
        self._sortie: queue.Queue[tuple[int, tuple[Resultat, str]] | Exception] = queue.Queue()
        self._arret = threading.Event()
        self.postes[0].demarrer()

    def controler(self, taches: Iterable[Tache]) -> Generator[tuple[Resultat, str], None, None]:
        """Résultat et trace d'incident de chaque tâche, dans l'ordre."""
        attente: queue.Queue[tuple[int, Tache] | None] = queue.Queue()
        total = 0
        for tache in taches:
            attente.put((total, tache))
            total += 1
        actifs = self.postes[: max(1, min(len(self.postes), total))]
        for _ in actifs:
            attente.put(None)
        for poste in actifs:
            threading.Thread(target=self._servir, args=(poste, attente), daemon=True).start()
        prochain = 0
        while prochain < total:
            while prochain not in self._finis:
                rendu = self._sortie.get()
                if isinstance(rendu, Exception):
                    raise rendu
                self._finis[rendu[0]] = rendu[1]
            yield self._finis.pop(prochain)
            prochain += 1

    def rendre_le_reste(self) -> list[tuple[Resultat, str]]:
        """Les résultats finis mais pas encore rendus, dans l'ordre."""
        with contextlib.suppress(queue.Empty):
            while True:
                rendu = self._sortie.get_nowait()
                if not isinstance(rendu, Exception):
                    self._finis[rendu[0]] = rendu[1]
        return [self._finis.pop(rang) for rang in sorted(self._finis)]

    def fermer(self) -> None:
        """Arrête tous les ouvriers."""
        self._arret.set()
        for poste in self.postes:
            poste.fermer()

    def _servir(self, poste: Poste, attente: queue.Queue[Any]) -> None:
        while not self._arret.is_set():
            element = attente.get()
            if element is None:
                return
            rang, tache = element
            try:
                rendu = poste.controler(tache)
            except Exception as erreur:  # noqa: BLE001 -- rendue au fil principal, qui la lève
                self._sortie.put(erreur)
                return
            if not self._arret.is_set():
                self._sortie.put((rang, rendu))
