"""`python -m simulators lancer` : les simulateurs seuls, pour mettre au point un logiciel."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from requirements.ligne_de_commande import AnalyseurFrancais
from simulators.annuaire import commande as annuaire
from simulators.banc import Banc
from simulators.bouchon import BOUCHONS, ReponsesInvalides, lire_reponses
from simulators.bouchon.reponses import Reponse
from simulators.psc.clients import DeclarationRefusee, adresse_de_retour
from simulators.socle.journal import JournalEchanges

COULOIRS = ("biologie", "radiologie", "medecins-de-ville", "hopital-dpi", "hopital-pfi", "drimbox")


def main(arguments: Sequence[str] | None = None) -> int:
    """Point d'entrée ; 0 après un arrêt demandé, 1 si le banc ne peut pas démarrer."""
    options = _analyseur().parse_args(arguments)
    if options.commande == "annuaire":
        return annuaire.executer(options)
    if (refus := _refus_des_adresses(options)) is not None:
        print(refus, file=sys.stderr)
        return 2
    try:
        bouchons = _bouchons(options.bouchon)
    except ReponsesInvalides as erreur:
        print(erreur, file=sys.stderr)
        return 2
    dossier = options.dossier or Path(tempfile.mkdtemp(prefix="banc-sons-journal-"))
    try:
        with (
            _signaux() as arret,
            _journal(dossier) as journal,
            Banc(
                journal,
                port_base=options.port_base,
                exposer=options.exposer,
                peupler=True,
                matrice=True,
                bouchons=bouchons,
            ) as banc,
            _fichier_environnement(options.environnement, banc.environnement()),
        ):
            _declarer(banc, options)
            _annoncer(banc, options, dossier)
            # Attente par tranches : sous Windows, une attente sans fin ne laisse pas passer Ctrl+C.
            while not arret.wait(0.5):
                continue
    except OSError as erreur:
        print(f"Le banc ne peut pas démarrer : {erreur.strerror or erreur}", file=sys.stderr)
        return 1
    if not options.json:
        print(f"Arrêt propre. Journal : {dossier}", flush=True)
    return 0


def _analyseur() -> argparse.ArgumentParser:
    analyseur = AnalyseurFrancais(
        prog="python -m simulators",
        description="Serveurs de test du banc : INSi, DMP, MSSanté, Annuaire Santé, Pro Santé Connect, HL7 v2 et IGC.",
    )
    commandes = analyseur.add_subparsers(title="commandes", dest="commande", required=True, metavar="COMMANDE")
    lancer = commandes.add_parser(
        "lancer",
        help="démarre les simulateurs jusqu'à l'arrêt (Ctrl+C ou SIGTERM)",
        description="Démarre tous les simulateurs et écrit ce qu'un logiciel doit savoir pour les appeler. "
        "Une page de suivi en direct est servie à l'adresse affichée.",
    )
    lancer.add_argument("--couloir", choices=COULOIRS, default="biologie", help="couloir visé (biologie par défaut)")
    lancer.add_argument(
        "--environnement",
        type=Path,
        required=True,
        metavar="FICHIER.json",
        help="fichier à écrire : adresses, certificats, identités de test ; effacé à l'arrêt, avec les clés",
    )
    lancer.add_argument("--dossier", type=Path, metavar="DOSSIER", help="où écrire le journal (temporaire par défaut)")
    lancer.add_argument(
        "--port-base", type=_port, metavar="N", help="premier port ; les suivants se suivent (au hasard par défaut)"
    )
    lancer.add_argument(
        "--exposer", action="store_true", help="écoute sur toutes les interfaces (la gestion reste locale)"
    )
    lancer.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="URI",
        help="adresse de retour du logiciel, enregistrée chez Pro Santé Connect et chez l'établissement (répétable)",
    )
    lancer.add_argument(
        "--post-logout-redirect-uri",
        action="append",
        default=[],
        metavar="URI",
        help="adresse de retour après déconnexion (répétable)",
    )
    lancer.add_argument(
        "--bouchon",
        action="append",
        default=[],
        metavar="NOM=FICHIER.yaml",
        help=f"remplace un téléservice au contrat inconnu ({', '.join(BOUCHONS)}) par vos réponses ; ne prouve rien",
    )
    lancer.add_argument("--json", action="store_true", help="annonce en une ligne JSON, pour un programme")
    annuaire.declarer(
        commandes.add_parser(
            "annuaire",
            help="écrit les extractions publiques d'un annuaire fictif, jusqu'à des millions de professionnels",
            description="Écrit par flux les archives de l'Annuaire Santé d'une population fictive, la même pour un "
            "même nombre et une même date.",
        )
    )
    return analyseur


def _declarer(banc: Banc, options: argparse.Namespace) -> None:
    """Enregistre les adresses de retour auprès des deux fournisseurs d'identité."""
    for fournisseur in (banc.psc, banc.etablissement):
        fournisseur.clients.ajouter_adresses(
            fournisseur.profil.client_id,
            redirect_uris=options.redirect_uri,
            post_logout_redirect_uris=options.post_logout_redirect_uri,
        )


def _bouchons(demandes: Sequence[str]) -> dict[str, tuple[Reponse, ...]]:
    """Nom du téléservice → réponses écrites ; lève ReponsesInvalides."""
    lus: dict[str, tuple[Reponse, ...]] = {}
    for demande in demandes:
        nom, _, fichier = demande.partition("=")
        if nom not in BOUCHONS or not fichier:
            raise ReponsesInvalides(
                f"--bouchon : attendu NOM=FICHIER.yaml, où NOM est l'un de {', '.join(BOUCHONS)} ; reçu {demande!r}"
            )
        lus[nom] = lire_reponses(Path(fichier))
    return lus


def _refus_des_adresses(options: argparse.Namespace) -> str | None:
    """Ce qui empêche d'enregistrer une adresse de retour ; None si toutes conviennent."""
    try:
        for uri in (*options.redirect_uri, *options.post_logout_redirect_uri):
            adresse_de_retour(uri)
    except DeclarationRefusee as refus:
        return str(refus)
    return None


def _port(texte: str) -> int:
    if not texte.isdigit() or not 1024 <= int(texte) <= 65_400:
        raise argparse.ArgumentTypeError("un numéro de port entre 1024 et 65400 est attendu")
    return int(texte)


def _journal(dossier: Path) -> JournalEchanges:
    """Journal neuf, ou suite de celui du dossier."""
    if (dossier / "journal.sqlite").exists():
        return JournalEchanges.reprendre(dossier)
    return JournalEchanges.creer(dossier)


@contextmanager
def _fichier_environnement(chemin: Path, environnement: dict[str, object]) -> Iterator[None]:
    """Écrit le fichier d'un coup, lisible du seul utilisateur (il contient des mots de passe) ; l'efface à la fin."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    provisoire = chemin.with_name(f".{chemin.name}.{os.getpid()}")
    descripteur = os.open(provisoire, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descripteur, "w", encoding="utf-8") as fichier:
        json.dump(environnement, fichier, ensure_ascii=False, indent=2)
    provisoire.replace(chemin)
    try:
        yield
    finally:
        chemin.unlink(missing_ok=True)


def _annoncer(banc: Banc, options: argparse.Namespace, dossier: Path) -> None:
    if options.json:
        annonce = {
            "console": banc.url_console,
            "environnement": str(options.environnement.resolve()),
            "journal": str(dossier.resolve()),
            "services": banc.environnement()["services"],
        }
        print(json.dumps(annonce, ensure_ascii=False), flush=True)
        return
    print(f"Banc SONS, SERVEURS DE TEST, en service depuis {datetime.now().astimezone():%H:%M:%S}.")
    print(f"  Console        {banc.url_console}")
    adresses = banc.mssante.adresses()
    matrice = adresses["matrice_tls"]
    de_la_matrice = {numero for ports in matrice.values() for numero in ports.values()}
    for port in banc.serveur.ports:
        if port.numero not in de_la_matrice:
            print(f"  {port.service:<14} {port.url}")
    print("  Matrice TLS MSSanté (ligne, SMTP, IMAP)")
    for nom, ports in matrice.items():
        print(f"    {nom:<18} {ports['smtp']:<6} {ports['imap']}")
    print(f"  Environnement  {options.environnement}")
    print(f"  Journal        {dossier}")
    print("Ctrl+C pour arrêter.", flush=True)


@contextmanager
def _signaux() -> Iterator[threading.Event]:
    """Événement levé par une demande d'arrêt ; les réactions d'avant sont remises à la fin."""
    arret = threading.Event()

    def arreter(numero: int, cadre: FrameType | None) -> None:
        arret.set()

    noms = [nom for nom in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, nom)]
    avant = {nom: signal.signal(getattr(signal, nom), arreter) for nom in noms}
    try:
        yield arret
    finally:
        for nom, reaction in avant.items():
            signal.signal(getattr(signal, nom), reaction)


if __name__ == "__main__":
    sys.exit(main())
