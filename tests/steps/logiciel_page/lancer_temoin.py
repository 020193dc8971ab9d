"""Programme d'adaptateur `commande` : lance le logiciel témoin avec son seul écran, quand le banc est prêt.

    python lancer_temoin.py CONTRAT.json PORT

Le témoin s'arrête avec ce programme, qui s'arrête quand son entrée se ferme.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

RACINE = Path(__file__).resolve().parents[3]


def main(contrat: str, port: str) -> None:
    """Répond aux demandes ; la première lance le témoin, face à l'environnement qu'elle donne."""
    temoin: subprocess.Popen[bytes] | None = None
    for ligne in sys.stdin:
        demande = json.loads(ligne)
        if temoin is None:
            options = ["--environnement", demande["environnement"], "--ecran", "--contrat", contrat, "--port", port]
            commande = [sys.executable, "-m", "simulators.logiciel_temoin", *options]
            temoin = subprocess.Popen(commande, cwd=RACINE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert temoin.stdout is not None
            temoin.stdout.readline()
        print(json.dumps({"numero": demande.get("numero"), "resultat": "non_gere"}), flush=True)
    if temoin is not None:
        temoin.communicate()


if __name__ == "__main__":
    main(*sys.argv[1:])
