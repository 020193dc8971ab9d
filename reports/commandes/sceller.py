"""`python -m reports sceller DIR` : d'une campagne complète à un dossier signé, ou la liste exacte de ce qui manque."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509

from reports.commandes.commun import Progression, declarer, imprimer_json
from reports.sceau.anomalie import DossierIllisible
from reports.sceau.cles import (
    CleDeSignature,
    CleRefusee,
    cle_ephemere,
    lire_certificats,
    lire_cle_pem,
    lire_pkcs12,
    nom_du,
)
from reports.sceau.completude import en_lignes
from reports.sceau.horodatage import Horodatage, HorodatageRefuse, demander, interroger, poser
from reports.sceau.manifeste import Nature
from reports.sceau.ouverture import ArchiveScellee
from reports.sceau.scellement import Choix, DossierScelle, ScellementRefuse, nommer, sceller
from reports.texte import pluriel, taille_lisible
from simulators.socle.journal import JournalEchanges

VARIABLE = "BANC_SONS_MOT_DE_PASSE"
_EPILOGUE = f"""\
codes de sortie :
  0  dossier écrit
  1  rien d'écrit : la campagne est incomplète, abîmée, ou une démonstration ; la liste dit tout
  3  impossible : dossier illisible, clé refusée, horodatage refusé

la clé : --cle (PEM), --pkcs12 (.p12, .pfx) ou --cle-ephemere. Un mot de passe ne se donne jamais en argument :
il est lu dans la variable {VARIABLE} (ou celle de --mot-de-passe-env), sinon demandé.

horodatage hors ligne :
  python -m reports sceller DIR --cle cle.pem --demande-horodatage demande.tsq
  curl -H 'Content-Type: application/timestamp-query' --data-binary @demande.tsq URL > reponse.tsr
  python -m reports sceller DIR --horodatage reponse.tsr

exemples :
  python -m reports sceller campagnes/biologie-2026-11-21-140311 --pkcs12 editeur.p12
  python -m reports sceller DIR --cle-ephemere --provisoire
"""


class DemandeImpossible(Exception):
    """Les options ne permettent pas de faire ce qui est demandé."""


def declarer_sceller(commandes: Any) -> None:
    """La sous-commande et ses options."""
    sous = declarer(
        commandes, "sceller", "scelle une campagne complète en un dossier signé, que chacun peut vérifier", _EPILOGUE
    )
    sous.add_argument("campagne", type=Path, metavar="DIR", help="dossier de campagne ; il n'est pas modifié")
    sous.add_argument("--sortie", type=Path, metavar="FICHIER.zip", help="dossier à écrire (par défaut : DIR.zip)")
    sous.add_argument(
        "--provisoire", action="store_true", help="sceller malgré ce qui manque : PROVISOIRE, NON RECEVABLE"
    )
    sous.add_argument(
        "--demonstration", action="store_true", help="sceller une démonstration, non recevable (logiciel témoin)"
    )
    cles = sous.add_argument_group("clé de signature")
    choix = cles.add_mutually_exclusive_group()
    choix.add_argument(
        "--cle", type=Path, metavar="CLE.pem", help="clé privée Ed25519, ECDSA P-256/P-384 ou RSA ≥ 3072"
    )
    choix.add_argument("--pkcs12", type=Path, metavar="FICHIER.p12", help="clé, certificat et chaîne")
    choix.add_argument("--cle-ephemere", action="store_true", help="une clé faite pour ce dossier, puis oubliée")
    cles.add_argument("--certificat", type=Path, metavar="CERT.pem", help="certificat de --cle, suivi de sa chaîne")
    cles.add_argument(
        "--mot-de-passe-env", metavar="NOM", default=VARIABLE, help=f"variable lue (par défaut : {VARIABLE})"
    )
    heures = sous.add_argument_group("horodatage (RFC 3161), facultatif")
    heures.add_argument("--demande-horodatage", type=Path, metavar="FICHIER.tsq", help="écrire aussi la demande")
    heures.add_argument("--horodatage", type=Path, metavar="FICHIER.tsr", help="poser cette réponse sur le dossier")
    heures.add_argument("--serveur-horodatage", metavar="URL", help="demander l'horodatage à ce serveur")
    heures.add_argument(
        "--autorite-horodatage", type=Path, metavar="CA.pem", help="vérifier la réponse par cette autorité"
    )
    sous.set_defaults(commande=executer)


def executer(options: argparse.Namespace) -> int:
    """Scelle, ou dit pourquoi non ; rend le code de sortie."""
    progression = Progression("Scellement", muette=options.json)
    try:
        if not options.campagne.is_dir():
            raise DemandeImpossible(f"{options.campagne} : ce dossier n'existe pas")
        autorites = lire_certificats(options.autorite_horodatage.read_bytes()) if options.autorite_horodatage else ()
        if options.horodatage and not _cle_donnee(options):
            return _poser(options, autorites)
        cle = _lire_cle(options)
        choix = Choix(cle, options.provisoire, options.demonstration, options.sortie)
        scelle = sceller(options.campagne, choix, progression)
        progression.finir()
        horodate = _horodater(options, scelle, autorites)
    except ScellementRefuse as refus:
        progression.finir()
        return _refuser(options, refus)
    except (DemandeImpossible, CleRefusee, HorodatageRefuse, DossierIllisible) as erreur:
        progression.finir()
        print(f"Erreur : {erreur}", file=sys.stderr)
        return 3
    _rendre_compte(options, scelle, cle, horodate)
    return 0


def _cle_donnee(options: argparse.Namespace) -> bool:
    return bool(options.cle or options.pkcs12 or options.cle_ephemere)


def _lire_cle(options: argparse.Namespace) -> CleDeSignature:
    def mot_de_passe(fichier: str) -> str:
        if (valeur := os.environ.get(options.mot_de_passe_env)) is not None:
            return valeur
        if not sys.stdin.isatty():
            raise CleRefusee(f"{fichier} demande un mot de passe : le mettre dans {options.mot_de_passe_env}")
        return getpass.getpass(f"Mot de passe de {fichier} : ")

    if options.certificat and not options.cle:
        raise DemandeImpossible("--certificat accompagne --cle")
    if options.cle:
        return lire_cle_pem(options.cle, mot_de_passe, options.certificat)
    if options.pkcs12:
        return lire_pkcs12(options.pkcs12, mot_de_passe)
    if options.cle_ephemere:
        return cle_ephemere()
    raise DemandeImpossible("une clé est attendue : --cle CLE.pem, --pkcs12 FICHIER.p12 ou --cle-ephemere")


def _horodater(
    options: argparse.Namespace, scelle: DossierScelle, autorites: tuple[x509.Certificate, ...]
) -> Horodatage | None:
    if options.demande_horodatage:
        options.demande_horodatage.write_bytes(demander(scelle.signature))
    if options.serveur_horodatage:
        reponse = interroger(options.serveur_horodatage, demander(scelle.signature))
        return poser(scelle.chemin, reponse, autorites)
    if options.horodatage:
        return poser(scelle.chemin, options.horodatage.read_bytes(), autorites)
    return None


def _poser(options: argparse.Namespace, autorites: tuple[x509.Certificate, ...]) -> int:
    """Pose une réponse d'horodatage sur le dossier déjà scellé de cette campagne, sans clé ni nouvelle signature."""
    trouves = [chemin for chemin in dict.fromkeys(_noms_possibles(options)) if chemin.is_file()]
    if len(trouves) != 1:
        liste = ", ".join(map(str, trouves)) or "aucun"
        raise DemandeImpossible(f"un seul dossier déjà scellé est attendu, trouvé : {liste} ; le nommer par --sortie")
    with trouves[0].open("rb") as fichier, JournalEchanges.ouvrir(options.campagne) as journal:
        annoncee = ArchiveScellee(fichier).enveloppe.banc["journal"]["tete"]
        if annoncee != journal.derniere_empreinte():
            raise DemandeImpossible(f"{trouves[0]} n'est pas le dossier de cette campagne : le sceller à nouveau")
    pose = poser(trouves[0], options.horodatage.read_bytes(), autorites)
    if options.json:
        imprimer_json({"dossier": str(trouves[0]), "horodatage": pose.instant.isoformat(), "par": pose.nom})
    else:
        print(f"Horodatage posé sur {trouves[0]} : {pose.instant:%d/%m/%Y %H:%M:%S} UTC, par {pose.nom}")
    return 0


def _noms_possibles(options: argparse.Namespace) -> Iterator[Path]:
    for nature in Nature:
        for provisoire in (False, True):
            yield nommer(options.campagne, options.sortie, nature, provisoire=provisoire)


def _refuser(options: argparse.Namespace, refus: ScellementRefuse) -> int:
    if options.json:
        imprimer_json({"scelle": False, "motifs": refus.motifs, "manque": [m.en_dict() for m in refus.manques]})
        return 1
    print("Rien n'a été scellé.")
    for motif in refus.motifs:
        print(f"  ✗ {motif}")
    if refus.manques:
        print("\nCe qui manque")
        print("\n".join(f"  {ligne}" for ligne in en_lignes(refus.manques)))
    return 1


def _rendre_compte(
    options: argparse.Namespace, scelle: DossierScelle, cle: CleDeSignature, horodate: Horodatage | None
) -> None:
    taille = scelle.chemin.stat().st_size
    if options.json:
        imprimer_json(
            {
                "scelle": True,
                "dossier": str(scelle.chemin),
                "taille": taille,
                "nature": scelle.nature.value,
                "mention": scelle.nature.mention,
                "manque": [manque.en_dict() for manque in scelle.manques],
                "cle": {
                    "empreinte": cle.empreinte,
                    "algorithme": cle.algorithme,
                    "faite_pour_ce_dossier": cle.ephemere,
                },
                "horodatage": horodate.instant.isoformat() if horodate else None,
            }
        )
        return
    print(f"Dossier scellé : {scelle.chemin} ({taille_lisible(taille)})")
    if scelle.nature.mention:
        print(f"*** {scelle.nature.mention} ***")
    if scelle.manques:
        print(f"Il y manque {pluriel(len(scelle.manques), 'chose')} ; la liste est dans LISEZMOI.txt et au manifeste.")
    print(f"Clé : {cle.algorithme}, empreinte {cle.empreinte}")
    if cle.ephemere:
        print("Clé faite pour ce seul dossier : elle montre qu'il n'a pas changé, pas qui l'a scellé.")
    elif cle.certificats:
        print(f"Certificat : {nom_du(cle.certificats[0])}")
    if horodate:
        print(f"Horodatage : {horodate.instant:%d/%m/%Y %H:%M:%S} UTC, par {horodate.nom}")
    elif options.demande_horodatage:
        print(f"Demande d'horodatage : {options.demande_horodatage} ; poser ensuite la réponse par --horodatage")
    if not cle.deterministe:
        print("Une signature RSA-PSS est tirée au sort : resceller donnera d'autres octets. Ed25519 ou ECDSA, non.")
    print("À donner au relecteur par un autre chemin que ce dossier : l'empreinte de la clé.")
