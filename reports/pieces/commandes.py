"""`python -m reports deposer | retirer | manquantes` : les pièces d'une campagne, en ligne de commande."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reports.campagne import ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.pieces import metadonnees
from reports.pieces.appariement import Appariement, PieceTrouvee, TableIllisible, apparier
from reports.pieces.lot import BilanDeLot, deposer_lot
from reports.pieces.manquantes import ScenarioIncomplet, incomplets
from reports.pieces.porte import DepotImpossible, PortePieces, ouvrir_porte
from reports.texte import affichable, deroule_en_texte, pluriel
from requirements.catalogue import charger_de_campagne
from requirements.modele import TypePiece
from simulators.socle.journal import JournalEchanges

CODE_REUSSITE, CODE_REFUS = 0, 1

Ajouter = Callable[[Any, str, str], argparse.ArgumentParser]


def declarer(commandes: Any, ajouter: Ajouter) -> None:
    """Déclare les trois commandes."""
    deposer = ajouter(commandes, "deposer", "dépose des pièces apportées par une personne, puis rebâtit les rapports")
    quoi = deposer.add_mutually_exclusive_group(required=True)
    quoi.add_argument(
        "--preuve", nargs="+", metavar="N°", help="N° de preuve, suivi des fichiers : --preuve INS/va1.01.01.01 a.png"
    )
    quoi.add_argument(
        "--depuis",
        type=Path,
        metavar="DOSSIER",
        help="dépose tout un dossier, chaque fichier nommé par son N° de preuve",
    )
    deposer.add_argument(
        "--table", type=Path, metavar="TABLE.csv|yaml", help="avec --depuis : quelle pièce répond à quelle preuve"
    )
    deposer.add_argument(
        "--lien", metavar="URL|NUMÉRO", help="résultat sur une plateforme officielle, gardé tel quel, jamais visité"
    )
    genres = [piece.value for piece in TypePiece]
    deposer.add_argument(
        "--genre", default="", choices=genres, metavar="GENRE", help=f"déduit sans cette option ; {', '.join(genres)}"
    )
    deposer.add_argument("--par", default="", metavar="NOM", help="qui dépose ; par défaut, le nom de la session")
    deposer.add_argument("--meta", type=Path, metavar="FICHIER", help="métadonnées d'une attestation (YAML ou JSON)")
    deposer.add_argument(
        "--champ", action="append", default=[], metavar="CHAMP=VALEUR", help="une métadonnée (numero, date, version…)"
    )
    deposer.set_defaults(commande=_deposer)

    retirer = ajouter(commandes, "retirer", "retire une pièce déposée ; le fichier est gardé sous retirees/")
    retirer.add_argument(
        "--preuve", nargs=2, required=True, metavar=("N°", "FICHIER"), help="preuve, et nom du fichier"
    )
    retirer.add_argument("--raison", required=True, metavar="TEXTE", help="pourquoi ; le relecteur la lira")
    retirer.add_argument("--par", default="", metavar="NOM", help="qui retire ; par défaut, le nom de la session")
    retirer.set_defaults(commande=_retirer)

    manquantes = ajouter(commandes, "manquantes", "liste ce qui reste à apporter, sous la forme la moins coûteuse")
    manquantes.set_defaults(commande=_manquantes)


def _deposer(options: argparse.Namespace) -> int:
    try:
        with ouvrir_porte(options.dossier) as porte:
            pieces, orphelins = _pieces(options, porte)
            bilan = deposer_lot(porte, pieces, par=_qui(options), orphelins=orphelins)
            if any(not rangee.deja for rangee in bilan.rangees):
                porte.rebatir()
    except (DepotImpossible, metadonnees.MetadonneesIllisibles, TableIllisible) as erreur:
        raise ErreurCampagne(str(erreur)) from erreur
    if options.json:
        _imprimer_json(bilan.en_dict())
    else:
        _montrer(bilan)
    return CODE_REFUS if bilan.refusees or bilan.orphelins else CODE_REUSSITE


def _pieces(options: argparse.Namespace, porte: PortePieces) -> tuple[list[PieceTrouvee], Mapping[Path, str]]:
    """Les pièces demandées, et les fichiers du dossier qui ne répondent à rien."""
    if options.depuis is not None:
        if not options.depuis.is_dir():
            raise DepotImpossible(f"--depuis : {options.depuis} n'est pas un dossier")
        if options.lien or options.meta or options.champ or options.genre:
            raise DepotImpossible(
                "--lien, --meta, --champ et --genre vont avec --preuve ; avec --depuis, c'est la table"
            )
        trouve: Appariement = apparier(options.depuis, porte.catalogue.preuves, options.table)
        return list(trouve.pieces), trouve.orphelins
    if options.table is not None:
        raise DepotImpossible("--table : attendu avec --depuis DOSSIER")
    preuve, *fichiers = options.preuve
    if not fichiers and not options.lien:
        raise DepotImpossible(f"aucun fichier : --preuve {preuve} FICHIER…, ou --preuve {preuve} --lien URL")
    meta: dict[str, Any] = metadonnees.lire(options.meta) if options.meta else {}
    meta |= metadonnees.depuis_options(options.champ)
    pieces = [PieceTrouvee(preuve, Path(nom), genre=options.genre, meta=meta or None) for nom in fichiers]
    if options.lien:
        pieces.append(PieceTrouvee(preuve, lien=options.lien))
    return pieces, {}


def _retirer(options: argparse.Namespace) -> int:
    preuve, fichier = options.preuve
    try:
        with ouvrir_porte(options.dossier) as porte:
            piece = porte.retirer(preuve, fichier, par=_qui(options), raison=options.raison)
            etat = porte.etat(preuve).etat
            porte.rebatir()
    except DepotImpossible as erreur:
        raise ErreurCampagne(str(erreur)) from erreur
    if options.json:
        _imprimer_json({"preuve": preuve, "retiree": piece.en_dict(), "etat": etat.value})
    else:
        print(f"{preuve} : pièce retirée, gardée dans {piece.chemin} ; la preuve est {etat.libelle}.")
    return CODE_REUSSITE


def _manquantes(options: argparse.Namespace) -> int:
    dossier: Path = options.dossier
    try:
        journal = JournalEchanges.ouvrir(dossier)
    except FileNotFoundError as erreur:
        raise ErreurCampagne(f"{dossier} : aucun journal ; attendu un dossier de campagne") from erreur
    with journal:
        catalogue = charger_de_campagne(dossier, charger_campagne(dossier, journal).couloir)
        scenarios = incomplets(charger_campagne(dossier, journal, catalogue).resultats, catalogue)
    if options.json:
        _imprimer_json({"scenarios": [scenario.en_dict() for scenario in scenarios]})
    else:
        print("\n".join(_lignes(scenarios)))
    return CODE_REUSSITE


def _lignes(scenarios: tuple[ScenarioIncomplet, ...]) -> list[str]:
    total = sum(len(scenario.manquantes) for scenario in scenarios)
    if not scenarios:
        return ["Rien à apporter : chaque preuve a sa pièce."]
    lignes = []
    for scenario in scenarios:
        lignes.append(f"{scenario.resultat.scenario} — {affichable(scenario.resultat.titre)}")
        lignes += [f"  {ligne}" for ligne in deroule_en_texte(scenario.deroule)]
        for manquante in scenario.manquantes:
            genre = manquante.proposition.premier
            lignes.append(f"  {manquante.preuve.designation or 'sans numéro'} : {genre.libelle if genre else 'pièce'}")
            lignes.append(f"    demandé : {affichable(manquante.preuve.attendu)}")
            lignes += [f"    {conseil}" for conseil in (manquante.a_montrer, manquante.proposition.conseil) if conseil]
            lignes += [f"    à refaire : {affichable(perimee)}" for perimee in manquante.perimees]
        lignes += [f"  {preuve.designation} : apportée, à vérifier par un relecteur" for preuve in scenario.a_verifier]
    a_verifier = sum(len(scenario.a_verifier) for scenario in scenarios)
    suite = f" ; {pluriel(a_verifier, 'preuve apportée reste', 'preuves apportées restent')} à vérifier"
    return [*lignes, "", f"{pluriel(total, 'preuve')} à apporter{suite if a_verifier else ''}."]


def _montrer(bilan: BilanDeLot) -> None:
    for rangee in bilan.rangees:
        fait = "déjà au dossier" if rangee.deja else "déposée"
        print(f"✓ {rangee.preuve} : {rangee.piece.chemin} {fait} ; la preuve est {rangee.etat.libelle}")
        raison = rangee.piece.details.get("a_verifier")
        for ligne in (*rangee.avertissements, *([f"à vérifier : {raison}"] if raison else ())):
            print(f"    {affichable(ligne)}")
    for refusee in bilan.refusees:
        print(f"✗ {affichable(refusee.preuve)} : {affichable(refusee.nom)} refusée\n    {affichable(refusee.message)}")
    for chemin, raison in bilan.orphelins.items():
        print(f"? {affichable(str(chemin))} : {raison}")
    rangees = pluriel(len(bilan.rangees), "pièce au dossier", "pièces au dossier")
    orphelins = pluriel(len(bilan.orphelins), "fichier sans preuve", "fichiers sans preuve")
    print(f"{rangees}, {pluriel(len(bilan.refusees), 'refusée')}, {orphelins}.")


def _qui(options: argparse.Namespace) -> str:
    if options.par.strip():
        return str(options.par).strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError) as erreur:
        raise DepotImpossible("qui dépose ? donnez un nom par --par") from erreur


def _imprimer_json(valeur: Any) -> None:
    print(json.dumps(valeur, ensure_ascii=False, indent=2))
