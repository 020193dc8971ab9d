"""`python -m tests.bench` : mesure le banc et compare aux budgets."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from tests.bench import annuaire, campagne, demarrage, documents, echange, endurance, journal, memoire, messagerie, psc
from tests.bench.mesure import Mesure

CLES = (
    "demarrage_simulateurs",
    "catalogue",
    "echange_rapport",
    "journal_scenario",
    "journal_requetes",
    "cda_par_document",
    "memoire_mtom",
    "endurance_echanges_cout",
    "endurance_echanges_memoire",
    "endurance_scenarios_cout",
    "endurance_scenarios_memoire",
    "courriel_envoi_rapport",
    "courriel_lecture_rapport",
    "boite_fetch_rapport",
    "boite_recherche_rapport",
    "sessions_memoire",
    "psc_connexion_rapport",
    "psc_verification_rapport",
    "psc_sessions_rapport",
    "annuaire_recherche_rapport",
    "annuaire_chargement_rapport",
    "annuaire_ecriture_rapport",
    "campagne_rapport",
    "campagne_duree",
    "campagne_memoire",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Point d'entrée ; rend toujours 0 quand les mesures ont pu être faites."""
    options = _analyseur().parse_args(arguments)
    mesures: list[Mesure] = []
    with tempfile.TemporaryDirectory(prefix="banc-sons-mesures-") as nom:
        dossier = Path(nom)
        for titre, mesurer in _groupes(dossier, rapide=options.rapide).items():
            if options.seulement and titre not in options.seulement:
                continue
            if not options.json:
                print(f"… {titre}", file=sys.stderr, flush=True)
            for mesure in mesurer():
                mesures.append(mesure)
                if not options.json:
                    print(mesure.en_texte(), flush=True)
    if options.json:
        rendu = {"machine": _machine(), "rapide": options.rapide, "mesures": {m.cle: m.en_dict() for m in mesures}}
        print(json.dumps(rendu, ensure_ascii=False, indent=2))
    return 0


def _groupes(dossier: Path, *, rapide: bool) -> dict[str, Callable[[], list[Mesure]]]:
    return {
        "demarrage": lambda: demarrage.mesurer(dossier, rapide=rapide),
        "echange": lambda: echange.mesurer(dossier, rapide=rapide),
        "journal": lambda: journal.mesurer(dossier, rapide=rapide),
        "documents": lambda: documents.mesurer(rapide=rapide),
        "memoire": lambda: memoire.mesurer(dossier, rapide=rapide),
        "endurance": lambda: endurance.mesurer(dossier, rapide=rapide),
        "messagerie": lambda: messagerie.mesurer(dossier, rapide=rapide),
        "psc": lambda: psc.mesurer(dossier, rapide=rapide),
        "annuaire": lambda: annuaire.mesurer(rapide=rapide),
        "campagne": lambda: campagne.mesurer(dossier, rapide=rapide),
    }


def _machine() -> dict[str, object]:
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "systeme": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "processeurs": os.cpu_count() or 0,
        "charge": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _analyseur() -> argparse.ArgumentParser:
    analyseur = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Mesure le banc, en rapports pris dans une même exécution, et compare aux budgets. "
        "Aucun dépassement ne change le code de sortie : la machine décide trop du résultat.",
        add_help=False,
    )
    analyseur._optionals.title = "options"
    analyseur.add_argument("-h", "--help", action="help", help="affiche cette aide")
    analyseur.add_argument("--json", action="store_true", help="rend un objet JSON, pour un programme")
    analyseur.add_argument(
        "--rapide", action="store_true", help="peu de répétitions, petits volumes : vérifie que tout se mesure"
    )
    analyseur.add_argument(
        "--seulement",
        action="append",
        choices=tuple(_groupes(Path(), rapide=True)),
        help="ce groupe de mesures seulement (répétable)",
        metavar="GROUPE",
    )
    return analyseur


if __name__ == "__main__":
    sys.exit(main())
