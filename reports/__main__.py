"""`python -m reports` : rebâtir les rapports d'une campagne, la résumer, la sceller ; vérifier un dossier scellé."""

from __future__ import annotations

import argparse
import errno
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports import declarer
from reports.allure import DOSSIER
from reports.allure_html import AllureIndisponible, rendre_allure, titre_du_rapport
from reports.campagne import Campagne, ErreurCampagne
from reports.chargement_campagne import charger_campagne
from reports.commandes.extraire import declarer_extraire
from reports.commandes.sceller import declarer_sceller
from reports.commandes.verifier import declarer_verifier
from reports.ecarts import bilan_de
from reports.ecriture import ecrire_tout
from reports.options import OptionsRapports
from reports.pieces import commandes as pieces_commandes
from reports.preuves import controler_pieces
from reports.rebatir import avec_tete
from reports.synthese import code_de_sortie, synthetiser
from reports.terminal import couleurs_permises, resumer
from reports.texte import pluriel
from requirements.catalogue import Catalogue, charger_de_campagne
from requirements.erreurs import ErreurRequirements
from requirements.ligne_de_commande import AnalyseurFrancais
from simulators.socle.journal import JournalEchanges

CODE_REUSSITE = 0
CODE_ANOMALIE = 1
CODE_EMPECHE = 3

_EPILOGUE = """\
codes de sortie :
  0  fait ; pour resumer : tout ce que la machine peut juger est conforme
  1  resumer : au moins un scénario non conforme ; verifier-journal : au moins une anomalie
  3  impossible : dossier illisible, outil absent ; pour resumer : non concluant sans non conforme

exemples :
  python -m reports generer campagnes/biologie-2026-11-21-140311
  python -m reports resumer campagnes/biologie-2026-11-21-140311 --json
  python -m reports sceller campagnes/biologie-2026-11-21-140311 --pkcs12 editeur.p12
  python -m reports verifier biologie-2026-11-21-140311.zip --cle-attendue EMPREINTE
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Point d'entrée ; rend le code de sortie."""
    options = _analyseur().parse_args(arguments)
    for flux in (sys.stdout, sys.stderr):
        # Une console Windows en page de code 850 ne sait pas écrire tous nos signes : mieux vaut « ? » qu'un arrêt.
        if hasattr(flux, "reconfigure"):
            flux.reconfigure(errors="replace")
    try:
        dossier: Path | None = getattr(options, "dossier", None)
        if dossier is not None and not dossier.is_dir():
            raise ErreurCampagne(f"{dossier} : ce dossier n'existe pas")
        code: int = options.commande(options)
    except OSError as erreur:
        print(f"Erreur : {_dire(erreur)}", file=sys.stderr)
        return CODE_EMPECHE
    except (ErreurCampagne, ErreurRequirements, AllureIndisponible) as erreur:
        print(f"Erreur : {erreur}", file=sys.stderr)
        return CODE_EMPECHE
    return code


def _dire(erreur: OSError) -> str:
    """L'erreur du système, en français quand c'est l'une de celles qu'une personne rencontre."""
    motif = _MOTIFS.get(erreur.errno or 0)
    return f"{erreur.filename} : {motif}" if motif and erreur.filename else str(erreur)


_MOTIFS = {
    errno.ENOENT: "ce fichier n'existe pas ; attendu le chemin d'un fichier, vérifiez-le",
    errno.EACCES: "lecture ou écriture refusée ; vérifiez les droits",
    errno.EISDIR: "c'est un dossier ; attendu un fichier",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.ENOSPC: "le disque est plein ; libérez de la place et recommencez",
}


def _analyseur() -> argparse.ArgumentParser:
    analyseur = AnalyseurFrancais(prog="python -m reports", description=__doc__ or "", epilog=_EPILOGUE)
    commandes = analyseur.add_subparsers(title="commandes", metavar="COMMANDE", required=True)

    generer = _commande(commandes, "generer", "rebâtit tous les rapports depuis le journal, même après un arrêt brutal")
    generer.add_argument("--junit", type=Path, metavar="FICHIER.xml", help="écrire aussi un fichier JUnit")
    generer.set_defaults(commande=_generer)

    resumer_ = _commande(commandes, "resumer", "montre les comptes par verdict et par section, et ce qui manque")
    resumer_.add_argument(
        "--exiger-complet", action="store_true", help="« à vérifier » et « non exécuté » comptent comme un échec"
    )
    resumer_.set_defaults(commande=_resumer)

    allure = _commande(commandes, "allure", "rend allure-results/ en une page HTML (demande Node.js)")
    allure.add_argument(
        "--sortie", type=Path, metavar="FICHIER.html", help="page à écrire (par défaut : DIR/allure.html)"
    )
    allure.set_defaults(commande=_allure)

    declarer.options_de_commande(
        _commande(commandes, "declarer", "déclare ce qu'une personne a jugé d'un scénario, par le journal")
    )

    verifier = _commande(commandes, "verifier-journal", "recalcule la chaîne du journal et les empreintes des pièces")
    verifier.set_defaults(commande=_verifier_journal)

    declarer_sceller(commandes)
    declarer_verifier(commandes)
    declarer_extraire(commandes)

    pieces_commandes.declarer(commandes, _commande)
    return analyseur


def _commande(commandes: Any, nom: str, aide: str) -> argparse.ArgumentParser:
    sous: argparse.ArgumentParser = commandes.add_parser(nom, help=aide, description=aide[0].upper() + aide[1:] + ".")
    sous.add_argument("dossier", type=Path, metavar="DIR", help="dossier de campagne")
    sous.add_argument("--json", action="store_true", help="réponse en JSON sur la sortie standard")
    return sous


def _ouvrir_journal(dossier: Path) -> JournalEchanges | None:
    try:
        return JournalEchanges.ouvrir(dossier)
    except FileNotFoundError:
        return None


def _charger(dossier: Path, journal: JournalEchanges | None) -> tuple[Campagne, Catalogue]:
    campagne = charger_campagne(dossier, journal)
    catalogue = charger_de_campagne(dossier, campagne.couloir)
    return charger_campagne(dossier, journal, catalogue), catalogue


def _generer(options: argparse.Namespace) -> int:
    dossier: Path = options.dossier
    journal = _ouvrir_journal(dossier)
    if journal is None:
        raise ErreurCampagne(f"{dossier} : aucun journal, rien à partir de quoi rebâtir les rapports")
    with journal:
        campagne, catalogue = _charger(dossier, journal)
        campagne = avec_tete(campagne, journal)
        ecrits = ecrire_tout(dossier, campagne, catalogue, journal, OptionsRapports(junit=options.junit))
    if options.json:
        _imprimer_json(
            {
                "dossier": str(dossier),
                "interrompue": campagne.interrompue,
                "scenarios": len(campagne.resultats),
                "fichiers": [str(chemin) for chemin in ecrits],
            }
        )
    else:
        if campagne.interrompue:
            print("Campagne interrompue : les scénarios sans verdict sont comptés « non exécuté ».")
        print(
            f"{pluriel(len(ecrits), 'fichier écrit', 'fichiers écrits')} pour "
            f"{pluriel(len(campagne.resultats), 'scénario')}. Rapport : {dossier / 'rapport.html'}"
        )
    return CODE_REUSSITE


def _resumer(options: argparse.Namespace) -> int:
    dossier: Path = options.dossier
    journal = _ouvrir_journal(dossier)
    try:
        campagne, _ = _charger(dossier, journal)
    finally:
        if journal is not None:
            journal.fermer()
    code = code_de_sortie(
        campagne.resultats, options.exiger_complet, interrompue=campagne.interrompue, ecarts=bilan_de(campagne)
    )
    if options.json:
        _imprimer_json(
            {"campagne": campagne.en_dict(), **synthetiser(campagne.resultats).en_dict(), "code_de_sortie": code}
        )
    else:
        print("\n".join(resumer(campagne, dossier, couleurs=couleurs_permises(sys.stdout))))
    return code


def _allure(options: argparse.Namespace) -> int:
    dossier: Path = options.dossier
    sortie: Path = options.sortie or dossier / "allure.html"
    if not options.json:
        print("Rendu Allure en cours (la première fois, npm installe Allure)…", file=sys.stderr, flush=True)
    page = rendre_allure(dossier / DOSSIER, sortie, titre_du_rapport(dossier / DOSSIER))
    if options.json:
        _imprimer_json({"page": str(page), "taille": page.stat().st_size})
    else:
        print(f"Page Allure : {page}")
    return CODE_REUSSITE


def _verifier_journal(options: argparse.Namespace) -> int:
    dossier: Path = options.dossier
    journal = _ouvrir_journal(dossier)
    if journal is None:
        raise ErreurCampagne(f"{dossier} : aucun journal à vérifier")
    with journal:
        chaine = journal.verifier_chaine()
        enregistrements, empreinte = journal.position(), journal.derniere_empreinte()
        pieces = _ecarts_avec_la_campagne(dossier, journal)
    if options.json:
        _imprimer_json(
            {"enregistrements": enregistrements, "derniere_empreinte": empreinte, "chaine": chaine, "pieces": pieces}
        )
    else:
        print(f"{pluriel(enregistrements, 'enregistrement')}, dernière empreinte {empreinte}")
        _montrer("Chaîne des enregistrements et corps des échanges", chaine)
        _montrer("Pièces et campagne.json", pieces)
    return CODE_ANOMALIE if chaine or pieces else CODE_REUSSITE


def _montrer(quoi: str, anomalies: Sequence[str]) -> None:
    print(f"{quoi} : {pluriel(len(anomalies), 'anomalie') if anomalies else 'intacts'}")
    for anomalie in anomalies:
        print(f"  ✗ {anomalie}")


def _ecarts_avec_la_campagne(dossier: Path, journal: JournalEchanges) -> list[str]:
    """Les pièces citées par les verdicts, et l'empreinte du journal que `campagne.json` annonce."""
    campagne = charger_campagne(dossier, journal)
    pieces = (piece for resultat in campagne.resultats for preuve in resultat.preuves for piece in preuve.fichiers)
    ecarts = controler_pieces(dossier, pieces)
    annoncee = campagne.journal.get("derniere_empreinte")
    if campagne.fin is not None and annoncee and annoncee != journal.derniere_empreinte():
        ecarts.append(f"campagne.json annonce l'empreinte {annoncee}, le journal finit par une autre")
    return ecarts


def _imprimer_json(valeur: Any) -> None:
    print(json.dumps(valeur, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    raise SystemExit(main())
