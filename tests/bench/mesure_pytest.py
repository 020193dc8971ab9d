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
            "memoire_mo": propre.ru_maxrss / unite,
            "memoire_enfants_mo": enfants.ru_maxrss / unite,
        }
    Path(sortie).write_text(json.dumps(cout), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
