"""`python -m steps` : diagnostic avant campagne, contrat des actions, liste des règles, contrôle de fichiers."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from requirements import lieux
from requirements.erreurs import ErreurRequirements
from requirements.ligne_de_commande import AnalyseurFrancais
from steps.controle import options as options_de_controle
from steps.logiciel.temoin_couloir import TEMOIN
from steps.relecture import options as options_de_relecture

# Chaque commande importe ce qu'elle demande : l'aide et le contrôle d'un fichier n'attendent pas les simulateurs.


def main(arguments: Sequence[str] | None = None) -> int:
    """Point d'entrée ; rend le code de sortie."""
    options = _analyseur().parse_args(arguments)
    try:
        with lieux.employer(getattr(options, "couloirs", None)):
            code: int = options.fonction(options)
        sys.stdout.flush()
    except ErreurRequirements as erreur:
        print(erreur, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Le lecteur (`head`, `less`) s'est arrêté : rien à dire, et rien à écrire à la fermeture.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _analyseur() -> argparse.ArgumentParser:
    analyseur = AnalyseurFrancais(
        prog="python -m steps",
        description="Conduite des campagnes : diagnostic, contrat, règles, relecture ; contrôle de fichiers.",
    )
    commandes = analyseur.add_subparsers(title="commandes", required=True, metavar="COMMANDE")

    diagnostic = commandes.add_parser(
        "diagnostic", help="vérifie configuration, simulateurs et logiciel avant toute campagne (sortie 3 si bloqué)"
    )
    diagnostic.add_argument("--couloir", required=True, help="par exemple biologie")
    diagnostic.add_argument("--couloirs", type=Path, metavar="DIR", help=lieux.AIDE)
    diagnostic.add_argument(
        "--type-logiciel", default="", metavar="TYPE", help="quand le couloir en a plusieurs : DPI, PFI"
    )
    diagnostic.add_argument(
        "--logiciel", type=Path, default=TEMOIN, help="logiciel.yaml ; par défaut le logiciel témoin"
    )
    diagnostic.add_argument(
        "--dossier", type=Path, default=Path("campagnes"), help="où les campagnes s'écriront ; par défaut campagnes/"
    )
    diagnostic.add_argument("--json", action="store_true", help="résultat en JSON")
    diagnostic.set_defaults(fonction=_diagnostic)

    initier = commandes.add_parser("initier", help="écrit un logiciel.yaml commenté pour un couloir, prêt à remplir")
    initier.add_argument("--couloir", required=True, help="par exemple biologie")
    initier.add_argument("--couloirs", type=Path, metavar="DIR", help=lieux.AIDE)
    initier.add_argument(
        "--type-logiciel", default="", metavar="TYPE", help="quand le couloir en a plusieurs : DPI, PFI"
    )
    initier.add_argument("--sortie", type=Path, default=Path("logiciel.yaml"), help="fichier à écrire, jamais écrasé")
    initier.add_argument(
        "--adaptateur",
        default="operateur",
        help="ce qui fait agir le logiciel pour commencer : operateur (par défaut, une personne), http, commande, page",
    )
    initier.set_defaults(fonction=_initier)

    controle = commandes.add_parser(
        "controler",
        help="juge des fichiers sans logiciel : CDA, PDF, XDM, SOAP, SAML, JWT, HL7 v2",
        description=options_de_controle.DESCRIPTION,
        epilog=options_de_controle.EPILOGUE,
    )
    options_de_controle.declarer(controle)
    controle.set_defaults(fonction=_controler)

    relecture = commandes.add_parser(
        "relire",
        help="refait hors ligne chaque verdict de machine d'une campagne ou d'un dossier scellé, et compare",
        description=options_de_relecture.DESCRIPTION,
        epilog=options_de_relecture.EPILOGUE,
    )
    options_de_relecture.declarer(relecture)
    relecture.set_defaults(fonction=_relire)

    contrat = commandes.add_parser("contrat", help="écrit le contrat des actions métier (OpenAPI 3.1)")
    contrat.add_argument("--sortie", type=Path, help="fichier ; par défaut la sortie standard")
    contrat.add_argument("--actions", action="store_true", help="liste lisible des actions et de leurs consignes")
    contrat.set_defaults(fonction=_contrat)

    regles = commandes.add_parser("regles", help="liste chaque règle vérifiée : source, confiance, exemples")
    regles.add_argument("code", nargs="?", default="", metavar="CODE", help="début de code, par exemple CDA-PAT")
    regles.add_argument("--json", action="store_true", help="liste en JSON")
    regles.set_defaults(fonction=_regles)

    guider = commandes.add_parser(
        "guider", help="rouvre le guichet sur une campagne : ce qui reste à une personne, sans rejouer les scénarios"
    )
    guider.add_argument("dossier", type=Path, metavar="DIR", help="dossier de campagne")
    guider.add_argument("--operateur", choices=("console", "terminal"), default="console", help="où répondre")
    guider.add_argument("--operateur-nom", default="", metavar="NOM", help="qui répond")
    guider.add_argument("--ouvrir-console", action="store_true", help="ouvre la console dans le navigateur")
    guider.set_defaults(fonction=_guider)

    actions = commandes.add_parser(
        "actions-par-scenario", help="refait la table des actions de chaque scénario, d'après une campagne du témoin"
    )
    actions.add_argument(
        "campagnes", type=Path, nargs="+", metavar="DIR", help="campagne entière du logiciel témoin, une par couloir"
    )
    actions.set_defaults(fonction=_actions_par_scenario)

    couverture = commandes.add_parser(
        "verifications", help="relève, dans des campagnes, les règles établies par chaque scénario (pour la couverture)"
    )
    couverture.add_argument(
        "campagnes", type=Path, nargs="+", metavar="DIR", help="campagne du logiciel témoin, une par couloir"
    )
    couverture.add_argument("--sortie", type=Path, required=True, help="fichier JSON à écrire")
    couverture.set_defaults(fonction=_verifications)
    return analyseur


def _diagnostic(options: argparse.Namespace) -> int:
    from steps.diagnostic import commande

    return commande(options)


def _initier(options: argparse.Namespace) -> int:
    from steps.initier import initier

    return initier(options)


def _controler(options: argparse.Namespace) -> int:
    from steps.controle.commande import controler

    return controler(options)


def _relire(options: argparse.Namespace) -> int:
    from steps.relire import relire

    return relire(options)


def _guider(options: argparse.Namespace) -> int:
    from reports.campagne import ErreurCampagne
    from requirements.erreurs import ErreurRequirements
    from steps.operateur.guidage_reouverture import guider
    from steps.operateur.poste import Poste

    poste = Poste(options.operateur, nom=options.operateur_nom, ouvrir_navigateur=options.ouvrir_console)
    try:
        guider(options.dossier, poste)
    except (ErreurCampagne, ErreurRequirements, OSError) as erreur:
        print(f"Erreur : {erreur}", file=sys.stderr)
        return 3
    return 0


def _actions_par_scenario(options: argparse.Namespace) -> int:
    from steps.logiciel.besoins import FICHIER, ecrire_table

    try:
        combien = ecrire_table(options.campagnes)
    except ValueError as erreur:
        print(f"Erreur : {erreur}", file=sys.stderr)
        return 2
    except OSError as erreur:
        print(f"{erreur.filename or options.campagnes[0]} : aucune campagne lisible ({erreur})", file=sys.stderr)
        return 2
    print(f"{combien} scénarios écrits dans {FICHIER}")
    return 0


def _contrat(options: argparse.Namespace) -> int:
    from steps.logiciel.contrat import charger_contrat, openapi

    if options.actions:
        for action in charger_contrat().actions.values():
            print(f"{action.nom}\n    {action.titre}\n    {action.consigne}")
        return 0
    texte = json.dumps(openapi(), ensure_ascii=False, indent=2) + "\n"
    if options.sortie:
        options.sortie.write_text(texte, encoding="utf-8")
    else:
        sys.stdout.write(texte)
    return 0


def _regles(options: argparse.Namespace) -> int:
    from steps.regles import montrer

    return montrer(options)


def _verifications(options: argparse.Namespace) -> int:
    from steps.couverture import regles_par_scenario

    try:
        # Un scénario de plusieurs REM garde ce que la première campagne qui le joue en a établi.
        releves = [regles_par_scenario(campagne) for campagne in reversed(options.campagnes)]
        par_scenario = {n: codes for releve in releves for n, codes in releve.items()}
    except (OSError, ValueError) as erreur:
        print(f"{', '.join(map(str, options.campagnes))} : verdicts.json illisible ({erreur})", file=sys.stderr)
        return 2
    par_scenario = dict(sorted(par_scenario.items()))
    options.sortie.write_text(json.dumps(par_scenario, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(par_scenario)} scénarios écrits dans {options.sortie}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
