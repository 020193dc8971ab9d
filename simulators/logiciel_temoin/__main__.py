"""`python -m simulators.logiciel_temoin` : lance le logiciel témoin et dit son adresse."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from simulators.logiciel_temoin.api import Interface, ServeurLabo, apropos
from simulators.logiciel_temoin.defauts import CATALOGUE, Defauts
from simulators.logiciel_temoin.environnement import lire_environnement
from simulators.logiciel_temoin.hl7v2_ecoute import ServeurHl7v2
from simulators.logiciel_temoin.labo import Labo

if TYPE_CHECKING:
    from simulators.logiciel_temoin.ecran import ServeurEcran


def analyser(arguments: list[str]) -> argparse.Namespace:
    analyseur = argparse.ArgumentParser(
        prog="python -m simulators.logiciel_temoin",
        description="Labo Témoin : un petit SGL de démonstration, piloté par une API HTTP locale.",
    )
    analyseur.add_argument("--environnement", type=Path, help="fichier JSON écrit par les simulateurs")
    analyseur.add_argument(
        "--defaut", action="append", default=[], metavar="NOM", choices=sorted(CATALOGUE), help="défaut à activer"
    )
    analyseur.add_argument("--port", type=int, default=0, help="port de l'API (0 : choisi par le système)")
    analyseur.add_argument(
        "--port-pages",
        type=int,
        default=0,
        help="port des pages web, donc des adresses de retour de Pro Santé Connect (0 : choisi par le système)",
    )
    analyseur.add_argument(
        "--port-hl7v2", type=int, default=0, help="port MLLP où arrivent les messages (0 : choisi par le système)"
    )
    analyseur.add_argument("--donnees", type=Path, help="dossier où garder les documents produits")
    analyseur.add_argument(
        "--relever-defauts",
        action="store_true",
        help="dit sur GET /defauts ceux qui auraient pu agir depuis la fois d'avant",
    )
    analyseur.add_argument("--lister-defauts", action="store_true", help="affiche les défauts connus, en JSON")
    analyseur.add_argument(
        "--ecran", action="store_true", help="l'API est fermée : le logiciel n'offre que son écran, pour une personne"
    )
    analyseur.add_argument(
        "--contrat",
        type=Path,
        metavar="FICHIER.json",
        help="contrat OpenAPI des actions, que l'écran met en formulaires",
    )
    options = analyseur.parse_args(arguments)
    if not options.lister_defauts and options.environnement is None:
        analyseur.error("--environnement est obligatoire")
    if options.ecran != (options.contrat is not None):
        analyseur.error("--ecran et --contrat vont ensemble : l'écran tire ses formulaires du contrat des actions")
    return options


def main(arguments: list[str]) -> int:
    options = analyser(arguments)
    if options.lister_defauts:
        print(json.dumps(CATALOGUE, ensure_ascii=False, indent=2))
        return 0
    labo = Labo(
        lire_environnement(options.environnement),
        Defauts(options.defaut, releve=options.relever_defauts),
        options.donnees,
    )
    labo.port_pages = options.port_pages
    try:
        serveur = _serveur(labo, options)
    except ValueError as erreur:
        print(erreur, file=sys.stderr)
        return 2
    fin = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: fin.set())
    signal.signal(signal.SIGINT, lambda *_: fin.set())
    prise = ServeurHl7v2(labo, options.port_hl7v2)
    for ecoute in (serveur, prise):
        threading.Thread(target=ecoute.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    threading.Thread(target=_attendre_fin_entree, args=(fin,), daemon=True).start()
    print(json.dumps({"url": serveur.url, "port_hl7v2": prise.port}), flush=True)
    while not fin.wait(0.5):
        pass
    for ecoute in (serveur, prise):
        ecoute.shutdown()
        ecoute.server_close()
    labo.fermer()
    return 0


def _serveur(labo: Labo, options: argparse.Namespace) -> ServeurLabo | ServeurEcran:
    """L'API, ou l'écran à sa place."""
    if not options.ecran:
        return ServeurLabo(labo, options.port)
    from simulators.logiciel_temoin.ecran import ServeurEcran
    from simulators.logiciel_temoin.ecran.contrat import lire_contrat

    return ServeurEcran(lire_contrat(options.contrat), Interface(labo).jouer, apropos(labo), options.port)


def _attendre_fin_entree(fin: threading.Event) -> None:
    """L'entrée standard fermée dit que celui qui nous a lancés n'est plus là."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    fin.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
