"""`python -m tests.bench.schematron` : le jugement par les schematrons du kit public, contre le squelette ISO du kit.

Même machine, même exécution, mêmes documents, mêmes échecs attendus. Le kit est celui que désigne KIT_CI_SIS, ou
`--kit`. Chaque moteur a son processus, neuf. À froid : du lancement du processus au premier verdict, feuilles déjà
sur disque. À chaud : second passage sur les mêmes documents, tous les schematrons de chacun, analyse XML comprise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from tests.bench.mesure import Mesure

MOTEURS = ("squelette", "saxon", "rapide")
BUDGET_MEDIANE = 0.15
BUDGET_P90 = 0.5
BUDGET_FROID = 4.0
BUDGET_MEMOIRE = 700.0


@dataclass(frozen=True)
class Releve:
    """Ce qu'un processus a mesuré ; durées en secondes, mémoire en Mio, échecs par document et schematron."""

    froid: float
    durees: dict[str, float]
    premiers: dict[str, float]
    memoire: float
    echecs: dict[str, dict[str, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Point d'entrée ; 1 si les moteurs n'ont pas les mêmes échecs, 2 sans kit, 0 sinon."""
    options = _analyseur().parse_args(arguments)
    if options.ouvrier:
        _ouvrier(options.ouvrier, Path(options.kit), Path(options.cache), options.limite, options.tours)
        return 0
    if not options.kit:
        print("KIT_CI_SIS ne désigne pas de kit ; donner --kit DOSSIER", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="banc-sons-schematron-") as nom:
        releves: dict[str, Releve] = {}
        for moteur in MOTEURS:
            print(f"… {moteur} : mise en cache", file=sys.stderr, flush=True)
            _lancer(moteur, options.kit, nom, options.limite, 1)
            print(f"… {moteur} : mesure", file=sys.stderr, flush=True)
            releves[moteur] = _lancer(moteur, options.kit, nom, options.limite)
    mesures = _mesures(releves)
    if options.json:
        print(json.dumps({m.cle: m.en_dict() for m in mesures}, ensure_ascii=False, indent=2))
    else:
        for mesure in mesures:
            print(mesure.en_texte())
    ecarts = [
        f"{document}, {nom}"
        for document, comptes in releves["squelette"].echecs.items()
        for nom, compte in comptes.items()
        if any(releves[moteur].echecs[document][nom] != compte for moteur in MOTEURS)
    ]
    if ecarts:
        print("échecs différents selon le moteur : " + " ; ".join(ecarts), file=sys.stderr)
    return 1 if ecarts else 0


def _mesures(releves: dict[str, Releve]) -> list[Mesure]:
    mesures: list[Mesure] = []
    for moteur, releve in releves.items():
        durees = sorted(releve.durees.values())
        optimise = moteur == "rapide"
        detail = {"documents": float(len(durees)), "maximum": durees[-1], "somme": sum(durees)}
        p90 = durees[min(len(durees) - 1, round(0.9 * (len(durees) - 1)))]
        premiers = sorted(releve.premiers.values())
        mesures += [
            Mesure(f"schematron_{moteur}_mediane", f"{moteur}, à chaud, médiane par document",
                   statistics.median(durees), "s", BUDGET_MEDIANE if optimise else None, detail),
            Mesure(f"schematron_{moteur}_p90", f"{moteur}, à chaud, 90e percentile", p90, "s",
                   BUDGET_P90 if optimise else None),
            Mesure(f"schematron_{moteur}_premier_passage", f"{moteur}, premier passage du processus, médiane",
                   statistics.median(premiers), "s", None, {"maximum": premiers[-1]}),
            Mesure(f"schematron_{moteur}_froid", f"{moteur}, du lancement au premier verdict", releve.froid, "s",
                   BUDGET_FROID if optimise else None),
            Mesure(f"schematron_{moteur}_memoire", f"{moteur}, mémoire au plus haut", releve.memoire, "Mio",
                   BUDGET_MEMOIRE if optimise else None),
        ]  # fmt: skip
    rapports = [releves["squelette"].durees[d] / duree for d, duree in releves["rapide"].durees.items()]
    mesures.append(
        Mesure(
            "schematron_rapport",
            "squelette / rapide, à chaud, médiane par document",
            statistics.median(rapports),
            "fois",
        )
    )
    return mesures


def _lancer(moteur: str, kit: str, cache: str, limite: int, tours: int = 2) -> Releve:
    """Lance un processus de mesure et lit ce qu'il rend ; `froid` est vu d'ici, démarrage de Python compris."""
    commande = [sys.executable, "-m", "tests.bench.schematron", "--ouvrier", moteur, "--kit", kit, "--cache", cache]
    debut = time.perf_counter()
    with subprocess.Popen(
        [*commande, "--limite", str(limite), "--tours", str(tours)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as processus:
        assert processus.stdout is not None
        processus.stdout.readline()
        froid = time.perf_counter() - debut
        rendu = json.loads(processus.stdout.read())
    return Releve(froid=froid, **rendu)


def _ouvrier(moteur: str, kit: Path, cache: Path, limite: int, nombre: int) -> None:
    """Mesure un moteur : une ligne au premier verdict, puis le relevé en JSON."""
    juger = _jugeur(moteur, kit, cache)
    fichiers = sorted(kit.glob("ExemplesCDA/*.xml"))
    fichiers = fichiers[:: max(1, len(fichiers) // limite)][:limite] if limite else fichiers
    tours: list[dict[str, float]] = [{} for _ in range(nombre)]
    echecs: dict[str, dict[str, int]] = {}
    for tour in tours:
        for fichier in fichiers:
            debut = time.perf_counter()
            echecs[fichier.stem] = juger(fichier)
            tour[fichier.stem] = time.perf_counter() - debut
            if tour is tours[0] and len(tour) == 1:
                print("premier verdict", flush=True)
    rendu = {
        "durees": tours[-1],
        "premiers": tours[0],
        "memoire": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "echecs": echecs,
    }
    print(json.dumps(rendu))


def _jugeur(moteur: str, dossier: Path, cache: Path) -> Callable[[Path], dict[str, int]]:
    """Une fonction qui juge un fichier par tous ses schematrons et rend le nombre d'échecs de chacun."""
    from steps.schematron.kit import Kit

    kit = Kit.ouvrir(dossier)
    analyseur = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True)
    if moteur == "squelette":
        from saxonche import PySaxonApiError

        from tests.schematron.squelette import Squelette

        squelette = Squelette(dossier, cache)

        def par_le_squelette(fichier: Path) -> dict[str, int]:
            arbre = etree.parse(str(fichier), analyseur)
            document: Any = squelette.document(arbre)
            comptes: dict[str, int] = {}
            for schematron in kit.schematrons_pour(arbre).schematrons:
                # une annexe absente du kit arrête le squelette : rien à compter pour ce schematron
                with contextlib.suppress(PySaxonApiError):
                    comptes[schematron.nom] = len(squelette.juger(arbre, schematron.chemin, document).echecs)
            return comptes

        return par_le_squelette

    from steps.schematron.jugement import Moteur, juger

    choisi: Moteur = "saxon" if moteur == "saxon" else "rapide"

    def par_nous(fichier: Path) -> dict[str, int]:
        arbre = etree.parse(str(fichier), analyseur)
        passages = juger(arbre, kit.schematrons_pour(arbre).schematrons, choisi, cache)
        return {passage.schematron.nom: len(passage.echecs) for passage in passages}

    return par_nous


def _analyseur() -> argparse.ArgumentParser:
    analyseur = argparse.ArgumentParser(
        prog="python -m tests.bench.schematron",
        description="Mesure le jugement par les schematrons du kit public : squelette ISO, Saxon, moteur rapide.",
        add_help=False,
    )
    analyseur._optionals.title = "options"
    analyseur.add_argument("-h", "--help", action="help", help="affiche cette aide")
    analyseur.add_argument("--json", action="store_true", help="rend un objet JSON, pour un programme")
    analyseur.add_argument("--kit", default=os.environ.get("KIT_CI_SIS", ""), help="dossier du kit", metavar="DOSSIER")
    analyseur.add_argument("--limite", type=int, default=0, help="nombre d'exemples, répartis", metavar="N")
    analyseur.add_argument("--tours", type=int, default=2, help=argparse.SUPPRESS)
    analyseur.add_argument("--ouvrier", choices=MOTEURS, help=argparse.SUPPRESS)
    analyseur.add_argument("--cache", default="", help=argparse.SUPPRESS)
    return analyseur


if __name__ == "__main__":
    sys.exit(main())
