"""Lance pytest dans ce processus et écrit ce qu'il a coûté : `python -m tests.bench.mesure_pytest SORTIE.json …`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest


def main() -> int:
    """Durées de ce processus et de ses enfants (le logiciel témoin, attendu à la fin), et leur mémoire au plus haut."""
    sortie, *arguments = sys.argv[1:]
    debut = time.perf_counter()
    code = int(pytest.main(arguments))
    cout = {"code": code, "duree_s": time.perf_counter() - debut, "cpu_s": time.process_time()}
    if sys.platform != "win32":
        import resource

        propre, enfants = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        unite = 2**20 if sys.platform == "darwin" else 2**10  # octets sous macOS, Kio ailleurs
        cout |= {
            "cpu_enfants_s": enfants.ru_utime + enfants.ru_stime,
            "memoire_mo": _au_plus_haut(propre.ru_maxrss / unite),
            "memoire_enfants_mo": enfants.ru_maxrss / unite,
        }
    Path(sortie).write_text(json.dumps(cout), encoding="utf-8")
    return 0


def _au_plus_haut(depuis_le_lancement: float) -> float:
    """Sous Linux, `ru_maxrss` garde le plus haut de qui nous a lancés : `VmHWM` ne compte que ce processus."""
    etat = Path("/proc/self/status")
    if not etat.is_file():
        return depuis_le_lancement
    [ligne] = [ligne for ligne in etat.read_text(encoding="ascii").splitlines() if ligne.startswith("VmHWM:")]
    return int(ligne.split()[1]) / 2**10


if __name__ == "__main__":
    sys.exit(main())
