"""Options de `python -m steps controler` : leur déclaration et leur lecture."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from reports.fichiers import dossier_de_cache
from steps.controle.modele import ContexteControle

DESCRIPTION = """Juge des fichiers sans logiciel, par les mêmes vérifications que les campagnes.

Le type vient du contenu, jamais du nom : CDA R2 (N1, N3), PDF, IHE_XDM.ZIP, METADATA.XML, messages SOAP INSi et DMP,
assertion SAML, jeton JWT, message HL7 v2, courriel."""
EPILOGUE = """codes de sortie :
  0    tous conformes, ou au plus à vérifier
  1    au moins un non conforme
  2    usage, ou aucun fichier trouvé
  3    au moins un non concluant, aucun non conforme
  130  interrompu (Ctrl-C) ; ce qui est fait est rendu

exemples :
  python -m steps controler document.xml
  python -m steps controler --kit-ci-sis ../kit --jobs 2 'export/**/*.xml'
  cat message.hl7 | python -m steps controler --json -"""


class OptionRefusee(Exception):
    """Une option ne peut pas être suivie ; le texte dit laquelle et pourquoi."""


def declarer(analyseur: argparse.ArgumentParser) -> None:
    """Ajoute les arguments de la commande."""
    ajouter = analyseur.add_argument
    ajouter("fichiers", nargs="+", metavar="FICHIER", help="fichier, dossier, motif (**) ou - pour l'entrée standard")
    ajouter("--json", action="store_true", help="liste JSON sur la sortie standard, et rien d'autre")
    ajouter("--html", type=Path, metavar="SORTIE", help="écrit aussi un rapport HTML autonome")
    ajouter("--sarif", type=Path, metavar="SORTIE", help="écrit aussi un fichier SARIF 2.1.0")
    ajouter("--tout", action="store_true", help="écrit aussi les règles respectées")
    ajouter("--exclure", action="append", default=[], metavar="MOTIF", help="écarte noms ou chemins (répétable)")
    ajouter("--kit-ci-sis", type=Path, metavar="DIR", help="votre copie du kit public : schémas XSD et schematrons")
    ajouter("--volet", default="", metavar="NOM", help="schematron du volet à jouer ; par défaut déduit du document")
    ajouter(
        "--moteur",
        choices=("rapide", "saxon"),
        default="rapide",
        help="moteur des schematrons : rapide (le nôtre, Saxon pour le reste) ou saxon (tout par Saxon)",
    )
    ajouter(
        "--pdf-encapsules",
        action="store_true",
        help="examine aussi à fond les PDF que portent les CDA : PDF/A-1, datamatrix INS (une demi-seconde chacun)",
    )
    ajouter("--nil", default="", metavar="REF", help="référence produit attendue dans X-MSS-NIL des courriels")
    ajouter("--cache", type=Path, metavar="DIR", help="dossier des schematrons compilés (cache de l'utilisateur)")
    ajouter(
        "--autorites", action="extend", nargs="+", default=[], type=Path, metavar="PEM", help="autorités de confiance"
    )
    ajouter(
        "--jwks",
        type=Path,
        metavar="JSON",
        help="clés publiques (JWKS) qui vérifient les jetons ; sans elles, rien n'est cru",
    )
    ajouter(
        "--a-l-instant",
        default="",
        metavar="ISO",
        help="heure à laquelle juger les durées de validité, avec fuseau ; par défaut celle que porte le fichier",
    )
    ajouter("--jobs", type=int, metavar="N", help="ouvriers ; 0 : un par cœur (défaut 1, un par cœur avec --lot)")
    ajouter("--taille-max", type=int, default=200, metavar="Mo", help="limite de taille par fichier (défaut 200)")
    ajouter("--delai-max", type=float, default=120, metavar="S", help="limite de temps par fichier (défaut 120)")
    ajouter("--memoire-max", type=int, default=4000, metavar="Mo", help="limite de mémoire par ouvrier (défaut 4000)")
    ajouter("--trace", type=Path, metavar="FICHIER", help="écrit les traces techniques des incidents du banc")
    ajouter(
        "--lot",
        metavar="SORTIE",
        help="grand lot : écrit un verdict par ligne (.jsonl ou .parquet), reprend là où il s'est arrêté",
    )
    ajouter("--scheduler", default="", metavar="ADRESSE", help="grappe dask existante (avec --lot)")


def lire_contexte(options: argparse.Namespace) -> ContexteControle:
    """Le contexte commun à tous les fichiers ; lève `OptionRefusee`."""
    kit: Path | None = options.kit_ci_sis
    if kit is not None and not kit.is_dir():
        raise OptionRefusee(f"--kit-ci-sis : {kit} n'est pas un dossier")
    for nom, minimum in (("taille_max", 1), ("delai_max", 0.1), ("memoire_max", 1), ("jobs", 0)):
        if getattr(options, nom) is not None and getattr(options, nom) < minimum:
            raise OptionRefusee(f"--{nom.replace('_', '-')} : attendu au moins {minimum}, reçu {getattr(options, nom)}")
    if options.scheduler and not options.lot:
        raise OptionRefusee("--scheduler : attendu avec --lot SORTIE")
    for nom in ("json", "html", "sarif", "tout"):
        if options.lot and getattr(options, nom):
            raise OptionRefusee(f"--{nom} ne va pas avec --lot, qui écrit ses verdicts dans {options.lot}")
    return ContexteControle(
        kit_ci_sis=kit.resolve() if kit else None,
        volet=options.volet,
        moteur=options.moteur,
        cache=(options.cache or dossier_de_cache() / "schematrons").resolve() if kit else None,
        ancres=lire_autorites(options.autorites),
        a_l_instant=lire_instant(options.a_l_instant),
        jwks=lire_fichier_jwks(options.jwks),
        pdf_encapsules=options.pdf_encapsules,
        nil=options.nil.strip(),
        maintenant=datetime.now(UTC),
    )


def lire_fichier_jwks(chemin: Path | None) -> bytes | None:
    """Les octets du JWKS donné ; lève `OptionRefusee` s'il ne s'ouvre pas. Son contenu est jugé avec les jetons."""
    if chemin is None:
        return None
    try:
        return chemin.read_bytes()
    except OSError as erreur:
        raise OptionRefusee(f"--jwks : {chemin} ne s'ouvre pas ({erreur.strerror})") from None


def nombre_d_ouvriers(options: argparse.Namespace) -> int:
    """`--jobs`, 0 valant un ouvrier par cœur permis à ce processus."""
    demande: int | None = options.jobs
    if demande is None and not options.lot:
        return 1
    if demande:
        return demande
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lire_instant(texte: str) -> datetime | None:
    """Un instant ISO 8601 avec fuseau ; None s'il n'est pas donné."""
    if not texte:
        return None
    try:
        instant = datetime.fromisoformat(texte)
    except ValueError:
        raise OptionRefusee(f"--a-l-instant : attendu par exemple 2026-01-31T12:00:00+01:00, reçu {texte}") from None
    if instant.tzinfo is None:
        raise OptionRefusee(f"--a-l-instant : attendu un fuseau (+01:00 ou Z), reçu {texte}")
    return instant


def lire_autorites(chemins: list[Path]) -> tuple[bytes, ...]:
    """Les certificats DER des fichiers PEM (plusieurs par fichier admis) ou DER."""
    if not chemins:
        return ()
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    trouves: list[bytes] = []
    for chemin in chemins:
        try:
            octets = chemin.read_bytes()
            if b"-----BEGIN CERTIFICATE-----" in octets:
                certificats = x509.load_pem_x509_certificates(octets)
            else:
                certificats = [x509.load_der_x509_certificate(octets)]
        except OSError:
            raise OptionRefusee(f"--autorites : {chemin} ne peut pas être lu") from None
        except ValueError:
            raise OptionRefusee(
                f"--autorites : {chemin} n'est pas un certificat PEM ou DER (les FICHIER à juger se donnent avant)"
            ) from None
        trouves += [certificat.public_bytes(Encoding.DER) for certificat in certificats]
    return tuple(dict.fromkeys(trouves))
