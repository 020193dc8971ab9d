"""`python -m tests.bench.controle EXEMPLES [--kit DIR]` : ce que coûte `controler`, par type de document.

EXEMPLES : dossier de CDA, ceux du kit public par exemple. Chaque document est donné deux fois à la même commande, en
deux copies : le premier passage chauffe l'ouvrier, le second compte. À froid : la commande entière sur un seul
document, caches disque en place. À deux ouvriers : la durée de la commande sur tout le lot, comparée à celle d'un.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steps.verifications.cda import CdaIllisible, lire_cda, niveau

RACINE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Serie:
    """Durées en secondes : par document à chaud, et de la commande entière."""

    durees: dict[str, float]
    totale: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Point d'entrée ; 2 sans document."""
    analyseur = argparse.ArgumentParser(prog="python -m tests.bench.controle", description=(__doc__ or "")[:90])
    analyseur.add_argument("exemples", type=Path)
    analyseur.add_argument("--kit", type=Path)
    options = analyseur.parse_args(arguments)
    documents = sorted(options.exemples.glob("*.xml"))
    if not documents:
        print(f"aucun .xml dans {options.exemples}", file=sys.stderr)
        return 2
    kits = [None, options.kit] if options.kit else [None]
    for kit in kits:
        un, deux = _passer(documents, kit, 1), _passer(documents, kit, 2)
        print(f"\n## {'Avec le kit' if kit else 'Sans kit'}, {len(documents)} documents\n")
        print(_tableau(documents, un))
        print(f"\nUn ouvrier : {un.totale:.1f} s les deux passages ; deux ouvriers : {deux.totale:.1f} s, ", end="")
        print(f"{un.totale / deux.totale:.2f} fois plus vite.")
        froids = [_froid(document, kit) for document in documents[:: max(1, len(documents) // 7)]]
        print(f"À froid, commande entière : médiane {statistics.median(froids):.2f} s, pire {max(froids):.2f} s.")
    return 0


def _passer(documents: list[Path], kit: Path | None, ouvriers: int) -> Serie:
    with tempfile.TemporaryDirectory(prefix="banc-sons-controle-") as nom:
        copies = [Path(nom, passage, document.name) for passage in ("1", "2") for document in documents]
        for copie, document in zip(copies, [*documents, *documents], strict=True):
            copie.parent.mkdir(exist_ok=True)
            shutil.copyfile(document, copie)
        debut = time.perf_counter()
        rendus = _controler(copies, kit, ouvriers)
        totale = time.perf_counter() - debut
    return Serie({Path(rendu["fichier"]).name: rendu["duree"] for rendu in rendus[len(documents) :]}, totale)


def _froid(document: Path, kit: Path | None) -> float:
    debut = time.perf_counter()
    _controler([document], kit, 1)
    return time.perf_counter() - debut


def _controler(documents: list[Path], kit: Path | None, ouvriers: int) -> list[dict[str, Any]]:
    commande = [sys.executable, "-m", "steps", "controler", "--json", "--jobs", str(ouvriers)]
    commande += ["--kit-ci-sis", str(kit.resolve())] if kit else []
    fini = subprocess.run([*commande, *map(str, documents)], cwd=RACINE, capture_output=True, check=False)
    rendus: list[dict[str, Any]] = json.loads(fini.stdout)
    return rendus


def _tableau(documents: list[Path], serie: Serie) -> str:
    par_type: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for document in documents:
        par_type[_type(document)].append((serie.durees[document.name], document.stat().st_size))
    lignes = ["| Document | Nombre | Taille médiane | Médiane | 90e centile | Pire |", "|---|---|---|---|---|---|"]
    ordonnes = sorted(par_type.items(), key=lambda paire: -len(paire[1]))
    tous = [mesure for mesures in par_type.values() for mesure in mesures]
    for nom, mesures in [*ordonnes, ("**tous**", tous)]:
        durees = sorted(duree for duree, _ in mesures)
        p90 = durees[min(len(durees) - 1, int(0.9 * len(durees)))]
        taille = statistics.median(octets for _, octets in mesures) / 1000
        valeurs = (statistics.median(durees), p90, durees[-1])
        lignes.append(
            f"| {nom} | {len(mesures)} | {taille:.0f} ko | " + " | ".join(f"{v:.3f} s" for v in valeurs) + " |"
        )
    return "\n".join(lignes)


def _type(document: Path) -> str:
    """Famille du volet, d'après le nom des exemples publiés, et niveau."""
    try:
        ce_niveau = niveau(lire_cda(document.read_bytes()))
    except CdaIllisible:
        ce_niveau = ""
    return f"{document.name.split('-')[0].split('_')[0]} {ce_niveau}".strip()


if __name__ == "__main__":
    sys.exit(main())
