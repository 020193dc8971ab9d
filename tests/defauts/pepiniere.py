"""Processus qui a déjà chargé le logiciel témoin et en fait naître un par demande, sans le recharger.

Une ligne JSON par demande sur l'entrée standard (les arguments de la ligne de commande), une ligne JSON par réponse
(`pid` et `url`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]


class TemoinNe:
    """Un logiciel témoin né de la pépinière ; même usage que `ProcessusTemoin`."""

    def __init__(self, pid: int, url: str, port_hl7v2: int = 0) -> None:
        self._pid = pid
        self.url = url
        self.port_hl7v2 = port_hl7v2

    def arreter(self) -> None:
        """Demande l'arrêt, sans l'attendre : la pépinière le recueille."""
        if self._pid:
            os.kill(self._pid, signal.SIGTERM)
            self._pid = 0


class Pepiniere:
    """Le côté de celui qui demande."""

    def __init__(self) -> None:
        self._processus = subprocess.Popen(
            [sys.executable, "-m", "tests.defauts.pepiniere"],
            cwd=RACINE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def naitre(self, environnement: Path, defauts: Sequence[str], *, releve: bool = False) -> TemoinNe:
        arguments = ["--environnement", str(environnement)]
        for defaut in defauts:
            arguments += ["--defaut", defaut]
        if releve:
            arguments.append("--relever-defauts")
        entree, sortie = self._processus.stdin, self._processus.stdout
        assert entree is not None and sortie is not None
        entree.write(json.dumps(arguments) + "\n")
        entree.flush()
        reponse = json.loads(sortie.readline())
        return TemoinNe(reponse["pid"], reponse["url"], reponse["port_hl7v2"])

    def fermer(self) -> None:
        """Ferme la pépinière ; ses témoins s'arrêtent avec elle."""
        entree, sortie = self._processus.stdin, self._processus.stdout
        assert entree is not None and sortie is not None
        entree.close()
        self._processus.wait(timeout=10)
        sortie.close()


def main() -> None:
    from simulators.logiciel_temoin.__main__ import main as temoin

    # Un témoin s'arrête quand son entrée se ferme : celle-ci se ferme quand la pépinière disparaît.
    veille, garde = os.pipe()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for ligne in sys.stdin:
        lecture, ecriture = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(garde)
            os.close(lecture)
            os.dup2(veille, 0)
            os.dup2(ecriture, 1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os._exit(temoin(json.loads(ligne)))
        os.close(ecriture)
        with os.fdopen(lecture) as tuyau:
            print(json.dumps({"pid": pid, **json.loads(tuyau.readline())}), flush=True)


if __name__ == "__main__":
    main()
